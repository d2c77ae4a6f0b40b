"""For the command line of this machine's user, whose files the server may read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter, status
from pydantic import BaseModel, ConfigDict, Field

from assistant.api.callers import Caller, Served
from assistant.api.route import Guarded, may
from assistant.api.routes.document_routes import Held
from assistant.named_files import Files
from assistant.question_request import Language
from assistant.service.jobs import Job

router = APIRouter(prefix="/local", include_in_schema=False, route_class=Guarded)


class IngestBody(BaseModel):
    """What `rapporteur ingest` is told."""

    model_config = ConfigDict(extra="forbid")

    paths: list[Path] = Field(max_length=10_000)
    starter: bool = False
    symbol: str | None = None
    language: Language | None = None
    ocr: bool = False
    again: bool = False
    jobs: int | None = Field(None, ge=1, le=64)


@router.post("/ingest", response_model=Job, status_code=status.HTTP_202_ACCEPTED)
@may("ingest")
def ingest(body: IngestBody, service: Served, caller: Caller) -> dict[str, Any]:
    """Reads files and folders of this machine's."""
    files = Files(body.paths, body.starter, body.symbol or None, body.language, body.ocr, apart=service.library.folder)
    return service.ingest(caller, files, again=body.again, jobs=body.jobs).to_json()


class ForgetBody(BaseModel):
    """A file that is gone, and how people call it."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(min_length=1, max_length=10_000, pattern=r"^[^\x00]+$")
    shown: str = Field(max_length=5_000)


@router.post("/forget", response_model=Job, status_code=status.HTTP_202_ACCEPTED)
@may("ingest")
def forget(body: ForgetBody, service: Served, caller: Caller) -> dict[str, Any]:
    """Removes what came from a file of this machine's that is gone."""
    return service.forget(caller, Path(body.path), body.shown).to_json()


@router.get("/documents/{document:path}")
@may("documents")
def document(service: Served, held: Held) -> dict[str, Any]:
    """A document with all its blocks, and how it stands to others."""
    return {"document": held.to_json(), "versions": service.collection.relations(held)}


@router.get("/meetings")
@may("meetings")
def meetings(service: Served, caller: Caller) -> list[dict[str, Any]]:
    """The meetings, each with how its agenda is cited."""
    return [
        {"meeting": each.to_json(), "label": service.document(caller, each.document_id).label}
        for each in service.meetings(caller)
    ]


@router.get("/records")
@may("documents")
def records(service: Served, caller: Caller, missing: bool = False) -> list[dict[str, Any]]:
    """All documents that are held, and those that are known and not held where asked for."""
    return service.records(caller, missing=missing)
