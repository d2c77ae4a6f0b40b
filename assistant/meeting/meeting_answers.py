"""Questions about a meeting itself, answered from the rows of its agenda and cited to them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from assistant.answer_phrases import date_text, joined, say
from assistant.meeting.intents import asks_for_documents, asks_of_other_texts, beyond_agenda
from assistant.meeting.meeting_choice import (
    any_has_named_day,
    matches_day,
    matches_sitting,
    names_day,
    names_time,
    select_meetings,
    with_date,
    without_body,
    word_counts,
)
from assistant.meeting.row_citations import AgendaCiter
from assistant.meeting.row_passages import RowPassage, RowPassageBuilder, RowSentence
from assistant.qa.abstention import (
    FURTHER_ROW_GAP,
    LISTING_CHANCE,
    NAMED_PLACE_BONUS,
    OTHER_TEXTS_CHANCE,
    TITLE_ONLY_PENALTY,
    log_odds,
)
from assistant.qa.answer import Answer, Pointer, Statement
from assistant.qa.retriever import POOL, Retriever
from assistant.qa.scoring import FIRST, ScoredSentence, Scorer
from assistant.question import Question, numbers_after
from assistant.wording import claims
from corpus.acronyms import find_acronyms, find_expansion
from corpus.analysis import analyse, fold
from corpus.documents import Document
from corpus.library import Library
from corpus.meetings import AgendaItem, Meeting, SittingItem, main_number
from corpus.symbols import Symbol
from corpus.tables import find_tables

COMPETING = 3
"""Meetings beside the latest whose rows are read for one question: those that search ranks first."""
MOST = 3
"""Most sentences of one answer."""
LISTED = 10
"""Most lines of a list that is shown beside another sentence."""
_ITEM = re.compile(r"\bitem (\d+)")


@dataclass(frozen=True)
class MeetingAnswer:
    """An answer from the rows of a meeting's agenda. `best` is the sentence with the highest score, whose score counts for the answer;
    `announces` is the symbol of the document that the answer is about, where more is asked than which documents there are; `others` are the
    ids of the agendas of other meetings that the question may also be about, latest first."""

    statements: tuple[Statement, ...]
    best: ScoredSentence
    announces: Symbol | None
    others: tuple[str, ...] = ()


RowObserver = Callable[[Question, Sequence[tuple[str, ScoredSentence]]], None]


@dataclass(frozen=True)
class _Rows:
    """The row passages that compete for a question, each with the index of its meeting (0 is the latest); the first `leading` of them are
    read first."""

    passages: Sequence[tuple[int, RowPassage]]
    leading: int

    @cached_property
    def texts(self) -> list[tuple[str, list[str]]]:
        """The passages as the reader sees them: heading and sentences."""
        return [(passage.heading, [sentence.text for sentence in passage.sentences]) for _, passage in self.passages]

    def meeting(self, scored: ScoredSentence) -> int:
        """The index of the meeting of a scored sentence."""
        return self.passages[scored.passage][0]

    def passage(self, scored: ScoredSentence) -> RowPassage:
        return self.passages[scored.passage][1]

    def sentence(self, scored: ScoredSentence) -> RowSentence:
        return self.passage(scored).sentences[scored.sentence]


class MeetingAnswerer:
    """Answers questions from the meetings whose agendas are in the library, as far as the `scorer` finds that their rows answer. The `retriever`
    tells which of many are likely to.

    `watch` is called after each scoring with the question and the sentences that were read with their scores, best first.
    """

    def __init__(self, library: Library, scorer: Scorer, retriever: Retriever) -> None:
        self._library, self._scorer, self._retriever = library, scorer, retriever
        self.watch: RowObserver | None = None

    def find_missing(self, question: Question) -> tuple[Answer | None, bool]:
        """The answer that an item or a day named by the question does not exist in the meeting that it is about, and whether it is an
        item; (None, False) where nothing named is missing."""
        meetings = self.find_meetings(question) if question.items or names_day(question) else []
        if not meetings:
            return None, False
        item_numbers = [item.number for item in meetings[0].items]
        unknown_items = [number for number in question.items if number not in item_numbers]
        if unknown_items and ((item_numbers and meetings[0].is_complete) or question.of_item is not None):
            return self._no_item(question, meetings[0], unknown_items[0]), True
        with_timetable = [meeting for meeting in meetings if meeting.sittings]
        days = sorted({row.date for each in with_timetable for row in each.timetable})
        months = {day.month for day in days}.issuperset(question.months)
        if not with_timetable or not months or any_has_named_day(question, meetings):
            return None, False
        if not _is_about_timetable(question, with_timetable, self._library):
            return None, False
        language = question.language
        reason = say("no_day", language, days=joined([date_text(day, language) for day in days], language))
        see_also = [self._pointer(each, each.sittings[0].time_row) for each in with_timetable]
        return Answer.lacking(question, reason, see_also=see_also), False

    def _no_item(self, question: Question, meeting: Meeting, number: str) -> Answer:
        """The answer that a meeting has no item of a number."""
        reason = say("not_found", question.language)
        if question.of_item is None:
            mains = list(dict.fromkeys(item.main_number for item in meeting.items))
            reason = say("no_item", question.language, item=number, first=mains[0], last=mains[-1])
        row = next((row for item in meeting.items for row in (item.listed, item.heading) if row is not None), 0)
        return Answer.lacking(question, reason, see_also=[self._pointer(meeting, row)])

    def _pointer(self, meeting: Meeting, row: int) -> Pointer:
        citer = AgendaCiter(self._library, meeting)
        return Pointer.to(citer.document, citer.section(row))

    def answer(self, question: Question, most: int = FIRST) -> MeetingAnswer | None:
        """The closest that a meeting comes to an answer; None where the question can be about no meeting, or surely asks about other texts.

        At most `most` row passages are read: those about the latest meeting as a whole first, then those with the sentences most like the
        question. Where several meetings tell the same with equal certainty, the latest answers; of those that have a named item, the latest
        that surely tells what is asked of it."""
        if self._is_about_other_texts(question):
            return None
        meetings = self.find_meetings(question)
        if not meetings or not any_has_named_day(question, meetings):
            return None
        # The latest meeting competes with those of whose agendas search ranks a passage first.
        likely = self._rank_meetings(question, meetings[1:])[:COMPETING]
        competing = [*meetings[:1], *(meeting for meeting in meetings[1:] if meeting in likely)]
        place_named = bool(question.items) or names_time(question)
        subject = self._subject(question, competing[0])
        rows = self._rank_rows(question, competing, subject)
        scored = self._score_rows(question, meetings, competing, rows, most)
        if self.watch is not None:
            self.watch(question, [(rows.texts[each.passage][1][each.sentence], each) for each in scored])
        if not scored:
            return None
        alike = {rows.meeting(each) for each in scored if _tells_the_same(question, rows, scored[0], each)}
        latest = min(alike)
        own = [each for each in scored if rows.meeting(each) == latest]
        close = [each for each in own if each.score >= own[0].score - FURTHER_ROW_GAP]
        about_subject = own if place_named else [each for each in own if subject.matches(rows.sentence(each))]
        is_follow_up = question.focus != question.text
        if about_subject and is_follow_up and (place_named or any(each in about_subject for each in close)):
            # Among the candidates, prefer what the follow-up asks of the item or time that was named before.
            last = replace(question, text=question.focus)
            rescored = self._scorer.score_sentences(last, "en", rows.texts, most, rows.leading)
            scores = {each.place: each.score for each in rescored}
            close = _rank_by_last_turn(about_subject, [each for each in close if each in about_subject], scores)
        sentences = _choose_sentences(question, subject, rows, own, [rows.sentence(each) for each in close])
        announces = sentences[0].announces
        if announces and asks_for_documents(question.focus, self._library.models) >= LISTING_CHANCE:
            announces = None
        # A question that names an item or a time, or asks about a meeting as a whole, may be about any of the meetings.
        any_meeting = place_named or rows.passage(own[0]).whole
        possible = meetings if any_meeting else [competing[n] for n in sorted(alike)]
        chosen_id = competing[latest].document_id
        others = tuple(meeting.document_id for meeting in possible if meeting.document_id != chosen_id)
        # A long list is shown only where it is the answer itself.
        if sentences[0].kind != "items_total":
            sentences = sentences[:1] + [each for each in sentences[1:] if len(each.statements) <= LISTED]
        statements = tuple(dict.fromkeys(statement for sentence in sentences for statement in sentence.statements))
        return MeetingAnswer(statements, own[0], Symbol.parse_any(announces) if announces else None, others)

    def _is_about_other_texts(self, question: Question) -> bool:
        """Whether a question that names no item, time or document surely asks about other texts than agendas, with the turns before it and
        without."""
        if question.items or question.symbols or names_time(question) or question.of_item is not None:
            return False
        wordings = {question.text, question.focus}
        return all(asks_of_other_texts(each, self._library.models) >= OTHER_TEXTS_CHANCE for each in wordings)

    def _rank_rows(self, question: Question, competing: Sequence[Meeting], subject: _Subject) -> _Rows:
        """The row passages of the competing meetings, those that are read in any case first."""
        time_named = names_time(question)

        def leads(row: tuple[int, RowPassage]) -> bool:
            n, passage = row
            if question.items:
                return True
            is_subject = not time_named and subject.matches(passage.sentences[0])
            return n == 0 and (passage.whole or time_named or is_subject)

        found = [(n, each) for n, meeting in enumerate(competing) for each in self._row_passages(question, meeting)]
        found.sort(key=lambda row: not leads(row))
        return _Rows(found, sum(map(leads, found)))

    def _rank_meetings(self, question: Question, meetings: Sequence[Meeting]) -> Sequence[Meeting]:
        """The meetings, those first of whose agendas search ranks a passage first, where more are given than may compete."""
        if len(meetings) <= COMPETING:
            return meetings
        hits = self._retriever.retrieve(question, POOL, [each.document_id for each in meetings])
        found = [hit.passage.document_id for hit in hits]
        return sorted(meetings, key=lambda each: [*found, each.document_id].index(each.document_id))

    def _score_rows(
        self,
        question: Question,
        meetings: Sequence[Meeting],
        competing: Sequence[Meeting],
        rows: _Rows,
        most: int,
    ) -> list[ScoredSentence]:
        """The sentences of the row passages with their scores, best first: each by the best of the wordings of the question, with what
        naming a place adds, and discounted by how likely the question asks for something that no agenda tells."""
        scored = self._scorer.score_sentences(question, "en", rows.texts, most, rows.leading)
        # Where only one meeting is possible, the name of its body adds nothing.
        bare = question.once(without_body, lambda: without_body(question, meetings[0])) if len(meetings) == 1 else None
        by_date = {each.text: each for meeting in competing if (each := with_date(question, meeting))}
        languages = self._library.versions().language_of
        readable = any(languages[meeting.document_id] == question.language for meeting in competing)
        if by_date and readable and not _is_about_timetable(question, meetings, self._library):
            by_date = {}  # "the second day of the transitional period" is no day of a meeting
        for wording in filter(None, (bare, *by_date.values())):
            scored += self._scorer.score_sentences(wording, "en", rows.texts, most, rows.leading)
        best_by_place = {each.place: each for each in sorted(scored, key=lambda each: each.score)}
        place_named = bool(question.items) or names_time(question) or bare is not None
        bonus = NAMED_PLACE_BONUS if place_named else 0.0
        # What was asked last shows what is asked for: a sentence answers only where agendas tell such things.
        in_agenda = 1.0 - beyond_agenda(question.focus, self._library.models)

        def adjusted(each: ScoredSentence) -> ScoredSentence:
            # Where an agenda tells no more of an item than its title, nothing beside it could answer better: it must be sure by itself.
            added = -TITLE_ONLY_PENALTY if _tells_title_only(rows.passage(each)) else bonus
            each = replace(each, score=each.score + added)
            if rows.sentence(each).quotes:
                return each
            return replace(each, score=log_odds(each.probability * in_agenda) - each.thresholds.answered)

        return sorted(map(adjusted, best_by_place.values()), key=lambda each: (-each.score, each.place))

    def is_about_other_item(self, question: Question, document: Document, ordinal: int, words: str = "") -> bool:
        """Whether a block of an agenda belongs to another item than the question names, by number or by its whole title: to the
        annotations of the other item, or to a row of a timetable that does not take up the named one; with `words` of it that do not name that
        item either."""
        if document.kind != "agenda":
            return False
        # Computed once: this is asked for every unit of an agenda.
        named, rows = question.once((_named_items, document.id), lambda: self._named_items(question, document))
        block = document.blocks[ordinal]
        if not named:
            return False
        if block.kind != "row":
            found = _ITEM.search(block.locator)
            if found is None or found[1] in named:
                return False
            mentioned = numbers_after("item", words, question.vocabulary, document.language)
            return named.isdisjoint(main_number(number) for number, _, _ in mentioned)
        return bool(rows) and not any(row.row == ordinal and main_number(row.number) in named for row in rows)

    def is_in_timetable(self, question: Question, document: Document, ordinal: int) -> bool:
        """Whether a block of an agenda is a row of its timetable."""
        if document.kind != "agenda" or document.blocks[ordinal].kind != "row":
            return False
        return ordinal in question.once((find_tables, document.id), lambda: self._timetable_rows(document))

    def _timetable_rows(self, agenda: Document) -> frozenset[int]:
        """The ordinals of all rows of the tables with entries of the timetable of an agenda."""
        meeting = self._meeting_of(agenda)
        entries = {each.time_row for each in meeting.timetable} if meeting else set()
        tables = [{row.ordinal for row in (*each.header, *each.rows)} for each in find_tables(agenda)]
        return frozenset[int]().union(*(each for each in tables if not entries.isdisjoint(each)))

    def _meeting_of(self, agenda: Document) -> Meeting | None:
        return next((meeting for meeting in self._library.meetings() if meeting.document_id == agenda.id), None)

    def _named_items(self, question: Question, agenda: Document) -> tuple[set[str], list[SittingItem]]:
        """The items of an agenda that a question names, and all rows of its timetable."""
        meeting = self._meeting_of(agenda)
        rows = [row for sitting in meeting.sittings for row in sitting.items] if meeting else []
        return _named_items(question, meeting), rows

    def find_meetings(self, question: Question) -> list[Meeting]:
        """The meetings that a question may be about, latest first, narrowed to one item where the scope is an item."""
        key = select_meetings, question.within, question.symbols
        meetings = question.once(key, lambda: select_meetings(question, self._library))
        if question.of_item is None:
            return meetings
        return [meeting.narrowed_to_item(question.of_item) for meeting in meetings]

    def _row_passages(self, question: Question, meeting: Meeting) -> list[RowPassage]:
        citer = AgendaCiter(self._library, meeting, question.language)
        key = build_row_passages, meeting.document_id, question.of_item
        return question.once(key, lambda: build_row_passages(question, meeting, citer))

    def _subject(self, question: Question, meeting: Meeting) -> _Subject:
        """The words of a question beside those of the titles of the items of a meeting."""
        language = self._library.versions().language_of[meeting.document_id]
        title_words = {item.number: frozenset(analyse(item.title, language)) for item in meeting.items}
        title_counts = Counter(word for each in title_words.values() for word in each)
        forms = (form for kind in ("agenda", "meetings", "item") for form in question.vocabulary.forms(kind, language))
        general_words = {word for form in forms for word in analyse(form, language)}
        acronyms = find_acronyms(question.rest)
        spelled_out = " ".join(find_expansion(each, item.title) for each in acronyms for item in meeting.items)
        words = frozenset([*self._scorer.tokens(question, language), *analyse(spelled_out, language)]) - general_words
        own = {n: {word for word in each & words if title_counts[word] == 1} for n, each in title_words.items()}
        return _Subject(words, own)


@dataclass(frozen=True)
class _Subject:
    """The words of a question, and for each item of a meeting, by number, those of these words that are in its title alone."""

    words: frozenset[str]
    of_items: Mapping[str, Collection[str]]

    def matches(self, sentence: RowSentence) -> bool:
        """Whether a sentence is about the item whose title has most such words, where any has."""
        most = max(map(len, self.of_items.values()), default=0)
        return sentence.item is not None and most > 0 and len(self.of_items.get(sentence.item, ())) == most

    def rank(self, candidates: Sequence[RowSentence]) -> list[RowSentence]:
        """Candidate sentences, best first, ranked by how many words they have with which the question names an item; those without a word
        of the question are left out where the first has one, unless they are about the same item."""
        item_words = {word for words in self.of_items.values() for word in words}
        words_of = {each: {*analyse(each.text, "en"), *self.of_items.get(each.item or "", ())} for each in candidates}
        candidates = sorted(candidates, key=lambda sentence: -len(item_words & words_of[sentence]))
        best = candidates[0]

        def fits(sentence: RowSentence) -> bool:
            has_word = not words_of[best] & self.words or bool(words_of[sentence] & self.words)
            return has_word or best.item == sentence.item is not None

        return [sentence for sentence in candidates if fits(sentence)]


def _tells_the_same(question: Question, rows: _Rows, best: ScoredSentence, other: ScoredSentence) -> bool:
    """Whether a sentence tells the same as the best one: all that there is to tell of an item, or when and where the meeting is."""
    both_whole = rows.passage(other).whole and rows.passage(best).whole
    near = other.score >= best.score - FURTHER_ROW_GAP or (bool(question.items) and other.score >= 0.0)
    same_kind = rows.sentence(other).kind == rows.sentence(best).kind
    return near and (both_whole or same_kind or _tells_title_only(rows.passage(other)))


def _choose_sentences(
    question: Question,
    subject: _Subject,
    rows: _Rows,
    own: Sequence[ScoredSentence],
    candidates: list[RowSentence],
) -> list[RowSentence]:
    """The sentences of an answer. `own` are all scored sentences of the meeting that answers, best first; `candidates` are those near the
    best, of which the kind of the first decides how the answer is put together."""
    best, kind = own[0], candidates[0].kind
    if candidates[0].announces is not None:
        sentences = [each for n, part in rows.passages if n == rows.meeting(best) for each in part.sentences]
        return _choose_documents(question, subject, candidates, sentences)
    if kind == "row" and not _words_beside_time(question):
        with_rows = {each.passage for each in own if rows.sentence(each).kind == "row"}
        days = sorted(with_rows) if names_time(question) else [best.passage]
        listed = [each for n in days for each in rows.passages[n][1].sentences if each.kind == "row"]
        return listed[: 2 * MOST]
    if kind == "length":  # the days and times give the length, too
        siblings = [] if best.score >= 0.0 else rows.passage(best).sentences
        schedule = [each for each in siblings if each.kind == "taken_up" and each.item == candidates[0].item]
        candidates = candidates + [each for each in schedule if each not in candidates]
        candidates.sort(key=lambda each: each.kind != "taken_up")
    chosen = subject.rank(candidates)[:MOST]
    if chosen[0].kind == "items_total":
        chosen[1:] = [each for each in rows.passage(best).sentences if each.kind == "agenda"]
    return chosen


def _rank_by_last_turn(
    own: Sequence[ScoredSentence], close: Sequence[ScoredSentence], scores: Mapping[tuple[int, int], float]
) -> list[ScoredSentence]:
    """Of a meeting's `own` sentences those nearest to the last turn, best first: by their `scores` for that turn, those not much below the
    best of the ones that are `close` to the whole question."""
    best = max(scores.get(each.place, -math.inf) for each in close)
    found = [each for each in own if scores.get(each.place, -math.inf) >= best - FURTHER_ROW_GAP]
    return sorted(found, key=lambda each: -scores.get(each.place, -math.inf))


def _choose_documents(
    question: Question,
    subject: _Subject,
    candidates: Sequence[RowSentence],
    sentences: Sequence[RowSentence],
) -> list[RowSentence]:
    """The sentences for an answer about documents, whose best candidate announces one: first those with most of the names in the question,
    or whose items it names by most words of their titles. Where several have as many, or the question has no word beside these, all documents of
    their items among the `sentences` of the meeting."""
    names = claims.read(question.text, question.language).names
    name_tokens = {token for name in names for token in analyse(name, question.language)}

    def match(part: RowSentence) -> tuple[int, int]:
        named = len(name_tokens.intersection(analyse(part.text, "en"))) if part.announces is not None else -1
        return named, len(subject.of_items.get(part.item or "", ()))

    ordered = sorted(candidates, key=match, reverse=True)
    first = ordered[0]
    alike = [part for part in candidates if part.announces is not None and match(part) == match(first)]
    items = {part.item for part in alike}
    whole = _words_beside_time(question) - name_tokens <= {*subject.of_items.get(first.item or "", ())}
    if len(alike) > 1 or whole:
        listed = [part for part in sentences if part.announces is not None and part.item in items]
        # In the order of the agenda, but the best first where not simply the documents of an item are asked for.
        listed.sort(key=lambda part: not whole and (part == first, part.item == first.item), reverse=True)
        return sorted(listed, key=match, reverse=True)
    return [part for part in ordered if part.announces is None or match(part) == match(first)][:MOST]


def _named_items(question: Question, meeting: Meeting | None) -> set[str]:
    """The items that a question names, each by its main number: by their numbers, else by whole titles of more than one word."""
    text, numbers = fold(question.text), list(question.items)
    for item in meeting.items if meeting and not numbers else ():
        title = re.escape(fold(" ".join(item.title.split())).strip(" .:;"))
        numbers += [item.number] if " " in title and re.search(rf"(?<!\w){title}(?!\w)", text) else []
    return {main_number(number) for number in numbers}


def _tells_title_only(passage: RowPassage) -> bool:
    return [part.kind for part in passage.sentences] == ["title"]


def _words_beside_time(question: Question) -> set[str]:
    """The content words of a question without those that name a time or ask for a meeting or its agenda."""
    language, vocabulary = question.language, question.vocabulary
    text = question.rest
    for kind in ("asking", "meetings", "agenda"):
        text = vocabulary.without(kind, text, language)
    return {*vocabulary.content(claims.read(text, language, derived=True).content, language)}


def _is_about_timetable(question: Question, meetings: Sequence[Meeting], library: Library) -> bool:
    """Whether all words of a question are those of an agenda and of the sentences made of its rows; where no agenda is in the language of
    the question, whether it mentions an agenda, an item or a meeting."""
    language, vocabulary, in_language = question.language, question.vocabulary, False
    words = _words_beside_time(question)
    for meeting in meetings:
        citer = AgendaCiter(library, meeting)
        if citer.document.language == language:
            in_language, missing = True, words - word_counts(citer.document.text, language).keys()
            if not missing:
                return True
            builder = RowPassageBuilder(meeting, citer, meeting.timetable)
            texts = (part.text for passage in (*builder.whole(), *builder.days()) for part in passage.sentences)
            if missing <= {*analyse(" ".join(texts), language)}:
                return True
    mentions_meeting = any(vocabulary.says(kind, question.rest, language) for kind in ("agenda", "item", "meetings"))
    return not words or (not in_language and mentions_meeting)


def build_row_passages(question: Question, meeting: Meeting, citer: AgendaCiter) -> list[RowPassage]:
    """The row passages of a meeting that may answer a question: of the items and days that it names, else of all."""
    matching = [sitting for sitting in meeting.timetable if matches_sitting(question, sitting, meeting)]
    sittings = matching or [sitting for sitting in meeting.timetable if matches_day(question, sitting.date, meeting)]
    builder = RowPassageBuilder(meeting, citer, sittings)
    symbols = {symbol.text for symbol in question.symbols}
    named_items = [item for item in meeting.items if item.number in question.items]
    if not named_items:
        named_items = [item for item in meeting.items if symbols & {symbol for symbol, _ in item.documentation}]
    days = builder.days() if names_time(question) else []
    if named_items or question.of_item is not None:
        found = [*(builder.item(item) for item in named_items or _leaves(meeting)), *days]
    elif days:
        found = days
    else:
        titled = _named_items(question, meeting)
        # "Recommendation 3" is not item 3.
        others = {number for _, number in question.numbered_words} - titled
        shown = titled.union(item.number for item in _leaves(meeting))
        items = [item for item in meeting.items if item.number in shown and item.main_number not in others]
        by_item = (builder.item(each, requested=each.main_number in titled) for each in items)
        found = [*builder.whole(), *builder.days(), *by_item]
    return [passage for passage in found if passage.sentences]


def _leaves(meeting: Meeting) -> list[AgendaItem]:
    """The items without sub-items; sub-items stand for their main item."""
    mains = {item.main_number for item in meeting.items if item.number != item.main_number}
    return [item for item in meeting.items if item.number not in mains]
