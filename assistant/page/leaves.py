"""Pages of documents as they are printed, beside their text: pictures, and plain pages that show one at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response

from assistant.api.callers import Caller, Served
from assistant.api.route import Guarded, may
from assistant.labels import language_of, word
from assistant.page.plain_pages import Paged, document_path, page, version_path, words_path
from assistant.service import Service
from corpus.documents import Document, Span

pictures = APIRouter(include_in_schema=False, route_class=Guarded)
router = APIRouter(include_in_schema=False, route_class=Paged)
Number = Annotated[int, Path(ge=1, le=100_000)]


@dataclass(frozen=True)
class Leaf:
    """A page of a document as it is printed: `label` says which, `picture` and `path` show it alone and with its neighbours."""

    number: int
    label: str
    picture: str
    path: str


def leaves_of(service: Service, document: Document, words: Span, language: str) -> list[Leaf]:
    """The pages on which the words of a span may stand; none where the file is not kept."""
    if not service.library.keeps_original(document):
        return []
    between = document.pages_between(*words)
    return (
        [leaf_of(document, number, language, words) for number in range(between[0], between[1] + 1)] if between else []
    )


def leaf_of(document: Document, number: int, language: str, words: Span | None = None) -> Leaf:
    """A page of a document, where words of a span are marked."""
    base = f"{document_path(document.key)}/page/{number}"
    query = version_path(document).partition("?")[2] + (f"&words={words[0]}-{words[1]}" if words else "")
    return Leaf(number, word("printed_page", language, number=number), f"{base}.png?{query}", f"{base}?{query}")


def span_of(words: str, document: Document) -> Span | None:
    """The span that two offsets in an address name; None where they name none of the document."""
    found = re.fullmatch(r"(\d{1,10})-(\d{1,10})", words)
    if found is None:
        return None
    start, end = int(found[1]), int(found[2])
    return (start, end) if start < end <= len(document.text) else None


def _looked_at(
    name: str,
    service: Served,
    caller: Caller,
    language: Annotated[str | None, Query(max_length=10)] = None,
    edition: Annotated[str | None, Query(max_length=20)] = None,
    words: Annotated[str, Query(max_length=40)] = "",
) -> tuple[Document, Span | None]:
    held = service.document(caller, name, language or None, edition or None)
    return held, span_of(words, held)


LookedAt = Annotated[tuple[Document, Span | None], Depends(_looked_at)]
"""Parameters of a route: a document, and two offsets in it (`words`), between which the words are marked."""


@pictures.get("/documents/{name:path}/page/{number}.png")
@may("documents")
def picture(number: Number, service: Served, caller: Caller, looked_at: LookedAt) -> Response:
    """A page as a picture."""
    made = service.picture(caller, looked_at[0], number, looked_at[1])
    return Response(made, media_type="image/png", headers={"Cache-Control": "no-store"})


@router.get("/documents/{name:path}/page/{number}")
@may("documents")
def leaf(request: Request, number: Number, service: Served, caller: Caller, looked_at: LookedAt) -> Response:
    """A page that shows one of a document's pages, and leads to those before and behind it."""
    held, span = looked_at
    service.picture(caller, held, number, span)  # what can't be shown is told as a page
    reader = language_of(request)
    near = [leaf_of(held, each, reader, span) for each in (number - 1, number, number + 1)]
    return page(
        "leaf.html",
        request,
        document=held,
        leaf=near[1],
        before=near[0] if number > 1 else None,
        behind=near[2] if number < len(held.pages) else None,
        text=words_path(held, *span) if span else version_path(held),
    )
