"""The database of the embedded engine: one SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path


class Sqlite:
    """A `Database` in a file, for one process at a time, from any thread. A `read_only` file may be opened by any number of
    processes, as long as none changes it."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        existed = path.exists() and path.stat().st_size > 0
        # SQLite creates files beside a database in WAL mode, even to read it, unless the file is declared immutable.
        where = f"{path.absolute().as_uri()}?immutable=1" if read_only else path
        self._db = sqlite3.connect(where, check_same_thread=False, isolation_level=None, timeout=5.0, uri=read_only)
        try:
            self._db.execute("PRAGMA foreign_keys = ON")
            if not existed:
                self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
        except BaseException:
            self._db.close()
            raise

    def execute(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        return self._db.execute(sql, values)

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        self._db.executemany(sql, rows)

    def create(self, statements: str) -> None:
        for statement in statements.split(";\n"):
            self._db.execute(statement)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:  # a full disk may be noticed at the end only
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def snapshot(self) -> AbstractContextManager[None]:
        return nullcontext()  # one process owns the file, and the library lets one thread at a time in

    def mark_changed(self) -> None:
        """Does nothing: no other process uses the file."""

    def has_table(self, table: str) -> bool:
        return self._db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone() is not None

    def json_field(self, name: str) -> str:
        return f"json_extract(fields, '$.{name}')"

    def is_in_list(self, column: str) -> str:
        return f"{column} IN (SELECT value FROM json_each(?))"

    def list_value(self, values: Iterable[str]) -> str:
        return json.dumps(list(values))

    def changed_elsewhere(self) -> bool:
        return False  # one process owns the file

    def find_damage(self) -> list[str]:
        found = [f"SQLite: {row[0]}" for row in self._db.execute("PRAGMA quick_check") if row[0] != "ok"]
        return found + [f"SQLite: dangling row in {row[0]}" for row in self._db.execute("PRAGMA foreign_key_check")]

    def size_bytes(self) -> int:
        return 0  # the file is in the library's folder

    def close(self) -> None:
        """Folds the write-ahead log back and closes the file."""
        self._db.close()
