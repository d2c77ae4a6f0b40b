"""Extracts symbols, numbers, times of day and weekdays from a text in six languages, in comparable form."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache

from assistant.wording.lexicon import PLACES, month_of, number_words, stops, weekday_numbers
from corpus.analysis import analyse, fold, word_spans
from corpus.dates import find_date_mentions
from corpus.documents import Span
from corpus.language import detect_language
from corpus.symbols import find_symbols

_NUMBER = re.compile(r"(?<!\d)(?:\d{1,3}(?:[,.'’٬ ]\d{3})+(?!\d)|\d+(?:[.,٫]\d+)?)")
_NAMED = re.compile(r"(?=\S*[^\W\d_])(?=\S*\d)\S+")
_BEHIND = re.compile(r"\s*([㐀-鿿]|[^\W\d]\w+)")
_PLACED = re.compile(
    rf"(?:{PLACES})\s*№?\s*(?P<list>(?:\d+|[IVXL]+\b)(?:\s*(?:,|and|et|y|и|و|和|至|-|to|à|al?)\s*(?:\d+|[IVXL]+\b))*)",
    re.IGNORECASE,
)
_HAN_NUMBER = re.compile(r"([一二两三四五六七八九十百]+)(?=[个次项天日年名条款段章份国级届])")
_HAN_DIGITS = {**{sign: n for n, sign in enumerate("一二三四五六七八九", 1)}, "两": 2}
_HALF = r"(?P<half>[ap])\.?\s?m\b\.?"
_CLOCK = r"(?P<hour>[0-2]?\d)(?:[.:](?P<minute>[0-5]\d))?"
_TWELVE = re.compile(
    rf"(?<![\d.:])(?:(?P<from>[0-2]?\d)(?:[.:](?P<frommin>[0-5]\d))?\s*(?P<fromhalf>[ap])?(?(fromhalf)\.?\s?m\.?)"
    rf"\s*(?:-|\bto\b)\s*)?{_CLOCK}\s*{_HALF}",
    re.IGNORECASE,
)
_DAY_CLOCK = (
    r"(?<![\d.:])(?P<hour>[0-2]?\d):(?P<minute>[0-5]\d)(?!\d|:\d)",
    r"(?<![\d.:,])(?P<hour>[0-2]?\d)\s?h(?:\s?(?P<minute>[0-5]\d))?\b",
    r"(?<![\d.:])(?P<hour>[0-2]?\d)[.](?P<minute>[0-5]\d)\s?(?:h|horas|heures|час\w*|ч)\b",
    r"\b(?:à|de|a las|las|в|с|до)\s(?P<hour>[0-2]?\d)\s(?:heures|horas|час(?:ов|а)?|ч\.)(?:\s(?P<minute>[0-5]\d))?",
    r"الساعة\s(?P<hour>[0-2]?\d)(?:[/:.](?P<minute>[0-5]\d))?",
    r"(?P<half>上午|下午|晚上)\s?(?P<hour>[0-2]?\d)\s?[时点:](?P<minute>[0-5]\d)?分?",
    r"(?<!\d)(?P<hour>[0-2]?\d)时(?P<minute>[0-5]\d)?分?",
)
_NOON = re.compile(r"\b(?:noon|midday|midi|mediod[ií]a|полдень)\b|正午", re.IGNORECASE)
_MIDNIGHT = re.compile(r"\b(?:midnight|minuit|medianoche|полночь)\b|午夜", re.IGNORECASE)


def plain(text: str) -> str:
    """A text with normalized compatibility forms, digits, dashes and spaces, without format characters. Case and accents stay."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(
        str(unicodedata.digit(letter)) if letter.isdigit() and not letter.isascii() else letter
        for letter in text
        if unicodedata.category(letter) != "Cf"
    )
    return re.sub(r"\s+", " ", re.sub(r"[‐-―−]", "-", text)).strip()


def blanked(text: str, spans: Iterable[Span]) -> str:
    """A text with some spans replaced by blanks; all other characters keep their positions."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


@lru_cache(maxsize=4_096)
def without_symbols(text: str) -> tuple[frozenset[str], str]:
    """The canonical symbols in a text, and the text with them blanked out."""
    found = find_symbols(text)
    return frozenset(each.symbol.text for each in found), blanked(text, ((each.start, each.end) for each in found))


@lru_cache(maxsize=4_096)
def times(text: str) -> tuple[tuple[int, ...], str]:
    """The times of day in a plain text, in minutes after midnight, in order, and the text with them blanked out. `3-5 p.m.` is 15:00 and 17:00;
    times without a half of the day are read by the 24-hour clock."""
    found: list[tuple[int, int]] = []
    for pattern, read in _CLOCKS:
        matches = [*pattern.finditer(text)]
        found += [(match.start(), minutes) for match in matches for minutes in read(match)]
        text = blanked(text, (match.span() for match in matches))
    return tuple(minutes for _, minutes in sorted(found, key=lambda each: each[0])), text


def _from_12_hours(match: re.Match[str]) -> list[int]:
    """The times of a 12-hour clock match: the start of a range, if any, and the time itself."""
    end = _minutes(match["hour"], match["minute"], match["half"])
    if not match["from"]:
        return [end]
    start = _minutes(match["from"], match["frommin"], match["fromhalf"] or match["half"])
    # 10-1 p.m. begins before noon.
    return [start - 720 if start > end and not match["fromhalf"] and start >= 720 else start, end]


_CLOCKS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], list[int]]], ...] = (
    (_TWELVE, _from_12_hours),
    *((re.compile(pattern, re.IGNORECASE), lambda found: [_minutes(**found.groupdict())]) for pattern in _DAY_CLOCK),
    (_NOON, lambda _: [720]),
    (_MIDNIGHT, lambda _: [0]),
)


def _minutes(hour: str, minute: str | None, half: str | None = None) -> int:
    hours = int(hour)
    if half:
        late = half in "pP" or half in ("下午", "晚上")
        hours = hours % 12 + (12 if late else 0) if hours <= 12 else hours
    return hours % 24 * 60 + int(minute or 0)


@lru_cache(maxsize=4_096)
def weekdays(text: str) -> frozenset[int]:
    """The weekdays in a text, Monday 0."""
    folded, known = fold(text), weekday_numbers()
    return frozenset(known[match.group()] for match in _weekday().finditer(folded) if _stands_alone(folded, match))


@lru_cache(maxsize=1)
def _weekday() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, weekday_numbers()), key=len, reverse=True)))


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Whether no letters are around a word in Latin script."""
    around = text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]
    return not (match.group()[0].isascii() and any(letter.isalpha() for letter in around))


@lru_cache(maxsize=4_096)
def figures(text: str) -> tuple[frozenset[float], ...]:
    """The numbers in figures, in order, each with all its possible values: `1,234` may be 1234 or 1.234."""
    return tuple(_possible_values(match.group()) for match in _NUMBER.finditer(text))


@lru_cache(maxsize=4_096)
def counting(text: str, language: str) -> frozenset[float]:
    """All possible values of the numbers in figures that have a content word right after them; not of those in words with letters."""
    made: set[float] = set()
    text = text if language == "zh" else _NAMED.sub(lambda match: "," * len(match.group()), text)
    for match in _NUMBER.finditer(text):
        behind = _BEHIND.match(text, match.end())
        if behind and not any(token in stops(language) for token in analyse(behind[1], language)):
            made |= _possible_values(match.group())
    return frozenset(made)


@lru_cache(maxsize=4_096)
def numbers(text: str) -> tuple[frozenset[float], ...]:
    """As `figures`, without the numbers that belong to dates of the text; times must be blanked out before."""
    spare = Counter[float]()
    dates = find_date_mentions(text)
    in_words = {month_of(word) for word, _, _ in word_spans(text)} if dates else set()
    for date in dates:
        spare.update(float(part) for part in (date.day, date.year) if part is not None)
        if date.month not in in_words:
            spare[float(date.month)] += 1
    made = []
    for readings in figures(text):
        spent = next((value for value in readings if spare[value]), None)
        if spent is None:
            made.append(readings)
        else:
            spare[spent] -= 1
    return tuple(made)


def _possible_values(written: str) -> frozenset[float]:
    digits = re.sub(r"\D", "", written)
    signs = re.findall(r"\D", written)
    made = {float(digits)} if not signs or re.fullmatch(r"\d{1,3}(?:\D\d{3})+", written) else set()
    if len(signs) == 1 and signs[0] in ".,٫":
        made.add(float(re.sub(r"\D", ".", written)))
    return frozenset(made or {float(digits)})


@lru_cache(maxsize=4_096)
def spelt(text: str, language: str = "") -> tuple[tuple[str, int], ...]:
    """Numbers in words with their values, in order: `four`, `quatre`, `четыре`, `四次`. `twenty one` gives 20, 1 and 21."""
    known = number_words(language or detect_language(text))
    made = [(match.group(1), _han(match.group(1))) for match in _HAN_NUMBER.finditer(text)]
    before = 0
    for word, _, _ in word_spans(text):
        value = known.get(fold(word))
        if value is not None:
            made.append((word, value))
            if 20 <= before <= 90 and 1 <= value <= 9:
                made.append((word, before + value))
        if fold(word) not in ("y", "et", "and", "و"):
            before = value or 0
    return tuple(made)


def _han(written: str) -> int:
    total = digit = 0
    for sign in written:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _HAN_DIGITS[sign]
    return total + digit


@lru_cache(maxsize=4_096)
def placed(text: str) -> frozenset[str]:
    """Numbers and Roman numerals after a word for a place: 6 and 1 in `article 6, paragraph 1`."""
    lists = (match["list"] for match in _PLACED.finditer(text))
    return frozenset(mark.upper() for each in lists for mark in re.findall(r"\d+|[IVXL]+\b", each, re.I))


def without_places(text: str) -> str:
    """A text without places and their numbers, which are compared separately."""
    return _PLACED.sub(" ", text)


@lru_cache(maxsize=4_096)
def romans(text: str) -> frozenset[str]:
    """The Roman numerals in a plain text."""
    return frozenset(re.findall(r"\b[IVXL]+\b", text))
