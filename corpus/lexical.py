"""The lexical index: tantivy, an index a language. Derived from the store, rebuilt at any time.

A passage is the tokens of `corpus.analysis` in one field, those of its heading twice, so that headings count double; scored by
BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009). Only what can still be among the
best is scored (block-max WAND; Ding and Suel, "Faster Top-k Document Retrieval Using Block-Max Indexes", SIGIR 2011), so that
a question's cost follows its answers and not the library.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur, Query

from corpus.analysis import analyse
from corpus.corpus_errors import LibraryError, LibraryFull
from corpus.documents import Passage, SearchScope

_SPACES = "spaces"
_META = "meta.json"
"""The file that makes a folder an index."""
_WRITER_BYTES = 32_000_000
"""Memory that writing may take."""


@dataclass(frozen=True)
class LexicalHit:
    """A passage that shares words with the question, with its BM25 score (higher is better)."""

    passage_id: str
    score: float


class LexicalIndex:
    """The lexical indexes of a library, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: dict[str, _LanguageIndex] = {}

    def close(self) -> None:
        """Lets go of the files."""
        self._opened.clear()

    def exists(self, language: str) -> bool:
        """Whether there is an index of a language."""
        return language in self._opened or (self._folder / language / _META).is_file()

    def can_open(self, language: str) -> bool:
        """Whether there is an index of a language, and it can be opened."""
        try:
            return self.exists(language) and bool(self._index(language))
        except LibraryError:
            return False

    def search(self, tokens: Sequence[str], language: str, limit: int, scope: SearchScope | None) -> list[LexicalHit]:
        """Passages of one language that hold at least one token, best BM25 first. Only those `within` a scope, where one is
        given; how rare a word is, the whole library tells."""
        if not tokens or limit < 1 or not self.exists(language):
            return []
        return self._index(language).search(tokens, limit, scope)

    def document_frequency(self, token: str, language: str) -> int:
        """In how many passages of a language a token stands."""
        return self._index(language).document_frequency(token) if self.exists(language) else 0

    def update(self, forgotten: Iterable[str], added: Iterable[Passage], language: str) -> None:
        """Takes passages of a language that has an index out, those that are not held are no error, and others in; all or
        nothing."""
        self._index(language).write(forgotten, added, language)

    def rebuild(self, passages: Iterable[Passage], language: str) -> None:
        """Makes the index of a language anew; until it is done, the old one stays."""
        made, old = self._folder / f"{language}.new", self._folder / language
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        _LanguageIndex(made).write((), passages, language)
        self._opened.pop(language, None)
        shutil.rmtree(old, ignore_errors=True)
        made.rename(old)

    def clear(self) -> None:
        """Removes all indexes."""
        self._opened.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

    def count(self, language: str) -> int:
        """Number of passages of a language that are indexed."""
        return self._index(language).count() if self.exists(language) else 0

    def find_indexed(self, ids: Sequence[str], language: str) -> set[str]:
        """Those of some ids that are indexed in a language."""
        return self._index(language).find_indexed(ids) if self.exists(language) else set()

    def _index(self, language: str) -> _LanguageIndex:
        if language not in self._opened:
            self._opened[language] = _LanguageIndex(self._folder / language)
        return self._opened[language]


class _LanguageIndex:
    """The passages of one language. What tantivy can't do is a `LibraryError`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        fields = tantivy.SchemaBuilder()
        for name in ("id", "document"):
            fields.add_text_field(name, stored=name == "id", tokenizer_name="raw", index_option="basic")
        fields.add_text_field("tokens", stored=False, tokenizer_name=_SPACES, index_option="freq")
        self._schema = fields.build()
        self._index: tantivy.Index = self._call(tantivy.Index, self._schema, str(folder))
        spaces = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        self._index.register_tokenizer(_SPACES, spaces)
        # It is told when to look again; a thread that watches the files would be in the way of who removes them.
        self._index.config_reader("manual")
        self._searcher = self._index.searcher()
        self._tidied = False

    def write(self, forgotten: Iterable[str], added: Iterable[Passage], language: str) -> None:
        """Takes passages out and others in; where that fails, nothing is changed."""
        writer: tantivy.IndexWriter = self._call(self._index.writer, _WRITER_BYTES, 1)
        try:
            if not self._tidied:
                # A process that was killed while it wrote leaves files, in the way of those that are written next.
                self._call(writer.garbage_collect_files)
                self._tidied = True
            for passage_id in forgotten:
                self._call(writer.delete_documents_by_term, "id", passage_id)
            for passage in added:
                self._call(writer.add_document, self._row(passage, language))
            self._call(writer.commit)
        finally:
            self._call(writer.wait_merging_threads)
        self._call(self._index.reload)
        self._searcher = self._index.searcher()

    def _row(self, passage: Passage, language: str) -> tantivy.Document:
        heading = _heading(passage.heading, language)
        tokens = " ".join([*heading, *heading, *analyse(passage.text, language)])
        return tantivy.Document(id=passage.id, document=passage.document_id, tokens=_plain(tokens))

    def search(self, tokens: Sequence[str], limit: int, scope: SearchScope | None) -> list[LexicalHit]:
        query = Query.boolean_query([(Occur.Should, self._term(token)) for token in dict.fromkeys(tokens)])
        left_out = scope.excluded_passage_ids if scope else frozenset[str]()
        if scope is not None:
            inside = Query.term_set_query(self._schema, "document", sorted(scope.document_ids))
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, Query.const_score_query(inside, 0.0))])
        hits = [
            LexicalHit(self._id(address), score) for score, address in self._found(query, limit + len(left_out)).hits
        ]
        hits.sort(key=lambda hit: (-hit.score, hit.passage_id))
        return [hit for hit in hits if hit.passage_id not in left_out][:limit]

    def document_frequency(self, token: str) -> int:
        return int(self._found(self._term(token), 1, count=True).count)

    def count(self) -> int:
        return int(self._searcher.num_docs)

    def find_indexed(self, ids: Sequence[str]) -> set[str]:
        if not ids:
            return set()
        wanted = Query.term_set_query(self._schema, "id", list(ids))
        return {self._id(address) for _, address in self._found(wanted, len(ids)).hits}

    def _found(self, query: Query, most: int, *, count: bool = False) -> Any:
        return self._call(self._searcher.search, query, most, count)

    def _term(self, token: str) -> Query:
        return Query.term_query(self._schema, "tokens", _plain(token), "freq")

    def _id(self, address: tantivy.DocAddress) -> str:
        return str(self._call(self._searcher.doc, address)["id"][0])

    def _call(self, call: Callable[..., Any], *given: Any) -> Any:
        """What a call to tantivy gives; its errors are `ValueError`s."""
        try:
            return call(*given)
        except ValueError as error:
            kind = LibraryFull if "no space left" in str(error).casefold() else LibraryError
            raise kind(
                f"The lexical index in {self._folder} can't be used ({error}). See that the disk has room. Nothing is lost: "
                "'rapporteur reindex' makes it anew from the documents."
            ) from None


_heading = lru_cache(maxsize=64)(analyse)
"""Neighbouring passages have the same one."""


def _plain(text: str) -> str:
    """Text with lone surrogates, which have no UTF-8 form, replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")
