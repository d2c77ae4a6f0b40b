"""Reads the claims of a text that another text must contain to support it: symbols, dates, times, numbers, names, content words."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Literal

from assistant.wording import values
from assistant.wording.lexicon import HAN_FUNCTION, names_time, number_words, stops, timetable
from corpus.analysis import analyse, fold, word_spans
from corpus.calendar_names import names_by_number
from corpus.dates import Date, find_date_mentions
from corpus.sentences import sentence_spans

_HAN_FUNCTION = re.compile(f"[{HAN_FUNCTION}]")
_INITIAL = re.compile(r"[A-ZÀ-ÖØ-ÞА-ЯЁ]")
_ROMAN = re.compile(r"[IVXL]+")
Unit = Literal["meetings", "days", "hours", "items"]
_UNITS: dict[Unit, str] = {
    "meetings": r"meetings?|sittings?|séances?|sesi[óo]n(?:es)?|заседани\w+|(?:ال)?جلس(?:ة|ات|تين|تان)|次会议",
    "days": r"days?|jours?|d[íi]as?|дн(?:ей|я)|день|(?:ال)?أيام|天",
    "hours": r"hours?|heures?|horas?|час(?:ов|а)?|ч(?=\.)|(?:ال)?ساع(?:ة|ات)|小时",
    "items": r"items?|points?|temas?|пункт(?:ов|а|ы)|(?:ال)?بنود|个项目",
}
_COUNTED = {
    unit: re.compile(
        rf"(?<![\d.,])(\d+(?:[.,]\d+)?)\s?(?:{words})(?![^\W\d_])|"
        # Russian and Arabic also put it the other way round: the number of items of the agenda: 5.
        rf"(?<![^\W\d_])(?:{words})(?: повестки дня| جدول الأعمال)?(?:: | \(| (?=\d+\.?$))(\d+)",
        re.IGNORECASE,
    )
    for unit, words in _UNITS.items()
}
_TWO_HOURS = re.compile(r"(?<![^\W\d_])ساعت(?:ان|ين)(?![^\W\d_])")
"""The Arabic dual of `hour`, which means two hours without a number."""


@dataclass(frozen=True)
class Reading:
    """The values and words of a text. `numbers`: those outside dates, times and symbols, each with its possible values; `counted`: numbers with a
    unit in a derived text, then not in `numbers`; `placed`: numbers of places (articles, items); `content`: index tokens without all of these."""

    symbols: frozenset[str]
    dates: tuple[Date, ...]
    times: frozenset[int]
    weekdays: frozenset[int]
    numbers: tuple[frozenset[float], ...]
    counted: tuple[tuple[Unit, float], ...]
    placed: frozenset[str]
    names: tuple[str, ...]
    content: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether the text has none of these."""
        return not any(getattr(self, each.name) for each in fields(self))


@lru_cache(maxsize=4_096)
def read(text: str, language: str, derived: bool = False) -> Reading:
    """Reads a text in one of the six languages. In a `derived` text (made from a meeting's rows) words of a timetable are not content."""
    symbols, bare = values.without_symbols(text)
    dates = find_date_mentions(bare)
    times, rest = values.times(values.plain(bare))
    counts = counted(rest) if derived else ()
    placed = values.placed(rest)
    counted_values = {value for _, value in counts}
    figures = values.numbers(rest)
    numbers = [each for each in figures if not each & counted_values or any(f"{n:g}" in placed for n in each)]
    numbers += [frozenset({float(n)}) for word, n in values.spelt(rest, language) if n >= 2 or n == 0]
    return Reading(
        symbols,
        dates,
        frozenset(times),
        values.weekdays(rest),
        tuple(dict.fromkeys(numbers)),
        counts,
        placed,
        _names(bare, language, derived),
        _content(rest, language, derived),
    )


def counted(text: str) -> tuple[tuple[Unit, float], ...]:
    """Numbers of meetings, days, hours and items in a plain text: `4 meetings`, `дней: 2`."""
    found = ((unit, match[1] or match[2]) for unit, pattern in _COUNTED.items() for match in pattern.finditer(text))
    numbers = [(unit, float(number.replace(",", "."))) for unit, number in found]
    return (*numbers, *(("hours", 2.0) for _ in _TWO_HOURS.finditer(text)))


@lru_cache(maxsize=4_096)
def tokens(text: str, language: str) -> frozenset[str]:
    """All index tokens of a text; Chinese is split at function characters."""
    return frozenset(analyse(_HAN_FUNCTION.sub(" ", values.plain(text)), language))


@lru_cache(maxsize=1)
def _han_date() -> re.Pattern[str]:
    days = "|".join(form for forms in names_by_number("weekdays", "zh").values() for form in forms)
    return re.compile(rf"\d+\s*[年月日号]|{days}|[一二两三四五六七八九十百]+(?=[个次项天名])")


def _content(text: str, language: str, derived: bool) -> tuple[str, ...]:
    timetable_words, phrases = timetable()
    text = _han_date().sub(" ", values.without_places(text))
    for phrase in phrases if derived else ():
        text = text.replace(phrase, " ")
    text = _HAN_FUNCTION.sub(" ", text)
    numbers, skipped = number_words(language), stops(language)
    found: list[str] = []
    for word, _, _ in word_spans(text):
        last = re.split("['’]", fold(word))[-1]
        of_timetable = derived and not timetable_words.isdisjoint((last, fold(word)))
        if word.isdigit() or names_time(word) or last in numbers or of_timetable:
            continue
        found += [token for token in analyse(word, language) if token not in skipped and not token.isdigit()]
    return tuple(dict.fromkeys(found))


def _names(text: str, language: str, derived: bool) -> tuple[str, ...]:
    """Capitalized words inside sentences and acronyms anywhere, in Latin or Cyrillic script, without months and weekdays."""
    timetable_words, _ = timetable()
    found: list[str] = []
    for start, end in sentence_spans(text):
        for n, (surface, _, _) in enumerate(word_spans(text[start:end])):
            word = re.split("['’]", surface)[-1] if language == "fr" else surface
            acronym = len(word) > 1 and word.isupper()
            if len(word) < 2 or not _INITIAL.match(word) or (n == 0 and not acronym):
                continue
            if names_time(word) or _ROMAN.fullmatch(word) or (derived and fold(word) in timetable_words):
                continue
            if not acronym and any(token in stops(language) for token in analyse(word, language)):
                continue
            found.append(word)
    return tuple(dict.fromkeys(found))
