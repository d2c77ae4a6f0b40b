"""Pages for staff: briefings under review, the list, and each with its state, its comments and who changed what; and the evaluation report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from markupsafe import Markup

from assistant.api.api_replies import file_reply
from assistant.api.callers import Caller, Served
from assistant.api.route import may
from assistant.export.file_formats import to_html
from assistant.faults import NotHeld
from assistant.labels import language_of, word
from assistant.page.plain_pages import Paged, page, version_path, words_path
from assistant.page.report_pages import FILES, BriefingAsked, File, Short, made_or_waiting
from assistant.service import Service
from assistant.service.writing import STATES, State

router = APIRouter(include_in_schema=False, route_class=Paged)


@router.get("/drafts")
@may("review")
def drafts(request: Request, service: Served, caller: Caller) -> Response:
    """The briefings under review."""
    found = service.writing.drafts(caller).all()
    return page("drafts.html", request, drafts=found, draft=None, states=_states(request))


@router.post("/drafts")
@may("review")
def add(request: Request, service: Served, caller: Caller, asked: Annotated[BriefingAsked, Form()]) -> Response:
    """Keeps a briefing that was made as a draft."""
    drafts = service.writing.drafts(caller)
    return made_or_waiting(
        request,
        service,
        caller,
        asked.read_by(request, service),
        lambda made: RedirectResponse(f"/drafts/{drafts.add(made).id}", 303),
    )


@router.get("/drafts/{draft_id}")
@may("review")
def draft(request: Request, service: Served, caller: Caller, draft_id: str) -> Response:
    """One briefing under review, with forms to comment on it and to give it another state."""
    found = service.writing.drafts(caller).get(draft_id)
    article = Markup(to_html(service.writing.reviewed(found, words_path), page=False))  # noqa: S704  (escaped)
    files = [(told, f"/drafts/{found.id}/briefing.{form}") for form, told in FILES.items()]
    return page("drafts.html", request, draft=found, drafts=[], states=_states(request), article=article, files=files)


@router.get("/drafts/{draft_id}/briefing.{form}")
@may("review")
def draft_file(request: Request, service: Served, caller: Caller, draft_id: str, form: File) -> Response:
    """A draft as a file, with its state on the cover."""
    made = service.writing.reviewed(service.writing.drafts(caller).get(draft_id))
    return file_reply(service.writing.file(caller, made, form), form, "briefing")


@router.post("/drafts/{draft_id}/comments")
@may("review")
def comment(
    request: Request, service: Served, caller: Caller, draft_id: str, text: Annotated[str, Form(max_length=4_000)],
    statement: Annotated[Short, Form()] = "",
) -> Response:  # fmt: skip
    """Adds a comment; `statement` is the number of a paragraph, or empty."""
    service.writing.drafts(caller).comment(draft_id, text, int(statement) if statement.strip().isdecimal() else None)
    return RedirectResponse(f"/drafts/{draft_id}", 303)


@router.post("/drafts/{draft_id}/state")
@may("review")
def move(
    request: Request, service: Served, caller: Caller, draft_id: str,
    state: Annotated[State, Form()],
) -> Response:  # fmt: skip
    """Gives a draft another state."""
    service.writing.drafts(caller).move(draft_id, state)
    return RedirectResponse(f"/drafts/{draft_id}", 303)


def _states(request: Request) -> dict[str, str]:
    return {state: word(f"draft_{state}", language_of(request)) for state in STATES}


@router.post("/confirm")
@may("confirm")
def confirm(
    request: Request, service: Served, caller: Caller, document: Annotated[str, Form(max_length=500)]
) -> Response:
    """Takes the word of staff that a text, by its id, is what it says it is; shows it."""
    made = service.confirm(caller, document)
    return RedirectResponse(version_path(made[0]), 303)


REPORT = "evaluation.html"
"""File in the folder of the library that is shown as the evaluation report: `rapporteur eval report RUN --out ...`."""
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"


def evaluation_path(service: Service) -> Path:
    """Where the evaluation report lies, if there is one."""
    return service.library.folder / REPORT


@router.get("/evaluation")
@may("ratings")
def evaluation(request: Request, service: Served, caller: Caller) -> Response:
    """The evaluation report, as it was written; it runs nothing."""
    path = evaluation_path(service)
    if not path.is_file():
        raise NotHeld("no-evaluation")
    return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": REPORT_POLICY})
