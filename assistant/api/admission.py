"""Limits of concurrent requests. Long-lived streams are counted apart from short requests, and requests by purpose: however many
windows are open, and however many requests wait for something slow, sign-ins and questions still get a slot. An address may have
only part of all slots. Once the caller is identified, each key, account or session behind the address has its own limit, and all
callers without any share one, so that one client can't use up the slots of others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from starlette.requests import HTTPConnection
from starlette.types import Scope

from assistant.access.principal import STRANGERS, Principal, network
from assistant.api.authentication import client_address
from assistant.service_errors import Overloaded, ServiceFault, TooMany

KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("windows of the page", re.compile(r"/gradio_api/heartbeat/.*")),
    ("answers to the page", re.compile(r"/gradio_api/queue/data")),
    ("jobs that are followed", re.compile(r"/api/v1/jobs/[^/]+/stream")),
    ("answers that are streamed", re.compile(r"/api/v1/ask/stream|/v1/chat/completions")),
    ("tools", re.compile(r"/mcp")),
)
"""The kinds of streams, by path. Each kind has its own slots."""
RESERVED: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("sign-ins", re.compile(r"/sign-in|/sign-out|/api/v1/me")),
    ("questions", re.compile(r"/api/v1/ask|/ask|/gradio_api/(?:queue/join|cancel|reset)")),
    ("the page itself", re.compile(r"/|/(?:assets|static|page)/.*|/theme\.css|/favicon\.ico|/gradio_api/app_id")),
)
"""Kinds of requests with their own slots beside those of all others, by path."""
_OTHERS = "requests"
_AGAIN = 5.0
"""Seconds after which a refused client may try again."""


class ConcurrencyLimits(NamedTuple):
    """Limits of concurrent requests of a kind: in all, for one address, and for one client (key, account or session; all at one address
    without any count as one). `named`: first part of the names of the messages."""

    every: int
    address: int
    client: int
    named: str

    @property
    def strangers(self) -> int:
        """Limit of all anonymous callers together: they leave a tenth to the others."""
        return self.every - self.every // 10


class RequestSlot:
    """A slot taken by a request. It is also counted for the caller once that is identified."""

    def __init__(self, slots: RequestSlots, kind: str, limits: ConcurrencyLimits) -> None:
        self._slots, self._kind, self._limits = slots, kind, limits
        self.counted: list[tuple[str, str]] = []
        """Keys of the counters that include this slot."""

    def assign(self, who: Principal) -> None:
        """Counts the slot for its caller. Raises `TooMany` where the client has reached its limit of this kind, and `Overloaded` where
        all anonymous callers together have reached theirs."""
        own, strangers = (self._kind, f"of {who.client}"), (self._kind, STRANGERS)
        if own in self.counted:
            return
        if who.origin:
            self._count(strangers, self._limits.strangers, Overloaded(f"{self._limits.named}-all", retry_after=_AGAIN))
        too_many = TooMany(f"{self._limits.named}-yours", most=self._limits.client, retry_after=_AGAIN)
        self._count(own, self._limits.client, too_many)

    def _count(self, key: tuple[str, str], most: int, refusal: ServiceFault) -> None:
        if self._slots.open[key] >= most:
            raise refusal
        self._slots.open[key] += 1
        self.counted.append(key)


class RequestSlots:
    """Counters of concurrent requests and streams of each kind, with their limits."""

    def __init__(self, requests: ConcurrencyLimits, streams: ConcurrencyLimits) -> None:
        self._requests, self._streams = requests, streams
        self.open: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def take(self, scope: Scope, *, always: bool = False) -> Iterator[RequestSlot]:
        """Takes a slot for a request until the block ends; `always`: regardless of the limits. Raises `TooMany` where the address
        has reached its limit, and `Overloaded` where no slot is left."""
        stream = _kind(KINDS, scope["path"])
        kind = stream or _kind(RESERVED, scope["path"]) or _OTHERS
        limits = self._streams if stream else self._requests
        own, every = (kind, network(client_address(HTTPConnection(scope)))), (kind, "")
        if not always and self.open[own] >= limits.address:
            raise TooMany(f"{limits.named}-address", most=limits.address, retry_after=_AGAIN)
        if not always and self.open[every] >= limits.every:
            raise Overloaded(f"{limits.named}-all", retry_after=_AGAIN)
        slot = RequestSlot(self, kind, limits)
        slot.counted += (own, every)
        self.open.update(slot.counted)
        try:
            yield slot
        finally:
            self.open.subtract(slot.counted)
            self.open = +self.open


def _kind(kinds: tuple[tuple[str, re.Pattern[str]], ...], path: str) -> str | None:
    return next((kind for kind, pattern in kinds if pattern.fullmatch(path)), None)
