"""The library: the interface for changing the collection; reading and searching it is inherited from `LibraryReader`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType

from corpus.corpus_errors import ConcurrentChange, DocumentNotFound, LibraryError, readable_errors
from corpus.documents import Document, Passage
from corpus.embedding.embedder import Progress
from corpus.feedback import Feedback
from corpus.integrity import check_passages
from corpus.library_reader import DERIVED, LibraryReader
from corpus.meetings import Meeting
from corpus.sources import MAX_ORIGINAL_BYTES, STORED_FORMATS, SourceRecord
from corpus.store import Header, StoredDocument

__all__ = ["DERIVED", "Library"]

Segment = Callable[[Document], Sequence[Passage]]


class Library(LibraryReader):
    """A library that can be changed. Each document is added, replaced or removed in one transaction."""

    def add_feedback(self, feedback: Feedback) -> int:
        """Stores feedback on an answer; returns its number. Raises `FeedbackFull`."""
        with self._lock, readable_errors(self.folder), self._db.transaction():
            return self._store.feedback.add(feedback)

    def remove_feedback(self, number: int) -> int:
        """Removes all feedback up to a number; returns how many entries were removed."""
        with self._lock, readable_errors(self.folder), self._db.transaction():
            return self._store.feedback.remove(number)

    def record_source(self, record: SourceRecord) -> None:
        """Records the outcome of reading a file that did not become a document. Writes nothing where the record is unchanged."""
        with self._lock, readable_errors(self.folder):
            if self._store.sources.get(record.origin) != record:
                with self._db.transaction():
                    self._store.sources.save(record)

    def remove_source(self, origin: str) -> list[Header]:
        """Removes the documents that were read from a deleted file, and the records of that file and of those that were skipped
        because of these documents, so that they are read again. Returns what was removed."""
        with self._lock, readable_errors(self.folder):
            removed = self._store.headers(origin=origin)
            for header in removed:
                self.remove(header.id)
            skipped = [
                other for other in self._store.sources.skipped_for([each.id for each in removed]) if other != origin
            ]
            if skipped or self._store.sources.get(origin) is not None:
                with self._db.transaction():
                    for each in (origin, *skipped):
                        self._store.sources.remove(each)
            return removed

    def add(
        self,
        document: Document,
        passages: Sequence[Passage],
        meeting: Meeting | None = None,
        progress: Progress | None = None,
        replaces: Sequence[str] = (),
        *,
        sources: Sequence[SourceRecord] = (),
        expected: Mapping[str, str | None] = MappingProxyType({}),
        original: bytes | None = None,
        update_indexes: bool = True,
    ) -> None:
        """Embeds the passages of a document and adds it, or replaces the document with the same id, in one transaction.

        The same transaction removes the documents named by `replaces` and writes the records `sources`. `expected` maps the ids of
        documents that the caller relied on to their hashes (None: not stored); `ConcurrentChange` is raised where they have changed,
        or where another document has the same bytes.
        `original` is the document's file, stored with it where there is room (see `should_store_original`). `progress` is called
        with the number of passages that were embedded since its last call. Without `update_indexes` the indexes are updated later: by
        `update_indexes()`, or before they are next used."""
        check_passages(document, passages)  # before the expensive embedding
        with self._lock, readable_errors(self.folder):
            before = (each for key in (document.id, *replaces) for each in self._store.passages(key))
            texts = {each.id: each.embedding_text for each in before}
            known = {texts[key]: vector for key, vector in self._indexes.vectors(list(texts)).items()}
        vectors = self.models.embed_passages(document.language, passages, progress, known)
        holding = StoredDocument(document, passages, vectors, meeting)
        self.add_with_vectors(
            holding, replaces, sources=sources, expected=expected, original=original, update_indexes=update_indexes
        )

    def add_with_vectors(
        self,
        holding: StoredDocument,
        replaces: Sequence[str] = (),
        *,
        sources: Sequence[SourceRecord] = (),
        expected: Mapping[str, str | None] = MappingProxyType({}),
        original: bytes | None = None,
        update_indexes: bool = True,
    ) -> None:
        """Like `add`, for a document whose vectors are known, such as one from another library with the same stamp."""
        check_passages(holding.document, holding.passages)
        document = holding.document
        with self._lock, readable_errors(self.folder):
            with self._db.transaction():
                self._check_stamp_unchanged()
                same = {each.id: None for each in self._store.headers(sha256=document.sha256)} if expected else {}
                self._check_unchanged({**same, **expected})
                before = {each.sha256 for key in (document.id, *replaces) for each in self._store.headers(id=key)}
                for replaced in replaces:
                    self._store.delete(replaced)
                self._store.save(holding)
                for sha256 in before:
                    self._store.originals.remove_unused(sha256)
                if original is not None and self._has_room(document, len(original)):
                    self._store.originals.add(document.sha256, original)
                for note in sources:
                    self._store.sources.save(note)
            self._changed(document.id, *replaces)
            if update_indexes:
                self._indexes.update()

    def should_store_original(self, document: Document | Header) -> bool:
        """Whether the file of a document should be stored: its format can be displayed, it is not stored yet, and there is room."""
        if document.format not in STORED_FORMATS or not self._max_original_bytes:
            return False
        with self._lock, readable_errors(self.folder):
            originals = self._store.originals
            return not originals.has(document.sha256) and originals.size() < self._max_original_bytes

    def store_original(self, document_id: str, original: bytes) -> bool:
        """Stores the file of a document in the library; returns whether it is stored now. Bytes with another hash are not stored."""
        sha256 = hashlib.sha256(original).hexdigest()
        with self._lock, readable_errors(self.folder), self._db.transaction():
            for header in self._store.headers(id=document_id):
                if header.sha256 == sha256 and self._has_room(header, len(original)):
                    self._store.originals.add(sha256, original)
                    return True
            return False

    def _has_room(self, document: Document | Header, size: int) -> bool:
        """Whether a file of `size` bytes fits into the space for original files."""
        if document.format not in STORED_FORMATS or size > MAX_ORIGINAL_BYTES:
            return False
        originals = self._store.originals
        return originals.has(document.sha256) or originals.size() + size <= self._max_original_bytes

    @contextmanager
    def loading(self) -> Iterator[None]:
        """Within it many documents are added; a new library may be slow to search until the end, where its indexes are completed. After an
        error they are completed when it is next opened."""
        with self._lock, readable_errors(self.folder):
            self._indexes.prepare_loading()
        yield
        with self._lock, readable_errors(self.folder):
            self._indexes.finish_loading()

    def update_indexes(self) -> None:
        """Updates the indexes with the documents that were added without updating them."""
        with self._lock, readable_errors(self.folder):
            self._indexes.update()

    def record_copied(self, document_id: str, mark: str) -> None:
        """Records that a document was copied here from another library."""
        with self._lock, readable_errors(self.folder), self._db.transaction():
            self._store.copied.record("document", {document_id: mark})

    def forget_copied(self, document_id: str) -> None:
        """Removes the record of a document that was copied and no longer exists."""
        with self._lock, readable_errors(self.folder), self._db.transaction():
            self._store.copied.remove("document", document_id)

    def confirm(self, document_id: str, expected: str | None = None) -> None:
        """Records that staff have checked that a document is the one that its text says it is. `expected`: as for `remove`."""
        with self._lock, readable_errors(self.folder):
            with self._db.transaction():
                if expected is not None:
                    self._check_unchanged({document_id: expected})
                self._store.confirm(document_id)
            self._changed(document_id)

    def remove(self, document_id: str, expected: str | None = None) -> None:
        """Removes a document from the database and from every index, and checks that nothing of it is left. `expected` is the hash that
        the caller relied on: `ConcurrentChange` is raised where it is another by now."""
        with self._lock, readable_errors(self.folder):
            with self._db.transaction():
                passage_ids = [passage.id for passage in self._store.passages(document_id)]
                files = [each.sha256 for each in self._store.headers(id=document_id)]
                if expected is not None:
                    self._check_unchanged({document_id: expected})
                if not self._store.delete(document_id):
                    raise DocumentNotFound(f"There is no document {document_id!r} in the library.")
                for sha256 in files:
                    self._store.originals.remove_unused(sha256)
                # In PostgreSQL another process may add the same passages as soon as this transaction ends.
                left = set() if self._owned else self._remaining(passage_ids)
            self._changed(document_id)
            self._indexes.update()
            left = self._remaining(passage_ids) if self._owned else left
            if left:
                raise LibraryError(
                    f"{len(left)} passages of {document_id} are still indexed. Run 'rapporteur reindex'."
                )

    def _check_unchanged(self, expected: Mapping[str, str | None]) -> None:
        """Raises `ConcurrentChange` unless documents have these hashes (None: not stored)."""
        for document_id, sha256 in expected.items():
            if [each.sha256 for each in self._store.headers(id=document_id)] != ([sha256] if sha256 else []):
                raise ConcurrentChange(f"Another process has changed {document_id} in the meantime.")

    def _remaining(self, ids: Sequence[str]) -> set[str]:
        """Those of some passages that are still in the database or an index."""
        return self._store.passages_by_id(ids).keys() | self._indexes.find_indexed(ids)

    def reindex(self, segment: Segment, progress: Progress | None = None) -> int:
        """Rebuilds passages and both indexes from the documents; returns the number of passages. All changes are one
        transaction: until it ends, the library is unchanged."""
        with self._lock, readable_errors(self.folder):
            total = 0
            with self._db.transaction():
                until = self._indexes.prepare_rebuild()
                for document_id in self._store.document_ids():
                    document = self._store.document(document_id)
                    assert document is not None
                    passages = segment(document)
                    check_passages(document, passages)
                    vectors = self.models.embed_passages(document.language, passages, progress)
                    self._store.save(StoredDocument(document, passages, vectors, self._store.meeting(document_id)))
                    total += len(passages)
                self._store.write_stamp({**self._expected, **until})
            self._changed(*list(self._documents))
            self._indexes.rebuild()
            self._opened_stamp = self._store.stamp()
            return total
