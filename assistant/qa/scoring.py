"""Scores how likely retrieved units answer a question: by the readers, or by embedding similarity where no reader reads the languages."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.qa.abstention import (
    GIVE_UP_ODDS,
    LIKENESS,
    MARKED_FLOOR,
    OTHER_NAME_PENALTY,
    STOP_LEAD_FLOOR,
    STOP_LEADS,
    STOP_MARGINS,
    UNNAMED_FIRST_PAGE_PENALTY,
    UNREAD_SCORE,
    Caution,
    Thresholds,
    chance,
    load_thresholds,
)
from assistant.qa.constraints import constrained_score, is_of_another_session
from assistant.qa.readers import PassageReading, Readers, SearchScores, search_bonus
from assistant.qa.retriever import Evidence, search_tokens
from assistant.qa.units import FirstPage, Unit, distinct, first_page, units_of, without_edge_lines
from assistant.question import Question
from corpus.documents import Span
from corpus.library import Library

STEPS = (3, 6, 10, 16)
"""How many passages are read in all after each step: reading stops once a passage surely answers, and after `STEPS[1]` where none comes
anywhere near."""
FIRST, READ = STEPS[0], STEPS[-1]
MOST_MARKED = 0.5
"""Largest share of a statement that is marked as its answer; a longer span would tell nothing."""
_NO_BEGINNING = {"Pe", "Pf", "Po", "Zs", "Cc"}
"""Unicode categories of characters with which no answer begins: closing brackets and quotation marks, other punctuation, white space."""
TEXT_LIMIT = 500
"""Characters of a unit that are embedded for its similarity; later text of a long provision seldom matters."""


@dataclass(frozen=True)
class ScoredUnit:
    """A unit with its score: how far it is above the threshold for an answer, in log-odds (0 or more is enough).

    `thresholds` are those that the score is relative to; `reading` is the reader's reading of its passage, None where the score is by similarity.
    """

    unit: Unit
    score: float
    thresholds: Thresholds
    reading: PassageReading | None = None

    @property
    def whole(self) -> float:
        """How far the whole passage of the unit is above the threshold for an answer, for uses where a passage is relevant to a topic and no
        words answer; the unit's own score where that is by similarity."""
        return self.score if self.reading is None else self.reading.whole

    @property
    def marked(self) -> Unit:
        """The unit with the answer span that the reader found in it. None is marked where it would be most of the unit, or is unlikely
        (`MARKED_FLOOR`)."""
        reading, unit = self.reading, self.unit
        if reading is None or reading.begin is None:
            return unit
        span = reading.reading.best(unit.start - reading.begin, unit.end - reading.begin)
        if span is None or span[2] <= MARKED_FLOOR:
            return unit
        begin, stop = _whole_words(unit, reading.begin + span[0], reading.begin + span[1])
        is_short = begin < stop and stop - begin <= MOST_MARKED * len(unit.text)
        return replace(unit, answer=(begin, stop) if is_short else None)

    @property
    def odds(self) -> float:
        """The log-odds that the unit answers; comparable between readers with different thresholds."""
        return self.score + self.thresholds.answered

    @property
    def probability(self) -> float:
        return chance(self.odds)


@dataclass(frozen=True)
class ScoredSentence:
    """A scored sentence: the indexes of its passage and of the sentence in it; score and thresholds as in `ScoredUnit`."""

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
    """Scores the units of passages against the thresholds of a `caution`: by the `readers` where they read the languages, else by embedding
    similarity of question, sentence and passage."""

    def __init__(self, library: Library, readers: Readers | None = None, caution: Caution = "normal") -> None:
        self._library, self._readers = library, readers
        self._likeness = load_thresholds(caution)[LIKENESS]

    @property
    def readers(self) -> tuple[str, ...]:
        return self._readers.names if self._readers else ()

    def tokens(self, question: Question, language: str) -> list[str]:
        """The search tokens of a question for documents in a language."""
        return search_tokens(question, language, self._readers.english if self._readers else lambda *_: ())

    def score_evidence(
        self,
        question: Question,
        evidence: Sequence[Evidence],
        among: Callable[[Unit], bool] = lambda _: True,
        most: int = READ,
        named: Sequence[str] = (),
    ) -> list[ScoredUnit]:
        """The scored units of at most `most` passages that search ranks first, and of those that answered the previous turn, best first.

        Units that fail the filter `among` are left out and do not stop the reading of further passages; neither does a digest where other texts
        are found. First pages are read of the document ranked first, of documents whose first passage is found, and of those `named` (ids).
        """
        searched = SearchScores.of(evidence, question)
        page_scores = dict.fromkeys(named, searched.best)
        page_scores |= {each.passage.document_id: each.score for each in evidence[:1]}
        ranked, read_count = iter(evidence), 0
        new = [hit for hit in evidence if hit.id in question.carried]
        carried_ids, opened = {each.id for each in new}, set[str]()
        scored: list[ScoredUnit] = []
        digests = all(hit.document.edition == "digest" for hit in evidence)
        for step in sorted({*(step for step in STEPS if step < most), most}):
            # Passages without quotable units, such as damaged pages, do not count.
            for each in ranked:
                if each.passage.ordinal == 0:
                    page_scores.setdefault(each.passage.document_id, each.score)
                if any(units_of(each)):
                    read_count += 1
                    new += [each] if each.id not in carried_ids else []
                if read_count == step:
                    break
            last = self._score(question, new, searched, among, self._open_first_pages(page_scores, opened), named)
            scored, new = scored + last, []
            sure = (each for each in scored if each.score >= _stop_margin(step, last))
            hopeless = read_count >= STEPS[1] and _is_hopeless(scored)
            if hopeless or any(each.unit.document.edition != "digest" or digests for each in sure):
                break
        return sorted(
            self._with_opinion(question, scored), key=lambda each: (-each.odds, each.unit.document.id, each.unit.start)
        )

    def _with_opinion(self, question: Question, scored: Sequence[ScoredUnit]) -> Sequence[ScoredUnit]:
        """Units with the second reader's opinion on the best one, which holds for all that the same reader read: how far others are below it tells the
        first."""
        best = max(scored, key=lambda each: each.odds, default=None)
        if not (self._readers and best and best.reading):
            return scored
        name, opinion = best.reading.reader, self._readers.second_opinion(question.text, best.reading)
        return [
            _with_reading(question, each, replace(each.reading, opinion=opinion))
            if opinion and each.reading and each.reading.reader == name
            else each
            for each in scored
        ]

    def _open_first_pages(self, page_scores: Mapping[str, float], opened: set[str]) -> list[FirstPage]:
        """The first pages of documents (id to score of the page) that were not `opened` before; the documents are added there. None without
        readers, which alone can score first pages."""
        unread = [key for key in page_scores if self._readers and key not in opened]
        opened.update(unread)
        pages = (first_page(self._library, self._library.document(key), page_scores[key]) for key in unread)
        return [page for page in pages if page]

    def score_passages(
        self, question: Question, passages: Sequence[Evidence], evidence: Sequence[Evidence]
    ) -> list[ScoredUnit]:
        """The scored units of some passages of the evidence for a question, all of them read, best first."""
        return sorted(self._score(question, passages, SearchScores.of(evidence, question)), key=lambda each: -each.odds)

    def score_units_alone(
        self, question: Question, units: Sequence[Unit], evidence: Sequence[Evidence]
    ) -> list[ScoredUnit]:
        """Units of the evidence for a question, each scored as if it were a passage of its own, in the order given; by similarity where no reader
        reads them."""
        searched = SearchScores.of(evidence, question)
        by_index: dict[int, ScoredUnit] = {}
        for language, rows in _by_language(units):
            passages = [(units[n].evidence.passage.heading, [units[n].text]) for n in rows]
            bonuses = [search_bonus(units[n].evidence.score, searched.best) for n in rows]
            likenesses = [searched.likeness_of(units[n].evidence) for n in rows]
            arguments = question.text, question.language, language, passages, bonuses, likenesses
            results = self._readers.score_sentences(*arguments) if self._readers else None
            if results:
                pairs = zip(rows, results, strict=True)
                scored = [ScoredUnit(units[n], score, own) for n, ((score,), own) in pairs]
            else:
                scored = self.score_by_likeness(question, [units[n] for n in rows])
            by_index |= dict(zip(rows, scored, strict=True))
        return [by_index[n] for n in range(len(units))]

    def best_unit_per_passage(self, question: Question, evidence: Sequence[Evidence]) -> list[ScoredUnit]:
        """The best unit of every passage, all passages read, best first."""
        best: dict[str, ScoredUnit] = {}
        for each in self.score_passages(question, evidence, evidence):
            best.setdefault(each.unit.evidence.id, each)
        return list(best.values())

    def score_sentences(
        self, question: Question, language: str, passages: Sequence[tuple[str, Sequence[str]]], most: int, leading: int
    ) -> list[ScoredSentence]:
        """Scored sentences of passages (heading, sentences) that are not part of a document, best first. The first `leading` passages are read
        first, then those with the sentence most similar to the question, at most `most` in all; none is read twice for one question."""
        similarities, thresholds = self._similarities(question, language, passages), self._likeness
        highest = [max(each) for each in similarities]
        best = max(highest, default=0.0)
        order = sorted(range(len(passages)), key=lambda n: (n >= leading, -highest[n], n))
        key = ScoredSentence, *(heading for heading, _ in passages)
        by_passage: dict[int, list[ScoredSentence]] = question.once(key, dict)
        sentences: list[ScoredSentence] = []
        for step in (step for step in STEPS if step <= most):
            rows = [n for n in order[:step] if n not in by_passage]
            bonuses = [search_bonus(highest[n], best) for n in rows]
            likenesses = [highest[n] for n in rows]
            arguments = question.text, question.language, language, [passages[n] for n in rows], bonuses, likenesses
            results = self._readers.score_sentences(*arguments) if self._readers else None
            if results is None and self._library.models.models_for(question.language):
                results = [([thresholds.margin(one + highest[n]) for one in similarities[n]], thresholds) for n in rows]
            results = results or [([UNREAD_SCORE] * len(similarities[n]), thresholds) for n in rows]
            for n, (scores, own) in zip(rows, results, strict=True):
                by_passage[n] = [ScoredSentence(n, m, score, own) for m, score in enumerate(scores)]
            sentences = [each for n in order[:step] for each in by_passage[n]]
            if any(each.score >= 0.0 for each in sentences):
                break
        return sorted(sentences, key=lambda each: (-each.score, each.passage, each.sentence))

    def _similarities(
        self, question: Question, language: str, passages: Sequence[tuple[str, Sequence[str]]]
    ) -> list[list[float]]:
        """The similarity of each sentence to the question, 0 to 1; 0 where no model reads the question."""
        models = self._library.models.models_for(question.language)
        if not models:
            return [[0.0] * len(sentences) for _, sentences in passages]
        # The sentences are embedded now, not read from an index: prefer the smaller model, made for one language.
        model = next((each for each in models if each in self._library.models.models_for(language)), models[0])
        texts = [text for _, sentences in passages for text in sentences]
        values = iter(self._library.similarities(question.text, texts, model, language))
        return [[next(values) for _ in sentences] for _, sentences in passages]

    def _score(
        self,
        question: Question,
        evidence: Sequence[Evidence],
        searched: SearchScores,
        among: Callable[[Unit], bool] = lambda _: True,
        pages: Sequence[FirstPage] = (),
        named: Sequence[str] = (),
    ) -> list[ScoredUnit]:
        """The scored units of passages and of first pages, which only a reader can score, with a penalty where their document is not `named`."""
        units = {hit.id: [unit for unit in distinct(units_of(hit)) if among(unit)] for hit in evidence}
        to_read = {hit.id: words for hit in evidence if units[hit.id] and (words := without_edge_lines(hit))}
        to_read |= {page.id: page for page, _ in pages}
        readings: Mapping[str, PassageReading] = {}
        if self._readers:
            readings = self._readers.read(question.text, question.language, to_read, searched)
        scored: list[ScoredUnit] = []
        for name, each in units.items():
            if (reading := readings.get(name)) and reading.begin is not None:
                for unit in each:
                    score = constrained_score(reading, reading.begin, question, unit)
                    scored.append(ScoredUnit(unit, score, reading.thresholds, reading))
        for page, sentences in pages:
            if reading := readings.get(page.id):
                for unit, *span in (each for each in sentences if among(each[0])):
                    penalty = UNNAMED_FIRST_PAGE_PENALTY * (unit.document.id not in named)
                    score = reading.score(*span) - penalty - OTHER_NAME_PENALTY * is_of_another_session(question, unit)
                    scored.append(ScoredUnit(unit, score, reading.thresholds, replace(reading, begin=None)))
        unread = distinct(unit for name in units if name not in readings for unit in units[name])
        return [*scored, *self.score_by_likeness(question, unread)]

    def score_by_likeness(self, question: Question, units: Sequence[Unit]) -> list[ScoredUnit]:
        """Units scored by their similarity to the question and that of their passages; a fixed score where no model reads the question."""
        similarities = self.nearness(question, units) if units else []
        scores = [UNREAD_SCORE] * len(units)
        if similarities is not None:
            scores = [self._likeness.margin(each) for each in similarities]
        return [ScoredUnit(unit, score, self._likeness) for unit, score in zip(units, scores, strict=True)]

    def nearness(self, question: Question, units: Sequence[Unit]) -> list[float] | None:
        """The similarity of units to the question, 0 to 2: that of the unit with its headings plus that of its passage, by the model that is
        used for search; None where no model reads the question."""
        models = self._library.models.models_for(question.language)
        if not models:
            return None
        by_index: dict[int, float] = {}
        for language, rows in _by_language(units):
            texts = [": ".join(filter(None, (units[n].context, units[n].text)))[:TEXT_LIMIT] for n in rows]
            similarities = self._library.similarities(question.text, texts, models[-1], language)
            for n, likeness in zip(rows, similarities, strict=True):
                passage = units[n].evidence.dense
                by_index[n] = likeness + (likeness if passage is None else passage)
        return [by_index[n] for n in range(len(units))]


def _with_reading(question: Question, scored: ScoredUnit, reading: PassageReading) -> ScoredUnit:
    """A unit whose passage has a reading with an opinion now. That of a first page, which has no constraints, is added to its score."""
    if reading.begin is None:
        return replace(scored, score=scored.score + reading.thresholds.slope * reading.opinion, reading=reading)
    score = constrained_score(reading, reading.begin, question, scored.unit)
    return replace(scored, score=score, reading=reading)


def _whole_words(unit: Unit, begin: int, stop: int) -> Span:
    """A span in a unit, widened to whole words in languages with spaces between words, without what is left of a number or clause before it
    (`) To board`, `, will provide`)."""
    document, text = unit.document, unit.document.text
    begin, stop = (min(max(at, unit.start), unit.end) for at in (begin, stop))
    while begin < stop and unicodedata.category(text[begin]) in _NO_BEGINNING:
        begin += 1
    if document.language == "zh":
        return document.trim_span(begin, stop)
    while begin and text[begin - 1].isalnum() and text[begin].isalnum():
        begin -= 1
    while stop < len(text) and text[stop - 1].isalnum() and text[stop].isalnum():
        stop += 1
    return document.trim_span(begin, stop)


def _stop_margin(step: int, last: Sequence[ScoredUnit]) -> float:
    """How far above the threshold for an answer a unit must be for reading to stop after a step, in which the `last` units were scored."""
    lead = max((each.score for each in last), default=math.inf) + STOP_LEADS.get(step, math.inf)
    return min(STOP_MARGINS.get(step, math.inf), max(STOP_LEAD_FLOOR, lead))


def _is_hopeless(scored: Sequence[ScoredUnit]) -> bool:
    """Whether all units read are so far from answering that lower-ranked passages will not answer either."""
    return bool(scored) and all(
        each.reading is not None and each.odds < GIVE_UP_ODDS.get(each.reading.reader, -math.inf) for each in scored
    )


def _by_language(units: Sequence[Unit]) -> Iterable[tuple[str, list[int]]]:
    by_language: dict[str, list[int]] = {}
    for n, unit in enumerate(units):
        by_language.setdefault(unit.document.language, []).append(n)
    return by_language.items()
