"""Questions about a meeting itself, answered from the rows of its agenda and cited to them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.answer_phrases import date_text, joined, say
from assistant.meeting.intents import beyond
from assistant.meeting.meeting_choice import dated, has_day, meant, nearest, on, timed, within, without_body
from assistant.meeting.row_citations import Citer
from assistant.meeting.row_passages import Part, Teller, Telling
from assistant.qa.abstention import BARE, FURTHER, NAMED, log_odds
from assistant.qa.answer import Answer, Pointer, Statement
from assistant.qa.scoring import FIRST, Told, Weigher
from assistant.question import Question
from assistant.wording import claims
from corpus.acronyms import find_acronyms, find_expansion
from corpus.analysis import analyse, fold
from corpus.documents import Document
from corpus.library import Library
from corpus.meetings import AgendaItem, Meeting, SittingItem
from corpus.symbols import Symbol

COMPETING = 3
"""Meetings beside the latest whose rows are read for one question."""
MOST = 3
"""Sentences of one answer."""
LISTED = 10
"""Lines of a list that is said beside another sentence."""
_ITEM = re.compile(r"\bitem (\d+)")


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
        meetings = self.meant(question)
        return _lacking(question, meetings, self._library) if meetings else (None, False)

    def answer(self, question: Question, most: int = FIRST) -> MeetingAnswer | None:
        """What a meeting says that comes closest to an answer; None where no meeting may be meant. Of the tellings those are
        read, `most` of them at most, that tell of the latest meeting as a whole, then those that have the sentences most like the
        question. Where several meetings tell the same as surely, the latest answers; of those that have an item that is named, the latest
        that surely tells what is asked of it."""
        meetings = self.meant(question)
        if not meetings or not has_day(question, meetings):
            return None
        read = self._read(question, meetings)
        placed = bool(question.items) or timed(question)
        subject = self._subject(question, read[0])

        def leads(row: tuple[int, Telling]) -> bool:
            n, telling = row
            called = not placed and subject.says_most(telling.parts[0])
            return placed if question.items else n == 0 and (telling.whole or placed or called)

        rows = [(n, each) for n, meeting in enumerate(read) for each in self._tellings(question, meeting)]
        rows.sort(key=lambda row: not leads(row))
        leading, found = sum(map(leads, rows)), [telling for _, telling in rows]
        passages = [(telling.heading, [part.read for part in telling.parts]) for telling in found]
        told = self._weigher.told(question, "en", passages, most, leading)
        bare = self._without_body(question, meetings)
        by_date = {each.text: each for meeting in read if (each := dated(question, meeting))}
        languages = self._library.versions().language_of
        if any(languages[each.document_id] == question.language for each in read) and not self.of_timetable(question):
            by_date = {}  # "the second day of the transitional period" is no day of a meeting
        for asked in filter(None, (bare, *by_date.values())):
            told = _surest(told, self._weigher.told(asked, "en", passages, most, leading))
        named = NAMED if placed or bare is not None else 0.0
        # Where an agenda tells no more of an item than its title, nothing beside it could answer better: it must be sure by itself.
        told = [replace(each, score=each.score + (-BARE if _bare(found[each.passage]) else named)) for each in told]

        def part(each: Told) -> Part:
            return found[each.passage].parts[each.sentence]

        # What is asked last tells what is asked for: a sentence answers only where agendas tell such things.
        there = 1.0 - beyond(question.focus, self._library.models)
        asked_for = ((each, log_odds(each.probability * there) - each.bars.answered) for each in told)
        told = [each if part(each).quotes else replace(each, score=score) for each, score in asked_for]
        told.sort(key=lambda each: (-each.score, each.place))
        if self.watch is not None:
            self.watch(question, [(passages[each.passage][1][each.sentence], each) for each in told])
        if not told:
            return None

        def alike_to(best: Told, each: Told) -> bool:
            """Whether a sentence tells the same as the best one: of an item, all that there is to tell, or when and where the meeting is."""
            whole = found[each.passage].whole and found[best.passage].whole
            near = each.score >= best.score - FURTHER or (bool(question.items) and each.score >= 0.0)
            return near and (whole or part(each).kind == part(best).kind or _bare(found[each.passage]))

        alike = {rows[each.passage][0] for each in told if alike_to(told[0], each)}
        own = [each for each in told if rows[each.passage][0] == min(alike)]
        close = [each for each in own if each.score >= own[0].score - FURTHER]
        called = own if placed else [each for each in own if subject.says_most(part(each))]
        if called and question.focus != question.text and (placed or any(each in called for each in close)):
            # Of what may be meant, what a follow-up asks of the item or time that was named before.
            last = replace(question, text=question.focus)
            again = {each.place: each.score for each in self._weigher.told(last, "en", passages, most, leading)}
            close = _asked_last(called, [each for each in close if each in called], again)
        near = [part(each) for each in close]
        if near[0].announces:
            parts = [each for n, telling in rows if n == min(alike) for each in telling.parts]
            near = _documents(question, subject, near, parts)
        elif near[0].kind == "row" and not _beside_time(question):
            rows_of = {each.passage for each in own if part(each).kind == "row"}
            days = sorted(rows_of) if timed(question) else [own[0].passage]
            near = [each for n in days for each in found[n].parts if each.kind == "row"][: 2 * MOST]
        else:
            if near[0].kind == "length":  # days and times tell the length, too
                unsure = [] if own[0].score >= 0.0 else found[own[0].passage].parts
                taken_up = [each for each in unsure if each.kind == "taken_up" and each.item == near[0].item]
                near += [each for each in taken_up if each not in near]
                near.sort(key=lambda each: each.kind != "taken_up")
            near = subject.first(near)[:MOST]
            if near[0].kind == "items_total":
                near[1:] = [each for each in found[own[0].passage].parts if each.kind == "agenda"]
        symbol = Symbol.parse(announces) if (announces := near[0].announces) else None
        # What names an item or a time, or asks for a meeting as a whole, may mean any of them.
        may = meetings if placed or found[own[0].passage].whole else [read[n] for n in sorted(alike)]
        others = tuple(each.document_id for each in may if each.document_id != read[min(alike)].document_id)
        # A long list is said only where it is the answer itself.
        if near[0].kind != "items_total":
            near = near[:1] + [part for part in near[1:] if len(part.said) <= LISTED]
        said = tuple(dict.fromkeys(each for one in near for each in one.said))
        return MeetingAnswer(said, own[0], symbol, others)

    def of_timetable(self, question: Question) -> bool:
        """Whether a question has no other words than the agendas that it may be about and what is told of their rows."""
        return _of_timetable(question, self.meant(question), self._library)

    def of_another_item(self, question: Question, document: Document, ordinal: int) -> bool:
        """Whether a block of an agenda is about another item than the question names, by number or by its whole title: its annotations,
        or a row of a timetable that does not take up what is asked about."""
        if document.kind != "agenda":
            return False
        # Every unit of an agenda is asked about.
        asked, rows = question.once((_named, document.id), lambda: self._named(question, document))
        block = document.blocks[ordinal]
        if not asked:
            return False
        if block.kind != "row":
            found = _ITEM.search(block.locator)
            return found is not None and found[1] not in asked
        return bool(rows) and not any(row.row == ordinal and row.number.partition(" ")[0] in asked for row in rows)

    def _named(self, question: Question, agenda: Document) -> tuple[set[str], list[SittingItem]]:
        """The items of an agenda that a question names, and all rows of its timetable."""
        meeting = next((each for each in self._library.meetings() if each.document_id == agenda.id), None)
        rows = [row for sitting in meeting.sittings for row in sitting.items] if meeting else []
        return _named(question, meeting), rows

    def meant(self, question: Question) -> list[Meeting]:
        """The meetings that a question may be about, latest first; of the item that it is asked about alone, what they say of that."""
        fitting = question.once((meant, question.within, question.symbols), lambda: meant(question, self._library))
        return (
            fitting if question.of_item is None else [meeting.narrowed_to_item(question.of_item) for meeting in fitting]
        )

    def _tellings(self, question: Question, meeting: Meeting) -> list[Telling]:
        key = tellings, meeting.document_id, question.of_item
        return question.once(key, lambda: tellings(question, meeting, Citer(self._library, meeting)))

    def _without_body(self, question: Question, meetings: Sequence[Meeting]) -> Question | None:
        """The question without the name of the body, where this tells the one meeting that it may mean."""
        return question.once(without_body, lambda: without_body(question, meetings[0])) if len(meetings) == 1 else None

    def _subject(self, question: Question, meeting: Meeting) -> _Subject:
        """What a question is about, beside the titles of the items of a meeting."""
        language = self._library.versions().language_of[meeting.document_id]
        words = {item.number: frozenset(analyse(item.title, language)) for item in meeting.items}
        titles = Counter(word for each in words.values() for word in each)
        general = {word for kind in ("agenda", "meetings", "item") for form in question.vocabulary.forms(kind, language)
                   for word in analyse(form, language)}  # fmt: skip
        spelt = [find_expansion(each, item.title) for each in find_acronyms(question.rest) for item in meeting.items]
        asked = frozenset([*self._weigher.tokens(question, language), *analyse(" ".join(spelt), language)]) - general
        return _Subject(asked, {number: {n for n in each & asked if titles[n] == 1} for number, each in words.items()})

    def _read(self, question: Question, meetings: Sequence[Meeting]) -> list[Meeting]:
        """Of meetings, latest first, those whose rows compete: the latest, and of the others those with most of the question's words."""
        near = {each.document_id for each in nearest(question, meetings[1:], self._library)[:COMPETING]}
        return [*meetings[:1], *(meeting for meeting in meetings[1:] if meeting.document_id in near)]


@dataclass(frozen=True)
class _Subject:
    """The words of a question, and of the items of a meeting, by number, those words of it that only their own titles have."""

    words: frozenset[str]
    of_items: Mapping[str, Collection[str]]

    def says_most(self, part: Part) -> bool:
        """Whether a part is about the item whose title has most such words, where any has."""
        most = max(map(len, self.of_items.values()), default=0)
        return part.item is not None and most > 0 and len(self.of_items.get(part.item, ())) == most

    def first(self, near: Sequence[Part]) -> list[Part]:
        """Of the parts that are `near` to an answer, best first, those that say a word of the question, where the best one says any, or
        are about the same item; first those that say most of the words by which the question calls an item."""
        called = {word for each in self.of_items.values() for word in each}
        said = {part: set(analyse(part.read, "en")) | {*self.of_items.get(part.item or "", ())} for part in near}
        near = sorted(near, key=lambda part: -len(called & said[part]))
        best = near[0]

        def beside(part: Part) -> bool:
            return not said[best] & self.words or bool(said[part] & self.words) or best.item == part.item is not None

        return [part for part in near if beside(part)]


def _surest(one: Sequence[Told], other: Sequence[Told]) -> list[Told]:
    """Sentences that were read for two wordings of a question, each as it answers the better, best first."""
    best = {each.place: each for each in sorted((*one, *other), key=lambda each: each.score)}
    return sorted(best.values(), key=lambda each: (-each.score, each.place))


def _asked_last(own: Sequence[Told], close: Sequence[Told], again: Mapping[tuple[int, int], float]) -> list[Told]:
    """Of a meeting's `own` sentences those nearest to what was asked last, best first: by their scores for it `again`, those not much
    below the best of those that are `close` to the whole question."""
    best = max(again.get(each.place, -math.inf) for each in close)
    found = [each for each in own if again.get(each.place, -math.inf) >= best - FURTHER]
    return sorted(found, key=lambda each: -again.get(each.place, -math.inf))


def _documents(question: Question, subject: _Subject, near: Sequence[Part], parts: Sequence[Part]) -> list[Part]:
    """Of the `parts` of a meeting that are `near` to an answer, the best of which announces a document: those first that say most of
    the names in the question, or whose items it calls by most words of their titles. Where several say as many, all that are announced for their items."""
    names = claims.read(question.text, question.language).names
    asked = {token for name in names for token in analyse(name, question.language)}

    def said(part: Part) -> tuple[int, int]:
        named = len(asked.intersection(analyse(part.read, "en"))) if part.announces else -1
        return named, len(subject.of_items.get(part.item or "", ()))

    ordered = sorted(near, key=said, reverse=True)
    first = ordered[0]
    alike = [part for part in near if part.announces and said(part) == said(first)]
    if len(alike) > 1:
        items = {part.item for part in alike}
        return [part for part in parts if part.announces and part.item in items]
    return [part for part in ordered if not part.announces or said(part) == said(first)][:MOST]


def _named(question: Question, meeting: Meeting | None) -> set[str]:
    """The items that a question names, each by its main number: by their numbers or, of a meeting, by their whole titles, where these have
    several words."""
    said, numbers = fold(question.text), list(question.items)
    for item in meeting.items if meeting and not numbers else ():
        title = re.escape(fold(" ".join(item.title.split())).strip(" .:;"))
        numbers += [item.number] if " " in title and re.search(rf"(?<!\w){title}(?!\w)", said) else []
    return {number.partition(" ")[0] for number in numbers}


def _bare(telling: Telling) -> bool:
    return [part.kind for part in telling.parts] == ["title"]


def _lacking(question: Question, meetings: Sequence[Meeting], library: Library) -> tuple[Answer | None, bool]:
    language, meeting = question.language, meetings[0]
    numbers = [item.number for item in meeting.items]

    def told(reason: str, *rows: tuple[Meeting, int]) -> Answer:
        cites = [(Citer(library, each), row) for each, row in rows]
        see = (Pointer.to(cite.document, cite.section(row)) for cite, row in cites)
        return Answer.lacking(question, reason, see_also=see)

    wrong = [number for number in question.items if number not in numbers]
    if wrong and ((numbers and meeting.is_complete) or question.of_item is not None):
        mains = list(dict.fromkeys(item.main_number for item in meeting.items))
        there = {"item": wrong[0], "first": mains[0], "last": mains[-1]} if question.of_item is None else {}
        first = next((row for item in meeting.items for row in (item.listed, item.heading) if row is not None), 0)
        return told(say("no_item" if there else "not_found", language, **there), (meeting, first)), True
    sitting = [each for each in meetings if each.sittings]
    days = sorted({row.date for each in sitting for row in each.timetable})
    months = {day.month for day in days}.issuperset(question.months)
    if sitting and months and not has_day(question, meetings) and _of_timetable(question, sitting, library):
        reason = say("no_day", language, days=joined([date_text(day, language) for day in days], language))
        return told(reason, *((each, each.sittings[0].time_row) for each in sitting)), False
    return None, False


def _beside_time(question: Question) -> set[str]:
    """The content words of a question but for those by which it names a time and asks for a meeting or its agenda."""
    language, vocabulary = question.language, question.vocabulary
    text = question.rest
    for kind in ("asking", "meetings", "agenda"):
        text = vocabulary.without(kind, text, language)
    return {*vocabulary.content(claims.read(text, language, derived=True).content, language)}


def _of_timetable(question: Question, meetings: Sequence[Meeting], library: Library) -> bool:
    """Whether a question has no other words than an agenda, and what is told of its rows; where none is in the language of the question,
    whether it speaks of an agenda, an item or a meeting."""
    language, vocabulary, known = question.language, question.vocabulary, False
    left = _beside_time(question)
    for meeting in meetings:
        cite = Citer(library, meeting)
        if cite.document.language == language:
            teller, known = Teller(meeting, cite, language, meeting.timetable), True
            told = (part.read for telling in (*teller.whole(), *teller.days()) for part in telling.parts)
            if left <= {*analyse(" ".join([cite.document.text, *told]), language)}:
                return True
    speaks = any(vocabulary.says(kind, question.rest, language) for kind in ("agenda", "item", "meetings"))
    return not left or (not known and speaks)


def tellings(question: Question, meeting: Meeting, cite: Citer) -> list[Telling]:
    """What may be told: of the items and the days that the question names; else of all."""
    there = [sitting for sitting in meeting.timetable if within(question, sitting, meeting)]
    sittings = there or [sitting for sitting in meeting.timetable if on(question, sitting.date, meeting)]
    teller = Teller(meeting, cite, question.language, sittings)
    symbols = {symbol.text for symbol in question.symbols}
    papers = [item for item in meeting.items if symbols.intersection(symbol for symbol, _ in item.documentation)]
    named = [item for item in meeting.items if item.number in question.items] or papers
    days = teller.days() if timed(question) else []
    if named or question.of_item is not None:
        found = [*(teller.item(item) for item in named or _leaves(meeting)), *days]
    elif days:
        found = days
    else:
        titled = _named(question, meeting)
        items = [item for item in meeting.items if item in _leaves(meeting) or item.number in titled]
        found = [
            *teller.whole(),
            *teller.days(),
            *(teller.item(each, asked=each.main_number in titled) for each in items),
        ]
    return [telling for telling in found if telling.parts]


def _leaves(meeting: Meeting) -> list[AgendaItem]:
    """The items, but for those whose sub-items stand for them."""
    mains = {item.main_number for item in meeting.items if item.number != item.main_number}
    return [item for item in meeting.items if item.number not in mains]
