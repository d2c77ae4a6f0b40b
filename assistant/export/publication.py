"""A publication: what briefings, comparisons and compendiums are written from, before it is any file format."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, zip_longest
from operator import itemgetter
from typing import Literal

from assistant.reports import ReportError

_BREAKS = re.compile(r"[\s‐-]|(?<=[^\W\d])/")
"""Where a line may end; a symbol behind each of its first parts, `A/RES/` and `78/167`."""
LINE_CHARACTERS, LANDSCAPE_LINE_CHARACTERS = 90, 136
"""Characters of a table that stand on one line of a page, and of one that lies."""
MIN_WIDE_COLUMNS = 6
"""From so many columns on a table whose longest cells stand on no line together takes pages that lie."""
MIN_SPREAD_CHARACTERS = 1_000
"""Characters, a third of a page, that have no page of their own between pages of another orientation."""
MAX_WORD_WIDTH = 30
"""Longest word, in characters, that may widen its column."""
Mode = Literal["plain", "strong", "emphasis", "inserted", "deleted"]


class PublishError(ReportError):
    """A file that can't be written; the message says why and what to do. Nothing is left behind."""


@dataclass(frozen=True)
class Span:
    """Words on one line. `url` makes a link of them."""

    text: str
    mode: Mode = "plain"
    url: str | None = None


@dataclass(frozen=True)
class Note:
    """A footnote, at the place of its mark."""

    spans: tuple[Span, ...]


Content = tuple[Span | Note, ...]


@dataclass(frozen=True)
class Heading:
    """A heading; `level` from 1, `anchor` unique in the publication."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, numbered or not."""

    content: Content
    number: int | None = None


@dataclass(frozen=True)
class Listing:
    """A list without numbers."""

    items: tuple[Content, ...]


@dataclass(frozen=True)
class Table:
    """A table with one header row. Where rows have numbers, as paragraphs have, `first` is that of the first one."""

    header: tuple[str, ...]
    rows: tuple[tuple[Content, ...], ...]
    first: int | None = None

    @property
    def wide(self) -> bool:
        """Whether it takes pages that lie: it has many columns, or words that stand on no line together."""
        long = sum(max(map(len, column)) for column in self._lines) > LINE_CHARACTERS
        return (len(self.header) >= MIN_WIDE_COLUMNS and long) or sum(self._words) > LINE_CHARACTERS

    @cached_property
    def _lines(self) -> list[list[str]]:
        """What stands in each column."""
        lines = [[head] for head in self.header]
        for row in self.rows:
            for column, cell in zip(lines, row, strict=False):
                column.append("".join(each.text for each in cell if isinstance(each, Span)))
        return lines

    @property
    def _words(self) -> list[float]:
        """The room that the longest word of each column takes: capitals and figures are broad."""
        words = [[word for line in column for word in _BREAKS.split(line)] for column in self._lines]

        def room(word: str) -> float:
            broad = sum(letter.isupper() or letter.isdigit() or letter >= "\u2e80" for letter in word)
            return len(word) + broad / 2

        return [2 + min(MAX_WORD_WIDTH, max(map(room, column))) for column in words]

    def shares(self, whole: float = 1.0, *, lying: bool | None = None) -> list[float]:
        """The widths of the columns, which sum up to a whole, by the longest of their words and by all that they say; long cells wrap. On pages
        that are `lying` or not, by default as it needs them."""
        # No column is narrower than its longest word; what is left of the line goes to those with more to say.
        words = self._words
        weights = [sum(map(len, column)) for column in self._lines]
        left = max(
            0, (LANDSCAPE_LINE_CHARACTERS if (self.wide if lying is None else lying) else LINE_CHARACTERS) - sum(words)
        )
        widths = [word + left * weight / (sum(weights) or 1) for word, weight in zip(words, weights, strict=True)]
        return [whole * each / sum(widths) for each in widths]


@dataclass(frozen=True)
class Figure:
    """A drawing as SVG with its description, and the same as a table for formats that take no drawings; None where
    the publication says it elsewhere."""

    svg: str
    caption: str
    table: Table | None = None


Block = Heading | Paragraph | Listing | Table | Figure


@dataclass(frozen=True)
class Publication:
    """A whole publication. `masthead` are the lines at its head, `label` what stands beside them, `notice` what it is."""

    language: str
    title: str
    blocks: tuple[Block, ...]
    masthead: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    notice: str = ""

    @property
    def spreads(self) -> list[tuple[bool, list[Block]]]:
        """The blocks by whether they stand on pages that lie: wide tables, each with its heading and the few words above it, and what is
        too little for pages of its own beside them. Where the first pages lie the title stands on them."""
        parts: list[tuple[bool, list[Block]]] = []
        for block in self.blocks:
            wide, before = isinstance(block, Table) and block.wide, parts[-1][1] if parts else []
            heads = isinstance(block, Heading) and not (before and isinstance(before[-1], Heading))
            if wide and parts and not parts[-1][0] and _text_length(before) <= MIN_SPREAD_CHARACTERS:
                parts[-1] = (True, [*before, block])
            elif heads or not parts or parts[-1][0] != wide:
                parts.append((wide, [block]))
            else:
                before.append(block)
        made = _join_spreads(parts)
        lies = any(wide for wide, _ in made)
        return _join_spreads(
            (wide or (lies and _text_length(blocks) <= MIN_SPREAD_CHARACTERS), blocks) for wide, blocks in made
        )

    @property
    def head(self) -> list[tuple[str, str]]:
        """The lines of masthead and label, side by side."""
        return list(zip_longest(self.masthead, self.label, fillvalue=""))


def _join_spreads(parts: Iterable[tuple[bool, list[Block]]]) -> list[tuple[bool, list[Block]]]:
    """Blocks by a trait, those that follow each other and share it together."""
    return [(trait, [block for _, own in some for block in own]) for trait, some in groupby(parts, key=itemgetter(0))]


def _text_length(blocks: Iterable[Block]) -> int:
    """The characters of blocks; a drawing counts as a page."""
    return sum(map(_block_length, blocks))


def _block_length(block: Block) -> int:
    match block:
        case Heading():
            return len(block.text)
        case Figure():
            return 3 * MIN_SPREAD_CHARACTERS
        case Paragraph():
            contents: Iterable[Content] = (block.content,)
        case Listing():
            contents = block.items
        case Table():
            contents = (cell for row in block.rows for cell in row)
    return sum(len(each.text) for content in contents for each in content if isinstance(each, Span))


def plain(text: str) -> Content:
    """Text as content."""
    return (Span(text),)
