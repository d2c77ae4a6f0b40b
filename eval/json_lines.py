"""JSON Lines files that long runs write to, so that a run that was interrupted can be resumed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def append_json_lines(path: Path) -> Iterator[Callable[[object], None]]:
    """Opens a file and removes an incomplete last line; yields a function that appends a value, which is on disk when
    the function returns."""
    with path.open("ab") as file:
        file.truncate(_complete_size(path.read_bytes()))

        def add(value: object) -> None:
            # Plain ASCII: servers may send lone surrogates, which UTF-8 can't encode.
            file.write(json.dumps(value).encode("ascii") + b"\n")
            file.flush()
            os.fsync(file.fileno())

        yield add


def read_json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Reads the values of a file with their line numbers; none where the file does not exist. An incomplete last line
    is skipped. Raises `ValueError` with the line for invalid JSON."""
    data = path.read_bytes() if path.is_file() else b""
    for number, line in enumerate(data[: _complete_size(data)].splitlines(), 1):
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError):
            raise ValueError(f"{path}, line {number} cannot be read: it is not JSON.") from None


def _complete_size(data: bytes) -> int:
    """How many bytes belong to complete lines."""
    return data.rfind(b"\n") + 1
