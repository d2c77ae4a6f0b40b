"""Figures over outcomes, each with a 95 % interval, as a table for people and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.metrics.statistics import bootstrap_interval


@dataclass(frozen=True)
class Figure:
    """A value and its 95 % bootstrap interval over `rows` rows; None where no row counts."""

    value: float | None
    rows: int
    low: float | None = None
    high: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Rounded to four places."""
        given = {"value": self.value, "low": self.low, "high": self.high}
        return {name: None if each is None else round(each, 4) for name, each in given.items()} | {"rows": self.rows}

    def __str__(self) -> str:
        if self.value is None:
            return "-"
        if self.low is None or self.high is None:
            return f"{self.value:.3f}"
        return f"{self.value:.3f} ({self.low:.3f}-{self.high:.3f})"


Figures = Mapping[str, Figure]


def mean(values: Sequence[float | bool]) -> Figure:
    """The mean of values, of flags their share."""
    numbers = [float(value) for value in values]
    if not numbers:
        return Figure(None, 0)
    interval = bootstrap_interval(numbers)
    value = sum(numbers) / len(numbers)
    return Figure(value, len(numbers), *((interval.low, interval.high) if interval else ()))


def print_figures(console: Console, title: str, groups: Mapping[str, Figures], counted: Mapping[str, int]) -> None:
    """A table: a line a group with its number of rows, a column a figure."""
    names = list(dict.fromkeys(name for figures in groups.values() for name in figures))
    table = Table("", "rows", *names, title=title, title_justify="left")
    for group, figures in groups.items():
        cells = [str(figures[name]) if name in figures else "-" for name in names]
        table.add_row(Text(group), str(counted[group]), *cells)
    console.print(table)


def as_json(groups: Mapping[str, Figures]) -> dict[str, dict[str, Any]]:
    """The figures of each group."""
    return {group: {name: each.to_json() for name, each in figures.items()} for group, figures in groups.items()}
