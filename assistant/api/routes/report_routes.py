"""Routes of papers (briefings, themes, comparisons, mandates, agenda checks), as JSON or as a file; and of drafts under review, for staff."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from assistant.api.api_models import AgendaOut, BriefingOut, ComparisonOut, MandatesOut, OriginsOut, Strict, ThemesOut
from assistant.api.api_replies import DOCUMENTED, LISTED, SHEETS, EventStream, event, file_reply, negotiate_format
from assistant.api.authentication import Caller, ServiceParameter
from assistant.api.route import GuardedRoute, requires
from assistant.api.routes.keeping_routes import local
from assistant.paper_requests import (
    BriefingRequest,
    ComparisonRequest,
    Form,
    MandatesRequest,
    OriginsRequest,
    PaperRequest,
    ThemesRequest,
)
from assistant.service import Service
from assistant.service.paper_queue import Paper, PaperQueue
from assistant.service.paper_service import Event, State
from corpus.documents import Language

router = APIRouter(tags=["write"], route_class=GuardedRoute)
LOOK_SECONDS = 0.2
"""Seconds between two checks of a paper's progress."""


@router.post("/briefings", response_model=BriefingOut, responses=DOCUMENTED)
@requires("brief", counted="documents")
async def make_briefing(
    request: Request, service: ServiceParameter, caller: Caller, asked: BriefingRequest
) -> Response:
    """Returns a briefing. Its subject is in the body, so that it appears in no log of URLs."""
    return await _paper_reply(request, service, caller, asked)


def _add(kind: type[PaperRequest], name: str, gives: type[BaseModel]) -> None:
    @requires(kind.operation, counted="documents")
    async def give(request: Request, service: ServiceParameter, caller: Caller, asked: Any) -> Response:
        return await _paper_reply(request, service, caller, asked)

    give.__annotations__["asked"] = Annotated[kind, Query()]
    responses = LISTED if kind is MandatesRequest else DOCUMENTED
    router.add_api_route(
        f"/{kind.path}", give, response_model=gives, responses=responses, name=name, description=gives.__doc__
    )

    @requires(kind.operation, counted="documents")
    async def follow(request: Request, service: ServiceParameter, caller: Caller, asked: Any) -> EventStream:
        begun = await run_in_threadpool(service.papers.begin, caller, asked)
        return EventStream(_parts(service.papers.queue, begun), request)

    follow.__annotations__["asked"] = kind
    local.add_api_route(f"/papers/{kind.path}", follow, methods=["POST"])


for _kind, _name, _gives in (
    (BriefingRequest, "briefing", BriefingOut),
    (ThemesRequest, "themes", ThemesOut),
    (ComparisonRequest, "compare", ComparisonOut),
    (OriginsRequest, "origins", OriginsOut),
    (MandatesRequest, "mandates", MandatesOut),
):
    _add(_kind, _name, _gives)


async def _parts(queue: PaperQueue, made: Any) -> AsyncGenerator[bytes, None]:
    """Yields the progress of a paper as events `part` until it has ended, while it waits with the number of those before it; its result or
    error comes with the request for the paper."""
    sent, ended = ("", 0, 0), False
    while isinstance(made, Paper) and not ended:
        ended = made.future.done()
        ahead, _ = queue.ahead(made)
        now = (f"papers to be finished before this one: {ahead}", 0, 0) if ahead else (made.part, made.done, made.total)
        if (made.total or ahead) and now != sent:
            sent = now
            yield event("part", dict(zip(("part", "done", "total"), now, strict=True)))
        if not ended:
            await asyncio.sleep(LOOK_SECONDS)


@router.get("/agenda", response_model=AgendaOut)
@requires("agenda")
def agenda(
    service: ServiceParameter,
    caller: Caller,
    meeting: Annotated[str, Query(max_length=200, description="Symbol of the agenda; by default the latest.")] = "",
    language: Annotated[list[Language] | None, Query(description="Language needed; by default the agenda's.")] = None,
) -> dict[str, Any]:
    """Compares what an agenda announces and cites with the library, with the commands that add what is missing."""
    return service.papers.agenda(caller, meeting, language or ()).to_json()


async def wait_for_paper(service: Service, caller: Caller, asked: PaperRequest) -> Any:
    """Waits for a requested paper. It is completed for others even if the caller leaves."""
    made = await run_in_threadpool(service.papers.begin, caller, asked)
    return await asyncio.shield(asyncio.wrap_future(made.future)) if isinstance(made, Paper) else made


async def _paper_reply(request: Request, service: Service, caller: Caller, asked: PaperRequest) -> Response:
    """Replies with a paper as JSON or as a file. A format that can't be written here is refused before any work."""
    sheets = SHEETS if isinstance(asked, MandatesRequest) else {}
    form = asked.format or negotiate_format(request.headers.get("accept", ""), sheets)
    await run_in_threadpool(service.papers.check_form, form, asked.language)
    made = service.papers.part(asked, await wait_for_paper(service, caller, asked))
    if form == "json":
        return JSONResponse(await run_in_threadpool(made.to_json))
    data = await run_in_threadpool(service.papers.render_report, caller, made, form, asked.output_language(made))
    return file_reply(data, form, asked.name, asked.file_label)


review = APIRouter(tags=["review"], route_class=GuardedRoute)


class DraftOut(BaseModel):
    """A briefing under review; in lists without events and briefing. `changed`: symbols of documents that no longer say what it quotes;
    null in lists, where that is not checked."""

    id: str
    title: str
    state: State
    created: str
    changed: list[str] | None
    events: list[Event]
    briefing: dict[str, Any] | None


class CommentBody(Strict):
    """A comment on a statement, by its number in the publication, or on the whole."""

    text: Annotated[str, Field(min_length=1, max_length=4_000)]
    statement: Annotated[int | None, Field(ge=1, le=100_000)] = None


class StateBody(Strict):
    """The new state of a draft."""

    state: State


@review.get("/drafts", response_model=list[DraftOut])
@requires("review")
def drafts(service: ServiceParameter, caller: Caller) -> list[dict[str, Any]]:
    """Lists the briefings under review, latest first."""
    return [each.to_json() for each in service.papers.drafts(caller).all()]


@review.post("/drafts", response_model=DraftOut, status_code=201)
@requires("review")
async def add_draft(service: ServiceParameter, caller: Caller, asked: BriefingRequest) -> dict[str, Any]:
    """Generates a briefing and stores it as a draft."""
    drafts = await run_in_threadpool(service.papers.drafts, caller)  # first: raises where drafts cannot be stored
    made = await wait_for_paper(service, caller, asked)
    return (await run_in_threadpool(drafts.add, made)).to_json()


@review.get("/drafts/{draft_id}", response_model=DraftOut, responses=DOCUMENTED)
@requires("review")
def draft(
    request: Request, service: ServiceParameter, caller: Caller, draft_id: str, format: Form | None = None
) -> Response:
    """Returns a draft with its comments and changes; as a file, its state is on the cover."""
    found = service.papers.drafts(caller).get(draft_id)
    wanted = format or negotiate_format(request.headers.get("accept", ""))
    if wanted == "json":
        return JSONResponse(found.to_json())
    data = service.papers.render_draft(caller, found, wanted)
    return file_reply(data, wanted, "briefing", found.title)


@review.post("/drafts/{draft_id}/comments", response_model=DraftOut)
@requires("review")
def comment(service: ServiceParameter, caller: Caller, draft_id: str, body: CommentBody) -> dict[str, Any]:
    """Adds a comment, on a statement or on the whole draft."""
    return service.papers.drafts(caller).comment(draft_id, body.text, body.statement).to_json()


@review.post("/drafts/{draft_id}/state", response_model=DraftOut)
@requires("review")
def move(service: ServiceParameter, caller: Caller, draft_id: str, wanted: StateBody) -> dict[str, Any]:
    """Changes the state of a draft: in review, cleared, or back to draft."""
    return service.papers.drafts(caller).move(draft_id, wanted.state).to_json()
