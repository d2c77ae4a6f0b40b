"""How likely the units that search has found answer: as the reader tells it; where none reads question and text, by likeness."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from assistant.qa.abstention import (
    GIVE_UP_ODDS,
    LIKENESS,
    OTHER_NAME_PENALTY,
    STOP_MARGINS,
    STOP_MARGINS_TWO_READERS,
    UNNAMED_FIRST_PAGE_PENALTY,
    UNREAD_SCORE,
    Caution,
    Thresholds,
    chance,
    load_thresholds,
    log_odds,
)
from assistant.qa.constraints import constrained, named_by, of_another_session, rivals
from assistant.qa.readers import PassageReading, Readers, SearchScores, search_bonus
from assistant.qa.retriever import Evidence, tokens_in
from assistant.qa.units import FirstPage, Unit, distinct, first_page, units_of, worded
from assistant.question import Question
from corpus.documents import Document, Span
from corpus.library import Library

STEPS = (3, 6, 10, 16)
"""Passages that are read for one question: the first ones, and where none of these is surely enough for an answer, so many in
all, and so on; no more where of `STEPS[1]` none is anywhere near."""
FIRST, READ = STEPS[0], STEPS[-1]
AGAIN = 3
"""Passages that the other reader reads, too, where there are two: those that the first one likes best, unless none is anywhere near."""
MOST_MARKED = 0.5
"""Share of a statement beyond which to tell which of its words answer tells nothing."""
TEXT_LIMIT = 500
"""Characters of a unit that are compared; what comes later in a long provision seldom decides."""


@dataclass(frozen=True)
class ScoredUnit:
    """A unit, and how far it is above the bar for an answer, in log-odds: from 0 on it is enough. `bars` are those that it was
    held against; `known` is what the reader said of its passage, None where its likeness told the score."""

    unit: Unit
    score: float
    thresholds: Thresholds
    known: PassageReading | None = None

    @property
    def whole(self) -> float:
        """How far the passage of the unit is above the bar for an answer: what counts where no words answer, but a passage speaks
        to a topic. Where likeness told the score, the unit's own."""
        return self.score if self.known is None else self.known.whole

    @property
    def marked(self) -> Unit:
        """The unit, with those of its words that answer where a reader tells them and they are not most of it."""
        known, unit = self.known, self.unit
        if known is None or known.begin is None:
            return unit
        best = known.readings[0].best(unit.start - known.begin, unit.end - known.begin)
        if best is None:
            return unit
        begin, stop = (min(max(known.begin + at, unit.start), unit.end) for at in best[:2])
        begin, stop = unit.document.trim_span(*_whole_words(unit.document, begin, stop))
        told = begin < stop and stop - begin <= MOST_MARKED * len(unit.text)
        return replace(unit, answer=(begin, stop) if told else None)

    @property
    def odds(self) -> float:
        """The log-odds that the unit answers: by these units of several readers, each with bars of its own, are compared."""
        return self.score + self.thresholds.answered

    @property
    def probability(self) -> float:
        return chance(self.odds)


@dataclass(frozen=True)
class ScoredSentence:
    """A sentence that was weighed, by the numbers of its passage and of itself in it; score and bars as of `ScoredUnit`."""

    passage: int
    sentence: int
    score: float
    thresholds: Thresholds

    @property
    def place(self) -> tuple[int, int]:
        return self.passage, self.sentence

    @property
    def probability(self) -> float:
        return chance(self.score + self.thresholds.answered)


class Scorer:
    """Weighs the units of passages, against the bars of a `caution`. `readers` read those that they can; of others the likeness of
    question, sentence and passage in meaning is taken, by the library's embedding models."""

    def __init__(self, library: Library, readers: Readers | None = None, caution: Caution = "normal") -> None:
        self._library = library
        self._readers = readers
        self._likeness = load_thresholds(caution)[LIKENESS]

    @property
    def readers(self) -> tuple[str, ...]:
        return self._readers.names if self._readers else ()

    def tokens(self, question: Question, language: str) -> list[str]:
        """The words of a question as documents in a language have them."""
        return tokens_in(question, language, self._readers.english if self._readers else lambda *_: ())

    def score_evidence(
        self,
        question: Question,
        evidence: Sequence[Evidence],
        among: Callable[[Unit], bool] = lambda _: True,
        most: int = READ,
        named: Sequence[str] = (),
    ) -> list[ScoredUnit]:
        """The units of the passages that search ranks first, `most` of them at most, and of those that answered the turn
        before, best first. Units that are not `among` those that are asked for are left out, and keep no further passage
        from being read, nor does a digest where other texts are found. What a document says of itself is read of that of the first
        passage, of those whose first page is found, and of those that are `named` (ids)."""
        searched = SearchScores.of(evidence, question)
        wanted = dict.fromkeys(named, searched.best) | {each.passage.document_id: each.score for each in evidence[:1]}
        ranked, read = iter(evidence), 0
        new = [hit for hit in evidence if hit.id in question.carried]
        seen, opened = {each.id for each in new}, set[str]()
        scored: list[ScoredUnit] = []
        told: list[ScoredUnit] = []
        pages: list[FirstPage] = []
        found = cache(lambda: [unit for hit in evidence for unit in units_of(hit)])
        documents = list({hit.document.id: hit.document for hit in evidence}.values())
        digests, hopeless = all(document.edition == "digest" for document in documents), False

        scores = partial(self._scored, question, searched=searched, among=among, named=named, found=documents)
        for step in sorted({*(step for step in STEPS if step < most), most}):
            # Passages of nothing that can be said, such as damaged pages, take no place of others.
            for each in ranked:
                if each.passage.ordinal == 0:
                    wanted.setdefault(each.passage.document_id, each.score)
                if any(units_of(each)):
                    read += 1
                    new += [each] if each.id not in seen else []
                if read == step:
                    break
            unread = [key for key in wanted if self._readers and key not in opened]
            firsts = [first_page(self._library, self._library.document(key), wanted[key]) for key in unread]
            opened.update(unread)
            pages += (told_of := [page for page in firsts if page])
            scored += (latest := scores(new, pages=told_of))
            new = []
            told += self._discount_rivals(question, latest, found)
            sure = (each for each in told if each.score >= self._enough(step, question, each.known))
            hopeless = read >= STEPS[1] and _hopeless(scored)
            if hopeless or any(each.unit.document.edition != "digest" or digests for each in sure):
                break
        told = _best_first(told)
        if self._readers and not hopeless and self._readers.two_for(question.language):
            known = {each.known.name: each.known for each in told if each.known and each.known.reader == "en"}
            again = {name: known[name] for name in list(known)[:AGAIN]}
            passages = [hit for hit in evidence if hit.id in again]
            latest = scores(passages, pages=[page for page in pages if page[0].id in again], before=again)
            told = _best_first(_merge_second_readings(self._discount_rivals(question, latest, found), told))
        return told

    def _enough(self, step: int, question: Question, known: PassageReading | None) -> float:
        """How far above the bar for an answer words must be for no more to be read after a step."""
        two = self._readers and known is not None and known.reader == "en" and self._readers.two_for(question.language)
        return (STOP_MARGINS | STOP_MARGINS_TWO_READERS if two else STOP_MARGINS).get(step, math.inf)

    def _discount_rivals(
        self, question: Question, scored: Sequence[ScoredUnit], found: Callable[[], list[Unit]]
    ) -> list[ScoredUnit]:
        """Units scored, the chance of each that may answer shared with those that were `found`, read or not, that say the same
        under other headings, unless the question names its own; what comes closest does so still."""

        def told(each: ScoredUnit) -> ScoredUnit:
            if each.known is None or each.score < each.thresholds.tentative_margin:
                return each
            others, language = rivals(each.unit, found()), each.unit.document.language
            if not others or named_by(self.tokens(question, language), each.unit, others):
                return each
            shared = log_odds(each.probability / (1 + len(others))) - each.thresholds.answered
            return replace(each, score=max(shared, min(each.score, each.thresholds.tentative_margin)))

        return [told(candidate) for candidate in scored]

    def score_passages(
        self, question: Question, passages: Sequence[Evidence], evidence: Sequence[Evidence]
    ) -> list[ScoredUnit]:
        """The units of some passages of the evidence for a question, all of them read, best first."""
        return sorted(
            self._scored(question, passages, SearchScores.of(evidence, question)), key=lambda each: -each.odds
        )

    def score_units_alone(
        self, question: Question, units: Sequence[Unit], evidence: Sequence[Evidence]
    ) -> list[ScoredUnit]:
        """Units of the evidence for a question, each read as if it were a passage of its own, in the order given; where no reader
        reads them their likeness tells."""
        searched = SearchScores.of(evidence, question)
        found: dict[int, ScoredUnit] = {}
        for language, rows in _by_language(units):
            passages = [(units[n].evidence.passage.heading, [units[n].text]) for n in rows]
            added = [search_bonus(units[n].evidence.score, searched.best) for n in rows]
            asked = question.text, question.language, language, passages, added, searched.likeness
            told = self._readers.told(*asked) if self._readers else None
            if told:
                scored = [ScoredUnit(units[n], score, held) for n, ((score,), held) in zip(rows, told, strict=True)]
            else:
                scored = self._score_by_likeness(question, [units[n] for n in rows])
            found |= dict(zip(rows, scored, strict=True))
        return [found[n] for n in range(len(units))]

    def best_unit_per_passage(self, question: Question, evidence: Sequence[Evidence]) -> list[ScoredUnit]:
        """The best unit of every passage, all of them read, best first."""
        found: dict[str, ScoredUnit] = {}
        for each in self.score_passages(question, evidence, evidence):
            found.setdefault(each.unit.evidence.id, each)
        return list(found.values())

    def score_sentences(
        self, question: Question, language: str, passages: Sequence[tuple[str, Sequence[str]]], most: int, leading: int
    ) -> list[ScoredSentence]:
        """Sentences that are no part of a document, of passages (heading, sentences) in a language, best first. Of the passages
        those are read first that are `leading`, then those that have the sentence most like the question, `most` of them at
        most; none is read twice for one question."""
        likes = self._likes(question, language, passages)
        nearest, read = [max(each) for each in likes], bool(self._library.models.models_for(question.language))
        best = max(nearest, default=0.0)
        order = sorted(range(len(passages)), key=lambda n: (n >= leading, -nearest[n], n))
        held: dict[int, list[ScoredSentence]] = question.once(
            (ScoredSentence, *(heading for heading, _ in passages)), dict
        )
        found: list[ScoredSentence] = []
        for step in (step for step in STEPS if step <= most):
            rows = [n for n in order[:step] if n not in held]
            added = [search_bonus(nearest[n], best) for n in rows]
            asked = question.text, question.language, language, [passages[n] for n in rows], added, best
            known = self._readers.told(*asked) if self._readers else None
            if known is None:
                bar = self._likeness
                known = [
                    ([bar.margin(one + nearest[n]) if read else UNREAD_SCORE for one in likes[n]], bar) for n in rows
                ]
            for n, (scores, bar) in zip(rows, known, strict=True):
                held[n] = [ScoredSentence(n, m, score, bar) for m, score in enumerate(scores)]
            found = [each for n in order[:step] for each in held[n]]
            if any(each.score >= 0.0 for each in found):
                break
        return sorted(found, key=lambda each: (-each.score, each.passage, each.sentence))

    def _likes(
        self, question: Question, language: str, passages: Sequence[tuple[str, Sequence[str]]]
    ) -> list[list[float]]:
        """How like the question each sentence is in meaning, 0 to 1; 0 where no model reads the question."""
        models = self._library.models.models_for(question.language)
        if not models:
            return [[0.0] * len(sentences) for _, sentences in passages]
        # Sentences are embedded now, not read from an index: the model that was made for one language is the smaller one.
        model = next((each for each in models if each in self._library.models.models_for(language)), models[0])
        texts = [text for _, sentences in passages for text in sentences]
        told = iter(self._library.similarities(question.text, texts, model, language))
        return [[next(told) for _ in sentences] for _, sentences in passages]

    def _scored(
        self,
        question: Question,
        evidence: Sequence[Evidence],
        searched: SearchScores,
        among: Callable[[Unit], bool] = lambda _: True,
        pages: Sequence[FirstPage] = (),
        named: Sequence[str] = (),
        found: Sequence[Document] = (),
        before: Mapping[str, PassageReading] | None = None,
    ) -> list[ScoredUnit]:
        """The units of passages, and what first pages tell, which only a reader can weigh: less where their document is not `named`.
        What one reader has read `before` the other one reads, too."""
        units = {hit.id: [unit for unit in distinct(units_of(hit)) if among(unit)] for hit in evidence}
        reading = {hit.id: words for hit in evidence if units[hit.id] and (words := worded(hit))}
        reading |= {page.id: page for page, _ in pages}
        known: Mapping[str, PassageReading] = {}
        if self._readers and before is not None:
            known = self._readers.read_again(question.text, before, reading, searched)
        elif self._readers:
            known = self._readers.read(question.text, question.language, reading, searched)
        read = [
            ScoredUnit(
                unit,
                constrained(told, told.begin, question, unit, found),
                told.thresholds,
                told,
            )
            for name, each in units.items()
            if (told := known.get(name)) and told.begin is not None
            for unit in each
        ]
        read += [
            ScoredUnit(
                unit,
                told.score(*span)
                - UNNAMED_FIRST_PAGE_PENALTY * (unit.document.id not in named)
                - OTHER_NAME_PENALTY * of_another_session(question, unit),
                told.thresholds,
                replace(told, begin=None),
            )
            for page, each in pages
            if (told := known.get(page.id))
            for unit, *span in each
            if among(unit)
        ]
        return [
            *read,
            *self._score_by_likeness(question, distinct(u for name in units if name not in known for u in units[name])),
        ]

    def _score_by_likeness(self, question: Question, units: Sequence[Unit]) -> list[ScoredUnit]:
        """Units by their likeness to the question and that of their passages; where no model reads the question, nothing is
        known but that search found them."""
        told, near = self._likeness, self.nearness(question, units) if units else []
        return [
            ScoredUnit(unit, UNREAD_SCORE if near is None else told.margin(near[n]), told)
            for n, unit in enumerate(units)
        ]

    def nearness(self, question: Question, units: Sequence[Unit]) -> list[float] | None:
        """How near to the question units are, 0 to 2: their likeness in meaning, with their headings, and their passages', by the
        model that searches for it; None where none reads the question."""
        models = self._library.models.models_for(question.language)
        if not models:
            return None
        near: dict[int, float] = {}
        for language, rows in _by_language(units):
            texts = [": ".join(filter(None, (units[n].context, units[n].text)))[:TEXT_LIMIT] for n in rows]
            told = self._library.similarities(question.text, texts, models[-1], language)
            for n, likeness in zip(rows, told, strict=True):
                passage = units[n].evidence.dense
                near[n] = likeness + (likeness if passage is None else passage)
        return [near[n] for n in range(len(units))]


def _whole_words(document: Document, begin: int, stop: int) -> Span:
    """A span with the rest of the words in which it begins and ends, where words have spaces between them."""
    if document.language == "zh":
        return begin, stop
    text = document.text
    while begin and text[begin - 1].isalnum() and text[begin].isalnum():
        begin -= 1
    while stop < len(text) and text[stop - 1].isalnum() and text[stop].isalnum():
        stop += 1
    return begin, stop


def _best_first(scored: Iterable[ScoredUnit]) -> list[ScoredUnit]:
    return sorted(scored, key=lambda each: (-each.odds, each.unit.document.id, each.unit.start))


def _merge_second_readings(again: Sequence[ScoredUnit], told: Sequence[ScoredUnit]) -> list[ScoredUnit]:
    """Units that both readers weighed, and what is left of those that the English one weighed alone: none is better than what is best in any
    passage that both have read."""
    best: dict[str, float] = {}
    for each in again:
        if each.known is not None:
            best[each.known.name] = max(each.odds, best.get(each.known.name, -math.inf))
    most = min(best.values(), default=math.inf)

    def lowered(each: ScoredUnit) -> ScoredUnit:
        english = each.known is not None and each.known.reader == "en"
        return replace(each, score=min(each.score, most - each.thresholds.answered)) if english else each

    return [*again, *(lowered(each) for each in told if each.known is None or each.known.name not in best)]


def _hopeless(scored: Sequence[ScoredUnit]) -> bool:
    """Whether what was read is so far from answering that what search ranks behind it will not answer either."""
    thresholds_of = (
        (candidate.odds, GIVE_UP_ODDS.get(candidate.known.reader, -math.inf) if candidate.known else -math.inf)
        for candidate in scored
    )
    return bool(scored) and all(odds < bar for odds, bar in thresholds_of)


def _by_language(units: Sequence[Unit]) -> Iterable[tuple[str, list[int]]]:
    found: dict[str, list[int]] = {}
    for n, unit in enumerate(units):
        found.setdefault(unit.document.language, []).append(n)
    return found.items()
