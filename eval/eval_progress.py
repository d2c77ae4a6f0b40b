"""How long work tells how it goes on: sentences and bars on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.progress import Progress

from assistant.cli.command_run import err_console
from assistant.cli.progress import progress_bar
from ingest.outcomes import Progress as At
from ingest.readers import visible

_Item = TypeVar("_Item")


class Teller:
    """Hears how work goes on, and shows bars, and sentences above them."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._documents = bar.add_task("documents", visible=False, detail="")

    def note(self, sentence: str) -> None:
        """A sentence for people."""
        err_console.print(visible(sentence), markup=False)

    def reading(self, at: At) -> None:
        """A document is being read."""
        self._bar.update(self._documents, detail=visible(at.name), completed=at.done, total=at.total, visible=True)

    def counted(self, items: Iterable[_Item], what: str, total: int | None, done: int = 0) -> Iterator[_Item]:
        """The items as they come, counted, some being `done` before; how many there were is said where no bar is seen too."""
        self._bar.update(self._documents, visible=False)
        task = self._bar.add_task(what, total=total, completed=done, detail="")
        for item in items:
            self._bar.advance(task)
            done += 1
            yield item
        self.note(f"{done} {what}.")


@contextmanager
def shown() -> Iterator[Teller]:
    """Bars until the block ends."""
    with progress_bar() as bar:
        yield Teller(bar)
