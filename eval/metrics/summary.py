"""All figures of a run, with 95 % intervals, over all cases and by kind and language, ready to be written as JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from eval.cases import Case
from eval.metrics.calibration import Bin, expected_error, reliability
from eval.metrics.causes import causes
from eval.metrics.latency import percentile
from eval.metrics.scores import MEASURES, abstained, right, scores, words_said
from eval.metrics.selective import Abstention, RiskCoverage, abstention, auc, aurc, risk_coverage
from eval.metrics.statistics import Floats, Interval, bootstrap_interval, wilson
from eval.runs.records import Record

SUBGROUP_ROUNDS = 1_000
PARTS = ("development", "held out")
GROUPS = ("answerable", "near misses", "off-topic")
"""Cases by what an assistant should do with them; near misses are all without an answer that are not about something else."""


@dataclass(frozen=True)
class Figure:
    """A figure, its 95 % interval, and over how many cases; None where no case has it."""

    value: float | None
    low: float | None
    high: float | None
    cases: int


Figures = Mapping[str, Figure]


@dataclass(frozen=True)
class Outcome:
    """What became of a group of cases: the shares answered, shown as what comes closest, and told that nothing is found,
    with Wilson's intervals; the rest failed. `auc` tells the answerable cases from this group by confidence, with a bootstrap
    interval; of the answerable ones themselves there is none."""

    answered: Figure
    tentative: Figure
    not_found: Figure
    auc: Figure


@dataclass(frozen=True)
class Summary:
    """The figures of one run of one system.

    `figures` are the means of `scores.MEASURES`, the abstention's precision, recall and F1, `aurc` over the answers given
    and `auc` of telling answerable from unanswerable (both only where the system says how sure it is). `curve` is the
    risk-coverage curve of the answers given; `reliability` are the chances that were told beside the share of their cases that
    have an answer, by tenths, and `ece` is how far these lie apart. `latency_ms` are nearest-rank percentiles over all records, failed ones too:
    people waited for these as well. `by_part` tells the cases that are held out from the others, where a set has such.
    `failed` lists cases without an answer because something broke, or without a record.
    `outcomes` say by part ("all", and where a set has cases that are held out, each part) what became of the cases that
    have an answer, of near misses and of what is off-topic (`GROUPS`); `causes` counts, by part, kind and language, why cases with an
    answer were not shown it (`eval.metrics.causes`).
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
    outcomes: Mapping[str, Mapping[str, Outcome]]
    causes: Mapping[str, Mapping[str, int]]
    curve: RiskCoverage | None
    reliability: tuple[Bin, ...]
    latency_ms: Mapping[str, float | None]
    median_words: float | None
    per_case: Mapping[str, Mapping[str, float | None]]

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary, figures rounded to four digits; nothing in it is infinite or not a number."""
        made: dict[str, Any] = _rounded(asdict(self))
        return made


def summarise(
    cases: Sequence[Case], records: Sequence[Record], text_of: Callable[[str], str], seed: int = 0
) -> Summary:
    """The figures of a run. A failed record counts as wrong, and so does a case without a record.

    `text_of` as in `quotes`. `ValueError` where two records are of one case, of a case that is not given, or of two
    systems.
    """
    by_case = _by_case(cases, records)
    system = records[0].system if records else ""
    pairs = [
        (case, by_case.get(case.id) or Record(case.id, system, "failed", error="There is no record of this case."))
        for case in cases
    ]
    retrieves = any(record.ranked for record in records)
    parted = any(case.held_out for case in cases)
    rows = [scores(case, record, text_of, retrieves) for case, record in pairs]
    clusters = [case.cluster for case in cases]
    said = [float(n) for _, record in pairs if (n := words_said(record)) is not None]
    times = [record.ms for record in records]
    return Summary(
        system=system,
        cases=len(cases),
        answerable=sum(case.answerable for case in cases),
        answered=sum(record.answered for _, record in pairs),
        failed=tuple(record.case for _, record in pairs if record.status == "failed"),
        figures={**_means(rows, clusters, seed), **_judgement(pairs, seed)},
        by_kind=_groups(pairs, rows, [case.kind for case in cases], seed),
        by_language=_groups(pairs, rows, [case.language for case in cases], seed),
        by_part=_groups(pairs, rows, [PARTS[case.held_out] for case in cases], seed) if parted else {},
        outcomes=_outcomes(pairs, seed),
        causes=_causes(pairs),
        curve=_curve(pairs),
        reliability=_reliability(pairs),
        latency_ms={f"p{share}": percentile(times, share / 100) for share in (50, 95)},
        median_words=percentile(said, 0.5),
        per_case={case.id: row for case, row in zip(cases, rows, strict=True)},
    )


_Pairs = Sequence[tuple[Case, Record]]
_Rows = Sequence[Mapping[str, float | None]]


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


def _means(rows: _Rows, clusters: Sequence[str], seed: int, rounds: int = 2_000) -> dict[str, Figure]:
    return {name: _figure([row[name] for row in rows], clusters, seed, rounds) for name in MEASURES}


def _figure(values: Sequence[float | None], clusters: Sequence[str], seed: int, rounds: int) -> Figure:
    held = np.array([value for value in values if value is not None], dtype=np.float64)
    value = float(held.mean()) if len(held) else None
    named = [name for name, each in zip(clusters, values, strict=True) if each is not None]
    return _with(value, bootstrap_interval(held, seed=seed, rounds=rounds, clusters=named), len(held))


def _with(value: float | None, interval: Interval | None, cases: int) -> Figure:
    if value is None or interval is None:
        return Figure(value, None, None, cases)
    return Figure(value, interval.low, interval.high, cases)


def _judgement(pairs: _Pairs, seed: int) -> dict[str, Figure]:
    """What is no mean over cases: abstention and confidence."""
    made = {**_abstention(pairs, seed), "aurc": Figure(None, None, None, 0), "auc": _told_apart(pairs, seed)}
    bins = _reliability(pairs)
    told = sum(each.questions for each in bins)
    made["ece"] = Figure(expected_error(bins) if told else None, None, None, told)
    answers = [(case, record) for case, record in pairs if record.answered]
    given = [(_sure(record), right(case, record)) for case, record in answers]
    if given and all(confidence is not None for confidence, _ in given):
        points = np.array([(confidence, not correct) for confidence, correct in given], dtype=np.float64)
        interval = bootstrap_interval(
            points, lambda drawn: aurc(drawn[:, 0], drawn[:, 1]), seed, clusters=_clusters(answers)
        )
        made["aurc"] = _with(aurc(points[:, 0], points[:, 1]), interval, len(points))
    return made


def _told_apart(pairs: _Pairs, seed: int, rounds: int = 2_000) -> Figure:
    """How confidence tells the cases that have an answer from the others; no figure where a record gives none."""
    # Who fails on a question has no confidence in it.
    sure = [-np.inf if record.status == "failed" else _sure(record) for _, record in pairs]
    if not pairs or not all(confidence is not None for confidence in sure):
        return Figure(None, None, None, 0)
    held = np.array([(sure[n], case.answerable) for n, (case, _) in enumerate(pairs)], dtype=np.float64)
    interval = bootstrap_interval(held, _auc, seed, rounds, clusters=_clusters(pairs))
    return _with(_auc(held), interval, len(held))


def _reliability(pairs: _Pairs) -> tuple[Bin, ...]:
    """Of the records that tell a chance; none for a system that tells none."""
    told = [(record.probability, case.answerable) for case, record in pairs if record.probability is not None]
    chances, right = (np.array([each[n] for each in told], dtype=np.float64) for n in (0, 1))
    return tuple(reliability(chances, right)) if told else ()


def _clusters(pairs: _Pairs) -> list[str]:
    return [case.cluster for case, _ in pairs]


def _abstention(pairs: _Pairs, seed: int, rounds: int = 2_000) -> dict[str, Figure]:
    held = np.array([(abstained(record), case.answerable) for case, record in pairs], dtype=np.float64).reshape(-1, 2)
    made = {}
    for name in ("precision", "recall", "f1"):

        def part(drawn: Floats, name: str = name) -> float | None:
            figures: Abstention = abstention(drawn[:, 0].astype(bool).tolist(), drawn[:, 1].astype(bool).tolist())
            value: float | None = getattr(figures, name)
            return value

        interval = bootstrap_interval(held, part, seed, rounds, clusters=_clusters(pairs))
        made[f"abstention_{name}"] = _with(part(held), interval, len(held))
    return made


def _sure(record: Record) -> float | None:
    """A record's confidence; what is not a finite number orders nothing."""
    return record.confidence if record.confidence is not None and math.isfinite(record.confidence) else None


def _auc(drawn: Floats) -> float | None:
    return auc(drawn[:, 0].tolist(), drawn[:, 1].astype(bool).tolist())


def _outcomes(pairs: _Pairs, seed: int) -> dict[str, dict[str, Outcome]]:
    parts = {"all": pairs}
    if any(case.held_out for case, _ in pairs):
        parts |= {name: [pair for pair in pairs if PARTS[pair[0].held_out] == name] for name in PARTS}
    return {name: _by_group(own, seed) for name, own in parts.items() if own}


def _causes(pairs: _Pairs) -> dict[str, dict[str, int]]:
    """By part, language and kind; groups without an answerable case are left out."""
    parts = {name: own for name in PARTS if (own := [pair for pair in pairs if PARTS[pair[0].held_out] == name])}
    groups: dict[str, _Pairs] = {"all": pairs, **(parts if len(parts) > 1 else {})}
    for names in ([case.language for case, _ in pairs], [case.kind for case, _ in pairs]):
        for name in sorted(set(names)):
            groups[name] = [pair for pair, own in zip(pairs, names, strict=True) if own == name]
    return {name: counted for name, own in groups.items() if (counted := causes(own))}


def _by_group(pairs: _Pairs, seed: int) -> dict[str, Outcome]:
    made = {}
    good = [pair for pair in pairs if pair[0].answerable]
    for name in GROUPS:
        own = [pair for pair in pairs if _group(pair[0]) == name]
        records = [record for _, record in own]
        if own:
            made[name] = Outcome(
                answered=_share([record.answered for record in records]),
                tentative=_share([record.shown and not record.answered for record in records]),
                not_found=_share([abstained(record) for record in records]),
                auc=Figure(None, None, None, 0) if own == good else _told_apart([*good, *own], seed, SUBGROUP_ROUNDS),
            )
    return made


def _group(case: Case) -> str:
    return GROUPS[0] if case.answerable else GROUPS[1] if case.near_miss else GROUPS[2]


def _share(hits: Sequence[bool]) -> Figure:
    return _with(sum(hits) / len(hits), wilson(sum(hits), len(hits)), len(hits))


def _curve(pairs: _Pairs) -> RiskCoverage | None:
    given = [(_sure(record), right(case, record)) for case, record in pairs if record.answered]
    points = [(confidence, correct) for confidence, correct in given if confidence is not None]
    return risk_coverage(points) if points and len(points) == len(given) else None


def _groups(pairs: _Pairs, rows: _Rows, names: Sequence[str], seed: int) -> dict[str, Figures]:
    made: dict[str, Figures] = {}
    for name in sorted(set(names)):
        chosen = [n for n, each in enumerate(names) if each == name]
        own = [pairs[n] for n in chosen]
        figures = _means([rows[n] for n in chosen], _clusters(own), seed, SUBGROUP_ROUNDS)
        made[name] = {**figures, **_abstention(own, seed, SUBGROUP_ROUNDS)}
    return made


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_rounded(each) for each in value]
    return value
