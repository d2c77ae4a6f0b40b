"""Intervals and paired tests. Everything random is seeded: the same values and seed give the same figures.

The cases of a set are the units that are drawn, so that intervals say how much the figure depends on which questions
happened to be asked; they do not say how it would be on another kind of question.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
ROUNDS = 2_000
LEVEL = 0.95
EXACT_LIMIT = 14
"""Up to so many cases that differ, the sign-flip test counts all 2 ** n signs."""
_CHUNK = 2_000_000


@dataclass(frozen=True)
class Interval:
    """A two-sided interval."""

    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """How run B differs from run A on the cases that they share: the mean of B - A, its interval, a two-sided p value."""

    mean: float
    interval: Interval
    p: float
    cases: int


def bootstrap_interval(
    values: ArrayLike,
    statistic: Callable[[Floats], float | None] | None = None,
    seed: int = 0,
    rounds: int = ROUNDS,
    level: float = LEVEL,
) -> Interval | None:
    """Percentile bootstrap interval (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, ch. 13).

    `values` hold one row a case, shape (n,) or (n, columns); rows are drawn with replacement. `statistic` takes such an
    array and gives a figure, the mean where none is named; draws for which it gives None (nothing of the kind was drawn)
    are left out. None where there are no values, or no draw gives a figure.
    """
    rows = np.asarray(values, dtype=np.float64)
    if not len(rows):
        return None
    random = np.random.default_rng(seed)
    figures: Floats
    if statistic is None:
        figures = _means(rows, random, rounds)
    else:
        drawn = (statistic(rows[random.integers(0, len(rows), len(rows))]) for _ in range(rounds))
        figures = np.array([figure for figure in drawn if figure is not None], dtype=np.float64)
    if not len(figures):
        return None
    outside = (1 - level) / 2
    low, high = np.quantile(figures, [outside, 1 - outside])
    return Interval(float(low), float(high))


def _means(rows: Floats, random: np.random.Generator, rounds: int) -> Floats:
    """Means of the draws, in pieces that fit into memory."""
    step = max(1, _CHUNK // len(rows))
    pieces = [
        rows[random.integers(0, len(rows), (min(step, rounds - done), len(rows)))].mean(axis=1)
        for done in range(0, rounds, step)
    ]
    return np.concatenate(pieces)


def paired_difference(
    first: Sequence[float], second: Sequence[float], seed: int = 0, rounds: int = 10_000
) -> Difference | None:
    """Compares two runs by the values that they have for the same cases, in the same order.

    The interval is the percentile bootstrap of the mean difference over cases; p is that of the sign-flip test.
    None where there are no cases; `ValueError` where the lengths differ.
    """
    differences = _differences(first, second)
    interval = bootstrap_interval(differences, seed=seed, rounds=rounds)
    if interval is None:
        return None
    p = sign_flip(first, second, seed, rounds)
    return Difference(float(differences.mean()), interval, p, len(differences))


def sign_flip(first: Sequence[float], second: Sequence[float], seed: int = 0, rounds: int = 10_000) -> float:
    """Two-sided p value of the paired permutation test: were the runs alike, each case's difference might as well have
    the other sign (Fisher, "The Design of Experiments", 1935; for retrieval, Smucker, Allan and Carterette, 2007).

    Exact for up to `EXACT_LIMIT` cases that differ; beyond that `rounds` random flips, p = (hits + 1) / (rounds + 1)
    (Phipson and Smyth, 2010), never 0. 1.0 where no case differs.
    """
    differences = _differences(first, second)
    differences = differences[differences != 0]
    n = len(differences)
    if not n:
        return 1.0
    reached = abs(float(np.sum(differences))) - 1e-9
    if n <= EXACT_LIMIT:
        signs = 1 - 2 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
        return int((np.abs(signs @ differences) >= reached).sum()) / len(signs)
    random = np.random.default_rng(seed)
    hits = 0
    step = max(1, _CHUNK // n)
    for done in range(0, rounds, step):
        flips = random.integers(0, 2, (min(step, rounds - done), n)) * 2 - 1
        hits += int((np.abs(flips @ differences) >= reached).sum())
    return (hits + 1) / (rounds + 1)


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> float:
    """Two-sided p value of McNemar's test (1947) in its exact binomial form, for right or wrong on the same cases.

    Only the cases that one run has right and the other wrong tell; 1.0 where there are none.
    """
    _differences(first, second)
    only_first = sum(a and not b for a, b in zip(first, second, strict=True))
    only_second = sum(b and not a for a, b in zip(first, second, strict=True))
    n = only_first + only_second
    tail = sum(math.comb(n, k) for k in range(min(only_first, only_second) + 1))
    return min(1.0, 2 * tail / float(2**n))


def _differences(first: Sequence[float], second: Sequence[float]) -> Floats:
    if len(first) != len(second):
        raise ValueError(f"the runs must share their cases: one has {len(first)} values, the other {len(second)}")
    return np.asarray(second, dtype=np.float64) - np.asarray(first, dtype=np.float64)
