"""How the evaluation tells what it found: figures as JSON and as tables, what is wrong as a sentence; and the labels made by reading
(`eval/cases/*.jsonl`) that papers are held against."""

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
from rich.table import Table
from rich.text import Text

from assistant.cli.command_run import EXIT_USAGE, fail, plain_errors
from eval.cases import EvaluationError, read_yaml, what_is_wrong
from ingest.readers import visible


class _Parted(Protocol):
    @property
    def held_out(self) -> bool: ...


_Label = TypeVar("_Label")
_Some = TypeVar("_Some", bound=_Parted)


class Rounded:
    """A dataclass of figures."""

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary, figures rounded to four digits; nothing in it is infinite or not a number."""
        made: dict[str, Any] = rounded(asdict(self))  # type: ignore[call-overload]
        return made


def rounded(value: Any) -> Any:
    """A JSON value whose numbers have four digits at most."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {name: rounded(each) for name, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, tuple | list) else value


def number(value: float | None, digits: int = 3) -> str:
    """A figure for people."""
    return "–" if value is None else f"{value:.{digits}f}"


def print_json(value: object, indent: int | None = None) -> None:
    """A value on standard output, as plain ASCII: an answer may hold halves of surrogate pairs, which no terminal takes."""
    sys.stdout.write(json.dumps(value, indent=indent) + "\n")


def print_table(console: Console, heads: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """A table whose rows begin with a name; what wraps is the last column alone."""
    table = Table(title=Text(visible(title)) if title else None, title_justify="left", header_style="bold")
    for n, head in enumerate(heads):
        last = n == len(heads) - 1
        table.add_column(head, justify="right" if n and head != "what it is" else "left", no_wrap=not last)
    for row in rows:
        table.add_row(*(visible(str(cell)) for cell in row))
    console.print(table)


def print_rows(console: Console, first: str, rows: Iterable[tuple[str, object]], columns: Mapping[str, str]) -> None:
    """A table: by its heading, what each column tells of a named value, as a format string (`{0.recall:.3f}`)."""
    told = ([name, *(cell.format(value) for cell in columns.values())] for name, value in rows)
    print_table(console, (first, *columns), told)


@contextmanager
def sentences(*expected: type[Exception], code: int = EXIT_USAGE) -> Iterator[None]:
    """Ends a command with a sentence where something `expected` is wrong, or a file is not there."""
    with plain_errors():
        try:
            yield
        except expected as error:
            raise fail(str(error), code) from None
        except OSError as error:
            raise fail(f"{error.filename or 'A file'}: {error.strerror or error}.") from None


def labels_in(path: Path, kind: type[_Label]) -> list[_Label]:
    """The labels in the lines of a file of JSON Lines. Raises `EvaluationError` for a file that can't be read, and a line that holds none."""
    found, read = [], TypeAdapter(kind)
    # Lines end at line feeds alone: texts may hold other characters that `splitlines` takes for ends.
    for n, line in enumerate(read_yaml(path, lambda text: text.split("\n")), 1):
        try:
            found += [read.validate_json(line)] if line.strip() else []
        except ValidationError as error:
            raise EvaluationError(f"{path}, line {n}: {what_is_wrong(error)}") from None
    return found


def parts(labels: Sequence[_Some]) -> dict[str, list[_Some]]:
    """All labels, those that were seen while anything was tuned by them, and those that are held out."""
    return {"all": list(labels), "seen while tuning": [each for each in labels if not each.held_out],
            "held out": [each for each in labels if each.held_out]}  # fmt: skip
