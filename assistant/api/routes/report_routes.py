"""Writing: briefings, themes, comparisons, mandates, the check of an agenda; as JSON or as a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from assistant.api.api_models import Language
from assistant.api.callers import Caller, Served
from assistant.api.file_replies import DOCUMENTED, LISTED, SHEETS, Form, SheetForm, file_reply, form_of, off_thread
from assistant.api.report_models import (
    AgendaOut,
    BriefingBody,
    BriefingOut,
    CompareQuery,
    ComparisonOut,
    MandatesOut,
    MandatesQuery,
    OriginsOut,
    OriginsQuery,
    ThemesOut,
)
from assistant.api.route import Guarded, may
from assistant.reports.brief import Briefing
from assistant.reports.brief import Request as Briefed
from assistant.service import Service
from assistant.service.papers import Paper

T = TypeVar("T")
router = APIRouter(tags=["write"], route_class=Guarded)


@router.get("/briefings", response_model=BriefingOut, responses=DOCUMENTED)
@may("brief", counted="documents")
async def briefing(
    request: Request, service: Served, caller: Caller, asked: Annotated[BriefingBody, Query()]
) -> Response:
    """A briefing, every sentence with its source. It is made in slices between the questions of others."""
    return await _briefing(request, service, caller, asked)


@router.post("/briefings", response_model=BriefingOut, responses=DOCUMENTED)
@may("brief", counted="documents")
async def make_briefing(request: Request, service: Served, caller: Caller, asked: BriefingBody) -> Response:
    """A briefing, asked for in a body, for subjects that are to stand in no log of addresses."""
    return await _briefing(request, service, caller, asked)


async def made_briefing(service: Service, caller: Caller, asked: BriefingBody) -> Briefing:
    """The briefing that a body asks for, once it is made."""
    wanted = Briefed(asked.kind, asked.value, asked.audience, asked.language, asked.meeting, asked.mixed, asked.mode)
    return await _made(lambda: service.writing.begin_brief(caller, wanted))


async def _briefing(request: Request, service: Service, caller: Caller, asked: BriefingBody) -> Response:
    await _ready(request, service, asked.format, asked.language)
    made = await made_briefing(service, caller, asked)
    return await _reply(request, service, caller, made, asked.language, asked.format, "briefing")


@router.get("/themes", response_model=ThemesOut, responses=DOCUMENTED)
@may("themes", counted="documents")
async def themes(
    request: Request,
    service: Served,
    caller: Caller,
    language: Language = "en",
    count: Annotated[int | None, Query(ge=1, le=100, description="How many; by default as the library has it.")] = None,
    theme: Annotated[str | None, Query(max_length=200, description="The theme of this name or number alone.")] = None,
    format: Form | None = None,
) -> Response:
    """The themes of all that is held: summaries, documents over the years, gaps, places on a map."""
    await _ready(request, service, format, language)
    made = await _made(lambda: service.writing.begin_themes(caller, language, count))
    made = made if theme is None else service.writing.theme(made, theme)
    return await _reply(request, service, caller, made, language, format, "themes")


@router.get("/compare", response_model=ComparisonOut, responses=DOCUMENTED)
@may("compare", counted="documents")
async def compare(
    request: Request, service: Served, caller: Caller, asked: Annotated[CompareQuery, Query()]
) -> Response:
    """Two documents or more in a row word by word, or with a topic what each of several says on it."""
    made: Any
    await _ready(request, service, asked.format, asked.language)
    if asked.topic is None:
        made = await off_thread(lambda: service.writing.compare(caller, asked.document, asked.language))
    else:
        topic, names = asked.topic, asked.document
        made = await _made(lambda: service.writing.begin_compare_topic(caller, topic, names, asked.language))
    return await _reply(request, service, caller, made, asked.language or made.language, asked.format, "comparison")


@router.get("/origins", response_model=OriginsOut, responses=DOCUMENTED)
@may("compare", counted="documents")
async def origins(
    request: Request, service: Served, caller: Caller, asked: Annotated[OriginsQuery, Query()]
) -> Response:
    """Where the paragraphs of a document come from: the earlier documents held that have them, to the letter or nearly."""
    await _ready(request, service, asked.format, asked.language)
    made = await _made(lambda: service.writing.begin_origins(caller, asked.document, asked.place, asked.language))
    return await _reply(request, service, caller, made, asked.language or made.language, asked.format, "origins")


@router.get("/mandates", response_model=MandatesOut, responses=LISTED)
@may("mandates", counted="documents")
async def mandates(
    request: Request, service: Served, caller: Caller, asked: Annotated[MandatesQuery, Query()]
) -> Response:
    """Who is asked to do what, by when, in the resolutions held; as JSON, a document, or a sheet (`csv`, `xlsx`)."""
    made = await _made(lambda: service.writing.begin_mandates(caller, asked.wanted))
    wanted = asked.format or form_of(request.headers.get("accept", ""), SHEETS)
    return await _reply(request, service, caller, made, asked.language, wanted, "mandates")


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


async def _made(begin: Callable[[], Paper[T]]) -> T:
    """What a paper becomes, for who waits for it; it is made to its end for others, too."""
    paper = await off_thread(begin)
    return await asyncio.shield(asyncio.wrap_future(paper.future))


async def _ready(request: Request, service: Service, form: Form | None, language: str | None) -> None:
    """Refuses a form that can't be written here before any work is done."""
    wanted = form or form_of(request.headers.get("accept", ""))
    await off_thread(lambda: service.writing.ready(wanted, language))


async def _reply(
    request: Request, service: Service, caller: Caller, made: Any, language: str, form: SheetForm | None, name: str
) -> Response:
    wanted = form or form_of(request.headers.get("accept", ""))
    if wanted == "json":
        return JSONResponse(await off_thread(made.to_json))
    data = await off_thread(lambda: service.writing.made_file(caller, made, wanted, language))
    return file_reply(data, wanted, name)
