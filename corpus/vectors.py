"""The vector indexes: Chroma, embedded or as a server. Derived from the store, rebuilt at any time.

A collection keeps text and flat metadata beside each vector, so that LlamaIndex's ChromaVectorStore reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

import numpy as np

from corpus.documents import Document, Passage, Within
from corpus.faults import LibraryError

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

COLLECTION = "passages"
MULTILINGUAL = "passages-multilingual"
BATCH = 4_000
"""Rows a call; Chroma refuses more than 5,461."""
LOOKED_AT = 800
"""Candidates that a search keeps in view in Chroma's graph (HNSW's `ef`): with its 100, near passages are missed, and others
each time the index is opened."""


class VectorsError(LibraryError):
    """The vector index can't be opened, or its server does not answer. It is derived: it can be rebuilt from the store,
    and what it has to learn waits there."""


class Vectors:
    """The vector indexes of a library. `location` is a folder, or `http://host:port` of a Chroma server.

    `own` holds the vectors of the library's embedding model, `multilingual` those of its second one, where it has one.
    """

    def __init__(self, location: Path | str, *, multilingual: bool = False) -> None:
        from chromadb.errors import ChromaError

        try:
            self._client = _connect(location)
            self.own = Index(self._client, COLLECTION)
            self.multilingual = Index(self._client, MULTILINGUAL) if multilingual else None
        except (ChromaError, ValueError, OSError) as error:
            raise VectorsError(f"The vector index at {location} can't be opened ({error}).") from None

    def close(self) -> None:
        """Lets go of the files."""
        self._client.close()

    @property
    def indexes(self) -> tuple[Index, ...]:
        """All indexes, in the order of `corpus.store.Row`."""
        return (self.own,) if self.multilingual is None else (self.own, self.multilingual)

    def count(self) -> int:
        """Number of vectors held."""
        return sum(index.count() for index in self.indexes)

    def forget(self, ids: Sequence[str]) -> None:
        """Removes passages from every index; ids that are not held are no error."""
        for index in self.indexes:
            index.forget(ids)

    def clear(self) -> None:
        """Empties the indexes."""
        for index in self.indexes:
            index.forget(sorted(index.ids()))

    def ids(self) -> set[str]:
        """Ids of all passages that have a vector."""
        return set().union(*(index.ids() for index in self.indexes))


class Index:
    """Passage vectors of one model by id."""

    def __init__(self, client: ClientAPI, collection: str) -> None:
        self._collection = client.get_or_create_collection(
            collection, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": LOOKED_AT}}
        )
        if self._collection.configuration_json["hnsw"]["ef_search"] != LOOKED_AT:
            with catch_warnings():
                # Chroma warns of every collection without an embedding function of its own.
                simplefilter("ignore", DeprecationWarning)
                self._collection.modify(configuration={"hnsw": {"ef_search": LOOKED_AT}})

    @property
    def collection(self) -> Any:
        """The Chroma collection, for `ChromaVectorStore(chroma_collection=...)`. Read only, please."""
        return self._collection

    def add(self, rows: Sequence[tuple[Passage, Document, np.ndarray]]) -> None:
        """Adds passages that the index does not hold."""
        for begin in range(0, len(rows), BATCH):
            part = rows[begin : begin + BATCH]
            self._reached(
                self._collection.add,
                ids=[passage.id for passage, _, _ in part],
                embeddings=np.stack([vector for _, _, vector in part]).astype(np.float32),
                documents=[passage.embedded for passage, _, _ in part],
                metadatas=[_metadata(passage, document) for passage, document, _ in part],
            )

    def forget(self, ids: Sequence[str]) -> None:
        """Removes passages; ids that are not held are no error."""
        for begin in range(0, len(ids), BATCH):
            self._reached(self._collection.delete, ids=list(ids[begin : begin + BATCH]))

    def search(
        self,
        vector: np.ndarray,
        limit: int,
        languages: Sequence[str] | None = None,
        within: Within | None = None,
    ) -> list[tuple[str, float]]:
        """(passage id, cosine similarity) of the nearest passages, nearest first: those in some of the languages, and
        `within` a scope, where these are given. The scope holds while searching, so that `limit` passages of it come."""
        wanted = {"language": languages, "document_id": None if within is None else sorted(within.documents)}
        given = {name: list(values) for name, values in wanted.items() if values is not None}
        if not all(given.values()):
            return []
        conditions: list[dict[str, Any]] = [{name: {"$in": values}} for name, values in given.items()]
        left_out = within.left_out if within else frozenset[str]()
        found = self._reached(
            self._collection.query,
            query_embeddings=[vector.astype(np.float32)],
            n_results=limit + len(left_out),
            where={"$and": conditions} if len(conditions) > 1 else next(iter(conditions), None),
            include=["distances"],
        )
        distances = found["distances"]
        if distances is None:
            return []
        near = [
            (passage_id, 1.0 - float(distance))
            for passage_id, distance in zip(found["ids"][0], distances[0], strict=True)
            if passage_id not in left_out
        ]
        return near[:limit]

    def of(self, ids: Sequence[str]) -> dict[str, np.ndarray]:
        """The vectors of passages by id; ids that are not held are left out."""
        found: dict[str, np.ndarray] = {}
        for begin in range(0, len(ids), BATCH):
            rows = self._collection.get(ids=list(ids[begin : begin + BATCH]), include=["embeddings"])
            vectors = rows["embeddings"]
            if vectors is not None:
                found |= {key: np.asarray(vector, np.float32) for key, vector in zip(rows["ids"], vectors, strict=True)}
        return found

    def count(self) -> int:
        """Number of vectors held."""
        return int(self._reached(self._collection.count))

    def ids(self) -> set[str]:
        """Ids of all vectors held."""
        return set(self._reached(self._collection.get, include=[])["ids"])

    @staticmethod
    def _reached(call: Callable[..., Any], **given: Any) -> Any:
        """What a call to Chroma gives. Raises `VectorsError` where the index does not answer."""
        from chromadb.errors import ChromaError
        from httpx import HTTPError

        try:
            return call(**given)
        except (ChromaError, HTTPError) as error:
            raise VectorsError(
                f"The vector index does not answer ({error}). Where it is a Chroma server, see that it runs."
            ) from None


def _metadata(passage: Passage, document: Document) -> dict[str, str | int]:
    return {
        "document_id": document.id,
        "symbol": document.symbol.text if document.symbol else "",
        "title": document.title,
        "edition": document.edition,
        "language": document.language,
        "locator": passage.locator,
        "start": passage.start,
        "end": passage.end,
    }


def _connect(location: Path | str) -> ClientAPI:
    # chromadb is slow to import and not needed until a vector is.
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
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
