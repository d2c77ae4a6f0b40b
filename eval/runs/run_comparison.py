"""Comparison of two runs over the cases that both have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.cases import EvaluationError
from eval.metrics.scores import MEASURES
from eval.metrics.statistics import Difference, mcnemar, paired_difference
from eval.metrics.summary import Summary, summarise
from eval.runs.run_store import Run, question_hash

ABSTAINED = "abstention_recall"


@dataclass(frozen=True)
class Comparison:
    """How run B (`second`) differs from run A. `gained` are the cases that only B has right, `lost` those that only A
    has right; `mcnemar` is the p value of McNemar's test. Cases about one document are resampled and sign-flipped
    together."""

    first: str
    second: str
    cases: int
    figures: Mapping[str, Difference]
    mcnemar: float
    gained: tuple[str, ...]
    lost: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The comparison as a JSON-ready dictionary."""
        return asdict(self)


def summarise_run(run: Run) -> Summary:
    """The figures of a stored run. Raises `EvaluationError` where cases have not been asked yet."""
    if run.missing:
        raise EvaluationError(
            f"{run.folder} is not finished: {run.missing} of {len(run.cases)} cases were not asked yet. "
            "Give the same 'eval run' command again to go on with it."
        )
    return summarise(run.cases, run.records, run.text_of)


def shared_cases(first: Run, second: Run) -> list[str]:
    """The ids of the cases with the same question in two runs."""
    questions = {case.id: question_hash(case) for case in first.cases}
    return [case.id for case in second.cases if questions.get(case.id) == question_hash(case)]


def compare(first: Run, second: Run, before: Summary | None = None, after: Summary | None = None) -> Comparison:
    """Compares two stored runs, given their figures where known. Raises `EvaluationError` where one is not finished,
    or they have no question in common."""
    before, after = before or summarise_run(first), after or summarise_run(second)
    shared = shared_cases(first, second)
    if not shared:
        raise EvaluationError(f"{first.folder} and {second.folder} have no question in common.")
    clusters = {case.id: case.cluster for case in second.cases}
    figures = {}
    for name in MEASURES:
        if (difference := _paired_measure(before, after, shared, name, clusters)) is not None:
            figures[name] = difference
    # For a case without an answer abstaining is right: this is the recall of abstention, case by case.
    unanswerable = [case.id for case in second.cases if case.id in set(shared) and not case.answerable]
    if (difference := _paired_measure(before, after, unanswerable, "right", clusters)) is not None:
        figures[ABSTAINED] = difference
    right_before = [before.per_case[case]["right"] == 1.0 for case in shared]
    right_after = [after.per_case[case]["right"] == 1.0 for case in shared]
    changed = list(zip(shared, right_before, right_after, strict=True))
    return Comparison(
        first=first.name,
        second=second.name,
        cases=len(shared),
        figures=figures,
        mcnemar=mcnemar(right_before, right_after, [clusters[case] for case in shared]),
        gained=tuple(case for case, was, now in changed if now and not was),
        lost=tuple(case for case, was, now in changed if was and not now),
    )


def _paired_measure(
    before: Summary, after: Summary, cases: Sequence[str], name: str, clusters: Mapping[str, str]
) -> Difference | None:
    """The paired difference of a measure over the cases for which both runs have it; None where there are none."""
    values = {
        case: (a, b)
        for case in cases
        if (a := before.per_case[case][name]) is not None and (b := after.per_case[case][name]) is not None
    }
    first, second = [pair[0] for pair in values.values()], [pair[1] for pair in values.values()]
    return paired_difference(first, second, clusters=[clusters[case] for case in values])
