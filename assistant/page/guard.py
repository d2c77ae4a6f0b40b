"""What stands before Gradio: only what the page needs is let through, to those who may, before any of Gradio's own code
runs; its HTML is made strict."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.access import Principal, Role
from assistant.access.operations import check
from assistant.api.authentication import identify_caller
from assistant.page.gradio_calls import FORMS, Windows, body_of, window_of
from assistant.page.no_script import path_of
from assistant.page.plain_pages import render, sign_in_path
from assistant.page_labels import direction, language_of, marks_filled
from assistant.service import Service
from assistant.service_errors import Invalid

_FILES = re.compile(r"/(?:assets|static)(?:/[\w-][\w.-]{0,150}){1,8}|/theme\.css|/favicon\.ico", re.ASCII)
"""Paths of Gradio's own files; it breaks down over names that no file system takes."""
_HEARTBEATS = re.compile(r"/gradio_api/heartbeat/([A-Za-z0-9_-]{1,64})")
_JOIN = "/gradio_api/queue/join"
_EVENTS = "/gradio_api/queue/data"
_APP = "/gradio_api/app_id"
_HOST = re.compile(r"(?:[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
"""What may stand where a host is named; Gradio makes addresses of it, and breaks down over others."""
_META = re.compile(rb"\s*<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>|\s*<link rel=\"manifest\"[^>]*>")
_BODY = re.compile(rb"<body(?:\s[^>]*)?>")
_SCRIPT = re.compile(rb"<script(?=[\s>])")
_HEAD = (
    b'<link rel="icon" href="/page/favicon.svg" type="image/svg+xml">\n'
    b'<link rel="stylesheet" href="/page/rapporteur.css">\n<script src="/page/rapporteur.js"></script>\n</head>'
)


def policy(nonce: str) -> str:
    """The content policy of the page. Gradio runs with no script but its own files and the two that its HTML holds,
    which bear the nonce; nothing is compiled from text. It writes styles into elements."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


class PageMount(Mount):
    """Gradio's place among the routes of the application: only what the page has a use for is there. What a later Gradio
    adds is not there until it is named here."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As every route says whether it is meant."""
        if scope["type"] == "http" and _is_wanted(scope["method"], _path(scope)):
            return super().matches(scope)
        return Match.NONE, {}


def _path(scope: Scope) -> str:
    return str(scope["path"].removeprefix(scope.get("root_path", ""))) or "/"


def _at(scope: Scope, path: str) -> Scope:
    """A request at another path."""
    whole = str(scope.get("root_path", "")) + path
    return {**scope, "path": whole, "raw_path": whole.encode()}


def _is_wanted(method: str, path: str) -> bool:
    if method == "POST":
        return path in FORMS
    if method == "HEAD":
        return path == "/"
    looked_at = path in ("/", _EVENTS, _APP) or _FILES.fullmatch(path) or _HEARTBEATS.fullmatch(path)
    return method == "GET" and bool(looked_at)


def _told(header: bytes) -> bool:
    """Whether a header says by which way a request came."""
    return header.startswith((b"x-forwarded-", b"x-gradio-")) or header == b"forwarded"


class Guard:
    """Wraps the mounted Gradio application. Who may not read is sent to sign in from the page, and refused everywhere else;
    a call is read, checked and counted before Gradio gets it, and what it does the service allows or not. `windows` knows whose each
    window of the page is, and what it may call."""

    def __init__(self, app: ASGIApp, windows: Windows, service: Service) -> None:
        self._app, self._windows, self._service = app, windows, service
        self._waits: dict[asyncio.Timeout, asyncio.AbstractEventLoop] = {}
        service.when_stopped(self._stop)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, connection = _path(scope), HTTPConnection(scope)
        if not _HOST.fullmatch(connection.headers.get("host", "x").strip()):
            raise Invalid("host-none", header="host")
        who = await identify_caller(connection)
        # Where a request comes from is told by uvicorn alone; Gradio believes anybody that says it. (The scope that came is where others
        # look for the visit.)
        scope = {**scope, "headers": [(name, value) for name, value in scope["headers"] if not _told(name)]}
        if path == "/" and who.role is Role.NONE:
            await RedirectResponse(sign_in_path(Request(scope)), 303)(scope, receive, send)
            return
        check(who, "ask")
        if path == "/":
            await self._start(scope, receive, send)
        elif path in FORMS:
            await self._called(path, who, scope, receive, send)
        elif path == _EVENTS:
            window = self._windows.name(window_of(connection.query_params.getlist("session_hash")), who.client)
            with self._windows.listening(window):
                await self._events({**scope, "query_string": f"session_hash={window}".encode()}, receive, send)
        elif found := _HEARTBEATS.fullmatch(path):
            window = self._windows.name(found[1], who.client)
            await self._app(_at(scope, f"/gradio_api/heartbeat/{window}"), self._until_stopping(receive), send)
        else:
            await self._app(scope, receive, send)

    async def _called(self, path: str, who: Principal, scope: Scope, receive: Receive, send: Send) -> None:
        """A call of the page, as it is written anew."""
        body = await body_of(scope, receive)
        if body is None:
            return
        call = self._windows.call(path, body, who.client)
        check(who, call.operation)
        if path == _JOIN:
            # A call counts once, whatever its function looks up, or nothing; what costs more counts as that besides.
            scope["principal"] = self._service.admit(who, call.operation, "documents")
            await self._windows.called(call.window, who.client)
        scope, receive = call.in_place_of(scope, receive)
        await self._app(scope, receive, send)

    async def _events(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What a window hears of its calls. One that made none is told so by Gradio, which then breaks down over it."""
        try:
            await self._app(scope, receive, send)
        except RuntimeError as error:
            if not isinstance(error.__cause__, HTTPException):
                raise
            await send({"type": "http.response.body", "body": b""})

    def _until_stopping(self, receive: Receive) -> Receive:
        """What a window that is only open sends: it is as good as closed once the server is to stop."""

        async def heard() -> Message:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0 if self._service.stopping else None) as wait:
                    self._waits[wait] = asyncio.get_running_loop()
                    try:
                        return await receive()
                    finally:
                        del self._waits[wait]
            return {"type": "http.disconnect"}

        return heard

    def _stop(self) -> None:
        """Ends the waiting for windows that are only open."""
        for wait, loop in list(self._waits.items()):
            loop.call_soon_threadsafe(self._end, wait)

    def _end(self, wait: asyncio.Timeout) -> None:
        if wait in self._waits:
            wait.reschedule(0)

    async def _start(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The page itself: its labels are filled in, its scripts get a nonce, what it says about Gradio to other sites goes."""
        reader = language_of(HTTPConnection(scope))
        nonce = secrets.token_urlsafe(18)
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        begun: Message = {}
        body = bytearray()

        async def strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.update(message)
                return
            if message["type"] != "http.response.body":
                await send(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            html = _META.sub(b"", bytes(body)).replace(b"</head>", _HEAD, 1)
            html = marks_filled(html, reader)
            told = render("unscripted.html", reader, path=path_of(scope["query_string"])).encode()
            html = _BODY.sub(lambda found: found[0] + told, html, count=1)
            html = html.replace(b'lang="en"', f'lang="{reader}" dir="{direction(reader)}"'.encode(), 1)
            html = _SCRIPT.sub(b'<script nonce="%s"' % nonce.encode(), html)
            kept = MutableHeaders(raw=list(begun["headers"]))
            kept["Content-Length"] = str(len(html))
            kept["Content-Security-Policy"] = policy(nonce)
            kept["Cache-Control"] = "no-store"
            await send({**begun, "headers": kept.raw})
            await send({"type": "http.response.body", "body": html})

        # What stands behind the question mark is for our own script and functions; Gradio would open files by it.
        await self._app({**scope, "headers": headers, "query_string": b""}, receive, strict)
