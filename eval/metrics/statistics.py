"""Intervals and paired tests. All randomness is drawn from a fixed seed: the same values give the same figures.

The resampled units are the cases of a set, or the documents that they are about, each with all its cases. So
intervals say how much a figure depends on the choice of questions; they say nothing about other kinds of questions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
ROUNDS = 2_000
LEVEL = 0.95
EXACT_LIMIT = 14
"""Up to this number of differing cases (or clusters), the sign-flip test enumerates all 2 ** n signs."""
_CHUNK = 2_000_000


@dataclass(frozen=True)
class Figure:
    """A figure, its 95 % interval, and over how many cases; None where no case has it."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    cases: int = 0

    @property
    def between(self) -> str:
        """The interval as text, empty where there is none."""
        return "" if self.low is None or self.high is None else f"{self.low:.3f}–{self.high:.3f}"


@dataclass(frozen=True)
class Difference:
    """A figure of two runs over the cases for which both have it, and their difference: the mean of second - first
    with its 95 % bootstrap interval, and the two-sided p of the sign-flip test."""

    first: float
    second: float
    difference: float
    low: float
    high: float
    p: float
    cases: int


def percentile(values: Sequence[float], share: float) -> float | None:
    """The nearest-rank percentile: the smallest value that at least `share` of all values do not exceed. It is always
    a measured value, never an interpolated one (Hyndman and Fan, "Sample quantiles in statistical packages", 1996,
    definition 1).

    `share` lies in (0, 1], 0.95 for p95; the unit is that of the values. None for an empty list."""
    if not 0 < share <= 1:
        raise ValueError(f"a percentile is named by a share above 0 and up to 1, not {share}")
    return float(np.quantile(values, share, method="inverted_cdf")) if values else None


def figure(
    values: ArrayLike,
    statistic: Callable[[Floats], float | None] | None = None,
    rounds: int = ROUNDS,
    clusters: Sequence[Hashable] | None = None,
) -> Figure:
    """A statistic of values, by default their mean, with its percentile bootstrap interval (Efron and Tibshirani, "An
    Introduction to the Bootstrap", 1993, ch. 13).

    `values` hold one row a case, shape (n,), or (n, columns) with a statistic; rows are drawn with replacement.
    `statistic` takes such an array and returns a figure; draws for which it is None (nothing of the kind was drawn)
    are left out. There is no interval where it is None for all values, or for every draw.

    `clusters` names what each row belongs to; whole clusters are drawn then, as many as there are (Field and Welsh,
    "Bootstrapping clustered data", 2007), since cases about one document are more alike than others. With few
    clusters (below some thirty) the interval tends to be too narrow."""
    rows = np.asarray(values, dtype=np.float64)
    if not len(rows):
        return Figure()
    value = float(rows.mean()) if statistic is None else statistic(rows)
    random, grouped = np.random.default_rng(0), _group_rows(clusters, len(rows))
    if value is None:
        return Figure(cases=len(rows))
    if statistic is None:
        figures = _means(rows, grouped, random, rounds)
    else:
        drawn = (statistic(rows[grouped.draw(random)]) for _ in range(rounds))
        figures = np.array([figure for figure in drawn if figure is not None], dtype=np.float64)
    if not len(figures):
        return Figure(value, cases=len(rows))
    outside = (1 - LEVEL) / 2
    low, high = np.quantile(figures, [outside, 1 - outside])
    return Figure(value, float(low), float(high), len(rows))


def wilson(hits: int, n: int) -> Figure:
    """A share with an interval that is also sound near 0 and 1 and for few cases (Wilson, 1927)."""
    if not n:
        return Figure()
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    share = hits / n
    centre = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # Rounding must not leave the share outside its own interval.
    low, high = (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)
    return Figure(share, max(0.0, min(low, share)), min(1.0, max(high, share)), n)


@dataclass(frozen=True)
class _Clusters:
    """Rows by cluster: `of` is the number of each row's cluster, `rows` has the rows of each cluster."""

    of: Numbers
    rows: list[Numbers]

    def __len__(self) -> int:
        return len(self.rows)

    def draw(self, random: np.random.Generator) -> Numbers:
        """The rows of as many clusters as there are, drawn with replacement."""
        return np.concatenate([self.rows[n] for n in random.integers(0, len(self), len(self))])

    def sums(self, values: Floats) -> Floats:
        """The sum of the values of each cluster."""
        return np.bincount(self.of, weights=values, minlength=len(self)).astype(np.float64)


def _group_rows(clusters: Sequence[Hashable] | None, n: int) -> _Clusters:
    """Groups rows by cluster, in the order in which clusters first appear; without clusters each row is its own."""
    names: Sequence[Hashable] = range(n) if clusters is None else clusters
    if len(names) != n:
        raise ValueError(f"each case must name its cluster: there are {n} cases and {len(names)} names")
    numbers: dict[Hashable, int] = {}
    of = np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)
    ends = np.cumsum(np.bincount(of))[:-1]
    return _Clusters(of, np.split(np.argsort(of, kind="stable").astype(np.int64), ends))


def _means(values: Floats, clusters: _Clusters, random: np.random.Generator, rounds: int) -> Floats:
    """Means of the bootstrap draws, computed in chunks that fit into memory."""
    n = len(clusters)
    sums, sizes = clusters.sums(values), np.bincount(clusters.of)
    step = max(1, _CHUNK // n)
    pieces = []
    for done in range(0, rounds, step):
        drawn = random.integers(0, n, (min(step, rounds - done), n))
        pieces.append(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1))
    return np.concatenate(pieces)


def paired_difference(
    first: Sequence[float],
    second: Sequence[float],
    rounds: int = 10_000,
    clusters: Sequence[Hashable] | None = None,
) -> Difference | None:
    """Compares two runs by the values that they have for the same cases, in the same order.

    The interval is the percentile bootstrap of the mean difference over cases, or over `clusters` of them; p is that of
    the sign-flip test. None where there are no cases; `ValueError` where the lengths differ."""
    mean = figure(_differences(first, second), rounds=rounds, clusters=clusters)
    if mean.value is None or mean.low is None or mean.high is None:
        return None
    n, p = mean.cases, sign_flip(first, second, rounds=rounds, clusters=clusters)
    return Difference(sum(first) / n, sum(second) / n, mean.value, mean.low, mean.high, p, n)


def sign_flip(
    first: Sequence[float],
    second: Sequence[float],
    rounds: int = 10_000,
    clusters: Sequence[Hashable] | None = None,
) -> float:
    """Two-sided p value of the paired permutation test: if the runs were alike, each case's difference could as well
    have the other sign (Fisher, "The Design of Experiments", 1935; for retrieval, Smucker, Allan and Carterette,
    2007).

    Exact for up to `EXACT_LIMIT` cases that differ; beyond that `rounds` random flips, p = (hits + 1) / (rounds + 1)
    (Phipson and Smyth, 2010), never 0. 1.0 where no case differs. The cases of one of the `clusters` change their
    sign together."""
    differences = _by_cluster(first, second, clusters)
    differences = differences[differences != 0]
    n = len(differences)
    if not n:
        return 1.0
    reached = abs(float(np.sum(differences))) - 1e-9
    if n <= EXACT_LIMIT:
        signs = 1 - 2 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
        return int((np.abs(signs @ differences) >= reached).sum()) / len(signs)
    random = np.random.default_rng(0)
    hits = 0
    step = max(1, _CHUNK // n)
    for done in range(0, rounds, step):
        flips = random.integers(0, 2, (min(step, rounds - done), n)) * 2 - 1
        hits += int((np.abs(flips @ differences) >= reached).sum())
    return (hits + 1) / (rounds + 1)


def mcnemar(first: Sequence[bool], second: Sequence[bool], clusters: Sequence[Hashable] | None = None) -> float:
    """Two-sided p value of McNemar's test (1947) in its exact binomial form, for right or wrong on the same cases.

    Only the cases that one run has right and the other wrong count; 1.0 where there are none. With `clusters` the
    sign of each cluster's balance (how many more of its cases one run has right) is flipped instead, also exactly;
    with one case a cluster this is the binomial test."""
    balances = [round(each) for each in _by_cluster(first, second, clusters)]
    reached, most = abs(sum(balances)), sum(map(abs, balances))
    # The probability of each sum of the balances with random signs, from -most to most.
    probabilities = np.zeros(2 * most + 1)
    probabilities[most] = 1.0
    for balance in filter(None, balances):
        probabilities = (np.roll(probabilities, balance) + np.roll(probabilities, -balance)) / 2
    return min(1.0, float(probabilities[np.abs(np.arange(-most, most + 1)) >= reached].sum()))


def _by_cluster(first: Sequence[float], second: Sequence[float], clusters: Sequence[Hashable] | None) -> Floats:
    """The difference of the runs in each cluster: the sum of the differences of its cases."""
    differences = _differences(first, second)
    return _group_rows(clusters, len(differences)).sums(differences)


def _differences(first: Sequence[float], second: Sequence[float]) -> Floats:
    if len(first) != len(second):
        raise ValueError(f"the runs must share their cases: one has {len(first)} values, the other {len(second)}")
    return np.asarray(second, dtype=np.float64) - np.asarray(first, dtype=np.float64)
