"""How much is served at once. Streams, which stay open for as long as somebody looks, are counted apart from requests, which
are over soon, and requests by what they are for: however many windows are open, and however many wait for what takes long,
there is a place for who signs in or asks. An address has its places, never all of them; once it is known who asks, each of those
behind it has their own number, those who show nothing together as one: what one does takes none from the others."""

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
"""The kinds of streams, by their paths. Each has its own places, so that one kind takes none from another."""
RESERVED: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("sign-ins", re.compile(r"/sign-in|/sign-out|/api/v1/me")),
    ("questions", re.compile(r"/api/v1/ask|/ask|/gradio_api/(?:queue/join|cancel|reset)")),
    ("the page itself", re.compile(r"/|/(?:assets|static|page)/.*|/theme\.css|/favicon\.ico|/gradio_api/app_id")),
)
"""Requests that have places of their own beside those of all others, by their paths."""
_OTHERS = "requests"
_AGAIN = 5.0
"""Seconds after which there may be a place again."""


class ConcurrencyLimits(NamedTuple):
    """How many may be served at once of a kind: in all, for one address, and for one key, account or session, or for all at one address
    that have none. `named` is what messages call them."""

    every: int
    address: int
    client: int
    named: str

    @property
    def strangers(self) -> int:
        """How many those without key and account may have together: they leave a tenth to the others."""
        return self.every - self.every // 10


class RequestSlot:
    """A place that is taken. It is counted by who has it as soon as that is known."""

    def __init__(self, places: RequestSlots, kind: str, most: ConcurrencyLimits) -> None:
        self._places, self._kind, self._most = places, kind, most
        self.held: list[tuple[str, str]] = []

    def belongs(self, who: Principal) -> None:
        """Says who has it. Raises `TooMany` where they have as many of this kind as one may, and `Overloaded` where strangers have
        all that they may have together: the rest is for those with a key or an account."""
        own, strangers = (self._kind, f"of {who.client}"), (self._kind, STRANGERS)
        if own in self.held:
            return
        if who.origin:
            self._take(strangers, self._most.strangers, Overloaded(f"{self._most.named}-all", retry_after=_AGAIN))
        told = TooMany(f"{self._most.named}-yours", most=self._most.client, retry_after=_AGAIN)
        self._take(own, self._most.client, told)

    def _take(self, whose: tuple[str, str], most: int, refusal: ServiceFault) -> None:
        if self._places.open[whose] >= most:
            raise refusal
        self._places.open[whose] += 1
        self.held.append(whose)


class RequestSlots:
    """How many requests of each kind, and how many streams of each kind, are served at once."""

    def __init__(self, requests: ConcurrencyLimits, streams: ConcurrencyLimits) -> None:
        self._requests, self._streams = requests, streams
        self.open: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def taken(self, scope: Scope, *, always: bool = False) -> Iterator[RequestSlot]:
        """A place for a request, until the block ends; `always`: whether there is one or not. Raises `TooMany` where an address
        has all that are for one, and `Overloaded` where none is left."""
        stream = _kind(KINDS, scope["path"])
        kind = stream or _kind(RESERVED, scope["path"]) or _OTHERS
        most = self._streams if stream else self._requests
        own, every = (kind, network(client_address(HTTPConnection(scope)))), (kind, "")
        if not always and self.open[own] >= most.address:
            raise TooMany(f"{most.named}-address", most=most.address, retry_after=_AGAIN)
        if not always and self.open[every] >= most.every:
            raise Overloaded(f"{most.named}-all", retry_after=_AGAIN)
        place = RequestSlot(self, kind, most)
        place.held += (own, every)
        self.open.update(place.held)
        try:
            yield place
        finally:
            self.open.subtract(place.held)
            self.open = +self.open


def _kind(kinds: tuple[tuple[str, re.Pattern[str]], ...], path: str) -> str | None:
    return next((kind for kind, pattern in kinds if pattern.fullmatch(path)), None)
