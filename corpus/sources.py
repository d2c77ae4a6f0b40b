"""What became of each file that was read, so that the same file is not read again: a table of the store."""

from __future__ import annotations

from collections.abc import Sequence
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


class Sources:
    """The remembered sources. Writing is done inside a transaction of the store."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, origin: str) -> SourceRecord | None:
        """What became of a file, or None where it was never read."""
        row = self._db.execute(f"SELECT {_NAMES} FROM sources WHERE origin = ?", (origin,)).fetchone()
        return _record(row) if row else None

    def put(self, record: SourceRecord) -> None:
        """Notes what became of a file, in place of what was noted before."""
        self.forget(record.origin)
        values = [int(each) if isinstance(each, bool) else each for each in astuple(record)]
        self._db.execute(f"INSERT INTO sources ({_NAMES}) VALUES ({_MARKS})", values)

    def forget(self, origin: str) -> None:
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
