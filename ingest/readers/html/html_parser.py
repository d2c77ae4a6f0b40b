"""Builds paragraphs and tables from the events of an HTML parser, with a stack, so that deep nesting is harmless."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

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
from ingest.readers.html.html_styles import PLAIN, Style, StyleSheet, parse_declarations
from ingest.readers.html.html_tables import resolve_table
from ingest.readers.lines import LinePart, ReadError

MAX_ELEMENTS = 1_000_000
MAX_BLOCKS = 200_000
MAX_DEPTH = 400


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCKS = _names(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol p pre search section "
    "summary table tbody td tfoot th thead tr ul xmp"
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_TABLE_PARTS = ("td", "th", "tr", "thead", "tbody", "tfoot", "caption")
_SECTIONS = ("thead", "tbody", "tfoot")
_LISTS = ("ol", "ul", "menu", "dir")

_NO_TEXT = _names(
    "script noscript template select textarea button svg canvas audio video object iframe map datalist progress meter "
    "noframes applet embed rp"
)
_FURNITURE_ROLES = ("navigation", "banner", "contentinfo", "complementary", "search", "menu", "menubar")
_NOTES = re.compile(r"note", re.IGNORECASE)
NOTE_NAME = re.compile(
    r"_{0,2}(?:user-content-)?(?:cite_note-\S+|(?:(?:sd)?(?:foot|end)?(?:note|nota)s?|ftn|fn|edn|en|n)"
    r"[-_:.]?(?:\w{1,8}[-_.])?\d{1,4}\w{0,8})",
    re.IGNORECASE,
)
"""The form of footnote ids: `fn1`, `_ftn1`, `sdfootnote1sym`, `cite_note-3`."""

_NOTE_CLASS = re.compile(r"(?<![\w-])(?:Mso|sd)?(?:foot|end)notes?(?:Text)?(?![\w-])", re.IGNORECASE)
_REFERENCE_CLASS = re.compile(r"\bMso(?:Foot|End)noteReference\b", re.IGNORECASE)
_GRID_CLASS = re.compile(r"\bMso\w*Table\w*Grid|\bwikitable\b|\btable-bordered\b", re.IGNORECASE)


@dataclass(slots=True)
class _Frame:
    """An open element, with the properties that its text inherits."""

    tag: str
    bold: bool = False
    italic: bool = False
    raised: int = 0
    target: str = ""
    label: bool = False
    silent: bool = False
    preformatted: bool = False
    scoped: bool = False
    heading: int = 0
    group: int = 0
    header: int = 0
    part: LinePart = ""
    footnote: bool = False
    listing: Listing | None = None
    item: Item | None = None
    table: Table | None = None
    box: Box | None = None


class Walker:
    """The target of a parser, which leaves its result in `blocks`. Raises `ReadError` where a limit is exceeded."""

    def __init__(self, name: str) -> None:
        self.blocks: list[Block] = []
        self.title = ""
        self.left_out: Counter[str] = Counter()  # letters and digits by reason: `hidden`, `furniture`, `code`
        self._name = name
        self._sheet = StyleSheet()
        self._frames = [_Frame("")]
        self._sinks = [self.blocks]
        self._tables: list[Table] = []
        self._runs: list[Run] = []
        self._buffer: list[str] = []
        self._run_frame: _Frame = self._frames[0]
        self._anchors: list[str] = []
        self._items: list[Item] = []
        self._skipped = 0
        self._reason = ""
        self._style: list[str] = []
        self._broken = False  # the last text was a line break
        self._element_count = self._paragraph_count = self._group_count = self._rule_count = self._header_count = 0

    # The interface of an lxml parser target.

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._element_count += 1
        if self._element_count > MAX_ELEMENTS or len(self._frames) + self._skipped > MAX_DEPTH:
            what = "nests its elements too deeply" if self._element_count <= MAX_ELEMENTS else "has too many elements"
            raise ReadError(f"{self._name} {what} to be the page of a document. Save it from a browser, or as a PDF.")
        if self._skipped:
            self._skipped += 1
            return
        attributes = {key.lower(): value for key, value in list(attributes.items())[:200]}
        tag = tag.lower()
        style = self._sheet.of(tag, attributes.get("class", ""), attributes.get("id", ""))
        if own := attributes.get("style"):
            style = style.overridden_by(parse_declarations(own[:20_000]))
        reason = {"style": "style", "title": "title"}.get(tag) or _exclusion_reason(
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
            self._add_text(text)
        elif self._reason == "style":
            self._style.append(text)
        elif self._reason == "title" and len(self.title) < 1000:
            self.title += text
        else:
            self.left_out[self._reason] += sum(map(str.isalnum, text))

    def close(self) -> Walker:
        """The page ends."""
        self._flush()
        while self._tables:
            self._end_table(self._tables[-1])
        return self

    # What elements do.

    def _open(self, tag: str, attributes: Mapping[str, str], style: Style) -> None:
        frame = replace(self._frames[-1], tag=tag, table=None, box=None, item=None)
        _set_formatting(frame, tag, attributes, style, self._element_count)
        for key in ("id", "name"):
            if anchor := attributes.get(key, "")[:200]:
                self._anchors.append(anchor)
        name = attributes.get("id", "")
        if style.element in ("footnote", "endnote") or (tag in BLOCKS and NOTE_NAME.fullmatch(name[:200])):
            self._group_count += 1
            frame.group = self._group_count
        if tag in _LISTS:
            self._open_list(frame, tag, attributes, style)
        elif tag == "li":
            self._open_item(frame, attributes, style)
        elif tag == "table":
            self._open_table(frame, attributes, style)
        elif tag in _TABLE_PARTS and self._tables:
            self._open_table_part(frame, tag, attributes, style)
        elif tag == "header" and not frame.scoped:
            self._header_count += 1
            frame.header = self._header_count
        elif tag == "hr":
            self._rule_count += 1
        self._frames.append(frame)
        if tag == "br":
            if self._broken and not frame.preformatted:
                self._flush()  # an empty line separates paragraphs
            self._add_text(BREAK)
            self._broken = True
        elif tag == "q":
            self._add_text("“")
        elif tag == "rt":
            self._add_text("(")

    def _close(self, frame: _Frame) -> None:
        if frame.tag in BLOCKS:
            self._flush()
        if frame.tag == "q":
            self._add_text("”")
        elif frame.tag == "rt":
            self._add_text(")")
        elif frame.item is not None and self._items and self._items[-1] is frame.item:
            self._items.pop()  # an item without words
        elif frame.table is not None:
            self._end_table(frame.table)
        elif frame.tag in _TABLE_PARTS and self._tables:
            self._end_table_part(frame, self._tables[-1])

    def _open_list(self, frame: _Frame, tag: str, attributes: Mapping[str, str], style: Style) -> None:
        marker = style.marker or marker_of(attributes.get("type", "").strip())
        backwards = tag == "ol" and "reversed" in attributes
        start = whole_number(attributes.get("start")) if tag == "ol" else None
        frame.listing = Listing(tag == "ol", marker, start, backwards)

    def _open_item(self, frame: _Frame, attributes: Mapping[str, str], style: Style) -> None:
        listing = frame.listing or Listing(False, "")
        marker = style.marker or marker_of(attributes.get("type", "").strip())
        frame.item = Item(listing, whole_number(attributes.get("value")), marker)
        listing.items.append(frame.item)
        self._items.append(frame.item)
        del self._items[:-20]

    def _open_table(self, frame: _Frame, attributes: Mapping[str, str], style: Style) -> None:
        framed = attributes.get("border", "0").strip().lower() not in ("0", "", "none", "0px")
        rules = attributes.get("rules", "none").lower() not in ("none", "")
        grid = bool(_GRID_CLASS.search(attributes.get("class", "")[:200]))
        layout = attributes.get("role", "").lower() in ("presentation", "none")
        frame.table = Table(bordered=framed or rules or grid or bool(style.bordered), layout=layout)
        frame.listing = None
        self._tables.append(frame.table)

    def _open_table_part(self, frame: _Frame, tag: str, attributes: Mapping[str, str], style: Style) -> None:
        """Opens a row, cell, section or caption; outside of a table it would be an ordinary block."""
        table = self._tables[-1]
        self._end_box(table)
        if tag == "caption":
            frame.box = table.box = Box()
            frame.part, table.caption = "caption", table.box.blocks
            self._sinks.append(table.box.blocks)
        elif tag in _SECTIONS:
            table.section, table.row = tag, None
        elif tag == "tr" or table.row is None:
            table.row = Row(section=table.section)
            table.rows.append(table.row)
        if tag in ("td", "th") and table.row is not None:
            col_span = max(1, min(1000, whole_number(attributes.get("colspan")) or 1))
            row_span = whole_number(attributes.get("rowspan"))
            row_span = 65_534 if row_span == 0 else max(1, min(65_534, row_span or 1))
            frame.box = table.box = Box(col_span=col_span, row_span=row_span, head=tag == "th")
            table.row.boxes.append(table.box)
            table.bordered = table.bordered or bool(style.bordered)
            # A cell that was not closed passes nothing on to the next: HTML resets the formatting at a cell.
            above = next((open_ for open_ in reversed(self._frames) if open_.table is table), None)
            if above is not None:
                frame.bold = style.bold if style.bold is not None else above.bold
                frame.italic = style.italic if style.italic is not None else above.italic
                frame.raised, frame.target, frame.heading, frame.listing = 0, "", 0, None
            self._sinks.append(table.box.blocks)

    def _end_table_part(self, frame: _Frame, table: Table) -> None:
        if frame.box is not None and table.box is not frame.box:
            return  # the next cell has ended it already
        self._end_box(table)
        if frame.tag == "tr":
            table.row = None
        elif frame.tag in _SECTIONS:
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
            self._sinks[-1].extend(resolve_table(inner, self._name))
            if self._tables and self._tables[-1].box is not None:
                self._tables[-1].box.nests = True
            if inner is table:
                break

    # Words.

    def _add_text(self, text: str) -> None:
        frame = self._frames[-1]
        if frame.silent:
            return
        if frame is not self._run_frame and self._buffer:
            self._end_run()
        self._run_frame = frame
        self._buffer.append(text)
        self._broken = self._broken and text.isspace()

    def _end_run(self) -> None:
        if self._buffer:
            frame = self._run_frame
            text = "".join(self._buffer)
            self._buffer.clear()
            self._runs.append(Run(text, frame.bold, frame.italic, frame.raised, frame.target, frame.label))

    def _flush(self) -> None:
        """Ends the current paragraph."""
        self._end_run()
        runs, self._runs = self._runs, []
        self._broken = False
        if not any(run.text.strip() for run in runs):
            return
        self._paragraph_count += 1
        if self._paragraph_count > MAX_BLOCKS:
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
            rules=self._rule_count,
            header=frame.header,
            footnote=frame.footnote,
            preformatted=frame.preformatted,
            part=frame.part,
        )
        self._anchors, self._items = [], []
        self._sinks[-1].append(made)


def _exclusion_reason(tag: str, attributes: Mapping[str, str], style: Style, scoped: bool) -> str:
    """Why an element is not part of the text: `code`, `furniture` or `hidden`; empty where it is. `scoped` says that it
    is in an article or in the main part of the page, whose own header and footer are text."""
    if tag in _NO_TEXT:
        return "code"
    if tag == "dialog" and "open" not in attributes:
        return "hidden"
    # Word writes deleted words and comments of reviewers into its pages.
    if tag == "del" or style.element in ("comment-list", "comment"):
        return "hidden"
    hides = "hidden" in attributes or attributes.get("aria-hidden", "").lower() == "true" or style.hidden
    if hides and tag not in ("html", "body"):
        return "hidden"
    role = attributes.get("role", "").lower()
    aside = tag == "aside" and not role.startswith("doc-") and not _NOTES.search(attributes.get("class", ""))
    if tag == "nav" or aside or role in _FURNITURE_ROLES or (tag == "footer" and not scoped):
        return "furniture"
    return ""


def _set_formatting(frame: _Frame, tag: str, attributes: Mapping[str, str], style: Style, serial: int) -> None:
    """Sets how the text of an element is formatted, from its tag and its style; `serial` is its number in the page."""
    if tag in BLOCKS and _NOTE_CLASS.search(f"{attributes.get('class', '')[:200]} {attributes.get('id', '')[:200]}"):
        frame.footnote = True
    if tag in _HEADINGS or (attributes.get("role") == "heading" and tag in BLOCKS):
        level = whole_number(attributes.get("aria-level"))
        frame.heading = _HEADINGS.get(tag) or max(1, min(6, level or 2))
    if tag in ("b", "strong"):
        frame.bold = True
    elif tag in ("i", "em"):
        frame.italic = True
    elif tag in ("pre", "listing", "xmp"):
        frame.preformatted = True
    elif tag == "head":
        frame.silent = True
    elif tag in ("main", "article"):
        frame.scoped = True
    elif tag == "figcaption":
        frame.part = "caption"
    elif tag == "a":
        address = attributes.get("href", "").strip()
        frame.target = unquote(address[1:201]) if address.startswith("#") else ""
    above = frame.raised
    if tag == "sup" or (tag not in BLOCKS and _REFERENCE_CLASS.search(attributes.get("class", "")[:200])):
        frame.raised = above or serial
    elif tag == "sub":
        frame.raised = 0
    if style is not PLAIN:
        frame.bold = frame.bold if style.bold is None else style.bold
        frame.italic = frame.italic if style.italic is None else style.italic
        if style.raised is not None and tag != "sup":
            frame.raised = (above or serial) if style.raised else 0
        frame.label = frame.label or bool(style.label)
