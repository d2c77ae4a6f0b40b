"""Rate limits: requests and failed sign-ins in a sliding minute, for each key, account or session, and for each address.

Guessing keys and passwords is slowed down, but a valid key or password is never refused for it. A limit that refuses without
checking would lock out those whom it should protect: an attacker in a conference room would keep all users of its address from signing
in, and one who guesses at a name would lock its owner out everywhere. So credentials are always checked.

A wrong key costs one database lookup. A key has 256 random bits and can't be guessed at any rate; wrong keys are counted by address
only so that a client that keeps using an expired key is told to wait.

A password may be weak, and checking it is costly. Attempts are counted for a name from an address, and for an address with any
name. Beyond either limit an attempt is delayed before it is checked, attempts for one name from one address one after another: some
thirty a minute and name, right or wrong. Unknown names are treated like the others.

Remaining risks: an attacker with many addresses guesses faster in proportion, hence passwords of at least twelve characters. One who
shares a user's address and keeps sending wrong passwords, for the user's name (`MAX_IN_LINE` waiting) or in a flood (`MAX_AT_ONCE`), can keep
the user from signing in there meanwhile; sessions, keys and other addresses are not affected.
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
"""How many cheap requests count as one question."""
COSTLY = frozenset(
    {"ask", "search", "brief", "themes", "compare", "mandates", "rate", "upload", "fetch", "remove", "verify"}
)


class RateLimits:
    """Rate limits of requests. `each`: questions a minute of one key, account or session; `address`: of all keys and accounts at one
    address (a conference room may be one), and likewise of all anonymous users there, half of which may come without a session.
    0: no limit. The local user has none."""

    def __init__(self, each: int = 120, address: int = 1_200) -> None:
        self._each, self._address = each, address
        self._window = SlidingWindowCounterRateLimiter(MemoryStorage())

    def count(self, who: Principal, operation: str) -> None:
        """Counts an operation, unless the request was already counted as this or as a costlier one. Raises `TooMany`."""
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
            origin = who.origin or f"from {network(who.address)}"
            self._hit(self._address * times, f"{kind}-address", origin)

    def _hit(self, most: int, kind: str, client: str) -> None:
        item = RateLimitItemPerMinute(most)
        if after := _hit(self._window, item, kind, client):
            raise TooMany(kind, most=most, seconds=after, retry_after=after)


WRONG_KEYS = 10
"""Wrong keys a minute from one address before it is refused with 429."""
FOR_NAME, FROM_ADDRESS = 10, 60
"""Attempts a minute for one name from one address, and for all names from one address, before attempts are delayed."""
PAUSE = 3.0
"""Seconds between two delayed attempts for one name from one address."""
MAX_IN_LINE = 5
"""Most delayed attempts that wait for one name from one address."""
MAX_AT_ONCE = 20
"""Most attempts of one address that are waiting or being checked."""
MAX_LINES = 10_000
"""Number of waiting lines at which the ended ones are dropped."""


class GuessLimits:
    """Limits of wrong keys and sign-in attempts. `sleep` and `clock` are replaced in tests."""

    def __init__(
        self, sleep: Callable[[float], Awaitable[None]] = anyio.sleep, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.sleep = sleep
        self._clock = clock
        self._window = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._lock = threading.Lock()
        self._active: Counter[str] = Counter()
        self._free: dict[tuple[str, str], float] = {}

    def count_wrong_key(self, address: str) -> None:
        """Counts a wrong key. Raises `TooMany` where too many came from this address."""
        limit = (RateLimitItemPerMinute(WRONG_KEYS), "keys", network(address))
        if after := _hit(self._window, *limit):
            raise _too_many(after)

    @contextmanager
    def attempt(self, name: str, address: str) -> Iterator[float]:
        """Surrounds an attempt to sign in; gives the seconds to wait before its password is checked. Raises `TooMany` where
        too many attempts wait already."""
        origin = network(address)
        with self._lock:
            if self._active[origin] >= MAX_AT_ONCE:
                raise _too_many(PAUSE)
            wait = self._wait(name, origin)
            self._active[origin] += 1
        try:
            yield wait
        finally:
            with self._lock:
                self._active[origin] -= 1
                if not self._active[origin]:
                    del self._active[origin]

    def reset(self, name: str, address: str) -> None:
        """Resets the attempts for a name from an address after a successful sign-in."""
        self._window.clear(RateLimitItemPerMinute(FOR_NAME), "name", name, network(address))

    def _wait(self, name: str, origin: str) -> float:
        """Counts an attempt; returns the seconds that it has to wait in the line of its name."""
        under_name_limit = self._window.hit(RateLimitItemPerMinute(FOR_NAME), "name", name, origin)
        under_address_limit = self._window.hit(RateLimitItemPerMinute(FROM_ADDRESS), "address", origin)
        if under_name_limit and under_address_limit:
            return 0.0
        now = self._clock()
        if len(self._free) > MAX_LINES:
            self._free = {each: until for each, until in self._free.items() if until > now}
        turn = max(now, self._free.get((name, origin), 0.0)) + PAUSE
        if turn - now > MAX_IN_LINE * PAUSE:
            raise _too_many(turn - now)
        self._free[name, origin] = turn
        return turn - now


def _hit(window: SlidingWindowCounterRateLimiter, item: RateLimitItemPerMinute, *who: str) -> float:
    """Counts a hit in a window; returns 0, or where the limit is reached the seconds until the next hit is possible."""
    return 0.0 if window.hit(item, *who) else max(1.0, window.get_window_stats(item, *who).reset_time - time.time())


def _too_many(after: float) -> TooMany:
    """The refusal of too many attempts."""
    return TooMany("guesses", seconds=after, retry_after=after)
