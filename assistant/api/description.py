"""The description of the API (OpenAPI): every operation with its errors, in their one form unless it has another, and how
to say who you are."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from assistant.api.problems import MEDIA_TYPE, Problem

_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
ERRORS: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "Why the request was not fulfilled; with 429 `Retry-After` says when to come back.",
        "content": _CONTENT,
    },
    "5XX": {
        "description": "Why the service can't answer; with 503 `Retry-After` says when to come back.",
        "content": _CONTENT,
    },
}
"""How every operation says why it is not done, unless it says so otherwise."""
_EXAMPLE = {
    "type": "urn:rapporteur:problem:too-many-requests",
    "title": "Too many requests",
    "status": 429,
    "detail": "More than 120 questions in a minute. Try again in 12 s.",
    "code": "rate-questions",
    "request_id": "9f86d081884c7d65",
    "faults": [],
}


def describe(app: FastAPI) -> None:
    """Has an application describe itself so."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    parts = made.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {})
    schemas["Problem"] = {**problem, "examples": [_EXAMPLE]}
    parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "description": "An API key: rpp_..."}}
    made["security"] = [{"key": []}, {}]
    return made
