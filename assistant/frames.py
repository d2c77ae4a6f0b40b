"""The sentences that Rapporteur says itself, in the language of the question. Quotes are never translated."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from corpus.places import parts_of

_ISOLATE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./(),:_–-]*[A-Za-z0-9)]")


@lru_cache(maxsize=2)
def _data(name: str = "frames") -> dict[str, dict[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (files("assistant") / "data" / f"{name}.yaml").read_text(encoding="utf-8")
    data: dict[str, dict[str, Any]] = yaml.load(text, Loader=loader)  # noqa: S506  (a safe loader)
    return data


def say(name: str, language: str, /, **values: object) -> str:
    """A sentence of `frames.yaml` or `papers.yaml` in a language, its places filled. Latin names in Arabic sentences are isolated (Unicode
    Standard Annex 9), so that symbols keep their order."""
    filled = {key: _isolated(str(value), language) for key, value in values.items()}
    frames = _data()[language]
    frame = frames[name] if name in frames else _data("papers")[language][name]
    return re.sub(r"\.\.$", ".", str(frame).format(**filled))


def doubt(status: str, language: str) -> str:
    """What stands before statements of which it is not certain that they answer; empty before others."""
    return say("tentative", language) if status == "tentative" else ""


def _isolated(value: str, language: str) -> str:
    return f"\u2068{value}\u2069" if language == "ar" and _ISOLATE.search(value) else value


def language_name(of: str, language: str) -> str:
    """The name of a language, in a language."""
    return str(_data()[language]["languages"][of])


def place_name(locator: str, language: str) -> str:
    """A place that a corrigendum names (`annex II, para. 3`), in the words of a language."""
    names = _data()[language]["places"]
    parts = [str(names[kind]).format(n=number).strip() for kind, number in parts_of(locator).items()]
    return ("" if language == "zh" else "، " if language == "ar" else ", ").join(parts)


def weekday_name(day: int, language: str) -> str:
    """The name of a day of the week (0 is Monday), in a language."""
    return str(_data()[language]["weekdays"][day])


def date_text(day: dt.date, language: str) -> str:
    """A date with its weekday, as it is written in a language."""
    data = _data()[language]
    return str(data["date"]).format(
        weekday=data["weekdays"][day.weekday()],
        day=day.day,
        month=data["months"][day.month - 1],
        year=day.year,
    )


def day_text(day: dt.date, language: str) -> str:
    """A date without its weekday, as a reference gives it."""
    return say("day", language, day=day.day, month=_data()[language]["months"][day.month - 1], year=day.year)


def joined(parts: list[str], language: str) -> str:
    """A list of parts with the language's word for `and` before the last."""
    if len(parts) < 2:
        return "".join(parts)
    comma = {"zh": "、", "ar": "، "}.get(language, ", ")
    return comma.join(parts[:-1]) + str(_data()[language]["and"]) + parts[-1]
