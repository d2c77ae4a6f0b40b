"""From passages to the exact words that may answer: units of one sentence or one provision, each scored.

A unit is a sentence, or a provision with the words that introduce it: sub-paragraph (b) says nothing without
its opening words, so these are quoted with it. Signals: the optional cross-encoder, the cosine of question and
unit, and how much of what the question asks for the unit names (weighted by rarity, as BM25 does).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from assistant.question import Question
from assistant.retrieve import Evidence
from assistant.subjects import SubjectHit, read_subjects
from corpus.analysis import analyse
from corpus.documents import Block, Document, Span
from corpus.library import Library
from corpus.sentences import sentence_spans

GROUP_LIMIT = 900
"""Longest provision, in characters, that is quoted whole with all its sub-paragraphs."""
BAR = 5.0
BAR_WITHOUT_CROSS = 4.5
"""What speaks for a unit must outweigh this; fitted on the development questions."""
SURE, SURE_PLAIN, NEVER = 4.0, 1.5, 100.0
"""From here on the cross-encoder's word suffices where half of what is asked is named: in a document with a subject
index, in one without, and for a question that it can't read."""
OTHER_YEAR = 4.0
LEAST_NEEDS, BY_WORDS, BAR_BY_WORDS = 2, 8.0, 0.8
"""In a language that no model reads: how much a question must ask for, and which share of it a unit must name."""
DIGEST_LIMIT = 600
"""Longest paragraph of a digest, in characters, that is quoted whole."""
NO_CROSS = -11.5
"""What the cross-encoder gives where nothing fits; stands in where it has nothing to score."""
TEXT_LIMIT = 500
"""Characters of a unit that are scored; what comes later in a long provision seldom decides."""
PLAIN_LIMIT = 12
"""How many of the scored units may come from documents without a subject index."""
MAX_ROWS = 400
"""How many blocks above a row its table's header is looked for."""
UNIT_LIMIT = 24
"""Most units that are scored for one question."""
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LEANS_BACK = re.compile(
    r"^(?:It|They|This|These|Those|Such|He|She|However|In that|In this|In such|To that end|The same|For (?:that|this) purpose|"
    r"Likewise|Accordingly|Moreover|Furthermore|Also)\b"
)


class TextScorer(Protocol):
    """Scores texts against a question; higher is better (the cross-encoder's logits)."""

    def scores(self, question: str, texts: Sequence[str]) -> np.ndarray: ...


@dataclass(frozen=True)
class Unit:
    """Words that may answer: `text[start:end]` of the document, with the spans that introduce them."""

    evidence: Evidence
    start: int
    end: int
    locator: str
    block: int
    leads: tuple[tuple[Span, str], ...] = ()

    @property
    def document(self) -> Document:
        """The document that the words are in."""
        return self.evidence.document

    @cached_property
    def text(self) -> str:
        """The words on one line, introduced."""
        spans = [*(span for span, _ in self.leads), (self.start, self.end)]
        return " ".join(" ".join(self.document.quote(*span).split()) for span in spans)

    @cached_property
    def context(self) -> str:
        """The headings above the words, innermost last, without the document's name; the caption and header of
        a table above its row."""
        block = self.document.blocks[self.block]
        above = [" ".join(self.document.block_text(heading).split()) for heading in self.document.headings(block)]
        row = [block.context] if block.kind == "row" and block.context not in ("", "header") else []
        return ". ".join([*above[-2:], *row])


@dataclass(frozen=True)
class Scored:
    """A unit with its signals. `score` is a log-odds: above zero it is more likely an answer than not."""

    unit: Unit
    score: float
    cross: float
    cosine: float
    coverage: float
    missing: float
    subject: float = 0.0
    asked: float = NO_CROSS


def units_of(evidence: Evidence) -> Iterator[Unit]:
    """The units of a passage."""
    document = evidence.document
    grouped: set[int] = set()
    for ordinal in range(evidence.passage.first, evidence.passage.last + 1):
        block = document.blocks[ordinal]
        if block.kind == "heading" or block.ordinal in grouped or not document.body(block).strip():
            continue
        if block.locator == "contents" or block.page in document.unquotable:
            continue
        if block.kind in ("paragraph", "item") and _items_below(document, block):
            yield from _group(evidence, block, grouped)
        elif block.kind == "item" and _leads(document, block):
            yield Unit(evidence, block.body_start, block.end, block.locator, ordinal, _leads(document, block))
        elif block.kind == "row":
            yield Unit(evidence, block.start, block.end, block.locator, ordinal, _heads(document, block))
        elif block.kind == "footnote":
            yield Unit(evidence, block.start, block.end, block.locator, ordinal)
        else:
            yield from _sentences(evidence, block)


def _items_below(document: Document, block: Block) -> tuple[Block, ...]:
    return tuple(child for child in document.children.get(block.ordinal, ()) if child.kind == "item")


def _heads(document: Document, row: Block) -> tuple[tuple[Span, str], ...]:
    """The rows that head a row's table, and the caption above them: a number alone says nothing."""
    if document.kind == "agenda" or row.context == "header":
        return ()
    table = row.locator.rpartition(", ")[0]
    heads: list[Block] = []
    caption: Block | None = None
    for block in reversed(document.blocks[max(0, row.ordinal - MAX_ROWS) : row.ordinal]):
        if block.kind == "row" and block.locator.rpartition(", ")[0] == table:
            heads += [block] if block.context == "header" else []
        elif block.kind == "paragraph" and block.locator == table:
            caption = block  # the first of its lines, at last
        elif block.kind != "footnote":
            break
    found = [block for block in (caption, *reversed(heads)) if block is not None]
    return tuple(((block.start, block.end), block.locator) for block in found)


def _leads(document: Document, block: Block) -> tuple[tuple[Span, str], ...]:
    """The paragraphs that introduce an item, outermost first."""
    found: list[tuple[Span, str]] = []
    parent = block.parent
    while parent is not None and document.blocks[parent].kind in ("paragraph", "item"):
        above = document.blocks[parent]
        if document.body(above).strip():
            found.append(((above.body_start, above.end), above.locator))
        parent = above.parent
    if not found and block.parent is not None:
        # Sub-paragraphs right under a heading are introduced by the unnumbered words before them.
        for before in reversed(document.blocks[block.parent + 1 : block.ordinal]):
            if before.kind == "paragraph" and document.body(before).rstrip().endswith((":", "：")):
                return (((before.body_start, before.end), before.locator),)
    return tuple(reversed(found))


def _group(evidence: Evidence, block: Block, grouped: set[int]) -> Iterator[Unit]:
    """A provision with its sub-paragraphs: whole where it is short enough, and each part introduced."""
    document = evidence.document
    below = list(_below(document, block))
    end = below[-1].end
    if end - block.body_start <= GROUP_LIMIT and document.body(block).strip():
        yield Unit(evidence, block.body_start, end, block.locator, block.ordinal, _leads(document, block))
    for child in below:
        grouped.add(child.ordinal)
        if not _items_below(document, child) and document.body(child).strip():
            yield Unit(evidence, child.body_start, child.end, child.locator, child.ordinal, _leads(document, child))
        elif child.end - child.body_start and _items_below(document, child):
            last = list(_below(document, child))[-1]
            if last.end - child.body_start <= GROUP_LIMIT and document.body(child).strip():
                yield Unit(
                    evidence,
                    child.body_start,
                    last.end,
                    child.locator,
                    child.ordinal,
                    _leads(document, child),
                )


def _below(document: Document, block: Block) -> Iterator[Block]:
    for child in _items_below(document, block):
        yield child
        yield from _below(document, child)


def _sentences(evidence: Evidence, block: Block) -> Iterator[Unit]:
    document = evidence.document
    text = document.body(block)
    if document.edition == "digest" and len(text) <= DIGEST_LIMIT:
        # A digest says a thing in one short paragraph, whose sentences lean on each other.
        yield Unit(evidence, block.body_start, block.end, block.locator, block.ordinal)
        return
    previous = 0
    for start, end in sentence_spans(text, document.language):
        begin = previous if previous and _LEANS_BACK.match(text[start:end]) else start
        begin = 0 if _LEANS_BACK.match(text[start:end]) and start and not previous else begin
        yield Unit(evidence, block.body_start + begin, block.body_start + end, block.locator, block.ordinal)
        previous = start


class Scorer:
    """Scores units. `cross_encoder` is optional; without it the other signals carry the decision."""

    def __init__(self, library: Library, cross_encoder: TextScorer | None = None) -> None:
        self._library = library
        self._cross = cross_encoder

    def score(self, question: Question, evidence: Sequence[Evidence]) -> list[Scored]:
        """The units of the evidence, best first."""
        return self.score_units(question, [unit for each in evidence for unit in units_of(each)])

    def score_units(self, question: Question, candidates: Sequence[Unit]) -> list[Scored]:
        """Units scored, best first; of many, those that the cheap signals favour. Order of rank matters."""
        units = _distinct(candidates)
        if not units:
            return []
        lexical = [self._coverage(question, unit) for unit in units]
        ranks = {passage_id: n for n, passage_id in enumerate(dict.fromkeys(unit.evidence.id for unit in units))}
        reach = [1.0 / (1 + ranks[unit.evidence.id]) for unit in units]
        hits = read_subjects(question, self._library).hits
        subject = [max((hit.score * _meets(unit, hit) for hit in hits), default=0.0) for unit in units]
        indexed = self._library.indexed()
        order = sorted(range(len(units)), key=lambda n: -(lexical[n][0] + reach[n] + 3 * subject[n]))
        # Documents without a subject index must not be crowded out by those that have one.
        plain = [n for n in order if units[n].document.id not in indexed][:PLAIN_LIMIT]
        order = [*[n for n in order if n not in plain][: UNIT_LIMIT - len(plain)], *plain]
        units, lexical, subject = (
            [units[n] for n in order],
            [lexical[n] for n in order],
            [subject[n] for n in order],
        )
        texts = [f"{unit.context}: {unit.text}"[:TEXT_LIMIT] for unit in units]
        cosines = self._cosines(question, texts)
        cross, asked = self._crossed(question, units, texts, hits)
        years = set(_YEAR.findall(question.text))
        scored = [
            Scored(
                unit=unit,
                score=_other_year(years, unit)
                + max(
                    combine(
                        crossed,
                        cosine,
                        words[0],
                        near,
                        like,
                        _sure_from(question, unit.document.id in indexed),
                    ),
                    self._by_words(question, unit, words[0]),
                ),
                cross=NO_CROSS if crossed is None else crossed,
                cosine=cosine,
                coverage=words[0],
                missing=words[1],
                subject=near,
                asked=like,
            )
            for unit, crossed, cosine, words, near, like in zip(
                units, cross, cosines, lexical, subject, asked, strict=True
            )
        ]
        return sorted(scored, key=lambda each: (-each.score, each.unit.document.id, each.unit.start))

    def _by_words(self, question: Question, unit: Unit, coverage: float) -> float:
        """What the words alone say for a unit in the question's own language, where no model reads that language."""
        served = self._library.embedder.languages
        language = question.language
        if served is None or language in served or unit.document.language != language:
            return -NEVER
        if len(needs(question, language)) < LEAST_NEEDS:
            return -NEVER
        return BY_WORDS * (coverage - BAR_BY_WORDS)

    def _cosines(self, question: Question, texts: Sequence[str]) -> list[float]:
        embedder = self._library.embedder
        asked = question.text if embedder.languages is None else question.english
        if not asked:
            return [0.0] * len(texts)
        return [float(cosine) for cosine in embedder.embed_passages(texts) @ embedder.embed_query(asked)]

    def _crossed(
        self, question: Question, units: Sequence[Unit], texts: Sequence[str], hits: Sequence[SubjectHit]
    ) -> tuple[list[float | None], list[float]]:
        """The cross-encoder's scores of the units, and of the subjects that point at them."""
        if self._cross is None or not question.english:
            return [None] * len(units), [NO_CROSS] * len(units)
        phrased = [hit for hit in hits if hit.phrase]
        scores = self._cross.scores(question.english, [*texts, *(hit.phrase for hit in phrased)])
        own, of_phrases = scores[: len(texts)], scores[len(texts) :]
        asked = [
            max(
                (float(score) for hit, score in zip(phrased, of_phrases, strict=True) if _meets(unit, hit)),
                default=NO_CROSS,
            )
            for unit in units
        ]
        return [float(score) for score in own], asked

    def _coverage(self, question: Question, unit: Unit) -> tuple[float, float]:
        """Share of the question's content that a unit names, and the rarity of its rarest word left out.

        A word counts as named when the unit holds it or another name of the same term. Rarity is the inverse
        document frequency among passages, scaled to 0..1.
        """
        language = unit.document.language
        held = set(analyse(f"{unit.context} {unit.text}", language))
        wanted = needs(question, language)
        if not wanted:
            return 0.0, 1.0
        total = max(1, sum(self._library.languages().values()))
        frequency = self._library.document_frequency([t for names in wanted for t in names[:1]], language)
        top = math.log(1 + total)
        gained = weight = missing = 0.0
        for names in wanted:
            rarity = math.log((total + 1) / (0.5 + frequency.get(names[0], 0))) / top if frequency else 1.0
            rarity = min(1.0, max(0.05, rarity))
            weight += rarity
            if any(name in held for name in names):
                gained += rarity
            else:
                missing = max(missing, rarity)
        return gained / weight, missing


def needs(question: Question, language: str) -> list[list[str]]:
    """What a question asks for, as lists of index words of which one suffices: its terms with all their names
    in a document's language, and the content words that belong to no term."""
    vocabulary = question.vocabulary
    wanted: list[list[str]] = []
    covered: set[str] = set()
    called = {name.casefold() for entry in question.named for name in entry.names}
    for mention in question.terms:
        own = analyse(question.text[mention.start : mention.end], question.language)
        covered.update(own)
        if called & {name.casefold() for name in vocabulary.names(mention.concept, "en")}:
            continue  # the name of a document says where to look, not what to look for
        if not vocabulary.content(own, question.language):
            continue
        names = [token for name in vocabulary.names(mention.concept, language) for token in
                 vocabulary.content(analyse(name, language), language)]  # fmt: skip
        if question.language == language:
            names = [*vocabulary.content(own, language), *names]
        if names:
            wanted.append(list(dict.fromkeys(names)))
    for token in question.content:
        if token not in covered and (question.language == language or token.isdigit()):
            wanted.append([token])
    return wanted


def _meets(unit: Unit, hit: SubjectHit) -> float:
    """How well a unit is what a subject points at: 1 where it is that span or part of it, less where it is more."""
    if unit.document.id != hit.document_id or unit.end <= hit.start or hit.end <= unit.start:
        return 0.0
    if hit.start <= unit.start and unit.end <= hit.end:
        return 1.0 if unit.end - unit.start > 0.6 * (hit.end - hit.start) else 0.97
    return 0.95


def _other_year(years: set[str], unit: Unit) -> float:
    """What a unit loses that names none of the years asked about: a fact of another year is no answer."""
    if not years:
        return 0.0
    said = set(_YEAR.findall(f"{unit.context} {unit.text} {unit.document.date or ''} {unit.document.label}"))
    return 0.0 if years & said else -OTHER_YEAR


def _sure_from(question: Question, indexed: bool) -> float:
    if question.language != "en":
        return NEVER
    return SURE if indexed else SURE_PLAIN


def combine(cross: float | None, cosine: float, coverage: float, subject: float, asked: float, sure: float) -> float:
    """How much speaks for a unit; zero and more is enough to answer. Weights chosen on the development
    questions (`docs/quality.md`), with the cross-encoder and without."""
    near = 10.0 * subject + 2.0 * cosine + 1.5 * coverage
    if cross is None:
        return max(near - BAR_WITHOUT_CROSS, 12.0 * (cosine - 0.62) + 3.0 * (coverage - 0.7))
    near += 0.05 * (cross - NO_CROSS) + 0.05 * (asked - NO_CROSS)
    # The cross-encoder alone may be sure enough: of a whole question, not of the bare terms that stand for one in
    # another language, and sooner where there is no subject index to speak.
    return max(near - BAR, 0.7 * (cross - sure) + 2.0 * (coverage - 0.5))


def _distinct(units: Sequence[Unit]) -> list[Unit]:
    seen: set[tuple[str, int, int]] = set()
    kept = []
    for unit in units:
        key = (unit.document.id, unit.start, unit.end)
        if key not in seen:
            seen.add(key)
            kept.append(unit)
    return kept
