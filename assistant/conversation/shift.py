"""`And the next one?`: the number, ordinal, day or year of an earlier question moved on by what a turn says of it."""

from __future__ import annotations

import re

from assistant.conversation.slots import ordinals
from assistant.conversation.words import TurnWords, folded
from assistant.question import YEAR, Question
from assistant.vocabulary import Vocabulary, word_pattern

_CONTENT = {"zh": 4}
"""Index words of a turn that names another ordinal; Chinese ones are pairs of characters, which overlap."""
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def shifted(old: Question, new: Question, vocabulary: Vocabulary) -> str | None:
    """The earlier question's text about the next or the previous one, or about the ordinal that is named anew (`the
    third?`); None where the turn says nothing of the kind or the earlier question names nothing to move on."""
    words, said = TurnWords.of(new.language), folded(new.text)
    if new.language == old.language and (renamed := _renamed(old, new, vocabulary)) is not None:
        return renamed
    years = YEAR.findall(old.text), YEAR.findall(new.text)
    if len(years[0]) == len(years[1]) == 1:
        return old.text.replace(years[0][0], years[1][0])
    if words.next_day.search(said) and len(old.weekdays) == 1:
        return _next_day(old, vocabulary)
    step = 1 if words.next.search(said) else -1 if words.before.search(said) else 0
    if not step or new.articles or new.items or new.symbols or YEAR.search(said):
        return None
    year = YEAR.search(old.text)
    if year and (words.years.search(said) or not (old.articles or old.items)):
        return f"{old.text[: year.start()]}{int(year.group()) + step}{old.text[year.end() :]}"
    named = old.articles or old.items
    if len(named) == 1 and named[0].isdigit() and int(named[0]) + step > 0:
        return re.sub(rf"(?<!\d){named[0]}(?!\d)", str(int(named[0]) + step), old.text, count=1)
    found = ordinals(old.text, old.language, vocabulary)
    if len(found) != 1:
        return None
    return _replaced(old.text, found[0], found[0][2] + step, old.language, vocabulary)


def _next_day(old: Question, vocabulary: Vocabulary) -> str:
    """The earlier question about the day after the one that it names."""
    groups = vocabulary.groups("weekdays", old.language)
    after = str(groups[_DAYS[(old.weekdays[0] + 1) % 7]][0])
    forms = [str(form) for form in groups[_DAYS[old.weekdays[0]]]]
    pattern = word_pattern(forms, old.language)
    return pattern.sub(lambda match: after.capitalize() if match.group()[0].isupper() else after, old.text, count=1)


def _renamed(old: Question, new: Question, vocabulary: Vocabulary) -> str | None:
    """The earlier question with the ordinal that a short turn names in place of its own."""
    here, there = ordinals(old.text, old.language, vocabulary), ordinals(new.text, new.language, vocabulary)
    if (
        len(here) != 1
        or len(there) != 1
        or here[0][2] == there[0][2]
        or len(new.content) > _CONTENT.get(new.language, 2)
    ):
        return None
    return _replaced(old.text, here[0], there[0][2], old.language, vocabulary)


def _replaced(text: str, span: tuple[int, int, int], value: int, language: str, vocabulary: Vocabulary) -> str | None:
    """A text with the ordinal of another value in a span; in the same gender where the language tells it by an ending."""
    forms = [str(form) for form in vocabulary.groups("ordinals", language).get(value, ())]
    if not forms:
        return None
    old = text[span[0] : span[1]]
    best = max(forms, key=lambda form: (form[-1].casefold() == old[-1].casefold(), -forms.index(form)))
    article = "ال" if language == "ar" and old.startswith("ال") and not best.startswith("ال") else ""
    return f"{text[: span[0]]}{article}{best}{text[span[1] :]}"
