"""What the rows of a meeting tell: passages of English sentences for a reader, each with the statements that it stands for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import groupby, pairwise
from typing import Literal

from assistant.answer_phrases import date_text, joined, say
from assistant.meeting import row_citations
from assistant.meeting.row_citations import Citer, hours_text, minutes_of
from assistant.qa.answer import Citation, Statement
from corpus.meetings import AgendaItem, Meeting, Sitting
from corpus.symbols import find_symbols
from ingest.time_ranges import span_ends

Kind = Literal["title", "taken_up", "length", "documents", "items_total", "agenda", "papers", "timetable", "place", "opens", "closes",
               "meetings_total", "hours_total", "row", "break"]  # fmt: skip
"""What a sentence tells: of an item, of the meeting as a whole, of one of its sittings, of the break between two."""


@dataclass(frozen=True)
class Part:
    """A sentence as it is read, and what is `said` where it answers, made when that is known. `kind` is what it tells, `item` the number
    of the item that it is about, and `announces` the symbol of the document. `quotes` says that it has words of the agenda, which may tell
    more."""

    read: str
    say: Callable[[], Iterable[Statement]] = field(compare=False, repr=False)
    kind: Kind
    item: str | None = None
    announces: str | None = None
    quotes: bool = False

    @cached_property
    def said(self) -> tuple[Statement, ...]:
        return tuple(self.say())


@dataclass(frozen=True)
class Telling:
    """Sentences about one thing, under a heading; `whole` where that is when and where the meeting is."""

    heading: str
    parts: tuple[Part, ...]
    whole: bool = False


class Teller:
    """Tells what the rows of one meeting say; its statements are in `language`, of the `sittings` that are asked about, those of its
    timetable in their order. What the timetable has without items may be a meeting or none: it is told in its own words."""

    def __init__(self, meeting: Meeting, cite: Citer, language: str, sittings: Sequence[Sitting]) -> None:
        self._meeting, self._cite, self._language, self._sittings = meeting, cite, language, sittings

    def whole(self) -> list[Telling]:
        """Of the meeting as a whole: place, beginning, end, amount; the agenda, the documents, the timetable."""
        about = {"": [*self._place(), *self._edges(self._sittings), *self._sums()], ": agenda": [*self._agenda()],
                 ": documents": [*self._papers()], ": timetable": [*self._timetable()]}  # fmt: skip
        name = f"{self._meeting.title}, {self._meeting.body}"
        return [Telling(f"{name}{of}", tuple(parts), whole=not of) for of, parts in about.items() if parts]

    def days(self) -> list[Telling]:
        """Of each day: what is taken up in its meetings, the break between them, the documents; of one day when it begins and ends."""
        days = [list(day) for _, day in groupby(self._sittings, key=lambda sitting: sitting.date)]
        told = []
        for day in days:
            edges = self._edges(day) if len(days) == 1 else ()
            parts = (*edges, *map(self._row, day), *self._breaks(day))
            told.append(Telling(f"Organization of work, {date_text(day[0].date, 'en')}", parts))
        # Their sentence would lift all that is told of a day: it stands apart, and only for days that are asked about.
        some = len(days) < len({sitting.date for sitting in self._meeting.timetable})
        papers = {date_text(day[0].date, "en"): tuple(self._papers_of(day)) for day in days if some}
        return told + [Telling(f"Documents, {day}", parts) for day, parts in papers.items() if parts]

    def item(self, item: AgendaItem, *, asked: bool = True) -> Telling:
        """Of one item: what it is, when it is taken up, for how long, and its documents; that it has none where it is `asked` about."""
        sittings = row_citations.sittings_of(item, self._meeting.sittings)
        sittings = [each for each in sittings if each in self._sittings] or sittings
        parts = [*self._title(item), *(self._times(item, sittings) if sittings else ()), *self._documents(item, asked)]
        return Telling(f"Agenda item {item.number}: {item.title}", tuple(parts))

    def _title(self, item: AgendaItem) -> Iterator[Part]:
        if item.source_block is not None:
            read = f"Item {item.number} of the agenda of the {self._meeting.body} is: {item.title.rstrip('.')}."
            yield Part(read, self._one(row_citations.titled, item), "title", item.number)

    def _times(self, item: AgendaItem, sittings: Sequence[Sitting]) -> Iterator[Part]:
        slots = ", and continued ".join(f"on {_slot(sitting)}" for sitting in sittings)
        read = f"Agenda item {item.number}, {item.title}, is taken up {slots.rstrip('.')}."
        yield Part(read, self._one(row_citations.taken_up, item, sittings), "taken_up", item.number)
        minutes = minutes_of(sittings)
        if minutes is None:
            return
        hours = hours_text(minutes, "en")
        read = f"Item {item.number} is discussed for {hours}, in {_many(sittings, 'meeting')}."
        yield Part(read, self._one(row_citations.length, item, sittings), "length", item.number)

    def _documents(self, item: AgendaItem, asked: bool) -> Iterator[Part]:
        announcing = self._meeting.documented_items(item)
        # An agenda that announces nothing is no list of documents.
        lists = asked and any(each.documentation for each in self._meeting.items)
        if lists and item.source_block is not None and row_citations.announces_nothing(item, self._meeting, self._cite):
            read = f"No document is announced for item {item.number}."
            yield Part(read, self._one(row_citations.nothing_announced, item), "documents", item.number)
        for each in announcing:
            for symbol, ordinal in each.documentation:
                line = self._cite.words(ordinal, symbol).rstrip(" .")
                # A footnote may say no more than the symbol, a sentence more than what this paper is called.
                alone = len(named := find_symbols(line)) == 1 and line != symbol
                edge = alone and (not named[0].start or not line[named[0].end :].strip(" )]."))
                called = f": {line}" if edge else ""
                read = f"The document for item {each.number} is {symbol}{called}."
                told = self._one(row_citations.announcing, each, symbol, ordinal)
                yield Part(read, told, "documents", item.number, symbol, quotes=bool(called))

    def _agenda(self) -> Iterator[Part]:
        items = [item for item in self._meeting.items if item.source_block is not None]
        mains = {item.number: item for item in items if item.number == item.main_number}
        if items:
            counted = [*mains.values()]
            if list(mains) == [str(n + 1) for n in range(len(mains))]:
                counted = counted[:: max(1, len(counted) - 1)]  # the first and the last number tell
            read = f"The agenda has {_many(mains, 'item')}."
            if self._meeting.is_complete:
                yield self._part("items_total", read, lambda: self._listed(counted), count=len(mains))
            listed = "; ".join(f"{item.number}. {item.title}" for item in items)
            yield Part(
                f"The topics on the agenda are: {listed}.",
                # Told by the rows, so that no line goes that another sentence rests on, too.
                lambda: (replace(Statement.quoting(each), verdict="derived") for each in self._listed(items)),
                "agenda",
            )

    def _papers(self) -> Iterator[Part]:
        papers = [item for item in self._meeting.items if item.documentation]
        if papers:
            yield self._listing("The documents of the meeting", papers)
            mains = (
                each
                for each in self._meeting.items
                if each.number == each.main_number and each.source_block is not None
            )
            without = [each for each in mains if row_citations.announces_nothing(each, self._meeting, self._cite)]
            told = joined([f"item {item.number} ({item.title.rstrip('.:')})" for item in without], "en")
            nothing = partial(row_citations.nothing_announced, cite=self._cite, language=self._language)
            if without:
                yield Part(f"There is no document for {told}.", lambda: map(nothing, without), "papers")

    def _papers_of(self, day: Sequence[Sitting]) -> Iterator[Part]:
        """The documents for what is taken up on a day."""
        numbers = {row.number for sitting in day for row in sitting.items}
        taken_up = [item for item in self._meeting.items if item.number in numbers]
        papers = list(dict.fromkeys(each for item in taken_up for each in self._meeting.documented_items(item)))
        if papers:
            yield self._listing(f"The documents for {date_text(day[0].date, 'en')}", papers)

    def _listing(self, what: str, papers: Sequence[AgendaItem]) -> Part:
        """That documents are those announced for some items."""
        listed = [
            f"{symbol} for item {each.number}, {each.title}" for each in papers for symbol, _ in each.documentation
        ]
        return Part(f"{what} are {'; '.join(listed)}.", lambda: self._announced(papers), "papers")

    def _timetable(self) -> Iterator[Part]:
        slots = "; ".join(f"{_slot(each)}, {_items(each)}" for each in self._sittings)
        if slots:
            yield Part(f"The timetable is: {slots}.", partial(self._all_held, self._sittings), "timetable")

    def _place(self) -> Iterator[Part]:
        days, place = self._meeting.dates, self._meeting.place
        if self._meeting.masthead is not None:
            cites = partial(self._blocks, self._meeting.masthead)

            def dates(way: str) -> str:
                runs = [(date_text(run[0], way), date_text(run[-1], way), len(run)) for run in _runs(days)]
                return joined([f"{first} – {last}" if count > 1 else first for first, last, count in runs], way)

            where = f"in {place} on" if place else "on"
            read = f"The meeting takes place {where} {dates('en')}."
            told = self._part("place", read, cites, frame="" if place else "dates", place=place, dates=dates)
            more = self._cite.venue(self._meeting)
            quoted = "".join(f" {self._cite.words(ordinal)}" for ordinal in more)
            yield Part(
                f"{read}{quoted}",
                lambda: (*told.said, *map(Statement.quoting, self._blocks(*more))),
                told.kind,
                quotes=bool(more),
            )

    def _edges(self, sittings: Sequence[Sitting]) -> Iterator[Part]:
        """When the meeting begins and ends; of sittings of one of its days, that day."""
        edges: tuple[tuple[Kind, int, str, str], ...] = (
            ("opens", 0, "opens and begins", "first meeting on {} begins"),
            ("closes", -1, "closes and ends", "last meeting on {} ends"),
        )
        for kind, which, words, of_day in edges if sittings else ():
            date = sittings[which].date
            of_date = [each for each in self._meeting.timetable if each.date == date]
            known = [each for each in of_date if each.items and each.start is not None]
            known.sort(key=lambda each: (each.start if which == 0 else each.end) or dt.time())
            if any(each.items and each.start is None for each in of_date) or not {*known[which:][:1]} <= {*sittings}:
                continue  # the morning's meeting is not the last of its day
            beyond = [each for each in of_date if not each.items and not (known and _within(each, known[which], which))]
            day, whole = partial(date_text, date), date == self._meeting.timetable[which].date
            told = f"meeting {words} on {day('en')}" if whole else of_day.format(day("en"))
            # What is beyond may be the first or the last meeting, or none: it is told itself.
            slots = [*known[which:][:1], *beyond] if which else [*beyond, *known[:1]]
            time = span_ends(slots[which].time_label)[which] if slots[which].time_label else ""
            read = f"The {told} at {time.rstrip('.')}." if time else f"The {told}."
            if beyond:
                yield Part(read, partial(self._all_held, slots), kind)
                continue
            cites = partial(self._rows, known[which:][:1], slice(2 if which == 0 else None))
            frame = kind if whole else f"day_{kind}"
            at = partial(row_citations.edge_text, slots[which], which, self._cite.document.language)
            yield self._part(kind, read, cites, frame=frame, day=day, time=at)

    def _sums(self) -> Iterator[Part]:
        sittings, count = self._sittings, len(self._sittings)
        days, known = {each.date for each in sittings}, all(each.items for each in sittings)
        meetings = _many(sittings, "plenary meeting" if known else "meeting")
        read = f"The organization of work has {meetings} over {_many(days, 'day')}."
        if not known:
            yield Part(read, partial(self._all_held, sittings), "meetings_total")
        elif sittings:
            last = partial(self._rows, sittings, slice(-1, None))
            yield self._part("meetings_total", read, last, count=count, days=len(days))
            minutes = minutes_of(sittings)
            if minutes is None:
                return
            hours = partial(hours_text, minutes)
            read = f"All meetings together last {hours('en')} in all."
            yield self._part("hours_total", read, partial(self._rows, sittings), count=count, hours=hours)

    def _row(self, sitting: Sitting) -> Part:
        told = f"On {_slot(sitting)}, the topics discussed are {_items(sitting)}."
        return Part(told, lambda: (self._held(sitting),), "row")

    def _breaks(self, day: Sequence[Sitting]) -> Iterator[Part]:
        for before, after in pairwise([each for each in day if each.items]):
            if before.end is None or after.start is None or before.end >= after.start:
                continue
            between = [each for each in day if not each.items and each.start and before.end <= each.start < after.start]
            if between:  # which may be the break, or another meeting
                slots = [f"{_slot(each)}, {_items(each)}" for each in between]
                yield Part(f"The lunch break is {'; '.join(slots)}.", partial(self._all_held, between), "break")
                continue
            minutes = (after.start.hour - before.end.hour) * 60 + after.start.minute - before.end.minute
            cites = partial(self._around, before, after)
            start, end = span_ends(before.time_label)[1], span_ends(after.time_label)[0]
            hours, date = partial(hours_text, minutes), partial(date_text, before.date)
            read = f"The lunch break is from {start} to {end} and lasts {hours('en')}."
            edge, spoken = row_citations.edge_text, self._cite.document.language
            begins, ends = partial(edge, before, 1, spoken), partial(edge, after, 0, spoken)
            yield self._part("break", read, cites, day=date, hours=hours, start=begins, end=ends)

    def _part(
        self, kind: Kind, read: str, cites: Callable[[], Iterable[Citation]], frame: str = "", **values: object
    ) -> Part:
        """A part that is said in the frame of its kind, or in another. Values that depend on the language are given as functions of it."""

        def said() -> Iterator[Statement]:
            told = {name: value(self._language) if callable(value) else value for name, value in values.items()}
            yield Statement(say(frame or kind, self._language, **told), "derived", tuple(cites()))

        return Part(read, said, kind)

    def _one(self, tell: Callable[..., Statement], *of: object) -> Callable[[], Iterable[Statement]]:
        """What makes the one statement that `tell` gives."""
        return lambda: (tell(*of, self._cite, self._language),)

    def _held(self, sitting: Sitting) -> Statement:
        return row_citations.held(sitting, self._cite, self._language)

    def _all_held(self, sittings: Sequence[Sitting]) -> Iterable[Statement]:
        return map(self._held, sittings)

    def _announced(self, items: Iterable[AgendaItem]) -> list[Statement]:
        announced = [(item, *each) for item in items for each in item.documentation]
        return [row_citations.announcing(*each, self._cite, self._language) for each in announced]

    def _listed(self, items: Iterable[AgendaItem]) -> list[Citation]:
        return [cite for item in items for cite in self._cite.listed(item)]

    def _blocks(self, *ordinals: int) -> list[Citation]:
        return [self._cite.block(ordinal) for ordinal in ordinals]

    def _rows(self, sittings: Iterable[Sitting], which: slice = slice(None)) -> list[Citation]:
        """The rows of some sittings, of each those `which`."""
        return [cite for each in sittings for cite in self._cite.sitting(each)[which]]

    def _around(self, before: Sitting, after: Sitting) -> list[Citation]:
        return [*self._rows([before]), *self._rows([after], slice(-1, None))]


def _runs(days: Sequence[dt.date]) -> list[list[dt.date]]:
    """Days in order, three or more that follow each other together, others by themselves."""
    runs: list[list[dt.date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == dt.timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return [part for run in runs for part in ([run] if len(run) > 2 else [[day] for day in run])]


def _many(things: Sized, name: str) -> str:
    return f"{len(things)} {name}{'s' * (len(things) != 1)}"


def _slot(sitting: Sitting) -> str:
    if not sitting.time_label:
        return date_text(sitting.date, "en")
    half = "afternoon (after lunch)" if sitting.is_afternoon else "morning (before lunch)"
    day, label = date_text(sitting.date, "en").replace(",", f" {half},", 1), sitting.time_label
    if sitting.start is None:
        return day
    return "{}, from {} to {}".format(day, *span_ends(label))


def _items(sitting: Sitting) -> str:
    if not sitting.items:
        return sitting.words
    return joined([f"item {row.number} ({row.title}{', continued' * row.continued})" for row in sitting.items], "en")


def _within(slot: Sitting, sitting: Sitting, which: int) -> bool:
    """Whether one begins (`which` is 0) no sooner than another, or ends no later."""
    ends = (slot.start, sitting.start) if which == 0 else (sitting.end, slot.end)
    return ends[0] is not None and ends[1] is not None and ends[0] >= ends[1]
