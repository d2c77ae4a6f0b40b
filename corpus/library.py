"""The library: the one door to everything that is held."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from corpus.corpus_errors import ConcurrentChange, DocumentNotFound, LibraryError, readable_errors
from corpus.documents import Document, Passage
from corpus.feedback import Feedback
from corpus.integrity import check_passages
from corpus.library_reader import DERIVED, LibraryReader
from corpus.meetings import Meeting
from corpus.sources import MAX_ORIGINAL_BYTES, STORED_FORMATS, SourceRecord
from corpus.store import Header, StoredDocument

__all__ = ["DERIVED", "Library"]

Segment = Callable[[Document], Sequence[Passage]]
Progress = Callable[[int], None]


class Library(LibraryReader):
    """A shelf that can be changed: documents are added, replaced and removed, all or nothing."""

    def add_feedback(self, feedback: Feedback) -> int:
        """Keeps what somebody said about an answer; returns its number. Raises `FeedbackFull`."""
        with self._lock, readable_errors(self.folder), self._db.transaction():
            return self._store.feedback.add(feedback)

    def remove_feedback(self, number: int) -> int:
        """Removes what people said up to a number; returns how much that was."""
        with self._lock, readable_errors(self.folder), self._db.transaction():
            return self._store.feedback.remove(number)

    def record_source(self, record: SourceRecord) -> None:
        """Notes what became of a file of which no document is held. Notes what is noted already without a write."""
        with self._lock, readable_errors(self.folder):
            if self._store.sources.get(record.origin) != record:
                with self._db.transaction():
                    self._store.sources.save(record)

    def remove_source(self, origin: str) -> list[str]:
        """Removes the documents that came from a file that is gone, and what was noted about it.

        Files that were skipped because of these documents are to be read again; says which (their origins).
        """
        with self._lock, readable_errors(self.folder):
            gone = [header.id for header in self._store.headers(origin=origin)]
            for document_id in gone:
                self.remove(document_id)
            freed = [other for other in self._store.sources.skipped_for(gone) if other != origin]
            if freed or self._store.sources.get(origin) is not None:
                with self._db.transaction():
                    for each in (origin, *freed):
                        self._store.sources.remove(each)
            return freed

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
        """Adds a document, or replaces the one of the same id, all or nothing.

        `replaces` names further documents that leave with the same stroke, `notes` are written with it; `expected` are the hashes
        of documents that this was decided by (None: not held), `Overtaken` is raised where they are others now. `original` are the
        bytes of the document's file, kept with it where there is room (see `wants_original`). `progress` is told how many passages have been embedded since it was
        last called. Without `settle` the indexes learn of it later: at `settle()`, or when they are next used.
        """
        check_passages(document, passages)  # before the work of embedding them
        with self._lock, readable_errors(self.folder):
            texts = {
                each.id: each.embedding_text for key in (document.id, *replaces) for each in self._store.passages(key)
            }
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
        """As `add`, of a document whose passages have their vectors, such as that of another library with the same stamp."""
        check_passages(holding.document, holding.passages)
        document = holding.document
        with self._lock, readable_errors(self.folder):
            with self._db.transaction():
                self._check_made()
                for document_id, sha256 in expected.items():
                    if [each.sha256 for each in self._store.headers(id=document_id)] != ([sha256] if sha256 else []):
                        raise ConcurrentChange(f"Another process has changed {document_id} meanwhile.")
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
        """Whether the file of a document is to be kept with it: it is of a kind that can be shown, not kept already, and there is
        any room."""
        if document.format not in STORED_FORMATS or not self._max_original_bytes:
            return False
        with self._lock, readable_errors(self.folder):
            originals = self._store.originals
            return not originals.has(document.sha256) and originals.size() < self._max_original_bytes

    def store_original(self, document_id: str, original: bytes) -> bool:
        """Keeps the file of a document that is held already; says whether it is kept now. Others' bytes are not taken."""
        sha256 = hashlib.sha256(original).hexdigest()
        with self._lock, readable_errors(self.folder), self._db.transaction():
            for header in self._store.headers(id=document_id):
                if header.sha256 == sha256 and self._has_room(header, len(original)):
                    self._store.originals.add(sha256, original)
                    return True
            return False

    def _has_room(self, document: Document | Header, size: int) -> bool:
        """Whether a file may be kept beside those that are."""
        if document.format not in STORED_FORMATS or size > MAX_ORIGINAL_BYTES:
            return False
        return (
            self._store.originals.has(document.sha256)
            or self._store.originals.size() + size <= self._max_original_bytes
        )

    def update_indexes(self) -> None:
        """Lets the indexes take in what was added without `settle`."""
        with self._lock, readable_errors(self.folder):
            self._indexes.update()

    def record_copied(self, kind: str, marks: Mapping[str, str]) -> None:
        """Notes what is copied here from another library."""
        with self._lock, readable_errors(self.folder), self._db.transaction():
            self._store.copied.record(kind, marks)

    def forget_copied(self, kind: str, key: str) -> None:
        """Notes that something which was copied is gone."""
        with self._lock, readable_errors(self.folder), self._db.transaction():
            self._store.copied.remove(kind, key)

    def confirm(self, document_id: str) -> None:
        """Notes that a document is the one that its text says it is; one of the staff has compared it."""
        with self._lock, readable_errors(self.folder):
            with self._db.transaction():
                self._store.confirm(document_id)
            self._changed(document_id)

    def remove(self, document_id: str) -> None:
        """Removes a document from every index, and makes sure that nothing of it is left."""
        with self._lock, readable_errors(self.folder):
            gone = [passage.id for passage in self._store.passages(document_id)]
            files = [each.sha256 for each in self._store.headers(id=document_id)]
            with self._db.transaction():
                if not self._store.delete(document_id):
                    raise DocumentNotFound(f"The library holds no document {document_id!r}.")
                for sha256 in files:
                    self._store.originals.remove_unused(sha256)
                # With tables as indexes, another process may add the same passages as soon as this is over.
                left = set() if self._owned else self._left(gone)
            self._changed(document_id)
            self._indexes.update()
            left = self._left(gone) if self._owned else left
            if left:
                raise LibraryError(
                    f"{len(left)} passages of {document_id} are still indexed. Run 'rapporteur reindex'."
                )

    def _left(self, ids: Sequence[str]) -> set[str]:
        return self._store.passages_by_id(ids).keys() | self._indexes.find_indexed(ids)

    def reindex(self, segment: Segment, progress: Progress | None = None) -> int:
        """Makes passages and both indexes anew from the documents; returns the number of passages.

        Until it is done the library is as it was: all changes are one transaction.
        """
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
            self._made = self._store.stamp()
            return total
