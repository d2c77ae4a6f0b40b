"""Queues files in order and reads some of them ahead in worker processes, within bounds of memory."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from typing import Protocol

from ingest.document_reading import Input
from ingest.ledger import Ledger
from ingest.readers import ReadError
from ingest.sandbox.pool import WorkerPool
from ingest.sandbox.replies import Reply

MAX_WAITING_BYTES = 64_000_000  # how many bytes may be waiting to be written before no further file is opened
MAX_FILES_AHEAD = 16  # how many files a worker may be ahead


class InputSource(Protocol):
    """A file that is opened when it is needed. `open` raises `ReadError`."""

    @property
    def label(self) -> str:
        """The name of the file in messages."""

    def open(self) -> Input:
        """The bytes, with what is stated about them."""


@dataclass
class QueuedFile:
    """A file in the queue. `input` has no bytes (only `size`) where a worker has them, which will `reply`, or where
    they are not needed; `error` says why the file could not be opened."""

    source: InputSource
    input: Input
    sha256: str = ""
    size: int = 0
    error: str = ""
    reply: Future[Reply] | None = None

    @property
    def waiting_bytes(self) -> int:
        """How many bytes wait in the queue for this file."""
        if self.reply is None:
            return 0
        if not self.reply.done() or self.reply.exception() is not None:
            return self.size
        return self.reply.result().size


def prefetch(sources: Iterable[InputSource], workers: WorkerPool | None, ledger: Ledger) -> Iterator[QueuedFile]:
    """Yields each source in order. Those whose outcome is not known are sent to the workers ahead of time; a file is
    yielded when the worker has replied."""
    files = (enqueue(source, workers, ledger) for source in sources)
    waiting: deque[QueuedFile] = deque()
    try:
        while True:
            while _has_room(waiting, workers) and (file := next(files, None)):
                waiting.append(file)
            if not waiting:
                return
            reply = waiting[0].reply
            if reply is not None and not reply.done():
                wait(_pending_replies(waiting), return_when=FIRST_COMPLETED)
                continue
            yield waiting.popleft()
    finally:
        for queued in waiting:
            if queued.reply is not None:
                queued.reply.cancel()


def _pending_replies(waiting: Iterable[QueuedFile]) -> list[Future[Reply]]:
    return [queued.reply for queued in waiting if queued.reply is not None and not queued.reply.done()]


def _has_room(waiting: deque[QueuedFile], workers: WorkerPool | None) -> bool:
    if not waiting or workers is None:
        return not waiting
    if len(waiting) >= MAX_FILES_AHEAD * workers.width or len(_pending_replies(waiting)) >= 2 * workers.width:
        return False
    return sum(queued.waiting_bytes for queued in waiting) < MAX_WAITING_BYTES


def enqueue(source: InputSource, workers: WorkerPool | None, ledger: Ledger, *, anyway: bool = False) -> QueuedFile:
    """Opens a file and sends it to the workers if its outcome is not known, or `anyway`."""
    try:
        input = ledger.with_remembered_symbol(source.open())
    except ReadError as error:
        return QueuedFile(source, Input(source.label, b""), error=str(error))
    queued = QueuedFile(source, input, hashlib.sha256(input.data).hexdigest(), len(input.data))
    if workers is None or input.trusted:
        return queued
    if anyway or ledger.find_outcome(input, queued.sha256) is None:
        queued.reply = workers.submit(input, queued.sha256)
    queued.input = replace(input, data=b"")
    return queued
