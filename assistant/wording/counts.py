"""Numbers of meetings, days, hours and items that a text counts, in six languages."""

from __future__ import annotations

import re
from typing import Literal

Unit = Literal["meetings", "days", "hours", "items"]
_UNITS: dict[Unit, str] = {
    "meetings": r"meetings?|sittings?|séances?|sesi[óo]n(?:es)?|заседани\w+|(?:ال)?جلس(?:ة|ات|تين|تان)|次会议",
    "days": r"days?|jours?|d[íi]as?|дн(?:ей|я)|день|(?:ال)?أيام|天",
    "hours": r"hours?|heures?|horas?|час(?:ов|а)?|ч(?=\.)|(?:ال)?ساع(?:ة|ات)|小时",
    "items": r"items?|points?|temas?|пункт(?:ов|а|ы)|(?:ال)?بنود|个项目",
}
_COUNTED = {
    unit: re.compile(
        rf"(?<![\d.,])(\d+(?:[.,]\d+)?)\s?(?:{words})(?![^\W\d_])|"
        # Russian and Arabic also put it the other way round: the number of items of the agenda: 5.
        rf"(?<![^\W\d_])(?:{words})(?: повестки дня| جدول الأعمال)?(?:: | \(| (?=\d+\.?$))(\d+)",
        re.IGNORECASE,
    )
    for unit, words in _UNITS.items()
}


_TWO_HOURS = re.compile(r"(?<![^\W\d_])ساعت(?:ان|ين)(?![^\W\d_])")
"""The Arabic dual, which needs no number."""


def counted(text: str) -> tuple[tuple[Unit, float], ...]:
    """The meetings, days, hours and items that a plain text counts: `4 meetings`, `дней: 2`."""
    found = [
        (unit, float((match.group(1) or match.group(2)).replace(",", ".")))
        for unit, pattern in _COUNTED.items()
        for match in pattern.finditer(text)
    ]
    return (*found, *(("hours", 2.0) for _ in _TWO_HOURS.finditer(text)))
