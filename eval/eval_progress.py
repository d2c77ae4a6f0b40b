"""Progress of long evaluation work: sentences and progress bars on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.progress import Progress

from assistant.cli.command_run import err_console
from assistant.cli.progress import progress_bar
from ingest.outcomes import Progress as ReadingProgress
from ingest.readers import visible

_Item = TypeVar("_Item")


class ProgressReporter:
    """Shows progress bars, and sentences above them."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._documents = bar.add_task("documents", visible=False, detail="")

    def note(self, sentence: str) -> None:
        """Prints a sentence."""
        err_console.print(visible(sentence), markup=False)

    def reading(self, progress: ReadingProgress) -> None:
        """Shows which document is being read."""
        self._bar.update(
            self._documents, detail=visible(progress.name), completed=progress.done, total=progress.total, visible=True
        )

    def counted(self, items: Iterable[_Item], what: str, total: int | None, done: int = 0) -> Iterator[_Item]:
        """Passes items through and counts them in a bar, `done` of them being done before; prints the count at the
        end, for terminals without a bar."""
        self._bar.update(self._documents, visible=False)
        task = self._bar.add_task(what, total=total, completed=done, detail="")
        for item in items:
            self._bar.advance(task)
            done += 1
            yield item
        self.note(f"{done} {what}.")


@contextmanager
def show_progress() -> Iterator[ProgressReporter]:
    """Shows bars until the block ends."""
    with progress_bar() as bar:
        yield ProgressReporter(bar)
