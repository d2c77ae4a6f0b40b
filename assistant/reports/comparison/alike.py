"""What several texts say in like words: which say the same, and which differ in numbers, dates, actors or what they deny."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from assistant.qa.units import Unit
from assistant.reports.comparison.alignment import SURE, likenesses
from assistant.reports.comparison.paragraphs import Para
from assistant.reports.comparison.word_diff import Piece, pieces_of
from assistant.support.claim_sources import Source
from assistant.support.exact import lacking
from assistant.support.reasons import Reason
from assistant.support.sense import turned
from assistant.wording.claims import read

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
    paras = list(map(Para.of, units))
    like: set[tuple[int, int]] = set()
    agree: set[tuple[int, int]] = set()
    for n, row in enumerate(likenesses(paras, paras)):
        for m in (int(each) for each in (row >= SURE).nonzero()[0] if each > n):
            one, other = units[n].document, units[m].document
            if one.key == other.key or one.language != other.language:
                continue
            like.add((n, m))
            if paras[n].key == paras[m].key or not any(what_differs(units[n], units[m])):
                agree.add((n, m))
    groups = [sorted(group, key=lambda n: _rank(units[n]), reverse=True) for group in _joined(len(units), agree)]
    differences = []
    for family in _joined(len(units), like):
        own = [group for group in groups if group[0] in family]
        own.sort(key=lambda group: _rank(units[group[0]]))
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


def what_differs(one: Unit, other: Unit) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """What each of two units in like words has of numbers, dates, names, actors and denials that the other one has not."""
    return _has(one, other), _has(other, one)


def differing(units: Sequence[Unit]) -> list[tuple[Unit, Unit]]:
    """Pairs of units of different documents that differ though their words are alike, in the order of the units; each unit once."""
    used: set[Place] = set()
    found = []
    _, differences = alike({(n, 0): unit for n, unit in enumerate(units)})
    for pair in sorted(sorted((each.later, each.earlier)) for each in differences):
        if used.isdisjoint(pair):
            used.update(pair)
            found.append((units[pair[0][0]], units[pair[1][0]]))
    return found


def _has(one: Unit, other: Unit) -> tuple[Reason, ...]:
    language = one.document.language
    source = Source(other.text, language, locator=other.locator, heading=other.context)
    found = lacking(one.text, read(one.text, language), [source], language)
    found += turned(one.text, other.text, other.context, language)
    return tuple(dict.fromkeys(each for each in found if each.kind not in _FORM))


def _joined(count: int, linked: Collection[tuple[int, int]]) -> list[list[int]]:
    """The numbers up to a count in groups that are linked to each other, directly or through others."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = list(zip(*linked, strict=True)) or [(), ()]
    graph = coo_array((np.ones(len(linked)), ends), shape=(count, count))
    groups: dict[int, list[int]] = {}
    for n, label in enumerate(connected_components(graph, directed=False)[1] if count else ()):
        groups.setdefault(int(label), []).append(n)
    return list(groups.values())


def _rank(unit: Unit) -> tuple[str, str]:
    return unit.document.date or "", unit.document.key
