"""Libraries of earlier versions: SQLite files that are brought up to date when they are opened."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from corpus.documents import LANGUAGES
from corpus.feedback import SCHEMA as FEEDBACK
from corpus.sources import SCHEMA as SOURCES
from corpus.store.database import Database
from corpus.store.embedded import OUTBOX
from corpus.store.store import SCHEMA_VERSION

EARLIER = "of an earlier version"
"""In the stamp, for the embedding of a library whose vectors can't be taken over: it asks to be indexed anew."""
_LEARNT = "learnt"
"""Folder of a library of before schema 7: what was made of its subject index."""
_MULTILINGUAL = "ALTER TABLE outbox ADD COLUMN multilingual BLOB"
_VERIFIED = """
UPDATE documents SET fields = json_set(fields, '$.verified', json('true')) WHERE edition = 'official' AND EXISTS (
  SELECT 1 FROM sources WHERE document_id = documents.id AND sources.sha256 = documents.sha256
  AND sources.symbol IS NOT NULL)"""
"""What was fetched or read with a symbol of the user's had it given; of all else only the text is known to say so."""
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
"""What each schema needs to become the next. Step 4 changed the subject index only, which step 6 takes away; step 9 PostgreSQL only."""


def upgrade_schema(db: Database, stamp: Mapping[str, str], folder: Path) -> None:
    """Brings the store in a folder up to date, all or nothing. Newer schemas are left alone."""
    held = stamp.get("schema", "")
    if held not in UPGRADES:
        return
    with db.transaction():
        for before, added in UPGRADES.items():
            if int(before) >= int(held):
                db.create(added)
        db.execute("UPDATE stamp SET value = ? WHERE name = 'schema'", (str(SCHEMA_VERSION),))
    shutil.rmtree(folder / _LEARNT, ignore_errors=True)
