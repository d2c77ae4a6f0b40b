"""What was copied here from another library, so that what is removed there goes from here when it is copied again; what is here
besides stays. A table beside those of the store, made when something is first copied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corpus.store.database import Database

_TABLE = """CREATE TABLE IF NOT EXISTS copied (
  kind TEXT NOT NULL, id TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID"""


class Copied:
    """Marks of what was copied, by kind (`document`, `account`) and id. A mark tells the thing that was copied from another one that
    has its id since. Writing is done inside a transaction of the caller."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def marks(self, kind: str) -> dict[str, str]:
        """The marks of one kind by id."""
        if not self._db.has("copied"):
            return {}
        return dict(self._db.execute("SELECT id, mark FROM copied WHERE kind = ?", (kind,)).fetchall())

    def note(self, kind: str, marks: Mapping[str, str]) -> None:
        """Notes what is copied, beside what was."""
        self._db.create(_TABLE)
        for key, mark in marks.items():
            self.forget(kind, key)
            self._db.execute("INSERT INTO copied VALUES (?, ?, ?)", (kind, key, mark))

    def forget(self, kind: str, key: str) -> None:
        """Removes the mark of what is gone."""
        self._db.execute("DELETE FROM copied WHERE kind = ? AND id = ?", (kind, key))
