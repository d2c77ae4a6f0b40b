"""Questions about the meeting itself, answered from its structure and cited to the rows it was read from."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from assistant.frames import date_text, joined, say
from assistant.meeting import items as said_of
from assistant.meeting.citing import Citer, clock, is_of
from assistant.meeting.topic import (
    Topic,
    asks_amount,
    asks_break,
    asks_content,
    asks_held,
    asks_interval,
    asks_past,
    asks_purpose,
)
from assistant.qa.answer import Statement
from assistant.qa.scope import narrowed
from assistant.question import Question, numbered_meetings
from corpus.analysis import analyse
from corpus.library import Library
from corpus.meetings import AgendaItem, Meeting, Sitting
from corpus.symbols import Symbol

HEAD = 1_500
"""Characters of an agenda in which the number of its meeting stands."""
_DOCUMENT = re.compile(r"\b(?:background paper|compendium|working paper|report)s?\b", re.IGNORECASE)


@dataclass(frozen=True)
class MeetingAnswer:
    """What the meeting's structure says, or why it can't say it (`missing`, a sentence)."""

    statements: tuple[Statement, ...] = ()
    missing: str = ""
    see: tuple[tuple[str, str], ...] = field(default=())


class MeetingDesk:
    """Answers schedule and documentation questions from the meetings that a library holds."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def answer(self, question: Question) -> MeetingAnswer | None:
        """The answer, or None where the question is not about the structure of a meeting."""
        meeting = self._meeting(question)
        if meeting is None:
            return None
        reading = _Reading(meeting, self._library, question)
        return reading.answer() if question.of_item is None else reading.of_item()

    def announcements(self, statements: Sequence[Statement]) -> list[Statement]:
        """For quoted annotations that speak of a document without its symbol, the lines that announce it."""
        made: list[Statement] = []
        cited = [citation for statement in statements for citation in statement.citations]
        for meeting in self._library.meetings():
            cite = Citer(self._library, meeting)
            for item in meeting.items:
                place = cite.document.cite(f"annotations, item {item.number}")
                spoken = any(
                    citation.document == meeting.document_id
                    and citation.locator == place
                    and _DOCUMENT.search(citation.quote)
                    for citation in cited
                )
                for _, ordinal in item.documentation if spoken else ():
                    line = cite.block(ordinal)
                    made.append(Statement(" ".join(line.quote.split()), "quoted", (line,)))
        return made

    def announced_content(self, question: Question) -> Symbol | None:
        """The announced document whose content a question asks for without naming its symbol."""
        meeting = self._meeting(question)
        if meeting is None or question.symbols:
            return None
        return _Reading(meeting, self._library, question).announced_content()

    def _meeting(self, question: Question) -> Meeting | None:
        """The meeting that a question is about: the one whose agenda it names, else the latest."""
        versions = self._library.versions()

        def preferred(meeting: Meeting) -> tuple[bool, bool, str]:
            language = self._library.document(meeting.document_id).language
            return language == question.language, language == "en", meeting.document_id

        meetings = [meeting for meeting in self._library.meetings() if question.covers(meeting.document_id)]
        keys = {each.text for symbol in question.symbols for each in versions.stands_for(symbol)}
        named = [m for m in meetings if self._library.document(m.document_id).key in keys]
        if named:
            return max(named, key=preferred)
        if question.years:
            meetings = [m for m in meetings if not m.dates or str(m.dates[0].year) in question.years]
        return max(meetings, key=lambda m: (m.dates[-1:], preferred(m))) if meetings else None


class _Reading:
    """One question read at one meeting, in the ways that such questions are asked."""

    def __init__(self, meeting: Meeting, library: Library, question: Question) -> None:
        self.meeting = meeting if question.of_item is None else narrowed(meeting, question.of_item)
        self.question = question
        self.language = question.language
        self.topic = Topic(question, meeting, library)
        self.cite = Citer(library, meeting)
        announced = {symbol.text for symbol in meeting.documents()}
        own = self.cite.document.symbol
        self.announced = [symbol.text for symbol in question.symbols if symbol.text in announced]
        versions = library.versions()
        elsewhere = any(
            own not in versions.stands_for(symbol) and symbol.text not in announced for symbol in question.symbols
        )
        treaty = any(entry.kind in ("treaty", "resolution") for entry in question.named)
        # The first meeting that the body ever held, or the last, and not that of this agenda.
        ever = asks_past(question) and question.says("first", "last") and question.says("meetings")
        ever = ever and not (question.weekdays or question.days or question.months or question.items)
        apart = asks_held(question) or (asks_interval(question) and question.says("how_many"))
        self.here = not (elsewhere or treaty or question.articles or ever or apart or self._another_meeting())

    def answer(self) -> MeetingAnswer | None:
        """The first way of reading the question that fits."""
        if not self.here:
            return None
        numbers = {item.number for item in self.meeting.items}
        wrong = [number for number in self.question.items if number not in numbers]
        if wrong and numbers:
            mains = [item.number for item in self.meeting.items if " " not in item.number]
            missing = say("no_item", self.language, item=wrong[0], first=mains[0], last=mains[-1])
            return MeetingAnswer(missing=missing, see=((self.cite.document.id, "provisional agenda"),))
        ways: tuple[Callable[[], MeetingAnswer | None], ...] = (
            self._documents,
            self._counts,
            self._breaks,
            self._hours,
            self._one_sitting,
            self._edges,
            self._days,
            self._item_times,
            self._place,
            self._which_item,
            self._items_listed,
        )
        return next((found for way in ways if (found := way()) is not None), None)

    def of_item(self) -> MeetingAnswer | None:
        """As `answer`, of a meeting of which only one item is to be told: nothing about the meeting as a whole."""
        if not self.here:
            return None
        numbers = {item.number for item in self.meeting.items}
        if any(number not in numbers for number in self.question.items):
            return MeetingAnswer(missing=say("not_found", self.language))
        ways = (self._documents, self._item_hours, self._item_times, self._which_item)
        return next((found for way in ways if (found := way()) is not None), None)

    def _another_meeting(self) -> bool:
        """Whether the question names meetings by number, and this one has another number."""
        q = self.question
        if not q.sessions or q.weekdays or q.days or q.items:
            return False
        document = self.cite.document
        own = numbered_meetings(document.text[:HEAD], q.vocabulary, document.language)[:1]
        return bool(own) and own[0] not in q.sessions

    def announced_content(self) -> Symbol | None:
        """As `MeetingDesk.announced_content`."""
        if not self.here or not self.question.says("documents") or not asks_content(self.question):
            return None
        items = [item for item in self.topic.items(documents=True) if item.documentation]
        return Symbol.parse(items[0].documentation[0][0]) if items else None

    # Ways of reading

    def _documents(self) -> MeetingAnswer | None:
        """Which document is for which item."""
        q = self.question
        purpose = asks_purpose(q) and not (q.items and q.says("which_document"))  # "which paper covers item 2?"
        if asks_content(q) or purpose or q.says("when", "who", "why"):
            return None
        if self.announced and q.says("item", "what", "which_document"):
            items = [i for i in self.meeting.items if any(symbol in self.announced for symbol, _ in i.documentation)]
            return MeetingAnswer(tuple(s for item in items for s in self._announced(item)))
        if not q.says("which_document", "documents") or (
            q.says("item") and not q.items and not q.says("which_document")
        ):
            return None
        items = self.topic.items(documents=True)
        if (q.weekdays or q.days) and not q.items:
            rows = [row.number for sitting in self._filtered(self.meeting.sittings) for row in sitting.items]
            then = [i for i in self.meeting.items if i.documentation and any(is_of(row, i) for row in rows)]
            items = [item for item in items if item in then] or then or items
        if not items and self.topic.administrative:
            items = [item for item in self.meeting.items if item.documentation]
        elif not q.items and not any(item.documentation for item in items):
            return None
        return MeetingAnswer(tuple(s for item in items for s in self._announced(item))) if items else None

    def _counts(self) -> MeetingAnswer | None:
        """How many meetings, how many items."""
        q = self.question
        many = q.vocabulary.find("how_many", q.text, q.language)
        if not many or q.says("hours"):
            return None
        behind = q.text[many.end() : many.end() + 25]
        counted = q.vocabulary.find("meetings", behind, q.language)
        # Of `how many days before the meeting` the days are counted.
        between = analyse(behind[: counted.start()], q.language) if counted else []
        if counted and self.meeting.sittings and not q.vocabulary.content(between, q.language):
            sittings = self._filtered(self.meeting.sittings)
            days = len({sitting.date for sitting in sittings})
            text = say("meetings_total", self.language, count=len(sittings), days=days)
            rows = tuple(cite for sitting in sittings for cite in self.cite.sitting(sitting)[-1:])
            said = self.cite.sentence(r"plenary meetings")
            quoted = (Statement(said.quote, "quoted", (said,)),) if said and len(sittings) > 1 else ()
            return MeetingAnswer((*quoted, Statement(text, "derived", rows)))
        if q.says("item", "all_items") and self.topic.administrative and not q.items:
            items = [item for item in self.meeting.items if " " not in item.number]
            cites = tuple(cite for item in items if (cite := self.cite.listed(item)))
            return MeetingAnswer((Statement(say("items_total", self.language, count=len(items)), "derived", cites),))
        return None

    def _breaks(self) -> MeetingAnswer | None:
        """How long the break between two meetings of a day is."""
        q = self.question
        if not asks_break(q) or not q.says("when", "how_long", "how_many", "hours"):
            return None
        sittings = self._filtered(self.meeting.sittings) if q.afternoon is None else list(self.meeting.sittings)
        statements = []
        for before, after in pairwise(sittings):
            if before.date != after.date:
                continue
            minutes = (after.start.hour - before.end.hour) * 60 + after.start.minute - before.end.minute
            text = say(
                "break",
                self.language,
                day=date_text(before.date, self.language),
                hours=said_of.hours_text(minutes, self.language),
                start=clock(before.time_label, -1),
                end=clock(after.time_label, 0),
            )
            cites = (*self.cite.sitting(before), *self.cite.sitting(after)[-1:])
            statements.append(Statement(text, "derived", cites))
        return MeetingAnswer(tuple(statements)) if statements else None

    def _hours(self) -> MeetingAnswer | None:
        """How long the meeting or an item lasts."""
        q = self.question
        asked = q.says("how_long") or (q.says("hours") and asks_amount(q))
        if not asked or not self.meeting.sittings or asks_past(q) or asks_interval(q):
            return None
        items = self.topic.items()
        sums = q.says("hours", "meetings") and asks_amount(q) and len(self.topic.words) < 4
        if not items and not (self.topic.administrative or sums):
            return None
        if items:
            sittings = self._sittings_of(items[0])
            said = (said_of.length(items[0], sittings, self.cite, self.language),) if sittings else ()
        else:
            sittings = self._filtered(self.meeting.sittings)
            hours = said_of.hours_text(sum(sitting.minutes for sitting in sittings), self.language)
            cites = tuple(each for sitting in sittings for each in self.cite.sitting(sitting))
            text = say("hours_total", self.language, count=len(sittings), hours=hours)
            said = (Statement(text, "derived", cites),) if sittings else ()
        return MeetingAnswer(said) if said else None

    def _one_sitting(self) -> MeetingAnswer | None:
        """What is taken up in the first or the last of the sittings."""
        q = self.question
        asked, sitting = (q.vocabulary.find(kind, q.text, q.language) for kind in ("what", "sittings"))
        if asked is None or sitting is None or 0 <= sitting.start() - asked.end() <= 1 or not self.meeting.sittings:
            return None
        if (
            q.items
            or q.weekdays
            or q.days
            or asks_past(q)
            or q.says("when", "hours", "how_many", "where", "who", "why")
        ):
            return None
        for kind, place in (("last", -1), ("first", 0)):
            which = q.vocabulary.find(kind, q.text, q.language)
            if which and min(abs(sitting.start() - which.end()), abs(which.start() - sitting.end())) <= 1:
                return self._timetable([self._filtered(self.meeting.sittings)[place]])
        return None

    def _item_hours(self) -> MeetingAnswer | None:
        return self._hours() if self.topic.items() else None

    def _edges(self) -> MeetingAnswer | None:
        """When the meeting opens and when it ends."""
        q = self.question
        if not self.meeting.sittings or not self.topic.administrative or q.items:
            return None
        if not q.says("when", "hours", "how_long") and q.hour is None:
            return None
        closing = q.says("closing") or (q.says("last") and q.says("meetings"))
        opening = q.says("opening") or (q.says("first") and q.says("meetings"))
        sittings = self._filtered(self.meeting.sittings)
        if not sittings or not (closing or opening):
            return None
        if closing and (q.stresses("closing", "last") or not q.says("opening")):
            last = sittings[-1]
            day, time = date_text(last.date, self.language), clock(last.time_label, -1)
            text = say("closes", self.language, day=day, time=time)
            return MeetingAnswer((Statement(text, "derived", self.cite.sitting(last)),))
        first = sittings[0]
        if q.afternoon is not None and first is not self.meeting.sittings[0]:
            return self._timetable(sittings)  # "the first meeting begins" is not said of a later one
        day, time = date_text(first.date, self.language), clock(first.time_label, 0)
        opened = Statement(say("opens", self.language, day=day, time=time), "derived", self.cite.sitting(first)[:2])
        said = self.cite.sentence(r"\bwill be opened\b") if first is self.meeting.sittings[0] else None
        return MeetingAnswer((opened, Statement(said.quote, "quoted", (said,))) if said else (opened,))

    def _days(self) -> MeetingAnswer | None:
        """What is taken up on a day, in a half of a day, at an hour."""
        q = self.question
        timed = bool(q.weekdays or (q.days and q.months) or q.afternoon is not None or q.hour is not None)
        timed = timed or (bool(q.days) and not q.items)
        if not timed or not self.meeting.sittings:
            return None
        sittings = self._filtered(self.meeting.sittings)
        if sittings and self._elsewhen(sittings):
            return self._timetable(sittings)
        whole = q.says("all_items") or (q.says("item", "what") and not q.says("when") and not q.items)
        if (not whole and self.topic.items()) or not (
            self.topic.administrative or q.says("all_items", "item", "schedule", "agenda") or self._in_its_month()
        ):
            return None
        if not sittings:
            days = joined(
                [date_text(date, self.language) for date in sorted({s.date for s in self.meeting.sittings})],
                self.language,
            )
            missing = say("no_day", self.language, days=days)
            return MeetingAnswer(missing=missing, see=((self.cite.document.id, "annex"),))
        return self._timetable(sittings)

    def _elsewhen(self, sittings: Sequence[Sitting]) -> bool:
        """Whether a question names a sitting, and its other words seem to mean an item that is not taken up in it: then
        the sitting is what is asked about."""
        q = self.question
        if (
            q.items
            or not (q.weekdays or q.days)
            or (q.afternoon is None and q.hour is None)
            or not q.says("what", "item")
        ):
            return False
        items = self.topic.items()
        return bool(items) and not any(
            is_of(row.number, item) for item in items for sitting in sittings for row in sitting.items
        )

    def _in_its_month(self) -> bool:
        """Whether a question names a date of the very month of the meeting, year and all."""
        q = self.question
        return bool(q.days) and any(date.month in q.months and str(date.year) in q.text for date in self.meeting.dates)

    def _item_times(self) -> MeetingAnswer | None:
        """When an item is taken up."""
        q = self.question
        asked = (
            q.says("when", "schedule") or bool(q.weekdays or q.days) or q.hour is not None or q.afternoon is not None
        )
        asked = asked or (
            q.says("meetings") and q.says("what", "first", "last", "next", "item") and not asks_purpose(q)
        )
        if not asked or not self.meeting.sittings or (asks_past(q) and not q.items):
            return None
        statements = []
        for item in self.topic.items():
            sittings = self._sittings_of(item)
            if q.says("first") and not q.says("last"):
                sittings = sittings[:1]
            elif q.stresses("last", "closing") and not q.stresses("opening", "first"):
                sittings = sittings[-1:]
            if sittings:
                statements.append(said_of.taken_up(item, sittings, self.cite, self.language))
        if statements:
            announced = [s for item in self.topic.items() if item.documentation for s in self._announced(item)]
            return MeetingAnswer((*statements, *(announced if q.says("documents", "which_document") else ())))
        if q.says("schedule") and self.topic.administrative:
            return self._timetable(self._filtered(self.meeting.sittings))
        return None

    def _place(self) -> MeetingAnswer | None:
        """Where and on which days the meeting is held."""
        q = self.question
        if not self.topic.administrative or self.meeting.masthead is None:
            return None
        if not (q.says("where") or (q.says("when") and q.says("meetings"))):
            return None
        dates = joined([date_text(day, self.language) for day in self.meeting.dates], self.language)
        text = say("place", self.language, place=self.meeting.place, dates=dates)
        return MeetingAnswer((Statement(text, "derived", (self.cite.block(self.meeting.masthead),)),))

    def _which_item(self) -> MeetingAnswer | None:
        """Under which item a subject or a document comes."""
        q = self.question
        if not q.says("item") or not q.says("what") or q.items or asks_content(q):
            return None
        items = self.topic.items(documents=q.says("documents"))
        cites = [cite for item in items if (cite := self.cite.listed(item))]
        statements = [Statement(cite.quote, "quoted", (cite,)) for cite in cites]
        if q.says("documents"):
            statements += [statement for item in items for statement in self._announced(item) if item.documentation]
        return MeetingAnswer(tuple(statements)) if statements else None

    def _items_listed(self) -> MeetingAnswer | None:
        """The agenda itself."""
        q = self.question
        if not self.topic.administrative or q.items or not q.says("all_items"):
            return None
        cites = [cite for item in self.meeting.items if (cite := self.cite.listed(item))]
        return MeetingAnswer(tuple(Statement(cite.quote, "quoted", (cite,)) for cite in cites)) if cites else None

    # Making statements

    def _timetable(self, sittings: Sequence[Sitting]) -> MeetingAnswer:
        statements = []
        for sitting in sittings:
            items = [say("item", self.language, item=row.number, title=row.title) for row in sitting.items]
            day, times = date_text(sitting.date, self.language), sitting.time_label
            text = say("slot_items", self.language, day=day, times=times, items=joined(items, self.language))
            statements.append(Statement(text, "derived", self.cite.sitting(sitting)))
        return MeetingAnswer(tuple(statements))

    def _announced(self, item: AgendaItem) -> list[Statement]:
        """What the agenda announces for an item, or that it announces nothing."""
        return said_of.announced(item, self.cite, self.language, self.announced)

    def _filtered(self, sittings: Sequence[Sitting]) -> list[Sitting]:
        q = self.question
        found = list(sittings)
        if q.weekdays:
            found = [s for s in found if s.date.weekday() in q.weekdays]
        if q.days:
            found = [s for s in found if s.date.day in q.days]
        if q.months:
            found = [s for s in found if s.date.month in q.months]
        if q.afternoon is not None:
            found = [s for s in found if s.afternoon == q.afternoon]
        if q.hour is not None:
            found = [s for s in found if s.start <= dt.time(q.hour % 24) < s.end] or found
        return found

    def _sittings_of(self, item: AgendaItem) -> list[Sitting]:
        found = said_of.sittings_of(item, self.meeting.sittings)
        return self._filtered(found) or found
