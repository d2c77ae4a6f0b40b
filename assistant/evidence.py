"""How much speaks for each of the units that may answer. Signals: the optional cross-encoder, the cosine of question and
unit, and how much of what the question asks for the unit names (weighted by rarity, as BM25 does).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from assistant.asked import (
    lacks_aspect,
    lacks_kind,
    of_another_recommendation,
    of_another_session,
)
from assistant.qa.readers import Known, Readers
from assistant.qa.retriever import Evidence
from assistant.qa.units import Unit, distinct, units_of
from assistant.question import YEAR, Question
from assistant.weights import NO_CROSS, Crossed, Near, Weights
from corpus.analysis import analyse
from corpus.library import Library

THRESHOLD = 0.0
"""Log-odds below which the evidence is too weak to answer from."""
WORTH_SHOWING = -4.5
"""Log-odds below which the evidence is not even shown as what comes closest."""
NEVER = 100.0
OTHER_YEAR = 4.0
"""What a unit loses that names none of the years asked about."""
OTHER_SESSION = 2.0
"""What a unit loses that names another session or meeting than the question, or none."""
OTHER_KIND = 8.0
"""What a unit loses that has no number where one is asked for, no point of time, or no word of the aspect."""
LEAST_NEEDS = 2
"""How much a question must ask for in a language that no model reads."""
READ = 8
"""Passages that are read for one question."""
HOMES = 3
"""How many whole passages the cross-encoder reads besides the units."""
TEXT_LIMIT = 500
"""Characters of a unit that are scored; what comes later in a long provision seldom decides."""
UNIT_LIMIT = 48
"""Most units that are scored for one question."""


class TextScorer(Protocol):
    """Scores texts against a question; higher is better (the cross-encoder's logits)."""

    def scores(self, question: str, texts: Sequence[str]) -> np.ndarray: ...


@dataclass(frozen=True)
class Scored:
    """A unit with its signals. `score` is a log-odds: above zero it is more likely an answer than not.

    `cross` is the cross-encoder's logit of the unit, `passage` that of its passage; `lost` is what it lost for being
    about another thing than what is asked; `abroad` says that it was weighed by meaning across two languages. `known` is what the reader said of its passage, where that told the score.
    """

    unit: Unit
    score: float
    cross: float
    cosine: float
    coverage: float
    missing: float
    passage: float = NO_CROSS
    lost: float = 0.0
    abroad: bool = False
    known: Known | None = None

    @property
    def read(self) -> bool:
        """Whether the reader told the score."""
        return self.known is not None

    @property
    def least(self) -> float:
        """The score from which on the unit may be shown as what comes closest."""
        if self.known is not None:
            return self.known.bars.least
        return Weights.shipped().meaning_least if self.abroad else WORTH_SHOWING

    @property
    def probability(self) -> float | None:
        """The chance that the unit answers, 0 to 1, as the reader tells it; None where that did not."""
        return None if self.known is None else self.known.probability(self.unit)


class Scorer:
    """Scores units. Passages are read by the `readers` that are at hand; where none reads them, signals are weighed, with the
    `cross_encoder` among them where there is one."""

    def __init__(
        self, library: Library, cross_encoder: TextScorer | None = None, readers: Readers | None = None
    ) -> None:
        self._library = library
        self._cross = cross_encoder
        self._readers = readers
        self._weights = Weights.shipped()

    @property
    def crossed(self) -> bool:
        """Whether a cross-encoder is at hand."""
        return self._cross is not None

    @property
    def readers(self) -> tuple[str, ...]:
        """Which readers are at hand."""
        return self._readers.names if self._readers else ()

    def score(self, question: Question, evidence: Sequence[Evidence], *, read: bool = True) -> list[Scored]:
        """The units of the evidence, best first. Where `read`, the first passages are read for what answers; a subject that
        asks nothing is not to be read so."""
        readable = self._readable(question, evidence) if read and self._readers else []
        left = {each.id for each in readable}
        weighed = self.score_units(
            question, [unit for each in evidence if each.id not in left for unit in units_of(each)]
        )
        return sorted(
            [*self._read(question, readable), *weighed],
            key=lambda each: (-each.score, each.unit.document.id, each.unit.start),
        )

    def _readable(self, question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
        """The passages that a reader can read."""
        assert self._readers is not None
        return [
            each for each in evidence if self._readers.name_for(question.language, each.document.language) is not None
        ]

    def _read(self, question: Question, readable: Sequence[Evidence]) -> list[Scored]:
        """The units of the passages that search ranks first, and of those that answered the turn before, by what the reader
        says of them."""
        if self._readers is None or not readable:
            return []
        carried = [each for each in readable if each.id in question.carried]
        chosen = list({each.id: each for each in (*readable[:READ], *carried)}.values())
        known = self._readers.read(question.text, question.language, chosen)
        return [
            Scored(unit, told.score(unit), NO_CROSS, 0.0, 0.0, 0.0, known=told)
            for each in chosen
            for told in (known[each.id],)
            for unit in distinct(list(units_of(each)))
        ]

    def score_units(self, question: Question, candidates: Sequence[Unit]) -> list[Scored]:
        """Units scored, best first; of many, those that the cheap signals favour. Order of rank matters."""
        likely = self._likeliest(question, distinct(candidates))
        units = [each.unit for each in likely]
        texts = [_scored_text(unit) for unit in units]
        cosines = self._cosines(question, units, texts)
        cross = self._crossed(question, texts)
        homes = self._homes(question, units, cross)
        signals = [
            replace(
                each,
                cross=NO_CROSS if cross is None else cross[n],
                cosine=cosines[n],
                passage=homes[n],
                lost=_lost(question, each.unit),
                abroad=question.language not in ("en", each.unit.document.language),
            )
            for n, each in enumerate(likely)
        ]
        scores = self._weighed(question, signals, crossed=cross is not None)
        scored = [replace(each, score=score) for each, score in zip(signals, scores, strict=True)]
        return sorted(scored, key=lambda each: (-each.score, each.unit.document.id, each.unit.start))

    def _likeliest(self, question: Question, units: Sequence[Unit]) -> list[Scored]:
        """The units that the models are to read, with the signals that cost little."""
        ranks = {passage_id: n for n, passage_id in enumerate(dict.fromkeys(unit.evidence.id for unit in units))}
        found: list[tuple[float, Scored]] = []
        for unit in units:
            coverage, missing = self._coverage(question, unit)
            reach = 1.0 / (1 + ranks[unit.evidence.id])
            found.append((coverage + reach, Scored(unit, 0.0, NO_CROSS, 0.0, coverage, missing)))
        return [each for _, each in sorted(found, key=lambda pair: -pair[0])[:UNIT_LIMIT]]

    def _weighed(self, question: Question, signals: Sequence[Scored], *, crossed: bool) -> list[float]:
        """The scores of units, from all their signals. The cross-encoder reads English questions; of others their terms."""
        english = question.language == "en"
        models = self._library.models
        # The bars are those of a second model; how a first one that reads all languages spreads its cosines is not known.
        if models.multilingual is not None and models.readers(question.language) == (models.multilingual,):
            near = [
                Near(
                    each.cosine,
                    each.unit.evidence.dense,
                    each.unit.document.language != question.language,
                    each.lost,
                )
                for each in signals
            ]
            scores = self._weights.by_meaning(near, question.language)
        elif crossed and english:
            told = [
                Crossed(
                    each.cross, each.passage, each.cosine, each.unit.evidence.dense, bool(each.unit.context), each.lost
                )
                for each in signals
            ]
            scores = self._weights.by_cross(told)
        else:
            scores = [
                self._weights.unfitted(each.cross if crossed else None, each.cosine, each.coverage) - each.lost
                for each in signals
            ]
        words = [self._by_words(question, each.unit, each.coverage) for each in signals]
        return [max(score, word - each.lost) for each, score, word in zip(signals, scores, words, strict=True)]

    def _homes(self, question: Question, units: Sequence[Unit], cross: Sequence[float] | None) -> list[float]:
        """What the cross-encoder gives the whole passages of the best units: a sentence by itself may lack the name of what
        it is about. Units of other passages have what they got."""
        if self._cross is None or cross is None or question.language != "en":
            return [NO_CROSS] * len(units) if cross is None else list(cross)
        order = sorted(range(len(units)), key=lambda n: -cross[n])
        homes = list({units[n].evidence.id: units[n].evidence for n in order}.values())[:HOMES]
        told = self._cross.scores(question.english, [" ".join(home.passage.embedded.split()) for home in homes])
        by_id = {home.id: float(score) for home, score in zip(homes, told, strict=True)}
        return [by_id.get(unit.evidence.id, cross[n]) for n, unit in enumerate(units)]

    def _by_words(self, question: Question, unit: Unit, coverage: float) -> float:
        """What the words alone say for a unit in the question's own language, where no model reads that language."""
        language = question.language
        if self._library.models.readers(language) or unit.document.language != language:
            return -NEVER
        if len(needs(question, language)) < LEAST_NEEDS:
            return -NEVER
        return self._weights.by_words(coverage, language)

    def _cosines(self, question: Question, units: Sequence[Unit], texts: Sequence[str]) -> list[float]:
        """How like the question the texts of units are, by the first model that reads both."""
        models = self._library.models
        asked, readers = question.for_models(models)
        cosines = [0.0] * len(texts)
        if not asked or not readers:
            return cosines
        spoken = question.language if models.readers(question.language) else "en"
        for language in dict.fromkeys(unit.document.language for unit in units):
            rows = [n for n, unit in enumerate(units) if unit.document.language == language]
            model = next((model for model in readers if model in models.readers(language)), readers[0])
            some = [texts[n] for n in rows]
            for n, cosine in zip(rows, self._library.likenesses(asked, some, model, (spoken, language)), strict=True):
                cosines[n] = cosine
        return cosines

    def _crossed(self, question: Question, texts: Sequence[str]) -> list[float] | None:
        """The cross-encoder's scores of the texts of units; None without it."""
        if self._cross is None or not question.english:
            return None
        return [float(score) for score in self._cross.scores(question.english, texts)]

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


def _lost(question: Question, unit: Unit) -> float:
    """What a unit loses for being about another time, session or aspect than the question."""
    return (
        (OTHER_YEAR if _of_another_year(question.years, unit) else 0.0)
        + (OTHER_SESSION if _of_another_session(question, unit) else 0.0)
        + (OTHER_KIND if of_another_kind(question, unit) else 0.0)
    )


def _of_another_year(years: frozenset[str], unit: Unit) -> bool:
    """Whether a unit names none of the years asked about: a fact of another year is no answer."""
    said = f"{unit.context} {unit.text} {unit.document.date or ''} {unit.document.label}" if years else ""
    return bool(years) and years.isdisjoint(YEAR.findall(said))


def of_another_kind(question: Question, unit: Unit) -> bool:
    """Whether a unit has nothing of the kind that a question asks for."""
    language = unit.document.language
    around = unit.document.block_text(unit.document.blocks[unit.block])
    return (
        lacks_kind(question, _said(unit), language)
        or lacks_aspect(question, f"{_said(unit)} {around}", language)
        or of_another_recommendation(question, f"{unit.context} {around}", language)
    )


def _of_another_session(question: Question, unit: Unit) -> bool:
    """Whether a unit, its headings and its document name none of the sessions asked about."""
    document = unit.document
    around = f"{unit.context} {document.block_text(document.blocks[unit.block])} {document.title} {document.label}"
    return of_another_session(question, around, document.language)


def _said(unit: Unit) -> str:
    """A unit's words and those that introduce it."""
    leads = [unit.document.text[start:end] for (start, end), _ in unit.leads]
    return " ".join([*leads, unit.text])


def _scored_text(unit: Unit) -> str:
    """What the models see of a unit: its headings, and its words."""
    return (f"{unit.context}: {unit.text}" if unit.context else unit.text)[:TEXT_LIMIT]
