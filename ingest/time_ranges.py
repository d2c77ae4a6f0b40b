"""Ranges of time of day as timetables print them, in the six official languages."""

from __future__ import annotations

import datetime as dt
import re

from corpus.dates import is_day_label
from corpus.meetings import Half

_UNIT = r"(?:h(?:eures?|oras?|rs?|\.)?|час(?:ов|а|\.)?|ч\.?)(?![^\W\d_])"
_MINUTES = r"(?:\s?(?:[.:]|h|ч\.?|час\.?)\s?(\d{2})(?!\d)(?:\s?мин\.?|\s?м\.)?)?"
_CLOCK = rf"(\d{{1,2}}){_MINUTES}\s*(?:{_UNIT})?\s*([ap]\.?\s?m\.?(?![^\W\d_]))?"
_TO = r"(?:\s*[-‐-―−]\s*|\s+(?:to|à|a|до|إلى(?:\s+الساعة)?)\s+)"
_FROM = r"(?:(?:from|de|с|من)\s+)?(?:الساعة\s+)?"
_SPAN = re.compile(rf"{_FROM}{_CLOCK}{_TO}{_CLOCK}", re.IGNORECASE)
_START = re.compile(rf"{_FROM}{_CLOCK}", re.IGNORECASE)
_BEGINS = re.compile(rf"{_FROM}{_CLOCK}{_TO}(?=\d|$)|{_FROM}{_CLOCK}\s*[-‐-―−]$", re.IGNORECASE)
_MARKED = re.compile(r"\d\s?[.:]\s?\d{2}|\d\s?(?:[ap]\.?\s?m\b|h|ч)|الساعة", re.IGNORECASE)
_NOON = re.compile(r"\b(?:12\s+)?(?:noon|midi|mediodía|полдень)\b", re.IGNORECASE)
_HALVES = {"上午": "a.m.", "早上": "a.m.", "下午": "p.m.", "晚上": "p.m.", "中午": "p.m."}
_CHINESE = re.compile(rf"({'|'.join(_HALVES)})?\s*(\d{{1,2}})\s*(?:[时時点點：]|(?=:))\s*(半|:?\d{{2}})?\s*分?")
_HALF_BEHIND = re.compile(r"[ap]\.?m\.?$")
_JOINS = re.compile(r"[\s,;،؛、/&+]*(?:and|et|y|и|و|和|及)?\s*", re.IGNORECASE)
_MORNING = r"morning|a\.?m\.?|matin(?:ée)?|(?:por la )?mañana|утро|утром|утреннее заседание|до обеда|صباحا|الصباح|قبل الظهر|上午"
_AFTERNOON = r"afternoon|p\.?m\.?|après-midi|(?:por la )?tarde|днем|днём|дневное заседание|после обеда|بعد الظهر|下午"
_HALF_OF_DAY = re.compile(
    rf"(?:^|[\s,،，(（])(?:(?P<morning>{_MORNING})|(?P<afternoon>{_AFTERNOON}))(?:\s+(?:meeting|session|sitting))?[)）]?$",
    re.IGNORECASE,
)


def find_half_of_day(label: str) -> tuple[Half, int] | None:
    """The half of the day that ends a label, and its offset: `Monday, 2 June, morning`. None without one."""
    match = _HALF_OF_DAY.search(label.strip())
    if match is None:
        return None
    return ("morning" if match["morning"] else "afternoon"), match.start("morning" if match["morning"] else "afternoon")


def is_half_of_day(label: str) -> bool:
    """Whether a label is only a half of the day."""
    half = find_half_of_day(label)
    return half is not None and half[1] == 0


def parse_times(label: str) -> tuple[dt.time, dt.time] | None:
    """Start and end of a time range, `11 a.m.–1 p.m.`, `3–5 p.m.`, `10 h 30-13 h` or `10:00-13:00`; else None."""
    match = _SPAN.fullmatch(_normalize(label))
    if not match:
        return None
    hour1, minute1, half1, hour2, minute2, half2 = match.groups()
    end = _time(hour2, minute2, half2)
    start = _time(hour1, minute1, half1 or half2)
    if start and end and not half1 and start >= end:
        start = _time(hour1, minute1, None)
    if start and end and half1 and not half2 and start >= end:
        end = _time(hour2, minute2, half1)
    return (start, end) if start and end and start < end else None


def parse_start(label: str) -> dt.time | None:
    """The time of day that is all of a label, as where a timetable has only the beginning of each entry: `10.15 a.m.`,
    `15 h 30`, `10:00`; None for other labels, and for numbers that may count anything."""
    text = _normalize(label)
    match = _START.fullmatch(text)
    return _time(*match.groups()) if match and (_MARKED.search(text) or _MARKED.search(label)) else None


def is_explicit_time_span(label: str) -> bool:
    """Whether a text is a time range by minutes, hours or halves of the day: `3-6` may count anything."""
    return bool(_MARKED.search(_normalize(label)) or _MARKED.search(label)) and parse_times(label) is not None


def begins_span(line: str) -> bool:
    """Whether a printed line is the beginning of a time range that may end on the next line: `10 a.m.–`."""
    return bool(_BEGINS.match(_normalize(line)))


def find_times(text: str) -> tuple[int, int] | None:
    """The start and end offset of the only explicit time range in a text; None where there is none or more than one."""
    found = [match.span() for match in _SPAN.finditer(text) if is_explicit_time_span(match.group())]
    return found[0] if len(found) == 1 else None


def find_day_and_times(text: str) -> tuple[str, str] | None:
    """The day and the time range of a text that has nothing else, both as printed: `Monday, 2 June 3–6 p.m.`."""
    if (span := find_times(text)) is None:
        return None
    rest = f"{text[: span[0]]} {text[span[1] :]}".strip(" ,;")
    return (rest, text[slice(*span)]) if is_day_label(rest) else None


def times_in_sentence(sentence: str) -> tuple[dt.time, dt.time] | None:
    """Start and end of the only explicit time range in a sentence: `from 3 to 5 p.m.`, `с 15 до 17 часов`; None where
    there is none or more than one."""
    text = _normalize(sentence)
    span = find_times(text)
    return parse_times(text[slice(*span)]) if span else None


def parse_time_list(text: str) -> list[str]:
    """The explicit time ranges of a list of two or more, `10 a.m.–1 p.m. and 3–6 p.m.`; none if it has other words."""
    found = list(_SPAN.finditer(text))
    if len(found) < 2 or not all(is_explicit_time_span(match.group()) for match in found):
        return []
    ends = [0, *(match.end() for match in found)]
    between = [text[end : match.start()] for end, match in zip(ends, found, strict=False)]
    connectors = [*between[1:], between[0] + text[ends[-1] :]]
    return [match.group() for match in found] if all(map(_JOINS.fullmatch, connectors)) else []


def span_ends(label: str) -> tuple[str, str]:
    """Beginning and end of a time range as printed, each with its half of the day: `3–5 p.m.` as `3 p.m.`, `5 p.m.`."""
    parts = re.split(rf"{_TO}|\s*[至到]\s*", label)
    start, end = parts[0], parts[-1]
    half = _HALF_BEHIND.search(end)
    return (f"{start} {half.group()}" if half and not _HALF_BEHIND.search(start) else start), end


def _normalize(label: str) -> str:
    """Chinese, Arabic, Russian and Spanish times, and noon, in the form that the patterns read: `10:30 a.m.`."""

    def format_clock(match: re.Match[str]) -> str:
        minutes = "30" if match[3] == "半" else (match[3] or "00").lstrip(":")
        return f"{match[2]}:{minutes} {_HALVES.get(match[1] or '', '')}".strip()

    text = label.strip()
    if re.search(r"[时時点點：]|上午|下午", text):
        text = re.sub(r"\s*[至到]\s*", "-", _CHINESE.sub(format_clock, text))
    if "الساعة" in text:
        text = re.sub(r"(?<=\d)/(?=\d)", ":", text)
    text = re.sub(r"\s+horas$|\s+(?:час(?:ов|а|\.)?|ч\.?)$", "", text)
    return _NOON.sub("12 p.m.", text)


def _time(hour: str, minute: str | None, half: str | None) -> dt.time | None:
    value = int(hour)
    if half and half[0].lower() == "p" and value < 12:
        value += 12
    if half and half[0].lower() == "a" and value == 12:
        value = 0
    return dt.time(value, int(minute or 0)) if value < 24 and int(minute or 0) < 60 else None
