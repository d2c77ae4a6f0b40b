"""Who calls: the principal of a request, from its bearer token or session cookie, else from where it comes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from assistant.access import Principal
from assistant.service import Service

if TYPE_CHECKING:
    from assistant.api.caller_gate import AccessGate

IDENTIFYING = 8
"""Callers that are found out at once, in threads that nothing else holds."""


AGAIN_SECONDS = 5.0
"""Seconds for which it is taken that somebody is still who he was."""


def address_of(connection: HTTPConnection) -> str:
    """Where a connection comes from (behind a proxy: what uvicorn makes of its headers, if it is to be trusted)."""
    return connection.client.host if connection.client else ""


async def identified(connection: HTTPConnection) -> Principal:
    """Who asks, found out once for each request, in a thread: the store of keys may be far away, or locked. Raises what the
    gate raises, and `TooMany` for who has as many streams open as one may."""
    known = connection.scope.get("principal")
    if isinstance(known, Principal):
        return known
    gate: AccessGate | None = connection.app.state.gate
    if gate is None:
        found = Principal.anonymous(address_of(connection), reading=True)
    else:
        limiter: CapacityLimiter = connection.app.state.identifying
        found = await to_thread.run_sync(gate.principal, connection, limiter=limiter)
    connection.scope["place"].belongs(found.client)
    connection.scope["principal"] = found
    return found


async def identified_again(connection: HTTPConnection) -> Principal:
    """Who asks as it is now, while a reply is still sent; without asking as often as pieces of it are."""
    now = time.monotonic()
    if now - connection.scope.get("identified", 0.0) > AGAIN_SECONDS:
        connection.scope.pop("principal", None)
        connection.scope["identified"] = now
    return await identified(connection)


def principal_of(connection: HTTPConnection) -> Principal:
    """Who asks, where a door has found that out."""
    known = connection.scope.get("principal")
    assert isinstance(known, Principal), "the door finds out who asks before it passes a request on"
    return known


async def _caller(request: Request) -> Principal:
    return await identified(request)


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Caller = Annotated[Principal, Depends(_caller)]
"""Parameter of a route: who calls."""
Served = Annotated[Service, Depends(_service)]
"""Parameter of a route: the service."""
