"""The vector index: Chroma, embedded or as a server. Derived from the store, can be rebuilt at any time.

It stores ids and vectors in one collection per language, since filtering by language takes time that grows with the library; and the
document of each passage, to limit a search to a scope.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

import numpy as np

from corpus.corpus_errors import LibraryError
from corpus.documents import LANGUAGES, Passage, SearchScope

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

_BEFORE = ("passages", "passages-multilingual")  # names of collections in earlier versions
BATCH = 4_000  # rows per call; Chroma refuses more than 5,461
EF_SEARCH = 800
"""Candidates that a search tracks in Chroma's graph (HNSW's `ef`): with the default of 100, near passages are missed, different ones
each time the index is opened."""


class VectorIndexError(LibraryError):
    """The vector index can't be opened, or its server does not answer. It can be rebuilt from the store, where pending changes are
    queued."""


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
            raise VectorIndexError(f"The vector index at {location} cannot be opened ({error}).") from None

    def close(self) -> None:
        """Closes the files."""
        self._client.close()

    def add(self, rows: Sequence[tuple[Passage, np.ndarray]], language: str) -> None:
        """Adds passages in a language; they must not be in the index."""
        for begin in range(0, len(rows), BATCH):
            part = rows[begin : begin + BATCH]
            self._call(
                self._collection(language).add,
                ids=[passage.id for passage, _ in part],
                embeddings=np.stack([vector for _, vector in part]).astype(np.float32),
                metadatas=[{"document": passage.document_id} for passage, _ in part],
            )

    def remove(self, ids: Sequence[str], language: str) -> None:
        """Removes passages in a language; unknown ids are no error."""
        if _name(language) in self._collection_names:
            for begin in range(0, len(ids), BATCH):
                self._call(self._collection(language).delete, ids=list(ids[begin : begin + BATCH]))

    def search(
        self, vector: np.ndarray, language: str, limit: int, scope: SearchScope | None = None
    ) -> list[tuple[str, float]]:
        """(passage id, cosine similarity) of the `limit` nearest passages in a language, nearest first. `scope` is applied during the
        search, so that `limit` passages within it are found."""
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
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [(key, 1.0 - float(distance)) for key, distance in pairs if key not in left_out][:limit]

    def find_indexed(self, ids: Sequence[str], language: str) -> set[str]:
        """Those of some ids that have a vector in a language."""
        found: set[str] = set()
        for begin in range(0, len(ids) if _name(language) in self._collection_names else 0, BATCH):
            part = list(ids[begin : begin + BATCH])
            found.update(self._call(self._collection(language).get, ids=part, include=[])["ids"])
        return found

    def count(self) -> int:
        """Number of vectors in the index."""
        held = (each for each in LANGUAGES if _name(each) in self._collection_names)
        return sum(int(self._call(self._collection(each).count)) for each in held)

    def clear(self) -> None:
        """Empties the index."""
        for name in self._call(self._names):
            self._call(self._client.delete_collection, name=name)
        self._opened.clear()
        self._collection_names = set()

    def _names(self) -> set[str]:
        """The names of this index's collections, including those of earlier versions."""
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
                # Chroma warns about every collection without an embedding function of its own.
                simplefilter("ignore", DeprecationWarning)
                collection.modify(configuration={"hnsw": {"ef_search": EF_SEARCH}})
        return collection

    @staticmethod
    def _call(call: Callable[..., Any], **given: Any) -> Any:
        """The result of a call to Chroma. Raises `VectorIndexError` where the index does not answer."""
        from chromadb.errors import ChromaError
        from httpx import HTTPError

        try:
            return call(**given)
        except (ChromaError, HTTPError) as error:
            raise VectorIndexError(
                f"The vector index does not respond ({error}). If it is a Chroma server, check that it is running."
            ) from None


def _name(language: str) -> str:
    return f"passages-{language}"


@cache
def _settings() -> Any:
    """Chroma's settings, cached since reading them takes longer than opening a small index."""
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


def _connect(location: Path | str) -> ClientAPI:
    # chromadb is slow to import.
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
