"""The main program of a worker process: receives files on its standard input and replies with the result as JSON.

Run as a program by `ingest.sandbox.process`. It sets soft limits for itself, so that a program that it starts may raise
them; it ends with its parent, whose end it sees as the end of its input.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from importlib import import_module
from queue import SimpleQueue
from types import TracebackType
from typing import Any, BinaryIO

from corpus.catalogue import Catalogue
from corpus.documents import Document
from corpus.meetings import Meeting
from corpus.serialization import to_json_data
from corpus.symbols import Symbol
from ingest.document_reading import Input
from ingest.readers import ReadError
from ingest.sandbox.process import MAX_REPLY, receive, send

Reading = Callable[[Input, Catalogue], tuple[Document, Meeting | None]]
Handler = Callable[[dict[str, Any], bytes], dict[str, Any]]
"""Makes the members of the reply from the request and a file's bytes. Raises `ReadError`."""

_UNBOUNDED = 2**62
_GRACE = 5  # seconds that the parent, which has a timer too, is given to end a worker before the worker ends itself


def main() -> None:
    """Serves requests until the input ends."""
    requests, replies = _take_over_pipes()
    sys.excepthook = partial(_report_crash, replies)
    setup = json.loads(receive(requests, _UNBOUNDED) or b"{}")
    sys.path[:0] = setup["paths"]
    handler = _reading_handler(setup) if "reading" in setup else _import_function(setup["answering"])
    _limit_memory(setup["memory"])
    if hasattr(os, "nice"):
        os.nice(setup["nice"])
    send(replies, b'{"ready": true}')
    jobs: SimpleQueue[tuple[dict[str, Any], bytes]] = SimpleQueue()
    threading.Thread(target=_listen, args=(requests, jobs), daemon=True).start()
    gc.freeze()
    gc.disable()  # it takes a tenth of the reading time; garbage is collected after each file
    while True:
        job, data = jobs.get()
        _limit_time(job["seconds"])
        send(replies, _handle(job, data, handler))
        _limit_time(None)
        gc.collect()


def _import_function(function: str) -> Any:
    """A function, from `module:function`."""
    module, _, name = function.partition(":")
    return getattr(import_module(module), name)


def _reading_handler(setup: dict[str, Any]) -> Handler:
    """A handler that replies with the document of a file."""
    catalogue = Catalogue.from_texts(setup["catalogue"])
    reading: Reading = _import_function(setup["reading"])

    def handler(job: dict[str, Any], data: bytes) -> dict[str, Any]:
        symbol = Symbol.parse_any(job["symbol"]) if job["symbol"] else None
        document, meeting = reading(Input(job["name"], data, symbol, **job["options"]), catalogue)
        return {"document": document.to_json(), "meeting": to_json_data(meeting) if meeting else None}

    return handler


def _handle(job: dict[str, Any], data: bytes, handler: Handler) -> bytes:
    reply: dict[str, Any] = {"number": job["number"]}
    try:
        reply |= handler(job, data)
    except ReadError as error:
        reply["refused"] = str(error)
    message = _encode(reply)
    if len(message) > MAX_REPLY:
        refusal = f"{job['name']} holds more text than one document can (over {MAX_REPLY / 1e6:.0f} MB). Split it."
        return _encode({"number": job["number"], "refused": refusal})
    return message


def _encode(reply: dict[str, Any]) -> bytes:
    # Half a surrogate pair has no UTF-8 form; "?" in its place keeps the count of characters.
    return json.dumps(reply, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Takes over standard input and output for the protocol with the parent; other code finds nothing there."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return requests, replies


def _listen(requests: BinaryIO, jobs: SimpleQueue[tuple[dict[str, Any], bytes]]) -> None:
    """Queues the requests of the parent. At the end of the input the process ends at once, whatever it is doing."""
    while (head := receive(requests, _UNBOUNDED)) is not None and (data := receive(requests, _UNBOUNDED)) is not None:
        jobs.put((json.loads(head), data))
    if hasattr(os, "killpg") and os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)  # with what it has started
    os._exit(0)


def _report_crash(replies: BinaryIO, kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
    """Tells the parent the error that ends this process."""
    if issubclass(kind, MemoryError):
        _limit_memory(None)
        report: dict[str, Any] = {"memory": True}
    else:
        report = {"fault": f"{kind.__name__}: {error}"[:500]}
    send(replies, _encode(report))
    os._exit(1)


if sys.platform == "win32":

    def _limit_memory(size: int | None) -> None:
        """Windows knows no such limit; the clock of the parent remains."""

    def _limit_time(seconds: float | None) -> None:
        """Windows knows no such limit; the clock of the parent remains."""

else:
    import resource

    def _limit_memory(size: int | None) -> None:
        """Bounds the address space; None lifts the bound again."""
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        within = size if hard == resource.RLIM_INFINITY or size is None else min(size, hard)
        resource.setrlimit(resource.RLIMIT_AS, (hard if within is None else within, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))

    def _limit_time(seconds: float | None) -> None:
        """Lets the system end this process after so many seconds from now, or of computing; None: no more."""
        signal.setitimer(signal.ITIMER_REAL, 0 if seconds is None else seconds + _GRACE)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        used = resource.getrusage(resource.RUSAGE_SELF)
        until = hard if seconds is None else int(used.ru_utime + used.ru_stime + seconds) + 1
        if hard != resource.RLIM_INFINITY:
            until = min(until, hard)
        resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


if __name__ == "__main__":
    main()
