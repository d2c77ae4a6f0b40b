"""Splits rows of a timetable without rules: each time of day, and each item taken up then, begins a row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.readers.lines import group_consecutive
from ingest.readers.pdf.printed_lines import PrintedLine, Row, TableCell
from ingest.time_ranges import begins_span, find_times, is_explicit_time_span, is_half_of_day

_FIRST = 3  # number of columns among which that of the times is searched
_APART = 1.45  # lines of one column further apart than this many font sizes are two entries
_LEVEL = 0.8  # a line less than this many font sizes above a number belongs to the number's row
_NUMBER = re.compile(r"\d{1,3}\.?(?:\s*\([a-z]{1,2}\))?(?:\s*(?:,|and|et|y|и|[-‐-―])\s*(?:\d{1,3}|\([a-z]{1,2}\)))*\.?")


def split_timetable_rows(rows: Sequence[Row], *, ruled: bool) -> list[Row]:
    """The rows of a table; those of a timetable are split where a day, a time or an item begins, other tables are not
    changed. In `ruled` rows, a time that stands alone may be at half the height of its row."""
    timed = next((column for column in range(_FIRST) if any(_is_timed(row, column) for row in rows)), None)
    if timed is None:
        return list(rows)
    numbered = next((column for column in range(timed + 1, timed + 3) if _is_numbered(rows, column)), None)
    return [part for row in rows for part in _split_row(row, timed, numbered, ruled=ruled)]


def _cell(row: Row, column: int) -> tuple[PrintedLine, ...]:
    return row[column].printed_lines if column < len(row) else ()


def _entries(printed_lines: Sequence[PrintedLine]) -> list[list[PrintedLine]]:
    """The lines of a cell, split into entries where a line is apart from the one above or begins a time range."""

    def continues(entry: list[PrintedLine], line: PrintedLine) -> bool:
        apart = line.base - entry[-1].base > _APART * line.size or begins_span(line.text)
        return not apart and (not is_half_of_day(line.text) or _ends_span(entry[-1].text, line.text))

    return group_consecutive(printed_lines, continues)


def _ends_span(above: str, line: str) -> bool:
    """Whether a line is the end of the time range that the line above begins: `p.m.` below `10 a.m.–1`."""
    return find_times(above) is None and find_times(f"{above} {line}") is not None


def _is_timed(row: Row, column: int) -> bool:
    entries = [" ".join(line.text for line in entry) for entry in _entries(_cell(row, column))]
    return any(is_explicit_time_span(entry) or is_half_of_day(entry) for entry in entries)


def _is_numbered(rows: Sequence[Row], column: int) -> bool:
    lines = [line.text for row in rows for line in _cell(row, column)]
    numbers = sum(bool(_NUMBER.fullmatch(line)) for line in lines)
    return numbers >= 1 and numbers >= len(lines) - 1  # one line may be the column heading


def _split_row(row: Row, timed: int, numbered: int | None, *, ruled: bool) -> list[Row]:
    single = ruled and len(_entries(_cell(row, timed))) <= 1
    starts: list[float] = []
    if not single:  # the day is beside its first time
        starts += [entry[0].base for column in range(timed + 1) for entry in _entries(_cell(row, column))]
    if numbered is not None:
        starts += [line.base for line in _cell(row, numbered) if _NUMBER.fullmatch(line.text)]
    sizes = [line.size for cell in row for line in cell.printed_lines]
    near = _LEVEL * min(sizes, default=0.0)
    bounds = sorted(starts)
    bounds = [bound for n, bound in enumerate(bounds) if n == 0 or bound - bounds[n - 1] > near]
    if not bounds:
        return [row]
    parts = [[TableCell(col_span=cell.col_span) for cell in row] for _ in range(len(bounds) + 1)]
    for column, cell in enumerate(row):
        for line in cell.printed_lines:
            part = 0 if single and column <= timed else sum(line.base + near > bound for bound in bounds)
            target = parts[part][column]
            parts[part][column] = replace(target, printed_lines=(*target.printed_lines, line))
    if single and not any(cell.printed_lines for cell in parts[0][timed + 1 :]):
        parts = [[*parts[0][: timed + 1], *parts[1][timed + 1 :]], *parts[2:]]
    return [tuple(part) for part in parts if any(cell.printed_lines for cell in part)]
