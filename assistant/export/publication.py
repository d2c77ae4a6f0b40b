"""A publication: the form of briefings, comparisons and compendiums before they are written in a file format."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, zip_longest
from math import hypot
from operator import itemgetter
from typing import Literal

from assistant.reports import ReportError

_BREAKS = re.compile(r"[\s‐]|-(?!\d)|(?<=[^\W\d])/")
"""Where a line may break, years not from one another; a symbol after each of its first parts, `A/RES/` and `78/167`."""
LINE_CHARACTERS, LANDSCAPE_LINE_CHARACTERS = 110, 170
"""Characters of a table that fit on one line of a portrait page, and of a landscape page."""
MIN_WIDE_COLUMNS = 6
"""A table with this many columns or more, whose longest cells don't fit on a line together, is on landscape pages."""
MIN_SPREAD_CHARACTERS = 1_000
"""Fewer characters, a third of a page, get no page of their own between pages of another orientation."""
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
    """A table with one header row. `first` is the number of the first row, where rows are numbered like paragraphs;
    the columns of texts side by side are `even`."""

    header: tuple[str, ...]
    rows: tuple[tuple[Content, ...], ...]
    first: int | None = None
    even: bool = False

    @property
    def wide(self) -> bool:
        """Whether it needs landscape pages: it has many columns, or words that don't fit on a line together."""
        is_long = sum(max(map(len, column)) for column in self._column_lines) > LINE_CHARACTERS
        return (len(self.header) >= MIN_WIDE_COLUMNS and is_long) or sum(self._word_widths) > LINE_CHARACTERS

    @cached_property
    def _column_lines(self) -> list[list[str]]:
        """The cells of each column as text."""
        lines = [[head] for head in self.header]
        for row in self.rows:
            for column, cell in zip(lines, row, strict=False):
                column.append("".join(each.text for each in cell if isinstance(each, Span)))
        return lines

    @property
    def short_rows(self) -> list[bool]:
        """Whether each row stays on one page: none of its cells takes a third of one, narrow as its column may be."""
        most = [MIN_SPREAD_CHARACTERS * share for share in self.shares()]
        return [all(_content_length(cell) <= n for cell, n in zip(row, most, strict=False)) for row in self.rows]

    @property
    def _word_widths(self) -> list[float]:
        """The width of the longest word of each column, in characters: capitals are wider, strokes and points narrower."""
        words = [[word for line in column for word in _BREAKS.split(line)] for column in self._column_lines]

        def width(word: str) -> float:
            wide_letters = sum(letter.isupper() or letter >= "\u2e80" for letter in word)
            return len(word) + wide_letters / 2 - sum(not letter.isalnum() for letter in word) / 4

        return [3 + min(MAX_WORD_WIDTH, max(map(width, column))) for column in words]

    def shares(self, total: float = 1.0, *, landscape: bool | None = None) -> list[float]:
        """The widths of the columns, which add up to `total`, by their longest words and by all their text; long
        cells wrap. On `landscape` pages or not, by default as the table needs."""
        if self.even:
            return [total / len(self.header)] * len(self.header)
        # No column is narrower than its longest word; the rest of the line is divided by the amount of
        # text, in which a long cell counts for more than several short ones that are as long together.
        words = self._word_widths
        weights = [hypot(*map(len, column)) for column in self._column_lines]
        is_wide = self.wide if landscape is None else landscape
        remaining = max(0, (LANDSCAPE_LINE_CHARACTERS if is_wide else LINE_CHARACTERS) - sum(words))
        widths = [word + remaining * weight / (sum(weights) or 1) for word, weight in zip(words, weights, strict=True)]
        return [total * each / sum(widths) for each in widths]


@dataclass(frozen=True)
class Figure:
    """A drawing as SVG with its caption, and the same as a table for formats without drawings; None where the
    publication contains it elsewhere."""

    svg: str
    caption: str
    table: Table | None = None


Block = Heading | Paragraph | Listing | Table | Figure


@dataclass(frozen=True)
class Publication:
    """A publication. `masthead` are the lines at its head, `label` those beside them, `notice` says what it is."""

    language: str
    title: str
    blocks: tuple[Block, ...]
    masthead: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    notice: str = ""

    @property
    def spreads(self) -> list[tuple[bool, list[Block]]]:
        """The blocks by whether they are on landscape pages: wide tables, each with its heading and the few words
        above it, and what is too short for pages of its own beside them. Where the first pages are landscape, so is
        the title page."""
        parts: list[tuple[bool, list[Block]]] = []
        for block in self.blocks:
            is_wide, previous_blocks = isinstance(block, Table) and block.wide, parts[-1][1] if parts else []
            below_heading = bool(previous_blocks) and isinstance(previous_blocks[-1], Heading)
            starts_spread = isinstance(block, Heading) and not below_heading
            if is_wide and parts and not parts[-1][0] and _text_length(previous_blocks) <= MIN_SPREAD_CHARACTERS:
                parts[-1] = (True, [*previous_blocks, block])
            elif starts_spread or not parts or parts[-1][0] != is_wide:
                parts.append((is_wide, [block]))
            else:
                previous_blocks.append(block)
        joined = _join_spreads(parts)
        least = MIN_SPREAD_CHARACTERS if any(is_wide for is_wide, _ in joined) else -1
        return _join_spreads((is_wide or _text_length(blocks) <= least, blocks) for is_wide, blocks in joined)

    @property
    def head(self) -> list[tuple[str, str]]:
        """The lines of masthead and label, side by side."""
        return list(zip_longest(self.masthead, self.label, fillvalue=""))


def _join_spreads(parts: Iterable[tuple[bool, list[Block]]]) -> list[tuple[bool, list[Block]]]:
    """Join consecutive spreads of the same orientation."""
    return [
        (landscape, [block for _, part_blocks in group for block in part_blocks])
        for landscape, group in groupby(parts, key=itemgetter(0))
    ]


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
    return sum(map(_content_length, contents))


def _content_length(content: Content) -> int:
    return sum(len(each.text) for each in content if isinstance(each, Span))


def plain(text: str) -> Content:
    """Text as content."""
    return (Span(text),)
