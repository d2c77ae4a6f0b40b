"""One form for every error: problem details, RFC 9457. Never a traceback, never what was sent."""

from __future__ import annotations

import http
import math
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from assistant.access import Principal
from assistant.faults import ServiceFault, of_library
from corpus.faults import LibraryError

MEDIA_TYPE = "application/problem+json"


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    at: str = Field(description="Where in the request: body.question, query.limit.")
    detail: str


class Problem(BaseModel):
    """Why a request was not fulfilled (RFC 9457)."""

    type: str = Field(description="urn:rapporteur:problem: and a word that stays the same.")
    title: str
    status: int
    detail: str
    request_id: str
    faults: list[Fault] = Field(default=[], description="What is wrong with the request, where that is why.")


def problem(
    request_id: str,
    status: int,
    code: str,
    title: str,
    detail: str,
    *,
    faults: list[dict[str, str]] | None = None,
    retry_after: float | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """A response that says what is wrong."""
    body: dict[str, Any] = {
        "type": f"urn:rapporteur:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": request_id,
        "faults": faults or [],
    }
    made = dict(headers or {})
    if retry_after is not None:
        made["Retry-After"] = str(math.ceil(retry_after))
    if status == 401:
        made["WWW-Authenticate"] = 'Bearer realm="rapporteur"'
    return JSONResponse(body, status, made, MEDIA_TYPE)


def of_fault(fault: ServiceFault, request_id: str) -> JSONResponse:
    """The response to a refusal of the service."""
    return problem(request_id, fault.status, fault.code, fault.title, fault.detail, retry_after=fault.retry_after)


def install(app: FastAPI) -> None:
    """Has every error of an application answered in this form."""

    @app.exception_handler(ServiceFault)
    async def _(request: Request, error: ServiceFault) -> JSONResponse:
        return of_fault(error, request_id(request))

    @app.exception_handler(RequestValidationError)
    async def _(request: Request, error: RequestValidationError) -> JSONResponse:
        faults = [
            {"at": ".".join(str(part) for part in each["loc"]), "detail": str(each["msg"])} for each in error.errors()
        ]
        detail = "; ".join(f"{each['at']}: {each['detail']}" for each in faults[:5])
        return problem(request_id(request), 422, "invalid", "The request is not valid", detail, faults=faults)

    @app.exception_handler(HTTPException)
    async def _(request: Request, error: HTTPException) -> JSONResponse:
        phrase = http.HTTPStatus(error.status_code).phrase
        code = phrase.lower().replace(" ", "-").replace("'", "")
        detail = {404: "There is nothing at this address.", 405: "This address does not take that method."}.get(
            error.status_code, str(error.detail)
        )
        headers = dict(error.headers or {})
        return problem(request_id(request), error.status_code, code, phrase, detail, headers=headers)

    @app.exception_handler(LibraryError)
    async def _(request: Request, error: LibraryError) -> JSONResponse:
        who = request.scope.get("principal")
        trusted = isinstance(who, Principal) and who.trusted
        return of_fault(of_library(error, trusted=trusted), request_id(request))


def request_id(request: Request) -> str:
    """The id of a request, for people who ask what happened."""
    return str(request.scope.get("request_id", ""))


def crash(request_id: str) -> JSONResponse:
    """The response where the program itself is at fault."""
    detail = "The program has a fault. Name the request id to whoever runs it: the log has the details."
    return problem(request_id, 500, "fault", "The service has a fault", detail)
