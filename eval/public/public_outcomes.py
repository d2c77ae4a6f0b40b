"""Outcomes row by row, kept in a file as they come, so that a long run that was stopped goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol, TypeVar

from eval.kept_lines import KeptLines, kept_in
from eval.public.figures import Outcome
from eval.public.public_rows import PublicError


class Named(Protocol):
    """What has an id, by which its outcome is known again."""

    @property
    def id(self) -> str: ...


_Item = TypeVar("_Item", bound=Named)


class Outcomes(ExitStack):
    """The outcomes of a run, in a JSON Lines file; in memory only without a path.

    The first line says what the run was `about`: files, settings, code. Raises `PublicError` where a file was made
    about something else, or is something else.
    """

    def __init__(self, path: Path | None, about: Mapping[str, Any]) -> None:
        super().__init__()
        self._held: dict[str, Outcome] = {}
        self._file: KeptLines | None = None
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        begun = path.exists() and path.stat().st_size > 0
        if begun:
            self._load(path, about)
        self._file = self.enter_context(KeptLines(path))
        if not begun:
            self._file.add({"about": dict(about)})

    def of(self, items: Iterable[_Item], work: Callable[[_Item], Outcome]) -> Iterator[Outcome]:
        """The outcome of each item, in their order; `work` makes those that are not kept yet."""
        for item in items:
            name = item.id
            if name not in self._held:
                self._held[name] = {"id": name, **work(item)}
                if self._file is not None:
                    self._file.add(self._held[name])
            yield self._held[name]

    def _load(self, path: Path, about: Mapping[str, Any]) -> None:
        try:
            rows = [row for _, row in kept_in(path)]
            before, held = rows[0]["about"], {str(row["id"]): row for row in rows[1:]}
            other = [name for name in {**before, **about} if before.get(name) != about.get(name)]
        except (ValueError, LookupError, TypeError):
            raise PublicError(f"{path} holds no outcomes of an evaluation. Choose another file with --out.") from None
        if other:
            raise PublicError(
                f"{path} was made with another {' and '.join(sorted(other))}. "
                "Remove it to begin anew, or choose another file with --out."
            )
        self._held = held
