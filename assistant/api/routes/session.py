"""Sign-in for the page: a form without scripts, and a session in a cookie that no script can read."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Form, Query, Request, status
from fastapi.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from assistant.access import Principal, Role
from assistant.access.audit import Audit
from assistant.access.failures import Failure
from assistant.access.guesses import PAUSE
from assistant.api.callers import address_of
from assistant.api.gate import COOKIE, AccessGate, same_origin
from assistant.faults import Forbidden, NotHeld, TooMany
from assistant.labels import direction, language_of, word

router = APIRouter(include_in_schema=False)

STYLE = """
body { font: 1.05rem/1.5 system-ui, sans-serif; margin: 0; color: #1d2733; background: #f4f6f8 }
main { max-width: 22rem; margin: 12vh auto 0; padding: 2rem; background: #fff; border-radius: .5rem }
h1 { font-size: 1.3rem; margin: 0 0 1rem } label { display: block; margin: .8rem 0 .2rem }
input { width: 100%; box-sizing: border-box; font: inherit; padding: .5rem; border: 1px solid #5b6b7b; border-radius: .3rem }
button { margin-top: 1.2rem; font: inherit; padding: .55rem 1.2rem; border: 0; border-radius: .3rem; color: #fff;
  background: #0b5c9e } p[role=alert] { color: #9c1c1c; margin: .8rem 0 0 }
@media (prefers-color-scheme: dark) { body { color: #e8edf2; background: #14191f } main { background: #1f262e }
  input { color: inherit; background: #14191f } p[role=alert] { color: #ff9b9b } }
"""
_PAGE = """<!doctype html>
<html lang="{reader}" dir="{direction}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="stylesheet" href="sign-in.css"></head>
<body><main><h1>{title}</h1><form method="post" action="sign-in">
<input type="hidden" name="next" value="{next}">
<label for="name">{label_name}</label><input id="name" name="name" value="{name}" autocomplete="username" required autofocus>
<label for="password">{label_password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
{alert}<button>{label_send}</button></form></main></body></html>
"""


def safe_next(target: str) -> str:
    """Where to go after signing in: a path of this site, whatever was asked for."""
    good = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if good and "\\" not in target and len(target) <= 1_000 else "/"


@router.get("/sign-in.css")
async def style() -> Response:
    """How the form looks; apart, so that the content policy needs no exception."""
    return Response(STYLE, media_type="text/css")


@router.get("/sign-in")
async def form(request: Request, next: Annotated[str, Query(max_length=1_000)] = "/") -> HTMLResponse:
    """The form."""
    return _form(language_of(request), next)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=1_000)],
    next: Annotated[str, Form(max_length=1_000)] = "/",
) -> Response:
    """Opens a session. A wrong password and a name that nobody has look the same, and take as long. After many tries one
    waits before its password is checked, and is then refused with 429 where it is wrong."""
    gate = _gate(request)
    if not same_origin(request):
        raise Forbidden("This was sent from another site. Use the form of this one.")
    address = address_of(request)
    try:
        with gate.guesses.trying(name, address) as wait:
            if wait:
                await gate.guesses.sleep(wait)
            # Checks take turns outside the pool of threads that answers everything else.
            token = await to_thread.run_sync(gate.accounts.sign_in, name, password, limiter=gate.checks)
    except TooMany:
        await run_in_threadpool(_failed, gate, "sign-in refused", name, address)
        raise
    if token is None:
        await run_in_threadpool(_failed, gate, "sign-in failed", name, address)
        if wait:
            later = {"Retry-After": str(math.ceil(max(wait, PAUSE)))}
            return _form(language_of(request), next, name, status.HTTP_429_TOO_MANY_REQUESTS, later)
        return _form(language_of(request), next, name, status.HTTP_401_UNAUTHORIZED)
    gate.guesses.right(name, address)
    audit: Audit | None = request.app.state.audit
    if audit is not None:
        who = Principal(Role.NONE, "session", f"account:{name}", address)
        await run_in_threadpool(audit.note, who, "sign-in", "")
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
        raise Forbidden("This was sent from another site. Use the page of this one.")
    token = request.cookies.get(COOKIE)
    if token:
        await run_in_threadpool(_gate(request).accounts.sign_out, token)
    response = RedirectResponse("/", status.HTTP_303_SEE_OTHER)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return response


def _failed(gate: AccessGate, what: Failure, name: str, address: str) -> None:
    """Notes a try. A name that nobody has may be a password in the wrong field."""
    gate.failures.note(what, f"account:{name if gate.accounts.known(name) else '?'}", address)


def _gate(request: Request) -> AccessGate:
    gate = request.app.state.gate
    if not isinstance(gate, AccessGate):
        raise NotHeld("Nobody can sign in here.")
    return gate


def _form(
    reader: str, target: str, name: str = "", code: int = 200, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    wrong = f'<p role="alert">{html.escape(word("wrong_password", reader))}</p>\n' if code != status.HTTP_200_OK else ""
    page = _PAGE.format(next=html.escape(safe_next(target)), name=html.escape(name), alert=wrong, reader=reader,
                        direction=direction(reader), title=word("sign_in_to", reader), label_name=word("name", reader),
                        label_password=word("password", reader), label_send=word("sign_in", reader))  # fmt: skip
    return HTMLResponse(page, code, headers)
