"""A publication: what briefings, comparisons and compendiums are written from, before it is any file format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mode = Literal["plain", "strong", "emphasis", "inserted", "deleted"]


class PublishError(Exception):
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


def plain(text: str) -> Content:
    """Text as content."""
    return (Span(text),)
