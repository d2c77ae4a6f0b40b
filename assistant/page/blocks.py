"""The Gradio page: a masthead, and a tab for each kind of work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr

from assistant.access.operations import allowed
from assistant.labels import mark
from assistant.page import asking, browsing, keeping, meetings
from assistant.page.calls import Function
from assistant.page.carrier import carrier, query_of, reader_of, who_asks
from assistant.page.rendering import carried, marked
from assistant.page.turns import Conversations
from assistant.service import Service


@dataclass(frozen=True)
class Tab:
    """A tab: its label is that of its name, `build` fills it, `operation` is what one must be allowed to do to see it."""

    name: str
    operation: str
    build: Callable[[Service, Conversations, gr.Blocks, gr.Tab], None]


TABS = (
    Tab("ask", "ask", asking.build),
    Tab("meeting", "meetings", meetings.build),
    Tab("documents", "documents", browsing.build),
    Tab("staff", "upload", keeping.build),
)


@dataclass(frozen=True)
class Built:
    """The page as Gradio has it, and its `functions` by Gradio's number: each is for those who may do what the tab is for
    that it was made in, those of the page itself are for readers."""

    blocks: gr.Blocks
    functions: dict[int, Function]


def build(service: Service, conversations: Conversations) -> Built:
    """The page over a service."""
    blocks: gr.Blocks = gr.Blocks(title="Rapporteur", analytics_enabled=False)
    operations: dict[int, str] = {}
    with blocks:
        head = carrier("rp-head", marked("masthead.html", who=None, here="/", top=True))
        shells = []
        with gr.Tabs() as tabs:
            for tab in TABS:
                with gr.Tab(
                    mark(tab.name), id=tab.name, visible=tab.operation in _OPEN, elem_id=f"rp-tab-{tab.name}"
                ) as shell:
                    tab.build(service, conversations, blocks, shell)
                operations |= {made: tab.operation for made in blocks.fns if made not in operations}
                shells.append(shell)

        def begin(request: gr.Request) -> list[object]:
            who = who_asks(request)
            wanted = query_of(request).get("tab", "")
            seen = [allowed(who, tab.operation) for tab in TABS]
            known = any(tab.name == wanted and on for tab, on in zip(TABS, seen, strict=True))
            return [
                carried("masthead.html", reader_of(request), who=who, here="/", top=True),
                # Who has clicked on a tab already stays there.
                gr.Tabs(selected=wanted) if known else gr.skip(),
                *(gr.Tab(visible=on) for on in seen),
            ]

        blocks.load(begin, None, [head, tabs, *shells], show_progress="hidden", api_visibility="private")
    blocks.queue(default_concurrency_limit=None, api_open=False)
    functions = {
        number: Function(operations.get(number, "ask"), len(each.inputs))
        for number, each in blocks.fns.items()
        if each.fn is not None  # others run in the browser alone
    }
    return Built(blocks, functions)


_OPEN = frozenset({"ask", "meetings", "documents"})
"""Operations of the tabs that stand on the page before it is known who looks at it."""
