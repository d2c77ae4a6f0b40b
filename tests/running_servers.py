"""A small HTTP server on this machine that answers as it is told, well or badly."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[dict[str, Any]], "Answer"]


@dataclass(frozen=True)
class Answer:
    """What goes back. `length` overrides what the header says of the body, `hang` keeps the client waiting, `drip` sends
    white space and `again` the same bytes until the client goes."""

    status: int = 200
    body: bytes = b"{}"
    length: int | None = None
    hang: bool = False
    drip: bool = False
    again: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def as_json(value: Any, status: int = 200) -> Answer:
    """An answer that is JSON."""
    return Answer(status, json.dumps(value).encode())


@dataclass
class Served:
    """The running server: its address, and what it was asked (path, headers, body), in order, and
    whether a client went before the end."""

    url: str
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving(reply: Reply) -> Iterator[Served]:
    """Serves until the block ends."""
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            served.asked.append((self.path, dict(self.headers), asked))
            answer = reply(asked)
            if answer.hang:
                stop.wait(600)
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            for name, value in answer.headers:
                self.send_header(name, value)
            if not answer.drip and not answer.again:
                self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
            self.end_headers()
            try:
                self.wfile.write(answer.body)
                while answer.drip and not stop.wait(0.02):
                    self.wfile.write(b" ")
                while answer.again and not stop.wait(0.001):
                    self.wfile.write(answer.again)
            except OSError:
                served.gone.set()  # the client has gone, as it may

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    served = Served(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield served
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


_RESERVED: list[socket.socket] = []


def free_port() -> int:
    """A port on which nobody listens, and which no other process is given: Linux lets a server listen where another socket is only
    bound."""
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind(("127.0.0.1", 0))
    port = int(found.getsockname()[1])
    if sys.platform == "linux":
        _RESERVED.append(found)
    else:
        found.close()
    return port
