"""Long work in slices: between two of them, those who wait for the models have their turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
Aside = Callable[[], AbstractContextManager[object]]
"""What is entered around work that needs no turn at the models; at its end the turn is taken again."""
SECONDS = 0.25
"""How long a slice lasts, at least."""


@dataclass(frozen=True)
class Slices:
    """Cuts work. Without an `aside` nobody waits, and nothing is cut. `clock` gives seconds."""

    aside: Aside = nullcontext
    clock: Callable[[], float] = time.perf_counter

    def __call__(self, items: Iterable[T]) -> Iterator[T]:
        """The items; once a slice has lasted its time, the turn is given up for a moment before the next one."""
        begun = self.clock()
        for item in items:
            if self.clock() - begun >= SECONDS:
                self.end()
                begun = self.clock()
            yield item

    def end(self) -> None:
        """Ends a slice: those who wait have their turn."""
        with self.aside():
            pass
