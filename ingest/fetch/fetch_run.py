"""A run: everything that is wanted, each with its outcome as soon as it is final."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.corpus_errors import LibraryError
from corpus.symbols import Symbol
from ingest.fetch.cache import Downloads, Stored
from ingest.fetch.content import FORMATS
from ingest.fetch.document_service import Service
from ingest.fetch.fetch_faults import FetchError, NotPublished, Refused, ServiceAway
from ingest.fetch.transfer import Received
from ingest.fetch.wanted import Wanted
from ingest.readers import ReadError
from ingest.run import Input

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
