"""From a question to an answer: the meeting's structure, the article that is named, or the best evidence."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Hashable, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.frames import doubt, joined, language_name, say
from assistant.meeting import Lacking, MeetingAnswer, MeetingDesk
from assistant.qa.absent import Absent
from assistant.qa.abstention import FURTHER, NAMED, Caution
from assistant.qa.answer import Answer, Mode, Pointer, Statement, ordered
from assistant.qa.citations import choose, statement_of
from assistant.qa.counterparts import in_language
from assistant.qa.events import Event, Finished, Progress, Said, said
from assistant.qa.memory import Memory, Turn, first_cited, lifted
from assistant.qa.places import article_units, asks_more, named_places, units_at, within
from assistant.qa.query import HISTORY_LIMIT, Reading, apart, cuts, likelier, questions_of, readings, spoken_in
from assistant.qa.retriever import Evidence, Retriever
from assistant.qa.revisions import VersionDesk
from assistant.qa.scope import Bounds, Scope
from assistant.qa.spelling import Speller
from assistant.qa.units import Unit, units_of
from assistant.qa.weighing import FIRST, READ, STEPS, Scored, Weigher
from assistant.question import Question, clean_question, parse_question
from assistant.vocabulary import Vocabulary
from assistant.write.modes import is_written
from assistant.write.report import NAMES, finished
from corpus.analysis import fold
from corpus.catalogue import Catalogue, Entry
from corpus.documents import Document
from corpus.library import Library
from corpus.symbols import Symbol

if TYPE_CHECKING:
    from assistant.model import ModelFault
    from assistant.qa.readers import Readers
    from assistant.write.writer import Draft, Writer

Watch = Callable[[Question, Sequence[Evidence], Sequence[Scored]], None]
LONGEST_TURN = 100
"""Characters of a turn that a model is asked to make whole; a longer one says what it is about."""
LOOKED_BACK = 3
"""Turns of a conversation that are worked out anew where nothing is remembered of them."""
TOLD = STEPS[1]
"""Tellings of a meeting that are read where neither the first of them nor any passage is enough for an answer."""
CLOSEST = 3
"""Most statements of an answer of which it is not certain that it is one."""


class Engine:
    """Answers questions from one library. Thread-safe as far as the library is.

    `watch` is shown each weighing of evidence: the question, the passages, their units with scores, best first. `clock` gives
    seconds and only times the answer. `readers` tell whether passages answer and with which words; where none reads, likeness does, as `caution` wants it. `writer` writes answers, as
    `mode` says; without one all are quoted.
    """

    def __init__(
        self,
        library: Library,
        catalogue: Catalogue,
        vocabulary: Vocabulary | None = None,
        *,
        readers: Readers | None = None,
        caution: Caution = "normal",
        passages: int = 12,
        max_statements: int = 3,
        max_question: int = 2_000,
        writer: Writer | None = None,
        mode: Mode = "auto",
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.library = library
        self.catalogue = catalogue
        self.vocabulary = vocabulary or Vocabulary.shipped()
        self.retriever = Retriever(library, readers.english) if readers else Retriever(library)
        self._weigher = Weigher(library, readers, caution)
        self._speller = Speller(library)
        self._desk = MeetingDesk(library, self._weigher)
        self._absent = Absent(library, catalogue)
        self._versions = VersionDesk(library)
        self._caution = caution
        self.passages = passages
        self._most = max_statements
        self._max_question = max_question
        self.writer = writer
        self.mode = mode
        self.watch: Watch | None = None
        self._clock = clock
        self._memory = Memory()

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
        begun = self._clock()
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
        before = self._turn(turns, bounds)
        found = readings(asked, before.reading if before else None, spoken, self.vocabulary, self.catalogue)
        made, fault = self._rewritten(asked, turns, found) if mode != "quote" else (None, None)
        parsed = self._clock()
        reading, question, answer = self._answer_first(found, before, bounds, made)
        self._keep([*turns, asked], bounds, reading, answer)
        if self.writer is not None and fault is None and is_written(mode, question, answer):
            answer = yield from self._written(self.writer, question, answer)
        else:
            yield from _said(answer)
            if self.writer is None and mode == "write":
                answer = replace(answer, notes=(*answer.notes, say("no_model", spoken, **NAMES)))
        done = self._clock()
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
        if not self.library.languages():
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
        return self.retriever.retrieve(question, limit) if question.text else []

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
        reading, _, answer = self._answer_first(found, before, bounds)
        return self._keep(turns, bounds, reading, answer)

    def _keep(self, turns: Sequence[str], bounds: Bounds, reading: Reading, answer: Answer) -> Turn:
        turn = Turn(reading, first_cited(answer))
        self._memory.keep(_key(turns, bounds), self.library.versions(), turn)
        return turn

    def _answer_first(
        self,
        found: Sequence[Reading],
        before: Turn | None,
        bounds: Bounds,
        made: Reading | None = None,
        *,
        part: bool = False,
    ) -> tuple[Reading, Question, Answer]:
        """The reading of a turn that the documents answer best, as a question, with the answer. What a model has made of it
        comes first, and what leans on the turns before and is answered keeps those behind it from being tried."""
        given: list[tuple[Reading, Question, Answer]] = []
        for reading in (made, *found) if made is not None else found:
            question = parse_question(reading.text, self.vocabulary, self.catalogue, reading.language, reading.focus)
            carried = before.passages if before is not None and reading.leans else ()
            question = _within(replace(question, carried=carried), bounds)
            answer = self._answer_one(question) if part else self._answer(question)
            given.append((reading, question, answer))
            if reading.leans and answer.status in ("answered", "partial"):
                break
        return given[likelier([answer for _, _, answer in given])]

    def _answer(self, question: Question) -> Answer:
        """The answer to a question, or to each of the questions that it asks at once."""
        parts = questions_of(question.focus, question.language)
        if len(parts) > 1:
            answers = self._each(question, parts)
            if any(answer.status == "answered" for answer in answers):
                return self._several(question, parts, answers)
        whole = self._answer_one(question)
        for cut in cuts(question.focus, question.language) if whole.statements else ():
            if whole.statements[0].verdict != "derived" and self._same_place(cut, question):
                continue
            answers = self._each(question, cut, all_answered=True)
            if len(answers) == len(cut) and apart(whole, answers):
                return self._several(question, cut, answers)
        return whole

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

    def _each(self, question: Question, parts: Sequence[str], *, all_answered: bool = False) -> list[Answer]:
        """The answers to the parts of a question, each read after those before it; with `all_answered` only up to the first
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
        answers = []
        for part in parts:
            found = readings(
                part, before.reading if before else None, question.language, self.vocabulary, self.catalogue
            )
            reading, _, answer = self._answer_first(found, before, bounds, part=True)
            before = Turn(reading, first_cited(answer))
            answers.append(answer)
            if all_answered and answer.status != "answered":
                break
        return answers

    def _several(self, question: Question, parts: Sequence[str], answers: Sequence[Answer]) -> Answer:
        """The answers to the parts of a question in one; what is not found is named."""
        each = max(2, self._most // len(parts) + 1)
        said: list[Statement] = []
        for answer in answers:
            said += [one for one in answer.statements if one not in said][:each]
        answer = self._answered(question, said)
        sure = [answer.confidence for answer in answers if answer.confidence is not None]
        chances = [answer.probability for answer in answers if answer.probability is not None]
        answer = replace(answer, confidence=min(sure, default=None), probability=min(chances, default=None))
        missing = [(part, one.status) for part, one in zip(parts, answers, strict=True) if one.status != "answered"]
        if not missing:
            return answer
        told = " ".join(
            say("part_not_certain" if status == "tentative" else "part_not_found", question.language,
                part=part.strip(" ?？؟"))
            for part, status in missing
        )  # fmt: skip
        see = tuple(dict.fromkeys(pointer for one in answers for pointer in one.see_also))
        return replace(answer, status="partial", reason=f"{told} {answer.reason}", see_also=see)

    def _answer_one(self, question: Question) -> Answer:
        """What is held answers first; that something is not held is said where it does not."""
        absent, lacking = self._absent.symbol(question), self._desk.lacking(question)
        if absent is not None:
            meeting = None if lacking else self._desk.answer(question)
            return self._from_meeting(question, meeting) if meeting and meeting.told.score >= 0.0 else absent
        if lacking is not None and lacking.item:
            return _lacking(question, lacking)
        instrument = self._absent.instrument(question)
        if instrument is not None and question.articles:
            return instrument
        absent = self._absent.named(question)
        found = self._from_articles(question) if question.articles else self._from_places(question)
        if found is None:
            meeting = None if lacking else self._desk.answer(question)
            sure = meeting is not None and meeting.told.score >= 0.0
            found = self._from_evidence(question, FIRST if sure else READ)
        if lacking is None:
            found = self._or_meeting(question, found)
        elif found.status != "answered":
            found = _lacking(question, lacking)
        if instrument is not None and found.status == "tentative" and not _tells_of(found, question.named):
            return instrument
        absent = absent or instrument
        if absent is not None and (found.status == "not_found" or (found.status == "tentative" and absent.absent)):
            return absent
        return replace(found, notes=(*found.notes, *self._absent.notes(question)))

    def _or_meeting(self, question: Question, found: Answer) -> Answer:
        """What was found in passages, or what the rows of a meeting say where that is better; behind an answer from passages
        one from rows that is near. Where rows only tell that a document is announced which is not held, that."""
        answered = found.status == "answered"
        if answered and found.confidence is None:
            return found  # a place that is named
        meeting = self._desk.answer(question, FIRST if answered else TOLD)
        if meeting is None:
            return found
        score, sure = meeting.told.score, meeting.told.score >= 0.0
        behind = 0.0 if found.confidence is None else found.confidence - score
        if answered and sure and 0.0 <= behind < FURTHER:
            said = [*found.statements[: self._most - 1], *meeting.statements[:1]]
            return replace(self._answered(question, said), confidence=found.confidence, probability=found.probability)
        if sure and (behind < 0.0 or not answered):
            return self._from_meeting(question, meeting)
        if answered or score < meeting.told.bars.least or behind > 0.0:
            return found
        if meeting.announces is not None and not self._absent.holds(meeting.announces):
            return self._absent.announced(question, meeting.announces)
        closest = replace(meeting, statements=meeting.statements[:CLOSEST])
        return self._unsure(self._from_meeting(question, closest))

    def _from_meeting(self, question: Question, meeting: MeetingAnswer) -> Answer:
        answer = self._answered(question, meeting.statements)
        notes = (*answer.notes, *self._absent.announced_only(meeting.statements, question.language))
        return replace(answer, notes=notes, confidence=meeting.told.score, probability=meeting.told.probability)

    @staticmethod
    def _asked(question: Question) -> list[Symbol]:
        """The symbols of the documents that a question names, by symbol or by name."""
        named = [entry.symbol for entry in question.named if entry.symbol is not None and entry.part is None]
        return list(dict.fromkeys([*question.symbols, *named]))

    def _under(self, symbol: Symbol) -> list[str]:
        """Ids of what answers for a symbol: its current versions, and its addenda."""
        versions = self.library.versions()
        return [version.id for version in (*versions.current(symbol), *versions.addenda(symbol))]

    def _from_places(self, question: Question) -> Answer | None:
        """A paragraph, footnote or table of a document that the question names: quoted whole."""
        places = named_places(question) if question.symbols or question.named else ()
        scope = self._scope(question) if places else None
        if not places or scope is None:
            return None
        documents = [self.library.document(each) for each in
                     sorted(self.library.versions().quotable(question.language, scope))]  # fmt: skip
        units = [unit for place in places for document in documents for unit in units_at(self.library, document, place)]
        units = [unit for unit in units if question.admits(unit.document.id, unit.block)]
        if units:
            return self._answered(question, [statement_of(unit) for unit in units[: 2 * self._most]])
        if not question.symbols or not documents:
            return None
        reason = say("no_place", question.language, document=documents[0].label, place=places[0])
        return Answer(question.text, question.language, "not_found", reason)

    def _from_articles(self, question: Question) -> Answer | None:
        """An article that the question names: quoted whole where nothing more is asked, else what fits."""
        documents: list[Document] = []
        units: list[Unit] = []
        for language in dict.fromkeys((question.language, "en")):
            treaties = [] if units else self._treaties(question, language)
            documents += treaties
            for document in treaties:
                for article in question.articles:
                    units += article_units(self.library, document, article, question.paragraph)
        if not documents:
            return None
        if not units:
            document = documents[0]
            held = [int(m.group(1)) for block in document.blocks if (m := re.fullmatch(r"art\. (\d+)", block.locator))]
            if not held:
                return None
            reason = say("no_article", question.language, treaty=document.short or document.title,
                         article=question.articles[0], first=min(held), last=max(held))  # fmt: skip
            return Answer(question.text, question.language, "not_found", reason)
        if not asks_more(question):
            return self._answered(question, [statement_of(unit) for unit in _whole(units, self._most * 2)])
        asked = question
        if question.focus != question.text:
            # The article comes from an earlier turn; which of its parts is meant, the last turn says.
            asked = parse_question(question.focus, self.vocabulary, self.catalogue, question.language)
        evidence = list({unit.evidence.id: unit.evidence for unit in units}.values())
        places = {(unit.document.id, unit.start, unit.end) for unit in units}

        def weighed(each: Question) -> list[Scored]:
            found = self._weigher.weigh(each, evidence, lambda unit: _place(unit) in places)
            return [replace(one, score=one.score + NAMED) for one in found]

        scored = weighed(asked)
        chosen = _with_each_article(question, scored, choose(scored, self._most))
        if not chosen and asked is not question:
            # What was asked last says too little by itself.
            chosen = choose(weighed(question), self._most)
        if not chosen:
            closest = self._closest(question, _with_each_article(question, scored, _nearest(scored)), evidence[:3])
            if closest.statements:
                return closest
            return replace(closest, confidence=_above_bar(scored), probability=_chance(scored))
        return self._answered(question, [statement_of(unit) for unit in chosen])

    def _treaties(self, question: Question, language: str) -> list[Document]:
        quotable = self.library.versions().quotable(language)
        treaties = [d for d in self.library.documents()
                    if d.kind == "treaty" and d.id in quotable and question.covers(d.id)]  # fmt: skip
        keys = {entry.key for entry in (*question.named, *question.called)}
        symbols = {symbol.text for symbol in question.symbols}
        named = [d for d in treaties if d.key in keys or (d.symbol and d.symbol.text in symbols)]
        return named or treaties

    def _from_evidence(self, question: Question, most: int) -> Answer:
        """The answer of the passages that search finds, of which `most` are read at most."""
        scope = self._scope(question)
        versions = self.library.versions()
        documents = None if scope is None else sorted(versions.quotable(question.language, scope))
        evidence = self._gather(question, documents)
        scored = lifted(self._scored(question, evidence, most), question.carried)
        sure, chance = _above_bar(scored), _chance(scored)
        chosen = choose(scored, self._most)
        if not chosen:
            chosen, elsewhere = self._from_other_languages(question, scope, most)
            sure, chance = (_above_bar(elsewhere), _chance(elsewhere)) if chosen else (sure, chance)
        if not chosen:
            return replace(self._closest(question, _nearest(scored), evidence), confidence=sure, probability=chance)
        chosen += self._named_beside(question, scored, chosen)
        answer = self._answered(question, [statement_of(unit) for unit in chosen])
        return replace(answer, confidence=sure, probability=chance)

    def _closest(self, question: Question, nearest: Sequence[Unit], evidence: Sequence[Evidence]) -> Answer:
        """What comes closest where nothing is sure to answer, told as such; where nothing comes close, that."""
        if not nearest:
            return self._not_found(question, evidence)
        return self._unsure(self._answered(question, [statement_of(unit) for unit in nearest]))

    @staticmethod
    def _unsure(answer: Answer) -> Answer:
        return replace(answer, status="tentative", reason=f"{say('tentative', answer.language)} {answer.reason}")

    def _named_beside(self, question: Question, scored: Sequence[Scored], chosen: Sequence[Unit]) -> list[Unit]:
        """Where a question names several documents that are held, the best unit of each that has no say yet."""
        keys = {entry.key for entry in (*question.named, *question.called)}
        if len(keys & {each.unit.document.key for each in scored}) < 2:
            return []
        for unit in chosen:
            keys.discard(unit.document.key)
        best: dict[str, Unit] = {}
        for each in scored:
            if each.unit.document.key in keys and each.score >= 0.0:
                best.setdefault(each.unit.document.key, each.unit)
        return list(best.values())

    def _from_other_languages(
        self, question: Question, scope: Sequence[str] | None, most: int
    ) -> tuple[list[Unit], Sequence[Scored]]:
        """What the English versions answer where those in the question's language do not, and the units weighed;
        quoted from the question's language where it has the same place."""
        versions = self.library.versions()
        english = versions.quotable("en", scope)
        if english == versions.quotable(question.language, scope):
            return [], []
        scored = self._scored(question, self._gather(question, sorted(english)), most)
        chosen = choose(scored, self._most)
        own = [in_language(unit, self.library, question.language) for unit in chosen]
        told = [
            new if question.admits(new.document.id, new.block) else old for new, old in zip(own, chosen, strict=True)
        ]
        return told, scored

    def _scored(self, question: Question, evidence: Sequence[Evidence], most: int) -> list[Scored]:
        """The units of evidence that the question may be answered from, with their scores."""
        scored = self._weigher.weigh(
            question, evidence, lambda unit: question.admits(unit.document.id, unit.block), most
        )
        if self.watch is not None:
            self.watch(question, evidence, scored)
        return scored

    def _gather(self, question: Question, documents: Sequence[str] | None) -> list[Evidence]:
        """The best passages, and those that answered the turn before."""
        evidence = self.retriever.retrieve(question, max(READ, self.passages), documents)
        return [*evidence, *self._carried(question, documents, {each.id for each in evidence})]

    def _carried(self, question: Question, documents: Sequence[str] | None, known: set[str]) -> list[Evidence]:
        """What answered the turn before and was not retrieved for this one."""
        held = self.library.passages_by_id([each for each in question.carried if each not in known])
        found = [
            Evidence(passage, self.library.document(passage.document_id), 0.0, None, None)
            for passage in held.values()
            if documents is None or passage.document_id in documents
        ]
        return [each for each in found if _in_parts(each, question)]

    def _scope(self, question: Question) -> list[str] | None:
        """The documents that a question is restricted to by its scope, or restricts itself to by symbol or name;
        None for all."""
        keys = {entry.key for entry in question.named}
        behind = self.library.superseded()
        held = [each for each, key in self.library.versions().keys.items() if key in keys and each not in behind]
        for symbol in self._asked(question):
            held += self._under(symbol)
        if held and not question.symbols and not question.articles:
            # A treaty that is named is what a text without a symbol may be about.
            held += [document_id for document_id, key in self.library.versions().keys.items() if "/" not in key]
        named = list(dict.fromkeys(held)) or None
        if question.within is None:
            return named
        return [each for each in named or sorted(question.within) if each in question.within]

    # Writing answers

    def _written(self, writer: Writer, question: Question, quoted: Answer) -> Generator[Event, None, Answer]:
        """The answer written by the model from the evidence of this turn, each sentence said once it stands; with what
        would have been quoted where too little of it stands."""
        language = question.language
        evidence = self._evidence_for(question, quoted)
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
            answer = self._answered(question, [*kept, *quotes])
        yield from _said(answer, shown)
        return finished(answer, quoted, draft, writer.model.name)

    def _evidence_for(self, question: Question, quoted: Answer) -> list[Evidence]:
        """The evidence to write from, all in one language: the passages of what is quoted, of each article that is named,
        then what was retrieved. The language is the question's where what is quoted has it, or else any of them where nothing
        is quoted; otherwise that of the first passage."""
        scope = self._scope(question)
        documents = None if scope is None else sorted(self.library.versions().quotable(question.language, scope))
        cited = {citation.id: citation for citation in quoted.citations}
        treaties = self._treaties(question, question.language) if question.articles else []
        units = [u for each in treaties for a in question.articles for u in article_units(self.library, each, a)]
        found = {each.id: each for each in (*(u.evidence for u in units), *self._gather(question, documents))}
        for passage_id, passage in self.library.passages_by_id([each for each in cited if each not in found]).items():
            found[passage_id] = Evidence(passage, self.library.document(passage.document_id), 0.0, None, None)
        order = [*(found[each] for each in cited if each in found), *(e for i, e in found.items() if i not in cited)]
        readable = [each for each in order if any(units_of(each)) and _in_parts(each, question, whole=True)]
        languages = [each.document.language for each in (order[: len(cited)] if cited else readable)]
        spoken = question.language if question.language in languages else next(iter(languages), "")
        return [each for each in readable if each.document.language == spoken][: self.passages]

    # Making answers

    def _answered(self, question: Question, statements: Sequence[Statement]) -> Answer:
        language = question.language
        told, notes = self._versions.corrected(ordered(statements), language)
        answer = Answer(question.text, language, "answered", "", ordered(told))
        cited = {citation.document: self.library.document(citation.document) for citation in answer.citations}
        notes += self._versions.notes(self._asked(question), list(cited.values()), language)
        labels = joined(list(dict.fromkeys(document.label for document in cited.values())), language)
        verdicts = {statement.verdict for statement in answer.statements}
        way = next((way for way in ("supported", "quoted") if way in verdicts), "derived")
        parts = [say("written" if way == "supported" else way, language, documents=labels)]
        for other in sorted({document.language for document in cited.values()} - {language}):
            parts.append(say("text_language", language, language=language_name(other, language)))
        for document in cited.values():
            if document.edition == "digest":
                parts.append(say("digest", language, documents=document.label, url=document.url or "-"))
        return replace(answer, reason=" ".join(parts), notes=tuple(notes))

    def _not_found(self, question: Question, evidence: Sequence[Evidence]) -> Answer:
        see = tuple(Pointer.to(each.document, each.passage.locator) for each in evidence[:3])
        reason = say("not_found", question.language)
        return Answer(question.text, question.language, "not_found", reason, see_also=tuple(dict.fromkeys(see)))


def _key(turns: Sequence[str], bounds: Bounds) -> Hashable:
    return tuple(turns), bounds.within, bounds.of_item


def _within(question: Question, bounds: Bounds) -> Question:
    return replace(question, within=bounds.within, of_item=bounds.of_item, parts=bounds.parts)


def _said(answer: Answer, first: int = 0) -> list[Said]:
    return said(answer.statements, first, doubt(answer.status, answer.language))


def _lacking(question: Question, lacking: Lacking) -> Answer:
    return Answer(question.text, question.language, "not_found", lacking.reason, see_also=(lacking.see,))


def _in_parts(evidence: Evidence, question: Question, *, whole: bool = False) -> bool:
    passage = evidence.passage
    return question.admits(evidence.document.id, passage.first, passage.last, whole=whole)


def _tells_of(answer: Answer, named: Sequence[Entry]) -> bool:
    """Whether the first statement of an answer speaks of one of the texts that the question names."""
    said = fold(" ".join(citation.quote for statement in answer.statements[:1] for citation in statement.citations))
    return any(fold(name) in said for entry in named for name in entry.names)


def _above_bar(scored: Sequence[Scored]) -> float | None:
    """How far the best evidence is above the bar for answering; None without evidence."""
    return max((each.score for each in scored), default=None)


def _chance(scored: Sequence[Scored]) -> float | None:
    """The chance that the best evidence answers; None without evidence."""
    return scored[0].probability if scored else None


def _nearest(scored: Sequence[Scored]) -> list[Unit]:
    """The units that may be shown as what comes closest."""
    return choose(scored, CLOSEST, closest=True)


def _with_each_article(question: Question, scored: Sequence[Scored], chosen: list[Unit]) -> list[Unit]:
    """What was chosen, if anything, and the best unit of each article that is named and has no say yet."""
    more = []
    for article in question.articles if chosen and len(question.articles) > 1 else ():
        own = [each.unit for each in scored if within(each.unit.locator, f"art. {article}")]
        if not any(within(unit.locator, f"art. {article}") for unit in chosen):
            more += own[:1]
    return [*chosen, *more]


def _place(unit: Unit) -> tuple[str, int, int]:
    return unit.document.id, unit.start, unit.end


def _whole(units: Sequence[Unit], most: int) -> list[Unit]:
    """The units of a provision in order, each word once."""
    chosen: list[Unit] = []
    for unit in sorted(units, key=lambda each: (each.document.id, each.start, -each.end)):
        if not any(o.document.id == unit.document.id and o.start <= unit.start and unit.end <= o.end for o in chosen):
            chosen.append(unit)
    return chosen[:most]
