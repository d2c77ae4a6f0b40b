"""Splits long work into time slices, between which waiting questions can use the models."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
Aside = Callable[[], AbstractContextManager[object]]
"""Context manager that gives up the turn at the models, and takes it again at its end."""
SECONDS = 0.25
"""Least length of a slice."""


@dataclass(frozen=True)
class Slices:
    """Splits work into slices by entering `aside` between them; without one, nothing happens. `clock` gives seconds."""

    aside: Aside = nullcontext
    clock: Callable[[], float] = time.perf_counter

    def __call__(self, items: Iterable[T]) -> Iterator[T]:
        """Yields the items; after `SECONDS` the turn is given up for a moment before the next one."""
        begun = self.clock()
        for item in items:
            if self.clock() - begun >= SECONDS:
                self.end()
                begun = self.clock()
            yield item

    def end(self) -> None:
        """Ends a slice: waiting questions get their turn."""
        with self.aside():
            pass
