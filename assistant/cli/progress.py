"""Output of long-running work: a progress bar on stderr, a line for each outcome on stdout, and a summary at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column, Table
from rich.text import Text

from assistant.cli.command_run import err_console, fail, out_console, print_json
from assistant.outcome_messages import describe_outcome
from ingest.readers import visible

if TYPE_CHECKING:
    from assistant.cli.server_backend import ServerBackend
    from assistant.ingestion import ProgressReporter


OutcomeCallback = Callable[[Mapping[str, Any]], None]
"""Called with the record of each outcome, with its line and notes."""


class RateColumn(ProgressColumn):
    """How many parts of a task, such as documents, are done a minute; empty until some are."""

    def render(self, task: Task) -> Text:
        """The rate of the last steps."""
        return Text(f"{60 * task.speed:,.0f}/min" if task.speed else "")


def progress_bar() -> Progress:
    """Creates a progress bar that disappears at the end; its tasks have a `detail`, which is shown without markup."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[detail]}", markup=False),
        RateColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=err_console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def run_locally(doing: str, work: Callable[[ProgressReporter], None], on_outcome: OutcomeCallback, total: int) -> None:
    """Runs work in this process, with a progress bar. `on_outcome` is called with each outcome."""
    from ingest.sandbox.process import WorkerError

    with progress_bar() as bar:
        try:
            work(TerminalReporter(bar, bar.add_task(doing, total=total, detail=""), on_outcome))
        except WorkerError as error:
            raise fail(str(error)) from None


def run_on_server(
    doing: str, server: ServerBackend, path: str, body: Mapping[str, Any], on_outcome: OutcomeCallback, total: int
) -> None:
    """Runs a job on the server that owns the library, with a progress bar. `on_outcome` is called with each outcome."""
    with progress_bar() as bar:
        reporter = TerminalReporter(bar, bar.add_task(doing, total=total, detail=""), on_outcome)
        for each in server.outcomes(
            server.begin_job(path, body),
            lambda at: reporter.update(done=at["done"], total=at["total"], detail=at["detail"]),
        ):
            on_outcome(each)


class TerminalReporter:
    """A `ProgressReporter` that updates a progress bar."""

    def __init__(self, bar: Progress, task: TaskID, on_outcome: OutcomeCallback) -> None:
        self._bar, self._task, self._on_outcome = bar, task, on_outcome

    def update(self, *, done: int | None = None, total: int | None = None, detail: str | None = None) -> None:
        """Updates the bar."""
        self._bar.update(self._task, completed=done, total=total)
        if detail is not None:
            self._bar.update(self._task, detail=detail)

    def advance(self) -> None:
        """Advances the bar by one part."""
        self._bar.advance(self._task)

    def note(self, words: str) -> None:
        """Prints a notice on stderr."""
        err_console.print(Text(visible(words), style="yellow"))

    def add_outcome(self, record: dict[str, Any]) -> None:
        """Passes an outcome on, with its line and notes."""
        self._on_outcome(describe_outcome(record))


MAX_ROWS = 50
"""Most rows of one kind in the summary; each outcome was also printed as a line of its own."""

_RESULTS = ("added", "replaced", "skipped", "unchanged", "refused", "removed")
_STYLES = {"refused": "red", "skipped": "yellow"}


@dataclass
class OutcomePrinter:
    """Prints outcomes on stdout as they occur, and collects the notes for the summary."""

    as_json: bool = False
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_RESULTS, 0))
    notes: list[str] = field(default_factory=list)
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    _left_out: int = 0
    _before: bool = False

    @property
    def failed(self) -> bool:
        """Whether a file was refused, or nothing was read and there are notes."""
        return bool(self.counts["refused"]) or (bool(self.notes) and not any(self.counts.values()))

    def put(self, made: Mapping[str, Any]) -> None:
        """Prints the record of an outcome, and collects its notes."""
        result, notes = made["result"], made["notes"]
        self.counts[result] += 1
        if made.get("before"):
            self._before = True
        if self.as_json:
            print_json({name: value for name, value in made.items() if name not in ("line", "notes")})
        else:
            # Where both are the same terminal, the console of the progress bar must print every line.
            console = err_console if err_console.is_terminal and out_console.is_terminal else out_console
            console.print(Text(visible(made["line"]), style=_STYLES.get(result, "")))
        for note in notes:
            word = note["result"]
            if sum(row[0] == word for row in self.rows) < MAX_ROWS:
                self.rows.append((word, made["file"], note["text"]))
            else:
                self._left_out += 1

    def summary(self) -> None:
        """Prints the notes and counts so far on stderr, and resets the notes."""
        for note in self.notes:
            err_console.print(Text(visible(note), style="yellow"))
        alone = sum(self.counts.values()) == 1
        if any(not alone or row[0] not in ("skipped", "refused") for row in self.rows):
            table = Table("Result", Column("File", overflow="fold", ratio=1), Column("What to know", ratio=2))
            for word, name, sentence in sorted(self.rows, key=lambda row: row[0]):
                table.add_row(Text(word), Text(visible(name).rpartition("/")[2]), Text(visible(sentence)))
            err_console.print(table)
            if self._left_out:
                err_console.print(f"{self._left_out} more rows of this kind; each file has a line above.")
        counted = ", ".join(f"{n} {result}" for result, n in self.counts.items() if n)
        err_console.print(counted or "nothing to do")
        if self._before:
            err_console.print("To read again what was refused or skipped before, use --again.")
        self.rows, self._left_out, self._before = [], 0, False
