"""The tools over streamable HTTP, at `/mcp`: each request stands alone and shows its own key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import HTTPConnection, Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from assistant.access import Principal
from assistant.api.callers import identified, principal_of
from assistant.faults import Forbidden
from assistant.mcp.server import Context, make_server
from assistant.service import Service

PATH = "/mcp"


class Endpoint:
    """Passes requests on to the SDK whose sender may ask.

    Browsers say where a page that sends something is from (Origin): one that a name server has pointed at this
    machine (DNS rebinding) is refused with all others but `origins`. Programs that are no browsers say nothing.
    """

    path = PATH

    def __init__(self, service: Service, origins: Collection[str]) -> None:
        self._service = service
        self._server = make_server(service, _caller)
        self._origins = origins
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serves until the block ends."""
        self._manager = StreamableHTTPSessionManager(self._server, stateless=True)
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = self  # as FastAPI's routes do, for log and metrics
        connection = HTTPConnection(scope)
        origin = connection.headers.get("origin")
        if origin is not None and origin not in self._origins:
            raise Forbidden("other-origin")
        # What a tool costs is counted when the message is read.
        scope["principal"] = self._service.admit(await identified(connection), "ask", "documents")
        assert self._manager is not None, "requests are served while the application runs"
        await self._manager.handle_request(scope, receive, send)


def install(app: FastAPI, service: Service, origins: Collection[str] = ()) -> None:
    """Adds the door to an application."""
    endpoint = Endpoint(service, origins)
    before = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: Any) -> AsyncIterator[Any]:
        async with before(served) as state, endpoint.running():
            yield state

    app.router.lifespan_context = lifespan
    app.router.routes.append(Route(PATH, endpoint, methods=["POST"]))


def _caller(context: Context) -> Principal:
    request = context.request
    assert isinstance(request, Request), "every message comes with its request"
    return principal_of(request)
