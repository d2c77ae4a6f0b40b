"""Conversations that are kept, in the browser, sealed, so that the service knows them again, and for those who sign in and want it, on the server; links to answers; and both as files. What is kept is drawn here when it is opened again, as every answer is."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from markupsafe import Markup
from pydantic import AwareDatetime, Field

from assistant.access import Principal
from assistant.answer_phrases import date_text
from assistant.api.api_models import Strict
from assistant.api.api_replies import file_reply
from assistant.api.authentication import Caller, Served
from assistant.api.route import Guarded, may
from assistant.export.docx import pandoc_path
from assistant.export.file_formats import render
from assistant.export.publication import Block, Heading, Note, Paragraph, Publication, Span, plain
from assistant.page.chat_turns import (
    MOST_KEPT,
    Conversation,
    Turn,
    conversations_of,
    talk_of,
    turns_before,
    turns_of_words,
    words_of_turns,
)
from assistant.page.plain_pages import Paged, page
from assistant.page.turn_html import Source, sources_of, standing_of, turn_html
from assistant.page_labels import language_of, word
from assistant.reports import report_errors_as
from assistant.row_tables import without_bars
from assistant.service import Service
from assistant.service.saved_conversations import CONVERSATIONS, Kept
from assistant.service_errors import Conflict, Invalid, NotHeld, ServiceFault
from corpus.corpus_errors import LibraryError

log = logging.getLogger("rapporteur.page")
making = APIRouter(include_in_schema=False, route_class=Guarded)
NAMED = r"^[A-Za-z0-9_-]{1,64}$"
Named = Annotated[str, Path(pattern=NAMED)]


class Opened(Strict):
    """A conversation to open again: as a browser kept it, or by its token alone where the server has it."""

    token: Annotated[str, Field(pattern=NAMED)]
    kept: Annotated[str, Field(max_length=4 * MOST_KEPT)] | None = None
    seal: Annotated[str, Field(max_length=100)] = ""


class Sealed(Strict):
    """A conversation as a browser kept it, to be kept on the server too."""

    token: Annotated[str, Field(pattern=NAMED)]
    kept: Annotated[str, Field(max_length=4 * MOST_KEPT)]
    seal: Annotated[str, Field(max_length=100)]
    changed: AwareDatetime


class Keeping(Strict):
    """Whether conversations are to be kept on the server from now on."""

    on: bool


@making.get("/conversations")
@may("ask", counted="documents")
def conversations(service: Served, caller: Caller) -> dict[str, Any]:
    """Who asks, by the name under which a browser keeps conversations; whether the server keeps them, which it has, and which were
    deleted, so that the browser has them no longer either."""
    kept = service.kept
    return {
        "who": caller.id,
        "keeping": kept.keeping(caller) if kept else None,
        "kept": kept.all(caller) if kept else [],
        "forgotten": kept.forgotten(caller) if kept else [],
    }


@making.get("/conversations/{token}.json")
@may("ask", counted="documents")
def kept_conversation(request: Request, token: Named, service: Served, caller: Caller) -> dict[str, str]:
    """A conversation for a browser to keep."""
    found = talk_of(request, token, caller.client)
    kept = words_of_turns(found.turns, found.gone)
    return {"token": token, "title": found.title, "kept": kept, "seal": kept_of(service).seal(token, kept)}


@making.post("/conversations")
@may("ask", counted="documents")
def reopen(request: Request, body: Opened, service: Served, caller: Caller) -> dict[str, str]:
    """Opens a conversation again; under another token, where somebody else has it open."""
    held, kept = conversations_of(request), kept_of(service)
    if body.token in kept.forgotten(caller):
        raise NotHeld("conversation-gone")
    found = held.find(body.token, caller.client)
    if found is None:
        if body.kept is None:
            words = kept.get(caller, body.token)
        elif kept.sealed(body.seal, body.token, body.kept):
            words = body.kept
        else:
            raise Invalid("seal-broken")
        found = held.open(body.token, caller.client, again=True)
        found.number = turns_before(words)
        for turn in turns_of_words(words):
            found.add(turn, "")
    found.redraw(partial(turn_html, service))
    return {"token": found.token}


@making.post("/conversations/kept", status_code=204)
@may("ask", counted="documents")
def keep_too(body: Sealed, service: Served, caller: Caller) -> Response:
    """Keeps on the server what a browser has kept, for who wants that."""
    kept = kept_of(service)
    if not kept.sealed(body.seal, body.token, body.kept):
        raise Invalid("seal-broken")
    title = Conversation(body.token, caller.client, turns_of_words(body.kept)).title
    kept.put(caller, body.token, title, body.kept, body.changed)
    return Response(status_code=204)


@making.post("/conversations/keeping")
@may("ask", counted="documents")
def keeping(body: Keeping, service: Served, caller: Caller) -> dict[str, Any]:
    """Has the server keep conversations of who signs in, or not."""
    kept_of(service).keep(caller, body.on)
    return conversations(service, caller)


@making.delete("/conversations")
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
    """Keeps a conversation on the server, where who has it wants that; its answers are shown whether or not it can be."""
    try:
        if service.kept is not None and service.kept.keeping(who):
            service.kept.put(who, talk.token, talk.title, words_of_turns(talk.turns, talk.gone))
    except (ServiceFault, LibraryError):
        log.exception("a conversation could not be kept")


def kept_of(service: Service) -> Kept:
    """Where a service keeps things. Raises `Conflict` where it keeps nothing."""
    if service.kept is None:
        raise Conflict("keeps-nothing")
    return service.kept


TITLE = "Questions to the conference documents"


def publication_of_turns(service: Service, turns: Sequence[Turn], gone: int = 0) -> Publication:
    """The questions as headings, below each how it was answered; in the language of most of them. That others before them are `gone`
    is said first."""
    spoken = Counter(each.answer.language for each in turns).most_common(1)[0][0]
    blocks = [block for number, turn in enumerate(turns, gone + 1) for block in _blocks(service, number, turn)]
    told = [Paragraph((Span(word("earliest_gone", spoken, count=gone), "emphasis"),))] if gone else []
    return Publication(spoken, TITLE, (*told, *blocks))


def _blocks(service: Service, number: int, turn: Turn) -> list[Block]:
    answer, sources = turn.answer, sources_of(service, turn.answer)
    stands, changed = standing_of(answer, sources)
    state = word(stands, answer.language)
    if turn.scope:
        state = f"{state}. {word('scope', answer.language, scope=turn.scope)}"
    made: list[Block] = [
        Heading(1, turn.question, f"question-{number}"),
        Paragraph((Span(state, "emphasis"),)),
        *([Paragraph(plain(changed))] if changed else []),
    ]
    for each in answer.statements:
        said = without_bars(each.text)
        words = Span(f"“{said}”" if each.verdict == "quoted" else said)
        made.append(Paragraph((words, *(_note(sources[n - 1]) for n in answer.numbers(each)))))
    return [*made, *(Paragraph(plain(line)) for line in (answer.reason, *answer.notes) if line)]


def _note(source: Source) -> Note:
    stands = f" ({source.stands})" if source.stands else ""
    cited = Span(f"{source.reference}{stands} “{source.quote}”")
    return Note((cited, Span(" "), Span(source.official, url=source.official)) if source.official else (cited,))


router = APIRouter(include_in_schema=False, route_class=Paged)
Name = Annotated[str, Path(max_length=100)]
Token = Annotated[str, Path(max_length=64)]


class Shared(Strict):
    """The turn of a conversation to which a link is to be made."""

    token: Annotated[str, Field(pattern=NAMED)]
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
    talk = talk_of(request, token, caller.client)
    return _taken(request, service, talk.turns, talk.gone)


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


def _taken(request: Request, service: Service, turns: Sequence[Turn], gone: int = 0) -> Response:
    """Turns as a file to be taken away, of the format with which the address ends."""
    form = request.url.path.rpartition(".")[2]
    with report_errors_as(Conflict):
        reply = file_reply(render(publication_of_turns(service, turns, gone), form), form, "rapporteur")
    reply.headers["Cache-Control"] = "no-store"
    return reply
