"""Reads web pages: saved ones, those of word processors, treaty pages. Parsed with libxml2; scripts are never run.

The parser sends its events to `Walker` instead of building a tree, so that attributes and nesting stay within limits,
only entities of HTML are expanded, and nothing is fetched.
"""

from __future__ import annotations

import re
from dataclasses import replace

from lxml import etree

from ingest.readers.encoding import decode_html
from ingest.readers.html.html_blocks import Block, Paragraph, Row, Table, paragraphs
from ingest.readers.html.html_notes import match_notes
from ingest.readers.html.html_parser import Walker
from ingest.readers.html.html_text import render_paragraph
from ingest.readers.lines import BLANK_LINE, Cell, Line, ParsedFile, ReadError, number_rows, row_text
from ingest.readers.text import check_length, clean_characters

MAX_LINES = 600_000

_CHUNK = 65_536
_SUBSET = re.compile(r"\s*(?:<\?xml\b[^>]{0,500}>\s*)?<!DOCTYPE\b[^>\[]{0,1000}\[", re.IGNORECASE)


def read_html(data: bytes, name: str) -> ParsedFile:
    """The text of a web page as a person sees it in a browser: paragraphs, headings, lists, tables and footnotes.

    Every block is a `Line`, followed by a blank one; the rows of a table, the lines of preformatted text and the
    paragraphs of one footnote follow each other directly. `row` counts these lines, since one line of the file may have
    all of them. Menus, page furniture and hidden text are left out, hidden text with a warning. Raises `ReadError`
    where bytes do not fit the encoding, where there is no text, and where limits of nesting are exceeded."""
    text, warnings = decode_html(data, name)
    page = _parse(text, name)
    blocks = _without_header(page)
    match_notes(blocks)
    writer = _Writer(name)
    writer.write(blocks)
    if not any(line.text for line in writer.lines):
        raise ReadError(
            f"{name} is a web page that contains no text of its own. If a script fills the page, save it from a "
            "browser; if there is a PDF or Word file, use that."
        )
    if hidden := page.left_out["hidden"]:
        warnings.append(
            f"The page has hidden or deleted text ({hidden} letters and digits) that its readers do not see; "
            "it is left out."
        )
    if page.left_out["furniture"] > max(500, sum(len(line.text) for line in writer.lines)):
        warnings.append("Most of the page is menus and navigation, which is left out; check that nothing is missing.")
    title = clean_characters(page.title)[:300].strip()
    has_title = any(line.heading == 1 for line in writer.lines)
    front_matter = {"title": title} if title and not has_title else {}
    return ParsedFile(number_rows(writer.lines), front_matter, "html", warnings=tuple(warnings))


def _parse(text: str, name: str) -> Walker:
    if subset := _SUBSET.match(text):  # a DTD within the page has no text
        end = text.find("]", subset.end())
        text = text[end + 1 :].lstrip().removeprefix(">") if end >= 0 else text
    # huge_tree lifts the parser's depth limit of 256, at which it would stop without an error; Walker has its own limit.
    parser = etree.HTMLParser(target=Walker(name), encoding="utf-8", huge_tree=True, no_network=True)
    encoded = text.encode("utf-8", "replace")
    for start in range(0, len(encoded), _CHUNK):
        parser.feed(encoded[start : start + _CHUNK])
    walker: Walker = parser.close()
    return walker


def _without_header(page: Walker) -> list[Block]:
    """The blocks without those of the page header, unless only the header has the main heading."""
    titled = {paragraph.header for paragraph, _ in paragraphs(page.blocks) if paragraph.heading == 1}
    shown = {0} if 0 in titled else {0, *titled}
    kept: list[Block] = []
    for block in page.blocks:
        found = [paragraph for paragraph, _ in paragraphs([block])]
        if all(paragraph.header in shown for paragraph in found):
            kept.append(block)
        else:
            page.left_out["furniture"] += sum(len(paragraph.plain) for paragraph in found)
    return kept


class _Writer:
    """Writes blocks as lines."""

    def __init__(self, name: str) -> None:
        self.lines: list[Line] = []
        self._name = name
        self._group = 0

    def write(self, blocks: list[Block]) -> None:
        """Adds the lines of blocks in their order."""
        for block in blocks:
            if isinstance(block, Table):
                self._table(block)
            elif block.preformatted:
                self._preformatted(block)
            else:
                self._paragraph(block)

    def _add(self, line: Line) -> None:
        check_length(line.text, self._name)
        if len(self.lines) > MAX_LINES:
            raise ReadError(
                f"{self._name} has more than {MAX_LINES:,} lines, which is more than a document has. "
                "Split it into its documents."
            )
        self.lines.append(line)

    def _blank(self) -> None:
        if self.lines and self.lines[-1].text:
            self.lines.append(BLANK_LINE)

    def _paragraph(self, block: Paragraph) -> None:
        lines = render_paragraph(block)
        if not lines:
            return
        if block.group and block.group == self._group and not block.note and not self.lines[-1].text:
            self.lines.pop()  # a further paragraph of the same footnote
        self._group = block.group if block.note or block.group == self._group else 0
        for n, line in enumerate(lines):
            note = block.note if n == 0 else None
            self._add(replace(line, heading=block.heading, note=note, part=block.part))
        self._blank()

    def _preformatted(self, block: Paragraph) -> None:
        for raw in block.plain.splitlines():
            if text := clean_characters(raw):
                self._add(Line(text, part=block.part))
            else:
                self._blank()
        self._blank()

    def _table(self, table: Table) -> None:
        has_title = False
        for row in table.rows:
            inner = [block for box in row.boxes for block in box.blocks if isinstance(block, Table)]
            line = self._row(row, has_title)
            if line.text:
                has_title = has_title or not line.header
                self._add(line)
            if inner:
                self._blank()
                self.write(list[Block](inner))
        self._blank()

    def _row(self, row: Row, has_title: bool) -> Line:
        cells, marks = [], []
        for box in row.boxes:
            lines = [line for block in box.blocks if isinstance(block, Paragraph) for line in render_paragraph(block)]
            cells.append(Cell(" ".join(line.text for line in lines), box.col_span, box.row_span))
            marks += [mark for line in lines for mark in line.marks]
        filled = [box for box in row.boxes if box.blocks]
        header = row.section == "thead" or (not has_title and bool(filled) and all(box.head for box in filled))
        return Line(row_text(cells), cells=tuple(cells), header=header, marks=tuple(marks))
