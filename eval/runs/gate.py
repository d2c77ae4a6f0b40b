"""Thresholds that a run must keep (`eval/gate.yaml`), and another run that it may not be worse than."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AllowInfNan, ConfigDict, Strict, ValidationError
from pydantic.dataclasses import dataclass

from eval.cases import EvaluationError, read_yaml
from eval.metrics.summary import Summary
from eval.runs.comparing import ABSTAINED, compare
from eval.runs.run_store import Run
from eval.runs.run_tables import MEANINGS

SHIPPED = Path(__file__).parent.parent / "gate.yaml"
COUNTS = ("failed", "left_out", "latency_p50_ms", "latency_p95_ms")
"""What may be bounded beside the figures of a summary."""
AGAINST = ("right", "shown", "fact_recall", ABSTAINED)
"""Figures in which a run may not be worse than the one that it is held against."""
ALPHA = 0.05


class GateError(EvaluationError):
    """A file of thresholds that can't be used; the message names it and says why."""


Bound = Annotated[float, Strict(), AllowInfNan(False)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Threshold:
    """The bounds of one figure, both included; None: not bounded on that side."""

    figure: str
    least: Bound | None = None
    most: Bound | None = None

    def broken(self, value: float | None) -> str | None:
        """What is wrong with a value, as a sentence; None where nothing is. A figure that is missing is wrong."""
        if value is None:
            return f"{self.figure} has no value, since no case has it."
        if self.least is not None and value < self.least:
            return f"{self.figure} is {_short(value)}, below {_short(self.least)}."
        if self.most is not None and value > self.most:
            return f"{self.figure} is {_short(value)}, above {_short(self.most)}."
        return None


def load_thresholds(path: Path, questions: str) -> list[Threshold]:
    """The thresholds of a file for a question set: a mapping from the set's name (or `any`) to figures, each with
    `least` or `most` or both. Raises `GateError`, also where the file has none for the set."""
    raw = read_yaml(path, GateError)
    if not isinstance(raw, dict) or not all(isinstance(each, dict) and each for each in raw.values()):
        raise GateError(f"{path} must map names of question sets (or 'any') to figures with their bounds.")
    made = {
        str(figure): _threshold(path, str(figure), bounds)
        for name in ("any", questions)
        for figure, bounds in raw.get(name, {}).items()
    }
    if not made:
        raise GateError(f"{path} has no thresholds for the set {questions!r}, only for {', '.join(map(str, raw))}.")
    return list(made.values())


def broken(thresholds: list[Threshold], run: Run, summary: Summary) -> list[str]:
    """A sentence for each threshold that a run breaks."""
    values = _values(run, summary)
    return [told for each in thresholds if (told := each.broken(values[each.figure])) is not None]


def losses(before: Run, after: Run) -> list[str]:
    """A sentence for each figure of `AGAINST` in which a run is worse than another by more than chance explains: p of the
    paired test below `ALPHA`. Raises `RunError` as `compare` does."""
    return [
        f"{name} falls from {_short(each.first)} to {_short(each.second)} (p = {each.p:.4f}, {each.cases} cases)."
        for name, each in compare(before, after).figures.items()
        if name in AGAINST and each.difference < 0 and each.p < ALPHA
    ]


def _values(run: Run, summary: Summary) -> Mapping[str, float | None]:
    return {
        **{name: figure.value for name, figure in summary.figures.items()},
        "failed": float(len(summary.failed)),
        "left_out": float(len(run.meta.get("left_out", []))),
        "latency_p50_ms": summary.latency_ms["p50"],
        "latency_p95_ms": summary.latency_ms["p95"],
    }


def _threshold(path: Path, figure: str, bounds: Any) -> Threshold:
    if figure not in MEANINGS and figure not in COUNTS:
        raise GateError(f"{path}: {figure!r} is no figure; there are {', '.join([*MEANINGS, *COUNTS])}.")
    try:
        made = Threshold(figure, **bounds)
        if made.least is made.most is None:
            raise TypeError("no bound")
    except (ValidationError, TypeError):
        raise GateError(f"{path}: {figure} must have 'least' or 'most' or both, each a number.") from None
    return made


def _short(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")
