"""How much units of documents speak to a subject that asks nothing: by likeness in meaning, and by the words that they share."""

from __future__ import annotations

import math
from collections.abc import Sequence
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
    likely = _likeliest(subject, found, engine.library)
    cosines = _cosines(subject, [unit for unit, _ in likely], engine.library)
    weighed = [Weighed(unit, cosines[n], coverage) for n, (unit, coverage) in enumerate(likely)]
    return sorted(weighed, key=lambda each: (-each.worth, each.unit.document.id, each.unit.start))


def _likeliest(subject: Question, found: Sequence[Evidence], library: Library) -> list[tuple[Unit, float]]:
    """The units that are worth comparing in meaning, with their coverage: those that name most, and of what ranks first."""
    ranked = []
    for rank, each in enumerate(found):
        for unit in distinct(list(units_of(each))):
            named = _coverage(subject, unit, library)
            ranked.append((named + 1.0 / (1 + rank), unit, named))
    return [(unit, named) for _, unit, named in sorted(ranked, key=lambda each: -each[0])[:UNIT_LIMIT]]


def _cosines(subject: Question, units: Sequence[Unit], library: Library) -> list[float]:
    """How like the subject units are, by the first model that reads both; 0 where none does."""
    asked, readers = subject.for_models(library.models)
    if not asked or not readers:
        return [0.0] * len(units)
    spoken = subject.language if library.models.readers(subject.language) else "en"
    return likenesses(library, asked, spoken, readers, units)


def _coverage(subject: Question, unit: Unit, library: Library) -> float:
    """Share of the subject's content that a unit names, words weighing more the rarer they are: their inverse document
    frequency among passages, scaled to 0..1. A word counts as named when the unit holds it or another name of its term."""
    language = unit.document.language
    wanted = _needs(subject, language)
    if not wanted:
        return 0.0
    held = set(analyse(f"{unit.context} {unit.text}", language))
    total = max(1, sum(library.languages().values()))
    frequency = library.document_frequency([names[0] for names in wanted], language)
    gained = weight = 0.0
    for names in wanted:
        rarity = math.log((total + 1) / (0.5 + frequency.get(names[0], 0))) / math.log(1 + total) if frequency else 1.0
        rarity = min(1.0, max(0.05, rarity))
        weight += rarity
        gained += rarity if any(name in held for name in names) else 0.0
    return gained / weight


def _needs(subject: Question, language: str) -> list[list[str]]:
    """What a subject names, as lists of index words of which one suffices: its terms with all their names in a document's
    language, and the content words that belong to no term."""
    vocabulary = subject.vocabulary
    wanted: list[list[str]] = []
    covered: set[str] = set()
    called = {name.casefold() for entry in subject.named for name in entry.names}
    for mention in subject.terms:
        own = analyse(subject.text[mention.start : mention.end], subject.language)
        covered.update(own)
        if called & {name.casefold() for name in vocabulary.names(mention.concept, "en")}:
            continue  # the name of a document says where to look, not what to look for
        if not vocabulary.content(own, subject.language):
            continue
        names = [token for name in vocabulary.names(mention.concept, language) for token in
                 vocabulary.content(analyse(name, language), language)]  # fmt: skip
        if subject.language == language:
            names = [*vocabulary.content(own, language), *names]
        if names:
            wanted.append(list(dict.fromkeys(names)))
    wanted += [
        [token]
        for token in subject.content
        if token not in covered and (subject.language == language or token.isdigit())
    ]
    return wanted
