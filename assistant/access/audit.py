"""The audit log: who changed what, when, from where."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.access.access_store import AccessStore
from assistant.access.principal import Principal

MOST_TARGET = 500


@dataclass(frozen=True)
class Entry:
    """Something that somebody did. `time` is ISO 8601 in UTC."""

    id: int
    time: str
    who: str
    address: str
    action: str
    target: str


class Audit:
    """Entries are added, never changed; only failed tries to come in are forgotten in time."""

    def __init__(self, store: AccessStore) -> None:
        self._store = store

    def note(self, who: Principal, action: str, target: str = "") -> None:
        """Writes down what somebody does."""
        self._store.write(
            "INSERT INTO audit (time, who, address, action, target) VALUES (?, ?, ?, ?, ?)",
            self._store.stamp(), who.id, who.address, action, target[:MOST_TARGET],
        )  # fmt: skip

    def trim(self, action: str, kept: int) -> None:
        """Forgets the oldest entries of an action, beyond those that are kept."""
        self._store.write(
            "DELETE FROM audit WHERE action = ? AND id <= "
            "(SELECT id FROM audit WHERE action = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
            action, action, kept,
        )  # fmt: skip

    def count(self) -> int:
        """How many entries there are."""
        return int(self._store.rows("SELECT count(*) FROM audit")[0][0])

    def entries(self, offset: int = 0, limit: int = 1_000_000) -> list[Entry]:
        """Entries, the latest first."""
        found = self._store.rows("SELECT * FROM audit ORDER BY id DESC LIMIT ? OFFSET ?", limit, offset)
        return [Entry(*row) for row in found]
