"""How much units of documents speak to a subject that asks nothing: by likeness in meaning, and by the words that they share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.qa.engine import Engine
from assistant.qa.retriever import Evidence
from assistant.qa.units import Unit, distinct, units_of
from assistant.qa.weighing import likenesses
from assistant.question import Question
from corpus.analysis import analyse
from corpus.library import Library

UNIT_LIMIT = 48
"""Most units that are weighed for one subject."""
SHARED = 0.3
"""What the words that a unit shares with the subject count beside its likeness in meaning."""


@dataclass(frozen=True)
class Weighed:
    """A unit, the `cosine` of its words and a subject, and the share of the subject's content that it names (`coverage`)."""

    unit: Unit
    cosine: float
    coverage: float

    @property
    def worth(self) -> float:
        """How much speaks for the unit."""
        return self.cosine + SHARED * self.coverage


def weigh(engine: Engine, words: str, documents: Sequence[str], language: str) -> list[Weighed]:
    """The units of some documents that search finds for a subject, best first."""
    subject = engine.question(words, language)
    if not subject.text:
        return []
    found = engine.retriever.retrieve(subject, engine.passages, documents)
    likely = _likeliest(subject, found, engine)
    cosines = _cosines(subject, [unit for unit, _ in likely], engine.library)
    weighed = [Weighed(unit, cosines[n], coverage) for n, (unit, coverage) in enumerate(likely)]
    return sorted(weighed, key=lambda each: (-each.worth, each.unit.document.id, each.unit.start))


def _likeliest(subject: Question, found: Sequence[Evidence], engine: Engine) -> list[tuple[Unit, float]]:
    """The units that are worth comparing in meaning, with their coverage: those that name most, and of what ranks first."""
    needs = {language: _needs(subject, language, engine) for language in {each.document.language for each in found}}
    ranked = []
    for rank, each in enumerate(found):
        for unit in distinct(list(units_of(each))):
            named = _coverage(needs[unit.document.language], unit)
            ranked.append((named + 1.0 / (1 + rank), unit, named))
    return [(unit, named) for _, unit, named in sorted(ranked, key=lambda each: -each[0])[:UNIT_LIMIT]]


def _cosines(subject: Question, units: Sequence[Unit], library: Library) -> list[float]:
    """How like the subject units are, by the first model that reads both; 0 where none does."""
    asked, readers = subject.for_models(library.models)
    if not asked or not readers:
        return [0.0] * len(units)
    return likenesses(library, asked, readers, units)


def _coverage(wanted: Mapping[str, float], unit: Unit) -> float:
    """Share of the words that are wanted, with their weights, that a unit has: 0 to 1."""
    held = set(analyse(f"{unit.context} {unit.text}", unit.document.language))
    gained = sum(weight for word, weight in wanted.items() if word in held)
    return gained / sum(wanted.values()) if wanted else 0.0


def _needs(subject: Question, language: str, engine: Engine) -> dict[str, float]:
    """The words that a document in a language should have of a subject, but for the names of texts, which say where to look;
    weighed by how rare they are, their inverse document frequency among passages, scaled to 0..1."""
    library = engine.library
    named = [name for mention in subject.terms for name in subject.vocabulary.names(mention.concept, language)]
    called = {token for name in named for token in analyse(name, language)}
    wanted = [token for token in engine.retriever.tokens(subject, language) if token not in called]
    total = max(1, sum(library.languages().values()))
    frequency = library.document_frequency(wanted, language)
    if not frequency:
        return dict.fromkeys(wanted, 1.0)
    rarity = {word: math.log((total + 1) / (0.5 + frequency.get(word, 0))) / math.log(1 + total) for word in wanted}
    return {word: min(1.0, max(0.05, each)) for word, each in rarity.items()}
