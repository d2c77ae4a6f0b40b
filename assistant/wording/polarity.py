"""Negation: which words of a text are denied and which affirmed, so that `may detain` is not supported by `may not detain`. A heuristic like NegEx
(Chapman et al., 2001), without syntax: a negation reaches to the end of its clause, and mainly denies the next content word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from assistant.wording.lexicon import HAN_NEGATIONS, NOT_NEGATIONS, ONLY_WORDS, negates, stops
from corpus.analysis import analyse, fold, word_spans

_CLAUSE = re.compile(r"[.;:!?](?=\s|$)|[,。；：，、？！،؛؟]")
_HAN_RUN = re.compile(r"[㐀-䶿一-鿿]+")
_HAN_HELPER = re.compile(r"^[得应可能会被予须必要将]+")


@dataclass(frozen=True)
class Polarity:
    """Index tokens of content words: `denied` right after a negation, `reached` anywhere after one in its clause, `affirmed` without one in some
    clause; `negates`: whether there is any negation."""

    denied: frozenset[str]
    reached: frozenset[str]
    affirmed: frozenset[str]
    negates: bool


@lru_cache(maxsize=4_096)
def polarity(text: str, language: str) -> Polarity:
    """The polarity of a text in one of the six languages."""
    read = _read_han if language == "zh" else _read
    said = [each for clause in _CLAUSE.split(NOT_NEGATIONS.sub(" ", text)) for each in read(clause, language)]
    return Polarity(
        frozenset(word for word, depth in said if word and depth == 2),
        frozenset(word for word, depth in said if word and depth),
        frozenset(word for word, depth in said if word and not depth),
        any(depth for _, depth in said),
    )


def find_negations(text: str, language: str) -> list[tuple[int, int]]:
    """The spans of words that deny something or restrict it: not, no, only."""
    idioms = [match.span() for match in NOT_NEGATIONS.finditer(text)]
    if language == "zh":
        found = [match.span() for match in re.finditer(f"{HAN_NEGATIONS.pattern}|仅|只", text)]
    else:
        words = word_spans(text)
        found = [(at, end) for word, at, end in words if negates(word, language)[0] or fold(word) in ONLY_WORDS]
    return [(at, end) for at, end in found if not any(start <= at < stop for start, stop in idioms)]


def _read(clause: str, language: str) -> Iterator[tuple[str, int]]:
    """Content words with 0 (affirmed), 1 (in the scope of a negation) or 2 (right after it); a negation itself is ("", 1)."""
    skipped, depth = stops(language), 0
    for word, _, _ in word_spans(clause):
        negative, said = negates(word, language)
        if negative:
            depth = 2
            yield "", 1
        for token in analyse(said, language):
            if token not in skipped:
                yield token, depth
                depth = min(depth, 1)


def _read_han(clause: str, language: str) -> Iterator[tuple[str, int]]:
    for run in _HAN_RUN.findall(clause):
        first, *rest = HAN_NEGATIONS.split(run)
        yield from ((token, 0) for token in analyse(first, language))
        for piece in rest:
            yield "", 1
            said = analyse(_HAN_HELPER.sub("", piece), language)
            yield from ((token, 1 if n else 2) for n, token in enumerate(said))
