"""The tab of the documents: search and list; each opens as a page of its own."""

from __future__ import annotations

import gradio as gr

from assistant.faults import ServiceFault
from assistant.labels import LANGUAGE_NAMES, mark
from assistant.page.carrier import carrier, reader_of, who_asks
from assistant.page.choosing import any_of
from assistant.page.listing import PER_PAGE, list_documents
from assistant.page.rendering import carried
from assistant.page.turns import Conversations
from assistant.service import Service


def build(service: Service, conversations: Conversations, blocks: gr.Blocks, shell: gr.Tab) -> None:
    """Fills the tab."""
    with gr.Row():
        text = gr.Textbox("", label=mark("find"), elem_id="rp-find", scale=3, max_length=500)
        language = gr.Dropdown(
            [*any_of(None), *((name, code) for code, name in LANGUAGE_NAMES.items())],
            value="",
            label=mark("language"),
            scale=1,
        )
    shown = carrier("rp-documents")
    with gr.Row():
        back = gr.Button(mark("earlier_list"), size="sm", visible=False)
        on = gr.Button(mark("further_list"), size="sm", visible=False)
    offset = gr.State(0)

    def show(words: str, chosen: str, at: int, request: gr.Request) -> list[object]:
        try:
            listed = list_documents(service, who_asks(request), words, chosen, max(0, at))
        except ServiceFault as fault:
            return [
                carried("told.html", text=fault.detail, wrong=True),
                gr.Button(visible=False),
                gr.Button(visible=False),
                0,
            ]
        return [
            carried("listed.html", reader_of(request), listed=listed, fresh=True),
            gr.Button(visible=listed["before"] is not None),
            gr.Button(visible=listed["next"] is not None),
            listed["offset"],
        ]

    def first(words: str, chosen: str, request: gr.Request) -> list[object]:
        return show(words, chosen, 0, request)

    def step(by: int) -> object:
        def turn(words: str, chosen: str, at: int, request: gr.Request) -> list[object]:
            return show(words, chosen, at + by, request)

        return turn

    outputs = [shown, back, on, offset]
    gr.on([blocks.load, shell.select, text.change, language.change], first, [text, language], outputs,
          show_progress="hidden", api_visibility="private", trigger_mode="always_last")  # fmt: skip
    back.click(step(-PER_PAGE), [text, language, offset], outputs, show_progress="hidden", api_visibility="private")
    on.click(step(PER_PAGE), [text, language, offset], outputs, show_progress="hidden", api_visibility="private")
