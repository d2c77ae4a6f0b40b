"""A document as it was read, drawn for a terminal. Everything from documents is printed as it is, never as markup,
and without control or direction characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from assistant.views import within
from corpus.documents import Document
from ingest.readers import visible

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


def print_facts(console: Console, document: Document, facts: dict[str, Any], related: dict[str, Any]) -> None:
    """What the head of a document says, how it was read, and which versions and corrections are held."""
    head = facts["masthead"]
    for name, label in _HEAD.items():
        value = head.get(name, "")
        _fact(console, label, ", ".join(value) if isinstance(value, list) else value)
    _fact(console, "Reissue", "*" * facts["reissue"])
    _fact(console, "Source", f"{document.source} ({facts['format']})" if document.source else facts["format"])
    _fact(console, "Symbol known from", facts["proof"] if document.symbol else "")
    _fact(console, "Unverified", UNVERIFIED if facts.get("unverified") else "")
    if facts["pages"]:
        empty = facts["pages_without_text"]
        told = f"; without text: {', '.join(map(str, empty))}" if empty else ", all with text"
        _fact(console, "Pages", f"{len(facts['pages'])}{told}")
    _fact(console, "OCR", "the words were recognised from images" if facts["ocr"] else "")
    _fact(console, "Not quoted, words damaged", ", ".join(f"p. {page}" for page in facts["unquotable"]))
    for warning in facts["warnings"]:
        _fact(console, "Warning", warning)
    _fact(console, "Languages held", ", ".join(related["languages"]))
    for name, label in (("later", "Later revision"), ("earlier", "Earlier revision"), ("addenda", "Addendum"),
                        ("corrigenda", "Corrigendum")):  # fmt: skip
        _fact(console, label, ", ".join(related[name]))
    for each in related["corrections"]:
        places = "; ".join(each["targets"]) or "places that can't be read: the document as a whole"
        own = each["corrigendum"] == document.id
        _fact(console, "Corrects" if own else "Corrected", f"{places} ({each['corrigendum']}, {each['locator']})")
    console.print()


def print_document(console: Console, document: Document, locator: str | None) -> None:
    """The blocks of a document with their locators, or those at a locator."""
    for block in document.blocks:
        if not within(block, locator):
            continue
        text = visible(document.block_text(block))
        if block.kind == "heading":
            console.print(Text(text.replace("\n", ". "), style="bold"))
        else:
            console.print(Text.assemble((f"{visible(block.locator)}: ", "cyan"), text))


def print_outline(console: Console, found: Sequence[dict[str, Any]]) -> None:
    """Headings, indented by their depth, with locators and pages."""
    for heading in found:
        page = f", p. {heading['page']}" if heading["page"] else ""
        place = f"[{heading['locator']}{page}]"
        console.print(Text.assemble("  " * heading["depth"], _line(heading["text"]), "  ", (_line(place), "cyan")))


def print_tables(console: Console, found: Sequence[dict[str, Any]]) -> None:
    """Each table with its caption above, its header rows, and the place of each row."""
    for each in found:
        page = f", p. {each['page']}" if each["page"] else ""
        title = f"{each['caption']} [{each['locator']}{page}]".strip()
        width = max((len(row) for row in (*each["header"], *(row["cells"] for row in each["rows"]))), default=1)
        columns = [_column(each["header"], n) for n in range(width)]
        drawn = Table("Place", *columns, title=Text(visible(title)), show_header=True, show_lines=True)
        for row in each["rows"]:
            cells = [*row["cells"], *[""] * (width - len(row["cells"]))]
            place = row["locator"].removeprefix(f"{each['locator']}, ")
            drawn.add_row(Text(_line(place), style="cyan"), *(Text(visible(cell)) for cell in cells))
        console.print(drawn)


def print_footnotes(console: Console, found: Sequence[dict[str, Any]]) -> None:
    """Each footnote, and below it the blocks that refer to it."""
    for note in found:
        page = f", p. {note['page']}" if note["page"] else ""
        console.print(Text.assemble((_line(f"{note['locator']}{page}:") + " ", "cyan"), visible(note["text"])))
        for block in note["cited_in"]:
            console.print(
                Text.assemble(("  " + _line(f"from {block['locator']}:") + " ", "cyan"), visible(block["text"]))
            )
        if not note["cited_in"]:
            console.print(Text("  nothing refers to it", style="yellow"))


def _fact(console: Console, label: str, value: object) -> None:
    if value:
        console.print(Text.assemble((f"{label}: ", "dim"), _line(str(value))))


def _column(header: Sequence[Sequence[str]], n: int) -> Column:
    return Column(Text(visible("\n".join(row[n] for row in header if n < len(row) and row[n]))))


def _line(text: str) -> str:
    return " ".join(visible(text).split())
