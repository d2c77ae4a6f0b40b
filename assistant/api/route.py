"""Routes that name the operation that they are: who calls is told, his role is checked and his request counted before a byte
of its body is read or a parameter looked at. A route that names none can't be made."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.params import Cookie, Header, Path
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from assistant.api.authentication import identified
from assistant.service import Service
from assistant.service_errors import no_room
from corpus.corpus_errors import is_disk_full

_MARK = "__operation__"
_MOST_NAMED = 10
"""Unknown parameters that are told, and 100 characters of each."""
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True)
class Use:
    """What a route is. `operation` is None where everybody may have it; it counts as `counted` before more is known of it."""

    operation: str | None
    counted: str | None


def may(operation: str | None, *, counted: str | None = None) -> Callable[[Endpoint], Endpoint]:
    """Marks a function as one that does an operation. `counted`: as what its request counts where the service counts the
    operation itself, once it knows what is asked for."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _MARK, Use(operation, counted or operation))
        return endpoint

    return mark


everybody = may(None)
"""Marks a function that gives the same to all, whoever they are."""


class Guarded(APIRoute):
    """A route that lets in who may do its operation, and knows the parameters that it has."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        use = getattr(endpoint, _MARK, None)
        if not isinstance(use, Use):
            raise TypeError(f"The route {path} names no operation: mark its function with `may` or `everybody`.")
        self.use: Use = use
        """What the route is."""
        super().__init__(path, endpoint, **given)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As every route says whether it is meant; what is there for GET is there for HEAD (RFC 9110, 9.3.2): the server leaves its body out."""
        return super().matches(_got(scope))

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        await super().handle(_got(scope), receive, send)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As FastAPI's, behind the checks."""
        answer = super().get_route_handler()
        # The parameters behind the question mark; where a model holds them, its members.
        every = (
            each for each in get_flat_params(self.dependant) if not isinstance(each.field_info, Path | Header | Cookie)
        )
        use, known = self.use, sorted({each.alias for each in every})

        async def guarded(request: Request) -> Response:
            if use.operation is not None and use.counted is not None:
                who = await identified(request)
                service: Service = request.app.state.service
                request.scope["principal"] = service.admit(who, use.operation, use.counted)
            _check_names(request.query_params, known, "query", "parameter")
            try:
                return await answer(request)
            except (OSError, HTTPException) as error:
                # FastAPI takes a form that could not be put by for one that is wrong.
                if is_disk_full(error) or is_disk_full(error.__cause__):
                    raise no_room() from error
                raise

        return guarded


def _got(scope: Scope) -> Scope:
    return {**scope, "method": "GET"} if scope.get("method") == "HEAD" else scope


async def known_fields(request: Request) -> None:
    """Refuses a form that has other fields than its route: a dependency of routes that programs send forms to."""
    known = sorted(each.alias for each in request.scope["route"].dependant.body_params)
    _check_names(await request.form(), known, "body", "field")


def _check_names(given: Iterable[str], known: list[str], where: str, what: str) -> None:
    unknown = [name for name in dict.fromkeys(given) if name not in known]
    if unknown:
        there_are = f"those that exist are {', '.join(known)}" if known else "there are none here"
        told = f"There is no such {what}; {there_are}."
        raise RequestValidationError(
            [{"type": "extra_forbidden", "loc": (where, name[:100]), "msg": told} for name in unknown[:_MOST_NAMED]]
        )
