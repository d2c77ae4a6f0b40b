"""How often one client may ask: a sliding minute for each key, account or session, and for each address."""

from __future__ import annotations

import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from assistant.access.principal import NAMELESS, Principal, network, own_part
from assistant.faults import TooMany

CHEAP = 10
"""How many look-ups count as one question."""
COSTLY = frozenset(
    {"ask", "search", "brief", "themes", "compare", "mandates", "rate", "upload", "fetch", "remove", "verify"}
)


class Rates:
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
        if not self._window.hit(item, kind, client):
            after = max(1.0, self._window.get_window_stats(item, kind, client).reset_time - time.time())
            raise TooMany(kind, most=most, seconds=after, retry_after=after)
