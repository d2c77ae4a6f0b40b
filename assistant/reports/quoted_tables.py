"""Tables whose cells quote documents, and values with citations as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from assistant.answer_phrases import say
from assistant.qa.answer import Citation, citation_json

ELLIPSIS = "[…]"
"""Marks what is left out of a quote."""


@dataclass(frozen=True)
class Cell:
    """A cell that quotes a document.

    It shows the words of its citations, or `text`, which is based on them. `place`: it shows where they are, in words
    (`text`) if these have a name, not what they say. `whole`: together they are one text, with an omission between them. `note` is shown behind the words,
    `url` makes a link.
    """

    citations: tuple[Citation, ...] = ()
    text: str = ""
    place: bool = False
    whole: bool = False
    note: str = ""
    url: str | None = None

    def to_text(self, separator: str = "; ") -> str:
        """The words of the cell on one line; for a place, its locator."""
        if self.place:
            return self.text or self.citations[0].locator
        joint = f" {ELLIPSIS} " if self.whole else separator
        text = self.text or joint.join(" ".join(each.quote.split()) for each in self.citations)
        return f"{text} ({self.note})" if self.note else text


@dataclass(frozen=True)
class Grid:
    """A table with column names and a heading, which may be empty."""

    heading: str = field(default="", kw_only=True)
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def citations(self) -> Iterator[Citation]:
        """All citations in order."""
        return (cite for row in self.rows for cell in row for cite in cell.citations)


def column_names(language: str, *names: str) -> tuple[str, ...]:
    """The titles of columns in a language."""
    return tuple(say(f"column_{name}", language) for name in names)


def as_json(value: Any, format_citation: Callable[[Citation, int], Any] = citation_json, position: int = 1) -> Any:
    """A value as JSON, as reports have it: fields by name, citations as `cited` formats them with their position
    (from 1) in the list that contains them or their parent, cells with their text, numbers with three decimals."""
    if isinstance(value, Citation):
        return format_citation(value, position)
    if isinstance(value, Cell):
        return {"text": value.to_text(), "citations": as_json(value.citations, format_citation)}
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, tuple | list):
        return [as_json(each, format_citation, position) for position, each in enumerate(value, 1)]
    if hasattr(value, "to_json"):
        return value.to_json()
    if not is_dataclass(value):
        return value
    return {each.name: as_json(getattr(value, each.name), format_citation, position) for each in fields(value)}
