"""Requests and decisions as a publication: a table whose every cell is words of a document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from assistant.frames import day_text, say
from assistant.mandates.listing import Mandates, Row
from assistant.publish import JOINS, Address, Publication, References
from assistant.publish.model import Block, Content, Listing, Paragraph, Span, Table, plain
from assistant.publish.references import CUT
from assistant.qa.answer import Citation
from corpus.library import Library

SHOWN = 1_000
"""Rows of a paper, at most; a sheet has more."""
COLUMNS = ("place", "addressee", "verb", "action", "due", "money")


def publication_of(made: Mandates, library: Library, language: str, address: Address | None = None) -> Publication:
    """The list as a publication; with an `address` the places are links to the words."""
    rows = made.rows[:SHOWN]
    blocks: list[Block] = [Paragraph(plain(told)) for told in sentences(made, language)]
    if made.total > len(rows):
        blocks.append(Paragraph(plain(say("mandates_left", language, shown=len(rows), total=made.total))))
    blocks.append(table(rows, library, language, address, documents=True))
    sources = {row.document: row for row in rows}
    blocks.append(Listing(tuple(_source(row, language) for row in sources.values())))
    return Publication(language, say("mandates_title", language), tuple(blocks), notice=say("unofficial", language))


def sentences(made: Mandates, language: str) -> list[str]:
    """What the list is of, in words."""
    wanted = made.wanted
    told = [say("mandates_count", language, count=made.total, documents=made.documents)]
    named = {"addressee": wanted.addressee, "year": wanted.year, "due_before": wanted.due_before}
    told += [say(f"mandates_{name}", language, value=value) for name, value in named.items() if value]
    if made.undated:
        told.append(say("mandates_undated", language, count=made.undated))
    return [" ".join(told)]


def table(rows: Sequence[Row], library: Library, language: str, address: Address | None, *, documents: bool) -> Table:
    """The rows as a table, with a column for the documents where there are several."""
    references = References(library, language, address)

    def link(cite: Citation) -> str | None:
        return address(library.document(cite.document), cite.start, cite.end) if address else None

    def words(cites: Sequence[Citation], between: str) -> Content:
        made: list[Span] = []
        for n, cite in enumerate(cites):
            text = " ".join(cite.quote.split())
            isolated = f"\u2068{text}\u2069" if (cite.language == "ar") != (language == "ar") else text
            made += [Span(between)] if n else []
            made.append(Span(isolated))
        return tuple(made) or plain("–")

    told: list[tuple[Content, ...]] = []
    join = JOINS.get(language, "; ")
    for row in rows:
        document = library.document(row.document)
        place = references.where(row.place, document)
        due: Content = words(row.times, join)
        if row.due and row.due not in " ".join(each.quote for each in row.times):
            due = (*due, Span(f" ({_comes(row.due, language)})"))
        told.append((
            *((((Span(row.label, url=row.place.url),)),) if documents else ()),
            (Span(place, "plain" if address else "strong", link(row.place)),),
            words(row.addressees, join), words((row.verb,), join), words(row.action, f" {CUT} "), due, words(row.money, join),
        ))  # fmt: skip
    header = (*(("symbol",) if documents else ()), *COLUMNS)
    return Table(tuple(say(f"column_{name}", language) for name in header), tuple(told))


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
