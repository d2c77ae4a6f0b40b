"""How our own HTML gets onto Gradio's page, and who asks there."""

from __future__ import annotations

import gradio as gr

from assistant.access import Principal
from assistant.api.authentication import principal_of
from assistant.page_labels import language_of


def carrier(elem_id: str, value: str = "") -> gr.Markdown:
    """A place for HTML made by `carried`. Gradio's HTML component compiles its templates in the browser,
    which the content policy forbids; Markdown passes HTML through, and cleans it once more."""
    return gr.Markdown(value, elem_id=elem_id, sanitize_html=True, latex_delimiters=[], container=False)


def caller_of(request: gr.Request) -> Principal:
    """The principal of a call from the page."""
    assert request.request is not None
    return principal_of(request.request)


def reader_of(request: gr.Request) -> str:
    """The language of who reads the page."""
    assert request.request is not None
    return language_of(request.request)


def query_of(request: gr.Request) -> dict[str, str]:
    """What stands behind the question mark of the page's own address."""
    return {str(name): str(value) for name, value in dict(request.query_params).items()}
