"""Progress on stderr: bars, and the work of a keeper or of the server that owns the library as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
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


@contextmanager
def progress_bar(doing: str, total: int) -> Iterator[Callable[[int, int | None, str], None]]:
    """A bar of one job: what it is to be told (how much is done, of how much, what is in hand)."""
    with drawn() as bar:
        task = bar.add_task(doing, total=total, detail="")
        yield lambda done, of, detail: bar.update(task, completed=done, total=of, detail=detail)


def done_here(doing: str, work: Callable[[Hand], None], heard: Heard, total: int) -> None:
    """Does the work of a keeper."""
    from ingest.workers.process import WorkerError

    with progress_bar(doing, total) as bar:
        try:
            work(_Terminal(bar, heard))
        except WorkerError as error:
            raise fail(str(error)) from None


def done_there(doing: str, server: ServerDesk, path: str, body: Mapping[str, Any], heard: Heard, total: int) -> None:
    """Has the server that owns the library do a job."""
    with progress_bar(doing, total) as bar:
        for each in server.outcomes(server.begin(path, body), lambda at: bar(at["done"], at["total"], at["detail"])):
            heard(each)


class _Terminal:
    """The bar of a terminal, to which work tells how far it is."""

    def __init__(self, bar: Callable[[int, int | None, str], None], heard: Heard) -> None:
        self._bar, self._heard = bar, heard
        self._done, self._total, self._detail = 0, None, ""  # type: int, int | None, str

    def tell(self, *, done: int | None = None, total: int | None = None, detail: str | None = None) -> None:
        """How far the work is, and what is in hand."""
        self._done = self._done if done is None else done
        self._total = self._total if total is None else total
        self._detail = self._detail if detail is None else detail
        self._bar(self._done, self._total, self._detail)

    def advance(self) -> None:
        """One more part is done."""
        self.tell(done=self._done + 1)

    def note(self, words: str) -> None:
        """What a person who waits should know."""
        talk.print(Text(visible(words), style="yellow"))

    def outcome(self, record: dict[str, Any]) -> None:
        """What became of a part."""
        self._heard(told(record))
