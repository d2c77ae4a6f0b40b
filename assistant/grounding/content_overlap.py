"""How much of the content of a sentence is in its source: by words and synonyms, and by the embedding model."""

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
"""Most words of an introductory phrase before the subject."""
_COMMA = re.compile(r"[,，،]")
NEAR = 0.62
"""Cosine from which two words count as similar; the model does not distinguish opposites, which are checked separately."""
NEAR_WORTH = 0.6
"""Weight of a similar word, compared with 1 for the word itself."""
CLAUSE_WORDS, CLAUSE_SHARE = 3, 0.4
"""For clauses with at least so many content words: the least share of them that must be supported."""
KEPT = 20_000
"""Most words whose vectors are cached."""


@dataclass(frozen=True)
class Content:
    """The overlap of a sentence with its source: `share` of its content words in the source (0 to 1), `strange` words that are not, the `subject` words
    among these, the `cosine` of the two texts (None where no model reads them), and a `lone` clause of which the source has too little."""

    share: float
    strange: tuple[str, ...]
    subject: tuple[str, ...]
    cosine: float | None
    lone: str = ""


def compare(claim: str, source: str, shown: str, language: str, vectors: Vectors | None) -> Content:
    """Compares a sentence with the words of its sources (joined). `shown` is what citations show beside these."""
    if vectors is not None and not vectors.reads(language):
        vectors = None
    cosine = None if vectors is None else vectors.cosine(claim, source)
    if language == "zh":
        said_pairs, held_text = _pairs(claim), "".join(word.surface for word in read_words(source, language))
        missing = [pair for pair in said_pairs if pair not in held_text]
        share = 1 - len(missing) / len(said_pairs) if said_pairs else 1.0
        return Content(share, tuple(missing), (), cosine)
    claim_words, source_words = content_words(claim, language), content_words(source, language)
    known = {word.stem for word in (*source_words, *read_words(shown, language))}
    same, all_words = thesaurus(language).same, read_words(claim, language)
    source_lines = {each.line for each in same.find(read_words(source, language))}
    synonyms = [each for each in same.find(all_words) if each.line in source_lines]
    with_synonym = {word for each in synonyms for word in all_words[each.first : each.last + 1]}
    strange = [word for word in claim_words if word.stem not in known and word not in with_synonym]
    surfaces = [word.surface for word in strange]
    similar = vectors.near(surfaces, [word.surface for word in source_words]) if vectors else {}
    weight = sum(1.0 if word not in strange else similar.get(word.surface, 0.0) for word in claim_words)
    subjects = _subjects(all_words, language, _subject_start(claim, language))
    subject = tuple(word.surface for word in strange if word in subjects)
    share = weight / len(claim_words) if claim_words else 1.0
    lone = _lone_clause(claim, language, set(claim_words), {word for word in strange if word.surface not in similar})
    return Content(share, tuple(surfaces), subject, cosine, lone)


def _lone_clause(claim: str, language: str, said: set[Word], strange: set[Word]) -> str:
    """A clause with content of its own in a sentence that otherwise repeats much of the source; empty where there is none."""
    for clause in clauses(claim, language):
        mine = [word for word in clause.words if word in said]
        if len(mine) >= CLAUSE_WORDS and sum(word in strange for word in mine) / len(mine) > 1 - CLAUSE_SHARE:
            return claim[clause.words[0].start : clause.words[-1].end]
    return ""


def content_words(text: str, language: str) -> list[Word]:
    """The content words of a text: without function words, figures, months and weekdays."""
    skipped, numbers, light = stops(language), number_words(language), thesaurus(language).light

    def counts(surface: str) -> bool:
        folded = fold(surface)
        bare = surface.isdigit() or folded in numbers or folded in light
        return not bare and not names_time(surface) and len(surface) > 1

    return [word for word in read_words(text, language) if word.stem not in skipped and counts(word.surface)]


def _pairs(text: str) -> list[str]:
    """Neighbouring Chinese characters, function characters left out."""
    signs = [word.surface for word in read_words(text, "zh") if not word.surface.isascii()]
    return [a + b for a, b in pairwise(signs) if a not in HAN_FUNCTION and b not in HAN_FUNCTION]


def _subjects(words: Sequence[Word], language: str, start: int) -> list[Word]:
    """The likely subjects from a position on: the first content word, and content words right before a known verb."""
    book, skipped = thesaurus(language), stops(language)
    modal = {n for each in book.strength.find(words) for n in range(each.first, each.last + 1)}
    found: list[Word] = []
    for n, word in enumerate(words):
        if word.start < start or n in modal:
            continue
        if word.stem in skipped or fold(word.surface) in book.light or word.surface.isdigit():
            continue
        if not found or any(fold(following.surface) in book.verbs for following in words[n + 1 : n + 2]):
            found.append(word)
    return found


def _subject_start(text: str, language: str) -> int:
    """Where the subject may begin: after the comma of an introductory phrase such as `In line with the law, ...`."""
    first = read_words(text, language)[:1]
    if not first or fold(first[0].surface) not in thesaurus(language).openers:
        return 0
    comma = _COMMA.search(text)
    return comma.end() if comma and len(read_words(text[: comma.start()], language)) <= OPENING else 0


class Vectors:
    """Vectors of texts and words by one embedding model; those of words are cached. Thread-safe."""

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

    def near(self, strange: Sequence[str], others: Sequence[str]) -> dict[str, float]:
        """The words that are similar to any of others, with their weight."""
        if not strange or not others:
            return {}
        best = (self._of(strange) @ self._of(list(dict.fromkeys(others))).T).max(axis=1)
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
