"""Writing: briefings, themes, comparisons, mandates, the check of an agenda; as JSON or as a file."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from assistant.api.callers import Caller, Served
from assistant.api.file_replies import DOCUMENTED, LISTED, SHEETS, file_reply, form_of
from assistant.api.report_models import AgendaOut, BriefingOut, ComparisonOut, MandatesOut, OriginsOut, ThemesOut
from assistant.api.route import Guarded, may
from assistant.paper_requests import (
    BriefingRequest,
    ComparisonRequest,
    MandatesRequest,
    OriginsRequest,
    PaperRequest,
    ThemesRequest,
)
from assistant.question_request import Language
from assistant.service import Service
from assistant.service.papers import Paper

router = APIRouter(tags=["write"], route_class=Guarded)


@router.post("/briefings", response_model=BriefingOut, responses=DOCUMENTED)
@may("brief", counted="documents")
async def make_briefing(request: Request, service: Served, caller: Caller, asked: BriefingRequest) -> Response:
    """A briefing, asked for in a body, for subjects that are to stand in no log of addresses."""
    return await _written(request, service, caller, asked)


def _add(kind: type[PaperRequest], name: str, gives: type[BaseModel], said: str) -> None:
    @may(kind.operation, counted="documents")
    async def give(request: Request, service: Served, caller: Caller, asked: Any) -> Response:
        return await _written(request, service, caller, asked)

    give.__annotations__["asked"] = Annotated[kind, Query()]
    responses = LISTED if kind is MandatesRequest else DOCUMENTED
    router.add_api_route(f"/{kind.path}", give, response_model=gives, responses=responses, name=name, description=said)


_add(
    BriefingRequest,
    "briefing",
    BriefingOut,
    "A briefing, every sentence with its source. It is made in slices between the questions of others.",
)
_add(
    ThemesRequest,
    "themes",
    ThemesOut,
    "The themes of all that is held: summaries, documents over the years, gaps, places on a map.",
)
_add(
    ComparisonRequest,
    "compare",
    ComparisonOut,
    "Two documents or more in a row word by word, or with a topic what each of several says on it.",
)
_add(
    OriginsRequest,
    "origins",
    OriginsOut,
    "Where the paragraphs of a document come from: the earlier documents held that have them, to the letter or nearly.",
)
_add(
    MandatesRequest,
    "mandates",
    MandatesOut,
    "Who is asked to do what, by when, in the resolutions held; as JSON, a document, or a sheet (`csv`, `xlsx`).",
)


@router.get("/agenda", response_model=AgendaOut)
@may("agenda")
def agenda(
    service: Served,
    caller: Caller,
    meeting: Annotated[str, Query(max_length=200, description="Symbol of the agenda; else that of the latest.")] = "",
    language: Annotated[list[Language] | None, Query(description="In which the documents are wanted.")] = None,
) -> dict[str, Any]:
    """What an agenda announces and cites against what is held, with the commands that mend it."""
    return service.writing.agenda(caller, meeting, language or ["en"]).to_json()


async def made_paper(service: Service, caller: Caller, asked: PaperRequest) -> Any:
    """What is asked for, once it is made; it is made to its end for others, too."""
    made = await run_in_threadpool(service.writing.begin, caller, asked)
    return await asyncio.shield(asyncio.wrap_future(made.future)) if isinstance(made, Paper) else made


async def _written(request: Request, service: Service, caller: Caller, asked: PaperRequest) -> Response:
    """What is asked for as JSON or as a file. A form that can't be written here is refused before any work is done."""
    sheets = SHEETS if isinstance(asked, MandatesRequest) else {}
    form = asked.format or form_of(request.headers.get("accept", ""), sheets)
    await run_in_threadpool(service.writing.ready, form, asked.language)
    made = service.writing.part(asked, await made_paper(service, caller, asked))
    if form == "json":
        return JSONResponse(await run_in_threadpool(made.to_json))
    data = await run_in_threadpool(service.writing.made_file, caller, made, form, asked.spoken(made))
    return file_reply(data, form, asked.name)
