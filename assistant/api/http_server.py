"""Runs an application with uvicorn until told to stop (answers are finished, then jobs stopped between two documents), with timeouts and limits against clients that hold connections open."""

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
"""Seconds in which the head of a request must have arrived."""
READ_SECONDS = 30.0
"""Seconds in which a client must read some of the pending data."""
MAX_IDLE = 500
"""Most idle connections of a server. Beyond these the one that has been idle longest is closed."""


class TimedProtocol(H11Protocol):
    """Closes connections on which no head of a request arrives in time, those whose client does not read, and the oldest idle ones
    where there are too many."""

    _clock: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts the timer for the first request."""
        super().connection_made(transport)
        self._watch()
        self._rest()

    def data_received(self, data: bytes) -> None:
        """Stops the timer once the head of a request is complete."""
        super().data_received(data)
        if self._idle:
            self._watch()
            return
        _idle_connections(self.server_state).pop(self, None)
        _cancel(self._clock)
        self._clock = None

    def on_response_complete(self) -> None:
        """Registers the connection as idle."""
        super().on_response_complete()
        if self._idle:
            self._rest()

    def pause_writing(self) -> None:
        """Starts the timer for a client that does not read."""
        super().pause_writing()
        if self._reading is None:
            self._reading = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Stops the timer for a client that does not read."""
        super().resume_writing()
        _cancel(self._reading)
        self._reading = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Cleans up after a closed connection."""
        _idle_connections(self.server_state).pop(self, None)
        _cancel(self._clock)
        _cancel(self._reading)
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
        """Registers the connection as idle; closes the oldest idle one where there are too many."""
        idle = _idle_connections(self.server_state)
        idle[self] = None
        if len(idle) > MAX_IDLE:
            oldest = next(iter(idle))
            del idle[oldest]
            oldest.transport.abort()


_IDLE: WeakKeyDictionary[ServerState, dict[TimedProtocol, None]] = WeakKeyDictionary()


def _idle_connections(state: ServerState) -> dict[TimedProtocol, None]:
    """The idle connections of a server, the one that has been idle longest first."""
    return _IDLE.setdefault(state, {})


def _cancel(clock: asyncio.TimerHandle | None) -> None:
    if clock is not None:
        clock.cancel()


FILES = 16_384
"""Most open files of a server: more than the connections that its limits allow, and the files of the library."""


class ServeError(Exception):
    """The service can't listen at its address; the message says why."""


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Opens a listening socket. Raises `ServeError`."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address[:2], family=family, backlog=1_024)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ServeError(
            f"Cannot listen at {host}, port {port}: {reason}. Choose others with --host and --port."
        ) from None
    with listener:
        yield listener


def listener_url(listener: socket.socket) -> str:
    """The URL at which this machine reaches the service."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


_FORWARDED = b"x-forwarded-for"


class Forwarded:
    """Sets the client address of requests that `proxies` (addresses or networks separated by commas) forward. Only valid addresses in
    the header count: a proxy may forward what a client wrote there; such a request is attributed to the proxy."""

    def __init__(self, app: ASGIApp, proxies: str) -> None:
        self._app: ASGIApp = ProxyHeadersMiddleware(app, proxies)  # type: ignore[arg-type, assignment]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if values := [value.decode("latin-1") for name, value in scope.get("headers", ()) if name == _FORWARDED]:
            others = [(name, value) for name, value in scope["headers"] if name != _FORWARDED]
            known = ", ".join(_addresses(",".join(values))).encode()
            scope = {**scope, "headers": [*others, (_FORWARDED, known)]}
        await self._app(scope, receive, send)


def _addresses(header: str) -> list[str]:
    """The valid addresses at the end of a forwarding header, without ports. Anything before an invalid one may be forged."""
    found: list[str] = []
    for each in reversed(header.split(",")):
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
    """A uvicorn server that stops the service as soon as the process is told to stop."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stops the service, then finishes the requests in progress."""
        self._service.stop()
        await super().shutdown(sockets)


def run(app: FastAPI, service: Service, listener: socket.socket, *, grace: float, proxies: str = "") -> None:
    """Serves until SIGINT or SIGTERM, and at most `grace` seconds longer to finish answers. `proxies`: addresses whose forwarding
    headers are trusted."""
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
    _raise_file_limit()
    # uvicorn ends what it serves and then raises the signal once more, which would end the process before the library
    # is closed.
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        _Server(config, service).run(sockets=[listener])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _raise_file_limit() -> None:
    """Raises the limit of open files up to `FILES`, as far as the system allows: every connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    target = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < target:
        with contextlib.suppress(OSError, ValueError):  # some systems have lower limits than they report
            resource.setrlimit(resource.RLIMIT_NOFILE, (target, hard))
