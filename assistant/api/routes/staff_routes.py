"""Routes for operators: status, audit log, ratings, metrics, health checks; and the caller's own identity."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from assistant.access import OPERATIONS
from assistant.access.audit import Entry
from assistant.access.operations import allowed
from assistant.api.api_models import CallerOut, Page, RatedOut, RatingBody, RemovedOut
from assistant.api.authentication import AccessGate, Caller, ServiceParameter
from assistant.api.route import GuardedRoute, public_route, requires
from assistant.api.routes.document_routes import Limit, Offset
from assistant.service.metrics import CONTENT_TYPE
from assistant.service_errors import NotFound, Overloaded

rating = APIRouter(tags=["feedback"], route_class=GuardedRoute)


@rating.post("/feedback", response_model=RatedOut, status_code=201)
@requires("rate")
def rate(body: RatingBody, service: ServiceParameter, caller: Caller) -> dict[str, int]:
    """Stores a rating of an answer."""
    return {"id": service.rate(caller, **body.model_dump())}


@rating.get("/feedback", response_model=Page[dict[str, Any]])
@requires("ratings")
def ratings(service: ServiceParameter, caller: Caller, offset: Offset = 0, limit: Limit = 50) -> dict[str, Any]:
    """Lists the ratings of answers, oldest first."""
    stored, total = service.ratings(caller, offset, limit)
    return Page.of([each.to_json() for each in stored], total, offset)


@rating.delete("/feedback", response_model=RemovedOut)
@requires("ratings")
def remove(service: ServiceParameter, caller: Caller, to: Annotated[int, Query(ge=1, le=10**12)]) -> dict[str, int]:
    """Removes the ratings with numbers up to `to`."""
    return {"removed": service.remove_ratings(caller, to)}


@rating.get(
    "/feedback/cases",
    response_class=Response,
    responses={200: {"content": {"application/yaml": {"schema": {"type": "array", "items": {"type": "object"}}}}}},
)
@requires("ratings")
def cases(service: ServiceParameter, caller: Caller) -> Response:
    """Exports the ratings as YAML cases of a question set, each to be reviewed by a person."""
    return Response(service.cases(caller), media_type="application/yaml")


router = APIRouter(tags=["staff"], route_class=GuardedRoute)
metrics = APIRouter(include_in_schema=False, route_class=GuardedRoute)


@router.get("/status")
@requires("status")
def status(service: ServiceParameter, caller: Caller) -> dict[str, Any]:
    """Returns counts of what the library contains, and the versions that it was built with."""
    return service.status(caller)


@router.get("/audit", response_model=Page[Entry])
@requires("audit")
def audit(service: ServiceParameter, offset: Offset = 0, limit: Limit = 50) -> dict[str, Any]:
    """Lists the actions of staff, latest first."""
    if service.audit is None:
        raise NotFound("no-audit")
    return Page.of([asdict(each) for each in service.audit.entries(offset, limit)], service.audit.count(), offset)


@metrics.get("/metrics")
@requires("metrics")
def metrics_text(service: ServiceParameter, caller: Caller) -> Response:
    """Returns the metrics for Prometheus."""
    return Response(service.metrics_text(caller), media_type=CONTENT_TYPE)


living = APIRouter(tags=["health"], route_class=GuardedRoute)


@living.get("/health")
@public_route
async def health() -> dict[str, str]:
    """Reports that the process is alive, without using the library."""
    return {"status": "ok"}


@living.get("/ready")
@public_route
async def ready(service: ServiceParameter) -> dict[str, Any]:
    """Reports that questions are accepted now; 503 if they are not."""
    if not service.ready:
        raise Overloaded("not-ready", retry_after=10)
    return {"status": "ready", "waiting": service.question_queue.waiting}


@living.get("/me", response_model=CallerOut)
@public_route
async def me(request: Request, caller: Caller) -> dict[str, Any]:
    """Returns the caller's identity, role and permitted operations. Where everybody may read, callers without a key or an account get a session in
    a cookie: its questions are counted separately, not with those of everybody at the same address."""
    gate: AccessGate | None = request.app.state.gate
    if gate is not None and caller.kind == "anonymous":
        gate.offer_session(request)
    operations = [operation for operation in OPERATIONS if allowed(caller, operation)]
    return {"id": caller.id, "kind": caller.kind, "role": caller.role.word, "may": operations}
