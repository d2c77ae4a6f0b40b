"""Replies other than JSON: server-sent events (as the HTML standard defines them) and files, with content negotiation."""

from __future__ import annotations

import asyncio
import json
import re
import unicodedata
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from contextlib import aclosing
from types import MappingProxyType
from typing import Any, TypeVar, cast
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.sse import format_sse_event
from starlette.responses import StreamingResponse

from assistant.api.problems import fault_of, problem, request_id
from assistant.page_labels import preferred
from assistant.paper_requests import SheetForm
from assistant.service_errors import ServiceFault

T = TypeVar("T")
MEDIA_TYPE = "text/event-stream"
MAX_LETTERS = 60
"""Most letters of a title in a file name."""
QUIET_SECONDS = 15.0
"""After how many seconds of silence a comment is sent."""
_EVENT = {
    "type": "object",
    "properties": {"event": {"type": "string"}, "data": {"type": "string", "description": "JSON"}},
    "required": ["event", "data"],
}
STREAMED: dict[int | str, dict[str, Any]] = {200: {"content": {MEDIA_TYPE: {"schema": _EVENT}}}}


EndOfStream = Callable[[ServiceFault, Request], Iterable[bytes]]
"""The events that end a stream at an error."""


def end_in_problem(fault: ServiceFault, request: Request) -> Iterable[bytes]:
    """Ends a stream at an error with the event `problem`."""
    yield event("problem", problem(fault, request_id(request)))


class EventStream(StreamingResponse):
    """A response of server-sent events that proxies should not buffer. An error after its beginning is told in the stream."""

    media_type = MEDIA_TYPE

    # FastAPI reads the status that it describes from the default here.
    def __init__(
        self,
        events: AsyncGenerator[bytes, None],
        request: Request,
        end: EndOfStream = end_in_problem,
        status_code: int = 200,
    ) -> None:
        content = with_keepalive(with_end(events, request, end))
        super().__init__(content, status_code, {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})


async def with_end(events: AsyncGenerator[bytes, None], request: Request, end: EndOfStream) -> AsyncIterator[bytes]:
    """Yields the events; where they break off with an error, a crash included, what `end` makes of it follows."""
    try:
        async with aclosing(events):
            async for each in events:
                yield each
    except Exception as error:  # noqa: BLE001  (`fault_of` logs what is not expected)
        for each in end(fault_of(error, request.scope), request):
            yield each


async def with_keepalive(events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yields the events, with a comment after `QUIET_SECONDS` of silence, so that proxies do not close the connection."""
    async with aclosing(with_pauses(events, QUIET_SECONDS)) as coming:
        async for each in coming:
            yield b": waiting\n\n" if each is None else each


async def with_pauses(items: AsyncIterator[T], seconds: float) -> AsyncGenerator[T | None, None]:
    """Yields the items, and None whenever none has come for some seconds. Closing the generator cancels the wait."""
    coming: asyncio.Future[T | None] | None = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(anext(items, None))
            done, _ = await asyncio.wait({coming}, timeout=seconds)
            if not done:
                yield None
                continue
            item, coming = coming.result(), None
            if item is None:
                return
            yield item
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.wait({coming})


def event(name: str | None, data: Mapping[str, Any]) -> bytes:
    """Formats an event, with a name or without, with JSON data."""
    return format_sse_event(data_str=json.dumps(data, ensure_ascii=False), event=name)


TYPES: dict[str, str] = {
    "md": "text/markdown",
    "html": "text/html",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
"""Media types of the file formats."""
SHEETS: dict[str, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Media types of spreadsheets, for lists."""
_BINARY = {"schema": {"type": "string", "format": "binary"}}
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "JSON, or the file where `format` or the header `Accept` names one.",
        "content": dict.fromkeys(TYPES.values(), _BINARY),
    }
}
"""OpenAPI responses of routes that return files."""
LISTED: dict[int | str, dict[str, Any]] = {
    200: {**DOCUMENTED[200], "content": dict.fromkeys([*TYPES.values(), *SHEETS.values()], _BINARY)}
}
"""The same for lists."""


def negotiate_format(accept: str, sheets: Mapping[str, str] = MappingProxyType({})) -> SheetForm:
    """The format that a header `Accept` prefers; JSON where it names no available format. `sheets`: additional media types."""
    known = {"application/json": "json", **{media: form for form, media in {**TYPES, **sheets}.items()}}
    return cast(SheetForm, next((known[media] for media in preferred(accept) if media in known), "json"))


def file_reply(data: bytes, form: str, name: str, about: str = "") -> Response:
    """A download response; the file name consists of `name` and the letters and digits of `about` (RFC 6266)."""
    media = {**TYPES, **SHEETS}[form] + ("; charset=utf-8" if form in ("md", "html", "csv") else "")
    words = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFKC", about)).strip("-")[:MAX_LETTERS].rstrip("-")
    called = f"{name}-{words}.{form}" if words else f"{name}.{form}"
    disposition = f'filename="{called if called.isascii() else f"{name}.{form}"}"'
    disposition += "" if called.isascii() else f"; filename*=UTF-8''{quote(called)}"
    return Response(data, headers={"Content-Disposition": f"attachment; {disposition}", "Content-Type": media})
