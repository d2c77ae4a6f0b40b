"""Papers in the making: briefings and themes, one after another by one thread, in slices between the questions. Clients
have their turns, so that who asks for many waits for them alone.

What one makes is for all who ask for the same; the latest are kept, so that a file of what was looked at costs nothing.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, InvalidStateError, wait
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar, cast

from assistant.access.principal import own_part, strangers_part
from assistant.reports import Progress
from assistant.service.question_queue import FairQueue, QuestionQueue
from assistant.service_errors import Overloaded, TooMany, stopping
from assistant.time_slices import Aside

T = TypeVar("T")

KEPT = 50
"""Finished papers that are kept."""
PASSING = 300.0
"""Seconds for which a paper is kept that would be better if it were made again, since a model failed on the way."""


Work = Callable[[Progress, Aside], T]
"""Makes a paper. It calls the first before each part: the questions that wait have their turn then; and enters the second around what needs
no turn: questions are answered meanwhile."""


@dataclass
class Paper(Generic[T]):
    """A paper to come. `done` of `total` parts say how far it is (0: it waits), `part` what is in hand; `until` is when it
    is made again for who asks then, by a clock of seconds; `client` asked for it first, from `origin`; `aside`: it waits for something outside, such as a model."""

    future: Future[T] = field(default_factory=Future)
    until: float = math.inf
    client: str = ""
    origin: str = ""
    aside: bool = False
    part: str = ""
    done: int = 0
    total: int = 0


class PaperQueue:
    """The papers of one service. `places`: how many may be unfinished, a quarter of them of one client, or of clients who share an
    origin; strangers leave a quarter to those with a key or an account. `clock` gives seconds."""

    def __init__(self, question_queue: QuestionQueue, places: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._question_queue, self._places, self._clock = question_queue, places, clock
        self._each = max(1, places // 4)
        self._guard = threading.Lock()
        self._papers: OrderedDict[Hashable, Paper[Any]] = OrderedDict()
        self._stopping = threading.Event()
        self._wanted: FairQueue[Callable[[], None]] = FairQueue()
        # A daemon: a model that never answers must not keep the process from ending.
        threading.Thread(target=self._run, name="papers", daemon=True).start()

    def held(self, key: Hashable) -> bool:
        """Whether a paper is made already, or being made."""
        with self._guard:
            return key in self._papers

    def take(
        self,
        key: Hashable,
        work: Work[T],
        lasting: Callable[[T], bool] = lambda _: True,
        *,
        client: str = "",
        origin: str = "",
    ) -> Paper[T]:
        """The paper of a key, begun for a client where it is not there; with an `origin` the client has a part of what all clients
        of this origin have together. Raises `TooMany` where those of the client or origin that are not finished are many already, and
        `Overloaded` where all are.

        One that failed is given once: whoever asks then has it made again. One that is not `lasting` is kept for a while.
        """
        with self._guard:
            known = self._papers.get(key)
            if known is not None and known.until <= self._clock():
                del self._papers[key]
            elif known is not None:
                self._papers.move_to_end(key)
                if known.future.done() and known.future.exception() is not None:
                    del self._papers[key]
                return cast(Paper[T], known)
            unfinished = [each for each in self._papers.values() if not each.future.done()]
            self._check()
            strangers = sum(bool(each.origin) for each in unfinished) if origin else 0
            if len(unfinished) >= self._places or strangers >= strangers_part(self._places):
                raise Overloaded("papers-wait", count=len(unfinished), retry_after=60)
            own = sum(each.client == client for each in unfinished)
            together = sum(each.origin == origin for each in unfinished) if origin else 0
            if own >= own_part(self._each, client, origin):
                raise TooMany("papers-yours", count=own, retry_after=60)
            if together >= self._each:
                raise TooMany("papers-address", count=together, retry_after=60)
            paper: Paper[T] = Paper(client=client, origin=origin)
            self._papers[key] = paper
            self._forget()
            self._wanted.put(client, partial(self._make, paper, work, lasting))
            return paper

    def stop(self) -> None:
        """Takes nothing new, and ends what is in hand before its next part; who waits for a model is told at once."""
        self._stopping.set()
        with self._guard:
            for paper in self._papers.values():
                if paper.aside:
                    self._end(paper, error=stopping())

    def close(self, grace: float) -> bool:
        """Ends what is in hand before its next part, and what waits; says whether all ended within `grace` seconds."""
        self.stop()
        with self._guard:
            begun = [each.future for each in self._papers.values()]
        return not wait(begun, grace).not_done

    def _make(self, paper: Paper[T], work: Work[T], lasting: Callable[[T], bool]) -> None:
        with ExitStack() as turn:

            def tell(part: str, done: int, total: int) -> None:
                turn.close()
                self._check()
                paper.part, paper.done, paper.total = part, done, total
                turn.enter_context(self._question_queue.batch())

            @contextmanager
            def aside() -> Iterator[None]:
                turn.close()
                with self._guard:
                    self._check()
                    paper.aside = True
                try:
                    yield
                finally:
                    paper.aside = False
                    self._check()
                    turn.enter_context(self._question_queue.batch())

            try:
                self._check()
                turn.enter_context(self._question_queue.batch())
                made = work(tell, aside)
                paper.until = math.inf if lasting(made) else self._clock() + PASSING
            except BaseException as error:  # noqa: BLE001  (it belongs to whoever waits for the paper)
                self._end(paper, error=error)
            else:
                self._end(paper, made)

    def _run(self) -> None:
        """Makes the first that the next client asked for."""
        while make := self._wanted.get():
            make()

    @staticmethod
    def _end(paper: Paper[T], made: T | None = None, error: BaseException | None = None) -> None:
        """Settles a paper, unless a stop has settled it."""
        with suppress(InvalidStateError):
            if error is not None:
                paper.future.set_exception(error)
            else:
                paper.future.set_result(cast(T, made))

    def _check(self) -> None:
        if self._stopping.is_set():
            raise stopping()

    def _forget(self) -> None:
        done = [key for key, each in self._papers.items() if each.future.done()]
        for key in done[: max(0, len(done) - KEPT)]:
            del self._papers[key]
