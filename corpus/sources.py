"""Further tables of the store: the outcome of each file that was read, so that the same file is not read again; original files; what
was copied from another library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corpus.store.database import Database


SCHEMA = """
CREATE TABLE IF NOT EXISTS sources (
  origin TEXT PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, reader TEXT NOT NULL, outcome TEXT NOT NULL,
  symbol TEXT, language TEXT, ocr INTEGER NOT NULL, document_id TEXT, reason TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sources_document ON sources (document_id);
CREATE INDEX IF NOT EXISTS documents_origin ON documents (json_extract(fields, '$.origin'));
CREATE INDEX IF NOT EXISTS documents_symbol ON documents (symbol)
"""


@dataclass(frozen=True)
class SourceRecord:
    """The outcome of reading a file: `origin` is the hash of its path, `name` its name for display.

    `sha256` is the hash of the bytes that were read, `reader` the version of the reader, `symbol`, `language` and `ocr` are the options
    with which it was read. `outcome` is `held` (stored as `document_id`), `skipped` (another file already gave the
    document `document_id`) or `refused`; `reason` is a sentence about the last two."""

    origin: str
    name: str
    sha256: str
    reader: str
    outcome: str
    symbol: str | None = None
    language: str | None = None
    ocr: bool = False
    document_id: str | None = None
    reason: str = ""


_NAMES = ", ".join(field.name for field in fields(SourceRecord))
_MARKS = ", ".join("?" * len(fields(SourceRecord)))


class SourceTable:
    """The table of source records. Changes must be made in a transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, origin: str) -> SourceRecord | None:
        """The record of a file, or None where it was never read."""
        row = self._db.execute(f"SELECT {_NAMES} FROM sources WHERE origin = ?", (origin,)).fetchone()
        return _record(row) if row else None

    def save(self, record: SourceRecord) -> None:
        """Saves the record of a file; replaces an earlier one."""
        self.remove(record.origin)
        values = [int(each) if isinstance(each, bool) else each for each in astuple(record)]
        self._db.execute(f"INSERT INTO sources ({_NAMES}) VALUES ({_MARKS})", values)

    def remove(self, origin: str) -> None:
        """Removes the record of a file."""
        self._db.execute("DELETE FROM sources WHERE origin = ?", (origin,))

    def all(self) -> list[SourceRecord]:
        """All records in order of origin."""
        found = self._db.execute(f"SELECT {_NAMES} FROM sources ORDER BY origin")
        return [_record(row) for row in found]

    def skipped_for(self, document_ids: Sequence[str]) -> list[str]:
        """Origins of the files that were skipped because of one of these documents."""
        sql = "SELECT origin FROM sources WHERE document_id = ? AND outcome = 'skipped' ORDER BY origin"
        return [row[0] for each in document_ids for row in self._db.execute(sql, (each,))]


def _record(row: Sequence[Any]) -> SourceRecord:
    return SourceRecord(*(*row[:7], bool(row[7]), *row[8:]))


STORED_FORMATS = frozenset({"pdf"})
"""The formats of original files that are stored: those with pages."""
DEFAULT_ORIGINALS_BYTES = 2_000_000_000  # default limit for the size of all original files
MAX_ORIGINAL_BYTES = 200_000_000
"""Limit for one original file, in bytes; databases have limits of their own that are not much higher."""
_TABLE = "originals"
ORIGINALS = f"""CREATE TABLE IF NOT EXISTS {_TABLE} (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS {_TABLE}_size ON {_TABLE} (size)"""
"""The index has all sizes together; in the table of SQLite each is on a page with bytes of its file."""


class OriginalsTable:
    """The table of original files by the SHA-256 of their bytes. It is created when the first file is stored. Changes must be made in a
    transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, sha256: str) -> bytes | None:
        """The bytes of a file, None where it is not stored."""
        if not self._has():
            return None
        row = self._db.execute(f"SELECT bytes FROM {_TABLE} WHERE sha256 = ?", (sha256,)).fetchone()
        return bytes(row[0]) if row else None

    def has(self, sha256: str) -> bool:
        """Whether a file is stored."""
        sql = f"SELECT 1 FROM {_TABLE} WHERE sha256 = ?"
        return self._has() and self._db.execute(sql, (sha256,)).fetchone() is not None

    def size(self) -> int:
        """The size of all stored files, in bytes."""
        if not self._has():
            return 0
        return int(self._db.execute(f"SELECT coalesce(sum(size), 0) FROM {_TABLE}").fetchone()[0])

    def add(self, sha256: str, data: bytes) -> None:
        """Stores a file."""
        if not self._has():
            self._db.create(ORIGINALS)
        if not self.has(sha256):
            self._db.execute(f"INSERT INTO {_TABLE} VALUES (?, ?, ?)", (sha256, len(data), data))

    def remove_unused(self, sha256: str) -> None:
        """Removes a file that no document has any more."""
        if self._has():
            sql = f"DELETE FROM {_TABLE} WHERE sha256 = ? AND NOT EXISTS (SELECT 1 FROM documents WHERE sha256 = ?)"
            self._db.execute(sql, (sha256, sha256))

    def _has(self) -> bool:
        return self._db.has_table(_TABLE)


_COPIED = """CREATE TABLE IF NOT EXISTS copied (
  kind TEXT NOT NULL, id TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID"""


class CopiedTable:
    """The table of what was copied from another library, by kind (`document`, `account`) and id. The mark, such as a hash, distinguishes
    the copied thing from a later one with the same id. Changes must be made in a transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def marks(self, kind: str) -> dict[str, str]:
        """The marks of one kind by id."""
        if not self._db.has_table("copied"):
            return {}
        return dict(self._db.execute("SELECT id, mark FROM copied WHERE kind = ?", (kind,)).fetchall())

    def record(self, kind: str, marks: Mapping[str, str]) -> None:
        """Adds marks; replaces those of the same ids."""
        self._db.create(_COPIED)
        for key, mark in marks.items():
            self.remove(kind, key)
            self._db.execute("INSERT INTO copied VALUES (?, ?, ?)", (kind, key, mark))

    def remove(self, kind: str, key: str) -> None:
        """Removes a mark."""
        self._db.execute("DELETE FROM copied WHERE kind = ? AND id = ?", (kind, key))
