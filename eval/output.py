"""Output of the evaluation programs: figures as JSON and tables, errors as sentences, progress bars; and loading of
manual labels (`eval/cases/*.jsonl`) that papers are compared with."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from assistant.cli.command_run import err_console, fail, plain_errors
from assistant.cli.progress import progress_bar
from eval.cases import EvaluationError, describe_error, read_yaml
from eval.metrics.statistics import Figure
from ingest.outcomes import Progress as ReadingProgress
from ingest.readers import visible


class _WithHeldOut(Protocol):
    @property
    def held_out(self) -> bool: ...


_Item = TypeVar("_Item")
_Label = TypeVar("_Label")
_Part = TypeVar("_Part", bound=_WithHeldOut)


class RoundedFigures:
    """Base of dataclasses that hold figures."""

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary, figures rounded to four digits; nothing in it is infinite or not a number."""
        return dict(round_numbers(asdict(self)))  # type: ignore[call-overload]


def round_numbers(value: Any) -> Any:
    """Rounds the numbers of a JSON value to four digits."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {name: round_numbers(each) for name, each in value.items()}
    return [round_numbers(each) for each in value] if isinstance(value, tuple | list) else value


def format_number(value: float | None, digits: int = 3) -> str:
    """Formats a figure for a table."""
    return "–" if value is None else f"{value:.{digits}f}"


def format_figure(figure: Figure) -> str:
    """Formats a figure with its interval, if any: `0.876 (0.827–0.923)`."""
    return f"{format_number(figure.value)} ({figure.between})" if figure.between else format_number(figure.value)


def print_json(value: object, indent: int | None = None) -> None:
    """Prints a value on standard output as ASCII: answers may contain lone surrogates, which no terminal accepts."""
    sys.stdout.write(json.dumps(value, indent=indent) + "\n")


def print_table(console: Console, heads: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """Prints a table whose rows begin with a name; only the last column wraps."""
    table = Table(title=Text(visible(title)) if title else None, title_justify="left", header_style="bold")
    for n, head in enumerate(heads):
        last = n == len(heads) - 1
        table.add_column(head, justify="right" if n and head != "what it is" else "left", no_wrap=not last)
    for row in rows:
        table.add_row(*(visible(str(cell)) for cell in row))
    console.print(table)


@contextmanager
def report_errors(expected: type[Exception] = EvaluationError) -> Iterator[None]:
    """Ends a command with a sentence where an `expected` error is raised, or a file is missing."""
    with plain_errors():
        try:
            yield
        except expected as error:
            raise fail(str(error)) from None
        except OSError as error:
            raise fail(f"{error.filename or 'A file'}: {error.strerror or error}.") from None


class ProgressReporter:
    """Shows progress bars, and sentences above them."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._documents = bar.add_task("documents", visible=False, detail="")

    def note(self, sentence: str) -> None:
        """Prints a sentence."""
        err_console.print(visible(sentence))

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


def load_labels(path: Path, label_type: type[_Label]) -> list[_Label]:
    """Loads the labels of a JSON Lines file. Raises `EvaluationError`, with the line for one that is no label."""
    labels, adapter = [], TypeAdapter(label_type)
    # Only line feeds end a line: texts may contain other characters that `splitlines` would break at.
    for n, line in enumerate(read_yaml(path, lambda text: text.split("\n")), 1):
        try:
            labels += [adapter.validate_json(line)] if line.strip() else []
        except ValidationError as error:
            raise EvaluationError(f"{path}, line {n}: {describe_error(error)}") from None
    return labels


def split_held_out(labels: Sequence[_Part]) -> dict[str, list[_Part]]:
    """Splits labels: all of them, those seen while tuning, and those held out."""
    return {"all": list(labels), "seen while tuning": [each for each in labels if not each.held_out],
            "held out": [each for each in labels if each.held_out]}  # fmt: skip
