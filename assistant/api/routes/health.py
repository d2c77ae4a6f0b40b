"""Whether the service lives and is ready, what it holds, and who you are to it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from assistant.access import OPERATIONS
from assistant.access.operations import allowed
from assistant.api.callers import Caller, Served
from assistant.api.models import CallerOut
from assistant.api.route import Guarded, everybody
from assistant.faults import Overloaded

router = APIRouter(tags=["health"], route_class=Guarded)


@router.get("/health")
@everybody
async def health() -> dict[str, str]:
    """That the process lives; asks nothing of the library."""
    return {"status": "ok"}


@router.get("/ready")
@everybody
async def ready(service: Served) -> dict[str, Any]:
    """That questions are taken now; 503 where they are not."""
    if not service.ready:
        raise Overloaded("Questions are not taken now.", retry_after=10)
    return {"status": "ready", "waiting": service.turns.waiting}


@router.get("/me", response_model=CallerOut)
@everybody
async def me(caller: Caller) -> dict[str, Any]:
    """Who you are to the service, and what you may do."""
    may = [operation for operation in OPERATIONS if allowed(caller, operation)]
    return {"id": caller.id, "kind": caller.kind, "role": caller.role.word, "may": may}
