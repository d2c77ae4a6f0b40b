"""Distinguishes data tables from layout tables, and resolves the cells that a row spans."""

from __future__ import annotations

import re

from ingest.readers.html.html_blocks import BREAK, Block, Box, Paragraph, Row, Run, Table, paragraphs
from ingest.readers.lines import ReadError
from ingest.readers.masthead_lines import is_masthead

MAX_CELLS = 1_000_000
_WIDEST = 200

_LABEL = re.compile(r"\(?(?:\d{1,3}|[a-z]{1,2}|[ivxlc]{1,6})[.)]|[•·–—-]|\[?\d{1,3}\]", re.IGNORECASE)
_LONG_CELL = 1500
_HEAD_ROWS = 8


def resolve_table(table: Table, name: str) -> list[Block]:
    """The blocks of a complete table: itself if it has data, those of its cells if it only lays out the page."""
    table.rows.sort(key=lambda row: ("thead", "tbody", "tfoot").index(row.section))
    filled = [[box for box in row.boxes if box.blocks] for row in table.rows]
    filled = [boxes for boxes in filled if boxes]
    if not filled:
        return table.caption
    if _is_masthead_table(table):
        cells = [block for boxes in filled for box in boxes for block in box.blocks]
        for paragraph, _ in paragraphs(cells):
            paragraph.part = "masthead"
        return table.caption + cells
    widest = max(len(boxes) for boxes in filled)
    if widest == 1:
        blocks = [block for boxes in filled for block in boxes[0].blocks]
        if table.bordered and len(filled) == 1:
            for block in blocks:
                if isinstance(block, Paragraph) and not block.part:
                    block.part = "box"
        return table.caption + blocks
    if _is_data_table(table, filled):
        return [*table.caption, _with_span_boxes(table, name)]
    return table.caption + [block for boxes in filled for block in _merge_row(boxes)]


def _is_masthead_table(table: Table) -> bool:
    """Whether a table is the masthead of a document."""
    found = [paragraph for paragraph, _ in paragraphs([table])]
    if len(table.rows) > _HEAD_ROWS or sum(len(paragraph.plain) for paragraph in found) > _LONG_CELL:
        return False
    lines = (line for paragraph in found for line in "".join(run.text for run in paragraph.runs).split(BREAK))
    return is_masthead([" ".join(line.split()) for line in lines])


def _is_data_table(table: Table, filled: list[list[Box]]) -> bool:
    boxes = [box for row in filled for box in row]
    if table.layout:
        return False
    if table.caption or any(box.head for box in boxes) or table.rows[0].section == "thead":
        return True
    if all(len(row) == 2 and _is_label(row[0]) for row in filled):
        return False  # numbered paragraphs, the numbers in a column of their own
    return not any(_is_layout_cell(box) for box in boxes if not table.bordered or len(box.blocks) > 8)


def _is_layout_cell(box: Box) -> bool:
    """Whether a cell has content of a page layout rather than of a data table."""
    inner = [block for block in box.blocks if isinstance(block, Paragraph)]
    long = len(inner) > 3 or sum(len(block.plain) for block in inner) > _LONG_CELL
    return box.nests or long or any(block.heading for block in inner)


def _is_label(box: Box) -> bool:
    block = box.blocks[0]
    return len(box.blocks) == 1 and isinstance(block, Paragraph) and bool(_LABEL.fullmatch(block.plain.strip()))


def _merge_row(boxes: list[Box]) -> list[Block]:
    """The blocks of a row; a number in a cell of its own is put before the paragraph beside it."""
    if len(boxes) == 2 and _is_label(boxes[0]):
        label, beside = boxes[0].blocks[0], boxes[1].blocks[0]
        if isinstance(label, Paragraph) and isinstance(beside, Paragraph):
            beside.runs[:0] = [*label.runs, Run(" ")]
            beside.anchors += label.anchors
            return boxes[1].blocks
    return [block for box in boxes for block in box.blocks]


def _with_span_boxes(table: Table, name: str) -> Table:
    """The table with a blank box at every position that a neighbour spans, and with spans limited to the table."""
    width = min(_WIDEST, max(_width(row) for row in table.rows))
    spanning: dict[int, int] = {}  # column -> number of rows that a cell above still spans
    total = 0
    for n, row in enumerate(table.rows):
        boxes_by_column: list[Box] = []
        boxes = iter(row.boxes)
        box = next(boxes, None)
        while box is not None or spanning.get(len(boxes_by_column), 0) > 0:
            column = len(boxes_by_column)
            if spanning.get(column, 0) > 0:
                spanning[column] -= 1
                boxes_by_column.append(Box())
            elif box is not None:
                box.col_span = max(1, min(box.col_span, width - column))
                box.row_span = min(box.row_span, len(table.rows) - n)
                boxes_by_column += [box, *(Box() for _ in range(box.col_span - 1))]
                if box.row_span > 1:
                    spanning.update(dict.fromkeys(range(column, column + box.col_span), box.row_span - 1))
                box = next(boxes, None)
        for column in [column for column in spanning if column >= len(boxes_by_column)]:
            spanning[column] = max(0, spanning[column] - 1)
        total += len(boxes_by_column) + len(spanning)
        if total > MAX_CELLS:
            raise ReadError(f"{name} has a table of more than {MAX_CELLS:,} cells. Split it into its documents.")
        row.boxes = boxes_by_column
    return table


def _width(row: Row) -> int:
    """The columns of a row; a cell that stands alone may span any number of columns, so that it counts once."""
    return sum(box.col_span for box in row.boxes) if len(row.boxes) > 1 else len(row.boxes)
