"""Checks exact values of a sentence against its sources: symbols, numbers, dates, times, weekdays, names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.grounding.rejection_reasons import Reason
from assistant.grounding.thesaurus import read_words, thesaurus
from assistant.wording import values
from assistant.wording.claims import Reading, tokens
from assistant.wording.lexicon import month_of, names_time, number_words
from corpus.analysis import analyse, fold, word_spans
from corpus.countries import find_countries
from corpus.dates import Date, find_date_mentions

_RANGE = r"(?:(?P<first>\d[\d.,]*)(?:\s?-\s?|\s(?:to|and|à|et|a|y|до|и|إلى|و)\s|[至到])(?:usd )?)?(?P<last>\d[\d., ]*\d|\d)\s?"
_SCALES = [
    (factor, re.compile(_RANGE + rf"(?:{words})"))
    for factor, words in (
        (1e9, r"billions?\b|milliards?\b|mil millones\b|миллиард|مليار|بليون|十亿"),
        (1e8, r"亿"),
        (1e6, r"millions?\b|mill[oó]n(?:es)?\b|миллион|مليون|ملايين|百万"),
        (1e4, r"万"),
        (1e3, r"thousand|mille\b|milliers?\b|mil\b|тысяч|ألف|آلاف|千"),
        (1e-2, r"%|per ?cent\b|pour ?cent\b|por ciento\b|процент|في المائة"),
    )
]
_SLASHED = re.compile(r"(?<![\w/.])\d+/\d+(?![\w/])")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
             "twelfth")  # fmt: skip
_LINK = re.compile(r"https?:|www\.|\]\(|<\s*/?\s*[a-z!]|@[a-z0-9-]+\.", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """A source of a sentence: the words that a citation shows, the name or symbol of their document, their locator, the headings above them."""

    text: str
    language: str
    document: str = ""
    locator: str = ""
    heading: str = ""


def find_missing(claim: str, reading: Reading, sources: Sequence[Source], language: str) -> list[Reason]:
    """The values of a sentence that its sources lack. Years, names and numbers of places may also be in what a citation shows beside its words:
    the symbol or name of the document, the locator, the headings."""
    texts = [each.text for each in sources]
    shown = [part for each in sources for part in (each.document, each.locator, each.heading) if part]
    without_symbols = [values.without_symbols(text) for text in texts]
    plain_texts = [values.plain(text) for _, text in without_symbols]
    plain_shown = [values.plain(values.without_symbols(text)[1]) for text in shown]
    symbols = {symbol for found, _ in without_symbols for symbol in found}
    symbols.update(symbol for text in shown for symbol in values.without_symbols(text)[0])
    missing = [Reason("symbol", symbol) for symbol in sorted(reading.symbols - symbols)]

    dates = [date for text in plain_texts for date in find_date_mentions(text)]
    figures = {n for text in [*plain_texts, *plain_shown] for readings in values.figures(text) for n in readings}
    years = {n for n in figures if 1800 <= n < 2200}
    found_dates = [date for date in reading.dates if _is_told(date, dates, years)]
    missing += [Reason("date", date.iso_format) for date in reading.dates if date not in found_dates]
    days = {day for text in plain_texts for day in values.weekdays(text)}
    days.update(day for date in [*found_dates, *dates] if (day := date.weekday) is not None)
    missing += [Reason("weekday", str(day)) for day in sorted(reading.weekdays - days)]
    times = {minutes for text in plain_texts for minutes in values.times(text)[0]}
    missing += [Reason("time", f"{m // 60}:{m % 60:02d}") for m in sorted(reading.times - times)]

    scaled = {value for text in texts for value in _scaled(text)}
    numbers = _numbers(plain_texts) | years | scaled
    places = {f"{n:g}" for text in plain_shown for readings in values.numbers(text) for n in readings}
    places.update(mark for text in [*plain_texts, *plain_shown] for mark in values.romans(text))
    for readings in reading.numbers:
        placed = any(f"{n:g}" in reading.placed and f"{n:g}" in places for n in readings)
        if not readings & numbers and not placed:
            missing.append(Reason("number", f"{max(readings):g}"))
    missing += [Reason("number", mark) for mark in sorted(reading.placed) if not mark.isdigit() and mark not in places]
    slashed = {pair for text in [*texts, *shown] for pair in _slashed(text)}
    missing += [Reason("number", pair) for pair in sorted(_slashed(claim) - slashed)]
    missing += [Reason("month", word) for word in _missing_months(claim, [*texts, *shown], language)]
    missing += [Reason("number", written) for value, written in _scaled(claim).items() if value not in scaled | numbers]
    missing += _numbers_of_other_words(claim, texts, language)
    if _LINK.search(claim) and not all(part in " ".join(texts) for part in _links(claim)):
        missing.append(Reason("address"))
    return missing + [Reason("name", name) for name in _missing_names(claim, reading, [*texts, *shown], language)]


def _slashed(text: str) -> set[str]:
    """Numbers with a slash, as of resolution 7/1."""
    return set(_SLASHED.findall(values.plain(text)))


def _scaled(text: str) -> dict[float, str]:
    """Numbers with a scale (thousands, millions, billions, per cent), multiplied out, each with its text."""
    folded = values.plain(text).casefold()
    made: dict[float, str] = {}
    for factor, pattern in _SCALES:
        for match in pattern.finditer(folded):
            for written in (match["first"], match["last"]):
                for readings in values.figures(written or ""):
                    made.update({round(n * factor, 6): match.group() for n in readings})
        folded = pattern.sub(" ", folded)
    return made


def _missing_months(claim: str, texts: Sequence[str], language: str) -> list[str]:
    """Names of months that no source has; Arabic texts give both names of a month."""
    known_months = {month for text in texts for month, _ in _months(text, language)}
    known_months.update(date.month for text in texts for date in find_date_mentions(text))
    return [word for month, word in _months(claim, language) if month not in known_months]


def _months(text: str, language: str) -> list[tuple[int, str]]:
    """Names of months; in English only capitalized and not as the first word, since `may` and `march` are other words, too."""
    read = [word for word, _, _ in word_spans(text)]
    named = [(month, word) for word in read if (month := month_of(word)) is not None]
    return [(month, word) for month, word in named if language != "en" or (word[0].isupper() and word != read[0])]


def _numbers_of_other_words(claim: str, texts: Sequence[str], language: str) -> list[Reason]:
    """Numbers before a word that the sources have only with other numbers: four days where they have two."""
    numbers_by_word: dict[str, set[float]] = {}
    for text in texts:
        for stem, number in numbers_with_words(text, language):
            numbers_by_word.setdefault(stem, set()).add(number)
    return [
        Reason("number_before", f"{number:g}", stem)
        for stem, number in numbers_with_words(claim, language)
        if stem in numbers_by_word and number not in numbers_by_word[stem]
    ]


def numbers_with_words(text: str, language: str) -> list[tuple[str, float]]:
    """Numbers in figures or words, each with the stem of the word right after it, without those of places."""
    read = read_words(text, language)
    known, placed = number_words(language), values.placed(values.plain(text))
    made = []
    for word, after in pairwise(read):
        surface = fold(word.surface)
        value = float(surface) if surface.isdecimal() else known.get(surface)
        behind = not text[word.end : after.start].strip() and after.surface.isalpha() and not names_time(after.surface)
        if value is not None and surface not in placed and behind:
            made.append((after.stem, float(value)))
    return made


def _links(claim: str) -> list[str]:
    return [part.strip(".,;:()") for part in claim.split() if _LINK.search(part)]


def _numbers(bare: Sequence[str]) -> set[float]:
    timeless = [values.times(text)[1] for text in bare]
    numbers = {n for text in timeless for readings in values.numbers(text) for n in readings}
    numbers.update(float(n) for text in bare for _, n in values.spelt(text))
    numbers.update(float(n) for text in bare for n in _ordinals(text))
    return numbers


def _ordinals(text: str) -> list[int]:
    """Ordinals in words, English: `first` is 1 (`the first meeting` may be written as meeting 1)."""
    return [n for n, word in enumerate(_ORDINALS, 1) if re.search(rf"\b{word}\b", text, re.IGNORECASE)]


def _is_told(date: Date, dates: Sequence[Date], years: set[float]) -> bool:
    """Whether the sources have a date, or the date without its year and the year elsewhere, such as in a heading of a timetable."""
    without_year = Date(None, date.month, date.day)
    apart = date.year in years and any(each.year is None and without_year.covers(each) for each in dates)
    return apart or any(date.covers(each) for each in dates)


# Names: capitalized words and abbreviations, and countries where a script has no capitals

_SMALL = frozenset(
    "of on and the for against in to de des du la le les et sur contre y del los las en".split()  # noqa: SIM905
)
"""Function words inside names."""


def _missing_names(claim: str, reading: Reading, texts: Sequence[str], language: str) -> list[str]:
    """Names in a sentence that no text has: neither the word, nor a form of it, nor its abbreviation."""
    known = {fold(word) for text in texts for word in text.replace("/", " ").split()}
    known.update(token for text in texts for token in tokens(text, language))
    initials = {letters for text in texts for letters in _initials(text)}
    spelt = {fold(word) for letters, run in _initials(claim).items() if fold(letters) in known for word in run}
    same = thesaurus(language).same
    lines = {each.line for text in texts for each in same.find(read_words(text, language))}
    missing = _missing_countries(claim, texts, language)
    if any("$" in text for text in texts):
        known |= {"usd", "us"}
    for name in reading.names:
        if fold(name) in known or fold(name) in spelt or name.upper() in initials:
            continue
        if any(token in known for token in analyse(name, language)):
            continue
        if not name.isupper() and any(each.line in lines for each in same.find(read_words(name, language))):
            continue
        missing.append(name)
    return missing


def _missing_countries(claim: str, texts: Sequence[str], language: str) -> list[str]:
    """Names of countries and regions in Arabic and Chinese, which write names without capitals."""
    if language not in ("ar", "zh"):
        return []
    known_codes = {code for text in texts for code in find_countries(values.plain(text), language)}
    return [name for code, name in find_countries(values.plain(claim), language).items() if code not in known_codes]


def _initials(text: str) -> dict[str, list[str]]:
    """Abbreviations that the capitalized names of a text may have, with their words."""
    made: dict[str, list[str]] = {}
    run: list[str] = []
    for word, _, _ in [*word_spans(text), (".", 0, 0)]:
        if word[0].isupper():
            run.append(word)
        elif word.lower() not in _SMALL or not run:
            for start in range(len(run) - 1):
                made["".join(each[0] for each in run[start:]).upper()] = run[start:]
            run = []
    return made
