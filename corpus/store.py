"""SQLite: the source of truth. Documents, blocks, passages, meetings and the stamp.

Everything that belongs to one document changes in one transaction. The indexes live elsewhere (`corpus.vectors`,
`corpus.lexical`); what they still have to learn or forget waits in the `outbox` table, written in the same transaction, so
that a process killed between the two leaves work to finish, never a difference.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.documents import LANGUAGES, Document, Passage, Within
from corpus.feedback import SCHEMA as _FEEDBACK
from corpus.feedback import FeedbackTable
from corpus.meetings import Meeting
from corpus.sources import SCHEMA as _SOURCES
from corpus.sources import Sources

SCHEMA_VERSION = 8
"""Raised with a step in `Store._migrate`. 2: remembered sources, documents found by origin. 3: feedback. 4: vectors of a
multilingual model. 6: whether somebody other than the text says which document it is. 7: no subject index. 8: indexes of words and of
vectors elsewhere, one vector a passage."""

_LEARNT = "learnt"
"""Folder of a library of before schema 7: what was made of its subject index."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS stamp (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
  id TEXT PRIMARY KEY, key TEXT NOT NULL, symbol TEXT, part TEXT, language TEXT NOT NULL, edition TEXT NOT NULL,
  title TEXT NOT NULL, sha256 TEXT NOT NULL, fields TEXT NOT NULL, text TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS documents_key ON documents (key);
CREATE INDEX IF NOT EXISTS documents_hash ON documents (sha256);
CREATE TABLE IF NOT EXISTS blocks (
  document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE, ordinal INTEGER NOT NULL,
  locator TEXT NOT NULL, fields TEXT NOT NULL, PRIMARY KEY (document_id, ordinal)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS passages (
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE, language TEXT NOT NULL,
  ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, heading TEXT NOT NULL,
  locator TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, text TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS passages_document ON passages (document_id, ordinal);
CREATE INDEX IF NOT EXISTS passages_language ON passages (language);
CREATE TABLE IF NOT EXISTS meetings (
  document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE, meeting TEXT NOT NULL
) WITHOUT ROWID;
"""
_OUTBOX = """CREATE TABLE IF NOT EXISTS outbox (
  passage_id TEXT NOT NULL, language TEXT NOT NULL, gone INTEGER NOT NULL, vector BLOB, PRIMARY KEY (language, passage_id)
) WITHOUT ROWID"""
EARLIER = "of an earlier version"
"""In the stamp, for the embedding of a library whose vectors can't be taken over."""

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
    + ["DROP TABLE outbox", _OUTBOX, "CREATE INDEX IF NOT EXISTS passages_language ON passages (language)"]
    + [f"UPDATE stamp SET value = '{EARLIER}' WHERE name = 'embedding'"]
)
"""The vectors of before can't be taken over: such a library asks to be indexed anew."""

_HEADER = (
    "SELECT id, key, symbol, part, language, edition, title, sha256, "
    + ", ".join(
        f"coalesce(json_extract(fields, '$.{name}'), {default})"
        for name, default in {
            "origin": "''", "source": "''", "slug": "''", "short": "''", "format": "'text'", "ocr": 0, "reissue": 0,
            "reader": "''", "kind": "'document'", "date": "''",
            "verified": 0,
        }.items()
    )
    + " FROM documents"
)  # fmt: skip


_WHERE = {
    **{name: name for name in ("id", "key", "sha256", "symbol")},
    **{name: f"json_extract(fields, '$.{name}')" for name in ("origin", "kind")},
}


@dataclass(frozen=True)
class Waiting:
    """A passage that the indexes have yet to take in, with its vector where a model reads its language; or to forget, where it
    is `gone`."""

    passage_id: str
    language: str
    gone: bool
    vector: np.ndarray | None


@dataclass(frozen=True)
class Header:
    """What can be said of a document without its text; the fields are those of `Document`."""

    id: str
    key: str
    symbol: str | None
    part: str | None
    language: str
    edition: str
    title: str = ""
    sha256: str = ""
    origin: str = ""
    source: str = ""
    slug: str = ""
    short: str = ""
    format: str = "text"
    ocr: bool = False
    reissue: int = 0
    reader: str = ""
    kind: str = "document"
    date: str = ""
    verified: bool = False

    @property
    def unverified(self) -> bool:
        """As `Document.unverified`: whether nothing but the text itself says that it is the official one."""
        return self.edition == "official" and not self.verified

    @property
    def label(self) -> str:
        """As `Document.label`: how a citation names the document."""
        name = self.short or self.title if self.symbol is None or self.part else self.symbol
        return f"{name} (digest)" if self.edition == "digest" else name


class Store:
    """The SQLite file of a library. One process, any thread (the library serialises access)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        existed = path.exists() and path.stat().st_size > 0
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=5.0)
        try:
            self._db.execute("PRAGMA foreign_keys = ON")
            if not existed:
                self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self.sources = Sources(self._db)
            self.feedback = FeedbackTable(self._db)
            if self.stamp().get("schema") is None:
                with self.transaction():
                    for statement in f"{_SCHEMA}{_OUTBOX};\n{_SOURCES};\n{_FEEDBACK}".split(";\n"):
                        self._db.execute(statement)
            self._migrate()
        except BaseException:
            self._db.close()
            raise

    def _migrate(self) -> None:
        """Brings a store of an earlier schema up to date, all or nothing."""
        # Step 4 changed the subject index only, which step 6 takes away.
        steps = {"1": _SOURCES, "2": _FEEDBACK, "3": _MULTILINGUAL, "4": "", "5": _VERIFIED, "6": _NO_SUBJECTS,
                 "7": _INDEXES_ELSEWHERE}  # fmt: skip
        held = self.stamp().get("schema", "")
        if held not in steps:
            return
        with self.transaction():
            for before, added in steps.items():
                if before >= held:
                    for statement in added.split(";\n"):
                        self._db.execute(statement)
            self._db.execute("UPDATE stamp SET value = ? WHERE name = 'schema'", (str(SCHEMA_VERSION),))
        shutil.rmtree(self.path.parent / _LEARNT, ignore_errors=True)

    def close(self) -> None:
        """Folds the write-ahead log back and closes the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: commits at the end, rolls back on any error."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # The stamp

    def stamp(self) -> dict[str, str]:
        """What the store was made with; empty for a new store."""
        found = self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'stamp'").fetchone()
        return dict(self._db.execute("SELECT name, value FROM stamp").fetchall()) if found else {}

    def write_stamp(self, stamp: dict[str, str]) -> None:
        """Replaces the stamp (inside a transaction of the caller)."""
        self._db.execute("DELETE FROM stamp")
        self._db.executemany("INSERT INTO stamp VALUES (?, ?)", sorted(stamp.items()))

    # Documents

    def put(
        self,
        document: Document,
        passages: Sequence[Passage],
        vectors: Sequence[np.ndarray | None],
        meeting: Meeting | None,
    ) -> None:
        """Writes a document with all that belongs to it, in place of an earlier one of the same id.

        `vectors` are those of the passages, in their order, None where no model reads them. Call in a transaction.
        """
        self.delete(document.id)
        fields = document.to_json()
        blocks = fields["blocks"]
        for name in ("symbol", "text", "blocks"):
            del fields[name]
        self._db.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document.id,
                document.key,
                document.symbol.text if document.symbol else None,
                document.part,
                document.language,
                document.edition,
                document.title,
                document.sha256,
                json.dumps(fields, ensure_ascii=False),
                document.text,
            ),
        )
        self._db.executemany(
            "INSERT INTO blocks VALUES (?, ?, ?, ?)",
            [
                (document.id, block["ordinal"], block["locator"], json.dumps(block, ensure_ascii=False))
                for block in blocks
            ],
        )
        self._db.executemany(
            "INSERT INTO passages VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    passage.id,
                    document.id,
                    document.language,
                    passage.ordinal,
                    passage.start,
                    passage.end,
                    passage.heading,
                    passage.locator,
                    passage.first,
                    passage.last,
                    passage.text,
                )
                for passage in passages
            ],
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO outbox VALUES (?, ?, 0, ?)",
            [
                (passage.id, document.language, _bytes(vector))
                for passage, vector in zip(passages, vectors, strict=True)
            ],
        )
        if meeting is not None:
            self._db.execute(
                "INSERT INTO meetings VALUES (?, ?)",
                (document.id, json.dumps(meeting.to_json(), ensure_ascii=False)),
            )

    def confirm(self, document_id: str) -> None:
        """Notes that somebody other than the text says which document it is. Call in a transaction."""
        self._db.execute(
            "UPDATE documents SET fields = json_set(fields, '$.verified', json('true')) WHERE id = ?", (document_id,)
        )

    def delete(self, document_id: str) -> bool:
        """Removes a document from every table; the indexes are to forget it. In a transaction."""
        found = self._db.execute("SELECT language FROM documents WHERE id = ?", (document_id,)).fetchone()
        if found is None:
            return False
        self._db.execute(
            "INSERT OR REPLACE INTO outbox SELECT id, language, 1, NULL FROM passages WHERE document_id = ?",
            (document_id,),
        )
        self._db.execute("DELETE FROM documents WHERE id = ?", (document_id,))
        return True

    def document_ids(self) -> list[str]:
        """Ids of all documents, in order."""
        return [row[0] for row in self._db.execute("SELECT id FROM documents ORDER BY id")]

    def headers(self, **where: str) -> list[Header]:
        """What can be said of each document without its text, by id; of all, or of those that agree in `id`, `key`,
        `sha256`, `symbol`, `origin` or `kind`."""
        terms = [f"{_WHERE[name]} = ?" for name in where]
        sql = f"{_HEADER}{' WHERE ' if terms else ''}{' AND '.join(terms)} ORDER BY id"
        found = self._db.execute(sql, tuple(where.values()))
        return [Header(*(*row[:13], bool(row[13]), *row[14:])) for row in found]

    def keys_like(self, stem: str) -> int:
        """How many documents are known by `stem`, or by `stem` and what follows a hyphen."""
        found = self._db.execute(
            "SELECT count(*) FROM documents WHERE key = ? OR (key >= ? AND key < ?)", (stem, f"{stem}-", f"{stem}.")
        )
        return int(found.fetchone()[0])

    def document(self, document_id: str) -> Document | None:
        """A document with its blocks, or None."""
        row = self._db.execute("SELECT symbol, fields, text FROM documents WHERE id = ?", (document_id,)).fetchone()
        if row is None:
            return None
        found = self._db.execute("SELECT fields FROM blocks WHERE document_id = ? ORDER BY ordinal", (document_id,))
        blocks = [json.loads(data) for (data,) in found]
        return Document.from_json({**json.loads(row[1]), "symbol": row[0], "text": row[2], "blocks": blocks})

    # Passages

    def passages(self, document_id: str) -> list[Passage]:
        """The passages of a document, in order."""
        return self._read_passages("document_id = ? ORDER BY ordinal", (document_id,))

    def passages_by_id(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Passages by id; unknown ids are left out."""
        found: dict[str, Passage] = {}
        for begin in range(0, len(ids), 500):  # SQLite bounds the variables of one statement
            part = tuple(ids[begin : begin + 500])
            marks = ",".join("?" * len(part))
            found.update({passage.id: passage for passage in self._read_passages(f"id IN ({marks})", part)})
        return {passage_id: found[passage_id] for passage_id in ids if passage_id in found}

    def passage_at(self, document_id: str, position: int) -> str | None:
        """The id of the passage whose span holds a position."""
        row = self._db.execute(
            'SELECT id FROM passages WHERE document_id = ? AND start <= ? AND "end" > ? ORDER BY ordinal DESC LIMIT 1',
            (document_id, position, position),
        ).fetchone()
        return row[0] if row else None

    def _read_passages(self, where: str, values: tuple[str, ...]) -> list[Passage]:
        return list(self._each_passage(where, values))

    def _each_passage(self, where: str, values: tuple[str, ...]) -> Iterator[Passage]:
        found = self._db.execute(
            'SELECT document_id, ordinal, start, "end", heading, locator, first, last, text '
            f"FROM passages WHERE {where}",
            values,
        )
        return (Passage(*row) for row in found)

    def passage_ids(self, languages: Iterable[str] | None = None) -> set[str]:
        """Ids of all passages, of some languages or of all."""
        if languages is None:
            return {row[0] for row in self._db.execute("SELECT id FROM passages")}
        wanted = tuple(languages)
        marks = ",".join("?" * len(wanted))
        found = self._db.execute(f"SELECT id FROM passages WHERE language IN ({marks})", wanted)
        return {row[0] for row in found}

    def ids_within(self, within: Within, most: int) -> list[tuple[str, str]]:
        """Passages of a scope (id, language), `most` of them at most."""
        found = self._db.execute(
            "SELECT id, language FROM passages WHERE document_id IN (SELECT value FROM json_each(?)) "
            "AND id NOT IN (SELECT value FROM json_each(?)) LIMIT ?",
            (json.dumps(sorted(within.documents)), json.dumps(sorted(within.left_out)), most),
        )
        return found.fetchall()

    def settled_passages(self, language: str) -> Iterator[Passage]:
        """The passages in a language that do not wait for the indexes, one after another."""
        waiting = "id NOT IN (SELECT passage_id FROM outbox WHERE language = ?)"
        yield from self._each_passage(f"language = ? AND {waiting} ORDER BY row", (language, language))

    def passage_counts(self) -> dict[str, int]:
        """Number of passages by language."""
        return dict(self._db.execute("SELECT language, count(*) FROM passages GROUP BY language").fetchall())

    # Meetings

    def meetings(self) -> list[Meeting]:
        """All meetings, by document id."""
        found = self._db.execute("SELECT meeting FROM meetings ORDER BY document_id").fetchall()
        return [Meeting.from_json(json.loads(row[0])) for row in found]

    # The outbox

    def outbox(self, most: int) -> list[Waiting]:
        """What the indexes have yet to take in or to forget, `most` passages at once."""
        found = self._db.execute(
            "SELECT passage_id, language, gone, vector FROM outbox ORDER BY language, passage_id LIMIT ?", (most,)
        )
        return [Waiting(key, language, bool(gone), _vector(vector)) for key, language, gone, vector in found]

    def has_outbox(self) -> bool:
        """Whether anything waits for the indexes."""
        return self._db.execute("SELECT 1 FROM outbox LIMIT 1").fetchone() is not None

    def taken(self, waiting: Sequence[Waiting]) -> None:
        """After the indexes have taken some of the outbox in."""
        with self.transaction():
            self._db.executemany(
                "DELETE FROM outbox WHERE language = ? AND passage_id = ?",
                [(each.language, each.passage_id) for each in waiting],
            )

    # Keeping

    def damage(self) -> list[str]:
        """What SQLite's own checks say is wrong; empty when sound."""
        found = [f"SQLite: {row[0]}" for row in self._db.execute("PRAGMA quick_check") if row[0] != "ok"]
        return found + [f"SQLite: dangling row in {row[0]}" for row in self._db.execute("PRAGMA foreign_key_check")]


def _bytes(vector: np.ndarray | None) -> bytes | None:
    return None if vector is None else np.ascontiguousarray(vector, dtype="<f4").tobytes()


def _vector(stored: bytes | None) -> np.ndarray | None:
    return None if stored is None else np.frombuffer(stored, dtype="<f4")
