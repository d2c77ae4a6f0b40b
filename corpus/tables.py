"""Finds the tables of a document: consecutive rows with their caption and header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.documents import Block, Document
from corpus.places import find_place, normalise_place_text, parse_locator

_CAPTION = re.compile(r"^(?:tables?|tableau|cuadro|tabla|таблица|(?:ال)?جدول|表格?)\s*\S", re.IGNORECASE)
_ROW = re.compile(r",? (?:row \d+|header)$|^header$")
_AMOUNT = re.compile(r"\d[\d.,’' \u00a0\u202f]{0,20}%?")
CAPTION_LINES = 3  # most lines between the word Table and the first row: the title, the unit of the figures
CAPTION_LIMIT = 300


@dataclass(frozen=True)
class DocumentTable:
    """A table: `caption` are the blocks above that name it, `header` its header rows, `rows` the
    others. `locator` is the common locator of the rows, or that of the first row."""

    locator: str
    caption: tuple[Block, ...]
    header: tuple[Block, ...]
    rows: tuple[Block, ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks, in order."""
        return *self.caption, *self.header, *self.rows

    def caption_number(self, document: Document) -> str:
        """The number in the caption (`24.3`), empty where there is none."""
        for block in self.caption:
            named = find_place(normalise_place_text(document.body(block)))
            if named is not None and not named.start and "table" in (parts := parse_locator(named.places[0])):
                return parts["table"]
        return ""


def find_tables(document: Document) -> list[DocumentTable]:
    """The tables of a document in their order."""
    runs: list[list[Block]] = []
    for block in document.blocks:
        if block.kind != "row":
            continue
        last = runs[-1][-1] if runs else None
        if last is None or last.ordinal != block.ordinal - 1 or _begins(last, block):
            runs.append([])
        runs[-1].append(block)
    return [_table(document, run) for run in runs]


def find_total_row(document: Document, table: DocumentTable) -> Block | None:
    """The last row of a table that in some column is the sum of the rows above it; None where there is none."""
    sums: Counter[int] = Counter()
    counts: Counter[int] = Counter()
    total = None
    for row in table.rows:
        cells = enumerate(cell_texts(document, row))
        values = {n: int(re.sub(r"\D", "", cell)) for n, cell in cells if _AMOUNT.fullmatch(cell.strip())}
        if any(counts[n] > 1 and value and value == sums[n] for n, value in values.items()):
            total = row
        sums.update(values)
        counts.update(values.keys())
    return total


def cell_texts(document: Document, row: Block) -> list[str]:
    """The text of a row's cells, empty where the source leaves one blank."""
    if not row.cells:
        return [document.block_text(row)]
    return [document.quote(*span) if span else "" for span in row.cells]


def column_heads(document: Document, table: DocumentTable) -> list[str]:
    """The words above each column: its lowest cell in the header rows; of columns with the same one, with the cell directly above it, where each of
    them has one."""
    rows = [cell_texts(document, row) for row in table.header]
    columns = [[row[n] for row in rows if n < len(row) and row[n]] for n in range(max(map(len, rows), default=0))]

    def head(cells: list[str]) -> str:
        alike = [each for each in columns if each[-1:] == cells[-1:]]
        apart = len(alike) > 1 and all(len(each) > 1 for each in alike)
        return " ".join(cells[-2:] if apart else cells[-1:])

    return [head(cells) for cells in columns]


def _begins(last: Block, block: Block) -> bool:
    """Whether a row that directly follows another one begins a new table."""
    apart = "table" in parse_locator(block.locator) and _stem(last) != _stem(block)
    return apart or (block.context == "header" and last.context != "header")


def _stem(row: Block) -> str:
    return _ROW.sub("", row.locator)


def _table(document: Document, run: Sequence[Block]) -> DocumentTable:
    heads = 0
    while heads < len(run) and (run[heads].context == "header" or run[heads].locator.endswith("header")):
        heads += 1
    stem = _stem(run[0])
    locator = stem if parse_locator(stem).get("table") else run[0].locator
    return DocumentTable(locator, _caption(document, run[0], stem), tuple(run[:heads]), tuple(run[heads:]))


def _caption(document: Document, first: Block, stem: str) -> tuple[Block, ...]:
    above: list[Block] = []
    for block in reversed(document.blocks[max(0, first.ordinal - 1 - CAPTION_LINES) : first.ordinal]):
        if block.kind == "row" or block.end - block.start > CAPTION_LIMIT:
            break
        above.insert(0, block)
        if _CAPTION.match(document.body(block).strip()):
            return tuple(above)
    placed = [block for block in above if block.locator == stem]
    return tuple(placed) or tuple(block for block in above[-1:] if block.kind == "heading")
