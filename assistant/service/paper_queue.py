"""Queue and cache of papers (briefings, themes): generated one after another, in slices between questions. Clients are served
round-robin, so that a client with many requests delays only itself. Papers on the whole library have a thread of their own, so
that they delay the others by half, not until they are finished.

A paper is shared by all who request the same; the latest are cached, so that a file of a paper already shown costs nothing.
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
from typing import Any, Generic, TypeVar, cast

from assistant.access.principal import own_part, strangers_part
from assistant.reports import Progress
from assistant.service.question_queue import FairQueue, QuestionQueue
from assistant.service_errors import Overloaded, TooMany, stopping
from assistant.time_slices import Aside

T = TypeVar("T")

KEPT = 50
"""Most finished papers in the cache."""
PASSING = 300.0
"""Seconds for which a paper is cached on which a model failed, so that generating it again would be better."""


Work = Callable[[Progress, Aside], T]
"""Generates a paper. It calls the progress function before each part, which lets waiting questions run, and enters the context manager
around work that needs no turn at the models, during which questions are answered."""


@dataclass
class Paper(Generic[T]):
    """A paper that is queued, in progress or finished. `done` of `total` parts are complete (0: it has no parts yet), `part` is in progress;
    `until`: clock time in seconds after which a request generates it again; `client` requested it first, from `origin`; `kind` is what it is,
    such as a briefing, `whole` that it is on the whole library; `aside`: it waits for something outside, such as a model."""

    future: Future[T] = field(default_factory=Future)
    until: float = math.inf
    client: str = ""
    origin: str = ""
    kind: str = ""
    whole: bool = False
    aside: bool = False
    part: str = ""
    done: int = 0
    total: int = 0


class PaperQueue:
    """The papers of one service. `places`: how many may be unfinished, at most a quarter of them of one client or origin; anonymous
    clients leave a quarter to those with a key or an account. `clock` gives seconds."""

    def __init__(self, question_queue: QuestionQueue, places: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._question_queue, self._places, self._clock = question_queue, places, clock
        self._each = max(1, places // 4)
        self._guard = threading.Lock()
        self._papers: OrderedDict[Hashable, Paper[Any]] = OrderedDict()
        self._stopping = threading.Event()
        self._wanted: dict[bool, FairQueue[tuple[Paper[Any], Work[Any]]]] = {
            whole: FairQueue() for whole in (False, True)
        }
        self._begun: dict[bool, Paper[Any]] = {}  # the one that each thread is making
        for whole in self._wanted:
            # A daemon thread: a model that never answers must not keep the process from ending.
            threading.Thread(target=self._run, args=(whole,), name="papers", daemon=True).start()

    def contains(self, key: Hashable) -> bool:
        """Whether a paper is cached, queued or in progress, so that requesting it makes no work."""
        with self._guard:
            known = self._papers.get(key)
            return known is not None and known.until > self._clock()

    def request(
        self,
        key: Hashable,
        work: Work[T],
        *,
        client: str = "",
        origin: str = "",
        kind: str = "",
        whole: bool = False,
    ) -> Paper[T]:
        """Returns the paper of a key, queued for a client if there is none, `whole` beside those that are not; with an `origin`
        (anonymous clients), the client has a share of the limit of this origin. Raises `TooMany` where the client or origin has too
        many unfinished papers, and `Overloaded` where all clients together have.

        A failed paper is returned once; the next request generates it again. One whose result says that it is not `lasting`, since a
        model failed, is cached for `PASSING` seconds.
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
            paper: Paper[T] = Paper(client=client, origin=origin, kind=kind, whole=whole)
            self._papers[key] = paper
            done = [key for key, each in self._papers.items() if each.future.done()]
            for old in done[: max(0, len(done) - KEPT)]:
                del self._papers[old]
            self._wanted[whole].put(client, (paper, work))
            return paper

    def ahead(self, paper: Paper[Any]) -> tuple[int, Paper[Any] | None]:
        """How many papers are made before one that waits, the one in progress included, and that one; 0 for one that does not wait."""
        waiting = self._wanted[paper.whole].ahead(lambda each: each[0] is paper)
        begun = self._begun.get(paper.whole)
        if waiting is None or begun is None or begun.future.done():
            return waiting or 0, None
        return waiting + 1, begun

    def stop(self) -> None:
        """Accepts nothing new, and ends the papers in progress (one of each thread) before their next part, at once where one waits
        for a model."""
        self._stopping.set()
        with self._guard:
            for paper in self._papers.values():
                if paper.aside:
                    self._end(paper, error=stopping())

    def close(self, grace: float) -> bool:
        """Ends the papers in progress before their next part, and those that wait; returns whether all ended within `grace` seconds."""
        self.stop()
        for wanted in self._wanted.values():
            wanted.close()
        with self._guard:
            futures = [each.future for each in self._papers.values()]
        return not wait(futures, grace).not_done

    def _make(self, paper: Paper[T], work: Work[T]) -> None:
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
                paper.until = math.inf if getattr(made, "lasting", True) else self._clock() + PASSING
            except BaseException as error:  # noqa: BLE001  (raised to whoever waits for the paper)
                self._end(paper, error=error)
            else:
                self._end(paper, made)

    def _run(self, whole: bool) -> None:
        """Generates the queued papers, one client after another."""
        while wanted := self._wanted[whole].get():
            self._begun[whole] = wanted[0]
            self._make(*wanted)
            del self._begun[whole], wanted  # while the thread waits for the next one, only the cache keeps this one

    @staticmethod
    def _end(paper: Paper[T], made: T | None = None, error: BaseException | None = None) -> None:
        """Sets the result or error of a paper, unless a stop has set it."""
        with suppress(InvalidStateError):
            if error is not None:
                paper.future.set_exception(error)
            else:
                paper.future.set_result(cast(T, made))

    def _check(self) -> None:
        if self._stopping.is_set():
            raise stopping()
