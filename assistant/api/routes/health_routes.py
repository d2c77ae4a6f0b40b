"""Whether the service lives and is ready, what it holds, and who you are to it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from assistant.access import OPERATIONS
from assistant.access.operations import allowed
from assistant.api.api_models import CallerOut
from assistant.api.caller_gate import AccessGate
from assistant.api.callers import Caller, Served
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
        raise Overloaded("not-ready", retry_after=10)
    return {"status": "ready", "waiting": service.turns.waiting}


@router.get("/me", response_model=CallerOut)
@everybody
async def me(request: Request, caller: Caller) -> dict[str, Any]:
    """Who you are to the service, and what you may do. Where everybody may read, who has no key and no account gets a session in a cookie: its
    questions are counted by themselves, not with those of all at the same address."""
    gate: AccessGate | None = request.app.state.gate
    if gate is not None and caller.kind == "anonymous":
        gate.welcome(request)
    may = [operation for operation in OPERATIONS if allowed(caller, operation)]
    return {"id": caller.id, "kind": caller.kind, "role": caller.role.word, "may": may}
