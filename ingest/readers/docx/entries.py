"""The content of a Word file before it is arranged into lines: paragraphs of formatted text, and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from ingest.readers.docx.docx_styles import Style
from ingest.readers.lines import LinePart
from ingest.readers.text import clean_characters

_SOFT = "\u00ad"
_BULLET = re.compile(r"^\s*(?:[•‣▪◦●○■□–—-]\s*\t|[•‣▪◦●]\s)\s*")


@dataclass(eq=False)
class Reference:
    """A mark that refers to a note: `kind` is `footnote` or `endnote`, `label` the printed mark. A `custom` mark is
    typed by hand, in the text and before the note."""

    kind: str
    id: str
    label: str = ""
    custom: bool = False


@dataclass
class Run:
    """Text with the same formatting; `note` where it is a mark that refers to a note of the file and has no text.
    `raised` text is superscript; `marks` are the labels of manually typed notes that the run refers to."""

    text: str
    bold: bool = False
    italic: bool = False
    raised: bool = False
    size: float = 0.0
    note: Reference | None = None
    marks: tuple[str, ...] = ()


@dataclass(eq=False)
class Paragraph:
    """A paragraph: its runs, the number that Word prints before it, and the content of text boxes anchored to it.

    `frame` says that it is outside the flow of the text (mostly at the foot of a page), `pictured` that it has a
    drawing, `joined` that the next paragraph continues it on the same line, `parted` that each of its lines is
    separate. `note` is the label of the manually typed note that it is."""

    runs: list[Run]
    style: Style = field(default_factory=Style)
    number: str = ""
    bullet: bool = False
    level: int = 0
    left: float = 0.0
    boxes: list[Entry] = field(default_factory=list)
    frame: bool = False
    pictured: bool = False
    joined: bool = False
    part: LinePart = ""
    parted: bool = False
    note: str | None = None

    @property
    def raw(self) -> str:
        """The text as in the file: with tabs and line breaks, without marks of footnotes."""
        return "".join(run.text for run in self.runs)

    @property
    def blank(self) -> bool:
        """Whether it has no printed text."""
        return not normalize_text(self.raw)

    def lines(self) -> tuple[list[str], bool]:
        """Its text, one for each deliberate line break, and whether it is a list item with a bullet."""
        raw = self.raw
        typed = _BULLET.match(raw) if not self.number else None
        if typed and raw[typed.end() :].strip():
            raw = raw[typed.end() :]
        else:
            typed = None
        texts = [text for text in map(normalize_text, raw.split("\n")) if text]
        if self.number:
            texts[:1] = [normalize_text(self.number + (texts[0] if texts else ""))]
        return texts, self.bullet or bool(typed)

    def is_all(self, name: str) -> bool:
        """Whether all its text is `bold` or `italic`."""
        words = [run for run in self.runs if run.text.strip() and not run.marks]
        return bool(words) and all(getattr(run, name) for run in words)

    def size(self) -> float:
        """The font size of most of its text, in points."""
        sizes: dict[float, int] = {}
        for run in self.runs:
            sizes[run.size] = sizes.get(run.size, 0) + len(run.text.strip())
        return max(sizes, key=lambda size: sizes[size], default=0.0)


@dataclass(eq=False)
class TableCell:
    """A cell: its content, its first grid column, and the columns and rows that it spans. `continues` says that it
    belongs to the cell above it."""

    column: int
    col_span: int
    entries: list[Entry]
    row_span: int = 1
    continues: bool = False

    def paragraphs(self) -> Iterator[Paragraph]:
        """All its paragraphs, including those of tables and text boxes within it."""
        return paragraphs(self.entries)

    def text(self) -> str:
        """Its text on one line."""
        return normalize_text(" ".join(text for paragraph in self.paragraphs() for text in paragraph.lines()[0]))


@dataclass(eq=False)
class Row:
    """A row; `header` says that the file marks it as a header of its table."""

    cells: list[TableCell]
    header: bool = False


@dataclass(eq=False)
class Table:
    """A table: its rows, the columns of its grid, and whether its style makes the first row bold."""

    rows: list[Row]
    columns: int
    first_bold: bool = False
    part: LinePart = ""

    def paragraphs(self) -> Iterator[Paragraph]:
        """All paragraphs of all its cells."""
        for row in self.rows:
            for cell in row.cells:
                yield from cell.paragraphs()


Entry: TypeAlias = Paragraph | Table


def paragraphs(entries: list[Entry]) -> Iterator[Paragraph]:
    """All paragraphs of a list of entries, including those in tables and text boxes, in reading order."""
    for entry in entries:
        if isinstance(entry, Table):
            yield from entry.paragraphs()
        else:
            yield entry
            yield from paragraphs(entry.boxes)


def normalize_text(text: str) -> str:
    """A text on one line: composed characters, single ordinary spaces, no control characters, no soft hyphens. A soft
    hyphen that stands alone was typed as a dash, and becomes a hyphen."""
    text = text.replace("\u2011", "-")
    if _SOFT in text:
        text = "-" if not text.replace(_SOFT, "").strip() else text.replace(_SOFT, "")
    return clean_characters(text)
