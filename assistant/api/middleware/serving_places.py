"""How much is served at once. Streams, which stay open for as long as somebody looks, are counted apart from requests, which
are over soon, and requests by what they are for: however many windows are open, and however many wait for what takes long,
there is a place for who signs in or asks. Before it is known who asks, an address has its places, never all of them; once it is
known, each of those behind it has its own number of streams, so that the windows of one take none from the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import Scope

from assistant.access.client_addresses import network
from assistant.faults import Overloaded, TooMany

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


class Place:
    """A place that is taken. It is counted by who has it as soon as that is known."""

    def __init__(self, places: Places, kind: str, stream: bool) -> None:
        self._places, self._kind, self._stream = places, kind, stream
        self.held: list[tuple[str, str]] = []

    def belongs(self, client: str) -> None:
        """Says who has it. Raises `TooMany` where they have as many streams of this kind as one may."""
        own = (self._kind, f"of {client}")
        if self._stream and own not in self.held:
            self._places.give(own)
            self.held.append(own)


class Places:
    """`requests` of each kind may be served at once, half of them for one address, and `streams` of each kind, `each` of
    these for one address and `client` for one key, account or session, or for all at one address that have none."""

    def __init__(self, requests: int, streams: int, each: int, client: int) -> None:
        self._requests, self._streams, self._each, self._client = requests, streams, each, client
        self._open: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def taken(self, scope: Scope, *, always: bool = False) -> Iterator[Place]:
        """A place for a request, until the block ends; `always`: whether there is one or not. Raises `TooMany` where an address
        has all that are for one, and `Overloaded` where none is left."""
        stream = _kind(KINDS, scope["path"])
        kind = stream or _kind(RESERVED, scope["path"]) or _OTHERS
        own, every = (kind, network(_address(scope))), (kind, "")
        if not always:
            self._room(self._open[own], self._open[every], stream)
        place = Place(self, kind, stream is not None)
        place.held += (own, every)
        self._open.update(place.held)
        try:
            yield place
        finally:
            self._open.subtract(place.held)
            self._open = +self._open

    def give(self, own: tuple[str, str]) -> None:
        """Counts a stream for a client. Raises `TooMany` where it has as many as one may."""
        if self._open[own] >= self._client:
            told = f"{self._client} streams of yours are open already ({own[0]}). Close some, or try again in a moment."
            raise TooMany(told, retry_after=_AGAIN)
        self._open[own] += 1

    def _room(self, own: int, every: int, stream: str | None) -> None:
        """Raises where there is no place beside an address's own, and those of all."""
        each = self._each if stream else max(1, self._requests // 2)
        if own >= each:
            what = f"{each} streams are open from your address already ({stream})."
            if stream is None:
                what = f"{each} requests from your address are being served already."
            raise TooMany(f"{what} Close some, or try again in a moment.", retry_after=_AGAIN)
        if every >= (self._streams if stream else self._requests):
            what = f"Too many streams are open ({stream})." if stream else "Too many requests are being served."
            raise Overloaded(f"{what} Try again in a moment.", retry_after=_AGAIN)


def _address(scope: Scope) -> str:
    return str(scope["client"][0]) if scope.get("client") else "nowhere"


def _kind(kinds: tuple[tuple[str, re.Pattern[str]], ...], path: str) -> str | None:
    return next((kind for kind, pattern in kinds if pattern.fullmatch(path)), None)
