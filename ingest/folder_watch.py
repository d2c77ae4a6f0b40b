"""Folders that are watched: what has changed in them and is whole."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from watchfiles import watch as _events

from ingest.input_files import FileInput, printable, walk

QUIET_SECONDS = 1.0
"""How long a file must stay as it is before it counts as written."""

LOOK_SECONDS = 60.0
"""After how long a folder is looked at without any notice: network disks give none."""

_State = tuple[int, int, int]


@dataclass(frozen=True)
class Changes:
    """Files that were added or changed, and files that are gone."""

    changed: tuple[Path, ...] = ()
    gone: tuple[Path, ...] = ()


@dataclass
class Watched:
    """A folder as it was last seen. One that is away (its disk, its network) is as it was: nothing in it is gone.

    `given` is the folder as a person named it, `apart` are folders in it that are no part of it. Raises `OSError`
    where there is no such folder.
    """

    given: Path
    apart: Collection[Path] = ()
    files: dict[Path, _State] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = self.given.resolve()
        state = self.folder.stat()
        self._place = (state.st_dev, state.st_ino)
        self._waiting: dict[Path, _State | None] = {}
        self.files = {found.path: found.state for found in walk(self.folder, self.apart) if not found.fault}

    @property
    def waiting(self) -> bool:
        """Whether changes were seen that are not known to be complete."""
        return bool(self._waiting)

    def input(self, path: Path, language: str | None = None, *, ocr: bool = False) -> FileInput:
        """A file of the folder, to be read."""
        return FileInput(path, language=language, ocr=ocr, shown=self.shown(path))

    def shown(self, path: Path) -> str:
        """How a file of the folder is called in front of people."""
        return printable(str(self.given / path.relative_to(self.folder)))

    def look(self, touched: Collection[Path] = ()) -> Changes:
        """What has changed since it was last seen, and was the same at the last two looks. `touched` are files of
        which something else says that they change."""
        try:
            state = self.folder.stat()
        except OSError:
            return Changes()
        if (state.st_dev, state.st_ino) != self._place:
            return Changes()
        now: dict[Path, _State] = {}
        unseen: list[Path] = []
        for found in walk(self.folder, self.apart):
            if found.fault:
                unseen.append(found.path)
            else:
                now[found.path] = found.state
        waiting: dict[Path, _State | None] = {}
        changed: list[Path] = []
        gone: list[Path] = []
        for path in [*now, *(path for path in self.files if path not in now)]:
            state_now = now.get(path)
            if state_now is None and any(path == hidden or hidden in path.parents for hidden in unseen):
                continue
            if state_now == self.files.get(path) and path not in touched and path not in self._waiting:
                continue
            if path in touched or path not in self._waiting or self._waiting[path] != state_now:
                waiting[path] = state_now
            elif state_now is None:
                gone.append(path)
                self.files.pop(path, None)
            else:
                changed.append(path)
                self.files[path] = state_now
        self._waiting = waiting
        return Changes(tuple(changed), tuple(gone))


def watch(
    folders: Sequence[Watched], stop: threading.Event, quiet: float = QUIET_SECONDS
) -> Iterator[tuple[Watched, Changes]]:
    """What changes in folders, each time with the folder, until `stop` is set. A file that is still being written is waited for.

    The system's notices only say when to look: what has changed is told by comparing the folder with what was last
    seen, so that a notice that is lost or comes twice does no harm. Raises `OSError` where the system watches no
    further folder.
    """
    due = 0.0
    for events in _events(
        *(watched.folder for watched in folders),
        watch_filter=None,
        stop_event=stop,
        debounce=int(quiet * 1_000),
        rust_timeout=int(quiet * 1_000),
        yield_on_timeout=True,
        ignore_permission_denied=True,
    ):
        touched = {Path(path) for _, path in events}
        for watched in folders:
            if touched or watched.waiting or time.monotonic() >= due:
                changes = watched.look(touched)
                if changes.changed or changes.gone:
                    yield watched, changes
        if time.monotonic() >= due:
            due = time.monotonic() + LOOK_SECONDS
