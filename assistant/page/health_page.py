"""What the staff looks at: what is held and how well it was read, what people said, the evaluation report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from assistant.access import Principal
from assistant.api.callers import Caller, Served
from assistant.api.route import may
from assistant.faults import NotHeld
from assistant.labels import LANGUAGE_NAMES
from assistant.page.plain_pages import Paged
from assistant.page.rendering import record_path
from assistant.service import Service

REPORT = "evaluation.html"
"""File in the folder of the library that is shown as the evaluation report: `rapporteur eval report RUN --out ...`."""
RATINGS = 100
"""Most ratings that are shown, the latest."""
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"

router = APIRouter(include_in_schema=False, route_class=Paged)


def health_view(service: Service, who: Principal) -> dict[str, Any]:
    """Counts, and the documents that a person should look at."""
    status = service.status(who)
    records = service.records(who)
    doubtful = [
        {
            "id": record["id"],
            "path": record_path(record),
            "warnings": list(record["warnings"]),
            "pages": record["pages"],
            "thin": record["pages_without_text"],
        }
        for record in records
        if record["warnings"] or record["pages_without_text"]
    ]
    return {
        "figures": [
            ("documents", status["documents"]),
            ("passages", status["passages"]),
            ("vectors", status["vectors"]),
            ("megabytes", f"{status['bytes'] / 1e6:.1f}"),
            ("known_not_held", service.catalogue(who, limit=1)[1]),
        ],
        "languages": [(LANGUAGE_NAMES[code], count) for code, count in status["languages"].items()],
        "model": str(status.get("embedding") or status.get("model") or ""),
        "doubtful": doubtful,
    }


def feedback_views(service: Service, who: Principal) -> list[dict[str, Any]]:
    """What people said, the latest first."""
    words = {1: "right", 0: "partly", -1: "wrong"}
    _, total = service.ratings(who, 0, 1)
    kept, _ = service.ratings(who, max(0, total - RATINGS), RATINGS)
    return [
        {
            "time": each.time[:16].replace("T", " "),
            "language": each.language,
            "question": each.question,
            "rating": words[each.rating],
            "comment": each.comment,
            "status": str((each.answer or {}).get("status", "")),
        }
        for each in reversed(kept)
    ]


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
