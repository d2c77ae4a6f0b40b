"""A publication: what briefings, comparisons and compendiums are written from, before it is any file format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from assistant.reports import ReportError

_BREAKS = re.compile(r"[\s‐-]|(?<=[^\W\d])/")
"""Where a line may end; a symbol behind each of its first parts, `A/RES/` and `78/167`."""
LINE = 100
"""Characters that stand on one line of a page."""
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
    """A table with one header row."""

    header: tuple[str, ...]
    rows: tuple[tuple[Content, ...], ...]

    def shares(self, whole: float = 1.0) -> list[float]:
        """The widths of the columns, which sum up to a whole, by the longest of their words and cells; long cells wrap."""
        lines = [[head] for head in self.header]
        for row in self.rows:
            for n, cell in enumerate(row[: len(lines)]):
                lines[n].append("".join(each.text for each in cell if isinstance(each, Span)))
        # No column is narrower than its longest word; what is left of the line goes to those with more to say.
        words = [2 + min(20, max(len(word) for line in column for word in _BREAKS.split(line))) for column in lines]
        weights = [min(300, max(map(len, column))) for column in lines]
        left = max(0, LINE - sum(words))
        wide = [word + left * weight / (sum(weights) or 1) for word, weight in zip(words, weights, strict=True)]
        return [whole * each / sum(wide) for each in wide]


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
    def head(self) -> list[tuple[str, str]]:
        """The lines of masthead and label, side by side."""
        return list(zip_longest(self.masthead, self.label, fillvalue=""))


def plain(text: str) -> Content:
    """Text as content."""
    return (Span(text),)
