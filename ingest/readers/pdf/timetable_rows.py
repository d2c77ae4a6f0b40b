"""Rows of a timetable that no rule parts: each time of day, and each item taken up then, begins one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.readers.lines import group_consecutive
from ingest.readers.pdf.printed_lines import Print, Row, TableCell
from ingest.time_ranges import begins_span, find_times, is_explicit_time_span, is_half_of_day

_FIRST = 3
"""Times stand in one of so many columns."""
_APART = 1.45
"""Lines of one column further apart than so many font sizes are two entries."""
_LEVEL = 0.8
"""A line less than so many font sizes above a number belongs to the number's row."""
_NUMBER = re.compile(r"\d{1,3}\.?(?:\s*\([a-z]{1,2}\))?(?:\s*(?:,|and|et|y|и|[-‐-―])\s*(?:\d{1,3}|\([a-z]{1,2}\)))*\.?")


def slotted(rows: Sequence[Row], *, ruled: bool) -> list[Row]:
    """The rows of a table, those of a timetable parted where a day, a time or an item begins; other tables as they are.

    In `ruled` rows, a time that stands alone may be set at half the height of its row.
    """
    timed = next((column for column in range(_FIRST) if any(_is_timed(row, column) for row in rows)), None)
    if timed is None:
        return list(rows)
    numbered = next((column for column in range(timed + 1, timed + 3) if _is_numbered(rows, column)), None)
    return [part for row in rows for part in _parted(row, timed, numbered, ruled=ruled)]


def _cell(row: Row, column: int) -> tuple[Print, ...]:
    return row[column].prints if column < len(row) else ()


def _entries(prints: Sequence[Print]) -> list[list[Print]]:
    """The lines of a cell, those that stand apart from the one above or begin a span of time as entries of their own."""

    def goes_on(entry: list[Print], line: Print) -> bool:
        apart = line.base - entry[-1].base > _APART * line.size or begins_span(line.text)
        return not apart and (not is_half_of_day(line.text) or _ends_span(entry[-1].text, line.text))

    return group_consecutive(prints, goes_on)


def _ends_span(above: str, line: str) -> bool:
    """Whether a line is the end of the span of time that the line above begins: `p.m.` below `10 a.m.–1`."""
    return find_times(above) is None and find_times(f"{above} {line}") is not None


def _is_timed(row: Row, column: int) -> bool:
    entries = [" ".join(line.text for line in entry) for entry in _entries(_cell(row, column))]
    return any(is_explicit_time_span(entry) or is_half_of_day(entry) for entry in entries)


def _is_numbered(rows: Sequence[Row], column: int) -> bool:
    lines = [line.text for row in rows for line in _cell(row, column)]
    numbers = sum(bool(_NUMBER.fullmatch(line)) for line in lines)
    return numbers >= 1 and numbers >= len(lines) - 1  # one line may head the column


def _parted(row: Row, timed: int, numbered: int | None, *, ruled: bool) -> list[Row]:
    single = ruled and len(_entries(_cell(row, timed))) <= 1
    starts: list[float] = []
    if not single:  # the day stands beside its first time
        starts += [entry[0].base for column in range(timed + 1) for entry in _entries(_cell(row, column))]
    if numbered is not None:
        starts += [line.base for line in _cell(row, numbered) if _NUMBER.fullmatch(line.text)]
    sizes = [line.size for cell in row for line in cell.prints]
    near = _LEVEL * min(sizes, default=0.0)
    bounds = sorted(starts)
    bounds = [bound for n, bound in enumerate(bounds) if n == 0 or bound - bounds[n - 1] > near]
    if not bounds:
        return [row]
    parts = [[TableCell(col_span=cell.col_span) for cell in row] for _ in range(len(bounds) + 1)]
    for column, cell in enumerate(row):
        for line in cell.prints:
            part = 0 if single and column <= timed else sum(line.base + near > bound for bound in bounds)
            put = parts[part][column]
            parts[part][column] = replace(put, prints=(*put.prints, line))
    if single and not any(cell.prints for cell in parts[0][timed + 1 :]):
        parts = [[*parts[0][: timed + 1], *parts[1][timed + 1 :]], *parts[2:]]
    return [tuple(part) for part in parts if any(cell.prints for cell in part)]
