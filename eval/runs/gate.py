"""The quality gate: thresholds that a run must meet (`eval/gate.yaml`), and a run that it must not be worse than."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Strict, TypeAdapter, ValidationError, model_validator

from eval.cases import EvaluationError, describe_error, read_yaml
from eval.metrics.summary import Summary
from eval.runs.run_comparison import ABSTAINED, compare
from eval.runs.run_store import Run
from eval.runs.run_tables import MEANINGS

SHIPPED = Path(__file__).parent.parent / "gate.yaml"
COUNTS = ("failed", "left_out", "latency_p50_ms", "latency_p95_ms")
"""Values that can be bounded in addition to the figures of a summary."""
AGAINST = ("right", "shown", "fact_recall", ABSTAINED)
"""Figures in which a run must not be worse than the other run."""
ALPHA = 0.05


class Threshold(BaseModel):
    """The bounds of a figure, both inclusive; None: not bounded on that side."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    least: Annotated[float, Strict()] | None = None
    most: Annotated[float, Strict()] | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Threshold:
        if self.least is self.most is None:
            raise ValueError("a figure must have 'least' or 'most' or both")
        return self

    def fault(self, value: float | None) -> str:
        """Describes how a value violates the bounds; empty where it does not. A missing value is a violation."""
        if value is None:
            return "has no value, since no case has it."
        if self.least is not None and value < self.least:
            return f"is {_format_value(value)}, below {_format_value(self.least)}."
        if self.most is not None and value > self.most:
            return f"is {_format_value(value)}, above {_format_value(self.most)}."
        return ""


def _check_figure_name(figure: str) -> str:
    if figure not in MEANINGS and figure not in COUNTS:
        raise ValueError(f"{figure!r} is no figure; there are {', '.join([*MEANINGS, *COUNTS])}")
    return figure


_FILE = TypeAdapter(dict[str, dict[Annotated[str, AfterValidator(_check_figure_name)], Threshold]])


def load_thresholds(path: Path, questions: str) -> dict[str, Threshold]:
    """Loads the thresholds of a file for a question set, by figure: a mapping from the set's name (or `any`) to
    figures, each with `least` or `most` or both. Raises `EvaluationError`, also where the file has none for the
    set."""
    try:
        thresholds = _FILE.validate_python(read_yaml(path))
    except ValidationError as error:
        raise EvaluationError(f"{path}: {describe_error(error)}") from None
    own = {**thresholds.get("any", {}), **thresholds.get(questions, {})}
    if not own:
        raise EvaluationError(f"{path} has no thresholds for the set {questions!r}, only for {', '.join(thresholds)}.")
    return own


def find_violations(thresholds: Mapping[str, Threshold], run: Run, summary: Summary) -> list[str]:
    """A sentence for each threshold that a run breaks."""
    values: dict[str, float | None] = {name: figure.value for name, figure in summary.figures.items()}
    values |= {"failed": len(summary.failed), "left_out": len(run.meta.get("left_out", []))}
    values |= {f"latency_{name}_ms": ms for name, ms in summary.latency_ms.items()}
    return [f"{name} {violation}" for name, each in thresholds.items() if (violation := each.fault(values[name]))]


def find_regressions(before: Run, after: Run) -> list[str]:
    """A sentence for each figure of `AGAINST` in which a run is worse than another by more than chance explains: p of
    the paired test below `ALPHA`. Raises `EvaluationError` as `compare` does."""
    return [
        f"{name} falls from {_format_value(each.first)} to {_format_value(each.second)} (p = {each.p:.4f}, {each.cases} cases)."
        for name, each in compare(before, after).figures.items()
        if name in AGAINST and each.difference < 0 and each.p < ALPHA
    ]


def _format_value(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")
