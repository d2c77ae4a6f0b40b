"""Who calls: the principal of a request, from its bearer token or session cookie, else from where it comes."""

from __future__ import annotations

from typing import Annotated, Protocol

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from assistant.access import Principal
from assistant.service import Service


class Gate(Protocol):
    """Tells who asks."""

    def principal(self, connection: HTTPConnection) -> Principal:
        """The principal of a connection. Raises `ServiceFault` for a key or a session that is not good."""
        ...


class OpenGate:
    """Everybody may read, nobody more."""

    def principal(self, connection: HTTPConnection) -> Principal:
        """An anonymous reader at the address of the connection."""
        return Principal.anonymous(address_of(connection), reading=True)


def address_of(connection: HTTPConnection) -> str:
    """Where a connection comes from (behind a proxy: what uvicorn makes of its headers, if it is to be trusted)."""
    return connection.client.host if connection.client else ""


def principal_of(connection: HTTPConnection) -> Principal:
    """Who asks, once for each request; for doors that are no routes of the API, such as the page."""
    known = connection.scope.get("principal")
    if not isinstance(known, Principal):
        gate: Gate = connection.app.state.gate
        known = connection.scope["principal"] = gate.principal(connection)
    return known


def _caller(request: Request) -> Principal:
    return principal_of(request)


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Caller = Annotated[Principal, Depends(_caller)]
"""Parameter of a route: who calls."""
Served = Annotated[Service, Depends(_service)]
"""Parameter of a route: the service."""
