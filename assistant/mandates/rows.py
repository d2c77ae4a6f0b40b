"""Requests and decisions with their citations: one row each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.mandates.adopted import adopted_on
from assistant.mandates.reading import Mandate, mandates_of
from assistant.mandates.times import Clock
from assistant.qa.answer import Citation
from corpus.documents import Document, Span
from corpus.library import Library


@dataclass(frozen=True)
class Row:
    """One request or decision. Every cell is exact words of the document; `due` is the day, month or year that the first of `times`
    comes to, empty where none does. `adopted` is the day of the adoption, else of the distribution (ISO 8601)."""

    document: str
    label: str
    title: str
    adopted: str
    ordinal: int
    place: Citation
    decided: bool
    addressees: tuple[Citation, ...]
    verb: Citation
    action: tuple[Citation, ...]
    times: tuple[Citation, ...]
    due: str
    money: tuple[Citation, ...]

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form: each cell with its span in the document's text."""

        def told(cites: Sequence[Citation]) -> list[dict[str, Any]]:
            return [{"quote": each.quote, "start": each.start, "end": each.end} for each in cites]

        return {
            "document": self.document,
            "symbol": self.label,
            "title": self.title,
            "adopted": self.adopted,
            "place": self.place.locator,
            "url": self.place.url,
            "unverified": self.place.unverified,
            "decided": self.decided,
            "addressees": told(self.addressees),
            "verb": told([self.verb])[0],
            "action": told(self.action),
            "times": told(self.times),
            "due": self.due,
            "money": told(self.money),
        }


def rows_of(library: Library, document: Document) -> Iterator[Row]:
    """The rows of one document, in its order."""
    day = adopted_on(document)
    clock = Clock(document)
    for mandate in mandates_of(document):
        yield _row(library, document, mandate, day, clock)


def _row(library: Library, document: Document, mandate: Mandate, day: dt.date | None, clock: Clock) -> Row:
    block = document.blocks[mandate.block]
    evidence = library.passage_at(document.id, block.body_start) or ""

    def cite(span: Span) -> Citation:
        return Citation.of(document, *span, block.locator, evidence)

    times = tuple(map(cite, mandate.times))
    dates = [comes for each in times if (comes := clock.due(each.quote))]
    return Row(
        document=document.id,
        label=document.label,
        title=document.title,
        adopted=day.isoformat() if day else "",
        ordinal=mandate.block,
        place=cite((block.start, block.end)),
        decided=mandate.decided,
        addressees=tuple(map(cite, mandate.addressees)),
        verb=cite(mandate.verb),
        action=tuple(map(cite, mandate.action)),
        times=times,
        due=min(dates, default=""),
        money=tuple(map(cite, mandate.money)),
    )
