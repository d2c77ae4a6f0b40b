"""Requests and decisions as a publication: a table whose every cell is words of a document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.frames import day_text, say
from assistant.mandates.rows import Row
from assistant.publish import Address, Publication
from assistant.publish.grids import Cell, Grid, table_of
from assistant.publish.model import Block, Content, Listing, Paragraph, Span, plain
from corpus.library import Library

if TYPE_CHECKING:
    from assistant.mandates.listing import Mandates

SHOWN = 1_000
"""Rows of a paper, at most; a sheet has more."""


def publication_of(made: Mandates, library: Library, language: str, address: Address | None = None) -> Publication:
    """The list as a publication; with an `address` the places are links to the words."""
    rows = made.rows[:SHOWN]
    blocks: list[Block] = [Paragraph(plain(_said(made, language)))]
    if made.total > len(rows):
        blocks.append(Paragraph(plain(say("mandates_left", language, shown=len(rows), total=made.total))))
    blocks.append(table_of(grid_of(rows, language, documents=True), library, language, address))
    sources = {row.document: row for row in rows}
    blocks.append(Listing(tuple(_source(row, language) for row in sources.values())))
    return Publication(language, say("mandates_title", language), tuple(blocks), notice=say("unofficial", language))


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
            Cell(row.times, note=_comes(row.due, language) if bare else ""),
            Cell(row.money),
        )
        made.append((*((Cell(text=row.label, url=row.place.url),) if documents else ()), *cells))
    return Grid(tuple(say(f"column_{name}", language) for name in columns), tuple(made))


def _said(made: Mandates, language: str) -> str:
    """What the list is of, in words."""
    wanted = made.wanted
    told = [say("mandates_count", language, count=made.total, documents=made.documents)]
    named = {"addressee": wanted.addressee, "year": wanted.year, "due_before": wanted.due_before}
    told += [say(f"mandates_{name}", language, value=value) for name, value in named.items() if value]
    if made.undated:
        told.append(say("mandates_undated", language, count=made.undated))
    return " ".join(told)


def _comes(due: str, language: str) -> str:
    """The day that a time comes to, in words of a language; a month or year as ISO 8601 writes it."""
    try:
        return day_text(dt.date.fromisoformat(due), language)
    except ValueError:
        return due


def _source(row: Row, language: str) -> Content:
    comma = {"zh": "，", "ar": "، "}.get(language, ", ")
    day = f"{comma}{_comes(row.adopted, language)}" if row.adopted else ""
    note = f"{comma}{say('unverified_note', language)}" if row.place.unverified else ""
    return Span(row.label, url=row.place.url), Span(f"{comma}{row.title}{day}{note}")
