"""Selects the documents to fetch (symbols that a user names, that the catalogue lists or that a stored document cites),
and fetches them, each with its outcome as soon as it is final."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from corpus.catalogue import Catalogue
from corpus.corpus_errors import LibraryError
from corpus.documents import Document
from corpus.library import Library
from corpus.symbols import Symbol, SymbolError, expand, expand_all, same_document
from ingest.fetch.cache import CachedFile, DownloadCache
from ingest.fetch.content import FORMATS
from ingest.fetch.document_service import DocumentService
from ingest.fetch.fetch_errors import FetchError, NotPublished, Refused, ServiceUnavailable
from ingest.pipeline import Input
from ingest.readers import ReadError


@dataclass(frozen=True)
class DownloadRequest:
    """One language version of one symbol, and the ids of stored official documents with the symbol."""

    symbol: Symbol
    language: str
    stored_documents: tuple[str, ...] = ()


def parse_symbols(text: str) -> list[Symbol]:
    """The symbols that a user gives: one, or several in short form, `CTOC/COP/WG.7/2021/2-4`. Raises `SymbolError`."""
    try:
        return [Symbol.parse(text)]
    except SymbolError:
        return expand(text)


def catalogue_symbols(catalogue: Catalogue, meetings: Sequence[str] | None = None) -> list[Symbol]:
    """The symbols in the catalogue, of these meetings or (None) all."""
    return [
        entry.symbol
        for entry in catalogue.entries
        if entry.symbol is not None and (meetings is None or entry.meeting in meetings)
    ]


def meeting_ids(catalogue: Catalogue) -> list[str]:
    """The meetings with documents in the catalogue, the latest first."""
    ids = dict.fromkeys(entry.meeting for entry in catalogue.entries if entry.meeting and entry.symbol)
    days = {meeting.id: max(meeting.dates).isoformat() for meeting in catalogue.meetings if meeting.dates}
    return sorted(ids, key=lambda meeting: days.get(meeting, ""), reverse=True)


def meetings_in_library(library: Library, catalogue: Catalogue) -> list[str]:
    """The meetings of the catalogue whose agendas are in the library."""
    known = set(meeting_ids(catalogue))
    symbols = (library.document(meeting.document_id).symbol for meeting in library.meetings())
    entries = (entry for symbol in symbols if symbol for entry in catalogue.by_symbol(symbol))
    return list(dict.fromkeys(entry.meeting for entry in entries if entry.meeting in known))


def cited_by(documents: Iterable[Document]) -> list[Symbol]:
    """The symbols that texts cite, lists and ranges expanded, each once and in order; not those of the texts."""
    own = [document.symbol for document in documents if document.symbol]
    texts = dict.fromkeys(mention.symbol.text for document in documents for mention in expand_all(document.text))
    found: list[Symbol] = []
    for text in texts:
        symbol = Symbol(text)
        if not any(same_document(symbol, other) for other in (*own, *found)):
            found.append(symbol)
    return found


def build_requests(symbols: Iterable[Symbol], languages: Sequence[str], library: Library) -> list[DownloadRequest]:
    """Each symbol in each language, once, with the official documents (no digests or uploads) that the library has."""
    stored_documents = [
        (Symbol.parse_any(header.symbol), header.language, header.id)
        for header in library.iter_headers()
        if header.symbol is not None and header.edition == "official"
    ]
    requests: list[DownloadRequest] = []
    for symbol in dict.fromkeys(symbols):
        bearing = [(language, name) for other, language, name in stored_documents if same_document(symbol, other)]
        requests += [
            DownloadRequest(symbol, language, tuple(name for spoken, name in bearing if spoken == language))
            for language in languages
        ]
    return requests


Result = Literal["fetched", "kept", "not published", "refused", "failed"]


@dataclass(frozen=True)
class DownloadOutcome:
    """The outcome of one request: a file (`fetched` now, or `kept` from an earlier run), or why there is none."""

    request: DownloadRequest
    result: Result
    stored: CachedFile | None = None
    reason: str = ""


OnProgress = Callable[[DownloadRequest, int, int | None], None]
"""Called with the current request, and how many of its bytes have been received, of how many (None: unknown)."""


def download(
    requests: Sequence[DownloadRequest],
    service: DocumentService,
    formats: Sequence[str] = FORMATS,
    *,
    again: bool = False,
    progress: OnProgress = lambda *_: None,
) -> Iterator[DownloadOutcome]:
    """Fetches what has not been fetched before, or with `again` whatever has changed since. A file that the library
    refused is requested again. Where the service as a whole is unavailable no further request is sent in this run.
    Raises `LibraryError` where the files can't be written to the disk."""
    unavailable: ServiceUnavailable | None = None
    for request in requests:
        earlier = service.find_cached(request.symbol, request.language, formats)
        if earlier is not None and not earlier.refused and not again:
            yield DownloadOutcome(request, "kept", earlier)
            continue
        if unavailable is not None:
            yield DownloadOutcome(request, "failed", reason=f"not requested: {unavailable}")
            continue
        progress(request, 0, None)
        try:
            stored = service.fetch(request.symbol, request.language, formats, partial(progress, request))
        except NotPublished as error:
            yield DownloadOutcome(request, "not published", reason=str(error))
        except Refused as error:
            yield DownloadOutcome(request, "refused", reason=str(error))
        except FetchError as error:
            unavailable = error if isinstance(error, ServiceUnavailable) else None
            yield DownloadOutcome(request, "failed", reason=str(error))
        else:
            yield DownloadOutcome(request, "kept" if stored == earlier else "fetched", stored, _format_note(stored))


@dataclass(frozen=True)
class FetchedInput:
    """A fetched file for ingestion, opened when it is needed: it must be the document that was requested. Its origin is
    the request, so that a later version replaces an earlier one."""

    stored: CachedFile
    downloads: DownloadCache

    @property
    def label(self) -> str:
        """The name of the file in messages."""
        return self.stored.name

    def open(self) -> Input:
        """The bytes, with symbol and language as requested. Raises `ReadError` where the file no longer exists."""
        symbol = Symbol.parse(self.stored.symbol)
        try:
            data = self.downloads.read(self.stored)
        except LibraryError as error:
            raise ReadError(str(error)) from None
        return Input(self.label, data, symbol, self.stored.language, origin=self.stored.key, fetched=True)


def _format_note(stored: CachedFile) -> str:
    fits = stored.kind == stored.asked or (stored.kind, stored.asked) == ("rtf", "doc")
    return "" if fits else f"requested as {stored.asked}, received as {stored.kind}"
