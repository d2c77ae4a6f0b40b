"""Sessions of people who have shown nothing, where reading is open: so that those behind one address are told apart.

A session is a random number in a cookie, with a seal by which the server knows that it comes from here, also after it was started
anew. It allows nothing, and nothing is kept of one before it comes back; then it takes one of the places of its address, which end
an hour after they were used last. Who comes when these are taken is counted by address, as programs are that keep no cookies.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable

from assistant.access.client_addresses import network
from assistant.access.secret import Secret

COOKIE = "rapporteur_visit"
DAYS = 30
"""For how long a browser keeps it."""
MOST = 500
"""Sessions of one address that are told apart at once."""
MOST_KEPT = 20_000
"""Sessions of all addresses; beyond them the one that was used longest ago is forgotten."""
SECONDS = 3_600.0
"""How long a session has its place without being used."""
_LONGEST = 200
_KIND = "visit"


class Visitors:
    """The sessions of one server. `secret` seals them: with another one all before are none. `clock` gives seconds. The methods
    raise `LibraryError` where the secret can't be read."""

    def __init__(self, secret: Secret, clock: Callable[[], float] = time.monotonic) -> None:
        self._secret, self._clock = secret, clock
        self._guard = threading.Lock()
        self._used: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._held: Counter[str] = Counter()

    def make(self) -> str:
        """A new session, as the cookie shows it."""
        name = secrets.token_urlsafe(12)
        return f"{name}.{self._secret.seal(_KIND, name)}"

    def known(self, shown: str) -> bool:
        """Whether what a cookie shows was made here."""
        name, _, seal = shown.partition(".")
        return bool(seal) and len(shown) <= _LONGEST and self._secret.sealed(seal, _KIND, name)

    def session(self, shown: str, address: str) -> str:
        """The session that a cookie shows; empty where it is none, or where its address has no place for one more."""
        if not self.known(shown):
            return ""
        one = (network(address), shown.partition(".")[0])
        now = self._clock()
        with self._guard:
            while self._used and next(iter(self._used.values())) + SECONDS < now:
                self._forget()
            if one not in self._used:
                if self._held[one[0]] >= MOST:
                    return ""
                if len(self._used) >= MOST_KEPT:
                    self._forget()
                self._held[one[0]] += 1
            self._used[one] = now
            self._used.move_to_end(one)
        return one[1]

    def _forget(self) -> None:
        (address, _), _ = self._used.popitem(last=False)
        self._held -= Counter([address])
