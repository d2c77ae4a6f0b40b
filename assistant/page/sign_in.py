"""Sign-in for the page: a form without scripts, and a session in a cookie that no script can read; and the choice of its language."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Form, Query, Request, status
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from assistant.access import Principal, Role
from assistant.access.audit import Failure
from assistant.access.rate_limits import PAUSE
from assistant.api.authentication import COOKIE, AccessGate, client_address, same_origin
from assistant.api.route import public_route
from assistant.page.plain_pages import PageRoute, page
from assistant.page_labels import COOKIE as LANGUAGE
from assistant.page_labels import LANGUAGE_NAMES
from assistant.service_errors import Forbidden, NotFound, TooMany

router = APIRouter(include_in_schema=False)
choice = APIRouter(include_in_schema=False, route_class=PageRoute)
SECONDS = 365 * 24 * 3_600
"""Seconds for which the choice of a language is kept."""


def safe_next(target: str) -> str:
    """Where to redirect after signing in: only to a path of this site, else to `/`."""
    local = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if local and "\\" not in target and len(target) <= 1_000 else "/"


@router.get("/sign-in")
async def form(request: Request, next: Annotated[str, Query(max_length=1_000)] = "/") -> Response:
    """Shows the form."""
    return _form(request, next)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=1_000)],
    next: Annotated[str, Form(max_length=1_000)] = "/",
) -> Response:
    """Opens a session. A wrong password and an unknown name give the same reply after the same time. After many attempts the check is
    delayed, and a wrong password is then refused with 429."""
    gate = _gate(request)
    if not same_origin(request):
        raise Forbidden("other-site")
    address = client_address(request)
    try:
        with gate.guess_limits.attempt(name, address) as wait:
            if wait:
                await gate.guess_limits.sleep(wait)
            # Not in the thread pool of other requests, since checks run one at a time.
            token = await to_thread.run_sync(gate.accounts.sign_in, name, password, limiter=gate.checks)
    except TooMany:
        await run_in_threadpool(_failed, gate, "sign-in refused", name, address)
        raise
    if token is None:
        await run_in_threadpool(_failed, gate, "sign-in failed", name, address)
        if wait:
            later = {"Retry-After": str(math.ceil(max(wait, PAUSE)))}
            return _form(request, next, name, status.HTTP_429_TOO_MANY_REQUESTS, later)
        return _form(request, next, name, status.HTTP_401_UNAUTHORIZED)
    gate.guess_limits.reset(name, address)
    who = Principal(Role.NONE, "session", f"account:{name}", address)
    await run_in_threadpool(gate.audit.add, who, "sign-in", "")
    response = RedirectResponse(safe_next(next), status.HTTP_303_SEE_OTHER)
    response.set_cookie(
        COOKIE, token, max_age=gate.accounts.seconds, httponly=True, samesite="lax", path="/",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return response


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """Ends the session."""
    if not same_origin(request):
        raise Forbidden("other-site")
    token = request.cookies.get(COOKIE)
    if token:
        await run_in_threadpool(_gate(request).accounts.sign_out, token)
    response = RedirectResponse("/", status.HTTP_303_SEE_OTHER)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return response


def _failed(gate: AccessGate, what: Failure, name: str, address: str) -> None:
    """Logs a failed attempt. An unknown name is not logged: it may be a password in the wrong field."""
    gate.failure_log.add(what, f"account:{name if gate.accounts.exists(name) else '?'}", address)


def _gate(request: Request) -> AccessGate:
    gate: AccessGate | None = request.app.state.gate
    if gate is None:
        raise NotFound("no-sign-in")
    return gate


def _form(
    request: Request, target: str, name: str = "", code: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    made = page("sign-in.html", request, code, next=safe_next(target), name=name, wrong=code != status.HTTP_200_OK)
    made.headers.update(headers or {})
    return made


@choice.get("/language")
@public_route
def switch(
    request: Request, to: Annotated[str, Query(max_length=10)] = "", next: Annotated[str, Query(max_length=1_000)] = "/"
) -> Response:
    """Stores the chosen language of the page in a cookie, and redirects back."""
    response = RedirectResponse(safe_next(next), 303)
    if to in LANGUAGE_NAMES:
        response.set_cookie(
            LANGUAGE, to, max_age=SECONDS, httponly=True, samesite="lax", path="/", secure=request.url.scheme == "https"
        )
    return response
