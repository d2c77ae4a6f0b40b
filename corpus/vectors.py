"""The vector index: Chroma, embedded or as a server. Derived from the store, rebuilt at any time.

It holds ids and vectors, a collection a language, since a filter by language would be as slow as the library is large; and of each
passage the document, so that a scope is kept to while searching.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

import numpy as np

from corpus.corpus_errors import LibraryError
from corpus.documents import LANGUAGES, Passage, SearchScope

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

_BEFORE = ("passages", "passages-multilingual")
"""Collections of earlier versions."""
BATCH = 4_000
"""Rows a call; Chroma refuses more than 5,461."""
EF_SEARCH = 800
"""Candidates that a search keeps in view in Chroma's graph (HNSW's `ef`): with its 100, near passages are missed, and others
each time the index is opened."""


class VectorIndexError(LibraryError):
    """The vector index can't be opened, or its server does not answer. It is derived: it can be rebuilt from the store,
    and what it has to learn waits there."""


class VectorIndex:
    """The passage vectors of a library, by language and id. `location` is a folder, or `http://host:port` of a Chroma server."""

    def __init__(self, location: Path | str) -> None:
        from chromadb.errors import ChromaError
        from httpx import HTTPError

        self._opened: dict[str, Any] = {}
        try:
            self._client = _connect(location)
            self._collection_names = self._names()
        except (ChromaError, HTTPError, ValueError, OSError) as error:
            raise VectorIndexError(f"The vector index at {location} can't be opened ({error}).") from None

    def close(self) -> None:
        """Lets go of the files."""
        self._client.close()

    def add(self, rows: Sequence[tuple[Passage, np.ndarray]], language: str) -> None:
        """Adds passages in a language that the index does not hold."""
        for begin in range(0, len(rows), BATCH):
            part = rows[begin : begin + BATCH]
            self._call(
                self._collection(language).add,
                ids=[passage.id for passage, _ in part],
                embeddings=np.stack([vector for _, vector in part]).astype(np.float32),
                metadatas=[{"document": passage.document_id} for passage, _ in part],
            )

    def remove(self, ids: Sequence[str], language: str) -> None:
        """Removes passages in a language; ids that are not held are no error."""
        if _name(language) in self._collection_names:
            for begin in range(0, len(ids), BATCH):
                self._call(self._collection(language).delete, ids=list(ids[begin : begin + BATCH]))

    def search(
        self, vector: np.ndarray, language: str, limit: int, scope: SearchScope | None = None
    ) -> list[tuple[str, float]]:
        """(passage id, cosine similarity) of the nearest passages in a language, nearest first: those `within` a scope, where
        one is given. The scope holds while searching, so that `limit` passages of it come."""
        if _name(language) not in self._collection_names or (scope is not None and not scope.document_ids):
            return []
        left_out = scope.excluded_passage_ids if scope else frozenset[str]()
        found = self._call(
            self._collection(language).query,
            query_embeddings=[vector.astype(np.float32)],
            n_results=limit + len(left_out),
            where=None if scope is None else {"document": {"$in": sorted(scope.document_ids)}},
            include=["distances"],
        )
        near = [
            (passage_id, 1.0 - float(distance))
            for passage_id, distance in zip(found["ids"][0], found["distances"][0], strict=True)
            if passage_id not in left_out
        ]
        return near[:limit]

    def find_indexed(self, ids: Sequence[str], language: str) -> set[str]:
        """Those of some ids that have a vector in a language."""
        return {key for rows in self._rows(ids, language) for key in rows["ids"]}

    def count(self) -> int:
        """Number of vectors held."""
        return sum(int(self._call(self._collection(each).count)) for each in self._languages())

    def clear(self) -> None:
        """Empties the index."""
        for name in self._call(self._names):
            self._call(self._client.delete_collection, name=name)
        self._opened.clear()
        self._collection_names = set()

    def _rows(self, ids: Sequence[str], language: str) -> Iterator[Any]:
        """What Chroma holds of some ids in a language, a few thousand at a time."""
        if _name(language) in self._collection_names:
            for begin in range(0, len(ids), BATCH):
                part = list(ids[begin : begin + BATCH])
                yield self._call(self._collection(language).get, ids=part, include=[])

    def _languages(self) -> list[str]:
        return [each for each in LANGUAGES if _name(each) in self._collection_names]

    def _names(self) -> set[str]:
        """The collections that are this index's, those of earlier versions among them."""
        own = {*_BEFORE, *map(_name, LANGUAGES)}
        return {each.name for each in self._client.list_collections()} & own

    def _collection(self, language: str) -> Any:
        if language not in self._opened:
            self._opened[language] = self._call(self._open, language=language)
            self._collection_names.add(_name(language))
        return self._opened[language]

    def _open(self, language: str) -> Any:
        collection = self._client.get_or_create_collection(
            _name(language),
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine", "ef_search": EF_SEARCH}},
        )
        if collection.configuration_json["hnsw"]["ef_search"] != EF_SEARCH:
            with catch_warnings():
                # Chroma warns of every collection without an embedding function of its own.
                simplefilter("ignore", DeprecationWarning)
                collection.modify(configuration={"hnsw": {"ef_search": EF_SEARCH}})
        return collection

    @staticmethod
    def _call(call: Callable[..., Any], **given: Any) -> Any:
        """What a call to Chroma gives. Raises `VectorsError` where the index does not answer."""
        from chromadb.errors import ChromaError
        from httpx import HTTPError

        try:
            return call(**given)
        except (ChromaError, HTTPError) as error:
            raise VectorIndexError(
                f"The vector index does not answer ({error}). Where it is a Chroma server, see that it runs."
            ) from None


def _name(language: str) -> str:
    return f"passages-{language}"


@cache
def _settings() -> Any:
    """Chroma's own settings, which take longer to read than a small index takes to open."""
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


def _connect(location: Path | str) -> ClientAPI:
    # chromadb is slow to import and not needed until a vector is.
    import chromadb

    settings = _settings().model_copy()
    if isinstance(location, str):
        from urllib.parse import urlsplit

        address = urlsplit(location)
        return chromadb.HttpClient(
            host=address.hostname or "localhost",
            port=address.port or 8000,
            ssl=address.scheme == "https",
            settings=settings,
        )
    return chromadb.PersistentClient(path=str(location), settings=settings)
