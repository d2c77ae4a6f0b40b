"""The sentences that Rapporteur says itself, in the language of the question. Quotes are never translated."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import TypeVar

from assistant.translations import texts
from corpus.analysis import analyse
from corpus.calendar_names import month_name, weekday_name
from corpus.places import parts_of

T = TypeVar("T")
_MARKS = {",": {"zh": "，", "ar": "، "}, ":": {"fr": " : ", "zh": "："}, ";": {"zh": "；", "ar": "؛ "}}
_ISOLATE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./(),:_–-]*[A-Za-z0-9)]")


def say(name: str, language: str, /, **values: object) -> str:
    """A sentence of answers or papers in a language, its places filled. Latin names in Arabic sentences are isolated (Unicode Standard
    Annex 9), so that symbols keep their order."""
    frame = texts("answers", language).get(name) or texts("papers", language)[name]
    return filled(frame, language, **values)


def filled(frame: str, language: str, /, **values: object) -> str:
    """A sentence in a language, its places filled."""
    told = frame.format(**{key: isolated(str(value), language) for key, value in values.items()})
    return re.sub(r"\.\.$", ".", told)


def doubt(status: str, language: str) -> str:
    """What stands before statements of which it is not certain that they answer; empty before others."""
    return say("tentative", language) if status == "tentative" else ""


def isolated(value: T, language: str) -> T | str:
    """What fills a place in a sentence: Latin names in Arabic ones keep the order of their signs."""
    return f"\u2068{value}\u2069" if language == "ar" and isinstance(value, str) and _ISOLATE.search(value) else value


def place_name(locator: str, language: str) -> str:
    """A place that a corrigendum names (`annex II, para. 3`), in the words of a language."""
    names = texts("answers", language)
    parts = [names[f"places.{kind}"].format(n=number).strip() for kind, number in parts_of(locator).items()]
    return ("" if language == "zh" else "، " if language == "ar" else ", ").join(parts)


def act_frames(series: str, language: str) -> dict[str, str]:
    """How resolutions (`RES`) or decisions (`DEC`) are named in a language, by the code of their body in symbols: `General Assembly
    resolution {number}`; bodies whose acts are not cited so are not there."""
    begin = f"acts.{series}."
    return {
        name.removeprefix(begin): frame for name, frame in texts("papers", language).items() if name.startswith(begin)
    }


@cache
def act_words(series: str, language: str) -> frozenset[str]:
    """The words for resolutions (`RES`) or decisions (`DEC`) in a language, analysed: what their names have in common."""
    named = (analyse(frame.replace("{number}", " "), language) for frame in act_frames(series, language).values())
    return frozenset(set.intersection(*map(set, named)))


def date_text(day: dt.date, language: str) -> str:
    """A date with its weekday, as it is written in a language."""
    weekday, month = weekday_name(day.weekday(), language), month_name(day.month, language)
    return texts("answers", language)["date"].format(weekday=weekday, day=day.day, month=month, year=day.year)


def day_text(day: dt.date, language: str) -> str:
    """A date without its weekday, as a reference gives it."""
    return say("day", language, day=day.day, month=month_name(day.month, language), year=day.year)


def day_of(date: str, language: str) -> str:
    """A day that ISO 8601 writes, in words of a language; a month or year as it is written."""
    try:
        return day_text(dt.date.fromisoformat(date), language)
    except ValueError:
        return date


def mark(sign: str, language: str) -> str:
    """A comma, colon or semicolon with the space behind it, as a language writes it."""
    return _MARKS[sign].get(language, f"{sign} ")


def joined(parts: list[str], language: str) -> str:
    """A list of parts with the language's word for `and` before the last."""
    if len(parts) < 2:
        return "".join(parts)
    comma = {"zh": "、", "ar": "، "}.get(language, ", ")
    return comma.join(parts[:-1]) + texts("answers", language)["and"] + parts[-1]


def either(parts: list[str], language: str) -> str:
    """A list of parts with the language's word for `or` before the last (Unicode CLDR)."""
    from babel.lists import format_list

    return str(format_list(parts, "or", "en_GB" if language == "en" else language))
