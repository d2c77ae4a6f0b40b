"""Requests and decisions with their citations, one row each, and the list of those of all resolutions and records of
decisions in the library.

The list is made with one document in memory at a time; the most urgent rows come first, those that a later resolution
with the same title restates last.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from assistant.answer_phrases import day_of, joined, mark, say
from assistant.qa.answer import Citation
from assistant.qa.metadata import document_date, is_draft, reads_as_draft
from assistant.reports import Progress, ReportError, no_progress
from assistant.reports.comparison.paragraphs import fold_text
from assistant.reports.lookup import cite, find_document, find_newer_resolutions, find_similar_names
from assistant.reports.mandates.deadlines import DeadlineReader
from assistant.reports.mandates.mandate_base import Mandate
from assistant.reports.mandates.mandate_reader import find_mandates, has_operative_text, operative_paragraphs
from assistant.reports.mandates.recommendation_reader import find_decisions
from assistant.reports.quoted_tables import Cell, Grid, as_json, column_names
from corpus.documents import Document
from corpus.library import Library
from corpus.versions import choose_language_versions

MAX_ROWS = 5_000
"""Most rows of a list: those that are due first."""
MAX_SUGGESTIONS = 5


@dataclass(frozen=True)
class MandateRow:
    """One request or decision, at a `place` of the document with that `label`.

    Every cell quotes the document; `dates` are the days, months, years or spans of months that `times` amount to.
    `adopted` is the day of the adoption, else, as for a draft, of the distribution (ISO 8601). A `draft` has decided
    nothing yet, and its body is no addressee. `context` is the clause to which the action refers. `number` is that of a
    recommendation, as printed: `Recommendation 3`.
    `newer` is the label of a later resolution with the same title, where a list has both; `corrigenda` are the symbols
    of the stored corrigenda of the document, in a list.
    """

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
    context: tuple[Citation, ...] = ()
    number: str = ""
    newer: str = ""
    corrigenda: tuple[str, ...] = ()

    @property
    def due(self) -> str:
        """The first day, month or year by which it is due; empty where there is none. For a session this is its
        opening, by which documents are due, or its end if it had begun at the adoption."""
        spans = (each.partition("/") for each in self.dates)
        return min((ends if ends and begins < self.adopted[:7] else begins for begins, _, ends in spans), default="")

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form: each cell with its span in the document's text."""

        def quotes(cites: Sequence[Citation]) -> list[dict[str, Any]]:
            return [{"quote": each.quote, "start": each.start, "end": each.end} for each in cites]

        return {
            "document": self.place.document,
            "symbol": self.label,
            "title": self.place.title,
            "adopted": self.adopted,
            "language": self.place.language,
            "draft": self.draft,
            "newer": self.newer,
            "corrigenda": list(self.corrigenda),
            "place": self.place.locator,
            "number": self.number,
            "url": self.place.url,
            "unverified": self.place.unverified,
            "decided": self.decided,
            "addressees": quotes(self.addressees),
            "verb": quotes(self.verb)[0],
            "action": quotes(self.action),
            "context": quotes(self.context),
            "times": quotes(self.times),
            "due": self.due,
            "dates": list(self.dates),
            "money": quotes(self.money),
        }


@dataclass(frozen=True)
class MandateFilter:
    """Which rows are listed: by addressee, year of the resolution, due date (before this day, ISO 8601), documents
    (by symbol or name; by default all), and the language in which documents are preferably read."""

    addressee: str = ""
    year: int | None = None
    due_before: str = ""
    documents: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True)
class MandateList:
    """Rows by due date, then those with a time that amounts to none, then the others, each by document; last those of
    resolutions with a newer one of the same title.

    `total` rows were found, `documents` resolutions and records of decisions were read; `undated` rows have a time that
    amounts to no day, month or year. `no_mandates` names the documents, of the library or of those chosen, in which no
    request or decision was found.
    """

    filters: MandateFilter
    rows: tuple[MandateRow, ...]
    total: int
    documents: int
    undated: int
    no_mandates: tuple[str, ...] = ()
    years: tuple[int, ...] = field(default=(), compare=False)

    @property
    def language(self) -> str:
        """The language of the list."""
        return self.filters.language

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form that `mandates --json` prints."""
        return {
            "wanted": as_json(self.filters),
            "total": self.total,
            "documents": self.documents,
            "undated": self.undated,
            "no_mandates": list(self.no_mandates),
            "mandates": [row.to_json() for row in self.rows],
        }


def list_mandates(library: Library, filters: MandateFilter, progress: Progress = no_progress) -> MandateList:
    """The rows that a filter selects. Raises `ReportError` where there are none, with suggestions."""
    try:
        due_limit = filters.due_before and dt.date.fromisoformat(filters.due_before.strip()).isoformat()
    except ValueError:
        raise ReportError("no-day", written=filters.due_before) from None
    addressee = " ".join(fold_text(filters.addressee).split())
    ids = _select_documents(library, filters)
    headers = library.versions().headers
    unread = set[str]() if filters.documents else {*library.versions().quotable_documents(filters.language)} - {*ids}
    newer_ids = find_newer_resolutions(headers, ids)
    # Whether a text of another series is a draft is known only when it is read.
    drafts = {each for each in {*newer_ids, *newer_ids.values()} if reads_as_draft(library.document(each))}
    newer_ids = find_newer_resolutions(headers, ids, drafts)
    addressee_counts: Counter[str] = Counter()
    years: set[int] = set()
    documents_read, total, undated = 0, 0, 0

    def iter_rows() -> Iterator[MandateRow]:
        nonlocal documents_read, total, undated
        for n, document_id in enumerate(ids):
            document = library.document(document_id)
            progress(document.label, n, len(ids))
            if not (mandates := _find_acts(document)):
                unread.add(document_id)
                if not has_operative_text(document):
                    continue  # neither a resolution nor a record of decisions
            documents_read += 1
            day = document_date(document)
            years.update([day.year] if day else [])
            if filters.year is not None and (day is None or day.year != filters.year):
                continue
            newer_label = library.document(newer_ids[document_id]).label if document_id in newer_ids else ""
            corrigenda = _corrigenda(library, document, filters.language)
            for row in mandate_rows(library, document, mandates):
                addressee_counts.update(" ".join(each.quote.split()) for each in row.addressees)
                quotes = (" ".join(fold_text(each.quote).split()) for each in row.addressees)
                is_asked = not addressee or any(addressee in quote for quote in quotes)
                if is_asked and (not due_limit or (row.due and row.due < due_limit)):
                    total += 1
                    undated += bool(row.times) and not row.due
                    yield replace(row, newer=newer_label, corrigenda=corrigenda)

    def urgency(row: MandateRow) -> tuple[bool, bool, bool, str, str]:
        return bool(row.newer), not row.due, not row.times, row.due, row.place.symbol

    # nsmallest retains the order of equal rows.
    rows = tuple(heapq.nsmallest(MAX_ROWS, iter_rows(), key=urgency))
    if not documents_read:
        raise ReportError("no-resolutions")
    if not rows:
        raise _no_rows_error(filters, addressee_counts, years)
    no_mandates = tuple(sorted(headers[each].label for each in unread))
    return MandateList(filters, rows, total, documents_read, undated, no_mandates, tuple(sorted(years)))


def _select_documents(library: Library, filters: MandateFilter) -> list[str]:
    """The ids of the resolutions and drafts that are read, preferably in the language of the filter."""
    if filters.documents:
        documents = [find_document(library, name, filters.language) for name in filters.documents]
        if not any(map(_find_acts, documents)):
            raise ReportError("no-resolution", document="; ".join(dict.fromkeys(each.label for each in documents)))
        return list(dict.fromkeys(document.id for document in documents))
    # Whether another document records decisions is known only when it is read.
    kept_ids = {each.id for kind in ("resolution", "numbered") for each in library.headers(kind=kind)}
    return sorted(library.versions().quotable_documents(filters.language) & kept_ids)


def _find_acts(document: Document) -> tuple[Mandate, ...]:
    """The requests and decisions of a resolution, or of another document that records some."""
    return find_mandates(document) if has_operative_text(document) else tuple(find_decisions(document))


def _corrigenda(library: Library, document: Document, language: str) -> tuple[str, ...]:
    """The symbols of the corrigenda of a document in the library: in its language, else in that of the list, else any."""
    found = library.versions().corrigenda(document.symbol) if document.symbol else []
    return tuple(each.symbol.text for each in choose_language_versions(found, document.language, language))


def _no_rows_error(filters: MandateFilter, addressee_counts: Counter[str], years: set[int]) -> ReportError:
    """Why there is no row, and what there is instead."""
    if filters.year is not None and filters.year not in years:
        return ReportError("mandates-year", year=filters.year, years=", ".join(map(str, sorted(years))) or "–")
    addressee = fold_text(filters.addressee)
    if addressee and not any(addressee in fold_text(name) for name in addressee_counts):
        names_by_fold = {fold_text(name): name for name in addressee_counts}
        near = find_similar_names(addressee, names_by_fold, MAX_SUGGESTIONS, 0.0)
        return ReportError("mandates-addressee", name=filters.addressee, near="; ".join(near))
    if filters.due_before:
        return ReportError("mandates-due", day=filters.due_before)
    return ReportError("mandates-none")


def mandate_rows(
    library: Library, document: Document, mandates: Iterable[Mandate] | None = None
) -> Iterator[MandateRow]:
    """The rows of one document, in its order: its requests and decisions, or the `mandates` given."""
    adopted, deadlines = document_date(document), DeadlineReader(document)
    # Nothing in the series of drafts has been decided, even where the text does not say so.
    draft = reads_as_draft(document) or is_draft(document.symbol)
    operative_start = next((block.start for block in operative_paragraphs(document)), 0)
    for mandate in find_mandates(document) if mandates is None else mandates:
        block = document.blocks[mandate.block]
        cite_span = partial(cite, library, document, block)
        times = tuple(map(cite_span, mandate.times))
        yield MandateRow(
            label=document.label,
            adopted=adopted.isoformat() if adopted else "",
            draft=draft,
            ordinal=mandate.block,
            place=cite_span((block.start, block.end)),
            decided=mandate.decided and not draft,
            # The body itself is named before the operative paragraphs.
            addressees=tuple(cite_span(span) for span in mandate.addressees if not draft or span[0] >= operative_start),
            verb=(cite_span(mandate.verb),) if mandate.verb[0] < mandate.verb[1] else (),
            action=tuple(map(cite_span, mandate.action)),
            times=times,
            dates=tuple(dict.fromkeys(date for each in times for date in deadlines.resolve_dates(each.quote))),
            money=tuple(map(cite_span, mandate.money)),
            context=(cite_span(mandate.context),) if mandate.context else (),
            number=" ".join(document.quote(*mandate.label).split()) if mandate.label else "",
        )


def mandate_table(
    rows: Sequence[MandateRow], language: str, heading: str = "", *, with_documents: bool = False
) -> Grid:
    """The rows as a table, with a column for the documents if requested, and for the status if any row has one."""
    statuses = [row_status(row, language) for row in rows]
    has_status = any(statuses)
    optional_columns = ["symbol"] * with_documents + ["status"] * has_status
    columns = column_names(language, *optional_columns, "place", "addressee", "verb", "action", "due", "money")
    table_rows = []
    for row, status in zip(rows, statuses, strict=True):
        # A term without a figure is followed by the resulting days; a session is not.
        has_no_figure = not any(sign.isdigit() for each in row.times for sign in each.quote)
        due_days = [day_of(date, language) for date in row.dates if has_no_figure and "/" not in date]
        cells = [Cell(text=row.label, url=row.place.url)] * with_documents + [Cell(text=status)] * has_status
        cells += [Cell((row.place,), place=True, text=row.number), Cell(row.addressees), Cell(row.verb)]
        context = "".join(say("action_context", language, words=" ".join(each.quote.split())) for each in row.context)
        cells.append(Cell(row.action, whole=True, note=context))
        cells += [Cell(row.times, note="; ".join(due_days)), Cell(row.money)]
        table_rows.append(tuple(cells))
    return Grid(columns, tuple(table_rows), heading=heading)


def row_status(row: MandateRow, language: str) -> str:
    """That the text of a row is a draft, that there is a newer one, and corrigenda of it; else empty."""
    newer = say("status_newer", language, newer=row.newer) if row.newer else ""
    draft = say("status_draft", language) if row.draft else ""
    corrigenda = (
        say("status_corrected", language, corrigenda=joined([*row.corrigenda], language)) if row.corrigenda else ""
    )
    return mark(";", language).join(filter(None, (draft, newer, corrigenda)))
