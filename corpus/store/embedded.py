"""The embedded engine: SQLite, with indexes by tantivy and, where it is installed, Chroma.

Changes to the indexes are queued in the table `outbox`, in the transaction that changes the document. If the process is killed in
between, the queue is worked off later, so that database and indexes never disagree for good.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from corpus.corpus_errors import LibraryError, LibraryFull, has_no_space, storage_error_message
from corpus.documents import LANGUAGES, Passage, SearchScope
from corpus.exact_vectors import ExactVectorIndex
from corpus.extras import install_command
from corpus.lexical import LexicalHit, LexicalIndex

if TYPE_CHECKING:
    from corpus.store.database import Database
    from corpus.store.store import Store
    from corpus.vectors import VectorIndex

OUTBOX = """CREATE TABLE IF NOT EXISTS outbox (
  passage_id TEXT NOT NULL, language TEXT NOT NULL, gone INTEGER NOT NULL, PRIMARY KEY (language, passage_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vectors (
  id TEXT PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE, vector BLOB NOT NULL
)"""
"""Vectors are in the database, too: Chroma is rebuilt from them, and single vectors are read faster."""
PENDING_BATCH = 4_000  # passages added to the indexes in one batch
MAX_COMPARED = 1_000
"""Up to so many passages of a scope, or of a library in a folder, are compared one by one; more are searched in the index, which is slower where
the scope is a small part of the library."""
COMPARED_FIRST = 50_000
"""So many passages are compared in all before an index in a folder is opened: that takes less time than opening it, and one question rarely
needs more."""
_VECTORS, LEXICAL = "vectors", "lexical"
_REBUILD = {"vectors": "rebuild"}  # entry in the stamp: the vector index has to be rebuilt


@dataclass(frozen=True)
class PendingPassage:
    """A passage that still has to be added to the indexes, or removed from them where it was `removed`."""

    passage_id: str
    language: str
    removed: bool


class Outbox:
    """The queue of changes to the indexes, a table of the database, written in the transaction of the document."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.may_have_pending = True
        """False where the queue is known to be empty."""

    def add_passages(self, passages: Sequence[Passage], vectors: Sequence[np.ndarray | None], language: str) -> None:
        self.may_have_pending = True
        added = [(each.id, language) for each in passages]
        self._db.executemany("INSERT OR REPLACE INTO outbox VALUES (?, ?, 0)", added)
        pairs = zip(passages, vectors, strict=True)
        stored = [(passage.id, _bytes(vector)) for passage, vector in pairs if vector is not None]
        self._db.executemany("INSERT INTO vectors VALUES (?, ?)", stored)

    def remove_document(self, document_id: str, language: str) -> None:
        self.may_have_pending = True
        sql = "INSERT OR REPLACE INTO outbox SELECT id, ?, 1 FROM passages WHERE document_id = ?"
        self._db.execute(sql, (language, document_id))

    def add_all(self) -> None:
        """Queues every passage."""
        self.may_have_pending = True
        with self._db.transaction():
            self._db.execute("INSERT OR REPLACE INTO outbox SELECT id, language, 0 FROM passages")

    def exact_index(self) -> ExactVectorIndex:
        """An index that compares the vectors in this database one by one."""
        return ExactVectorIndex(self._db)

    def pending(self, most: int) -> list[PendingPassage]:
        """The first `most` passages in the queue."""
        sql = "SELECT passage_id, language, gone FROM outbox ORDER BY language, passage_id LIMIT ?"
        return [PendingPassage(key, language, bool(gone)) for key, language, gone in self._db.execute(sql, (most,))]

    def vectors(self, ids: Collection[str]) -> dict[str, np.ndarray]:
        """The vectors of passages by id; those without one are left out."""
        sql = f"SELECT id, vector FROM vectors WHERE {self._db.is_in_list('id')}"
        found = self._db.execute(sql, (self._db.list_value(ids),))
        return {key: np.frombuffer(vector, dtype="<f4") for key, vector in found}

    def compare(self, vector: np.ndarray, language: str, scope: SearchScope | None) -> list[tuple[str, float]]:
        """(passage id, cosine) of all passages of a scope in a language that have a vector; None means all."""
        # CROSS keeps the order of the tables, and the sign an index of languages from being used, which has half of the library.
        sql = "SELECT passages.id, vector FROM passages CROSS JOIN vectors ON vectors.id = passages.id WHERE +language = ?"
        given: list[object] = [language]
        if scope is not None:
            sql += f" AND {self._db.is_in_list('document_id')} AND NOT ({self._db.is_in_list('passages.id')})"
            given += (self._db.list_value(sorted(ids)) for ids in (scope.document_ids, scope.excluded_passage_ids))
        found = self._db.execute(sql, given).fetchall()
        joined = np.frombuffer(b"".join(own for _, own in found), dtype="<f4").reshape(len(found), len(vector))
        return list(zip((key for key, _ in found), (joined @ vector).tolist(), strict=True))

    def has_pending(self) -> bool:
        """Whether the queue has entries."""
        return self._db.execute("SELECT 1 FROM outbox LIMIT 1").fetchone() is not None

    def mark_done(self, waiting: Sequence[PendingPassage]) -> None:
        """Removes entries that have been applied to the indexes."""
        done = [(each.language, each.passage_id) for each in waiting]
        with self._db.transaction():
            self._db.executemany("DELETE FROM outbox WHERE language = ? AND passage_id = ?", done)


class EmbeddedIndexes:
    """The indexes in a library's folder, opened at first use.

    `location` is the address of a Chroma server (None: a folder in the library). `write_stamp` writes the stamp of a library whose
    indexes are complete. Where nothing can be written (`read_only`), the vectors in the database are compared one by one, and the
    lexical index is opened in a temporary folder of links."""

    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        folder: Path,
        location: str | None,
        write_stamp: Callable[[], None],
        *,
        read_only: bool = False,
    ) -> None:
        self._store, self._outbox, self._write_stamp = store, outbox, write_stamp
        self._location: Path | str = location or folder / _VECTORS
        self._vector_index: VectorIndex | ExactVectorIndex | None = outbox.exact_index() if read_only else None
        self._temporary_lexical_folder = TemporaryDirectory(prefix="rapporteur-") if read_only else None
        lexical_folder = folder / LEXICAL
        if self._temporary_lexical_folder is not None:
            lexical_folder = Path(self._temporary_lexical_folder.name)
            if not outbox.has_pending():  # else what waits is not in it: it is made anew
                _link_files(folder / LEXICAL, lexical_folder)
            outbox.may_have_pending = False
        self._lexical = LexicalIndex(lexical_folder)
        self._compared = 0  # passages compared so far

    def open(self) -> None:
        self._updated_vectors()

    def vector_search(
        self, vector: np.ndarray, language: str, limit: int, scope: SearchScope | None = None
    ) -> list[tuple[str, float]]:
        served = isinstance(self._location, str)
        first = 0 if served or self._vector_index is not None else COMPARED_FIRST - self._compared
        if (served and scope is None) or self._store.has_more_than(max(MAX_COMPARED, first), scope):
            return self._updated_vectors().search(vector, language, limit, scope)
        found = self._outbox.compare(vector, language, scope)
        self._compared += len(found)
        return sorted(found, key=lambda hit: -hit[1])[:limit]

    def vectors(self, ids: Sequence[str]) -> dict[str, np.ndarray]:
        return self._outbox.vectors(ids)

    def lexical_search(
        self, tokens: Sequence[str], language: str, limit: int, scope: SearchScope | None
    ) -> list[LexicalHit]:
        return self._updated_lexical(language).search(tokens, language, limit, scope)

    def document_frequency(self, tokens: Collection[str], language: str, total: int) -> dict[str, int]:
        lexical = self._updated_lexical(language)
        return {token: lexical.document_frequency(token, language) for token in tokens}

    def find_indexed(self, ids: Collection[str]) -> set[str]:
        held = list(ids)
        vectors = self._updated_vectors()
        return set().union(
            *(index.find_indexed(held, language) for language in LANGUAGES for index in (vectors, self._lexical))
        )

    def count_vectors(self) -> int:
        return self._updated_vectors().count()

    def count_lexical(self, language: str) -> int:
        return self._updated_lexical(language).count(language)

    def with_vectors(self, ids: Sequence[str], language: str) -> set[str]:
        return self._updated_vectors().find_indexed(ids, language)

    def with_words(self, ids: Sequence[str], language: str) -> set[str]:
        return self._updated_lexical(language).find_indexed(ids, language)

    def prepare_rebuild(self) -> dict[str, str]:
        return _REBUILD

    def rebuild(self) -> None:
        self._lexical.clear()
        self.close()
        self._updated_vectors()

    def close(self) -> None:
        if self._vector_index is not None:
            self._vector_index.close()
            self._vector_index = None
        self._lexical.close()
        if self._temporary_lexical_folder is not None:
            self._temporary_lexical_folder.cleanup()

    def _updated_vectors(self) -> VectorIndex | ExactVectorIndex:
        """The vector index, with all pending changes applied."""
        if self._vector_index is None:
            rebuild = _REBUILD.items() <= self._store.stamp().items()
            if rebuild and isinstance(self._location, Path) and self._location.exists():
                shutil.rmtree(self._location)
            opened = self._open_vectors()
            if rebuild:
                opened.clear()
                # From here on all missing passages are in the outbox, so that an interrupted rebuild continues there.
                self._write_stamp()
            self._vector_index = opened
            self.update()
        elif self._outbox.may_have_pending:
            self.update()
        return self._vector_index

    def _open_vectors(self) -> VectorIndex | ExactVectorIndex:
        """Chroma, or an exact index where it is not installed. Where the folder does not exist, all passages are queued for it."""
        if find_spec("chromadb") is None:
            if isinstance(self._location, str):
                raise LibraryError(
                    f"RAPPORTEUR_CHROMA_URL is set, but Chroma is not installed. Run: {install_command('chroma')}"
                )
            return self._outbox.exact_index()
        from corpus.vectors import VectorIndex, VectorIndexError

        absent = isinstance(self._location, Path) and not self._location.exists()
        try:
            opened = VectorIndex(self._location)
        except VectorIndexError as error:
            if isinstance(self._location, Path) and has_no_space(self._location.parent):
                raise LibraryFull(storage_error_message(self._location.parent, "full")) from None
            remedy = "Run 'rapporteur reindex' to rebuild it from the documents."
            if isinstance(self._location, str):
                remedy = "Check that the server of RAPPORTEUR_CHROMA_URL is running and that the address is right."
            raise LibraryError(f"{error} {remedy}") from None
        if absent:
            self._outbox.add_all()
        return opened

    def _updated_lexical(self, language: str) -> LexicalIndex:
        """The lexical index, with all passages of a language."""
        if self._outbox.may_have_pending:
            self.update()
        missing = not self._lexical.can_open(language) and self._store.has_language(language)
        return self._usable_lexical(language) if missing else self._lexical

    def prepare_loading(self) -> None:
        """Does nothing: the indexes grow as fast as they would be created."""

    def finish_loading(self) -> None:
        """Does nothing, see `prepare_loading`."""

    def update(self) -> None:
        if self._vector_index is None and self._outbox.has_pending():
            self._updated_vectors()  # calls this method again after opening
            return
        while waiting := self._outbox.pending(PENDING_BATCH):
            for language in dict.fromkeys(each.language for each in waiting):
                self._index_pending([each for each in waiting if each.language == language], language)
            self._outbox.mark_done(waiting)
        self._outbox.may_have_pending = False

    def _index_pending(self, waiting: Sequence[PendingPassage], language: str) -> None:
        """Applies pending changes in one language to the indexes. Passages are removed before they are added: a process that was
        killed may have added some of them."""
        assert self._vector_index is not None
        if isinstance(self._vector_index, ExactVectorIndex) and isinstance(self._location, Path):
            # An existing Chroma index would miss this change; it is rebuilt once Chroma is installed again.
            shutil.rmtree(self._location, ignore_errors=True)
        ids = [each.passage_id for each in waiting]
        held = self._store.passages_by_id([each.passage_id for each in waiting if not each.removed])
        self._vector_index.remove(ids, language)
        vectors = self._outbox.vectors(held)
        self._vector_index.add([(passage, vectors[key]) for key, passage in held.items() if key in vectors], language)
        self._usable_lexical(language).update(ids, held.values(), language)

    def _usable_lexical(self, language: str) -> LexicalIndex:
        """The lexical index; that of a language is rebuilt, without pending passages, where it can't be opened."""
        if not self._lexical.can_open(language):
            waiting = "id IN (SELECT passage_id FROM outbox WHERE language = passages.language)"
            but = "" if self._temporary_lexical_folder else waiting
            self._lexical.rebuild(self._store.iter_passages(language, but), language)
        return self._lexical


def _link_files(folder: Path, to: Path) -> None:
    """Fills the folder `to` with links to the index files of `folder`: tantivy needs to write a lock file beside the files it reads."""
    for path in folder.glob("*/*"):
        if not path.name.endswith(".lock"):
            (to / path.parent.name).mkdir(exist_ok=True)
            (to / path.parent.name / path.name).symlink_to(path.absolute())


def _bytes(vector: np.ndarray) -> bytes:
    return np.ascontiguousarray(vector, dtype="<f4").tobytes()
