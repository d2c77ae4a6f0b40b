"""Tables of the store beside the documents: what became of each file that was read, so that the same file is not read again; the
files themselves; what was copied from another library."""

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
    """What became of a file: `origin` is the hash of its path, `name` how it is shown to people.

    `sha256` and `reader` say of which bytes and which reader version the outcome is, `symbol`, `language` and `ocr`
    what was asked of them. `outcome` is `held` (as `document_id`), `skipped` (since another file holds the
    document `document_id`) or `refused`; `reason` is a sentence about the last two.
    """

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
    """The remembered sources. Writing is done inside a transaction of the store."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, origin: str) -> SourceRecord | None:
        """What became of a file, or None where it was never read."""
        row = self._db.execute(f"SELECT {_NAMES} FROM sources WHERE origin = ?", (origin,)).fetchone()
        return _record(row) if row else None

    def save(self, record: SourceRecord) -> None:
        """Notes what became of a file, in place of what was noted before."""
        self.remove(record.origin)
        values = [int(each) if isinstance(each, bool) else each for each in astuple(record)]
        self._db.execute(f"INSERT INTO sources ({_NAMES}) VALUES ({_MARKS})", values)

    def remove(self, origin: str) -> None:
        """Removes what was noted about a file."""
        self._db.execute("DELETE FROM sources WHERE origin = ?", (origin,))

    def all(self) -> list[SourceRecord]:
        """What became of every file, by origin."""
        found = self._db.execute(f"SELECT {_NAMES} FROM sources ORDER BY origin")
        return [_record(row) for row in found]

    def skipped_for(self, document_ids: Sequence[str]) -> list[str]:
        """Origins of the files that were skipped since one of these documents was held."""
        found: list[str] = []
        for document_id in document_ids:
            rows = self._db.execute(
                "SELECT origin FROM sources WHERE document_id = ? AND outcome = 'skipped' ORDER BY origin",
                (document_id,),
            )
            found += [row[0] for row in rows]
        return found


def _record(row: Sequence[Any]) -> SourceRecord:
    return SourceRecord(*(*row[:7], bool(row[7]), *row[8:]))


STORED_FORMATS = frozenset({"pdf"})
"""The kinds of files that are kept: those that have pages."""
DEFAULT_ORIGINALS_BYTES = 2_000_000_000
"""How much is kept, unless said otherwise."""
MAX_ORIGINAL_BYTES = 200_000_000
"""Bytes of one file that is kept; databases have a bound of their own not far above."""
_TABLE = "originals"
_SCHEMA = f"CREATE TABLE IF NOT EXISTS {_TABLE} (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, bytes BLOB NOT NULL)"


class OriginalsTable:
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

    def has(self, sha256: str) -> bool:
        """Whether a file is kept."""
        if not self._has():
            return False
        return self._db.execute(f"SELECT 1 FROM {_TABLE} WHERE sha256 = ?", (sha256,)).fetchone() is not None

    def size(self) -> int:
        """How much is kept."""
        if not self._has():
            return 0
        return int(self._db.execute(f"SELECT coalesce(sum(size), 0) FROM {_TABLE}").fetchone()[0])

    def add(self, sha256: str, data: bytes) -> None:
        """Keeps a file."""
        if not self._has():
            self._db.create(_SCHEMA)
        if not self.has(sha256):
            self._db.execute(f"INSERT INTO {_TABLE} VALUES (?, ?, ?)", (sha256, len(data), data))

    def remove_unused(self, sha256: str) -> None:
        """Removes a file of which no document is left."""
        if self._has():
            self._db.execute(
                f"DELETE FROM {_TABLE} WHERE sha256 = ? AND NOT EXISTS (SELECT 1 FROM documents WHERE sha256 = ?)",
                (sha256, sha256),
            )

    def _has(self) -> bool:
        return self._db.has_table(_TABLE)


_COPIED = """CREATE TABLE IF NOT EXISTS copied (
  kind TEXT NOT NULL, id TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID"""


class CopiedTable:
    """Marks of what was copied, by kind (`document`, `account`) and id. A mark tells the thing that was copied from another one that
    has its id since. Writing is done inside a transaction of the caller."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def marks(self, kind: str) -> dict[str, str]:
        """The marks of one kind by id."""
        if not self._db.has_table("copied"):
            return {}
        return dict(self._db.execute("SELECT id, mark FROM copied WHERE kind = ?", (kind,)).fetchall())

    def record(self, kind: str, marks: Mapping[str, str]) -> None:
        """Notes what is copied, beside what was."""
        self._db.create(_COPIED)
        for key, mark in marks.items():
            self.remove(kind, key)
            self._db.execute("INSERT INTO copied VALUES (?, ?, ?)", (kind, key, mark))

    def remove(self, kind: str, key: str) -> None:
        """Removes the mark of what is gone."""
        self._db.execute("DELETE FROM copied WHERE kind = ? AND id = ?", (kind, key))
