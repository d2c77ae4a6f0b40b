"""The sentences that Rapporteur says itself, in the language of the question. Quotes are never translated."""

from __future__ import annotations

import datetime as dt
import re
from typing import TypeVar

from assistant.shipped import shipped
from corpus.calendar_names import month_name, weekday_name
from corpus.places import parts_of

T = TypeVar("T")
_MARKS = {",": {"zh": "，", "ar": "، "}, ":": {"fr": " : ", "zh": "："}, ";": {"zh": "；", "ar": "؛ "}}
_ISOLATE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./(),:_–-]*[A-Za-z0-9)]")


def say(name: str, language: str, /, **values: object) -> str:
    """A sentence of `frames.yaml` or `papers.yaml` in a language, its places filled. Latin names in Arabic sentences are isolated (Unicode
    Standard Annex 9), so that symbols keep their order."""
    frames = shipped("frames")[language]
    return filled(str(frames[name] if name in frames else shipped("papers")[language][name]), language, **values)


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
    names = shipped("frames")[language]["places"]
    parts = [str(names[kind]).format(n=number).strip() for kind, number in parts_of(locator).items()]
    return ("" if language == "zh" else "، " if language == "ar" else ", ").join(parts)


def act_frames(language: str) -> dict[str, dict[str, str]]:
    """How resolutions (`RES`) and decisions (`DEC`) are named in a language, by the code of their body in symbols: `General Assembly
    resolution {number}`; bodies whose acts are not cited so are not there."""
    frames: dict[str, dict[str, str]] = shipped("papers")[language]["acts"]
    return frames


def date_text(day: dt.date, language: str) -> str:
    """A date with its weekday, as it is written in a language."""
    frame = str(shipped("frames")[language]["date"])
    weekday, month = weekday_name(day.weekday(), language), month_name(day.month, language)
    return frame.format(weekday=weekday, day=day.day, month=month, year=day.year)


def day_text(day: dt.date, language: str) -> str:
    """A date without its weekday, as a reference gives it."""
    return say("day", language, day=day.day, month=month_name(day.month, language), year=day.year)


def mark(sign: str, language: str) -> str:
    """A comma, colon or semicolon with the space behind it, as a language writes it."""
    return _MARKS[sign].get(language, f"{sign} ")


def joined(parts: list[str], language: str) -> str:
    """A list of parts with the language's word for `and` before the last."""
    if len(parts) < 2:
        return "".join(parts)
    comma = {"zh": "、", "ar": "، "}.get(language, ", ")
    return comma.join(parts[:-1]) + str(shipped("frames")[language]["and"]) + parts[-1]
