"""What changes the collection: reading files in, fetching, removing. Each document goes in whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from assistant.fetch_plans import FOLDER, Plan, Row, row_of
from assistant.outcome_messages import answering, record
from assistant.settings import Settings
from corpus.catalogue import Catalogue
from corpus.library import Library
from corpus.symbols import Symbol, SymbolError
from ingest.input_files import FileInput, file_id_of, find_inputs
from ingest.outcomes import Outcome, Progress
from ingest.prefetch import InputSource

if TYPE_CHECKING:
    import httpx

    from ingest.fetch.cache import DownloadCache
    from ingest.fetch.fetch_run import Download
    from ingest.sandbox.pool import Limits


FEW = 20
"""Files up to which it is told of each which version answers now: the versions are worked out anew for each."""


@dataclass(frozen=True)
class Files:
    """Files and folders, the starter corpus before them if `starter`; the folder `apart` is passed over.

    `symbol` and `language` are what is said about them, `ocr` allows words to be recognised from images.
    """

    paths: Sequence[Path]
    starter: bool = False
    symbol: str | None = None
    language: str | None = None
    ocr: bool = False
    apart: Path = field(kw_only=True)

    def __iter__(self) -> Iterator[InputSource]:
        from ingest.pipeline import starter_sources

        return chain(starter_sources() if self.starter else (), *(self._of(path) for path in self.paths))

    def __len__(self) -> int:
        """How many there are now."""
        return sum(1 for _ in self)

    def empty(self) -> list[Path]:
        """Folders in which there is nothing to read."""
        return [path for path in self.paths if path.is_dir() and next(self._of(path), None) is None]

    def _of(self, path: Path) -> Iterator[FileInput]:
        if self.symbol is None:
            return find_inputs(path, self.language, ocr=self.ocr, excluded=(self.apart,))
        try:
            return iter([FileInput(path, Symbol.parse_any(self.symbol), self.language, self.ocr)])
        except SymbolError as error:
            return iter([FileInput(path, error=str(error))])


class Hand(Protocol):
    """Who is told how far the work is, and what became of each part; each may raise what ends the work."""

    def tell(self, *, done: int | None = None, total: int | None = None, detail: str | None = None) -> None:
        """How far the work is, and what is in hand."""

    def advance(self) -> None:
        """One more part is done."""

    def note(self, words: str) -> None:
        """What a person who waits should know."""

    def outcome(self, record: dict[str, Any]) -> None:
        """What became of a part."""


class Keeper:
    """Does the work on one library. `jobs` are the files that are read at once, within `limits`; `source` says where documents are
    fetched, over `transport` in place of the network where one is given. Raises `LibraryError` and `WorkerError`."""

    def __init__(
        self,
        library: Library,
        catalogue: Catalogue,
        source: Settings | None = None,
        *,
        jobs: int | None = None,
        limits: Limits | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._library, self._catalogue, self._width, self.limits = library, catalogue, jobs, limits
        self.source, self._transport = source, transport

    def read(
        self, hand: Hand, sources: Iterable[InputSource], total: int, *, again: bool = False, jobs: int | None = None
    ) -> None:
        """Reads files in; between two of them, and while passages are embedded, it can be stopped."""
        hand.tell(total=total)
        with closing(self._outcomes(hand, sources, again=again, jobs=jobs)) as outcomes:
            for n, outcome in enumerate(outcomes, 1):
                told = record(outcome)
                if total <= FEW and outcome.header is not None and outcome.result in ("added", "replaced"):
                    told |= answering(self._library.versions(), outcome.header.id)
                hand.outcome(told)
                hand.tell(done=n, detail=outcome.name)

    def take(self, hand: Hand, come: Sequence[Download], downloads: DownloadCache) -> None:
        """Reads in what was fetched, and notes which of it was not taken."""
        from ingest.fetch.fetch_run import FetchedInput

        sources = [FetchedInput(each.stored, downloads) for each in come if each.stored]
        with closing(self._outcomes(hand, sources)) as outcomes:
            for each, source, outcome in zip(come, sources, outcomes, strict=True):
                downloads.refuse(source.stored, outcome.result == "refused")
                hand.outcome(asdict(row_of(each, outcome.result, outcome, outcome.reason or each.reason)))
                hand.advance()

    def _outcomes(
        self, hand: Hand, sources: Iterable[InputSource], *, again: bool = False, jobs: int | None = None
    ) -> Generator[Outcome, None, None]:
        from ingest.pipeline import ingest
        from ingest.sandbox.pool import WorkerPool

        def tell(at: Progress) -> None:
            hand.tell(detail=f"{at.name}: {at.done}/{at.total} passages")

        with WorkerPool(self._catalogue, jobs or self._width, self.limits) as readers:
            yield from ingest(sources, self._library, self._catalogue, tell, readers, again=again)

    def foreseen(self, planned: Plan) -> list[Row]:
        """What fetching would do."""
        assert self.source is not None, "without a source nothing is to be fetched"
        return planned.foreseen(self._library.folder / FOLDER, self.source.ods_url)

    def fetch(self, hand: Hand, planned: Plan) -> None:
        """Fetches official documents and reads in what has come; what is held or did not come is an outcome too."""
        assert self.source is not None, "without a source nothing is to be fetched"
        fetch(hand, planned, self.source, self._library.folder / FOLDER, lambda: nullcontext(self), self._transport)

    def verify(self, hand: Hand) -> None:
        """Checks the library; what is wrong are the outcomes."""
        for fault in self._library.verify():
            hand.outcome({"result": "fault", "reason": fault})

    def forget(self, hand: Hand, path: Path, shown: str) -> None:
        """Removes what came from a file that is gone."""
        origin = file_id_of(path)
        held = self._library.headers(origin=origin)
        self._library.remove_source(origin)
        for header in held:
            hand.outcome(record(Outcome(shown, "removed", header=header)))

    def remove(self, hand: Hand, ids: Sequence[str]) -> None:
        """Removes documents."""
        hand.tell(total=len(ids))
        for n, document_id in enumerate(ids, 1):
            self._library.remove(document_id)
            hand.outcome({"result": "removed", "document": document_id})
            hand.tell(done=n, detail=document_id)


def fetch(
    hand: Hand,
    planned: Plan,
    source: Settings,
    folder: Path,
    opened: Callable[[], AbstractContextManager[Keeper]],
    transport: httpx.BaseTransport | None = None,
) -> None:
    """Fetches official documents into a folder, and has them read in by the keeper that is `opened` only then, so that others can use
    the library meanwhile."""
    from ingest.fetch.cache import DownloadCache
    from ingest.fetch.document_service import DocumentService
    from ingest.fetch.fetch_run import DownloadProgress, download
    from ingest.fetch.retries import RetryPolicy

    def show(at: DownloadProgress) -> None:
        size = "/".join(f"{each / 1e6:.1f}" for each in (at.size, at.total) if each)
        hand.tell(detail=f"{at.request.symbol} ({at.request.language}){f': {size} MB' if at.size else ''}")

    for row in planned.held:
        hand.outcome(asdict(row))
    if not planned.due:
        return
    policy = RetryPolicy(delay=source.fetch_delay, timeout=source.fetch_timeout, max_wait=source.fetch_max_wait)
    come: list[Download] = []
    hand.tell(total=len(planned.due))
    with DownloadCache(folder) as downloads:
        with DocumentService(
            downloads,
            source.ods_url,
            transport=transport,
            private=source.fetch_private,
            policy=policy,
            on_wait=hand.note,
        ) as service:
            for each in download(planned.due, service, planned.formats, again=planned.again, progress=show):
                if each.stored is not None:
                    come.append(each)
                else:
                    hand.outcome(asdict(row_of(each, each.result, reason=each.reason)))
                    hand.advance()
        if come:
            with opened() as keeper:
                keeper.take(hand, come, downloads)
