"""Files and folders of the user's: which files there are to be read, in which order, under which names."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.corpus_errors import DATABASE_FILE
from corpus.symbols import Symbol
from ingest.document_reading import Input
from ingest.readers import MAX_BYTES, ReadError, visible

_LINES = re.compile(r"[\n\r\t\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Opening a pipe to which nobody writes must not wait for ever."""
_JUNK_NAMES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini"})
_JUNK_STARTS = ("~$", ".")
_JUNK_ENDS = (".part", ".partial", ".crdownload", ".tmp", "~")


@dataclass(frozen=True)
class FileInput:
    """A file that is opened when its turn comes. `fault` says why it can't be, where that is known before."""

    path: Path
    symbol: Symbol | None = None
    language: str | None = None
    ocr: bool = False
    shown: str = ""
    fault: str = ""

    @property
    def label(self) -> str:
        """How the file is called in front of people."""
        return self.shown or printable(self.path.name)

    def open(self) -> Input:
        """Its bytes. Raises `ReadError` where there is no file to read, or it is too large."""
        shown = printable(str(self.path))
        if self.fault:
            raise ReadError(self.fault)
        try:
            with os.fdopen(os.open(self.path, _READ), "rb") as file:
                state = os.fstat(file.fileno())
                if stat.S_ISDIR(state.st_mode):
                    raise IsADirectoryError(21, "is a folder")
                if not stat.S_ISREG(state.st_mode):
                    raise ReadError(f"{shown} is no ordinary file (a pipe or a device). Save it as a file first.")
                data = file.read(MAX_BYTES + 1) if state.st_size <= MAX_BYTES else b""
            size = max(state.st_size, len(data))
            if size > MAX_BYTES:
                raise ReadError(
                    f"{shown} is {size / 1e6:.0f} MB large; files of up to {MAX_BYTES / 1e6:.0f} MB are "
                    "read. Split it into its documents."
                )
            name = printable(self.path.name)
            return Input(name, data, self.symbol, self.language, False, origin_of(self.path), self.shown, self.ocr)
        except FileNotFoundError:
            raise ReadError(f"There is no file {shown}.") from None
        except IsADirectoryError:
            raise ReadError(f"{shown} is a folder, not a file.") from None
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise ReadError(f"{shown} can't be read: {reason}.") from None


def printable(name: str) -> str:
    """A file name of any bytes on one line, without anything that a terminal may obey."""
    return visible(_LINES.sub(" ", name)) or "?"


def origin_of(path: Path) -> str:
    """Which file a path leads to: a hash of the resolved path."""
    resolved = str(path.resolve())
    return hashlib.sha256(resolved.encode("utf-8", "surrogateescape")).hexdigest()[:20]


def is_junk(name: str) -> bool:
    """Whether a file is one that nobody would want read: hidden, a lock, or a download that is not done."""
    low = name.casefold()
    return low in _JUNK_NAMES or low.startswith(_JUNK_STARTS) or low.endswith(_JUNK_ENDS)


@dataclass(frozen=True)
class Found:
    """A file in a folder, with what shows whether it has changed (size, time of change in ns, number); or a folder
    that can't be read (`fault`)."""

    path: Path
    state: tuple[int, int, int] = (0, 0, 0)
    fault: str = ""


def walk(folder: Path, apart: Collection[Path] = ()) -> Iterator[Found]:
    """The files of a folder and its folders, by name; those in a folder before it.

    Hidden files and folders, junk, and all that is no ordinary file are passed over, as are the folders `apart`, and libraries, which is told.
    Links are not followed: what they lead to inside the folder is met anyway, and what is outside is no part of it, which is told,
    as is a link that leads nowhere.
    """
    top = folder.resolve()
    kept_apart = {path.resolve() for path in apart}
    seen: set[tuple[int, int]] = set()
    left = [folder]
    while left:
        here = left.pop()
        try:
            state = here.stat()
            if (state.st_dev, state.st_ino) in seen or (kept_apart and here.resolve() in kept_apart):
                continue
            seen.add((state.st_dev, state.st_ino))
            with os.scandir(here) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield Found(here, fault=f"{printable(str(here))} can't be read: {error.strerror}.")
            continue
        if any(entry.name == DATABASE_FILE for entry in listed):
            reason = (
                f"{printable(str(here))} is a library, and its files are passed over. Name those that are documents."
            )
            yield Found(here, fault=reason)
            continue
        folders = []
        for entry in listed:
            if is_junk(entry.name):
                continue
            try:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(here / entry.name)
                elif entry.is_file(follow_symlinks=False):
                    at = entry.stat(follow_symlinks=False)
                    yield Found(here / entry.name, (at.st_size, at.st_mtime_ns, at.st_ino))
                elif entry.is_symlink() and (fault := _unmet(here / entry.name, top)):
                    yield Found(here / entry.name, fault=fault)
            except FileNotFoundError:
                continue  # gone since it was listed
            except OSError as error:
                yield Found(here / entry.name, fault=f"{printable(entry.name)} can't be read: {error.strerror}.")
        left += reversed(folders)


def _unmet(path: Path, top: Path) -> str:
    """Why what a link leads to is not read with the folder `top`; empty where it is."""
    if not path.exists():
        return f"{printable(path.name)} can't be read: {os.strerror(errno.ENOENT)}."
    target = path.resolve()
    if target.is_relative_to(top) and not any(map(is_junk, target.relative_to(top).parts)):
        return ""
    return f"{printable(path.name)} is a link that leads out of the folder, and is not followed. Name what it leads to."


def inputs(
    path: Path, language: str | None = None, *, ocr: bool = False, apart: Collection[Path] = ()
) -> Iterator[FileInput]:
    """The files that a path stands for: itself, or those of the folder that it is."""
    if not path.is_dir():
        yield FileInput(path, language=language, ocr=ocr)
        return
    for found in walk(path, apart):
        shown = printable(str(found.path))
        yield FileInput(found.path, language=language, ocr=ocr, shown=shown, fault=found.fault)
