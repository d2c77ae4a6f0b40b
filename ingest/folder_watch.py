"""Watches folders for files that have changed and are completely written."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from watchfiles import watch as _events

from ingest.input_files import FileInput, printable, walk_folder

QUIET_SECONDS = 1.0  # how long a file must stay unchanged before it counts as completely written

SCAN_SECONDS = 60.0  # after how long a folder is scanned without any notification: network disks send none

_State = tuple[int, int, int]


@dataclass(frozen=True)
class Changes:
    """Files that were added or changed, and files that were removed."""

    changed: tuple[Path, ...] = ()
    removed: tuple[Path, ...] = ()


@dataclass
class WatchedFolder:
    """A folder as it was last seen. Where it is not available (its disk or network), it counts as unchanged: nothing in
    it is removed. `path` is the folder as the user named it, `excluded` are folders in it that are not watched. Raises
    `OSError` where there is no such folder."""

    path: Path
    excluded: Collection[Path] = ()
    files: dict[Path, _State] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = self.path.resolve()
        state = self.folder.stat()
        self._identity = (state.st_dev, state.st_ino)
        self._waiting: dict[Path, _State | None] = {}
        self.files = {found.path: found.state for found in walk_folder(self.folder, self.excluded) if not found.error}

    @property
    def waiting(self) -> bool:
        """Whether changes were seen that may not be complete."""
        return bool(self._waiting)

    def input_for(self, path: Path, language: str | None = None, *, ocr: bool = False) -> FileInput:
        """A file of the folder, to be read."""
        return FileInput(path, language=language, ocr=ocr, display_name=self.display_name(path))

    def display_name(self, path: Path) -> str:
        """The name of a file of the folder in messages."""
        return printable(str(self.path / path.relative_to(self.folder)))

    def scan(self, touched: Collection[Path] = ()) -> Changes:
        """What has changed since the folder was last seen, and was the same at the last two scans. `touched` are files
        that the system reports as being changed."""
        try:
            state = self.folder.stat()
        except OSError:
            return Changes()
        if (state.st_dev, state.st_ino) != self._identity:
            return Changes()
        found = list(walk_folder(self.folder, self.excluded))
        now = {entry.path: entry.state for entry in found if not entry.error}
        unreadable = [entry.path for entry in found if entry.error]
        waiting: dict[Path, _State | None] = {}
        changed: list[Path] = []
        removed: list[Path] = []
        for path in [*now, *(path for path in self.files if path not in now)]:
            state_now = now.get(path)
            if state_now is None and any(path == hidden or hidden in path.parents for hidden in unreadable):
                continue
            if state_now == self.files.get(path) and path not in touched and path not in self._waiting:
                continue
            if path in touched or path not in self._waiting or self._waiting[path] != state_now:
                waiting[path] = state_now
            elif state_now is None:
                removed.append(path)
                self.files.pop(path, None)
            else:
                changed.append(path)
                self.files[path] = state_now
        self._waiting = waiting
        return Changes(tuple(changed), tuple(removed))


def watch(
    folders: Sequence[WatchedFolder], stop: threading.Event, quiet: float = QUIET_SECONDS
) -> Iterator[tuple[WatchedFolder, Changes]]:
    """Yields each folder with its changes, until `stop` is set. A file that is still being written is waited for.

    Notifications of the system only say when to scan: changes are found by comparing the folder with its last state, so
    that a notification that is lost or sent twice does no harm. Raises `OSError` where the system can watch no further
    folder."""
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
                changes = watched.scan(touched)
                if changes.changed or changes.removed:
                    yield watched, changes
        if time.monotonic() >= due:
            due = time.monotonic() + SCAN_SECONDS
