"""ASGI middleware of every request: request id, concurrency slot or refusal, log line, metrics, security headers; and limits of the size and the speed of bodies, whatever the route. A body is not read before the route reads it, when the caller is identified."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.access import Principal
from assistant.access.anonymous_sessions import COOKIE, DAYS
from assistant.api.admission import RequestSlots
from assistant.api.problems import Refusals, crash
from assistant.service.metrics import Metrics
from assistant.service_errors import Ambiguous, ServiceFault, TooLarge, TooSlow, stopping

HEADER = "X-Request-ID"
_GOOD = re.compile(r"[A-Za-z0-9._-]{1,64}")

log = logging.getLogger("rapporteur.requests")


class RequestMiddleware:
    """Sets the request id (that of a proxy, or a new one), replies where the program crashes or stops, refuses requests without a slot,
    and adds headers to every response. Paths in `always` are served regardless of the slots."""

    def __init__(
        self, app: ASGIApp, refusals: Refusals, metrics: Metrics, slots: RequestSlots, always: frozenset[str]
    ) -> None:
        self._app, self._refusals = app, refusals
        self._metrics, self._slots, self._always = metrics, slots, always

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        request_id = given if _GOOD.fullmatch(given) else secrets.token_hex(8)
        scope["request_id"] = request_id
        begun, status = time.perf_counter(), 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[HEADER] = request_id
                if visit := scope.get("visit"):
                    headers.append("Set-Cookie", _cookie(visit, secure=scope.get("scheme") == "https"))
                    headers["Cache-Control"] = "no-store"
                _add_security_headers(headers, scope, status)
            await send(message)

        try:
            with ExitStack() as stack:
                try:
                    scope["place"] = stack.enter_context(self._slots.take(scope, always=scope["path"] in self._always))
                except ServiceFault as fault:
                    # A refused client must not keep a connection.
                    await self._refusals.reply(scope, fault, close=True)(scope, receive, send_with_headers)
                    return
                await self._app(scope, receive, send_with_headers)
        except asyncio.CancelledError:  # the server ends, and what it waits for is over
            if status:
                raise
            await self._refusals.reply(scope, stopping(), close=True)(scope, receive, send_with_headers)
        except Exception:
            crashed = crash(request_id)
            if status:
                status = 500
                raise
            await self._refusals.reply(scope, crashed)(scope, receive, send_with_headers)
        finally:
            self._record(scope, request_id, status, time.perf_counter() - begun)

    def _record(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        route = str(getattr(scope.get("route"), "path", "")) or ("page" if status and status != 404 else "none")
        self._metrics.count_request(scope["method"], route, status, seconds)
        who = scope.get("principal")
        fields = {
            "request_id": request_id,
            "method": scope["method"],
            "route": route,
            "status": status or "disconnected",
            "ms": round(seconds * 1e3, 1),
            "client": scope["client"][0] if scope.get("client") else "",
            "who": who.id if isinstance(who, Principal) else "",
        }
        log.info("request", extra={"fields": fields})


def _cookie(visit: str, *, secure: bool) -> str:
    """The cookie of an anonymous session: not readable by scripts, not sent from other sites."""
    until = f"Max-Age={DAYS * 86_400}; Path=/; HttpOnly; SameSite=Lax"
    return f"{COOKIE}={visit}; {until}{'; Secure' if secure else ''}"


POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; style-src 'self'"
"""Content security policy of responses without one of their own (the page has: `assistant/page/guard.py`)."""

_FILES = ("/page/", "/assets/", "/static/", "/theme.css", "/favicon.ico")
"""Paths of files that are the same for everybody. Nothing else may be stored by browsers or proxies."""
_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_YEAR = 31_536_000


def _add_security_headers(headers: MutableHeaders, scope: Scope, status: int) -> None:
    """Adds the security headers that a response does not set itself."""
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    if not scope["path"].startswith(_FILES):
        headers.setdefault("Cache-Control", "no-store")
    elif scope["path"].startswith("/assets/") and status == 200:  # the names of these change with their content
        headers.setdefault("Cache-Control", f"max-age={_YEAR}, immutable")
    if scope.get("scheme") == "https":
        headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}")


SMALL = 64_000
"""Most bytes of a body by default."""
SLOWEST = 20_000
"""Least bytes a second of an upload, beside the seconds that every body has."""
MAX_COMING = 200
"""Most bodies awaited at once, without uploads. Most bodies arrive in one piece with their head."""


class BodyMiddleware:
    """Limits bodies. `larger`: most bytes by path prefix, where more than `SMALL` is allowed; `uploads`: path prefix of file uploads,
    which may take longer; `seconds`: time limit of other bodies."""

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
        headers = Headers(scope=scope)
        if "transfer-encoding" in headers and "content-length" in headers:
            # A proxy may use the other header, and take part of the body for a request of its own (RFC 9112, 6.3).
            await self._refusals.reply(scope, Ambiguous("body-two-lengths"), close=True)(scope, receive, send)
            return
        body = _Body(receive, limit, self._seconds, _length(headers))
        if not uploads and body.expected:
            self._expect(body)
        started = False

        async def unless_cut(message: Message) -> None:
            nonlocal started
            if body.fault is None or started:
                started = True
                if message["type"] == "http.response.start" and body.unread:
                    MutableHeaders(scope=message)["Connection"] = "close"  # the rest of the body is not read
                await send(message)

        try:
            await self._app(scope, body.receive, unless_cut)
        except Exception:
            if body.fault is None or started:
                raise
        finally:
            self._coming.pop(body, None)
        if body.fault is not None and not started:
            # The rest of the body is not read.
            await self._refusals.reply(scope, body.fault, close=True)(scope, receive, send)

    def _expect(self, body: _Body) -> None:
        """Registers an awaited body; where there are too many, gives up the oldest."""
        body.came = lambda: self._coming.pop(body, None)
        self._coming[body] = None
        if len(self._coming) > MAX_COMING:
            first = next(iter(self._coming))
            del self._coming[first]
            first.give_up()


class _Body:
    """A body as it arrives. Where it exceeds a limit, the application sees the client as disconnected, and `fault` is the refusal."""

    def __init__(self, receive: Receive, limit: int, seconds: float, length: int | None) -> None:
        self._receive, self._limit, self._seconds, self._length = receive, limit, seconds, length
        self._begun: float | None = None
        self._size = 0
        self._whole = False
        self._wait: asyncio.Timeout | None = None
        self._given_up = False
        self.fault: ServiceFault | None = None
        self.came: Callable[[], object] = lambda: None
        """Called when the body is complete."""

    def give_up(self) -> None:
        """Stops waiting for the body."""
        self._given_up = True
        if self._wait is not None:
            with contextlib.suppress(RuntimeError):  # it timed out at this moment
                self._wait.reschedule(0.0)

    @property
    def expected(self) -> bool:
        """Whether the head announces a body."""
        return self._length != 0

    @property
    def unread(self) -> bool:
        """Whether part of it has not arrived."""
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
            values = {} if self._given_up else {"seconds": self._seconds}
            self.fault = TooSlow("body-slowest" if self._given_up else "body-late", **values)
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


def receive_again(body: bytes, receive: Receive) -> Receive:
    """Returns a `receive` that gives a body that has been read once more, and then what follows it."""
    read: list[Message] = [{"type": "http.request", "body": body}]

    async def receive_body() -> Message:
        return read.pop() if read else await receive()

    return receive_body


def _length(headers: Headers) -> int | None:
    """The bytes of a body that its head announces; None where the head does not say."""
    if "transfer-encoding" in headers:
        return None
    length = headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else None


def _too_large(limit: int) -> TooLarge:
    most = f"{limit / 1e6:.0f} MB" if limit >= 1e6 else f"{limit / 1e3:.0f} kB"
    return TooLarge("body-large", most=most)
