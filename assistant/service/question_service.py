"""Questions and searches: checked, queued, and answered as a whole or as a stream."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from assistant.access import Principal, check
from assistant.access.rate_limits import COSTLY, RateLimits
from assistant.qa.answer import Answer, Finished, Progress, StatementEvent
from assistant.qa.engine import Engine
from assistant.qa.retriever import Evidence
from assistant.question_request import QuestionRequest, scope_of
from assistant.service.metrics import Metrics
from assistant.service.question_queue import QuestionQueue
from assistant.service_errors import ServiceFault, check_language, from_library_error, stopping
from corpus.corpus_errors import LibraryError

Stage = Literal["waiting", "answering", "writing"]


@dataclass(frozen=True)
class Status:
    """State of a question: `ahead` is how many questions come before it, told again when that changes; `writing` means that a model is called."""

    stage: Stage
    ahead: int = 0


Event = Status | StatementEvent | Finished


def event_json(event: Event) -> dict[str, Any]:
    """Converts an event to JSON; a statement includes the citations that it is the first to use."""
    if isinstance(event, Status):
        return {"type": "status", **vars(event)}
    if isinstance(event, Finished):
        return {"type": "done", "answer": event.to_json()}
    statement_json = event.to_json()
    return {
        "type": "statement",
        "tentative": statement_json["tentative"],
        "statement": {name: statement_json[name] for name in ("text", "verdict", "citations")},
        "citations": statement_json["new_citations"],
    }


class Closed(Exception):
    """The stream was closed: its producer and its reader stop."""


class Stream:
    """Events of one answer, for `async for`. An error in the answering thread is raised in the reader."""

    def __init__(self) -> None:
        self._events: deque[Event | BaseException] = deque()
        self._wake: Callable[[], object] = lambda: None
        self._closed = False
        self._future: Future[Any] | None = None

    def follow(self, future: Future[Any]) -> None:
        """Forwards errors and cancellation of the producing work to the reader; closing the stream cancels the work."""
        self._future = future
        future.add_done_callback(self._ended)

    def put(self, event: Event) -> None:
        """Adds an event, from any thread. Raises `Closed` where the reader has gone."""
        if self._closed:
            raise Closed
        self._put(event)

    def close(self) -> None:
        """Closes the stream and cancels its work; a reader that is still there gets `Closed` instead of further events."""
        self._closed = True
        if self._future is not None:
            self._future.cancel()
        self._events.clear()
        self._put(Closed())

    async def __aiter__(self) -> AsyncIterator[Event]:
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        self._wake = lambda: loop.call_soon_threadsafe(woken.set)
        try:
            while True:
                woken.clear()
                while self._events:
                    event = self._events.popleft()
                    if isinstance(event, BaseException):
                        raise event
                    yield event
                    if isinstance(event, Finished):
                        return
                await woken.wait()
        finally:
            self.close()

    def _ended(self, future: Future[Any]) -> None:
        if future.cancelled():
            self._put(Closed())
        elif (error := future.exception()) is not None:
            self._put(error)

    def _put(self, event: Event | BaseException) -> None:
        self._events.append(event)
        with suppress(RuntimeError):  # the loop of the reader has ended
            self._wake()


AuditCallback = Callable[[Principal, str, str], None]
"""Called with principal, action and target, for the audit log."""


class ServiceBase:
    """Access checks that all parts of the service share. `rate_limits` counts requests, `note_action` records what staff do."""

    def __init__(self, rate_limits: RateLimits | None, note_action: AuditCallback) -> None:
        self._rate_limits, self._note_action = rate_limits, note_action
        self.stopping = False
        """Whether the service is stopping."""

    def admit(self, who: Principal, operation: str, counted: str | None = None) -> Principal:
        """Checks a request before its body is read: whether the principal may do the operation, and its rate limit, as `counted`
        (by default the operation). Pass the returned principal to the other methods: they do not count the request again."""
        check(who, operation)
        self._check(who, counted or operation)
        return replace(who, counted=counted or operation)

    def _check(self, who: Principal, operation: str) -> None:
        """Raises a `ServiceFault` unless the principal may do the operation now: role, rate limit, service not stopping."""
        check(who, operation)
        if self._rate_limits is not None:
            self._rate_limits.count(who, operation)
        if self.stopping and operation in COSTLY:
            raise stopping()


T = TypeVar("T")

log = logging.getLogger("rapporteur.service")


class QuestionService(ServiceBase):
    """Operations on questions. They return futures, since the interfaces must not block."""

    engine: Engine
    question_queue: QuestionQueue
    metrics: Metrics
    _log_questions: bool

    def check_scope(self, who: Principal, request: QuestionRequest) -> None:
        """Raises `NotFound` where a scope names a meeting, item or document that does not exist. Answering raises it too; an
        interface that streams calls this first, so that it can reply with an error status."""
        self._check(who, "documents")
        scope_of(request, self.engine.library)

    def begin_ask(self, who: Principal, request: QuestionRequest) -> Future[Answer]:
        """Queues a question; returns the future of its answer."""
        self._check_asked(who, request)
        return self._enqueue(lambda: self._answer(who, request), who)

    def stream(self, who: Principal, request: QuestionRequest) -> Stream:
        """Queues a question; returns the stream of its answer: `Status`, `StatementEvent` for each verified statement, and `Finished` with
        the whole answer, as `begin_ask` returns it. Refusals are raised here, not in the stream."""
        self._check_asked(who, request)
        stream = Stream()

        def answer() -> None:
            try:
                stream.put(Status("answering"))
                stream.put(Finished(self._answer(who, request, stream.put)))
            except Closed:
                return

        def tell(ahead: int) -> None:
            with suppress(Closed):
                stream.put(Status("waiting", ahead))

        stream.follow(self._enqueue(answer, who, tell))
        return stream

    def begin_search(self, who: Principal, text: str, limit: int = 10) -> Future[list[Evidence]]:
        """Queues a search; returns the future of the passages nearest to a question, best first."""
        self._check(who, "search")
        return self._enqueue(lambda: self.engine.search(text, limit), who)

    def _check_asked(self, who: Principal, request: QuestionRequest) -> None:
        self._check(who, "ask")
        if request.language:
            check_language(request.language)

    def _enqueue(
        self, work: Callable[[], T], who: Principal, tell: Callable[[int], object] = lambda _: None
    ) -> Future[T]:
        def run() -> T:
            try:
                return work()
            except LibraryError as error:
                raise from_library_error(error, trusted=who.trusted) from error

        try:
            return self.question_queue.submit(run, who.client, who.origin, tell)
        except ServiceFault as fault:
            self.metrics.count_refusal(fault.code)
            raise

    def _answer(
        self, who: Principal, request: QuestionRequest, emit: Callable[[Status | StatementEvent], None] = lambda _: None
    ) -> Answer:
        """Answers a question; `emit` is called with each verified statement, and when a model is called."""
        scope = scope_of(request, self.engine.library)
        question, history, language = request.question, request.history, request.language
        with closing(self.engine.stream(question, history, language, mode=request.mode, scope=scope)) as events:
            for event in events:
                if isinstance(event, StatementEvent):
                    emit(event)
                elif isinstance(event, Progress) and event.stage == "writing":
                    emit(Status("writing"))
                elif isinstance(event, Finished):
                    answer = event.answer
        seconds = answer.timings.get("total_ms", 0.0) / 1e3
        self.metrics.count_answer(answer.status, answer.language, seconds)
        fields = {"who": who.id, "status": answer.status, "language": answer.language, "ms": round(seconds * 1e3, 1)}
        if self._log_questions:
            fields |= {"question": question, "history": history}
        log.info("answer", extra={"fields": fields})
        return answer
