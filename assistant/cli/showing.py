"""Commands that show what is held: show, list, meeting."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Column, Table
from rich.text import Text

from assistant.cli.render import print_document, print_meeting
from assistant.cli.session import catalogue_of, data, fail, open_library, talk
from corpus.documents import Document
from corpus.library import Library


def show(
    symbol: Annotated[str, typer.Argument(help="Symbol, name or id of the document.")],
    locator: Annotated[str | None, typer.Argument(help='Only this place, such as "art. 6, para. 1".')] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Canonical text and blocks as JSON.")] = False,
    language: Annotated[str | None, typer.Option(help="This language version.")] = None,
    edition: Annotated[str | None, typer.Option(help="This edition: official, digest or upload.")] = None,
) -> None:
    """Show a document as it was read: its blocks with their locators."""
    with open_library("show") as (library, _):
        document = _one(library, symbol, language, edition)
    record = _as_json(document, locator)
    if not record["blocks"]:
        places = list(dict.fromkeys(block.locator for block in document.blocks))
        raise fail(f"{document.label} has no place {locator!r}. It has: {'; '.join(places[:40])}")
    if as_json:
        typer.echo(json.dumps(record, ensure_ascii=False))
        return
    data.print(Text(f"{document.title} ({document.id})", style="bold"))
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


def _as_json(document: Document, locator: str | None) -> dict[str, Any]:
    blocks = [
        {**asdict(block), "text": document.block_text(block)}
        for block in document.blocks
        if locator is None or block.locator == locator or block.locator.startswith((f"{locator},", f"{locator} "))
    ]
    return {
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
        "text": document.text,
        "blocks": blocks,
    }


def list_documents(
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON list.")] = False,
    everything: Annotated[
        bool, typer.Option("--catalogue", help="Also what the catalogue knows and is not held.")
    ] = False,
) -> None:
    """List the documents that are held."""
    with open_library("list") as (library, chosen):
        documents = library.documents()
        behind = library.superseded()
        catalogue = catalogue_of(chosen)
    rows = [
        {
            "id": document.id,
            "symbol": document.symbol.text if document.symbol else None,
            "title": document.title,
            "language": document.language,
            "edition": document.edition,
            "date": document.date,
            "held": True,
            "behind": behind.get(document.id),
            "url": document.url,
        }
        for document in documents
    ]
    if everything:
        held = {document.key for document in documents}
        rows += [
            {
                "id": entry.key,
                "symbol": entry.symbol.text if entry.symbol else None,
                "title": entry.title,
                "language": None,
                "edition": None,
                "date": entry.date,
                "held": False,
                "behind": None,
                "url": entry.url,
            }
            for entry in catalogue.entries
            if entry.key not in held
        ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table(Column("Document", overflow="fold"), "Title", "Edition", "Language", "Date")
    for row in rows:
        edition = (
            "not held" if not row["held"] else f"{row['edition']} (superseded)" if row["behind"] else row["edition"]
        )
        key = str(row["id"]).rsplit(":", 2)[0]
        table.add_row(*(Text(str(cell or "")) for cell in (key, row["title"], edition, row["language"], row["date"])))
    data.print(table)
    if not rows:
        talk.print("The library is empty. Add documents: rapporteur ingest FILE..., or rapporteur ingest --starter",
                   markup=False)  # fmt: skip


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
