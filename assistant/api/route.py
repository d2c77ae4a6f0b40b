"""Routes that declare their operation: the caller is identified, the role checked and the request counted before the body or
parameters are read. A route without an operation can't be created."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.params import Cookie, Header, Path
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from assistant.api.authentication import identify_caller
from assistant.service import Service
from assistant.service_errors import Full
from corpus.corpus_errors import is_disk_full

_MARK = "__operation__"
_MAX_NAMED = 10
"""Most unknown parameters listed in an error, with 100 characters of each."""
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True)
class RouteAccess:
    """Access to a route. `operation`: None where everybody may call it; `counted`: operation as which the rate limits count it."""

    operation: str | None
    counted: str | None


def requires(operation: str | None, *, counted: str | None = None) -> Callable[[Endpoint], Endpoint]:
    """Decorator that declares the operation of a route. `counted`: the (cheaper) operation as which its requests are counted first,
    where the service counts the operation itself once it knows what is requested."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _MARK, RouteAccess(operation, counted or operation))
        return endpoint

    return mark


public_route = requires(None)
"""Decorator of a route that everybody may call."""


class GuardedRoute(APIRoute):
    """A route that checks access to its operation, and refuses unknown query parameters."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        use = getattr(endpoint, _MARK, None)
        if not isinstance(use, RouteAccess):
            raise TypeError(
                f"The route {path} names no operation: mark its function with `requires` or `public_route`."
            )
        self.use: RouteAccess = use
        """Operation of the route."""
        super().__init__(path, endpoint, **given)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Matches HEAD as GET (RFC 9110, 9.3.2); the server omits the body."""
        return super().matches(_as_get(scope))

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles a request, HEAD as GET."""
        await super().handle(_as_get(scope), receive, send)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wraps FastAPI's handler in the checks."""
        answer = super().get_route_handler()
        # The query parameters; of a model its members.
        every = (
            each for each in get_flat_params(self.dependant) if not isinstance(each.field_info, Path | Header | Cookie)
        )
        use, known = self.use, {each.alias: _takes_several(each.field_info.annotation) for each in every}

        async def guarded(request: Request) -> Response:
            if use.operation is not None and use.counted is not None:
                who = await identify_caller(request)
                service: Service = request.app.state.service
                request.scope["principal"] = service.admit(who, use.operation, use.counted)
            _check_names(request.query_params.multi_items(), known, "query", "parameter")
            try:
                return await answer(request)
            except (OSError, HTTPException) as error:
                # FastAPI reports a form that could not be stored on disk as an invalid one.
                if is_disk_full(error) or is_disk_full(error.__cause__):
                    raise Full("disk-full") from error
                raise

        return guarded


def _as_get(scope: Scope) -> Scope:
    return {**scope, "method": "GET"} if scope.get("method") == "HEAD" else scope


async def check_form_fields(request: Request) -> None:
    """Refuses a form with unknown or repeated fields: a dependency of routes that programs send forms to."""
    fields = request.scope["route"].dependant.body_params
    known = {each.alias: _takes_several(each.field_info.annotation) for each in fields}
    _check_names((await request.form()).multi_items(), known, "body", "field")


def _takes_several(annotation: object) -> bool:
    """Whether a parameter of this type takes several values: a list, a set, or a union with one."""
    kind = get_origin(annotation) or annotation
    if kind in (Annotated, Union, UnionType):
        return any(map(_takes_several, get_args(annotation)))
    return isinstance(kind, type) and issubclass(kind, Sequence | Set) and not issubclass(kind, str | bytes)


def _check_names(given: Iterable[tuple[str, object]], known: Mapping[str, bool], where: str, what: str) -> None:
    """Raises an error for names that are not `known`, and for repeated ones whose value is no list."""
    counts = Counter(name for name, _ in given)
    unknown = [name for name in counts if name not in known]
    if unknown:
        there_are = f"those that exist are {', '.join(sorted(known))}" if known else "there are none here"
        text = f"There is no such {what}; {there_are}."
        raise RequestValidationError(
            [{"type": "extra_forbidden", "loc": (where, name[:100]), "msg": text} for name in unknown[:_MAX_NAMED]]
        )
    if repeated := [name for name, count in counts.items() if count > 1 and not known[name]]:
        text = f"The {what} is given more than once. Give it once."
        raise RequestValidationError([{"type": "repeated", "loc": (where, name), "msg": text} for name in repeated])
