"""Requests and decisions as a publication: a table whose every cell is words of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.export import Address, Publication
from assistant.export.cell_tables import table_of
from assistant.export.publication import Block, Content, Listing, Paragraph, Span, plain
from assistant.frames import say
from assistant.reports.mandates.mandate_rows import Row, comes_to, grid_of
from corpus.library import Library

if TYPE_CHECKING:
    from assistant.reports.mandates.mandate_list import Mandates

SHOWN = 1_000
"""Rows of a paper, at most; a sheet has more."""


def publication_of(made: Mandates, library: Library, language: str, address: Address | None = None) -> Publication:
    """The list as a publication; with an `address` the places are links to the words."""
    rows = made.rows[:SHOWN]
    blocks: list[Block] = [Paragraph(plain(_said(made, language)))]
    if made.total > len(rows):
        blocks.append(Paragraph(plain(say("mandates_left", language, shown=len(rows), total=made.total))))
    blocks.append(table_of(grid_of(rows, language, documents=True), library, language, address))
    sources = {row.document: row for row in rows}
    blocks.append(Listing(tuple(_source(row, language) for row in sources.values())))
    return Publication(language, say("mandates_title", language), tuple(blocks), notice=say("unofficial", language))


def _said(made: Mandates, language: str) -> str:
    """What the list is of, in words."""
    wanted = made.wanted
    told = [say("mandates_count", language, count=made.total, documents=made.documents)]
    named = {"addressee": wanted.addressee, "year": wanted.year, "due_before": wanted.due_before}
    told += [say(f"mandates_{name}", language, value=value) for name, value in named.items() if value]
    if made.undated:
        told.append(say("mandates_undated", language, count=made.undated))
    return " ".join(told)


def _source(row: Row, language: str) -> Content:
    comma = {"zh": "，", "ar": "، "}.get(language, ", ")
    day = f"{comma}{comes_to(row.adopted, language)}" if row.adopted else ""
    note = f"{comma}{say('unverified_note', language)}" if row.place.unverified else ""
    return Span(row.label, url=row.place.url), Span(f"{comma}{row.title}{day}{note}")
