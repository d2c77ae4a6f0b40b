"""A stored run before a model as judge, and what that judge is worth beside labels that people gave."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.cases import read_yaml
from eval.metrics.judge import Agreement, Ask, Judgement, agreement, judge
from eval.metrics.scores import right
from eval.metrics.statistics import bootstrap_interval
from eval.runs.run_store import Run, RunError
from eval.teller import Teller

JUDGEMENTS = "judgements.json"


@dataclass(frozen=True)
class Judged:
    """Judgements of a run, in the order of its cases. `share` of correct ones with its 95 % interval; failed
    judgements are not correct. `with_rules` is the agreement with the project's own rules, `with_labels` with labels."""

    judgements: tuple[Judgement, ...]
    share: float
    low: float
    high: float
    with_rules: Agreement
    with_labels: Agreement | None

    def to_json(self) -> dict[str, Any]:
        """All of it, ready to be written."""
        return asdict(self)


def judge_run(run: Run, ask: Ask, labels: Mapping[str, bool], tell: Teller) -> Judged:
    """Has every answer of a run judged, and writes the judgements into its folder. Raises `RunError` for a run without
    answers, or labels of which none is of a case of the run."""
    by_case = {record.case: record for record in run.records}
    pairs = [(case, by_case[case.id]) for case in run.cases if case.id in by_case]
    labelled = [n for n, (case, _) in enumerate(pairs) if case.id in labels]
    if not pairs or (labels and not labelled):
        raise RunError(f"{run.folder} has no answers" if not pairs else f"No label is of a case of {run.folder}.")
    counted = tell.counted(pairs, "answers judged", len(pairs))
    judgements = [judge(case, record, ask) for case, record in counted]
    correct = [float(each.correct) for each in judgements]
    interval = bootstrap_interval(correct, clusters=[case.cluster for case, _ in pairs])
    assert interval is not None  # there are answers
    sample = [judgements[n] for n in labelled]
    judged = Judged(
        judgements=tuple(judgements),
        share=sum(correct) / len(correct),
        low=interval.low,
        high=interval.high,
        with_rules=agreement(judgements, [right(case, record) for case, record in pairs]),
        with_labels=agreement(sample, [labels[each.case] for each in sample]) if sample else None,
    )
    (run.folder / JUDGEMENTS).write_text(json.dumps(judged.to_json(), indent=1), encoding="utf-8")
    return judged


def read_labels(path: Path) -> dict[str, bool]:
    """Labels from YAML or JSON: a mapping from case to true (correct) or false. Raises `RunError`."""
    raw = read_yaml(path, RunError)
    if not isinstance(raw, dict) or not raw or not all(isinstance(value, bool) for value in raw.values()):
        raise RunError(f"{path} must map cases to true or false: whether the answer is correct.")
    return {str(case): value for case, value in raw.items()}


def told_of(judged: Judged) -> Sequence[str]:
    """The result for people."""
    failed = sum(each.verdict == "failed" for each in judged.judgements)
    told = [
        f"Judged correct: {judged.share:.3f} ({judged.low:.3f}–{judged.high:.3f}) of {len(judged.judgements)} cases; "
        f"{failed} judgements failed and count as not correct."
    ]
    for name, held in (("the rules", judged.with_rules), ("the labels", judged.with_labels)):
        if held is not None:
            told.append(
                f"Agreement with {name}: {held.share:.3f} of {held.cases} cases, Cohen's kappa {held.kappa:.3f}."
            )
    return told
