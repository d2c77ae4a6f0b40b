"""The paragraphs of texts that are on a topic.

Search ranks the passages of all texts at once, and their paragraphs by its score and by the share of the topic's words
that each has itself. The reader reads the paragraphs in this order, those of texts that speak to the topic first, each
as a passage of its own, until a batch has none that is near the topic; of each named text it reads the best ones in any
case. No words answer a topic, so its scores are low, and the similarity in meaning counts beside them: a paragraph is
judged by both, each by its own thresholds (`qa/abstention`). `rapporteur eval topics` measures this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.qa.abstention import (
    TOPIC_CERTAIN,
    TOPIC_DOCUMENT_WEIGHT,
    TOPIC_GIVE_UP,
    TOPIC_POSSIBLE,
    TOPIC_WORDS_WEIGHT,
)
from assistant.qa.engine import Engine
from assistant.qa.retriever import POOL, Evidence
from assistant.qa.scoring import FIRST, ScoredUnit
from assistant.qa.units import Unit, distinct, units_of
from assistant.question import Question
from assistant.reports import Progress
from assistant.reports.comparison.paragraphs import precedence, whole_paragraph
from assistant.time_slices import Slices

BATCH, MAX_READ = 24, 168
"""How many paragraphs are read at once, and at most; named texts share the latter."""


@dataclass(frozen=True)
class TopicParagraph:
    """A paragraph that was read, with its `score`: 0 at the thresholds for an answer, -1 at those for a tentative one;
    `is_certain` where it surely is on the topic."""

    unit: Unit
    score: float
    is_certain: bool

    @property
    def is_relevant(self) -> bool:
        """Whether the paragraph may be on the topic."""
        return self.score >= TOPIC_POSSIBLE


@dataclass(frozen=True)
class TopicParagraphs:
    """What was read on a topic. `document_ids` are the texts: the named ones in their order, else those of which
    something was read, the latest first and drafts last; `unread` counts the others. `units` are the paragraphs that
    search found in them."""

    document_ids: tuple[str, ...]
    units: tuple[Unit, ...]
    paragraphs: tuple[TopicParagraph, ...]
    unread: int

    @classmethod
    def find(
        cls, engine: Engine, question: Question, named_ids: Sequence[str], progress: Progress, slices: Slices
    ) -> TopicParagraphs:
        """The paragraphs on a topic in the named texts, or in all of the library in the version from which answers are
        given."""
        if engine.has_nothing_to_search(question):
            return cls((), (), (), 0)
        library = engine.library
        usable = named_ids or sorted(library.versions().quotable_documents(question.language))
        evidence = engine.retriever.retrieve(question, 2 * POOL, usable)
        ids = {each.passage.document_id for each in evidence}
        last_score = min((each.score for each in evidence), default=0.0)
        for document_id in (each for each in named_ids if each not in ids):
            others = engine.retriever.retrieve(question, FIRST, [document_id])
            evidence += [replace(each, score=min(each.score, last_score)) for each in others]
        reading = _Reading(engine, question, evidence, progress)
        units, limit = reading.units, min(len(reading.units), MAX_READ)
        share, is_near = max(MAX_READ // max(len(named_ids), 1), 1), not named_ids
        for document_id in slices(named_ids):
            is_near = reading.read_batch(min(BATCH, share), document_id) or is_near
        for start in slices(range(len(reading.read), limit, BATCH)):
            is_near = is_near and reading.read_batch(min(BATCH, limit - start))
        # A preamble only recalls or notes something before a text says what it says.
        read = sorted(reading.read, key=lambda each: ("preamb" in each.unit.locator, -each.score))
        documents = [library.document(each) for each in sorted({each.unit.document.id for each in read})]
        documents.sort(key=lambda each: precedence(each)[:2], reverse=True)
        document_ids = named_ids or [each.id for each in documents]
        units = [unit for unit in units if unit.document.id in document_ids]
        return cls(tuple(document_ids), tuple(units), tuple(read), len(usable) - len(document_ids))

    def of(self, document_id: str) -> list[TopicParagraph]:
        """The paragraphs of one text that were read, the best first."""
        return [each for each in self.paragraphs if each.unit.document.id == document_id]


class _Reading:
    """Reads the paragraphs of passages in batches: `read` are those that were read."""

    def __init__(self, engine: Engine, question: Question, evidence: Sequence[Evidence], progress: Progress) -> None:
        self.units = _find_units(evidence)
        self.read: list[TopicParagraph] = []
        self._engine, self._question, self._evidence, self._progress = engine, question, evidence, progress
        self._ranks = [
            unit.evidence.score + TOPIC_WORDS_WEIGHT * question.share_of_words(unit.text, unit.document.language)
            for unit in self.units
        ]
        self._unread = set(range(len(self.units)))
        self._on_topic: set[str] = set()

    def read_batch(self, size: int, document_id: str = "") -> bool:
        """Reads the best paragraphs that are unread, of one text or of all; returns whether any may be on the topic."""
        units = self.units
        # A text that speaks to the topic in one paragraph often does so in others.
        batch = sorted(
            (n for n in self._unread if document_id in ("", units[n].document.id)),
            key=lambda n: (-self._ranks[n] - TOPIC_DOCUMENT_WEIGHT * (units[n].document.id in self._on_topic), n),
        )[:size]
        if not batch:
            return False
        self._progress(units[batch[0]].document.label, len(self.read), min(len(units), MAX_READ))
        latest = _read(self._engine, self._question, [units[n] for n in batch], self._evidence)
        self.read += latest
        self._unread.difference_update(batch)
        self._on_topic.update(each.unit.document.id for each in latest if each.is_certain)
        return any(each.is_relevant for each in latest)


def _find_units(evidence: Sequence[Evidence]) -> list[Unit]:
    """The paragraphs of passages, without footnotes and parts of others."""
    units = distinct(whole_paragraph(unit) for each in evidence for unit in units_of(each))
    units = [unit for unit in units if unit.document.blocks[unit.block].kind != "footnote"]
    kept: dict[str, list[Unit]] = {}
    for unit in sorted(units, key=lambda each: (each.start, -each.end)):
        others = kept.setdefault(unit.document.id, [])
        if not others or not unit.overlaps(others[-1]):
            others.append(unit)
    chosen = {(unit.document.id, unit.start, unit.end) for others in kept.values() for unit in others}
    return [unit for unit in units if (unit.document.id, unit.start, unit.end) in chosen]


def _read(
    engine: Engine, question: Question, units: Sequence[Unit], evidence: Sequence[Evidence]
) -> list[TopicParagraph]:
    """Judges paragraphs: the mean of their scores by the reader and by their similarity to the topic. In another language
    similarity tells less, so there the reader must be certain by itself."""
    scores = [_relative_score(each) for each in engine.scorer.score_units_alone(question, units, evidence)]
    is_own = [unit.document.language == question.language for unit in units]
    compared = [n for n in range(len(units)) if scores[n] >= TOPIC_GIVE_UP and is_own[n]]
    # The similarity of the paragraph alone counts, not that of its passage.
    alone = [replace(units[n], evidence=replace(units[n].evidence, dense=None)) for n in compared]
    for n, likeness in zip(compared, engine.scorer.score_by_likeness(question, alone), strict=True):
        scores[n] = (scores[n] + _relative_score(likeness)) / 2
    judged = zip(units, scores, is_own, strict=True)
    return [TopicParagraph(unit, score, score >= (TOPIC_CERTAIN if own else 0.0)) for unit, score, own in judged]


def _relative_score(scored: ScoredUnit) -> float:
    """The score of a unit by its own thresholds: 0 for an answer, -1 for a tentative one."""
    margin, score = scored.thresholds.tentative_margin, scored.score
    return score / -margin if margin < 0.0 else min(score - 1.0, 0.0) if score < 0.0 else score
