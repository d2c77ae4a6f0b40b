"""Briefings under review, for staff."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from assistant.api.callers import Caller, Served
from assistant.api.file_replies import DOCUMENTED, file_reply, form_of
from assistant.api.route import Guarded, may
from assistant.api.routes.report_routes import made_paper
from assistant.paper_requests import BriefingRequest, Form
from assistant.service.drafts import Event

router = APIRouter(tags=["review"], route_class=Guarded)


class DraftOut(BaseModel):
    """A briefing under review; in lists without events and briefing."""

    id: str
    title: str
    state: Literal["draft", "review", "cleared"]
    created: str
    events: list[Event]
    briefing: dict[str, Any] | None


class CommentBody(BaseModel):
    """A comment on a statement, by its number in the publication, or on the whole."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=4_000)]
    statement: Annotated[int | None, Field(ge=1, le=100_000)] = None


class StateBody(BaseModel):
    """The new state of a draft."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["draft", "review", "cleared"]


@router.get("/drafts", response_model=list[DraftOut])
@may("review")
def drafts(service: Served, caller: Caller) -> list[dict[str, Any]]:
    """The briefings under review, the latest first."""
    return [each.to_json() for each in service.writing.drafts_of(caller)]


@router.post("/drafts", response_model=DraftOut, status_code=201)
@may("review")
async def add_draft(service: Served, caller: Caller, asked: BriefingRequest) -> dict[str, Any]:
    """Makes a briefing and keeps it as a draft."""
    made = await made_paper(service, caller, asked)
    return (await run_in_threadpool(service.writing.draft, caller, made)).to_json()


@router.get("/drafts/{draft_id}", response_model=DraftOut, responses=DOCUMENTED)
@may("review")
async def draft(
    request: Request, service: Served, caller: Caller, draft_id: str, format: Form | None = None
) -> Response:
    """A draft with its comments and changes; as a file with its state on the cover."""
    found = await run_in_threadpool(service.writing.drafted, caller, draft_id)
    wanted = format or form_of(request.headers.get("accept", ""))
    if wanted == "json":
        return JSONResponse(await run_in_threadpool(found.to_json))
    made = await run_in_threadpool(service.writing.reviewed, found)
    data = await run_in_threadpool(service.writing.file, caller, made, wanted)
    return file_reply(data, wanted, "briefing")


@router.post("/drafts/{draft_id}/comments", response_model=DraftOut)
@may("review")
def comment(service: Served, caller: Caller, draft_id: str, said: CommentBody) -> dict[str, Any]:
    """Comments on a statement, or on the whole."""
    return service.writing.comment(caller, draft_id, said.text, said.statement).to_json()


@router.post("/drafts/{draft_id}/state", response_model=DraftOut)
@may("review")
def move(service: Served, caller: Caller, draft_id: str, wanted: StateBody) -> dict[str, Any]:
    """Puts a draft in review, clears it, or sends it back."""
    return service.writing.move(caller, draft_id, wanted.state).to_json()
