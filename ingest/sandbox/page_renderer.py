"""Draws pages of PDF files as images, in a worker process: a page may be as hostile as any file."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import struct
import threading
from typing import Any

from ingest.readers import ReadError
from ingest.sandbox.pool import Limits
from ingest.sandbox.process import Worker, WorkerError, WorkerLost
from ingest.sandbox.replies import BadReply

SECONDS = 20.0  # seconds that drawing one page may take
MAX_BYTES = 4_000_000  # most bytes of an image that are accepted from the process
MAX_PIXELS = 2_000  # most pixels of an image in each direction
IDLE_SECONDS = 120.0  # seconds without a request after which the process ends
_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def answer(request: dict[str, Any], data: bytes) -> dict[str, Any]:
    """The reply of the process: the requested image, and whether words are marked on it. Raises `ReadError`."""
    from ingest.readers.pdf.page_image import draw

    picture, marked = draw(data, request["name"], **request["wanted"])
    return {"picture": base64.b64encode(picture).decode(), "marked": marked}


class PageRenderer:
    """Draws one page at a time, within `limits`. The process is started when it is first needed, and ends with `close`.
    `answering` names the function that draws, as `module:function`, searched in `paths` first."""

    def __init__(
        self, limits: Limits | None = None, *, answering: str = f"{__name__}:answer", paths: tuple[str, ...] = ()
    ) -> None:
        self._limits = limits or Limits()
        setup = {"paths": list(paths), "answering": answering, "memory": self._limits.memory, "nice": self._limits.nice}
        self._setup = json.dumps(setup).encode()
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._idle_timer: threading.Timer | None = None
        self._closed = False

    def close(self) -> None:
        """Ends the process, even while it is drawing."""
        self._closed = True
        worker = self._worker
        if worker is not None:
            worker.end()
        with self._lock:
            self._drop()

    def draw(
        self, data: bytes, name: str, page: int, quote: str = "", first: int = 0, last: int = 0
    ) -> tuple[bytes, bool]:
        """The image of a page, counted from one, as PNG, and whether words are marked on it: those of `quote`, which
        begins on page `first` and may continue to page `last`. `name` is used in messages only. Raises `ReadError` where
        it can't be drawn, `WorkerError` where no process can be started."""
        number = secrets.token_hex(8)
        wanted = {"page": page, "quote": quote, "first": first, "last": last}
        head = {"number": number, "name": name, "seconds": SECONDS, "wanted": wanted}
        with self._lock:
            worker = self._get_worker()
            try:
                message = worker.request(json.dumps(head).encode(), data, SECONDS)
                return _parse_image(message, number)
            except WorkerLost:
                self._drop()
                raise ReadError(f"Page {page} of {name} cannot be rendered.") from None
            except BadReply:
                self._drop()
                raise ReadError(f"The program that renders page {page} of {name} returned no image.") from None
            finally:
                self._start_idle_timer(worker)

    def _get_worker(self) -> Worker:
        if self._closed:
            raise WorkerError("Pages are no longer rendered: the service is stopping.")
        if self._worker is not None and (not self._worker.usable or self._worker.requests >= self._limits.files):
            self._drop()
        if self._worker is None:
            self._worker = Worker(self._setup)
        return self._worker

    def _cancel_idle_timer(self) -> None:
        """Cancels the timer that ends the idle process."""
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None

    def _drop(self) -> None:
        self._cancel_idle_timer()
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _start_idle_timer(self, worker: Worker) -> None:
        """Starts the timer that ends the process if there is no other request."""
        self._cancel_idle_timer()
        if self._worker is not worker:  # it has ended
            return
        requests = worker.requests

        def end_if_idle() -> None:
            with self._lock:
                if self._worker is worker and worker.requests == requests:
                    self._drop()

        self._idle_timer = threading.Timer(IDLE_SECONDS, end_if_idle)
        self._idle_timer.daemon = True
        self._idle_timer.start()


def _parse_image(message: bytes, number: str) -> tuple[bytes, bool]:
    """The image of a reply: a PNG of bounded size. Raises `BadReply` for anything else, `ReadError` for a refusal."""
    try:
        reply = json.loads(message)
        if isinstance(reply.get("refused"), str) and reply.get("number") == number:
            raise ReadError(reply["refused"][:500])
        picture = base64.b64decode(reply["picture"], validate=True)
        width, height = struct.unpack(">II", picture[len(_PNG) : len(_PNG) + 8])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error, struct.error):
        raise BadReply("no picture") from None
    good = picture.startswith(_PNG) and len(picture) <= MAX_BYTES and 0 < width <= MAX_PIXELS >= height > 0
    if reply.get("number") != number or not good:
        raise BadReply("no picture")
    return picture, reply.get("marked") is True
