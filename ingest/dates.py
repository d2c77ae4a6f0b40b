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
MONTHS = [names.split()[0].capitalize() for names in _MONTHS]
"""Their English names."""
_NUMBER = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_NAMES = "|".join(sorted(_NUMBER, key=len, reverse=True))
# Arabic names a month twice: kanun al-thani / yanayir.
_WRITTEN = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:er|º|\.)?\s+(?:de\s+)?(?:[\u0600-\u06ff]+(?: [\u0600-\u06ff]+)?/)?({_NAMES})\s+(?:de(?:l)?\s+)?(\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_CHINESE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")


def find_dates(text: str) -> list[dt.date]:
    """Full dates in the order in which they stand there; impossible ones are left out."""
    found = [(m.start(), m.group(3), _NUMBER[m.group(2).casefold()], m.group(1)) for m in _WRITTEN.finditer(text)]
    found += [(m.start(), m.group(1), int(m.group(2)), m.group(3)) for m in _CHINESE.finditer(text)]
    return [made for _, year, month, day in sorted(found) if (made := _date(int(year), month, int(day)))]


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
