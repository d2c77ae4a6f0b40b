"""The jobs that change the collection: read files in, fetch, remove. Each document goes in whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.outcomes import line, record, worth_knowing
from assistant.service.jobs import Failed, Hand
from corpus.catalogue import Catalogue
from corpus.faults import LibraryError
from corpus.library import Library
from corpus.symbols import Symbol
from ingest.ahead import Openable
from ingest.outcomes import Outcome, Progress
from ingest.readers import ReadError
from ingest.reading import Input

if TYPE_CHECKING:
    from ingest.workers.pool import Limits, Workers


@dataclass(frozen=True)
class Upload:
    """A file that somebody sent, under a name of the server's own; `name` is what the sender calls it."""

    path: Path
    name: str
    sha256: str
    symbol: str | None = None
    language: str | None = None
    ocr: bool = False

    @property
    def label(self) -> str:
        """How the file is called in front of people."""
        return self.name

    def open(self) -> Input:
        """Its bytes. Raises `ReadError` where they are gone."""
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise ReadError(f"The upload {self.name} can't be read: {error.strerror}.") from None
        symbol = Symbol.parse(self.symbol) if self.symbol else None
        # The bytes say which file this is: names of uploads say nothing.
        return Input(self.name, data, symbol, self.language, origin=f"upload-{self.sha256[:20]}", ocr=self.ocr)


class Keeper:
    """Does the work of jobs on one library. `jobs` are the files that are read at once, within `limits`."""

    def __init__(
        self, library: Library, catalogue: Catalogue, *, jobs: int | None = None, limits: Limits | None = None
    ) -> None:
        self._library, self._catalogue, self._width, self._limits = library, catalogue, jobs, limits

    def read(self, hand: Hand, sources: Iterable[Openable], total: int, *, again: bool = False) -> Iterator[Outcome]:
        """Reads files in, telling the job of each; between two of them, and between two batches of passages, it
        can be stopped."""
        from ingest.run import ingest

        def tell(at: Progress) -> None:
            hand.tell(detail=f"{at.name}: {at.done}/{at.total} passages")

        hand.tell(total=total)
        with self._workers() as readers:
            for n, outcome in enumerate(ingest(sources, self._library, self._catalogue, tell, readers, again=again), 1):
                hand.outcome(outcome_record(outcome))
                yield outcome
                hand.tell(done=n, detail=outcome.name)

    def upload(self, hand: Hand, upload: Upload) -> None:
        """Reads a file that somebody sent; then the file goes."""
        try:
            for _ in self.read(hand, [upload], 1):
                pass
        finally:
            if not hand.stopped:
                shutil.rmtree(upload.path.parent, ignore_errors=True)

    def remove(self, hand: Hand, ids: Sequence[str]) -> None:
        """Removes documents."""
        hand.tell(total=len(ids))
        for n, document_id in enumerate(ids, 1):
            try:
                self._library.remove(document_id)
            except LibraryError as error:
                raise Failed(str(error)) from None
            hand.outcome({"result": "removed", "document": document_id})
            hand.tell(done=n, detail=document_id)

    @contextmanager
    def _workers(self) -> Iterator[Workers]:
        from ingest.workers.pool import Workers
        from ingest.workers.process import WorkerError

        try:
            with Workers(self._catalogue, self._width, self._limits) as readers:
                yield readers
        except WorkerError as error:
            raise Failed(str(error)) from None


def outcome_record(outcome: Outcome) -> dict[str, Any]:
    """What became of a file: its record, the line for people, and what they should know."""
    return {
        **record(outcome),
        "line": line(outcome),
        "notes": [{"result": word, "text": sentence} for word, sentence in worth_knowing(outcome)],
    }
