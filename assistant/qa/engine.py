"""The query engine: interprets a turn of a conversation, answers each question in it, and streams the answer."""

from __future__ import annotations

import time
from collections.abc import Generator, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from assistant.answer_phrases import joined, run_on, say
from assistant.generation.generation_report import NAMES
from assistant.qa.abstention import (
    CERTAIN_ODDS,
    CERTAIN_STANDALONE_ODDS,
    CONTINUED_GAP,
    MIN_FOLLOW_UP_ODDS,
    RULE_ODDS,
    SENTENCE_WORDS,
    Caution,
    log_odds,
)
from assistant.qa.answer import Answer, Citation, Event, Finished, Mode, Progress, answer_events
from assistant.qa.citations import AnswerComposer, Part, as_tentative
from assistant.qa.extractive import ExtractiveAnswerer
from assistant.qa.query import (
    HISTORY_LIMIT,
    MARKS,
    Interpretation,
    SpellingCorrector,
    Turn,
    TurnCache,
    asks_two_questions,
    first_cited,
    interpretations,
    most_likely,
    possible_splits,
    slots,
    split_questions,
    turn_language,
    words_of_passage,
)
from assistant.qa.retriever import Evidence, Retriever
from assistant.qa.scope import Scope
from assistant.qa.scoring import STEPS, ScoredUnit, Scorer
from assistant.qa.units import Unit
from assistant.question import Bounds, Question, clean_question, parse_question
from assistant.vocabulary import Vocabulary
from corpus.analysis import analyse
from corpus.catalogue import Catalogue
from corpus.documents import Span
from corpus.library import Library

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.postprocessor.types import BaseNodePostprocessor

    from assistant.generation.writer import Writer
    from assistant.model import ModelFault
    from assistant.qa.generator import AnswerGenerator
    from assistant.qa.readers import Readers

NAMED, LOOKED_AT = 3, 100
"""Documents named where a turn has nothing to search for, and among how many of them those in its language are sought."""
LOOKED_BACK = 3
"""Earlier turns that are answered again where the cache does not have them."""


@dataclass(frozen=True)
class AnsweredTurn:
    """An interpretation of a turn, parsed as a question, with its answer and the `parts` that make it up (one where one thing is asked)."""

    interpretation: Interpretation
    question: Question
    answer: Answer
    parts: Sequence[Part]


class ReadAlone(NamedTuple):
    """The words that an answer quotes first, as they were read for the last turn by itself, and the log-odds that their passage answers it."""

    quoted: ScoredUnit
    whole: float


class Engine:
    """Answers questions from one library. Thread-safe as far as the library is.

    `readers` score whether passages answer and with which words; where no reader reads the language, similarity of embeddings is used.
    `caution` selects the thresholds. `writer` writes answers as `mode` says; without one all answers are quotes.
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
        self._spelling, self._cache = SpellingCorrector(library), TurnCache()
        self.passages, self._max_question = passages, max_question
        self.writer, self.mode = writer, mode
        self.signature = self.scorer.readers, caution, passages, max_statements
        """What answers depend on beside the library: equal for engines that give the same answers."""

    def ask(
        self,
        text: str,
        history: Sequence[str] = (),
        language: str | None = None,
        *,
        mode: Mode | None = None,
        scope: Scope | None = None,
    ) -> Answer:
        """The answer to a question, the last event of `stream`. `history` are the earlier user turns, oldest first; `language`
        overrides the detected language of the question, `mode` that of the engine."""
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
        """The answer as events: each statement as soon as it is final, in order, and last the whole answer.

        Closing the generator ends the request to the model.
        """
        started = time.perf_counter()
        cleaned = clean_question(text[: self._max_question + 1])
        turns = [clean_question(turn[: self._max_question]) for turn in history[-HISTORY_LIMIT:]]
        in_language = language or turn_language(cleaned[:400], turns, self.library)
        bounds = (scope or Scope()).bounds(self.library)
        if refusal := self._refusal(text, cleaned, in_language):
            yield Finished(refusal)
            return
        last_turn = cleaned
        if in_language == "en":
            last_turn, *turns = (self._spelling.correct(turn) for turn in (cleaned, *turns))
        question = self.question(last_turn, in_language)
        unsearchable = self.has_nothing_to_search(question)
        if unsearchable and not turns and bounds.within is None:
            yield Finished(self._nothing_to_search(question))
            return
        mode = mode or self.mode
        yield Progress("searching")
        previous = self.library.retry_if_changed(lambda: self._turn(turns, bounds))
        candidates = self._interpretations(last_turn, previous, in_language)
        generator = self._generator() if mode != "quote" else None
        rewritten, fault = (
            generator.rewrite(last_turn, turns, candidates, self.vocabulary) if generator else (None, None)
        )
        parsed = time.perf_counter()
        best = self.library.retry_if_changed(lambda: self._best_answer(candidates, previous, bounds, rewritten))
        answer = best.answer
        unanswered = unsearchable and turns and _own_words(question) and answer.status != "answered"
        if unanswered or self._comes_from_before(previous, best, question):
            yield Finished(self._nothing_to_search(question))  # "Thank you", after whatever was asked
            return
        if bounds.within is None and not best.interpretation.leans and _is_single_word(question):
            answer = _as_answer_to_one_word(answer)
        self._remember([*turns, last_turn], bounds, best)
        if generator is not None and fault is None:
            answer = yield from generator.written(mode, best.question, answer, best.parts)
        else:
            yield from answer_events(answer)
        finished = time.perf_counter()
        seconds = {"parse_ms": parsed - started, "answer_ms": finished - parsed, "total_ms": finished - started}
        timings = {name: value * 1e3 for name, value in seconds.items()}
        understood = rewritten.text if rewritten is not None and best.interpretation is rewritten else last_turn
        is_changed = best.interpretation is rewritten or last_turn != cleaned
        notes = self._notes(mode, in_language, understood if is_changed else None, fault)
        answer = replace(answer, notes=tuple(dict.fromkeys([*answer.notes, *notes])))
        yield Finished(replace(answer, question=cleaned, timings=timings))

    def _notes(self, mode: Mode, language: str, understood: str | None, fault: ModelFault | None) -> Iterable[str]:
        """How a turn was answered: without a model that was to write, as another question than its words (`understood`), or with a fault of the
        model."""
        if self.writer is None and mode == "write":
            yield say("no_model", language, **NAMES)
        if understood is not None:
            yield say("read_as", language, question=understood)
        if self.writer is not None and fault is not None:
            yield say(f"model_{fault.kind}", language, model=self.writer.model.name, **NAMES)

    def has_nothing_to_search(self, question: Question) -> bool:
        """Whether a question that stands alone has nothing to search for: no word, or a single word that no text has; where no text is in
        its language, no word at all."""
        words = _own_words(question)
        if not _is_single_word(question):
            return False
        if question.language not in self.library.passage_languages():
            return not words
        return not self._is_in_library(words, question.language)

    def _is_in_library(self, words: Sequence[str], language: str) -> bool:
        return any(self.library.document_frequency(words, language).values())

    def _comes_from_before(self, previous: Turn | None, best: AnsweredTurn, question: Question) -> bool:
        """Whether a turn that asks and names nothing is answered only from what was asked before: the passage has none of its words and does not
        answer it by itself, and the previous answer had that passage, or no text has these words."""
        if previous is None or not best.interpretation.leans or not _is_single_word(question):
            return False
        if (read := self._read_alone(best)) and read.quoted.odds >= MIN_FOLLOW_UP_ODDS:
            return False
        words, cited = set(_own_words(question)), best.answer.citations[:1]
        if not words or not cited or any(words & words_of_passage(each, self.library) for each in cited):
            return False
        readable = question.language in self.library.passage_languages()
        unknown = readable and not self._is_in_library([*words], question.language)
        return unknown or any(each.id in previous.passages for each in cited)

    def _nothing_to_search(self, question: Question) -> Answer:
        """The refusal of a turn that has nothing to search for, which says what the library has."""
        language, words = question.language, _own_words(question)
        unknown = words and not self._is_in_library(words, language)
        reason = say("no_such_word" if unknown else "no_words", language, word=question.text.rstrip("?？؟!. "))
        headers = sorted(islice(self.library.iter_headers(), LOOKED_AT), key=lambda each: each.language != language)
        names = joined([*dict.fromkeys(each.label for each in headers)][:NAMED], language)
        about = say("what_it_is", language, count=len(self.library.document_ids()), names=names)
        return Answer(question.text[:200], language, "refused", run_on([reason, about], language))

    def _refusal(self, text: str, cleaned: str, language: str) -> Answer | None:
        """The refusal of a question that is empty or too long, or asked of an empty library; None for any other."""
        if not any(sign.isalnum() for sign in cleaned):
            return Answer("", language, "refused", say("empty", language))
        if len(text) > self._max_question:
            reason = say("too_long", language, length=len(text), limit=self._max_question)
            return Answer(cleaned[:200], language, "refused", reason)
        if not self.library.passage_languages():
            return Answer(cleaned, language, "not_found", say("empty_library", language))
        return None

    def subject(self, text: str, language: str | None = None) -> Question:
        """The subject of a paper, parsed as a question that stands alone: in its detected language, with its spelling corrected."""
        cleaned = clean_question(text[: self._max_question])
        in_language = language or turn_language(cleaned[:400], (), self.library)
        return self.question(self._spelling.correct(cleaned) if in_language == "en" else cleaned, in_language)

    def question(self, text: str, language: str | None = None) -> Question:
        question = parse_question(text[: self._max_question], self.vocabulary, self.catalogue, language)
        return question.bounded(Scope().bounds(self.library))

    def whole(self, text: str, history: Sequence[str] = ()) -> str:
        """A turn as it was interpreted after the turns before it, as a question that stands alone."""
        turns = [clean_question(turn[: self._max_question]) for turn in (*history[-HISTORY_LIMIT:], text)]
        last = self._turn(turns, Scope().bounds(self.library))
        return last.interpretation.text if last else text

    def search(self, text: str, limit: int = 10) -> list[Evidence]:
        """The passages that search ranks first for a question, best first; an empty question finds nothing."""
        question = self.question(text)

        def retrieve() -> list[Evidence]:
            evidence = self.retriever.retrieve(question, limit) if question.text else []
            return [hit for hit in evidence if hit.document]

        return self.library.retry_if_changed(retrieve)

    def score_first(self, subject: Question, documents: Sequence[str], most: int) -> list[ScoredUnit]:
        """The scored units of the `most` passages of some documents that search ranks first for a subject, all read, best first."""
        evidence = self.retriever.retrieve(subject, most, documents)
        return self.scorer.score_passages(subject, evidence, evidence)

    # Adapters for LlamaIndex, imported only when used: the import takes a second

    def as_retriever(self, limit: int = 10) -> BaseRetriever:
        """The search as a LlamaIndex retriever: nodes are passages."""
        from assistant.llama import PassageRetriever

        return PassageRetriever(self, limit)

    def as_postprocessor(self) -> BaseNodePostprocessor:
        """The reader as a LlamaIndex node postprocessor (`assistant.llama.PassageReader`)."""
        from assistant.llama import PassageReader

        return PassageReader(self)

    def as_query_engine(self) -> BaseQueryEngine:
        """The engine as a LlamaIndex query engine (`assistant.llama.AnswerEngine`)."""
        from assistant.llama import AnswerEngine

        return AnswerEngine(self)

    # The steps from a turn to an answer

    def _generator(self) -> AnswerGenerator | None:
        if self.writer is None:
            return None
        from assistant.qa.generator import AnswerGenerator

        places = self.extractive.places
        return AnswerGenerator(self.library, self.retriever, places, self._composer, self.writer, self.passages)

    def _turn(self, turns: Sequence[str], bounds: Bounds, depth: int = LOOKED_BACK) -> Turn | None:
        """The interpretation of the last of some turns, and the passages that answered it: from the cache, else worked out again."""
        if not turns:
            return None
        cached = self._cache.get(_key(turns, bounds), self.library.versions())
        if cached is not None:
            return cached
        previous = self._turn(turns[:-1], bounds, depth - 1) if depth > 1 else None
        candidates = self._interpretations(turns[-1], previous, turn_language(turns[-1], turns[:-1], self.library))
        return self._remember(turns, bounds, self._best_answer(candidates, previous, bounds))

    def _remember(self, turns: Sequence[str], bounds: Bounds, answered: AnsweredTurn) -> Turn:
        turn = Turn.of(answered.interpretation, answered.answer)
        self._cache.put(_key(turns, bounds), self.library.versions(), turn)
        return turn

    def _interpretations(self, turn: str, previous: Turn | None, in_language: str) -> Sequence[Interpretation]:
        bounds = Bounds(known=self.library.versions().known_symbols)
        return interpretations(
            turn, previous.interpretation if previous else None, in_language, self.vocabulary, self.catalogue, bounds
        )

    def _best_answer(
        self,
        candidates: Sequence[Interpretation],
        previous: Turn | None,
        bounds: Bounds,
        rewritten: Interpretation | None = None,
        *,
        is_part: bool = False,
    ) -> AnsweredTurn:
        """The interpretation of a turn that the documents answer best, with its answer.

        `rewritten`, the turn as a model has rewritten it, is tried first; once an interpretation that leans on earlier turns is answered, the
        remaining ones are not tried. A part of a question is one question.
        """
        tried: list[AnsweredTurn] = []
        for interpretation in (rewritten, *candidates) if rewritten is not None else candidates:
            question = parse_question(
                interpretation.text, self.vocabulary, self.catalogue, interpretation.language, interpretation.focus
            )
            carried = previous.passages if previous is not None and interpretation.leans else ()
            question = replace(question.bounded(bounds), carried=carried)
            parts = [(question, self.extractive.answer(question))] if is_part else self._answer(question)
            answer = parts[0][1] if len(parts) == 1 else self._composer.several(question, parts)
            tried.append(AnsweredTurn(interpretation, question, answer, parts))
            if interpretation.leans and answer.status in ("answered", "partial"):
                break
        if len(tried) == 1:
            return _marked_anew(tried[0], previous)
        alone = [self._read_alone(each) for each in tried]
        pairs = zip(tried, alone, strict=True)
        compared = [(each.interpretation, each.answer, read.quoted.odds if read else None) for each, read in pairs]
        best = most_likely(compared, self.vocabulary, self.library, previous.passages if previous is not None else ())
        chosen, read = tried[best], alone[best]
        if previous is not None:
            by_itself = next((each for each in tried if not each.interpretation.leans), None)
            return self._continued(chosen, read, previous, None if is_part else by_itself)
        return chosen

    def _continued(
        self, chosen: AnsweredTurn, read: ReadAlone | None, previous: Turn, alone: AnsweredTurn | None
    ) -> AnsweredTurn:
        """The answer chosen for a turn, or what the documents of the conversation say to the turn alone.

        They do where the answer would only repeat what was shown, and where a turn that is read alone would leave these documents, if they answer
        it nearly as surely as other documents, and by other words than those shown. Where they do not, and other documents surely answer the turn
        alone, these do. What was shown answers another turn where the reader marks other words in it for that turn.
        """
        answer, leans = chosen.answer, chosen.interpretation.leans
        first, marked = answer.statements[:1], read.quoted.marked.answer if read else None
        quoted = [each for each in first if each.verdict == "quoted" and leans and answer.status == "answered"]
        same = any(previous.is_repeated_by(each, marked) for each in quoted)
        repeated = same and not _names_what_is_new(chosen, previous)
        documents = {each.document.id for each in Evidence.held(self.library, previous.passages)}
        leaves = not leans and documents.isdisjoint(cited.document for each in first for cited in each.citations)
        if alone is not None and documents and (repeated or leaves):
            question = replace(alone.question, within=frozenset(documents), carried=previous.passages)
            inside = self.extractive.answer(question, STEPS[1])
            answers = inside.status == "answered"
            near = alone.answer.status != "answered" or (
                answers and _odds(inside) >= _odds(alone.answer) - CONTINUED_GAP
            )
            shown_first = {each.text for each in previous.statements[:1]}
            new = tuple(each for each in inside.statements if each.text not in shown_first)
            if answers and near and new and new[0].text not in {each.text for each in first}:
                interpretation = replace(chosen.interpretation, parts=(question.text,), focus=question.text, leans=True)
                turn = AnsweredTurn(interpretation, question, replace(inside, statements=new), [(question, inside)])
                return turn if new == inside.statements else self._with_own_chance(turn)
            if repeated and not near and _odds(alone.answer) >= CERTAIN_ODDS:
                return alone
        if not same and any(previous.is_repeated_by(each, each.main.answer) for each in quoted):
            answer = _marking(answer, marked)
        scored = answer.status == "answered" and answer.probability is not None
        if scored and read is not None:
            answer = as_tentative(answer) if read.whole < CERTAIN_STANDALONE_ODDS else answer
        return _marked_anew(replace(chosen, answer=answer), previous)

    def _with_own_chance(self, turn: AnsweredTurn) -> AnsweredTurn:
        """A turn whose answer lost its first statement, with the probability of the one that is first now; tentative where that is too low."""
        answer = turn.answer
        if (read := self._read_alone(turn)) is not None and answer.probability is not None:
            answer = replace(answer, confidence=read.quoted.score, probability=read.quoted.probability)
            answer = as_tentative(answer) if read.quoted.score < 0.0 else answer
        return replace(turn, answer=answer, parts=[(turn.question, answer)])

    def _read_alone(self, tried: AnsweredTurn) -> ReadAlone | None:
        """How likely the first citation answers the last turn by itself: the best of its quoted words, and its whole passage.

        None where the interpretation does not lean on earlier turns, or nothing is cited. Of an answer from a meeting's rows only the passage is
        scored, since the statement is not in the words of the document.
        """
        statements = tried.answer.statements[:1] if tried.interpretation.leans else ()
        cited = [citation for each in statements for citation in each.citations]
        evidence = Evidence.held(self.library, [each.id for each in cited[:1]], 1.0)
        scored = self.scorer.score_passages(tried.question.asking(tried.interpretation.focus), evidence, evidence)
        if not scored:
            return None
        quoted = [each for each in scored if any(_overlaps(citation, each.unit) for citation in cited)]
        relevant = quoted if quoted and statements[0].verdict != "derived" else scored
        return ReadAlone(max(relevant, key=lambda each: each.odds), max(candidate.odds for candidate in scored))

    def _answer(self, question: Question) -> list[Part]:
        """The answer to a question, or the answers to the several questions that it asks at once."""
        parts = split_questions(question.focus)
        if len(parts) > 1:
            answered = self._answer_parts(question, parts)
            if any(answer.status == "answered" for _, answer in answered):
                return answered
        whole = self.extractive.answer(question)
        splits = possible_splits(question.focus, question.language) if whole.statements else ()
        # The second half of a sentence is about what the first half names.
        items = [question.text[slot.start : slot.end] for slot in slots(question) if slot.kind == "item"]
        names = ", ".join([*(symbol.text for symbol in question.symbols), *items])
        for split in splits:
            if asks_two_questions(question.focus, split, question.language, self.vocabulary):
                answered = self._answer_parts(question, split, names)
                cited_first = [first_cited(answer)[:1] for _, answer in answered if answer.status == "answered"]
                # Split only where the answer to the whole is that to one of the parts, or is uncertain.
                if cited_first and (whole.status != "answered" or first_cited(whole)[:1] in cited_first):
                    return answered
        return [(question, whole)]

    def _answer_parts(self, question: Question, parts: Sequence[str], named: str = "") -> list[Part]:
        """The answers to the parts of a question, each interpreted after the part before it. A later part that names no symbol or item is
        also tried with those `named` in the whole question."""
        previous = None
        if question.text != question.focus:
            earlier = question.text.removesuffix(question.focus).strip() or question.text
            previous = Turn(Interpretation((earlier,), question.focus, question.language), question.carried)
        answered: list[Part] = []
        for part in parts:
            candidates = self._interpretations(part, previous, question.language)
            if answered and named and not ((reparsed := question.asking(part)).symbols or reparsed.items):
                with_names = f"{part.rstrip(MARKS)} ({named})?"
                candidates = (Interpretation((with_names,), with_names, question.language, leans=True), *candidates)
            answer = self._best_answer(candidates, previous, question, is_part=True)
            previous = Turn(answer.interpretation, first_cited(answer.answer))  # one statement may answer both parts
            answered += answer.parts
        return answered


def _odds(answer: Answer) -> float:
    """The log-odds of an answer; those of a rule where nothing was scored."""
    return RULE_ODDS if answer.probability is None else log_odds(answer.probability)


def _names_what_is_new(turn: AnsweredTurn, previous: Turn) -> bool:
    """Whether the first statement for a turn, in its language, has all words which the turn has and the `previous` question has not."""
    question, language = turn.question, turn.question.language
    earlier = question.content_of(previous.interpretation.text)
    words = {*question.content_of(turn.interpretation.focus)} - {*earlier}
    first = [each for each in turn.answer.statements[:1] if each.main.language == language]
    return bool(words) and any(words.issubset(analyse(each.text, language)) for each in first)


def _marked_anew(turn: AnsweredTurn, previous: Turn | None) -> AnsweredTurn:
    """A turn that leans on the `previous` one, without the mark in its first statement where the same words were marked for that one."""
    shown = previous.statements if previous is not None and turn.interpretation.leans else ()
    first = turn.answer.statements[:1]
    spans = [(own.main.answer, each.main.answer) for own in first for each in shown if each.text == own.text]
    same = any(now and before and now[0] <= before[0] and before[1] <= now[1] for now, before in spans)
    return replace(turn, answer=_marking(turn.answer, None)) if same else turn


def _marking(answer: Answer, marked: Span | None) -> Answer:
    """An answer with other words marked in its first statement."""
    first, *others = answer.statements
    citations = [replace(each, answer=marked) if each is first.main else each for each in first.citations]
    return replace(answer, statements=(replace(first, citations=tuple(citations)), *others))


def _is_single_word(question: Question) -> bool:
    """Whether a turn has at most one content word and names no text, place, day or year and nothing in capitals; with one word it must not have
    the form of a question ("Who is the Rapporteur?", "que es un bofedal")."""
    words = _own_words(question)
    if _names_something(question):
        return False
    return not words or (len(words) < 2 and not _has_form_of_question(question))


def _names_something(question: Question) -> bool:
    names_text = question.symbols or question.missing_acts or question.named or question.items or question.articles
    names_day = question.days or question.months or question.weekdays or question.nth_days
    names_year = question.years and _own_words(question)  # a number alone may be anything
    in_capitals = any(len(word) > 1 and word.isupper() for word in question.text.split())
    return bool(names_text or names_day or names_year or in_capitals)


def _has_form_of_question(question: Question) -> bool:
    text = question.text
    asks = question.vocabulary.says("interrogatives", text, question.language) or (text[-1:] in "?？؟" and " " in text)
    return asks or len(text.split()) >= SENTENCE_WORDS


def _own_words(question: Question) -> list[str]:
    """The distinct content words of a question that are not numbers."""
    if question.language == "zh":  # tokens are pairs of characters: those of two function words are no words
        rest = question.vocabulary.without("interrogatives", question.text, "zh")
        if not any(map(str.isalpha, question.vocabulary.without("stopwords", rest, "zh"))):
            return []
    return [token for token in dict.fromkeys(question.content) if any(map(str.isalpha, token))]


def _as_answer_to_one_word(answer: Answer) -> Answer:
    """An answer to a single word: at most tentative where it quotes evidence, since one word asks nothing that could be answered."""
    quotes_evidence = answer.confidence is not None and answer.statements and answer.statements[0].verdict != "derived"
    return as_tentative(answer) if answer.status == "answered" and quotes_evidence else answer


def _overlaps(citation: Citation, unit: Unit) -> bool:
    return citation.document == unit.document.id and citation.start < unit.end and unit.start < citation.end


def _key(turns: Sequence[str], bounds: Bounds) -> Hashable:
    return tuple(turns[-HISTORY_LIMIT:]), bounds.within, bounds.of_item
