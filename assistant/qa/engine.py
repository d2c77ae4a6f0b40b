"""From a turn of a conversation to an answer: what is meant, what each question of it is answered with, and how it is said."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Hashable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from assistant.frames import doubt, say
from assistant.meeting import WatchRows
from assistant.qa.abstention import Caution
from assistant.qa.answer import Answer, Mode, Statement, ordered
from assistant.qa.events import Event, Finished, Progress, Said, said
from assistant.qa.memory import Memory, Turn, first_cited
from assistant.qa.query import HISTORY_LIMIT, Reading, apart, cuts, likelier, questions_of, readings, spoken_in
from assistant.qa.quoting import Quoter, Watch
from assistant.qa.retriever import Evidence, Retriever
from assistant.qa.revisions import VersionDesk
from assistant.qa.scope import Bounds, Scope
from assistant.qa.spelling import Speller
from assistant.qa.units import Unit
from assistant.qa.weighing import Scored, Weigher
from assistant.question import Question, clean_question, parse_question
from assistant.vocabulary import Vocabulary
from assistant.write.modes import is_written
from assistant.write.report import NAMES, finished
from corpus.catalogue import Catalogue
from corpus.faults import LibraryError
from corpus.library import Library

if TYPE_CHECKING:
    from assistant.model import ModelFault
    from assistant.qa.readers import Readers
    from assistant.write.writer import Draft, Writer

LONGEST_TURN = 100
"""Characters of a turn that a model is asked to make whole; a longer one says what it is about."""
BEGUN_AGAIN = 20
"""Times that a question is begun again since other processes change documents."""
LOOKED_BACK = 3
"""Turns of a conversation that are worked out anew where nothing is remembered of them."""

Made = TypeVar("Made")
Part = tuple[Question, Answer]
"""One of the questions of a turn, and its answer."""


@dataclass(frozen=True)
class Answered:
    """A turn in one reading, as a question, with the answer and the `parts` that it is made of: itself, where one thing is asked."""

    reading: Reading
    question: Question
    answer: Answer
    parts: Sequence[Part]


class Engine:
    """Answers questions from one library. Thread-safe as far as the library is.

    `watch` is shown each weighing of evidence: the question, the passages, their units with scores, best first. `readers` tell whether passages answer and with which words; where none reads, likeness
    does, as `caution` wants it. `writer` writes answers, as `mode` says; without one all are quoted.
    """

    def __init__(
        self,
        library: Library,
        catalogue: Catalogue,
        *,
        readers: Readers | None = None,
        caution: Caution = "normal",
        passages: int = 12,
        max_statements: int = 3,
        max_question: int = 2_000,
        writer: Writer | None = None,
        mode: Mode = "auto",
    ) -> None:
        self.library = library
        self.catalogue = catalogue
        self.vocabulary = Vocabulary.shipped()
        self.retriever = Retriever(library, readers.english) if readers else Retriever(library)
        self._weigher = Weigher(library, readers, caution)
        self._quoter = Quoter(
            library, catalogue, self.vocabulary, self.retriever, self._weigher, passages, max_statements
        )
        self._speller = Speller(library)
        self._versions = VersionDesk(library)
        self._caution = caution
        self.passages = passages
        self._most = max_statements
        self._max_question = max_question
        self.writer = writer
        self.mode = mode
        self._memory = Memory()

    @property
    def watch(self) -> Watch | None:
        """Who is shown each weighing of evidence."""
        return self._quoter.watch

    @watch.setter
    def watch(self, watch: Watch | None) -> None:
        self._quoter.watch = watch

    @property
    def watch_rows(self) -> WatchRows | None:
        """Who is shown each weighing of what the rows of a meeting tell (`assistant.meeting.MeetingDesk`)."""
        return self._quoter.desk.watch

    @watch_rows.setter
    def watch_rows(self, watch: WatchRows | None) -> None:
        self._quoter.desk.watch = watch

    def ask(
        self,
        text: str,
        history: Sequence[str] = (),
        language: str | None = None,
        *,
        mode: Mode | None = None,
        scope: Scope | None = None,
    ) -> Answer:
        """The answer to a question: what `stream` ends with. `history` are the earlier user turns, oldest first;
        `language` overrides the detected language of the question, `mode` the engine's; `scope` says which documents it
        is asked of."""
        *_, last = self.stream(text, history, language, mode=mode, scope=scope)
        assert isinstance(last, Finished)
        return last.answer

    def stream(
        self,
        text: str,
        history: Sequence[str] = (),
        language: str | None = None,
        *,
        mode: Mode | None = None,
        scope: Scope | None = None,
    ) -> Generator[Event, None, None]:
        """The answer while it comes about: each statement once it stands, in order, and at last the whole answer.

        A generator: closing it ends the request to the model.
        """
        begun = time.perf_counter()
        bounded = text[: self._max_question + 1]
        cleaned = clean_question(bounded)
        turns = [clean_question(turn[: self._max_question]) for turn in history[-HISTORY_LIMIT:]]
        spoken = language or spoken_in(cleaned[:400], turns)
        refused = self._refused(text, cleaned, spoken)
        if refused is not None:
            yield Finished(refused)
            return
        asked = cleaned
        if spoken == "en":
            asked, *turns = (self._speller.mended(turn) for turn in (cleaned, *turns))
        mode = mode or self.mode
        yield Progress("searching")
        bounds = scope.bounds(self.library) if scope else Bounds()
        before = self._whole(lambda: self._turn(turns, bounds))
        found = readings(asked, before.reading if before else None, spoken, self.vocabulary, self.catalogue)
        made, fault = self._rewritten(asked, turns, found) if mode != "quote" else (None, None)
        parsed = time.perf_counter()
        best = self._whole(lambda: self._answer_first(found, before, bounds, made))
        reading, answer = best.reading, best.answer
        self._keep([*turns, asked], bounds, reading, answer)
        writer = self.writer if fault is None and any(is_written(mode, *part) for part in best.parts) else None
        if writer is not None and len(best.parts) == 1:
            answer = yield from self._written(writer, best.question, answer)
        elif writer is not None:
            answer = yield from self._written_apart(writer, mode, best)
        else:
            yield from _said(answer)
            if self.writer is None and mode == "write":
                answer = replace(answer, notes=(*answer.notes, say("no_model", spoken, **NAMES)))
        done = time.perf_counter()
        timings = {
            "parse_ms": (parsed - begun) * 1e3,
            "answer_ms": (done - parsed) * 1e3,
            "total_ms": (done - begun) * 1e3,
        }
        notes = [*answer.notes]
        if reading is made:
            notes.append(say("read_as", spoken, question=reading.text))
        elif asked != cleaned:
            notes.append(say("read_as", spoken, question=asked))
        if fault is not None and self.writer is not None:
            notes.append(say(f"model_{fault.kind}", spoken, model=self.writer.model.name, **NAMES))
        yield Finished(replace(answer, question=cleaned, timings=timings, notes=tuple(dict.fromkeys(notes))))

    def _refused(self, text: str, cleaned: str, language: str) -> Answer | None:
        """What is said of a question that can't be answered as it is, or from no documents."""
        if not cleaned:
            return Answer("", language, "refused", say("empty", language))
        if len(text) > self._max_question:
            reason = say("too_long", language, length=len(text), limit=self._max_question)
            return Answer(cleaned[:200], language, "refused", reason)
        if not self.library.spoken():
            return Answer(cleaned, language, "not_found", say("empty_library", language))
        return None

    @property
    def signature(self) -> tuple[object, ...]:
        """What answers depend on beside the library: equal for engines that answer alike."""
        return self._weigher.readers, self._caution, self.passages, self._most

    def question(self, text: str, language: str | None = None) -> Question:
        """A question as the engine understands it."""
        return parse_question(text[: self._max_question], self.vocabulary, self.catalogue, language)

    def whole(self, text: str, history: Sequence[str] = ()) -> str:
        """A turn as it was understood after the turns before it: a question that stands alone."""
        turns = [clean_question(turn[: self._max_question]) for turn in (*history[-HISTORY_LIMIT:], text)]
        known = self._turn(turns, Bounds())
        return known.reading.text if known else text

    def search(self, text: str, limit: int = 10) -> list[Evidence]:
        """The passages nearest to a question, best first; an empty question finds nothing."""
        question = self.question(text)

        def found() -> list[Evidence]:
            evidence = self.retriever.retrieve(question, limit) if question.text else []
            return [each for each in evidence if each.document]

        return self._whole(found)

    def read(self, text: str, evidence: Sequence[Evidence]) -> list[Scored]:
        """What the reader says of passages: of each the unit that answers likeliest, best first."""
        return self._weigher.best_of_each(self.question(text), evidence)

    def weigh(self, question: Question, passages: Sequence[Evidence], evidence: Sequence[Evidence]) -> list[Scored]:
        """How far the units of some passages of the evidence for a question are above the bar for an answer, all of them read."""
        return self._weigher.each(question, passages, evidence)

    def weigh_first(self, subject: Question, documents: Sequence[str], most: int) -> list[Scored]:
        """The units of the `most` passages of some documents that search ranks first for a subject, all read, best first."""
        found = self.retriever.retrieve(subject, most, documents)
        return self.weigh(subject, found, found)

    def weigh_alone(self, question: Question, units: Sequence[Unit], evidence: Sequence[Evidence]) -> list[Scored]:
        """How far each of some units of the evidence is above the bar, read as a passage of its own, in the order given."""
        return self._weigher.alone(question, units, evidence)

    # Ways to an answer

    def _rewritten(
        self, text: str, history: Sequence[str], found: Sequence[Reading]
    ) -> tuple[Reading | None, ModelFault | None]:
        """A turn made whole by the model, where there is one and the turn may lean on what was said before; else None, and
        why the model failed."""
        if self.writer is None or not history or len(text) > LONGEST_TURN:
            return None, None
        from assistant.model import ModelFault
        from assistant.write.rewrite import rewritten

        leaning = next((each for each in found if each.leans), found[0])
        try:
            made = rewritten(self.writer.model, text, history, leaning, self.vocabulary, self.writer.away)
        except ModelFault as fault:
            return None, fault
        return made, None

    def _turn(self, turns: Sequence[str], bounds: Bounds, back: int = LOOKED_BACK) -> Turn | None:
        """What the last of some turns meant, and what answered it."""
        if not turns:
            return None
        known = self._memory.turn(_key(turns, bounds), self.library.versions())
        if known is not None:
            return known
        before = self._turn(turns[:-1], bounds, back - 1) if back > 1 else None
        spoken = spoken_in(turns[-1], turns[:-1])
        found = readings(turns[-1], before.reading if before else None, spoken, self.vocabulary, self.catalogue)
        best = self._answer_first(found, before, bounds)
        return self._keep(turns, bounds, best.reading, best.answer)

    def _keep(self, turns: Sequence[str], bounds: Bounds, reading: Reading, answer: Answer) -> Turn:
        turn = Turn(reading, first_cited(answer))
        self._memory.keep(_key(turns, bounds), self.library.versions(), turn)
        return turn

    def _whole(self, work: Callable[[], Made]) -> Made:
        """What some work on the library makes, begun again where another process has changed the library in the middle of it."""
        for _ in range(BEGUN_AGAIN):
            before = self.library.moment()
            try:
                return work()
            except (LibraryError, LookupError, ValueError):
                self.library.refresh()
                if self.library.moment() == before:
                    raise
        return work()

    def _answer_first(
        self,
        found: Sequence[Reading],
        before: Turn | None,
        bounds: Bounds,
        made: Reading | None = None,
        *,
        part: bool = False,
    ) -> Answered:
        """The reading of a turn that the documents answer best. What a model has made of it comes first, and what leans on the
        turns before and is answered keeps those behind it from being tried."""
        given: list[Answered] = []
        for reading in (made, *found) if made is not None else found:
            question = parse_question(reading.text, self.vocabulary, self.catalogue, reading.language, reading.focus)
            carried = before.passages if before is not None and reading.leans else ()
            question = _within(replace(question, carried=carried), bounds)
            parts = [(question, self._quoter.answer(question))] if part else self._answer(question)
            answer = parts[0][1] if len(parts) == 1 else self._several(question, parts)
            given.append(Answered(reading, question, answer, parts))
            if reading.leans and answer.status in ("answered", "partial"):
                break
        return given[likelier([each.answer for each in given])]

    def _answer(self, question: Question) -> list[Part]:
        """The answer to a question, or to each of the questions that it asks at once."""
        parts = questions_of(question.focus, question.language)
        if len(parts) > 1:
            answered = self._each(question, parts)
            if any(answer.status == "answered" for _, answer in answered):
                return answered
        whole = self._quoter.answer(question)
        for cut in cuts(question.focus, question.language) if whole.statements else ():
            if whole.statements[0].verdict != "derived" and self._same_place(cut, question):
                continue
            answered = self._each(question, cut, all_answered=True)
            if len(answered) == len(cut) and apart(whole, [answer for _, answer in answered]):
                return answered
        return [(question, whole)]

    def _same_place(self, parts: Sequence[str], question: Question) -> bool:
        """Whether search finds the same passage first for all parts of a question."""
        found = set()
        for part in parts:
            asked = parse_question(part, self.vocabulary, self.catalogue, question.language)
            evidence = self.retriever.retrieve(
                _within(asked, Bounds(question.within, question.of_item, question.parts)), 1
            )
            found |= {each.id for each in evidence[:1]}
        return len(found) < len(parts)

    def _each(self, question: Question, parts: Sequence[str], *, all_answered: bool = False) -> list[Part]:
        """The parts of a question with their answers, each read after those before it; with `all_answered` only up to the first
        that is not."""
        bounds = Bounds(question.within, question.of_item, question.parts)
        before = None
        if question.text != question.focus:
            before = Turn(
                Reading(
                    (question.text.removesuffix(question.focus).strip() or question.text,),
                    question.focus,
                    question.language,
                ),
                question.carried,
            )
        answered: list[Part] = []
        for part in parts:
            found = readings(
                part, before.reading if before else None, question.language, self.vocabulary, self.catalogue
            )
            best = self._answer_first(found, before, bounds, part=True)
            before = Turn(best.reading, first_cited(best.answer))
            answered += best.parts
            if all_answered and best.answer.status != "answered":
                break
        return answered

    def _several(self, question: Question, parts: Sequence[Part]) -> Answer:
        """The answers to the questions of a turn in one; what is not found is named."""
        answers = [answer for _, answer in parts]
        most = max(2, self._most // len(parts) + 1)
        said: list[Statement] = []
        for answer in answers:
            said += [one for one in answer.statements if one not in said][: None if answer.model else most]
        whole = self._quoter.answered(question, said)
        sure = [answer.confidence for answer in answers if answer.confidence is not None]
        chances = [answer.probability for answer in answers if answer.probability is not None]
        whole = replace(whole, confidence=min(sure, default=None), probability=min(chances, default=None))
        told = [
            say("part_not_certain" if answer.status == "tentative" else "part_not_found", whole.language,
                part=asked.focus.strip(" ?？؟"))
            for asked, answer in parts if answer.status not in ("answered", "partial")
        ]  # fmt: skip
        see = tuple(dict.fromkeys(pointer for one in answers if one.status != "answered" for pointer in one.see_also))
        reason = " ".join([*told, whole.reason])
        if any(answer.status != "answered" for answer in answers):
            whole = replace(whole, status="partial", see_also=see)
        return replace(whole, reason=reason)

    # Writing answers

    def _written(self, writer: Writer, question: Question, quoted: Answer) -> Generator[Event, None, Answer]:
        """The answer written by the model from the evidence of this turn, each sentence said once it stands; with what
        would have been quoted where too little of it stands."""
        language = question.language
        evidence = self._quoter.evidence_for(question, quoted)
        if not evidence:
            yield from _said(quoted)
            return quoted
        kept: list[Statement] = []
        shown = 0
        with closing(writer.write(question.text, evidence[0].document.language, evidence)) as writing:
            while True:
                try:
                    event = next(writing)
                except StopIteration as end:
                    draft: Draft = end.value
                    break
                if isinstance(event, Progress):
                    yield event
                    continue
                kept.append(event)
                told, _ = self._versions.corrected(ordered(kept), language)
                yield from said(ordered(told), shown)
                shown = len(ordered(told))
        answer = quoted
        if kept:
            quotes = quoted.statements if draft.too_little and quoted.status == "answered" else ()
            answer = self._quoter.answered(question, [*kept, *quotes])
        yield from _said(answer, shown)
        return finished(answer, quoted, draft, writer.model.name)

    def _written_apart(self, writer: Writer, mode: Mode, quoted: Answered) -> Generator[Event, None, Answer]:
        """The answers to the questions of a turn, written or quoted each by itself, in one."""
        told: list[Part] = []
        for question, answer in quoted.parts:
            if is_written(mode, question, answer):
                answer = yield from _quietly(self._written(writer, question, answer))
            told.append((question, answer))
        answers = [answer for _, answer in told]
        whole = self._several(quoted.question, told)
        yield from _said(whole)
        return replace(
            whole,
            notes=tuple(dict.fromkeys([*whole.notes, *(note for answer in answers for note in answer.notes)])),
            model=writer.model.name,
            raw=tuple(text for answer in answers for text in answer.raw),
            dropped=tuple(each for answer in answers for each in answer.dropped),
        )


def _quietly(events: Generator[Event, None, Answer]) -> Generator[Event, None, Answer]:
    """A stream whose statements are not told, since others may come before them."""
    with closing(events):
        while True:
            try:
                event = next(events)
            except StopIteration as end:
                answer: Answer = end.value
                return answer
            if isinstance(event, Progress):
                yield event


def _key(turns: Sequence[str], bounds: Bounds) -> Hashable:
    return tuple(turns), bounds.within, bounds.of_item


def _within(question: Question, bounds: Bounds) -> Question:
    return replace(question, within=bounds.within, of_item=bounds.of_item, parts=bounds.parts)


def _said(answer: Answer, first: int = 0) -> list[Said]:
    return said(answer.statements, first, doubt(answer.status, answer.language))
