"""JSON Lines files that long runs write to, so that a run that was interrupted can be resumed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any


class JsonLinesWriter:
    """Appends to a file: each value is on disk before the next is written, and an incomplete last line is removed on
    opening."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")
        self._file.truncate(_complete_size(path.read_bytes()))

    def __enter__(self) -> JsonLinesWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, value: object) -> None:
        """Writes one value."""
        # Plain ASCII: servers may send lone surrogates, which UTF-8 can't encode.
        self._file.write(json.dumps(value).encode("ascii") + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


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
