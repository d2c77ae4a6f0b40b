"""The jobs that change the collection: read files in, fetch, remove. Each document goes in whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.fetching import FOLDER, Row, Source, foreseen, row_of
from assistant.outcome_words import outcome_record
from assistant.service.jobs import Failed, Hand
from corpus.catalogue import Catalogue
from corpus.corpus_errors import LibraryError
from corpus.library import Library
from ingest.ahead import Openable
from ingest.folder import origin_of
from ingest.outcomes import Outcome, Progress

if TYPE_CHECKING:
    import httpx

    from ingest.fetch import Download, FetchedInput, Wanted
    from ingest.workers.pool import Limits, Workers


class Keeper:
    """Does the work of jobs on one library. `jobs` are the files that are read at once, within `limits`; `source` is
    where documents are fetched, over `transport` in place of the network where one is given."""

    def __init__(
        self,
        library: Library,
        catalogue: Catalogue,
        source: Source | None = None,
        *,
        jobs: int | None = None,
        limits: Limits | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._library, self._catalogue, self._width, self.limits = library, catalogue, jobs, limits
        self._source, self._transport = source, transport

    def read(
        self,
        hand: Hand,
        sources: Iterable[Openable],
        total: int,
        *,
        again: bool = False,
        jobs: int | None = None,
    ) -> None:
        """Reads files in, telling the job of each; between two of them, and while passages are embedded, it can be
        stopped."""
        from ingest.run import ingest

        def tell(at: Progress) -> None:
            hand.tell(detail=f"{at.name}: {at.done}/{at.total} passages")

        hand.tell(total=total)
        with self._workers(jobs) as readers:
            outcomes = ingest(sources, self._library, self._catalogue, tell, readers, again=again)
            for n, outcome in enumerate(outcomes, 1):
                hand.outcome(outcome_record(outcome))
                hand.tell(done=n, detail=outcome.name)

    @property
    def can_fetch(self) -> bool:
        """Whether there is somewhere to fetch from."""
        return self._source is not None

    def foreseen(self, wanted: Sequence[Wanted], formats: Sequence[str], *, again: bool = False) -> list[Row]:
        """What fetching would do."""
        assert self._source is not None, "without a source nothing is to be fetched"
        return foreseen(wanted, formats, self._library.folder / FOLDER, self._source.ods_url, again=again)

    def verify(self, hand: Hand) -> None:
        """Checks the library; what is wrong are the outcomes."""
        for fault in self._library.verify():
            hand.outcome({"result": "fault", "reason": fault})

    def fetch(self, hand: Hand, due: Sequence[Wanted], formats: Sequence[str], *, again: bool = False) -> None:
        """Fetches official documents and reads in what has come; what did not come is an outcome of the job."""
        from ingest.fetch import At, Downloads, FetchedInput, Patience, Service, download

        assert self._source is not None, "without a source nothing is to be fetched"
        asked = self._source
        patience = Patience(delay=asked.fetch_delay, timeout=asked.fetch_timeout, max_wait=asked.fetch_max_wait)
        folder = self._library.folder / FOLDER
        hand.tell(total=len(due))
        try:
            with Downloads(folder) as downloads:
                come: list[Download] = []
                with Service(
                    downloads, asked.ods_url, transport=self._transport, private=asked.fetch_private, patience=patience,
                    told=lambda words: hand.tell(detail=words),
                ) as service:  # fmt: skip

                    def show(at: At) -> None:
                        size = f": {at.size / 1e6:.1f} MB" if at.size else ""
                        hand.tell(detail=f"{at.wanted.symbol} ({at.wanted.language}){size}")

                    for each in download(due, service, formats, again=again, progress=show):
                        if each.stored is not None:
                            come.append(each)
                        else:
                            hand.outcome(asdict(row_of(each, each.result, reason=each.reason)))
                            hand.advance()
                self._fetched(hand, come, [FetchedInput(each.stored, downloads) for each in come if each.stored])
        except LibraryError as error:
            raise Failed("said", text=str(error)) from None

    def _fetched(self, hand: Hand, come: Sequence[Download], sources: Sequence[FetchedInput]) -> None:
        from ingest.run import ingest

        def tell(at: Progress) -> None:
            hand.tell(detail=f"{at.name}: {at.done}/{at.total} passages")

        with self._workers() as readers:
            outcomes = ingest(sources, self._library, self._catalogue, tell, readers)
            for each, source, outcome in zip(come, sources, outcomes, strict=True):
                source.downloads.refuse(source.stored, outcome.result == "refused")
                hand.outcome(asdict(row_of(each, outcome.result, outcome, outcome.reason or each.reason)))
                hand.advance()

    def forget(self, hand: Hand, path: Path, shown: str) -> None:
        """Removes what came from a file that is gone."""
        origin = origin_of(path)
        held = self._library.headers(origin=origin)
        self._library.forget(origin)
        for header in held:
            hand.outcome(outcome_record(Outcome(shown, "removed", header=header)))

    def remove(self, hand: Hand, ids: Sequence[str]) -> None:
        """Removes documents."""
        hand.tell(total=len(ids))
        for n, document_id in enumerate(ids, 1):
            try:
                self._library.remove(document_id)
            except LibraryError as error:
                raise Failed("said", text=str(error)) from None
            hand.outcome({"result": "removed", "document": document_id})
            hand.tell(done=n, detail=document_id)

    @contextmanager
    def _workers(self, jobs: int | None = None) -> Iterator[Workers]:
        from ingest.workers.pool import Workers
        from ingest.workers.process import WorkerError

        try:
            with Workers(self._catalogue, jobs or self._width, self.limits) as readers:
                yield readers
        except (WorkerError, LibraryError) as error:
            raise Failed("said", text=str(error)) from None
