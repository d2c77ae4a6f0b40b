"""Tables whose cells are words of documents, and values with such words as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from assistant.answer_phrases import say
from assistant.qa.answer import Citation, citation_json

ELLIPSIS = "[…]"
"""Stands for what is left out of a quote."""


@dataclass(frozen=True)
class Cell:
    """Words of a document, each with its place; or `text`, which rests on them. `place`: it shows where they are, not what they say.
    `whole`: together they are one text, of which something between them is left out. `note` stands behind them, `url` makes a link."""

    citations: tuple[Citation, ...] = ()
    text: str = ""
    place: bool = False
    whole: bool = False
    note: str = ""
    url: str | None = None

    def to_text(self, between: str = "; ") -> str:
        """What it shows, on one line; a place is shown as its locator."""
        if self.place:
            return self.citations[0].locator
        words = f" {ELLIPSIS} " if self.whole else between
        said = self.text or words.join(" ".join(each.quote.split()) for each in self.citations)
        return f"{said} ({self.note})" if self.note else said


@dataclass(frozen=True)
class Grid:
    """A table with the names of its columns and a heading, which may be empty."""

    heading: str = field(default="", kw_only=True)
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def citations(self) -> Iterator[Citation]:
        """All citations in order."""
        return (cite for row in self.rows for cell in row for cite in cell.citations)


def column_names(language: str, *names: str) -> tuple[str, ...]:
    """What columns are called in a language."""
    return tuple(say(f"column_{name}", language) for name in names)


def as_json(value: Any, cited: Callable[[Citation, int], Any] = citation_json, n: int = 1) -> Any:
    """A value as reports have it in JSON: its fields by name, citations as `cited` tells them with the place (from 1) in the list in
    which they, or what holds them, stand; cells as they are shown, shares with three digits."""
    if isinstance(value, Citation):
        return cited(value, n)
    if isinstance(value, Cell):
        return {"text": value.to_text(), "citations": as_json(value.citations, cited)}
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, tuple | list):
        return [as_json(each, cited, n) for n, each in enumerate(value, 1)]
    if hasattr(value, "to_json"):
        return value.to_json()
    if not is_dataclass(value):
        return value
    return {each.name: as_json(getattr(value, each.name), cited, n) for each in fields(value)}
