"""Questions and searches: checked, and answered in their turn, whole or as the answer comes."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from assistant.access import Principal, check
from assistant.access.rate_limits import COSTLY, Rates
from assistant.qa.answer import Answer, Finished, Progress, StatementEvent
from assistant.qa.engine import Engine
from assistant.qa.retriever import Evidence
from assistant.question_request import QuestionRequest, scope_of
from assistant.service.metrics import Metrics
from assistant.service.question_queue import Turns
from assistant.service_errors import ServiceFault, known_language, of_library, stopping
from corpus.corpus_errors import LibraryError

Stage = Literal["waiting", "answering", "writing"]


@dataclass(frozen=True)
class Status:
    """What happens now; `ahead` is how many questions are answered first, `writing` that a model is asked."""

    stage: Stage
    ahead: int = 0


Event = Status | StatementEvent | Finished


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


Noted = Callable[[Principal, str, str], None]
"""Told who does what to what, for the audit log."""


class Entrance:
    """What every part of the service asks first. `rates` counts requests, `noted` hears what staff do."""

    def __init__(self, rates: Rates | None, noted: Noted) -> None:
        self._rates, self._noted = rates, noted
        self.stopping = False
        """Whether the service was told to stop."""

    def admit(self, who: Principal, operation: str, counted: str | None = None) -> Principal:
        """Lets a request in, before more is read of it than what it is to be: checks whether somebody may do an operation,
        and counts it as `counted`, by default as that. Pass what this gives to the other methods: they do not count it again."""
        check(who, operation)
        self._check(who, counted or operation)
        return replace(who, counted=counted or operation)

    def _check(self, who: Principal, operation: str) -> None:
        """The one place where it is decided who may do what, how often, and when."""
        check(who, operation)
        if self._rates is not None:
            self._rates.count(who, operation)
        if self.stopping and operation in COSTLY:
            raise stopping()


T = TypeVar("T")

log = logging.getLogger("rapporteur.service")


class Asking(Entrance):
    """Gives futures, since doors must not block."""

    engine: Engine
    turns: Turns
    metrics: Metrics
    _log_questions: bool

    def check_scope(self, who: Principal, asked: QuestionRequest) -> None:
        """Raises `NotHeld` where a scope names a meeting, an item or a document that is not there. Answering says so too;
        a door that streams asks beforehand, so that its reply can be a refusal as a whole."""
        self._check(who, "documents")
        scope_of(asked, self.engine.library)

    def begin_ask(self, who: Principal, asked: QuestionRequest) -> Future[Answer]:
        """The answer to a question, to come."""
        self._check_asked(who, asked)
        return self._turn(lambda: self._answer(who, asked), who)

    def stream(self, who: Principal, asked: QuestionRequest) -> Stream:
        """The answer as it comes: `Status`, `StatementEvent` for each verified statement, and `Finished` with the whole answer,
        which is what `begin_ask` gives. Refusals are raised here, not in the stream."""
        self._check_asked(who, asked)
        stream = Stream()

        def answer() -> None:
            try:
                stream.put(Status("answering"))
                stream.put(Finished(self._answer(who, asked, stream.put)))
            except Closed:
                return

        ahead = self.turns.waiting
        stream.put(Status("waiting", ahead))
        stream.follow(self._turn(answer, who))
        return stream

    def begin_search(self, who: Principal, text: str, limit: int = 10) -> Future[list[Evidence]]:
        """The passages nearest to a question, best first, to come."""
        self._check(who, "search")
        return self._turn(lambda: self.engine.search(text, limit), who)

    def _check_asked(self, who: Principal, asked: QuestionRequest) -> None:
        self._check(who, "ask")
        if asked.language:
            known_language(asked.language)

    def _turn(self, work: Callable[[], T], who: Principal) -> Future[T]:
        def told() -> T:
            try:
                return work()
            except LibraryError as error:
                raise of_library(error, trusted=who.trusted) from error

        try:
            return self.turns.take(told, who.client, who.origin)
        except ServiceFault as fault:
            self.metrics.refused(fault.code)
            raise

    def _answer(
        self, who: Principal, asked: QuestionRequest, told: Callable[[Status | StatementEvent], None] = lambda _: None
    ) -> Answer:
        """Answers; `told` hears of each statement once it stands, and when a model is asked."""
        scope = scope_of(asked, self.engine.library)
        question, history, language = asked.question, asked.history, asked.language
        with closing(self.engine.stream(question, history, language, mode=asked.mode, scope=scope)) as events:
            for event in events:
                if isinstance(event, StatementEvent):
                    told(event)
                elif isinstance(event, Progress) and event.stage == "writing":
                    told(Status("writing"))
                elif isinstance(event, Finished):
                    answer = event.answer
        seconds = answer.timings.get("total_ms", 0.0) / 1e3
        self.metrics.answer(answer.status, answer.language, seconds)
        fields = {"who": who.id, "status": answer.status, "language": answer.language, "ms": round(seconds * 1e3, 1)}
        if self._log_questions:
            fields |= {"question": question, "history": history}
        log.info("answer", extra={"fields": fields})
        return answer
