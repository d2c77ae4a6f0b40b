"""What earlier questions were answered from, carried to the turns that lean on them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from assistant.qa.abstention import CARRIED
from assistant.qa.answer import Answer
from assistant.qa.weighing import Scored
from assistant.question import Question

MOST = 256
"""Questions that are remembered."""
STATEMENTS = 2
"""Statements of an answer whose passages are carried to the turn after it."""


class Memory:
    """Passages by question, the latest asked; all are forgotten when the library has changed. Thread-safe."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._state: object = None
        self._held: OrderedDict[Hashable, tuple[str, ...]] = OrderedDict()

    def passages(self, key: Hashable, state: object, make: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
        """The ids of the passages of a question, made if they are not known. `state` is an object that the library
        replaces when it changes."""
        with self._guard:
            if state is not self._state:
                self._held.clear()
                self._state = state
            found = self._held.get(key)
        if found is None:
            found = make()
            self.keep(key, state, found)
        return found

    def keep(self, key: Hashable, state: object, passages: tuple[str, ...]) -> None:
        """Remembers the passages of a question that was answered."""
        with self._guard:
            if state is not self._state:
                self._held.clear()
                self._state = state
            self._held[key] = passages
            self._held.move_to_end(key)
            while len(self._held) > MOST:
                self._held.popitem(last=False)


def key(question: Question) -> Hashable:
    """What the answer to a question depends on beside the library."""
    return question.text, question.focus, question.language, question.within, question.of_item


def first_cited(answer: Answer) -> tuple[str, ...]:
    """Ids of the passages that an answer rests on first of all."""
    return tuple(dict.fromkeys(cite.id for each in answer.statements[:STATEMENTS] for cite in each.citations))


def lifted(scored: Sequence[Scored], carried: Sequence[str]) -> list[Scored]:
    """Units scored, best first, those of carried passages lifted: never over the bar for answering."""
    made = [
        replace(each, score=each.score + CARRIED) if each.unit.evidence.id in carried and each.score >= 0.0 else each
        for each in scored
    ]
    return sorted(made, key=lambda each: -each.score)
