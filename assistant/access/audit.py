"""The audit log: who changed what, when and from where; and a sample of failed sign-ins and wrong keys, enough to see who tries what, how often."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from assistant.access.access_store import AccessStore
from assistant.access.principal import Principal, Role, network
from corpus.corpus_errors import LibraryError

MAX_TARGET = 500


@dataclass(frozen=True)
class Entry:
    """An action of a user. `time` is ISO 8601 in UTC."""

    id: int
    time: str
    who: str
    address: str
    action: str
    target: str


class Audit:
    """The table of entries. They are added, never changed; only old entries of failed attempts are deleted."""

    def __init__(self, store: AccessStore) -> None:
        self._store = store

    def add(self, who: Principal, action: str, target: str = "") -> None:
        """Adds an entry for an action of a principal."""
        self._store.write(
            "INSERT INTO audit (time, who, address, action, target) VALUES (?, ?, ?, ?, ?)",
            self._store.timestamp(), who.id, who.address, action, target[:MAX_TARGET],
        )  # fmt: skip

    def trim(self, action: str, most: int) -> None:
        """Deletes the oldest entries of an action beyond the number `most`."""
        self._store.write(
            "DELETE FROM audit WHERE action = ? AND id <= "
            "(SELECT id FROM audit WHERE action = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
            action, action, most,
        )  # fmt: skip

    def count(self) -> int:
        """Number of entries."""
        return int(self._store.rows("SELECT count(*) FROM audit")[0][0])

    def entries(self, offset: int = 0, limit: int = 1_000_000) -> list[Entry]:
        """Returns entries, latest first."""
        found = self._store.rows("SELECT * FROM audit ORDER BY id DESC LIMIT ? OFFSET ?", limit, offset)
        return [Entry(*row) for row in found]


Failure = Literal["sign-in failed", "sign-in refused", "wrong key"]

SHOWN = 3
"""Attempts a minute with one name from one client that get an entry each; after these only the tenth, hundredth, thousandth, ..."""
MAX_ENTRIES = 100
"""Most entries a minute for all of them; further attempts are counted together."""
KEPT = 20_000
"""Most entries of each kind of failed attempt; the oldest are deleted. Entries of actions are never deleted."""
_MILESTONES = frozenset(10**n for n in range(1, 10))
_EACH = 500
"""Number of entries after which old ones are deleted."""

log = logging.getLogger("rapporteur.access")


class FailureLog:
    """Adds entries for failed attempts to the audit log. `clock` gives seconds."""

    def __init__(self, audit: Audit, clock: Callable[[], float] = time.monotonic) -> None:
        self._audit, self._clock = audit, clock
        self._guard = threading.Lock()
        self._minute, self._written, self._ever = -1.0, 0, 0
        self._tries: Counter[tuple[str, str, str]] = Counter()

    def add(self, what: Failure, who: str, address: str) -> None:
        """Records a failed attempt under a name. An error of the log does not affect the request."""
        entry = self._entry(what, who, address)
        if entry is None:
            return
        name, origin, target = entry
        try:
            self._audit.add(Principal(Role.NONE, "session", name, origin), what, target)
            if self._ever % _EACH == 0:
                for each in get_args(Failure):
                    self._audit.trim(each, KEPT)
        except LibraryError as error:
            log.error("a failed try to come in was not noted: %s", error)

    def _entry(self, what: Failure, who: str, address: str) -> tuple[str, str, str] | None:
        """Name, address and count of the entry; None where the attempt gets no entry of its own."""
        with self._guard:
            minute = self._clock() // 60
            if minute != self._minute:
                self._minute, self._written = minute, 0
                self._tries.clear()
            key = (what, who, network(address))
            together = self._written >= MAX_ENTRIES
            if together:
                key, who, address = (what, "", ""), "many", ""
            self._tries[key] += 1
            times = self._tries[key]
            if (times > SHOWN or together) and times not in _MILESTONES:
                return None
            self._written += 1
            self._ever += 1
            return who, address, "" if times <= SHOWN else f"{times} in this minute"
