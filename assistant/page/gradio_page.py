"""The Gradio page: a masthead with the navigation of all pages, a tab for questions and one for staff."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr

from assistant.access.operations import allowed
from assistant.page import ask_tab, staff_tab
from assistant.page.chat_turns import Conversations
from assistant.page.gradio_calls import Function
from assistant.page.gradio_html import caller_of, carrier, query_params, reader_language
from assistant.page.plain_pages import carried, marked
from assistant.page_labels import mark
from assistant.service import Service


@dataclass(frozen=True)
class Tab:
    """A tab: its label is that of its name, `build` fills it, and users who may do `operation` see it."""

    name: str
    operation: str
    build: Callable[[Service, Conversations, gr.Blocks, gr.Tab], None]


TABS = (Tab("ask", "ask", ask_tab.build), Tab("staff", "upload", staff_tab.build))


LOOKS, PROGRESS_LOOKS = 0.05, 5.0
"""Seconds between Gradio's checks for calls, and for progress, which the page does not report through Gradio."""
CALLS = 1_000
"""Most calls that Gradio runs at once."""


@dataclass(frozen=True)
class BuiltPage:
    """The page as Gradio blocks, and its `functions` by Gradio's number: each requires the operation of its tab; those of the page
    itself require read access."""

    blocks: gr.Blocks
    functions: dict[int, Function]

    async def forget(self, window: str) -> None:
        """Drops the results of a window's calls that it did not fetch."""
        queue = self.blocks._queue
        await queue.clean_events(session_hash=window)
        queue.pending_messages_per_session.pop(window, None)
        queue.pending_event_ids_session.pop(window, None)

    def has(self, window: str, event: str) -> bool:
        """Whether a window waits for an event."""
        return event in self.blocks._queue.pending_event_ids_session.get(window, ())


def build(service: Service, conversations: Conversations) -> BuiltPage:
    """Builds the page over a service."""
    blocks: gr.Blocks = gr.Blocks(title="Rapporteur", analytics_enabled=False)
    operations: dict[int, str] = {}
    with blocks:
        head = carrier("rp-head", marked("masthead.html", who=None, here="/", back="/", top=True))
        shells = []
        with gr.Tabs() as tabs:
            for tab in TABS:
                # Until the caller is identified, only the tab for questions is visible.
                with gr.Tab(
                    mark(tab.name), id=tab.name, visible=tab.operation == "ask", elem_id=f"rp-tab-{tab.name}"
                ) as shell:
                    tab.build(service, conversations, blocks, shell)
                operations |= {made: tab.operation for made in blocks.fns if made not in operations}
                shells.append(shell)

        def begin(request: gr.Request) -> list[object]:
            who = caller_of(request)
            selected = query_params(request).get("tab", "")
            seen = [allowed(who, tab.operation) for tab in TABS]
            known = any(tab.name == selected and on for tab, on in zip(TABS, seen, strict=True))
            return [
                carried("masthead.html", reader_language(request), who=who, here="/", back="/", top=True),
                # A tab that the user has already selected stays selected.
                gr.Tabs(selected=selected) if known else gr.skip(),
                *(gr.Tab(visible=on) for on in seen),
            ]

        blocks.load(begin, None, [head, tabs, *shells], show_progress="hidden", api_visibility="private")
    blocks.queue(default_concurrency_limit=None, api_open=False)
    # Gradio polls its queue; users do not notice longer intervals.
    blocks._queue.sleep_when_free, blocks._queue.progress_update_sleep_when_free = LOOKS, PROGRESS_LOOKS
    # A waiting call must not delay others; the service limits the number of questions.
    blocks._queue.max_thread_count = CALLS
    functions = {
        number: Function(operations.get(number, "ask"), len(each.inputs))
        for number, each in blocks.fns.items()
        if each.fn is not None  # others run in the browser only
    }
    return BuiltPage(blocks, functions)
