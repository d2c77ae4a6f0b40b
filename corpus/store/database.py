"""The interfaces `Database` (used by the store) and `Indexes` (used by the library). Both engines take the same statements, with `?`
for values; methods of `Database` give the SQL where the engines differ."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import numpy as np

from corpus.documents import SearchScope
from corpus.lexical import LexicalHit


class Rows(Protocol):
    """The result of a statement."""

    @property
    def rowcount(self) -> int:
        """How many rows a statement changed."""

    def fetchone(self) -> Any:
        """The next row, or None."""

    def fetchall(self) -> list[Any]:
        """All remaining rows."""

    def __iter__(self) -> Iterator[Any]: ...


class Database(Protocol):
    """A transactional database. Not thread-safe: callers must not use it from two threads at once."""

    def execute(self, sql: str, values: Sequence[object] = ()) -> Rows:
        """Runs one statement."""

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Runs a statement for each row of values."""

    def create(self, statements: str) -> None:
        """Runs definitions of tables and indexes in SQLite's syntax, separated by semicolons at the ends of lines."""

    def transaction(self) -> AbstractContextManager[None]:
        """A write transaction: commits at the end, rolls back on any error. Only one process at a time can be in one."""

    def snapshot(self) -> AbstractContextManager[None]:
        """All statements in the block see the database at one moment."""

    def mark_changed(self) -> None:
        """Records, in a transaction, that documents change, so that other processes reload what they have cached."""

    def has_table(self, table: str) -> bool:
        """Whether a table exists."""

    def json_field(self, name: str) -> str:
        """The SQL expression for a member of the JSON in the column `fields`."""

    def is_in_list(self, column: str) -> str:
        """The SQL condition that a column has one of the values of a list, which is passed as one value made by `list_value`."""

    def list_value(self, values: Iterable[str]) -> object:
        """A list of texts as the one value that the condition of `is_in_list` takes."""

    def changed_elsewhere(self) -> bool:
        """Whether another process has changed anything since the last call."""

    def find_damage(self) -> list[str]:
        """The faults that the database's own checks find; empty where there are none."""

    def size_bytes(self) -> int:
        """Its size on disk, without the files in the library's folder."""

    def close(self) -> None:
        """Closes the connection."""


class Indexes(Protocol):
    """The lexical and the vector index of a library, derived from its store."""

    def open(self) -> None:
        """Opens the indexes, so that no later search has to."""

    def update(self) -> None:
        """Applies the changes of the store's last transactions to the indexes."""

    def prepare_loading(self) -> None:
        """Called before many documents are added. Indexes of an empty library that take less time when they are created at once may
        be dropped until `finish_loading`, or until the library is next opened."""

    def finish_loading(self) -> None:
        """Called after that: creates the indexes that are missing."""

    def vector_search(
        self, vector: np.ndarray, language: str, limit: int, scope: SearchScope | None = None
    ) -> list[tuple[str, float]]:
        """(passage id, cosine similarity) of the `limit` nearest passages in a language and within `scope`, nearest first."""

    def vectors(self, ids: Sequence[str]) -> dict[str, np.ndarray]:
        """The vectors of passages by id; those without one are left out."""

    def lexical_search(
        self, tokens: Sequence[str], language: str, limit: int, scope: SearchScope | None
    ) -> list[LexicalHit]:
        """Passages in a language and within `scope` that contain at least one token, best BM25 score first."""

    def document_frequency(self, tokens: Collection[str], language: str, total: int) -> dict[str, int]:
        """In how many of the `total` passages of a language each token occurs."""

    def find_indexed(self, ids: Collection[str]) -> set[str]:
        """Those of some passages that are in an index."""

    def count_vectors(self) -> int:
        """Number of vectors in the index."""

    def count_lexical(self, language: str) -> int:
        """Number of passages of a language whose words are indexed."""

    def with_vectors(self, ids: Sequence[str], language: str) -> set[str]:
        """Those of some passages of a language that have a vector."""

    def with_words(self, ids: Sequence[str], language: str) -> set[str]:
        """Those of some passages of a language whose words are indexed."""

    def prepare_rebuild(self) -> dict[str, str]:
        """Called in the transaction that saves all documents again: prepares a rebuild of the indexes. Returns what to add to the
        stamp until the rebuild is done."""

    def rebuild(self) -> None:
        """Called after that transaction: rebuilds the indexes."""

    def close(self) -> None:
        """Closes files and connections."""
