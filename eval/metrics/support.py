"""Whether quotes support a claim: the check that stands in for the entailment model of ALCE, spelt out.

ALCE (Gao et al., "Enabling Large Language Models to Generate Text with Citations", EMNLP 2023, arXiv 2305.14627) asks an
English NLI model whether the cited passages entail a statement. Here rules answer: the same on every machine, in six
languages, and each refusal says what is missing. A claim is supported

1. verbatim, if its text is in one quote, or is all quotes joined (an item of a list with the words that introduce it);
   white space and invisible characters apart, and not cut off from a negation before it; or
2. by its words, if the quotes hold every number, date, time of day, day of the week, symbol and name that it gives,
   deny what it denies and nothing that it affirms, and hold at least `CONTENT_SHARE` of its other content words.

Numbers of places (article 6) may stand in the locators, and years, names and symbols in the documents' own symbols or
names, because every citation shows these. Derived claims, made by rule from cited rows, may also take days, times and
names from the locators, may give what can be counted in the rows (`computed`), and may put it in the words of a
timetable (`lexicon`). Where the quotes suffice, the locators are not asked.

What the rules can't see: who does what to whom, order, cause, and ordinals in words. What they wrongly refuse: free
paraphrase, and a claim in another language than its quotes, unless it consists of numbers, dates, names and symbols.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from assistant.wording import values
from assistant.wording.claims import Reading, Unit, read, tokens
from assistant.wording.polarity import Polarity, polarity
from corpus.analysis import analyse, fold
from corpus.dates import Date, find_date_mentions
from corpus.language import detect_language

How = Literal["verbatim", "words", "places", "not"]
CONTENT_SHARE = 0.8
"""The share of a claim's content words that its quotes must hold: one word in five may be the claim's own.

Measured on sentences that their quotes do not say (the four sentences around each as quotes, in the meeting's agenda, the
two treaties and the paragraphs of XQuAD): 0.8 of the words is reached by 4 % of the English and by 0.2 to 1.1 % of the
Spanish, Russian, Arabic and Chinese ones, 0.6 by 15 % and 1.8 to 5.5 %. The whole check accepts 2.8 % of the English,
where treaties repeat themselves, and 0.2 to 0.5 % of the others.
"""
_QUOTATION = re.compile(r"“[^”]*”|«[^»]*»|\"[^\"]*\"|《[^》]*》|「[^」]*」")
_CLAUSE_END = re.compile(r"[.;:!?](?=\s)|[。；：！？؛؟]")
_INSIDE_WORD = re.compile(r"[^\W_㐀-鿿]{2}$")


@dataclass(frozen=True)
class Source:
    """What one citation shows: the quote, the document's symbol or name, the place in it."""

    quote: str
    document: str = ""
    locator: str = ""


@dataclass(frozen=True)
class Support:
    """The result of the check. `how`: verbatim, by the words of the quotes, only with the help of locators
    (`places`), or not. `missing` lists what the quotes lack, in the claim's words; `share` is the share of the
    content words that they contain, 0..1, 1 where there are none."""

    how: How
    missing: tuple[str, ...] = ()
    share: float = 1.0

    @property
    def whole(self) -> bool:
        """Whether the claim is supported."""
        return self.how != "not"


def check_support(
    claim: str,
    quotes: Sequence[str | Source],
    *,
    derived: bool = False,
    language: str | None = None,
    how: How | None = None,
) -> Support:
    """Checks whether quotes together support a claim, by the rules in the module's docstring. A quote given as text
    has no place. `language` is that of the claim, detected where it is None. `how` restricts the check to one way, as
    tests of single citations do: a claim that is supported verbatim by all its quotes must be so without one of them."""
    sources = [each if isinstance(each, Source) else Source(each) for each in quotes]
    sources = [each for each in sources if each.quote.strip()]
    claim_line = _normalize_line(claim)
    if not claim_line or not sources:
        return Support("not", ("a quote" if claim_line else "words",), 0.0)
    if how in (None, "verbatim"):
        lines = [_normalize_line(each.quote) for each in sources]
        if any(_is_excerpt(claim_line, line) for line in lines) or claim_line == " ".join(lines):
            return Support("verbatim")
        if how == "verbatim":
            return Support("not", ("the exact words",), 0.0)
    language = language or detect_language(_QUOTATION.sub(" ", claim))  # quotes may be in another
    claim_values = read(claim, language, derived)
    if claim_values.empty:
        return Support("not", ("words",), 0.0)
    result = Support("not")
    for way in ("words", "places") if how is None else (how,):
        result = _by_words(claim, claim_values, sources, language, derived, way == "places")
        if result.whole:
            break
    return result


def _by_words(
    claim: str, claim_values: Reading, sources: Sequence[Source], language: str, derived: bool, places: bool
) -> Support:
    source_values = _SourceValues(sources, language, derived, places)
    missing = source_values.find_missing(claim_values)
    contradiction = _find_contradiction(
        polarity(claim, language), [polarity(each.quote, detect_language(each.quote, language)) for each in sources]
    )
    found = [token for token in claim_values.content if token in source_values.tokens]
    share = len(found) / len(claim_values.content) if claim_values.content else 1.0
    if contradiction:
        missing.append(contradiction)
    if share < CONTENT_SHARE:
        missing += [f"“{token}”" for token in claim_values.content if token not in source_values.tokens]
    return Support("not" if missing else "places" if places else "words", tuple(missing), share)


class _SourceValues:
    """The values that the sources contain together."""

    def __init__(self, sources: Sequence[Source], language: str, derived: bool, places: bool) -> None:
        locators = [each.locator for each in sources] if places else []
        shown = [*(each.quote for each in sources), *(locators if derived else [])]
        read_texts = [values.without_symbols(text) for text in shown]
        bare = [values.plain(text) for _, text in read_texts]
        documents = [each.document for each in sources]
        self.tokens = {token for each in sources for token in tokens(each.quote, language)}
        self.symbols = {symbol for found, _ in read_texts for symbol in found}
        self.symbols.update(symbol for name in documents for symbol in values.without_symbols(name)[0])
        self.named = {fold(word) for text in [*shown, *documents] for word in text.replace("/", " ").split()}
        self.named.update(token for text in [*shown, *documents] for token in tokens(text, language))
        self.dates: list[Date] = [date for text in bare for date in find_date_mentions(text)]
        self.times = {minutes for text in bare for minutes in values.times(text)[0]}
        self.weekdays = {day for text in bare for day in values.weekdays(text)}
        timeless = [values.times(text)[1] for text in bare]
        self.numbers = {value for text in timeless for readings in values.numbers(text) for value in readings}
        self.numbers.update(float(value) for text in bare for _, value in values.spelt(text))
        years = {value for text in [*bare, *documents] for readings in values.figures(text) for value in readings}
        self.years = {value for value in years if 1900 <= value < 2100}
        in_place = [values.times(values.plain(text))[1] for text in locators]
        self.marks = {f"{value:g}" for text in in_place for readings in values.numbers(text) for value in readings}
        self.marks.update(mark for text in [*bare, *in_place] for mark in values.romans(text))
        self.computed = countable_values([(each.quote, each.locator if places else "") for each in sources])
        self._language = language

    def find_missing(self, claim_values: Reading) -> list[str]:
        """The values of a claim that the sources lack."""
        missing = sorted(claim_values.symbols - self.symbols)
        held_dates = [date for date in claim_values.dates if self._has_date(date)]
        missing += [date.iso_format for date in claim_values.dates if date not in held_dates]
        missing += [f"{minutes // 60}:{minutes % 60:02d}" for minutes in sorted(claim_values.times - self.times)]
        days = self.weekdays | {day for date in [*held_dates, *self.dates] if (day := date.weekday) is not None}
        missing += [f"day {day + 1} of the week" for day in sorted(claim_values.weekdays - days)]
        missing += [
            f"{max(readings):g}" for readings in claim_values.numbers if not self._has_number(readings, claim_values)
        ]
        missing += [f"{value:g} {unit}" for unit, value in claim_values.counted if value not in self.computed[unit]]
        missing += sorted(mark for mark in claim_values.placed if not mark.isdigit() and mark not in self.marks)
        missing += [name for name in claim_values.names if not self._has_name(name)]
        return missing

    def _has_date(self, date: Date) -> bool:
        if any(date.covers(other) for other in self.dates):
            return True
        # A row of a timetable gives the day, the heading or the symbol the year.
        bare = Date(None, date.month, date.day)
        return date.year in self.years and any(other.year is None and bare.covers(other) for other in self.dates)

    def _has_number(self, readings: frozenset[float], claim_values: Reading) -> bool:
        if readings & (self.numbers | self.years):
            return True
        return any(f"{value:g}" in claim_values.placed and f"{value:g}" in self.marks for value in readings)

    def _has_name(self, name: str) -> bool:
        return fold(name) in self.named or any(token in self.named for token in analyse(name, self._language))


@lru_cache(maxsize=1024)
def _normalize_line(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    return " ".join("".join(letter for letter in text if unicodedata.category(letter) != "Cf").split())


def _is_excerpt(text: str, line: str) -> bool:
    """Whether a text is part of a line, not starting or ending in the middle of a word or number (Chinese has no such
    bounds), and not cut off from a negation before it in its clause."""
    start = line.find(text)
    while start >= 0:
        end = start + len(text)
        edges = line[max(0, start - 1) : start + 1], line[end - 1 : end + 1]
        if not any(map(_INSIDE_WORD.match, edges)):
            before = _CLAUSE_END.split(line[:start])[-1]
            if not before.strip() or not polarity(before, detect_language(line)).negates:
                return True
        start = line.find(text, start + 1)
    return False


def _find_contradiction(claim: Polarity, quotes: Sequence[Polarity]) -> str:
    """Describes how a claim's negations contradict those of its quotes; empty where they don't.

    What the claim denies must be denied in a quote (anywhere in a negation's scope), or, where the quotes don't have
    the word at all, they must contain some negation. What the quotes deny and nowhere affirm, a claim without a
    negation may not affirm."""
    denied = {word for each in quotes for word in each.denied}
    reached = {word for each in quotes for word in each.reached}
    affirmed = {word for each in quotes for word in each.affirmed}
    if not claim.negates:
        wrong = sorted((denied & claim.affirmed) - affirmed)
        return f"“{wrong[0]}” is denied" if wrong else ""
    if not any(each.negates for each in quotes):
        return "a negation"
    wrong = sorted((claim.denied & affirmed) - reached)
    return f"“{wrong[0]}” is not denied" if wrong else ""


def countable_values(rows: Sequence[tuple[str, str]]) -> dict[Unit, frozenset[float]]:
    """The values that can be counted in cited rows, given as (quote, locator).

    Items: the rows. Meetings: the rows that give a range of times. Days: those that the rows are on. Hours: how long
    the ranges last, each and together, and the time between two that follow each other on one day. A row's day and
    times are those of its quote, else those of its locator."""
    slots: list[tuple[Date | None, int, int]] = []
    days: set[Date] = set()
    day: Date | None = None
    for quote, locator in rows:
        named = _dates(quote) or _dates(locator)
        days.update(named)
        day = named[0] if named else day
        clocks = _times(quote) or _times(locator)
        slots += [(day, start, end) for start, end in zip(clocks[::2], clocks[1::2], strict=False) if start < end]
    lengths = [(end - start) / 60 for _, start, end in slots]
    between = [(b[1] - a[2]) / 60 for a, b in pairwise(slots) if a[0] == b[0] and b[1] >= a[2]]
    return {
        "items": frozenset({float(len(rows))}),
        "meetings": frozenset({float(len(slots))}),
        "days": frozenset({float(len(days))}),
        "hours": frozenset([sum(lengths), *lengths, *between]),
    }


def _dates(text: str) -> tuple[Date, ...]:
    return find_date_mentions(values.without_symbols(text)[1])


def _times(text: str) -> tuple[int, ...]:
    found, _ = values.times(values.plain(values.without_symbols(text)[1]))
    return found
