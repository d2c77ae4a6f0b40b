"""Server-sent events, as the HTML standard defines them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, TypeVar

from fastapi.sse import format_sse_event
from starlette.responses import StreamingResponse

T = TypeVar("T")
MEDIA_TYPE = "text/event-stream"
QUIET_SECONDS = 15.0
"""After how many seconds of silence a comment is sent."""
_EVENT = {
    "type": "object",
    "properties": {"event": {"type": "string"}, "data": {"type": "string", "description": "JSON"}},
    "required": ["event", "data"],
}
DOCUMENTED: dict[int | str, dict[str, Any]] = {200: {"content": {MEDIA_TYPE: {"schema": _EVENT}}}}


class EventStream(StreamingResponse):
    """A response of server-sent events; proxies are asked not to hold them back."""

    media_type = MEDIA_TYPE

    # FastAPI reads the status that it describes from the default here.
    def __init__(self, events: AsyncIterator[bytes], status_code: int = 200) -> None:
        super().__init__(kept_alive(events), status_code, {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})


async def kept_alive(events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The events, with a comment now and then where none comes, so that no proxy takes the connection for dead."""
    async with aclosing(with_pauses(events, QUIET_SECONDS)) as coming:
        async for each in coming:
            yield b": waiting\n\n" if each is None else each


async def with_pauses(items: AsyncIterator[T], seconds: float) -> AsyncGenerator[T | None, None]:
    """The items, and None whenever none has come for some seconds. What is waited for is given up with the block."""
    coming: asyncio.Future[T | None] | None = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(_next(items))
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


async def _next(items: AsyncIterator[T]) -> T | None:
    return await anext(items, None)


def event(name: str, data: Mapping[str, Any]) -> bytes:
    """One event with JSON data."""
    return format_sse_event(data_str=json.dumps(data, ensure_ascii=False), event=name)
