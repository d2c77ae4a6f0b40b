"""All figures of a run, with 95 % intervals, over all cases and by kind and language, ready to be written as JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from eval.cases import Case
from eval.metrics.scores import MEASURES, abstained, causes, right, scores, words_said
from eval.metrics.selective import (
    Bin,
    RiskCoverage,
    abstention,
    auc,
    aurc,
    expected_error,
    reliability,
    risk_coverage,
)  # fmt: skip
from eval.metrics.statistics import ROUNDS, Figure, Floats, figure, percentile, wilson
from eval.output import RoundedFigures
from eval.runs.records import Record

SUBGROUP_ROUNDS = 1_000
PARTS = ("development", "held out")
GROUPS = ("answerable", "near misses", "off-topic")
"""Cases by what an assistant should do with them; near misses are all without an answer that are not about something else."""


Figures = Mapping[str, Figure]


@dataclass(frozen=True)
class Summary(RoundedFigures):
    """The figures of one run of one system.

    `figures` are the means of `scores.MEASURES`, the abstention's precision, recall and F1, `aurc` over the answers given
    and `auc` of telling answerable from unanswerable (both only where the system says how sure it is). `curve` is the
    risk-coverage curve of the answers given; `reliability` are the chances that were told beside the share of their cases that
    have an answer, by tenths, and `ece` is how far these lie apart. `latency_ms` are nearest-rank percentiles over all records, failed ones too:
    people waited for these as well. `by_part` tells the cases that are held out from the others, where a set has such.
    `failed` lists cases without an answer because something broke, or without a record.
    `outcomes` say by part ("all", and where a set has cases that are held out, each part) what became of the cases that
    have an answer, of near misses and of what is off-topic (`GROUPS`): the shares `answered`, shown as what comes closest
    (`tentative`) and told that nothing is found (`not_found`), with Wilson's intervals, the rest failed; `auc` tells the answerable
    cases from this group by confidence, of the answerable ones themselves there is none. `causes` counts, by part, kind and language, why cases with an
    answer were not shown it (`eval.metrics.scores`).
    `per_case` holds every measure of every case, for paired tests.
    """

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

    `text_of` as in `quote_exact`. `ValueError` where two records are of one case, of a case that is not given, or of two
    systems.
    """
    by_case = _by_case(cases, records)
    system = records[0].system if records else ""
    pairs = [
        (case, by_case.get(case.id) or Record(case.id, system, "failed", error="There is no record of this case."))
        for case in cases
    ]
    retrieves = any(record.ranked for record in records)
    whole = _Some([(case, record, scores(case, record, text_of, retrieves)) for case, record in pairs])
    said = [float(n) for _, record in pairs if (n := words_said(record)) is not None]
    times = [record.ms for record in records]
    parts = whole.by(lambda case: PARTS[case.held_out])
    parted = parts if PARTS[1] in parts else {}
    kinds, languages = whole.by(lambda case: case.kind), whole.by(lambda case: case.language)
    causes_of = {"all": whole, **(parts if len(parts) > 1 else {}), **languages, **kinds}
    outcomes_of = {"all": whole, **({name: parts[name] for name in PARTS if name in parts} if parted else {})}
    return Summary(
        system=system,
        cases=len(cases),
        answerable=sum(case.answerable for case in cases),
        answered=sum(record.answered for _, record in pairs),
        failed=tuple(record.case for _, record in pairs if record.status == "failed"),
        figures=whole.figures() | whole.confidence(),
        by_kind={name: some.figures() for name, some in kinds.items()},
        by_language={name: some.figures() for name, some in languages.items()},
        by_part={name: some.figures() for name, some in parted.items()},
        outcomes={name: held for name, some in outcomes_of.items() if (held := some.outcomes())},
        causes={name: counted for name, some in causes_of.items() if (counted := causes(some.pairs))},
        curve=whole.curve(),
        reliability=whole.reliability(),
        latency_ms={f"p{share}": percentile(times, share / 100) for share in (50, 95)},
        median_words=percentile(said, 0.5),
        per_case={case.id: row for case, _, row in whole.held},
    )


def _by_case(cases: Sequence[Case], records: Sequence[Record]) -> dict[str, Record]:
    known = {case.id for case in cases}
    made: dict[str, Record] = {}
    for record in records:
        if record.case not in known:
            raise ValueError(f"there is a record of {record.case!r}, but no such case in the set")
        if record.case in made:
            raise ValueError(f"there are two records of case {record.case!r}")
        made[record.case] = record
    if len({record.system for record in records}) > 1:
        raise ValueError("the records are of several systems: summarise each by itself")
    return made


@dataclass(frozen=True)
class _Some:
    """Some cases of a run, each with its record and its measures; `rounds` are drawn for an interval."""

    held: Sequence[tuple[Case, Record, Mapping[str, float | None]]]
    rounds: int = ROUNDS

    @property
    def pairs(self) -> list[tuple[Case, Record]]:
        """The cases with their records."""
        return [(case, record) for case, record, _ in self.held]

    def by(self, name: Callable[[Case], str]) -> dict[str, _Some]:
        """The cases by a name that each has."""
        made: dict[str, list[tuple[Case, Record, Mapping[str, float | None]]]] = {}
        for each in self.held:
            made.setdefault(name(each[0]), []).append(each)
        return {name: _Some(made[name], SUBGROUP_ROUNDS) for name in sorted(made)}

    def figure(self, values: Sequence[Any], statistic: Callable[[Floats], float | None] | None = None) -> Figure:
        """A statistic of what each case has; cases that have None are left out."""
        told = [
            (value, case.cluster) for value, (case, _, _) in zip(values, self.held, strict=True) if value is not None
        ]
        return figure([value for value, _ in told], statistic, self.rounds, [cluster for _, cluster in told])

    def figures(self) -> dict[str, Figure]:
        """The means of all measures, and precision, recall and F1 of abstaining."""
        means = {name: self.figure([row[name] for _, _, row in self.held]) for name in MEASURES}
        silent = [(abstained(record), case.answerable) for case, record in self.pairs]
        return means | {
            f"abstention_{name}": self.figure(silent, partial(_abstention, name))
            for name in ("precision", "recall", "f1")
        }

    def confidence(self) -> dict[str, Figure]:
        """What confidence and chances are worth."""
        answers = [(_sure(record), not right(case, record)) if record.answered else None for case, record in self.pairs]
        known = not any(each is not None and each[0] is None for each in answers)
        bins = self.reliability()
        told = sum(each.questions for each in bins)
        return {
            "aurc": self.figure(answers, lambda drawn: aurc(drawn[:, 0], drawn[:, 1])) if known else Figure(),
            "auc": self.told_apart(),
            "ece": Figure(expected_error(bins), cases=told) if told else Figure(),
        }

    def told_apart(self) -> Figure:
        """How confidence tells the cases that have an answer from the others; no figure where a record gives none."""
        # Who fails on a question has no confidence in it.
        sure = [-np.inf if record.status == "failed" else _sure(record) for _, record in self.pairs]
        if any(confidence is None for confidence in sure):
            return Figure()
        held = [(confidence, case.answerable) for confidence, (case, _) in zip(sure, self.pairs, strict=True)]
        return self.figure(held, lambda drawn: auc(drawn[:, 0].tolist(), drawn[:, 1].astype(bool).tolist()))

    def outcomes(self) -> dict[str, Figures]:
        """What became of each group of cases."""
        made: dict[str, Figures] = {}
        good = [each for each in self.held if each[0].answerable]
        for name in GROUPS:
            own = [each for each in self.held if _group(each[0]) == name]
            records = [record for _, record, _ in own]
            if own:
                made[name] = {
                    "answered": _share([record.answered for record in records]),
                    "tentative": _share([record.shown and not record.answered for record in records]),
                    "not_found": _share([abstained(record) for record in records]),
                    "auc": Figure() if own == good else _Some([*good, *own], SUBGROUP_ROUNDS).told_apart(),
                }
        return made

    def reliability(self) -> tuple[Bin, ...]:
        """Of the records that tell a chance; none for a system that tells none."""
        told = [(record.probability, case.answerable) for case, record in self.pairs if record.probability is not None]
        chances, good = (np.array([each[n] for each in told], dtype=np.float64) for n in (0, 1))
        return tuple(reliability(chances, good)) if told else ()

    def curve(self) -> RiskCoverage | None:
        """Of the answers given, where each says how sure it is."""
        given = [(_sure(record), right(case, record)) for case, record in self.pairs if record.answered]
        points = [(confidence, correct) for confidence, correct in given if confidence is not None]
        return risk_coverage(points) if points and len(points) == len(given) else None


def _abstention(name: str, drawn: Floats) -> float | None:
    value: float | None = getattr(abstention(*drawn.T), name)
    return value


def _sure(record: Record) -> float | None:
    """A record's confidence; what is not a finite number orders nothing."""
    return record.confidence if record.confidence is not None and math.isfinite(record.confidence) else None


def _group(case: Case) -> str:
    return GROUPS[0] if case.answerable else GROUPS[1] if case.near_miss else GROUPS[2]


def _share(hits: Sequence[bool]) -> Figure:
    return wilson(sum(hits), len(hits))
