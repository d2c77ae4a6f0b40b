"""Routes of documents, passages, meetings and the catalogue. Names of documents may contain slashes, as symbols do."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, status

from assistant.api.api_models import BlockOut, DocumentOut, Page, PassagesOut
from assistant.api.authentication import Caller, ServiceParameter
from assistant.api.route import GuardedRoute, requires
from assistant.service.jobs import Job
from corpus.documents import Document, Edition, Language

router = APIRouter(tags=["documents"], route_class=GuardedRoute)

Name = Annotated[
    str, Path(description="Symbol, name or id of a document.", max_length=500, examples=["CTOC/COP/WG.7/2021/1"])
]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]
Limit = Annotated[int, Query(ge=1, le=200)]
Place = Annotated[str | None, Query(max_length=500, description="A place in it, written as in documents: `para. 12`.")]


def _document(
    service: ServiceParameter,
    caller: Caller,
    document: Name,
    language: Language | None = None,
    edition: Edition | None = None,
) -> Document:
    return service.document(caller, document, language, edition)


NamedDocument = Annotated[Document, Depends(_document)]
"""Parameters of a route: a document by name, and its version."""


@router.get("/documents", response_model=Page[DocumentOut], response_model_exclude_unset=True)
@requires("documents")
def documents(
    service: ServiceParameter,
    caller: Caller,
    q: Annotated[str | None, Query(max_length=500, description="Words of the symbol or title.")] = None,
    language: Language | None = None,
    edition: Edition | None = None,
    offset: Offset = 0,
    limit: Limit = 50,
) -> dict[str, Any]:
    """Lists the documents in the library."""
    found, total = service.documents(caller, text=q, language=language, edition=edition, offset=offset, limit=limit)
    return Page.of(found, total, offset)


@router.get("/catalogue", response_model=Page[DocumentOut])
@requires("catalogue")
def catalogue(service: ServiceParameter, caller: Caller, offset: Offset = 0, limit: Limit = 50) -> dict[str, Any]:
    """Lists the known documents that are not in the library."""
    found, total = service.catalogue(caller, offset, limit)
    return Page.of(found, total, offset)


@router.get("/meetings")
@requires("meetings")
def meetings(service: ServiceParameter, caller: Caller) -> list[dict[str, Any]]:
    """Lists the meetings whose agendas are in the library: items, documentation, sittings."""
    return [each.to_json() for each in service.meetings(caller)]


@router.get("/passages/{passage}", response_model=PassagesOut)
@requires("documents")
def passage(
    service: ServiceParameter,
    caller: Caller,
    passage: Annotated[str, Path(max_length=100, description="Evidence id, as in citations and search results.")],
    around: Annotated[int, Query(ge=0, le=20, description="Neighbours on each side.")] = 1,
) -> dict[str, Any]:
    """Returns a passage with its neighbours."""
    return service.passage(caller, passage, around)


def _part(part: Literal["outline", "tables", "footnotes"], said: str) -> None:
    @router.get(f"/documents/{{document:path}}/{part}", name=part, description=said)
    @requires("documents")
    def give(service: ServiceParameter, doc: NamedDocument, place: Place = None) -> list[dict[str, Any]]:
        return service.collection.parts(doc, part, place)


_part("outline", "The headings of a document with their places and pages.")
_part("tables", "The tables of a document: caption, header rows, rows with their cells.")
_part("footnotes", "The footnotes of a document, with the places that refer to them.")


@router.get("/documents/{document:path}/blocks", response_model=Page[BlockOut])
@requires("documents")
def blocks(
    service: ServiceParameter, doc: NamedDocument, place: Place = None, offset: Offset = 0, limit: Limit = 50
) -> dict[str, Any]:
    """The blocks of a document (headings, paragraphs, items, rows, footnotes), or those at a place."""
    found = service.collection.blocks(doc, place)
    return Page.of(service.collection.blocks_with_corrections(doc, found[offset : offset + limit]), len(found), offset)


@router.get("/documents/{document:path}/text")
@requires("documents")
def text(doc: NamedDocument) -> dict[str, str]:
    """Returns the canonical text of a document, to which all offsets refer."""
    return {"id": doc.id, "text": doc.text}


@router.get("/documents/{document:path}", response_model=DocumentOut, response_model_exclude_unset=True)
@requires("documents")
def document(service: ServiceParameter, doc: NamedDocument) -> dict[str, Any]:
    """Describes a document: masthead, pages, versions, corrections."""
    return service.collection.describe(doc)


@router.post("/documents/{document:path}/confirm", response_model=list[DocumentOut], response_model_exclude_unset=True)
@requires("confirm")
def confirm(
    service: ServiceParameter,
    caller: Caller,
    document: Name,
    language: Language | None = None,
    sha256: Annotated[
        str | None, Query(max_length=64, description="Only the text with this hash, which was seen.")
    ] = None,
) -> list[dict[str, Any]]:
    """Marks the unverified texts of a document as verified: all, those in a language, or the one with a hash."""
    return service.confirm(caller, document, language, sha256)


@router.delete("/documents/{document:path}", response_model=Job, status_code=status.HTTP_202_ACCEPTED)
@requires("remove")
def remove(
    service: ServiceParameter,
    caller: Caller,
    document: Name,
    language: Language | None = None,
    edition: Edition | None = None,
) -> dict[str, Any]:
    """Removes a document: all its versions, or those in a language or edition."""
    return service.remove(caller, document, language, edition).to_json()
