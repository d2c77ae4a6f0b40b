"""Pages of PDF files as pictures, drawn in a process of their own: a page may be as hostile as a file can be."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import struct
import threading
from dataclasses import asdict, dataclass
from typing import Any

from ingest.readers import ReadError
from ingest.sandbox.pool import Limits
from ingest.sandbox.process import Lost, Worker, WorkerError
from ingest.sandbox.replies import BadReply

SECONDS = 20.0
"""Seconds that drawing one page may take."""
MOST_BYTES = 4_000_000
"""Bytes of a picture that are taken from the process."""
MOST_PIXELS = 2_000
"""Pixels of a picture in each direction."""
IDLE_SECONDS = 120.0
"""Seconds after which the process ends where nothing is to be drawn."""
_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


@dataclass(frozen=True)
class Wanted:
    """What is to be drawn: the page of a number, counted from one, with `quote` marked on it, which begins on page `first`
    and may run on to page `last`."""

    page: int
    quote: str = ""
    first: int = 0
    last: int = 0


def answer(asked: dict[str, Any], data: bytes) -> dict[str, Any]:
    """What the process answers: the picture that is asked for, and whether words are marked on it. Raises `ReadError`."""
    from ingest.readers.pdf.page_image import draw

    picture, marked = draw(data, asked["name"], **asked["wanted"])
    return {"picture": base64.b64encode(picture).decode(), "marked": marked}


class Pictures:
    """Draws one page at a time, within `limits`. The process is started when it is first needed. Ends when it is closed.

    `answering` names the function that draws, as `module:function`, looked for in `paths` first.
    """

    def __init__(
        self, limits: Limits | None = None, *, answering: str = f"{__name__}:answer", paths: tuple[str, ...] = ()
    ) -> None:
        self._limits = limits or Limits()
        setup = {"paths": list(paths), "answering": answering, "memory": self._limits.memory, "nice": self._limits.nice}
        self._setup = json.dumps(setup).encode()
        self._guard = threading.Lock()
        self._worker: Worker | None = None
        self._rest: threading.Timer | None = None
        self._closed = False

    def close(self) -> None:
        """Ends the process, also where it is drawing."""
        self._closed = True
        worker = self._worker
        if worker is not None:
            worker.end()
        with self._guard:
            self._drop()

    def draw(self, data: bytes, name: str, wanted: Wanted) -> tuple[bytes, bool]:
        """The picture of a page as PNG, and whether words are marked on it. `name` is used in messages only. Raises `ReadError`
        where it can't be drawn, `WorkerError` where no process can be started."""
        number = secrets.token_hex(8)
        head = {"number": number, "name": name, "seconds": SECONDS, "wanted": asdict(wanted)}
        with self._guard:
            worker = self._taken()
            try:
                message = worker.ask(json.dumps(head).encode(), data, SECONDS)
                return _checked(message, number)
            except Lost:
                self._drop()
                raise ReadError(f"Page {wanted.page} of {name} can't be drawn.") from None
            except BadReply:
                self._drop()
                raise ReadError(f"The program that draws page {wanted.page} of {name} gave no picture.") from None
            finally:
                self._soon_at_rest(worker)

    def _taken(self) -> Worker:
        if self._closed:
            raise WorkerError("Pages are no longer drawn: the service is stopping.")
        if self._worker is not None and (not self._worker.usable or self._worker.asked >= self._limits.files):
            self._drop()
        if self._worker is None:
            self._worker = Worker(self._setup)
        return self._worker

    def _stir(self) -> None:
        """The process is not to end by itself for now."""
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None

    def _drop(self) -> None:
        self._stir()
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _soon_at_rest(self, worker: Worker) -> None:
        """Has the process end when it was not asked again for a while."""
        self._stir()
        if self._worker is not worker:  # it has ended
            return
        asked = worker.asked

        def rest() -> None:
            with self._guard:
                if self._worker is worker and worker.asked == asked:
                    self._drop()

        self._rest = threading.Timer(IDLE_SECONDS, rest)
        self._rest.daemon = True
        self._rest.start()


def _checked(message: bytes, number: str) -> tuple[bytes, bool]:
    """The picture of an answer: a PNG of bounded size. Raises `BadReply` for anything else, `ReadError` for a refusal."""
    try:
        said = json.loads(message)
        if isinstance(said.get("refused"), str) and said.get("number") == number:
            raise ReadError(said["refused"][:500])
        picture = base64.b64decode(said["picture"], validate=True)
        width, height = struct.unpack(">II", picture[len(_PNG) : len(_PNG) + 8])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error, struct.error):
        raise BadReply("no picture") from None
    good = picture.startswith(_PNG) and len(picture) <= MOST_BYTES and 0 < width <= MOST_PIXELS >= height > 0
    if said.get("number") != number or not good:
        raise BadReply("no picture")
    return picture, said.get("marked") is True
