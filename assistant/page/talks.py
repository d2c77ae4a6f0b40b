"""What the page's script asks for to keep conversations: in the browser, sealed, so that the service knows them again; and for
those who sign in and want it, on the server. What is kept is drawn here when it is opened again, as every answer is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from assistant.access import Principal
from assistant.api.callers import Caller, Served
from assistant.api.route import Guarded, may
from assistant.faults import Conflict, Invalid
from assistant.page.chat_turns import MOST_KEPT, Conversation, conversations_of, talk_of, turns_of_words, words_of_turns
from assistant.page.turn_html import turn_html
from assistant.service import Service
from assistant.service.kept import CONVERSATIONS, Kept

router = APIRouter(include_in_schema=False, route_class=Guarded)
NAME = r"^[A-Za-z0-9_-]{1,64}$"
Token = Annotated[str, Path(pattern=NAME)]
BODY = 2 * MOST_KEPT + 50_000
"""Bytes that a conversation may have when it is opened again: JSON within JSON, most of it with an escape more."""


class _Known(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Opened(_Known):
    """A conversation to open again: as a browser kept it, or by its token alone where the server has it."""

    token: Annotated[str, Field(pattern=NAME)]
    kept: Annotated[str, Field(max_length=4 * MOST_KEPT)] | None = None
    seal: Annotated[str, Field(max_length=100)] = ""


class Keeping(_Known):
    """Whether conversations are to be kept on the server from now on."""

    on: bool


@router.get("/conversations")
@may("ask", counted="documents")
def conversations(service: Served, caller: Caller) -> dict[str, Any]:
    """Who asks, by the name under which a browser keeps conversations; whether the server keeps them, and which it has."""
    kept = service.kept
    return {
        "who": caller.id,
        "keeping": kept.keeping(caller) if kept else None,
        "kept": kept.all(caller) if kept else [],
    }


@router.get("/conversations/{token}.json")
@may("ask", counted="documents")
def conversation(request: Request, token: Token, service: Served, caller: Caller) -> dict[str, str]:
    """A conversation for a browser to keep."""
    found = talk_of(request, token, caller.client)
    kept = words_of_turns(found.turns)
    return {"token": token, "title": found.title, "kept": kept, "seal": kept_of(service).seal(token, kept)}


@router.post("/conversations")
@may("ask", counted="documents")
def reopen(request: Request, body: Opened, service: Served, caller: Caller) -> dict[str, str]:
    """Opens a conversation again; under another token, where somebody else has it open."""
    held, kept = conversations_of(request), kept_of(service)
    found = held.find(body.token, caller.client)
    if found is None:
        if body.kept is None:
            words = kept.get(caller, body.token)
        elif kept.sealed(body.seal, body.token, body.kept):
            words = body.kept
        else:
            raise Invalid("seal-broken")
        found = held.open(body.token, caller.client, again=True)
        for number, turn in enumerate(turns_of_words(words), 1):
            found.add(turn, turn_html(service, number, turn))
    return {"token": found.token}


@router.post("/conversations/keeping")
@may("ask", counted="documents")
def keeping(body: Keeping, service: Served, caller: Caller) -> dict[str, Any]:
    """Has the server keep conversations of who signs in, or not."""
    kept_of(service).keep(caller, body.on)
    return conversations(service, caller)


@router.delete("/conversations")
@may("ask", counted="documents")
def forget(
    request: Request,
    service: Served,
    caller: Caller,
    token: Annotated[list[str] | None, Query(max_length=2 * CONVERSATIONS)] = None,
    everything: bool = False,
) -> Response:
    """Forgets conversations by their tokens, wherever they are; or all that the server keeps."""
    kept = kept_of(service)
    can = kept.keeping(caller) is not None
    for each in token or ():
        conversations_of(request).forget(each, caller.client)
        if can:
            kept.forget(caller, each)
    if everything and can:
        kept.forget(caller)
    return Response(status_code=204)


def keep_there(service: Service, who: Principal, talk: Conversation) -> None:
    """Keeps a conversation on the server, where who has it wants that."""
    if service.kept is not None and service.kept.keeping(who):
        service.kept.put(who, talk.token, talk.title, words_of_turns(talk.turns))


def kept_of(service: Service) -> Kept:
    """Where a service keeps things. Raises `Conflict` where it keeps nothing."""
    if service.kept is None:
        raise Conflict("keeps-nothing")
    return service.kept
