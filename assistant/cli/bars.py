"""Progress on stderr: bars, and the work of a keeper or of the server that owns the library as one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from assistant.cli.session import fail, talk
from assistant.outcome_words import told
from ingest.readers import visible

if TYPE_CHECKING:
    from assistant.cli.server_desk import ServerDesk
    from assistant.keeping import Hand

Heard = Callable[[Mapping[str, Any]], None]
"""Gets the record of each outcome, with its line and notes."""


def drawn() -> Progress:
    """A bar that goes when it ends; its tasks have a `detail`, which is shown as it is."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[detail]}", markup=False),
        TimeElapsedColumn(),
        console=talk,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def done_here(doing: str, work: Callable[[Hand], None], heard: Heard, total: int) -> None:
    """Does the work of a keeper."""
    from ingest.workers.process import WorkerError

    with drawn() as bar:
        try:
            work(_Terminal(bar, bar.add_task(doing, total=total, detail=""), heard))
        except WorkerError as error:
            raise fail(str(error)) from None


def done_there(doing: str, server: ServerDesk, path: str, body: Mapping[str, Any], heard: Heard, total: int) -> None:
    """Has the server that owns the library do a job."""
    with drawn() as bar:
        hand = _Terminal(bar, bar.add_task(doing, total=total, detail=""), heard)
        for each in server.outcomes(
            server.begin(path, body), lambda at: hand.tell(done=at["done"], total=at["total"], detail=at["detail"])
        ):
            heard(each)


class _Terminal:
    """The bar of a terminal, to which work tells how far it is."""

    def __init__(self, bar: Progress, task: TaskID, heard: Heard) -> None:
        self._bar, self._task, self._heard = bar, task, heard

    def tell(self, *, done: int | None = None, total: int | None = None, detail: str | None = None) -> None:
        """How far the work is, and what is in hand."""
        self._bar.update(self._task, completed=done, total=total)
        if detail is not None:
            self._bar.update(self._task, detail=detail)

    def advance(self) -> None:
        """One more part is done."""
        self._bar.advance(self._task)

    def note(self, words: str) -> None:
        """What a person who waits should know."""
        talk.print(Text(visible(words), style="yellow"))

    def outcome(self, record: dict[str, Any]) -> None:
        """What became of a part."""
        self._heard(told(record))
