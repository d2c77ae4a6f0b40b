"""The errors of a library, with messages for users."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DATABASE_FILE = "library.sqlite3"  # the SQLite file in a library's folder
OWNER_FILE = "owner.json"  # the file in a library's folder that names the process that owns the folder
SEAL_FILE = "links.key"  # the file in a library's folder with the secret key that signs links and sessions
MIN_FREE_BYTES = 1_000_000  # free bytes below which a disk counts as full when writing fails


class LibraryError(Exception):
    """The library can't do what was requested; the message says why and what to do. The library is undamaged."""


class DocumentNotFound(LibraryError):
    """No document has this id; it may have been removed a moment ago."""


class ConcurrentChange(LibraryError):
    """Another process has changed the documents that an operation relied on; check again and retry."""


class LibraryFull(LibraryError):
    """The disk is full. Nothing was changed, and reading still works."""


class LibraryBusy(LibraryError):
    """Another process owns the folder. Transient: retry when it has ended."""


class LibraryStale(LibraryError):
    """The library was made with another model, schema or chunker version. Fixed by `rapporteur reindex`."""


def busy_message(folder: Path) -> str:
    """The message of `LibraryBusy`: which process owns the folder, and what to do about it."""
    try:
        owner = json.loads((folder / OWNER_FILE).read_text(encoding="utf-8"))
        who = f"process {owner['pid']} ({owner['name']})"
    except (OSError, ValueError, KeyError, TypeError):
        who = "another process"
    return (
        f"The library in {folder} is in use by {who}. One process at a time may use a library: "
        "wait until it has ended, or choose another folder with --data-dir or RAPPORTEUR_DATA_DIR."
    )


@contextmanager
def readable_errors(folder: Path) -> Iterator[None]:
    """Turns errors of disk and database into a `LibraryError` with a message for users."""
    try:
        yield
    except (sqlite3.DatabaseError, OSError) as error:
        kind = LibraryFull if is_disk_full(error) else LibraryError
        raise kind(storage_error_message(folder, getattr(error, "strerror", None) or str(error))) from error


def is_disk_full(error: BaseException | None) -> bool:
    """Whether an error means that a disk is full or a quota is used up."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


def has_no_space(folder: Path) -> bool:
    """Whether the disk of a folder is almost full: databases and indexes then fail with various messages of their own."""
    try:
        return shutil.disk_usage(folder).free < MIN_FREE_BYTES
    except OSError:
        return False


def _is_unreadable(folder: Path) -> bool:
    """Whether a folder exists whose files this user may not read."""
    try:
        with os.scandir(folder):
            (folder / DATABASE_FILE).exists()
    except PermissionError:
        return True
    except OSError:
        return False  # there is no such folder
    return False


def storage_error_message(folder: Path, reason: str) -> str:
    """The message for an error of disk or database whose text is `reason`."""
    low = reason.casefold()
    if "full" in low or "no space" in low or "quota" in low or ("disk i/o" in low and has_no_space(folder)):
        return f"The disk that holds {folder} is full. Nothing was changed. Free some space and try again."
    if any(each in low for each in ("readonly", "read-only", "not writable", "permission", "unable to open")):
        if _is_unreadable(folder):
            return f"The folder {folder} cannot be read. Change its permissions, or choose another with --data-dir."
        return f"The folder {folder} cannot be written to. Change its permissions, or choose another with --data-dir."
    if "malformed" in low or "not a database" in low:
        return f"The database in {folder} is damaged ({reason}). Restore it from a backup, or ingest again elsewhere."
    if "not a directory" in low or "exists" in low:
        return f"{folder} is not a folder. Choose another with --data-dir or RAPPORTEUR_DATA_DIR."
    return f"The library in {folder} could not be used: {reason}. Choose another folder with --data-dir or RAPPORTEUR_DATA_DIR."
