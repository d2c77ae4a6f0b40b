"""Routes for staff (uploads, fetching, jobs), and for the command line of this machine's user, whose files the server may read."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query, Request, UploadFile, status
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from assistant.access import check
from assistant.api import authentication
from assistant.api.api_models import Strict
from assistant.api.api_replies import STREAMED, EventStream, event, with_pauses
from assistant.api.authentication import Caller, ServiceParameter, identify_caller_again
from assistant.api.route import GuardedRoute, check_form_fields, requires
from assistant.api.routes.document_routes import NamedDocument
from assistant.fetch_plans import FetchRequest
from assistant.ingestion import Files
from assistant.outcome_messages import describe_job
from assistant.service.jobs import Job
from assistant.service_errors import TooLarge
from corpus.documents import Language

router = APIRouter(tags=["keep"], route_class=GuardedRoute)

JobId = Annotated[str, Path(max_length=100)]
Known = Annotated[int, Query(ge=0, le=10_000_000, description="Outcomes already known.")]

Spoken = Annotated[
    Language,
    Query(description="Language of reasons, of `line` and `notes` of outcomes, and of the progress."),
]


@router.post(
    "/uploads", response_model=Job, status_code=status.HTTP_202_ACCEPTED, dependencies=[Depends(check_form_fields)]
)
@requires("upload")
def upload(
    service: ServiceParameter,
    caller: Caller,
    file: UploadFile,
    symbol: Annotated[
        str | None, Form(max_length=200, description="Symbol of the document, if the file does not print it.")
    ] = None,
    language: Annotated[Language | None, Form()] = None,
    ocr: Annotated[bool, Form(description="Recognize text on pages that are images.")] = False,
    again: Annotated[
        bool,
        Form(
            description="Read the file even if the same bytes were read or refused before. If they were skipped because they have "
            "little in common with a verified text, they replace it now."
        ),
    ] = False,
) -> dict[str, Any]:
    """Uploads a document to be ingested. Its format is detected from the content, never from the name."""
    if (file.size or 0) > service.most_upload:
        raise TooLarge("file-large", most=service.most_upload / 1e6)
    job = service.upload(caller, file.file, file.filename or "", symbol=symbol, language=language, ocr=ocr, again=again)
    return job.to_json()


@router.post("/fetch", response_model=Job, status_code=status.HTTP_202_ACCEPTED)
@requires("fetch")
def fetch(asked: FetchRequest, service: ServiceParameter, caller: Caller) -> dict[str, Any]:
    """Fetches official documents by symbol from the Official Document System, and ingests them."""
    return service.fetch(caller, asked).to_json()


@router.post("/fetch/plan", response_model=list[dict[str, Any]])
@requires("fetch")
def fetch_plan(asked: FetchRequest, service: ServiceParameter, caller: Caller) -> list[dict[str, Any]]:
    """What fetching would do with each document: `held`, `would read` (it was fetched before), `would fetch`."""
    return [asdict(row) for row in service.plan_fetch(caller, asked)]


@router.post("/verify", response_model=Job, status_code=status.HTTP_202_ACCEPTED)
@requires("verify")
def verify(service: ServiceParameter, caller: Caller) -> dict[str, Any]:
    """Checks the database, both indexes, and that the passages cover each document; every outcome is a fault."""
    return service.verify(caller).to_json()


@router.get("/jobs", response_model=list[Job])
@requires("jobs")
def jobs(service: ServiceParameter, caller: Caller) -> list[dict[str, Any]]:
    """Lists the jobs, latest first."""
    return service.all_jobs(caller)


@router.get("/jobs/{job}", response_model=Job)
@requires("jobs")
def job(
    service: ServiceParameter, caller: Caller, job: JobId, since: Known = 0, language: Spoken = "en"
) -> dict[str, Any]:
    """Returns the state of a job."""
    return describe_job(service.job(caller, job, since), language)


@router.get("/jobs/{job}/stream", response_class=EventStream, responses=STREAMED)
@requires("jobs")
async def job_stream(
    request: Request,
    service: ServiceParameter,
    caller: Caller,
    job: JobId,
    since: Known = 0,
    language: Spoken = "en",
) -> EventStream:
    """Follows a job as server-sent events `job`, one after each change, until it has ended. Each event has only the outcomes that no
    earlier one had."""
    changes = await run_in_threadpool(service.follow_job, caller, job, since)
    return EventStream(_changes(request, changes, language), request)


@router.delete("/jobs/{job}", response_model=Job)
@requires("jobs")
def stop_job(service: ServiceParameter, caller: Caller, job: JobId) -> dict[str, Any]:
    """Stops a job; finished parts remain."""
    return describe_job(service.stop_job(caller, job))


async def _changes(
    request: Request, changes: AsyncGenerator[dict[str, Any], None], language: Language
) -> AsyncGenerator[bytes, None]:
    """Yields the records of a job as events while the caller may see them: a key may be revoked, a session may end."""
    async with aclosing(changes), aclosing(with_pauses(changes, authentication.AGAIN_SECONDS)) as coming:
        async for record in coming:
            check(await identify_caller_again(request), "jobs")
            if record is not None:
                yield await run_in_threadpool(_job_event, record, language)  # it may have many outcomes


def _job_event(record: dict[str, Any], language: Language) -> bytes:
    return event("job", describe_job(record, language))


local = APIRouter(prefix="/local", include_in_schema=False, route_class=GuardedRoute)


class IngestBody(Strict):
    """Options of `rapporteur ingest`."""

    paths: list[FilePath] = Field(max_length=10_000)
    starter: bool = False
    symbol: str | None = None
    language: Language | None = None
    ocr: bool = False
    again: bool = False
    jobs: int | None = Field(None, ge=1, le=64)


@local.post("/ingest", response_model=Job, status_code=status.HTTP_202_ACCEPTED)
@requires("ingest")
def ingest(body: IngestBody, service: ServiceParameter, caller: Caller) -> dict[str, Any]:
    """Starts to ingest files and folders of this machine."""
    files = Files(body.paths, body.starter, body.symbol or None, body.language, body.ocr, apart=service.library.folder)
    return service.ingest(caller, files, again=body.again, jobs=body.jobs).to_json()


class ForgetBody(Strict):
    """A deleted file, and its name as shown to people."""

    path: str = Field(min_length=1, max_length=10_000, pattern=r"^[^\x00]+$")
    shown: str = Field(max_length=5_000)


@local.post("/forget", response_model=Job, status_code=status.HTTP_202_ACCEPTED)
@requires("ingest")
def forget(body: ForgetBody, service: ServiceParameter, caller: Caller) -> dict[str, Any]:
    """Starts to remove the documents of a deleted file of this machine."""
    return service.forget(caller, FilePath(body.path), body.shown).to_json()


@local.get("/documents/{document:path}")
@requires("documents")
def document(service: ServiceParameter, doc: NamedDocument) -> dict[str, Any]:
    """Returns a document with all its blocks, and its relations to others."""
    return {"document": doc.to_json(), "versions": service.collection.relations(doc)}


@local.get("/meetings")
@requires("meetings")
def meetings(service: ServiceParameter, caller: Caller) -> list[dict[str, Any]]:
    """Lists the meetings, each with the label of its agenda."""
    return [
        {"meeting": each.to_json(), "label": service.document(caller, each.document_id).label}
        for each in service.meetings(caller)
    ]


@local.get("/records")
@requires("documents")
def records(service: ServiceParameter, caller: Caller, missing: bool = False) -> list[dict[str, Any]]:
    """Lists all stored documents; with `missing`, also those of the catalogue that are not stored."""
    return service.records(caller, missing=missing)
