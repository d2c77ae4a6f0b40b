"""What a question names that another turn may name anew: an article, an item, a treaty, a day, a year, an ordinal."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.conversation.words import TurnWords
from assistant.question import Question, numbers_after
from assistant.vocabulary import Vocabulary, word_pattern
from corpus.symbols import find_symbols

TIMES = ("weekday", "day", "month", "year", "daypart")
"""Kinds of slots that say when, the coarser before the finer that they leave behind."""
NUMBERED = ("article", "item", "paragraph", "resolution")
"""Kinds of slots that a bare number may stand for."""
_YEAR = re.compile(r"(?<![\d/])(?:19|20)\d\d(?![\d/])")
_RESOLUTION = re.compile(r"(?<![\d/])\d{1,3}/\d{1,3}(?![\d/])")
_BARE = re.compile(r"(?<![\w/.])\d{1,3}(?:\s*\([a-z]\))?(?![\w/]|[.:]\d)")
_PART = re.compile(r"(?<![\w/])(?:(?:19|20)\d\d/[\w./]*\d|(?:Add|Corr|Rev)\.\s?\d+)(?![\w/])", re.IGNORECASE)
_CODE = re.compile(r"(?<![\w/.])[A-Z]{2,5}(?:\.\d{1,3})?(?![\w/])")
_GENERIC = ("protocol", "convention")


@dataclass(frozen=True)
class Slot:
    """A kind, and the span of the question's text that fills it."""

    kind: str
    start: int
    end: int


def slots(question: Question, vocabulary: Vocabulary) -> list[Slot]:
    """The slots of a question in order, none over another."""
    text, language = question.text, question.language
    found: list[Slot] = []

    def take(kind: str, spans: list[tuple[int, int]]) -> None:
        for start, end in spans:
            if start < end and not any(start < other.end and other.start < end for other in found):
                found.append(Slot(kind, start, end))

    take("symbol", [(mention.start, mention.end) for mention in find_symbols(text)])
    take("part", [match.span() for match in _PART.finditer(text)])
    take("code", [match.span() for match in _CODE.finditer(text)])
    take("resolution", [match.span() for match in _RESOLUTION.finditer(text)])
    kinds = ["article", "item", "paragraph"]
    if not question.articles and not question.items:
        kinds = ["paragraph"]  # in Russian, "пункт" is an item of the agenda only where no article is spoken of
    for kind in kinds:
        take(kind, [(start, end) for _, start, end in numbers_after(kind, text, vocabulary, language)])
    take("instrument", _instruments(question, vocabulary))
    for kind, words in (("weekday", "weekdays"), ("month", "months"), ("daypart", "dayparts")):
        take(kind, _spans(text, words, language, vocabulary))
    take("year", [match.span() for match in _YEAR.finditer(text)])
    take("ordinal", [(start, end) for start, end, _ in ordinals(text, language, vocabulary)])
    numbers = [match.span() for match in _BARE.finditer(text)]
    take("day" if any(slot.kind == "month" for slot in found) else "number", numbers)
    return sorted(found, key=lambda slot: slot.start)


def ordinals(text: str, language: str, vocabulary: Vocabulary) -> list[tuple[int, int, int]]:
    """The ordinals of a text: spans and values, in order."""
    before, after = r"(?<!\w)", r"(?!\w)"
    if language == "zh":
        before = after = ""
    elif language == "ar":
        before = r"(?<!\w)[وف]?(?:ال)?"
    forms = [(str(form), int(str(value)))
             for value, group in vocabulary.groups("ordinals", language).items() for form in group]  # fmt: skip
    found: list[tuple[int, int, int]] = []
    for form, value in sorted(forms, key=lambda pair: -len(pair[0])):
        for match in re.finditer(f"{before}{re.escape(form)}{after}", text, re.IGNORECASE):
            start = match.start() + (language == "ar" and match.group()[0] in "وف" and form[0] not in "وف")
            if not any(start < end and begin < match.end() for begin, end, _ in found):
                found.append((start, match.end(), value))
    return sorted(found)


def _instruments(question: Question, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """Where a question names a treaty, by name or as `the Protocol`."""
    called = {name.casefold() for entry in question.named for name in entry.names}
    found = []
    for mention in vocabulary.mentions(question.text, question.language):
        names = [name.casefold() for name in vocabulary.names(mention.concept, "en")]
        if called & set(names) or (names and names[0].rstrip("s") in _GENERIC):
            found.append((mention.start, mention.end))
    # Beside these, "the Protocol" within another term: "leave the Protocol".
    return found + TurnWords.of(question.language).treaties(question.text)


def _spans(text: str, kind: str, language: str, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    forms = [str(form) for group in vocabulary.groups(kind, language).values() for form in group]
    return [match.span() for match in word_pattern(forms, language).finditer(text)]
