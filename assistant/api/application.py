"""The FastAPI application over a service. Other doors are mounted on what `create_api` returns."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI

from assistant.api import problems
from assistant.api.callers import Gate, OpenGate
from assistant.api.middleware import RequestIds
from assistant.api.problems import Problem
from assistant.api.routes import asking, documents, health, keeping, rating
from assistant.service import Service

PREFIX = "/api/v1"

_REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Problem, "description": "Why the request was not fulfilled", "content": {problems.MEDIA_TYPE: {}}},
    "5XX": {"model": Problem, "description": "Why the service can't answer", "content": {problems.MEDIA_TYPE: {}}},
}


def create_api(service: Service, gate: Gate | None = None) -> FastAPI:
    """The API under `/api/v1`. `gate` tells who calls; without one everybody may read."""
    app = FastAPI(
        title="Rapporteur",
        version=version("rapporteur"),
        description="Cited answers from United Nations conference documents.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    app.state.gate = gate or OpenGate()
    problems.install(app)
    for module in (asking, documents, keeping, rating, health):
        app.include_router(module.router, prefix=PREFIX, responses=_REFUSALS)
    app.add_middleware(RequestIds)
    return app
