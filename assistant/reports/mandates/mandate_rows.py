"""Requests and decisions with their citations: one row each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.frames import day_text, say
from assistant.qa.adoption import dated_on
from assistant.qa.answer import Citation
from assistant.reports.lookup import cite
from assistant.reports.mandates.deadlines import Clock
from assistant.reports.mandates.mandate_reader import Mandate, mandates_of
from assistant.reports.quoted_tables import Cell, Grid
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
    day = dated_on(document)
    clock = Clock(document)
    for mandate in mandates_of(document):
        yield _row(library, document, mandate, day, clock)


def _row(library: Library, document: Document, mandate: Mandate, day: dt.date | None, clock: Clock) -> Row:
    block = document.blocks[mandate.block]

    def cited(span: Span) -> Citation:
        return cite(library, document, *span, block.locator)

    times = tuple(map(cited, mandate.times))
    dates = [comes for each in times if (comes := clock.due(each.quote))]
    return Row(
        document=document.id,
        label=document.label,
        title=document.title,
        adopted=day.isoformat() if day else "",
        ordinal=mandate.block,
        place=cited((block.start, block.end)),
        decided=mandate.decided,
        addressees=tuple(map(cited, mandate.addressees)),
        verb=cited(mandate.verb),
        action=tuple(map(cited, mandate.action)),
        times=times,
        due=min(dates, default=""),
        money=tuple(map(cited, mandate.money)),
    )


def grid_of(rows: Sequence[Row], language: str, *, documents: bool = False) -> Grid:
    """The rows as a table, with a column for the documents where there are several."""
    columns = (*(("symbol",) if documents else ()), "place", "addressee", "verb", "action", "due", "money")
    made = []
    for row in rows:
        # Behind words without a figure, such as those for a session, the day stands that they come to.
        bare = not any(sign.isdigit() for each in row.times for sign in each.quote)
        cells = (
            Cell((row.place,), place=True),
            Cell(row.addressees),
            Cell((row.verb,)),
            Cell(row.action, whole=True),
            Cell(row.times, note=comes_to(row.due, language) if bare else ""),
            Cell(row.money),
        )
        made.append((*((Cell(text=row.label, url=row.place.url),) if documents else ()), *cells))
    return Grid(tuple(say(f"column_{name}", language) for name in columns), tuple(made))


def comes_to(due: str, language: str) -> str:
    """The day that a time comes to, in words of a language; a month or year as ISO 8601 writes it."""
    try:
        return day_text(dt.date.fromisoformat(due), language)
    except ValueError:
        return due
