"""Selective answering: precision and recall of abstaining, how well confidence ranks right answers above wrong ones,
and calibration: of the questions with a probability of 0.7 seven in ten should have an answer.

A failed record neither answers nor abstains: it misses an unanswerable case and gets an answerable one wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Abstention:
    """Precision, recall and F1 of abstaining, each 0..1; None where there is nothing to divide by."""

    precision: float | None
    recall: float | None
    f1: float | None


def abstention(abstained: Sequence[bool], answerable: Sequence[bool]) -> Abstention:
    """Abstaining as the detection of unanswerable questions (Rajpurkar, Jia and Liang, "Know What You Don't Know",
    2018). A system that never abstains has precision 0 where there are unanswerable questions, None where there
    are none; then recall and F1 are None too."""
    abstains, unanswerable = np.asarray(abstained, dtype=bool), ~np.asarray(answerable, dtype=bool)
    hits, abstentions, total = (
        int(np.count_nonzero(each)) for each in (abstains & unanswerable, abstains, unanswerable)
    )
    precision = hits / abstentions if abstentions else (0.0 if total else None)
    recall = hits / total if total else None
    f1 = 2 * hits / (abstentions + total) if total else None
    return Abstention(precision, recall, f1)


@dataclass(frozen=True)
class RiskCoverage:
    """The curve: for each threshold of confidence, falling, the coverage (share of the points answered) and the risk
    (share of these that are wrong). `aurc` is the area under it, 0..1, lower is better; None without points."""

    thresholds: tuple[float, ...]
    coverage: tuple[float, ...]
    risk: tuple[float, ...]
    aurc: float | None


def risk_coverage(points: Sequence[tuple[float, bool]]) -> RiskCoverage:
    """Risk and coverage of answering only above a confidence, from points of (confidence, correct).

    El-Yaniv and Wiener, "On the foundations of noise-free selective classification", 2010; the area is the mean of
    the risks at the n coverages 1/n .. 1 (Geifman, Uziel and El-Yaniv, 2019). No threshold can separate points of
    equal confidence: the curve has one point for all of them, and the area takes the mean over all their orders, so
    that the order of the input never matters."""
    if not points:
        return RiskCoverage((), (), (), None)
    confidence = np.array([point[0] for point in points], dtype=np.float64)
    wrong = np.array([not point[1] for point in points], dtype=np.float64)
    levels, counts, errors = _levels(confidence, wrong)
    coverage = np.cumsum(counts) / len(points)
    risk = np.cumsum(errors) / np.cumsum(counts)
    return RiskCoverage(tuple(levels.tolist()), tuple(coverage.tolist()), tuple(risk.tolist()), aurc(confidence, wrong))


def aurc(confidence: NDArray[np.float64], wrong: NDArray[np.float64]) -> float | None:
    """The area under the risk-coverage curve of points, `wrong` being 0 or 1; None without points."""
    if not len(confidence):
        return None
    _, counts, errors = _levels(confidence, wrong)
    share = np.repeat(errors / counts, counts)
    return float((np.cumsum(share) / np.arange(1, len(share) + 1)).mean())


def _levels(
    confidence: NDArray[np.float64], wrong: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Distinct confidences, falling, with how many points have each and how many of these are wrong."""
    levels, where, counts = np.unique(-confidence, return_inverse=True, return_counts=True)
    errors = np.bincount(where, weights=wrong, minlength=len(levels)).astype(np.float64)
    return -levels, counts.astype(np.int64), errors


def auc(confidence: Sequence[float], answerable: Sequence[bool]) -> float | None:
    """The area under the ROC curve of telling answerable from unanswerable by confidence, 0..1, 0.5 is chance.

    The probability that a random answerable question has more confidence than a random unanswerable one, equal
    confidence counting half (Hanley and McNeil, 1982). None where one of the two is absent."""
    scores = np.asarray(confidence, dtype=np.float64)
    good = np.asarray(answerable, dtype=bool)
    yes, no = scores[good], np.sort(scores[~good])
    if not len(yes) or not len(no):
        return None
    below, not_above = np.searchsorted(no, yes, "left"), np.searchsorted(no, yes, "right")
    return float((below + not_above).mean() / 2 / len(no))


BINS = 10
"""Number of equal bins from 0 to 1 in which probabilities are compared with observed shares."""


@dataclass(frozen=True)
class Bin:
    """The outcomes whose probability lies in one bin: number, mean probability, share that is answerable."""

    questions: int
    chance: float
    answerable: float


def reliability(chances: np.ndarray, right: np.ndarray) -> list[Bin]:
    """Mean probability and observed share by bin; empty bins are left out."""
    bins = np.minimum((chances * BINS).astype(int), BINS - 1)
    return [
        Bin(int(in_bin.sum()), float(chances[in_bin].mean()), float(right[in_bin].mean()))
        for in_bin in (bins == n for n in range(BINS))
        if in_bin.any()
    ]


def expected_error(bins: Sequence[Bin]) -> float:
    """The expected calibration error (Guo et al., 2017): mean distance of probability and share, weighted by size."""
    total = sum(each.questions for each in bins)
    return sum(each.questions * abs(each.chance - each.answerable) for each in bins) / total
