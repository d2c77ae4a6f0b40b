"""From a turn of a conversation to an answer: what is meant, what each question of it is answered with, and how it is said."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from assistant.frames import say
from assistant.meeting import WatchRows
from assistant.qa.abstention import Caution
from assistant.qa.answer import Answer, Event, Finished, Mode, Progress, said_of
from assistant.qa.citations import Composer, Part
from assistant.qa.query import (
    HISTORY_LIMIT,
    Memory,
    Reading,
    Speller,
    Turn,
    apart,
    cuts,
    first_cited,
    likelier,
    questions_of,
    readings,
    spoken_in,
)
from assistant.qa.quoting import Quoter, Watch
from assistant.qa.retriever import Evidence, Retriever
from assistant.qa.scope import Scope
from assistant.qa.units import Unit
from assistant.qa.weighing import Scored, Weigher
from assistant.question import Bounds, Question, clean_question, parse_question
from assistant.vocabulary import Vocabulary
from assistant.write.report import NAMES
from corpus.catalogue import Catalogue
from corpus.corpus_errors import LibraryError
from corpus.library import Library

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.postprocessor.types import BaseNodePostprocessor

    from assistant.qa.generator import AnswerGenerator
    from assistant.qa.readers import Readers
    from assistant.write.writer import Writer

BEGUN_AGAIN = 20
"""Times that a question is begun again since other processes change documents."""
LOOKED_BACK = 3
"""Turns of a conversation that are worked out anew where nothing is remembered of them."""

Made = TypeVar("Made")


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
        self._composer = Composer(library, max_statements)
        self._quoter = Quoter(
            library, catalogue, self.retriever, self._weigher, self._composer, passages, max_statements
        )
        self._speller = Speller(library)
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
        generator = self._generator() if mode != "quote" else None
        made, fault = generator.whole(asked, turns, found, self.vocabulary) if generator else (None, None)
        parsed = time.perf_counter()
        best = self._whole(lambda: self._answer_first(found, before, bounds, made))
        reading, answer = best.reading, best.answer
        self._keep([*turns, asked], bounds, reading, answer)
        if generator is not None and fault is None:
            answer = yield from generator.written(mode, best.question, answer, best.parts)
        else:
            yield from said_of(answer)
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
        if generator is not None and fault is not None:
            notes.append(say(f"model_{fault.kind}", spoken, model=generator.model, **NAMES))
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

    # Parts of LlamaIndex, which takes a second to import

    def as_retriever(self, limit: int = 10) -> BaseRetriever:
        """The search as a LlamaIndex retriever: nodes are passages."""
        from assistant.llama import PassageRetriever

        return PassageRetriever(self, limit)

    def as_postprocessor(self) -> BaseNodePostprocessor:
        """The reader as a LlamaIndex node postprocessor (`assistant.llama.PassageReader`)."""
        from assistant.llama import PassageReader

        return PassageReader(self)

    def as_query_engine(self) -> BaseQueryEngine:
        """The whole as a LlamaIndex query engine (`assistant.llama.AnswerEngine`)."""
        from assistant.llama import AnswerEngine

        return AnswerEngine(self)

    # Ways to an answer

    def _generator(self) -> AnswerGenerator | None:
        """What has answers written; None without a model."""
        if self.writer is None:
            return None
        from assistant.qa.generator import AnswerGenerator

        composer, places = self._composer, self._quoter.places
        return AnswerGenerator(self.library, self.retriever, places, composer, self.writer, self.passages)

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
            question = replace(question.bounded(bounds), carried=carried)
            parts = [(question, self._quoter.answer(question))] if part else self._answer(question)
            answer = parts[0][1] if len(parts) == 1 else self._composer.several(question, parts)
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
            found |= {each.id for each in self.retriever.retrieve(question.asking(part), 1)}
        return len(found) < len(parts)

    def _each(self, question: Question, parts: Sequence[str], *, all_answered: bool = False) -> list[Part]:
        """The parts of a question with their answers, each read after those before it; with `all_answered` only up to the first
        that is not."""
        before = None
        if question.text != question.focus:
            earlier = question.text.removesuffix(question.focus).strip() or question.text
            before = Turn(Reading((earlier,), question.focus, question.language), question.carried)
        answered: list[Part] = []
        for part in parts:
            found = readings(
                part, before.reading if before else None, question.language, self.vocabulary, self.catalogue
            )
            best = self._answer_first(found, before, question, part=True)
            before = Turn(best.reading, first_cited(best.answer))
            answered += best.parts
            if all_answered and best.answer.status != "answered":
                break
        return answered


def _key(turns: Sequence[str], bounds: Bounds) -> Hashable:
    return tuple(turns), bounds.within, bounds.of_item
