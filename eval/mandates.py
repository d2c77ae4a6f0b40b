"""How well requests and decisions are read from resolutions: verb, addressee and time, compared with manual labels.

The shipped labels (`eval/cases/mandates.jsonl`) contain places and short phrases: one line for each document, with
every request and decision of its operative paragraphs and their subparagraphs as `[place, verb, addressees, times]`.
A `held_out` document was labelled before the tool was run on it, and no rule was changed because of errors there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from assistant.reports.mandates.mandate_reader import find_mandates
from corpus.documents import Document, Span
from eval.metrics.statistics import Figure, Floats, Numbers, figure
from eval.output import RoundedFigures

FIELDS = ("verb", "addressee", "time")
_DETERMINERS = re.compile(r"^(?:the|all|its|their|any|at|by|of|for|on|in|during|until|within)\s+")


class Row(NamedTuple):
    """One request or decision, as phrases."""

    place: str
    verb: str
    addressees: tuple[str, ...]
    times: tuple[str, ...]


@dataclass(frozen=True)
class Labelled:
    """A document by symbol, with the requests and decisions of its operative paragraphs."""

    document: str
    held_out: bool
    mandates: tuple[Row, ...]


@dataclass(frozen=True)
class Score:
    """Precision, recall and F1 of one field, 0..1, F1 with an interval over documents. `wanted`: number of labels."""

    wanted: int
    precision: float
    recall: float
    f1: Figure


@dataclass(frozen=True)
class Scores(RoundedFigures):
    """Scores by field. `paragraphs` are those with a label, `wrong` are sentences about errors."""

    documents: int
    paragraphs: int
    fields: dict[str, Score]
    wrong: tuple[str, ...]


COLUMNS = {
    "documents": "{0[0].documents}", "paragraphs": "{0[0].paragraphs}", "field": "{0[1]}", "labels": "{0[2].wanted}",
    "precision": "{0[2].precision:.3f}", "recall": "{0[2].recall:.3f}", "F1": "{0[2].f1.value:.3f}", "95 %": "{0[2].f1.between}",
}  # fmt: skip
"""Table columns of scores, the name of a field and its score."""


def compute_scores(labels: Sequence[Labelled], documents: Mapping[str, Document]) -> Scores:
    """Reads the documents and counts, for each field, what was found of the labels, row by row of a paragraph."""
    counts: dict[str, list[Numbers]] = {field: [] for field in FIELDS}
    wrong: list[str] = []
    for each in labels:
        found = _rows(documents[each.document])
        sums = {field: np.zeros(3, dtype=int) for field in FIELDS}
        for place in sorted({row.place for row in (*each.mandates, *found)}):
            for expected, match in _pair_rows(
                [r for r in each.mandates if r.place == place], [r for r in found if r.place == place]
            ):
                pairs = {
                    "verb": ([expected.verb] if expected else [], [match.verb] if match else []),
                    "addressee": (expected.addressees if expected else (), match.addressees if match else ()),
                    "time": (expected.times if expected else (), match.times if match else ()),
                }
                for field, (gold, phrases) in pairs.items():
                    missed, false = _compare_phrases(gold, phrases)
                    sums[field] += (len(gold) - len(missed), len(false), len(missed))
                    wrong += [f"{each.document}, {place}, {field}: missed {word!r}" for word in missed]
                    wrong += [f"{each.document}, {place}, {field}: not so {word!r}" for word in false]
        for field in FIELDS:
            counts[field].append(sums[field])
    fields = {field: _score(rows) for field, rows in counts.items()}
    places = {(each.document, row.place) for each in labels for row in each.mandates}
    return Scores(len(labels), len(places), fields, tuple(wrong))


def _rows(document: Document) -> list[Row]:
    def words(spans: Sequence[Span]) -> tuple[str, ...]:
        return tuple(document.quote(*span) for span in spans)

    return [
        Row(document.blocks[each.block].locator, document.quote(*each.verb), words(each.addressees), words(each.times))
        for each in find_mandates(document)
    ]


def _pair_rows(expected: Sequence[Row], found: Sequence[Row]) -> list[tuple[Row | None, Row | None]]:
    """Pairs the rows of one paragraph, in order, so that most pairs have the same verb; None: no counterpart."""
    left, right = next(
        (left, right)
        for size in range(min(len(expected), len(found)), -1, -1)
        for left in combinations(range(len(expected)), size)
        for right in combinations(range(len(found)), size)
        if all(_fold(expected[i].verb) == _fold(found[j].verb) for i, j in zip(left, right, strict=True))
    )
    pairs: list[tuple[Row | None, Row | None]] = [(expected[i], found[j]) for i, j in zip(left, right, strict=True)]
    pairs += [(row, None) for i, row in enumerate(expected) if i not in left]
    return pairs + [(None, row) for j, row in enumerate(found) if j not in right]


def _compare_phrases(gold: Sequence[str], found: Sequence[str]) -> tuple[list[str], list[str]]:
    """The labels that were missed, and the phrases found without a label. Leading articles and prepositions are
    ignored; a qualifier behind a name may be present or not."""
    unmatched = list(found)
    missed = []
    for label in gold:
        same = next((each for each in unmatched if _same(label, each)), None)
        if same is None:
            missed.append(label)
        else:
            unmatched.remove(same)
    return missed, unmatched


def _same(one: str, other: str) -> bool:
    first, second = sorted((_bare(one), _bare(other)), key=len)
    return first == second or (bool(first) and second.startswith(f"{first} "))


def _bare(words: str) -> str:
    words = " ".join(words.casefold().replace(" - ", "-").split())
    while match := _DETERMINERS.match(words):
        words = words[match.end() :]
    return words


def _fold(words: str) -> str:
    return "".join(words.casefold().split())


def _score(counts: Sequence[Numbers]) -> Score:
    """The score of true, false and missed phrases by document."""
    true, false, missed = (int(count) for count in np.sum(counts, axis=0))

    def f1(rows: Floats) -> float | None:
        good, bad, gone = rows.sum(axis=0)
        return float(2 * good / (2 * good + bad + gone)) if good + bad + gone else None

    precision = true / (true + false) if true + false else 1.0
    recall = true / (true + missed) if true + missed else 1.0
    whole = figure(counts, f1)
    return Score(true + missed, precision, recall, whole if whole.value is not None else Figure(1.0))
