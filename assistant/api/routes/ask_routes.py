"""Routes of questions and search."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import closing
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool

from assistant.api.api_models import AnswerOut, HitOut
from assistant.api.api_replies import STREAMED, EventStream, event
from assistant.api.authentication import Caller, ServiceParameter
from assistant.api.route import GuardedRoute, requires
from assistant.question_request import QuestionRequest
from assistant.service import Stream
from assistant.service.question_service import event_json

router = APIRouter(tags=["ask"], route_class=GuardedRoute)


@router.post("/ask", response_model=AnswerOut, response_model_exclude_unset=True)
@requires("ask")
async def ask(asked: QuestionRequest, service: ServiceParameter, caller: Caller) -> dict[str, Any]:
    """Answers a question; every statement cites exact words."""
    answer = await asyncio.wrap_future(service.begin_ask(caller, asked))
    return answer.to_json()


@router.post("/ask/stream", response_class=EventStream, responses=STREAMED)
@requires("ask")
async def ask_stream(
    asked: QuestionRequest, request: Request, service: ServiceParameter, caller: Caller
) -> EventStream:
    """Answers a question as server-sent events.

    Events are `status`, `statement` (verified, with the citations that it is the first to use) and `done`, whose
    answer is what `ask` gives; `problem` where it fails midway.
    """
    await run_in_threadpool(service.check_scope, caller, asked)
    stream = service.stream(caller, asked)
    return EventStream(_events(stream), request)


@router.get("/search", response_model=list[HitOut])
@requires("search")
async def search(
    service: ServiceParameter,
    caller: Caller,
    q: Annotated[str, Query(min_length=1, max_length=2_000, examples=["smuggled migrants in detention"])],
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
) -> list[dict[str, Any]]:
    """Finds passages, best first."""
    found = await asyncio.wrap_future(service.begin_search(caller, q, limit))
    return [each.to_json(rank) for rank, each in enumerate(found, 1)]


async def _events(stream: Stream) -> AsyncGenerator[bytes, None]:
    with closing(stream):
        async for each in stream:
            data = event_json(each)
            yield event(data["type"], data)
