"""For those who run the service: what it holds, what was done, metrics."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response

from assistant.access.audit import Audit, Entry
from assistant.api.api_models import Page
from assistant.api.callers import Caller, Served
from assistant.api.route import Guarded, may
from assistant.api.routes.document_routes import Limit, Offset
from assistant.faults import NotHeld
from assistant.service.metrics import CONTENT_TYPE

router = APIRouter(tags=["staff"], route_class=Guarded)
metrics = APIRouter(include_in_schema=False, route_class=Guarded)


@router.get("/status")
@may("status")
def status(service: Served, caller: Caller) -> dict[str, Any]:
    """What the library holds, and what it was made with."""
    return service.status(caller)


@router.get("/audit", response_model=Page[Entry])
@may("audit")
def audit(request: Request, offset: Offset = 0, limit: Limit = 50) -> dict[str, Any]:
    """What staff did, the latest first."""
    log: Audit | None = request.app.state.audit
    if log is None:
        raise NotHeld("no-audit")
    return Page.of([asdict(each) for each in log.entries(offset, limit)], log.count(), offset)


@metrics.get("/metrics")
@may("metrics")
def metrics_text(service: Served, caller: Caller) -> Response:
    """What happened, for Prometheus."""
    return Response(service.metrics_text(caller), media_type=CONTENT_TYPE)
