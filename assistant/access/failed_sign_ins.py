"""Tries to come in that failed, in the audit log: enough of them to see who tries what and how hard, and never so many that
the log is filled or its other entries are lost to sight."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Literal, get_args

from assistant.access.audit import Audit
from assistant.access.client_addresses import network
from assistant.access.principal import Principal, Role
from corpus.corpus_errors import LibraryError

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


class Failures:
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
