"""The tab for questions: the conversation, earlier conversations, filters, example questions, ratings."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency
from starlette.concurrency import run_in_threadpool

from assistant.access import Principal
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
    meeting_links,
    scope_of,
    scope_words,
)
from assistant.page.turn_html import MAX_QUESTION_SHOWN, earlier_html, refused_html, turn_html, waiting_html
from assistant.page_labels import mark, word
from assistant.qa.answer import Answer, AnswerStatus, Finished, StatementEvent
from assistant.question_request import QuestionRequest
from assistant.service import Service
from assistant.service.question_service import Status
from assistant.service_errors import ServiceFault, from_library_error
from corpus.corpus_errors import LibraryError
from corpus.language import detect_language

log = logging.getLogger("rapporteur.page")

EXAMPLES = 6
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build(service: Service, conversations: Conversations, blocks: gr.Blocks, shell: gr.Tab) -> None:
    """Fills the tab."""
    with gr.Row(elem_id="rp-desk"):
        with gr.Column(elem_id="rp-talk", min_width=0):
            _build(service, conversations, blocks)
        with gr.Column(elem_id="rp-side", min_width=0):
            carrier("rp-talks", marked("talks.html"))


def _build(service: Service, conversations: Conversations, blocks: gr.Blocks) -> None:
    token, addressed = gr.State(""), gr.State("")
    with gr.Column(elem_id="rp-start") as start:
        intro = carrier("rp-intro", marked("welcome.html", held=[]))
    with gr.Row(elem_classes="rp-composer"):
        question = gr.Textbox("",
            label=mark("your_question"), placeholder=mark("ask_question"), lines=1,
            max_lines=6, elem_id="rp-question", scale=10, autofocus=True,
        )  # fmt: skip
        ask = gr.Button(mark("ask"), variant="primary", elem_id="rp-ask", scale=0)
        stop = gr.Button(mark("stop"), variant="stop", elem_id="rp-stop", scale=0, visible=False)
    with gr.Column(elem_id="rp-welcome") as welcome:
        with gr.Row(elem_classes="rp-examples"):
            buttons = [gr.Button("", visible=False, size="sm") for _ in range(EXAMPLES)]
        carrier("rp-about", marked("about.html"))
    past, now = carrier("rp-past"), carrier("rp-answer")
    with gr.Column(visible=False, elem_id="rp-after") as after:
        with gr.Accordion(mark("was_right"), open=False, elem_id="rp-rating"):
            verdict = gr.Radio(
                [(f"👍 {mark('right')}", "1"), (mark("partly"), "0"), (f"👎 {mark('wrong')}", "-1")],
                label=mark("last_answer"),
            )
            comment = gr.Textbox("", label=mark("better"), lines=2, max_length=2_000)
            send = gr.Button(mark("send"), elem_id="rp-send")
            thanks = carrier("rp-thanks")
        export = carrier("rp-export")
        anew = gr.Button(mark("new_conversation"), elem_id="rp-anew")
    # The script fills and clicks these to show a reopened conversation. Hidden by the style sheet: in the first tab Gradio shows
    # components that should only exist.
    opened = gr.Textbox("", elem_id="rp-opened", max_length=64)
    reopen = gr.Button("", elem_id="rp-reopen")
    with gr.Accordion(mark("only_some"), open=False, elem_id="rp-filters") as narrow, gr.Row():
        meeting = gr.Dropdown(choice_of_all(None), value="", label=mark("meeting"))
        item = gr.Dropdown(choice_of_all(None), value="", label=mark("agenda_item"))
        documents = gr.Dropdown([], value=[], label=mark("documents"), multiselect=True)
        language = gr.Dropdown(choice_of_all(None), value="", label=mark("text_language"))
        year = gr.Dropdown(choice_of_all(None), value="", label=mark("document_year"))

    outputs = [question, start, welcome, past, now, after, export, token, ask, stop, verdict, comment, thanks]
    filters = [meeting, item, documents, language, year]

    async def answer(
        asked: str | None, known: str, m: str, i: str, d: list[str], la: str, y: str, request: gr.Request
    ) -> AsyncIterator[dict[Any, Any]]:
        text = (asked or "").strip()
        if not text:
            yield {question: gr.skip()}
            return
        who, reader = caller_of(request), reader_language(request)
        talk = conversations.find(known, who.client)
        scope = scope_of(m, i, d, la, y)
        shown = scope_words(scope)
        number = talk.number + 1 if talk else 1
        yield {
            question: "",
            start: gr.Column(visible=False),
            welcome: gr.Column(visible=False),
            past: earlier_html(talk, reader) if talk else "",
            now: waiting_html(number, text, shown, word("searching", detect_language(text))),
            after: gr.Column(visible=False),
            verdict: None,
            comment: "",
            thanks: "",
            ask: gr.Button(visible=False),
            stop: gr.Button(visible=True),
        }
        ready = {ask: gr.Button(visible=True), stop: gr.Button(visible=False)}
        try:
            stream = service.stream(who, QuestionRequest.of(text, talk.history if talk else (), scope=scope))
            statements = []
            async for event in stream:
                if isinstance(event, Status):
                    stage = "writing" if event.stage == "writing" else "waiting" if event.ahead else "searching"
                    label = word(stage, detect_language(text), ahead=event.ahead)
                    yield {now: waiting_html(number, text, shown, label)}
                elif isinstance(event, StatementEvent):
                    statements.append(event.statement)
                    status: AnswerStatus = "tentative" if event.doubt else "answered"
                    turn = Turn(text, shown, Answer(text, detect_language(text), status, "", tuple(statements)))
                    yield {now: await run_in_threadpool(turn_html, service, number, turn, whole=False, now=True)}
                elif isinstance(event, Finished):
                    turn = Turn(text, shown, event.answer)
                    html = await run_in_threadpool(turn_html, service, number, turn, now=True)
                    drawn = await run_in_threadpool(turn_html, service, number, turn)
                    talk = conversations.open(known, who.client)
                    talk.add(turn, drawn)
                    await run_in_threadpool(save_on_server, service, who, talk)
                    yield {
                        now: html,
                        token: talk.token,
                        after: gr.Column(visible=True),
                        export: carried("export.html", reader, token=talk.token, word=pandoc_path()),
                        **ready,
                    }
        except (ServiceFault, LibraryError) as error:
            fault = from_library_error(error, trusted=who.trusted) if isinstance(error, LibraryError) else error
            yield {
                now: refused_html(number, text, shown, fault.in_language(detect_language(text))),
                question: text,
                **ready,
            }
        except Exception:  # the question is put back into the form, whatever has happened
            log.exception("an answer to the page broke down")
            told = word("fault", detect_language(text))
            yield {now: refused_html(number, text, shown, told), question: text, **ready}

    def broken(request: gr.Request) -> list[Any]:
        return [
            refused_html(0, "", "", word("fault", reader_language(request))),
            gr.Button(visible=True),
            gr.Button(visible=False),
        ]

    def asks(begin: Callable[..., Dependency], asked: Component = question) -> Dependency:
        """Makes an event start an answer; on any failure the form is usable again."""
        made = begin(answer, [asked, token, *filters], outputs, concurrency_limit=None, **QUIET)
        made.failure(broken, None, [now, ask, stop], **QUIET)
        return made

    asking = asks(partial(gr.on, [ask.click, question.submit]))

    stop.click(
        lambda: ["", gr.Button(visible=True), gr.Button(visible=False)],
        None, [now, ask, stop], cancels=[asking], **QUIET,
    )  # fmt: skip
    anew.click(
        lambda: [gr.Column(visible=True), gr.Column(visible=True), "", "", gr.Column(visible=False), ""],
        None, [start, welcome, past, now, after, token], **QUIET,
    )  # fmt: skip

    def again(named: str, request: gr.Request) -> list[Any]:
        return _reopened_values(service, conversations, named, request)

    reopen.click(again, opened, [start, welcome, past, now, after, export, token], **QUIET)
    for button in buttons:
        asks(button.click(lambda text: text, button, question, **QUIET).then)

    def rated(given: str | None, said: str, known: str, request: gr.Request) -> str:
        who, reader = caller_of(request), reader_language(request)
        done, told = _rate(service, conversations.find(known, who.client), who, reader, given, said)
        return carried("told.html", text=told, wrong=not done)

    send.click(rated, [verdict, comment, token], thanks, **QUIET)

    def items(chosen: str, request: gr.Request) -> gr.Dropdown:
        return gr.Dropdown(
            choices=item_choices(service, caller_of(request), chosen, reader_language(request)), value=""
        )

    meeting.change(items, meeting, item, **QUIET)

    def begin(request: gr.Request) -> list[Any]:
        return _initial_values(service, request)

    loaded = blocks.load(
        begin, None, [narrow, meeting, documents, language, year, addressed, question, intro, *buttons], **QUIET
    )
    asks(loaded.then, addressed)


def _initial_values(service: Service, request: gr.Request) -> list[Any]:
    """Values of the tab when the page is loaded: filters, the question of the address, the start view, example questions."""
    who, reader, query = caller_of(request), reader_language(request), query_params(request)
    choices = filter_choices(service, who, reader)
    examples = example_questions(service.library, reader, EXAMPLES)
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
        carried("welcome.html", reader, held=meeting_links(service, who, reader)),
        *(gr.Button(text, visible=True) for text in examples),
        *(gr.Button("", visible=False) for _ in range(EXAMPLES - len(examples))),
    ]


def _reopened_values(service: Service, conversations: Conversations, token: str, request: gr.Request) -> list[Any]:
    """Values of the tab when a conversation is reopened; nothing changes where the client does not have it."""
    talk, reader = conversations.find(token, caller_of(request).client), reader_language(request)
    if talk is None:
        return [gr.skip()] * 7
    return [
        gr.Column(visible=False),
        gr.Column(visible=False),
        earlier_html(talk, reader, last=True),
        turn_html(service, talk.number, talk.turns[-1], now=True),
        gr.Column(visible=True),
        carried("export.html", reader, token=talk.token, word=pandoc_path()),
        talk.token,
    ]


def _rate(
    service: Service, talk: Conversation | None, who: Principal, reader: str, given: str | None, comment: str
) -> tuple[bool, str]:
    """Stores a rating of the last answer; returns whether that succeeded, and the message to show."""
    if talk is None:
        return False, word("no_answer_yet", reader)
    if given not in ("1", "0", "-1"):
        return False, word("choose_rating", reader)
    turn = talk.turns[-1]
    try:
        service.rate(who, turn.question, turn.answer.language, int(given), history=talk.history[:-1],
                     answer=turn.answer.to_json(), comment=comment.strip())  # fmt: skip
    except ServiceFault as fault:
        return False, fault.in_language(reader)
    return True, word("thanks", reader)
