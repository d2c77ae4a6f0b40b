"""Tables: which hold data and which only lay a page out, and the cells of a row with what they span."""

from __future__ import annotations

import re

from ingest.readers.html.html_blocks import BREAK, Block, Box, Paragraph, Row, Run, Table, paragraphs
from ingest.readers.lines import ReadError
from ingest.readers.masthead_lines import heads_document

MAX_CELLS = 1_000_000
_WIDEST = 200

_LABEL = re.compile(r"\(?(?:\d{1,3}|[a-z]{1,2}|[ivxlc]{1,6})[.)]|[•·–—-]|\[?\d{1,3}\]", re.IGNORECASE)
_LONG_CELL = 1500
_HEAD_ROWS = 8


def settle(table: Table, name: str) -> list[Block]:
    """What a table that has ended comes to: itself if it holds data, the blocks of its cells if it lays out a page."""
    table.rows.sort(key=lambda row: ("thead", "tbody", "tfoot").index(row.section))
    filled = [[box for box in row.boxes if box.blocks] for row in table.rows]
    filled = [boxes for boxes in filled if boxes]
    if not filled:
        return table.caption
    if _heads_document(table):
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
    if _holds_data(table, filled):
        return [*table.caption, _gridded(table, name)]
    return table.caption + [block for boxes in filled for block in _side_by_side(boxes)]


def _heads_document(table: Table) -> bool:
    """Whether a table holds the masthead of a document: its cells have lines, which are those of one."""
    found = [paragraph for paragraph, _ in paragraphs([table])]
    if len(table.rows) > _HEAD_ROWS or sum(len(paragraph.plain) for paragraph in found) > _LONG_CELL:
        return False
    lines = (line for paragraph in found for line in "".join(run.text for run in paragraph.runs).split(BREAK))
    return heads_document([" ".join(line.split()) for line in lines])


def _holds_data(table: Table, filled: list[list[Box]]) -> bool:
    boxes = [box for row in filled for box in row]
    if table.layout:
        return False
    if table.caption or any(box.head for box in boxes) or table.rows[0].section == "thead":
        return True
    if all(len(row) == 2 and _is_label(row[0]) for row in filled):
        return False  # numbered paragraphs, the numbers in a column of their own
    return not any(_lays_out(box) for box in boxes if not table.bordered or len(box.blocks) > 8)


def _lays_out(box: Box) -> bool:
    """Whether a cell holds what is part of a page rather than of a table."""
    inner = [block for block in box.blocks if isinstance(block, Paragraph)]
    return (
        box.nests
        or len(inner) > 3
        or any(block.heading for block in inner)
        or sum(len(block.plain) for block in inner) > _LONG_CELL
    )


def _is_label(box: Box) -> bool:
    block = box.blocks[0]
    return len(box.blocks) == 1 and isinstance(block, Paragraph) and bool(_LABEL.fullmatch(block.plain.strip()))


def _side_by_side(boxes: list[Box]) -> list[Block]:
    """The blocks of a row; a number in a cell of its own goes before the paragraph beside it."""
    if len(boxes) == 2 and _is_label(boxes[0]):
        label, beside = boxes[0].blocks[0], boxes[1].blocks[0]
        if isinstance(label, Paragraph) and isinstance(beside, Paragraph):
            beside.runs[:0] = [*label.runs, Run(" ")]
            beside.anchors += label.anchors
            return boxes[1].blocks
    return [block for box in boxes for block in box.blocks]


def _gridded(table: Table, name: str) -> Table:
    """The table with a blank box in every place that a neighbour spans, and with spans no larger than the table."""
    width = min(_WIDEST, max(_width(row) for row in table.rows))
    hanging: dict[int, int] = {}  # column to the rows that a cell above still reaches into
    total = 0
    for n, row in enumerate(table.rows):
        places: list[Box] = []
        boxes = iter(row.boxes)
        box = next(boxes, None)
        while box is not None or hanging.get(len(places), 0) > 0:
            column = len(places)
            if hanging.get(column, 0) > 0:
                hanging[column] -= 1
                places.append(Box())
            elif box is not None:
                box.over = max(1, min(box.over, width - column))
                box.down = min(box.down, len(table.rows) - n)
                places += [box, *(Box() for _ in range(box.over - 1))]
                if box.down > 1:
                    hanging.update(dict.fromkeys(range(column, column + box.over), box.down - 1))
                box = next(boxes, None)
        for column in [column for column in hanging if column >= len(places)]:
            hanging[column] = max(0, hanging[column] - 1)
        total += len(places) + len(hanging)
        if total > MAX_CELLS:
            raise ReadError(f"{name} has a table of more than {MAX_CELLS:,} cells. Split it into its documents.")
        row.boxes = places
    return table


def _width(row: Row) -> int:
    """The columns of a row; a cell that stands alone may claim any number of them, so that it counts once."""
    return sum(box.over for box in row.boxes) if len(row.boxes) > 1 else len(row.boxes)
