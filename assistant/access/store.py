"""Keys, accounts, sessions and the audit log: a small SQLite file in the library's folder, beside the library.

The command line changes it while the server runs, and the server looks things up for every request: what is revoked is
revoked at once. Of a secret only a hash is kept. API keys and sessions are 256 random bits, which nobody guesses, so
that SHA-256 suffices; passwords are chosen by people and get Argon2id (RFC 9106).
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus.faults import plainly

FILE = "access.sqlite3"
Clock = Callable[[], datetime]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, hash BLOB NOT NULL, created TEXT NOT NULL,
  expires TEXT, used TEXT, revoked TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accounts (
  name TEXT PRIMARY KEY, role TEXT NOT NULL, hash TEXT NOT NULL, created TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sessions (
  hash BLOB PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts (name) ON DELETE CASCADE, expires TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, who TEXT NOT NULL, address TEXT NOT NULL,
  action TEXT NOT NULL, target TEXT NOT NULL
);
"""


class AccessStore:
    """The file, for several processes and any thread. Raises `LibraryError` where the disk refuses."""

    def __init__(self, folder: Path, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self.folder = folder
        self._clock = clock
        self._guard = threading.RLock()
        path = folder / FILE
        with plainly(folder):
            folder.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=5.0)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA foreign_keys = ON")
            self._db.executescript(_SCHEMA)

    def __enter__(self) -> AccessStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        with self._guard:
            self._db.close()

    def now(self) -> datetime:
        """The time, with its zone."""
        return self._clock()

    def stamp(self) -> str:
        """The time as it is written down."""
        return self._clock().astimezone(UTC).isoformat(timespec="seconds")

    @contextmanager
    def doing(self) -> Iterator[Callable[..., sqlite3.Cursor]]:
        """Runs statements one after another, nobody else's between them in this process."""
        with self._guard, plainly(self.folder):
            yield self._db.execute

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a question to the file finds."""
        with self.doing() as run:
            return run(sql, values).fetchall()

    def write(self, sql: str, *values: Any) -> int:
        """Makes one change; returns how many rows it touched."""
        with self.doing() as run:
            return run(sql, values).rowcount


def secret_hash(secret: str) -> bytes:
    """What is kept of a key or of a session's token."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
