"""The primary data of a library in either database: documents, blocks, passages, meetings and the stamp.

Everything that belongs to one document changes in one transaction, which also writes the changes to the indexes (`IndexWriter`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from typing import Any, Protocol

import numpy as np

from corpus.documents import Document, DocumentIdentity, Passage, SearchScope
from corpus.feedback import SCHEMA as FEEDBACK
from corpus.feedback import FeedbackTable
from corpus.meetings import Meeting
from corpus.sources import SCHEMA as SOURCES
from corpus.sources import CopiedTable, OriginalsTable, SourceTable
from corpus.store.database import Database

SCHEMA_VERSION = 10
"""Raised together with a step in `corpus.store.schema_upgrades`. 2: records of source files, documents found by origin. 3: feedback.
4: vectors of a multilingual model. 6: `verified`. 7: no subject index. 8: lexical and vector index outside the database, one vector a
passage. 9: vectors in the database, too, blocks in the row of their document. 10: other tokens and another vector index in PostgreSQL."""

DOCUMENTS = """CREATE TABLE IF NOT EXISTS documents (
  id TEXT PRIMARY KEY NOT NULL, key TEXT NOT NULL, symbol TEXT, part TEXT, language TEXT NOT NULL, edition TEXT NOT NULL,
  title TEXT NOT NULL, sha256 TEXT NOT NULL, fields TEXT NOT NULL, text TEXT NOT NULL,
  blocks TEXT NOT NULL
)"""
"""With a rowid: without one, SQLite reads the whole row, with its text, to find an id, and looks one up for each passage."""
DOCUMENT_INDEXES = """CREATE INDEX IF NOT EXISTS documents_key ON documents (key);
CREATE INDEX IF NOT EXISTS documents_hash ON documents (sha256)"""
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS stamp (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
{DOCUMENTS};
{DOCUMENT_INDEXES};
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
) WITHOUT ROWID"""
_COLUMNS = ["origin", "source", "slug", "short", "format", "ocr", "reissue", "reader", "kind", "date", "verified"]
"""Members of the JSON in `fields` that a header has."""
_PASSAGE = ", ".join(f'"{field.name}"' for field in fields(Passage))


@dataclass(frozen=True)
class StoredDocument:
    """A document with its passages, their vectors (None where no model supports the language), and the meeting that it announces."""

    document: Document
    passages: Sequence[Passage]
    vectors: Sequence[np.ndarray | None]
    meeting: Meeting | None

    @property
    def digest(self) -> str:
        """A hash of everything, to compare two libraries."""
        content = [
            self.document.to_json(),
            [asdict(passage) for passage in self.passages],
            self.meeting.to_json() if self.meeting else None,
        ]
        hashed = hashlib.sha256(json.dumps(content, sort_keys=True).encode())
        for vector in self.vectors:
            hashed.update(b"-" if vector is None else np.ascontiguousarray(vector, "<f4").tobytes())
        return hashed.hexdigest()


class IndexWriter(Protocol):
    """Receives changes to the indexes, in the transaction that changes a document."""

    def add_passages(self, passages: Sequence[Passage], vectors: Sequence[np.ndarray | None], language: str) -> None:
        """There are new passages in a language; the vectors are theirs, None where no model reads them."""

    def remove_document(self, document_id: str, language: str) -> None:
        """The passages of a document in a language are about to be removed."""


@dataclass(frozen=True)
class Header(DocumentIdentity):
    """The metadata of a document without its text; the fields are those of `Document`."""

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


class Store:
    """The tables of a library in a database. `index_writer` receives changes to the indexes; `more` defines further tables. The
    library serialises access."""

    def __init__(self, db: Database, index_writer: IndexWriter, more: str = "") -> None:
        self._db, self._index_writer = db, index_writer
        self.sources = SourceTable(db)
        self.feedback = FeedbackTable(db)
        self.originals = OriginalsTable(db)
        self.copied = CopiedTable(db)
        if self.stamp().get("schema") is None:
            with db.transaction():
                db.create(f"{_SCHEMA};\n{SOURCES};\n{FEEDBACK};\n{more}")

    # The stamp

    def stamp(self) -> dict[str, str]:
        """The models and versions that the library was made with; empty for a new store."""
        return dict(self._db.execute("SELECT name, value FROM stamp").fetchall()) if self._db.has_table("stamp") else {}

    def write_stamp(self, stamp: dict[str, str]) -> None:
        """Replaces the stamp (inside a transaction of the caller)."""
        self._db.mark_changed()
        self._db.execute("DELETE FROM stamp")
        self._db.executemany("INSERT INTO stamp VALUES (?, ?)", sorted(stamp.items()))

    # Documents

    def save(self, holding: StoredDocument) -> None:
        """Saves a document with everything that belongs to it; replaces a document with the same id. Call in a transaction."""
        document, passages, meeting = holding.document, holding.passages, holding.meeting
        self._db.mark_changed()
        self.delete(document.id)
        data = document.to_json()
        symbol, text, blocks = (data.pop(name) for name in ("symbol", "text", "blocks"))
        own = document.id, document.key, symbol, document.part, document.language, document.edition, document.title
        kept = json.dumps(data, ensure_ascii=False), text, json.dumps(blocks, ensure_ascii=False)
        marks = ", ".join("?" * 11)
        self._db.execute(f"INSERT INTO documents VALUES ({marks})", (*own, document.sha256, *kept))
        rows = [(passage.id, document.language, *astuple(passage)) for passage in passages]
        self._db.executemany(f"INSERT INTO passages (id, language, {_PASSAGE}) VALUES ({marks})", rows)
        self._index_writer.add_passages(passages, holding.vectors, document.language)
        if meeting is not None:
            told = json.dumps(meeting.to_json(), ensure_ascii=False)
            self._db.execute("INSERT INTO meetings VALUES (?, ?)", (document.id, told))

    def confirm(self, document_id: str) -> None:
        """Marks a document as verified. Call in a transaction."""
        row = self._db.execute("SELECT fields FROM documents WHERE id = ?", (document_id,)).fetchone()
        if row is not None:
            self._db.mark_changed()
            data = json.dumps({**json.loads(row[0]), "verified": True}, ensure_ascii=False)
            self._db.execute("UPDATE documents SET fields = ? WHERE id = ?", (data, document_id))

    def delete(self, document_id: str) -> bool:
        """Removes a document from every table and from the indexes; returns whether there was one. Call in a transaction."""
        found = self._db.execute("SELECT language FROM documents WHERE id = ?", (document_id,)).fetchone()
        if found is None:
            return False
        self._db.mark_changed()
        self._index_writer.remove_document(document_id, found[0])
        self._db.execute("DELETE FROM documents WHERE id = ?", (document_id,))
        return True

    def document_ids(self) -> list[str]:
        """Ids of all documents, in order."""
        return [row[0] for row in self._db.execute("SELECT id FROM documents ORDER BY id")]

    def headers(self, **where: str) -> list[Header]:
        """Metadata of documents without their text, in order of id: of all, or of those with the given `id`, `key`, `sha256`,
        `symbol`, `origin` or `kind`."""
        own = {name: self._db.json_field(name) for name in ("origin", "kind")}
        terms = " AND ".join(f"{own.get(name, name)} = ?" for name in where)
        return self._headers(terms or "TRUE", tuple(where.values()))

    def headers_after(self, document_id: str, most: int) -> list[Header]:
        """The first `most` headers after an id."""
        return self._headers("id > ?", (document_id,), most)

    def _headers(self, terms: str, values: Sequence[object], most: int | None = None) -> list[Header]:
        columns = ", ".join(map(self._db.json_field, _COLUMNS))
        found = self._db.execute(
            f"SELECT id, key, symbol, part, language, edition, title, sha256, {columns} FROM documents "
            f"WHERE {terms} ORDER BY id {'' if most is None else f'LIMIT {most:d}'}",
            values,
        )
        return [Header(*row[:8], **_parse_header_fields(dict(zip(_COLUMNS, row[8:], strict=True)))) for row in found]

    def count(self) -> int:
        """Number of documents."""
        return int(self._db.execute("SELECT count(*) FROM documents").fetchone()[0])

    def upload_keys(self, stem: str) -> dict[str, str]:
        """The keys of uploads that are `stem`, or `stem` with a hyphen and anything behind it, with their short names."""
        short = self._db.json_field("short")
        sql = f"SELECT key, {short} FROM documents WHERE edition = 'upload' AND (key = ? OR (key >= ? AND key < ?))"
        return {key: name or "" for key, name in self._db.execute(sql, (stem, f"{stem}-", f"{stem}."))}

    def document(self, document_id: str) -> Document | None:
        """A document with its blocks, or None."""
        # One statement, so that all of it is from one moment.
        found = self._db.execute("SELECT symbol, fields, text, blocks FROM documents WHERE id = ?", (document_id,))
        row = found.fetchone()
        if row is None:
            return None
        symbol, fields, text, blocks = row
        return Document.from_json({**json.loads(fields), "symbol": symbol, "text": text, "blocks": json.loads(blocks)})

    # Passages

    def passages(self, document_id: str) -> list[Passage]:
        """The passages of a document, in order."""
        return list(self._each_passage("document_id = ? ORDER BY ordinal", (document_id,)))

    def passages_by_id(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Passages by id; unknown ids are left out."""
        read = self._each_passage(self._db.is_in_list("id"), (self._db.list_value(ids),)) if ids else ()
        found = {passage.id: passage for passage in read}
        return {passage_id: found[passage_id] for passage_id in ids if passage_id in found}

    def passage_id_at(self, document_id: str, position: int) -> str | None:
        """The id of the passage whose span contains a character offset, or None."""
        sql = 'SELECT id FROM passages WHERE document_id = ? AND start <= ? AND "end" > ? ORDER BY ordinal DESC LIMIT 1'
        row = self._db.execute(sql, (document_id, position, position)).fetchone()
        return row[0] if row else None

    def _each_passage(self, where: str, values: Sequence[object]) -> Iterator[Passage]:
        found = self._db.execute(f"SELECT {_PASSAGE} FROM passages WHERE {where}", values)
        return (Passage(*row) for row in found)

    def has_language(self, language: str) -> bool:
        """Whether any passage is in a language."""
        found = self._db.execute("SELECT 1 FROM passages WHERE language = ? LIMIT 1", (language,))
        return found.fetchone() is not None

    def has_more_than(self, most: int, scope: SearchScope | None) -> bool:
        """Whether the documents of a scope, or all where it is None, have more than `most` passages."""
        within = "TRUE" if scope is None else self._db.is_in_list("document_id")
        given = () if scope is None else (self._db.list_value(scope.document_ids),)
        sql = f"SELECT 1 FROM passages WHERE {within} LIMIT 1 OFFSET ?"
        return bool(self._db.execute(sql, (*given, most)).fetchall())

    def iter_passages(self, language: str, but: str = "") -> Iterator[Passage]:
        """The passages in a language, one at a time, except those that meet the SQL condition `but`."""
        yield from self._each_passage(f"language = ? {f'AND NOT ({but})' if but else ''} ORDER BY row", (language,))

    def passage_counts(self) -> dict[str, int]:
        """Number of passages by language."""
        return dict(self._db.execute("SELECT language, count(*) FROM passages GROUP BY language").fetchall())

    # Meetings

    def meeting(self, document_id: str) -> Meeting | None:
        """The meeting that a document announces, or None."""
        row = self._db.execute("SELECT meeting FROM meetings WHERE document_id = ?", (document_id,)).fetchone()
        return Meeting.from_json(json.loads(row[0])) if row else None

    def meetings(self) -> list[Meeting]:
        """All meetings, by document id."""
        found = self._db.execute("SELECT meeting FROM meetings ORDER BY document_id").fetchall()
        return [Meeting.from_json(json.loads(row[0])) for row in found]


def _parse_header_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """Header fields from the values that the database returns (booleans as 1, true or `true`, numbers as text, missing ones as None)."""
    parsed = {name: value for name, value in fields.items() if value is not None}
    for name in ("ocr", "verified"):
        parsed[name] = str(parsed.get(name)).casefold() in ("1", "true")
    return parsed | {"reissue": int(parsed.get("reissue", 0))}
