"""The vector index where Chroma is not installed: every vector of a language is compared with that of the question.

It stores nothing. The vectors are read from the database; those of a language are cached in memory once they are searched, 1.5 KB
per passage.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from corpus.documents import Passage, SearchScope

if TYPE_CHECKING:
    from corpus.store.database import Database


class ExactVectorIndex:
    """The passage vectors of a library, by language and id, with the interface of `corpus.vectors.VectorIndex`."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._cached: dict[str, tuple[list[str], list[str], np.ndarray]] = {}
        """By language: ids, their documents, and the vectors (passages x dimension)."""

    def clear(self) -> None:
        """Clears the cache."""
        self._cached.clear()

    close = clear

    def add(self, rows: Sequence[tuple[Passage, np.ndarray]], language: str) -> None:
        """Call after passages were added to the database: clears the cache of their language."""
        self._cached.pop(language, None)

    def remove(self, ids: Sequence[str], language: str) -> None:
        """Call after passages were removed from the database: clears the cache of their language."""
        self._cached.pop(language, None)

    def search(
        self, vector: np.ndarray, language: str, limit: int, scope: SearchScope | None = None
    ) -> list[tuple[str, float]]:
        """(passage id, cosine similarity) of the nearest passages in a language and within `scope`, nearest first."""
        ids, documents, vectors = self._load(language)
        if not ids:
            return []
        cosines = vectors @ vector.astype(np.float32)
        if scope is not None:
            inside = (
                document in scope.document_ids and key not in scope.excluded_passage_ids
                for key, document in zip(ids, documents, strict=True)
            )
            cosines = np.where(np.fromiter(inside, bool, len(ids)), cosines, -np.inf)
        best = np.argsort(-cosines, kind="stable")[:limit]
        return [(ids[n], float(cosines[n])) for n in best if cosines[n] > -np.inf]

    def find_indexed(self, ids: Collection[str], language: str) -> set[str]:
        """Those of some ids that have a vector in a language."""
        sql = f"SELECT id FROM vectors JOIN passages USING (id) WHERE language = ? AND {self._db.is_in_list('id')}"
        return {key for (key,) in self._db.execute(sql, (language, self._db.list_value(ids)))}

    def count(self) -> int:
        """Number of vectors in the database."""
        (found,) = self._db.execute("SELECT count(*) FROM vectors").fetchone()
        return int(found)

    def _load(self, language: str) -> tuple[list[str], list[str], np.ndarray]:
        if language not in self._cached:
            sql = "SELECT id, document_id, vector FROM vectors JOIN passages USING (id) WHERE language = ? ORDER BY id"
            rows = self._db.execute(sql, (language,)).fetchall()
            joined = np.frombuffer(b"".join(vector for *_, vector in rows), dtype="<f4")
            self._cached[language] = ([row[0] for row in rows], [row[1] for row in rows], joined.reshape(len(rows), -1))
        return self._cached[language]
