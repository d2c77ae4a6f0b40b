"""Dates as United Nations documents print them, in the six official languages."""

from __future__ import annotations

import datetime as dt
import re

_MONTHS = (
    "january janvier enero января 一月 يناير",
    "february février febrero февраля 二月 فبراير",
    "march mars marzo марта 三月 مارس",
    "april avril abril апреля 四月 أبريل",
    "may mai mayo мая 五月 مايو",
    "june juin junio июня 六月 يونيو يونيه",
    "july juillet julio июля 七月 يوليو يوليه",
    "august août agosto августа 八月 أغسطس",
    "september septembre septiembre сентября 九月 سبتمبر",
    "october octobre octubre октября 十月 أكتوبر",
    "november novembre noviembre ноября 十一月 نوفمبر",
    "december décembre diciembre декабря 十二月 ديسمبر",
)
_NUMBER = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_NAMES = "|".join(sorted(_NUMBER, key=len, reverse=True))
# Arabic names a month twice: kanun al-thani / yanayir.
_WRITTEN = re.compile(
    rf"(?<![\d/.])(\d{{1,2}})(?:er|º|\.)?\s+(?:de\s+)?(?:[\u0600-\u06ff]+(?: [\u0600-\u06ff]+)?/)?({_NAMES})\s+(?:de(?:l)?\s+)?(\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_CHINESE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")


def find_dates(text: str) -> list[dt.date]:
    """Full dates in the order in which they stand there; impossible ones are left out."""
    found = [(m.start(), m.group(3), _NUMBER[m.group(2).casefold()], m.group(1)) for m in _WRITTEN.finditer(text)]
    found += [(m.start(), m.group(1), int(m.group(2)), m.group(3)) for m in _CHINESE.finditer(text)]
    return [made for _, year, month, day in sorted(found) if (made := _date(int(year), month, int(day)))]


_TOKEN = re.compile(
    rf"\d{{4}}|\d{{1,2}}|(?<![^\W\d_])(?:{_NAMES})(?![^\W\d_])|(?<![^\W\d_])(?:to|au|al|a|по|до|إلى)(?![^\W\d_])|[‐-―−-]",
    re.IGNORECASE,
)
_CHINESE_DAY = re.compile(r"([至到‐-―−-])?\s*(?:(\d{4})\s*年)?\s*(?:(\d{1,2})\s*月)?\s*(\d{1,2})\s*日")
_LONGEST_RANGE = 60


def find_days(text: str, year: int | None = None) -> tuple[dt.date, ...]:
    """The days of a meeting in order: `14 and 15 October 2021`; a range gives every day of it, of one over 60 days only
    the last 60 and the first.

    `year` is the year of days that name none; empty where a day has no month or year, or is impossible.
    """
    found = _read_chinese(text, year) if _CHINESE_DAY.search(text) else _read_days(text, year)
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
    for token in reversed(_TOKEN.findall(re.sub(r"(?<=\d)(?:er|º|ª)(?!\w)", "", text))):
        if number := _NUMBER.get(token.casefold()):
            month = number
        elif len(token) == 4 and token.isdecimal():
            year = int(token)
        elif token.isdecimal():
            found.append((joined, _date(year, month, int(token)) if month and year else None))
            joined = False
        else:
            joined = True
    return found


def _read_chinese(text: str, year: int | None) -> list[tuple[bool, dt.date | None]]:
    """The same of a text in which year and month stand before the day."""
    found: list[dt.date | None] = []
    ranges: list[bool] = []
    month = 0
    for match in _CHINESE_DAY.finditer(text):
        year = int(match[2]) if match[2] else year
        month = int(match[3]) if match[3] else month
        ranges.append(bool(match[1]))
        found.append(_date(year, month, int(match[4])) if month and year else None)
    return list(zip([*ranges[1:], False], found, strict=True))[::-1]


def says_only_days(text: str) -> bool:
    """Whether a text has days, months and years, words that join them, and nothing else."""
    rest = re.sub(r"[\u0600-\u06ff]+(?: [\u0600-\u06ff]+)?/", "", text)
    rest = re.sub(r"(?<=\d)(?:er|º|ª)(?!\w)|[年月日至到]", " ", rest)
    return all(_JOINS.fullmatch(word) for word in re.findall(r"[^\W\d_]+", _TOKEN.sub(" ", rest)))


_JOINS = re.compile(r"and|from|et|du|le|les|y|e|de|del|los|и|с|года?|г|و|من", re.IGNORECASE)


def is_day_label(text: str) -> bool:
    """Whether a text names one day of a month, with or without its weekday and year, and little else: `Monday, 2 June`."""
    rest, days = _DAY_OF_MONTH.subn(" ", text)
    return days == 1 and sum(letter.isdigit() for letter in rest) <= 1 and len(rest.split()) <= 4


_DAY_OF_MONTH = re.compile(
    rf"(?<!\d)\d{{1,2}}(?:er|º|\.)?\s+(?:de\s+)?(?:[\u0600-\u06ff]+(?: [\u0600-\u06ff]+)?/)?(?:{_NAMES})(?![^\W\d_])"
    r"(?:,?\s+(?:de(?:l)?\s+)?\d{4}(?:\s*(?:года|г\.))?)?|(?:\d{4}\s*年\s*)?\d{1,2}\s*月\s*\d{1,2}\s*日",
    re.IGNORECASE,
)


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
