"""Storage: a transactional database, and the indexes that are derived from it.

Two engines implement the same interface: SQLite with tantivy and Chroma in a folder (`embedded`), owned by one process; and
PostgreSQL (`postgres`), where both indexes are tables of the same database, shared by any number of processes.
"""

from corpus.store.store import SCHEMA_VERSION, Header, Store, StoredDocument

__all__ = ["SCHEMA_VERSION", "Header", "Store", "StoredDocument"]
