"""What every reader yields: lines with their place and the marks of their layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class ReadError(Exception):
    """A file that can't be read; the message says which and what to do. Permanent: the same file fails again."""


@dataclass(frozen=True)
class Cell:
    """One cell of a table row; empty text where the source leaves it blank."""

    text: str


@dataclass(frozen=True)
class Line:
    """One line of a source, its markup taken off.

    `heading` is the level that the markup gives (1 to 6), 0 for body text; `strong` and `emphasis` say that
    the whole line is set so, which often is how a heading looks. `bullet` marks a list item, `cells` a table
    row; `broken` says that the source breaks the line on purpose. `note` is the mark of a footnote whose text this line is, `marks` those that refer to footnotes from
    within it. `blank` lines separate paragraphs. `row` is the line number in the source, from 1.
    """

    text: str
    row: int
    page: int | None = None
    heading: int = 0
    strong: bool = False
    emphasis: bool = False
    bullet: bool = False
    indent: int = 0
    broken: bool = False
    cells: tuple[Cell, ...] = ()
    note: str | None = None
    marks: tuple[str, ...] = field(default=())

    @property
    def blank(self) -> bool:
        """Whether there is nothing on the line."""
        return not self.text


@dataclass(frozen=True)
class Source:
    """A file as read: its lines, and what it says about itself outside its text (`given`: front matter)."""

    lines: tuple[Line, ...]
    given: Mapping[str, Any] = field(default_factory=dict)
