"""Saved conversations: in the browser with a signature, or for signed-in users who chose it on the server; links to answers; and both as files. Saved turns are rendered again when they are opened, like new answers."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from markupsafe import Markup
from pydantic import AwareDatetime, Field

from assistant.access import Principal
from assistant.answer_phrases import date_text
from assistant.api.api_models import Strict
from assistant.api.api_replies import file_reply
from assistant.api.route import GuardedRoute, requires
from assistant.export.docx import pandoc_path
from assistant.export.file_formats import render
from assistant.export.publication import Block, Heading, Note, Paragraph, Publication, Span, plain
from assistant.page.chat_turns import (
    MAX_KEPT,
    Conversation,
    Turn,
    conversation_of,
    conversations_of,
    parse_turns,
    serialize_turns,
    turns_before,
)
from assistant.page.plain_pages import Context, PageContext, PageRoute
from assistant.page.turn_html import Source, present_status, sources_of, turn_html
from assistant.page_labels import word
from assistant.reports import report_errors_as
from assistant.row_tables import without_bars
from assistant.service import Service
from assistant.service.saved_conversations import CONVERSATIONS, Link, SavedConversations
from assistant.service_errors import Conflict, NotFound, ServiceFault
from corpus.corpus_errors import LibraryError

log = logging.getLogger("rapporteur.page")
api_router = APIRouter(include_in_schema=False, route_class=GuardedRoute)
NAMED = r"^[A-Za-z0-9_-]{1,64}$"
Named = Annotated[str, Path(pattern=NAMED)]


class ReopenRequest(Strict):
    """A conversation to reopen: as a browser saved it, or by its token only where the server has it."""

    token: Annotated[str, Field(pattern=NAMED)]
    kept: Annotated[str, Field(max_length=4 * MAX_KEPT)] | None = None
    seal: Annotated[str, Field(max_length=100)] = ""


class SignedConversation(Strict):
    """A conversation as a browser saved it, to be saved on the server, too."""

    token: Annotated[str, Field(pattern=NAMED)]
    kept: Annotated[str, Field(max_length=4 * MAX_KEPT)]
    seal: Annotated[str, Field(max_length=100)]
    changed: AwareDatetime


class SavingChoice(Strict):
    """Whether conversations are saved on the server from now on."""

    on: bool


@api_router.get("/conversations")
@requires("ask", counted="documents")
def conversations(context: Context) -> dict[str, Any]:
    """Returns the caller's id, under which a browser saves conversations; whether the server saves them, those that it has, and those
    that were deleted, so that the browser deletes them, too."""
    saved, caller = context.service.conversations, context.caller
    return {
        "who": caller.id,
        "keeping": saved.saves_for(caller) if saved else None,
        "kept": saved.all(caller) if saved else [],
        "forgotten": saved.deleted_tokens(caller) if saved else [],
    }


@api_router.get("/conversations/{token}.json")
@requires("ask", counted="documents")
def export_conversation(token: Named, context: Context) -> dict[str, str]:
    """Returns a conversation for a browser to save."""
    found = conversation_of(context.request, token, context.caller.client)
    kept = serialize_turns(found.turns, found.gone)
    seal = saved_conversations_of(context.service).sign(token, kept)
    return {"token": token, "title": found.title, "kept": kept, "seal": seal}


@api_router.post("/conversations")
@requires("ask", counted="documents")
def reopen(body: ReopenRequest, context: Context) -> dict[str, str]:
    """Reopens a conversation; under a new token, where another client has it open."""
    service, caller = context.service, context.caller
    held, saved = conversations_of(context.request), saved_conversations_of(service)
    if body.token in saved.deleted_tokens(caller):
        raise NotFound("conversation-gone")
    found = held.find(body.token, caller.client)
    if found is None:
        if body.kept is not None:
            saved.check_seal(body.seal, body.token, body.kept)
        words = saved.get(caller, body.token) if body.kept is None else body.kept
        turns, before = parse_turns(words), turns_before(words)
        found = held.open(body.token, caller.client, again=True)
        if not found.turns:  # else another window of the caller has opened it meanwhile
            found.turns, found.number = turns, before + len(turns)
    found.redraw(partial(turn_html, service))
    return {"token": found.token}


@api_router.post("/conversations/kept", status_code=204)
@requires("ask", counted="documents")
def save_conversation(body: SignedConversation, context: Context) -> Response:
    """Saves on the server what a browser has saved, for users who chose that."""
    saved, caller = saved_conversations_of(context.service), context.caller
    saved.check_seal(body.seal, body.token, body.kept)
    title = Conversation(body.token, caller.client, parse_turns(body.kept)).title
    saved.save(caller, body.token, title, body.kept, body.changed)
    return Response(status_code=204)


@api_router.post("/conversations/keeping")
@requires("ask", counted="documents")
def set_saving(body: SavingChoice, context: Context) -> dict[str, Any]:
    """Switches saving on the server on or off for the signed-in user."""
    saved_conversations_of(context.service).set_saving(context.caller, body.on)
    return conversations(context)


@api_router.delete("/conversations")
@requires("ask", counted="documents")
def forget(
    context: Context,
    token: Annotated[list[str] | None, Query(max_length=2 * CONVERSATIONS)] = None,
    everything: bool = False,
) -> Response:
    """Deletes conversations by their tokens in memory and on the server; or all that the server has saved."""
    saved, caller = saved_conversations_of(context.service), context.caller
    can = saved.saves_for(caller) is not None
    for each in token or ():
        conversations_of(context.request).forget(each, caller.client)
        if can:
            saved.delete(caller, each)
    if everything and can:
        saved.delete(caller)
    return Response(status_code=204)


def save_on_server(service: Service, who: Principal, talk: Conversation) -> None:
    """Saves a conversation on the server, where the user chose that; errors are logged only, so that answers are shown anyway."""
    try:
        if service.conversations is not None and service.conversations.saves_for(who):
            service.conversations.save(who, talk.token, talk.title, serialize_turns(talk.turns, talk.gone))
    except (ServiceFault, LibraryError):
        log.exception("a conversation could not be kept")


def saved_conversations_of(service: Service) -> SavedConversations:
    """The store of saved conversations. Raises `Conflict` where the service has none."""
    if service.conversations is None:
        raise Conflict("keeps-nothing")
    return service.conversations


TITLE = "Questions to the conference documents"


def publication_of_turns(service: Service, turns: Sequence[Turn], gone: int = 0) -> Publication:
    """Lays out turns as a publication with the questions as headings, in the language of most of them. `gone`: number of earlier turns
    that are no longer available, stated first."""
    spoken = Counter(each.answer.language for each in turns).most_common(1)[0][0]
    blocks = [block for number, turn in enumerate(turns, gone + 1) for block in _blocks(service, number, turn)]
    notice = [Paragraph((Span(word("earliest_gone", spoken, count=gone), "emphasis"),))] if gone else []
    return Publication(spoken, TITLE, (*notice, *blocks))


def _blocks(service: Service, number: int, turn: Turn) -> list[Block]:
    answer, sources = turn.answer, sources_of(service, turn.answer)
    stands, changed = present_status(answer, sources)
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


router = APIRouter(include_in_schema=False, route_class=PageRoute)
Name = Annotated[str, Path(max_length=100)]
Token = Annotated[str, Path(max_length=64)]


class ShareRequest(Strict):
    """The turn of a conversation to share by a link."""

    token: Annotated[str, Field(pattern=NAMED)]
    turn: Annotated[int, Field(ge=1, le=1_000_000)]


@api_router.post("/answers", status_code=201)
@requires("ask", counted="rate")
def share(body: ShareRequest, context: Context) -> dict[str, str]:
    """Creates a link to an answer in the caller's conversation."""
    talk = conversations_of(context.request).find(body.token, context.caller.client)
    turn = talk.turn(body.turn) if talk else None
    if turn is None:
        raise NotFound("answer-gone")
    link = saved_conversations_of(context.service).share(context.caller, serialize_turns([turn]))
    return {"path": f"/answers/{link.name}", "until": date_text(link.until.date(), context.reader)}


@router.get("/conversations/{token}.md")
@router.get("/conversations/{token}.docx")
@requires("brief")
def conversation(token: Token, context: Context) -> Response:
    """Returns a conversation as a file."""
    talk = conversation_of(context.request, token, context.caller.client)
    return _file_of_turns(context, talk.turns, talk.gone)


@router.get("/answers/{name}.md")
@router.get("/answers/{name}.docx")
@requires("brief", counted="documents")
def file(name: Name, context: Context) -> Response:
    """Returns a shared answer as a file."""
    return _file_of_turns(context, parse_turns(_shared(context, name).content))


@router.get("/answers/{name}")
@requires("documents")
def answer(name: Name, context: Context) -> Response:
    """Shows the answer behind a link, with its sources."""
    link = _shared(context, name)
    turn = parse_turns(link.content)[0]
    return context.page(
        "answer.html",
        turn=Markup(turn_html(context.service, 1, turn, now=True, plain=True)),  # noqa: S704  (escaped)
        question=turn.question,
        name=name,
        word=pandoc_path(),
        given=date_text(link.given.date(), context.reader),
        until=date_text(link.until.date(), context.reader),
    )


def _shared(context: PageContext, name: str) -> Link:
    return saved_conversations_of(context.service).get_shared(context.caller, name)


def _file_of_turns(context: PageContext, turns: Sequence[Turn], gone: int = 0) -> Response:
    """Renders turns as a download, in the format of the address's suffix."""
    form = context.request.url.path.rpartition(".")[2]
    with report_errors_as(Conflict):
        return file_reply(render(publication_of_turns(context.service, turns, gone), form), form, "rapporteur")
