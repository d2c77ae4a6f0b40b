"""An id for every request, in its log line, its errors and its response; a place for it, or a refusal; metrics."""

from __future__ import annotations

import logging
import re
import secrets
import time
from contextlib import ExitStack

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.access import Principal
from assistant.access.visitors import COOKIE, DAYS
from assistant.api.middleware.serving_places import Places
from assistant.api.problems import Crash, Refusals
from assistant.faults import ServiceFault
from assistant.service.metrics import Metrics

HEADER = "X-Request-ID"
_GOOD = re.compile(r"[A-Za-z0-9._-]{1,64}")

log = logging.getLogger("rapporteur.requests")


class Requests:
    """Takes the id that a proxy has given, or makes one; answers for a program that breaks down; and refuses what there is
    none of the `places` for. Paths in `always` are answered however many there are."""

    def __init__(
        self, app: ASGIApp, refusals: Refusals, metrics: Metrics, places: Places, always: frozenset[str]
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
