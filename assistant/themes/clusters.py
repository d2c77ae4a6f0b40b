"""Passages into clusters: the same for the same passages, whatever the order in which they came into the library.

Ward's agglomerative clustering (Ward 1963) of the passages' vectors; of very many, k-means from a fixed seed. From each
vector half of the mean of its document is taken away, so that themes run across documents and are not the documents.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

LEAST, MOST = 3, 24
"""How few and how many themes there may be, where the user names no number."""
WARD_LIMIT = 4_000
"""Most passages for Ward's method, whose memory grows with their square."""
OWN_SHARE = 0.5
"""Share of its document's mean that is taken from a vector."""
OWN_LEAST = 4
"""Fewest passages of a document whose mean says something."""
LEXICAL_DIMENSION = 100
SEED = 0


def count_for(passages: int) -> int:
    """How many themes so many passages get: about the root of half their number."""
    return max(1, min(passages, max(LEAST, min(MOST, round(math.sqrt(passages / 2))))))


def centred(vectors: np.ndarray, documents: Sequence[str]) -> np.ndarray:
    """Vectors (n x d, unit length) without what they owe to their documents and to all, of unit length again."""
    made = vectors.astype(np.float64)
    rows: dict[str, list[int]] = {}
    for n, document in enumerate(documents):
        rows.setdefault(document, []).append(n)
    for own in rows.values():
        if len(own) >= OWN_LEAST and len(rows) > 1:
            made[own] -= OWN_SHARE * vectors[own].mean(axis=0)
    if len(made) > 1:
        made -= made.mean(axis=0)
    norms = np.linalg.norm(made, axis=1, keepdims=True)
    result: np.ndarray = made / np.where(norms > 0, norms, 1.0)
    return result


def clusters(vectors: np.ndarray, count: int) -> np.ndarray:
    """The cluster of each vector (n), from 0; as many as asked for, or as there are vectors."""
    if count <= 1 or len(vectors) <= count:
        return np.arange(len(vectors)) if 1 < len(vectors) <= count else np.zeros(len(vectors), dtype=int)
    from sklearn.cluster import AgglomerativeClustering, KMeans

    if len(vectors) <= WARD_LIMIT:
        return np.asarray(AgglomerativeClustering(n_clusters=count, linkage="ward").fit_predict(vectors))
    return np.asarray(KMeans(count, n_init=1, random_state=SEED).fit_predict(vectors))


def lexical_vectors(bags: Sequence[Sequence[str]]) -> np.ndarray:
    """Vectors of unit length from words alone (tf-idf, latent semantic analysis; Deerwester et al. 1990), for texts in
    languages that the embedding model does not read."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(bags):
        return np.ones((len(bags), 1))
    weighed = TfidfVectorizer(analyzer=lambda bag: bag, sublinear_tf=True).fit_transform(bags)
    size = min(LEXICAL_DIMENSION, weighed.shape[1] - 1, len(bags) - 1)
    if size < 1:
        return np.ones((len(bags), 1))
    made = TruncatedSVD(size, random_state=SEED).fit_transform(weighed)
    norms = np.linalg.norm(made, axis=1, keepdims=True)
    result: np.ndarray = made / np.where(norms > 0, norms, 1.0)
    return result


def places(centres: np.ndarray) -> np.ndarray:
    """Where cluster centres (k x d) lie on a map (k x 2, -1..1): their two principal components, signs fixed."""
    flat = np.zeros((len(centres), 2))
    if len(centres) > 1:
        around = centres - centres.mean(axis=0)
        _, _, axes = np.linalg.svd(around, full_matrices=False)
        for n, axis in enumerate(axes[:2]):
            sign = np.sign(axis[np.argmax(np.abs(axis))]) or 1.0
            flat[:, n] = around @ (axis * sign)
        widest = np.abs(flat).max(axis=0)
        flat /= np.where(widest > 0, widest, 1.0)
    return flat
