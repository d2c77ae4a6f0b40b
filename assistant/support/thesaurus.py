"""Words that say the same, who acts, opposites, strength: `data/thesaurus.yaml`, found in texts by stems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from corpus.analysis import analyse, fold, words


@dataclass(frozen=True)
class Word:
    """One word of a text: its surface, its stems (Chinese: one character), and where it stands."""

    surface: str
    stem: str
    start: int
    end: int


@dataclass(frozen=True)
class Found:
    """A phrase found in a text: the number of its line in the data, and the words that it covers."""

    line: int
    first: int
    last: int


class Phrases:
    """Lines of names that say the same, found in a text: longest first, none inside another."""

    def __init__(self, lines: Sequence[Sequence[str]], language: str) -> None:
        self._language = language
        self._by_first: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        for number, names in enumerate(lines):
            for name in names:
                stems = tuple(word.stem for word in read_words(name, language))
                if stems:
                    self._by_first.setdefault(stems[0], []).append((stems, number))
        for known in self._by_first.values():
            known.sort(key=lambda each: -len(each[0]))

    def find(self, text: Sequence[Word]) -> list[Found]:
        """The phrases of a text in order; a word may say more than one line at once."""
        found: list[Found] = []
        at = 0
        while at < len(text):
            length = 0
            for stems, line in self._by_first.get(text[at].stem, ()):
                if len(stems) < length:
                    break
                if tuple(word.stem for word in text[at : at + len(stems)]) == stems:
                    length = len(stems)
                    found.append(Found(line, at, at + length - 1))
            at += length or 1
        return found


@dataclass(frozen=True)
class Thesaurus:
    """The words of one language. `opposites` are two lines for each pair, 2n and 2n + 1."""

    same: Phrases
    actors: Phrases
    opposites: Phrases
    strength: Phrases
    deniers: Phrases
    limits: Phrases
    verbs: frozenset[str]
    passive: frozenset[str]
    by: frozenset[str]


STRENGTHS = ("obligation", "recommendation", "permission")
LIMITS = ("least", "most", "over", "under", "near")


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (files("assistant") / "data" / "thesaurus.yaml").read_text(encoding="utf-8")
    data: Mapping[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506  (a safe loader)
    return data


@lru_cache(maxsize=8)
def thesaurus(language: str) -> Thesaurus:
    """The thesaurus of one of the six languages."""
    data = _data()[language]
    sides = [side for pair in data["opposites"] for side in str(pair).split("<>")]

    def phrases(lines: Iterable[str | Sequence[str]]) -> Phrases:
        split = [line.split("|") if isinstance(line, str) else [str(name) for name in line] for line in lines]
        return Phrases(split, language)

    return Thesaurus(
        phrases(data["same"]),
        phrases(data["actors"]),
        phrases(sides),
        phrases(data["strength"][kind] for kind in STRENGTHS),
        phrases([data["deniers"]]),
        phrases(data["limits"][kind] for kind in LIMITS),
        frozenset(fold(word) for word in data["verbs"]),
        frozenset(fold(word) for word in data["passive"]),
        frozenset(fold(word) for word in data["by"]),
    )


@lru_cache(maxsize=4_096)
def read_words(text: str, language: str) -> tuple[Word, ...]:
    """The words of a text with their stems; of Chinese its characters."""
    made = []
    for surface, start, end in words(text):
        if language == "zh" and not surface.isascii():
            made += [Word(sign, sign, start + n, start + n + 1) for n, sign in enumerate(surface)]
            continue
        stems = analyse(surface, language)
        made.append(Word(surface, stems[0] if stems else fold(surface), start, end))
    return tuple(made)
