"""A pool of worker processes, started when there is a file for them and replaced when they end."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from corpus.catalogue import Catalogue
from corpus.documents import Document
from corpus.meetings import Meeting
from corpus.serialization import to_json_data
from ingest.document_reading import Input
from ingest.readers import ReadError
from ingest.sandbox.process import Worker, WorkerError, WorkerLost
from ingest.sandbox.replies import BadReply, Reply, parse

IDLE_SECONDS = 60.0  # how long a worker that was started ahead waits for a file
_HINT = "The file may be damaged: open it, save it again, and add it again."


@dataclass(frozen=True)
class Limits:
    """Limits for reading: address space in bytes, seconds for a file and for each megabyte of it, and the factor for
    both where text is recognized from images; how many files a worker reads before it is replaced; and the priority of
    workers below other processes (`nice`, 0 to 19)."""

    memory: int = 2 * 1024**3
    seconds: float = 120.0
    seconds_per_mb: float = 5.0
    ocr_factor: float = 10.0
    files: int = 100
    nice: int = 0

    def time(self, source: Input) -> float:
        """Seconds for one file."""
        seconds = self.seconds + self.seconds_per_mb * len(source.data) / 1e6
        return seconds * self.ocr_factor if source.ocr else seconds


def processors() -> int:
    """Number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class WorkerAhead:
    """Starts the next worker while the last one reads. What it gives has read nothing: a worker that has read a file of one user, which
    may have taken it over, is never used for that of another. One that nobody takes ends after `idle` seconds."""

    def __init__(self, idle: float = IDLE_SECONDS) -> None:
        self._idle, self._lock, self._closed = idle, threading.Lock(), False
        self._next: _Started | None = None

    def take(self, setup: bytes) -> Worker:
        """The worker that was started ahead, or a new one. Raises `WorkerError` where none can be started."""
        with self._lock:
            ready = self._next if self._next is not None and self._next.setup == setup else None
        worker = ready.worker.result() if ready is not None and self._remove(ready) else None
        if worker is not None and not worker.usable:
            worker.close()
            worker = None
        worker = worker or Worker(setup)
        with self._lock, suppress(RuntimeError):  # where no thread can be started, none is ahead
            if self._next is None and not self._closed:
                started = _Started(setup)
                threading.Thread(target=self._start, args=(started,), name="next worker", daemon=True).start()
                self._next = started
        return worker

    def close(self) -> None:
        """Ends the worker that nobody has taken."""
        with self._lock:
            self._closed, ready = True, self._next
        if ready is not None and self._remove(ready):
            ready.worker.add_done_callback(_end)

    def _start(self, started: _Started) -> None:
        worker = None
        try:
            with suppress(WorkerError, OSError, RuntimeError):  # whoever takes the next one starts it, and is told
                worker = Worker(started.setup)
        finally:
            started.worker.set_result(worker)  # someone may wait for it
        if not started.taken.wait(self._idle) and self._remove(started):
            _end(started.worker)

    def _remove(self, started: _Started) -> bool:
        """Whether a worker had not been taken, which it has now."""
        with self._lock:
            if self._next is not started:
                return False
            self._next = None
        started.taken.set()
        return True


@dataclass(frozen=True)
class _Started:
    setup: bytes
    worker: Future[Worker | None] = field(default_factory=Future)
    taken: threading.Event = field(default_factory=threading.Event)


def _end(started: Future[Worker | None]) -> None:
    if (worker := started.result()) is not None:
        worker.close()


class WorkerPool:
    """Reads files in worker processes, which end when the pool is closed.

    `reading` names the function that reads, as `module:function`, searched in `paths` first. Every reply is validated;
    a file whose worker ends without a reply, or sends an invalid one, is refused, and the worker is replaced. `ahead` has a
    worker that was started before it is needed.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        count: int | None = None,
        limits: Limits | None = None,
        *,
        reading: str = "ingest.document_reading:read_document",
        paths: tuple[str, ...] = (),
        ahead: WorkerAhead | None = None,
    ) -> None:
        self._ahead = ahead
        self.width = count or processors()
        self.limits = limits or Limits()
        setup = {"reading": reading, "paths": list(paths), "catalogue": catalogue_texts(catalogue)}
        self._setup = json.dumps({**setup, "memory": self.limits.memory, "nice": self.limits.nice}).encode()
        self._threads = ThreadPoolExecutor(self.width, thread_name_prefix="reader")
        self._lock = threading.Lock()
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._closed = False

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends all workers, even those that are reading."""
        with self._lock:
            self._closed = True
            workers = list(self._all)
        for worker in workers:
            worker.end()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in workers:
            worker.close()

    def submit(self, source: Input, sha256: str = "") -> Future[Reply]:
        """Begins to read a file; the future has the reply. It raises `WorkerError` where no worker can be started."""
        return self._threads.submit(self._read, source, sha256 or hashlib.sha256(source.data).hexdigest())

    def result(self, future: Future[Reply]) -> tuple[Document, Meeting | None]:
        """The document of a reply; waits for it. Raises `ReadError` where the file is refused."""
        reply = future.result()
        if reply.document is None:
            raise ReadError(reply.refused)
        return reply.document, reply.meeting

    def _read(self, source: Input, sha256: str) -> Reply:
        number = secrets.token_hex(8)
        seconds = self.limits.time(source)
        options = {"language": source.language, "origin": source.file_id, "ocr": source.ocr}
        head = {
            "number": number,
            "name": source.name,
            "symbol": source.symbol.text if source.symbol else None,
            "options": {**options, "symbol_remembered": source.symbol_remembered},
            "seconds": seconds,
        }
        worker = self._take()
        try:
            reply = parse(worker.request(json.dumps(head).encode(), source.data, seconds), number, source, sha256)
            if not (reply.memory or reply.fault):
                self._give_back(worker)
                return reply
            reason = f"The program that reads {source.name} crashed ({reply.fault}). {_HINT}"
            if reply.memory:
                most = self.limits.memory / 1024**2
                reason = f"Reading {source.name} took more than {most:,.0f} MB of memory and was stopped. {_HINT}"
        except WorkerLost as lost:
            reason = f"The program that reads {source.name} crashed ({lost.how}). {_HINT}"
            if lost.late:
                reason = f"Reading {source.name} took more than {seconds:.0f} s and was stopped. {_HINT}"
        except BadReply as error:
            reason = f"The program that reads {source.name} returned no valid document ({error}). {_HINT}"
        self._drop(worker)
        return Reply(refused=reason)

    def _take(self) -> Worker:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        worker = self._ahead.take(self._setup) if self._ahead else Worker(self._setup)
        with self._lock:
            self._all.add(worker)
            if self._closed:
                worker.end()
        return worker

    def _give_back(self, worker: Worker) -> None:
        if not worker.usable or worker.requests >= self.limits.files:
            self._drop(worker)
            return
        with self._lock:
            self._idle.append(worker)

    def _drop(self, worker: Worker) -> None:
        worker.close()
        with self._lock:
            self._all.discard(worker)


def catalogue_texts(catalogue: Catalogue) -> dict[str, str]:
    """A catalogue as the texts that `Catalogue.load` takes (JSON is YAML)."""
    sections = {"documents": catalogue.entries, "meetings": catalogue.meetings}
    return {
        f"{name}.yaml": json.dumps({name: [*map(to_json_data, each)]}, ensure_ascii=False)
        for name, each in sections.items()
    }
