"""Requests and decisions with their citations, one row each; and the list of those of all resolutions that are held, one document in
memory at a time, the most urgent first, and last what a later resolution with the same title says anew."""

from __future__ import annotations

import datetime as dt
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from assistant.answer_phrases import day_of, say
from assistant.qa.answer import Citation
from assistant.qa.metadata import document_date, is_draft
from assistant.reports import Progress, ReportError, silent
from assistant.reports.comparison.paragraphs import folded
from assistant.reports.lookup import cite, named, near, said_anew
from assistant.reports.mandates.deadlines import Clock
from assistant.reports.mandates.mandate_reader import Mandate, acts, mandates_of, operative
from assistant.reports.quoted_tables import Cell, Grid, as_json, columns
from corpus.documents import Document
from corpus.library import Library
from corpus.symbols import Symbol

MOST = 5_000
"""Rows of a list, at most: those that are due first."""
NEAR = 5


@dataclass(frozen=True)
class Row:
    """One request or decision, at a `place` of the document of that `label`. Every cell is exact words of the document; `dates` are the days, months, years or spans of months that
    `times` come to. `adopted` is the day of the adoption, else, as of a draft, of the distribution (ISO 8601). Of a `draft` nothing is decided yet,
    and the body is no addressee. `newer` is the label of a later resolution with the same title, where a list has both."""

    label: str
    adopted: str
    draft: bool
    ordinal: int
    place: Citation
    decided: bool
    addressees: tuple[Citation, ...]
    verb: tuple[Citation, ...]
    action: tuple[Citation, ...]
    times: tuple[Citation, ...]
    dates: tuple[str, ...]
    money: tuple[Citation, ...]
    newer: str = ""

    @property
    def due(self) -> str:
        """The first day, month or year by which it is due: of a session its opening, for which documents are made ready, and the end
        of one that had begun at the adoption. Empty where there is none."""
        spans = (each.partition("/") for each in self.dates)
        return min((ends if ends and begins < self.adopted[:7] else begins for begins, _, ends in spans), default="")

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form: each cell with its span in the document's text."""

        def told(cites: Sequence[Citation]) -> list[dict[str, Any]]:
            return [{"quote": each.quote, "start": each.start, "end": each.end} for each in cites]

        return {
            "document": self.place.document,
            "symbol": self.label,
            "title": self.place.title,
            "adopted": self.adopted,
            "language": self.place.language,
            "draft": self.draft,
            "newer": self.newer,
            "place": self.place.locator,
            "url": self.place.url,
            "unverified": self.place.unverified,
            "decided": self.decided,
            "addressees": told(self.addressees),
            "verb": told(self.verb)[0],
            "action": told(self.action),
            "times": told(self.times),
            "due": self.due,
            "dates": list(self.dates),
            "money": told(self.money),
        }


@dataclass(frozen=True)
class Wanted:
    """Which rows are wanted: of whom something is asked, of the year of which resolutions, due before which day (ISO 8601), of which
    documents (by symbol or name; all where none is named), and in which language documents are read that are held in it."""

    addressee: str = ""
    year: int | None = None
    due_before: str = ""
    documents: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True)
class Mandates:
    """Rows by what is due first, then by document; behind them those of resolutions of whose title there is a newer one. `total` were found, `documents` resolutions were read; `undated` rows have a
    time that comes to no day, month or year."""

    wanted: Wanted
    rows: tuple[Row, ...]
    total: int
    documents: int
    undated: int
    years: tuple[int, ...] = field(default=(), compare=False)

    @property
    def language(self) -> str:
        """The language that is wanted."""
        return self.wanted.language

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form that `mandates --json` prints."""
        return {
            "wanted": as_json(self.wanted),
            "total": self.total,
            "documents": self.documents,
            "undated": self.undated,
            "mandates": [row.to_json() for row in self.rows],
        }


def list_mandates(library: Library, wanted: Wanted, progress: Progress = silent) -> Mandates:
    """The rows that are wanted. Raises `ReportError` where there can be none, with what is near."""
    try:
        limit = wanted.due_before and dt.date.fromisoformat(wanted.due_before.strip()).isoformat()
    except ValueError:
        raise ReportError("no-day", written=wanted.due_before) from None
    asked = " ".join(folded(wanted.addressee).split())
    ids = _chosen(library, wanted)
    anew = said_anew(library.versions().headers, ids)
    names: Counter[str] = Counter()
    years: set[int] = set()
    read, total, undated = 0, 0, 0

    def found() -> Iterator[Row]:
        nonlocal read, total, undated
        for n, document_id in enumerate(ids):
            document = library.document(document_id)
            progress(document.label, n, len(ids))
            if not acts(document):
                continue
            read += 1
            day = document_date(document)
            if day is not None:
                years.add(day.year)
            if wanted.year is not None and (day is None or day.year != wanted.year):
                continue
            newer = library.document(anew[document_id]).label if document_id in anew else ""
            for row in rows_of(library, document):
                names.update(" ".join(each.quote.split()) for each in row.addressees)
                if not any(asked in " ".join(folded(each.quote).split()) for each in row.addressees) and asked:
                    continue
                if limit and not (row.due and row.due < limit):
                    continue
                total += 1
                undated += bool(row.times) and not row.due
                yield replace(row, newer=newer)

    # Of equal ones the first comes first.
    rows = tuple(
        heapq.nsmallest(MOST, found(), key=lambda row: (bool(row.newer), not row.due, row.due, row.place.symbol))
    )
    if not rows:
        raise _nothing(wanted, names, years)
    return Mandates(wanted, rows, total, read, undated, tuple(sorted(years)))


def _chosen(library: Library, wanted: Wanted) -> list[str]:
    """The ids of the resolutions and drafts that are read, each in the wanted language where it is held in it."""
    if wanted.documents:
        documents = [named(library, name, wanted.language) for name in wanted.documents]
        for document in documents:
            if not acts(document):
                raise ReportError("no-resolution", document=document.label)
        return list(dict.fromkeys(document.id for document in documents))
    held = {each.id for each in library.headers(kind="resolution")}
    # Whether a draft that is called nothing else is one of a decision is seen when it is read.
    held |= {each.id for each in library.headers(kind="numbered") if is_draft(Symbol.read(each.symbol or ""))}
    ids = sorted(library.versions().quotable(wanted.language) & held)
    if not ids:
        raise ReportError("no-resolutions")
    return ids


def _nothing(wanted: Wanted, names: Counter[str], years: set[int]) -> ReportError:
    """Why there is no row, and what there is instead."""
    if wanted.year is not None and wanted.year not in years:
        return ReportError("mandates-year", year=wanted.year, years=", ".join(map(str, sorted(years))) or "–")
    wanted_words = folded(wanted.addressee)
    if wanted_words and not any(wanted_words in folded(name) for name in names):
        by_fold = {folded(name): name for name in names}
        found = near(wanted_words, by_fold, NEAR, 0.5) or [name for name, _ in names.most_common(NEAR)]
        return ReportError("mandates-addressee", name=wanted.addressee, near="; ".join(found))
    if wanted.due_before:
        return ReportError("mandates-due", day=wanted.due_before)
    return ReportError("mandates-none")


def rows_of(library: Library, document: Document, mandates: Iterable[Mandate] | None = None) -> Iterator[Row]:
    """The rows of one document, in its order: its requests and decisions, or what is given."""
    day, clock = document_date(document), Clock(document)
    draft = is_draft(document.symbol)
    opening = next((block.start for block in operative(document)), 0)
    for mandate in mandates_of(document) if mandates is None else mandates:
        block = document.blocks[mandate.block]
        cited = partial(cite, library, document, block)
        times = tuple(map(cited, mandate.times))
        yield Row(
            label=document.label,
            adopted=day.isoformat() if day else "",
            draft=draft,
            ordinal=mandate.block,
            place=cited((block.start, block.end)),
            decided=mandate.decided and not draft,
            # The body is named before all that it asks and decides.
            addressees=tuple(cited(who) for who in mandate.addressees if not draft or who[0] >= opening),
            verb=(cited(mandate.verb),) if mandate.verb[0] < mandate.verb[1] else (),
            action=tuple(map(cited, mandate.action)),
            times=times,
            dates=tuple(dict.fromkeys(date for each in times for date in clock.dates(each.quote))),
            money=tuple(map(cited, mandate.money)),
        )


def grid_of(rows: Sequence[Row], language: str, *, documents: bool = False) -> Grid:
    """The rows as a table, with columns for the documents where there are several, and for their status where there is one to tell."""
    told = any(status_of(row, language) for row in rows)
    names = (*(["symbol"] * documents), *(["status"] * told), "place", "addressee", "verb", "action", "due", "money")
    made = []
    for row in rows:
        # Behind a term without a figure the days stand that it comes to; a session is told as such.
        bare = not any(sign.isdigit() for each in row.times for sign in each.quote)
        days = [day_of(date, language) for date in row.dates if bare and "/" not in date]
        cells = (
            Cell((row.place,), place=True),
            Cell(row.addressees),
            Cell(row.verb),
            Cell(row.action, whole=True),
            Cell(row.times, note="; ".join(days)),
            Cell(row.money),
        )
        label = [Cell(text=row.label, url=row.place.url)] * documents
        made.append((*label, *([Cell(text=status_of(row, language))] * told), *cells))
    return Grid(columns(language, *names), tuple(made))


def status_of(row: Row, language: str) -> str:
    """Says that the text of a row is a draft, or that there is a newer one; else empty."""
    newer = say("status_newer", language, newer=row.newer) if row.newer else ""
    return say("status_draft", language) if row.draft else newer
