"""Reconstructs the table of quoted rows: cells in columns below their header."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from assistant.qa.answer import Citation, Statement
from assistant.service_errors import ServiceFault
from corpus.corpus_errors import DocumentNotFound
from corpus.documents import Block, Document
from corpus.tables import cell_texts, find_tables

Find = Callable[[str], Document]
"""Returns a document by its id. Raises `NotHeld`, or a `ServiceFault` where a server owns the library."""


@dataclass(frozen=True)
class Grid:
    """Part of a table: introductory text (`lead`), header rows and quoted rows, all of equal width; `answers`: the cells that contain
    the answer, by index of quoted row and column."""

    lead: str
    head: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    answers: frozenset[tuple[int, int]] = frozenset()


def without_bars(words: str) -> str:
    """Formats text on one line, with commas between the cells of a row."""
    return re.sub(r"(?:\s+\|)+\s+", ", ", " ".join(words.split())).strip("| ")


def grid_of(find: Find, statement: Statement) -> Grid | None:
    """The table of a statement that quotes rows; None where it quotes none, or the document has changed."""
    if statement.verdict != "quoted" or not any("|" in each.quote for each in statement.citations):
        return None
    try:
        document = find(statement.citations[0].document)
    except (DocumentNotFound, ServiceFault):  # removed since
        return None
    quoted: dict[int, Block] = {}
    lead = []
    for each in statement.citations:
        if each.document != document.id or document.quote(each.start, each.end) != each.quote:
            return None
        rows = _rows(document, each)
        if rows is None:
            return None
        quoted |= {row.ordinal: row for row in rows}
        lead += [] if rows else [" ".join(each.quote.split())]
    tables = [
        table for table in find_tables(document) if any(row.ordinal in quoted for row in (*table.header, *table.rows))
    ]
    head = [row for table in tables[:1] for row in table.header]
    heads = {row.ordinal for row in head}
    rest = [quoted[n] for n in sorted(quoted) if n not in heads]
    width = max((len(cell_texts(document, row)) for row in (*head, *rest)), default=0)
    if not width:
        return None
    spans = [each.answer for each in statement.citations if each.answer is not None]
    answers = frozenset(
        (n, m)
        for n, row in enumerate(rest)
        for m, cell in enumerate(row.cells)
        if cell and any(start < cell[1] and cell[0] < end for start, end in spans)
    )
    return Grid(" ".join(lead), _cells(document, head, width), _cells(document, rest, width), answers)


def _rows(document: Document, citation: Citation) -> list[Block] | None:
    """The rows that a citation quotes, empty where it quotes none; None where it quotes part of a row."""
    found = [
        each
        for each in document.blocks
        if each.kind == "row" and each.start < citation.end and citation.start < each.end
    ]
    for each in found:
        start, end = document.trim_span(each.start, each.end)
        if start < citation.start or citation.end < end:
            return None
    return found


def _cells(document: Document, rows: list[Block], width: int) -> tuple[tuple[str, ...], ...]:
    cells = [[" ".join(cell.split()) for cell in cell_texts(document, row)] for row in rows]
    return tuple((*each, *[""] * (width - len(each))) for each in cells)
