"""Answers that leave the page: links to them, made for who may read and opened as plain pages by those who may, until they end; and
conversations and answers as files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field

from assistant.api.callers import Caller, Served
from assistant.api.file_replies import file_reply
from assistant.api.route import Guarded, may
from assistant.export.docx import pandoc_path
from assistant.export.file_formats import render
from assistant.faults import Conflict, NotHeld
from assistant.frames import date_text
from assistant.labels import language_of
from assistant.page.chat_turns import Turn, conversations_of, talk_of, turns_of_words, words_of_turns
from assistant.page.conversation_export import publication_of_turns
from assistant.page.plain_pages import Paged, page
from assistant.page.talks import NAME, kept_of
from assistant.page.turn_html import turn_html
from assistant.reports import refused
from assistant.service import Service

making = APIRouter(include_in_schema=False, route_class=Guarded)
router = APIRouter(include_in_schema=False, route_class=Paged)
Name = Annotated[str, Path(max_length=100)]
Token = Annotated[str, Path(max_length=64)]


class Shared(BaseModel):
    """The turn of a conversation to which a link is to be made."""

    model_config = ConfigDict(extra="forbid")
    token: Annotated[str, Field(pattern=NAME)]
    turn: Annotated[int, Field(ge=1, le=1_000_000)]


@making.post("/answers", status_code=201)
@may("ask", counted="rate")
def share(request: Request, body: Shared, service: Served, caller: Caller) -> dict[str, str]:
    """Makes a link to an answer that who asks was given."""
    talk = conversations_of(request).find(body.token, caller.client)
    turn = talk.turn(body.turn) if talk else None
    if turn is None:
        raise NotHeld("answer-gone")
    link = kept_of(service).share(caller, words_of_turns([turn]))
    return {"path": f"/answers/{link.name}", "until": date_text(link.until.date(), language_of(request))}


@router.get("/conversations/{token}.md")
@router.get("/conversations/{token}.docx")
@may("brief")
def conversation(request: Request, token: Token, service: Served, caller: Caller) -> Response:
    """A conversation as a file."""
    return _taken(request, service, talk_of(request, token, caller.client).turns)


@router.get("/answers/{name}.md")
@router.get("/answers/{name}.docx")
@may("brief", counted="documents")
def file(request: Request, name: Name, service: Served, caller: Caller) -> Response:
    """An answer as a file."""
    return _taken(request, service, turns_of_words(kept_of(service).shared(caller, name).kept))


@router.get("/answers/{name}")
@may("documents")
def answer(request: Request, name: Name, service: Served, caller: Caller) -> Response:
    """The answer to which a link leads, with its sources."""
    link, reader = kept_of(service).shared(caller, name), language_of(request)
    turn = turns_of_words(link.kept)[0]
    days: dict[str, Any] = {
        "given": date_text(link.given.date(), reader),
        "until": date_text(link.until.date(), reader),
    }
    made = Markup(turn_html(service, 1, turn, now=True, plain=True))  # noqa: S704  (escaped)
    return page("answer.html", request, turn=made, question=turn.question, name=name, word=pandoc_path(), **days)


def _taken(request: Request, service: Service, turns: Sequence[Turn]) -> Response:
    """Turns as a file to be taken away, of the format with which the address ends."""
    form = request.url.path.rpartition(".")[2]
    with refused(Conflict):
        reply = file_reply(render(publication_of_turns(service, turns), form), form, "rapporteur")
    reply.headers["Cache-Control"] = "no-store"
    return reply
