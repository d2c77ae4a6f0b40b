"""The files themselves, byte by byte as they were read, for those kinds that can be shown beside their text: a table of the store,
so that a file comes and goes with its document, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corpus.store.database import Database

FORMATS = frozenset({"pdf"})
"""The kinds of files that are kept: those that have pages."""
KEPT_BYTES = 2_000_000_000
"""How much is kept, unless said otherwise."""
MOST_BYTES = 200_000_000
"""Bytes of one file that is kept; databases have a bound of their own not far above."""
_TABLE = "originals"
_SCHEMA = f"CREATE TABLE IF NOT EXISTS {_TABLE} (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, bytes BLOB NOT NULL)"


class Originals:
    """The files that are kept, each once, by the SHA-256 of its bytes. Libraries of earlier versions have no such table until
    there is a file to be kept. Changes are made inside a transaction of the store."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, sha256: str) -> bytes | None:
        """The bytes of a file, None where it is not kept."""
        if not self._has():
            return None
        row = self._db.execute(f"SELECT bytes FROM {_TABLE} WHERE sha256 = ?", (sha256,)).fetchone()
        return bytes(row[0]) if row else None

    def holds(self, sha256: str) -> bool:
        """Whether a file is kept."""
        if not self._has():
            return False
        return self._db.execute(f"SELECT 1 FROM {_TABLE} WHERE sha256 = ?", (sha256,)).fetchone() is not None

    def size(self) -> int:
        """How much is kept."""
        if not self._has():
            return 0
        return int(self._db.execute(f"SELECT coalesce(sum(size), 0) FROM {_TABLE}").fetchone()[0])

    def keep(self, sha256: str, data: bytes) -> None:
        """Keeps a file."""
        if not self._has():
            self._db.create(_SCHEMA)
        if not self.holds(sha256):
            self._db.execute(f"INSERT INTO {_TABLE} VALUES (?, ?, ?)", (sha256, len(data), data))

    def sweep(self, sha256: str) -> None:
        """Removes a file of which no document is left."""
        if self._has():
            self._db.execute(
                f"DELETE FROM {_TABLE} WHERE sha256 = ? AND NOT EXISTS (SELECT 1 FROM documents WHERE sha256 = ?)",
                (sha256, sha256),
            )

    def _has(self) -> bool:
        return self._db.has(_TABLE)
