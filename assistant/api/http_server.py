"""uvicorn's HTTP protocol with what it lacks against clients that only hold on, and serving an application until told to stop: answers are finished, then jobs stopped between two documents."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import resource
import signal
import socket
from collections.abc import Iterator
from weakref import WeakKeyDictionary

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from assistant.service import Service

HEAD_SECONDS = 15.0
"""Seconds in which the head of a request must have come."""
READ_SECONDS = 30.0
"""Seconds in which a client must have read some of what waits for it."""
MOST_IDLE = 500
"""Connections of a server on which no request is served. Beyond these the one that has been so longest is ended: who asks
something has asked it by then."""


class TimedProtocol(H11Protocol):
    """Ends connections on which no head of a request comes in time, those whose client does not read, and the oldest of
    those that ask nothing where there are too many."""

    _clock: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        super().connection_made(transport)
        self._watch()
        self._rest()

    def data_received(self, data: bytes) -> None:
        """Something has come: the head of a request, or a part of it."""
        super().data_received(data)
        if self._idle:
            self._watch()
            return
        _resting(self.server_state).pop(self, None)
        _stop(self._clock)
        self._clock = None

    def on_response_complete(self) -> None:
        """A request has been served."""
        super().on_response_complete()
        if self._idle:
            self._rest()

    def pause_writing(self) -> None:
        """The client does not read what waits for it."""
        super().pause_writing()
        if self._reading is None:
            self._reading = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The client has read."""
        super().resume_writing()
        _stop(self._reading)
        self._reading = None

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over."""
        _resting(self.server_state).pop(self, None)
        _stop(self._clock)
        _stop(self._reading)
        self._clock = self._reading = None
        super().connection_lost(exc)

    @property
    def _idle(self) -> bool:
        return self.cycle is None or bool(self.cycle.response_complete)

    def _watch(self) -> None:
        if self._clock is None:
            self._clock = self.loop.call_later(HEAD_SECONDS, self._late)

    def _late(self) -> None:
        self._clock = None
        if self._idle and not self.transport.is_closing():
            self.transport.abort()

    def _rest(self) -> None:
        """The connection asks nothing now."""
        resting = _resting(self.server_state)
        resting[self] = None
        if len(resting) > MOST_IDLE:
            oldest = next(iter(resting))
            del resting[oldest]
            oldest.transport.abort()


_RESTING: WeakKeyDictionary[ServerState, dict[TimedProtocol, None]] = WeakKeyDictionary()


def _resting(state: ServerState) -> dict[TimedProtocol, None]:
    """The connections of a server that ask nothing, the one that has been so longest first."""
    return _RESTING.setdefault(state, {})


def _stop(clock: asyncio.TimerHandle | None) -> None:
    if clock is not None:
        clock.cancel()


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


_FORWARDED = b"x-forwarded-for"


class Forwarded:
    """Has the application know where requests came from that `proxies` pass on, addresses or networks separated by commas. Of what
    they say only addresses count: what a client wrote into the header of a proxy that passes it on is none, and such a request
    comes from the proxy."""

    def __init__(self, app: ASGIApp, proxies: str) -> None:
        self._app: ASGIApp = ProxyHeadersMiddleware(app, proxies)  # type: ignore[arg-type, assignment]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if told := [value.decode("latin-1") for name, value in scope.get("headers", ()) if name == _FORWARDED]:
            others = [(name, value) for name, value in scope["headers"] if name != _FORWARDED]
            known = ", ".join(_addresses(",".join(told))).encode()
            scope = {**scope, "headers": [*others, (_FORWARDED, known)]}
        await self._app(scope, receive, send)


def _addresses(told: str) -> list[str]:
    """The addresses at the end of a list of those through whom a request came, without their ports. What stands before something
    that is no address may be of anybody's making."""
    found: list[str] = []
    for each in reversed(told.split(",")):
        named = each.strip()
        host = named[1:].partition("]")[0] if named.startswith("[") else named
        host = host.partition(":")[0] if host.count(":") == 1 else host
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            break
        found.insert(0, str(getattr(address, "ipv4_mapped", None) or address))
    return found


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
        Forwarded(app, proxies) if proxies else app,
        http=TimedProtocol,
        ws="none",
        workers=1,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=max(1, round(grace)),
        h11_max_incomplete_event_size=64_000,
    )
    _take_files()
    # uvicorn ends what it serves and then raises the signal once more, which would end the process before the library
    # is closed.
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
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
