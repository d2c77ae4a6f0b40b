"""What a sentence is held against."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """The words that one citation would show, the name or symbol of their document, the place and the headings above."""

    text: str
    language: str
    document: str = ""
    locator: str = ""
    heading: str = ""
