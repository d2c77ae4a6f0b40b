"""The tab for questions: the conversation, earlier conversations, filters, example questions, ratings."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency
from starlette.concurrency import run_in_threadpool

from assistant.export.docx import pandoc_path
from assistant.page.chat_turns import Conversation, Conversations, Turn
from assistant.page.conversation_routes import save_on_server
from assistant.page.gradio_html import caller_of, carrier, query_params, reader_language
from assistant.page.plain_pages import carried, marked
from assistant.page.scope_choice import (
    choice_of_all,
    example_questions,
    filter_choices,
    item_choices,
    scope_of,
    scope_words,
)
from assistant.page.turn_html import MAX_QUESTION_SHOWN, earlier_html, refused_html, turn_html, waiting_html
from assistant.page_labels import mark, word
from assistant.qa.answer import Answer, AnswerStatus, Finished, Statement, StatementEvent
from assistant.question_request import QuestionRequest
from assistant.service import Service
from assistant.service.question_service import Closed, Status, Stream
from assistant.service_errors import ServiceFault, from_library_error
from corpus.corpus_errors import LibraryError
from corpus.language import detect_language

log = logging.getLogger("rapporteur.page")

EXAMPLES = 6
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build(service: Service, conversations: Conversations, blocks: gr.Blocks) -> None:
    """Fills the tab."""
    with gr.Row(elem_id="rp-desk"):
        with gr.Column(elem_id="rp-talk", min_width=0):
            _AskTab(service, conversations).connect(blocks)
        with gr.Column(elem_id="rp-side", min_width=0):
            carrier("rp-talks", marked("talks.html"))


@dataclass
class _PendingTurn:
    """A question that is being answered: its number in the conversation, its text, a description of its scope, its language,
    and the statements of the answer so far."""

    number: int
    question: str
    scope: str
    language: str
    statements: list[Statement] = field(default_factory=list)

    def waiting(self, stage: str, ahead: int = 0) -> str:
        """The HTML of the question before the first statement."""
        return waiting_html(self.number, self.question, self.scope, word(stage, self.language, ahead=ahead))

    def partial(self, *, tentative: bool) -> Turn:
        """The turn with the statements so far."""
        status: AnswerStatus = "tentative" if tentative else "answered"
        answer = Answer(self.question, self.language, status, "", tuple(self.statements))
        return Turn(self.question, self.scope, answer)


class _AskTab:
    """The components of the tab for questions, in the order in which they are shown, and the handlers of their events."""

    def __init__(self, service: Service, conversations: Conversations) -> None:
        self._service, self._conversations = service, conversations
        self._streams: dict[tuple[str, str | None], Stream] = {}
        """Streams of answers that are being written, by client and window."""
        self._token, self._question_in_url = gr.State(""), gr.State("")
        self._build_question_form()
        self._past, self._now = carrier("rp-past"), carrier("rp-answer")
        self._build_after_answer()
        # The script fills and clicks these to show a reopened conversation. Hidden by the style sheet: in the first tab Gradio shows
        # components that should only exist.
        self._opened = gr.Textbox("", elem_id="rp-opened", max_length=64)
        self._reopen = gr.Button("", elem_id="rp-reopen")
        self._build_filters()

    def _build_question_form(self) -> None:
        """The text field with its buttons, and the example questions."""
        with gr.Row(elem_classes="rp-composer"):
            self._question = gr.Textbox("",
                label=mark("your_question"), placeholder=mark("ask_question"), lines=1,
                max_lines=6, elem_id="rp-question", scale=10, autofocus=True,
            )  # fmt: skip
            self._ask = gr.Button(mark("ask"), variant="primary", elem_id="rp-ask", scale=0)
            self._stop = gr.Button(mark("stop"), variant="stop", elem_id="rp-stop", scale=0, visible=False)
        with gr.Column(elem_id="rp-welcome") as self._welcome:
            with gr.Row(elem_classes="rp-examples"):
                self._examples = [gr.Button("", visible=False, size="sm") for _ in range(EXAMPLES)]
            carrier("rp-about", marked("about.html"))

    def _build_after_answer(self) -> None:
        """What is shown below an answer: its rating, its downloads, a new conversation."""
        with gr.Column(visible=False, elem_id="rp-after") as self._after:
            with gr.Accordion(mark("was_right"), open=False, elem_id="rp-rating"):
                self._verdict = gr.Radio(
                    [(f"👍 {mark('right')}", "1"), (mark("partly"), "0"), (f"👎 {mark('wrong')}", "-1")],
                    label=mark("last_answer"),
                )
                self._comment = gr.Textbox("", label=mark("better"), lines=2, max_length=2_000)
                self._send = gr.Button(mark("send"), elem_id="rp-send")
                self._thanks = carrier("rp-thanks")
            self._export = carrier("rp-export")
            self._new_conversation = gr.Button(mark("new_conversation"), elem_id="rp-anew")

    def _build_filters(self) -> None:
        """The filters that limit the scope of a question."""
        with gr.Accordion(mark("only_some"), open=False, elem_id="rp-filters") as self._filter_box, gr.Row():
            self._meeting = gr.Dropdown(choice_of_all(None), value="", label=mark("meeting"))
            self._item = gr.Dropdown(choice_of_all(None), value="", label=mark("agenda_item"))
            self._documents = gr.Dropdown([], value=[], label=mark("documents"), multiselect=True)
            self._language = gr.Dropdown(choice_of_all(None), value="", label=mark("text_language"))
            self._year = gr.Dropdown(choice_of_all(None), value="", label=mark("document_year"))

    def connect(self, blocks: gr.Blocks) -> None:
        """Connects the events of the components with their handlers."""
        self._answer_on(partial(gr.on, [self._ask.click, self._question.submit]))
        self._stop.click(self._close_stream, None, [self._now, self._ask, self._stop], **QUIET)
        conversation_view = [self._welcome, self._past, self._now, self._after]
        self._new_conversation.click(
            lambda: [gr.Column(visible=True), "", "", gr.Column(visible=False), ""],
            None, [*conversation_view, self._token], **QUIET,
        )  # fmt: skip
        self._reopen.click(
            self._reopened_values, self._opened, [*conversation_view, self._export, self._token], **QUIET
        )
        for button in self._examples:
            self._answer_on(button.click(lambda text: text, button, self._question, **QUIET).then)
        self._send.click(self._send_rating, [self._verdict, self._comment, self._token], self._thanks, **QUIET)
        self._meeting.change(self._find_items, self._meeting, self._item, **QUIET)
        loaded = blocks.load(
            self._initial_values, None,
            [self._filter_box, self._meeting, self._documents, self._language, self._year, self._question_in_url,
             self._question, *self._examples], **QUIET,
        )  # fmt: skip
        self._answer_on(loaded.then, self._question_in_url)

    def _answer_on(self, listen: Callable[..., Dependency], question: Component | None = None) -> Dependency:
        """Makes an event start an answer to a question, else to that in the form; on any failure the form is usable again."""
        filters = [self._meeting, self._item, self._documents, self._language, self._year]
        outputs = [
            self._welcome, self._past, self._now, self._after, self._export, self._token,
            self._ask, self._stop, self._verdict, self._comment, self._thanks,
        ]  # fmt: skip
        inputs = [question or self._question, self._token, *filters]
        answering = listen(self._answer, inputs, outputs, concurrency_limit=None, **QUIET)
        answering.failure(_show_failure, None, [self._now, self._ask, self._stop], **QUIET)
        return answering

    async def _answer(
        self,
        question: str | None,
        token: str,
        meeting: str,
        item: str,
        documents: list[str],
        language: str,
        year: str,
        request: gr.Request,
    ) -> AsyncIterator[dict[Any, Any]]:
        text = (question or "").strip()
        if not text:
            yield {self._now: gr.skip()}
            return
        who = caller_of(request)
        conversation = self._conversations.find(token, who.client)
        scope = scope_of(meeting, item, documents, language, year)
        number = conversation.number + 1 if conversation else 1
        pending = _PendingTurn(number, text, scope_words(scope), detect_language(text))
        waiting = self._waiting_values(
            pending, earlier_html(conversation, reader_language(request)) if conversation else ""
        )
        window, stream = (who.client, request.session_hash), None
        try:
            history = conversation.history if conversation else ()
            stream = self._service.stream(who, QuestionRequest.of(text, history, scope=scope))
            self._streams[window] = stream  # before Stop is shown
            yield waiting
            async for event in stream:
                if isinstance(event, Status):
                    stage = "writing" if event.stage == "writing" else "waiting" if event.ahead else "searching"
                    yield {self._now: pending.waiting(stage, event.ahead)}
                elif isinstance(event, StatementEvent):
                    pending.statements.append(event.statement)
                    turn = pending.partial(tentative=bool(event.doubt))
                    yield {self._now: await self._draw(pending.number, turn, whole=False, now=True)}
                elif isinstance(event, Finished):
                    yield await self._finished_values(pending, event.answer, token, request)
        except Closed:
            yield {self._now: "", **self._ready_values()}
        except (ServiceFault, LibraryError) as error:
            fault = from_library_error(error, trusted=who.trusted) if isinstance(error, LibraryError) else error
            yield {**waiting, **self._refused_values(pending, fault.in_language(pending.language))}
        except Exception:  # the form is to be usable again, whatever has happened
            log.exception("an answer to the page broke down")
            yield {**waiting, **self._refused_values(pending, word("fault", pending.language))}
        finally:
            if self._streams.get(window) is stream:
                self._streams.pop(window, None)

    def _close_stream(self, request: gr.Request) -> list[Any]:
        """Gives up the answer that is being written in a window; returns the values of answer and buttons. The event is not
        cancelled: Gradio does not always find its task."""
        if stream := self._streams.get((caller_of(request).client, request.session_hash)):
            stream.close()
        return ["", gr.Button(visible=True), gr.Button(visible=False)]

    async def _draw(self, number: int, turn: Turn, **options: bool) -> str:
        return await run_in_threadpool(turn_html, self._service, number, turn, **options)

    def _waiting_values(self, pending: _PendingTurn, earlier: str) -> dict[Any, Any]:
        """Values of the tab while a question waits for its answer; `earlier` is the HTML of the turns before it."""
        return {
            self._welcome: gr.Column(visible=False),
            self._past: earlier,
            self._now: pending.waiting("searching"),
            self._after: gr.Column(visible=False),
            self._verdict: None,
            self._comment: "",
            self._thanks: "",
            self._ask: gr.Button(visible=False),
            self._stop: gr.Button(visible=True),
        }

    async def _finished_values(
        self, pending: _PendingTurn, answer: Answer, token: str, request: gr.Request
    ) -> dict[Any, Any]:
        """Adds an answer to the conversation; returns the values of the tab with it."""
        who = caller_of(request)
        turn = Turn(pending.question, pending.scope, answer)
        html = await self._draw(pending.number, turn, now=True)
        html_as_past = await self._draw(pending.number, turn)
        conversation = self._conversations.open(token, who.client)
        conversation.add(turn, html_as_past)
        await run_in_threadpool(save_on_server, self._service, who, conversation)
        return {
            self._now: html,
            self._token: conversation.token,
            self._after: gr.Column(visible=True),
            self._export: _export_html(conversation, reader_language(request)),
            **self._ready_values(),
        }

    def _refused_values(self, pending: _PendingTurn, reason: str) -> dict[Any, Any]:
        """Values of the tab where a question is not answered; the script puts the question into the form again."""
        return {
            self._now: refused_html(pending.number, pending.question, pending.scope, reason),
            **self._ready_values(),
        }

    def _ready_values(self) -> dict[Any, Any]:
        return {self._ask: gr.Button(visible=True), self._stop: gr.Button(visible=False)}

    def _initial_values(self, request: gr.Request) -> list[Any]:
        """Values of the tab when the page is loaded: filters, the question of the URL, the start view, example questions."""
        who, reader, query = caller_of(request), reader_language(request), query_params(request)
        choices = filter_choices(self._service, who, reader)
        examples = example_questions(self._service.library, reader, EXAMPLES)
        documents = [query["document"]] if query.get("document") in [key for _, key in choices.documents] else []
        meeting = query.get("meeting", "")
        meeting = meeting if meeting in [value for _, value in choices.meetings] else ""
        return [
            gr.Accordion(open=bool(documents or meeting)),
            gr.Dropdown(choices=choices.meetings, value=meeting),
            gr.Dropdown(choices=choices.documents, value=documents),
            gr.Dropdown(choices=choices.languages, value=""),
            gr.Dropdown(choices=choices.years, value=""),
            query.get("ask", "")[:MAX_QUESTION_SHOWN],
            query["ask"][:MAX_QUESTION_SHOWN] if query.get("ask") else gr.skip(),  # the user may be typing already
            *(gr.Button(text, visible=True) for text in examples),
            *(gr.Button("", visible=False) for _ in range(EXAMPLES - len(examples))),
        ]

    def _reopened_values(self, token: str, request: gr.Request) -> list[Any]:
        """Values of the tab when a conversation is reopened; nothing changes where the client does not have it."""
        conversation, reader = self._conversations.find(token, caller_of(request).client), reader_language(request)
        if conversation is None:
            return [gr.skip()] * 6
        return [
            gr.Column(visible=False),
            earlier_html(conversation, reader, last=True),
            turn_html(self._service, conversation.number, conversation.turns[-1], now=True),
            gr.Column(visible=True),
            _export_html(conversation, reader),
            conversation.token,
        ]

    def _send_rating(self, rating: str | None, comment: str, token: str, request: gr.Request) -> str:
        who, reader = caller_of(request), reader_language(request)
        conversation = self._conversations.find(token, who.client)
        wrong = ""
        if conversation is None:
            wrong = word("no_answer_yet", reader)
        elif rating not in ("1", "0", "-1"):
            wrong = word("choose_rating", reader)
        else:
            turn, history = conversation.turns[-1], conversation.history[:-1]
            more = {"history": history, "answer": turn.answer.to_json(), "comment": comment.strip()}
            try:
                self._service.rate(who, turn.question, turn.answer.language, int(rating), **more)
            except ServiceFault as fault:
                wrong = fault.in_language(reader)
        return carried("told.html", text=wrong or word("thanks", reader), wrong=bool(wrong))

    def _find_items(self, meeting: str, request: gr.Request) -> gr.Dropdown:
        choices = item_choices(self._service, caller_of(request), meeting, reader_language(request))
        return gr.Dropdown(choices=choices, value="")


def _show_failure(request: gr.Request) -> list[Any]:
    """Values of answer and buttons where an event failed."""
    html = refused_html(0, "", "", word("fault", reader_language(request)))
    return [html, gr.Button(visible=True), gr.Button(visible=False)]


def _export_html(conversation: Conversation, reader: str) -> str:
    return carried("export.html", reader, token=conversation.token, word=pandoc_path())
