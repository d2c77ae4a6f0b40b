"""Blocks of a page while it is read: paragraphs with their runs, lists and the numbers that a browser prints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from corpus.roman import to_roman
from ingest.readers.lines import LinePart

BREAK = "\v"
"""A line break within a paragraph; decoding removes all control characters, so that this one is unambiguous."""

_TYPES = {"1": "decimal", "a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}
_UNNUMBERED = ("disc", "circle", "square", "disclosure-open", "disclosure-closed", "")
_MAX_NUMBER = 10_000_000


class Run(NamedTuple):
    """Consecutive characters with the same formatting. `raised` is the number of the raised element that they are in (0
    for none), `target` the fragment of a link around them, `label` says that they are the number of a list item,
    written as text by Word."""

    text: str
    bold: bool = False
    italic: bool = False
    raised: int = 0
    target: str = ""
    label: bool = False


@dataclass(slots=True, eq=False)
class Listing:
    """A list; `marker` is a list-style-type, `start` the first number where the page gives one."""

    ordered: bool
    marker: str
    start: int | None = None
    backwards: bool = False
    items: list[Item] = field(default_factory=list)

    def count(self) -> None:
        """Numbers the items, as HTML 4.4.5 (ordinal value) defines it."""
        step = -1 if self.backwards else 1
        following = self.start if self.start is not None else len(self.items) if self.backwards else 1
        for item in self.items:
            item.number = following if item.value is None else item.value
            following = item.number + step


@dataclass(slots=True, eq=False)
class Item:
    """A list item; `value` is the number that the page gives it."""

    listing: Listing
    value: int | None = None
    marker: str = ""
    number: int | None = None

    @property
    def bullet(self) -> bool:
        """Whether a browser prints a bullet before it and no number."""
        return self._marker in _UNNUMBERED

    @property
    def label(self) -> str:
        """What a browser prints before the item, `1.` or `b.`; empty for bullets and unmarked items."""
        if self.bullet or self._marker == "none":
            return ""
        if self.number is None:
            self.listing.count()
        return f"{_numeral(self.number or 0, self._marker)}."

    @property
    def _marker(self) -> str:
        return self.marker or self.listing.marker or ("decimal" if self.listing.ordered else "disc")


def marker_of(kind: str) -> str:
    """The list-style-type of a `type` attribute."""
    return _TYPES.get(kind, kind.lower() if kind.lower() in _UNNUMBERED else "")


def whole_number(text: str | None) -> int | None:
    """The integer of an attribute by the rules of HTML; None where there is no reasonable one."""
    match = re.match(r"\s*([+-]?\d{1,8})", text or "")
    return max(-_MAX_NUMBER, min(_MAX_NUMBER, int(match.group(1)))) if match else None


def _numeral(number: int, marker: str) -> str:
    made = str(number)
    if marker.endswith(("alpha", "latin")) and number > 0:
        made = ""
        while number:
            number, rest = divmod(number - 1, 26)
            made = chr(97 + rest) + made
    elif marker.endswith("roman") and 0 < number < 4000:
        made = to_roman(number).lower()
    elif marker == "decimal-leading-zero":
        made = f"{number:02d}"
    return made.upper() if marker.startswith("upper-") else made


@dataclass(slots=True, eq=False)
class Paragraph:
    """The text between two block boundaries.

    `anchors` are the ids that lead to it, `group` is the footnote element that it is in (0 for none), `rules` the
    number of horizontal rules above it, `header` the page header that it is in (0 for none), `footnote` says that it is
    in a part of the page with footnotes. Matching of footnotes sets `note` (the mark of the note that this is), `marks`
    (run to footnote marks) and `dropped` (runs that are not printed: marks, and links back)."""

    runs: list[Run]
    heading: int = 0
    items: tuple[Item, ...] = ()
    anchors: list[str] = field(default_factory=list)
    group: int = 0
    rules: int = 0
    header: int = 0
    footnote: bool = False
    preformatted: bool = False
    part: LinePart = ""
    note: str | None = None
    marks: dict[int, tuple[str, ...]] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)

    @property
    def plain(self) -> str:
        """All its characters, with white space unchanged."""
        return "".join(run.text for run in self.runs).replace(BREAK, " ")


@dataclass(slots=True, eq=False)
class Box:
    """A table cell: its blocks, its spans, and whether it is a header cell (`head`) or has a table in it (`nests`)."""

    blocks: list[Block] = field(default_factory=list)
    col_span: int = 1
    row_span: int = 1
    head: bool = False
    nests: bool = False


@dataclass(slots=True, eq=False)
class Row:
    """A table row; `section` is the table part that it is in (thead, tbody or tfoot)."""

    boxes: list[Box] = field(default_factory=list)
    section: str = "tbody"


@dataclass(slots=True, eq=False)
class Table:
    """A table: its rows, and what distinguishes a data table from a layout table."""

    rows: list[Row] = field(default_factory=list)
    caption: list[Block] = field(default_factory=list)
    bordered: bool = False
    layout: bool = False
    row: Row | None = None
    box: Box | None = None
    section: str = "tbody"


Block: TypeAlias = Paragraph | Table


def paragraphs(blocks: list[Block]) -> Iterator[tuple[Paragraph, bool]]:
    """All paragraphs in reading order, and whether each is outside of tables."""
    stack: list[tuple[Iterator[Block], bool]] = [(iter(blocks), True)]
    while stack:
        block = next(stack[-1][0], None)
        if block is None:
            stack.pop()
        elif isinstance(block, Paragraph):
            yield block, stack[-1][1]
        else:
            inner = [inside for row in block.rows for box in row.boxes for inside in box.blocks]
            stack.append((iter(inner), False))
