"""The sentences that Rapporteur says itself, in the language of the question. Quotes are never translated."""

from __future__ import annotations

import datetime as dt
import re
from typing import TypeVar

from assistant.shipped import shipped
from corpus.places import parts_of

T = TypeVar("T")
_MARKS = {",": {"zh": "，", "ar": "، "}, ":": {"fr": " : ", "zh": "："}, ";": {"zh": "；", "ar": "؛ "}}
_ISOLATE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./(),:_–-]*[A-Za-z0-9)]")


def say(name: str, language: str, /, **values: object) -> str:
    """A sentence of `frames.yaml` or `papers.yaml` in a language, its places filled. Latin names in Arabic sentences are isolated (Unicode
    Standard Annex 9), so that symbols keep their order."""
    filled = {key: isolated(str(value), language) for key, value in values.items()}
    frames = shipped("frames")[language]
    frame = frames[name] if name in frames else shipped("papers")[language][name]
    return re.sub(r"\.\.$", ".", str(frame).format(**filled))


def doubt(status: str, language: str) -> str:
    """What stands before statements of which it is not certain that they answer; empty before others."""
    return say("tentative", language) if status == "tentative" else ""


def isolated(value: T, language: str) -> T | str:
    """What fills a place in a sentence: Latin names in Arabic ones keep the order of their signs."""
    return f"\u2068{value}\u2069" if language == "ar" and isinstance(value, str) and _ISOLATE.search(value) else value


def language_name(of: str, language: str) -> str:
    """The name of a language, in a language."""
    return str(shipped("frames")[language]["languages"][of])


def place_name(locator: str, language: str) -> str:
    """A place that a corrigendum names (`annex II, para. 3`), in the words of a language."""
    names = shipped("frames")[language]["places"]
    parts = [str(names[kind]).format(n=number).strip() for kind, number in parts_of(locator).items()]
    return ("" if language == "zh" else "، " if language == "ar" else ", ").join(parts)


def weekday_name(day: int, language: str) -> str:
    """The name of a day of the week (0 is Monday), in a language."""
    return str(shipped("frames")[language]["weekdays"][day])


def date_text(day: dt.date, language: str) -> str:
    """A date with its weekday, as it is written in a language."""
    data = shipped("frames")[language]
    return str(data["date"]).format(
        weekday=data["weekdays"][day.weekday()],
        day=day.day,
        month=data["months"][day.month - 1],
        year=day.year,
    )


def day_text(day: dt.date, language: str) -> str:
    """A date without its weekday, as a reference gives it."""
    return say("day", language, day=day.day, month=shipped("frames")[language]["months"][day.month - 1], year=day.year)


def mark(sign: str, language: str) -> str:
    """A comma, colon or semicolon with the space behind it, as a language writes it."""
    return _MARKS[sign].get(language, f"{sign} ")


def joined(parts: list[str], language: str) -> str:
    """A list of parts with the language's word for `and` before the last."""
    if len(parts) < 2:
        return "".join(parts)
    comma = {"zh": "、", "ar": "، "}.get(language, ", ")
    return comma.join(parts[:-1]) + str(shipped("frames")[language]["and"]) + parts[-1]
