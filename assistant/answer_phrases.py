"""Sentences of answers that are not quotes, in the language of the question: messages, places, dates and lists. Quotes are never translated."""

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
_MARKS = {
    ",": {"zh": "，", "ar": "، "},
    ":": {"fr": " : ", "zh": "："},
    ";": {"fr": " ; ", "zh": "；", "ar": "؛ "},
    "→": {"ar": "← "},
}
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
_NUMBERED = ("item", "n")
"""Placeholders for the number of an item or a place."""
_LETTERED = re.compile(r"\s?\((\w{1,4})\)")
_ISOLATE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./(),:_–-]*[A-Za-z0-9)]")


def say(name: str, language: str, /, **values: object) -> str:
    """The message `name` of answers or papers in a language, with its placeholders filled. Latin names in Arabic sentences are isolated (Unicode
    Standard Annex 9), so that symbols keep their order."""
    template = texts("answers", language).get(name) or texts("papers", language)[name]
    return filled(template, language, **values)


def filled(template: str, language: str, /, **values: object) -> str:
    """A message template in a language with its placeholders filled."""
    printed = {key: str(value) for key, value in values.items()}
    printed |= {key: number_text(printed[key], language) for key in _NUMBERED if key in printed}
    text = template.format(**{key: isolated(value, language) for key, value in printed.items()})
    return re.sub(r"\.\.$", ".", text)


def doubt(status: str, language: str) -> str:
    """The sentence before tentative statements; empty for other statuses."""
    return say("tentative", language) if status == "tentative" else ""


def isolated(value: T, language: str) -> T | str:
    """A value for a placeholder; Latin names in Arabic sentences are isolated, to keep the order of their characters."""
    return f"\u2068{value}\u2069" if language == "ar" and isinstance(value, str) and _ISOLATE.search(value) else value


def number_text(number: str, language: str) -> str:
    """The number of an item or paragraph as texts in a language print it: in French and Spanish `3 a)`."""
    return _LETTERED.sub(r" \1)", number) if language in ("es", "fr") else number


def place_name(locator: str, language: str) -> str:
    """A place in a corrigendum (`annex II, para. 3`), in words of a language."""
    names = texts("answers", language)
    numbers = {kind: number_text(number, language) for kind, number in parse_locator(locator).items()}
    parts = [names[f"places.{kind}"].format(n=number).strip() for kind, number in numbers.items()]
    return ("" if language == "zh" else "، " if language == "ar" else ", ").join(parts)


def document_name(label: str, language: str) -> str:
    """The label of a document, in which a digest is called so in a language."""
    name = label.removesuffix(" (digest)")
    return label if name == label else say("digest_named", language, document=name)


def place_text(locator: str, language: str) -> str:
    """A locator, which may begin with the name of its document, in words of a language; unchanged where one of its parts has no words."""
    if language == "en":
        return locator
    parts = _PART.findall(locator)
    named_parts = [(_part_text(part, language), part) for part in parts]
    if ", ".join(parts) != locator or not all(words or _is_own(part) for words, part in named_parts):
        return locator
    comma, text = mark(",", language), ""
    for is_own, group in groupby(named_parts, key=lambda each: not each[0]):
        # In Chinese the parts of a place follow each other without separators.
        separator = ", " if is_own else "" if language == "zh" else comma
        run = separator.join(part if is_own else words for words, part in group)
        text += f"{comma if text else ''}{isolated(run, language) if is_own else run}"
    return text


def _part_text(part: str, language: str) -> str:
    """A part of a locator in words of a language; empty where there are none."""
    if on_page := _ON_PAGE.fullmatch(part):
        place, page, nth = on_page.groups()
        place_words = _part_text(place, language)
        template = "place_nth_on_page" if nth else "place_on_page"
        return place_words and say(template, language, place=place_words, n=page, nth=from_ordinal(nth) if nth else "")
    for name, pattern in _PLACES.items():
        if match := pattern.fullmatch(part):
            first, behind = [*(each or "" for each in match.groups()), "", ""][:2]
            number = from_ordinal(first) if name in _COUNTED else first
            return say(f"place_{name}", language, n=f"{number}{behind}".strip()).strip()
    return place_name(part, language)


def _is_own(part: str) -> bool:
    """Whether a part of a locator is in the document's own words: its name, the number of a decision, a speaker, a day or a time."""
    return is_day_label(part) or is_explicit_time_span(part) or not (part[:1].islower() or part[:1].isdigit())


def act_frames(series: str, language: str) -> dict[str, str]:
    """The templates for names of resolutions (`RES`) or decisions (`DEC`), such as `General Assembly resolution {number}`, by the code of their
    body in symbols; only for bodies whose acts are cited so."""
    begin, frames = f"acts.{series}.", texts("papers", language)
    return {name.removeprefix(begin): frame for name, frame in frames.items() if name.startswith(begin)}


@cache
def act_words(series: str, language: str) -> frozenset[str]:
    """The index tokens of the words for resolutions (`RES`) or decisions (`DEC`) in a language: those common to all their templates."""
    named = (analyse(frame.replace("{number}", " "), language) for frame in act_frames(series, language).values())
    return frozenset(set.intersection(*map(set, named)))


def date_text(day: dt.date, language: str) -> str:
    """A date with its weekday, in a language."""
    weekday, month = weekday_name(day.weekday(), language), month_name(day.month, language)
    return texts("answers", language)["date"].format(weekday=weekday, day=day.day, month=month, year=day.year)


def day_text(day: dt.date, language: str) -> str:
    """A date without its weekday, as in references."""
    return say("day", language, day=day.day, month=month_name(day.month, language), year=day.year)


def day_of(date: str, language: str) -> str:
    """An ISO 8601 date in words of a language; a month or year unchanged."""
    try:
        return day_text(dt.date.fromisoformat(date), language)
    except ValueError:
        return date


def mark(sign: str, language: str) -> str:
    """A comma, colon, semicolon or arrow of a language, with the space after it."""
    return _MARKS[sign].get(language, f"{sign} ")


def joined(parts: list[str], language: str) -> str:
    """A list of parts with the language's word for `and` before the last."""
    if len(parts) < 2:
        return "".join(parts)
    comma = {"zh": "、", "ar": "، "}.get(language, ", ")
    return comma.join(parts[:-1]) + texts("answers", language)["and"] + parts[-1]


def run_on(sentences: list[str], language: str) -> str:
    """Sentences joined with the separator of a language."""
    return ("" if language == "zh" else " ").join(filter(None, sentences))


def either(parts: list[str], language: str) -> str:
    """A list of parts with the language's word for `or` before the last (Unicode CLDR)."""
    from babel.lists import format_list

    return str(format_list(parts, "or", "en_GB" if language == "en" else language))
