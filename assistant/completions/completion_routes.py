"""Routes of the OpenAI-compatible API under `/v1`."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from fastapi.sse import format_sse_event

from assistant.answer_phrases import say
from assistant.api.api_replies import STREAMED, EventStream, event
from assistant.api.authentication import Caller, ServiceParameter
from assistant.api.route import GuardedRoute, requires
from assistant.completions.completion_models import ChatBody, Conversation, ErrorBody
from assistant.markdown import Rendered, ending, opening, render_answer, statement_piece
from assistant.qa.answer import Answer, Finished, StatementEvent
from assistant.question_request import QuestionRequest
from assistant.service import Stream
from assistant.service_errors import NotFound, ServiceFault

MODEL = "rapporteur"
USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
"""Tokens are not counted."""
DONE = format_sse_event(data_str="[DONE]")
_CODES = {"not-signed-in": "invalid_api_key", "too-many-requests": "rate_limit_exceeded"}


class Reply:
    """Builds the completion objects of one answer, as a whole or in chunks."""

    def __init__(self) -> None:
        self._head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": MODEL}

    def whole(self, answer: Answer, notes: Sequence[str] = ()) -> dict[str, Any]:
        """Builds the completion of an answer."""
        shown = render_answer(answer, notes)
        refused = answer.reason if answer.status == "refused" else None
        made = self.text(shown.text, refusal=refused, annotations=url_citations(answer, shown))
        return {**made, "rapporteur": answer.to_json()}

    def text(self, content: str, **more: Any) -> dict[str, Any]:
        """Builds a completion with a text."""
        message = {"role": "assistant", "content": content, **more}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {**self._head, "object": "chat.completion", "choices": [choice], "usage": USAGE}

    def chunk(self, delta: Mapping[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
        """Builds a chunk of a streamed completion."""
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return {**self._head, "object": "chat.completion.chunk", "choices": [choice], **more}

    def end(self, answer: Answer, notes: Sequence[str] = ()) -> dict[str, Any]:
        """Builds the last chunk of an answer, with annotations."""
        delta: dict[str, Any] = {"annotations": url_citations(answer, render_answer(answer, notes))}
        if answer.status == "refused":
            delta["refusal"] = answer.reason
        return self.chunk(delta, "stop", rapporteur=answer.to_json())

    def usage(self) -> dict[str, Any]:
        """Builds the chunk after the answer where the client requests usage."""
        return {**self._head, "object": "chat.completion.chunk", "choices": [], "usage": USAGE}


def url_citations(answer: Answer, shown: Rendered) -> list[dict[str, Any]]:
    """Builds an annotation for each citation, in the order of their numbers, at its first mark.

    Titles and URLs are made unique: clients that merge sources of equal title or URL would show the wrong source under a number. So
    the URL is the stored one with the number as its fragment, or a URN with the evidence id where none is stored.
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


def openai_error(refusal: ServiceFault) -> dict[str, Any]:
    """Converts an error of the service to OpenAI's error format."""
    status, wrong = refusal.status, refusal.wrong
    kind = "server_error" if status >= 500 else "rate_limit_error" if status == 429 else "invalid_request_error"
    at = ".".join(map(str, wrong[0]["loc"])) if wrong else ""
    return {
        "error": {
            "message": refusal.detail,
            "type": kind,
            "param": at.removeprefix("body").removeprefix(".") or None,
            "code": _CODES.get(refusal.code, refusal.code.replace("-", "_")),
        }
    }


def problem_reply(request: Request, refusal: ServiceFault) -> JSONResponse | None:
    """The response for an error under the prefix, in OpenAI's format, with 400 instead of 422; None for other paths."""
    if not request.scope["path"].startswith(f"{PREFIX}/"):
        return None
    return JSONResponse(openai_error(refusal), 400 if refusal.status == 422 else refusal.status)


PREFIX = "/v1"
NOTHING = "{}"
"""Reply to clients that request titles, tags or follow-up questions: JSON without any, so that they use their defaults. Nothing is
generated that no document says."""

_REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "Why the request was not fulfilled", "model": ErrorBody},
    "5XX": {"description": "Why the service cannot answer", "model": ErrorBody},
}

router = APIRouter(prefix=PREFIX, tags=["openai"], responses=_REFUSALS, route_class=GuardedRoute)


class NoModel(NotFound):
    """There is no model of this name."""

    code = "model-not-found"


def install(app: FastAPI) -> None:
    """Adds the API to an application."""
    app.state.serving_since = int(time.time())
    app.include_router(router)
    app.state.refusals.forms.append(problem_reply)


@router.get("/models")
@requires("ask", counted="documents")
def models(request: Request) -> dict[str, Any]:
    """Lists the models: one, the documents in the library."""
    return {"object": "list", "data": [_model(request)]}


@router.get("/models/{model}")
@requires("ask", counted="documents")
def model(model: str, request: Request) -> dict[str, Any]:
    """Returns a model."""
    _known(model)
    return _model(request)


@router.post("/chat/completions", response_model=None, responses=STREAMED)
@requires("ask")
async def complete(
    body: ChatBody, request: Request, service: ServiceParameter, caller: Caller
) -> dict[str, Any] | EventStream:
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
        return EventStream(_lines(stream, reply, asked, usage=usage), request, _end)
    if asked.chore:
        return reply.text(NOTHING)
    answer = await asyncio.wrap_future(service.begin_ask(caller, question))
    return reply.whole(answer, _notes(asked, answer.language))


async def _lines(
    stream: Stream | None, reply: Reply, asked: Conversation, *, usage: bool
) -> AsyncGenerator[bytes, None]:
    """Yields the chunks of a completion as events: their contents joined are that of the whole one."""
    if stream is None:
        yield event(None, reply.chunk({"role": "assistant", "content": NOTHING}))
        yield event(None, reply.chunk({}, "stop"))
    else:
        with closing(stream):
            yield event(None, reply.chunk({"role": "assistant", "content": ""}))
            async for each in stream:
                if isinstance(each, StatementEvent):
                    piece = statement_piece(each.index, each.statement, each.numbers)
                    yield event(None, reply.chunk({"content": piece if each.index else opening(each.doubt) + piece}))
                elif isinstance(each, Finished):
                    notes = _notes(asked, each.answer.language)
                    yield event(None, reply.chunk({"content": ending(each.answer, notes)}))
                    yield event(None, reply.end(each.answer, notes))
    if usage:
        yield event(None, reply.usage())
    yield DONE


def _end(fault: ServiceFault, _: Request) -> Iterable[bytes]:
    yield event(None, openai_error(fault))
    yield DONE


def _notes(asked: Conversation, language: str) -> tuple[str, ...]:
    return (say("unread", language),) if asked.unread else ()


def _known(model: str) -> None:
    if model != MODEL:
        raise NoModel("no-model", name=model[:100], model=MODEL)


def _model(request: Request) -> dict[str, Any]:
    since: int = request.app.state.serving_since
    return {"id": MODEL, "object": "model", "created": since, "owned_by": "rapporteur"}
