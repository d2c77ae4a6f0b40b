"""The dates that a text names, in the six official languages, in words or figures.

`14 October 2021`, `2021-10-14`, `14/10/2021`, `le 14 octobre 2021` and `2021年10月14日` are one date. Figures are read as day,
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

MAX_COMPARED = 200_000
"""Characters of a text that are read."""
_LONGEST_RANGE = 60
_IN_FIGURES = 2
"""So many of the patterns, the first, are of dates in figures alone."""

_TWICE = r"(?:[\u0600-\u06ff]{1,20}(?: [\u0600-\u06ff]{1,20})?/)?"
"""Arabic documents print both names of a month, تشرين الأول/أكتوبر, of which the first may be damaged."""
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
_JOINS = re.compile(r"and|from|et|du|le|les|y|e|de|del|los|и|с|года?|г|و|من", re.IGNORECASE)


@lru_cache(maxsize=1)
def _months() -> tuple[dict[str, int], str]:
    """The names of the months with their numbers, and a pattern for any of them. Chinese months are read by their figures."""
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
    """Days, months and years, and words and signs for all days between two."""
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
        """Whether a text that gives the other date says this one: all that this one gives is the same there."""
        return (
            self.month == other.month
            and self.year in (None, other.year)
            and (self.day is None or self.day == other.day)
        )

    @property
    def calendar_date(self) -> dt.date | None:
        """The day in the calendar; None where it lacks a part, or no calendar has it."""
        return _calendar_day(self.year, self.month, self.day) if self.year and self.day else None

    @property
    def weekday(self) -> int | None:
        """The day of the week of a full date, Monday 0; None for any other, and for a day that no calendar has."""
        return None if self.calendar_date is None else self.calendar_date.weekday()

    @property
    def iso_format(self) -> str:
        """As ISO 8601 writes it, what it does not give left out."""
        return "-".join(f"{part:02d}" for part in (self.year, self.month, self.day) if part is not None)


def find_date_mentions(text: str) -> tuple[Date, ...]:
    """The dates that a text names, in order, each once. Days of a range or list take month and year from its end."""
    return _dates(text[:MAX_COMPARED])


def find_full_dates(text: str) -> list[dt.date]:
    """Full dates in the order in which they stand there, of a range or list the last; impossible ones are left out, and those in
    figures alone, in which others may read the month first."""
    if not any(map(str.isdigit, text)):
        return []
    plain = plain_figures(text[:MAX_COMPARED])
    if "月" not in plain and not any(name in plain for name in _months()[0]):
        return []  # the patterns take twenty times as long
    found = _found(plain, _patterns()[_IN_FIGURES:])
    return [day for _, _, date in found if (day := date.calendar_date)]


def _found(text: str, patterns: Sequence[re.Pattern[str]]) -> list[tuple[int, int, Date]]:
    """The dates in plain text as they are written, with start and end."""
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
    """Whether a fact is nothing but a date, with or without its article and weekday left out."""
    text = plain_figures(fact).strip(" .")
    return any((match := pattern.fullmatch(text)) is not None and _date(match) is not None for pattern in _patterns())


def find_meeting_days(text: str, year: int | None = None) -> tuple[dt.date, ...]:
    """The days of a meeting in order: `14 and 15 October 2021`; a range gives every day of it, of one over 60 days only
    the last 60 and the first.

    `year` is the year of days that name none; empty where a day has no month or year, or is impossible.
    """
    found = _read_han(text, year) if _HAN_DAY.search(text) else _read_days(text, year)
    days: list[dt.date] = []
    for joined, made in found:  # the last day first
        if made is None:
            return ()
        if joined and days:
            between = min((days[-1] - made).days, _LONGEST_RANGE)
            days += [days[-1] - dt.timedelta(days=n) for n in range(1, between)]
        days.append(made)
    return tuple(sorted(days))


def _read_days(text: str, year: int | None) -> list[tuple[bool, dt.date | None]]:
    """Days from the last to the first, each with whether all days up to the next are meant; a day without a month or a year takes
    those that stand after it."""
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
    """The same of a text in which year and month stand before the day."""
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
    """Whether a text has days, months and years, words that join them, and nothing else."""
    rest = re.sub(_TWICE.removesuffix("?"), "", text)
    rest = re.sub(r"[年月日至到]", " ", _ORDINAL.sub(" ", rest))
    return all(_JOINS.fullmatch(word) for word in re.findall(r"[^\W\d_]+", _tokens().sub(" ", rest)))


def is_day_label(text: str) -> bool:
    """Whether a text names one day of a month, with or without its weekday and year, and little else: `Monday, 2 June`."""
    rest, days = _day_of_month().subn(" ", text)
    return days == 1 and sum(letter.isdigit() for letter in rest) <= 1 and len(rest.split()) <= 4


class _Plain(dict[int, str | None]):
    """What stands for a character in plain text: a plain digit, nothing for marks and signs without width, else itself."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        if letter.isdigit() and not letter.isascii():
            told: str | None = str(unicodedata.digit(letter))
        else:
            told = None if unicodedata.category(letter) in ("Cf", "Mn") else letter
        self[code] = told
        return told


_PLAIN = _Plain()


def plain_figures(text: str) -> str:
    """Folded text with plain digits and dashes, punctuation kept."""
    if text.isascii():
        return re.sub(r"[^\S\n]+", " ", text.casefold())
    text = unicodedata.normalize("NFKC", text).casefold()
    text = text.translate(_PLAIN)
    return re.sub(r"[^\S\n]+", " ", re.sub(r"[‐-―−]", "-", text))
