"""Thesaurus of synonyms, actors, opposites and modal strength (`data/thesaurus.yaml`), found in texts by stems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.package_data import shipped
from corpus.analysis import analyse, fold, word_spans

_PARTICLES = "ولبفك"


@dataclass(frozen=True)
class Word:
    """A word of a text: its surface form, its stem (Chinese: one character), and its span."""

    surface: str
    stem: str
    start: int
    end: int


@dataclass(frozen=True)
class Found:
    """A phrase found in a text: the number of its line in the data, and the first and last word that it covers."""

    line: int
    first: int
    last: int


class Phrases:
    """Finds phrases in a text, given as lines of synonyms: the longest first, none inside another."""

    def __init__(self, lines: Sequence[Sequence[str]], language: str, *, close: bool = False) -> None:
        """With `close`, words with the same stem must also be forms of one word: not `tráfico` for `traficante`."""
        self._language = language
        self._close = close and language in ("en", "fr", "es", "ru")
        self._by_first: dict[str, list[tuple[tuple[Word, ...], int]]] = {}
        for number, names in enumerate(lines):
            for name in names:
                read = read_words(name.strip(), language)
                if read:
                    self._by_first.setdefault(read[0].stem, []).append((read, number))
        for known in self._by_first.values():
            known.sort(key=lambda each: -len(each[0]))

    def find(self, text: Sequence[Word]) -> list[Found]:
        """The phrases of a text in order; a word may belong to several lines. Phrases capitalized in the data must be so in the text."""
        found: dict[Found, None] = {}
        at = 0
        while at < len(text):
            length = 0
            for name, line in self._known(text[at]):
                there = text[at : at + len(name)]
                if len(name) < length:
                    break
                if len(there) == len(name) and all(map(self._same, there, name, range(len(name)))):
                    length = len(name)
                    found[Found(line, at, at + length - 1)] = None
            at += length or 1
        return list(found)

    def _same(self, word: Word, name: Word, place: int) -> bool:
        if (place and word.stem != name.stem) or (name.surface[0].isupper() and not word.surface[0].isupper()):
            return False
        return not self._close or forms_of_one(word.surface, name.surface)

    def _known(self, word: Word) -> Sequence[tuple[tuple[Word, ...], int]]:
        """The phrases that may begin with a word; in Arabic also with the word without its attached particle."""
        known = self._by_first.get(word.stem, [])
        if self._language == "ar" and not known and word.surface[0] in _PARTICLES and len(word.surface) > 3:
            bare = word.surface[1:] if word.surface[1:2] != "ل" or word.surface[0] != "ل" else f"ا{word.surface}"
            known = self._by_first.get(read_words(bare, "ar")[0].stem, [])
        return known


def forms_of_one(one: str, other: str) -> bool:
    """Whether two words may be forms of one word: equal up to the last three letters of the longer one."""
    one, other = fold(one), fold(other)
    shared = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return shared >= max(len(one), len(other)) - 3


@dataclass(frozen=True)
class Thesaurus:
    """The thesaurus of one language. `opposites` has two lines for each pair, 2n and 2n + 1."""

    same: Phrases
    actors: Phrases
    opposites: Phrases
    strength: Phrases
    deniers: Phrases
    limits: Phrases
    clauses: Phrases
    idioms: Phrases
    texts: frozenset[str]
    light: frozenset[str]
    openers: frozenset[str]
    verbs: frozenset[str]
    passive: frozenset[str]
    by: frozenset[str]


STRENGTHS = ("obligation", "recommendation", "permission")
LIMITS = ("least", "most", "over", "under", "near")


@lru_cache(maxsize=8)
def thesaurus(language: str) -> Thesaurus:
    """The thesaurus of one of the six languages."""
    data = shipped("thesaurus")[language]
    sides = [side for pair in data["opposites"] for side in str(pair).split("<>")]

    def phrases(lines: Iterable[str | Sequence[str]], *, close: bool = False) -> Phrases:
        split = [line.split("|") if isinstance(line, str) else [str(name) for name in line] for line in lines]
        return Phrases(split, language, close=close)

    return Thesaurus(
        phrases(data["same"]),
        phrases(data["actors"], close=True),
        phrases(sides),
        phrases(data["strength"][kind] for kind in STRENGTHS),
        phrases([data["deniers"]]),
        phrases(data["limits"][kind] for kind in LIMITS),
        phrases([data["clauses"]]),
        phrases([data["idioms"]]),
        frozenset(word.stem for name in data["texts"] for word in read_words(str(name), language)),
        *(frozenset(map(fold, data[kind])) for kind in ("light", "openers", "verbs", "passive", "by")),
    )


@lru_cache(maxsize=4_096)
def read_words(text: str, language: str) -> tuple[Word, ...]:
    """The words of a text with their stems; for Chinese its characters."""
    made = []
    for surface, start, end in word_spans(text):
        if language == "zh" and not surface.isascii():
            made += [Word(sign, sign, start + n, start + n + 1) for n, sign in enumerate(surface)]
            continue
        stems = analyse(surface, language)
        made.append(Word(surface, stems[0] if stems else fold(surface), start, end))
    return tuple(made)
