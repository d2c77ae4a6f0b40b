"""Copies a library from one engine to the other and compares the copies by hash."""

from __future__ import annotations

from collections.abc import Iterator

from corpus.corpus_errors import DocumentNotFound, LibraryError
from corpus.library import Library


def copy_library(source: Library, target: Library) -> Iterator[tuple[str, bool]]:
    """Copies everything from one library to another: documents with passages and vectors (which are not computed again), original
    files, source records, feedback. Yields each document id with whether it was copied: documents that are equal in the target, as after
    an interrupted copy, are skipped; those that differ are replaced. Documents that were copied before and are
    no longer in the source are removed from the target; its other documents stay. Each copy is read back and compared. The source is not
    changed.

    Raises `LibraryError` where the libraries were not made with the same models, or a copy differs."""
    if source.stamp() != target.stamp():
        raise LibraryError(
            "The two libraries were made with other models or segmenters. Run 'rapporteur reindex' on the first."
        )
    marks = target.copied()
    with target.loading():
        for document_id in source.document_ids():
            try:
                holding = source.stored_document(document_id)
            except DocumentNotFound:  # removed meanwhile
                continue
            copied = not target.headers(id=document_id) or target.stored_document(document_id).digest != holding.digest
            held, mark = marks.get(document_id, ""), holding.document.sha256
            # Until the copy is there, and after an interruption here, the text that was copied before is still known as a copy.
            either = f"{held} {mark}".strip() if copied and held != mark else mark
            if either != held:
                target.record_copied(document_id, either)
            if copied:
                target.add_with_vectors(holding)
                if target.stored_document(document_id).digest != holding.digest:
                    raise LibraryError(
                        f"{document_id} is not the same after it was copied. It is left as it was in the first library."
                    )
            if either != mark:
                target.record_copied(document_id, mark)
            original = source.original(holding.document) if target.should_store_original(holding.document) else None
            if original is not None:
                target.store_original(document_id, original)
            yield document_id, copied
    for document_id, mark in target.copied().items():
        if not source.headers(id=document_id):
            if any(each.sha256 in mark.split() for each in target.headers(id=document_id)):
                target.remove(document_id)
            target.forget_copied(document_id)
    for record in source.sources():
        target.record_source(record)
    present = [{**each.to_json(), "id": 0} for each in target.feedback()]
    for each in source.feedback():
        if {**each.to_json(), "id": 0} not in present:
            target.add_feedback(each)
