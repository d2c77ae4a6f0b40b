"""Papers in the making: briefings and themes, one after another by one thread, in slices between the questions.

What one makes is for all who ask for the same; the latest are kept, so that a file of what was looked at costs nothing.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from assistant.faults import Overloaded
from assistant.service.turns import Turns

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
"""Told what is made next, how many parts are done, and how many there are."""

KEPT = 50
"""Finished papers that are kept."""


@dataclass
class Paper(Generic[T]):
    """A paper to come. `done` of `total` parts say how far it is (0: it waits), `part` what is in hand."""

    future: Future[T] = field(default_factory=Future)
    part: str = ""
    done: int = 0
    total: int = 0


class Papers:
    """The papers of one service. `places`: how many may be unfinished."""

    def __init__(self, turns: Turns, places: int) -> None:
        self._turns, self._places = turns, places
        self._guard = threading.Lock()
        self._papers: OrderedDict[Hashable, Paper[Any]] = OrderedDict()
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="papers")

    def held(self, key: Hashable) -> bool:
        """Whether a paper is made already, or being made."""
        with self._guard:
            return key in self._papers

    def take(self, key: Hashable, work: Callable[[Progress], T]) -> Paper[T]:
        """The paper of a key, begun where it is not there. `work` is to call what it is given before each part: the
        questions that wait have their turn then. Raises `Overloaded`.

        One that failed is given once: whoever asks then has it made again.
        """
        with self._guard:
            known = self._papers.get(key)
            if known is not None:
                self._papers.move_to_end(key)
                if known.future.done() and known.future.exception() is not None:
                    del self._papers[key]
                return cast(Paper[T], known)
            unfinished = sum(not each.future.done() for each in self._papers.values())
            if self._stopping.is_set() or unfinished >= self._places:
                why = "The service is stopping." if self._stopping.is_set() else f"{unfinished} papers wait already."
                raise Overloaded(f"{why} Try again in a minute.", retry_after=60)
            paper: Paper[T] = Paper()
            self._papers[key] = paper
            self._forget()
            self._pool.submit(self._make, paper, work)
            return paper

    def stop(self) -> None:
        """Takes nothing new, and ends what is in hand before its next part."""
        self._stopping.set()

    def close(self, grace: float) -> bool:
        """Ends what is in hand before its next part, and what waits; says whether all ended within `grace` seconds."""
        self.stop()
        self._pool.shutdown(wait=False)
        with self._guard:
            begun = [each.future for each in self._papers.values()]
        return not wait(begun, grace).not_done

    def _make(self, paper: Paper[T], work: Callable[[Progress], T]) -> None:
        with ExitStack() as turn:

            def tell(part: str, done: int, total: int) -> None:
                turn.close()
                self._check()
                paper.part, paper.done, paper.total = part, done, total
                turn.enter_context(self._turns.batch())

            try:
                self._check()
                turn.enter_context(self._turns.batch())
                made = work(tell)
            except BaseException as error:  # noqa: BLE001  (it belongs to whoever waits for the paper)
                paper.future.set_exception(error)
            else:
                paper.future.set_result(made)

    def _check(self) -> None:
        if self._stopping.is_set():
            raise Overloaded("The service is stopping. Try again in a minute.", retry_after=60)

    def _forget(self) -> None:
        done = [key for key, each in self._papers.items() if each.future.done()]
        for key in done[: max(0, len(done) - KEPT)]:
            del self._papers[key]
