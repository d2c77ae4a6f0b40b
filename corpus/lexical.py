"""The lexical index: one tantivy index per language. Derived from the store, can be rebuilt at any time.

A passage is indexed by the tokens of `corpus.analysis` in one field, those of its heading twice, so that headings count double. Scores
are BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009). Only passages that can still be
among the best are scored (block-max WAND; Ding and Suel, "Faster Top-k Document Retrieval Using Block-Max Indexes", SIGIR 2011), so
that the cost of a search depends on its hits and not on the size of the library.
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

from corpus.analysis import analyse, without_surrogates
from corpus.corpus_errors import LibraryError, LibraryFull
from corpus.documents import Passage, SearchScope

_SPACES = "spaces"
_META = "meta.json"  # the file by which a folder is recognised as an index
_WRITER_BYTES = 32_000_000  # memory that writing may take


@dataclass(frozen=True)
class LexicalHit:
    """A passage that contains tokens of the query, with its BM25 score (higher is better)."""

    passage_id: str
    score: float


class LexicalIndex:
    """The lexical indexes of a library, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: dict[str, _LanguageIndex] = {}

    def close(self) -> None:
        """Closes the files."""
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
        """Passages of a language and within `scope` that contain at least one token, best BM25 score first. The rarity of
        words is that in the whole library."""
        if not tokens or limit < 1 or not self.exists(language):
            return []
        return self._index(language).search(tokens, limit, scope)

    def document_frequency(self, token: str, language: str) -> int:
        """In how many passages of a language a token occurs."""
        return self._index(language).document_frequency(token) if self.exists(language) else 0

    def update(self, forgotten: Iterable[str], added: Iterable[Passage], language: str) -> None:
        """Removes passages from the index of a language, which must exist, and adds others, in one transaction. Unknown ids are no
        error."""
        self._index(language).write(forgotten, added, language)

    def rebuild(self, passages: Iterable[Passage], language: str) -> None:
        """Rebuilds the index of a language; the old one stays until the new one is complete."""
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
        """Those of some passage ids that are in the index of a language."""
        return self._index(language).find_indexed(ids) if self.exists(language) else set()

    def _index(self, language: str) -> _LanguageIndex:
        if language not in self._opened:
            self._opened[language] = _LanguageIndex(self._folder / language)
        return self._opened[language]


class _LanguageIndex:
    """The index of one language. Errors of tantivy are raised as `LibraryError`."""

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
        # Reloaded explicitly; a thread that watches the files would get in the way when they are removed.
        self._index.config_reader("manual")
        self._searcher = self._index.searcher()
        self._tidied = False

    def write(self, forgotten: Iterable[str], added: Iterable[Passage], language: str) -> None:
        """Removes passages and adds others; where that fails, nothing is changed."""
        writer: tantivy.IndexWriter = self._call(self._index.writer, _WRITER_BYTES, 1)
        try:
            if not self._tidied:
                # A process that was killed while writing leaves files that get in the way of new ones.
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
        return tantivy.Document(id=passage.id, document=passage.document_id, tokens=without_surrogates(tokens))

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
        requested = Query.term_set_query(self._schema, "id", list(ids))
        return {self._id(address) for _, address in self._found(requested, len(ids)).hits}

    def _found(self, query: Query, most: int, *, count: bool = False) -> Any:
        return self._call(self._searcher.search, query, most, count)

    def _term(self, token: str) -> Query:
        return Query.term_query(self._schema, "tokens", without_surrogates(token), "freq")

    def _id(self, address: tantivy.DocAddress) -> str:
        return str(self._call(self._searcher.doc, address)["id"][0])

    def _call(self, call: Callable[..., Any], *given: Any) -> Any:
        """The result of a call to tantivy, whose errors are `ValueError`s."""
        try:
            return call(*given)
        except ValueError as error:
            kind = LibraryFull if "no space left" in str(error).casefold() else LibraryError
            raise kind(
                f"The lexical index in {self._folder} cannot be used ({error}). Check that the disk has room. Nothing is lost: "
                "'rapporteur reindex' makes it anew from the documents."
            ) from None


_heading = lru_cache(maxsize=64)(analyse)  # cached, since neighbouring passages have the same heading
