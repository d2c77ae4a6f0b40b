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

from assistant.reports.comparison.paragraphs import Paragraph

SURE_SIMILARITY = 0.6
"""Likeness from which on a paragraph is taken for a change of another wherever both stand."""
SAME_PART_SIMILARITY, ONE_HINT_SIMILARITY = 0.5, 0.42
"""The same within one part of the text (preamble, body, annex), and where it also opens with the same two words or stands
between the same two paragraphs that are sure."""
TWO_HINTS_SIMILARITY = 0.25
"""The same for what does both."""
GROWN_SHARE, MIN_GROWN_WORDS = 0.9, 20
"""A paragraph of so many words that is found by this share in another has grown, however much was added."""
POSITION_BONUS, OPENING_BONUS = 0.06, 0.08
"""What a near place and the same first two words count besides likeness, where there are several to choose from."""
ROWS_PER_BLOCK = 500
"""Paragraphs that are compared with all others at once, for the memory it takes."""

Indices = list[tuple[int, int]]


def align(one: Sequence[Paragraph], other: Sequence[Paragraph]) -> Indices:
    """Indices of the paragraphs that are the same or changes of each other, in the order of the first: equal ones, those that
    are surely alike, and last those whose place helps to tell."""
    found = _pair_equal(one, other)
    found += _assign(one, other, found, sure=True)
    return sorted(found + _assign(one, other, found))


def find_unmoved(pairs: Sequence[tuple[int, int]], weights: Sequence[int]) -> set[int]:
    """Which of the pairs, in the order of the first text, keep their order in the second: the increasing run of the largest
    weight. The others were moved."""
    places = np.array([j for _, j in pairs], dtype=int)
    best, before = np.zeros(len(pairs)), []
    for n, weight in enumerate(weights):
        behind = np.flatnonzero(places[:n] < places[n])
        before.append(_last_maximum(behind, best))
        best[n] = weight + (best[before[n]] if len(behind) else 0)
    kept, last = set[int](), _last_maximum(np.arange(len(pairs)), best)
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept


def _last_maximum(some: np.ndarray, worth: np.ndarray) -> int | None:
    """Of some numbers that which is worth most, of equal ones the last; None of none."""
    return int(some[::-1][np.argmax(worth[some[::-1]])]) if len(some) else None


def _pair_equal(one: Sequence[Paragraph], other: Sequence[Paragraph]) -> Indices:
    """Pairs of equal ones: those in runs first, so that what stands in both texts several times is paired by what is around it."""
    keys = [[(para.sort, para.key) for para in paras] for paras in (one, other)]
    found: Indices = []
    for block in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_matching_blocks():
        found += [(block.a + n, block.b + n) for n in range(block.size)]
    gone = defaultdict(list)
    for i in _remaining(len(one), (i for i, _ in found)):
        gone[keys[0][i]].append(i)
    for j in _remaining(len(other), (j for _, j in found)):
        if gone[keys[1][j]]:
            found.append((gone[keys[1][j]].pop(0), j))
    return found


def _remaining(count: int, taken: Iterable[int]) -> list[int]:
    return sorted(set(range(count)) - set(taken))


def _assign(one: Sequence[Paragraph], other: Sequence[Paragraph], found: Indices, sure: bool = False) -> Indices:
    """The best assignment of what is not found yet."""
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left = _remaining(len(one), (i for i, _ in found))
    right = _remaining(len(other), (j for _, j in found))
    if not left or not right:
        return []
    gains = _pair_scores(one, other, left, right, None if sure else sorted(found))
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


def _pair_scores(
    one: Sequence[Paragraph],
    other: Sequence[Paragraph],
    left: Sequence[int],
    right: Sequence[int],
    found: Indices | None,
) -> Any:
    """What each pair that is alike enough is worth, by places in `left` and `right`: a sparse matrix. Between the pairs `found`, moved
    ones aside, lie the gaps in which others stand."""
    from scipy.sparse import csr_array, vstack

    weights = [side[places] for side, places in zip(_weighted_rows(one, other), (left, right), strict=True)]
    paras = [[one[i] for i in left], [other[j] for j in right]]
    place = [np.array(left) / len(one), np.array(right) / len(other)]
    sort = _encode_trait(paras, lambda para: para.sort)
    part = _encode_trait(paras, lambda para: para.part)
    opening = _encode_trait(paras, lambda para: tuple(para.words[:2]))
    gap = []
    if found is not None:
        kept = sorted(find_unmoved(found, [1] * len(found)))
        gap = [np.searchsorted([found[n][side] for n in kept], places) for side, places in enumerate((left, right))]

    made = []
    for rows, alike in _similarity_blocks(weights, paras):
        opens = opening[0][rows, None] == opening[1][None]
        least = np.full(alike.shape, SURE_SIMILARITY)
        if gap:
            hints = opens.astype(int) + (gap[0][rows, None] == gap[1][None])
            least = np.where(
                part[0][rows, None] == part[1][None],
                np.array([SAME_PART_SIMILARITY, ONE_HINT_SIMILARITY, TWO_HINTS_SIMILARITY])[hints],
                SURE_SIMILARITY,
            )
        near = 1 - np.abs(place[0][rows, None] - place[1][None])
        fits = (sort[0][rows, None] == sort[1][None]) & (alike >= least)
        made.append(
            csr_array(np.where(fits, alike - TWO_HINTS_SIMILARITY + POSITION_BONUS * near + OPENING_BONUS * opens, 0))
        )
    return vstack(made, format="csr")


def similarities(one: Sequence[Paragraph], other: Sequence[Paragraph]) -> Iterator[np.ndarray]:
    """How alike each paragraph of the first is to all of the other, 0 to 1: rows in the order of the first. From `SURE` on the
    one is taken for the other, changed."""
    weights = _weighted_rows(one, other)
    for _, alike in _similarity_blocks(weights, (one, other)):
        yield from alike


def match_halves(parts: Sequence[Paragraph], wholes: Sequence[Paragraph]) -> Indices:
    """Pairs of parts of paragraphs with whole ones that they are, that hold them or that they hold, alike enough to be changes of each other; each
    once, the likeliest first."""
    rows = similarities(parts, wholes) if parts and wholes else ()
    ranked = sorted((-float(alike), i, j) for i, row in enumerate(rows) for j, alike in enumerate(row)
                    if alike >= (SAME_PART_SIMILARITY if parts[i].part == wholes[j].part else SURE_SIMILARITY))  # fmt: skip
    found: dict[int, int] = {}
    for _, i, j in ranked:
        if i not in found and j not in found.values():
            found[i] = j
    return sorted(found.items())


def _similarity_blocks(
    weights: Sequence[Any], paras: Sequence[Sequence[Paragraph]]
) -> Iterator[tuple[slice, np.ndarray]]:
    """The likeness of each paragraph of one side to each of the other, by so many rows of the one as fit in memory."""
    totals = [np.asarray(side.power(2).sum(axis=1)).ravel() for side in weights]
    long = [np.array([len(para.words) >= MIN_GROWN_WORDS for para in side], bool) for side in paras]
    for start in range(0, len(paras[0]), ROWS_PER_BLOCK):
        rows = slice(start, start + ROWS_PER_BLOCK)
        shared = (weights[0][rows] @ weights[1].T).toarray()
        mine, others = totals[0][rows, None], totals[1][None]
        alike = 2 * shared / np.maximum(mine + others, 1e-9)
        held = shared / np.maximum(np.minimum(mine, others), 1e-9)
        grown = long[0][rows, None] & long[1][None] & (held >= GROWN_SHARE)
        yield rows, np.maximum(alike, np.where(grown, GROWN_SHARE * held, 0))


def _encode_trait(paras: Sequence[Sequence[Paragraph]], of: Callable[[Paragraph], Hashable]) -> list[np.ndarray]:
    """A trait of the paragraphs of both texts as numbers that can be held against each other at once."""
    known: dict[Hashable, int] = {}
    return [np.array([known.setdefault(of(para), len(known)) for para in side]) for side in paras]


def _weighted_rows(one: Sequence[Paragraph], other: Sequence[Paragraph]) -> tuple[Any, Any]:
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
