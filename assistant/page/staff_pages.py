"""Pages for staff: drafts of briefings with their states, comments and changes; and the evaluation report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from markupsafe import Markup

from assistant.access import Principal
from assistant.api.api_replies import file_reply
from assistant.api.authentication import Caller, ServiceParameter
from assistant.api.route import requires
from assistant.export.file_formats import to_html
from assistant.page.plain_pages import PageRoute, page, version_path, words_path
from assistant.page.report_pages import FILES, BriefingForm, File, Short, made_or_waiting
from assistant.page_labels import language_of, word
from assistant.service import Service
from assistant.service.paper_service import STATES, State, review_publication
from assistant.service_errors import Conflict, Invalid, NotFound, ServiceFault

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/drafts")
@requires("review")
def drafts(request: Request, service: ServiceParameter, caller: Caller) -> Response:
    """Lists the drafts."""
    found = service.papers.drafts(caller).all()
    return page("drafts.html", request, drafts=found, draft=None, refused="", states=_states(request))


@router.post("/drafts")
@requires("review")
def add(
    request: Request, service: ServiceParameter, caller: Caller, asked: Annotated[BriefingForm, Form()]
) -> Response:
    """Generates a briefing and stores it as a draft."""
    drafts = service.papers.drafts(caller)
    return made_or_waiting(
        request,
        service,
        caller,
        asked.read_by(request, service),
        lambda made: RedirectResponse(f"/drafts/{drafts.add(made).id}", 303),
    )


@router.get("/drafts/{draft_id}")
@requires("review")
def draft(request: Request, service: ServiceParameter, caller: Caller, draft_id: str) -> Response:
    """Shows a draft, with forms to comment on it and to change its state."""
    return _draft_page(request, service, caller, draft_id)


def _draft_page(
    request: Request,
    service: Service,
    caller: Principal,
    draft_id: str,
    refusal: ServiceFault | None = None,
    **given: str,
) -> Response:
    """Renders a draft with its forms; after an error with its reason, and with the values `given` in the form."""
    found = service.papers.drafts(caller).get(draft_id)
    article = Markup(to_html(review_publication(found, service.library, words_path), page=False))  # noqa: S704  (escaped)
    files = [(label, f"/drafts/{found.id}/briefing.{form}") for form, label in FILES.items()]
    values = {"draft": found, "drafts": [], "states": _states(request), "article": article, "files": files}
    refused = refusal.in_language(language_of(request)) if refusal else ""
    kept = {"text": "", "statement": "", **given}
    return page("drafts.html", request, refusal.status if refusal else 200, refused=refused, kept=kept, **values)


@router.get("/drafts/{draft_id}/briefing.{form}")
@requires("review")
def draft_file(request: Request, service: ServiceParameter, caller: Caller, draft_id: str, form: File) -> Response:
    """Returns a draft as a file, with its state on the cover."""
    found = service.papers.drafts(caller).get(draft_id)
    data = service.papers.render_draft(caller, found, form)
    return file_reply(data, form, "briefing", found.title)


@router.post("/drafts/{draft_id}/comments")
@requires("review")
def comment(
    request: Request, service: ServiceParameter, caller: Caller, draft_id: str, text: Annotated[str, Form(max_length=4_000)],
    statement: Annotated[Short, Form()] = "",
) -> Response:  # fmt: skip
    """Adds a comment; `statement` is the number of a paragraph, or empty."""
    drafts, named = service.papers.drafts(caller), statement.strip()
    try:
        drafts.comment(draft_id, text, (int(named) if named.isdecimal() else 0) if named else None)
    except Invalid as refusal:
        return _draft_page(request, service, caller, draft_id, refusal, text=text, statement=statement)
    return RedirectResponse(f"/drafts/{draft_id}", 303)


@router.post("/drafts/{draft_id}/state")
@requires("review")
def move(
    request: Request, service: ServiceParameter, caller: Caller, draft_id: str,
    state: Annotated[State, Form()],
) -> Response:  # fmt: skip
    """Changes the state of a draft."""
    drafts = service.papers.drafts(caller)
    try:
        drafts.move(draft_id, state)
    except Conflict as refusal:
        return _draft_page(request, service, caller, draft_id, refusal)
    return RedirectResponse(f"/drafts/{draft_id}", 303)


def _states(request: Request) -> dict[str, str]:
    return {state: word(f"draft_{state}", language_of(request)) for state in STATES}


@router.post("/confirm")
@requires("confirm")
def confirm(
    request: Request, service: ServiceParameter, caller: Caller, document: Annotated[str, Form(max_length=500)]
) -> Response:
    """Marks an unverified text, by its id, as verified; redirects to it."""
    confirmed = service.confirm(caller, document)
    return RedirectResponse(version_path(confirmed[0]), 303)


REPORT = "evaluation.html"
"""File of the evaluation report in the library's folder, written by `rapporteur eval report RUN --out ...`."""
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"


def evaluation_path(service: Service) -> Path:
    """Path of the evaluation report, which need not exist."""
    return service.library.folder / REPORT


@router.get("/evaluation")
@requires("ratings")
def evaluation(request: Request, service: ServiceParameter, caller: Caller) -> Response:
    """Shows the evaluation report in a sandbox without scripts."""
    path = evaluation_path(service)
    if not path.is_file():
        raise NotFound("no-evaluation")
    return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": REPORT_POLICY})
