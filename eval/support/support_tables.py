"""The measurements as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.support.support_measure import TRUE, Told


def print_shares(console: Console, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """A line a kind: what the check of written sentences and the evaluation's own judge right, in all and of the half
    that nothing was fitted on, and where the first errs."""
    table = Table("Kind", "Claims", "Right", "Held out", "Wrong, by language", "Evaluation's check")
    for row, other in zip(rows["check"], rows["evaluation"], strict=True):
        wrong = ", ".join(f"{code} {n}/{of}" for code, (n, of) in row["wrong_by_language"].items() if n)
        name = "true, stand" if row["kind"] == TRUE else f"{row['kind']}, caught"
        table.add_row(
            name, str(row["count"]), _share(row["right"]), _share(row["held_out"]), wrong, _share(other["right"])
        )
    console.print(table)


def print_faults(console: Console, told: Sequence[Told]) -> None:
    """Each claim that was judged wrongly, with its source."""
    for each in told:
        if not each.right:
            half = "held out" if each.held_out else "fitted"
            console.print(Text(f"{each.kind} ({each.language}, {half}): {each.claim}\n    {each.source}"))


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
