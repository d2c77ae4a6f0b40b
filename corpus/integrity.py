"""Consistency checks: passages against the text of their document, both indexes against the passages."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from corpus.corpus_errors import LibraryError
from corpus.documents import LANGUAGES, Document, Passage
from corpus.store.database import Indexes


def check_passages(document: Document, passages: Sequence[Passage]) -> None:
    """Raises `ValueError` unless the passages are spans of the document that together cover all its text."""
    position = 0
    for n, passage in enumerate(passages):
        if passage.ordinal != n or passage.document_id != document.id:
            raise ValueError(f"passage {n} is out of order or belongs to {passage.document_id}")
        if document.text[passage.start : passage.end] != passage.text:
            raise ValueError(f"passage {n} is not the text that it points at")
        if document.text[position : passage.start].strip():
            raise ValueError(f"no passage holds the text before passage {n}")
        position = max(position, passage.end)
    if document.text[position:].strip():
        raise ValueError("no passage holds the end of the text")


@dataclass(frozen=True)
class DocumentCheck:
    """What was found of one document: what is wrong with its passages or with the index of its words (empty: nothing), how many passages
    it has, and how many of them have a vector and indexed words."""

    language: str
    wrong: str
    broken: str
    passages: int
    vectors: int
    words: int


def check_document(indexes: Indexes, language: str, ids: Sequence[str], wrong: str) -> DocumentCheck:
    """Looks up the passages of a document in a language in both indexes; `wrong` is what is known to be wrong with them."""
    vectors, words, broken = len(indexes.with_vectors(ids, language)), 0, ""
    try:
        words = len(indexes.with_words(ids, language))
    except LibraryError as error:
        broken = str(error)
    return DocumentCheck(language, wrong, broken, len(ids), vectors, words)


def find_faults(indexes: Indexes, checks: Sequence[DocumentCheck], read: Collection[str]) -> Iterator[str]:
    """The faults, one sentence each, where these are all documents. Vectors are expected in the languages `read`."""
    yield from (each.wrong for each in checks if each.wrong)
    more = indexes.count_vectors() - sum(each.vectors for each in checks)
    if more:
        yield f"vector index: {more} vectors of passages that are not in the library"
    missing = sum(each.passages - each.vectors for each in checks if each.language in read)
    if missing:
        yield f"vector index: {missing} passages have no vector"
    for language in LANGUAGES:
        own = [each for each in checks if each.language == language]
        broken = next((each.broken for each in own if each.broken), "")
        words = sum(each.words for each in own)
        missing = sum(each.passages for each in own) - words
        try:
            more = indexes.count_lexical(language) - words
        except LibraryError as error:
            broken = broken or str(error)
        if broken:
            yield broken
        elif more or missing:
            yield f"lexical index ({language}): {more} passages that are not in the library, {missing} missing"
