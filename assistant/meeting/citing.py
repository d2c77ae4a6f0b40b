"""Citations of a meeting's rows, headings and sentences."""

from __future__ import annotations

import re

from assistant.qa.answer import Citation
from corpus.documents import Block, Document
from corpus.library import Library
from corpus.meetings import AgendaItem, Meeting, Sitting


class Citer:
    """Cites the blocks of one agenda document."""

    def __init__(self, library: Library, meeting: Meeting) -> None:
        self._library = library
        self.document: Document = library.document(meeting.document_id)

    def block(self, ordinal: int) -> Citation:
        """A whole block."""
        block = self.document.blocks[ordinal]
        return self._span(block.start, block.end, block)

    def listed(self, item: AgendaItem) -> Citation | None:
        """The line of the provisional agenda that lists an item, else its heading in the annotations."""
        ordinal = item.listed if item.listed is not None else item.heading
        return None if ordinal is None else self.block(ordinal)

    def section(self, ordinal: int) -> str:
        """The part of the agenda in which a block stands, as a locator: `annex`."""
        return self.document.blocks[ordinal].locator.partition(", ")[0]

    def sitting(self, sitting: Sitting, item: AgendaItem | None = None) -> tuple[Citation, ...]:
        """The row that names the day, and the rows from the time to the item (or to the last one)."""
        rows = [row.row for row in sitting.items if item is None or is_of(row.number, item)]
        first = self.document.blocks[sitting.time_row]
        last = self.document.blocks[max(rows, default=sitting.time_row)]
        day = () if sitting.day_row is None else (self.block(sitting.day_row),)
        return (*day, self._span(first.start, last.end, first))

    def _span(self, start: int, end: int, block: Block) -> Citation:
        evidence = self._library.passage_at(self.document.id, start) or ""
        return Citation.of(self.document, start, end, block.locator, evidence)


def is_of(number: str, item: AgendaItem) -> bool:
    """Whether a row's item number is that item or part of it: `1 (a)` is of item 1."""
    return number == item.number or number.split(" ")[0] == item.number


def clock(label: str, which: int) -> str:
    """`3–5 p.m.` as `3 p.m.` (which = 0) or `5 p.m.` (which = -1)."""
    parts = re.split(r"\s*[‐-―−-]\s*|\s+(?:to|à|a|до|إلى)\s+|\s*[至到]\s*", label)
    half = re.search(r"[ap]\.?m\.?$", parts[-1])
    chosen = parts[which]
    return chosen if re.search(r"[ap]\.?m\.?$", chosen) or not half else f"{chosen} {half.group()}"
