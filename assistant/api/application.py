"""The FastAPI application over a service. Other interfaces are mounted on what `create_api` returns."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from anyio import CapacityLimiter
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from assistant.api import problems
from assistant.api.admission import ConcurrencyLimits, RequestSlots
from assistant.api.authentication import IDENTIFYING, AccessGate
from assistant.api.middleware import BodyMiddleware, RequestMiddleware
from assistant.api.problems import MEDIA_TYPE, Problem
from assistant.api.routes import ask_routes, document_routes, keeping_routes, report_routes, staff_routes
from assistant.service import Service

_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
ERRORS: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "Why the request was not fulfilled; with 429 `Retry-After` says when to come back.",
        "content": _CONTENT,
    },
    "5XX": {
        "description": "Why the service cannot answer; with 503 `Retry-After` says when to come back.",
        "content": _CONTENT,
    },
}
"""Error responses of every operation, unless it has its own."""
_EXAMPLE = {
    "type": "urn:rapporteur:problem:too-many-requests",
    "title": "Too many requests",
    "status": 429,
    "detail": "More than 120 questions in a minute. Try again in 12 s.",
    "code": "rate-questions",
    "request_id": "9f86d081884c7d65",
    "faults": [],
}


class Api(FastAPI):
    """A FastAPI application whose OpenAPI description includes problem details and API keys."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI description, built once."""
        if self.openapi_schema is None:
            made = super().openapi()
            parts = made["components"]
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            parts["schemas"] |= problem.pop("$defs", {})
            parts["schemas"]["Problem"] = {**problem, "examples": [_EXAMPLE]}
            parts["securitySchemes"] = {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key: rpp_..."}
            }
            self.openapi_schema = made | {"security": [{"key": []}, {}]}
        return self.openapi_schema


PREFIX = "/api/v1"
UPLOADS = f"{PREFIX}/uploads"
"""Path of file uploads."""
FORM = 100_000
"""Most bytes of the form around an uploaded file."""
LARGER = {
    f"{PREFIX}/feedback": 200_000,
    "/v1/chat/completions": 256_000,
    f"{PREFIX}/local/": 4_000_000,
    "/conversations": 1_300_000,
    "/gradio_api/": 400_000,
}
"""Most bytes of bodies by path prefix, where more than the default is needed: ratings contain an answer; programs send whole
conversations; the local command line sends lists of files; browsers keep conversations; the page limits its calls itself."""
ALWAYS = frozenset({f"{PREFIX}/health", f"{PREFIX}/ready"})


def create_api(service: Service, gate: AccessGate | None = None) -> FastAPI:
    """Creates the API under `/api/v1`, and metrics. `gate` identifies callers; without one everybody may read. The settings of the
    service set the limits of concurrent requests and of bodies, and the origins for CORS."""
    settings = service.settings
    app = Api(
        title="Rapporteur",
        version=version("rapporteur"),
        description="Cited answers from United Nations conference documents.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=ERRORS,
    )
    app.state.service = service
    app.state.gate = gate
    app.state.identifying = CapacityLimiter(IDENTIFYING)
    app.state.refusals = refusals = problems.Refusals()
    problems.install(app, refusals)
    staff = (keeping_routes.router, staff_routes.rating, staff_routes.router, staff_routes.living, keeping_routes.local)
    for router in (ask_routes.router, document_routes.router, report_routes.router, report_routes.review, *staff):
        app.include_router(router, prefix=PREFIX)
    app.include_router(staff_routes.metrics)
    # The last one added is the outermost.
    larger = {UPLOADS: service.most_upload + FORM, **LARGER}
    app.add_middleware(BodyMiddleware, refusals=refusals, larger=larger, uploads=UPLOADS, seconds=settings.body_seconds)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=settings.cors_origins, allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type"], expose_headers=["X-Request-ID", "Retry-After"],
        )  # fmt: skip
    # One address may have four fifths of the requests; one client, or all at one address without a session, a quarter.
    requests = ConcurrencyLimits(
        settings.connections, settings.connections * 4 // 5, max(1, settings.connections // 4), "requests"
    )
    slots = RequestSlots(
        requests, ConcurrencyLimits(settings.streams, settings.streams_address, settings.streams_client, "streams")
    )
    app.add_middleware(RequestMiddleware, refusals=refusals, metrics=service.metrics, slots=slots, always=ALWAYS)
    return app
