"""From a turn of a conversation to an answer: what is meant, what each question of it is answered with, and how it is said."""

from __future__ import annotations

import time
from collections.abc import Generator, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.answer_phrases import say
from assistant.generation.generation_report import NAMES
from assistant.qa.abstention import CERTAIN_STANDALONE_ODDS, Caution
from assistant.qa.answer import Answer, Citation, Event, Finished, Mode, Progress, answer_events
from assistant.qa.citations import AnswerComposer, Part, unsure
from assistant.qa.extractive import ExtractiveAnswerer
from assistant.qa.query import (
    HISTORY_LIMIT,
    MARKS,
    Interpretation,
    SpellingCorrector,
    Turn,
    TurnCache,
    answered_apart,
    asks_twice,
    cuts,
    first_cited,
    interpretations,
    most_likely,
    questions_of,
    slots,
    turn_language,
)
from assistant.qa.retriever import Evidence, Retriever
from assistant.qa.scope import Scope
from assistant.qa.scoring import FIRST, READ, ScoredUnit, Scorer
from assistant.qa.units import Unit, worded
from assistant.question import Bounds, Question, clean_question, parse_question
from assistant.vocabulary import Vocabulary
from corpus.catalogue import Catalogue
from corpus.library import Library

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.postprocessor.types import BaseNodePostprocessor

    from assistant.generation.writer import Writer
    from assistant.qa.generator import AnswerGenerator
    from assistant.qa.readers import Readers

LOOKED_BACK = 3
"""Turns of a conversation that are worked out anew where nothing is remembered of them."""


@dataclass(frozen=True)
class AnsweredTurn:
    """A turn in one interpretation, as a question, with the answer and the `parts` that it is made of: itself, where one thing is asked."""

    interpretation: Interpretation
    question: Question
    answer: Answer
    parts: Sequence[Part]


class Engine:
    """Answers questions from one library. Thread-safe as far as the library is.

    `readers` tell whether passages answer and with which words; where none reads, likeness does, as `caution` wants it. `writer`
    writes answers, as `mode` says; without one all are quoted.
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
        self.library, self.catalogue, self.vocabulary = library, catalogue, Vocabulary.shipped()
        self.retriever = Retriever(library, readers.english) if readers else Retriever(library)
        self.scorer = Scorer(library, readers, caution)
        self._composer = AnswerComposer(library, max_statements)
        self.extractive = ExtractiveAnswerer(library, catalogue, self.retriever, self.scorer, self._composer, passages)
        self._spelling, self._memory = SpellingCorrector(library), TurnCache()
        self.passages, self._max_question = passages, max_question
        self.writer, self.mode = writer, mode
        self.signature = self.scorer.readers, caution, passages, max_statements
        """What answers depend on beside the library: equal for engines that answer alike."""

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
        `language` overrides the detected language of the question, `mode` the engine's."""
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
        cleaned = clean_question(text[: self._max_question + 1])
        turns = [clean_question(turn[: self._max_question]) for turn in history[-HISTORY_LIMIT:]]
        spoken = language or turn_language(cleaned[:400], turns, self.library)
        bounds = (scope or Scope()).bounds(self.library)
        refused = self._refused(text, cleaned, spoken)
        if refused:
            yield Finished(refused)
            return
        asked = cleaned
        if spoken == "en":
            asked, *turns = (self._spelling.correct(turn) for turn in (cleaned, *turns))
        alone = None if bounds.within is not None else self.question(asked, spoken)
        lone = alone is not None and not turns and _lone(alone)
        silent = alone is not None and self.silent(alone)
        if alone is not None and silent and not turns:
            yield Finished(_saying_nothing(alone))
            return
        mode = mode or self.mode
        yield Progress("searching")
        before = self.library.retry_if_changed(lambda: self._turn(turns, bounds))
        found = self._interpretations(asked, before, spoken)
        generator = self._generator() if mode != "quote" else None
        made, fault = generator.whole(asked, turns, found, self.vocabulary) if generator else (None, None)
        parsed = time.perf_counter()
        best = self.library.retry_if_changed(lambda: self._answer_first(found, before, bounds, made))
        answer = best.answer
        if alone is not None and silent and _worded(alone.content) and answer.status != "answered":
            yield Finished(_saying_nothing(alone))  # "Thank you", after whatever was asked
            return
        quoted = answer.confidence is not None and answer.statements and answer.statements[0].verdict != "derived"
        if lone and answer.status == "answered" and quoted:
            answer = unsure(answer)  # one word asks nothing that could be answered
        self._keep([*turns, asked], bounds, best)
        if generator is not None and fault is None:
            answer = yield from generator.written(mode, best.question, answer, best.parts)
        else:
            yield from answer_events(answer)
        notes = [*answer.notes]
        if self.writer is None and mode == "write":
            notes.append(say("no_model", spoken, **NAMES))
        done = time.perf_counter()
        spans = {"parse_ms": parsed - begun, "answer_ms": done - parsed, "total_ms": done - begun}
        timings = {name: seconds * 1e3 for name, seconds in spans.items()}
        if best.interpretation is made or asked != cleaned:
            notes.append(say("read_as", spoken, question=made.text if made and best.interpretation is made else asked))
        if generator is not None and fault is not None:
            notes.append(say(f"model_{fault.kind}", spoken, model=generator.model, **NAMES))
        yield Finished(replace(answer, question=cleaned, timings=timings, notes=tuple(dict.fromkeys(notes))))

    def silent(self, question: Question) -> bool:
        """Whether a question that leans on nothing says nothing that could be looked for: no word, or one alone that no text says; where
        no text is in its language, none at all."""
        words = _worded(question.content)
        if not _lone(question):
            return False
        if question.language not in self.library.passage_languages():
            return not words
        return not any(self.library.document_frequency(words, question.language).values())

    def _refused(self, text: str, cleaned: str, language: str) -> Answer | None:
        """What is said of a question that can't be answered as it is, or from no documents."""
        if not any(sign.isalnum() for sign in cleaned):
            return Answer("", language, "refused", say("empty", language))
        if len(text) > self._max_question:
            reason = say("too_long", language, length=len(text), limit=self._max_question)
            return Answer(cleaned[:200], language, "refused", reason)
        if not self.library.passage_languages():
            return Answer(cleaned, language, "not_found", say("empty_library", language))
        return None

    def subject(self, text: str, language: str | None = None) -> Question:
        """The subject of a paper, understood as a question that leans on nothing: in the language that its words tell, with its spelling
        mended."""
        cleaned = clean_question(text[: self._max_question])
        spoken = language or turn_language(cleaned[:400], (), self.library)
        return self.question(self._spelling.correct(cleaned) if spoken == "en" else cleaned, spoken)

    def question(self, text: str, language: str | None = None) -> Question:
        question = parse_question(text[: self._max_question], self.vocabulary, self.catalogue, language)
        return question.bounded(Scope().bounds(self.library))

    def whole(self, text: str, history: Sequence[str] = ()) -> str:
        """A turn as it was understood after the turns before it: a question that stands alone."""
        turns = [clean_question(turn[: self._max_question]) for turn in (*history[-HISTORY_LIMIT:], text)]
        known = self._turn(turns, Scope().bounds(self.library))
        return known.interpretation.text if known else text

    def search(self, text: str, limit: int = 10) -> list[Evidence]:
        """The passages nearest to a question, best first; an empty question finds nothing."""
        question = self.question(text)

        def found() -> list[Evidence]:
            evidence = self.retriever.retrieve(question, limit) if question.text else []
            return [hit for hit in evidence if hit.document]

        return self.library.retry_if_changed(found)

    def score_first(self, subject: Question, documents: Sequence[str], most: int) -> list[ScoredUnit]:
        """The units of the `most` passages of some documents that search ranks first for a subject, all read, best first."""
        found = self.retriever.retrieve(subject, most, documents)
        return self.scorer.score_passages(subject, found, found)

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
        if self.writer is None:
            return None
        from assistant.qa.generator import AnswerGenerator

        places = self.extractive.places
        return AnswerGenerator(self.library, self.retriever, places, self._composer, self.writer, self.passages)

    def _turn(self, turns: Sequence[str], bounds: Bounds, back: int = LOOKED_BACK) -> Turn | None:
        """What the last of some turns meant, and what answered it."""
        if not turns:
            return None
        known = self._memory.turn(_key(turns, bounds), self.library.versions())
        if known is not None:
            return known
        before = self._turn(turns[:-1], bounds, back - 1) if back > 1 else None
        found = self._interpretations(turns[-1], before, turn_language(turns[-1], turns[:-1], self.library))
        return self._keep(turns, bounds, self._answer_first(found, before, bounds))

    def _keep(self, turns: Sequence[str], bounds: Bounds, answered: AnsweredTurn) -> Turn:
        turn = Turn(answered.interpretation, first_cited(answered.answer))
        self._memory.keep(_key(turns, bounds), self.library.versions(), turn)
        return turn

    def _interpretations(self, turn: str, before: Turn | None, spoken: str) -> Sequence[Interpretation]:
        held = Bounds(known=self.library.versions().known_symbols)
        return interpretations(
            turn, before.interpretation if before else None, spoken, self.vocabulary, self.catalogue, held
        )

    def _answer_first(
        self,
        found: Sequence[Interpretation],
        before: Turn | None,
        bounds: Bounds,
        made: Interpretation | None = None,
        *,
        most: int | None = None,
    ) -> AnsweredTurn:
        """The interpretation of a turn that the documents answer best. What a model has made of it comes first, and what leans on the
        turns before and is answered keeps those behind it from being tried. Of a part of a question, which is one question,
        `most` passages are read."""
        given: list[AnsweredTurn] = []
        for interpretation in (made, *found) if made is not None else found:
            question = parse_question(
                interpretation.text, self.vocabulary, self.catalogue, interpretation.language, interpretation.focus
            )
            carried = before.passages if before is not None and interpretation.leans else ()
            question = replace(question.bounded(bounds), carried=carried)
            parts = [(question, self.extractive.answer(question, most))] if most else self._answer(question)
            answer = parts[0][1] if len(parts) == 1 else self._composer.several(question, parts)
            given.append(AnsweredTurn(interpretation, question, answer, parts))
            if interpretation.leans and answer.status in ("answered", "partial"):
                break
        alone = [self._by_itself(each) for each in given] if len(given) > 1 else [None]
        told = [(each.interpretation, each.answer, own and own[0]) for each, own in zip(given, alone, strict=True)]
        before_it = before.passages if before is not None else ()
        best = most_likely(told, self.vocabulary, self.library, before_it) if len(told) > 1 else 0
        answer, own = given[best].answer, alone[best]
        weighed = answer.status == "answered" and answer.probability is not None
        if weighed and own is not None and own[1] < CERTAIN_STANDALONE_ODDS:
            return replace(given[best], answer=unsure(answer))
        return given[best]

    def _by_itself(self, given: AnsweredTurn) -> tuple[float, float] | None:
        """How likely, in log-odds, what is cited first answers what was asked last without the turns before: the words that are quoted, and
        their passage. None where the interpretation does not lean on these turns, or nothing is cited. What rows tell is not in their words."""
        first = given.answer.statements[:1] if given.interpretation.leans else ()
        cited = [citation for each in first for citation in each.citations]
        evidence = Evidence.held(self.library, [each.id for each in cited[:1]], 1.0)
        scored = self.scorer.score_passages(given.question.asking(given.interpretation.focus), evidence, evidence)
        if not scored:
            return None
        quoted = [candidate for candidate in scored if any(_quotes(citation, candidate.unit) for citation in cited)]
        told = quoted if quoted and first[0].verdict != "derived" else scored
        return max(each.odds for each in told), max(candidate.odds for candidate in scored)

    def _answer(self, question: Question) -> list[Part]:
        """The answer to a question, or to each of the questions that it asks at once."""
        parts = questions_of(question.focus, question.language)
        if len(parts) > 1:
            answered = self._each(question, parts)
            if any(answer.status == "answered" for _, answer in answered):
                return answered
        whole = self.extractive.answer(question)
        tried = [*cuts(question.focus, question.language)] if whole.statements else []
        # The second half of a sentence speaks of what the first one names.
        items = [question.text[slot.start : slot.end] for slot in slots(question) if slot.kind == "item"]
        named = ", ".join([*(symbol.text for symbol in question.symbols), *items])
        for cut in tried:
            if asks_twice(question.focus, cut, question.language, self.vocabulary):
                answered = self._each(question, cut, named=named)
                first = [first_cited(answer)[:1] for _, answer in answered if answer.status == "answered"]
                # The whole is the answer to one of them, or to neither for sure.
                if first and (whole.status != "answered" or first_cited(whole)[:1] in first):
                    return answered
        for cut in tried:
            if whole.statements[0].verdict != "derived" and self._same_place(cut, question):
                continue
            # Most sentences are one question, which few passages tell.
            for most in (FIRST, READ):
                answered = self._each(question, cut, most, named=named, all_answered=True)
                if len(answered) < len(cut) or not answered_apart(
                    whole, [answer for _, answer in answered], self.library
                ):
                    break
            else:
                return answered
        return [(question, whole)]

    def _same_place(self, parts: Sequence[str], question: Question) -> bool:
        """Whether search finds the same passage first for all parts of a question, and that is none of a first page, whose lines tell
        different things."""
        first = [hit for part in parts for hit in self.retriever.retrieve(question.asking(part), 1)]
        found = {each.id: each for each in first if worded(each) == each}
        return len(found) < len(parts) and len(found) == len({each.id for each in first})

    def _each(
        self, question: Question, parts: Sequence[str], most: int = READ, *, named: str = "", all_answered: bool = False
    ) -> list[Part]:
        """The parts of a question with their answers, each read after those before it, which has `named` what it does not itself; with
        `all_answered` only up to the first that is not."""
        before = None
        if question.text != question.focus:
            earlier = question.text.removesuffix(question.focus).strip() or question.text
            before = Turn(Interpretation((earlier,), question.focus, question.language), question.carried)
        answered: list[Part] = []
        for part in parts:
            found = self._interpretations(part, before, question.language)
            if answered and named and not ((again := question.asking(part)).symbols or again.items):
                asked = f"{part.rstrip(MARKS)} ({named})?"
                found = (Interpretation((asked,), asked, question.language, leans=True), *found)
            best = self._answer_first(found, before, question, most=most)
            before = Turn(best.interpretation, first_cited(best.answer))
            answered += best.parts
            if all_answered and best.answer.status != "answered":
                break
        return answered


def _lone(question: Question) -> bool:
    """Whether a turn has one word of content or none, and names no text, place or day and nothing in capitals; with one word it is no
    question by its form ("Who is the Rapporteur?")."""
    named = question.symbols or question.acts_lacking or question.named or question.items or question.articles
    dated = question.days or question.months or question.weekdays or question.nth_days
    if named or dated or any(len(word) > 1 and word.isupper() for word in question.text.split()):
        return False
    words, text = _worded(question.content), question.text
    asks = question.vocabulary.says("interrogatives", text, question.language) or (text[-1:] in "?？؟" and " " in text)
    return not words or (len(words) < 2 and not asks)


def _saying_nothing(question: Question) -> Answer:
    """What is said of a turn that says nothing which could be looked for."""
    name = "no_such_word" if _worded(question.content) else "no_words"
    reason = say(name, question.language, word=question.text.rstrip("?？؟!. "))
    return Answer(question.text[:200], question.language, "refused", reason)


def _worded(tokens: Iterable[str]) -> list[str]:
    """Those of some words, each once, that are no numbers."""
    return [token for token in dict.fromkeys(tokens) if any(letter.isalpha() for letter in token)]


def _quotes(citation: Citation, unit: Unit) -> bool:
    return citation.document == unit.document.id and citation.start < unit.end and unit.start < citation.end


def _key(turns: Sequence[str], bounds: Bounds) -> Hashable:
    return tuple(turns[-HISTORY_LIMIT:]), bounds.within, bounds.of_item
