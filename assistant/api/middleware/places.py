"""How much is served at once. Streams, which stay open for as long as somebody looks, are counted apart from requests, which
are over soon, and requests by what they are for: however many windows are open, and however many wait for what takes long,
there is a place for who signs in or asks. One address never has them all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import Scope

from assistant.access.addresses import network
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


class Places:
    """`requests` of each kind may be served at once, half of them for one address, and `streams` of each kind, `each` of
    these for one address."""

    def __init__(self, requests: int, streams: int, each: int) -> None:
        self._requests, self._streams, self._each = requests, streams, each
        self._open: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def taken(self, scope: Scope, *, always: bool = False) -> Iterator[None]:
        """A place for a request, until the block ends; `always`: whether there is one or not. Raises `TooMany` where a client
        has all that are for one, and `Overloaded` where none is left."""
        stream = _kind(KINDS, scope["path"])
        kind = stream or _kind(RESERVED, scope["path"]) or _OTHERS
        own, every = (kind, network(_address(scope))), (kind, "")
        if not always:
            self._room(self._open[own], self._open[every], stream)
        self._open.update((own, every))
        try:
            yield
        finally:
            self._open.subtract((own, every))
            self._open = +self._open

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
