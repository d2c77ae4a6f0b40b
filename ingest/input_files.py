"""The user's files and folders: which files are read, in which order and under which names."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.corpus_errors import DATABASE_FILE
from corpus.symbols import Symbol
from ingest.document_reading import Input
from ingest.readers import MAX_BYTES, ReadError, visible

_LINES = re.compile(r"[\n\r\t\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Opening a pipe to which nobody writes must not block."""
QUIET_SECONDS = 0.1
"""How long a file must not have been changed before it is read: it may still be written, and times of changes are coarse."""
PAUSES = (QUIET_SECONDS, 0.2, 0.4, 0.8)
"""Seconds to wait for a file that is being changed."""
_JUNK_NAMES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini"})
_JUNK_STARTS = ("~$", ".")
_JUNK_ENDS = (".part", ".partial", ".crdownload", ".tmp", "~")


@dataclass(frozen=True)
class FileInput:
    """A file that is opened when it is needed. `error` says why it can't be read, where that is already known."""

    path: Path
    symbol: Symbol | None = None
    language: str | None = None
    ocr: bool = False
    display_name: str = ""
    error: str = ""

    @property
    def label(self) -> str:
        """The name of the file in messages."""
        return self.display_name or printable(self.path.name)

    def open(self) -> Input:
        """The bytes that the file had at one time. Raises `ReadError` where there is no file to read, it is too large, or does not
        cease to change."""
        display_name = printable(str(self.path))
        if self.error:
            raise ReadError(self.error)
        try:
            pauses = iter(PAUSES)
            while (data := _read_unchanged(self.path, display_name)) is None:
                if (pause := next(pauses, None)) is None:
                    raise ReadError(f"{display_name} is being changed by another program. Read it when it is complete.")
                time.sleep(pause)
            name = printable(self.path.name)
            return Input(
                name, data, self.symbol, self.language, False, file_id_of(self.path), self.display_name, self.ocr
            )
        except FileNotFoundError:
            raise ReadError(f"There is no file {display_name}.") from None
        except IsADirectoryError:
            raise ReadError(f"{display_name} is a folder, not a file.") from None
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise ReadError(f"{display_name} cannot be read: {reason}.") from None


def _read_unchanged(path: Path, display_name: str) -> bytes | None:
    """The bytes of a file; None if it is being changed, so that they may be half of one state and half of another."""
    with os.fdopen(os.open(path, _READ), "rb") as file:
        state = os.fstat(file.fileno())
        if not stat.S_ISREG(state.st_mode):
            raise ReadError(_not_regular(display_name))
        if 0 <= time.time_ns() - state.st_mtime_ns < QUIET_SECONDS * 1e9:
            return None
        data = file.read(MAX_BYTES + 1) if state.st_size <= MAX_BYTES else b""
        size = max(state.st_size, len(data))
        if size > MAX_BYTES:
            raise ReadError(
                f"{display_name} is {size / 1e6:.0f} MB; files of up to {MAX_BYTES / 1e6:.0f} MB are "
                "read. Split it into its documents."
            )
        whole = len(data) == state.st_size or not state.st_size  # some file systems do not tell the size
        unchanged = whole and state.st_mtime_ns == os.fstat(file.fileno()).st_mtime_ns
    return data if unchanged else None


def _not_regular(name: str) -> str:
    return f"{name} is not a regular file (it is a pipe or a device). Save it as a file first."


def printable(name: str) -> str:
    """A file name of any bytes on one line, without characters that a terminal would interpret."""
    return visible(_LINES.sub(" ", name)) or "?"


def file_id_of(path: Path) -> str:
    """Identifies the file that a path leads to: a hash of the resolved path."""
    resolved = str(path.resolve())
    return hashlib.sha256(resolved.encode("utf-8", "surrogateescape")).hexdigest()[:20]


def is_junk(name: str) -> bool:
    """Whether a file is not meant to be read: hidden, a lock file, or an unfinished download."""
    low = name.casefold()
    return low in _JUNK_NAMES or low.startswith(_JUNK_STARTS) or low.endswith(_JUNK_ENDS)


@dataclass(frozen=True)
class FolderEntry:
    """A file in a folder and what shows a change (size, time in ns, inode); or an unreadable folder (`error`)."""

    path: Path
    state: tuple[int, int, int] = (0, 0, 0)
    error: str = ""


def walk_folder(folder: Path, excluded: Collection[Path] = ()) -> Iterator[FolderEntry]:
    """The files of a folder and its subfolders, by name; the files of a folder come before those of its subfolders.

    Hidden files and folders, junk and the folders `excluded` are skipped; so are libraries and everything that is not an
    ordinary file, which is reported. Links are not followed: a target inside the folder is read anyway; a target
    outside the folder, or a link that leads nowhere, is reported."""
    top = folder.resolve()
    excluded_folders = {path.resolve() for path in excluded}
    seen: set[tuple[int, int]] = set()
    remaining = [folder]
    while remaining:
        current = remaining.pop()
        try:
            state = current.stat()
            if (state.st_dev, state.st_ino) in seen or (excluded_folders and current.resolve() in excluded_folders):
                continue
            seen.add((state.st_dev, state.st_ino))
            with os.scandir(current) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield FolderEntry(current, error=f"{printable(str(current))} cannot be read: {error.strerror}.")
            continue
        if any(entry.name == DATABASE_FILE for entry in listed):
            reason = f"{printable(str(current))} is a library, so its files are skipped. Name those that are documents."
            yield FolderEntry(current, error=reason)
            continue
        folders = []
        for entry in listed:
            if is_junk(entry.name):
                continue
            try:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(current / entry.name)
                elif entry.is_file(follow_symlinks=False):
                    at = entry.stat(follow_symlinks=False)
                    yield FolderEntry(current / entry.name, (at.st_size, at.st_mtime_ns, at.st_ino))
                elif reason := _why_not_read(current / entry.name, top):
                    yield FolderEntry(current / entry.name, error=reason)
            except FileNotFoundError:
                continue  # deleted since it was listed
            except OSError as error:
                yield FolderEntry(
                    current / entry.name, error=f"{printable(entry.name)} cannot be read: {error.strerror}."
                )
        remaining += reversed(folders)


def _why_not_read(path: Path, top: Path) -> str:
    """Why a link, or what is no ordinary file, is not read with the folder `top`; empty for a link to what is read."""
    if not path.is_symlink():
        return _not_regular(printable(path.name))
    if not path.exists():
        return f"{printable(path.name)} cannot be read: {os.strerror(errno.ENOENT)}."
    target = path.resolve()
    if target.is_relative_to(top) and not any(map(is_junk, target.relative_to(top).parts)):
        return ""
    return f"{printable(path.name)} is a link that leads out of the folder and is not followed. Name its target."


def find_inputs(
    path: Path, language: str | None = None, *, ocr: bool = False, excluded: Collection[Path] = ()
) -> Iterator[FileInput]:
    """The files that a path stands for: the file itself, or the files of the folder."""
    if not path.is_dir():
        yield FileInput(path, language=language, ocr=ocr)
        return
    for found in walk_folder(path, excluded):
        display_name = printable(str(found.path))
        yield FileInput(found.path, language=language, ocr=ocr, display_name=display_name, error=found.error)
