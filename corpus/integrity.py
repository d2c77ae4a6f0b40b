"""Consistency checks: passages against the text of their document, both indexes against the passages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from corpus.corpus_errors import LibraryError
from corpus.documents import LANGUAGES, Document, Passage
from corpus.store.database import Indexes

BATCH = 2_000  # passages looked up in one call


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


class IndexCheck:
    """Compares both indexes with the passages, which are added in batches. Vectors are expected in the languages `read`."""

    def __init__(self, indexes: Indexes, read: Collection[str]) -> None:
        self._indexes, self._read = indexes, read
        self._waiting: dict[str, list[str]] = {}
        self._words: Counter[str] = Counter()  # passages of a language whose words are indexed, and are not
        self._wordless: Counter[str] = Counter()
        self._vectors = self._vectorless = 0
        self._broken: dict[str, str] = {}

    def add_passages(self, ids: Sequence[str], language: str) -> None:
        """Adds passages in a language to the check."""
        waiting = self._waiting.setdefault(language, [])
        waiting += ids
        if len(waiting) >= BATCH:
            self._take(language)

    def _take(self, language: str) -> None:
        ids = self._waiting.pop(language)
        vectors = len(self._indexes.with_vectors(ids, language))
        if language in self._read:
            self._vectors += vectors
            self._vectorless += len(ids) - vectors
        try:
            words = len(self._indexes.with_words(ids, language))
        except LibraryError as error:
            self._broken[language] = str(error)
            return
        self._words[language] += words
        self._wordless[language] += len(ids) - words

    def find_faults(self) -> Iterator[str]:
        """The faults, one sentence each; call after all passages were added."""
        for language in list(self._waiting):
            self._take(language)
        more = self._indexes.count_vectors() - self._vectors
        if more:
            yield f"vector index: {more} vectors of passages that are not in the library"
        if self._vectorless:
            yield f"vector index: {self._vectorless} passages have no vector"
        for language in LANGUAGES:
            try:
                more = self._indexes.count_lexical(language) - self._words[language]
            except LibraryError as error:
                self._broken.setdefault(language, str(error))
            if language in self._broken:
                yield self._broken[language]
            elif more or self._wordless[language]:
                yield f"lexical index ({language}): {more} passages that are not in the library, {self._wordless[language]} missing"
