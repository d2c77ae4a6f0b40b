"""Retrieval systems for comparison, over the same passages: BM25, vectors, LlamaIndex's defaults, and Cairn, which
abstains where no passage is similar enough.

Each answers with its best passages, quoted whole, since no language model is configured. A follow-up is asked with
the earlier turns before it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from corpus.analysis import analyse
from corpus.library import Library
from eval.cases import Case, EvaluationError
from eval.runs.records import Record
from eval.systems.passages import QUOTED, RETRIEVED, passage_record

Hits = list[tuple[str, float]]
Search = Callable[[str], Hits]


class PassagePeer:
    """A system defined by a search: `build` makes a search over a library, from question to (evidence id, score).
    `quoted` returns how many of the hits are the answer."""

    def __init__(
        self,
        name: str,
        build: Callable[[Library], Search],
        settings: Mapping[str, str],
        quoted: Callable[[Hits], int] = lambda _: QUOTED,
    ) -> None:
        self.name = name
        self.settings: Mapping[str, str] = {"passages": str(QUOTED), **settings}
        self._build = build
        self._quoted = quoted
        self._ready: tuple[Library, Search] | None = None

    def prepare(self, library: Library | None) -> None:
        """Builds the search."""
        if library is None:
            raise EvaluationError(f"{self.name} can only be evaluated over documents.")
        search = self._build(library)
        search("What is said about the documents?")
        self._ready = library, search

    def answer(self, case: Case) -> Record:
        """Answers with the best passages."""
        if self._ready is None:
            raise EvaluationError("prepare() comes before answer().")
        library, search = self._ready
        start = time.perf_counter()
        hits = search("\n".join([*case.history, case.question]))
        ms = (time.perf_counter() - start) * 1e3
        return passage_record(case, self.name, library, hits, ms, self._quoted(hits))


def bm25() -> PassagePeer:
    """BM25 only, the question analysed for each language of the library."""

    def build(library: Library) -> Search:
        def search(question: str) -> Hits:
            hits = [
                (hit.passage_id, hit.score)
                for language in library.passage_counts()
                for hit in library.lexical_search(analyse(question, language), language, RETRIEVED)
            ]
            return sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:RETRIEVED]

        return search

    return PassagePeer("bm25", build, {})


def dense() -> PassagePeer:
    """Vectors only: the cosine of question and passage in the embedding model of the library."""
    return PassagePeer("dense", lambda library: lambda question: library.dense_search(question, RETRIEVED), {})


def llama_index() -> PassagePeer:
    """LlamaIndex's default retrieval: a `VectorStoreIndex` in memory, over the same passages and embedding model."""
    from llama_index.core import __version__  # where it is not installed, this says so before a library is read

    return PassagePeer("llama-index", _llama_index_search, {"llama-index-core": __version__})


def _llama_index_search(library: Library) -> Search:
    from llama_index.core import QueryBundle, VectorStoreIndex
    from llama_index.core.embeddings import MockEmbedding
    from llama_index.core.schema import TextNode

    passages = [passage for document in library.documents() for passage in library.passages(document.id)]
    embedder = library.models.search_model
    vectors = library.passage_vectors([passage.id for passage in passages])
    nodes = [
        TextNode(id_=passage.id, text=passage.embedding_text, embedding=[float(x) for x in vectors[passage.id]])
        for passage in passages
        if passage.id in vectors
    ]
    # Nodes and questions come with vectors, so that this model is never used.
    index: Any = VectorStoreIndex(nodes=nodes, embed_model=MockEmbedding(embed_dim=embedder.dimension))
    retriever = index.as_retriever(similarity_top_k=RETRIEVED)

    def search(question: str) -> Hits:
        bundle = QueryBundle(query_str=question, embedding=[float(x) for x in embedder.embed_query(question)])
        return [(found.node.node_id, float(found.score)) for found in retriever.retrieve(bundle)]

    return search


def cairn() -> PassagePeer:
    """Cairn's default (`cairn-assistant`): cosines of weighted words, in the language of the question, then in all;
    the best passages are quoted where they are above a threshold. Raises `EvaluationError` where it is not
    installed."""
    try:
        installed = version("cairn-assistant")
    except PackageNotFoundError:
        raise EvaluationError("cairn needs a package that is not installed. Run: pip install cairn-assistant") from None
    from cairn.config import Config

    chosen = Config(candidates=RETRIEVED)

    def quoted(hits: Hits) -> int:
        return sum(score >= chosen.threshold for _, score in hits[: chosen.max_passages])

    settings = {"passages": str(chosen.max_passages), "cairn-assistant": installed}
    return PassagePeer("cairn", lambda library: _cairn_search(library, chosen), settings, quoted)


def _cairn_search(library: Library, chosen: Any) -> Search:
    from cairn.engine import ask
    from cairn.index import TITLE_WEIGHT, Index, IndexedPassage, LanguageStats
    from cairn.text import tokenize

    passages: list[Any] = []
    words: dict[str, Counter[str]] = {}
    documents = list(library.documents())
    for document in documents:
        for passage in library.passages(document.id):
            # As in Cairn's own file reader, each passage is counted with the title of its document.
            counts = Counter(tokenize(f"{document.title}\n" * TITLE_WEIGHT + passage.embedding_text))
            words.setdefault(document.language, Counter()).update(counts.keys())
            passages.append(
                IndexedPassage(
                    passage.id, document.id, document.title, document.language, passage.embedding_text, counts
                )
            )
    counts_by_language = Counter(passage.lang for passage in passages)
    # The fingerprint is one of files, which do not exist here; nothing compares it.
    index = Index(
        tuple(passages),
        {language: LanguageStats(counts_by_language[language], dict(own)) for language, own in words.items()},
        doc_count=len(documents),
        synthetic_doc_count=0,
        corpus_fingerprint="0" * 64,
    )

    def search(question: str) -> Hits:
        found = ask(question, index, chosen).answer.trace.candidates
        return [(each.passage.passage_id, each.score) for each in found]

    return search
