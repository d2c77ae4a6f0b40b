"""Serving an application until told to stop: answers are finished, then jobs stopped between two documents."""

from __future__ import annotations

import contextlib
import resource
import signal
import socket
from collections.abc import Iterator
from types import FrameType

import uvicorn
from fastapi import FastAPI

from assistant.api.connections import TimedProtocol
from assistant.service import Service

FILES = 16_384
"""Files that a server may have open: more than its bounds let it have connections, beside those of the library."""


class ServeError(Exception):
    """The service can't listen where it is to; the message says why."""


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens. Raises `ServeError`."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address[:2], family=family, backlog=1_024)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ServeError(
            f"Can't listen at {host}, port {port}: {reason}. Choose others with --host and --port."
        ) from None
    with listener:
        yield listener


def url_of(listener: socket.socket) -> str:
    """The address at which this machine reaches the service."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """Tells the service to take nothing new as soon as the process is told to stop."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finishes the requests that are served."""
        self._service.stop()
        await super().shutdown(sockets)


def run(app: FastAPI, service: Service, listener: socket.socket, *, grace: float, proxies: str = "") -> None:
    """Serves until SIGINT or SIGTERM, and `grace` seconds longer where answers are not finished. `proxies` are the
    addresses whose forwarding headers are believed."""
    config = uvicorn.Config(
        app,
        http=TimedProtocol,
        ws="none",
        workers=1,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=max(1, round(grace)),
        h11_max_incomplete_event_size=64_000,
    )
    _take_files()
    # uvicorn ends what it serves and then raises the signal once more, which would end the process before the library
    # is closed.
    before = {number: signal.signal(number, _heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        _Server(config, service).run(sockets=[listener])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _take_files() -> None:
    """Lets the process have as many files open as the system allows it: every connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # some systems have bounds that they do not tell
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _heard(_: int, __: FrameType | None) -> None:
    """The wish to stop has been fulfilled already."""
