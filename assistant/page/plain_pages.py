"""Renders HTML templates with escaping of everything from documents, users and models; plain pages beside Gradio's; and error pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import ceil
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from assistant.access import Principal
from assistant.answer_phrases import day_of
from assistant.answer_phrases import mark as sign
from assistant.api.authentication import Caller, ServiceParameter
from assistant.api.problems import MEDIA_TYPE, problem, request_id
from assistant.api.route import GuardedRoute
from assistant.error_translation import translate_reason
from assistant.page_labels import LANGUAGE_NAMES, direction, language_of, mark, word, words_of
from assistant.service import Service
from assistant.service_errors import ServiceFault
from corpus.documents import Document
from corpus.store import Header


def render(template: str, reader: str = "en", /, **values: object) -> str:
    """Renders a template with labels in the language of the `reader`."""

    def say(name: str, **more: object) -> str:
        return word(name, reader, **more)

    translated = {"known": lambda text: translate_reason(text, reader), "day": lambda date: day_of(date, reader)}
    signs = {"comma": sign(",", reader), "semicolon": sign(";", reader)}
    return _environment().get_template(template).render(reader=reader, say=say, **translated, **signs, **values)


def marked(template: str, /, **values: object) -> str:
    """Renders a template on one line, with placeholders instead of labels (see `page_labels.mark`)."""
    loaded = _environment().get_template(template)
    return " ".join(loaded.render(reader="en", say=lambda name, **_: mark(name), **values).split("\n"))


def carried(template: str, reader: str = "en", /, **values: object) -> str:
    """Renders a template on one line: Gradio's Markdown passes HTML through unchanged up to the first empty line."""
    return " ".join(render(template, reader, **values).split("\n"))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    folder = files("assistant") / "page" / "templates"
    sources = {each.name: each.read_text(encoding="utf-8") for each in folder.iterdir() if each.name.endswith(".html")}
    made = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        finalize=_one_line,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        path=document_path, version=version_path, web=web_address, host=lambda url: urlsplit(url).hostname
    )
    made.globals.update(direction=direction, language_name=LANGUAGE_NAMES.get, language_names=LANGUAGE_NAMES)
    return made


def _one_line(value: object) -> object:
    """Escapes a value, writes line breaks as character references, and removes control characters."""
    if value is None:
        return ""
    text = str(escape(value))
    plain = "".join(each for each in text if each in "\n\r\t" or each >= " ")
    return Markup(plain.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "&#10;"))  # noqa: S704  (escaped)


def document_path(key: str) -> str:
    """The path of a document's page, by its key."""
    return f"/documents/{quote(key, safe='/')}"


def version_path(version: Document | Header | Mapping[str, Any]) -> str:
    """The path of a document's page in one language and edition."""
    name = version["id"] if isinstance(version, Mapping) else version.id
    key, language, edition = name.rsplit(":", 2)
    return f"{document_path(key)}?language={language}&edition={edition}"


def words_path(document: Document, start: int, end: int) -> str:
    """The path of a document's page at a span, which is highlighted there."""
    return f"{version_path(document)}&words={start}-{end}#words"


def web_address(url: str | None) -> str | None:
    """Returns an http or https URL as it is; None for anything else."""
    try:
        good = url is not None and urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
    except ValueError:
        return None
    return url if good else None


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""Content security policy of plain pages: only resources of this site."""
_PROGRAMS = ("/api/", "/v1/", "/mcp", "/metrics", "/gradio_api/")
"""Path prefixes under which errors are always problem details."""
_CALLS = "/gradio_api/queue/join"
_FOR_PROGRAMS = frozenset({"invalid", "not-found", "not-signed-in"})
"""Errors of the page's calls that only its script reads."""
_MAX_WRONG = 5
_WRONG = {
    "extra_forbidden": "unknown", "missing": "missing", "greater_than_equal": "least", "less_than_equal": "most",
    "string_too_long": "long", "literal_error": "choice", "int_parsing": "number", "int_parsing_size": "number",
}  # fmt: skip
"""Labels of pydantic's validation errors; `other` for all others."""


def page(template: str, request: Request, status: int = 200, **values: object) -> Response:
    """Renders a plain page as a response."""
    who: Principal | None = request.scope.get("principal")
    here, back = request.url.path, _here(request) if request.method == "GET" else "/"
    made = render(
        template, language_of(request), who=who, here=here, back=back if len(back) <= 1_000 else here, **values
    )
    return HTMLResponse(made, status, {"Content-Security-Policy": POLICY})


@dataclass(frozen=True)
class PageContext:
    """A request for a page, with the service and the caller."""

    request: Request
    service: Service
    caller: Principal

    @property
    def reader(self) -> str:
        """The language in which the user reads the page."""
        return language_of(self.request)

    def page(self, template: str, status: int = 200, **values: object) -> Response:
        """Renders a plain page as the response."""
        return page(template, self.request, status, **values)


async def _context(request: Request, service: ServiceParameter, caller: Caller) -> PageContext:
    return PageContext(request, service, caller)


Context = Annotated[PageContext, Depends(_context)]
"""Parameter of a route: the request, the service and the caller."""


class PageRoute(GuardedRoute):
    """A route of a page: its errors are shown as pages, and unauthenticated users are redirected to sign in."""


def error_page(request: Request, refusal: ServiceFault) -> Response | None:
    """The response for an error: a page, where a page was requested; a problem in the reader's language, where a script of the page
    shows it; None for programs."""
    path, reader = request.scope["path"], language_of(request)
    if path == _CALLS:
        if refusal.code in _FOR_PROGRAMS:
            return None
        return _problem_reply(request, refusal, reader)
    browses = "text/html" in request.headers.get("accept", "") and not path.startswith(_PROGRAMS)
    if not browses and not isinstance(request.scope.get("route"), PageRoute):
        called = request.headers.get("sec-fetch-site") == "same-origin"  # by the page's script
        return _problem_reply(request, refusal, reader) if called else None
    if refusal.code == "not-signed-in":
        return RedirectResponse(sign_in_path(request), 303)
    return page(
        "fault.html",
        request,
        refusal.status,
        title=words_of(reader).get(f"fault_{refusal.code}", word("fault_failed", reader)),
        detail="" if refusal.wrong else refusal.in_language(reader),
        wrong=[_wrong(each, reader) for each in refusal.wrong[:_MAX_WRONG]],
        advice=_advice(refusal, reader, request),
        again=_here(request) if refusal.retry_after and request.method == "GET" else "",
    )


def _problem_reply(request: Request, refusal: ServiceFault, reader: str) -> Response:
    content = problem(refusal, request_id(request), refusal.in_language(reader))
    return JSONResponse(content, refusal.status, media_type=MEDIA_TYPE)


def _advice(refusal: ServiceFault, reader: str, request: Request) -> str:
    """Advice for the user about an error."""
    if refusal.retry_after:
        in_message = "seconds" in refusal.message.values
        return "" if in_message else word("again_in", reader, seconds=ceil(refusal.retry_after))
    advice = f"do_{refusal.code}"
    return word(advice if advice in words_of(reader) else "do_else", reader, id=request_id(request))


def _wrong(error: Mapping[str, Any], reader: str) -> tuple[str, str]:
    """The name of a parameter, and a message about its validation error."""
    name, kind, context = str(error["loc"][:2][-1])[:100], _WRONG.get(error["type"], "other"), error.get("ctx", {})
    choices = ", ".join(filter(None, re.findall(r"'([^']*)'", str(context.get("expected", "")))))
    limit = next((context[each] for each in ("ge", "le", "max_length") if each in context), choices)
    return name, word(f"wrong_{kind}", reader, limit=limit)


def sign_in_path(request: Request) -> str:
    """The path of the sign-in form that returns to the requested page."""
    return f"/sign-in?next={quote(_here(request), safe='')}"


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
