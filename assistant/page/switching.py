"""The switch between the languages of the page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from assistant.api.route import everybody
from assistant.labels import COOKIE, LANGUAGE_NAMES
from assistant.page.plain_pages import Paged
from assistant.page.signing import safe_next

router = APIRouter(include_in_schema=False, route_class=Paged)
SECONDS = 365 * 24 * 3_600


@router.get("/language")
@everybody
def switch(
    request: Request, to: Annotated[str, Query(max_length=10)] = "", next: Annotated[str, Query(max_length=1_000)] = "/"
) -> Response:
    """Keeps the language chosen in a cookie, and goes back. It changes nothing but how the page speaks."""
    response = RedirectResponse(safe_next(next), 303)
    if to in LANGUAGE_NAMES:
        response.set_cookie(
            COOKIE, to, max_age=SECONDS, httponly=True, samesite="lax", path="/", secure=request.url.scheme == "https"
        )
    return response
