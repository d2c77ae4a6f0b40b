"""Files in their order, each with its bytes, some of them being read meanwhile: never more than memory allows."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from typing import Protocol

from ingest.document_reading import Input
from ingest.readers import ReadError
from ingest.sandbox.pool import Workers
from ingest.sandbox.replies import Reply

READY_BYTES = 64_000_000
"""How much may wait to be written, before no further file is opened."""
READY_FILES = 16
"""How many files a worker may be ahead."""


class Openable(Protocol):
    """A file that is opened when its turn comes. `open` raises `ReadError`."""

    @property
    def label(self) -> str:
        """How the file is called in front of people."""

    def open(self) -> Input:
        """Its bytes, and what is said about them."""


@dataclass
class Turn:
    """A file whose turn it is. `given` is without its bytes (`size`) where they are with a worker, whose `answer`
    comes, or are not needed; `fault` says why there are none."""

    source: Openable
    given: Input
    sha256: str = ""
    size: int = 0
    fault: str = ""
    answer: Future[Reply] | None = None

    @property
    def weight(self) -> int:
        """How many bytes wait with it."""
        if self.answer is None:
            return 0
        if not self.answer.done() or self.answer.exception() is not None:
            return self.size
        return self.answer.result().size


def turns(sources: Iterable[Openable], workers: Workers | None, known: Callable[[Input, str], bool]) -> Iterator[Turn]:
    """Each source in its order. Those that are not `known` (by their bytes and SHA-256) are given to the workers some
    time before their turn; their answer is there when it has come."""
    left = iter(sources)
    waiting: deque[Turn] = deque()
    more = True
    try:
        while more or waiting:
            while more and _room(waiting, workers):
                source = next(left, None)
                if source is None:
                    more = False
                else:
                    waiting.append(_begin(source, workers, known))
            if not waiting:
                break
            answer = waiting[0].answer
            if answer is not None and not answer.done():
                wait(_unfinished(waiting), return_when=FIRST_COMPLETED)
                continue
            yield waiting.popleft()
    finally:
        for turn in waiting:
            if turn.answer is not None:
                turn.answer.cancel()


def _unfinished(waiting: Iterable[Turn]) -> list[Future[Reply]]:
    return [turn.answer for turn in waiting if turn.answer is not None and not turn.answer.done()]


def _room(waiting: deque[Turn], workers: Workers | None) -> bool:
    if not waiting:
        return True
    if workers is None or len(waiting) >= READY_FILES * workers.width:
        return False
    if len(_unfinished(waiting)) >= 2 * workers.width:
        return False
    return sum(turn.weight for turn in waiting) < READY_BYTES


def _begin(source: Openable, workers: Workers | None, known: Callable[[Input, str], bool]) -> Turn:
    try:
        given = source.open()
    except ReadError as error:
        return Turn(source, Input(source.label, b""), fault=str(error))
    turn = Turn(source, given, hashlib.sha256(given.data).hexdigest(), len(given.data))
    if workers is None or given.trusted:
        return turn
    if not known(given, turn.sha256):
        turn.answer = workers.start(given, turn.sha256)
    turn.given = replace(given, data=b"")
    return turn
