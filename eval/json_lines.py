"""What a long run keeps as it comes: JSON values, one a line, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any


class KeptLines:
    """A file that grows: each value whole on disk before the next, a torn last line taken back."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")
        self._file.truncate(_whole(path.read_bytes()))

    def __enter__(self) -> KeptLines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, value: object) -> None:
        """Writes one value."""
        # Plain ASCII: servers may send halves of surrogate pairs, which no other form can hold.
        self._file.write(json.dumps(value).encode("ascii") + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def kept_in(path: Path) -> Iterator[tuple[int, Any]]:
    """The values of a file, with the numbers of their lines; none of a file that is not there. A last line that may have been cut
    off is passed over. Raises `ValueError` with the line for what is no JSON."""
    data = path.read_bytes() if path.is_file() else b""
    for number, line in enumerate(data[: _whole(data)].splitlines(), 1):
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError):
            raise ValueError(f"{path}, line {number} can't be read: it is not JSON.") from None


def _whole(data: bytes) -> int:
    """How many bytes are whole lines."""
    return data.rfind(b"\n") + 1
