"""The evaluation report, for the staff."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from assistant.api.callers import Caller, Served
from assistant.api.route import may
from assistant.faults import NotHeld
from assistant.page.plain_pages import Paged
from assistant.service import Service

REPORT = "evaluation.html"
"""File in the folder of the library that is shown as the evaluation report: `rapporteur eval report RUN --out ...`."""
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"

router = APIRouter(include_in_schema=False, route_class=Paged)


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
