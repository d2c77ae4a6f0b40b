"""What each of several texts says on one topic, in quotes; which of it others say in similar words, and what only one
says. Each statement is compared with everything that the other texts say, quoted or not. Which paragraphs of a text
are on the topic: `topic_paragraphs`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import Any, Literal, get_args

import numpy as np

from assistant.grounding.rejection_reasons import Reason
from assistant.qa.answer import Citation, Statement
from assistant.qa.citations import quote_unit
from assistant.qa.engine import Engine
from assistant.qa.metadata import reads_as_draft
from assistant.qa.revisions import VersionNotes
from assistant.qa.units import Unit
from assistant.question import Question
from assistant.reports import Progress, no_progress
from assistant.reports.comparison.alignment import SURE_SIMILARITY, similarities
from assistant.reports.comparison.fact_differences import (
    FactDifferences,
    find_fact_differences,
    is_title_within,
    wording_key,
)
from assistant.reports.comparison.paragraphs import Paragraph, normalized_key, precedence
from assistant.reports.comparison.text_diff import Piece, diff_words
from assistant.reports.comparison.topic_paragraphs import TopicParagraphs
from assistant.reports.quoted_tables import as_json
from assistant.time_slices import Aside, Slices
from corpus.documents import Document

Place = tuple[int, int]
"""A statement, as the index of its text and its own index there."""


@dataclass(frozen=True)
class SameGroup:
    """Statements of several texts that say one thing in the same words or nearly, the latest text first. Those with
    equal `wordings` have the same words. The `pieces` of each but the first compare its words with those of the first:
    without the removed ones they are the words of the first."""

    places: tuple[Place, ...]
    wordings: tuple[int, ...]
    pieces: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True)
class Difference:
    """Two statements that have similar words and differ in substance: the numbers, dates, names, actors and negations
    that the later one `has` and the earlier one lacks, and those that the earlier one `had`. The `pieces` without the
    removed words are the later one."""

    later: Place
    earlier: Place
    has: tuple[Reason, ...]
    had: tuple[Reason, ...]
    pieces: tuple[Piece, ...]


def compare_units(
    units_by_place: Mapping[Place, Unit],
) -> tuple[tuple[SameGroup, ...], tuple[Difference, ...], frozenset[Place]]:
    """Which units of different documents in one language say the same, which differ in a fact, and the places of all
    that have similar words. Of those that differ, each group that says one thing is compared with the next one in time."""
    places, units = list(units_by_place), list(units_by_place.values())
    ranks = [precedence(unit.document) for unit in units]
    facts: dict[tuple[int, int], FactDifferences] = {}
    for n, row in enumerate(_similarities(units, units)):
        for m in (int(each) for each in (row >= SURE_SIMILARITY).nonzero()[0] if each > n):
            if _are_comparable(units[n], units[m]):
                earlier, later = sorted((n, m), key=ranks.__getitem__)
                facts[later, earlier] = find_fact_differences(units[earlier], units[later])
    agreeing = _connected_groups(len(units), [pair for pair, each in facts.items() if each.agree])
    groups = [sorted(group, key=ranks.__getitem__, reverse=True) for group in agreeing]
    differences = []
    for family in _connected_groups(len(units), facts):
        family_groups = [group for group in groups if group[0] in family]
        family_groups.sort(key=lambda group: ranks[group[0]])
        for later_group, earlier_group in pairwise(family_groups[::-1]):
            pairs = (pair for pair in product(later_group, earlier_group) if pair in facts and facts[pair].exact)
            if pair := next(pairs, None):
                later, earlier = pair
                pieces, fact = diff_words(units[earlier].text, units[later].text), facts[pair]
                differences.append(Difference(places[later], places[earlier], fact.has, fact.had, pieces))
    same_groups = []
    for group in (each for each in groups if len(each) > 1):
        pieces_of_others = tuple(diff_words(units[other].text, units[group[0]].text) for other in group[1:])
        keys = [wording_key(units[each]) for each in group]
        wordings = tuple(map(keys.index, keys))
        same_groups.append(SameGroup(tuple(places[each] for each in group), wordings, pieces_of_others))
    return tuple(same_groups), tuple(differences), frozenset(places[n] for pair in facts for n in pair)


def _similarities(units: Sequence[Unit], others: Sequence[Unit]) -> Iterator[np.ndarray]:
    """The similarity of each unit to each of the others, 0 to 1: by all words, and without the words that introduce
    it, which all points of a list share; the smaller of the two."""
    own_words = ([Paragraph.of(unit, unit.own) for unit in side] for side in (units, others))
    all_words = ([Paragraph.of(unit) for unit in side] for side in (units, others))
    return map(np.minimum, similarities(*own_words), similarities(*all_words))


def _are_comparable(one: Unit, other: Unit) -> bool:
    """Whether two units are of different documents in one language, and neither is only a title that the other contains."""
    is_of_one_language = one.document.language == other.document.language
    return one.document.key != other.document.key and is_of_one_language and not is_title_within(one, other)


def find_differing_pairs(units: Sequence[Unit]) -> list[tuple[Unit, Unit]]:
    """Pairs of units of different documents that differ though their words are similar, and neither of which contains
    the other, in the order of the units; each unit once."""
    used: set[Place] = set()
    keys = [normalized_key(unit.text) for unit in units]
    pairs = []
    _, differences, _ = compare_units({(n, 0): unit for n, unit in enumerate(units)})
    for pair in sorted(sorted((each.later, each.earlier)) for each in differences):
        one, other = (keys[n] for n, _ in pair)
        if used.isdisjoint(pair) and one not in other and other not in one:
            used.update(pair)
            pairs.append((units[pair[0][0]], units[pair[1][0]]))
    return pairs


def _connected_groups(count: int, links: Collection[tuple[int, int]]) -> list[list[int]]:
    """The numbers below `count` in groups that are linked, directly or through others."""
    from scipy.cluster.hierarchy import DisjointSet

    groups = DisjointSet(range(count))
    for one, other in links:
        groups.merge(one, other)
    return [sorted(group) for group in groups.subsets()]


MAX_STATEMENTS, MAX_CLOSEST = 6, 3
"""Most statements of one text, and of one that was not requested and has no certain one; further places on the topic
are listed."""


Status = Literal["found", "closest", "absent"]


@dataclass(frozen=True)
class Side:
    """What one text says.

    `statements` are in its order: where it is certain that they are about the topic (`found`), else the closest;
    `further` are the places of others, also of less certain ones. `worded` are its words that are not quoted but say,
    in the same words or nearly, what another text is quoted with; in places they are counted after the statements.
    Without statements, `nearest` is the closest unit in a text that was requested; None where search finds nothing.
    `notes` are about its versions.
    """

    document: str
    label: str
    title: str
    date: str | None
    status: Status
    statements: tuple[Statement, ...]
    further: tuple[Citation, ...] = ()
    nearest: Statement | None = None
    notes: tuple[str, ...] = ()
    worded: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class TopicComparison:
    """What texts say on a topic. `sides` are the texts that were searched, as they were `named` or the latest first;
    `unread` counts those that were not searched, since search finds less in them."""

    topic: str
    language: str
    sides: tuple[Side, ...]
    same: tuple[SameGroup, ...]
    differences: tuple[Difference, ...]
    named: bool
    unread: int = 0
    similar: frozenset[Place] = frozenset()

    @property
    def found(self) -> bool:
        """Whether any text says something on the topic, or might."""
        return any(side.statements for side in self.sides)

    @property
    def alone(self) -> tuple[Place, ...]:
        """The places of the statements that no other text has in similar words."""
        places = ((n, m) for n, side in enumerate(self.sides) for m in range(len(side.statements)))
        return tuple(place for place in places if place not in self.similar)

    def statement(self, place: Place) -> Statement:
        """The statement at a place."""
        side = self.sides[place[0]]
        return (*side.statements, *side.worded)[place[1]]

    def repeated(self, place: Place) -> tuple[tuple[Place, ...], tuple[Place, ...], tuple[Place, ...]]:
        """The places of earlier texts that a statement repeats in the same words, those of later ones that repeat it,
        and those of texts that say the same in nearly the same words."""
        group = next((each for each in self.same if place in each.places), SameGroup((place,), (0,), ()))
        at = group.places.index(place)
        wordings = dict(zip(group.places, group.wordings, strict=True))
        equal = {each for each, wording in wordings.items() if wording == wordings[place]}
        earlier = tuple(each for each in group.places[at + 1 :] if each in equal)
        later = tuple(each for each in group.places[:at] if each in equal)
        return earlier, later, tuple(each for each in group.places if each not in equal)

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form of `compare --topic --json`; places are indices of side and statement, from 0."""
        return {
            "topic": self.topic,
            "language": self.language,
            "sides": as_json(self.sides),
            "same": as_json(self.same),
            "differences": [
                as_json(each)
                | {name: [why.message(self.language) for why in getattr(each, name)] for name in ("has", "had")}
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
    progress: Progress = no_progress,
    aside: Aside = nullcontext,
) -> TopicComparison:
    """What texts say on a topic, each in the version from which answers are given: the requested ones in their order,
    or all in the library, those first that certainly are about it and say most, of equal ones the latest.

    `aside` is entered between slices of the work.
    """
    question = engine.subject(topic, language)
    slices = Slices(aside)
    named_ids = list(dict.fromkeys(document.id for document in documents))
    found = TopicParagraphs.find(engine, question, named_ids, progress, slices)
    versions = VersionNotes(engine.library)
    named = bool(named_ids)
    documents = [engine.library.document(each) for each in found.document_ids]
    sides_with_units = [_build_side(found, each, question, versions, named=named) for each in documents]
    slices.end()
    sides_with_units = _add_matching_units(sides_with_units, found.units)
    if not named:
        sides_with_units.sort(key=lambda each: _side_rank(engine, each[0], question.language))
    units_by_place = {
        (n, m): unit for n, (_, units_by_index) in enumerate(sides_with_units) for m, unit in units_by_index.items()
    }
    sides = tuple(side for side, _ in sides_with_units)
    slices.end()
    same, differences, similar = compare_units(units_by_place)
    return TopicComparison(question.text, question.language, sides, same, differences, named, found.unread, similar)


SideWithUnits = tuple[Side, dict[int, Unit]]
"""What one text says, and the units that are quoted, by the indices of their statements."""


def _build_side(
    found: TopicParagraphs, document: Document, question: Question, versions: VersionNotes, *, named: bool
) -> SideWithUnits:
    """What one text says on a topic: where it is certain of some paragraphs these, else the closest."""
    read = found.of(document.id)
    relevant = [each for each in read if each.is_relevant]
    certain = [each for each in relevant if each.is_certain]
    closest = read[:MAX_STATEMENTS] if named and relevant else relevant[:MAX_CLOSEST]
    quoted = certain[:MAX_STATEMENTS] or closest
    further = [each for each in relevant if each not in quoted]
    units, further_units = (
        sorted((each.unit for each in some), key=lambda unit: unit.start) for some in (quoted, further)
    )
    nearest = max(read, key=lambda each: each.score, default=None) if named and not quoted else None
    statements, notes = versions.corrected([quote_unit(unit) for unit in units], question.language)
    notes += versions.notes((), [document], question.language)
    side = Side(
        document.id, document.label, document.title, document.date or None,
        "found" if certain else "closest" if statements else "absent", tuple(statements),
        tuple(quote_unit(unit).citations[-1] for unit in further_units),
        quote_unit(nearest.unit) if nearest is not None else None, tuple(notes),
    )  # fmt: skip
    return side, {statements.index(statement): unit for unit in units if (statement := quote_unit(unit)) in statements}


def _add_matching_units(sides_with_units: Sequence[SideWithUnits], all_units: Sequence[Unit]) -> list[SideWithUnits]:
    """The sides, with units (of `all_units`) that match statements of other texts, for each statement the most
    similar one of each text; they are quoted where nothing else of the text is."""
    quoted = [(unit, side.status) for side, units_by_index in sides_with_units for unit in units_by_index.values()]
    matches: dict[str, dict[Unit, Status]] = {side.document: {} for side, _ in sides_with_units}
    similarities_of_quoted = _similarities([unit for unit, _ in quoted], all_units)
    for (unit, status), row in zip(quoted, similarities_of_quoted, strict=True):
        nearest_by_document: dict[str, int] = {}
        for m in sorted(map(int, (row >= SURE_SIMILARITY).nonzero()[0]), key=lambda m: row[m]):
            if _are_comparable(unit, all_units[m]):
                nearest_by_document[all_units[m].document.id] = m
        for document_id, m in nearest_by_document.items():
            matches[document_id].setdefault(all_units[m], status)
    result = []
    for side, units_by_index in sides_with_units:
        additional = sorted(matches[side.document], key=lambda unit: unit.start)
        additional = [unit for unit in additional if not any(unit.overlaps(own) for own in units_by_index.values())]
        statements, first_index = tuple(map(quote_unit, additional)), len(side.statements)
        if not side.statements and additional:
            new_status: Status = "found" if "found" in matches[side.document].values() else "closest"
            side = replace(side, status=new_status, statements=statements, nearest=None)
        else:
            side = replace(side, worded=statements)
        result.append((side, units_by_index | {first_index + n: unit for n, unit in enumerate(additional)}))
    return result


def _side_rank(engine: Engine, side: Side, language: str) -> tuple[int, bool, bool, int]:
    """Sort key of sides: certain statements before closest ones, then adopted texts, texts in the language of the
    topic, and those with more paragraphs on it."""
    document, place = engine.library.document(side.document), get_args(Status).index(side.status)
    return place, reads_as_draft(document), document.language != language, -len((*side.statements, *side.further))
