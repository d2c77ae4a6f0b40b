"""A document service on this machine that behaves like the Official Document System, its bad days included."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import docx
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from waiting import WAIT

ABSENT = "There is no document matching your request: {symbol} does not exist in the Official Document System (ODS)."


def word_file(symbol: str, *paragraphs: str, title: str = "A note on boats") -> bytes:
    """A Word file with the head of a United Nations document."""
    made = docx.Document()
    for line in ("United Nations", symbol, "Distr.: General", "12 August 2021", "Original: English"):
        made.add_paragraph(line)
    made.add_heading(title, 1)
    for n, paragraph in enumerate(paragraphs or ("Boats need a flag.", "A harbour master keeps a list."), 1):
        made.add_paragraph(f"{n}.\t{paragraph}")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def pdf_file(*lines: str) -> bytes:
    """A PDF file of one page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    for n, line in enumerate(lines):
        canvas.drawString(72, 770 - 24 * n, line)
    canvas.save()
    return out.getvalue()


def absent_file(symbol: str) -> bytes:
    """The well-formed PDF file that says that there is no such document."""
    return pdf_file(*ABSENT.format(symbol=symbol).split(": "))


@dataclass(frozen=True)
class Reply:
    """One answer. `cut` closes the connection after so many bytes of the body, `hold` waits there for `released`.

    `length` False sends the body without its length, ended by closing. `etag` None sends no tag.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    hold: int | None = None
    length: bool = True
    etag: str | None = "by content"


def moved(location: str, status: int = 302) -> Reply:
    """A redirect."""
    return Reply(status, headers={"Location": location, "Set-Cookie": "session=1; Path=/"})


@dataclass(frozen=True)
class Request:
    """What the service was asked."""

    path: str
    headers: dict[str, str]
    version: str

    @property
    def query(self) -> str:
        """The query, as it came."""
        return urlsplit(self.path).query


class Ods:
    """The service: scripts of replies by symbol, language and format, and a log of what was asked."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.released = threading.Event()
        self.held = threading.Event()
        self._scripts: dict[tuple[str, str, str], list[Reply]] = {}
        self._files: dict[str, list[Reply]] = {}
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.ods = self

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def accesses(self) -> list[str]:
        """The queries by symbol, as they came."""
        return [request.query for request in self.asked if "/api/symbol/access?" in request.path]

    @property
    def files(self) -> list[Request]:
        """The requests for files."""
        return [request for request in self.asked if "/api/symbol/access?" not in request.path]

    def script(self, symbol: str, *replies: Reply, language: str = "en", form: str = "docx") -> None:
        """What a request by symbol is answered, one reply after the other; the last is repeated."""
        self._scripts[symbol, language, form] = list(replies)

    def serve(self, path: str, *replies: Reply) -> None:
        """What the request for a file is answered."""
        self._files[path] = list(replies)

    def publish(self, symbol: str, *replies: Reply | bytes, language: str = "en", form: str = "docx") -> str:
        """A document behind the usual redirect; returns the path of its file."""
        name = hashlib.sha256(f"{symbol}{language}{form}".encode()).hexdigest()[:8]
        path = f"/doc/undoc/gen/{name}/{form}/{name}.{form}"
        self.script(symbol, moved(path), language=language, form=form)
        self.serve(path, *(reply if isinstance(reply, Reply) else Reply(body=reply) for reply in replies))
        return path

    def reply(self, request: Request) -> Reply:
        """The reply to a request."""
        url = urlsplit(request.path)
        if url.path == "/api/symbol/access":
            query = parse_qs(url.query)
            key = (query["s"][0], query["l"][0], query["t"][0])
            script = self._scripts.get(key, [Reply(404)])
        else:
            script = self._files.get(unquote(url.path), [Reply(404)])
        reply = script.pop(0) if len(script) > 1 else script[0]
        return _conditioned(reply, request.headers)

    @contextmanager
    def running(self) -> Iterator[Ods]:
        """Serves until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self.released.set()
            self._server.shutdown()
            thread.join()
            self._server.server_close()


def _conditioned(reply: Reply, asked: dict[str, str]) -> Reply:
    """The reply with its tag, as the conditions of the request want it: whole or not at all."""
    if reply.status != 200 or reply.etag is None:
        return reply
    tag = f'"{hashlib.sha256(reply.body).hexdigest()[:16]}"' if reply.etag == "by content" else reply.etag
    reply = replace(reply, headers={"ETag": tag, **reply.headers})
    if asked.get("if-none-match") == tag:
        return replace(reply, status=304, body=b"")
    return reply


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    ods: Ods

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        ods = self.server.ods
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.path, headers, self.request_version)
        ods.asked.append(request)
        reply = ods.reply(request)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.length and reply.status != 304:
            self.send_header("Content-Length", str(len(reply.body)))
        if not reply.length:
            self.send_header("Connection", "close")
        self.end_headers()
        stop = min([len(reply.body), *(n for n in (reply.cut, reply.hold) if n is not None)])
        self.wfile.write(reply.body[:stop])
        self.wfile.flush()
        if reply.hold is not None:
            ods.held.set()
            ods.released.wait(WAIT)
            self.wfile.write(reply.body[stop:])
        if reply.cut is not None or not reply.length:
            self.close_connection = True

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing is said; `asked` is the log."""


class Clock:
    """Time that passes only when somebody sleeps, and the sleeps."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.time = now
        self.slept: list[float] = []

    def now(self) -> float:
        """Seconds since 1970."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Lets time pass."""
        self.slept.append(seconds)
        self.time += seconds


def formats(asked: Sequence[str]) -> list[str]:
    """The formats that were asked for."""
    return [parse_qs(query)["t"][0] for query in asked]
