"""Timetables that are grids, days along one side and times along the other: each cell that names items is a sitting, or part of one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.calendar_names import numbers_by_name
from corpus.dates import find_meeting_days, has_only_days, is_day_label
from corpus.meetings import Sitting, SittingItem
from ingest.time_ranges import find_times, half_of, is_clocked, names_half, parse_times, several_times

Spans = Sequence[tuple[int, int]]
"""Of each cell of a row how many columns and rows it spans."""
_LONG = 80
"""Characters of the longest label."""
_WORDS = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True)
class Named:
    """What the `label` of a row or a column names: days, and times of the day as they are printed. `row` is the block that has it."""

    label: str
    row: int
    days: tuple[dt.date, ...] = ()
    times: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Cell:
    """A cell of a grid: its columns, the rows that it reaches into, with its own, the items that it names, or its words."""

    columns: range
    down: int
    items: tuple[SittingItem, ...]
    words: str
    row: int


def heads_days(cells: Iterable[str]) -> bool:
    """Whether a row has the days of a timetable side by side."""
    return sum(bool(cell) and (is_day_label(cell) or _weekday(cell) is not None) for cell in cells) > 1


class Grid:
    """Reads the rows of a grid in their order. `dates` are the days of the meeting, `year` that of days that name none; `items` tells the
    items that a cell names, given its text and its block."""

    def __init__(
        self, dates: Sequence[dt.date], year: int | None, items: Callable[[str, int], Iterable[SittingItem]]
    ) -> None:
        self._dates, self._year, self._items = dates, year, items
        self._heads: dict[int, tuple[Named, ...]] = {}  # by column, outermost first
        self._heading = False  # the last row was one of heads
        self._label: Named | None = None
        self._hanging: list[_Cell] = []  # those that reach into the next row
        self._sittings: dict[tuple[dt.date, str, bool], Sitting] = {}

    def takes(self, row: int, cells: Sequence[str], spans: Spans, day: Named | None, *, header: bool) -> bool:
        """Reads a row that heads a grid or stands in one; False of any other, and of the `header` of a table that is none. `day` is
        that under which the table stands."""
        if self._take_heads(row, cells):
            return True
        if header or not self._heads:
            self._heads = {}
            return False
        self._heading = False
        first = min(self._heads)
        if any(cells[:first]):
            self._label = self._label_of(row, cells[:first])
        for column, text in enumerate(cells[first:], first):
            over, down = spans[column] if column < len(spans) else (1, 1)
            if text:
                items = tuple(self._items(text, row))
                self._hanging.append(_Cell(range(column, column + over), down, items, "" if items else text, row))
        for cell in self._hanging:
            for heads in dict.fromkeys(self._heads[column] for column in cell.columns if column in self._heads):
                self._add([*heads, self._label, day], cell)
        self._hanging = [replace(cell, down=cell.down - 1) for cell in self._hanging if cell.down > 1]
        return True

    def closed(self) -> list[Sitting]:
        """The sittings of the grid, which ends here, in the order of time."""
        found = sorted(self._sittings.values(), key=lambda sitting: sitting.sort_key)
        self._heads, self._label, self._hanging, self._sittings = {}, None, [], {}
        return found

    def _take_heads(self, row: int, cells: Sequence[str]) -> bool:
        """Takes a row that names the days or the times of the columns: two or more of a kind, and behind the first no item and hardly
        anything else."""
        named = {n: name for n, cell in enumerate(cells) if (name := self._named(cell, row, alone=True))}
        days = sum(bool(name.days) for name in named.values())
        halves = sum(any(map(names_half, name.times)) for name in named.values())
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
            head = named.get(column) if cell else head  # a blank one belongs to that before it
            if head is not None:
                self._heads[column] = (*above.get(column, ()), head)
        self._heading, self._label, self._hanging = True, None, []
        return True

    def _label_of(self, row: int, cells: Sequence[str]) -> Named | None:
        """What the cells before the first column of a grid name, together."""
        named = [name for cell in cells if (name := self._named(cell, row))]
        times = [time for name in named for time in name.times]
        clocked = [time for time in times if parse_times(time)]  # rather than "Morning" beside it
        label = next((name.label for name in named if name.days), "")
        return Named(label, row, tuple(day for name in named for day in name.days), tuple(clocked or times))

    def _add(self, names: Sequence[Named | None], cell: _Cell) -> None:
        """Adds what a cell says to the sittings of the days and times that are named first."""
        dated = next((name for name in names if name and name.days), None)
        timed = next((name for name in names if name and name.times), None)
        if dated is None or timed is None:
            return
        first, last = sorted((dated.row, timed.row))  # times may stand above the days
        for date in dated.days:
            for time in timed.times:
                start, end = parse_times(time) or (None, None)
                half = half_of(time)
                said = half[0] if half and not start else None
                opened = Sitting(date, start, end, dated.label, time, (), first, last, said)
                place = date, time, bool(cell.items)
                held = self._sittings.setdefault(place, opened)
                more = tuple(item for item in cell.items if item not in held.items)
                held = replace(held, items=held.items + more)
                if cell.words and cell.words not in held.words:
                    words = "; ".join(part for part in (held.words, cell.words) if part)
                    held = replace(held, words=words, last=cell.row)
                self._sittings[place] = held

    def _named(self, cell: str, row: int, *, alone: bool = False) -> Named | None:
        """The days and the times that a cell names; one that stands `alone` says nothing else."""
        text = cell.strip()
        if not text or len(text) > _LONG:
            return None
        times = (text,) if names_half(text) or is_clocked(text) else tuple(several_times(text))
        rest = "" if times else text
        if not times and (span := find_times(text)):
            times, rest = (text[slice(*span)],), f"{text[: span[0]]} {text[span[1] :]}"
        elif not times and (half := half_of(text)):
            times, rest = (text[half[1] :].rstrip(" )）"),), text[: half[1]]
        rest = rest.strip(" ,;:()（），،")
        days = self._days(rest)
        if not (days or times) or (alone and rest and not days and not names_half(rest)):
            return None
        return Named(rest if days else text, row, days, times)

    def _days(self, text: str) -> tuple[dt.date, ...]:
        """The days that a label names; a day of the week is that of the meeting."""
        if is_day_label(text) or has_only_days(text):
            return find_meeting_days(text, self._year)
        weekday, figures = _weekday(text), [int(word) for word in _WORDS.findall(text) if word.isdecimal()]
        days = tuple(day for day in self._dates if day.weekday() == weekday and figures in ([], [day.day]))
        return days if len(days) == 1 else ()


def _weekday(text: str) -> int | None:
    """The day of the week that a text names, with no more beside it than the day of the month."""
    words = [word for word in _WORDS.findall(text.casefold()) if not word.isdecimal()]
    names: Mapping[str, int] = numbers_by_name("weekdays") if len(words) == 1 else {}
    return names.get(words[0]) if words else None
