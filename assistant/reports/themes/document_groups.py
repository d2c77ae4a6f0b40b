"""Group the documents of a library by the meaning of their passages, else by their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from assistant.answer_phrases import say
from assistant.qa.engine import Engine
from assistant.reports import ReportError
from assistant.reports.themes.clusters import (
    MIN_DOCUMENTS,
    center,
    cluster,
    default_count,
    lexical_vectors,
    nearest_cluster,
    remove_language_offset,
)
from assistant.time_slices import Slices
from corpus.analysis import analyse
from corpus.documents import Document, Passage
from corpus.symbols import RECORDS

_UNTHEMED_PARTS = frozenset(["masthead", "contents", "footnote"])
"""Passages of these parts belong to no theme."""


@dataclass(frozen=True)
class DocumentGroups:
    """The documents that belong to themes, in groups.

    `passages` and `vectors` are by document; `groups` have the indices of their documents, the largest group first;
    `embedded` are the indices of the documents that the embedding model reads. The others are grouped separately, by
    their words.
    """

    documents: list[Document]
    passages: list[list[Passage]]
    groups: list[list[int]]
    vectors: list[np.ndarray]
    embedded: set[int]


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
        themed = [
            each for each in own if not any(part.split(" ")[0] in _UNTHEMED_PARTS for part in each.locator.split(", "))
        ]
        passages.append(themed or own)
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
    groups = [[n for n, label in enumerate(labels) if label == each] for each in range(label_count)]
    groups.sort(key=lambda rows: (-len(shaping.intersection(rows)), documents[rows[0]].id))
    return DocumentGroups(list(documents), passages, groups, vectors, embedded)


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
