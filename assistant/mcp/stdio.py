"""The MCP tools over standard input and output, for a client that starts the program itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.server import Server
from mcp.server.stdio import stdio_server
from mcp_types import INTERNAL_ERROR, CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams

from assistant.access import LOCAL
from assistant.mcp.http import PATH, Context, make_server, server_of
from assistant.service import Service

T = TypeVar("T")
_TIMEOUT = httpx2.Timeout(600.0, connect=5.0)


Address = tuple[str, str]
"""URL and access token of a server of this user."""


async def serve(service: Service) -> None:
    """Serves the library of this process to the local user until standard input ends."""
    await _run(make_server(service, lambda _: LOCAL))


async def relay(found: Callable[[], Address | None]) -> None:
    """Relays calls to the server that owns the library. `found` returns its address for each call, since it may be restarted
    meanwhile."""

    async def list_tools(context: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        return await _through(found(), lambda client: client.list_tools())

    async def call_tool(context: Context, params: CallToolRequestParams) -> CallToolResult:
        tell = context.session.report_progress
        return await _through(
            found(), lambda client: client.call_tool(params.name, params.arguments, progress_callback=tell)
        )

    await _run(server_of(list_tools, call_tool))


async def _through(address: Address | None, call: Callable[[Client], Awaitable[T]]) -> T:
    """Makes one call to the server. Raises `MCPError` for its errors, and where it does not answer."""
    fault = MCPError(INTERNAL_ERROR, "The server that used the library is not responding. Restart this program.")
    if address is None:
        raise fault
    url, token = address
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with (
            httpx2.AsyncClient(headers=headers, timeout=_TIMEOUT, trust_env=False) as http,  # no proxy lies in between
            Client(streamable_http_client(f"{url}{PATH}", http_client=http)) as client,
        ):
            try:
                return await call(client)
            except MCPError as refused:
                fault = refused
    except ExceptionGroup as group:  # the SDK's tasks end in one
        if group.split((httpx2.HTTPError, MCPError))[1] is not None:
            raise
    raise fault


async def _run(server: Server[Any]) -> None:
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())
