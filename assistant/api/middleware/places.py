"""How much is served at once. Streams, which stay open for as long as somebody looks, are counted apart from requests, which
are over soon: however many windows are open, there is a place for who signs in or asks."""

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
_AGAIN = 5.0
"""Seconds after which there may be a place again."""


class Places:
    """`requests` may be served at once, and `streams` of each kind, `each` of these for one address."""

    def __init__(self, requests: int, streams: int, each: int) -> None:
        self._requests, self._streams, self._each = requests, streams, each
        self._served = 0
        self._open: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def taken(self, scope: Scope, *, always: bool = False) -> Iterator[None]:
        """A place for a request, until the block ends; `always`: whether there is one or not. Raises `TooMany` where a client
        has all that are for one, and `Overloaded` where none is left."""
        kind = _kind(scope["path"])
        if kind is None:
            if self._served >= self._requests and not always:
                raise Overloaded("Too many requests are being served. Try again in a moment.", retry_after=_AGAIN)
            self._served += 1
            try:
                yield
            finally:
                self._served -= 1
            return
        own, every = (kind, network(_address(scope))), (kind, "")
        if self._open[own] >= self._each:
            why = f"{self._each} streams are open from your address already ({kind})."
            raise TooMany(f"{why} Close some, or try again in a moment.", retry_after=_AGAIN)
        if self._open[every] >= self._streams:
            raise Overloaded(f"Too many streams are open ({kind}). Try again in a moment.", retry_after=_AGAIN)
        self._open.update((own, every))
        try:
            yield
        finally:
            self._open.subtract((own, every))
            self._open = +self._open


def _address(scope: Scope) -> str:
    return str(scope["client"][0]) if scope.get("client") else "nowhere"


def _kind(path: str) -> str | None:
    return next((kind for kind, pattern in KINDS if pattern.fullmatch(path)), None)
