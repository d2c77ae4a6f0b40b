"""The sections about a report: what it recommends and to whom, and the tables of its main figures."""

from __future__ import annotations

from itertools import groupby

from assistant.frames import say
from assistant.qa.answer import Citation
from assistant.reports.brief.briefing import Section
from assistant.reports.brief.selection import Chooser
from assistant.reports.lookup import cite
from assistant.reports.mandates.recommendations import recommendations_of
from assistant.reports.quoted_tables import Cell, Grid
from corpus.documents import Block, Document, Span

TABLES, ROWS, COLUMNS = 4, 20, 9
"""Most tables, most rows of each, and most columns that a page takes."""
RECOMMENDED = 80
"""Most recommendations."""


def recommendations(chooser: Chooser, heading: str) -> Section:
    """The sentences that recommend, each with its place and those to whom it is addressed."""
    document = chooser.engine.library.document(chooser.ground.own[0])
    rows: list[tuple[Cell, ...]] = []
    for each in recommendations_of(document):
        if len(rows) == RECOMMENDED:
            break
        block = document.blocks[each.block]
        if block.page in document.unquotable:
            continue
        sentence = _cite(chooser, document, block, each.sentence)
        who = tuple(_cite(chooser, document, block, span) for span in each.addressees)
        rows.append((Cell((sentence,), place=True), Cell(who), Cell((sentence,))))
    columns = tuple(say(f"column_{name}", chooser.ground.request.language) for name in ("place", "addressee", "action"))
    return Section("recommendations", heading, tables=(Grid(columns, tuple(rows)),) if rows else ())


def figures(chooser: Chooser, heading: str) -> Section:
    """The tables with the most figures, their first rows."""
    document = chooser.engine.library.document(chooser.ground.own[0])
    tables = [
        (table, list(blocks))
        for table, blocks in groupby((block for block in document.blocks if block.kind == "row"), key=_table)
        if not table.startswith(("contents", "masthead"))
    ]
    weighed = [(_figures(document, blocks), n) for n, (_, blocks) in enumerate(tables)]
    best = sorted(n for count, n in sorted(weighed, key=lambda each: (-each[0], each[1]))[:TABLES] if count > 1)
    return Section("figures", heading, tables=tuple(_grid(chooser, document, *tables[n]) for n in best))


def _table(block: Block) -> str:
    return block.locator.rpartition(", ")[0]


def _figures(document: Document, blocks: list[Block]) -> int:
    """How many cells hold figures; none where the table is too wide for a page or its words are damaged."""
    rows = [block for block in blocks if not block.locator.endswith("header")]
    if any(len(block.cells) > COLUMNS or block.page in document.unquotable for block in blocks):
        return 0
    cells = [document.quote(*span) for block in rows for span in block.cells[1:] if span]
    return sum(any(sign.isdigit() for sign in cell) for cell in cells)


def _grid(chooser: Chooser, document: Document, table: str, blocks: list[Block]) -> Grid:
    heads = [block for block in blocks if block.locator.endswith("header")]
    rows = [block for block in blocks if not block.locator.endswith("header")]
    width = max(len(block.cells) for block in blocks)
    words = [
        " ".join(" ".join(document.quote(*span).split()) for block in heads for span in block.cells[n : n + 1] if span)
        for n in range(width)
    ]
    made = []
    for block in rows[:ROWS]:
        cells = [*block.cells, *[None] * (width - len(block.cells))]
        whole = _cite(chooser, document, block, (block.start, block.end))
        made.append((Cell((whole,), place=True), *(_cell(chooser, document, block, span) for span in cells)))
    caption = rows[0].context.partition("; ")[0] if rows and "; " in rows[0].context else table
    place = say("column_place", chooser.ground.request.language)
    return Grid((place, *words), tuple(made), " ".join(caption.split()))


def _cell(chooser: Chooser, document: Document, block: Block, span: Span | None) -> Cell:
    if span is None or not document.quote(*document.trimmed(*span)):
        return Cell()
    return Cell((_cite(chooser, document, block, span),))


def _cite(chooser: Chooser, document: Document, block: Block, span: Span) -> Citation:
    return cite(chooser.engine.library, document, *span, block.locator)
