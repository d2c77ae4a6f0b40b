"""What each of several texts says on one topic, quoted; then what several say in like words, and what only one words so: each
statement is held against all that the other texts say, quoted or not.

Every text has a search of its own, and the readers tell which passages speak to the topic, by the bars for answers: from the first
bar on they do, from the second on they come closest and are told as uncertain. No words answer a topic, so that a passage counts as
a whole; each of its paragraphs is then read as a passage of its own. A topic is no question, so that the reader may think little of
words that speak to it: likeness in meaning ranks the paragraphs beside it (`rapporteur eval topics` measures this), and of what comes
closest a paragraph that says all words of the topic is certain.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from assistant.grounding.exact_values import Source, find_missing
from assistant.grounding.rejection_reasons import Reason
from assistant.grounding.sense import find_reversals
from assistant.qa.answer import Citation, Statement
from assistant.qa.citations import quote_unit
from assistant.qa.engine import Engine
from assistant.qa.metadata import is_draft
from assistant.qa.retriever import Evidence
from assistant.qa.revisions import VersionNotes
from assistant.qa.scoring import FIRST, READ, ScoredUnit
from assistant.qa.units import Unit, distinct, units_of
from assistant.question import Question
from assistant.reports import Progress, silent
from assistant.reports.comparison.alignment import SURE, likenesses
from assistant.reports.comparison.paragraphs import Para, key_of, whole
from assistant.reports.comparison.text_diff import Piece, pieces_of
from assistant.reports.quoted_tables import as_json
from assistant.time_slices import Aside, Slices
from assistant.wording.claims import read
from corpus.documents import Document
from corpus.library import Library

_FORM = frozenset(["address", "subject", "clause", "content", "language"])
"""Reasons that tell of the wording, not of what is said."""


Place = tuple[int, int]
"""A statement, by the number of its text and its own there."""


@dataclass(frozen=True)
class Same:
    """Statements of several texts that say one thing in the same words or nearly, the latest text first. `pieces` of each but the
    first are its words beside those of the first: without the removed ones the words of the first."""

    places: tuple[Place, ...]
    pieces: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True)
class Differs:
    """Two statements that are alike in words and differ in what they say: what the later one `has` of numbers, dates, names, actors
    and denials that the earlier one lacks, and what this one `had`. `pieces` without the removed words are the later one."""

    later: Place
    earlier: Place
    has: tuple[Reason, ...]
    had: tuple[Reason, ...]
    pieces: tuple[Piece, ...]


def alike(said: Mapping[Place, Unit]) -> tuple[tuple[Same, ...], tuple[Differs, ...]]:
    """Which of the words of different documents in one language say the same, and which differ though their words are alike: of these
    each group that says one thing beside the one next in time."""
    places, units = list(said), list(said.values())
    like: set[tuple[int, int]] = set()
    agree: set[tuple[int, int]] = set()
    for n, row in enumerate(_likenesses(units, units)):
        for m in (int(each) for each in (row >= SURE).nonzero()[0] if each > n):
            one, other = units[n], units[m]
            if not _apart(one, other):
                continue
            like.add((n, m))
            if Para.of(one).key == Para.of(other).key or not any(what_differs(one, other)):
                agree.add((n, m))
    ranks = [standing(unit.document) for unit in units]
    groups = [sorted(group, key=ranks.__getitem__, reverse=True) for group in _joined(len(units), agree)]
    differences = []
    for family in _joined(len(units), like):
        own = [group for group in groups if group[0] in family]
        own.sort(key=lambda group: ranks[group[0]])
        for later, earlier in pairwise(own[::-1]):
            near = ((n, m) for n in later for m in earlier if {(n, m), (m, n)} & like)
            if pair := next(near, None):
                n, m = pair
                pieces = pieces_of(units[m].text, units[n].text)
                differences.append(Differs(places[n], places[m], *what_differs(units[n], units[m]), pieces))
    same = (
        Same(tuple(places[n] for n in group), tuple(pieces_of(units[n].text, units[group[0]].text) for n in group[1:]))
        for group in groups
        if len(group) > 1
    )
    return tuple(same), tuple(differences)


def _likenesses(units: Sequence[Unit], others: Sequence[Unit]) -> Iterator[np.ndarray]:
    """How alike each of some units is to each of others, 0 to 1: by all its words, and by its own without those that introduce it, which
    all points of a list share."""
    owns = ([Para.of(unit, unit.own) for unit in side] for side in (units, others))
    wholes = ([Para.of(unit) for unit in side] for side in (units, others))
    return map(np.minimum, likenesses(*owns), likenesses(*wholes))


def _apart(one: Unit, other: Unit) -> bool:
    """Whether two units are of different documents in one language."""
    return one.document.key != other.document.key and one.document.language == other.document.language


def what_differs(one: Unit, other: Unit) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """What each of two units in like words has of numbers, dates, names, actors and denials that the other one has not."""
    return _has(one, other), _has(other, one)


def differing(units: Sequence[Unit]) -> list[tuple[Unit, Unit]]:
    """Pairs of units of different documents that differ though their words are alike, and neither says all that the other one says, in the order of the units;
    each unit once."""
    used: set[Place] = set()
    said = [key_of(unit.text) for unit in units]
    found = []
    _, differences = alike({(n, 0): unit for n, unit in enumerate(units)})
    for pair in sorted(sorted((each.later, each.earlier)) for each in differences):
        one, other = (said[n] for n, _ in pair)
        if used.isdisjoint(pair) and one not in other and other not in one:
            used.update(pair)
            found.append((units[pair[0][0]], units[pair[1][0]]))
    return found


def _has(one: Unit, other: Unit) -> tuple[Reason, ...]:
    language = one.document.language
    source = Source(other.text, language, locator=other.locator, heading=other.context)
    found = find_missing(one.text, read(one.text, language), [source], language)
    found += find_reversals(one.text, other.text, other.context, language)
    return tuple(dict.fromkeys(each for each in found if each.kind not in _FORM))


def _joined(count: int, linked: Collection[tuple[int, int]]) -> list[list[int]]:
    """The numbers up to a count in groups that are linked to each other, directly or through others."""
    from scipy.cluster.hierarchy import DisjointSet

    groups = DisjointSet(range(count))
    for one, other in linked:
        groups.merge(one, other)
    return [sorted(group) for group in groups.subsets()]


def standing(document: Document) -> tuple[bool, str, str]:
    """What ranks texts that say one thing: a later one stands above an earlier one, and every text above a draft."""
    return not is_draft(document.symbol), document.date or "", document.key


SAID, CLOSEST = 6, 3
"""Most statements of one text, and of one that was not named and of which none is certain; of others that speak to the topic the places are told."""
TEXTS = 100
"""Most texts that are looked through where none is named: those in which search finds most."""
POOL = 400
"""Passages by which it is known in which texts search finds most."""


@dataclass(frozen=True)
class Side:
    """What one text says: `statements` in its order, where it is certain that they speak to the topic (`found`), else what comes closest;
    and the places of `further` ones, also of less certain ones. `worded` are its words that are not quoted but say in the same words, or
    nearly, what another text is quoted with; in places they are counted behind the statements. Where there are none, `nearest` is what comes nearest at all in a text
    that was named; None where search finds nothing. `notes` tell of its versions."""

    document: str
    label: str
    title: str
    date: str | None
    status: Literal["found", "closest", "absent"]
    statements: tuple[Statement, ...]
    further: tuple[Citation, ...] = ()
    nearest: Statement | None = None
    notes: tuple[str, ...] = ()
    worded: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class TopicComparison:
    """What texts say on a topic. `sides` are the texts that were looked through, as they were `named` or the latest first; `unread`
    counts those in which search finds less."""

    topic: str
    language: str
    sides: tuple[Side, ...]
    same: tuple[Same, ...]
    differences: tuple[Differs, ...]
    named: bool
    unread: int = 0

    @property
    def found(self) -> bool:
        """Whether any text says something on the topic, or might."""
        return any(side.statements for side in self.sides)

    @property
    def alone(self) -> tuple[Place, ...]:
        """The statements that no other text says in like words."""
        others = {place for each in self.same for place in each.places}
        others.update(place for each in self.differences for place in (each.later, each.earlier))
        places = ((n, m) for n, side in enumerate(self.sides) for m in range(len(side.statements)))
        return tuple(place for place in places if place not in others)

    def statement(self, place: Place) -> Statement:
        """The statement at a place."""
        side = self.sides[place[0]]
        return (*side.statements, *side.worded)[place[1]]

    def repeated(self, place: Place) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
        """The places of earlier texts that a statement repeats, and of later ones that repeat it."""
        for each in self.same:
            if place in each.places:
                at = each.places.index(place)
                return each.places[at + 1 :], each.places[:at]
        return (), ()

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form that `compare --topic --json` prints; places are numbers of a side and of a statement in it, from 0."""
        return {
            "topic": self.topic,
            "language": self.language,
            "sides": as_json(self.sides),
            "same": as_json(self.same),
            "differences": [
                as_json(each)
                | {name: [why.said(self.language) for why in getattr(each, name)] for name in ("has", "had")}
                for each in self.differences
            ],
            "alone": self.alone,
            "unread": self.unread,
        }


def compare_topic(
    engine: Engine,
    topic: str,
    documents: Sequence[Document] = (),
    language: str | None = None,
    progress: Progress = silent,
    aside: Aside = nullcontext,
) -> TopicComparison:
    """What texts say on a topic, each in the version that answers are given from: those named in their order, or all that are held, those
    first that surely speak to it and say most, of equal ones the latest. `aside` is entered between slices of the work."""
    question = engine.subject(topic, language)
    slices = Slices(aside)
    desk = VersionNotes(engine.library)
    named = list(dict.fromkeys(document.id for document in documents))
    ids, unread = (
        ([], 0) if engine.has_nothing_to_search(question) else (named, 0) if named else _held(engine, question)
    )
    made: list[tuple[Side, dict[int, Unit]]] = []
    units_held: list[Unit] = []
    for n, document_id in enumerate(ids):
        document = engine.library.document(document_id)
        progress(document.label, n, len(ids))
        slices.end()
        units, further, certain, nearest = _said(engine, question, document, thorough=bool(named))
        told, notes = desk.corrected([quote_unit(unit) for unit in units], question.language)
        notes += desk.notes((), [document], question.language)
        side = Side(
            document_id, document.label, document.title, document.date or None,
            "found" if certain else "closest" if told else "absent", tuple(told),
            tuple(quote_unit(unit).citations[-1] for unit in further),
            quote_unit(nearest) if nearest is not None else None, tuple(notes),
        )  # fmt: skip
        at = {told.index(statement): unit for unit in units if (statement := quote_unit(unit)) in told}
        made.append((side, at))
        units_held += _units(engine.library, document)
    slices.end()
    made = _with_worded(made, units_held)
    if not named:
        made.sort(key=lambda each: _weight(engine.library.document(each[0].document), each[0], question.language))
    said = {(n, m): unit for n, (_, at) in enumerate(made) for m, unit in at.items()}
    sides = [side for side, _ in made]
    slices.end()
    return TopicComparison(question.text, question.language, tuple(sides), *alike(said), bool(named), unread)


def _units(library: Library, document: Document) -> list[Unit]:
    """All that a text says, as it is quoted."""
    units = (unit for passage in library.passages(document.id) for unit in units_of(Evidence(passage, document)))
    return distinct(whole(unit) for unit in units if document.blocks[unit.block].kind != "footnote")


def _with_worded(
    made: Sequence[tuple[Side, dict[int, Unit]]], held: Sequence[Unit]
) -> list[tuple[Side, dict[int, Unit]]]:
    """The sides, with what of all that their texts say, `held`, stands for statements of others, of each text the words most like each:
    it is quoted where nothing else of the text is."""
    quoted = [(unit, side.status) for side, at in made for unit in at.values()]
    best: dict[str, dict[Unit, Literal["found", "closest", "absent"]]] = {side.document: {} for side, _ in made}
    for (unit, status), row in zip(quoted, _likenesses([unit for unit, _ in quoted], held), strict=True):
        nearest: dict[str, int] = {}
        for m in sorted(map(int, (row >= SURE).nonzero()[0]), key=lambda m: row[m]):
            if _apart(unit, held[m]):
                nearest[held[m].document.id] = m
        for document_id, m in nearest.items():
            best[document_id].setdefault(held[m], status)
    told = []
    for side, at in made:
        others = sorted(best[side.document], key=lambda unit: unit.start)
        others = [unit for unit in others if not any(unit.overlaps(own) for own in at.values())]
        statements, first = tuple(map(quote_unit, others)), len(side.statements)
        if not side.statements and others:
            status = "found" if "found" in best[side.document].values() else "closest"
            side = replace(side, status=status, statements=statements, nearest=None)
        else:
            side = replace(side, worded=statements)
        told.append((side, at | {first + n: unit for n, unit in enumerate(others)}))
    return told


def _held(engine: Engine, question: Question) -> tuple[list[str], int]:
    """The texts that are looked through where none is named, the latest first, drafts last, and how many more there are."""
    library = engine.library
    held = library.versions().quotable(question.language)
    ids = sorted(held)
    if len(ids) > TEXTS:
        found = engine.retriever.retrieve(question, POOL, ids)
        ids = list(dict.fromkeys(each.passage.document_id for each in found))[:TEXTS]
    ranks = {each: standing(library.document(each))[:2] for each in ids}
    return sorted(sorted(ids), key=lambda each: ranks[each], reverse=True), len(held) - len(ids)


def _weight(document: Document, side: Side, language: str) -> tuple[int, bool, bool, int]:
    """What ranks a text: what surely speaks to the topic before what comes closest, then adopted texts, texts in the topic's language, and
    what more paragraphs say."""
    place = ("found", "closest", "absent").index(side.status)
    return place, is_draft(document.symbol), document.language != language, -len((*side.statements, *side.further))


def _said(
    engine: Engine, question: Question, document: Document, *, thorough: bool
) -> tuple[list[Unit], list[Unit], bool, Unit | None]:
    """What of a text speaks to a topic, in its order: paragraphs that are said, those of which only the places are told, whether what
    is said is certain, and where there are none what comes nearest. Where it is not `thorough`, no more is read of a text of which the
    first passages come nowhere near."""
    evidence = engine.retriever.retrieve(question, READ, [document.id])
    scored = engine.scorer.score_passages(question, evidence[: READ if thorough else FIRST], evidence)
    if not thorough and any(each.whole >= each.thresholds.tentative_margin for each in scored):
        scored += engine.scorer.score_passages(question, evidence[FIRST:], evidence)
    passages: dict[Unit, float] = {}
    for each in sorted(scored, key=lambda each: (each.unit.start, -each.unit.end)):
        unit = whole(each.unit)
        footnote = unit.document.blocks[unit.block].kind == "footnote"
        reached = thorough or each.whole >= each.thresholds.tentative_margin
        if reached and not footnote and not any(unit.overlaps(other) for other in passages):
            passages[unit] = each.whole
    saying = {unit for unit in passages if question.has_all_words(unit.text, document.language)}
    ranked = _ranked(engine, question, list(passages), evidence, saying)
    near = [each for each in ranked if passages[each.unit] >= each.thresholds.tentative_margin]
    speaking = [each for each in near if each.score >= each.thresholds.tentative_margin or each.unit in saying]
    # Across languages a passage says less of what stands in it: there each paragraph must speak to the topic by itself, too.
    abroad = document.language != question.language
    bars = {each.unit: min(passages[each.unit], each.score if abroad else math.inf) for each in speaking}
    sure = [each for each in speaking if bars[each.unit] >= 0.0 or each.unit in saying]
    if speaking:
        said = sure[:SAID] or (ranked[:SAID] if thorough else speaking[:CLOSEST])
        further = [each for each in speaking if each not in said]
        said, further = (sorted(some, key=lambda each: each.unit.start) for some in (said, further))
        return [each.unit for each in said], [each.unit for each in further], bool(sure), None
    least = max(ranked, key=lambda each: (passages[each.unit], each.odds), default=None) if thorough else None
    return [], [], False, least.unit if least else None


def _ranked(
    engine: Engine, question: Question, units: Sequence[Unit], evidence: Sequence[Evidence], saying: Collection[Unit]
) -> list[ScoredUnit]:
    """Paragraphs of a text, those first that are `saying` the words of a topic, then those that speak to it above all: by the sum of their
    ranks by what the reader says of each and by its likeness in meaning; what a text recalls behind what it says itself."""
    read = engine.scorer.score_units_alone(question, units, evidence)
    near = engine.scorer.nearness(
        question, [replace(each, evidence=replace(each.evidence, dense=None)) for each in units]
    )
    ranks = [0] * len(units)
    for values in ([each.odds for each in read], *([near] if near else [])):
        for rank, n in enumerate(sorted(range(len(units)), key=lambda n: -values[n])):
            ranks[n] += rank
    recalls = ["preamb" in unit.locator for unit in units]
    order = sorted(range(len(units)), key=lambda n: (recalls[n], units[n] not in saying, ranks[n], -read[n].odds))
    return [read[n] for n in order]
