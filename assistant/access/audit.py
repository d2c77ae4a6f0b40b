"""The audit log: who changed what, when, from where; and tries to come in that failed, enough of them to see who tries what and how hard."""

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


Failure = Literal["sign-in failed", "sign-in refused", "wrong key"]

SHOWN = 3
"""Tries a minute with one name from one client that have each an entry; after these every tenth, hundredth, thousandth has."""
MOST = 100
"""Entries a minute for all of them; what comes beyond is counted together."""
KEPT = 20_000
"""Entries of failed tries that stay, the latest ones of each kind. What was done stays for good."""
_MILESTONES = frozenset(10**n for n in range(1, 10))
_EACH = 500
"""After how many entries those beyond are looked for."""

log = logging.getLogger("rapporteur.access")


class FailureLog:
    """Notes failed tries. `clock` gives seconds."""

    def __init__(self, audit: Audit, clock: Callable[[], float] = time.monotonic) -> None:
        self._audit, self._clock = audit, clock
        self._guard = threading.Lock()
        self._minute, self._written, self._ever = -1.0, 0, 0
        self._tries: Counter[tuple[str, str, str]] = Counter()

    def note(self, what: Failure, who: str, address: str) -> None:
        """Notes that somebody tried as somebody. A log that can't be written to changes nothing for him."""
        entry = self._entry(what, who, address)
        if entry is None:
            return
        name, origin, target = entry
        try:
            self._audit.note(Principal(Role.NONE, "session", name, origin), what, target)
            if self._ever % _EACH == 0:
                for each in get_args(Failure):
                    self._audit.trim(each, KEPT)
        except LibraryError as error:
            log.error("a failed try to come in was not noted: %s", error)

    def _entry(self, what: Failure, who: str, address: str) -> tuple[str, str, str] | None:
        """Who, from where, and how often by now; None where it has no entry of its own."""
        with self._guard:
            minute = self._clock() // 60
            if minute != self._minute:
                self._minute, self._written = minute, 0
                self._tries.clear()
            key = (what, who, network(address))
            together = self._written >= MOST
            if together:
                key, who, address = (what, "", ""), "many", ""
            self._tries[key] += 1
            times = self._tries[key]
            if (times > SHOWN or together) and times not in _MILESTONES:
                return None
            self._written += 1
            self._ever += 1
            return who, address, "" if times <= SHOWN else f"{times} in this minute"
