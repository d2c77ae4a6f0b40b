"""Row passages: English sentences for the reader, made from the rows of a meeting's agenda, each with the statements that answer by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import groupby, pairwise
from typing import Literal

from assistant.answer_phrases import date_text, joined, say
from assistant.meeting.row_citations import AgendaCiter, hours_text, minutes_of, sittings_of
from assistant.qa.answer import Citation, Statement
from corpus.calendar_names import city_name
from corpus.meetings import AgendaItem, Meeting, Sitting
from corpus.symbols import find_symbols_like
from ingest.time_ranges import span_ends

Kind = Literal["title", "taken_up", "length", "documents", "items_total", "agenda", "papers", "timetable", "place", "opens", "closes",
               "meetings_total", "hours_total", "row", "break"]  # fmt: skip
"""What a sentence tells: about an item, about the meeting as a whole, about one of its sittings, or about the break between two."""


@dataclass(frozen=True)
class RowSentence:
    """A sentence as the reader sees it, and the `statements` of the answer where it is chosen, which are built only then.

    `kind` is what it tells, `item` the number of the item that it is about, `announces` the symbol of the document that it announces, empty where
    that has none. `quotes` marks a sentence that contains words of the agenda, which may tell more than its kind."""

    text: str
    build_statements: Callable[[], Iterable[Statement]] = field(compare=False, repr=False)
    kind: Kind
    item: str | None = None
    announces: str | None = None
    quotes: bool = False

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        return tuple(self.build_statements())


@dataclass(frozen=True)
class RowPassage:
    """Sentences about one subject, under a heading; `whole` marks the passage that tells when and where the meeting is."""

    heading: str
    sentences: tuple[RowSentence, ...]
    whole: bool = False


class RowPassageBuilder:
    """Builds the row passages of one meeting about the requested `sittings`, in the order of its timetable; `citer` makes the statements.

    An entry of the timetable without items may or may not be a sitting: it is given in its own words."""

    def __init__(self, meeting: Meeting, citer: AgendaCiter, sittings: Sequence[Sitting]) -> None:
        self._meeting, self._citer, self._sittings = meeting, citer, sittings

    def whole(self) -> list[RowPassage]:
        """Passages about the meeting as a whole: place, beginning, end, number of sittings; the agenda; the documents; the timetable."""
        by_subject = {"": [*self._place(), *self._edges(self._sittings), *self._sums()], ": agenda": [*self._agenda()],
                 ": documents": [*self._papers()], ": timetable": [*self._timetable()]}  # fmt: skip
        name = f"{self._meeting.title}, {self._meeting.body}"
        found = {subject: tuple(each) for subject, each in by_subject.items() if each}
        return [RowPassage(f"{name}{subject}", each, whole=not subject) for subject, each in found.items()]

    def days(self) -> list[RowPassage]:
        """Passages about each day: what is taken up in its sittings, the breaks between them, the documents; of a single day also when it begins and ends."""
        days = [list(day) for _, day in groupby(self._sittings, key=lambda sitting: sitting.date)]
        passages = []
        for day in days:
            edges = self._edges(day) if len(days) == 1 else ()
            sentences = (*edges, *map(self._row, day), *self._breaks(day))
            passages.append(RowPassage(f"Organization of work, {date_text(day[0].date, 'en')}", sentences))
        # This sentence would raise the scores of all others about the day: it is a passage of its own, and only for requested days.
        only_some = len(days) < len({sitting.date for sitting in self._meeting.timetable})
        papers = {date_text(day[0].date, "en"): tuple(self._papers_of(day)) for day in days if only_some}
        return passages + [RowPassage(f"Documents, {day}", sentences) for day, sentences in papers.items() if sentences]

    def item(self, item: AgendaItem, *, requested: bool = True) -> RowPassage:
        """The passage about one item: what it is, when it is taken up, for how long, and its documents; that it has none only where it is `requested`."""
        sittings = sittings_of(item, self._meeting.sittings)
        sittings = [each for each in sittings if each in self._sittings] or sittings
        sentences = (*self._title(item), *self._times(item, sittings), *self._documents(item, requested))
        return RowPassage(f"Agenda item {item.number}: {item.title}", sentences)

    def _title(self, item: AgendaItem) -> Iterator[RowSentence]:
        if item.source_block is not None:
            text = f"Item {item.number} of the agenda of the {self._meeting.body} is: {item.title.rstrip('.')}."
            yield RowSentence(text, lambda: (self._citer.title(item),), "title", item.number)

    def _times(self, item: AgendaItem, sittings: Sequence[Sitting]) -> Iterator[RowSentence]:
        if not sittings:
            return
        slots = ", and continued ".join(f"on {_slot_text(sitting)}" for sitting in sittings)
        text = f"Agenda item {item.number}, {item.title}, is taken up {slots.rstrip('.')}."
        yield RowSentence(text, lambda: (self._citer.schedule(item, sittings),), "taken_up", item.number)
        minutes = minutes_of(sittings)
        if minutes is None:
            return
        hours = hours_text(minutes, "en")
        text = f"Item {item.number} is discussed for {hours}, in {_count_text(sittings, 'meeting')}."
        yield RowSentence(text, lambda: (self._citer.length(item, sittings),), "length", item.number)

    def _documents(self, item: AgendaItem, requested: bool) -> Iterator[RowSentence]:
        announcing = self._meeting.documented_items(item)
        # An agenda that announces nothing is no list of documents.
        lists = requested and any(item.documentation for item in self._meeting.items)
        if lists and self._surely_without_documents([item]):
            text = f"No document is announced for item {item.number}."
            yield RowSentence(text, lambda: (self._citer.no_document_for(item),), "documents", item.number)
        for source in announcing:
            for symbol, ordinal in source.documentation:
                line = self._citer.words(ordinal, symbol).rstrip(" .")
                # A footnote may say no more than the symbol, a sentence more than what this paper is called.
                only_mention = (
                    len(mentions := find_symbols_like(line, self._citer.document.symbol)) == 1 and line != symbol
                )
                is_caption = only_mention and (not mentions[0].start or not line[mentions[0].end :].strip(" )]."))
                caption = f": {line}" if is_caption else ""
                text = f"The document for item {source.number} is {symbol}{caption}."
                build = partial(map, self._citer.document_for, [source], [symbol], [ordinal])
                yield RowSentence(text, build, "documents", item.number, symbol, quotes=bool(caption))
        for source in self._meeting.parts(item):
            for ordinal, quoted in zip(source.without_symbol, self._citer.without_symbol(source), strict=True):
                text = f"The document for item {source.number} is: {self._citer.words(ordinal).rstrip(' .')}."
                yield RowSentence(text, partial(iter, (quoted,)), "documents", item.number, "", quotes=True)

    def _agenda(self) -> Iterator[RowSentence]:
        items = [item for item in self._meeting.items if item.source_block is not None]
        mains = {item.number: item for item in items if item.number == item.main_number}
        if items:
            counted = [*mains.values()]
            if list(mains) == [str(n + 1) for n in range(len(mains))]:
                counted = counted[:: max(1, len(counted) - 1)]  # the first and the last number tell
            text = f"The agenda has {_count_text(mains, 'item')}."
            if self._meeting.is_complete:
                yield self._sentence("items_total", text, lambda: self._listed(counted), count=len(mains))
            listed = "; ".join(f"{item.number}. {item.title}" for item in items)
            yield RowSentence(
                f"The topics on the agenda are: {listed}.",
                # "derived", so that no line is dropped that another sentence is also based on.
                lambda: (replace(Statement.quoting(each), verdict="derived") for each in self._listed(items)),
                "agenda",
            )

    def _papers(self) -> Iterator[RowSentence]:
        papers = [item for item in self._meeting.items if item.documentation or item.without_symbol]
        if papers:
            yield self._listing("The documents of the meeting", papers)
            mains = [item for item in self._meeting.items if item.number == item.main_number]
            without_papers = self._surely_without_documents(mains)
            items = joined([f"item {item.number} ({item.title.rstrip('.:')})" for item in without_papers], "en")
            if without_papers:
                build = partial(map, self._citer.no_document_for, without_papers)
                yield RowSentence(f"There is no document for {items}.", build, "papers")

    def _surely_without_documents(self, items: Sequence[AgendaItem]) -> list[AgendaItem]:
        """Those of some items that the agenda lists, and for which it certainly announces no document."""
        listed = (item for item in items if item.source_block is not None)
        return [item for item in listed if self._citer.surely_has_no_documents(item, self._meeting)]

    def _papers_of(self, day: Sequence[Sitting]) -> Iterator[RowSentence]:
        """The sentence that lists the documents for what is taken up on a day."""
        numbers = {row.number for sitting in day for row in sitting.items}
        taken_up = [item for item in self._meeting.items if item.number in numbers]
        documented = (
            each
            for item in taken_up
            for each in (*self._meeting.documented_items(item), *self._meeting.parts(item))
            if each.documentation or each.without_symbol
        )
        papers = list(dict.fromkeys(documented))
        if papers:
            yield self._listing(f"The documents for {date_text(day[0].date, 'en')}", papers)

    def _listing(self, what: str, papers: Sequence[AgendaItem]) -> RowSentence:
        """The sentence that lists the documents announced for some items; `what` is its subject."""
        names = {item: [symbol for symbol, _ in item.documentation] for item in papers}
        names |= {item: [*map(self._citer.words, item.without_symbol)] for item in papers if item.without_symbol}
        listed = "; ".join(f"{name} for item {item.number}, {item.title}" for item in papers for name in names[item])
        return RowSentence(f"{what} are {listed}.", lambda: self._papers_for(papers), "papers")

    def _papers_for(self, items: Sequence[AgendaItem]) -> Iterator[Statement]:
        for item in items:
            yield from (self._citer.document_for(item, *each) for each in item.documentation)
            yield from self._citer.without_symbol(item)

    def _timetable(self) -> Iterator[RowSentence]:
        slots = "; ".join(f"{_slot_text(each)}, {_items_text(each)}" for each in self._sittings)
        if slots:
            yield RowSentence(f"The timetable is: {slots}.", self._programmes(self._sittings), "timetable")

    def _place(self) -> Iterator[RowSentence]:
        days, agenda_language = self._meeting.dates, self._citer.document.language
        if self._meeting.masthead is not None:
            cites = partial(self._blocks, self._meeting.masthead)
            place = city_name(self._meeting.place, agenda_language, self._citer.language)
            where = f"in {city_name(self._meeting.place, agenda_language, 'en')} on" if place else "on"
            text = f"The meeting takes place {where} {_dates_text(days, 'en')}."
            template, dates = "place" if place else "dates", _dates_text(days, self._citer.language)
            sentence = self._sentence("place", text, cites, template=template, place=place, dates=dates)
            venue = self._citer.venue(self._meeting)
            venue_text = "".join(f" {self._citer.words(ordinal)}" for ordinal in venue)
            yield RowSentence(
                f"{text}{venue_text}",
                lambda: (*sentence.statements, *map(Statement.quoting, self._blocks(*venue))),
                sentence.kind,
                quotes=bool(venue),
            )

    def _edges(self, sittings: Sequence[Sitting]) -> Iterator[RowSentence]:
        """When the meeting begins and ends; given the sittings of one of its days, when that day does."""
        edges: tuple[tuple[Kind, int, str, str], ...] = (
            ("opens", 0, "opens and begins", "first meeting on {} begins"),
            ("closes", -1, "closes and ends", "last meeting on {} ends"),
        )
        for kind, which, verbs, day_template in edges if sittings else ():
            date = sittings[which].date
            that_day = [each for each in self._meeting.timetable if each.date == date]
            with_times = [each for each in that_day if each.items and each.start is not None]
            with_times.sort(key=lambda each: (each.start if which == 0 else each.end) or dt.time())
            unknown_time = any(each.items and (each.end if which else each.start) is None for each in that_day)
            if unknown_time or not {*with_times[which:][:1]} <= {*sittings}:
                continue  # the morning sitting is not the last of its day
            inside = [each for each in that_day if with_times and _within(each, with_times[which], which)]
            without_items = [each for each in that_day if not each.items and each not in inside]
            day, whole = date_text(date, "en"), date == self._meeting.timetable[which].date
            subject = f"meeting {verbs} on {day}" if whole else day_template.format(day)
            # An entry without items beyond these may or may not be the first or last sitting: it is given in its own words.
            slots = [*with_times[which:][:1], *without_items] if which else [*without_items, *with_times[:1]]
            time = span_ends(slots[which].time_label)[which] if slots[which].time_label else ""
            text = f"The {subject} at {time.rstrip('.')}." if time else f"The {subject}."
            if without_items:
                yield RowSentence(text, self._programmes(slots), kind)
                continue
            cites = partial(self._rows, with_times[which:][:1], slice(2 if which == 0 else None))
            template = kind if whole else f"day_{kind}"
            day, time = date_text(date, self._citer.language), self._citer.edge_time(slots[which], which)
            yield self._sentence(kind, text, cites, template=template, day=day, time=time)

    def _sums(self) -> Iterator[RowSentence]:
        sittings, count = self._sittings, len(self._sittings)
        if any(each.start and not each.end for each in sittings):
            return  # entries that only begin may be parts of one sitting
        days, all_have_items = {each.date for each in sittings}, all(each.items for each in sittings)
        meetings = _count_text(sittings, "plenary meeting" if all_have_items else "meeting")
        text = f"The organization of work has {meetings} over {_count_text(days, 'day')}."
        if not all_have_items:
            yield RowSentence(text, self._programmes(sittings), "meetings_total")
        elif sittings:
            last = partial(self._rows, sittings, slice(-1, None))
            yield self._sentence("meetings_total", text, last, count=count, days=len(days))
            minutes = minutes_of(sittings)
            if minutes is None:
                return
            text = f"All meetings together last {hours_text(minutes, 'en')} in all."
            hours = hours_text(minutes, self._citer.language)
            yield self._sentence("hours_total", text, partial(self._rows, sittings), count=count, hours=hours)

    def _row(self, sitting: Sitting) -> RowSentence:
        text = f"On {_slot_text(sitting)}, the topics discussed are {_items_text(sitting)}."
        return RowSentence(text, self._programmes([sitting]), "row")

    def _breaks(self, day: Sequence[Sitting]) -> Iterator[RowSentence]:
        for before, after in pairwise([each for each in day if each.items]):
            if before.end is None or after.start is None or before.end >= after.start:
                continue
            between = [each for each in day if not each.items and each.start and before.end <= each.start < after.start]
            if between:  # which may be the break, or another meeting
                slots = [f"{_slot_text(each)}, {_items_text(each)}" for each in between]
                yield RowSentence(f"The lunch break is {'; '.join(slots)}.", self._programmes(between), "break")
                continue
            minutes = (after.start.hour - before.end.hour) * 60 + after.start.minute - before.end.minute
            start, end = span_ends(before.time_label)[1], span_ends(after.time_label)[0]
            text = f"The lunch break is from {start} to {end} and lasts {hours_text(minutes, 'en')}."
            language = self._citer.language
            date, hours = date_text(before.date, language), hours_text(minutes, language)
            start, end = self._citer.edge_time(before, 1), self._citer.edge_time(after, 0)
            cites = partial(self._around, before, after)
            yield self._sentence("break", text, cites, day=date, hours=hours, start=start, end=end)

    def _sentence(
        self, kind: Kind, text: str, cites: Callable[[], Iterable[Citation]], template: str = "", **values: object
    ) -> RowSentence:
        """A sentence whose statement uses the template of its kind, or another `template`."""

        def build() -> Iterator[Statement]:
            yield Statement(say(template or kind, self._citer.language, **values), "derived", tuple(cites()))

        return RowSentence(text, build, kind)

    def _programmes(self, sittings: Sequence[Sitting]) -> Callable[[], Iterable[Statement]]:
        """A builder of the statements what is taken up in some sittings."""
        return partial(map, self._citer.programme, sittings)

    def _listed(self, items: Iterable[AgendaItem]) -> list[Citation]:
        return [cite for item in items for cite in self._citer.listed(item)]

    def _blocks(self, *ordinals: int) -> list[Citation]:
        return [self._citer.block(ordinal) for ordinal in ordinals]

    def _rows(self, sittings: Iterable[Sitting], which: slice = slice(None)) -> list[Citation]:
        """The citations of some sittings, of each the slice `which`."""
        return [cite for each in sittings for cite in self._citer.sitting(each)[which]]

    def _around(self, before: Sitting, after: Sitting) -> list[Citation]:
        return [*self._rows([before]), *self._rows([after], slice(-1, None))]


def _dates_text(days: Sequence[dt.date], language: str) -> str:
    """Days in words, of three or more consecutive days only the first and the last."""
    runs: list[list[dt.date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == dt.timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    told: list[str] = []
    for run in runs:
        texts = [date_text(day, language) for day in run]
        told += [f"{texts[0]} – {texts[-1]}"] if len(run) > 2 else texts
    return joined(told, language)


def _count_text(things: Sized, name: str) -> str:
    return f"{len(things)} {name}{'s' * (len(things) != 1)}"


def _slot_text(sitting: Sitting) -> str:
    if not sitting.time_label:
        return date_text(sitting.date, "en")
    half = "afternoon (after lunch)" if sitting.is_afternoon else "morning (before lunch)"
    day, label = date_text(sitting.date, "en").replace(",", f" {half},", 1), sitting.time_label
    if sitting.start is None:
        return day
    if sitting.end is None:
        return f"{day}, at {label}"
    return "{}, from {} to {}".format(day, *span_ends(label))


def _items_text(sitting: Sitting) -> str:
    if not sitting.items:
        return sitting.words
    return joined([f"item {row.number} ({row.title}{', continued' * row.continued})" for row in sitting.items], "en")


def _within(slot: Sitting, sitting: Sitting, which: int) -> bool:
    """Whether `slot` begins (`which` is 0) no sooner than `sitting`, or ends no later."""
    ends = (slot.start, sitting.start) if which == 0 else (sitting.end, slot.end)
    return ends[0] is not None and ends[1] is not None and ends[0] >= ends[1]
