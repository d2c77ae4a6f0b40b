"""Questions about a meeting itself, answered from the rows of its agenda and cited to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.frames import date_text, joined, say
from assistant.meeting.citing import Citer
from assistant.meeting.telling import Teller, Telling
from assistant.qa.abstention import BARE, FURTHER, NAMED
from assistant.qa.answer import Answer, Pointer, Statement
from assistant.qa.weighing import FIRST, Told, Weigher
from assistant.question import Question, numbered_meetings
from corpus.analysis import analyse
from corpus.library import Library
from corpus.meetings import AgendaItem, Meeting, Sitting
from corpus.symbols import Symbol

HEAD = 1_500
"""Characters of an agenda in which the number of its meeting stands."""
MOST = 3
"""Sentences of one answer."""


@dataclass(frozen=True)
class MeetingAnswer:
    """What the rows of a meeting say, as the best of it was weighed (`told`). `announces` is the document that this is about;
    `others` are the ids of the agendas of other meetings that the question may mean as well, latest first."""

    statements: tuple[Statement, ...]
    told: Told
    announces: Symbol | None
    others: tuple[str, ...] = ()


WatchRows = Callable[[Question, Sequence[tuple[str, Told]]], None]


class MeetingDesk:
    """Answers from the meetings whose agendas a library holds, as far as the `weigher` finds that these answer. `watch` is shown
    each weighing: the question, and the sentences that were read, as they were weighed, best first."""

    def __init__(self, library: Library, weigher: Weigher) -> None:
        self._library, self._weigher = library, weigher
        self.watch: WatchRows | None = None

    def lacking(self, question: Question) -> tuple[Answer | None, bool]:
        """What is said of an item or a day that a question names and the meeting that it is about does not have, and whether it is
        an item."""
        meeting = self._about(question)
        return (None, False) if meeting is None else _lacking(question, meeting[0], Citer(self._library, meeting[0]))

    def answer(self, question: Question, most: int = FIRST) -> MeetingAnswer | None:
        """What a meeting says that comes closest to an answer; None where no meeting may be meant. Of the tellings those are
        read, `most` of them at most, that tell of the meeting as a whole, then those that have the sentences most like the question."""
        about = self._about(question)
        if about is None:
            return None
        meeting, others = about
        found = tellings(question, meeting, Citer(self._library, meeting))
        passages = [(telling.heading, [part.read for part in telling.parts]) for telling in found]
        told = self._weigher.told(question, "en", passages, most, leading=sum(telling.whole for telling in found))
        named = NAMED if question.items or _timed(question) else 0.0
        # Where an agenda tells no more of an item than its title, nothing beside it could answer better: it must be sure by itself.
        told = [replace(each, score=each.score + (-BARE if _bare(found[each.passage]) else named)) for each in told]
        if self.watch is not None:
            self.watch(question, [(passages[each.passage][1][each.sentence], each) for each in told])
        if not told:
            return None
        near = [each for each in told if each.score >= told[0].score - FURTHER][:MOST]
        parts = [found[each.passage].parts[each.sentence] for each in near]
        symbol = Symbol.parse(parts[0].announces) if parts[0].announces else None
        return MeetingAnswer(tuple(statement for part in parts for statement in part.said), told[0], symbol, others)

    def _about(self, question: Question) -> tuple[Meeting, tuple[str, ...]] | None:
        """The meeting that a question may be about, of it only the item that it is asked about alone, and the agendas of others that
        it may mean."""
        fitting = self._fitting(question)
        if not fitting or self._elsewhere(question, fitting[0]):
            return None
        others = tuple(other.document_id for other in fitting[1:])
        return fitting[0] if question.of_item is None else fitting[0].narrowed(question.of_item), others

    def _fitting(self, question: Question) -> list[Meeting]:
        """The meetings that a question may be about, latest first: the one whose agenda it names, else, of those that have the items
        which it names, those of the body or place that it names. Of an agenda that is held in several languages there is one."""
        versions = self._library.versions()

        def preferred(meeting: Meeting) -> tuple[bool, bool, str]:
            language = versions.language_of[meeting.document_id]
            return language == question.language, language == "en", meeting.document_id

        meetings = [meeting for meeting in self._library.meetings() if question.covers(meeting.document_id)]
        keys = {each.text for symbol in question.symbols for each in versions.stands_for(symbol)}
        named = [meeting for meeting in meetings if versions.keys[meeting.document_id] in keys]
        if named:
            return [max(named, key=preferred)]
        if question.years:
            meetings = [m for m in meetings if not m.dates or str(m.dates[0].year) in question.years]
        meetings = _most(meetings, lambda meeting: set(question.items) <= {item.number for item in meeting.items})
        asked = set(analyse(question.text, question.language))

        def called(meeting: Meeting) -> int:
            """How many words of its body and place are said."""
            language = versions.language_of[meeting.document_id]
            return len(asked.intersection(analyse(f"{meeting.body} {meeting.place}", language)))

        fitting = sorted(_most(meetings, called), key=lambda m: (m.dates[-1:], preferred(m)), reverse=True)
        first = {versions.keys[meeting.document_id]: meeting for meeting in reversed(fitting)}
        return [meeting for meeting in fitting if first[versions.keys[meeting.document_id]] is meeting]

    def _elsewhere(self, question: Question, meeting: Meeting) -> bool:
        """Whether a question names what is no part of the meeting: another document, a treaty, an article, a meeting of
        another number."""
        document = self._library.document(meeting.document_id)
        versions, announced = self._library.versions(), {symbol.text for symbol in meeting.documents()}
        if any(
            document.symbol not in versions.stands_for(symbol) and symbol.text not in announced
            for symbol in question.symbols
        ):
            return True
        if question.articles or any(entry.kind in ("treaty", "resolution") for entry in question.named):
            return True
        if not question.sessions or question.weekdays or question.days or question.items:
            return False
        own = numbered_meetings(document.text[:HEAD], question.vocabulary, document.language)[:1]
        return bool(own) and own[0] not in question.sessions


def _bare(telling: Telling) -> bool:
    return [part.kind for part in telling.parts] == ["title"]


def _most(meetings: Sequence[Meeting], measure: Callable[[Meeting], int]) -> list[Meeting]:
    """Those of which most is true."""
    measured = [measure(meeting) for meeting in meetings]
    return [meeting for meeting, each in zip(meetings, measured, strict=True) if each == max(measured)]


def _lacking(question: Question, meeting: Meeting, cite: Citer) -> tuple[Answer | None, bool]:
    language, numbers = question.language, [item.number for item in meeting.items]

    def told(reason: str, row: int) -> Answer:
        see = Pointer.to(cite.document, cite.section(row))
        return Answer(question.text, language, "not_found", reason, see_also=(see,))

    wrong = [number for number in question.items if number not in numbers]
    if wrong and (numbers or question.of_item is not None):
        mains = list(dict.fromkeys(item.main for item in meeting.items))
        there = {"item": wrong[0], "first": mains[0], "last": mains[-1]} if question.of_item is None else {}
        first = next((row for item in meeting.items for row in (item.listed, item.heading) if row is not None), 0)
        return told(say("no_item" if there else "not_found", language, **there), first), True
    days = sorted({sitting.date for sitting in meeting.sittings})
    named = (question.weekdays or question.days) and {day.month for day in days}.issuperset(question.months)
    if days and named and not any(_on(question, day) for day in days):
        reason = say("no_day", language, days=joined([date_text(day, language) for day in days], language))
        return told(reason, meeting.sittings[0].time_row), False
    return None, False


def tellings(question: Question, meeting: Meeting, cite: Citer) -> list[Telling]:
    """What may be told: of the items and the days that the question names; else of all."""
    sittings = [sitting for sitting in meeting.sittings if _within(question, sitting)]
    teller = Teller(meeting, cite, question.language, sittings)
    symbols = {symbol.text for symbol in question.symbols}
    papers = [item for item in meeting.items if symbols.intersection(symbol for symbol, _ in item.documentation)]
    named = [item for item in meeting.items if item.number in question.items] or papers
    days = teller.days() if _timed(question) else []
    if named or question.of_item is not None:
        found = [*(teller.item(item) for item in named or _leaves(meeting)), *days]
    elif days:
        found = days
    else:
        found = [*teller.whole(), *teller.days(), *(teller.item(item) for item in _leaves(meeting))]
    return [telling for telling in found if telling.parts]


def _leaves(meeting: Meeting) -> list[AgendaItem]:
    """The items, but for those whose sub-items stand for them."""
    mains = {item.main for item in meeting.items if item.number != item.main}
    return [item for item in meeting.items if item.number not in mains]


def _timed(question: Question) -> bool:
    """Whether a question names a day, half a day or an hour."""
    return bool(question.weekdays or question.days) or question.afternoon is not None or question.hour is not None


def _on(question: Question, day: dt.date) -> bool:
    return (
        (not question.weekdays or day.weekday() in question.weekdays)
        and (not question.days or day.day in question.days)
        and (not question.months or day.month in question.months)
    )


def _within(question: Question, sitting: Sitting) -> bool:
    """Whether a sitting is on a day, in a half of it and at an hour that the question names."""
    halves = question.afternoon is None or sitting.afternoon == question.afternoon
    return (
        _on(question, sitting.date) and halves and (question.hour is None or _at(sitting, dt.time(question.hour % 24)))
    )


def _at(sitting: Sitting, time: dt.time) -> bool:
    return sitting.start is not None and sitting.end is not None and sitting.start <= time < sitting.end
