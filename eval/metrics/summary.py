"""All figures of a run, with 95 % intervals, over all cases and by kind and language, ready to be written as JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from eval.cases import Case
from eval.metrics import selective
from eval.metrics.scores import MEASURES, abstained, count_causes, right, scores
from eval.metrics.selective import Bin, RiskCoverage
from eval.metrics.statistics import ROUNDS, Figure, Floats, figure, percentile, wilson
from eval.output import RoundedFigures
from eval.runs.records import Record

SUBGROUP_ROUNDS = 1_000
PARTS = ("development", "held out")
GROUPS = ("answerable", "near misses", "off-topic")
"""Cases by the expected behaviour; near misses are all without an answer that are not off-topic."""


Figures = Mapping[str, Figure]


@dataclass(frozen=True)
class Summary(RoundedFigures):
    """The figures of one run of one system.

    `figures` are the means of `scores.MEASURES`, precision, recall and F1 of abstention, `aurc` over the answers
    given and `auc` of telling answerable from unanswerable (both only where the system gives a confidence). `curve`
    is the risk-coverage curve of the answers given; `reliability` compares the probabilities with the share of cases
    that have an answer, by tenths, and `ece` is the mean distance of the two. `latency_ms` are nearest-rank
    percentiles over all records, including failed ones, for which users waited as well. `by_part` separates held-out
    cases from the others, where a set has such. `failed` lists cases where something broke, or without a record.
    `outcomes` says by part ("all", and each part where a set has held-out cases) what became of the answerable cases,
    of near misses and of off-topic ones (`GROUPS`): the shares `answered`, shown as the closest passages
    (`tentative`) and reported as not found (`not_found`), with Wilson's intervals, the rest failed; `auc` tells the
    answerable cases from this group by confidence (none for the answerable ones themselves). `causes` counts, by
    part, kind and language, why answerable cases were not shown their answer (`eval.metrics.scores`). `per_case` has
    every measure of every case, for paired tests."""

    system: str
    cases: int
    answerable: int
    answered: int
    failed: tuple[str, ...]
    figures: Figures
    by_kind: Mapping[str, Figures]
    by_language: Mapping[str, Figures]
    by_part: Mapping[str, Figures]
    outcomes: Mapping[str, Mapping[str, Figures]]
    causes: Mapping[str, Mapping[str, int]]
    curve: RiskCoverage | None
    reliability: tuple[Bin, ...]
    latency_ms: Mapping[str, float | None]
    median_words: float | None
    per_case: Mapping[str, Mapping[str, float | None]]


def summarise(cases: Sequence[Case], records: Sequence[Record], text_of: Callable[[str], str]) -> Summary:
    """The figures of a run. A failed record counts as wrong, and so does a case without a record.

    `text_of` as in `quote_exact`. `ValueError` where two records belong to one case, a record to an unknown case, or
    the records to several systems."""
    by_case = _index_records(cases, records)
    system = records[0].system if records else ""
    pairs = [
        (case, by_case.get(case.id) or Record(case.id, system, "failed", error="There is no record of this case."))
        for case in cases
    ]
    retrieves = any(record.ranked for record in records)
    whole = _Subset([(case, record, scores(case, record, text_of, retrieves)) for case, record in pairs])
    lengths = [sum(len(claim.text.split()) for claim in record.claims) for _, record in pairs if record.answered]
    times = [record.ms for record in records]
    parts = whole.split_by(lambda case: PARTS[case.held_out])
    held_out_parts = parts if PARTS[1] in parts else {}
    kinds, languages = whole.split_by(lambda case: case.kind), whole.split_by(lambda case: case.language)
    causes_of = {"all": whole, **(parts if len(parts) > 1 else {}), **languages, **kinds}
    return Summary(
        system=system,
        cases=len(cases),
        answerable=sum(case.answerable for case in cases),
        answered=sum(record.answered for _, record in pairs),
        failed=tuple(record.case for _, record in pairs if record.status == "failed"),
        figures=whole.figures() | whole.confidence(),
        by_kind={name: subset.figures() for name, subset in kinds.items()},
        by_language={name: subset.figures() for name, subset in languages.items()},
        by_part={name: subset.figures() for name, subset in held_out_parts.items()},
        outcomes={
            name: outcomes
            for name, subset in {"all": whole, **held_out_parts}.items()
            if (outcomes := subset.outcomes())
        },
        causes={name: counted for name, subset in causes_of.items() if (counted := count_causes(subset.pairs))},
        curve=whole.curve(),
        reliability=whole.reliability(),
        latency_ms={f"p{share}": percentile(times, share / 100) for share in (50, 95)},
        median_words=percentile(lengths, 0.5),
        per_case={case.id: row for case, _, row in whole.entries},
    )


def _index_records(cases: Sequence[Case], records: Sequence[Record]) -> dict[str, Record]:
    ids = {case.id for case in cases}
    records_by_case: dict[str, Record] = {}
    for record in records:
        if record.case not in ids:
            raise ValueError(f"there is a record of {record.case!r}, but no such case in the set")
        if record.case in records_by_case:
            raise ValueError(f"there are two records of case {record.case!r}")
        records_by_case[record.case] = record
    if len({record.system for record in records}) > 1:
        raise ValueError("the records are of several systems: summarize each by itself")
    return records_by_case


@dataclass(frozen=True)
class _Subset:
    """Cases of a run, each with its record and its measures; intervals are of `rounds` bootstrap draws."""

    entries: Sequence[tuple[Case, Record, Mapping[str, float | None]]]
    rounds: int = ROUNDS

    @property
    def pairs(self) -> list[tuple[Case, Record]]:
        """The cases with their records."""
        return [(case, record) for case, record, _ in self.entries]

    def split_by(self, name: Callable[[Case], str]) -> dict[str, _Subset]:
        """Splits the cases by a name that each has."""
        entries_by_name: dict[str, list[tuple[Case, Record, Mapping[str, float | None]]]] = {}
        for entry in self.entries:
            entries_by_name.setdefault(name(entry[0]), []).append(entry)
        return {name: _Subset(entries_by_name[name], SUBGROUP_ROUNDS) for name in sorted(entries_by_name)}

    def figure(self, values: Sequence[Any], statistic: Callable[[Floats], float | None] | None = None) -> Figure:
        """A statistic of one value a case; cases with None are left out."""
        rows = [
            (value, case.cluster) for value, (case, _, _) in zip(values, self.entries, strict=True) if value is not None
        ]
        return figure([value for value, _ in rows], statistic, self.rounds, [cluster for _, cluster in rows])

    def figures(self) -> dict[str, Figure]:
        """The means of all measures, and precision, recall and F1 of abstaining."""
        means = {name: self.figure([row[name] for _, _, row in self.entries]) for name in MEASURES}
        abstentions = [(abstained(record), case.answerable) for case, record in self.pairs]
        return means | {
            f"abstention_{name}": self.figure(abstentions, partial(_abstention_figure, name))
            for name in ("precision", "recall", "f1")
        }

    def confidence(self) -> dict[str, Figure]:
        """Figures of confidence and probabilities: aurc, auc, ece."""
        answers = [
            (_finite_confidence(record), not right(case, record)) if record.answered else None
            for case, record in self.pairs
        ]
        known = not any(each is not None and each[0] is None for each in answers)
        bins = self.reliability()
        count = sum(each.questions for each in bins)
        return {
            "aurc": self.figure(answers, lambda drawn: selective.aurc(drawn[:, 0], drawn[:, 1])) if known else Figure(),
            "auc": self.answerable_auc(),
            "ece": Figure(selective.expected_error(bins), cases=count) if count else Figure(),
        }

    def answerable_auc(self) -> Figure:
        """How well confidence tells the answerable cases from the others; no figure where a record gives none."""
        # A failed record counts as the lowest confidence.
        sure = [-np.inf if record.status == "failed" else _finite_confidence(record) for _, record in self.pairs]
        if any(confidence is None for confidence in sure):
            return Figure()
        entries = [(confidence, case.answerable) for confidence, (case, _) in zip(sure, self.pairs, strict=True)]
        return self.figure(
            entries, lambda drawn: selective.auc(drawn[:, 0].tolist(), drawn[:, 1].astype(bool).tolist())
        )

    def outcomes(self) -> dict[str, Figures]:
        """Shares of the outcomes of each group of cases, and the AUC of each against the answerable ones."""
        outcomes: dict[str, Figures] = {}
        answerable = [each for each in self.entries if each[0].answerable]
        for name in GROUPS:
            own = [each for each in self.entries if _group(each[0]) == name]
            records = [record for _, record, _ in own]
            if own:
                outcomes[name] = {
                    "answered": _share([record.answered for record in records]),
                    "tentative": _share([record.shown and not record.answered for record in records]),
                    "not_found": _share([abstained(record) for record in records]),
                    "auc": Figure()
                    if own == answerable
                    else _Subset([*answerable, *own], SUBGROUP_ROUNDS).answerable_auc(),
                }
        return outcomes

    def reliability(self) -> tuple[Bin, ...]:
        """Bins of the records that give a probability; none for a system that gives none."""
        predictions = [
            (record.probability, case.answerable) for case, record in self.pairs if record.probability is not None
        ]
        chances, answerable = (np.array([each[n] for each in predictions], dtype=np.float64) for n in (0, 1))
        return tuple(selective.reliability(chances, answerable)) if predictions else ()

    def curve(self) -> RiskCoverage | None:
        """The risk-coverage curve of the answers given, where each has a confidence."""
        answers = [(_finite_confidence(record), right(case, record)) for case, record in self.pairs if record.answered]
        points = [(confidence, correct) for confidence, correct in answers if confidence is not None]
        return selective.risk_coverage(points) if points and len(points) == len(answers) else None


def _abstention_figure(name: str, drawn: Floats) -> float | None:
    value: float | None = getattr(selective.abstention(*drawn.T), name)
    return value


def _finite_confidence(record: Record) -> float | None:
    """A record's confidence; None where it is not a finite number."""
    return record.confidence if record.confidence is not None and math.isfinite(record.confidence) else None


def _group(case: Case) -> str:
    return GROUPS[0] if case.answerable else GROUPS[1] if case.near_miss else GROUPS[2]


def _share(hits: Sequence[bool]) -> Figure:
    return wilson(sum(hits), len(hits))
