"""Plain pages beside Gradio's: how they are answered, and how refusals look there."""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.access import Principal
from assistant.api.route import Guarded
from assistant.faults import NotKnown, ServiceFault, of_library
from assistant.labels import language_of, words_of
from assistant.page.rendering import render
from corpus.faults import LibraryError

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""Content policy of plain pages: what this site serves itself, and nothing else."""


def page(template: str, request: Request, status: int = 200, **values: object) -> Response:
    """A plain page."""
    who: Principal | None = request.scope.get("principal")
    made = render(template, language_of(request), who=who, here=request.url.path, **values)
    return HTMLResponse(made, status, {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})


class Paged(Guarded):
    """A guarded route that shows refusals as pages; those who are not known yet are sent to sign in."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As `Guarded`'s."""
        answer = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await answer(request)
            except NotKnown:
                return RedirectResponse(sign_in_path(request), 303)
            except ServiceFault as fault:
                return refusal(fault, request)
            except LibraryError as error:
                return refusal(_of_library(error, request), request)

        return shown


def refusal(fault: ServiceFault, request: Request) -> Response:
    """What is refused, as a page."""
    made = page("fault.html", request, fault.status, title=_title(fault.code, request), detail=fault.detail)
    if fault.retry_after:
        made.headers["Retry-After"] = str(math.ceil(fault.retry_after))
    return made


def _of_library(error: LibraryError, request: Request) -> ServiceFault:
    who = request.scope.get("principal")
    return of_library(error, trusted=isinstance(who, Principal) and who.trusted)


def _title(code: str, request: Request) -> str:
    labels = words_of(language_of(request))
    return labels.get(f"fault_{code}", labels["fault_failed"])


def sign_in_path(request: Request) -> str:
    """Where to sign in and come back from."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/sign-in?next={quote(here, safe='')}"
