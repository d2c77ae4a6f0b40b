"""Days of a meeting that only the annotations of its agenda tell: when an item is taken up that no timetable has."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from corpus.dates import Date, find_date_mentions
from corpus.documents import Document, Span, cached_by_document
from corpus.meetings import Meeting, is_under
from corpus.sentences import sentence_spans


@dataclass(frozen=True)
class AnnotatedDays:
    """A sentence in the annotations of an item that names `days` of the meeting. `block` is its block, `span` its span in the document."""

    item: str
    days: tuple[dt.date, ...]
    block: int
    span: Span


def annotated_days(meeting: Meeting, agenda: Document) -> list[AnnotatedDays]:
    """The sentences that name days of a meeting in the annotations of items that its timetable does not have."""
    timetabled = [row.number for sitting in meeting.sittings for row in sitting.items]
    found: list[AnnotatedDays] = []
    for item in meeting.items:
        if any(is_under(number, item.number) for number in timetabled):
            continue
        for ordinal in item.annotations:
            for span, dates in _dated_sentences(agenda).get(ordinal, ()):
                days = tuple(day for day in meeting.dates if any(_is_day(date, day) for date in dates))
                found += [AnnotatedDays(item.number, days, ordinal, span)] if days else []
    return found


def _is_day(date: Date, day: dt.date) -> bool:
    return date.day is not None and date.covers(Date(day.year, day.month, day.day))


@cached_by_document
def _dated_sentences(agenda: Document) -> dict[int, list[tuple[Span, tuple[Date, ...]]]]:
    """The sentences with dates in the annotations of an agenda, with these, by block."""
    found: dict[int, list[tuple[Span, tuple[Date, ...]]]] = {}
    for block in agenda.blocks:
        text = agenda.block_text(block) if block.locator.startswith("annotations") else ""
        if not any(map(str.isdigit, text)):
            continue
        for start, end in sentence_spans(text, agenda.language):
            if dates := find_date_mentions(text[start:end]):
                found.setdefault(block.ordinal, []).append(((block.start + start, block.start + end), dates))
    return found
