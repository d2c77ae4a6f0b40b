"""Which paragraph of one text is which of another: equal ones first, the rest by an optimal assignment over both texts.

Likeness is the share of words that both have (Dice), each weighed by how rare it is in the two texts; the assignment
is that of the largest sum (`scipy.optimize.linear_sum_assignment`), taken by groups between which nothing is alike.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from assistant.reports.comparison.paragraphs import Para

SURE = 0.6
"""Likeness from which on a paragraph is taken for a change of another wherever both stand."""
ALIKE, HINTED = 0.5, 0.42
"""The same within one part of the text (preamble, body, annex), and where it also opens with the same two words or stands
between the same two paragraphs that are sure."""
BOTH = 0.25
"""The same for what does both."""
GROWN, GROWN_WORDS = 0.9, 20
"""A paragraph of so many words that is found by this share in another has grown, however much was added."""
NEAR, OPENS = 0.06, 0.08
"""What a near place and the same first two words count besides likeness, where there are several to choose from."""
ROWS = 500
"""Paragraphs that are compared with all others at once, for the memory it takes."""

Indices = list[tuple[int, int]]


def pair(one: Sequence[Para], other: Sequence[Para]) -> Indices:
    """Indices of the paragraphs that are the same or changes of each other, in the order of the first: equal ones, those that
    are surely alike, and last those whose place helps to tell."""
    found = _equal(one, other)
    found += _assigned(one, other, found, sure=True)
    return sorted(found + _assigned(one, other, found))


def in_place(pairs: Sequence[tuple[int, int]], weights: Sequence[int]) -> set[int]:
    """Which of the pairs, in the order of the first text, keep their order in the second: the increasing run of the largest
    weight. The others were moved."""
    places = np.array([j for _, j in pairs], dtype=int)
    best, before = np.zeros(len(pairs)), []
    for n, weight in enumerate(weights):
        behind = np.flatnonzero(places[:n] < places[n])
        before.append(_last_best(behind, best))
        best[n] = weight + (best[before[n]] if len(behind) else 0)
    kept, last = set[int](), _last_best(np.arange(len(pairs)), best)
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept


def _last_best(some: np.ndarray, worth: np.ndarray) -> int | None:
    """Of some numbers that which is worth most, of equal ones the last; None of none."""
    return int(some[::-1][np.argmax(worth[some[::-1]])]) if len(some) else None


def _equal(one: Sequence[Para], other: Sequence[Para]) -> Indices:
    """Pairs of equal ones: those in runs first, so that what stands in both texts several times is paired by what is around it."""
    keys = [[(para.sort, para.key) for para in paras] for paras in (one, other)]
    found: Indices = []
    for block in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_matching_blocks():
        found += [(block.a + n, block.b + n) for n in range(block.size)]
    gone = defaultdict(list)
    for i in _without(len(one), (i for i, _ in found)):
        gone[keys[0][i]].append(i)
    for j in _without(len(other), (j for _, j in found)):
        if gone[keys[1][j]]:
            found.append((gone[keys[1][j]].pop(0), j))
    return found


def _without(count: int, taken: Iterable[int]) -> list[int]:
    return sorted(set(range(count)) - set(taken))


def _assigned(one: Sequence[Para], other: Sequence[Para], found: Indices, sure: bool = False) -> Indices:
    """The best assignment of what is not found yet."""
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left = _without(len(one), (i for i, _ in found))
    right = _without(len(other), (j for _, j in found))
    if not left or not right:
        return []
    gains = _gains(one, other, left, right, None if sure else sorted(found))
    rows, columns = gains.nonzero()
    size = len(left) + len(right)
    graph = coo_array((np.ones(len(rows)), (rows, columns + len(left))), shape=(size, size))
    _, group = connected_components(graph, directed=False)
    made: Indices = []
    for each in np.unique(group[rows]):
        mine, others = np.flatnonzero(group[: len(left)] == each), np.flatnonzero(group[len(left) :] == each)
        worth = gains[mine][:, others].toarray()
        made += [(left[mine[a]], right[others[b]]) for a, b in zip(*linear_sum_assignment(-worth), strict=True)
                 if worth[a, b] > 0]  # fmt: skip
    return made


def _gains(
    one: Sequence[Para], other: Sequence[Para], left: Sequence[int], right: Sequence[int], found: Indices | None
) -> Any:
    """What each pair that is alike enough is worth, by places in `left` and `right`: a sparse matrix. Between the pairs `found`, moved
    ones aside, lie the gaps in which others stand."""
    from scipy.sparse import csr_array, vstack

    weights = [side[places] for side, places in zip(_weighed(one, other), (left, right), strict=True)]
    paras = [[one[i] for i in left], [other[j] for j in right]]
    place = [np.array(left) / len(one), np.array(right) / len(other)]
    sort = _codes(paras, lambda para: para.sort)
    part = _codes(paras, lambda para: para.part)
    opening = _codes(paras, lambda para: tuple(para.words[:2]))
    gap = []
    if found is not None:
        kept = sorted(in_place(found, [1] * len(found)))
        gap = [np.searchsorted([found[n][side] for n in kept], places) for side, places in enumerate((left, right))]

    made = []
    for rows, alike in _alike(weights, paras):
        opens = opening[0][rows, None] == opening[1][None]
        least = np.full(alike.shape, SURE)
        if gap:
            hints = opens.astype(int) + (gap[0][rows, None] == gap[1][None])
            least = np.where(part[0][rows, None] == part[1][None], np.array([ALIKE, HINTED, BOTH])[hints], SURE)
        near = 1 - np.abs(place[0][rows, None] - place[1][None])
        fits = (sort[0][rows, None] == sort[1][None]) & (alike >= least)
        made.append(csr_array(np.where(fits, alike - BOTH + NEAR * near + OPENS * opens, 0)))
    return vstack(made, format="csr")


def likenesses(one: Sequence[Para], other: Sequence[Para]) -> Iterator[np.ndarray]:
    """How alike each paragraph of the first is to all of the other, 0 to 1: rows in the order of the first. From `SURE` on the
    one is taken for the other, changed."""
    weights = _weighed(one, other)
    for _, alike in _alike(weights, (one, other)):
        yield from alike


def held(parts: Sequence[Para], wholes: Sequence[Para]) -> Indices:
    """Pairs of parts of paragraphs with whole ones that they are, that hold them or that they hold, alike enough to be changes of each other; each
    once, the likeliest first."""
    rows = likenesses(parts, wholes) if parts and wholes else ()
    ranked = sorted((-float(alike), i, j) for i, row in enumerate(rows) for j, alike in enumerate(row)
                    if alike >= (ALIKE if parts[i].part == wholes[j].part else SURE))  # fmt: skip
    found: dict[int, int] = {}
    for _, i, j in ranked:
        if i not in found and j not in found.values():
            found[i] = j
    return sorted(found.items())


def _alike(weights: Sequence[Any], paras: Sequence[Sequence[Para]]) -> Iterator[tuple[slice, np.ndarray]]:
    """The likeness of each paragraph of one side to each of the other, by so many rows of the one as fit in memory."""
    totals = [np.asarray(side.power(2).sum(axis=1)).ravel() for side in weights]
    long = [np.array([len(para.words) >= GROWN_WORDS for para in side], bool) for side in paras]
    for start in range(0, len(paras[0]), ROWS):
        rows = slice(start, start + ROWS)
        shared = (weights[0][rows] @ weights[1].T).toarray()
        mine, others = totals[0][rows, None], totals[1][None]
        alike = 2 * shared / np.maximum(mine + others, 1e-9)
        held = shared / np.maximum(np.minimum(mine, others), 1e-9)
        grown = long[0][rows, None] & long[1][None] & (held >= GROWN)
        yield rows, np.maximum(alike, np.where(grown, GROWN * held, 0))


def _codes(paras: Sequence[Sequence[Para]], of: Callable[[Para], Hashable]) -> list[np.ndarray]:
    """A trait of the paragraphs of both texts as numbers that can be held against each other at once."""
    known: dict[Hashable, int] = {}
    return [np.array([known.setdefault(of(para), len(known)) for para in side]) for side in paras]


def _weighed(one: Sequence[Para], other: Sequence[Para]) -> tuple[Any, Any]:
    """A sparse row for each paragraph. A column is a word that was met so many times before in the paragraph, so that the
    product of two rows is the weight of the words that both have."""
    from scipy.sparse import csr_array

    known = Counter(word for para in (*one, *other) for word in set(para.words))
    total = len(one) + len(other)
    columns: dict[tuple[str, int], int] = {}
    made = []
    for paras in (one, other):
        values, places, ends = [], [], [0]
        for para in paras:
            for word, count in Counter(para.words).items():
                values += [math.sqrt(math.log(1 + total / known[word]))] * count
                places += [columns.setdefault((word, n), len(columns)) for n in range(count)]
            ends.append(len(values))
        made.append((values, places, ends))
    return tuple(csr_array(each, shape=(len(each[2]) - 1, len(columns))) for each in made)
