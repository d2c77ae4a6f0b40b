"""Plain HTML pages of documents: outline, paragraphs with anchors, tables, versions; and the printed pages as images, and as HTML pages that show one at a time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import Response

from assistant.access.operations import allowed
from assistant.api.route import GuardedRoute, requires
from assistant.collection import outline
from assistant.page.excerpt_html import anchors_of, edition_words, official_address, parts, rows
from assistant.page.plain_pages import Context, PageRoute, document_path, version_path, web_address, words_path
from assistant.page.scope_choice import meeting_views
from assistant.page_labels import LANGUAGE_NAMES, word
from assistant.service import Service
from corpus.documents import Document, Span
from corpus.symbols import Symbol, document_url
from corpus.tables import find_tables

pictures = APIRouter(include_in_schema=False, route_class=GuardedRoute)
router = APIRouter(include_in_schema=False, route_class=PageRoute)
Number = Annotated[int, Path(ge=1, le=100_000)]


@dataclass(frozen=True)
class PrintedPage:
    """A printed page of a document: its label, and the addresses of its image (`picture`) and of its HTML page (`path`)."""

    number: int
    label: str
    picture: str
    path: str


def printed_pages_of(service: Service, document: Document, words: Span, language: str) -> list[PrintedPage]:
    """The printed pages on which a span may be; none where the file is not stored."""
    between = document.page_range(*words) if service.library.has_original(document) else None
    if between is None:
        return []
    return [printed_page_of(document, number, language, words) for number in range(between[0], between[1] + 1)]


def printed_page_of(document: Document, number: int, language: str, words: Span | None = None) -> PrintedPage:
    """A printed page of a document, with a span highlighted."""
    base = f"{document_path(document.key)}/page/{number}"
    query = version_path(document).partition("?")[2] + (f"&words={words[0]}-{words[1]}" if words else "")
    return PrintedPage(number, word("printed_page", language, number=number), f"{base}.png?{query}", f"{base}?{query}")


def span_of(words: str, document: Document) -> Span | None:
    """Parses a span in an address (`12-34`); None where it is not within the document."""
    found = re.fullmatch(r"(\d{1,10})-(\d{1,10})", words)
    if found is None:
        return None
    start, end = int(found[1]), int(found[2])
    return (start, end) if start < end <= len(document.text) else None


def _looked_at(
    name: str,
    context: Context,
    language: Annotated[str | None, Query(max_length=10)] = None,
    edition: Annotated[str | None, Query(max_length=20)] = None,
    words: Annotated[str, Query(max_length=40)] = "",
) -> tuple[Document, Span | None]:
    doc = context.service.document(context.caller, name, language or None, edition or None)
    return doc, span_of(words, doc)


LookedAt = Annotated[tuple[Document, Span | None], Depends(_looked_at)]
"""Parameters of a route: a document, and a span of it to highlight (`words`)."""


@pictures.get("/documents/{name:path}/page/{number}.png")
@requires("documents")
def picture(number: Number, context: Context, looked_at: LookedAt) -> Response:
    """Returns a printed page as an image."""
    made = context.service.picture(context.caller, looked_at[0], number, looked_at[1])
    return Response(made, media_type="image/png")


@router.get("/documents/{name:path}/page/{number}")
@requires("documents")
def leaf(number: Number, context: Context, looked_at: LookedAt) -> Response:
    """Shows a printed page, with links to its neighbours."""
    doc, span = looked_at
    context.service.picture(context.caller, doc, number, span)  # raises here where it can't be rendered
    near = [printed_page_of(doc, each, context.reader, span) for each in (number - 1, number, number + 1)]
    return context.page(
        "leaf.html",
        document=doc,
        leaf=near[1],
        before=near[0] if number > 1 else None,
        behind=near[2] if number < len(doc.pages) else None,
        text=words_path(doc, *span) if span else version_path(doc),
    )


PER_PAGE = 50


@router.get("/documents")
@requires("documents")
def index(
    context: Context,
    q: Annotated[str, Query(max_length=500)] = "",
    language: Annotated[str, Query(max_length=10)] = "",
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """Lists the stored documents by symbol, and those of the catalogue that are not stored."""
    service, caller = context.service, context.caller
    chosen = language if language in LANGUAGE_NAMES else None
    records, total = service.documents(caller, text=q, language=chosen, offset=offset, limit=PER_PAGE)
    entries: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        entries.setdefault(record["id"].rsplit(":", 2)[0], []).append(record)
    words = q.casefold().split()
    known = service.collection.missing() if allowed(caller, "catalogue") and not offset and chosen is None else []
    listed = {
        "text": q,
        "language": language,
        "entries": entries,
        "total": total,
        "before": max(0, offset - PER_PAGE) if offset else None,
        "next": offset + PER_PAGE if offset + PER_PAGE < total else None,
        "missing": [
            {**each, "url": document_url(Symbol.parse_any(each["symbol"])) if each["symbol"] else each["url"]}
            for each in known
            if all(word in f"{each['id']} {each['title']}".casefold() for word in words)
        ],
    }
    return context.page("documents.html", listed=listed, languages=LANGUAGE_NAMES)


@router.get("/meetings")
@requires("meetings")
def meetings(context: Context, meeting: Annotated[str, Query(max_length=500)] = "") -> Response:
    """Shows a meeting by the id of its agenda, by default the latest, with links to the others."""
    views = meeting_views(context.service, context.caller, context.reader)
    shown = next((each for each in views if each["id"] == meeting), next(iter(views), None))
    return context.page("meetings.html", meeting=shown, choices=views)


@router.get("/documents/{name:path}")
@requires("documents")
def document(context: Context, looked_at: LookedAt) -> Response:
    """Shows a document."""
    service, reader, (doc, span) = context.service, context.reader, looked_at
    about, anchors = service.collection.describe(doc), anchors_of(doc)
    leaves = printed_pages_of(service, doc, span or (0, 1), reader)
    return context.page(
        "document.html",
        document=doc,
        about=about,
        edition=lambda text: edition_words(text, reader),
        blocks=_blocks(doc, anchors, span, about["versions"]["corrections"]),
        headings=[{**each, "anchor": anchors[each["ordinal"]][0]} for each in outline(doc) if each["ordinal"]],
        versions=_versions(service, doc, about["versions"], reader),
        official=web_address(official_address(doc, doc.language)),
        may_confirm=allowed(context.caller, "confirm"),
        leaf=leaves[0] if leaves else None,
    )


def _blocks(
    document: Document, anchors: Mapping[int, Sequence[str]], marked: Span | None, corrections: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Blocks for the template: table rows grouped by table, each block with its anchors, text and corrections."""
    tables = {table.rows[0].ordinal if not table.header else table.header[0].ordinal: table
              for table in find_tables(document) if table.rows or table.header}  # fmt: skip
    made: list[dict[str, Any]] = []
    first, named = True, Counter[str]()
    for block in document.blocks:
        table = tables.get(block.ordinal)
        if table is not None:
            drawn_rows = rows(document, table.header, table.rows, marked)
            for row, each in zip((*table.header, *table.rows), drawn_rows, strict=True):
                each |= {"ids": anchors[row.ordinal], "anchor": anchors[row.ordinal][0], "locator": row.locator}
            own = {row.ordinal for row in (*table.header, *table.rows)}
            named[table.locator] += 1
            label = f"{table.locator} ({named[table.locator]})" if named[table.locator] > 1 else table.locator
            made.append({"kind": "table", "label": label, "rows": drawn_rows, "own": own})
        elif block.kind != "row":
            drawn = {
                "kind": block.kind,
                "own": {block.ordinal},
                "ids": anchors[block.ordinal],
                "anchor": anchors[block.ordinal][0],
                "locator": block.locator,
                "number": parts(document, *document.trim_span(block.start, block.body_start), marked),
                "level": min(6, max(2, 1 + len(document.headings(block)))),
                "depth": max(0, block.level - 1) if block.kind in ("item", "paragraph") else 0,
                "parts": parts(document, block.body_start, block.end, marked),
            }
            if first and block.kind == "heading" and document.body(block).split() == document.title.split():
                drawn["kind"] = "title"
            made.append(drawn)
        first = False
    for each in made:
        each["corrections"] = [one for one in corrections if each["own"].intersection(one["blocks"])]
    _anchor_first_mark(made)
    return made


def _anchor_first_mark(blocks: list[dict[str, Any]]) -> None:
    # The title is shown at the top of the page, so a match after it is the better target.
    for block in sorted(blocks, key=lambda each: each["kind"] == "title"):
        runs = (
            [run for row in block["rows"] for run in row["cells"]]
            if block["kind"] == "table"
            else [block["number"], block["parts"]]
        )
        for part in (part for run in runs for part in run):
            if part["marked"]:
                part["first"] = True
                return


def _versions(service: Service, document: Document, related: dict[str, Any], reader: str) -> list[dict[str, Any]]:
    """The related documents, grouped by relation."""
    own = [each for each in service.collection.find(document.key) if each.id != document.id]
    groups = [(word("other_versions", reader), [each.id for each in own])]
    groups += [(word(name, reader), related[name]) for name in ("later", "earlier", "addenda", "corrigenda")]
    return [
        {"title": title, "documents": [service.library.document(each) for each in ids]} for title, ids in groups if ids
    ]
