"""Errors in OpenAI's form: whatever goes wrong under `/v1`, wherever it goes wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.problems import MEDIA_TYPE
from assistant.faults import ServiceFault

_CODES = {"not-signed-in": "invalid_api_key", "too-many-requests": "rate_limit_exceeded"}


def error_of(problem: Mapping[str, Any]) -> dict[str, Any]:
    """A problem (RFC 9457) as such an error."""
    status = int(problem["status"])
    code = str(problem["type"]).rpartition(":")[2]
    faults = problem.get("faults") or []
    kind = "server_error" if status >= 500 else "rate_limit_error" if status == 429 else "invalid_request_error"
    return {
        "error": {
            "message": "; ".join(str(each["detail"]) for each in faults[:5]) or str(problem["detail"]),
            "type": kind,
            "param": str(faults[0]["at"]).removeprefix("body").removeprefix(".") or None if faults else None,
            "code": _CODES.get(code, code.replace("-", "_")),
        }
    }


def of_fault(fault: ServiceFault) -> dict[str, Any]:
    """A refusal of the service as such an error, where the response has begun."""
    return error_of({"status": fault.status, "type": fault.code, "detail": fault.detail})


class Errors:
    """Turns every problem that leaves under a prefix into OpenAI's form; 422 becomes 400, as there."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app, self._prefix = app, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self._prefix):
            await self._app(scope, receive, send)
            return
        held: Message | None = None
        body = b""

        async def turned(message: Message) -> None:
            nonlocal held, body
            if (
                message["type"] == "http.response.start"
                and Headers(raw=message["headers"]).get("content-type") == MEDIA_TYPE
            ):
                held = message
            elif held is None:
                await send(message)
            elif message["type"] == "http.response.body":
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    made = json.dumps(error_of(json.loads(body)), ensure_ascii=False).encode()
                    headers = MutableHeaders(raw=held["headers"])
                    headers["content-type"], headers["content-length"] = "application/json", str(len(made))
                    await send({**held, "status": 400 if held["status"] == 422 else held["status"]})
                    await send({"type": "http.response.body", "body": made})

        await self._app(scope, receive, turned)
