"""The dates that a text names, in six languages, in words or figures.

`14 October 2021`, `2021-10-14`, `14/10/2021`, `le 14 octobre 2021` and `2021年10月14日` are one date. Figures are read as day,
month, year, as the United Nations write them.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MAX_COMPARED = 200_000
"""Characters of a text that are read."""

_MONTHS = (
    "january janvier enero января январь январе|يناير|كانون الثاني",
    "february février fevrier febrero февраля февраль феврале|فبراير|شباط",
    "march mars marzo марта март марте|مارس|آذار",
    "april avril abril апреля апрель апреле|أبريل|نيسان",
    "may mai mayo мая май мае|مايو|أيار",
    "june juin junio июня июнь июне|يونيه|يونيو|حزيران",
    "july juillet julio июля июль июле|يوليه|يوليو|تموز",
    "august août aout agosto августа август августе|أغسطس|آب",
    "september septembre septiembre сентября сентябрь сентябре|سبتمبر|أيلول",
    "october octobre octubre октября октябрь октябре|أكتوبر|تشرين الأول",
    "november novembre noviembre ноября ноябрь ноябре|نوفمبر|تشرين الثاني",
    "december décembre decembre diciembre декабря декабрь декабре|ديسمبر|كانون الأول",
)
"""Names of the months; those behind a bar may hold spaces."""
_NUMBER_OF = {
    name: number
    for number, names in enumerate(_MONTHS, 1)
    for name in [*names.partition("|")[0].split(), *names.split("|")[1:]]
}
_NAME = "|".join(sorted(map(re.escape, _NUMBER_OF), key=len, reverse=True))
# Arabic documents print both names of a month: تشرين الأول/أكتوبر.
_MONTH = rf"(?P<month>{_NAME})(?:/(?:{_NAME}))?(?![^\W\d_])"
_DAY = r"(?<![\d.,/])(?<!\d{4}-)(?<!-\d\d-)(?P<day>[0-3]?\d)(?:er|st|nd|rd|th|º|-?го|-е)?"
_YEAR = r"(?P<year>(?:1[89]|20)\d\d)(?!\d)"
_OF = r"(?:\s+(?:de|of|в|من))?\s+"
_LIST = (
    r"\s*(?:[-‐-―,]|\band\b|\bto\b|\bet\b|\bau\b|\by\b|\bal?\b|\bи\b|\bпо\b|و|إلى)\s*(?:le\s+|el\s+|the\s+|\bet\s+)?"
)
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![\d-]){_YEAR}-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?![\d-])",
        rf"(?<![\d./-])(?P<day>[0-3]?\d)(?P<sign>[./])(?P<month>[01]?\d)(?P=sign){_YEAR}(?![./])",
        r"(?:(?P<year>(?:1[89]|20)\d\d)\s*年\s*)?(?<!\d)(?P<month>[01]?\d)\s*月\s*(?P<day>[0-3]?\d)\s*[日号]",
        r"(?P<year>(?:1[89]|20)\d\d)\s*年\s*(?P<month>[01]?\d)\s*月",
        rf"{_DAY}{_OF}{_MONTH}(?:(?:,|\s+(?:de|del|of))?\s*{_YEAR})?",
        rf"(?<![^\W\d_]){_MONTH}\s+(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?![\d:])(?:,?\s*{_YEAR})?",
        rf"(?<![^\W\d_])(?:в\s+)?{_MONTH}(?:,|\s+(?:de|del|of))?\s+{_YEAR}",
    )
)
_EARLIER_DAY = re.compile(rf"{_DAY}{_LIST}$")
_LATER_HAN_DAY = re.compile(r"[至到和、-]\s*(?P<day>[0-3]?\d)[日号]")


@dataclass(frozen=True)
class Date:
    """A day, a day without its year, or a month with its year."""

    year: int | None
    month: int
    day: int | None

    def covers(self, other: Date) -> bool:
        """Whether a text that gives the other date says this one: all that this one gives is the same there."""
        return (
            self.month == other.month
            and self.year in (None, other.year)
            and (self.day is None or self.day == other.day)
        )

    @property
    def weekday(self) -> int | None:
        """The day of the week of a full date, Monday 0; None for any other, and for a day that no calendar has."""
        if self.year is None or self.day is None:
            return None
        try:
            return dt.date(self.year, self.month, self.day).weekday()
        except ValueError:
            return None

    @property
    def written(self) -> str:
        """As ISO 8601 writes it, what it does not give left out."""
        return "-".join(f"{part:02d}" for part in (self.year, self.month, self.day) if part is not None)


def dates_in(text: str) -> tuple[Date, ...]:
    """The dates that a text names, in order, each once. Days of a range or list take month and year from its end."""
    return _dates(text[:MAX_COMPARED])


@lru_cache(maxsize=512)
def _dates(text: str) -> tuple[Date, ...]:
    text = plain_figures(text)
    found: list[tuple[int, int, Date]] = []
    taken: list[tuple[int, int]] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            date = _date(match)
            if date is not None:
                taken.append(match.span())
                found.append((*match.span(), date))
    found.sort(key=lambda each: each[0])
    made: list[Date] = []
    for n, (start, end, date) in enumerate(found):
        following = found[n + 1] if n + 1 < len(found) else None
        if date.year is None and following and following[2].year and re.fullmatch(_LIST, text[end : following[0]]):
            date = Date(following[2].year, date.month, date.day)
        if date.day is not None:
            made += [Date(date.year, date.month, day) for day in _days_before(text, start)]
        made.append(date)
        if date.day is not None and (later := _LATER_HAN_DAY.match(text, end)):
            made.append(Date(date.year, date.month, int(later["day"])))
    return tuple(dict.fromkeys(made))


def _days_before(text: str, start: int) -> list[int]:
    """The days that share the month of a date: 14 of `14 and 15 October`."""
    days: list[int] = []
    while match := _EARLIER_DAY.search(text, max(0, start - 24), start):
        if not 1 <= int(match["day"]) <= 31:
            break
        days.insert(0, int(match["day"]))
        start = match.start()
    return days


def _date(match: re.Match[str]) -> Date | None:
    given = match.groupdict()
    name = given["month"]
    month = _NUMBER_OF.get(name) or int(name)
    day = int(given["day"]) if given.get("day") else None
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31):
        return None
    return Date(int(given["year"]) if given.get("year") else None, month, day)


def is_date(fact: str) -> bool:
    """Whether a fact is nothing but a date, with or without its article and weekday left out."""
    text = plain_figures(fact).strip(" .")
    return any((match := pattern.fullmatch(text)) is not None and _date(match) is not None for pattern in _PATTERNS)


def plain_figures(text: str) -> str:
    """Folded text with plain digits and dashes, punctuation kept."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = "".join(
        str(unicodedata.digit(letter)) if letter.isdigit() and not letter.isascii() else letter
        for letter in text
        if unicodedata.category(letter) not in ("Cf", "Mn")
    )
    return re.sub(r"[^\S\n]+", " ", re.sub(r"[‐-―−]", "-", text))
