"""Builds runs of text from the elements of a paragraph: exactly the text that Word prints.

Inserted text of tracked changes is included, deleted text is not; of a field the result is included, its code is not.
Of several versions of a drawing one is read. Source: ECMA-376 part 1, 17.3 (runs), 17.13.5 (revisions), 17.16 (fields).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.readers.docx.docx_notes import NoteNumbering
from ingest.readers.docx.docx_styles import RunFormat, Style, StyleSheet
from ingest.readers.docx.entries import Entry, Paragraph, Reference, Run
from ingest.readers.docx.formats import UNKNOWN, plain, symbol
from ingest.readers.docx.wordprocessing import CHART, DIAGRAM, DRAWING, MC, Element, M, W, child, value, version

_CODE = 200  # characters of a field's code that are kept: its kind stands first


@dataclass
class Findings:
    """Counts of what was left out or could not be read, for warnings."""

    hidden: int = 0
    tracked: bool = False
    charts: int = 0
    pictures: int = 0
    diagrams: int = 0
    imported: int = 0
    symbols: int = 0
    numberless: int = 0
    dropped: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class _Field:
    code: str = ""
    result: bool = False

    @property
    def kind(self) -> str:
        return (self.code.split(maxsplit=1) or [""])[0].upper()


class Fields:
    """The fields that are open at the current position; they may span paragraphs."""

    def __init__(self) -> None:
        self._open: list[_Field] = []
        self._codes = 0  # fields whose code has not ended
        self._contents = 0  # tables of contents whose result has begun

    def mark(self, kind: str | None) -> None:
        """Begins a field, ends its code, or ends it."""
        if kind == "begin":
            self._open.append(_Field())
            self._codes += 1
        elif kind == "separate" and self._open and not self._open[-1].result:
            self._open[-1].result = True
            self._codes -= 1
            self._contents += self.kind == "TOC"
        elif kind == "end" and self._open:
            self._contents -= self.kind == "TOC" and self._open[-1].result
            self._codes -= not self._open.pop().result

    def code(self, text: str) -> None:
        """Adds a part of the code of the innermost field."""
        if self._open and not self._open[-1].result and len(self._open[-1].code) < _CODE:
            self._open[-1].code += text[:_CODE]

    def close(self) -> None:
        """Ends the codes of fields at the end of a paragraph: one that never ends would hide the rest of the text."""
        if self._codes:
            self._open = [one for one in self._open if one.result]
            self._codes = 0

    @property
    def silent(self) -> bool:
        """Whether text at this position is the code of a field."""
        return self._codes > 0

    @property
    def contents(self) -> bool:
        """Whether text at this position belongs to a table of contents."""
        return self._contents > 0

    @property
    def kind(self) -> str:
        """The kind of the innermost open field: `HYPERLINK`; empty where none is open."""
        return self._open[-1].kind if self._open else ""


_SILENT = frozenset(
    W + name
    for name in (
        "pPr", "rPr", "sdtPr", "sdtEndPr", "fldData", "delText", "delInstrText", "rt", "rubyPr", "smartTagPr",
        "customXmlPr", "annotationRef", "footnoteRef", "endnoteRef", "separator", "continuationSeparator",
        "commentReference", "tblPr", "tblGrid", "ffData",
    )
)  # fmt: skip
_CHARACTERS = {W + "tab": "\t", W + "ptab": "\t", W + "cr": "\n", W + "noBreakHyphen": "-", W + "softHyphen": "\u00ad"}
_REMOVED = (W + "del", W + "moveFrom")
_INSERTED = (W + "ins", W + "moveTo")
_DRAWINGS = (W + "drawing", W + "pict", W + "object")
_RUN = 4_000  # runs set alike are joined up to this length: joining without end takes quadratic time
_MARK = re.compile(r"\s*([^\w\s]{1,5}|\w{1,3})(?!\w)")
_NUMBERLESS = ("AUTONUM", "AUTONUMLGL", "AUTONUMOUT", "LISTNUM")


class Inline:
    """Collects the runs of one paragraph after the other; `blocks` reads the content of a text box."""

    def __init__(
        self,
        style_sheet: StyleSheet,
        note_numbering: NoteNumbering,
        findings: Findings,
        blocks: Callable[[Element], list[Entry]],
    ) -> None:
        self._style_sheet = style_sheet
        self._note_numbering = note_numbering
        self._findings = findings
        self._blocks = blocks
        self.fields = Fields()
        self._paragraph = Paragraph([])  # the current paragraph
        self._custom: Reference | None = None  # its last custom mark, whose label is still to come

    def read(self, paragraph: Element, style: Style) -> Paragraph:
        """A paragraph with its runs, the content of its text boxes, and properties from its fields and drawings."""
        outer = self._paragraph, self._custom  # the outer paragraph, if this one is in a text box
        self._paragraph, self._custom = Paragraph([], style), None
        self._children(paragraph)
        self.fields.close()
        paragraph_read, (self._paragraph, self._custom) = self._paragraph, outer
        return paragraph_read

    def _children(self, element: Element) -> None:
        for item in _with_text(element):
            tag = item.tag
            if tag == W + "r":
                self._run(item)
            elif tag in _REMOVED:
                self._removed(item)
            elif tag == MC + "AlternateContent":
                for chosen in version(item):
                    self._children(chosen)
            elif tag == W + "fldSimple":
                self._simple(item)
            elif tag == M + "t":
                self._add(item.text or "", RunFormat())
            else:
                self._findings.tracked |= tag in _INSERTED
                self._children(item)

    def _simple(self, item: Element) -> None:
        self.fields.mark("begin")
        self.fields.code(value(item, "instr") or "")
        self._findings.numberless += self.fields.kind in _NUMBERLESS and next(item.iter(W + "t"), None) is None
        self.fields.mark("separate")
        self._children(item)
        self.fields.mark("end")

    def _removed(self, item: Element) -> None:
        self._findings.tracked = True
        for kind in ("footnote", "endnote"):
            for reference in item.iter(f"{W}{kind}Reference"):
                self._findings.dropped.add((kind, value(reference, "id") or ""))

    def _run(self, run: Element) -> None:
        self._pieces(run, self._style_sheet.run_format(self._paragraph.style, child(run, "rPr")))

    def _pieces(self, element: Element, run_format: RunFormat) -> None:
        for item in _with_text(element):
            tag = item.tag
            if tag == W + "t":
                self._add(plain(item.text or "", run_format.font), run_format)
            elif tag in _CHARACTERS:
                self._add(_CHARACTERS[tag], run_format)
            elif tag == W + "br":
                self._add(" " if value(item, "type") in ("page", "column") else "\n", run_format)
            elif tag == W + "sym":
                character = symbol(value(item, "font") or "", value(item, "char") or "")
                self._findings.symbols += character == UNKNOWN
                self._add(character, run_format)
            elif tag == W + "fldChar":
                ended = value(item, "fldCharType") == "end" and self.fields.silent
                self._findings.numberless += ended and self.fields.kind in _NUMBERLESS
                self.fields.mark(value(item, "fldCharType"))
            elif tag == W + "instrText":
                self.fields.code(item.text or "")
            elif tag in (W + "footnoteReference", W + "endnoteReference"):
                self._refer(item, run_format)
            elif tag in _DRAWINGS:
                self._drawing(item)
            elif tag == MC + "AlternateContent":
                for chosen in version(item):
                    self._pieces(chosen, run_format)
            elif tag == W + "ruby":
                self._ruby(item, run_format)
            elif tag == M + "t":
                self._add(item.text or "", run_format)
            elif tag == W + "r":
                self._run(item)
            else:
                self._pieces(item, run_format)

    def _ruby(self, item: Element, run_format: RunFormat) -> None:
        """A word with its reading above it: the reading follows in parentheses."""
        self._children(child(item, "rubyBase") if child(item, "rubyBase") is not None else item)
        reading = "".join(text.text or "" for text in item.iterfind(f"{W}rt//{W}t"))
        if reading:
            self._add(f"({reading})", run_format)

    def _refer(self, item: Element, run_format: RunFormat) -> None:
        kind = "footnote" if item.tag == W + "footnoteReference" else "endnote"
        key = (kind, value(item, "id") or "")
        if run_format.hidden or self.fields.silent:
            self._findings.dropped.add(key)
            return
        custom = item.get(W + "customMarkFollows") in ("1", "true", "on")
        reference = self._note_numbering.refer(*key, custom=custom)
        self._paragraph.runs.append(Run("", note=reference))
        if custom:
            self._custom = reference

    def _add(self, text: str, run_format: RunFormat) -> None:
        if not text or self.fields.silent:
            return
        if run_format.hidden:
            self._findings.hidden += len(text.strip())
            return
        if self._custom is not None and text.strip():
            match = _MARK.match(text)
            self._custom.label = match.group(1) if match else self._custom.label
            text = text[match.end() :] if match else text
            self._custom = None
        if self.fields.contents:
            self._paragraph.part = "contents"
        runs = self._paragraph.runs
        if self.fields.kind == "NOTEREF" and self._note_numbering.known(text.strip()):
            runs.append(Run("", marks=(text.strip(),)))
            return
        last = runs[-1] if runs else None
        same = (run_format.bold, run_format.italic, run_format.raised, run_format.size)
        room = last is not None and last.note is None and not last.marks and len(last.text) < _RUN
        if last is not None and room and (last.bold, last.italic, last.raised, last.size) == same:
            last.text += text
        else:
            runs.append(Run(text, *same))

    def _drawing(self, item: Element) -> None:
        self._paragraph.pictured = True
        if self.fields.silent:
            return
        for box in _outermost(item):
            outer, self.fields = self.fields, Fields()
            boxes = self._blocks(box)
            self._paragraph.boxes += boxes
            self.fields = outer
        for graphic in item.iter(DRAWING + "graphicData"):
            self._findings.charts += graphic.get("uri") == CHART
            self._findings.diagrams += graphic.get("uri") == DIAGRAM
        self._findings.pictures += next(item.iter(DRAWING + "blip"), None) is not None


def _with_text(element: Element) -> list[Element]:
    """The elements in an element that may have text."""
    return [item for item in element if isinstance(item.tag, str) and item.tag not in _SILENT]


def _outermost(element: Element) -> list[Element]:
    """The text boxes of a drawing, without those within another one and without alternative versions."""
    found: list[Element] = []
    waiting = [element]
    while waiting:
        at = waiting.pop()
        if at.tag == W + "txbxContent":
            found.append(at)
        elif at.tag == MC + "AlternateContent":
            waiting += version(at, "txbxContent")
        else:
            waiting += reversed([one for one in at if isinstance(one.tag, str)])
    return found
