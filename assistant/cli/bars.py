"""Progress bars on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from assistant.cli.session import talk


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
