"""Upgrades SQLite files of earlier schema versions when they are opened."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from corpus.documents import LANGUAGES
from corpus.feedback import SCHEMA as FEEDBACK
from corpus.sources import ORIGINALS
from corpus.sources import SCHEMA as SOURCES
from corpus.store.database import Database
from corpus.store.embedded import OUTBOX
from corpus.store.store import DOCUMENT_INDEXES, DOCUMENTS, SCHEMA_VERSION

EARLIER = "of an earlier version"
"""Value of `embedding` in the stamp of a library whose vectors can't be converted: it has to be reindexed."""
_LEARNT = "learnt"  # folder with data derived from the subject index, in libraries before schema 7
_MULTILINGUAL = "ALTER TABLE outbox ADD COLUMN multilingual BLOB"
_VERIFIED = """
UPDATE documents SET fields = json_set(fields, '$.verified', json('true')) WHERE edition = 'official' AND EXISTS (
  SELECT 1 FROM sources WHERE document_id = documents.id AND sources.sha256 = documents.sha256
  AND sources.symbol IS NOT NULL)"""
"""Documents that were fetched, or read with a symbol entered by the user, count as verified."""
_NO_SUBJECTS = ";\n".join(
    ["DROP TABLE IF EXISTS subjects"] + [f"DROP TABLE IF EXISTS subject_index_{language}" for language in LANGUAGES]
)
_INDEXES_ELSEWHERE = ";\n".join(
    [f"DROP TABLE IF EXISTS passage_index_{language}" for language in LANGUAGES]
    + ["CREATE INDEX IF NOT EXISTS passages_language ON passages (language)"]
)
_BLOCKS = (
    "ALTER TABLE documents ADD COLUMN blocks TEXT NOT NULL DEFAULT '[]'",
    "UPDATE documents SET blocks = (SELECT json_group_array(json(fields)) FROM (SELECT fields FROM blocks "
    "WHERE document_id = documents.id ORDER BY ordinal))",
    "DROP TABLE blocks",
)
_VECTORS = ";\n".join(
    [*_BLOCKS, "DROP TABLE outbox", OUTBOX, f"UPDATE stamp SET value = '{EARLIER}' WHERE name = 'embedding'"]
)
_WITHOUT_ROWID = "SELECT 1 FROM sqlite_master WHERE name = 'documents' AND sql LIKE '%WITHOUT ROWID'"
_ADD_ROWID = ";\n".join(
    [
        DOCUMENTS.replace("documents", "new_documents"),
        "INSERT INTO new_documents SELECT * FROM documents",
        "DROP TABLE documents",
        "ALTER TABLE new_documents RENAME TO documents",
        DOCUMENT_INDEXES,
        SOURCES,  # has indexes of documents, too
    ]
)
UPGRADES = {
    "1": SOURCES,
    "2": FEEDBACK,
    "3": _MULTILINGUAL,
    "4": "",
    "5": _VERIFIED,
    "6": _NO_SUBJECTS,
    "7": _INDEXES_ELSEWHERE,
    "8": _VECTORS,
    "9": "",
}
"""The statements that upgrade each schema version to the next. Version 5 changed only the subject index, which version 7 removed;
version 10 changed only PostgreSQL."""


def upgrade_schema(db: Database, stamp: Mapping[str, str], folder: Path, *, read_only: bool = False) -> None:
    """Upgrades the store in a folder, in one transaction for its version and one for its table of documents. Newer schemas are left
    unchanged."""
    stored = stamp.get("schema", "")
    if stored in UPGRADES:
        with db.transaction():
            for version, statements in UPGRADES.items():
                if int(version) >= int(stored):
                    db.create(statements)
            db.execute("UPDATE stamp SET value = ? WHERE name = 'schema'", (str(SCHEMA_VERSION),))
        shutil.rmtree(folder / _LEARNT, ignore_errors=True)
    elif stored != str(SCHEMA_VERSION) or read_only:
        return
    if db.execute(_WITHOUT_ROWID).fetchone() is not None:
        _add_rowid(db)


def _add_rowid(db: Database) -> None:
    """Gives the table of documents a rowid, and that of original files its index. Both are used in the same way as before, so this has no
    schema version."""
    # Otherwise dropping the table would remove the passages; not possible in a transaction.
    db.execute("PRAGMA foreign_keys = OFF")
    try:
        with db.transaction():
            db.create(_ADD_ROWID)
            if db.has_table("originals"):  # made with the first file
                db.create(ORIGINALS)
    finally:
        db.execute("PRAGMA foreign_keys = ON")
