"""Web pages: saved ones, those of word processors, treaty pages. Read with the parser of libxml2, never run.

The parser hands its events to a machine of our own instead of building a tree, so that neither attributes nor
nesting grow beyond a bound, no entity is expanded that HTML does not know, and nothing is fetched.
"""

from __future__ import annotations

import re
from dataclasses import replace

from lxml import etree

from ingest.readers.encoding import decode_html
from ingest.readers.html.html_blocks import Block, Paragraph, Row, Table, paragraphs
from ingest.readers.html.html_notes import match_notes
from ingest.readers.html.html_parser import Walker
from ingest.readers.html.html_text import spell
from ingest.readers.lines import Cell, Line, ReadError, Source, row_text
from ingest.readers.text import bounded, clean_characters

MAX_LINES = 600_000

_CHUNK = 65_536
_SUBSET = re.compile(r"\s*(?:<\?xml\b[^>]{0,500}>\s*)?<!DOCTYPE\b[^>\[]{0,1000}\[", re.IGNORECASE)


def read_html(data: bytes, name: str) -> Source:
    """The text of a web page as a person sees it in a browser: paragraphs, headings, lists, tables and footnotes.

    Every block is a `Line` and a blank one after it; the rows of a table, the lines of preformatted text and the
    paragraphs of one footnote follow each other directly. `row` counts the lines, since one line of the file may
    hold all of them. Menus, page furniture and hidden text are left out, hidden text with a warning. Raises
    `ReadError` where bytes do not fit the encoding, where there is no text, and past limits of nesting.
    """
    text, warnings = decode_html(data, name)
    page = _walked(text, name)
    blocks = _without_header(page)
    match_notes(blocks)
    writer = _Writer(name)
    writer.write(blocks)
    if not any(line.text for line in writer.lines):
        raise ReadError(
            f"{name} is a web page that holds no text of its own. Pages that a script fills must be saved from a "
            "browser; where there is a PDF or Word file, take that."
        )
    if page.hidden:
        warnings.append(
            f"The page has hidden or deleted text ({page.hidden} letters and digits) that its readers do not see; "
            "it is left out."
        )
    kept = sum(len(line.text) for line in writer.lines)
    if page.furniture > max(500, kept):
        warnings.append(
            "Most of the page is menus and other furniture, which is left out; check that nothing is missing."
        )
    title = clean_characters(page.title)[:300].strip()
    headed = any(line.heading == 1 for line in writer.lines)
    return Source(
        tuple(writer.lines), {"title": title} if title and not headed else {}, "html", warnings=tuple(warnings)
    )


def _walked(text: str, name: str) -> Walker:
    if subset := _SUBSET.match(text):  # a DTD within the page: nothing in it is text
        end = text.find("]", subset.end())
        text = text[end + 1 :].lstrip().removeprefix(">") if end >= 0 else text
    # huge_tree lifts the parser's depth of 256, at which it would stop without an error; the walker has its own.
    parser = etree.HTMLParser(target=Walker(name), encoding="utf-8", huge_tree=True, no_network=True)
    encoded = text.encode("utf-8", "replace")
    for start in range(0, len(encoded), _CHUNK):
        parser.feed(encoded[start : start + _CHUNK])
    walker: Walker = parser.close()
    return walker


def _without_header(page: Walker) -> list[Block]:
    """The blocks without those of the page header; it is kept where it alone holds the main heading."""
    headed = {paragraph.header for paragraph, _ in paragraphs(page.blocks) if paragraph.heading == 1}
    keep = headed if 0 not in headed else set()

    def kept(block: Block) -> bool:
        headers = {paragraph.header for paragraph, _ in paragraphs([block])}
        return headers == {0} or headers <= keep | {0}

    for block in page.blocks:
        if not kept(block):
            page.furniture += sum(len(paragraph.plain) for paragraph, _ in paragraphs([block]))
    return [block for block in page.blocks if kept(block)]


class _Writer:
    """Puts blocks down as lines."""

    def __init__(self, name: str) -> None:
        self.lines: list[Line] = []
        self._name = name
        self._group = 0

    def write(self, blocks: list[Block]) -> None:
        """The lines of blocks in their order."""
        for block in blocks:
            if isinstance(block, Table):
                self._table(block)
            elif block.preformatted:
                self._preformatted(block)
            else:
                self._paragraph(block)

    def _add(self, line: Line) -> None:
        bounded(line.text, self._name)
        if len(self.lines) > MAX_LINES:
            raise ReadError(
                f"{self._name} has more than {MAX_LINES:,} lines, which is more than a document has. "
                "Split it into its documents."
            )
        self.lines.append(replace(line, row=len(self.lines) + 1))

    def _blank(self) -> None:
        if self.lines and self.lines[-1].text:
            self.lines.append(Line("", len(self.lines) + 1))

    def _paragraph(self, block: Paragraph) -> None:
        spelled = spell(block)
        if not spelled:
            return
        if block.group and block.group == self._group and not block.note and not self.lines[-1].text:
            self.lines.pop()  # a further paragraph of the same footnote
        self._group = block.group if block.note or block.group == self._group else 0
        for n, line in enumerate(spelled):
            note = block.note if n == 0 else None
            self._add(replace(line, heading=block.heading, note=note, part=block.part))
        self._blank()

    def _preformatted(self, block: Paragraph) -> None:
        for raw in block.plain.splitlines():
            if text := clean_characters(raw):
                self._add(Line(text, 0, part=block.part))
            else:
                self._blank()
        self._blank()

    def _table(self, table: Table) -> None:
        headed = False
        for row in table.rows:
            inner = [block for box in row.boxes for block in box.blocks if isinstance(block, Table)]
            line = self._row(row, headed)
            if line.text:
                headed = headed or not line.header
                self._add(line)
            if inner:
                self._blank()
                self.write(list[Block](inner))
        self._blank()

    def _row(self, row: Row, headed: bool) -> Line:
        cells, marks = [], []
        for box in row.boxes:
            spelled = [line for block in box.blocks if isinstance(block, Paragraph) for line in spell(block)]
            cells.append(Cell(" ".join(line.text for line in spelled), box.over, box.down))
            marks += [mark for line in spelled for mark in line.marks]
        filled = [box for box in row.boxes if box.blocks]
        header = row.section == "thead" or (not headed and bool(filled) and all(box.head for box in filled))
        return Line(row_text(cells), 0, cells=tuple(cells), header=header, marks=tuple(marks))
