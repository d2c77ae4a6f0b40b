"""Which files this process opens: what Python tells its audit hooks, and no more than that."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CODE = tuple({sys.prefix, sys.base_prefix, str(Path(sys.prefix).resolve()), str(Path(__file__).parents[2]), "/usr"})
"""Where programs lie: these are read whenever something is imported, whatever a request says."""
_heard: list[list[str]] = []


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and _heard and isinstance(arguments[0], str | bytes | os.PathLike):
        path = os.path.realpath(os.fsdecode(arguments[0]))
        for each in _heard:
            each.append(path)


sys.addaudithook(_hook)  # one can't be taken away again: it listens while `opened` does


@contextmanager
def opened() -> Iterator[list[str]]:
    """The files that are opened until the block ends, but for those of programs."""
    own: list[str] = []
    seen: list[str] = []
    _heard.append(seen)
    try:
        yield own
    finally:
        _heard.remove(seen)
        own.extend(path for path in seen if not path.startswith(CODE))
