"""The order of changes to one document by jobs that run at the same time: a file that was sent earlier and takes longer to be read does
not replace one that was sent later, and does not bring back what was removed later, also if the process is killed in between, and
also between servers that share a database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

REMOVED = ""
"""The hash of a document that is removed. Its file, by its origin, has it too: a text without a symbol is known by that."""
MOST = 10_000
"""How many jobs may begin after one before it counts as over, as those do that a server left when it was ended."""
_BEGIN = "INSERT INTO turns DEFAULT VALUES RETURNING id"
_ANNOUNCE = (
    "INSERT INTO announced (document, sha256, turn) SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM turns WHERE id < ?) "
    "ON CONFLICT (document, sha256) DO UPDATE SET turn = excluded.turn WHERE excluded.turn > announced.turn"
)
_END = "DELETE FROM turns WHERE id = ? OR id < ?"
_FORGET = "DELETE FROM announced WHERE NOT EXISTS (SELECT 1 FROM turns WHERE id < announced.turn)"


class TurnStore(Protocol):
    """The tables of unfinished jobs, and of what those with a greater number have changed."""

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Executes a statement; returns its rows."""

    def write(self, sql: str, *values: Any) -> int:
        """Executes one change."""

    def write_later(self, sql: str, *values: Any) -> None:
        """Executes one change in the background."""


@dataclass(frozen=True)
class Turn:
    """The place of one job in the order in which jobs were sent. Raises `LibraryError` where the store fails."""

    store: TurnStore
    number: int

    @classmethod
    def begin(cls, store: TurnStore, number: int = 0) -> Turn:
        """The place of a job, with the number that it had in an earlier process if the store knows that, else after all others: a
        number from another store says nothing of the order here."""
        known = number and store.rows("SELECT 1 FROM turns WHERE id = ?", number)
        return cls(store, number if known else store.rows(_BEGIN)[0][0])

    def announce(self, document_id: str, sha256: str) -> None:
        """Tells unfinished jobs with a smaller number that this one is about to write a document from a file with this hash, or to remove
        it (`REMOVED`)."""
        self.store.write(_ANNOUNCE, document_id, sha256, self.number, self.number)

    def came_later(self, document_id: str, sha256: str) -> bool:
        """Whether a stored document is from a file that was sent later than that of this job; whether one that is not stored was removed
        later (`REMOVED`)."""
        later = "SELECT 1 FROM announced WHERE document = ? AND sha256 = ? AND turn > ?"
        return bool(self.store.rows(later, document_id, sha256, self.number))

    def close(self) -> None:
        """Ends the job, and forgets what no unfinished job has to know."""
        self.store.write_later(_END, self.number, self.number - MOST)
        self.store.write_later(_FORGET)
