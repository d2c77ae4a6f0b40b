"""Builds paragraphs and tables from the elements of a story (body, cell, text box, note), without leaving any out.

Source: ECMA-376 part 1, 17.2 to 17.5 (paragraphs, tables, content controls).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.readers.docx.docx_notes import NoteNumbering
from ingest.readers.docx.docx_styles import StyleSheet, indent_of
from ingest.readers.docx.entries import Entry, Paragraph, Row, Table, TableCell
from ingest.readers.docx.inline import Fields, Findings, Inline
from ingest.readers.docx.numbering import Numbering
from ingest.readers.docx.wordprocessing import MC, Element, W, child, first_set, on, value, version, whole

MAX_COLUMNS = 100  # Word allows 63
_SILENT = frozenset(
    W + name
    for name in ("sectPr", "tcPr", "tblPr", "tblGrid", "trPr", "tblPrEx", "sdtPr", "sdtEndPr", "del", "moveFrom")
)


class Walker:
    """Reads the stories of one file in document order, in which numbers are counted."""

    def __init__(
        self, style_sheet: StyleSheet, numbering: Numbering, note_numbering: NoteNumbering, findings: Findings
    ) -> None:
        self._style_sheet = style_sheet
        self._numbering = numbering
        self._note_numbering = note_numbering
        self._findings = findings
        self._inline = Inline(style_sheet, note_numbering, findings, self._entries)

    def story(self, element: Element) -> list[Entry]:
        """The paragraphs and tables of a story."""
        self._inline.fields = Fields()
        return self._entries(element)

    def _entries(self, element: Element) -> list[Entry]:
        found: list[Entry] = []
        carried = Paragraph([])  # text that the next paragraph continues
        for item, contents in self._blocks(element, False):
            if item.tag == W + "tbl":
                entry: Entry = self._table(item)
                found += [carried] if carried.runs else []
                carried = Paragraph([])
            else:
                entry = self._paragraph(item)
                goes_on = entry.joined and not entry.boxes and bool(carried.runs or entry.raw.strip())
                if carried.runs:
                    carried.runs.extend(entry.runs)  # in place: many joined paragraphs must not take quadratic time
                    entry.runs = carried.runs
                    entry.number = carried.number or entry.number
                carried = Paragraph(entry.runs if goes_on else [], number=entry.number)
                if goes_on:
                    continue
            if contents and not entry.part:
                entry.part = "contents"
            found.append(entry)
        return [*found, carried] if carried.runs else found

    def _blocks(self, element: Element, contents: bool) -> Iterator[tuple[Element, bool]]:
        """The paragraphs and tables in an element, and whether each is in a table of contents."""
        for item in element:
            tag = item.tag
            if not isinstance(tag, str) or tag in _SILENT:
                self._findings.tracked |= tag in (W + "del", W + "moveFrom")
            elif tag in (W + "p", W + "tbl"):
                yield item, contents
            elif tag == MC + "AlternateContent":
                for chosen in version(item):
                    yield from self._blocks(chosen, contents)
            elif tag == W + "sdt":
                gallery = value(child(item, "sdtPr", "docPartObj", "docPartGallery")) or ""
                yield from self._blocks(item, contents or gallery.casefold() == "table of contents")
            elif tag == W + "altChunk":
                self._findings.imported += 1
            else:
                yield from self._blocks(item, contents)

    def _paragraph(self, element: Element) -> Paragraph:
        properties = child(element, "pPr")
        style = self._style_sheet.style(value(child(properties, "pStyle")))
        mark = child(properties, "rPr")
        deleted = child(mark, "del") is not None or child(mark, "moveFrom") is not None
        label = None if deleted else self._numbering.label(style, properties)  # Word counts by the marks that stay
        paragraph = self._inline.read(element, style)
        if label is not None:
            paragraph.number, paragraph.bullet = label.text, label.bullet
        outline = whole(value(child(properties, "outlineLvl")))
        paragraph.level = self._style_sheet.heading(style, outline)
        paragraph.left = first_set(indent_of(properties), label.left if label else None, style.left, 0.0)
        frame = child(properties, "framePr")
        dropped = value(frame, "dropCap") in ("drop", "margin")
        paragraph.frame = frame is not None and not dropped
        self._findings.tracked |= deleted
        paragraph.joined = deleted or dropped or bool(on(child(mark, "vanish")))
        if style.name.casefold().startswith("toc ") and style.name[4:].isdigit():
            paragraph.part = "contents"
        if child(properties, "sectPr") is not None:
            self._note_numbering.section += 1
        return paragraph

    def _table(self, element: Element) -> Table:
        rows: list[Row] = []
        open_cells: dict[int, TableCell] = {}
        width = 0
        for item in _within(element, "tr"):
            properties = child(item, "trPr")
            if child(properties, "del") is not None:
                self._findings.tracked = True
                continue
            row = self._row(item, properties, open_cells)
            width = max([width, *(cell.column + cell.col_span for cell in row.cells)])
            rows.append(row)
        style = self._style_sheet.style(value(child(element, "tblPr", "tblStyle")) or "")
        table_look = child(element, "tblPr", "tblLook")
        bits = int(value(table_look) or "0", 16) if re.fullmatch("[0-9a-fA-F]{1,8}", value(table_look) or "") else 0
        first = value(table_look, "firstRow") in ("1", "true", "on") or bool(bits & 0x20)
        return Table(rows, width, style.first_bold and first)

    def _row(self, item: Element, properties: Element | None, open_cells: dict[int, TableCell]) -> Row:
        column = _span(child(properties, "gridBefore"), 0)
        cells: list[TableCell] = []
        still_open: dict[int, TableCell] = {}
        for tc in _within(item, "tc"):
            cell_properties = child(tc, "tcPr")
            col_span = _span(child(cell_properties, "gridSpan"), 1)
            if child(cell_properties, "cellDel") is not None:
                self._findings.tracked = True
                column += col_span
                continue
            entries = self._entries(tc)
            if value(child(cell_properties, "hMerge")) == "continue" and cells:
                cells[-1].col_span += col_span
                cells[-1].entries += entries
                column += col_span
                continue
            cell = TableCell(column, col_span, entries)
            merge = child(cell_properties, "vMerge")
            above = open_cells.get(column)
            if merge is not None and value(merge) != "restart" and above is not None:
                above.row_span += 1
                cell.continues = True
                still_open[column] = above
            elif merge is not None:
                still_open[column] = cell
            cells.append(cell)
            column = min(column + col_span, 10 * MAX_COLUMNS)
        open_cells.clear()
        open_cells.update(still_open)
        return Row(cells, on(child(properties, "tblHeader")) or False)


def _within(element: Element, name: str) -> Iterator[Element]:
    """Rows of a table or cells of a row, including those in content controls and insertions."""
    for item in element:
        if item.tag == W + name:
            yield item
        elif isinstance(item.tag, str) and item.tag not in _SILENT and item.tag not in (W + "p", W + "tbl"):
            yield from _within(item, name)


def _span(element: Element | None, default: int) -> int:
    number = whole(value(element))
    return default if number is None else min(max(number, default), MAX_COLUMNS)
