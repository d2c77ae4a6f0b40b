"""Opens either engine: a database with its store and indexes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from corpus.corpus_errors import DATABASE_FILE, OWNER_FILE, LibraryBusy, LibraryError, storage_error_message
from corpus.extras import install_command
from corpus.store.database import Database, Indexes
from corpus.store.embedded import LEXICAL, OUTBOX, EmbeddedIndexes, Outbox
from corpus.store.schema_upgrades import upgrade_schema
from corpus.store.sqlite import Sqlite
from corpus.store.store import Store

if TYPE_CHECKING:
    from corpus.store.postgres import Postgres


@dataclass(frozen=True)
class Engine:
    """The database, store and indexes of a library."""

    db: Database
    store: Store
    indexes: Indexes

    def close(self) -> None:
        """Closes files and connections."""
        self.indexes.close()
        self.db.close()


def open_embedded(
    folder: Path, vectors: str | None, write_stamp: Callable[[], None], *, read_only: bool = False
) -> Engine:
    """Opens SQLite, tantivy and Chroma in a folder; `vectors` is the address of a Chroma server where one is used. `write_stamp`
    writes the stamp of a library whose indexes are complete. `read_only`: nothing can be written to the folder; `LibraryBusy` is
    raised where such a library is open elsewhere or was not closed."""
    path = folder / DATABASE_FILE
    log = path.with_name(f"{DATABASE_FILE}-wal")
    if read_only and ((folder / OWNER_FILE).exists() or (log.exists() and log.stat().st_size)):
        raise LibraryBusy(
            f"The library in {folder} can only be read from here, and a process has it open elsewhere or was ended before it "
            "closed it. End that process, or open the library once where it can be written to."
        )
    db = Sqlite(path, read_only=read_only)
    try:
        if not db.has_table("stamp") and any((folder / LEXICAL).glob("*/*")):
            # Tables are created before any index.
            reason = "it is not a database any more: it has no tables, and its indexes are there"
            raise LibraryError(storage_error_message(folder, reason))
        outbox = Outbox(db)
        store = Store(db, outbox, OUTBOX)
        upgrade_schema(db, store.stamp(), folder, read_only=read_only)
        return Engine(db, store, EmbeddedIndexes(store, outbox, folder, vectors, write_stamp, read_only=read_only))
    except BaseException:
        db.close()
        raise


def open_postgres(url: str, dimension: int) -> Engine:
    """Opens a library in PostgreSQL, for vectors of the given dimension."""
    from corpus.store.postgres_tables import SETTINGS, TableIndexes

    db = connect_postgres(url, SETTINGS)
    try:
        indexes = TableIndexes(db, dimension)
        store = Store(db, indexes)
        indexes.prepare()
        db.on_reconnect = indexes.prepare
        return Engine(db, store, indexes)
    except BaseException:
        db.close()
        raise


def connect_postgres(url: str, settings: Mapping[str, str] = MappingProxyType({})) -> Postgres:
    """A connection to PostgreSQL. Raises `LibraryError` where its driver is not installed or the server does not answer."""
    try:
        from corpus.store.postgres import Postgres
    except ImportError:
        raise LibraryError(
            f"RAPPORTEUR_DATABASE_URL is set, but the driver for PostgreSQL is not installed. Run: {install_command('postgres')}"
        ) from None
    return Postgres(url, settings)
