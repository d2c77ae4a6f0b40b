"""Conversations to be taken away as files, by the page that holds them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from assistant.api.callers import Caller, Served
from assistant.api.file_replies import file_reply
from assistant.api.route import may
from assistant.faults import NotHeld
from assistant.page.chat_turns import Turn, conversations_of
from assistant.page.conversation_export import to_docx, to_markdown
from assistant.page.plain_pages import Paged
from assistant.service import Service

router = APIRouter(include_in_schema=False, route_class=Paged)
Token = Annotated[str, Path(max_length=64)]


@router.get("/conversations/{token}.md")
@router.get("/conversations/{token}.docx")
@may("brief")
def file(request: Request, token: Token, service: Served, caller: Caller) -> Response:
    """The conversation as a file."""
    return taken(request, service, _turns(request, token, caller.client))


def _turns(request: Request, token: str, client: str) -> list[Turn]:
    found = conversations_of(request).find(token, client)
    if found is None or not found.turns:
        raise NotHeld("conversation-gone")
    return found.turns


def taken(request: Request, service: Service, turns: Sequence[Turn]) -> Response:
    """Turns as a file to be taken away, of the format with which the address ends."""
    form = request.url.path.rpartition(".")[2]
    data = to_markdown(service, turns).encode() if form == "md" else to_docx(service, turns)
    reply = file_reply(data, form, "rapporteur")
    reply.headers["Cache-Control"] = "no-store"
    return reply
