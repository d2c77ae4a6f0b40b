"""What every request passes through, as plain ASGI: an id in its log line, its errors and its response, and a place for it, or a refusal; metrics; headers that tell browsers to trust as little as possible; and bodies, which are cut where they are too large or come too slowly, whatever route they are sent to. None is looked at before the route reads it: by then it knows who has sent it."""

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
from assistant.api.problems import Crash, Refusals
from assistant.service.metrics import Metrics
from assistant.service_errors import Ambiguous, ServiceFault, TooLarge, TooSlow

HEADER = "X-Request-ID"
_GOOD = re.compile(r"[A-Za-z0-9._-]{1,64}")

log = logging.getLogger("rapporteur.requests")


class RequestMiddleware:
    """Takes the id that a proxy has given, or makes one; answers for a program that breaks down; refuses what there is none of the
    `places` for; and gives every response its headers. Paths in `always` are answered however many there are."""

    def __init__(
        self, app: ASGIApp, refusals: Refusals, metrics: Metrics, places: RequestSlots, always: frozenset[str]
    ) -> None:
        self._app, self._refusals = app, refusals
        self._metrics, self._places, self._always = metrics, places, always

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        request_id = given if _GOOD.fullmatch(given) else secrets.token_hex(8)
        scope["request_id"] = request_id
        begun, status = time.perf_counter(), 0

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[HEADER] = request_id
                if visit := scope.get("visit"):
                    headers.append("Set-Cookie", _cookie(visit, secure=scope.get("scheme") == "https"))
                    headers["Cache-Control"] = "no-store"
                _guard(headers, scope)
            await send(message)

        try:
            with ExitStack() as held:
                try:
                    scope["place"] = held.enter_context(self._places.taken(scope, always=scope["path"] in self._always))
                except ServiceFault as fault:
                    response = self._refusals.reply(scope, fault)
                    response.headers["Connection"] = "close"  # it is to take no place either
                    await response(scope, receive, named)
                    return
                await self._app(scope, receive, named)
        except Exception:
            log.exception("the program broke down", extra={"fields": {"request_id": request_id}})
            if status:
                status = 500
                raise
            await self._refusals.reply(scope, Crash("crash"))(scope, receive, named)
        finally:
            self._told(scope, request_id, status, time.perf_counter() - begun)

    def _told(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        route = str(getattr(scope.get("route"), "path", "")) or ("page" if status and status != 404 else "none")
        self._metrics.request(scope["method"], route, status, seconds)
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
    """A session as a browser keeps it: no script reads it, and no other site sends it."""
    until = f"Max-Age={DAYS * 86_400}; Path=/; HttpOnly; SameSite=Lax"
    return f"{COOKIE}={visit}; {until}{'; Secure' if secure else ''}"


POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; style-src 'self'"
"""Content security policy of all that has none of its own, as the page has (`assistant/page/guard.py`)."""

PLAIN = ("/api/", "/v1/", "/mcp", "/metrics", "/sign-in", "/sign-out")
"""Paths that hold no page of scripts."""
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


def _guard(headers: MutableHeaders, scope: Scope) -> None:
    """Tells browsers to trust a response as little as possible; what it says of that itself it keeps."""
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    if scope["path"].startswith(PLAIN):
        headers.setdefault("Cache-Control", "no-store")
    if scope.get("scheme") == "https":
        headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}")


SMALL = 64_000
"""Bytes of a body, where no more is allowed."""
SLOWEST = 20_000
"""Bytes a second that an upload must come with, beside the seconds that every body has."""
MOST_COMING = 200
"""Bodies that may be on their way at once, uploads not counted. Most come in one piece with their head."""


class BodyMiddleware:
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
        headers = Headers(scope=scope)
        if "transfer-encoding" in headers and "content-length" in headers:
            # Who stands in between may go by the other one, and take the body for a request of its own (RFC 9112, 6.3).
            await self._refuse(Ambiguous("body-two-lengths"), scope, receive, send)
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
            await self._refuse(body.fault, scope, receive, send)

    async def _refuse(self, fault: ServiceFault, scope: Scope, receive: Receive, send: Send) -> None:
        response = self._refusals.reply(scope, fault)
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
            told = {} if self._given_up else {"seconds": self._seconds}
            self.fault = TooSlow("body-slowest" if self._given_up else "body-late", **told)
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


def _length(headers: Headers) -> int | None:
    """The bytes of a body that its head announces; None where it comes without end."""
    if "transfer-encoding" in headers:
        return None
    told = headers.get("content-length", "0")
    return int(told) if told.isascii() and told.isdigit() else None


def _too_large(limit: int) -> TooLarge:
    told = f"{limit / 1e6:.0f} MB" if limit >= 1e6 else f"{limit / 1e3:.0f} kB"
    return TooLarge("body-large", most=told)
