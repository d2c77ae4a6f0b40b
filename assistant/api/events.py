"""Server-sent events, as the HTML standard defines them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from fastapi.sse import format_sse_event
from starlette.responses import StreamingResponse

MEDIA_TYPE = "text/event-stream"
_EVENT = {
    "type": "object",
    "properties": {"event": {"type": "string"}, "data": {"type": "string", "description": "JSON"}},
    "required": ["event", "data"],
}
DOCUMENTED: dict[int | str, dict[str, Any]] = {200: {"content": {MEDIA_TYPE: {"schema": _EVENT}}}}


class EventStream(StreamingResponse):
    """A response of server-sent events; proxies are asked not to hold them back."""

    media_type = MEDIA_TYPE

    def __init__(self, events: AsyncIterator[bytes], status_code: int = 200) -> None:
        super().__init__(events, status_code, {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})


def event(name: str, data: Mapping[str, Any]) -> bytes:
    """One event with JSON data."""
    return format_sse_event(data_str=json.dumps(data, ensure_ascii=False), event=name)
