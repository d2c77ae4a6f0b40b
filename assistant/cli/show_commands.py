"""Commands that show what is held: show, meeting."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.text import Text

from assistant.cli.desk import open_desk
from assistant.cli.render import print_meeting
from assistant.cli.session import data, fail
from assistant.cli.sheet import print_document, print_facts, print_footnotes, print_outline, print_tables
from assistant.collection import block_record, locator_at
from assistant.faults import NotHeld
from assistant.views import facts, footnotes, outline, tables, within
from corpus.documents import Document
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
    with open_desk("show") as desk:
        document, related = desk.document(symbol, language, edition)
    try:
        locator = locator_at(document, locator)
    except NotHeld as error:
        raise fail(error.detail) from None
    parts: dict[str, list[dict[str, Any]]] = {}
    if headings:
        parts["outline"] = outline(document, locator)
    if drawn:
        parts["tables"] = tables(document, locator)
    if notes:
        parts["footnotes"] = footnotes(document, locator)
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
        record["blocks"] = [block_record(document, block) for block in document.blocks if within(block, locator)]
    return record


def meeting(as_json: Annotated[bool, typer.Option("--json", help="As a JSON list.")] = False) -> None:
    """Show the timetable and the items of the meetings whose agendas are held."""
    with open_desk("meeting") as desk:
        found = desk.meetings()
    if as_json:
        typer.echo(json.dumps([each.to_json() for each, _ in found], ensure_ascii=False))
        return
    for each, label in found:
        print_meeting(data, each, label)
    if not found:
        raise fail("No agenda is held. Add one: rapporteur ingest FILE, or rapporteur ingest --starter")
