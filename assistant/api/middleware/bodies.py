"""Bodies that are too large or come too slowly are cut, whatever route they are sent to; where many are coming, the one that
takes longest makes room."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.access import check
from assistant.api.callers import principal_of
from assistant.api.problems import of_fault
from assistant.faults import ServiceFault, TooLarge, TooSlow

SMALL = 4_000_000
"""Bytes of a body that is no upload."""
SLOWEST = 20_000
"""Bytes a second that an upload must come with, beside the seconds that every body has."""
MOST_COMING = 200
"""Bodies that may be on their way at once, uploads not counted. Most come in one piece with their head."""


class Bodies:
    """`large`: the bytes that a body sent to the paths `uploads` may have, if the sender may upload; `seconds`: how
    long a small body may take to come."""

    def __init__(self, app: ASGIApp, large: int, uploads: tuple[str, ...], seconds: float) -> None:
        self._app, self._large, self._uploads, self._seconds = app, large, uploads, seconds
        self._coming: dict[_Body, None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        uploads = scope["method"] in ("POST", "PUT") and scope["path"].startswith(self._uploads)
        try:
            if uploads:
                check(principal_of(HTTPConnection(scope)), "upload")
            limit = self._large if uploads else SMALL
            length = Headers(scope=scope).get("content-length", "")
            if length.isascii() and length.isdigit() and int(length) > limit:
                raise _too_large(limit)
        except ServiceFault as fault:
            await self._refuse(fault, scope, receive, send)
            return
        body = _Body(receive, limit, self._seconds)
        if not uploads and _has_body(scope):
            self._expect(body)
        started = False

        async def unless_cut(message: Message) -> None:
            nonlocal started
            if body.fault is None or started:
                started = True
                await send(message)

        try:
            await self._app(scope, body.receive, unless_cut)
        except Exception:
            if body.fault is None or started:
                raise
        finally:
            self._coming.pop(body, None)
        if body.fault is not None and not started:
            await self._refuse(body.fault, scope, receive, send)

    def _expect(self, body: _Body) -> None:
        """Waits for a body, and where too many are waited for, for the first of them no longer."""
        body.came = lambda: self._coming.pop(body, None)
        self._coming[body] = None
        if len(self._coming) > MOST_COMING:
            first = next(iter(self._coming))
            del self._coming[first]
            first.give_up()

    @staticmethod
    async def _refuse(fault: ServiceFault, scope: Scope, receive: Receive, send: Send) -> None:
        response = of_fault(fault, str(scope.get("request_id", "")))
        response.headers["Connection"] = "close"  # the rest of the body is not read
        await response(scope, receive, send)


class _Body:
    """A body as it comes, until it is cut: then the application is told that the client has gone."""

    def __init__(self, receive: Receive, limit: int, seconds: float) -> None:
        self._receive, self._limit, self._seconds = receive, limit, seconds
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

    async def receive(self) -> Message:
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
            return TooSlow("Too many requests were on their way, and the body of this one took longest. Send it again.")
        return TooSlow(f"The body did not come within {self._seconds:.0f} s. Send it faster.")


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"What you send may have {limit / 1e6:.0f} MB here.")
