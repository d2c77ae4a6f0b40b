"""Pages for staff: drafts of briefings with their states, comments and changes; and the evaluation report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import FileResponse, RedirectResponse, Response
from markupsafe import Markup

from assistant.api.api_replies import file_reply
from assistant.api.route import requires
from assistant.export.file_formats import to_html
from assistant.page.plain_pages import Context, PageContext, PageRoute, version_path, words_path
from assistant.page.report_pages import FILES, BriefingForm, File, Short, made_or_waiting
from assistant.page_labels import word
from assistant.service import Service
from assistant.service.paper_service import STATES, Drafts, State, review_publication
from assistant.service_errors import Conflict, Invalid, NotFound, ServiceFault

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/drafts")
@requires("review")
def drafts(context: Context) -> Response:
    """Lists the drafts."""
    found = _drafts(context).all()
    return context.page("drafts.html", drafts=found, draft=None, refused="", states=_states(context.reader))


@router.post("/drafts")
@requires("review")
def add(context: Context, asked: Annotated[BriefingForm, Form()]) -> Response:
    """Generates a briefing and stores it as a draft."""
    drafts = _drafts(context)
    return made_or_waiting(
        context, asked.read_by(context), lambda made: RedirectResponse(f"/drafts/{drafts.add(made).id}", 303)
    )


@router.get("/drafts/{draft_id}")
@requires("review")
def draft(context: Context, draft_id: str) -> Response:
    """Shows a draft, with forms to comment on it and to change its state."""
    return _draft_page(context, draft_id)


def _draft_page(context: PageContext, draft_id: str, refusal: ServiceFault | None = None, **given: str) -> Response:
    """Renders a draft with its forms; after an error with its reason, and with the values `given` in the form."""
    found = _drafts(context).get(draft_id)
    publication = review_publication(found, context.service.library, words_path)
    return context.page(
        "drafts.html",
        refusal.status if refusal else 200,
        draft=found,
        states=_states(context.reader),
        article=Markup(to_html(publication, page=False)),  # noqa: S704  (escaped)
        files=[(label, f"/drafts/{found.id}/briefing.{form}") for form, label in FILES.items()],
        refused=refusal.in_language(context.reader) if refusal else "",
        kept={"text": "", "statement": "", **given},
    )


@router.get("/drafts/{draft_id}/briefing.{form}")
@requires("review")
def draft_file(context: Context, draft_id: str, form: File) -> Response:
    """Returns a draft as a file, with its state on the cover."""
    found = _drafts(context).get(draft_id)
    data = context.service.papers.render_draft(context.caller, found, form)
    return file_reply(data, form, "briefing", found.title)


@router.post("/drafts/{draft_id}/comments")
@requires("review")
def comment(
    context: Context,
    draft_id: str,
    text: Annotated[str, Form(max_length=4_000)],
    statement: Annotated[Short, Form()] = "",
) -> Response:
    """Adds a comment; `statement` is the number of a paragraph, or empty."""
    drafts, named = _drafts(context), statement.strip()
    try:
        drafts.comment(draft_id, text, (int(named) if named.isdecimal() else 0) if named else None)
    except Invalid as refusal:
        return _draft_page(context, draft_id, refusal, text=text, statement=statement)
    return RedirectResponse(f"/drafts/{draft_id}", 303)


@router.post("/drafts/{draft_id}/state")
@requires("review")
def move(context: Context, draft_id: str, state: Annotated[State, Form()]) -> Response:
    """Changes the state of a draft."""
    drafts = _drafts(context)
    try:
        drafts.move(draft_id, state)
    except Conflict as refusal:
        return _draft_page(context, draft_id, refusal)
    return RedirectResponse(f"/drafts/{draft_id}", 303)


def _drafts(context: PageContext) -> Drafts:
    return context.service.papers.drafts(context.caller)


def _states(reader: str) -> dict[str, str]:
    return {state: word(f"draft_{state}", reader) for state in STATES}


@router.post("/confirm")
@requires("confirm")
def confirm(
    context: Context,
    document: Annotated[str, Form(max_length=500)],
    sha256: Annotated[str, Form(min_length=1, max_length=64)],
) -> Response:
    """Marks an unverified text, by its id and the hash of what was shown, as verified; redirects to it."""
    confirmed = context.service.confirm(context.caller, document, sha256=sha256)
    return RedirectResponse(version_path(confirmed[0]), 303)


REPORT = "evaluation.html"
"""File of the evaluation report in the library's folder, written by `rapporteur eval report RUN --out ...`."""
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"


def evaluation_path(service: Service) -> Path:
    """Path of the evaluation report, which need not exist."""
    return service.library.folder / REPORT


@router.get("/evaluation")
@requires("ratings")
def evaluation(context: Context) -> Response:
    """Shows the evaluation report in a sandbox without scripts."""
    path = evaluation_path(context.service)
    if not path.is_file():
        raise NotFound("no-evaluation")
    return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": REPORT_POLICY})
