"""What is counted in the rows of a timetable: figures that a derived claim gives and no quote holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from eval.metrics import values
from eval.wording import Date, dates_in

Unit = Literal["meetings", "days", "hours", "items"]
_UNITS: dict[Unit, str] = {
    "meetings": r"meetings?|sittings?|séances?|sesi[óo]n(?:es)?|заседани\w+|(?:ال)?جلس(?:ة|ات|تين|تان)|次会议",
    "days": r"days?|jours?|d[íi]as?|дн(?:ей|я)|день|(?:ال)?أيام|天",
    "hours": r"hours?|heures?|horas?|час(?:ов|а)?|ч(?=\.)|(?:ال)?ساع(?:ة|ات)|小时",
    "items": r"items?|points?|temas?|пункт(?:ов|а|ы)|(?:ال)?بنود|个项目",
}
_COUNTED = {
    unit: re.compile(
        rf"(?<![\d.,])(\d+(?:\.\d+)?)\s?(?:{words})(?![^\W\d_])|"
        # Russian and Arabic also put it the other way round: the number of items of the agenda: 5.
        rf"(?<![^\W\d_])(?:{words})(?: повестки дня| جدول الأعمال)?(?:: | \(| (?=\d+\.?$))(\d+)",
        re.IGNORECASE,
    )
    for unit, words in _UNITS.items()
}


def counted(text: str) -> tuple[tuple[Unit, float], ...]:
    """The meetings, days, hours and items that a plain text counts: `4 meetings`, `дней: 2`."""
    return tuple(
        (unit, float(match.group(1) or match.group(2)))
        for unit, pattern in _COUNTED.items()
        for match in pattern.finditer(text)
    )


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
