"""Asking questions without scripts: a form and its result page. Conversations are the same as those of the page."""

from __future__ import annotations

import asyncio
import math
from functools import partial
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Form, Query
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.types import Scope as RequestScope

from assistant.access import Principal
from assistant.api.authentication import same_origin
from assistant.api.problems import fault_of
from assistant.api.route import requires
from assistant.export.docx import pandoc_path
from assistant.page.chat_turns import Conversation, Turn, conversations_of
from assistant.page.conversation_routes import save_on_server
from assistant.page.plain_pages import Context, PageContext, PageRoute, render
from assistant.page.scope_choice import (
    Choices,
    Filters,
    agenda_items,
    example_questions,
    filter_choices,
    meeting_links,
    meetings_latest_first,
    scope_of,
    scope_words,
)
from assistant.page.turn_html import MAX_QUESTION_SHOWN, earlier_html, turn_html
from assistant.page_labels import word
from assistant.qa.scope import Scope
from assistant.question_request import QuestionRequest
from assistant.service import Service
from assistant.service_errors import Forbidden, Invalid, ServiceFault, check_language

router = APIRouter(include_in_schema=False, route_class=PageRoute)

PATH = "/ask"
EXAMPLES = 4
MAX_MEETINGS, MAX_DOCUMENTS = 20, 300
"""Most meetings whose items can be chosen, and most documents listed; where there are more, users enter a symbol."""
MAX_QUESTION = 20_000
"""Most characters of a question that are accepted; the setting max_question limits what is answered."""
MAX_QUERY = 30_000
"""Most bytes of a query that are parsed: the longest question, in any script."""
Short = Annotated[str, Field(max_length=10)]
Name = Annotated[str, Field(max_length=200)]


class ScopeForm(BaseModel):
    """The scope fields of the form; empty: everything. `meeting`: id of an agenda, with `#` and the number of an item where one is
    chosen. `conversation`: token of the conversation to continue."""

    meeting: Name = ""
    document: Name = ""
    language: Short = ""
    year: Short = ""
    conversation: Annotated[str, Field(max_length=64)] = ""

    @property
    def scope(self) -> Scope | None:
        """The scope of the fields. Raises `Invalid`."""
        meeting, _, item = self.meeting.partition("#")
        if self.year and not (self.year.isascii() and self.year.isdigit() and len(self.year) == 4):
            raise Invalid("year-digits")
        if self.language:
            check_language(self.language)
        return scope_of(
            meeting, item, [self.document.strip()] if self.document.strip() else [], self.language, self.year
        )

    @property
    def any(self) -> bool:
        """Whether any scope is chosen."""
        return bool(self.meeting or self.document or self.language or self.year)


class PendingQuestion(ScopeForm):
    """The form with a question that is not sent yet."""

    ask: Annotated[str, Field(max_length=MAX_QUESTION_SHOWN)] = ""


class SentQuestion(ScopeForm):
    """The form with a question to answer."""

    question: Annotated[str, Field(max_length=MAX_QUESTION)] = ""


def first_html(service: Service, who: Principal, reader: str, scope: RequestScope) -> str:
    """What stands above Gradio on the page that a request is for: the head, how to begin, and the form, which Gradio's own one replaces."""
    query: bytes = scope["query_string"]
    given = dict(parse_qsl(query.decode("ascii", "replace"))) if len(query) < MAX_QUERY else {}
    used = {name: given.get(name, "") for name in ("ask", "meeting", "document")}
    try:
        held = meeting_links(service, who, reader)
    except Exception as error:  # noqa: BLE001  (`fault_of` logs what is not expected; who asks is told of it)
        fault_of(error, scope)
        held = []
    place = {"who": who, "here": "/", "back": "/"}
    return render(
        "first.html", reader, **place, form=given.get("tab", "ask") == "ask", given=used, path=_path(used), held=held
    )


@router.get(PATH)
@requires("ask")
def form(context: Context, chosen: Annotated[PendingQuestion, Query()]) -> Response:
    """Shows the form, and below it the conversation."""
    talk = conversations_of(context.request).find(chosen.conversation, context.caller.client)
    message = "" if talk or not chosen.conversation else word("conversation_gone", context.reader)
    return _form_page(context, chosen, chosen.ask, talk, message)


@router.post(PATH)
@requires("ask")
async def ask(context: Context, chosen: Annotated[SentQuestion, Form()]) -> Response:
    """Answers a question, and redirects to the page with the answer, which can be reloaded without asking again. An error is shown
    with the question still in the form."""
    service, caller = context.service, context.caller
    if not same_origin(context.request):
        raise Forbidden("other-site")
    conversations, text = conversations_of(context.request), chosen.question.strip()
    talk = conversations.find(chosen.conversation, caller.client)
    if not text:
        return RedirectResponse(_address(talk, chosen), 303)
    try:
        asked = QuestionRequest.of(text, talk.history if talk else (), scope=chosen.scope)
        answer = await asyncio.wrap_future(service.begin_ask(caller, asked))
    except ServiceFault as fault:
        message = f"{word('refused', context.reader)}: {fault.in_language(context.reader)}"
        response = await run_in_threadpool(_form_page, context, chosen, chosen.question, talk, message, fault.status)
        if fault.retry_after:
            response.headers["Retry-After"] = str(math.ceil(fault.retry_after))
        return response
    turn = Turn(text, scope_words(asked.scope), answer)
    drawn = await run_in_threadpool(turn_html, service, talk.number + 1 if talk else 1, turn)
    talk = conversations.open(chosen.conversation, caller.client)
    talk.add(turn, drawn)
    await run_in_threadpool(save_on_server, service, caller, talk)
    return RedirectResponse(_address(talk, chosen), 303)


def _form_page(
    context: PageContext,
    chosen: ScopeForm,
    question: str,
    talk: Conversation | None,
    message: str,
    status: int = 200,
) -> Response:
    """Renders the form with a question in it, the conversation, and a message."""
    service, who, reader = context.service, context.caller, context.reader
    filters = filter_choices(service, who, reader)
    turn = ""
    if talk:
        talk.redraw(partial(turn_html, service))
        turn = turn_html(service, talk.number, talk.turns[-1], now=True, plain=True)
    return context.page(
        "ask.html",
        status,
        question=question,
        told=message,
        chosen=chosen,
        filters=filters,
        meetings=_meetings(context, filters),
        listed=filters.documents if len(filters.documents) <= MAX_DOCUMENTS else [],
        conversation=talk.token if talk else "",
        turn=Markup(turn),  # noqa: S704  (escaped)
        earlier=Markup(earlier_html(talk, reader, last=True) if talk else ""),  # noqa: S704  (escaped)
        word=pandoc_path(),
        held=meeting_links(service, who, reader) if talk is None else [],
        examples=example_questions(service.library, reader, EXAMPLES) if talk is None else [],
        longest=MAX_QUESTION_SHOWN,
    )


def _meetings(context: PageContext, filters: Filters) -> list[tuple[str, str, Choices]]:
    """The choices of meetings, latest first, with the items of the latest ones: label, value, items."""
    latest = meetings_latest_first(context.service, context.caller)[:MAX_MEETINGS]
    items = {each.document_id: agenda_items(each) for each in latest}
    return [
        (label, value, [(title, f"{value}#{number}") for title, number in items.get(value, ())])
        for label, value in filters.meetings
        if value
    ]


def _address(talk: Conversation | None, chosen: ScopeForm) -> str:
    scope = {name: getattr(chosen, name) for name in ScopeForm.model_fields}
    return _path({**scope, "conversation": talk.token if talk else ""})


def _path(query: dict[str, str]) -> str:
    used = {name: value for name, value in query.items() if value}
    return f"{PATH}?{urlencode(used)}" if used else PATH
