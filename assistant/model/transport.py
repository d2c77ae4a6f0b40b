"""HTTP transport with limits: a reply that trickles, never ends or asks to wait too long takes bounded time and memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

MAX_BYTES = 8_000_000
"""Most bytes of one reply: an event of a few hundred bytes a token, for the longest reply that can be set."""
SURE_RETRY = 10.0
"""Longest wait, in seconds, that a server's Retry-After may ask for; a user is waiting."""


def direct_or_by_proxy(url: str) -> httpx.HTTPTransport:
    """The transport for an address: through the proxy of the environment (`https_proxy`, `no_proxy`), and always direct to this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    own = host in ("localhost", "::1") or host.startswith("127.")
    return httpx.HTTPTransport(proxy=None if own or not proxy or proxy_bypass(host) else proxy)


@dataclass
class Call:
    """One call of a model, with all HTTP requests that are made for it."""

    deadline: float
    streams: list[httpx.SyncByteStream] = field(default_factory=list)

    def close(self) -> None:
        """Closes the streams that are still being received."""
        for stream in self.streams:
            stream.close()


class Bounded(httpx.BaseTransport):
    """Forwards requests, and aborts a reply that is longer than `MAX_BYTES` or not complete by the deadline of the call that the thread has begun,
    which keep-alive comments do not extend."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self._thread = threading.local()

    def begin(self, seconds: float) -> Call:
        """Begins a call, to which all further requests of this thread belong, and which must end within so many seconds."""
        call = Call(time.monotonic() + seconds)
        self._thread.call = call
        return call

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends one request; the remaining time limits the wait for each of its parts."""
        call: Call = getattr(self._thread, "call", None) or Call(float("inf"))
        left = call.deadline - time.monotonic()
        if left <= 0:
            raise httpx.ReadTimeout("the time for the reply is over", request=request)
        limits = request.extensions.get("timeout", {})
        request.extensions["timeout"] = {
            part: left if limit is None else min(limit, left) for part, limit in limits.items()
        }
        response = self._inner.handle_request(request)
        if not _soon(response.headers.get("retry-after", "0")):
            response.headers["x-should-retry"] = "false"  # the openai client's own sign
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Stream(response.stream, request, call.deadline)
        call.streams.append(response.stream)
        return response

    def close(self) -> None:
        """Closes the inner transport."""
        self._inner.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream, request: httpx.Request, deadline: float) -> None:
        self._inner, self._request, self._deadline = inner, request, deadline

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self._inner:
            size += len(piece)
            if time.monotonic() > self._deadline:
                raise httpx.ReadTimeout("the reply did not end in time", request=self._request)
            if size > MAX_BYTES:
                raise httpx.RemoteProtocolError("the reply is too long", request=self._request)
            yield piece

    def close(self) -> None:
        self._inner.close()


def _soon(retry_after: str) -> bool:
    """Whether a Retry-After is a number of seconds that a user may be asked to wait."""
    try:
        return float(retry_after) <= SURE_RETRY
    except ValueError:
        return False
