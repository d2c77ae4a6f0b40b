"""What is counted in the rows of a timetable: figures that a derived claim gives and no quote holds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from assistant.wording import values
from assistant.wording.counts import Unit
from corpus.dates import Date, dates_in


def computed(rows: Sequence[tuple[str, str]]) -> dict[Unit, frozenset[float]]:
    """What can be counted in cited rows, given as (quote, locator).

    Items: the rows. Meetings: the rows that give a range of times. Days: those that the rows are on. Hours: how long the
    ranges last, each and together, and the time between two that follow each other on one day. A row's day and times
    are those of its quote, else those of its locator.
    """
    slots: list[tuple[Date | None, int, int]] = []
    days: set[Date] = set()
    day: Date | None = None
    for quote, locator in rows:
        named = _dates(quote) or _dates(locator)
        days.update(named)
        day = named[0] if named else day
        clocks = _times(quote) or _times(locator)
        slots += [(day, start, end) for start, end in zip(clocks[::2], clocks[1::2], strict=False) if start < end]
    lengths = [(end - start) / 60 for _, start, end in slots]
    between = [(b[1] - a[2]) / 60 for a, b in pairwise(slots) if a[0] == b[0] and b[1] >= a[2]]
    return {
        "items": frozenset({float(len(rows))}),
        "meetings": frozenset({float(len(slots))}),
        "days": frozenset({float(len(days))}),
        "hours": frozenset([sum(lengths), *lengths, *between]),
    }


def _dates(text: str) -> tuple[Date, ...]:
    return dates_in(values.without_symbols(text)[1])


def _times(text: str) -> tuple[int, ...]:
    found, _ = values.times(values.plain(values.without_symbols(text)[1]))
    return found
