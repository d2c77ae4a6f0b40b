"""Commands that show what is held: show, meeting."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.text import Text

from assistant.cli.render import print_meeting
from assistant.cli.session import data, fail, open_library
from assistant.cli.sheet import print_document, print_facts, print_footnotes, print_outline, print_tables
from assistant.places import locator_of
from assistant.views import facts, footnotes, outline, relations, tables, within
from corpus.documents import Document
from corpus.library import Library
from ingest.readers import visible


def show(
    symbol: Annotated[str, typer.Argument(help="Symbol, name or id of the document.")],
    locator: Annotated[str | None, typer.Argument(help='Only this place, such as "art. 6, para. 1".')] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Canonical text and blocks as JSON.")] = False,
    language: Annotated[str | None, typer.Option(help="This language version.")] = None,
    edition: Annotated[str | None, typer.Option(help="This edition: official, digest or upload.")] = None,
    headings: Annotated[bool, typer.Option("--outline", help="The headings with their places and pages.")] = False,
    drawn: Annotated[bool, typer.Option("--tables", help="The tables, drawn.")] = False,
    notes: Annotated[bool, typer.Option("--footnotes", help="The footnotes and what refers to them.")] = False,
) -> None:
    """Show a document as it was read, to be checked: what its head says, its versions and corrections, its text."""
    with open_library("show") as (library, _):
        document = _one(library, symbol, language, edition)
        related = relations(library, document)
    if locator is not None:
        locator = locator_of(document, locator) or locator
    parts: dict[str, list[dict[str, Any]]] = {}
    if headings:
        parts["outline"] = outline(document, locator)
    if drawn:
        parts["tables"] = tables(document, locator)
    if notes:
        parts["footnotes"] = footnotes(document, locator)
    if not any(within(block, locator) for block in document.blocks):
        places = list(dict.fromkeys(block.locator for block in document.blocks))
        raise fail(
            f"{document.label} has no place {locator!r}. It has: {'; '.join(places[:40])}{', ...' if len(places) > 40 else ''}"
        )
    if as_json:
        typer.echo(json.dumps({**_as_json(document, locator, parts), **facts(document), "versions": related, **parts},
                              ensure_ascii=False))  # fmt: skip
        return
    data.print(Text(visible(f"{document.title} ({document.id})"), style="bold"))
    if locator is None and not parts:
        print_facts(data, document, facts(document), related)
    printers = {"outline": print_outline, "tables": print_tables, "footnotes": print_footnotes}
    for name, found in parts.items():
        if found:
            printers[name](data, found)
        else:
            data.print(Text(f"No {name} here."), style="dim")
    if not parts:
        print_document(data, document, locator)


def _one(library: Library, symbol: str, language: str | None, edition: str | None) -> Document:
    found = [
        document
        for document in library.find(symbol)
        if language in (None, document.language) and edition in (None, document.edition)
    ]
    if not found:
        raise fail(f"The library holds no document {symbol!r}. 'rapporteur list' shows what it holds.")
    exact = [document for document in found if symbol in (document.id, document.key)]
    found = exact or found
    keys = {document.key for document in found}
    if len(keys) > 1:
        raise fail(f"{symbol!r} means several documents: {', '.join(sorted(keys))}. Name one of them.")
    behind = library.superseded()
    order = {"official": 0, "upload": 1, "digest": 2}
    return min(found, key=lambda each: (each.id in behind, order[each.edition], each.language != "en", each.id))


def _as_json(document: Document, locator: str | None, parts: object) -> dict[str, Any]:
    record: dict[str, Any] = {
        "id": document.id,
        "symbol": document.symbol.text if document.symbol else None,
        "part": document.part,
        "language": document.language,
        "edition": document.edition,
        "title": document.title,
        "date": document.date,
        "url": document.url,
        "source": document.source,
        "sha256": document.sha256,
    }
    if not parts:
        record["text"] = document.text
        record["blocks"] = [
            {**asdict(block), "text": document.block_text(block)} for block in document.blocks if within(block, locator)
        ]
    return record


def meeting(as_json: Annotated[bool, typer.Option("--json", help="As a JSON list.")] = False) -> None:
    """Show the timetable and the items of the meetings whose agendas are held."""
    with open_library("meeting") as (library, _):
        meetings = library.meetings()
        documents = {each.document_id: library.document(each.document_id) for each in meetings}
    if as_json:
        typer.echo(json.dumps([each.to_json() for each in meetings], ensure_ascii=False))
        return
    for each in meetings:
        print_meeting(data, each, documents[each.document_id])
    if not meetings:
        raise fail("No agenda is held. Add one: rapporteur ingest FILE, or rapporteur ingest --starter")
