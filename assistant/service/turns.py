"""Turns at the models. One question at a time uses them; the others wait in a queue that has an end.

More threads answer no faster: the models compute on all cores by themselves, and Python runs one thread at a time
(docs/decisions.md). What computes in the background, embedding passages, takes turns with the questions: a
question waits for one batch at most, and a batch for a few questions: a document that goes in costs the questions
behind it more than its embedding, since what is remembered of the library is made anew.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from assistant.faults import Overloaded, ServiceFault, TooMany

T = TypeVar("T")

BETWEEN = 3
"""Questions that are answered before a batch has its turn, where questions wait."""


@dataclass(eq=False)
class _Waiting:
    work: Callable[[], Any]
    future: Future[Any]
    client: str
    since: float


class Turns:
    """A thread that does one piece of work after another.

    `places`: how many may wait; `per_client`: how many of them may be one client's; `patience`: seconds that one waits
    at most. Closed, it takes nothing new and does what it has taken.
    """

    def __init__(
        self,
        *,
        places: int = 100,
        per_client: int = 100,
        patience: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places, self._per_client, self._patience, self._clock = places, per_client, patience, clock
        self._state = threading.Condition(threading.RLock())
        self._queue: deque[_Waiting] = deque()
        self._clients: Counter[str] = Counter()
        self._closed = False
        self._busy = False
        self._batch: threading.Thread | None = None  # whose turn it is, of those in the background
        self._batches_wait = 0
        self._since = 0  # questions that were answered since the last batch
        self._mean = 0.5
        self._thread = threading.Thread(target=self._run, name="answering", daemon=True)
        self._thread.start()

    def take(self, work: Callable[[], T], client: str) -> Future[T]:
        """Queues work; the future holds what it returns or raises. Raises `TooMany` or `Overloaded` at once."""
        with self._state:
            if self._closed:
                raise Overloaded("The service is stopping. Try again in a minute.", retry_after=60)
            self._sweep()
            if self._clients[client] >= self._per_client:
                raise TooMany(
                    f"{self._clients[client]} of your questions wait already. Wait for their answers.",
                    retry_after=self._wait_for(self._clients[client]),
                )
            if len(self._queue) >= self._places:
                raise Overloaded(
                    f"{len(self._queue)} questions wait already. Try again in a moment.",
                    retry_after=self._wait_for(len(self._queue)),
                )
            future: Future[T] = Future()
            self._queue.append(_Waiting(work, future, client, self._clock()))
            self._clients[client] += 1
            self._state.notify_all()
            return future

    @property
    def waiting(self) -> int:
        """How many wait."""
        with self._state:
            self._sweep()
            return len(self._queue)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """A turn for work in the background, between two questions. To be short. Who has the turn already keeps it."""
        if threading.current_thread() in (self._thread, self._batch):
            yield
            return
        with self._state:
            self._batches_wait += 1
            self._state.wait_for(
                lambda: not self._batch and not self._busy and (self._since >= BETWEEN or not self._queue)
            )
            self._batches_wait -= 1
            self._batch = threading.current_thread()
        try:
            yield
        finally:
            with self._state:
                self._batch, self._since = None, 0
                self._state.notify_all()

    def close(self, grace: float) -> bool:
        """Takes nothing new; waits for what was taken, `grace` seconds at most. Says whether all was done."""
        with self._state:
            self._closed = True
            self._state.notify_all()
        self._thread.join(grace)
        with self._state:
            left = list(self._queue)
            self._queue.clear()
        for each in left:
            self._refuse(each, Overloaded("The service is stopping. Try again in a minute.", retry_after=60))
        return not self._thread.is_alive() and not left

    def _wait_for(self, before: int) -> float:
        return float(math.ceil(max(1.0, self._mean * before)))

    def _run(self) -> None:
        while (each := self._next()) is not None:
            begun = self._clock()
            try:
                result = each.work()
            except BaseException as error:  # noqa: BLE001  (it belongs to whoever waits for the result)
                each.future.set_exception(error)
            else:
                each.future.set_result(result)
            with self._state:
                self._mean += 0.1 * (self._clock() - begun - self._mean)
                self._busy = False
                self._since += 1
                self._state.notify_all()

    def _next(self) -> _Waiting | None:
        """The next one whose time is not over and who is still waited for."""
        while True:
            with self._state:
                self._state.wait_for(lambda: self._ready() or (self._closed and not self._queue))
                if not self._queue:
                    return None
                each = self._queue.popleft()
                self._clients -= Counter([each.client])
                late = self._clock() - each.since > self._patience
                self._busy = not late
            if late:
                message = f"Your question waited for more than {self._patience:.0f} s. Try again in a moment."
                self._refuse(each, Overloaded(message, retry_after=self._wait_for(self.waiting)))
            elif each.future.set_running_or_notify_cancel():
                return each
            else:
                with self._state:
                    self._busy = False
                    self._state.notify_all()

    def _sweep(self) -> None:
        """Those who have gone keep no place from others."""
        gone = [each for each in self._queue if each.future.cancelled()]
        for each in gone:
            self._queue.remove(each)
        self._clients -= Counter(each.client for each in gone)

    def _ready(self) -> bool:
        return bool(self._queue) and not self._batch and not (self._batches_wait and self._since >= BETWEEN)

    @staticmethod
    def _refuse(each: _Waiting, fault: ServiceFault) -> None:
        if each.future.set_running_or_notify_cancel():
            each.future.set_exception(fault)
