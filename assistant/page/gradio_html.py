"""Our own HTML in Gradio components, and the caller, language and query of Gradio requests."""

from __future__ import annotations

import gradio as gr

from assistant.access import Principal, check
from assistant.api.authentication import identified_caller
from assistant.api.problems import fault_of
from assistant.page.plain_pages import carried
from assistant.page_labels import language_of


def carrier(elem_id: str, value: str = "") -> gr.Markdown:
    """Creates a component for HTML rendered by `carried`. Gradio's HTML component compiles its templates in the browser,
    which the content policy forbids; Markdown passes HTML through, and sanitises it once more."""
    return gr.Markdown(value, elem_id=elem_id, sanitize_html=True, latex_delimiters=[], container=False)


def caller_of(request: gr.Request) -> Principal:
    """The principal of a call from the page."""
    assert request.request is not None
    return identified_caller(request.request)


async def check_again(request: gr.Request) -> None:
    """Checks, while a call from the page goes on, whether its caller may still see jobs: a key may be revoked, a session may
    end. Raises a `ServiceFault`."""
    assert request.request is not None
    check(await request.request.scope["identify"](), "jobs")


def reader_language(request: gr.Request) -> str:
    """The language in which the user reads the page."""
    assert request.request is not None
    return language_of(request.request)


def refusal_html(error: Exception, request: gr.Request) -> str:
    """Renders what the user is told of an error that is being handled."""
    assert request.request is not None
    text = fault_of(error, request.request.scope).in_language(reader_language(request))
    return carried("told.html", text=text, wrong=True)


def query_params(request: gr.Request) -> dict[str, str]:
    """The query parameters of the page's address."""
    return {str(name): str(value) for name, value in dict(request.query_params).items()}
