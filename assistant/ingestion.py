"""Changes to the collection: ingesting files, fetching and removing documents. Each document is added completely or not at all."""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from assistant.fetch_plans import FOLDER, FetchPlan, Row, result_row
from assistant.outcome_messages import answering_version, outcome_record
from assistant.settings import Settings
from corpus.catalogue import Catalogue
from corpus.corpus_errors import ConcurrentChange
from corpus.library import Library
from corpus.symbols import Symbol, SymbolError
from ingest.change_order import REMOVED
from ingest.input_files import FileInput, file_id_of, find_inputs
from ingest.outcomes import Outcome, Progress
from ingest.prefetch import InputSource

if TYPE_CHECKING:
    import httpx

    from ingest.change_order import Turn
    from ingest.fetch.cache import DownloadCache
    from ingest.fetch.fetch_run import DownloadOutcome
    from ingest.sandbox.pool import Limits, WorkerAhead


FEW = 20
"""Most files of a run for which each outcome says which version answers now; this recomputes all versions for each file."""


@dataclass(frozen=True)
class Files:
    """Files and folders to ingest, the starter corpus first if `starter`; the folder `apart` is skipped. `symbol` and `language` are what the
    user states about them, `ocr` allows text to be recognized from images."""

    paths: Sequence[Path]
    starter: bool = False
    symbol: str | None = None
    language: str | None = None
    ocr: bool = False
    apart: Path = field(kw_only=True)

    def __iter__(self) -> Iterator[InputSource]:
        from ingest.pipeline import starter_sources

        return chain(starter_sources() if self.starter else (), *(self._inputs(path) for path in self.paths))

    def __len__(self) -> int:
        """How many files there are now."""
        return sum(1 for _ in self)

    def empty(self) -> list[Path]:
        """Folders that contain nothing to read."""
        return [path for path in self.paths if path.is_dir() and next(self._inputs(path), None) is None]

    def _inputs(self, path: Path) -> Iterator[FileInput]:
        if self.symbol is None:
            return find_inputs(path, self.language, ocr=self.ocr, excluded=(self.apart,))
        try:
            return iter([FileInput(path, Symbol.parse_any(self.symbol), self.language, self.ocr)])
        except SymbolError as error:
            return iter([FileInput(path, error=str(error))])


class ProgressReporter(Protocol):
    """Receives the progress of the work and the outcome of each part; each method may raise an exception that ends the work."""

    def update(self, *, done: int | None = None, total: int | None = None, detail: str | None = None) -> None:
        """Reports how much is done, and what is being worked on."""

    def advance(self) -> None:
        """Reports that one more part is done."""

    def note(self, words: str) -> None:
        """Shows a notice to the person who waits."""

    def add_outcome(self, record: dict[str, Any]) -> None:
        """Records the outcome of a part."""


class CollectionUpdater:
    """Changes the documents of one library. `jobs`: files read in parallel, each within `limits`; `ahead`: starts the process for the next
    file before there is one; `source`: settings of the service that documents are fetched from; `transport`: replaces the network. Raises
    `LibraryError` and `WorkerError`."""

    def __init__(
        self,
        library: Library,
        catalogue: Catalogue,
        source: Settings | None = None,
        *,
        jobs: int | None = None,
        limits: Limits | None = None,
        ahead: WorkerAhead | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._library, self._catalogue, self._jobs, self.limits = library, catalogue, jobs, limits
        self._ahead = ahead
        self._turn: Turn | None = None
        self.source, self._transport = source, transport

    @property
    def jobs(self) -> int:
        """Most files that are read at once."""
        from ingest.sandbox.pool import processors

        return self._jobs or processors()

    def in_turn(self, turn: Turn | None) -> CollectionUpdater:
        """This updater for a job that has a place among others."""
        made = copy.copy(self)
        made._turn = turn
        return made

    def close(self) -> None:
        """Ends the process that was started ahead."""
        if self._ahead is not None:
            self._ahead.close()

    def read(
        self,
        reporter: ProgressReporter,
        sources: Iterable[InputSource],
        total: int,
        *,
        again: bool = False,
        jobs: int | None = None,
    ) -> None:
        """Ingests files. Can be stopped between two files, and while passages are embedded."""
        reporter.update(total=total)
        with closing(self._outcomes(reporter, sources, again=again, jobs=jobs)) as outcomes:
            for n, outcome in enumerate(outcomes, 1):
                made = outcome_record(outcome)
                if total <= FEW and outcome.header is not None and outcome.result in ("added", "replaced"):
                    made |= answering_version(self._library.versions(), outcome.header.id)
                reporter.add_outcome(made)
                reporter.update(done=n, detail=outcome.name)

    def refuse(self, source: InputSource) -> dict[str, Any] | None:
        """The outcome of a file that is refused by its first bytes, or was refused before; None where it has to be read."""
        from ingest.pipeline import refused_unread

        outcome = refused_unread(source, self._library)
        return outcome_record(outcome) if outcome else None

    def read_downloads(
        self, reporter: ProgressReporter, fetched: Sequence[DownloadOutcome], downloads: DownloadCache
    ) -> None:
        """Ingests fetched files, and marks those that were refused in the download cache."""
        from ingest.fetch.fetch_run import FetchedInput

        sources = [FetchedInput(each.stored, downloads) for each in fetched if each.stored]
        with closing(self._outcomes(reporter, sources)) as outcomes:
            for each, source, outcome in zip(fetched, sources, outcomes, strict=True):
                downloads.refuse(source.stored, outcome.result == "refused")
                reporter.add_outcome(asdict(result_row(each, outcome.result, outcome, outcome.reason or each.reason)))
                reporter.advance()

    def _outcomes(
        self,
        reporter: ProgressReporter,
        sources: Iterable[InputSource],
        *,
        again: bool = False,
        jobs: int | None = None,
    ) -> Generator[Outcome, None, None]:
        from ingest.pipeline import ingest
        from ingest.sandbox.pool import WorkerPool

        def show_progress(at: Progress) -> None:
            reporter.update(detail=f"{at.name}: {at.done}/{at.total} passages")

        # Beside a job with many files, one file of another job is read.
        width = jobs or (self._jobs if self._turn is None else max(1, self.jobs - 1))
        with WorkerPool(self._catalogue, width, self.limits, ahead=self._ahead) as readers:
            yield from ingest(
                sources, self._library, self._catalogue, show_progress, readers, again=again, turn=self._turn
            )

    def preview(self, planned: FetchPlan) -> list[Row]:
        """What fetching would do with each document."""
        assert self.source is not None, "without a source nothing is to be fetched"
        return planned.preview(self._library.folder / FOLDER, self.source.ods_url)

    def fetch(self, reporter: ProgressReporter, planned: FetchPlan) -> None:
        """Fetches official documents and ingests them; documents already stored, and failed downloads, are outcomes too."""
        assert self.source is not None, "without a source nothing is to be fetched"
        fetch(reporter, planned, self.source, self._library.folder / FOLDER, lambda: nullcontext(self), self._transport)

    def verify(self, reporter: ProgressReporter) -> None:
        """Checks the library; each fault is an outcome. Can be stopped between two documents."""
        reporter.update(total=len(self._library.document_ids()))
        for fault in self._library.verify(reporter.advance):
            reporter.add_outcome({"result": "fault", "reason": fault})

    def forget(self, reporter: ProgressReporter, path: Path, shown: str) -> None:
        """Removes the documents that came from a deleted file."""
        for header in self._library.remove_source(file_id_of(path)):
            reporter.add_outcome(outcome_record(Outcome(shown, "removed", header=header)))

    def remove(self, reporter: ProgressReporter, ids: Sequence[str]) -> None:
        """Removes documents. One that is gone, or from a file that was sent after the removal, is skipped."""
        reporter.update(total=len(ids))
        for n, document_id in enumerate(ids, 1):
            why = self._remove(document_id)
            reporter.add_outcome({"result": "skipped" if why else "removed", "document": document_id, "reason": why})
            reporter.update(done=n, detail=document_id)

    def _remove(self, document_id: str) -> str:
        """Removes a document; returns why not, where it is not."""
        while found := self._library.headers(id=document_id):
            if self._turn is not None:
                if self._turn.came_later(document_id, found[0].sha256):
                    return "was replaced by a file that was sent later"
                for each in (document_id, found[0].origin):
                    self._turn.announce(each, REMOVED)
            with suppress(ConcurrentChange):
                self._library.remove(document_id, found[0].sha256)
                return ""
        return f"There is no document {document_id!r} in the library."


def fetch(
    reporter: ProgressReporter,
    planned: FetchPlan,
    source: Settings,
    folder: Path,
    opened: Callable[[], AbstractContextManager[CollectionUpdater]],
    transport: httpx.BaseTransport | None = None,
) -> None:
    """Fetches official documents into a folder, then ingests them. The updater is `opened` only then, so that other processes can use
    the library during the downloads."""
    from ingest.fetch.cache import DownloadCache
    from ingest.fetch.document_service import DocumentService
    from ingest.fetch.fetch_run import DownloadRequest, download
    from ingest.fetch.retries import RetryPolicy

    def show(request: DownloadRequest, received: int, total: int | None) -> None:
        size = "/".join(f"{each / 1e6:.1f}" for each in (received, total) if each)
        reporter.update(detail=f"{request.symbol} ({request.language}){f': {size} MB' if received else ''}")

    for row in planned.held:
        reporter.add_outcome(asdict(row))
    if not planned.due:
        return
    policy = RetryPolicy(delay=source.fetch_delay, timeout=source.fetch_timeout, max_wait=source.fetch_max_wait)
    fetched: list[DownloadOutcome] = []
    reporter.update(total=len(planned.due))
    with DownloadCache(folder) as downloads:
        with DocumentService(
            downloads,
            source.ods_url,
            transport=transport,
            private=source.fetch_private,
            policy=policy,
            on_wait=reporter.note,
        ) as service:
            for each in download(planned.due, service, planned.formats, again=planned.again, progress=show):
                if each.stored is not None:
                    fetched.append(each)
                else:
                    reporter.add_outcome(asdict(result_row(each, each.result, reason=each.reason)))
                    reporter.advance()
        if fetched:
            with opened() as updater:
                updater.read_downloads(reporter, fetched, downloads)
