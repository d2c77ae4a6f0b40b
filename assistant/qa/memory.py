"""What the turns of conversations meant and were answered from, so that a turn after them need not work it out anew."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from assistant.qa.abstention import CARRIED
from assistant.qa.answer import Answer
from assistant.qa.query import Reading
from assistant.qa.weighing import Scored

MOST = 256
"""Turns that are remembered."""
STATEMENTS = 2
"""Statements of an answer whose passages are carried to the turn after it."""


@dataclass(frozen=True)
class Turn:
    """How a turn was meant, and the ids of the passages that answered it."""

    reading: Reading
    passages: tuple[str, ...] = ()


class Memory:
    """The latest turns, by all that they depend on; all are forgotten when the library has changed. Thread-safe."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._state: object = None
        self._held: OrderedDict[Hashable, Turn] = OrderedDict()

    def turn(self, key: Hashable, state: object) -> Turn | None:
        """A turn that was kept. `state` is an object that the library replaces when it changes."""
        with self._guard:
            self._follow(state)
            return self._held.get(key)

    def keep(self, key: Hashable, state: object, turn: Turn) -> None:
        """Remembers a turn that was answered."""
        with self._guard:
            self._follow(state)
            self._held[key] = turn
            self._held.move_to_end(key)
            while len(self._held) > MOST:
                self._held.popitem(last=False)

    def _follow(self, state: object) -> None:
        if state is not self._state:
            self._held.clear()
            self._state = state


def first_cited(answer: Answer) -> tuple[str, ...]:
    """Ids of the passages that an answer rests on first of all."""
    return tuple(dict.fromkeys(cite.id for each in answer.statements[:STATEMENTS] for cite in each.citations))


def lifted(scored: Sequence[Scored], carried: Sequence[str]) -> list[Scored]:
    """Units scored, best first, those of carried passages lifted: never over the bar for answering."""
    made = [
        replace(each, score=each.score + CARRIED) if each.unit.evidence.id in carried and each.score >= 0.0 else each
        for each in scored
    ]
    return sorted(made, key=lambda each: -each.odds)
