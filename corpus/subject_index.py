"""What one embedding model makes of the subject index: how like a question its phrases are, and whether a question sounds
like those that the documents answer or like those that they leave open.

Both are learnt from the phrases themselves. Phrases of one place say the same in many ways; how they differ is what must
not count when a question is compared with them: within-class covariance normalization (Hatch, Kajarekar and Stolcke 2006).
The second is ridge regression (Hoerl and Kennard 1970), answered phrases against known gaps, both sides weighing the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.store import Subject

LEAST = 300
"""Phrases from which on there is enough to learn from; with fewer, vectors are compared as they are."""
SHRINK = 10.0
"""How much of the mean variance is added to each: the more, the more the vectors stay as they are."""
RIDGE = 0.1
"""The same for the regression."""
SAMPLE = 200
"""Phrases by which the new likeness is brought to the scale of the old one, each with its nearest."""
NEAREST = 60
KEYWORDS = ";"
"""What phrases that list key words have between them; they are no questions."""

LEARNT = ("vectors", "mean", "matrix", "line", "side", "direction")
Vectors = NDArray[np.float32]
_Place = tuple[str, int, int]


class SubjectIndex:
    """Phrases with their vectors (phrases x dimension), of which each has a row, and what was learnt from them: the `mean`
    that is taken off and the `matrix` that shapes a vector, both empty where nothing was; `line`, slope and base of the
    likeness; `side` and `direction` of the regression, empty likewise. `likeness` puts the model's cosines on the scale
    that all models share."""

    def __init__(self, learnt: Mapping[str, NDArray[np.floating]], likeness: Callable[[Vectors], Vectors]) -> None:
        self.learnt = {name: np.asarray(learnt[name], np.float32) for name in LEARNT}
        self._likeness = likeness
        self._vectors, self._mean, self._matrix = (self.learnt[name] for name in LEARNT[:3])
        self._slope, self._base = (float(value) for value in self.learnt["line"])

    @classmethod
    def learn(
        cls, subjects: Sequence[tuple[str, Subject]], vectors: Vectors, likeness: Callable[[Vectors], Vectors]
    ) -> SubjectIndex:
        """The index of phrases with their unit vectors (phrases x dimension); of fewer than `LEAST` nothing is learnt."""
        learnt: dict[str, NDArray[np.floating]] = {name: np.empty(0, np.float32) for name in LEARNT}
        learnt |= {"vectors": vectors, "line": np.array([1.0, 0.0])}
        if len(subjects) < LEAST:
            return cls(learnt, likeness)
        numbers: dict[_Place, int] = {}
        places = np.array([numbers.setdefault((d, s.start, s.end), len(numbers)) for d, s in subjects])
        gaps = np.array([subject.gap for _, subject in subjects])
        shape = _shape(places[~gaps], vectors[~gaps])
        if shape is not None:
            shaped = _unit((vectors - shape[0]) @ shape[1])
            line = np.array(_scale(shaped, vectors, likeness))
            learnt |= {"vectors": shaped, "mean": shape[0], "matrix": shape[1], "line": line}
        questions = np.array([KEYWORDS not in subject.phrase for _, subject in subjects])
        if (questions & gaps).any() and (questions & ~gaps).any():
            learnt["side"], learnt["direction"] = _ridge(learnt["vectors"][questions], gaps[questions])
        return cls(learnt, likeness)

    def likeness(self, query: Vectors) -> Vectors:
        """How like a question, as a unit vector, each phrase is: (phrases,), 0 for nothing in common, 1 for the same."""
        cosines = self._vectors @ self._shaped(query)
        if not self._matrix.size:
            return self._likeness(cosines)
        scaled: Vectors = np.clip(self._slope * cosines + self._base, 0.0, 1.0)
        return scaled

    def leaning(self, query: Vectors) -> float:
        """Above 0 for a question that sounds like those that the documents answer, below for one that sounds like known
        gaps; between -1 and 1 for most. 0 where nothing was learnt."""
        if not self.learnt["direction"].size:
            return 0.0
        return float((self._shaped(query) - self.learnt["side"]) @ self.learnt["direction"])

    def _shaped(self, query: Vectors) -> Vectors:
        return _unit((query - self._mean) @ self._matrix) if self._matrix.size else query


def _shape(places: NDArray[np.int_], vectors: Vectors) -> tuple[Vectors, Vectors] | None:
    """The mean of the vectors, and the matrix by which what sets apart phrases of one place counts less."""
    own = np.zeros((places.max() + 1, vectors.shape[1]))
    np.add.at(own, places, vectors)
    counts = np.bincount(places)
    apart = vectors - (own / np.maximum(counts, 1)[:, None])[places]
    apart = apart[counts[places] > 1]
    if not len(apart):
        return None
    spread = apart.T @ apart / len(apart)
    spread += SHRINK * np.trace(spread) / len(spread) * np.eye(len(spread))
    return vectors.mean(axis=0).astype(np.float32), np.linalg.cholesky(np.linalg.inv(spread)).astype(np.float32)


def _scale(shaped: Vectors, plain: Vectors, likeness: Callable[[Vectors], Vectors]) -> tuple[float, float]:
    """The line from new cosines to old likeness, by least squares over the nearest phrases of some."""
    some = np.arange(0, len(plain), max(1, len(plain) // SAMPLE))
    new = shaped[some] @ shaped.T
    old = likeness((plain[some] @ plain.T).ravel()).reshape(new.shape)
    near = np.argpartition(-new, min(NEAREST, new.shape[1] - 1), axis=1)[:, :NEAREST]
    slope, base = np.polyfit(
        np.take_along_axis(new, near, axis=1).ravel(), np.take_along_axis(old, near, axis=1).ravel(), 1
    )
    return float(slope), float(base)


def _ridge(vectors: NDArray[np.floating], gaps: NDArray[np.bool_]) -> tuple[Vectors, Vectors]:
    """Mean and direction of the regression of 1 (answered) and -1 (gap) on the vectors."""
    sides = np.where(gaps, -1.0, 1.0)
    weights = np.where(gaps, 0.5 / gaps.sum(), 0.5 / (~gaps).sum())
    mean = weights @ vectors
    apart = vectors - mean
    spread = (apart * weights[:, None]).T @ apart
    spread += RIDGE * np.trace(spread) / len(spread) * np.eye(len(spread))
    direction = np.linalg.solve(spread, (apart * weights[:, None]).T @ (sides - weights @ sides))
    return mean.astype(np.float32), direction.astype(np.float32)


def _unit(vectors: NDArray[np.floating]) -> Vectors:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    units: Vectors = (vectors / np.maximum(norms, 1e-9)).astype(np.float32)
    return units
