"""What a text gives that another must hold to support it: symbols, dates, times, numbers, names, other content words."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import lru_cache

from assistant.wording import values
from assistant.wording.counts import Unit, counted
from assistant.wording.lexicon import HAN_FUNCTION, names_time, number_words, stops, timetable
from corpus.analysis import analyse, fold, words
from corpus.calendar_names import spoken_names
from corpus.dates import Date, dates_in
from corpus.sentences import sentence_spans

_HAN_FUNCTION = re.compile(f"[{HAN_FUNCTION}]")
_INITIAL = re.compile(r"[A-ZÀ-ÖØ-ÞА-ЯЁ]")
_ROMAN = re.compile(r"[IVXL]+")


@dataclass(frozen=True)
class Reading:
    """What one text gives. `numbers` are those outside its dates, times and symbols, each with its readings; `counted`
    are numbers of things that a derived text counts, and then no `numbers`; `placed` are the marks that follow the word
    for a place; `content` are analysed words without all of these."""

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
        """Whether it gives nothing at all."""
        return not any(getattr(self, each.name) for each in fields(self))


@lru_cache(maxsize=4_096)
def read(text: str, language: str, derived: bool = False) -> Reading:
    """Reads a text in one of the six languages. In a derived one the words of a timetable are no content."""
    symbols, bare = values.without_symbols(text)
    dates = dates_in(bare)
    times, rest = values.times(values.plain(bare))
    sums = counted(rest) if derived else ()
    placed = values.placed(rest)
    apart = {value for _, value in sums}
    numbers = [each for each in values.numbers(rest) if not each & apart or any(f"{n:g}" in placed for n in each)]
    numbers += [frozenset({float(n)}) for word, n in values.spelt(rest, language) if n >= 2 or n == 0]
    return Reading(
        symbols,
        dates,
        frozenset(times),
        values.weekdays(rest),
        tuple(dict.fromkeys(numbers)),
        sums,
        placed,
        _names(bare, language, derived),
        _content(rest, language, derived),
    )


@lru_cache(maxsize=4_096)
def tokens(text: str, language: str) -> frozenset[str]:
    """All analysed words of a text, Chinese cut at function characters."""
    return frozenset(analyse(_HAN_FUNCTION.sub(" ", values.plain(text)), language))


@lru_cache(maxsize=1)
def _han_date() -> re.Pattern[str]:
    days = "|".join(form for forms in spoken_names("weekdays", "zh").values() for form in forms)
    return re.compile(rf"\d+\s*[年月日号]|{days}|[一二两三四五六七八九十百]+(?=[个次项天名])")


def _content(text: str, language: str, derived: bool) -> tuple[str, ...]:
    own, phrases = timetable()
    text = _han_date().sub(" ", values.without_places(text))
    for phrase in phrases if derived else ():
        text = text.replace(phrase, " ")
    text = _HAN_FUNCTION.sub(" ", text)
    numbers, skipped = number_words(language), stops(language)
    made: list[str] = []
    for word, _, _ in words(text):
        last = re.split("['’]", fold(word))[-1]
        if word.isdigit() or names_time(word) or last in numbers or (derived and (last in own or fold(word) in own)):
            continue
        made += [token for token in analyse(word, language) if token not in skipped and not token.isdigit()]
    return tuple(dict.fromkeys(made))


def _names(text: str, language: str, derived: bool) -> tuple[str, ...]:
    """Capitalised words inside a sentence and acronyms anywhere, Latin or Cyrillic; not months and days of the week."""
    own, _ = timetable()
    made: list[str] = []
    for start, end in sentence_spans(text, language):
        for n, (surface, _, _) in enumerate(words(text[start:end])):
            word = re.split("['’]", surface)[-1] if language == "fr" else surface
            acronym = len(word) > 1 and word.isupper()
            if len(word) < 2 or not _INITIAL.match(word) or (n == 0 and not acronym):
                continue
            if names_time(word) or _ROMAN.fullmatch(word) or (derived and fold(word) in own):
                continue
            if not acronym and any(token in stops(language) for token in analyse(word, language)):
                continue
            made.append(word)
    return tuple(dict.fromkeys(made))
