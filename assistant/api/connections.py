"""uvicorn's HTTP protocol with what it lacks against clients that only hold on: a clock for the head of a request, a clock
for what is not read, and a bound for connections that ask nothing."""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

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
