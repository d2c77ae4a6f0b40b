"""Conversations to be taken away as files, by the page that holds them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from assistant.api.callers import Caller, Served
from assistant.api.route import may
from assistant.faults import NotHeld
from assistant.page.chat_turns import Conversations, Turn
from assistant.page.conversation_export import to_docx, to_markdown
from assistant.page.plain_pages import Paged

router = APIRouter(include_in_schema=False, route_class=Paged)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
Token = Annotated[str, Path(max_length=64)]


@router.get("/conversations/{token}.md")
@may("brief")
def markdown(request: Request, token: Token, service: Served, caller: Caller) -> Response:
    """The conversation as Markdown."""
    text = to_markdown(service, _turns(request, token, caller.client))
    return Response(text, media_type="text/markdown; charset=utf-8", headers=named("md"))


@router.get("/conversations/{token}.docx")
@may("brief")
def docx(request: Request, token: Token, service: Served, caller: Caller) -> Response:
    """The conversation as a Word file."""
    made = to_docx(service, _turns(request, token, caller.client))
    return Response(made, media_type=WORD, headers=named("docx"))


def _turns(request: Request, token: str, client: str) -> list[Turn]:
    conversations: Conversations = request.app.state.conversations
    found = conversations.find(token, client)
    if found is None or not found.turns:
        raise NotHeld("conversation-gone")
    return found.turns


def named(kind: str) -> dict[str, str]:
    """Headers of a file to be taken away."""
    return {"Content-Disposition": f'attachment; filename="rapporteur.{kind}"', "Cache-Control": "no-store"}
