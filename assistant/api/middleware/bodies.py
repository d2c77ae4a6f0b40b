"""Bodies that are too large or come too slowly are cut, whatever route they are sent to; where many are coming, the one that
takes longest makes room. None is looked at before the route reads it: by then it knows who has sent it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.problems import Refusals
from assistant.faults import ServiceFault, TooLarge, TooSlow

SMALL = 64_000
"""Bytes of a body, where no more is allowed."""
SLOWEST = 20_000
"""Bytes a second that an upload must come with, beside the seconds that every body has."""
MOST_COMING = 200
"""Bodies that may be on their way at once, uploads not counted. Most come in one piece with their head."""


class Bodies:
    """`larger`: the bytes that bodies may have which are sent to paths that begin so; `uploads`: where files are sent, which
    take their time; `seconds`: how long other bodies may take to come."""

    def __init__(
        self, app: ASGIApp, refusals: Refusals, larger: Mapping[str, int], uploads: str, seconds: float
    ) -> None:
        self._app, self._refusals = app, refusals
        self._larger, self._uploads, self._seconds = larger, uploads, seconds
        self._coming: dict[_Body, None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        uploads = scope["method"] in ("POST", "PUT") and scope["path"].startswith(self._uploads)
        limit = next((most for path, most in self._larger.items() if scope["path"].startswith(path)), SMALL)
        body = _Body(receive, limit, self._seconds, _length(scope))
        if not uploads and body.expected:
            self._expect(body)
        started = False

        async def unless_cut(message: Message) -> None:
            nonlocal started
            if body.fault is None or started:
                started = True
                if message["type"] == "http.response.start" and body.unread:
                    MutableHeaders(scope=message)["Connection"] = "close"  # nor will the rest be read
                await send(message)

        try:
            await self._app(scope, body.receive, unless_cut)
        except Exception:
            if body.fault is None or started:
                raise
        finally:
            self._coming.pop(body, None)
        if body.fault is not None and not started:
            response = self._refusals.reply(scope, body.fault)
            response.headers["Connection"] = "close"  # the rest of the body is not read
            await response(scope, receive, send)

    def _expect(self, body: _Body) -> None:
        """Waits for a body, and where too many are waited for, for the first of them no longer."""
        body.came = lambda: self._coming.pop(body, None)
        self._coming[body] = None
        if len(self._coming) > MOST_COMING:
            first = next(iter(self._coming))
            del self._coming[first]
            first.give_up()


class _Body:
    """A body as it comes, until it is cut: then the application is told that the client has gone."""

    def __init__(self, receive: Receive, limit: int, seconds: float, length: int | None) -> None:
        self._receive, self._limit, self._seconds, self._length = receive, limit, seconds, length
        self._begun: float | None = None
        self._size = 0
        self._whole = False
        self._wait: asyncio.Timeout | None = None
        self._given_up = False
        self.fault: ServiceFault | None = None
        self.came: Callable[[], object] = lambda: None
        """Called when it is whole."""

    def give_up(self) -> None:
        """Waits for it no longer."""
        self._given_up = True
        if self._wait is not None:
            with contextlib.suppress(RuntimeError):  # its time is up in this very moment
                self._wait.reschedule(0.0)

    @property
    def expected(self) -> bool:
        """Whether there is one, by what the head says."""
        return self._length != 0

    @property
    def unread(self) -> bool:
        """Whether some of it has not come."""
        return self.expected and not self._whole

    async def receive(self) -> Message:
        if self.fault is None and self._length is not None and self._length > self._limit:
            self.fault = _too_large(self._limit)
        if self.fault is not None:
            return {"type": "http.disconnect"}
        if self._whole:
            return await self._receive()
        if self._begun is None:
            self._begun = time.monotonic()
        left = self._begun + self._seconds + self._size / SLOWEST - time.monotonic()
        try:
            async with asyncio.timeout(0.0 if self._given_up else max(0.0, left)) as self._wait:
                message = await self._receive()
        except TimeoutError:
            self.fault = self._late()
            return {"type": "http.disconnect"}
        finally:
            self._wait = None
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._whole:
                self.came()
            if self._size > self._limit:
                self.fault = _too_large(self._limit)
                return {"type": "http.disconnect"}
        return message

    def _late(self) -> TooSlow:
        if self._given_up:
            return TooSlow("body-slowest")
        return TooSlow("body-late", seconds=self._seconds)


def _length(scope: Scope) -> int | None:
    """The bytes of a body that its head announces; None where it comes without end."""
    headers = Headers(scope=scope)
    if "transfer-encoding" in headers:
        return None
    told = headers.get("content-length", "0")
    return int(told) if told.isascii() and told.isdigit() else None


def _too_large(limit: int) -> TooLarge:
    told = f"{limit / 1e6:.0f} MB" if limit >= 1e6 else f"{limit / 1e3:.0f} kB"
    return TooLarge("body-large", most=told)
