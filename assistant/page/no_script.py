"""Asking and reading without scripts: a form, and the page that it leads to. What is asked here is a conversation like any other."""

from __future__ import annotations

import asyncio
import math
from functools import partial
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from assistant.access import Principal
from assistant.api.authentication import Caller, ServiceParameter, same_origin
from assistant.api.route import requires
from assistant.export.docx import pandoc_path
from assistant.page.chat_turns import Conversation, Turn, conversations_of
from assistant.page.plain_pages import PageRoute, page
from assistant.page.scope_choice import (
    Choices,
    Filters,
    agenda_items,
    examples,
    filters_of,
    held_meetings,
    latest_first,
    scope_of,
    scope_words,
)
from assistant.page.turn_html import LONGEST, earlier_html, turn_html
from assistant.page_labels import language_of, word
from assistant.qa.scope import Scope
from assistant.question_request import QuestionRequest
from assistant.service import Service
from assistant.service_errors import Forbidden, Invalid, ServiceFault, check_language

router = APIRouter(include_in_schema=False, route_class=PageRoute)

PATH = "/ask"
EXAMPLES = 4
MOST_MEETINGS, MOST_DOCUMENTS = 20, 300
"""Meetings whose items can be chosen, and documents that are listed; where there are more, a document is named by its symbol."""
MOST_QUESTION = 20_000
"""Characters of a question that are taken; the setting max_question says what is answered."""
MOST_QUERY = 30_000
"""Bytes behind a question mark that are looked at: the longest question, in any script."""
Short = Annotated[str, Field(max_length=10)]
Name = Annotated[str, Field(max_length=200)]


class ScopeForm(BaseModel):
    """What a question is asked of, as the form has it: `meeting` is the id of an agenda, with `#` and the number of an item
    where one is chosen; empty: everything. `conversation` is the token of that which goes on."""

    meeting: Name = ""
    document: Name = ""
    language: Short = ""
    year: Short = ""
    conversation: Annotated[str, Field(max_length=64)] = ""

    @property
    def scope(self) -> Scope | None:
        """What that means. Raises `Invalid`."""
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
        """Whether anything is chosen."""
        return bool(self.meeting or self.document or self.language or self.year)


class PendingQuestion(ScopeForm):
    """A question that waits in the form."""

    ask: Annotated[str, Field(max_length=LONGEST)] = ""


class SentQuestion(ScopeForm):
    """A question that is asked."""

    question: Annotated[str, Field(max_length=MOST_QUESTION)] = ""


def path_of(query: bytes) -> str:
    """The address of the form, with what stands behind the question mark of the page's own address as far as it has a use for it."""
    given = dict(parse_qsl(query.decode("ascii", "replace"))) if len(query) < MOST_QUERY else {}
    kept = {name: given[name] for name in ("ask", "meeting", "document") if given.get(name)}
    return f"{PATH}?{urlencode(kept)}" if kept else PATH


@router.get(PATH)
@requires("ask")
def form(
    request: Request, service: ServiceParameter, caller: Caller, chosen: Annotated[PendingQuestion, Query()]
) -> Response:
    """The form, and below it the conversation."""
    talk = conversations_of(request).find(chosen.conversation, caller.client)
    told = "" if talk or not chosen.conversation else word("conversation_gone", language_of(request))
    return _shown(request, service, caller, chosen, chosen.ask, talk, told)


@router.post(PATH)
@requires("ask")
async def ask(
    request: Request, service: ServiceParameter, caller: Caller, chosen: Annotated[SentQuestion, Form()]
) -> Response:
    """Answers, and leads to the page with the answer, which can be looked at again without asking again. What is refused is told
    there, and the question is still in the form."""
    if not same_origin(request):
        raise Forbidden("other-site")
    conversations, text = conversations_of(request), chosen.question.strip()
    talk = conversations.find(chosen.conversation, caller.client)
    if not text:
        return RedirectResponse(_address(talk, chosen), 303)
    try:
        asked = QuestionRequest.of(text, talk.history if talk else (), scope=chosen.scope)
        answer = await asyncio.wrap_future(service.begin_ask(caller, asked))
    except ServiceFault as fault:
        told = f"{word('refused', language_of(request))}: {fault.in_language(language_of(request))}"
        shown = partial(_shown, request, service, caller, chosen, chosen.question, talk, told, fault.status)
        made = await run_in_threadpool(shown)
        if fault.retry_after:
            made.headers["Retry-After"] = str(math.ceil(fault.retry_after))
        return made
    turn = Turn(text, scope_words(asked.scope), answer)
    drawn = await run_in_threadpool(turn_html, service, talk.number + 1 if talk else 1, turn)
    talk = conversations.open(chosen.conversation, caller.client)
    talk.add(turn, drawn)
    return RedirectResponse(_address(talk, chosen), 303)


def _shown(
    request: Request,
    service: Service,
    who: Principal,
    chosen: ScopeForm,
    question: str,
    talk: Conversation | None,
    told: str,
    status: int = 200,
) -> Response:
    """The form with a question that waits in it, the conversation, and what is told."""
    reader = language_of(request)
    filters = filters_of(service, who, reader)
    turn = ""
    if talk:
        talk.redraw(partial(turn_html, service))
        turn = turn_html(service, talk.number, talk.turns[-1], now=True, plain=True)
    return page(
        "ask.html",
        request,
        status,
        question=question,
        told=told,
        chosen=chosen,
        filters=filters,
        meetings=_meetings(service, who, filters),
        listed=filters.documents if len(filters.documents) <= MOST_DOCUMENTS else [],
        conversation=talk.token if talk else "",
        turn=Markup(turn),  # noqa: S704  (escaped)
        earlier=Markup(earlier_html(talk, reader, last=True) if talk else ""),  # noqa: S704  (escaped)
        word=pandoc_path(),
        held=held_meetings(service, who, reader) if talk is None else [],
        examples=examples(service.library, reader, EXAMPLES) if talk is None else [],
        longest=LONGEST,
    )


def _meetings(service: Service, who: Principal, filters: Filters) -> list[tuple[str, str, Choices]]:
    """The meetings that can be chosen, the latest first, with the items of the latest ones: label, value, items."""
    items = {each.document_id: agenda_items(each) for each in latest_first(service, who)[:MOST_MEETINGS]}
    return [
        (label, value, [(told, f"{value}#{number}") for told, number in items.get(value, ())])
        for label, value in filters.meetings
        if value
    ]


def _address(talk: Conversation | None, chosen: ScopeForm) -> str:
    query = {
        **{name: getattr(chosen, name) for name in ScopeForm.model_fields},
        "conversation": talk.token if talk else "",
    }
    kept = {name: value for name, value in query.items() if value}
    return f"{PATH}?{urlencode(kept)}" if kept else PATH
