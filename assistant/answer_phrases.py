"""The sentences that Rapporteur says itself, in the language of the question. Quotes are never translated."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from itertools import groupby
from typing import TypeVar

from assistant.translations import texts
from corpus.analysis import analyse
from corpus.calendar_names import month_name, weekday_name
from corpus.dates import is_day_label
from corpus.places import parse_locator
from corpus.roman import from_ordinal
from ingest.time_ranges import is_explicit_time_span

T = TypeVar("T")
_MARKS = {",": {"zh": "，", "ar": "، "}, ":": {"fr": " : ", "zh": "："}, ";": {"zh": "；", "ar": "؛ "}}
_PART = re.compile(r"(?:^|, )(section “.*?”|(?:[^,(]|\([^)]*\))+)(?=, |$)")
_ON_PAGE = re.compile(r"(.+) \(p\. (\d+)(?:, (\w+))?\)")
_PLACES = {
    "preambular": re.compile(r"(\w+) preambular para\.(.*)"),
    "unnumbered": re.compile(r"(\w+) paragraph(.*)"),
    "nth": re.compile(r"(\w+) of these"),
    "section": re.compile(r"section “(.*)”"),
    "row": re.compile(r"row (\d+)"),
    "item": re.compile(r"item (.+)"),
    "agenda": re.compile("provisional agenda"),
    "table_note": re.compile(r"note (\S+)"),
    **{name: re.compile(rf"{name}(?: (\S+))?") for name in ("appendix", "box", "enclosure", "figure", "map", "part")},
    **{name: re.compile(name) for name in ("annotations", "caption", "contents", "documentation", "header", "masthead",
                                           "preamble", "summary", "timetable", "title")},
}  # fmt: skip
"""The parts of locators for which there are sentences, beside those of `corpus.places.PARTS`."""
_COUNTED = ("preambular", "unnumbered", "nth")
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
    parts = [names[f"places.{kind}"].format(n=number).strip() for kind, number in parse_locator(locator).items()]
    return ("" if language == "zh" else "، " if language == "ar" else ", ").join(parts)


def place_text(locator: str, language: str) -> str:
    """A place in the words of a language, whatever part of a document it is, and with the name of the document where that stands first;
    as locators write it in English, and where there are no words for a part of it."""
    if language == "en":
        return locator
    parts = _PART.findall(locator)
    told = [(_part_text(part, language), part) for part in parts]
    if ", ".join(parts) != locator or not all(words or _is_own(part) for words, part in told):
        return locator
    comma, made = mark(",", language), ""
    for own, some in groupby(told, key=lambda each: not each[0]):
        # Chinese writes the parts of a place one behind the other.
        between = ", " if own else "" if language == "zh" else comma
        run = between.join(part if own else words for words, part in some)
        made += f"{comma if made else ''}{isolated(run, language) if own else run}"
    return made


def _part_text(part: str, language: str) -> str:
    """A part of a locator in words; empty where there are none for it."""
    if on_page := _ON_PAGE.fullmatch(part):
        place, page, nth = on_page.groups()
        told = _part_text(place, language)
        frame = "place_nth_on_page" if nth else "place_on_page"
        return told and say(frame, language, place=told, n=page, nth=from_ordinal(nth) if nth else "")
    for name, pattern in _PLACES.items():
        if match := pattern.fullmatch(part):
            first, behind = [*(each or "" for each in match.groups()), "", ""][:2]
            number = from_ordinal(first) if name in _COUNTED else first
            return say(f"place_{name}", language, n=f"{number}{behind}".strip()).strip()
    return place_name(part, language)


def _is_own(part: str) -> bool:
    """Whether a part of a locator is the document's own words: its name, the number of a decision, who speaks, a day or a time."""
    return is_day_label(part) or is_explicit_time_span(part) or not (part[:1].islower() or part[:1].isdigit())


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


def run_on(sentences: list[str], language: str) -> str:
    """Sentences one behind the other, as a language sets them."""
    return ("" if language == "zh" else " ").join(filter(None, sentences))


def either(parts: list[str], language: str) -> str:
    """A list of parts with the language's word for `or` before the last (Unicode CLDR)."""
    from babel.lists import format_list

    return str(format_list(parts, "or", "en_GB" if language == "en" else language))
