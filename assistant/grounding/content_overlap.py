"""How much of what a sentence says its source says: by words and what says the same, and by the embedding model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from assistant.grounding.clauses import clauses
from assistant.grounding.thesaurus import Word, read_words, thesaurus
from assistant.wording.lexicon import HAN_FUNCTION, names_time, number_words, stops
from corpus.analysis import fold
from corpus.embedding import Embedder

OPENING = 10
"""Most words of an opening."""
_COMMA = re.compile(r"[,，،]")
NEAR = 0.62
"""Cosine from which on two words may say the same; the model knows no opposites, which are looked for by themselves."""
NEAR_WORTH = 0.6
"""What such a word counts, beside 1 for the word itself."""
CLAUSE_WORDS, CLAUSE_SHARE = 3, 0.4
"""Least share of the content words of each clause that has so many of them."""
KEPT = 20_000
"""Most words whose vectors are kept."""


@dataclass(frozen=True)
class Content:
    """`share` of the content words that the source has (0..1); `strange` are those that it has not; `subject` are those of them
    that the sentence is about; `cosine` of the two texts, None where no model reads them; `lone` is a
    clause of which the source has too little."""

    share: float
    strange: tuple[str, ...]
    subject: tuple[str, ...]
    cosine: float | None
    lone: str = ""


def compare(claim: str, source: str, shown: str, language: str, vectors: Vectors | None) -> Content:
    """Compares a sentence with the words of its sources (joined). `shown` is what citations show besides."""
    vectors = vectors if vectors is not None and vectors.reads(language) else None
    cosine = None if vectors is None else vectors.cosine(claim, source)
    said, held = content_words(claim, language), content_words(source, language)
    if language == "zh":
        said_pairs, held_text = _pairs(claim), "".join(word.surface for word in read_words(source, language))
        missing = [pair for pair in said_pairs if pair not in held_text]
        share = 1 - len(missing) / len(said_pairs) if said_pairs else 1.0
        return Content(share, tuple(missing), (), cosine)
    stems = {word.stem for word in held}
    beside = {word.stem for word in read_words(shown, language)}
    lines = _lines(source, language)
    mine = thesaurus(language).same.find(read_words(claim, language))
    all_words = read_words(claim, language)
    alike = {all_words[n] for each in mine if each.line in lines for n in range(each.first, each.last + 1)}
    strange = [word for word in said if word.stem not in stems and word not in alike and word.stem not in beside]
    near = vectors.near([word.surface for word in strange], [word.surface for word in held]) if vectors else {}
    worth = sum(1.0 if word not in strange else near.get(word.surface, 0.0) for word in said)
    before = _subjects(claim, language)
    subject = tuple(word.surface for word in strange if word in before)
    share = worth / len(said) if said else 1.0
    lone = _lone_clause(claim, language, set(said), {word for word in strange if word.surface not in near})
    return Content(share, tuple(word.surface for word in strange), subject, cosine, lone)


def _lone_clause(claim: str, language: str, said: set[Word], strange: set[Word]) -> str:
    """A clause that says things of its own, though the sentence as a whole repeats much of the source: a provision of a
    list behind the opening words of another one."""
    for clause in clauses(claim, language):
        mine = [word for word in clause.words if word in said]
        if len(mine) >= CLAUSE_WORDS and sum(word in strange for word in mine) / len(mine) > 1 - CLAUSE_SHARE:
            return claim[clause.words[0].start : clause.words[-1].end]
    return ""


def content_words(text: str, language: str) -> list[Word]:
    """The words of a text that carry its content: no function words, figures, months or days."""
    skipped, numbers, light = stops(language), number_words(language), thesaurus(language).light
    return [
        word
        for word in read_words(text, language)
        if word.stem not in skipped
        and not word.surface.isdigit()
        and fold(word.surface) not in numbers
        and fold(word.surface) not in light
        and not names_time(word.surface)
        and len(word.surface) > 1
    ]


def _pairs(text: str) -> list[str]:
    """Neighbouring Chinese characters, function characters left out."""
    signs = [word.surface for word in read_words(text, "zh") if not word.surface.isascii()]
    return [a + b for a, b in pairwise(signs) if a not in HAN_FUNCTION and b not in HAN_FUNCTION]


def _lines(text: str, language: str) -> set[int]:
    return {each.line for each in thesaurus(language).same.find(read_words(text, language))}


def _subjects(text: str, language: str) -> frozenset[Word]:
    """The first word that carries content, and those right before a verb that is known as one."""
    book = thesaurus(language)
    skipped = stops(language)
    owing = {n for each in book.strength.find(read_words(text, language)) for n in range(each.first, each.last + 1)}
    made: list[Word] = []
    begins = _behind_opening(text, language)
    for n, word in enumerate(read_words(text, language)):
        if word.start < begins:
            continue
        told = word.stem in skipped or fold(word.surface) in book.light or word.surface.isdigit() or n in owing
        following = read_words(text, language)[n + 1 : n + 2]
        if not told and (not made or (following and fold(following[0].surface) in book.verbs)):
            made.append(word)
    return frozenset(made)


def _behind_opening(text: str, language: str) -> int:
    """Where the subject may begin: behind the comma of an opening such as `In line with the law, ...`."""
    first = read_words(text, language)[:1]
    if not first or fold(first[0].surface) not in thesaurus(language).openers:
        return 0
    comma = _COMMA.search(text)
    return comma.end() if comma and len(read_words(text[: comma.start()], language)) <= OPENING else 0


class Vectors:
    """Vectors of texts and words by one embedding model; those of words are kept. Thread-safe."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._words: dict[str, np.ndarray] = {}

    def reads(self, language: str) -> bool:
        """Whether the model may be used for a language."""
        return self._embedder.languages is None or language in self._embedder.languages

    def cosine(self, one: str, other: str) -> float:
        """The cosine of two texts."""
        left, right = self._embedder.embed_passages([one, other])
        return float(left @ right)

    def near(self, strange: Sequence[str], held: Sequence[str]) -> dict[str, float]:
        """Those of some words that are near to one of others, with what they count."""
        if not strange or not held:
            return {}
        best = (self._of(strange) @ self._of(list(dict.fromkeys(held))).T).max(axis=1)
        return {word: NEAR_WORTH for word, cosine in zip(strange, best, strict=True) if cosine >= NEAR}

    def _of(self, words: Sequence[str]) -> np.ndarray:
        if len(self._words) > KEPT:
            self._words = {}
        known = dict(self._words)
        new = [word for word in dict.fromkeys(words) if word not in known]
        if new:
            known.update(zip(new, self._embedder.embed_passages(new), strict=True))
            self._words = known
        return np.array([known[word] for word in words])
