"""Outcomes row by row, kept in a file as they come, so that a long run that was stopped goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from eval.public.public_rows import PublicError, read_jsonl

Outcome = dict[str, Any]
"""What came out for one row, by name; JSON values."""
_Item = TypeVar("_Item")


class Outcomes:
    """The outcomes of a run, in a JSON Lines file; in memory only without a path.

    The first line says what the run was `about`: files, settings, code. Raises `PublicError` where a file was made
    about something else, or is something else.
    """

    def __init__(self, path: Path | None, about: Mapping[str, Any]) -> None:
        self._path = path
        self._about = dict(about)
        self._held: dict[str, Outcome] = {}
        if path is None:
            return
        if path.exists() and path.stat().st_size:
            self._load(path)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_line({"about": self._about}), encoding="utf-8")
        self._file = path.open("a", encoding="utf-8")

    def __enter__(self) -> Outcomes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._path is not None:
            self._file.close()

    def of(
        self,
        items: Sequence[_Item],
        key: Callable[[_Item], str],
        work: Callable[[_Item], Outcome],
        told: Callable[[Iterable[_Item]], Iterable[_Item]] = iter,
    ) -> Iterator[Outcome]:
        """The outcome of each item, in their order; `work` makes those that are not kept yet. `told` sees the items
        go by."""
        for item in told(items):
            name = key(item)
            if name not in self._held:
                self._held[name] = {"id": name, **work(item)}
                if self._path is not None:
                    self._file.write(_line(self._held[name]))
                    self._file.flush()
            yield self._held[name]

    def _load(self, path: Path) -> None:
        data = path.read_bytes()
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            # The last line was cut off when the run was stopped; its row is made again.
            path.write_bytes(data[:whole])
        rows = read_jsonl(path)
        head = next(rows, None)
        if head is None or not isinstance(head.data.get("about"), dict):
            raise PublicError(f"{path} holds no outcomes of an evaluation. Choose another file with --out.")
        before = head.data["about"]
        other = [name for name in {**before, **self._about} if before.get(name) != self._about.get(name)]
        if other:
            raise PublicError(
                f"{path} was made with another {' and '.join(sorted(other))}. "
                "Remove it to begin anew, or choose another file with --out."
            )
        self._held = {row.text("id"): dict(row.data) for row in rows}


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
