"""What people say about answers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response, status

from assistant.api.api_models import Page, RatedOut, RatingBody, RemovedOut
from assistant.api.callers import Caller, Served
from assistant.api.route import Guarded, may
from assistant.api.routes.document_routes import Limit, Offset

router = APIRouter(tags=["feedback"], route_class=Guarded)


@router.post("/feedback", response_model=RatedOut, status_code=status.HTTP_201_CREATED)
@may("rate")
def rate(body: RatingBody, service: Served, caller: Caller) -> dict[str, int]:
    """Keeps what you say about an answer."""
    return {"id": service.rate(caller, **body.model_dump())}


@router.get("/feedback", response_model=Page[dict[str, Any]])
@may("ratings")
def ratings(service: Served, caller: Caller, offset: Offset = 0, limit: Limit = 50) -> dict[str, Any]:
    """What people said about answers, oldest first."""
    kept, total = service.ratings(caller, offset, limit)
    return Page.of([each.to_json() for each in kept], total, offset)


@router.delete("/feedback", response_model=RemovedOut)
@may("ratings")
def remove(service: Served, caller: Caller, to: Annotated[int, Query(ge=1, le=10**12)]) -> dict[str, int]:
    """Removes the ratings with numbers up to `to`."""
    return {"removed": service.remove_ratings(caller, to)}


@router.get(
    "/feedback/cases",
    response_class=Response,
    responses={200: {"content": {"application/yaml": {"schema": {"type": "array", "items": {"type": "object"}}}}}},
)
@may("ratings")
def cases(service: Served, caller: Caller) -> Response:
    """The ratings as YAML cases of a question set, each to be reviewed by a person."""
    return Response(service.cases(caller), media_type="application/yaml")
