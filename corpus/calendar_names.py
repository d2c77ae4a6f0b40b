"""Names of months, days of the week, languages and cities in the six official languages, from Unicode CLDR (by Babel); names that it lacks or
that the United Nations spell differently are in `calendar.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from corpus.analysis import fold
from corpus.documents import LANGUAGES

Kind = Literal["months", "weekdays"]


@lru_cache(maxsize=1)
def _beside() -> Mapping[str, Mapping[str, Any]]:
    names: Mapping[str, Mapping[str, Any]] = yaml.safe_load(Path(__file__).with_name("calendar.yaml").read_bytes())
    return names


@lru_cache(maxsize=16)
def _cldr(locale: str, kind: Kind, context: str = "format", width: str = "wide") -> Mapping[int, str]:
    """Names by number: months from 1, days of the week from 0, Monday."""
    from babel import Locale  # imported only where it is needed

    known = Locale.parse(locale)
    found: Mapping[int, str] = (known.months if kind == "months" else known.days)[context][width]
    return dict(found)


@lru_cache(maxsize=32)
def names_by_number(kind: Kind, language: str, *, in_questions: bool = False) -> Mapping[int, tuple[str, ...]]:
    """The names of months (from 1) or of days of the week (from 0, Monday) in a language, in lower case, with other forms and spellings;
    with `in_questions` also those that are recognised in questions only."""
    beside = _beside()[language]
    short = "abbreviated" if language == "zh" else "wide"
    tables = [
        _cldr(language, kind), _cldr(language, kind, "stand-alone"), _cldr(language, kind, width=short),
        *(_cldr(locale, kind) for locale in beside.get("locales", ()) if kind == "months"),
    ]  # fmt: skip
    more = [beside, beside.get("in_questions", {})] if in_questions else [beside]
    made = {number: [table[number] for table in tables] for number in _cldr(language, kind)}
    for number, forms in made.items():
        forms += [form for group in more for form in group.get(kind, {}).get(number, ())]
        if kind == "months" and language == "ar":
            forms.append(month_name(number, language))
    return {number: _each(forms) for number, forms in made.items()}


def _each(forms: Iterable[str]) -> tuple[str, ...]:
    """Each form once, in lower case, with and without accents."""
    return tuple(dict.fromkeys(form for given in forms for form in (given.casefold(), fold(given))))


@lru_cache(maxsize=2)
def numbers_by_name(kind: Kind) -> Mapping[str, int]:
    """Every name in every language, in lower case, with its number."""
    return {
        form: number for each in LANGUAGES for number, forms in names_by_number(kind, each).items() for form in forms
    }


def month_name(month: int, language: str) -> str:
    """The name of a month (1 to 12) as in dates in documents of the United Nations: `October`, `تشرين الأول/أكتوبر`, `10月`."""
    if language == "ar":
        own = _beside()["ar"]["months"].get(month, [_cldr("ar", "months")[month]])
        return f"{_cldr(_beside()['ar']['locales'][0], 'months')[month]}/{own[0]}"
    return _cldr(language, "months", width="abbreviated" if language == "zh" else "wide")[month]


@lru_cache(maxsize=8)
def day_words(language: str) -> list[str]:
    """The word for “day”, in its forms after numbers."""
    from babel.units import format_unit

    length = "short" if language in ("ar", "zh") else "long"  # CLDR has only this one for them
    counted = (str(format_unit(number, "duration-day", length, locale=language)) for number in (1, 2, 3, 5, 11))
    return list(dict.fromkeys(re.sub(r"[\d\s]+", "", each) for each in counted))


def weekday_name(day: int, language: str) -> str:
    """The name of a day of the week (0 is Monday)."""
    return _cldr(language, "weekdays")[day]


@lru_cache(maxsize=64)
def language_name(of: str, language: str) -> str:
    """The name of one of the six languages in a language: `anglais`."""
    from babel import Locale

    return str(_beside()[language].get("languages", {}).get(of) or Locale.parse(language).languages[of])


@lru_cache(maxsize=1)
def language_codes() -> Mapping[str, str]:
    """Codes by the names of the six languages in each of them, in lower case; Arabic names also with the preposition that
    precedes them in mastheads."""
    from babel import Locale

    made: dict[str, str] = {}
    for spoken in LANGUAGES:
        beside = _beside()[spoken]
        for code in LANGUAGES:
            own = language_name(code, spoken), Locale.parse(spoken).languages[code]
            forms = [*own, *beside.get("original", {}).get(code, ())]
            if spoken == "ar":
                forms += [f"ب{form}" for form in forms]
            made |= {form.casefold(): code for form in forms}
    return made


@lru_cache(maxsize=8)
def _cities(language: str) -> Mapping[str, str]:
    """Names of cities by time zone: those for which CLDR names a zone, among them most seats of the United Nations."""
    from babel import Locale
    from babel.core import get_global

    named = Locale(language).time_zones
    # CLDR leaves out a name that is that of the zone.
    own = {zone: zone.rpartition("/")[2].replace("_", " ") for zone in get_global("zone_territories")}
    return {zone: named.get(zone, {}).get("city", name) for zone, name in own.items()}


@lru_cache(maxsize=256)
def city_name(name: str, given_in: str, language: str) -> str:
    """The name in a language of a city whose name is given in another one; the given name where CLDR does not know it."""
    folded = fold(name)
    zone = next((zone for zone, each in _cities(given_in).items() if fold(each) == folded), None)
    return name if zone is None or given_in == language else _cities(language)[zone]
