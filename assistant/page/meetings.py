"""The tab of the meetings."""

from __future__ import annotations

import gradio as gr

from assistant.faults import ServiceFault
from assistant.labels import mark, word
from assistant.page.carrier import carrier, reader_of, who_asks
from assistant.page.rendering import carried
from assistant.page.timetable import meeting_views
from assistant.page.turns import Conversations
from assistant.service import Service


def build(service: Service, conversations: Conversations, blocks: gr.Blocks, shell: gr.Tab) -> None:
    """Fills the tab: with the latest meeting, others to be chosen where there are any."""
    choice = gr.Dropdown([], label=mark("meeting"), visible=False)
    shown = carrier("rp-meeting")

    def show(chosen: str | None, request: gr.Request) -> list[object]:
        reader = reader_of(request)
        try:
            views = meeting_views(service, who_asks(request), reader)
        except ServiceFault as fault:
            return [gr.Dropdown(visible=False), carried("told.html", text=fault.detail, wrong=True)]
        if not views:
            return [gr.Dropdown(visible=False), carried("told.html", text=word("no_agenda", reader), wrong=False)]
        view = next((each for each in views if each["id"] == chosen), views[0])
        choices = [(f"{each['symbol']}, {each['dates']}", each["id"]) for each in views]
        return [
            gr.Dropdown(choices=choices, value=view["id"], visible=len(views) > 1),
            carried("meeting.html", reader, meeting=view, fresh=True, alone=len(views) == 1),
        ]

    gr.on([blocks.load, shell.select, choice.input], show, choice, [choice, shown], show_progress="hidden",
          api_visibility="private")  # fmt: skip
