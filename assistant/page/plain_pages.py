"""HTML from templates, in which everything that comes from documents, people and models is escaped; plain pages beside Gradio's, and how refusals look to who reads a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from math import ceil
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from assistant.access import Principal
from assistant.answer_phrases import day_of
from assistant.answer_phrases import mark as sign
from assistant.api.problems import MEDIA_TYPE, problem, request_id
from assistant.api.route import GuardedRoute
from assistant.error_translation import reason
from assistant.page_labels import LANGUAGE_NAMES, direction, language_of, mark, word, words_of
from assistant.service_errors import ServiceFault
from corpus.documents import Document
from corpus.store import Header


def render(template: str, reader: str = "en", /, **values: object) -> str:
    """A template, filled, its labels in the language of the `reader`."""

    def say(name: str, **more: object) -> str:
        return word(name, reader, **more)

    told = {"known": lambda text: reason(text, reader), "day": lambda date: day_of(date, reader)}
    signs = {"comma": sign(",", reader), "semicolon": sign(";", reader)}
    return _environment().get_template(template).render(reader=reader, say=say, **told, **signs, **values)


def marked(template: str, /, **values: object) -> str:
    """A template, carried, with places for labels instead of labels."""
    filled = _environment().get_template(template)
    return " ".join(filled.render(reader="en", say=lambda name, **_: mark(name), comma=", ", **values).split("\n"))


def carried(template: str, reader: str = "en", /, **values: object) -> str:
    """A template, filled, on one line: Gradio's Markdown passes HTML through as it is up to the first empty line."""
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
    """A value with its line breaks written as character references; what HTML can't hold is left out."""
    if value is None:
        return ""
    text = str(escape(value))
    plain = "".join(each for each in text if each in "\n\r\t" or each >= " ")
    return Markup(plain.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "&#10;"))  # noqa: S704  (escaped)


def document_path(key: str) -> str:
    """The address of a document's page, by its key."""
    return f"/documents/{quote(key, safe='/')}"


def version_path(version: Document | Header | Mapping[str, Any]) -> str:
    """The address of a document's page in one language and edition."""
    name = version["id"] if isinstance(version, Mapping) else version.id
    key, language, edition = name.rsplit(":", 2)
    return f"{document_path(key)}?language={language}&edition={edition}"


def words_path(document: Document, start: int, end: int) -> str:
    """The address of a document's page at some words of it, which are marked there."""
    return f"{version_path(document)}&words={start}-{end}#words"


def web_address(url: str | None) -> str | None:
    """An address of the web, None for anything else that may stand where one is expected."""
    try:
        good = url is not None and urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
    except ValueError:
        return None
    return url if good else None


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""Content policy of plain pages: what this site serves itself, and nothing else."""
_PROGRAMS = ("/api/", "/v1/", "/mcp", "/metrics", "/gradio_api/")
"""Doors at which refusals are problems, whoever asks."""
_CALLS = "/gradio_api/queue/join"
_FOR_PROGRAMS = frozenset({"invalid", "not-found", "not-signed-in"})
"""Refusals of calls of the page that its script alone reads."""
_MOST_WRONG = 5
_WRONG = {
    "extra_forbidden": "unknown", "missing": "missing", "greater_than_equal": "least", "less_than_equal": "most",
    "string_too_long": "long", "literal_error": "choice", "int_parsing": "number", "int_parsing_size": "number",
}  # fmt: skip
"""What pydantic finds wrong with a parameter, and the label that says it; `other` says the rest."""


def page(template: str, request: Request, status: int = 200, **values: object) -> Response:
    """A plain page."""
    who: Principal | None = request.scope.get("principal")
    here, back = request.url.path, _here(request) if request.method == "GET" else "/"
    made = render(
        template, language_of(request), who=who, here=here, back=back if len(back) <= 1_000 else here, **values
    )
    return HTMLResponse(made, status, {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})


class PageRoute(GuardedRoute):
    """A guarded route of a page: its refusals are pages, and those who are not known yet are sent to sign in."""


def shown(request: Request, refusal: ServiceFault) -> Response | None:
    """A refusal as a page, where a page was asked for; as a problem in the language of the reader, where a page calls that shows
    it. None where it is for a program."""
    path, reader = request.scope["path"], language_of(request)
    if path == _CALLS:
        if refusal.code in _FOR_PROGRAMS:
            return None
        return _problem(request, refusal, reader)
    if path.startswith("/api/") and request.headers.get("sec-fetch-site") == "same-origin":
        return _problem(request, refusal, reader)  # the script of the page shows it
    browses = "text/html" in request.headers.get("accept", "") and not path.startswith(_PROGRAMS)
    if not browses and not isinstance(request.scope.get("route"), PageRoute):
        return None
    if refusal.code == "not-signed-in":
        return RedirectResponse(sign_in_path(request), 303)
    return page(
        "fault.html",
        request,
        refusal.status,
        title=words_of(reader).get(f"fault_{refusal.code}", word("fault_failed", reader)),
        detail="" if refusal.wrong else refusal.in_language(reader),
        wrong=[_wrong(each, reader) for each in refusal.wrong[:_MOST_WRONG]],
        advice=_advice(refusal, reader, request),
        again=_here(request) if refusal.retry_after and request.method == "GET" else "",
    )


def _problem(request: Request, refusal: ServiceFault, reader: str) -> Response:
    told = problem(refusal, request_id(request), refusal.in_language(reader))
    return JSONResponse(told, refusal.status, media_type=MEDIA_TYPE)


def _advice(refusal: ServiceFault, reader: str, request: Request) -> str:
    """What to do about it."""
    if refusal.retry_after:
        told = "seconds" in refusal.message.values
        return "" if told else word("again_in", reader, seconds=ceil(refusal.retry_after))
    advice = f"do_{refusal.code}"
    return word(advice if advice in words_of(reader) else "do_else", reader, id=request_id(request))


def _wrong(error: Mapping[str, Any], reader: str) -> tuple[str, str]:
    """The name of a parameter, and what is wrong with it."""
    name, kind, told = str(error["loc"][:2][-1])[:100], _WRONG.get(error["type"], "other"), error.get("ctx", {})
    choices = ", ".join(filter(None, re.findall(r"'([^']*)'", str(told.get("expected", "")))))
    limit = next((told[each] for each in ("ge", "le", "max_length") if each in told), choices)
    return name, word(f"wrong_{kind}", reader, limit=limit)


def sign_in_path(request: Request) -> str:
    """Where to sign in and come back from."""
    return f"/sign-in?next={quote(_here(request), safe='')}"


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
