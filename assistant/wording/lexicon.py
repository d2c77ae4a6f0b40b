"""Words that are not content, in the six languages: function words, negations, numbers, places. Those that are matched as whole words are in
`assistant/data/wording.yaml`."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.package_data import shipped
from corpus.analysis import analyse, fold
from corpus.calendar_names import numbers_by_name
from corpus.dates import find_date_mentions

HAN_FUNCTION = "的了在是和与及或而但也都就还又把被给对由从到于为以之其这那各每该将应并且等"
"""Chinese function characters, at which words are split, in claims and quotes alike."""

HAN_NEGATIONS = re.compile(r"不(?![仅但论管过断同])|没有?|无(?!论)|未(?!来)|非(?![洲常法])|勿|莫|毋")
NOT_NEGATIONS = re.compile(
    r"\bnot only\b|\bnot least\b|\bnon seulement\b|\bpas seulement\b|\bno s[oó]lo\b|\bno solamente\b|\bno obstante\b|"
    r"\bне только\b|\bلا سيما\b|\bولا سيما\b|\bn[o°º]s?\.?\s*(?=\d)",
    re.IGNORECASE,
)
"""Idioms that only look like a negation, and the abbreviation of “number”."""
ONLY_WORDS = frozenset(
    "only seul seule seuls seules seulement uniquement solo solamente unicamente только лишь فقط 仅".split()  # noqa: SIM905
)
"""Words that restrict what is said, folded."""

PLACES = (
    r"\b(?:articles?|arts?\.|art[íi]culos?|(?:sub)?paragraphe?s?|paras?\.?|par\.(?=\s*\d)|p[áa]rrafos?|alin[ée]as?|items?|points?|temas?|"
    r"puntos?|annex(?:es|e)?|anexos?|chapters?|chapitres?|cap[íi]tulos?|sections?|secci[óo]n(?:es)?|parts?|partie|parte|"
    r"tables?|tableaux?|cuadros?|pages?|p[áa]ginas?|footnotes?|appendix|rules?)|"
    r"\b(?:стать\w+|статей|пункт\w*|приложени\w+|глав\w+|раздел\w*|таблиц\w*|страниц\w*|ч(?:асть|асти))|"
    r"(?:[وفبكل]{0,2}(?:ال)?|لل)(?:ماد(?:ة|تان|تين)|مواد|فقر(?:ة|ات|تان|تين)|بند|بنود|مرفق(?:ات)?|فصل|جدول|صفحة)|"
    r"第|项目|附件|附录|表"
)
"""Words before the number of a place; such a number may also be in the locator of a citation."""


@lru_cache(maxsize=8)
def stops(language: str) -> frozenset[str]:
    """Index tokens of function words and negations (which are checked separately)."""
    words = shipped("wording")[language]
    return frozenset(token for form in (*words["stops"], *words["negations"]) for token in analyse(form, language))


@lru_cache(maxsize=8)
def negations(language: str) -> frozenset[str]:
    """Folded negation words."""
    return frozenset(fold(form) for form in shipped("wording")[language]["negations"])


def negates(word: str, language: str) -> tuple[bool, str]:
    """Whether a word is or contains a negation (`n'est`, `isn't`), and the rest of it (`est`); the whole word where it has none."""
    first, mark, last = fold(word).replace("’", "'").partition("'")
    if first in negations(language):
        return True, last
    contracted = bool(mark) and first.endswith("n") and last == "t"
    return contracted, "" if contracted else word


@lru_cache(maxsize=8)
def number_words(language: str) -> dict[str, int]:
    """Folded number words with their values; empty for Chinese, whose numerals `values` parses."""
    numbers = shipped("wording")[language]["numbers"]
    return {fold(form): value for value, forms in numbers.items() for form in forms}


@lru_cache(maxsize=1)
def timetable() -> tuple[frozenset[str], tuple[str, ...]]:
    """Folded words of a timetable in all languages, and the Chinese phrases, longest first."""
    forms = {language: words["timetable"] for language, words in shipped("wording").items()}
    phrases = tuple(sorted(forms.pop("zh"), key=len, reverse=True))
    return frozenset(fold(word) for each in forms.values() for word in each), phrases


@lru_cache(maxsize=1)
def weekday_numbers() -> dict[str, int]:
    """Folded names of the days of the week in all languages with their numbers, Monday 0."""
    return {fold(form): number for form, number in numbers_by_name("weekdays").items()}


@lru_cache(maxsize=8_192)
def month_of(word: str) -> int | None:
    """The month that a word names in one of the languages, 1 to 12."""
    found = find_date_mentions(f"1 {word} 2000") if word.isalpha() else ()
    return found[0].month if found else None


def names_time(word: str) -> bool:
    """Whether a word is the name of a month or of a day of the week."""
    return fold(word) in weekday_numbers() or month_of(word) is not None
