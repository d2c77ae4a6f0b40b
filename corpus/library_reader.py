"""What a library holds, opened, read and searched. One process owns its folder."""

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
from corpus.integrity import IndexCheck, check_passages
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

_Made = TypeVar("_Made")

_LOCK = "owner.lock"
_NONE = "none"
"""In the stamp: no model."""
DERIVED = "derived"
"""Folder in a library's folder for what is made from its documents and made anew when they change: it is emptied then,
so that nothing of a document that was removed is left."""
MAX_RETRIES = 20
"""Times that work is begun again since documents are changed meanwhile."""
_LOOKED = 0.05
"""Seconds after which it is looked whether another process has changed the database."""
HEADER_BATCH = 2_000
"""Headers that are read at once."""
MAX_CACHED_CHARACTERS = 64_000_000
"""How much text of documents is kept in memory."""


@dataclass(frozen=True)
class Status:
    """What a library holds, for people to read; `originals` are the bytes of the files that are kept, a part of `bytes`."""

    folder: Path
    documents: int
    passages: int
    vectors: int
    bytes: int
    originals: int
    stamp: dict[str, str]


class LibraryReader:
    """Documents with their passages, lexical and vector index: in one folder, or in a PostgreSQL database.

    Everything it needs comes as an argument: the folder, the embedding model or models, the segmenter's version, where the vectors
    live (a folder inside the library, or the address of a Chroma server), or the `database` that holds everything, which other
    processes may use at the same time; the folder then keeps only what is made from it. Of files that have pages up to `keeps`
    bytes in all are kept, to be shown beside their text. Raises `LibraryBusy`
    when another process owns the folder, `LibraryStale` when the stamp does not fit, `LibraryError` when
    folder or database can't be used. A folder that can't be written to is read, by any number of processes; what would change it
    raises `LibraryError`.
    """

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
        self._documents: dict[str, Document] = {}  # the one used last stands last
        self._kept = 0
        self._looked = 0.0
        self._made_of_it: dict[str, Any] = {}  # what was made of all that is held
        self._segmenter = segmenter_version
        self._owned = database is None  # else others can change it
        with readable_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            reading = not os.access(folder, os.W_OK)
            if reading and not (self._owned and (folder / DATABASE_FILE).is_file()):
                raise PermissionError(13, "not writable", str(folder))
            # A database has its own locks; where nothing can be written, there is nothing to lock.
            self._folder_lock = FileLock(folder / _LOCK, timeout=0) if self._owned and not reading else None
            try:
                if self._folder_lock is not None:
                    self._folder_lock.acquire()
            except Timeout:
                raise LibraryBusy(busy_message(folder)) from None
        opened: Engine | None = None
        try:
            with readable_errors(folder):
                if database is None:
                    if not reading:
                        (folder / OWNER_FILE).write_text(
                            json.dumps({"pid": os.getpid(), "name": owner}), encoding="utf-8"
                        )
                    opened = open_embedded(folder, vectors, self._write_stamp, read_only=reading)
                else:
                    opened = open_postgres(database, self.models.search_model.dimension)
            self._engine, self._db, self._store, self._indexes = opened, opened.db, opened.store, opened.indexes
            self._check_stamp(accept_stale)
            self._made = self._store.stamp()
            if database is not None:
                # What others have removed meanwhile may be in it.
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
        """Closes the files and lets another process have the folder."""
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
        """The stamp of a library as it would be made now."""
        second = self.models.multilingual
        return {
            "schema": str(SCHEMA_VERSION),
            "embedding": self.embedder.fingerprint,
            "dimension": str(self.embedder.dimension),
            "multilingual": second.fingerprint if second else _NONE,
            "segmenter": self._segmenter,
        }

    def _check_stamp(self, accept_stale: bool) -> None:
        stamp = self._store.stamp()
        if not stamp:
            with readable_errors(self.folder):
                self._write_stamp()
            return
        stamp.setdefault("multilingual", _NONE)  # of a library that was made before there was one
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

    def _check_made(self) -> None:
        """Raises `LibraryStale` where another process has made a shared library anew with other models."""
        if not self._owned and self._store.stamp() != self._made:
            raise LibraryStale(
                f"Another process has made the library in {self.folder} anew with other models or settings. Start this one again."
            )

    def _changed(self, *ids: str) -> None:
        """Forgets what was made of the library."""
        shutil.rmtree(self.folder / DERIVED, ignore_errors=True)
        self._made_of_it.clear()
        for document_id in ids:
            self._drop(document_id)

    def _drop(self, document_id: str) -> None:
        dropped = self._documents.pop(document_id, None)
        if dropped is not None:
            self._kept -= len(dropped.text)

    def refresh(self) -> None:
        """Looks anew for what other processes have changed, when next something is read."""
        self._looked = 0.0

    def retry_if_changed(self, work: Callable[[], _Made]) -> _Made:
        """What some work on the library makes, begun again where what is held was changed in the middle of it."""
        for _ in range(MAX_RETRIES):
            before = self.versions()
            try:
                return work()
            except (LibraryError, LookupError, ValueError):
                self.refresh()
                if self.versions() is before:
                    raise
        return work()

    def _look(self) -> None:
        """Forgets what was made of the library where another process has changed it."""
        now = time.monotonic()
        if now - self._looked >= _LOOKED:
            self._looked = now
            if self._db.changed_elsewhere():
                self._changed(*list(self._documents))
                self._check_made()

    def _once(self, name: str, make: Callable[[], _Made]) -> _Made:
        """What is made of all that is held: kept until that changes."""
        with self._lock:
            self._look()
            if name not in self._made_of_it:
                self._made_of_it[name] = make()
            made: _Made = self._made_of_it[name]
            return made

    # Reading

    def feedback(self, offset: int = 0, limit: int = MAX_FEEDBACK) -> list[Feedback]:
        """What people said about answers, oldest first."""
        with self._lock:
            return self._store.feedback.page(offset, limit)

    def count_feedback(self) -> int:
        """How much people said about answers."""
        with self._lock:
            return self._store.feedback.count()

    def stamp(self) -> dict[str, str]:
        """What the library was made with: schema, embedding model, segmenter."""
        with self._lock:
            return self._store.stamp()

    def headers(self, **where: str) -> list[Header]:
        """What can be said of documents without their text; of all, or of those that agree in `id`, `key`, `sha256`,
        `symbol`, `origin` or `kind`."""
        with self._lock:
            return self._store.headers(**where)

    def iter_headers(self) -> Iterator[Header]:
        """As `headers`, of all documents by id, one after another: a library may hold more than memory should."""
        last = ""
        while True:
            with self._lock:
                some = self._store.headers_after(last, HEADER_BATCH)
            yield from some
            if len(some) < HEADER_BATCH:
                return
            last = some[-1].id

    def document_ids(self) -> list[str]:
        """Ids of all documents, in order."""
        with self._lock:
            return self._store.document_ids()

    def count_keys_like(self, stem: str) -> int:
        """How many documents are known by `stem`, or by `stem` and what follows a hyphen."""
        with self._lock:
            return self._store.count_keys_like(stem)

    def source(self, origin: str) -> SourceRecord | None:
        """What became of a file when it was last read."""
        with self._lock:
            return self._store.sources.get(origin)

    def original(self, document: Document) -> bytes | None:
        """The file of a document, byte by byte; None where it is not kept."""
        with self._lock, readable_errors(self.folder):
            return self._store.originals.get(document.sha256)

    def has_original(self, document: Document) -> bool:
        """Whether the file of a document is kept."""
        if document.format not in STORED_FORMATS:
            return False
        with self._lock, readable_errors(self.folder):
            return self._store.originals.has(document.sha256)

    def stored_document(self, document_id: str) -> StoredDocument:
        """A held document with all that belongs to it. Raises `DocumentNotFound`."""
        with self._lock, readable_errors(self.folder), self._db.snapshot():
            document, passages = self._store.document(document_id), self._store.passages(document_id)
            if document is None:
                raise DocumentNotFound(f"The library holds no document {document_id!r}.")
            vectors = self._indexes.vectors([each.id for each in passages])
            return StoredDocument(
                document, passages, [vectors.get(each.id) for each in passages], self._store.meeting(document_id)
            )

    def sources(self) -> list[SourceRecord]:
        """What became of every file that was read."""
        with self._lock:
            return self._store.sources.all()

    def copied(self, kind: str) -> dict[str, str]:
        """The marks of what was copied here from another library, by id."""
        with self._lock, readable_errors(self.folder):
            return self._store.copied.marks(kind)

    def document(self, document_id: str) -> Document:
        """A held document. Raises `LibraryError` when it is not held."""
        with self._lock:
            self._look()
            found = self._documents.pop(document_id, None)
            if found is None:
                found = self._store.document(document_id)
                if found is None:
                    self._made_of_it.clear()
                    raise DocumentNotFound(f"The library holds no document {document_id!r}.")
                self._kept += len(found.text)
            self._documents[document_id] = found
            while self._kept > MAX_CACHED_CHARACTERS and len(self._documents) > 1:
                self._drop(next(iter(self._documents)))
            return found

    def documents(self) -> Iterator[Document]:
        """All held documents, by id, one after another."""
        for document_id in self.document_ids():
            with suppress(DocumentNotFound):  # removed meanwhile
                yield self.document(document_id)

    def find_documents(self, name: str) -> list[Document]:
        """Documents by id, symbol (however written, with or without its part), name without a symbol, or label."""
        wanted = name.strip()
        symbol = Symbol.try_parse(wanted)
        asked, versions, found = wanted.casefold(), self.versions(), []
        for header in self.iter_headers():
            named = (header.id, header.key, header.slug, header.title, header.short, header.label)
            version = None if symbol is None else versions.version_of(header.id)
            if any(asked == each.casefold() for each in named if each) or (
                symbol is not None and version is not None and same_document(symbol, version.symbol)
            ):
                with suppress(DocumentNotFound):  # removed meanwhile
                    found.append(self.document(header.id))
        return found

    def passages(self, document_id: str) -> list[Passage]:
        """The passages of a document, in order."""
        with self._lock:
            return self._store.passages(document_id)

    def passages_by_id(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Held passages by evidence id."""
        with self._lock:
            return self._store.passages_by_id(ids)

    def passage_id_at(self, document_id: str, position: int) -> str | None:
        """The id of the passage in which a character of a document lies, or None."""
        with self._lock:
            return self._store.passage_id_at(document_id, position)

    def meetings(self) -> list[Meeting]:
        """All held meetings; where an agenda is held as official text, its digest is left out."""
        behind = self.superseded()
        return [each for each in self._once("meetings", self._store.meetings) if each.document_id not in behind]

    def versions(self) -> Versions:
        """How the held documents relate: revisions, corrigenda, addenda, language versions."""
        return self._once("versions", lambda: Versions(self._store.headers()))

    def superseded(self) -> dict[str, str]:
        """Document ids that step behind another held one, and that one's id: a digest behind the official
        text, an edition of a symbol behind its later revision."""
        return self.versions().superseded

    def document_keys(self) -> dict[str, str]:
        """Document ids with their keys (symbol and part, or name)."""
        with self._lock:
            return {header.id: header.key for header in self.iter_headers()}

    # Searching

    def dense_search(
        self, question: str, limit: int, scope: SearchScope | None = None, languages: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """(passage id, likeness) of the passages nearest in meaning to a question, nearest first. `within` is the scope that is
        searched, None for all, `languages` those that are searched."""
        model = self.models.search_model
        best = self.vector_search(self.models.embed_query(question, model), limit, scope, languages)
        likeness = model.similarity(np.array([cosine for _, cosine in best], np.float32))
        return [(key, float(value)) for (key, _), value in zip(best, likeness, strict=True)]

    def vector_search(
        self, vector: np.ndarray, limit: int, scope: SearchScope | None = None, languages: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """(passage id, cosine) of the passages nearest to the vector of a question by the model that searches, nearest first;
        cosines across two languages are put on the scale of those within one."""
        found: list[tuple[str, float]] = []
        with self._lock, readable_errors(self.folder):
            for language in self.passage_languages() if languages is None else languages:
                crossing = self.models.search_model.language_shift(language)
                asked = vector if crossing is None else crossing.shift_query(vector)
                near = self._indexes.vector_search(asked, language, limit, scope)
                if crossing is not None:
                    levelled = crossing.rescale_cosines(np.array([cosine for _, cosine in near], np.float32))
                    near = [(key, float(cosine)) for (key, _), cosine in zip(near, levelled, strict=True)]
                found += near
        return sorted(found, key=lambda hit: -hit[1])[:limit]

    def passage_vectors(self, ids: Sequence[str]) -> dict[str, np.ndarray]:
        """The vectors of passages by id; passages in languages that no model reads are left out."""
        with self._lock, readable_errors(self.folder):
            return self._indexes.vectors(ids)

    def lexical_search(
        self, tokens: Sequence[str], language: str, limit: int, scope: SearchScope | None = None
    ) -> list[LexicalHit]:
        """Passages in one language that share analysed words with the question, by BM25; those `within` a scope, or all."""
        with self._lock, readable_errors(self.folder):
            return self._indexes.lexical_search(tokens, language, limit, scope)

    def similarities(
        self, question: str, texts: Sequence[str], model: Embedder | None = None, language: str = ""
    ) -> list[float]:
        """How like a question each of some texts in a language is in meaning, by one of the library's models."""
        model = model or self.embedder
        vector = self.models.embed_query(question, model)
        crossing = model.language_shift(language)
        cosines = self.models.embed_texts(texts, model) @ (vector if crossing is None else crossing.shift_query(vector))
        if crossing is not None:
            cosines = crossing.rescale_cosines(cosines)
        return [float(value) for value in model.similarity(cosines)]

    def document_frequency(self, tokens: Sequence[str], language: str) -> dict[str, int]:
        """In how many passages of a language each analysed word stands."""
        with self._lock, readable_errors(self.folder):
            return {token: self._indexes.document_frequency(token, language) for token in set(tokens)}

    def passage_counts(self) -> dict[str, int]:
        """Number of passages held by language."""
        return self._once("languages", self._store.passage_counts)

    def passage_languages(self) -> list[str]:
        """The languages in which passages are held, told without counting them."""
        return self._once("spoken", lambda: [each for each in sorted(LANGUAGES) if self._store.has_language(each)])

    # Keeping

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

    def verify(self) -> list[str]:
        """Everything that is wrong with the library, a sentence each; empty when it is sound.

        Checks SQLite, both indexes against the passages, and that each document's passages cover its text. Others read
        between two documents; nothing is to be changed meanwhile.
        """
        with self._lock:
            found = self._db.find_damage()
        checked = IndexCheck(self._indexes, self.models.search_model.languages or LANGUAGES)
        for document_id in self.document_ids():
            with self._lock, readable_errors(self.folder):
                passages = self._store.passages(document_id)
                try:
                    document = self.document(document_id)
                    check_passages(document, passages)
                except (ValueError, KeyError, TypeError) as error:
                    found.append(f"{document_id}: {error}")
                header = self._store.headers(id=document_id)
                checked.add_passages([each.id for each in passages], header[0].language if header else "")
        with self._lock, readable_errors(self.folder):
            return [*found, *checked.find_faults()]
