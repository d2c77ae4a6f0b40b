"""Progress of a run on stderr."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import Progress, TaskID

from assistant.cli.bars import drawn
from assistant.cli.session import talk
from eval.metrics.judge import Judgement
from eval.runs.records import Record
from ingest.outcomes import Progress as At
from ingest.readers import visible


class Bar:
    """A `Teller` that shows a bar, and sentences above it."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task: TaskID | None = None

    def note(self, sentence: str) -> None:
        """A sentence for the user."""
        talk.print(visible(sentence), markup=False)

    def reading(self, at: At) -> None:
        """Documents are being read."""
        if self._task is not None:
            self._bar.update(self._task, detail=f"reading {at.name}: {at.done}/{at.total} passages")

    def asking(self, total: int, done: int) -> None:
        """So many cases are there, so many were answered before."""
        self._task = self._bar.add_task("Asking", total=total, completed=done, detail="")
        if done:
            self.note(f"{done} of {total} cases were answered before and are not asked again.")

    def answered(self, record: Record) -> None:
        """A case was answered."""
        if self._task is not None:
            self._bar.update(self._task, advance=1, detail=f"{record.case} {record.status} {record.ms:.0f} ms")

    def judging(self, total: int) -> None:
        """So many answers are to be judged."""
        self._task = self._bar.add_task("Judging", total=total, detail="")

    def judged(self, judgement: Judgement) -> None:
        """An answer was judged."""
        if self._task is not None:
            self._bar.update(self._task, advance=1, detail=f"{judgement.case} {judgement.verdict}")


@contextmanager
def bar() -> Iterator[Bar]:
    """A bar until the block ends."""
    with drawn() as shown:
        yield Bar(shown)
