"""Reads timetables that are grids, with days along one side and times along the other: each cell that names items is a
sitting, or part of one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.calendar_names import numbers_by_name
from corpus.dates import find_meeting_days, has_only_days, is_day_label
from corpus.meetings import Sitting, SittingItem
from ingest.time_ranges import (
    find_half_of_day,
    find_times,
    is_explicit_time_span,
    is_half_of_day,
    parse_start,
    parse_time_list,
    parse_times,
)

Spans = Sequence[tuple[int, int]]  # for each cell of a row the numbers of columns and rows that it spans
_MAX_LABEL = 80  # most characters of a label
_WORDS = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True)
class Label:
    """A `label` of a row or a column: the days it names, and the times of day as printed. `row` is its block."""

    label: str
    row: int
    days: tuple[dt.date, ...] = ()
    times: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Cell:
    """A cell of a grid: its columns, the number of rows that it still spans including its own (`down`), the items that
    it names, or its words."""

    columns: range
    down: int
    items: tuple[SittingItem, ...]
    words: str
    row: int


def has_day_headings(cells: Iterable[str]) -> bool:
    """Whether a row has the days of a timetable side by side."""
    return sum(bool(cell) and (is_day_label(cell) or _weekday(cell) is not None) for cell in cells) > 1


def new_sitting(day: dt.date, label: str, time: str, rows: tuple[int | None, int]) -> Sitting:
    """A sitting on a day, at a time as printed, which may be only its beginning, without items so far; `rows` name the
    day and the time."""
    start, end = parse_times(time) or (parse_start(time), None)
    half = None if start else find_half_of_day(time)
    return Sitting(day, start, end, label, time, (), *rows, half[0] if half else None)


class Grid:
    """Reads the rows of a grid in order. `dates` are the days of the meeting, `year` is the year of days without one;
    `items` finds the items that a cell names, given its text and its block."""

    def __init__(
        self, dates: Sequence[dt.date], year: int | None, items: Callable[[str, int], Iterable[SittingItem]]
    ) -> None:
        self._dates, self._year, self._items = dates, year, items
        self._heads: dict[int, tuple[Label, ...]] = {}  # by column, outermost first
        self._heading = False  # the last row was a header
        self._label: Label | None = None
        self._spanning: list[_Cell] = []  # cells that span the next row
        self._sittings: dict[tuple[dt.date, str, bool], Sitting] = {}

    def read_row(self, row: int, cells: Sequence[str], spans: Spans, day: Label | None, *, header: bool) -> bool:
        """Reads a row that is a header or a row of a grid; returns False for any other row, and for the `header` of a
        table that is not a grid. `day` is the day above the table."""
        if self._read_header(row, cells):
            return True
        if header or not self._heads:
            self._heads = {}
            return False
        self._heading = False
        first = min(self._heads)
        if any(cells[:first]):
            self._label = self._row_label(row, cells[:first])
        for column, text in enumerate(cells[first:], first):
            over, down = spans[column] if column < len(spans) else (1, 1)
            if text:
                items = tuple(self._items(text, row))
                self._spanning.append(_Cell(range(column, column + over), down, items, "" if items else text, row))
        for cell in self._spanning:
            for heads in dict.fromkeys(self._heads[column] for column in cell.columns if column in self._heads):
                self._add([*heads, self._label, day], cell)
        self._spanning = [replace(cell, down=cell.down - 1) for cell in self._spanning if cell.down > 1]
        return True

    def finish(self) -> list[Sitting]:
        """Ends the grid and returns its sittings in order of time."""
        found = sorted(self._sittings.values(), key=lambda sitting: sitting.sort_key)
        self._heads, self._label, self._spanning, self._sittings = {}, None, [], {}
        return found

    def _read_header(self, row: int, cells: Sequence[str]) -> bool:
        """Reads a row with the days or times of the columns: at least two of a kind, and after the first of them no
        item and almost nothing else."""
        named = {n: name for n, cell in enumerate(cells) if (name := self._parse_label(cell, row, alone=True))}
        days = sum(bool(name.days) for name in named.values())
        halves = sum(any(map(is_half_of_day, name.times)) for name in named.values())
        clocked = sum(bool(name.times) for name in named.values()) - halves  # "Morning | 10 a.m.–1 p.m." is one time
        if max(days, halves, clocked) < 2:
            return False
        first = min(named)
        others = [cell for n, cell in enumerate(cells) if cell and n > first and n not in named]
        if len(others) >= len(named) or any(any(self._items(cell, row)) for cell in others):
            return False
        above = {} if days or not self._heading else self._heads  # days, with the times of each below
        self._heads, head = {}, None
        for column, cell in enumerate(cells[first:], first):
            head = named.get(column) if cell else head  # a blank cell belongs to the one before it
            if head is not None:
                self._heads[column] = (*above.get(column, ()), head)
        self._heading, self._label, self._spanning = True, None, []
        return True

    def _row_label(self, row: int, cells: Sequence[str]) -> Label | None:
        """The label of a row: what the cells before the first column of the grid name together."""
        named = [name for cell in cells if (name := self._parse_label(cell, row))]
        times = [time for name in named for time in name.times]
        clocked = [time for time in times if parse_times(time)]  # rather than "Morning" beside it
        label = next((name.label for name in named if name.days), "")
        return Label(label, row, tuple(day for name in named for day in name.days), tuple(clocked or times))

    def _add(self, names: Sequence[Label | None], cell: _Cell) -> None:
        """Adds a cell to the sittings of its days and times, from the first of the labels that name them."""
        dated = next((name for name in names if name and name.days), None)
        timed = next((name for name in names if name and name.times), None)
        if dated is None or timed is None:
            return
        rows = min(dated.row, timed.row), max(dated.row, timed.row)  # times may stand above the days
        for date in dated.days:
            for time in timed.times:
                key = date, time, bool(cell.items)
                sitting = self._sittings.get(key) or new_sitting(date, dated.label, time, rows)
                more = tuple(item for item in cell.items if item not in sitting.items)
                sitting = replace(sitting, items=sitting.items + more)
                if cell.words and cell.words not in sitting.words:
                    words = "; ".join(part for part in (sitting.words, cell.words) if part)
                    sitting = replace(sitting, words=words, last=cell.row)
                self._sittings[key] = sitting

    def _parse_label(self, cell: str, row: int, *, alone: bool = False) -> Label | None:
        """The days and times that a cell names; None where there are none, or, if it must be `alone`, where it has
        other words."""
        text = cell.strip()
        if not text or len(text) > _MAX_LABEL:
            return None
        times = (text,) if is_half_of_day(text) or is_explicit_time_span(text) else tuple(parse_time_list(text))
        rest = "" if times else text
        if not times and (span := find_times(text)):
            times, rest = (text[slice(*span)],), f"{text[: span[0]]} {text[span[1] :]}"
        elif not times and (half := find_half_of_day(text)):
            times, rest = (text[half[1] :].rstrip(" )）"),), text[: half[1]]
        rest = rest.strip(" ,;:()（），،")
        days = self._days(rest)
        if not (days or times) or (alone and rest and not days and not is_half_of_day(rest)):
            return None
        return Label(rest if days else text, row, days, times)

    def _days(self, text: str) -> tuple[dt.date, ...]:
        """The days that a label names; a day of the week is that of the meeting."""
        if is_day_label(text) or has_only_days(text):
            return find_meeting_days(text, self._year)
        weekday, figures = _weekday(text), [int(word) for word in _WORDS.findall(text) if word.isdecimal()]
        days = tuple(day for day in self._dates if day.weekday() == weekday and figures in ([], [day.day]))
        return days if len(days) == 1 else ()


def _weekday(text: str) -> int | None:
    """The day of the week that a text names, with nothing but the day of the month beside it."""
    words = [word for word in _WORDS.findall(text.casefold()) if not word.isdecimal()]
    names: Mapping[str, int] = numbers_by_name("weekdays") if len(words) == 1 else {}
    return names.get(words[0]) if words else None
