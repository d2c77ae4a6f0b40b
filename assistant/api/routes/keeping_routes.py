"""What staff do: send files, look at jobs."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request, UploadFile, status
from fastapi.concurrency import run_in_threadpool

from assistant.access import check
from assistant.api import callers
from assistant.api.callers import Caller, Served, identified_again
from assistant.api.problems import problem, request_id
from assistant.api.route import Guarded, may
from assistant.api.server_events import DOCUMENTED, EventStream, event, with_pauses
from assistant.faults import ServiceFault, TooLarge
from assistant.fetching import FetchRequest
from assistant.outcome_words import job_told
from assistant.question_request import Language
from assistant.service.jobs import Job

router = APIRouter(tags=["keep"], route_class=Guarded)

JobId = Annotated[str, Path(max_length=100)]
Known = Annotated[int, Query(ge=0, le=10_000_000, description="Outcomes that are known already.")]

Spoken = Annotated[
    Language,
    Query(description="In which language reasons, `line` and `notes` of outcomes, and what is in hand are told."),
]


@router.post("/uploads", response_model=Job, status_code=status.HTTP_202_ACCEPTED)
@may("upload")
def upload(
    service: Served,
    caller: Caller,
    file: UploadFile,
    symbol: Annotated[str | None, Form(max_length=200, description="Where the file does not print it.")] = None,
    language: Annotated[Language | None, Form()] = None,
    ocr: Annotated[bool, Form(description="Recognise the words of pages that are images.")] = False,
) -> dict[str, Any]:
    """Sends a document to be read into the library. What it is its content tells, never its name."""
    if (file.size or 0) > service.limits.upload:
        raise TooLarge("file-large", most=service.limits.upload / 1e6)
    job = service.upload(caller, file.file, file.filename or "", symbol=symbol, language=language, ocr=ocr)
    return job.to_json()


@router.post("/fetch", response_model=Job, status_code=status.HTTP_202_ACCEPTED)
@may("fetch")
def fetch(asked: FetchRequest, service: Served, caller: Caller) -> dict[str, Any]:
    """Fetches official documents by symbol from the Official Document System, and reads them in."""
    return service.fetch(caller, asked).to_json()


@router.post("/fetch/plan", response_model=list[dict[str, Any]])
@may("fetch")
def fetch_plan(asked: FetchRequest, service: Served, caller: Caller) -> list[dict[str, Any]]:
    """What fetching would do with each document: `held`, `would read` (it was fetched before), `would fetch`."""
    return [asdict(row) for row in service.foresee(caller, asked)]


@router.post("/verify", response_model=Job, status_code=status.HTTP_202_ACCEPTED)
@may("verify")
def verify(service: Served, caller: Caller) -> dict[str, Any]:
    """Checks database, both indexes and that passages cover each document; every outcome is a fault."""
    return service.verify(caller).to_json()


@router.get("/jobs", response_model=list[Job])
@may("jobs")
def jobs(service: Served, caller: Caller) -> list[dict[str, Any]]:
    """The jobs, the latest first."""
    return service.all_jobs(caller)


@router.get("/jobs/{job}", response_model=Job)
@may("jobs")
def job(
    service: Served,
    caller: Caller,
    job: JobId,
    since: Known = 0,
    language: Spoken = "en",
) -> dict[str, Any]:
    """How a job stands."""
    return job_told(service.job(caller, job, since), language)


@router.get("/jobs/{job}/stream", response_class=EventStream, responses=DOCUMENTED)
@may("jobs")
async def job_stream(
    request: Request, service: Served, caller: Caller, job: JobId, since: Known | None = None, language: Spoken = "en"
) -> EventStream:
    """A job as server-sent events `job`, one whenever it has changed, until it has ended. With `since` each event has only the
    outcomes that none before it had."""
    return EventStream(_changes(request, await run_in_threadpool(service.follow_job, caller, job, since), language))


@router.delete("/jobs/{job}", response_model=Job)
@may("jobs")
def stop_job(service: Served, caller: Caller, job: JobId) -> dict[str, Any]:
    """Stops a job; what is finished is kept."""
    return job_told(service.stop_job(caller, job))


async def _changes(
    request: Request, changes: AsyncGenerator[dict[str, Any], None], language: Language
) -> AsyncIterator[bytes]:
    """The records of a job as events, for as long as the caller may see them: a key may be revoked, a session ended."""
    try:
        async with aclosing(changes), aclosing(with_pauses(changes, callers.AGAIN_SECONDS)) as coming:
            async for record in coming:
                check(await identified_again(request), "jobs")
                if record is not None:
                    yield event("job", job_told(record, language))
    except ServiceFault as fault:
        yield event("problem", problem(fault, request_id(request)))
