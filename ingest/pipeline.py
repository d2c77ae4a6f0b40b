"""Files into the library: each whole or not at all, the same file never twice, every outcome told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.resources import files

from corpus.catalogue import Catalogue
from corpus.corpus_errors import ConcurrentChange
from corpus.documents import Document
from corpus.library import Library
from corpus.meetings import Meeting
from corpus.store import Header
from ingest.chunker import segmenter
from ingest.document_reading import READER_VERSION, Input, read_document
from ingest.ledger import Decision, Memory
from ingest.outcomes import Outcome, Progress, Result
from ingest.prefetch import Openable, Turn, turns
from ingest.readers import ReadError
from ingest.sandbox.pool import Workers

__all__ = ["READER_VERSION", "Input", "Outcome", "Progress", "Result", "ingest", "read_document", "starter_sources"]

DECIDED_AGAIN = 20
"""Times that it is decided again what becomes of a document since other processes change documents."""
SETTLE_PASSAGES = 2_000
"""After how many passages the vector index takes them in; each time costs it some tenths of a second."""


def starter_sources() -> list[Input]:
    """The digests that ship with Rapporteur."""
    folder = files("corpus") / "starter"
    return [
        Input(entry.name, entry.read_bytes(), trusted=True)
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".md")
    ]


def ingest(
    sources: Iterable[Openable],
    library: Library,
    catalogue: Catalogue,
    progress: Callable[[Progress], None] | None = None,
    readers: Workers | None = None,
    *,
    again: bool = False,
) -> Iterator[Outcome]:
    """Reads, segments and adds each source, in their order; yields its outcome as soon as it is final.

    `readers` are the processes that read the files, without them this one does (trusted sources are always read
    here). Bytes that were read before are not read again, unless `again` is said; then nothing is written either.
    A source that can't be read is refused and the others go on. Interrupted at any time, it can be run again: what
    is held is passed over. Raises `WorkerError` where no process can be started.
    """
    run = _Run(library, catalogue, progress, readers, Memory(library, again=again))
    try:
        for turn in turns(sources, readers, run.known):
            outcome = run.outcome(turn)
            run.done += 1
            yield outcome
    finally:
        library.update_indexes()


@dataclass
class _Run:
    _library: Library
    _catalogue: Catalogue
    _progress: Callable[[Progress], None] | None
    _readers: Workers | None
    _memory: Memory
    _unsettled: int = 0
    done: int = 0

    def __post_init__(self) -> None:
        self._segment = segmenter(self._library.models)

    def known(self, given: Input, sha256: str) -> bool:
        """Whether a file need not be read."""
        return self._memory.recall(given, sha256) is not None

    def outcome(self, turn: Turn) -> Outcome:
        """What becomes of one file."""
        given = turn.given
        if turn.fault:
            return Outcome(turn.source.label, "refused", reason=turn.fault)
        recalled = self._memory.recall(given, turn.sha256)
        if recalled is not None:
            self._memory.confirm(given, turn.sha256, recalled.header)
            if recalled.result == "skipped" and recalled.header is not None and not recalled.before:
                self._memory.note(given, turn.sha256, "skipped", recalled.header.id, recalled.reason)
            if recalled.result == "unchanged" and recalled.header is not None:
                self._keep(turn, recalled.header)
            return recalled
        try:
            document, meeting = self._read(turn)
        except ReadError as error:
            self._memory.note(given, turn.sha256, "refused", reason=str(error))
            return Outcome(given.label, "refused", reason=str(error))
        for _ in range(DECIDED_AGAIN):
            with suppress(ConcurrentChange):
                return self._written(turn, document, meeting)
            self._library.refresh()
        return self._written(turn, document, meeting)

    def _written(self, turn: Turn, document: Document, meeting: Meeting | None) -> Outcome:
        """What becomes of a document that was read. Raises `Overtaken` where another process was faster."""
        given = turn.given
        decision = self._memory.decide(given, document)
        if decision.held is None:
            passages = self._add(turn, decision, meeting)
            header = next(iter(self._library.headers(id=decision.document.id)), None)
            result: Result = "replaced" if decision.displaces else "added"
            return Outcome(given.label, result, decision.document, passages, decision.reason, header)
        if decision.reason:
            self._memory.note(given, document.sha256, "skipped", decision.held.id, decision.reason)
            return Outcome(given.label, "skipped", reason=decision.reason, header=decision.held)
        self._memory.note(given, document.sha256, "held", document.id)
        self._keep(turn, decision.held)
        return Outcome(given.label, "unchanged", header=decision.held)

    def _keep(self, turn: Turn, held: Header) -> None:
        """Has the file of a document kept that is held without it."""
        if (original := self._original(turn, held)) is not None:
            self._library.store_original(held.id, original)

    def _original(self, turn: Turn, document: Document | Header) -> bytes | None:
        """The bytes of a file that is to be kept; None where it is not, or has changed since it was read."""
        if not self._library.should_store_original(document):
            return None
        data = turn.given.data
        if not data:  # they are with the process that has read them
            try:
                data = turn.source.open().data
            except ReadError:
                return None
        return data if hashlib.sha256(data).hexdigest() == document.sha256 else None

    def _read(self, turn: Turn) -> tuple[Document, Meeting | None]:
        if self._readers is None or turn.given.trusted:
            return read_document(turn.given, self._catalogue)
        if turn.answer is None:
            # It was known when it was looked at, and has lost its document to a file before it.
            given = turn.source.open()
            turn.answer = self._readers.start(given, turn.sha256)
        return self._readers.finish(turn.answer)

    def _add(self, turn: Turn, decision: Decision, meeting: Meeting | None) -> int:
        given, document = turn.given, decision.document
        if meeting is not None and meeting.document_id != document.id:
            meeting = replace(meeting, document_id=document.id)
        passages = self._segment(document)
        at = Progress(given.label, 0, len(passages), self.done)

        def tell(more: int) -> None:
            nonlocal at
            at = replace(at, done=at.done + more)
            if self._progress:
                self._progress(at)

        tell(0)
        self._library.add(
            document,
            passages,
            meeting,
            tell,
            decision.replaces,
            sources=decision.notes,
            expected=decision.expected,
            original=self._original(turn, document),
            update_indexes=False,
        )
        self._unsettled += len(passages)
        if self._unsettled >= SETTLE_PASSAGES:
            self._library.update_indexes()
            self._unsettled = 0
        return len(passages)
