"""Rapporteur as parts of LlamaIndex: a retriever and a query engine that plug into any of its agents."""

from __future__ import annotations

from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from assistant.qa.answer import Answer
from assistant.qa.engine import Engine
from assistant.qa.retriever import Evidence


class PassageRetriever(BaseRetriever):
    """Hybrid retrieval as a LlamaIndex `BaseRetriever`: nodes are passages, their ids evidence ids."""

    def __init__(self, engine: Engine, limit: int = 10) -> None:
        self._engine = engine
        self._limit = limit
        super().__init__(callback_manager=CallbackManager())

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [node_of(each) for each in self._engine.search(query_bundle.query_str, self._limit)]


class AnswerEngine(BaseQueryEngine):
    """The whole of Rapporteur as a LlamaIndex `BaseQueryEngine`.

    The response's text carries citation numbers, its `source_nodes` are the cited words in the order of these
    numbers, and `metadata["answer"]` is the stable JSON form of the answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        super().__init__(callback_manager=CallbackManager())

    def _query(self, query_bundle: QueryBundle) -> Response:
        return response_of(self._engine.ask(query_bundle.query_str))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return self._query(query_bundle)

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}


def node_of(evidence: Evidence) -> NodeWithScore:
    """A passage as a node with its fused score."""
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


def response_of(answer: Answer) -> Response:
    """An answer as a response; one that says nothing carries its reason as text."""
    lines = [
        statement.text + " " + "".join(f"[{n}]" for n in answer.numbers(statement)) for statement in answer.statements
    ]
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
