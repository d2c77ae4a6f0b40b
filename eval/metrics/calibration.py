"""Whether chances are what they say: of the questions with a chance of 0.7 seven in ten should have an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BINS = 10
"""Equal parts of 0 to 1, in which chances are held against what was seen."""


@dataclass(frozen=True)
class Bin:
    """Outcomes whose chance lies in a tenth: how many, the mean of the chances, and the share that is answerable."""

    questions: int
    chance: float
    answerable: float


def reliability(chances: np.ndarray, right: np.ndarray) -> list[Bin]:
    """Chances beside what was seen, by equal parts of 0 to 1; parts without questions are left out."""
    parts = np.minimum((chances * BINS).astype(int), BINS - 1)
    return [
        Bin(int(held.sum()), float(chances[held].mean()), float(right[held].mean()))
        for held in (parts == n for n in range(BINS))
        if held.any()
    ]


def expected_error(bins: Sequence[Bin]) -> float:
    """The expected calibration error (Guo et al., 2017): how far chance and share lie apart, by the weight of the parts."""
    total = sum(each.questions for each in bins)
    return sum(each.questions * abs(each.chance - each.answerable) for each in bins) / total
