"""Finds and parses dates in the six official languages, in words or figures.

`14 October 2021`, `2021-10-14`, `14/10/2021`, `le 14 octobre 2021` and `2021年10月14日` are the same date. Figures are read as day,
month, year, as the United Nations write them.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from corpus.calendar_names import numbers_by_name

MAX_COMPARED = 200_000  # characters of a text that are read
_LONGEST_RANGE = 60
_IN_FIGURES = 2  # the number of patterns, at the beginning of the list, for dates in figures alone

_TWICE = r"(?:[\u0600-\u06ff]{1,20}(?: [\u0600-\u06ff]{1,20})?/)?"
"""Arabic documents print both names of a month, تشرين الأول/أكتوبر; the first may be damaged."""
_DAY = r"(?<![\d./])(?<!\d,)(?<!-\d\d-)(?P<day>[0-3]?\d)(?:er|st|nd|rd|th|º|-?го|-е)?"
_YEAR = r"(?P<year>(?:1[89]|20)\d\d)(?!\d)"
_OF = r"(?:\s+(?:de|of|в|من))?\s+"
_LIST = (
    r"\s*(?:[-‐-―,]|\band\b|\bto\b|\bet\b|\bau\b|\by\b|\bal?\b|\bи\b|\bпо\b|و|إلى)\s*(?:le\s+|el\s+|the\s+|\bet\s+)?"
)
_EARLIER_DAY = re.compile(rf"{_DAY}{_LIST}$")
_LATER_HAN_DAY = re.compile(r"[至到和、-]\s*(?P<day>[0-3]?\d)[日号]")
_HAN_DAY = re.compile(r"([至到‐-―−-])?\s*(?:(\d{4})\s*年)?\s*(?:(\d{1,2})\s*月)?\s*(\d{1,2})\s*日")
_ORDINAL = re.compile(r"(?<=\d)(?:er|º|ª)(?!\w)")
_IN_BRACKETS = re.compile(r"\s*[(（][^\W\d_]+[)）]$")
_JOINS = re.compile(r"and|from|et|du|le|les|y|e|de|del|los|и|с|года?|г|و|من", re.IGNORECASE)


@lru_cache(maxsize=1)
def _months() -> tuple[dict[str, int], str]:
    """The names of the months with their numbers, and a pattern for any of them. Chinese months are matched by their digits."""
    known = {name: number for name, number in numbers_by_name("months").items() if not name.endswith("月")}
    return known, "|".join(sorted(map(re.escape, known), key=len, reverse=True))


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    name = _months()[1]
    month = rf"{_TWICE}(?P<month>{name})(?:/(?:{name}))?(?![^\W\d_])"
    made = (
        rf"(?<![\d/-]){_YEAR}-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?![\d-])",
        rf"(?<![\d./-])(?P<day>[0-3]?\d)(?P<sign>[./])(?P<month>[01]?\d)(?P=sign){_YEAR}(?![./])",
        r"(?:(?P<year>(?:1[89]|20)\d\d)\s*年\s*)?(?<!\d)(?P<month>[01]?\d)\s*月\s*(?P<day>[0-3]?\d)\s*[日号]",
        r"(?P<year>(?:1[89]|20)\d\d)\s*年\s*(?P<month>[01]?\d)\s*月",
        rf"{_DAY}{_OF}{month}(?:(?:,|\s+(?:de|del|of))?\s*{_YEAR})?",
        rf"(?<![^\W\d_]){month}\s+(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?![\d:])(?:,?\s*{_YEAR})?",
        rf"(?<![^\W\d_])(?:в\s+)?{month}(?:,|\s+(?:de|del|of))?\s+{_YEAR}",
    )
    return tuple(map(re.compile, made))


@lru_cache(maxsize=1)
def _tokens() -> re.Pattern[str]:
    """A pattern for days, months, years, and words and signs for ranges."""
    name, to = _months()[1], "to|au|al|a|по|до|إلى"
    return re.compile(
        rf"\d{{4}}|\d{{1,2}}|(?<![^\W\d_])(?:{name})(?![^\W\d_])|(?<![^\W\d_])(?:{to})(?![^\W\d_])|[‐-―−-]",
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def _day_of_month() -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\d)\d{{1,2}}(?:er|º|\.)?\s+(?:de\s+)?{_TWICE}(?:{_months()[1]})(?![^\W\d_])"
        r"(?:,?\s+(?:de(?:l)?\s+)?\d{4}(?:\s*(?:года|г\.))?)?|(?:\d{4}\s*年\s*)?\d{1,2}\s*月\s*\d{1,2}\s*日",
        re.IGNORECASE,
    )


@dataclass(frozen=True)
class Date:
    """A day, a day without its year, or a month with its year."""

    year: int | None
    month: int
    day: int | None

    def covers(self, other: Date) -> bool:
        """Whether the other date includes this one: every part that this one has is the same there."""
        return (
            self.month == other.month
            and self.year in (None, other.year)
            and (self.day is None or self.day == other.day)
        )

    @property
    def calendar_date(self) -> dt.date | None:
        """The date as a `datetime.date`; None where a part is missing or the date does not exist."""
        return _calendar_day(self.year, self.month, self.day) if self.year and self.day else None

    @property
    def weekday(self) -> int | None:
        """The day of the week, Monday is 0; None where `calendar_date` is None."""
        return None if self.calendar_date is None else self.calendar_date.weekday()

    @property
    def iso_format(self) -> str:
        """The date in ISO 8601, without the parts that are missing."""
        return "-".join(f"{part:02d}" for part in (self.year, self.month, self.day) if part is not None)


def find_date_mentions(text: str) -> tuple[Date, ...]:
    """The dates in a text, complete or not, in order, each once. Days of a range or list take month and year from its end."""
    return _dates(text[:MAX_COMPARED])


def find_full_dates(text: str) -> list[dt.date]:
    """The complete dates in a text in order, of a range or list the last. Dates that do not exist are left out, and dates in
    figures alone, since their order of day and month is ambiguous."""
    if not any(map(str.isdigit, text)):
        return []
    plain = plain_figures(text[:MAX_COMPARED])
    if "月" not in plain and not any(name in plain for name in _months()[0]):
        return []  # the patterns below take twenty times as long
    found = _found(plain, _patterns()[_IN_FIGURES:])
    return [day for _, _, date in found if (day := date.calendar_date)]


def _found(text: str, patterns: Sequence[re.Pattern[str]]) -> list[tuple[int, int, Date]]:
    """(start, end, date) of the dates that match some patterns in a plain text."""
    found: list[tuple[int, int, Date]] = []
    if not any(map(str.isdigit, text)):
        return found
    for pattern in patterns:
        for match in pattern.finditer(text):
            date = _date(match)
            if date is not None and not any(match.start() < end and start < match.end() for start, end, _ in found):
                found.append((*match.span(), date))
    return sorted(found, key=lambda each: each[0])


@lru_cache(maxsize=512)
def _dates(text: str) -> tuple[Date, ...]:
    text = plain_figures(text)
    found = _found(text, _patterns())
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
    """The days before a date that share its month: 14 in `14 and 15 October`."""
    days: list[int] = []
    while match := _EARLIER_DAY.search(text, max(0, start - 24), start):
        if not 1 <= int(match["day"]) <= 31:
            break
        days.insert(0, int(match["day"]))
        start = match.start()
    return days


def _date(match: re.Match[str]) -> Date | None:
    given = match.groupdict()
    month = _months()[0].get(given["month"]) or int(given["month"])
    day = int(given["day"]) if given.get("day") else None
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31):
        return None
    return Date(int(given["year"]) if given.get("year") else None, month, day)


def _calendar_day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def is_date(fact: str) -> bool:
    """Whether a text is nothing but one date."""
    text = plain_figures(fact).strip(" .")
    return any((match := pattern.fullmatch(text)) is not None and _date(match) is not None for pattern in _patterns())


def find_meeting_days(text: str, year: int | None = None) -> tuple[dt.date, ...]:
    """The days of a meeting in order: `14 and 15 October 2021`. A range gives all its days, one of more than 60 days
    only the first and the last 60. `year` is used for days without a year. Empty where a day has no month or year, or
    does not exist."""
    found = _read_han(text, year) if _HAN_DAY.search(text) else _read_days(text, year)
    days: list[dt.date] = []
    for in_range, day in found:  # the last day first
        if day is None:
            return ()
        if in_range and days:
            between = min((days[-1] - day).days, _LONGEST_RANGE)
            days += [days[-1] - dt.timedelta(days=n) for n in range(1, between)]
        days.append(day)
    return tuple(sorted(days))


def _read_days(text: str, year: int | None) -> list[tuple[bool, dt.date | None]]:
    """(begins a range, day) of the days from the last to the first; a day without month or year takes those after it. None for a day
    that has none or does not exist."""
    found: list[tuple[bool, dt.date | None]] = []
    month, joined = 0, False
    for token in reversed(_tokens().findall(_ORDINAL.sub("", text))):
        if number := _months()[0].get(token.casefold()):
            month = number
        elif len(token) == 4 and token.isdecimal():
            year = int(token)
        elif token.isdecimal():
            found.append((joined, _calendar_day(year, month, int(token)) if month and year else None))
            joined = False
        else:
            joined = True
    return found


def _read_han(text: str, year: int | None) -> list[tuple[bool, dt.date | None]]:
    """Like `_read_days`, for Chinese text, in which year and month come before the day."""
    found: list[dt.date | None] = []
    ranges: list[bool] = []
    month = 0
    for match in _HAN_DAY.finditer(text):
        year = int(match[2]) if match[2] else year
        month = int(match[3]) if match[3] else month
        ranges.append(bool(match[1]))
        found.append(_calendar_day(year, month, int(match[4])) if month and year else None)
    return list(zip([*ranges[1:], False], found, strict=True))[::-1]


def has_only_days(text: str) -> bool:
    """Whether a text consists of days, months, years and words that join them."""
    rest = re.sub(_TWICE.removesuffix("?"), "", text)
    rest = re.sub(r"[年月日至到]", " ", _ORDINAL.sub(" ", rest))
    return all(_JOINS.fullmatch(word) for word in re.findall(r"[^\W\d_]+", _tokens().sub(" ", rest)))


def is_day_label(text: str) -> bool:
    """Whether a text is the label of one day, with or without weekday and year: `Monday, 2 June`."""
    rest, days = _day_of_month().subn(" ", text)
    return days == 1 and sum(letter.isdigit() for letter in rest) <= 1 and len(rest.split()) <= 4


def is_day_alone(text: str) -> bool:
    """Whether a text names one day, with or without weekday and year, and has no other words but one in brackets, `(continued)`."""
    text = _IN_BRACKETS.sub("", text)
    if not is_day_label(text):
        return False
    weekdays = numbers_by_name("weekdays")
    rest = _day_of_month().sub(" ", plain_figures(text))
    return all(word in weekdays or _JOINS.fullmatch(word) for word in re.findall(r"[^\W\d_]+", rest))


class _Plain(dict[int, str | None]):
    """A translation table to plain text: digits to ASCII digits, marks and characters without width to nothing."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        if letter.isdigit() and not letter.isascii():
            plain: str | None = str(unicodedata.digit(letter))
        else:
            plain = None if unicodedata.category(letter) in ("Cf", "Mn") else letter
        self[code] = plain
        return plain


_PLAIN = _Plain()


def plain_figures(text: str) -> str:
    """A text in lower case with ASCII digits and hyphens; punctuation is kept."""
    if text.isascii():
        return re.sub(r"[^\S\n]+", " ", text.casefold())
    text = unicodedata.normalize("NFKC", text).casefold()
    text = text.translate(_PLAIN)
    return re.sub(r"[^\S\n]+", " ", re.sub(r"[‐-―−]", "-", text))
