"""The routes of `/v1`."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from fastapi.sse import format_sse_event

from assistant.answer_phrases import say
from assistant.api.api_replies import STREAMED, EventStream
from assistant.api.authentication import Caller, Served
from assistant.api.route import Guarded, may
from assistant.completions.completion_models import ChatBody, Conversation, ErrorBody
from assistant.markdown import Rendered, ending, opening, rendered, statement_piece
from assistant.qa.answer import Answer, Finished, StatementEvent
from assistant.question_request import QuestionRequest
from assistant.service import Stream
from assistant.service_errors import NotHeld, ServiceFault

MODEL = "rapporteur"
USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
"""Tokens are not counted."""
_CODES = {"not-signed-in": "invalid_api_key", "too-many-requests": "rate_limit_exceeded"}


class Reply:
    """The envelope of one answer, whole or in chunks. `clock` gives seconds since 1970."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(clock()), "model": MODEL}

    def whole(self, answer: Answer, notes: Sequence[str] = ()) -> dict[str, Any]:
        """An answer as one completion."""
        shown = rendered(answer, notes)
        refused = answer.reason if answer.status == "refused" else None
        made = self.text(shown.text, refusal=refused, annotations=url_citations(answer, shown))
        return {**made, "rapporteur": answer.to_json()}

    def text(self, content: str, **more: Any) -> dict[str, Any]:
        """A text as one completion."""
        message = {"role": "assistant", "content": content, **more}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {**self._head, "object": "chat.completion", "choices": [choice], "usage": USAGE}

    def chunk(self, delta: Mapping[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
        """A piece of a message."""
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return {**self._head, "object": "chat.completion.chunk", "choices": [choice], **more}

    def end(self, answer: Answer, notes: Sequence[str] = ()) -> dict[str, Any]:
        """The chunk behind the last piece of an answer."""
        delta: dict[str, Any] = {"annotations": url_citations(answer, rendered(answer, notes))}
        if answer.status == "refused":
            delta["refusal"] = answer.reason
        return self.chunk(delta, "stop", rapporteur=answer.to_json())

    def usage(self) -> dict[str, Any]:
        """The chunk that ends a stream where usage is asked for."""
        return {**self._head, "object": "chat.completion.chunk", "choices": [], "usage": USAGE}


def url_citations(answer: Answer, shown: Rendered) -> list[dict[str, Any]]:
    """One annotation for each citation, in the order of their numbers, at its first mark.

    Title and address are unlike those of every other: programs that put sources of one name or address together would
    else show another source under a number. So the address is the stored one with the number as its fragment, or
    where none is stored the evidence id as a name that leads nowhere.
    """
    made = []
    for n, citation in enumerate(answer.citations, 1):
        start, end = shown.spots[n]
        url = citation.url or f"urn:rapporteur:passage:{citation.id}"
        cited = {
            "start_index": start,
            "end_index": end,
            "title": f"[{n}] {citation.locator}",
            "url": f"{url}{'-' if '#' in url else '#'}{n}",
        }
        made.append({"type": "url_citation", "url_citation": cited})
    return made


def error_of(refusal: ServiceFault) -> dict[str, Any]:
    """A refusal as such an error."""
    status, wrong = refusal.status, refusal.wrong
    kind = "server_error" if status >= 500 else "rate_limit_error" if status == 429 else "invalid_request_error"
    at = ".".join(map(str, wrong[0]["loc"])) if wrong else ""
    return {
        "error": {
            "message": "; ".join(str(each["msg"]) for each in wrong[:5]) or refusal.detail,
            "type": kind,
            "param": at.removeprefix("body").removeprefix(".") or None,
            "code": _CODES.get(refusal.code, refusal.code.replace("-", "_")),
        }
    }


def told(request: Request, refusal: ServiceFault) -> JSONResponse | None:
    """Tells every refusal under the prefix so; 422 becomes 400, as there."""
    if not request.scope["path"].startswith(f"{PREFIX}/"):
        return None
    return JSONResponse(error_of(refusal), 400 if refusal.status == 422 else refusal.status)


PREFIX = "/v1"
NOTHING = "{}"
"""What a program gets that wants titles, tags or follow-up questions written: JSON that holds none, so that it helps
itself. Nothing is written here that no document says."""

_REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "Why the request was not fulfilled", "model": ErrorBody},
    "5XX": {"description": "Why the service can't answer", "model": ErrorBody},
}

router = APIRouter(prefix=PREFIX, tags=["openai"], responses=_REFUSALS, route_class=Guarded)


class NoModel(NotHeld):
    """There is no model of this name."""

    code = "model-not-found"


def install(app: FastAPI) -> None:
    """Adds the door to an application."""
    app.state.serving_since = int(time.time())
    app.include_router(router)
    app.state.refusals.forms.append(told)


@router.get("/models")
@may("ask", counted="documents")
def models(request: Request) -> dict[str, Any]:
    """The models: one, the held documents."""
    return {"object": "list", "data": [_model(request)]}


@router.get("/models/{model}")
@may("ask", counted="documents")
def model(model: str, request: Request) -> dict[str, Any]:
    """A model."""
    _known(model)
    return _model(request)


@router.post("/chat/completions", response_model=None, responses=STREAMED)
@may("ask")
async def complete(body: ChatBody, service: Served, caller: Caller) -> dict[str, Any] | EventStream:
    """Answers the last message of a conversation in the form of OpenAI's chat completions, streamed or not."""
    _known(body.model)
    asked, wish, reply = Conversation.of(body.messages), body.rapporteur, Reply()
    question = QuestionRequest.of(
        asked.question, asked.history, language=wish.language, mode=wish.mode, scope=wish.scope
    )
    if body.stream:
        usage = body.stream_options is not None and body.stream_options.include_usage
        if not asked.chore:
            await run_in_threadpool(service.check_scope, caller, question)
        stream = None if asked.chore else service.stream(caller, question)
        return EventStream(_lines(_chunks(stream, reply, asked), reply, usage=usage))
    if asked.chore:
        return reply.text(NOTHING)
    answer = await asyncio.wrap_future(service.begin_ask(caller, question))
    return reply.whole(answer, _notes(asked, answer.language))


async def _chunks(stream: Stream | None, reply: Reply, asked: Conversation) -> AsyncIterator[dict[str, Any]]:
    """A completion in pieces: together they are the content of the whole one."""
    yield reply.chunk({"role": "assistant", "content": "" if stream else NOTHING})
    if stream is None:
        yield reply.chunk({}, "stop")
        return
    async for event in stream:
        if isinstance(event, StatementEvent):
            piece = statement_piece(event.index, event.statement, event.numbers)
            yield reply.chunk({"content": piece if event.index else opening(event.doubt) + piece})
        elif isinstance(event, Finished):
            notes = _notes(asked, event.answer.language)
            yield reply.chunk({"content": ending(event.answer, notes)})
            yield reply.end(event.answer, notes)


async def _lines(chunks: AsyncIterator[dict[str, Any]], reply: Reply, *, usage: bool) -> AsyncIterator[bytes]:
    try:
        async for chunk in chunks:
            yield _line(chunk)
        if usage:
            yield _line(reply.usage())
        yield format_sse_event(data_str="[DONE]")
    except ServiceFault as fault:
        yield _line(error_of(fault))


def _line(data: dict[str, Any]) -> bytes:
    return format_sse_event(data_str=json.dumps(data, ensure_ascii=False))


def _notes(asked: Conversation, language: str) -> tuple[str, ...]:
    return (say("unread", language),) if asked.unread else ()


def _known(model: str) -> None:
    if model != MODEL:
        raise NoModel("no-model", name=model[:100], model=MODEL)


def _model(request: Request) -> dict[str, Any]:
    since: int = request.app.state.serving_since
    return {"id": MODEL, "object": "model", "created": since, "owned_by": "rapporteur"}
