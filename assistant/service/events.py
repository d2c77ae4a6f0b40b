"""An answer as it comes: events that end in the whole answer, the same object that is given unstreamed."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Literal

from assistant.qa.answer import Finished, Said

Stage = Literal["waiting", "answering", "writing"]


@dataclass(frozen=True)
class Status:
    """What happens now; `ahead` is how many questions are answered first, `writing` that a model is asked."""

    stage: Stage
    ahead: int = 0


Event = Status | Said | Finished


def event_json(event: Event) -> dict[str, Any]:
    """An event as JSON: of a statement also the citations that it is the first to use."""
    if isinstance(event, Status):
        return {"type": "status", **vars(event)}
    if isinstance(event, Finished):
        return {"type": "done", "answer": event.to_json()}
    said = event.to_json()
    return {
        "type": "statement",
        "tentative": said["tentative"],
        "statement": {name: said[name] for name in ("text", "verdict", "citations")},
        "citations": said["new_citations"],
    }


class Closed(Exception):
    """Nobody reads the stream any more: whoever fills it may stop."""


class Stream:
    """Events of one answer, for `async for`. An error of the answering thread is raised to the reader."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[Event | BaseException] = queue.SimpleQueue()
        self._wake: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._guard = threading.Lock()
        self._closed = False
        self._future: Future[Any] | None = None

    def follow(self, future: Future[Any]) -> None:
        """Passes on how the work ends that fills the stream; the work is given up with the stream."""
        self._future = future
        future.add_done_callback(self._ended)

    def put(self, event: Event) -> None:
        """Adds an event, from any thread. Raises `Closed` where nobody reads any more."""
        if self._closed:
            raise Closed
        self._put(event)

    def close(self) -> None:
        """The reader has gone."""
        self._closed = True
        if self._future is not None:
            self._future.cancel()

    async def __aiter__(self) -> AsyncIterator[Event]:
        woken = asyncio.Event()
        with self._guard:
            self._wake = asyncio.get_running_loop(), woken
        try:
            while True:
                woken.clear()
                while not self._events.empty():
                    event = self._events.get_nowait()
                    if isinstance(event, BaseException):
                        raise event
                    yield event
                    if isinstance(event, Finished):
                        return
                await woken.wait()
        finally:
            with self._guard:
                self._wake = None
            self.close()

    def _ended(self, future: Future[Any]) -> None:
        if future.cancelled():
            self._put(Closed())
        elif (error := future.exception()) is not None:
            self._put(error)

    def _put(self, event: Event | BaseException) -> None:
        self._events.put(event)
        with self._guard:
            if self._wake is not None:
                loop, woken = self._wake
                loop.call_soon_threadsafe(woken.set)
