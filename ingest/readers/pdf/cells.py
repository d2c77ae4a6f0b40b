"""Cells and rows of a table on a page."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.readers.pdf.prints import Print


@dataclass(frozen=True)
class TableCell:
    """A cell: its printed lines (marks of footnotes still in them), and how many columns it spans."""

    prints: tuple[Print, ...] = ()
    over: int = 1


Row = tuple[TableCell, ...]
"""One cell for each column."""
