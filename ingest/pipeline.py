"""Adds files to the library, each completely or not at all and only if it has changed; every file has an outcome."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from corpus.catalogue import Catalogue
from corpus.corpus_errors import ConcurrentChange
from corpus.documents import Document
from corpus.library import Library
from corpus.meetings import Meeting
from corpus.store import Header
from corpus.symbols import same_document
from ingest.change_order import REMOVED, Turn
from ingest.chunker import segmenter
from ingest.document_reading import Input, read_document
from ingest.ledger import Decision, Ledger
from ingest.outcomes import Outcome, Progress, Result
from ingest.prefetch import InputSource, QueuedFile, enqueue, prefetch
from ingest.readers import ReadError
from ingest.readers.detect import check_signature
from ingest.sandbox.pool import WorkerPool

__all__ = ["Input", "Outcome", "ingest", "read_document", "starter_sources"]

MAX_DECISIONS = 20
"""How often the decision about a document is repeated when another process has changed the documents it was based
on."""
SETTLE_PASSAGES = 2_000
"""Number of passages after which the vector index is updated; each update costs some tenths of a second."""


def starter_sources() -> list[Input]:
    """The digests that ship with Rapporteur."""
    paths = sorted(Path(str(files("corpus") / "starter")).glob("*.md"))
    return [Input(path.name, path.read_bytes(), trusted=True) for path in paths]


def ingest(
    sources: Iterable[InputSource],
    library: Library,
    catalogue: Catalogue,
    progress: Callable[[Progress], None] | None = None,
    readers: WorkerPool | None = None,
    *,
    again: bool = False,
    turn: Turn | None = None,
) -> Iterator[Outcome]:
    """Reads, segments and adds each source in order; yields its outcome as soon as it is final.

    `readers` are the worker processes that read the files; without them this process reads them (trusted sources are
    always read here). Bytes that were read before are not read again, unless `again` is set. A source that can't be
    read is refused and the others continue. `turn` is the place of the run among those at the same time. A run can be interrupted at any
    time and repeated: what is already in the library is skipped. Raises `WorkerError` where no process can be started.
    """
    run = _Run(library, catalogue, progress, readers, Ledger(library, again=again, turn=turn), turn)
    try:
        for queued in prefetch(sources, readers, run.ledger):
            outcome = run.process(queued)
            run.done += 1
            yield outcome
    finally:
        library.update_indexes()


def refused_unread(source: InputSource, library: Library) -> Outcome | None:
    """The outcome of a file that is refused without being read: it is empty, its first bytes show a kind that is not read, or it was
    refused before; None for any other file. Parses nothing: that is left to the worker processes."""
    ledger = Ledger(library)
    try:
        file = ledger.with_remembered_symbol(source.open())
    except ReadError:
        return None
    sha256 = hashlib.sha256(file.data).hexdigest()
    earlier = ledger.find_outcome(file, sha256)
    if earlier is not None:
        return earlier if earlier.result == "refused" else None
    try:
        check_signature(file.data, file.name)
    except ReadError as error:
        ledger.record(file, sha256, "refused", reason=str(error))
        return Outcome(file.label, "refused", reason=str(error))
    return None


@dataclass
class _Run:
    _library: Library
    _catalogue: Catalogue
    _progress: Callable[[Progress], None] | None
    _readers: WorkerPool | None
    ledger: Ledger
    _turn: Turn | None = None
    _unsettled: int = 0
    done: int = 0

    def __post_init__(self) -> None:
        self._segment = segmenter(self._library.models)

    def process(self, queued: QueuedFile) -> Outcome:
        """Processes one file and returns its outcome."""
        file = queued.input
        if queued.error:
            return Outcome(queued.source.label, "refused", reason=queued.error)
        if (earlier := self._find_outcome(queued)) is not None:
            return earlier
        if self._readers is not None and queued.reply is None and not file.trusted:
            # It was known when it was queued, but an earlier file or another process has changed its document since.
            return self.process(enqueue(queued.source, self._readers, self.ledger, anyway=True))
        try:
            document, meeting = self._read(queued)
        except ReadError as error:
            self.ledger.record(file, queued.sha256, "refused", reason=str(error))
            return Outcome(file.label, "refused", reason=str(error))
        remembered = file.symbol if file.symbol_remembered else None
        if remembered and (document.symbol is None or not same_document(document.symbol, remembered)):
            queued.input = replace(file, symbol=None, symbol_remembered=False)
        for _ in range(MAX_DECISIONS):
            with suppress(ConcurrentChange):
                return self._write(queued, document, meeting)
            self._library.refresh()
            if (earlier := self._find_outcome(queued)) is not None:  # the same bytes were added meanwhile
                return earlier
        return self._write(queued, document, meeting)

    def _find_outcome(self, queued: QueuedFile) -> Outcome | None:
        """The outcome of a file that need not be read, recorded; None for any other file."""
        file = queued.input
        earlier = self.ledger.find_outcome(file, queued.sha256)
        if earlier is None:
            return None
        if self._turn is not None and earlier.header is not None and earlier.header.sha256 == queued.sha256:
            self._turn.announce(earlier.header.id, queued.sha256)  # it was sent again: a removal from before spares it
        try:
            self.ledger.confirm_symbol(file, queued.sha256, earlier.header)
        except ConcurrentChange:
            return None
        if earlier.result == "skipped" and earlier.header is not None and not earlier.from_earlier_run:
            self.ledger.record(file, queued.sha256, "skipped", earlier.header.id, earlier.reason)
        if earlier.result == "unchanged" and earlier.header is not None:
            self._store_original(queued, earlier.header)
        return earlier

    def _write(self, queued: QueuedFile, document: Document, meeting: Meeting | None) -> Outcome:
        """Writes a document that was read, as the ledger decides. Raises `ConcurrentChange` where another process has changed
        the library meanwhile."""
        file = queued.input
        decision = self.ledger.decide(file, document)
        if self._turn is not None and not (decision.stored and decision.reason):  # it is written, or confirmed as it is
            absent = decision.stored is None and not decision.expected.get(decision.document.id)
            # A text without a symbol is known by its file, whatever its name.
            known = decision.document.id if decision.document.symbol else decision.document.origin
            if absent and self._turn.came_later(known, REMOVED):
                reason = (
                    f"is {decision.document.label}, which was removed after this file was sent. Send it again to add it"
                )
                return Outcome(file.label, "skipped", reason=reason)
            self._turn.announce(decision.document.id, document.sha256)
        if decision.stored is None:
            passages = self._add(queued, decision, meeting)
            header = next(iter(self._library.headers(id=decision.document.id)), None)
            result: Result = "replaced" if decision.displaces else "added"
            return Outcome(file.label, result, decision.document, passages, decision.reason, header)
        if decision.reason:
            self.ledger.record(file, document.sha256, "skipped", decision.stored.id, decision.reason)
            return Outcome(file.label, "skipped", reason=decision.reason, header=decision.stored)
        self.ledger.record(file, document.sha256, "held", document.id)
        self._store_original(queued, decision.stored)
        return Outcome(file.label, "unchanged", header=decision.stored)

    def _store_original(self, queued: QueuedFile, stored: Header) -> None:
        """Stores the original file of a document that is in the library without it."""
        if (original := self._original_bytes(queued, stored)) is not None:
            self._library.store_original(stored.id, original)

    def _original_bytes(self, queued: QueuedFile, document: Document | Header) -> bytes | None:
        """The bytes to be stored with a document; None if they are not to be, or the file has changed."""
        if not self._library.should_store_original(document):
            return None
        data = queued.input.data
        if not data:  # only the worker process has them
            try:
                data = queued.source.open().data
            except ReadError:
                return None
        return data if hashlib.sha256(data).hexdigest() == document.sha256 else None

    def _read(self, queued: QueuedFile) -> tuple[Document, Meeting | None]:
        if self._readers is None or queued.reply is None:
            return read_document(queued.input, self._catalogue)
        return self._readers.result(queued.reply)

    def _add(self, queued: QueuedFile, decision: Decision, meeting: Meeting | None) -> int:
        file, document = queued.input, decision.document
        if meeting is not None and meeting.document_id != document.id:
            meeting = replace(meeting, document_id=document.id)
        passages = self._segment(document)
        status = Progress(file.label, 0, len(passages), self.done)

        def report(more: int) -> None:
            nonlocal status
            status = replace(status, done=status.done + more)
            if self._progress:
                self._progress(status)

        report(0)
        self._library.add(
            document,
            passages,
            meeting,
            report,
            decision.replaces,
            sources=decision.notes,
            expected=decision.expected,
            original=self._original_bytes(queued, document),
            update_indexes=False,
        )
        self._unsettled += len(passages)
        if self._unsettled >= SETTLE_PASSAGES:
            self._library.update_indexes()
            self._unsettled = 0
        return len(passages)
