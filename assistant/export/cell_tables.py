"""How tables whose cells are words of documents become tables of a publication."""

from __future__ import annotations

from assistant.export.footnoting import JOINS, Address, References
from assistant.export.publication import Content, Span, Table, plain
from assistant.reports.quoted_tables import Cell, Grid
from corpus.library import Library


def table_of(grid: Grid, library: Library, language: str, address: Address | None = None) -> Table:
    """The table of a publication; with an `address` the places are links to the words."""
    references = References(library, language, address)

    def content(cell: Cell) -> Content:
        if cell.place:
            cite = cell.citations[0]
            document = library.document(cite.document)
            url = address(document, cite.start, cite.end) if address else None
            return (Span(references.where(cite, document), "plain" if url else "strong", url),)
        text = cell.shown(JOINS.get(language, "; "))
        if cell.citations and (cell.citations[0].language == "ar") != (language == "ar"):
            text = f"\u2068{text}\u2069"
        return (Span(text, url=cell.url),) if text else plain("–")

    return Table(grid.columns, tuple(tuple(content(cell) for cell in row) for row in grid.rows))
