"""What to fetch (symbols named, what the catalogue lists, what a held document cites; and what is held of it), and a run: everything
that is wanted, each with its outcome as soon as it is final."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.catalogue import Catalogue
from corpus.corpus_errors import LibraryError
from corpus.documents import Document
from corpus.library import Library
from corpus.symbols import Symbol, SymbolError, expand, expand_all, same_document
from ingest.fetch.cache import Downloads, Stored
from ingest.fetch.content import FORMATS
from ingest.fetch.document_service import Service
from ingest.fetch.fetch_errors import FetchError, NotPublished, Refused, ServiceAway
from ingest.fetch.transfer import Received
from ingest.pipeline import Input
from ingest.readers import ReadError


@dataclass(frozen=True)
class Wanted:
    """One language version of one symbol, and the ids of held official documents that bear the symbol."""

    symbol: Symbol
    language: str
    held: tuple[str, ...] = ()


def named(text: str) -> list[Symbol]:
    """The symbols that a person names: one, or several in short, `CTOC/COP/WG.7/2021/2-4`. Raises `SymbolError`."""
    try:
        return [Symbol.parse(text)]
    except SymbolError:
        return expand(text)


def listed(catalogue: Catalogue, meetings: Sequence[str] | None = None) -> list[Symbol]:
    """The symbols that the catalogue lists, of these meetings or (None) of all and of none."""
    return [
        entry.symbol
        for entry in catalogue.entries
        if entry.symbol is not None and (meetings is None or entry.meeting in meetings)
    ]


def meeting_ids(catalogue: Catalogue) -> list[str]:
    """The meetings of which the catalogue lists documents, the latest first."""
    ids = dict.fromkeys(entry.meeting for entry in catalogue.entries if entry.meeting and entry.symbol)
    days = {meeting.id: max(meeting.dates).isoformat() for meeting in catalogue.meetings if meeting.dates}
    return sorted(ids, key=lambda each: days.get(each, ""), reverse=True)


def held_meetings(library: Library, catalogue: Catalogue) -> list[str]:
    """The meetings of the catalogue whose agendas the library holds."""
    known = set(meeting_ids(catalogue))
    found: dict[str, None] = {}
    for meeting in library.meetings():
        symbol = library.document(meeting.document_id).symbol
        for entry in catalogue.by_symbol(symbol) if symbol else ():
            if entry.meeting in known:
                found[entry.meeting] = None
    return list(found)


def cited_by(documents: Iterable[Document]) -> list[Symbol]:
    """The symbols that texts cite, ranges and lists written out, each once and in order, not those of the texts."""
    own = [document.symbol for document in documents if document.symbol]
    texts = dict.fromkeys(mention.symbol.text for document in documents for mention in expand_all(document.text))
    found: list[Symbol] = []
    for text in texts:
        symbol = Symbol(text)
        if not any(same_document(symbol, other) for other in (*own, *found)):
            found.append(symbol)
    return found


def wanted(symbols: Iterable[Symbol], languages: Sequence[str], library: Library) -> list[Wanted]:
    """Each symbol in each language, once, with what the library holds of it: digests and uploads do not count."""
    held = [
        (Symbol.parse_any(header.symbol), header.language, header.id)
        for header in library.iter_headers()
        if header.symbol is not None and header.edition == "official"
    ]
    made: list[Wanted] = []
    for symbol in dict.fromkeys(symbols):
        bearing = [(language, name) for other, language, name in held if same_document(symbol, other)]
        made += [
            Wanted(symbol, language, tuple(name for spoken, name in bearing if spoken == language))
            for language in languages
        ]
    return made


Result = Literal["fetched", "kept", "not published", "refused", "failed"]


@dataclass(frozen=True)
class Download:
    """What became of one wanted document: a file (`fetched` now, or `kept` from an earlier run), or why not."""

    wanted: Wanted
    result: Result
    stored: Stored | None = None
    reason: str = ""


@dataclass(frozen=True)
class At:
    """Where a run stands: the document in hand, and how many of its bytes have come (of None: unknown)."""

    wanted: Wanted
    size: int
    total: int | None


def download(
    wanted: Sequence[Wanted],
    service: Service,
    formats: Sequence[str] = FORMATS,
    *,
    again: bool = False,
    progress: Callable[[At], None] = lambda _: None,
) -> Iterator[Download]:
    """Fetches what is wanted and has not been fetched before, or with `again` whatever has changed since.

    A file that the library refused is asked for anew. Where the service as a whole is away nothing further is
    asked of it in this run. Raises `LibraryError` where the disk does not take the files.
    """
    away: ServiceAway | None = None
    for each in wanted:
        before = service.kept(each.symbol, each.language, formats)
        if before is not None and not before.refused and not again:
            yield Download(each, "kept", before)
            continue
        if away is not None:
            yield Download(each, "failed", reason=f"not asked for: {away}")
            continue
        progress(At(each, 0, None))
        try:
            stored = service.fetch(each.symbol, each.language, formats, _received(each, progress))
        except NotPublished as error:
            yield Download(each, "not published", reason=str(error))
        except Refused as error:
            yield Download(each, "refused", reason=str(error))
        except FetchError as error:
            away = error if isinstance(error, ServiceAway) else None
            yield Download(each, "failed", reason=str(error))
        else:
            yield Download(each, "kept" if stored == before else "fetched", stored, _note(stored))


@dataclass(frozen=True)
class FetchedInput:
    """A fetched file for ingestion, opened when its turn comes: it must be the document that was asked for.

    Which file it is (its origin) is told by what was asked, so that a later version takes the place of an earlier one.
    """

    stored: Stored
    downloads: Downloads

    @property
    def label(self) -> str:
        """How the file is called in front of people."""
        return self.stored.name

    def open(self) -> Input:
        """Its bytes, with symbol and language as asked. Raises `ReadError` where there is no longer a file."""
        symbol = Symbol.parse(self.stored.symbol)
        try:
            data = self.downloads.read(self.stored)
        except LibraryError as error:
            raise ReadError(str(error)) from None
        return Input(self.label, data, symbol, self.stored.language, origin=self.stored.key)


def _received(each: Wanted, progress: Callable[[At], None]) -> Received:
    return lambda size, total: progress(At(each, size, total))


def _note(stored: Stored) -> str:
    fits = stored.kind == stored.asked or (stored.kind, stored.asked) == ("rtf", "doc")
    return "" if fits else f"asked for as {stored.asked}, sent as {stored.kind}"
