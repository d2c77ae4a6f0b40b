"""Align the paragraphs of two texts: equal ones first, the rest by an optimal assignment over both texts.

Similarity is the share of words that both have (Dice), each weighted by its rarity in the two texts. The assignment
maximizes the sum (`scipy.optimize.linear_sum_assignment`), by connected components of similar paragraphs.
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
"""From this similarity on a paragraph is taken for a changed version of another, whatever their positions."""
SAME_PART_SIMILARITY, ONE_HINT_SIMILARITY = 0.5, 0.42
"""The same within one part of the text (preamble, body, annex), and with one hint: the same first two words, or a
position between the same two sure pairs."""
TWO_HINTS_SIMILARITY = 0.25
"""The same with both hints."""
GROWN_SHARE, MIN_GROWN_WORDS = 0.9, 20
"""A paragraph of so many words, of which this share is in another, has grown, however much was added."""
POSITION_BONUS, OPENING_BONUS = 0.06, 0.08
"""Weights of a close position and of the same first two words, beside similarity, among several candidates."""
ROWS_PER_BLOCK = 500
"""Paragraphs that are compared with all others at once, to limit memory."""

Indices = list[tuple[int, int]]


def align(one: Sequence[Paragraph], other: Sequence[Paragraph]) -> Indices:
    """Indices of the paragraphs that are the same or changed versions of each other, in the order of the first text:
    equal ones, those that are certainly similar, and last those whose position decides."""
    found = _pair_equal(one, other)
    found += _assign(one, other, found, sure_only=True)
    return sorted(found + _assign(one, other, found))


def find_unmoved(pairs: Sequence[tuple[int, int]], weights: Sequence[int]) -> set[int]:
    """The indices of the pairs, given in the order of the first text, that keep their order in the second: the
    increasing subsequence with the largest total weight. The others were moved."""
    places = np.array([j for _, j in pairs], dtype=int)
    weight_up_to, predecessors = np.zeros(len(pairs)), []
    for n, weight in enumerate(weights):
        earlier = np.flatnonzero(places[:n] < places[n])
        predecessors.append(_last_maximum(earlier, weight_up_to))
        weight_up_to[n] = weight + (weight_up_to[predecessors[n]] if len(earlier) else 0)
    unmoved, position = set[int](), _last_maximum(np.arange(len(pairs)), weight_up_to)
    while position is not None:
        unmoved.add(position)
        position = predecessors[position]
    return unmoved


def _last_maximum(indices: np.ndarray, values: np.ndarray) -> int | None:
    """The one of some indices with the largest value, of equal ones the last; None if there are none."""
    return int(indices[::-1][np.argmax(values[indices[::-1]])]) if len(indices) else None


def _pair_equal(one: Sequence[Paragraph], other: Sequence[Paragraph]) -> Indices:
    """Pairs of equal paragraphs: first those in runs, so that repeated paragraphs are paired by their neighbours."""
    keys = [[(para.group, para.key) for para in paras] for paras in (one, other)]
    blocks = SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_matching_blocks()
    found: Indices = [(block.a + n, block.b + n) for block in blocks for n in range(block.size)]
    unpaired = defaultdict(list)
    for i in _remaining(len(one), (i for i, _ in found)):
        unpaired[keys[0][i]].append(i)
    for j in _remaining(len(other), (j for _, j in found)):
        if unpaired[keys[1][j]]:
            found.append((unpaired[keys[1][j]].pop(0), j))
    return found


def _remaining(count: int, used: Iterable[int]) -> list[int]:
    return sorted(set(range(count)) - set(used))


def _assign(one: Sequence[Paragraph], other: Sequence[Paragraph], found: Indices, sure_only: bool = False) -> Indices:
    """The best assignment of the paragraphs that are not in `found`."""
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left = _remaining(len(one), (i for i, _ in found))
    right = _remaining(len(other), (j for _, j in found))
    if not left or not right:
        return []
    scores = _pair_scores(one, other, left, right, None if sure_only else sorted(found))
    rows, columns = scores.nonzero()
    size = len(left) + len(right)
    graph = coo_array((np.ones(len(rows)), (rows, columns + len(left))), shape=(size, size))
    _, component = connected_components(graph, directed=False)
    pairs: Indices = []
    for label in np.unique(component[rows]):
        left_members = np.flatnonzero(component[: len(left)] == label)
        right_members = np.flatnonzero(component[len(left) :] == label)
        block = scores[left_members][:, right_members].toarray()
        best = zip(*linear_sum_assignment(-block), strict=True)
        pairs += [(left[left_members[a]], right[right_members[b]]) for a, b in best if block[a, b] > 0]
    return pairs


def _pair_scores(
    one: Sequence[Paragraph],
    other: Sequence[Paragraph],
    left: Sequence[int],
    right: Sequence[int],
    found: Indices | None,
) -> Any:
    """The score of each pair that is similar enough, by index in `left` and `right`: a sparse matrix. The pairs
    `found`, without moved ones, delimit the gaps in which the others are."""
    from scipy.sparse import csr_array, vstack

    weights = [side[places] for side, places in zip(_weighted_rows(one, other), (left, right), strict=True)]
    paras = [[one[i] for i in left], [other[j] for j in right]]
    positions = [np.array(left) / len(one), np.array(right) / len(other)]
    groups = _encode_trait(paras, lambda para: para.group)
    parts = _encode_trait(paras, lambda para: para.part)
    openings = _encode_trait(paras, lambda para: tuple(para.words[:2]))
    gaps = []
    if found is not None:
        unmoved = sorted(find_unmoved(found, [1] * len(found)))
        gaps = [np.searchsorted([found[n][side] for n in unmoved], places) for side, places in enumerate((left, right))]

    blocks = []
    for rows, similarity in _similarity_blocks(weights, paras):
        same_opening = openings[0][rows, None] == openings[1][None]
        threshold = np.full(similarity.shape, SURE_SIMILARITY)
        if gaps:
            hints = same_opening.astype(int) + (gaps[0][rows, None] == gaps[1][None])
            by_hints = np.array([SAME_PART_SIMILARITY, ONE_HINT_SIMILARITY, TWO_HINTS_SIMILARITY])[hints]
            threshold = np.where(parts[0][rows, None] == parts[1][None], by_hints, SURE_SIMILARITY)
        closeness = 1 - np.abs(positions[0][rows, None] - positions[1][None])
        matches = (groups[0][rows, None] == groups[1][None]) & (similarity >= threshold)
        score = similarity - TWO_HINTS_SIMILARITY + POSITION_BONUS * closeness + OPENING_BONUS * same_opening
        blocks.append(csr_array(np.where(matches, score, 0)))
    return vstack(blocks, format="csr")


def similarities(one: Sequence[Paragraph], other: Sequence[Paragraph]) -> Iterator[np.ndarray]:
    """The similarity of each paragraph of the first text to all of the other, 0 to 1: rows in the order of the first.
    From `SURE_SIMILARITY` on one is taken for a changed version of the other."""
    weights = _weighted_rows(one, other)
    for _, similarity in _similarity_blocks(weights, (one, other)):
        yield from similarity


def match_halves(parts: Sequence[Paragraph], wholes: Sequence[Paragraph]) -> Indices:
    """Pairs of parts of paragraphs with whole ones that are similar enough to be changed versions of each other, or
    one of which contains the other; each once, the most similar first."""
    rows = similarities(parts, wholes) if parts and wholes else ()
    candidates = sorted((-float(alike), i, j) for i, row in enumerate(rows) for j, alike in enumerate(row)
                    if alike >= (SAME_PART_SIMILARITY if parts[i].part == wholes[j].part else SURE_SIMILARITY))  # fmt: skip
    found: dict[int, int] = {}
    for _, i, j in candidates:
        if i not in found and j not in found.values():
            found[i] = j
    return sorted(found.items())


def _similarity_blocks(
    weights: Sequence[Any], paras: Sequence[Sequence[Paragraph]]
) -> Iterator[tuple[slice, np.ndarray]]:
    """The similarity of each paragraph of one side to each of the other, as many rows at a time as fit in memory."""
    totals = [np.asarray(side.power(2).sum(axis=1)).ravel() for side in weights]
    is_long = [np.array([len(para.words) >= MIN_GROWN_WORDS for para in side], bool) for side in paras]
    for start in range(0, len(paras[0]), ROWS_PER_BLOCK):
        rows = slice(start, start + ROWS_PER_BLOCK)
        shared_weight = (weights[0][rows] @ weights[1].T).toarray()
        row_totals, column_totals = totals[0][rows, None], totals[1][None]
        similarity = 2 * shared_weight / np.maximum(row_totals + column_totals, 1e-9)
        containment = shared_weight / np.maximum(np.minimum(row_totals, column_totals), 1e-9)
        grown_similarity = is_long[0][rows, None] & is_long[1][None] & (containment >= GROWN_SHARE)
        yield rows, np.maximum(similarity, np.where(grown_similarity, GROWN_SHARE * containment, 0))


def _encode_trait(paras: Sequence[Sequence[Paragraph]], trait: Callable[[Paragraph], Hashable]) -> list[np.ndarray]:
    """A trait of the paragraphs of both texts as integers, which can be compared in arrays."""
    codes: dict[Hashable, int] = {}
    return [np.array([codes.setdefault(trait(para), len(codes)) for para in side]) for side in paras]


def _weighted_rows(one: Sequence[Paragraph], other: Sequence[Paragraph]) -> tuple[Any, Any]:
    """A sparse row for each paragraph. A column is the n-th occurrence of a word in a paragraph, so that the product
    of two rows is the weight of the words that both have."""
    from scipy.sparse import csr_array

    document_counts = Counter(word for para in (*one, *other) for word in set(para.words))
    total = len(one) + len(other)
    columns: dict[tuple[str, int], int] = {}
    rows = []
    for paras in (one, other):
        values, places, ends = [], [], [0]
        for para in paras:
            for word, count in Counter(para.words).items():
                values += [math.sqrt(math.log(1 + total / document_counts[word]))] * count
                places += [columns.setdefault((word, n), len(columns)) for n in range(count)]
            ends.append(len(values))
        rows.append((values, places, ends))
    return tuple(csr_array(each, shape=(len(each[2]) - 1, len(columns))) for each in rows)
