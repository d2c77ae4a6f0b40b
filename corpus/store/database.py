"""What the store asks of a database, and the library of its indexes. Both engines take the same statements, with `?` for values;
where their SQL differs, they say how it is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import numpy as np

from corpus.documents import SearchScope
from corpus.lexical import LexicalHit


class Rows(Protocol):
    """What a statement gives."""

    @property
    def rowcount(self) -> int:
        """How many rows a change touched."""

    def fetchone(self) -> Any:
        """The next row, or None."""

    def fetchall(self) -> list[Any]:
        """All rows that are left."""

    def __iter__(self) -> Iterator[Any]: ...


class Database(Protocol):
    """A transactional database. Not thread-safe: who uses it sees to it that one thread at a time does."""

    def execute(self, sql: str, values: Sequence[object] = ()) -> Rows:
        """Runs one statement."""

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Runs a statement for each row of values."""

    def create(self, statements: str) -> None:
        """Runs definitions of tables and indexes, as SQLite writes them, parted by semicolons at the ends of lines."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing: commits at the end, rolls back on any error. One process at a time is in one."""

    def snapshot(self) -> AbstractContextManager[None]:
        """All that is asked until the block ends is of one moment."""

    def mark_changed(self) -> None:
        """Notes, in a transaction, that documents change: other processes are to look anew."""

    def has_table(self, table: str) -> bool:
        """Whether there is a table."""

    def json_field(self, name: str) -> str:
        """How a member of the JSON in the column `fields` is read."""

    def is_in_list(self, column: str) -> str:
        """How it is asked whether a column holds one of the values of a list, which `listed` makes a value of."""

    def list_value(self, values: Iterable[str]) -> object:
        """Some texts as the one value that `among` takes."""

    def changed_elsewhere(self) -> bool:
        """Whether another process has changed anything since this was last asked."""

    def find_damage(self) -> list[str]:
        """What the database's own checks say is wrong; empty when sound."""

    def size_bytes(self) -> int:
        """How much disk it takes, beside the files in the library's folder."""

    def close(self) -> None:
        """Lets go of it."""


class Indexes(Protocol):
    """The lexical and the vector index of a library, derived from its store."""

    def update(self) -> None:
        """Takes in what the store's last transactions decided."""

    def vector_search(
        self, vector: np.ndarray, language: str, limit: int, scope: SearchScope | None = None
    ) -> list[tuple[str, float]]:
        """(passage id, cosine similarity) of the nearest passages in a language, nearest first: those `within` a scope, where
        one is given, and then `limit` of them."""

    def vectors(self, ids: Sequence[str]) -> dict[str, np.ndarray]:
        """The vectors of passages by id; those without one are left out."""

    def lexical_search(
        self, tokens: Sequence[str], language: str, limit: int, scope: SearchScope | None
    ) -> list[LexicalHit]:
        """Passages in a language with at least one token, best BM25 first; those `within` a scope, where one is given."""

    def document_frequency(self, token: str, language: str) -> int:
        """In how many passages of a language a token stands."""

    def find_indexed(self, ids: Collection[str]) -> set[str]:
        """Those of some passages that an index has."""

    def count_vectors(self) -> int:
        """Number of vectors held."""

    def count_lexical(self, language: str) -> int:
        """Number of passages of a language whose words are indexed."""

    def with_vectors(self, ids: Sequence[str], language: str) -> set[str]:
        """Those of some passages of a language that have a vector."""

    def with_words(self, ids: Sequence[str], language: str) -> set[str]:
        """Those of some passages of a language whose words are indexed."""

    def prepare_rebuild(self) -> dict[str, str]:
        """In a transaction in which all documents are put anew: the indexes are to be made anew, too. Returns what the stamp is
        to say until that is done."""

    def rebuild(self) -> None:
        """After that transaction: makes them."""

    def close(self) -> None:
        """Lets go of files and connections."""
