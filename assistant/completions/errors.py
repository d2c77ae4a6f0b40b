"""Errors in OpenAI's form: whatever goes wrong under `/v1`, wherever it goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from assistant.api.problems import Refusal

_CODES = {"not-signed-in": "invalid_api_key", "too-many-requests": "rate_limit_exceeded"}


def error_of(refusal: Refusal) -> dict[str, Any]:
    """A refusal as such an error."""
    status, wrong = refusal.status, refusal.wrong
    kind = "server_error" if status >= 500 else "rate_limit_error" if status == 429 else "invalid_request_error"
    at = ".".join(map(str, wrong[0]["loc"])) if wrong else ""
    return {
        "error": {
            "message": "; ".join(str(each["msg"]) for each in wrong[:5]) or refusal.detail,
            "type": kind,
            "param": at.removeprefix("body").removeprefix(".") or None,
            "code": _CODES.get(refusal.code, refusal.code.replace("-", "_")),
        }
    }


def told_to(prefix: str) -> Callable[[Request, Refusal], JSONResponse | None]:
    """Tells every refusal under a prefix so; 422 becomes 400, as there."""

    def form(request: Request, refusal: Refusal) -> JSONResponse | None:
        if not request.scope["path"].startswith(prefix):
            return None
        return JSONResponse(error_of(refusal), 400 if refusal.status == 422 else refusal.status)

    return form
