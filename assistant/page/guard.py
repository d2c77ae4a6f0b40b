"""Filter in front of Gradio: only requests that the page needs, from callers with access, reach Gradio's code; its HTML gets a strict
content security policy."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.access import Principal, Role
from assistant.access.operations import check
from assistant.api.authentication import identify_caller, present_caller
from assistant.page.gradio_calls import FORMS, Windows, parse_window, read_body
from assistant.page.no_script import first_html
from assistant.page.plain_pages import sign_in_path
from assistant.page_labels import direction, language_of, marks_filled
from assistant.service import Service
from assistant.service_errors import Invalid

_FILES = re.compile(r"/(?:assets|static)(?:/[\w-][\w.-]{0,150}){1,8}|/theme\.css|/favicon\.ico", re.ASCII)
"""Paths of Gradio's own files; it crashes on names that are invalid in file systems."""
_HEARTBEATS = re.compile(r"/gradio_api/heartbeat/([A-Za-z0-9_-]{1,64})")
_JOIN = "/gradio_api/queue/join"
_EVENTS = "/gradio_api/queue/data"
_APP = "/gradio_api/app_id"
_HOST = re.compile(r"(?:[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
"""Accepted values of `Host`; Gradio builds addresses from it, and crashes on others."""
_FORWARDING = (b"x-forwarded-", b"x-gradio-", b"forwarded")
"""Beginnings of the headers that state the origin of a forwarded request."""
_META = re.compile(rb"\s*<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>|\s*<link rel=\"manifest\"[^>]*>")
_BODY = re.compile(rb"<body(?:\s[^>]*)?>")
_SCRIPT = re.compile(rb"<script(?=[\s>])")
_HEAD = (
    b"<title>Rapporteur</title>\n"
    b'<link rel="icon" href="/page/favicon.svg" type="image/svg+xml">\n'
    b'<link rel="stylesheet" href="/page/rapporteur.css">\n<script src="/page/rapporteur.js"></script>\n</head>'
)


def policy(nonce: str) -> str:
    """The content security policy of the page: only Gradio's own script files and the two inline scripts with the nonce, no `eval`;
    inline styles are needed by Gradio."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


class PageMount(Mount):
    """Mounts Gradio, limited to the paths that the page needs. Routes that a later version of Gradio adds are not reachable until they
    are listed here."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Matches the listed paths only."""
        if scope["type"] == "http" and _is_allowed(scope["method"], _path(scope)):
            return super().matches(scope)
        return Match.NONE, {}


def _path(scope: Scope) -> str:
    return str(scope["path"].removeprefix(scope.get("root_path", ""))) or "/"


def _is_allowed(method: str, path: str) -> bool:
    if method == "POST":
        return path in FORMS
    if method == "HEAD":
        return path == "/"
    readable = path in ("/", _EVENTS, _APP) or _FILES.fullmatch(path) or _HEARTBEATS.fullmatch(path)
    return method == "GET" and bool(readable)


class Guard:
    """Wraps the mounted Gradio application. Callers without read access are redirected to the sign-in from the page, and refused
    elsewhere. Calls are parsed, checked and counted before Gradio gets them. `windows` knows the client of each window, and
    which functions it may call."""

    def __init__(self, app: ASGIApp, windows: Windows, service: Service) -> None:
        self._app, self._windows, self._service = app, windows, service
        self._waits: dict[asyncio.Timeout, asyncio.AbstractEventLoop] = {}
        service.when_stopped(self._stop)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, connection = _path(scope), HTTPConnection(scope)
        if not _HOST.fullmatch(connection.headers.get("host", "x").strip()):
            raise Invalid("host-none", header="host")
        who = await identify_caller(connection)
        # The client's address comes from uvicorn only; Gradio trusts forwarding headers of anybody. (The original scope stays as it is:
        # the middleware reads the anonymous session from it.)
        headers = [each for each in scope["headers"] if not each[0].startswith(_FORWARDING)]
        scope = {**scope, "headers": headers, "identify": partial(present_caller, connection)}
        if path == "/" and who.role is Role.NONE:
            await RedirectResponse(sign_in_path(Request(scope)), 303)(scope, receive, send)
            return
        check(who, "ask")
        if path == "/":
            await self._start(who, scope, receive, send)
        elif path in FORMS:
            await self._call(path, who, scope, receive, send)
        elif path == _EVENTS:
            window = self._windows.name(parse_window(connection.query_params.getlist("session_hash")), who.client)
            with self._windows.listening(window):
                await self._events({**scope, "query_string": f"session_hash={window}".encode()}, receive, send)
        elif found := _HEARTBEATS.fullmatch(path):
            path = f"{scope.get('root_path', '')}/gradio_api/heartbeat/{self._windows.name(found[1], who.client)}"
            scope |= {"path": path, "raw_path": path.encode()}
            await self._app(scope, self._until_stopping(receive), send)
        else:
            await self._app(scope, receive, send)

    async def _call(self, path: str, who: Principal, scope: Scope, receive: Receive, send: Send) -> None:
        """Checks a call of the page, and passes it to Gradio with a rewritten body."""
        body = await read_body(scope, receive)
        if body is None:
            return
        call = self._windows.call(path, body, who.client)
        check(who, call.operation)
        if path == _JOIN:
            # A call counts once, whatever its function reads; a costly operation is counted in addition.
            scope["principal"] = self._service.admit(who, call.operation, "documents")
            await self._windows.called(call.window, who.client)
        scope, receive = call.replace_body(scope, receive)
        await self._app(scope, receive, send)

    async def _events(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Streams the events of a window's calls. For a window without calls, Gradio sends an error and then crashes."""
        try:
            await self._app(scope, receive, send)
        except RuntimeError as error:
            if not isinstance(error.__cause__, HTTPException):
                raise
            await send({"type": "http.response.body", "body": b""})

    def _until_stopping(self, receive: Receive) -> Receive:
        """Wraps `receive` of an idle window so that it is disconnected when the service stops."""

        async def receive_until_stopping() -> Message:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0 if self._service.stopping else None) as wait:
                    self._waits[wait] = asyncio.get_running_loop()
                    try:
                        return await receive()
                    finally:
                        del self._waits[wait]
            return {"type": "http.disconnect"}

        return receive_until_stopping

    def _stop(self) -> None:
        """Disconnects idle windows."""
        for wait, loop in list(self._waits.items()):
            loop.call_soon_threadsafe(self._end, wait)

    def _end(self, wait: asyncio.Timeout) -> None:
        if wait in self._waits:
            wait.reschedule(0)

    async def _start(self, who: Principal, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves the page: fills in labels, puts what is not Gradio's above it, adds nonces to its scripts, removes metadata about
        Gradio. Gradio's program is loaded by the page's script, once the form above it can be used."""
        reader = language_of(HTTPConnection(scope))
        nonce = secrets.token_urlsafe(18)
        first = await run_in_threadpool(first_html, self._service, who, reader, scope)
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        start: Message = {}
        body = bytearray()

        async def send_rewritten(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            if message["type"] != "http.response.body":
                await send(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            html = _META.sub(b"", bytes(body)).replace(b"</head>", _HEAD, 1)
            html = marks_filled(html, reader)
            html = _BODY.sub(lambda found: found[0] + first.encode(), html, count=1)
            html = html.replace(b'<script type="module"', b'<script type="rp-later"')
            html = html.replace(b'lang="en"', f'lang="{reader}" dir="{direction(reader)}"'.encode(), 1)
            html = _SCRIPT.sub(b'<script nonce="%s"' % nonce.encode(), html)
            response_headers = MutableHeaders(raw=list(start["headers"]))
            response_headers["Content-Length"] = str(len(html))
            response_headers["Content-Security-Policy"] = policy(nonce)
            response_headers["Cache-Control"] = "no-store"
            await send({**start, "headers": response_headers.raw})
            await send({"type": "http.response.body", "body": html})

        # The query is for our own script and functions; Gradio would open files that it names.
        await self._app({**scope, "headers": headers, "query_string": b""}, receive, send_rewritten)
