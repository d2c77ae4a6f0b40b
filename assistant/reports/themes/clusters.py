"""Cluster documents into themes by the meaning of their passages, else by their words: the result does not depend on
the order in which they were added.

A document is the mean of its passages, so that one passage more or less has little effect. Average linkage (Sokal and
Michener 1958) clusters documents; then each moves to the cluster with the closest center, as in k-means, which
corrects early merges. The documents of clusters that are too small move to the closest of the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np

from assistant.answer_phrases import say
from assistant.qa.engine import Engine
from assistant.reports import ReportError
from assistant.reports.themes.theme_model import MIN_DOCUMENTS
from assistant.time_slices import Slices
from corpus.analysis import analyse
from corpus.documents import Document, Passage
from corpus.embedding import Embedder
from corpus.symbols import RECORDS

MAX_THEMES = 24
"""Most themes, where the user gives no number."""
MAX_PAIRWISE_DOCUMENTS = 4_000
"""Most documents that are compared pairwise, since memory grows with the square; more are grouped by k-means."""
MAX_ROUNDS = 20
"""How often documents move to the closest cluster, at most."""
LEXICAL_DIMENSION = 100
SEED = 0
BATCH_SIZE = 8
"""Texts that are embedded in one slice."""
_UNTHEMED_PARTS = frozenset(["masthead", "contents", "footnote"])
"""Passages of these parts belong to no theme."""


DocumentGroups = tuple[list[Document], list[list[Passage]], list[list[int]], list[np.ndarray], set[int]]
"""The documents that belong to themes, their passages, the groups of their indices (the largest first), their vectors,
and the indices of those that the embedding model reads; the others are grouped separately, by their words."""


def find_shaping_documents(passages: Sequence[Sequence[Passage]]) -> set[int]:
    """The indices of the documents by which themes are made and named, from the passages of all: a document with one
    passage joins the closest theme and changes none, where there are enough others."""
    long = {n for n, own in enumerate(passages) if len(own) > 1}
    return long if len(long) >= MIN_DOCUMENTS else set(range(len(passages)))


def group_documents(engine: Engine, documents: Sequence[Document], count: int | None, slices: Slices) -> DocumentGroups:
    """Group the documents that belong to themes, in about `count` groups. Raises `ReportError` where there are none."""
    procedural = [each.kind == "agenda" or bool(each.symbol and each.symbol.series in RECORDS) for each in documents]
    documents = [each for each, apart in zip(documents, procedural, strict=True) if not apart] or list(documents)
    if not documents:
        raise ReportError("framed", told=partial(say, "empty_library"))
    passages = []
    for document in slices(documents):
        own = list(engine.library.passages(document.id))
        passages.append([each for each in own if _is_themed(document, each)] or own)
    vectors, embedded = _embed_documents(engine, documents, passages, slices)
    shaping = find_shaping_documents(passages)
    labels = np.zeros(len(documents), dtype=int)
    target_count, label_count = count or default_count(len(shaping)), 0
    for candidates in (sorted(embedded), [n for n in range(len(documents)) if n not in embedded]):
        rows = [n for n in candidates if n in shaping] or candidates
        if rows:
            with slices.aside():
                own_count = max(1, round(target_count * len(rows) / len(shaping)))
                found = cluster(center(np.stack([vectors[n] for n in rows])), own_count, 1 if count else MIN_DOCUMENTS)
            labels[rows] = label_count + found
            small = [n for n in candidates if n not in rows]
            if small:
                members, others = (np.stack([vectors[n] for n in some]) for some in (rows, small))
                middle = members.mean(axis=0)
                closest = nearest_cluster(others - middle, found, np.unique(found), members - middle)
                labels[small] = label_count + closest
            label_count += int(found.max()) + 1
    groups = [np.flatnonzero(labels == each).tolist() for each in range(label_count)]
    groups.sort(key=lambda rows: (-len(shaping.intersection(rows)), documents[rows[0]].id))
    return list(documents), passages, groups, vectors, embedded


def _is_themed(document: Document, passage: Passage) -> bool:
    """Whether a passage has a block of a part that may belong to a theme; it may open with a footnote."""
    locators = (block.locator for block in document.blocks[passage.first : passage.last + 1])
    parts = ({part.split(" ")[0] for part in locator.split(", ")} for locator in locators)
    return any(not kinds & _UNTHEMED_PARTS for kinds in parts)


def _embed_documents(
    engine: Engine, documents: Sequence[Document], passages: Sequence[Sequence[Passage]], slices: Slices
) -> tuple[list[np.ndarray], set[int]]:
    """A vector for each document, the mean of its passages, and the indices of the documents that the embedding model
    reads; the vectors of the others are made of their words."""
    searching = engine.library.models.search_model
    vectors: list[np.ndarray] = [np.zeros(0)] * len(documents)
    embedded: set[int] = set()
    for n, own in slices(list(enumerate(passages))):
        stored = engine.library.passage_vectors([each.id for each in own])
        if len(stored) == len(own) and own:
            mean = np.stack([stored[each.id] for each in own]).mean(axis=0, dtype=np.float64)
            vectors[n] = remove_language_offset(searching, mean, documents[n].language)
            embedded.add(n)
    lexical = [n for n in range(len(documents)) if n not in embedded]
    if lexical:
        vocabulary = engine.vocabulary
        texts = ((documents[n].text, documents[n].language) for n in slices(lexical))
        bags = [vocabulary.content(analyse(text, language), language) for text, language in texts]
        with slices.aside():
            for n, vector in zip(lexical, lexical_vectors(bags), strict=True):
                vectors[n] = vector
    return vectors, embedded


def default_count(documents: int) -> int:
    """The number of clusters for a number of documents: 1.2 times its square root."""
    return max(1, min(documents // MIN_DOCUMENTS, MAX_THEMES, round(1.2 * math.sqrt(documents))))


def center(vectors: np.ndarray) -> np.ndarray:
    """Vectors (n x d) minus their mean, normalized to unit length."""
    centered = vectors.astype(np.float64)
    return normalize(centered - centered.mean(axis=0) if len(centered) > 1 else centered)


def cluster(vectors: np.ndarray, count: int, min_size: int = 1) -> np.ndarray:
    """The cluster of each vector (n x d, unit length), from 0; at most `count`, none with fewer than `min_size`
    documents if another one can take them."""
    if count <= 1 or len(vectors) < 2 * min_size:
        return np.zeros(len(vectors), dtype=int)
    if len(vectors) <= count and min_size == 1:
        return np.arange(len(vectors))
    count = min(count, len(vectors))
    from sklearn.cluster import AgglomerativeClustering, KMeans

    if len(vectors) <= MAX_PAIRWISE_DOCUMENTS:
        labels = np.asarray(AgglomerativeClustering(count, linkage="average", metric="cosine").fit_predict(vectors))
    else:
        labels = np.asarray(KMeans(count, n_init=1, random_state=SEED).fit_predict(vectors))
    for _ in range(MAX_ROUNDS):
        labels_used = np.unique(labels)
        closest = labels_used[nearest_cluster(vectors, labels, labels_used)]
        if len(np.unique(closest)) < len(labels_used) or (closest == labels).all():
            break
        labels = closest
    labels_used, sizes = np.unique(labels, return_counts=True)
    large = labels_used[sizes >= min_size]
    if not len(large):
        return np.zeros(len(vectors), dtype=int)
    small = ~np.isin(labels, large)
    labels[small] = large[nearest_cluster(vectors[small], labels, large, vectors)]
    return np.unique(labels, return_inverse=True)[1]


def lexical_vectors(bags: Sequence[Sequence[str]]) -> np.ndarray:
    """Vectors of unit length from words alone (tf-idf, latent semantic analysis; Deerwester et al. 1990), for texts
    in languages that the embedding model does not read."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(bags):
        return np.ones((len(bags), 1))
    weights = TfidfVectorizer(analyzer=lambda bag: bag, sublinear_tf=True).fit_transform(bags)
    dimension = min(LEXICAL_DIMENSION, weights.shape[1] - 1, len(bags) - 1)
    if dimension < 1:
        return np.ones((len(bags), 1))
    return normalize(TruncatedSVD(dimension, random_state=SEED).fit_transform(weights))


def map_positions(centres: np.ndarray) -> np.ndarray:
    """Map positions (k x 2, -1..1) of centers (k x d): their first two principal components, with fixed signs."""
    from sklearn.decomposition import PCA

    positions = np.zeros((len(centres), 2))
    if np.ptp(centres, axis=0).any():
        components = PCA(min(2, *centres.shape), svd_solver="full").fit_transform(centres)
        positions[:, : components.shape[1]] = components
        extent = np.abs(positions).max(axis=0)
        positions /= np.where(extent > 0, extent, 1.0)
    return positions


def nearest_cluster(
    vectors: np.ndarray, labels: np.ndarray, names: np.ndarray, members: np.ndarray | None = None
) -> np.ndarray:
    """For each vector the index in `names` of the closest center; `members` are the labelled vectors, if others."""
    labelled = vectors if members is None else members
    centers = normalize(np.stack([labelled[labels == name].mean(axis=0) for name in names]))
    closest: np.ndarray = np.argmax(vectors @ centers.T, axis=1)
    return closest


def normalize(vectors: np.ndarray) -> np.ndarray:
    """Vectors (n x d, or d) scaled to length 1; those of length 0 unchanged."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    normalized: np.ndarray = vectors / np.where(norms > 0, norms, 1.0)
    return normalized


def embed_texts(embedder: Embedder, texts: Sequence[str], slices: Slices) -> np.ndarray:
    """Embed texts (n x d) in batches."""
    batches = [embedder.embed_passages(texts[n : n + BATCH_SIZE]) for n in slices(range(0, len(texts), BATCH_SIZE))]
    return np.concatenate(batches)


def remove_language_offset(embedder: Embedder, vectors: np.ndarray, language: str) -> np.ndarray:
    """Vectors (n x d, or d) without the offset of their language, so that themes include several languages."""
    crossing = embedder.language_shift(language)
    return vectors if crossing is None else vectors - crossing.passage_shift
