"""Rapporteur inside LlamaIndex: nodes are passages, responses carry their citations."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import numpy as np
import pytest
from conftest import untimed
from llama_index.core.agent.workflow import FunctionAgent, ReActAgent
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.llms.types import ChatMessage, MessageRole, TextBlock, ToolCallBlock
from llama_index.core.base.response.schema import Response
from llama_index.core.llms.mock import MockFunctionCallingLLM
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, TextNode
from llama_index.core.tools import QueryEngineTool
from llama_index.core.vector_stores.types import VectorStoreQuery

from assistant.llama import PassageStore, passage_docstore
from assistant.qa.engine import Engine

QUESTION = "What must a State do for smuggled migrants?"
UNANSWERED = "Who won the world cup?"


def text_node(found: NodeWithScore) -> TextNode:
    """The node itself, which has to be text."""
    assert isinstance(found.node, TextNode)
    return found.node


def query(engine: Engine, question: str) -> Response:
    """The response to a question."""
    response = engine.as_query_engine().query(question)
    assert isinstance(response, Response)
    return response


def test_an_engine_gives_retriever_reader_and_query_engine_of_the_kinds_that_llama_index_asks_for(
    starter_engine: Engine,
) -> None:
    assert isinstance(starter_engine.as_retriever(), BaseRetriever)
    assert isinstance(starter_engine.as_postprocessor(), BaseNodePostprocessor)
    assert isinstance(starter_engine.as_query_engine(), BaseQueryEngine)


def test_nodes_are_the_passages_that_search_finds_in_their_order(starter_engine: Engine) -> None:
    nodes = starter_engine.as_retriever().retrieve(QUESTION)
    evidence = starter_engine.search(QUESTION, 10)
    assert len(nodes) == 10
    assert [node.node.node_id for node in nodes] == [each.id for each in evidence]
    assert [node.score for node in nodes] == [each.score for each in evidence]


def test_the_vector_store_gives_passages_with_their_places_within_the_documents_that_are_asked_for(
    starter_engine: Engine,
) -> None:
    library, store = starter_engine.library, PassageStore(starter_engine.library)
    vector = library.models.search_model.embed_query(QUESTION).tolist()
    found = store.query(VectorStoreQuery(query_embedding=vector, similarity_top_k=5))
    assert found.ids == [key for key, _ in library.vector_search(np.asarray(vector, np.float32), 5)]
    assert found.similarities == sorted(found.similarities or [], reverse=True)
    for node in found.nodes or []:
        text = library.document(node.metadata["document_id"]).text
        assert text[node.start_char_idx : node.end_char_idx] == node.get_content()
    wanted = (found.nodes or [])[-1].metadata["document_id"]
    within = store.query(VectorStoreQuery(query_embedding=vector, similarity_top_k=3, doc_ids=[wanted]))
    assert {node.metadata["document_id"] for node in within.nodes or []} == {wanted}
    with pytest.raises(ValueError, match="query_embedding"):
        store.query(VectorStoreQuery(query_str=QUESTION))
    longer = store.query(VectorStoreQuery(query_embedding=[9 * x for x in vector], similarity_top_k=5))
    assert longer.ids == found.ids
    assert longer.similarities == pytest.approx(found.similarities, abs=1e-5)
    with pytest.raises(ValueError, match="numbers"):
        store.query(VectorStoreQuery(query_embedding=vector[1:]))
    with pytest.raises(ValueError, match="no filters"):
        store.query(VectorStoreQuery(query_embedding=vector, node_ids=["x"]))
    with pytest.raises(NotImplementedError, match="ingest"):
        store.add([])
    with pytest.raises(NotImplementedError, match="remove"):
        store.delete(wanted)


def test_the_reader_orders_nodes_by_the_chance_that_they_answer_and_tells_with_which_words(
    starter_engine: Engine,
) -> None:
    nodes = starter_engine.as_retriever().retrieve(QUESTION)
    stranger = NodeWithScore(node=TextNode(id_="stranger", text="Nothing of ours."), score=9.0)
    read = starter_engine.as_postprocessor().postprocess_nodes([*nodes, stranger], query_str=QUESTION)
    chances = [node.score or 0.0 for node in read]
    assert chances == sorted(chances, reverse=True)
    assert all(0.0 <= chance <= 1.0 for chance in chances)
    assert {node.node.node_id for node in read} <= {node.node.node_id for node in nodes}
    assert len(read) > len(nodes) // 2
    for node in read:
        told = node.node.metadata
        text = starter_engine.library.document(told["document_id"]).text
        assert text[told["answer_start"] : told["answer_end"]] == told["answer"]
        assert told["answer_locator"]


def test_the_reader_wants_a_question(starter_engine: Engine) -> None:
    with pytest.raises(ValueError, match="needs the question"):
        starter_engine.as_postprocessor().postprocess_nodes(starter_engine.as_retriever().retrieve(QUESTION))


def test_a_nodes_text_and_span_are_its_passages(starter_engine: Engine) -> None:
    library = starter_engine.library
    for found in starter_engine.as_retriever().retrieve(QUESTION):
        node = text_node(found)
        document = library.document(node.metadata["document_id"])
        passage = library.passages_by_id([node.node_id])[node.node_id]
        assert node.text == passage.text
        assert (node.start_char_idx, node.end_char_idx) == (passage.start, passage.end)
        assert node.metadata == {
            "document_id": document.id,
            "symbol": document.key,
            "title": document.title,
            "edition": "digest",
            "language": "en",
            "locator": document.cite(passage.locator),
            "url": document.url or "",
        }


def test_the_limit_of_a_retriever_is_kept_and_an_empty_question_finds_nothing(starter_engine: Engine) -> None:
    assert len(starter_engine.as_retriever(limit=3).retrieve(QUESTION)) == 3
    assert starter_engine.as_retriever().retrieve(" \x00 ") == []


def test_retrieving_asynchronously_finds_the_same(starter_engine: Engine) -> None:
    retriever = starter_engine.as_retriever()
    found = asyncio.run(retriever.aretrieve(QUESTION))
    assert [node.node.node_id for node in found] == [node.node.node_id for node in retriever.retrieve(QUESTION)]


def test_a_response_numbers_its_citations_and_gives_their_words_in_that_order(starter_engine: Engine) -> None:
    response = query(starter_engine, QUESTION)
    answer = starter_engine.ask(QUESTION)
    assert response.response is not None
    lines = response.response.split("\n")
    assert lines[0].endswith("[1]")
    assert len(lines) == len(answer.statements) > 1
    numbers = [int(n) for n in re.findall(r"\[(\d+)\]", response.response)]
    assert list(dict.fromkeys(numbers)) == list(range(1, len(response.source_nodes) + 1))
    for line, statement in zip(lines, answer.statements, strict=True):
        cited = [text_node(response.source_nodes[int(n) - 1]).text for n in re.findall(r"\[(\d+)\]", line)]
        assert cited == [citation.quote for citation in statement.citations]


def test_source_nodes_are_the_documents_own_words_with_ids_of_their_own(starter_engine: Engine) -> None:
    response = query(starter_engine, QUESTION)
    nodes = [text_node(found) for found in response.source_nodes]
    assert len({node.node_id for node in nodes}) == len(nodes) > 1
    for node in nodes:
        document = starter_engine.library.document(node.metadata["document_id"])
        assert document.text[node.start_char_idx : node.end_char_idx] == node.text
        assert node.metadata["symbol"] == document.key
        assert node.metadata["locator"].startswith(document.label)
        assert node.metadata["url"] == document.url


@pytest.mark.parametrize("question", [QUESTION, "When is agenda item 3 taken up?", UNANSWERED])
def test_the_metadata_hold_the_answer_in_its_stable_form(starter_engine: Engine, question: str) -> None:
    response = query(starter_engine, question)
    assert response.metadata is not None
    assert set(response.metadata["answer"]["timings"]) == {"parse_ms", "answer_ms", "total_ms"}
    assert untimed(response.metadata["answer"]) == untimed(starter_engine.ask(question))


def test_an_asynchronous_query_gives_the_same_response(starter_engine: Engine) -> None:
    response = asyncio.run(starter_engine.as_query_engine().aquery(QUESTION))
    assert isinstance(response, Response)
    assert response.response == query(starter_engine, QUESTION).response


@pytest.mark.parametrize("question", [UNANSWERED, ""])
def test_a_question_that_is_not_answered_gets_the_reason_as_text(starter_engine: Engine, question: str) -> None:
    response = query(starter_engine, question)
    reason = starter_engine.ask(question).reason
    assert reason
    assert response.response == reason
    assert response.source_nodes == []


def test_the_docstore_gives_the_passages_that_the_retriever_finds_and_takes_none_in(starter_engine: Engine) -> None:
    store = passage_docstore(starter_engine.library)
    (best, *_) = starter_engine.as_retriever().retrieve(QUESTION)
    assert store.get_document(best.node.node_id) == best.node
    assert asyncio.run(store.aget_document(best.node.node_id)) == best.node
    assert store.document_exists(best.node.node_id)
    assert len(store.docs) == sum(starter_engine.library.passage_counts().values())
    assert asyncio.run(store.aget_document("nothing", raise_error=False)) is None
    assert store.get_all_ref_doc_info() == {}
    for write in (store.add_documents, lambda nodes: store.delete_document(nodes[0].node_id)):
        with pytest.raises(NotImplementedError, match="rapporteur"):
            write([best.node])


# Agents


def tool_of(engine: Engine) -> QueryEngineTool:
    """The documents as an agent's tool."""
    return QueryEngineTool.from_defaults(
        engine.as_query_engine(), "documents", "Answers from UN documents, with sources."
    )


@pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning")  # by LlamaIndex itself
def test_an_agent_that_calls_functions_asks_the_documents_and_says_what_they_say(starter_engine: Engine) -> None:
    asked = ["When is agenda item 3 taken up?", QUESTION]

    def model(messages: list[ChatMessage], **_: Any) -> ChatMessage:
        """Asks both questions at once, then says what it was told."""
        told = [each.content or "" for each in messages if each.role == MessageRole.TOOL]
        if told:
            return ChatMessage(role="assistant", content="\n".join(told))
        calls = [
            ToolCallBlock(tool_call_id=str(n), tool_name="documents", tool_kwargs={"input": question})
            for n, question in enumerate(asked)
        ]
        return ChatMessage(role="assistant", blocks=[TextBlock(text="I look."), *calls])

    async def run() -> Any:
        agent = FunctionAgent(tools=[tool_of(starter_engine)], llm=MockFunctionCallingLLM(response_generator=model))
        return await agent.run("What is to be known?")

    done = asyncio.run(run())
    answers = [query(starter_engine, question) for question in asked]
    # Tools are called side by side, and told in the order in which they are ready.
    assert sorted(str(done).splitlines()) == sorted("\n".join(str(each) for each in answers).splitlines())
    raw = [each.tool_output.raw_output for each in done.tool_calls]
    assert sorted([node.node.node_id for node in each.source_nodes] for each in raw) == sorted(
        [node.node.node_id for node in each.source_nodes] for each in answers
    )


@pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning")  # by LlamaIndex itself
@pytest.mark.filterwarnings("ignore:is_running called from within a step:DeprecationWarning")
def test_an_agent_that_reasons_in_words_asks_the_documents(starter_engine: Engine) -> None:
    def model(messages: list[ChatMessage], **_: Any) -> ChatMessage:
        """Writes a call as words; what it observes it says."""
        said = messages[-1].content or ""
        if "Observation:" in said:
            return ChatMessage(
                role="assistant", content=f"Thought: I know.\nAnswer: {said.partition('Observation: ')[2]}"
            )
        call = f'Thought: I look.\nAction: documents\nAction Input: {{"input": "{QUESTION}"}}'
        return ChatMessage(role="assistant", content=call)

    async def run() -> Any:
        agent = ReActAgent(tools=[tool_of(starter_engine)], llm=MockFunctionCallingLLM(response_generator=model))
        return await agent.run(QUESTION)

    assert query(starter_engine, QUESTION).response in str(asyncio.run(run()))
