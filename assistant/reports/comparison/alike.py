"""What several texts say in like words: which say the same, and which differ in numbers, dates, actors or what they deny."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.qa.units import Unit
from assistant.reports.comparison.alignment import SURE, likenesses
from assistant.reports.comparison.paragraphs import Para
from assistant.support.claim_sources import Source
from assistant.support.exact import lacking
from assistant.support.reasons import Reason
from assistant.support.sense import turned
from assistant.wording.claims import read

_FORM = frozenset(["address", "subject", "clause", "content", "language"])
"""Reasons that tell of the wording, not of what is said."""


@dataclass(frozen=True)
class Difference:
    """Two units, by their places among those compared, the later text first, and what each has that the other one has not."""

    later: int
    earlier: int
    has: tuple[Reason, ...]
    had: tuple[Reason, ...]


@dataclass(frozen=True)
class Alike:
    """Units, by their places among those compared. Each group of `same` says one thing in the same words or nearly, the latest
    text first; `differences` are between groups that are alike in words, each with the one next in time."""

    same: tuple[tuple[int, ...], ...]
    differences: tuple[Difference, ...]


def alike(units: Sequence[Unit]) -> Alike:
    """How units of different documents in one language stand to each other."""
    paras = [Para(unit.document.blocks[unit.block], "operative", unit.locator, unit.text) for unit in units]
    like: list[set[int]] = [set() for _ in units]
    agree: list[set[int]] = [set() for _ in units]
    for n, row in enumerate(likenesses(paras, paras)):
        for m in (int(each) for each in (row >= SURE).nonzero()[0] if each > n):
            one, other = units[n].document, units[m].document
            if one.key == other.key or one.language != other.language:
                continue
            like[n].add(m)
            like[m].add(n)
            if paras[n].key == paras[m].key or not any(what_differs(units[n], units[m])):
                agree[n].add(m)
                agree[m].add(n)
    same = [_latest_first(group, units) for group in _joined(agree)]
    differences = []
    for family in _joined(like):
        groups = sorted((group for group in same if group[0] in family), key=lambda group: _rank(units[group[0]]))
        groups.reverse()
        for later, earlier in pairwise(groups):
            pairs = [(n, m) for n in later for m in earlier if m in like[n]]
            if pairs:
                n, m = pairs[0]
                differences.append(Difference(n, m, *what_differs(units[n], units[m])))
    return Alike(tuple(group for group in same if len(group) > 1), tuple(differences))


def what_differs(one: Unit, other: Unit) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """What each of two units in like words has of numbers, dates, names, actors and denials that the other one has not."""
    return _has(one, other), _has(other, one)


def differing(units: Sequence[Unit]) -> list[tuple[Unit, Unit]]:
    """Pairs of units of different documents that differ though their words are alike, in the order of the units; each unit once."""
    used: set[int] = set()
    found = []
    for each in sorted(alike(units).differences, key=lambda each: sorted((each.later, each.earlier))):
        first, second = sorted((each.later, each.earlier))
        if not used & {first, second}:
            used |= {first, second}
            found.append((units[first], units[second]))
    return found


def _has(one: Unit, other: Unit) -> tuple[Reason, ...]:
    language = one.document.language
    source = Source(other.text, language, locator=other.locator, heading=other.context)
    found = lacking(one.text, read(one.text, language), [source], language)
    found += turned(one.text, other.text, other.context, language)
    return tuple(dict.fromkeys(each for each in found if each.kind not in _FORM))


def _joined(linked: Sequence[set[int]]) -> list[list[int]]:
    """Places that are linked to each other, directly or through others."""
    seen: set[int] = set()
    made = []
    for n in range(len(linked)):
        if n in seen:
            continue
        group, left = [], [n]
        seen.add(n)
        while left:
            each = left.pop()
            group.append(each)
            new = linked[each] - seen
            seen |= new
            left += sorted(new)
        made.append(sorted(group))
    return made


def _latest_first(group: Sequence[int], units: Sequence[Unit]) -> tuple[int, ...]:
    return tuple(sorted(sorted(group), key=lambda n: _rank(units[n]), reverse=True))


def _rank(unit: Unit) -> tuple[str, str]:
    return unit.document.date or "", unit.document.key
