"""Opening, reading and searching a library. One process at a time owns a library's folder."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
from filelock import FileLock, Timeout

from corpus.corpus_errors import (
    DATABASE_FILE,
    OWNER_FILE,
    DocumentNotFound,
    LibraryBusy,
    LibraryError,
    LibraryStale,
    busy_message,
    readable_errors,
)
from corpus.documents import LANGUAGES, Document, Passage, SearchScope
from corpus.extras import install_command, is_installed
from corpus.feedback import MAX_FEEDBACK, Feedback
from corpus.integrity import DocumentCheck, check_document, check_passages, find_faults
from corpus.lexical import LexicalHit
from corpus.meetings import Meeting
from corpus.models import EmbeddingModels
from corpus.sources import DEFAULT_ORIGINALS_BYTES, STORED_FORMATS, SourceRecord
from corpus.store import SCHEMA_VERSION, Header, StoredDocument
from corpus.store.engines import Engine, open_embedded, open_postgres
from corpus.store.schema_upgrades import EARLIER
from corpus.symbols import Symbol, same_document
from corpus.versions import Versions

if TYPE_CHECKING:
    from corpus.embedding import Embedder

_Result = TypeVar("_Result")

_LOCK_FILE = "owner.lock"
_NONE = "none"  # value in the stamp: no model
DERIVED = "derived"
"""Subfolder for data derived from the documents. It is emptied whenever they change, so that nothing of a removed document is left."""
MAX_RETRIES = 20  # how often work is repeated because documents changed while it ran
CHECK_INTERVAL = 0.05  # seconds between checks whether another process has changed the database
HEADER_BATCH = 2_000  # headers read in one statement
MAX_CACHED_CHARACTERS = 64_000_000  # characters of document text cached in memory


@dataclass(frozen=True)
class Status:
    """Numbers and sizes of a library, for display. `originals` is the size of the stored original files, a part of `bytes`."""

    folder: Path
    documents: int
    passages: int
    vectors: int
    bytes: int
    originals: int
    stamp: dict[str, str]


class LibraryReader:
    """Read access to documents with their passages, lexical index and vector index, in a folder or in a PostgreSQL database.

    `segmenter_version` is the version of the chunker, `vectors` the address of a Chroma server (None: a folder inside the library),
    `database` the address of a PostgreSQL database, which several processes may use at once; the folder then holds derived
    data only. Original files that have pages are stored up to `max_original_bytes` in all, to be shown beside their text.

    Raises `LibraryBusy` when another process owns the folder, `LibraryStale` when the stamp does not match the models and versions
    in use (unless `accept_stale`), `LibraryError` when folder or database can't be used. A folder without write permission is opened
    for reading, by any number of processes; operations that would change it raise `LibraryError`."""

    def __init__(
        self,
        folder: Path,
        models: EmbeddingModels | Embedder,
        segmenter_version: str,
        vectors: str | None = None,
        database: str | None = None,
        *,
        owner: str = "rapporteur",
        accept_stale: bool = False,
        max_original_bytes: int = DEFAULT_ORIGINALS_BYTES,
    ) -> None:
        self.folder = folder
        self._max_original_bytes = max_original_bytes
        self.models = models if isinstance(models, EmbeddingModels) else EmbeddingModels(models)
        self.embedder = self.models.primary
        self._lock = threading.RLock()
        self._documents: dict[str, Document] = {}  # a cache; the most recently used document is last
        self._cached_characters = 0
        self._last_check = 0.0
        self._derived: dict[str, Any] = {}  # values computed from the whole library, by name
        self._segmenter_version = segmenter_version
        self._owned = database is None  # otherwise other processes may change it
        with readable_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            read_only = not os.access(folder, os.W_OK)
            if read_only and not (self._owned and (folder / DATABASE_FILE).is_file()):
                raise PermissionError(13, "not writable", str(folder))
            # PostgreSQL has its own locks; a folder without write permission needs none.
            self._folder_lock = FileLock(folder / _LOCK_FILE, timeout=0) if self._owned and not read_only else None
            try:
                if self._folder_lock is not None:
                    self._folder_lock.acquire()
            except Timeout:
                raise LibraryBusy(busy_message(folder)) from None
        opened: Engine | None = None
        try:
            with readable_errors(folder):
                if database is None:
                    if not read_only:
                        note = json.dumps({"pid": os.getpid(), "name": owner})
                        (folder / OWNER_FILE).write_text(note, encoding="utf-8")
                    opened = open_embedded(folder, vectors, self._write_stamp, read_only=read_only)
                else:
                    opened = open_postgres(database, self.models.search_model.dimension)
            self._engine, self._db, self._store, self._indexes = opened, opened.db, opened.store, opened.indexes
            self._check_stamp(accept_stale)
            self._opened_stamp = self._store.stamp()
            if database is not None:
                # It may contain data from documents that other processes have removed meanwhile.
                shutil.rmtree(folder / DERIVED, ignore_errors=True)
        except BaseException:
            if opened is not None:
                opened.close()
            self._release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the files and releases the folder for other processes."""
        with self._lock:
            self._engine.close()
            self._release()

    def _release(self) -> None:
        if self._folder_lock is not None:
            (self.folder / OWNER_FILE).unlink(missing_ok=True)
            self._folder_lock.release()

    def _write_stamp(self) -> None:
        with self._db.transaction():
            self._store.write_stamp(self._expected)

    @property
    def _expected(self) -> dict[str, str]:
        """The stamp of a library that is made with the models and versions in use."""
        multilingual = self.models.multilingual
        return {
            "schema": str(SCHEMA_VERSION),
            "embedding": self.embedder.fingerprint,
            "dimension": str(self.embedder.dimension),
            "multilingual": multilingual.fingerprint if multilingual else _NONE,
            "segmenter": self._segmenter_version,
        }

    def _check_stamp(self, accept_stale: bool) -> None:
        stamp = self._store.stamp()
        if not stamp:
            with readable_errors(self.folder):
                self._write_stamp()
            return
        stamp.setdefault("multilingual", _NONE)  # libraries of early versions lack it
        if self.models.optional and not accept_stale and stamp["multilingual"] == _NONE:
            self.models = EmbeddingModels(self.embedder)
        expected = self._expected
        different = [name for name, value in expected.items() if stamp.get(name) != value]
        if different and not accept_stale:
            made = ", ".join(f"{name} {stamp.get(name, 'unknown')}" for name in different)
            now = ", ".join(f"{name} {expected[name]}" for name in different)
            back = "" if stamp.get("embedding") == EARLIER else ", or set the settings back"
            if "multilingual" in different and expected["multilingual"] == _NONE and not is_installed("multilingual"):
                back += f", or install what it was made with: {install_command('multilingual')}"
            raise LibraryStale(
                f"The library in {self.folder} was made with {made}; the settings now say {now}. "
                f"Run 'rapporteur reindex' to rebuild it{back}."
            )

    def _check_stamp_unchanged(self) -> None:
        """Raises `LibraryStale` where another process has rebuilt a shared library with other models."""
        if not self._owned and self._store.stamp() != self._opened_stamp:
            raise LibraryStale(
                f"Another process has made the library in {self.folder} anew with other models or settings. Start this one again."
            )

    def _changed(self, *ids: str) -> None:
        """Clears all derived data, and the cached documents with these ids."""
        shutil.rmtree(self.folder / DERIVED, ignore_errors=True)
        self._derived.clear()
        for document_id in ids:
            self._drop(document_id)

    def _drop(self, document_id: str) -> None:
        dropped = self._documents.pop(document_id, None)
        if dropped is not None:
            self._cached_characters -= len(dropped.text)

    def refresh(self) -> None:
        """Makes the next read check for changes by other processes."""
        self._last_check = 0.0

    def retry_if_changed(self, work: Callable[[], _Result]) -> _Result:
        """The result of some work on the library; the work is repeated where it fails because documents changed while it ran."""
        for _ in range(MAX_RETRIES):
            before = self.versions()
            try:
                return work()
            except (LibraryError, LookupError, ValueError):
                self.refresh()
                if self.versions() is before:
                    raise
        return work()

    def _check_for_changes(self) -> None:
        """Clears caches and derived data where another process has changed the library."""
        now = time.monotonic()
        if now - self._last_check >= CHECK_INTERVAL:
            self._last_check = now
            if self._db.changed_elsewhere():
                self._changed(*list(self._documents))
                self._check_stamp_unchanged()

    def _derive(self, name: str, make: Callable[[], _Result]) -> _Result:
        """A value computed from the whole library, cached until a document changes."""
        with self._lock:
            self._check_for_changes()
            if name not in self._derived:
                self._derived[name] = make()
            result: _Result = self._derived[name]
            return result

    # Reading

    def feedback(self, offset: int = 0, limit: int = MAX_FEEDBACK) -> list[Feedback]:
        """Stored feedback on answers, oldest first."""
        with self._lock:
            return self._store.feedback.page(offset, limit)

    def count_feedback(self) -> int:
        """Number of feedback entries."""
        with self._lock:
            return self._store.feedback.count()

    def stamp(self) -> dict[str, str]:
        """What the library was made with: versions of schema and chunker, embedding models."""
        with self._lock:
            return self._store.stamp()

    def headers(self, **where: str) -> list[Header]:
        """Metadata of documents without their text: of all, or of those with the given `id`, `key`, `sha256`, `symbol`, `origin` or
        `kind`."""
        with self._lock:
            return self._store.headers(**where)

    def iter_headers(self) -> Iterator[Header]:
        """The headers of all documents, in order of id, read in batches: a library may be larger than memory."""
        last = ""
        while True:
            with self._lock:
                batch = self._store.headers_after(last, HEADER_BATCH)
            yield from batch
            if len(batch) < HEADER_BATCH:
                return
            last = batch[-1].id

    def document_ids(self) -> list[str]:
        """Ids of all documents, in order."""
        with self._lock:
            return self._store.document_ids()

    def upload_keys(self, stem: str) -> dict[str, str]:
        """The keys of uploads that are `stem`, or `stem` with a hyphen and anything behind it, with their short names."""
        with self._lock:
            return self._store.upload_keys(stem)

    def source(self, origin: str) -> SourceRecord | None:
        """The outcome of the last reading of a file; None where it was never read."""
        with self._lock:
            return self._store.sources.get(origin)

    def original(self, document: Document) -> bytes | None:
        """The bytes of a document's file; None where the file is not stored."""
        with self._lock, readable_errors(self.folder):
            return self._store.originals.get(document.sha256)

    def has_original(self, document: Document) -> bool:
        """Whether the file of a document is stored."""
        if document.format not in STORED_FORMATS:
            return False
        with self._lock, readable_errors(self.folder):
            return self._store.originals.has(document.sha256)

    def stored_document(self, document_id: str) -> StoredDocument:
        """A document with its passages, vectors and meeting. Raises `DocumentNotFound`."""
        with self._lock, readable_errors(self.folder), self._db.snapshot():
            document, passages = self._store.document(document_id), self._store.passages(document_id)
            if document is None:
                raise DocumentNotFound(f"There is no document {document_id!r} in the library.")
            known = self._indexes.vectors([each.id for each in passages])
            vectors = [known.get(each.id) for each in passages]
            return StoredDocument(document, passages, vectors, self._store.meeting(document_id))

    def sources(self) -> list[SourceRecord]:
        """The outcome of every file that was read."""
        with self._lock:
            return self._store.sources.all()

    def copied(self) -> dict[str, str]:
        """The marks of the documents that were copied here from another library, by id. See `CopiedTable`."""
        with self._lock, readable_errors(self.folder):
            return self._store.copied.marks("document")

    def document(self, document_id: str) -> Document:
        """The document with an id. Raises `DocumentNotFound`."""
        with self._lock:
            self._check_for_changes()
            found = self._documents.pop(document_id, None)
            if found is None:
                found = self._store.document(document_id)
                if found is None:
                    self._derived.clear()
                    raise DocumentNotFound(f"There is no document {document_id!r} in the library.")
                self._cached_characters += len(found.text)
            self._documents[document_id] = found
            while self._cached_characters > MAX_CACHED_CHARACTERS and len(self._documents) > 1:
                self._drop(next(iter(self._documents)))
            return found

    def documents(self) -> Iterator[Document]:
        """All documents in order of id, loaded one at a time."""
        for document_id in self.document_ids():
            with suppress(DocumentNotFound):  # removed meanwhile
                yield self.document(document_id)

    def find_documents(self, name: str) -> list[Document]:
        """The documents with this id, symbol (in any spelling, with or without its part), name without a symbol, title or label."""
        name = name.strip()
        symbol = Symbol.try_parse(name)
        folded, versions, found = name.casefold(), self.versions(), []
        for header in self.iter_headers():
            names = (header.id, header.key, header.slug, header.title, header.short, header.label)
            version = versions.version_of(header.id)
            is_symbol = symbol is not None and version is not None and same_document(symbol, version.symbol)
            if is_symbol or any(folded == each.casefold() for each in names if each):
                with suppress(DocumentNotFound):  # removed meanwhile
                    found.append(self.document(header.id))
        return found

    def passages(self, document_id: str) -> list[Passage]:
        """The passages of a document, in order."""
        with self._lock:
            return self._store.passages(document_id)

    def passages_by_id(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Passages by id; unknown ids are left out."""
        with self._lock:
            return self._store.passages_by_id(ids)

    def passage_id_at(self, document_id: str, position: int) -> str | None:
        """The id of the passage that contains a character offset of a document, or None."""
        with self._lock:
            return self._store.passage_id_at(document_id, position)

    def meetings(self) -> list[Meeting]:
        """All meetings, except those of superseded agendas, such as a digest beside the official text."""
        superseded = self.superseded()
        return [each for each in self._derive("meetings", self._store.meetings) if each.document_id not in superseded]

    def versions(self) -> Versions:
        """How the documents relate to each other: revisions, corrigenda, addenda, language versions."""
        return self._derive("versions", lambda: Versions(self._store.headers()))

    def superseded(self) -> dict[str, str]:
        """Ids of superseded documents with the id of the document that replaces them: a digest is superseded by the official text,
        a document by its later revision."""
        return self.versions().superseded

    def document_keys(self) -> dict[str, str]:
        """Document ids with their keys (symbol and part, or name)."""
        with self._lock:
            return {header.id: header.key for header in self.iter_headers()}

    # Searching

    def open_indexes(self) -> None:
        """Opens the indexes, which the first searches of a process may do without since it takes time."""
        with self._lock, readable_errors(self.folder):
            self._indexes.open()

    def dense_search(
        self, question: str, limit: int, scope: SearchScope | None = None, languages: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """(passage id, similarity) of the passages nearest in meaning to a question, nearest first. `scope` limits the search to some
        passages, `languages` to some languages; None means all."""
        model = self.models.search_model
        best = self.vector_search(self.models.embed_query(question, model), limit, scope, languages)
        likeness = model.similarity(np.array([cosine for _, cosine in best], np.float32))
        return [(key, float(value)) for (key, _), value in zip(best, likeness, strict=True)]

    def vector_search(
        self, vector: np.ndarray, limit: int, scope: SearchScope | None = None, languages: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """(passage id, cosine) of the passages nearest to a question's vector, nearest first. The vector is one of the search model;
        cosines across languages are rescaled to be comparable to those within one language."""
        found: list[tuple[str, float]] = []
        with self._lock, readable_errors(self.folder):
            for language in self.passage_languages() if languages is None else languages:
                shift = self.models.search_model.language_shift(language)
                query = vector if shift is None else shift.shift_query(vector)
                near = self._indexes.vector_search(query, language, limit, scope)
                if shift is not None:
                    rescaled = shift.rescale_cosines(np.array([cosine for _, cosine in near], np.float32))
                    near = [(key, float(cosine)) for (key, _), cosine in zip(near, rescaled, strict=True)]
                found += near
        return sorted(found, key=lambda hit: -hit[1])[:limit]

    def passage_vectors(self, ids: Sequence[str]) -> dict[str, np.ndarray]:
        """The vectors of passages by id; passages in languages that no model supports are left out."""
        with self._lock, readable_errors(self.folder):
            return self._indexes.vectors(ids)

    def lexical_search(
        self, tokens: Sequence[str], language: str, limit: int, scope: SearchScope | None = None
    ) -> list[LexicalHit]:
        """Passages in one language that contain any of the index tokens, best BM25 score first; within `scope`, or all."""
        with self._lock, readable_errors(self.folder):
            return self._indexes.lexical_search(tokens, language, limit, scope)

    def similarities(
        self, question: str, texts: Sequence[str], model: Embedder | None = None, language: str = ""
    ) -> list[float]:
        """The similarity in meaning of a question to each of some texts in a language, by one of the library's models."""
        model = model or self.embedder
        vector = self.models.embed_query(question, model)
        shift = model.language_shift(language)
        cosines = self.models.embed_texts(texts, model) @ (vector if shift is None else shift.shift_query(vector))
        if shift is not None:
            cosines = shift.rescale_cosines(cosines)
        return [float(value) for value in model.similarity(cosines)]

    def document_frequency(self, tokens: Sequence[str], language: str) -> dict[str, int]:
        """In how many passages of a language each index token occurs."""
        with self._lock, readable_errors(self.folder):
            return self._indexes.document_frequency(set(tokens), language, self.passage_counts().get(language, 0))

    def passage_counts(self) -> dict[str, int]:
        """Number of passages by language."""
        return self._derive("languages", self._store.passage_counts)

    def passage_languages(self) -> list[str]:
        """The languages that have passages; faster than counting them."""
        return self._derive("spoken", lambda: [each for each in sorted(LANGUAGES) if self._store.has_language(each)])

    # Maintenance

    def status(self) -> Status:
        """Counts, sizes and the stamp."""
        with self._lock, readable_errors(self.folder):
            size = self._db.size_bytes() + sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())
            return Status(
                folder=self.folder,
                documents=self._store.count(),
                passages=sum(self._store.passage_counts().values()),
                vectors=self._indexes.count_vectors(),
                bytes=size,
                originals=self._store.originals.size(),
                stamp=self._store.stamp(),
            )

    def verify(self, progress: Callable[[], None] = lambda: None) -> list[str]:
        """The faults of the library, one sentence each; empty where there are none. Checks the database, both indexes
        against the passages, and that each document's passages cover its text. Other threads may read and change the library while it
        runs. `progress` is called after each document."""
        with self._lock:
            found = self._db.find_damage()
        checked: dict[int, DocumentCheck] = {}
        for header in self.iter_headers():
            checked[hash(header)] = self._check(header)
            progress()
        with self._lock, readable_errors(self.folder):
            # Those that came or changed meanwhile are checked now; those that went are left out.
            now = [checked.get(hash(header)) or self._check(header) for header in self.iter_headers()]
            return [*found, *find_faults(self._indexes, now, self.models.search_model.languages or LANGUAGES)]

    def _check(self, header: Header) -> DocumentCheck:
        """Checks the passages of a document."""
        wrong = ""
        with self._lock, readable_errors(self.folder):
            passages = self._store.passages(header.id)
            try:
                # As it is stored: a cached one would say nothing of the database, and all of them would fill the cache.
                if (document := self._store.document(header.id)) is not None:  # else it was removed meanwhile
                    check_passages(document, passages)
            except (ValueError, KeyError, TypeError) as error:
                wrong = f"{header.id}: {error}"
            return check_document(self._indexes, header.language, [each.id for each in passages], wrong)
