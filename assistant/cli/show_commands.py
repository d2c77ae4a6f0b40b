"""The commands list, show and meeting, which print documents and meetings. Text from documents is printed as it is, never as markup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.table import Column, Table
from rich.text import Text

from assistant.cli.backend import open_backend
from assistant.cli.command_run import check_language, err_console, fail, out_console, print_json
from assistant.cli.render import print_meeting
from assistant.collection import block_record, facts, footnotes, locator_at, outline, tables, within
from assistant.service_errors import NotFound
from corpus.documents import LANGUAGES, Document, Edition
from corpus.symbols import Symbol
from ingest.readers import visible


def list_documents(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON list, one record for each language version.")
    ] = False,
    everything: Annotated[
        bool,
        typer.Option("--catalogue", help="Also list documents that the catalogue knows and the library does not have."),
    ] = False,
) -> None:
    """List the documents in the library."""
    with open_backend("list", make=everything) as backend:
        records = backend.records(missing=everything)
    if as_json:
        print_json(records)
        return
    out_console.print(_records_table(records))
    if not records:
        err_console.print(
            "The library is empty. Add documents: rapporteur ingest FILE..., or rapporteur ingest --starter"
        )


def _records_table(records: Sequence[dict[str, Any]]) -> Table:
    table = Table(Column("Document", overflow="fold"), "Title", "Edition", "Languages", "Format", "Date", "Remarks")
    for depth, versions in _grouped(records):
        first = versions[0]
        name = "  " * depth + _key(first) + "*" * max(record["reissue"] for record in versions)
        cells = (
            name,
            first["title"],
            ", ".join(dict.fromkeys(_edition(record) for record in versions)),
            ", ".join(language for language in LANGUAGES if any(record["language"] == language for record in versions)),
            ", ".join(dict.fromkeys(str(record["format"]) for record in versions if record["format"])),
            first["date"],
            "; ".join(_remarks(versions)),
        )
        table.add_row(*(Text(visible(str(cell or ""))) for cell in cells))
    return table


def _grouped(records: Sequence[dict[str, Any]]) -> list[tuple[int, list[dict[str, Any]]]]:
    """Groups records by document (language versions and editions together), sorted so that revisions, addenda and corrigenda follow
    the document that they belong to, each with its depth: how many stored documents are above it."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        groups.setdefault(_key(record), []).append(record)
    for versions in groups.values():
        versions.sort(key=lambda record: (record["behind"] is not None, record["language"] != "en", record["id"]))
    symbols = {record["symbol"] for record in records if record["symbol"]}

    def sort_key(versions: list[dict[str, Any]]) -> tuple[bool, Symbol, str]:
        # Texts without a symbol come last; "A/1" is a placeholder for theirs.
        symbol = versions[0]["symbol"]
        return symbol is None, Symbol.parse_any(symbol or "A/1"), _key(versions[0])

    made = []
    for versions in sorted(groups.values(), key=sort_key):
        depth, above = 0, versions[0]["parent"]
        while above:
            depth += above in symbols
            parent = Symbol.parse_any(above).parent
            above = parent.text if parent else None
        made.append((depth, versions))
    return made


def _key(record: dict[str, Any]) -> str:
    if not record["symbol"]:
        return str(record["id"]).rsplit(":", 2)[0] if record["held"] else str(record["id"])
    return f"{record['symbol']}, {record['part']}" if record["part"] else str(record["symbol"])


def _edition(record: dict[str, Any]) -> str:
    if not record["held"]:
        return "not in the library"
    states = [*(["superseded"] if record["behind"] else ()), *(["unverified"] if record.get("unverified") else ())]
    return f"{record['edition']} ({', '.join(states)})" if states else str(record["edition"])


def _remarks(versions: Sequence[dict[str, Any]]) -> list[str]:
    """Remarks about the quality of the text: OCR, pages without text, warnings."""
    made = []
    several = len({record["language"] for record in versions}) > 1
    for record in versions:
        of = f" ({record['language']})" if several else ""
        if record["ocr"]:
            made.append(f"OCR{of}")
        if record["pages_without_text"]:
            made.append(f"{len(record['pages_without_text'])} of {record['pages']} pages without text{of}")
        if record["warnings"]:
            made.append(f"{len(record['warnings'])} warnings{of}")
    return made


UNVERIFIED = (
    "nothing but the text itself says that it is the official one ('rapporteur confirm' if you have compared it)"
)
_HEAD = {
    "body": "Body",
    "symbols": "Symbols",
    "distribution": "Distribution",
    "date": "Date",
    "language": "Language",
    "original": "Original",
    "session": "Session",
    "place": "Place",
    "dates": "Meeting dates",
    "item": "Agenda item",
    "job": "Job number",
}


def print_facts(document: Document, facts: dict[str, Any], related: dict[str, Any]) -> None:
    """Prints the masthead of a document, how it was read, and which versions and corrections are stored."""
    head = facts["masthead"]
    for name, label in _HEAD.items():
        value = head.get(name, "")
        _fact(label, ", ".join(value) if isinstance(value, list) else value)
    _fact("Reissue", "*" * facts["reissue"])
    _fact("Source", f"{document.source} ({facts['format']})" if document.source else facts["format"])
    _fact("Symbol known from", facts["proof"] if document.symbol else "")
    _fact("Unverified", UNVERIFIED if facts.get("unverified") else "")
    if facts["pages"]:
        empty = facts["pages_without_text"]
        coverage = f"; without text: {', '.join(map(str, empty))}" if empty else ", all with text"
        _fact("Pages", f"{len(facts['pages'])}{coverage}")
    _fact("OCR", "the words were recognized from images" if facts["ocr"] else "")
    _fact("Not quoted, words damaged", ", ".join(f"p. {page}" for page in facts["unquotable"]))
    for warning in facts["warnings"]:
        _fact("Warning", warning)
    _fact("Languages", ", ".join(related["languages"]))
    for name, label in (("later", "Later revision"), ("earlier", "Earlier revision"), ("addenda", "Addendum"),
                        ("corrigenda", "Corrigendum")):  # fmt: skip
        _fact(label, ", ".join(related[name]))
    for each in related["corrections"]:
        own = each["corrigendum"] == document.id
        _fact("Corrects" if own else "Corrected", _corrected(each))
    out_console.print()


def print_corrections(document: Document, related: dict[str, Any], locator: str | None) -> None:
    """Prints later revisions of a document, and the corrections of a part of it, with their text."""
    _fact("Later revision", ", ".join(related["later"]))
    shown = {block.ordinal for block in document.blocks if within(block, locator)}
    for each in related["corrections"]:
        if shown.intersection(each["blocks"]):
            _fact("Corrected", f"{_corrected(each)}: {each['text']}")


def _corrected(correction: dict[str, Any]) -> str:
    places = "; ".join(correction["targets"]) or "places that cannot be read: the document as a whole"
    return f"{places} ({correction['corrigendum']}, {correction['locator']})"


def print_document(document: Document, locator: str | None) -> None:
    """Prints the blocks of a document with their locators, or those at a locator."""
    for block in document.blocks:
        if not within(block, locator):
            continue
        text = visible(document.block_text(block))
        if block.kind == "heading":
            out_console.print(Text(text.replace("\n", ". "), style="bold"))
        else:
            out_console.print(Text.assemble((f"{visible(block.locator)}: ", "cyan"), text))


def print_outline(found: Sequence[dict[str, Any]]) -> None:
    """Prints headings, indented by depth, with locators and pages."""
    for heading in found:
        place = f"[{_place(heading)}]"
        out_console.print(Text.assemble("  " * heading["depth"], _line(heading["text"]), "  ", (_line(place), "cyan")))


def print_tables(found: Sequence[dict[str, Any]]) -> None:
    """Prints each table with its caption, header rows, and the place of each row."""
    for each in found:
        title = f"{each['caption']} [{_place(each)}]".strip()
        width = max((len(row) for row in (*each["header"], *(row["cells"] for row in each["rows"]))), default=1)
        heads = ["\n".join(row[n] for row in each["header"] if n < len(row) and row[n]) for n in range(width)]
        columns = [Column(Text(visible(head))) for head in heads]
        drawn = Table("Place", *columns, title=Text(visible(title)), show_header=True, show_lines=True)
        for row in each["rows"]:
            cells = [*row["cells"], *[""] * (width - len(row["cells"]))]
            place = row["locator"].removeprefix(f"{each['locator']}, ")
            drawn.add_row(Text(_line(place), style="cyan"), *(Text(visible(cell)) for cell in cells))
        out_console.print(drawn)


def print_footnotes(found: Sequence[dict[str, Any]]) -> None:
    """Prints each footnote, and below it the blocks that refer to it."""
    for note in found:
        out_console.print(Text.assemble((_line(f"{_place(note)}:") + " ", "cyan"), visible(note["text"])))
        for block in note["cited_in"]:
            place = "  " + _line(f"from {block['locator']}:") + " "
            out_console.print(Text.assemble((place, "cyan"), visible(block["text"])))
        if not note["cited_in"]:
            out_console.print(Text("  nothing refers to it", style="yellow"))


def _fact(label: str, value: object) -> None:
    if value:
        out_console.print(Text.assemble((f"{label}: ", "dim"), _line(str(value))))


def _place(part: dict[str, Any]) -> str:
    """The locator of a heading, table or footnote, with its page."""
    return f"{part['locator']}, p. {part['page']}" if part["page"] else str(part["locator"])


def _line(text: str) -> str:
    return " ".join(visible(text).split())


_PARTS = {
    "outline": (outline, print_outline),
    "tables": (tables, print_tables),
    "footnotes": (footnotes, print_footnotes),
}
"""Of each part of a document: the function that finds it, and the one that prints it."""


def show(
    symbol: Annotated[str, typer.Argument(help="Symbol, name or id of the document.")],
    locator: Annotated[str | None, typer.Argument(help='Only this place, such as "art. 6, para. 1".')] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Canonical text and blocks as JSON.")] = False,
    language: Annotated[str | None, typer.Option(help="This language version.")] = None,
    edition: Annotated[Edition | None, typer.Option(help="This edition: official, digest or upload.")] = None,
    headings: Annotated[bool, typer.Option("--outline", help="The headings with their places and pages.")] = False,
    drawn: Annotated[bool, typer.Option("--tables", help="The tables, drawn as text.")] = False,
    notes: Annotated[
        bool, typer.Option("--footnotes", help="The footnotes and the places that refer to them.")
    ] = False,
) -> None:
    """Show a document as it was read, to check it: masthead, versions, corrections and text."""
    check_language(language)
    with open_backend("show") as backend:
        document, related = backend.document(symbol, language, edition)
    try:
        locator = locator_at(document, locator)
    except NotFound as error:
        raise fail(error.detail) from None
    wanted = {"outline": headings, "tables": drawn, "footnotes": notes}
    parts = {name: make(document, locator) for name, (make, _) in _PARTS.items() if wanted[name]}
    if as_json:
        record = {**_as_json(document, locator, parts), **facts(document), "versions": related, **parts}
        print_json(record)
        return
    out_console.print(Text(visible(f"{document.title} ({document.id})"), style="bold"))
    if locator is None and not parts:
        print_facts(document, facts(document), related)
    else:
        print_corrections(document, related, locator)
    for name, found in parts.items():
        if found:
            _PARTS[name][1](found)
        else:
            out_console.print(Text(f"No {name} here."), style="dim")
    if not parts:
        print_document(document, locator)


def _as_json(document: Document, locator: str | None, parts: object) -> dict[str, Any]:
    names = ("part", "language", "edition", "title", "date", "url", "source", "sha256")
    record: dict[str, Any] = {"id": document.id, "symbol": document.symbol.text if document.symbol else None}
    record |= {name: getattr(document, name) for name in names}
    if not parts:
        record["text"] = document.text
        record["blocks"] = [block_record(document, block) for block in document.blocks if within(block, locator)]
    return record


def meeting(as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False) -> None:
    """Show timetable and items of the meetings whose agendas are in the library."""
    with open_backend("meeting") as backend:
        found = backend.meetings()
    if as_json:
        print_json([each.to_json() for each, _ in found])
        return
    for each, label in found:
        print_meeting(out_console, each, label)
    if not found:
        raise fail("There is no agenda in the library. Add one: rapporteur ingest FILE, or rapporteur ingest --starter")
