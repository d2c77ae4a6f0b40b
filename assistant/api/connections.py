"""uvicorn's HTTP protocol with a clock for the head of a request, which uvicorn waits for without end."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 15.0
"""Seconds in which the head of a request must have come."""


class TimedProtocol(H11Protocol):
    """Ends connections on which no head of a request comes in time."""

    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Something has come: the head of a request, or a part of it."""
        super().data_received(data)
        if self._idle:
            self._watch()
        elif self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over."""
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
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
