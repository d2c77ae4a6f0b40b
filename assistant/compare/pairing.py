"""Which paragraph of one text is which of another: equal ones first, the rest by an optimal assignment over both texts.

Likeness is the share of words that both have (Dice), each weighed by how rare it is in the two texts; the assignment
is that of the largest sum (`scipy.optimize.linear_sum_assignment`), taken by groups between which nothing is alike.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from assistant.compare.paragraphs import Para

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
    size = max((j for _, j in pairs), default=0) + 2
    best: list[tuple[int, int]] = [(0, -1)] * size
    before: list[int] = []

    for n, ((_, j), weight) in enumerate(zip(pairs, weights, strict=True)):
        top, at = (0, -1), j
        while at > 0:  # a Fenwick tree of the best run that ends left of a place
            top = max(top, best[at])
            at -= at & -at
        before.append(top[1])
        at, mine = j + 1, (top[0] + weight, n)
        while at < size:
            best[at] = max(best[at], mine)
            at += at & -at
    last = max(best, default=(0, -1))[1]
    kept = set()
    while last >= 0:
        kept.add(last)
        last = before[last]
    return kept


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
    gains = _gains(one, other, left, right, None if sure else _gaps(found)) if left and right else {}
    if not gains:
        return []
    rows, columns = (np.array(side) for side in zip(*gains, strict=True))
    size = len(left) + len(right)
    graph = coo_array((np.ones(len(gains)), (rows, columns + len(left))), shape=(size, size))
    _, group = connected_components(graph, directed=False)
    made: Indices = []
    for each in np.unique(group[rows]):
        mine, others = np.flatnonzero(group[: len(left)] == each), np.flatnonzero(group[len(left) :] == each)
        worth = np.array([[gains.get((int(a), int(b)), 0.0) for b in others] for a in mine])
        made += [(left[mine[a]], right[others[b]]) for a, b in zip(*linear_sum_assignment(-worth), strict=True)
                 if worth[a, b] > 0]  # fmt: skip
    return made


def _gaps(found: Indices) -> Callable[[int, int], bool]:
    """Whether two paragraphs stand between the same two of those found, moved ones aside."""
    pairs = sorted(found)
    kept = in_place(pairs, [1] * len(pairs))
    chain = [each for n, each in enumerate(pairs) if n in kept]
    firsts, seconds = [i for i, _ in chain], [j for _, j in chain]
    return lambda i, j: bisect_left(firsts, i) == bisect_left(seconds, j)


def _gains(
    one: Sequence[Para], other: Sequence[Para], left: Sequence[int], right: Sequence[int],
    between: Callable[[int, int], bool] | None,
) -> dict[tuple[int, int], float]:  # fmt: skip
    """What each pair that is alike enough is worth, by places in `left` and `right`."""
    rows, columns = _weighed(one, other)
    rows, columns = rows[left], columns[right]
    totals = [np.asarray(side.power(2).sum(axis=1)).ravel() for side in (rows, columns)]
    counts = [np.array([len(paras[n].words) for n in side]) for paras, side in ((one, left), (other, right))]
    gains = {}
    for start in range(0, len(left), ROWS):
        shared = (rows[start : start + ROWS] @ columns.T).toarray()
        mine = totals[0][start : start + ROWS, None]
        alike = 2 * shared / np.maximum(mine + totals[1][None], 1e-9)
        held = shared / np.maximum(np.minimum(mine, totals[1][None]), 1e-9)
        long = np.minimum(counts[0][start : start + ROWS, None], counts[1][None]) >= GROWN_WORDS
        alike = np.maximum(alike, np.where(long & (held >= GROWN), GROWN * held, 0))
        for row, column in np.argwhere(alike >= (BOTH if between else SURE)):
            a, b = start + int(row), int(column)
            i, j = left[a], right[b]
            before, after = one[i], other[j]
            opens = before.words[:2] == after.words[:2]
            least = SURE
            if between and before.part == after.part:
                least = (ALIKE, HINTED, BOTH)[opens + between(i, j)]
            if before.sort == after.sort and alike[row, column] >= least:
                away = abs(i / len(one) - j / len(other))
                gains[a, b] = float(alike[row, column]) - BOTH + NEAR * (1 - away) + OPENS * opens
    return gains


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
