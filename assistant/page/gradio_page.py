"""The Gradio page: a tab for questions and one for staff."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from assistant.access.operations import allowed
from assistant.page import ask_tab, staff_tab
from assistant.page.chat_turns import Conversations
from assistant.page.gradio_calls import Function
from assistant.page.gradio_html import caller_of, query_params
from assistant.page_labels import mark
from assistant.service import Service

TABS = {"ask": "ask", "staff": "upload"}
"""The names of the tabs, and the operation that users must be allowed to do to see each."""
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
    with blocks:
        with gr.Tabs() as tabs:
            with gr.Tab(mark("ask"), id="ask", elem_id="rp-tab-ask") as asking:
                ask_tab.build(service, conversations, blocks)
            first_of_staff = len(blocks.fns)
            # Until the caller is identified, only the tab for questions is visible.
            with gr.Tab(mark("staff"), id="staff", visible=False, elem_id="rp-tab-staff") as staff:
                staff_tab.build(service, staff)
            of_staff = list(blocks.fns)[first_of_staff:]

        def begin(request: gr.Request) -> list[object]:
            who = caller_of(request)
            selected = query_params(request).get("tab", "")
            seen = {name: allowed(who, operation) for name, operation in TABS.items()}
            return [
                # A tab that the user has already selected stays selected.
                gr.Tabs(selected=selected) if seen.get(selected) else gr.skip(),
                *(gr.Tab(visible=on) for on in seen.values()),
            ]

        blocks.load(begin, None, [tabs, asking, staff], show_progress="hidden", api_visibility="private")
    blocks.queue(default_concurrency_limit=None, api_open=False)
    # Gradio polls its queue; users do not notice longer intervals.
    blocks._queue.sleep_when_free, blocks._queue.progress_update_sleep_when_free = LOOKS, PROGRESS_LOOKS
    # A waiting call must not delay others; the service limits the number of questions.
    blocks._queue.max_thread_count = CALLS
    functions = {
        number: Function(TABS["staff" if number in of_staff else "ask"], len(each.inputs))
        for number, each in blocks.fns.items()
        if each.fn is not None  # others run in the browser only
    }
    return BuiltPage(blocks, functions)
