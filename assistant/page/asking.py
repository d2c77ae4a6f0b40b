"""The tab where questions are asked: the conversation, filters, example questions, what one thinks of an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import gradio as gr
from gradio.events import Dependency
from starlette.concurrency import run_in_threadpool

from assistant.access import Principal
from assistant.faults import ServiceFault
from assistant.page.carrier import carrier, query_of, who_asks
from assistant.page.choosing import ANY, filters_of, items_of, scope_of, scope_words
from assistant.page.examples import examples
from assistant.page.export import can_docx
from assistant.page.rendering import carried
from assistant.page.telling import refused_html, turn_html, waiting_html
from assistant.page.turns import Conversation, Conversations, Turn
from assistant.page.words import word
from assistant.service import Service
from assistant.service.events import Done, Stated, Status
from corpus.faults import LibraryError
from corpus.language import detect_language

EXAMPLES = 6
FAULT = "The service has a fault; its log has the details. Ask again."
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build(service: Service, conversations: Conversations, blocks: gr.Blocks, shell: gr.Tab) -> None:
    """Fills the tab."""
    token = gr.State("")
    with gr.Column(elem_id="rp-welcome") as welcome:
        carrier("rp-intro", carried("welcome.html"))
        with gr.Row(elem_classes="rp-examples"):
            buttons = [gr.Button("", visible=False, size="sm") for _ in range(EXAMPLES)]
    past, now = carrier("rp-past"), carrier("rp-answer")
    with gr.Column(visible=False, elem_id="rp-after") as after:
        with gr.Accordion("Was this right?", open=False, elem_id="rp-rating"):
            verdict = gr.Radio([("👍 Right", "1"), ("Partly", "0"), ("👎 Wrong", "-1")], label="The last answer is")
            comment = gr.Textbox("", label="What should be better?", lines=2, max_length=2_000)
            send = gr.Button("Send", elem_id="rp-send")
            thanks = carrier("rp-thanks")
        export = carrier("rp-export")
        anew = gr.Button("New conversation", elem_id="rp-anew")
    with gr.Accordion("Ask only some documents", open=False, elem_id="rp-filters") as narrow, gr.Row():
        meeting = gr.Dropdown(ANY, value="", label="Meeting")
        item = gr.Dropdown(ANY, value="", label="Agenda item")
        documents = gr.Dropdown([], value=[], label="Documents", multiselect=True)
        language = gr.Dropdown(ANY, value="", label="Language of the text")
        year = gr.Dropdown(ANY, value="", label="Year of the document")
    with gr.Row(elem_classes="rp-composer"):
        question = gr.Textbox("",
            label="Your question", placeholder="Ask a question", lines=1,
            max_lines=6, elem_id="rp-question", scale=10, autofocus=False,
        )  # fmt: skip
        ask = gr.Button("Ask", variant="primary", elem_id="rp-ask", scale=0)
        stop = gr.Button("Stop", variant="stop", elem_id="rp-stop", scale=0, visible=False)

    outputs = [question, welcome, past, now, after, export, token, ask, stop, verdict, comment, thanks]
    filters = [meeting, item, documents, language, year]

    async def answer(
        asked: str, known: str, m: str, i: str, d: list[str], la: str, y: str, request: gr.Request
    ) -> AsyncIterator[dict[Any, Any]]:
        text = asked.strip()
        if not text:
            yield {question: gr.skip()}
            return
        who = who_asks(request)
        talk = conversations.open(known, who.client)
        scope = scope_of(m, i, d, la, y)
        shown = scope_words(scope)
        number = talk.number + 1
        yield {
            question: "",
            welcome: gr.Column(visible=False),
            past: talk.html,
            now: waiting_html(number, text, shown, word("searching", detect_language(text))),
            after: gr.Column(visible=False),
            verdict: None,
            comment: "",
            thanks: "",
            token: talk.token,
            ask: gr.Button(visible=False),
            stop: gr.Button(visible=True),
        }
        ready = {ask: gr.Button(visible=True), stop: gr.Button(visible=False)}
        try:
            stream = service.stream(who, text, talk.history, scope=scope)
            said = []
            async for event in stream:
                if isinstance(event, Status):
                    stage = "waiting" if event.ahead else "searching"
                    label = word(stage, detect_language(text), ahead=event.ahead)
                    yield {now: waiting_html(number, text, shown, label)}
                elif isinstance(event, Stated):
                    said.append(event.statement)
                    turn = Turn(text, shown, event.answer)
                    yield {
                        now: await run_in_threadpool(turn_html, service, number, turn, statements=tuple(said), now=True)
                    }
                elif isinstance(event, Done):
                    turn = Turn(text, shown, event.answer)
                    html = await run_in_threadpool(turn_html, service, number, turn, now=True)
                    talk.add(turn, await run_in_threadpool(turn_html, service, number, turn))
                    yield {
                        now: html,
                        after: gr.Column(visible=True),
                        export: carried("export.html", token=talk.token, word=can_docx()),
                        **ready,
                    }
        except (ServiceFault, LibraryError) as error:
            yield {now: refused_html(number, text, shown, str(error)), **ready}

    def broken() -> list[Any]:
        return [refused_html(0, "", "", FAULT), gr.Button(visible=True), gr.Button(visible=False)]

    def asks(begin: Callable[..., Dependency]) -> Dependency:
        """Has something begin an answer. Whatever happens, one can ask again."""
        made = begin(answer, [question, token, *filters], outputs, concurrency_limit=None, **QUIET)
        made.failure(broken, None, [now, ask, stop], **QUIET)
        return made

    asking = asks(partial(gr.on, [ask.click, question.submit]))

    def stopped(known: str, request: gr.Request) -> list[Any]:
        talk = conversations.open(known, who_asks(request).client)
        return [talk.html, "", gr.Button(visible=True), gr.Button(visible=False)]

    stop.click(stopped, token, [past, now, ask, stop], cancels=[asking], **QUIET)
    anew.click(
        lambda: [gr.Column(visible=True), "", "", gr.Column(visible=False), ""],
        None, [welcome, past, now, after, token], **QUIET,
    )  # fmt: skip
    for button in buttons:
        asks(button.click(lambda text: text, button, question, **QUIET).then)

    def rated(given: str | None, said: str, known: str, request: gr.Request) -> str:
        return _rate(service, conversations.open(known, who_asks(request).client), who_asks(request), given, said)

    send.click(rated, [verdict, comment, token], thanks, **QUIET)

    def items(chosen: str, request: gr.Request) -> gr.Dropdown:
        return gr.Dropdown(choices=items_of(service, who_asks(request), chosen), value="")

    meeting.change(items, meeting, item, **QUIET)

    def begin(request: gr.Request) -> list[Any]:
        who, query = who_asks(request), query_of(request)
        chosen = filters_of(service, who)
        shown = examples(service.library, EXAMPLES)
        keys = [key for _, key in chosen.documents]
        ids = [value for _, value in chosen.meetings]
        wanted = [query["document"]] if query.get("document") in keys else []
        at = query.get("meeting", "")
        at = at if at in ids else ""
        return [
            gr.Accordion(open=bool(wanted or at)),
            gr.Dropdown(choices=chosen.meetings, value=at),
            gr.Dropdown(choices=chosen.documents, value=wanted),
            gr.Dropdown(choices=chosen.languages, value=""),
            gr.Dropdown(choices=chosen.years, value=""),
            query.get("ask", "")[:2_000],
            *(gr.Button(text, visible=True) for text in shown),
            *(gr.Button("", visible=False) for _ in range(EXAMPLES - len(shown))),
        ]

    loaded = blocks.load(begin, None, [narrow, meeting, documents, language, year, question, *buttons], **QUIET)
    asks(loaded.then)


def _rate(service: Service, talk: Conversation, who: Principal, given: str | None, comment: str) -> str:
    """Keeps what somebody thinks of the last answer; says what became of it."""
    if not talk.turns:
        return carried("told.html", text="There is no answer yet.", wrong=True)
    if given not in ("1", "0", "-1"):
        return carried("told.html", text="Choose first whether the answer is right.", wrong=True)
    turn = talk.turns[-1]
    try:
        service.rate(who, turn.question, turn.answer.language, int(given), history=talk.history[:-1],
                     answer=turn.answer.to_json(), comment=comment.strip())  # fmt: skip
    except ServiceFault as fault:
        return carried("told.html", text=fault.detail, wrong=True)
    return carried("told.html", text="Thank you: the secretariat will read it.", wrong=False)
