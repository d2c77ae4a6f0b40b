"""An answer as it comes: events that end in the whole answer, the same object that is given unstreamed."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Literal

from assistant.qa.answer import Answer, Statement, citation_json

Stage = Literal["waiting", "answering", "writing"]


@dataclass(frozen=True)
class Status:
    """What happens now; `ahead` is how many questions are answered first, `writing` that a model is asked."""

    stage: Stage
    ahead: int = 0

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary."""
        return {"type": "status", "stage": self.stage, "ahead": self.ahead}


@dataclass(frozen=True)
class Stated:
    """A statement that is verified, in its place in `answer`, which holds those up to it."""

    answer: Answer
    statement: Statement

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary: the statement, and the citations that it is the first to use."""
        before = self.answer.statements[: self.answer.statements.index(self.statement)]
        known = {citation for each in before for citation in each.citations}
        numbered = enumerate(self.answer.citations, 1)
        return {
            "type": "statement",
            "tentative": self.answer.status == "tentative",
            "statement": {
                "text": self.statement.text,
                "verdict": self.statement.verdict,
                "citations": self.answer.numbers(self.statement),
            },
            "citations": [
                citation_json(each, n) for n, each in numbered if each in self.statement.citations and each not in known
            ],
        }


@dataclass(frozen=True)
class Done:
    """The whole answer."""

    answer: Answer

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary."""
        return {"type": "done", "answer": self.answer.to_json()}


Event = Status | Stated | Done


class Closed(Exception):
    """Nobody reads the stream any more: whoever fills it may stop."""


class Stream:
    """Events of one answer, for `for` or `async for`. An error of the answering thread is raised to the reader."""

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

    def __iter__(self) -> Iterator[Event]:
        try:
            while True:
                event = self._events.get()
                if isinstance(event, BaseException):
                    raise event
                yield event
                if isinstance(event, Done):
                    return
        finally:
            self.close()

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
                    if isinstance(event, Done):
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
