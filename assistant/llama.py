"""LlamaIndex integration: a retriever, a vector store, a docstore, a node postprocessor and a query engine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.callbacks import CallbackManager
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import BaseNode, NodeWithScore, QueryBundle, TextNode
from llama_index.core.storage.docstore.keyval_docstore import KVDocumentStore
from llama_index.core.storage.docstore.utils import doc_to_json
from llama_index.core.storage.kvstore.types import DEFAULT_COLLECTION, BaseKVStore
from llama_index.core.vector_stores.types import (
    BasePydanticVectorStore,
    VectorStoreQuery,
    VectorStoreQueryMode,
    VectorStoreQueryResult,
)

from assistant.qa.answer import Answer
from assistant.qa.engine import Engine
from assistant.qa.retriever import Evidence
from corpus.documents import Passage, SearchScope
from corpus.library import Library

_ADDED = "Documents are added by 'rapporteur ingest', which keeps their places."
_REMOVED = "Documents are removed by 'rapporteur remove'."


class PassageRetriever(BaseRetriever):
    """Hybrid retrieval as a LlamaIndex `BaseRetriever`: nodes are passages, their ids evidence ids."""

    def __init__(self, engine: Engine, limit: int = 10) -> None:
        self._engine = engine
        self._limit = limit
        super().__init__(callback_manager=CallbackManager())

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [to_node(each) for each in self._engine.search(query_bundle.query_str, self._limit)]


class PassageStore(BasePydanticVectorStore):
    """The passages of a library as a read-only LlamaIndex vector store, queried with vectors of the library's own model
    (`library.models.search_model`), with text and places as metadata. Documents are added by `ingest`: `add` and `delete` raise
    `NotImplementedError`."""

    stores_text: bool = True
    _library: Library = PrivateAttr()

    def __init__(self, library: Library) -> None:
        super().__init__()
        self._library = library

    @classmethod
    def class_name(cls) -> str:
        """The name by which LlamaIndex knows the class."""
        return "PassageStore"

    @property
    def client(self) -> Library:
        """The library."""
        return self._library

    def query(self, query: VectorStoreQuery, **_: Any) -> VectorStoreQueryResult:
        """Returns the passages nearest to a vector, nearest first, optionally only those of the documents `doc_ids`. Raises `ValueError`
        for a query without a vector, with one of another model, or with unsupported conditions."""
        if query.query_embedding is None:
            raise ValueError("The store is searched by vectors: give query_embedding.")
        if query.filters or query.node_ids or query.mode != VectorStoreQueryMode.DEFAULT:
            raise ValueError("The store knows no filters, node_ids or modes: give doc_ids, the ids of documents.")
        vector, model = np.asarray(query.query_embedding, np.float32), self._library.models.search_model
        length = float(np.linalg.norm(vector))
        if vector.shape != (model.dimension,) or not length > 0:
            raise ValueError(f"The vector must be one of {model.name}, of {model.dimension} numbers.")
        within = None if query.doc_ids is None else SearchScope(frozenset(query.doc_ids))
        found = self._library.vector_search(vector / length, max(1, query.similarity_top_k), within)
        nodes = [to_node(each) for each in _evidence(self._library, found)]
        return VectorStoreQueryResult(
            nodes=[each.node for each in nodes],
            similarities=[each.score or 0.0 for each in nodes],
            ids=[each.node.node_id for each in nodes],
        )

    def add(self, nodes: Sequence[BaseNode], **_: Any) -> list[str]:
        """Not supported: documents are added by `ingest`."""
        raise NotImplementedError(_ADDED)

    def delete(self, ref_doc_id: str, **_: Any) -> None:
        """Not supported: documents are removed by the library."""
        raise NotImplementedError(_REMOVED)


def passage_docstore(library: Library) -> KVDocumentStore:
    """The passages of a library as a read-only LlamaIndex docstore, by evidence id. Documents are added by `ingest`: writing raises
    `NotImplementedError`."""
    return KVDocumentStore(_Passages(library))


class _Passages(BaseKVStore):
    """Read-only key-value store behind the docstore; only its collection of nodes has content."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._nodes = KVDocumentStore(self)._node_collection

    def get(self, key: str, collection: str = DEFAULT_COLLECTION) -> dict[str, Any] | None:
        held = self._library.passages_by_id([key]) if collection == self._nodes else {}
        return self._described_node(held[key]) if key in held else None

    def get_all(self, collection: str = DEFAULT_COLLECTION) -> dict[str, dict[str, Any]]:
        if collection != self._nodes:
            return {}
        headers = self._library.iter_headers()
        return {each.id: self._described_node(each) for header in headers for each in self._library.passages(header.id)}

    async def aget(self, key: str, collection: str = DEFAULT_COLLECTION) -> dict[str, Any] | None:
        return self.get(key, collection)

    async def aget_all(self, collection: str = DEFAULT_COLLECTION) -> dict[str, dict[str, Any]]:
        return self.get_all(collection)

    def put(self, key: str, val: dict[str, Any], collection: str = DEFAULT_COLLECTION) -> None:
        raise NotImplementedError(_ADDED)

    async def aput(self, key: str, val: dict[str, Any], collection: str = DEFAULT_COLLECTION) -> None:
        raise NotImplementedError(_ADDED)

    def delete(self, key: str, collection: str = DEFAULT_COLLECTION) -> bool:
        raise NotImplementedError(_REMOVED)

    async def adelete(self, key: str, collection: str = DEFAULT_COLLECTION) -> bool:
        raise NotImplementedError(_REMOVED)

    def _described_node(self, passage: Passage) -> dict[str, Any]:
        node_json: dict[str, Any] = doc_to_json(to_node(Evidence(passage, self._library.document)).node)
        return node_json


class PassageReader(BaseNodePostprocessor):
    """The reader as a LlamaIndex `BaseNodePostprocessor`: returns the nodes of the library's passages with a quotable answer, ordered by its
    probability, which is their score. Metadata: `answer` (its text), `answer_start` and `answer_end` (its span in the document), `answer_locator`.
    Nodes of other sources are dropped. Raises `ValueError` without a query."""

    _engine: Engine = PrivateAttr()

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    @classmethod
    def class_name(cls) -> str:
        """The name by which LlamaIndex knows the class."""
        return "PassageReader"

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        if query_bundle is None:
            raise ValueError("The reader needs the question: give query_bundle or query_str.")
        evidence = _evidence(self._engine.library, [(node.node.node_id, node.score or 0.0) for node in nodes])
        made = []
        for each in self._engine.scorer.best_unit_per_passage(self._engine.question(query_bundle.query_str), evidence):
            unit, node = each.unit, to_node(each.unit.evidence).node
            place = unit.document.cite(unit.locator)
            node.metadata |= {
                "answer": unit.text,
                "answer_start": unit.start,
                "answer_end": unit.end,
                "answer_locator": place,
            }
            made.append(NodeWithScore(node=node, score=each.probability))
        return made


class AnswerEngine(BaseQueryEngine):
    """Rapporteur as a LlamaIndex `BaseQueryEngine`. The response's text contains citation numbers, its `source_nodes` are the quotes in this order,
    `metadata["answer"]` is the stable JSON form. Concurrent questions are answered one after another, in threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        super().__init__(callback_manager=CallbackManager())

    def _query(self, query_bundle: QueryBundle) -> Response:
        with self._lock:
            return to_response(self._engine.ask(query_bundle.query_str))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}


def _evidence(library: Library, scored: Sequence[tuple[str, float]]) -> list[Evidence]:
    """The passages of a library with some ids, each with its score; without ids that it does not have."""
    held = library.passages_by_id([passage_id for passage_id, _ in scored])
    found = [(held[passage_id], score) for passage_id, score in scored if passage_id in held]
    return [Evidence(passage, library.document(passage.document_id), score) for passage, score in found]


def to_node(evidence: Evidence) -> NodeWithScore:
    """Converts a passage to a node with its fused score."""
    passage, document = evidence.passage, evidence.document
    node = TextNode(
        id_=passage.id,
        text=passage.text,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        metadata={
            "document_id": document.id,
            "symbol": document.key,
            "title": document.title,
            "edition": document.edition,
            **({"unverified": True} if document.unverified else {}),
            "language": document.language,
            "locator": document.cite(passage.locator),
            "url": document.url or "",
        },
    )
    return NodeWithScore(node=node, score=evidence.score)


def to_response(answer: Answer) -> Response:
    """Converts an answer to a response; one without statements has its reason as text."""
    lines = [f"{each.text} {''.join(f'[{n}]' for n in answer.numbers(each))}" for each in answer.statements]
    nodes = [
        NodeWithScore(
            node=TextNode(
                id_=f"{citation.id}:{citation.start}-{citation.end}",
                text=citation.quote,
                start_char_idx=citation.start,
                end_char_idx=citation.end,
                metadata={
                    "document_id": citation.document,
                    "symbol": citation.symbol,
                    "locator": citation.locator,
                    "edition": citation.edition,
                    **({"unverified": True} if citation.unverified else {}),
                    "language": citation.language,
                    "url": citation.url or "",
                },
            ),
            score=None,
        )
        for citation in answer.citations
    ]
    return Response("\n".join(lines) or answer.reason, source_nodes=nodes, metadata={"answer": answer.to_json()})
