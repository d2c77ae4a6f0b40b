"""From the events of an HTML parser to paragraphs and tables: a machine with a stack, so that no nesting exhausts it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ingest.readers.html.html_blocks import (
    BREAK,
    Block,
    Box,
    Item,
    Listing,
    Paragraph,
    Row,
    Run,
    Table,
    marker_of,
    whole_number,
)
from ingest.readers.html.html_styles import Sheet, Style, declared
from ingest.readers.html.html_tables import settle
from ingest.readers.html.open_elements import (
    BLOCKS,
    GRID_CLASS,
    LISTS,
    NOTE_NAME,
    SECTIONS,
    TABLE_PARTS,
    Frame,
    left_out,
    set_words,
)
from ingest.readers.lines import ReadError

MAX_ELEMENTS = 1_000_000
MAX_BLOCKS = 200_000
MAX_DEPTH = 400


class Walker:
    """The target of a parser; `blocks` holds what was read when the parser is done. Raises `ReadError` past a limit."""

    def __init__(self, name: str) -> None:
        self.blocks: list[Block] = []
        self.title = ""
        self.hidden = 0
        self.furniture = 0
        self._name = name
        self._sheet = Sheet()
        self._frames = [Frame("")]
        self._sinks = [self.blocks]
        self._tables: list[Table] = []
        self._runs: list[Run] = []
        self._buffer: list[str] = []
        self._set: Frame = self._frames[0]
        self._anchors: list[str] = []
        self._items: list[Item] = []
        self._skipped = 0
        self._reason = ""
        self._style: list[str] = []
        self._broken = False  # the last that was put is a line break
        self._elements = self._made = self._groups = self._rules = self._headers = 0

    # The interface of an lxml parser target.

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._frames) + self._skipped > MAX_DEPTH:
            what = "nests its elements too deeply" if self._elements <= MAX_ELEMENTS else "has too many elements"
            raise ReadError(f"{self._name} {what} to be the page of a document. Save it from a browser, or as a PDF.")
        if self._skipped:
            self._skipped += 1
            return
        attributes = {key.lower(): value for key, value in list(attributes.items())[:200]}
        tag = tag.lower()
        style = self._style_of(tag, attributes)
        reason = {"style": "style", "title": "title"}.get(tag) or left_out(
            tag, attributes, style, self._frames[-1].scoped
        )
        if tag in BLOCKS:
            self._flush()
        if reason:
            self._skipped, self._reason = 1, reason
            return
        self._open(tag, attributes, style)

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._skipped:
            self._skipped -= 1
            if not self._skipped and self._reason == "style":
                self._sheet.add("".join(self._style))
                self._style.clear()
            return
        if len(self._frames) > 1:
            self._close(self._frames[-1])
            self._frames.pop()

    def data(self, text: str) -> None:
        """Characters within an element."""
        if not self._skipped:
            self._put(text)
        elif self._reason == "style":
            self._style.append(text)
        elif self._reason == "title" and len(self.title) < 1000:
            self.title += text
        elif self._reason == "hidden":
            self.hidden += sum(map(str.isalnum, text))
        elif self._reason == "furniture":
            self.furniture += sum(map(str.isalnum, text))

    def close(self) -> Walker:
        """The page ends."""
        self._flush()
        while self._tables:
            self._end_table(self._tables[-1])
        return self

    # What elements do.

    def _style_of(self, tag: str, attributes: Mapping[str, str]) -> Style:
        style = self._sheet.of(tag, attributes.get("class", ""), attributes.get("id", ""))
        own = attributes.get("style")
        return style.under(declared(own[:20_000])) if own else style

    def _open(self, tag: str, attributes: Mapping[str, str], style: Style) -> None:
        frame = replace(self._frames[-1], tag=tag, table=None, box=None, item=None)
        set_words(frame, tag, attributes, style, self._elements)
        for key in ("id", "name"):
            if anchor := attributes.get(key, "")[:200]:
                self._anchors.append(anchor)
        name = attributes.get("id", "")
        if style.element in ("footnote", "endnote") or (tag in BLOCKS and NOTE_NAME.fullmatch(name[:200])):
            self._groups += 1
            frame.group = self._groups
        if tag in LISTS:
            self._open_list(frame, tag, attributes, style)
        elif tag == "li":
            self._open_item(frame, attributes, style)
        elif tag == "table":
            self._open_table(frame, attributes, style)
        elif tag in TABLE_PARTS and self._tables:
            self._open_table_part(frame, tag, attributes, style)
        elif tag == "header" and not frame.scoped:
            self._headers += 1
            frame.header = self._headers
        elif tag == "hr":
            self._rules += 1
        self._frames.append(frame)
        if tag == "br":
            if self._broken and not frame.preformatted:
                self._flush()  # a line left empty parts paragraphs
            self._put(BREAK)
            self._broken = True
        elif tag == "q":
            self._put("“")
        elif tag == "rt":
            self._put("(")

    def _close(self, frame: Frame) -> None:
        if frame.tag in BLOCKS:
            self._flush()
        if frame.tag == "q":
            self._put("”")
        elif frame.tag == "rt":
            self._put(")")
        elif frame.item is not None and self._items and self._items[-1] is frame.item:
            self._items.pop()  # an item without words
        elif frame.table is not None:
            self._end_table(frame.table)
        elif frame.tag in TABLE_PARTS and self._tables:
            self._end_table_part(frame, self._tables[-1])

    def _open_list(self, frame: Frame, tag: str, attributes: Mapping[str, str], style: Style) -> None:
        marker = style.marker or marker_of(attributes.get("type", "").strip())
        backwards = tag == "ol" and "reversed" in attributes
        start = whole_number(attributes.get("start")) if tag == "ol" else None
        frame.listing = Listing(tag == "ol", marker, start, backwards)

    def _open_item(self, frame: Frame, attributes: Mapping[str, str], style: Style) -> None:
        listing = frame.listing or Listing(False, "")
        marker = style.marker or marker_of(attributes.get("type", "").strip())
        frame.item = Item(listing, whole_number(attributes.get("value")), marker)
        listing.items.append(frame.item)
        self._items.append(frame.item)
        del self._items[:-20]

    def _open_table(self, frame: Frame, attributes: Mapping[str, str], style: Style) -> None:
        framed = attributes.get("border", "0").strip().lower() not in ("0", "", "none", "0px")
        rules = attributes.get("rules", "none").lower() not in ("none", "")
        grid = bool(GRID_CLASS.search(attributes.get("class", "")[:200]))
        layout = attributes.get("role", "").lower() in ("presentation", "none")
        frame.table = Table(bordered=framed or rules or grid or bool(style.bordered), layout=layout)
        frame.listing = None
        self._tables.append(frame.table)

    def _open_table_part(self, frame: Frame, tag: str, attributes: Mapping[str, str], style: Style) -> None:
        """A row, cell, section or caption; outside of any table it would be an ordinary block."""
        table = self._tables[-1]
        self._end_box(table)
        if tag == "caption":
            frame.box = table.box = Box()
            frame.part, table.caption = "caption", table.box.blocks
            self._sinks.append(table.box.blocks)
        elif tag in SECTIONS:
            table.section, table.row = tag, None
        elif tag == "tr":
            table.row = Row(section=table.section)
            table.rows.append(table.row)
        else:
            if table.row is None:
                table.row = Row(section=table.section)
                table.rows.append(table.row)
            over = max(1, min(1000, whole_number(attributes.get("colspan")) or 1))
            down = whole_number(attributes.get("rowspan"))
            down = 65_534 if down == 0 else max(1, min(65_534, down or 1))
            frame.box = table.box = Box(over=over, down=down, head=tag == "th")
            table.row.boxes.append(table.box)
            table.bordered = table.bordered or bool(style.bordered)
            # A cell left open bequeaths nothing to the next: HTML clears the formatting at a cell.
            above = next((open_ for open_ in reversed(self._frames) if open_.table is table), None)
            if above is not None:
                frame.bold = style.bold if style.bold is not None else above.bold
                frame.italic = style.italic if style.italic is not None else above.italic
                frame.raised, frame.target, frame.heading, frame.listing = 0, "", 0, None
            self._sinks.append(table.box.blocks)

    def _end_table_part(self, frame: Frame, table: Table) -> None:
        if frame.box is not None and table.box is not frame.box:
            return  # the next cell has ended it already
        self._end_box(table)
        if frame.tag == "tr":
            table.row = None
        elif frame.tag in SECTIONS:
            table.section = "tbody"

    def _end_box(self, table: Table) -> None:
        if table.box is not None:
            self._flush()
            self._sinks.pop()
            table.box = None

    def _end_table(self, table: Table) -> None:
        while self._tables:
            inner = self._tables.pop()
            self._end_box(inner)
            self._sinks[-1].extend(settle(inner, self._name))
            if self._tables and self._tables[-1].box is not None:
                self._tables[-1].box.nests = True
            if inner is table:
                break

    # Words.

    def _put(self, text: str) -> None:
        frame = self._frames[-1]
        if frame.silent:
            return
        if frame is not self._set and self._buffer:
            self._end_run()
        self._set = frame
        self._buffer.append(text)
        self._broken = self._broken and text.isspace()

    def _end_run(self) -> None:
        if self._buffer:
            frame = self._set
            text = "".join(self._buffer)
            self._buffer.clear()
            self._runs.append(Run(text, frame.bold, frame.italic, frame.raised, frame.target, frame.label))

    def _flush(self) -> None:
        """Ends the paragraph in hand."""
        self._end_run()
        runs, self._runs = self._runs, []
        self._broken = False
        if not any(run.text.strip() for run in runs):
            return
        self._made += 1
        if self._made > MAX_BLOCKS:
            raise ReadError(
                f"{self._name} has more than {MAX_BLOCKS:,} paragraphs, which is more than a document has. "
                "Split it into its documents."
            )
        frame = self._frames[-1]
        made = Paragraph(
            runs,
            heading=frame.heading,
            items=tuple(self._items),
            anchors=self._anchors,
            group=frame.group,
            rules=self._rules,
            header=frame.header,
            footnote=frame.footnote,
            preformatted=frame.preformatted,
            part=frame.part,
        )
        self._anchors, self._items = [], []
        self._sinks[-1].append(made)
