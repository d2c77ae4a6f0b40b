"""What is held: one transactional database, and the indexes that are made from it.

Two engines stand behind one interface: SQLite with tantivy and Chroma in a folder (`embedded`), which one process owns; and
PostgreSQL (`postgres`), where both indexes are tables of the same database and any number of processes share it.
"""

from corpus.store.store import SCHEMA_VERSION, Header, Store, StoredDocument

__all__ = ["SCHEMA_VERSION", "Header", "Store", "StoredDocument"]
