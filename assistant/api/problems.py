"""Error replies as problem details (RFC 9457), unless another interface formats them. Never with a traceback or the request's content."""

from __future__ import annotations

import http
import logging
import math
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from assistant.access import Principal
from assistant.messages import Message
from assistant.service_errors import Invalid, ServiceFault, from_library_error
from corpus.corpus_errors import LibraryError

MEDIA_TYPE = "application/problem+json"

log = logging.getLogger("rapporteur.requests")


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    at: str = Field(description="Where in the request: body.question, query.limit.")
    detail: str


class Problem(BaseModel):
    """Why a request was not fulfilled (RFC 9457)."""

    type: str = Field(description="urn:rapporteur:problem: followed by a stable code.")
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable name of the message in `detail`.")
    request_id: str
    faults: list[Fault] = Field(default=[], description="What is wrong with the request, if that is the reason.")


class Crash(ServiceFault):
    """The program crashed."""

    status, code, title = 500, "fault", "Internal error"


def crash(request_id: str) -> Crash:
    """Logs the exception that is being handled; returns what its request is told, which says nothing of it."""
    log.exception("the program broke down", extra={"fields": {"request_id": request_id}})
    return Crash("crash")


def fault_of(error: Exception, scope: Scope) -> ServiceFault:
    """What the request of a scope is told of an error that is being handled. Whatever is not expected is a crash."""
    if isinstance(error, ServiceFault):
        return error
    if isinstance(error, LibraryError):
        who = scope.get("principal")
        return from_library_error(error, trusted=isinstance(who, Principal) and who.trusted)
    return crash(scope.get("request_id", ""))


def problem(fault: ServiceFault, request_id: str, detail: str = "") -> dict[str, Any]:
    """Converts an error to a JSON-ready problem, with its English message or `detail`."""
    faults = [Fault(at=".".join(map(str, each["loc"])), detail=str(each["msg"])) for each in fault.wrong]
    return Problem(type=f"urn:rapporteur:problem:{fault.code}", title=fault.title, status=fault.status, detail=detail or fault.detail,
                   code=fault.message.name, request_id=request_id, faults=faults).model_dump()  # fmt: skip


class Refusals:
    """Formats errors of an application: by the first of the `forms` (added by other interfaces) that returns a response, else as
    problems."""

    def __init__(self) -> None:
        self.forms: list[Callable[[Request, ServiceFault], Response | None]] = []

    def reply(self, scope: Scope, fault: ServiceFault, *, close: bool = False) -> Response:
        """Returns the response for an error; `close`: after it the connection is closed."""
        request = Request(scope)
        made = next((made for form in self.forms if (made := form(request, fault)) is not None), None)
        if made is None:
            made = JSONResponse(problem(fault, request_id(request)), fault.status, media_type=MEDIA_TYPE)
        made.headers.update(fault.headers)
        if fault.status == made.status_code == 401:
            made.headers["WWW-Authenticate"] = 'Bearer realm="rapporteur"'
        if fault.retry_after is not None:
            made.headers["Retry-After"] = str(math.ceil(fault.retry_after))
        if close:
            made.headers["Connection"] = "close"
        return made


def install(app: FastAPI, refusals: Refusals) -> None:
    """Registers the handlers of all expected errors on an application."""

    @app.exception_handler(ServiceFault)
    @app.exception_handler(LibraryError)
    async def _(request: Request, error: ServiceFault | LibraryError) -> Response:
        return refusals.reply(request.scope, fault_of(error, request.scope))

    @app.exception_handler(RequestValidationError)
    async def _(request: Request, error: RequestValidationError) -> Response:
        wrong = [_as_sent(each, request) for each in error.errors()]
        detail = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong[:5])
        fault = Invalid("wrong-request", wrong=detail)
        fault.wrong = wrong
        return refusals.reply(request.scope, fault)

    @app.exception_handler(HTTPException)
    async def _(request: Request, error: HTTPException) -> Response:
        phrase = http.HTTPStatus(error.status_code).phrase
        known = {404: Message("no-address"), 405: Message("no-method")}
        fault = ServiceFault(known.get(error.status_code) or Message("said", {"text": str(error.detail)}))
        fault.status, fault.title, fault.headers = error.status_code, phrase, error.headers or {}
        fault.code = phrase.lower().replace(" ", "-").replace("'", "")
        return refusals.reply(request.scope, fault)


def _as_sent(fault: dict[str, Any], request: Request) -> dict[str, Any]:
    """A validation error; for a body of the wrong media type, how to send it instead of how it was parsed."""
    if fault["type"] == "json_invalid":
        where = f"{fault['ctx']['error']} at character {fault['loc'][-1]}"
        return {**fault, "loc": ("body",), "msg": f"This is not JSON: {where}."}
    at, sent = tuple(fault["loc"]), request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if at == ("body",) and fault["type"] != "missing" and sent != "application/json" and not sent.endswith("+json"):
        return {**fault, "msg": "Send JSON, with the header Content-Type: application/json."}
    if fault["type"] == "value_error" and "UploadFile" in str(fault["msg"]):
        return {**fault, "msg": "Send it as a file, with a file name."}
    return fault


def request_id(request: Request) -> str:
    """The id of a request, as logs and problems contain it."""
    return str(request.scope.get("request_id", ""))
