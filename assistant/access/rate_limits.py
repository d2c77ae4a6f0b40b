"""How often one client may ask, and guess: a sliding minute for each key, account or session, and for each address.

Guessing keys and passwords is slowed, and nobody's good key or password is refused for it. A limit that refuses without looking locks
out those whom it should protect: who guesses in a conference room would keep all that share its address from signing in, and who
guesses at a name would keep its owner out from anywhere. So what is shown is always looked at.

A wrong key costs one look-up of a row. A key has 256 random bits and can't be guessed at any pace; wrong ones are counted by address
only so that a client that goes on with a key that has ended is told to wait.

A password may be weak, and its check is made costly. Tries are counted for a name from an address, and for an address whatever the
names. Beyond either bound a try waits before it is checked, tries for one name from one address one behind the other: some thirty a
minute and name, right or wrong. Names that nobody has are treated like the others.

What remains: who has many addresses guesses faster, in proportion; passwords have at least twelve characters for that. Who shares
somebody's address and keeps sending wrong passwords, for their name (`LINE` waiting) or in a flood (`AT_ONCE`), can keep them from
signing in there while that goes on; sessions, keys and other addresses are not touched.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import anyio
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from assistant.access.principal import NAMELESS, Principal, network, own_part
from assistant.service_errors import TooMany

CHEAP = 10
"""How many look-ups count as one question."""
COSTLY = frozenset(
    {"ask", "search", "brief", "themes", "compare", "mandates", "rate", "upload", "fetch", "remove", "verify"}
)


class RateLimits:
    """Counts what clients do. `each`: questions a minute of one key, account or session; `address`: of all with a key or account
    that comes from one address, since a conference room may be one, and of all else that comes from there, of which half may come
    from those who show no session. 0: no limit. The local user has none."""

    def __init__(self, each: int = 120, address: int = 1_200) -> None:
        self._each, self._address = each, address
        self._window = SlidingWindowCounterRateLimiter(MemoryStorage())

    def count(self, who: Principal, operation: str) -> None:
        """Counts an operation, unless it is what the request was counted as, or costs no more. Raises `TooMany`."""
        if who.kind == "local" or (who.counted and (operation == who.counted or operation not in COSTLY)):
            return
        kind = "rate-questions" if operation in COSTLY else "rate-requests"
        times = 1 if operation in COSTLY else CHEAP
        if who.client.startswith(NAMELESS):
            if self._address:
                self._hit(own_part(self._address, who.client, who.origin) * times, f"{kind}-address", who.client)
        elif self._each:
            self._hit(self._each * times, kind, who.client)
        if self._address:
            whole = who.origin or f"from {network(who.address)}"
            self._hit(self._address * times, f"{kind}-address", whole)

    def _hit(self, most: int, kind: str, client: str) -> None:
        item = RateLimitItemPerMinute(most)
        if after := _hit(self._window, item, kind, client):
            raise TooMany(kind, most=most, seconds=after, retry_after=after)


WRONG_KEYS = 10
"""Wrong keys a minute from one address, beyond which it is told to wait."""
FOR_NAME, FROM_ADDRESS = 10, 60
"""Tries a minute of one name from one address, and of all names from one address, beyond which tries wait."""
PAUSE = 3.0
"""Seconds between two tries that wait, for one name from one address."""
LINE = 5
"""How many tries wait for one name from one address."""
AT_ONCE = 20
"""How many tries of one address are waiting or being checked."""
FORGOTTEN = 10_000
"""How many lines are kept before those that have ended are forgotten."""


class GuessLimits:
    """What was guessed in the last minute. `sleep` and `clock` pass the time."""

    def __init__(
        self, sleep: Callable[[float], Awaitable[None]] = anyio.sleep, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.sleep = sleep
        self._clock = clock
        self._window = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._lock = threading.Lock()
        self._here: Counter[str] = Counter()
        self._free: dict[tuple[str, str], float] = {}

    def wrong_key(self, address: str) -> None:
        """Counts a wrong key. Raises `TooMany` where many came from this address."""
        tried = (RateLimitItemPerMinute(WRONG_KEYS), "keys", network(address))
        if after := _hit(self._window, *tried):
            raise _too_many(after)

    @contextmanager
    def trying(self, name: str, address: str) -> Iterator[float]:
        """Surrounds a try to sign in; gives the seconds to wait before its password is checked. Raises `TooMany` where
        more of them wait already than can be kept waiting."""
        of = network(address)
        with self._lock:
            if self._here[of] >= AT_ONCE:
                raise _too_many(PAUSE)
            wait = self._wait(name, of)
            self._here[of] += 1
        try:
            yield wait
        finally:
            with self._lock:
                self._here[of] -= 1
                if not self._here[of]:
                    del self._here[of]

    def right(self, name: str, address: str) -> None:
        """Forgets the tries of a name from an address: its owner is there."""
        self._window.clear(RateLimitItemPerMinute(FOR_NAME), "name", name, network(address))

    def _wait(self, name: str, of: str) -> float:
        """Counts a try, wrong until it is known to be right, and gives it a place in the line of its name."""
        named = self._window.hit(RateLimitItemPerMinute(FOR_NAME), "name", name, of)
        placed = self._window.hit(RateLimitItemPerMinute(FROM_ADDRESS), "address", of)
        if named and placed:
            return 0.0
        now = self._clock()
        if len(self._free) > FORGOTTEN:
            self._free = {each: until for each, until in self._free.items() if until > now}
        turn = max(now, self._free.get((name, of), 0.0)) + PAUSE
        if turn - now > LINE * PAUSE:
            raise _too_many(turn - now)
        self._free[name, of] = turn
        return turn - now


def _hit(window: SlidingWindowCounterRateLimiter, item: RateLimitItemPerMinute, *who: str) -> float:
    """Counts something in a window; the seconds after which there is room where there is none, else 0."""
    return 0.0 if window.hit(item, *who) else max(1.0, window.get_window_stats(item, *who).reset_time - time.time())


def _too_many(after: float) -> TooMany:
    """What is said to who guesses too often."""
    return TooMany("guesses", seconds=after, retry_after=after)
