"""Documents into themes: the same for the same documents, whatever the order in which they came into the library.

A document is the mean of its passages, so that one passage more or less moves it little. Average linkage (Sokal and Michener
1958) makes clusters of documents; then each goes to the cluster whose middle is nearest, as in k-means, which mends what
was joined early, and those of clusters that are too small go to the nearest of the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from assistant.time_slices import Slices
from corpus.embedding import Embedder

LEAST, MOST = 3, 24
"""Fewest documents of a theme, and most themes, where the user names no number."""
PAIRS_LIMIT = 4_000
"""Most documents that are compared with each other, since memory grows with the square; beyond it k-means groups them."""
ROUNDS = 20
"""How often documents are put where they are nearest, at most."""
LEXICAL_DIMENSION = 100
SEED = 0
BATCH = 8
"""Texts that are embedded in one slice."""


def count_for(documents: int) -> int:
    """How many clusters are made of so many documents: about the root of their number, a fifth more."""
    return max(1, min(documents // LEAST, MOST, round(1.2 * math.sqrt(documents))))


def centred(vectors: np.ndarray) -> np.ndarray:
    """Vectors (n x d) without what they have in common, of unit length."""
    made = vectors.astype(np.float64)
    return unit_length(made - made.mean(axis=0) if len(made) > 1 else made)


def clusters(vectors: np.ndarray, count: int, least: int = 1) -> np.ndarray:
    """The cluster of each vector (n x d, unit length), from 0; at most `count`, none with fewer than `least` where there is
    another that can take its documents."""
    if count <= 1 or len(vectors) < 2 * least:
        return np.zeros(len(vectors), dtype=int)
    if len(vectors) <= count and least == 1:
        return np.arange(len(vectors))
    count = min(count, len(vectors))
    from sklearn.cluster import AgglomerativeClustering, KMeans

    if len(vectors) <= PAIRS_LIMIT:
        labels = np.asarray(AgglomerativeClustering(count, linkage="average", metric="cosine").fit_predict(vectors))
    else:
        labels = np.asarray(KMeans(count, n_init=1, random_state=SEED).fit_predict(vectors))
    for _ in range(ROUNDS):
        names = np.unique(labels)
        found = names[nearest(vectors, labels, names)]
        if len(np.unique(found)) < len(names) or (found == labels).all():
            break
        labels = found
    names, sizes = np.unique(labels, return_counts=True)
    large = names[sizes >= least]
    if not len(large):
        return np.zeros(len(vectors), dtype=int)
    small = ~np.isin(labels, large)
    labels[small] = large[nearest(vectors[small], labels, large, vectors)]
    return np.unique(labels, return_inverse=True)[1]


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
    return unit_length(TruncatedSVD(size, random_state=SEED).fit_transform(weighed))


def places(centres: np.ndarray) -> np.ndarray:
    """Where cluster centres (k x d) lie on a map (k x 2, -1..1): their two principal components, signs fixed."""
    from sklearn.decomposition import PCA

    flat = np.zeros((len(centres), 2))
    if np.ptp(centres, axis=0).any():
        found = PCA(min(2, *centres.shape), svd_solver="full").fit_transform(centres)
        flat[:, : found.shape[1]] = found
        widest = np.abs(flat).max(axis=0)
        flat /= np.where(widest > 0, widest, 1.0)
    return flat


def nearest(
    vectors: np.ndarray, labels: np.ndarray, names: np.ndarray, members: np.ndarray | None = None
) -> np.ndarray:
    """Of each vector the place in `names` of the cluster whose middle is nearest; `members` are what the labels are of."""
    of = vectors if members is None else members
    middles = unit_length(np.stack([of[labels == name].mean(axis=0) for name in names]))
    found: np.ndarray = np.argmax(vectors @ middles.T, axis=1)
    return found


def unit_length(vectors: np.ndarray) -> np.ndarray:
    """Vectors (n x d, or d) of length 1; those of length 0 as they are."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    made: np.ndarray = vectors / np.where(norms > 0, norms, 1.0)
    return made


def embedded(embedder: Embedder, texts: Sequence[str], slices: Slices) -> np.ndarray:
    """The vectors of texts (n x d), some at a time."""
    found = [embedder.embed_passages(texts[n : n + BATCH]) for n in slices(range(0, len(texts), BATCH))]
    return np.concatenate(found)


def levelled(embedder: Embedder, vectors: np.ndarray, language: str) -> np.ndarray:
    """Vectors of passages in a language (n x d, or d) without what the language adds, so that themes run across languages."""
    crossing = embedder.language_shift(language)
    return vectors if crossing is None else vectors - crossing.passage_shift
