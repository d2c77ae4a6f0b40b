"""Store of keys, accounts, sessions, the audit log, drafts, jobs and their order, and saved conversations: a small SQLite file in the library's
folder, or tables of the library's database.

The command line changes it while the server runs, and the server reads it for every request: a revoked key stops working at
once. Of a secret only a hash is stored. API keys and sessions are 256 random bits, for which SHA-256 suffices; passwords are
chosen by people and get Argon2id (RFC 9106).
"""

from __future__ import annotations

import hashlib
import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.corpus_errors import LibraryError, readable_errors
from corpus.sources import CopiedTable
from corpus.store.engines import connect_postgres
from corpus.store.sqlite import Sqlite

if TYPE_CHECKING:
    from corpus.store.database import Database, Rows

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
CREATE TABLE IF NOT EXISTS jobs (
  id TEXT PRIMARY KEY, server TEXT NOT NULL, created TEXT NOT NULL, state TEXT NOT NULL, record TEXT NOT NULL,
  outcomes TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS keeping (
  account TEXT PRIMARY KEY REFERENCES accounts (name) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS conversations (
  token TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts (name) ON DELETE CASCADE, changed TEXT NOT NULL,
  title TEXT NOT NULL, kept TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shared (
  id TEXT PRIMARY KEY, made_by TEXT NOT NULL, given TEXT NOT NULL, until TEXT NOT NULL, kept TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS drafts (
  id TEXT PRIMARY KEY, created TEXT NOT NULL, title TEXT NOT NULL, state TEXT NOT NULL, briefing TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS draft_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, draft TEXT NOT NULL, time TEXT NOT NULL, who TEXT NOT NULL, kind TEXT NOT NULL,
  statement INTEGER, text TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS turns (id INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TABLE IF NOT EXISTS announced (
  document TEXT NOT NULL, sha256 TEXT NOT NULL, turn INTEGER NOT NULL, PRIMARY KEY (document, sha256)
) WITHOUT ROWID
"""
_KEPT = {
    "keys": "id, name, role, hash, created, expires, used, revoked",
    "accounts": "name, role, hash, created",
    "audit": "time, who, address, action, target",
    "keeping": "account",
    "conversations": "token, account, changed, title, kept",
    "shared": "id, made_by, given, until, kept",
    "drafts": "id, created, title, state, briefing",
    "draft_events": "draft, time, who, kind, statement, text",
}
"""Tables and columns that `copy_to` copies."""
_KNOWN = {
    "keys": "ON CONFLICT (id) DO UPDATE SET revoked = coalesce(keys.revoked, excluded.revoked)",
    "accounts": "ON CONFLICT (name) DO UPDATE SET role = excluded.role, hash = excluded.hash, created = excluded.created",
    "keeping": "ON CONFLICT (account) DO NOTHING",
    "conversations": "ON CONFLICT (token) DO NOTHING",
    "shared": "ON CONFLICT (id) DO NOTHING",
    "drafts": "ON CONFLICT (id) DO NOTHING",
}
"""What `copy_to` does with a row that exists already."""


class AccessStore:
    """The file or database, for several processes and any thread. Raises `LibraryError` where the disk or the server fails."""

    def __init__(self, folder: Path, clock: Clock = lambda: datetime.now(UTC), *, database: str | None = None) -> None:
        self.folder = folder
        self._clock = clock
        self._guard = threading.RLock()
        self._database = database
        self._due: queue.SimpleQueue[tuple[str, tuple[Any, ...]] | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        with readable_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._db = self._open()
            try:
                if not self._db.has_table("announced"):
                    with self._db.transaction():
                        self._db.create(_SCHEMA)
            except BaseException:
                self._db.close()
                raise

    def __enter__(self) -> AccessStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the store after the pending writes of `write_later`."""
        if self._writer is not None:
            self._due.put(None)
            self._writer.join()
            self._writer = None
        with self._guard:
            self._db.close()

    def now(self) -> datetime:
        """The current time with its time zone."""
        return self._clock()

    def timestamp(self) -> str:
        """The current time in UTC as ISO 8601, to the second, as the tables contain it."""
        return self._clock().astimezone(UTC).isoformat(timespec="seconds")

    @contextmanager
    def connection(self) -> Iterator[Callable[..., Rows]]:
        """Gives a function that executes statements, with no other thread's statements between them."""
        with self._guard, readable_errors(self.folder):
            yield self._db.execute

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Makes the changes of the block atomic."""
        with self._guard, readable_errors(self.folder), self._db.transaction():
            yield

    def copy_to(self, other: AccessStore) -> None:
        """Copies keys, accounts, the audit log, drafts and saved conversations into another store, whose other rows stay. A key revoked
        in either is revoked; an account gets the password and role that it has here; an account that was copied earlier and no longer
        exists here is removed there. Sessions are not copied."""
        accounts = dict(self.rows("SELECT name, created FROM accounts"))
        with other.connection() as run, other._db.transaction():
            copied = CopiedTable(other._db)
            for name, created in copied.marks("account").items():
                if name not in accounts:
                    run("DELETE FROM accounts WHERE name = ? AND created = ?", (name, created))
                    copied.remove("account", name)
            copied.record("account", accounts)
            for table, columns in _KEPT.items():
                log = table in ("audit", "draft_events")  # without a key by which existing rows could be recognised
                if not log or run(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None:
                    marks = ", ".join("?" * len(columns.split(",")))
                    for row in self.rows(
                        f"SELECT {columns} FROM {table} ORDER BY {'id' if log else columns.partition(',')[0]}"
                    ):
                        run(f"INSERT INTO {table} ({columns}) VALUES ({marks}) {_KNOWN.get(table, '')}", row)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Returns the rows of a query."""
        with self.connection() as run:
            return run(sql, values).fetchall()

    def write(self, sql: str, *values: Any) -> int:
        """Executes one change; returns the number of rows changed."""
        with self.connection() as run:
            return run(sql, values).rowcount

    def write_later(self, sql: str, *values: Any) -> None:
        """Executes one change in the background, over a connection of its own, so that the caller never waits for a lock. A change
        that fails is dropped."""
        with self._guard:
            if self._writer is None:
                self._writer = threading.Thread(target=self._write_pending, name="access", daemon=True)
                self._writer.start()
        self._due.put((sql, values))

    def _write_pending(self) -> None:
        db: Database | None = None
        while (due := self._due.get()) is not None:
            with suppress(LibraryError), readable_errors(self.folder):
                db = db or self._open()
                db.execute(*due)
        if db is not None:
            db.close()

    def _open(self) -> Database:
        return _open_file(self.folder / FILE) if self._database is None else connect_postgres(self._database)


def _open_file(path: Path) -> Sqlite:
    """Opens the SQLite file, created so that only its owner may read it."""
    # Closing a file drops all POSIX locks that the process has on it, also those of SQLite's other connections, and another process
    # could then delete the log that they use. So an existing file is opened by SQLite only.
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return Sqlite(path)


def secret_hash(secret: str) -> bytes:
    """The hash that is stored of a key or of a session token."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
