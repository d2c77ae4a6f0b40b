"""What stands before Gradio: only what the page needs is let through, to those who may; its HTML is made strict."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.access import Role
from assistant.access.operations import check
from assistant.api.callers import principal_of
from assistant.labels import direction, language_of, marks_filled
from assistant.page.plain import sign_in_path

_FILES = re.compile(r"/(?:assets|static)/(?!.*\.\.)[\w./-]+|/theme\.css|/favicon\.ico|/robots\.txt|/manifest\.json")
_CALLS = re.compile(r"/gradio_api/(?:queue/(?:join|data)|heartbeat/[\w-]+|cancel|reset|startup-events|app_id/?)")
_HEARTBEATS = re.compile(r"/gradio_api/heartbeat/[\w-]+")
_UPLOADS = re.compile(r"/gradio_api/upload(?:_progress)?")
_WANTED = re.compile("|".join(each.pattern for each in (_FILES, _CALLS, _UPLOADS)))
_META = re.compile(rb"\s*<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>")
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
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


class PageMount(Mount):
    """Gradio's place among the routes of the application: only what the page has a use for is there."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As every route says whether it is meant."""
        if scope["type"] == "http" and (_is_start(scope) or _WANTED.fullmatch(_path(scope))):
            return super().matches(scope)
        return Match.NONE, {}


def _path(scope: Scope) -> str:
    return str(scope["path"].removeprefix(scope.get("root_path", ""))) or "/"


def _is_start(scope: Scope) -> bool:
    return _path(scope) == "/" and scope["method"] in ("GET", "HEAD")


class Guard:
    """Wraps the mounted Gradio application. Who may not read is sent to sign in, who may not upload is refused; what
    its calls do, the service allows or not. `stopping`: whether the server is told to stop."""

    def __init__(self, app: ASGIApp, stopping: Callable[[], bool]) -> None:
        self._app, self._stopping = app, stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, start = _path(scope), _is_start(scope)
        if not _FILES.fullmatch(path):
            who = principal_of(HTTPConnection(scope))
            if start and who.role is Role.NONE:
                await RedirectResponse(sign_in_path(Request(scope)), 303)(scope, receive, send)
                return
            if _UPLOADS.fullmatch(path):
                check(who, "upload")
        if _HEARTBEATS.fullmatch(path):
            await self._app(scope, self._until_stopping(receive), send)
        else:
            await (self._start(scope, receive, send) if start else self._app(scope, receive, send))

    def _until_stopping(self, receive: Receive) -> Receive:
        """What a window that is only open sends: it is as good as closed once the server is to stop."""

        async def heard() -> Message:
            while not self._stopping():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        return await receive()
            return {"type": "http.disconnect"}

        return heard

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
            html = html.replace(b'lang="en"', f'lang="{reader}" dir="{direction(reader)}"'.encode(), 1)
            html = _SCRIPT.sub(b'<script nonce="%s"' % nonce.encode(), html)
            kept = MutableHeaders(raw=list(begun["headers"]))
            kept["Content-Length"] = str(len(html))
            kept["Content-Security-Policy"] = policy(nonce)
            kept["Cache-Control"] = "no-store"
            await send({**begun, "headers": kept.raw})
            await send({"type": "http.response.body", "body": html})

        await self._app({**scope, "headers": headers}, receive, strict)
