"""`python -m eval.scale`: the cost of a library as it grows: search, opening, memory, disk, indexing.

Builds libraries of the given sizes in a folder, or continues those of an earlier run. They contain texts of real documents, repeated
with other numbers and in another order, and random vectors, which are the hardest to search. Each is then measured in a process of its
own: the time to open the library and to find passages for a first question; then, warm, the time of retrieval for questions drawn from
the texts, in the whole library and within twenty documents; and the resources of the process. Times are wall times in milliseconds,
medians and 95th percentiles. For retrieval, processor time is also given, including the server's process if it runs on this machine,
because other work affects it less. Prints a table, and JSON for programs; `--plot` draws the curves. With `--server`, the same libraries
are also built and measured in databases of a PostgreSQL server.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from assistant.qa.engine import Engine
from corpus.catalogue import Catalogue
from corpus.documents import Block, Document
from corpus.embedding import HashEmbedder
from corpus.language import detect_language
from corpus.library import Library
from eval.bench_tools import measure_time, memory_mb, open_database
from eval.output import print_json, print_table
from eval.report.html_markup import style_sheet, tag
from eval.report.plots import growth_plot, legend
from ingest.chunker import SEGMENTER_VERSION, segment
from ingest.input_files import find_inputs
from ingest.pipeline import Input, read_document, starter_sources

SIZES = (10_000, 100_000, 1_000_000)
PARAGRAPHS = 60
"""Paragraphs of a generated document."""
QUESTIONS, WORDS = 200, 9
"""Number of questions, and words of each, drawn from one passage."""
WARMUP = 20
LIMIT = 16
SCOPE = 20
"""Documents in a scope."""
_NUMBER = re.compile(r"\d+")


class RandomEmbedder(HashEmbedder):
    """Random unit vectors with 384 dimensions, the same for the same text."""

    name = fingerprint = "random"
    dimension = 384

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """A vector that depends only on the text."""
        vector = np.random.default_rng(crc32(text.encode())).normal(size=self.dimension)
        return (vector / np.linalg.norm(vector)).astype(np.float32)


def load_paragraphs(folder: Path | None) -> list[str]:
    """Loads the English paragraphs of the documents in a folder, or of the starter corpus. Raises `ValueError` for none."""
    inputs: Iterator[Any] = find_inputs(folder) if folder else iter(starter_sources())
    texts: list[str] = []
    for each in inputs:
        document, _ = read_document(each if isinstance(each, Input) else each.open(), Catalogue([], []))
        if document.language == "en":
            texts += [document.text[block.start : block.end] for block in document.blocks if block.kind == "paragraph"]
    suitable = list(dict.fromkeys(text for text in texts if len(text) > 200 and detect_language(text, "en") == "en"))
    if not suitable:
        raise ValueError("There is no English paragraph to build a library from.")
    return suitable


def generate_documents(texts: Sequence[str], first: int) -> Iterator[Document]:
    """An endless series of generated documents, from number `first` on, the same every time."""
    number = first
    while True:
        rng = random.Random(number)
        parts = [_replace_numbers(rng.choice(texts), rng) for _ in range(PARAGRAPHS)]
        blocks, position = [], 0
        for n, part in enumerate(parts):
            blocks.append(Block(n, "paragraph", position, position + len(part), f"para. {n + 1}", str(n + 1)))
            position += len(part) + 2
        yield Document(
            None, "en", "upload", f"Report {number}", "\n\n".join(parts), tuple(blocks), slug=f"report-{number}"
        )
        number += 1


def _replace_numbers(text: str, rng: random.Random) -> str:
    return _NUMBER.sub(lambda match: str(rng.randrange(1, 10 ** min(4, len(match.group())))), text)


@dataclass(frozen=True)
class SizedLibrary:
    """A library of a given size: in a folder, or in a `database` (a connection string)."""

    size: int
    folder: Path
    database: str | None = None

    def open_library(self) -> Library:
        """Opens the library."""
        return Library(self.folder, RandomEmbedder(), SEGMENTER_VERSION, database=self.database, owner="scale")


def build(sized: SizedLibrary, texts: Sequence[str], console: Console) -> float | None:
    """Fills a library up to its size; returns the milliseconds per passage, None where it was complete."""
    size, embedder = sized.size, RandomEmbedder()
    with sized.open_library() as library:
        initial = sum(library.passage_counts().values())
        start, added = time.perf_counter(), 0
        documents = generate_documents(texts, len(library.headers()))
        with console.status(f"{size:,} passages"), library.loading():
            while initial + added < size:
                for each in islice(documents, 20):
                    passages = segment(each, embedder)
                    library.add(each, passages, update_indexes=False)
                    added += len(passages)
                library.update_indexes()
                console.log(
                    f"{initial + added:,} of {size:,} passages, {added / (time.perf_counter() - start):,.0f} a second"
                )
    return 1e3 * (time.perf_counter() - start) / added if added else None


def measure(sized: SizedLibrary) -> dict[str, float]:
    """Measures one library, in this process; returns the figures by name."""
    start = time.perf_counter()
    with sized.open_library() as library:
        opening = time.perf_counter() - start
        engine = Engine(library, Catalogue([], []))
        headers = library.headers()
        rng = random.Random(4)
        texts = [_question(library, rng.choice(headers).id, rng) for _ in range(QUESTIONS + WARMUP)]
        scopes = [[header.id for header in rng.sample(headers, min(SCOPE, len(headers)))] for _ in texts]
        start = time.perf_counter()
        engine.search(texts[0], LIMIT)
        first = time.perf_counter() - start
        for text in texts[:WARMUP]:
            engine.search(text, LIMIT)
        questions = [engine.question(text, "en") for text in texts[WARMUP:]]
        scoped = [(question, LIMIT, scope) for question, scope in zip(questions, scopes[WARMUP:], strict=True)]
        figures = {"passages": float(sum(library.passage_counts().values())), "documents": float(len(headers)),
                   "open": 1e3 * opening, "first question": 1e3 * first}  # fmt: skip
        for kind, clock in (("", _wall_ms), (", processor", _processor_clock(library))):
            figures |= _percentiles(f"retrieval{kind}", engine.retriever.retrieve, [row[:2] for row in scoped], clock)
            figures |= _percentiles(f"in a scope{kind}", engine.retriever.retrieve, scoped, clock)
        figures |= _percentiles(
            "words", library.lexical_search, [(question.tokens("en"), "en", 200) for question in questions]
        )
        vectors = [(library.models.embed_query(question.text, library.embedder), 200) for question in questions]
        figures |= _percentiles("vectors", library.vector_search, vectors)
        figures["memory (MB)"] = memory_mb(os.getpid(), highest=True)
        figures["disk a passage (bytes)"] = library.status().bytes / figures["passages"]
    return figures


def _question(library: Library, document_id: str, rng: random.Random) -> str:
    words = [word for word in rng.choice(library.passages(document_id)).text.split() if word.isalpha()]
    return " ".join(rng.sample(words, min(WORDS, len(words))))


def format_page(rows: Sequence[dict[str, Any]]) -> str:
    """Formats the curves as an HTML page."""
    names = ("retrieval", "in a scope", "words", "vectors")
    plots = []
    for engine in dict.fromkeys(row["engine"] for row in rows):
        of_engine = [row for row in rows if row["engine"] == engine]
        lines = [([(row["passages"], row[f"{name} p50"]) for row in of_engine], n) for n, name in enumerate(names)]
        label = f"Median time of a search by the size of the library, {engine}"
        plots += [tag("h2", engine), growth_plot(lines, "passages in the library", label)]
    head, body = tag("head", tag("title", "Scale"), style_sheet()), tag("body", tag("main", legend(names), *plots))
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _wall_ms() -> float:
    return 1e3 * time.perf_counter()


def _processor_clock(library: Library) -> Callable[[], float]:
    """A clock of processor time, in ms, of this process and of its database server process, where Linux exposes that."""
    statistics = Path("/proc/none")
    if not library.folder.joinpath("library.sqlite3").exists():
        (pid,) = library._engine.db.execute("SELECT pg_backend_pid()").fetchone()
        statistics = Path(f"/proc/{pid}/schedstat")

    def clock() -> float:
        server_ms = int(statistics.read_text(encoding="ascii").split()[0]) / 1e6 if statistics.exists() else 0.0
        return 1e3 * time.process_time() + server_ms

    return clock


def _percentiles(
    name: str, work: Callable[..., object], rows: Sequence[tuple[Any, ...]], clock: Callable[[], float] = _wall_ms
) -> dict[str, float]:
    """The median and the 95th percentile of the time of a function over rows of arguments."""
    times = [measure_time(partial(work, *row), clock) for row in rows]
    return {f"{name} p50": float(np.percentile(times, 50)), f"{name} p95": float(np.percentile(times, 95))}


def main() -> None:
    """Builds incomplete libraries, measures all, and prints the figures."""
    parser = argparse.ArgumentParser(prog="python -m eval.scale", description=__doc__)
    parser.add_argument("--passages", type=int, action="append", help="Size of a library. Can be repeated.")
    parser.add_argument("--folder", type=Path, default=Path("eval-runs/scale"), help="Where the libraries are stored.")
    parser.add_argument(
        "--documents", type=Path, help="Folder of documents whose texts are used; by default the starter corpus."
    )
    parser.add_argument("--plot", type=Path, help="File for the plot of the curves.")
    parser.add_argument("--server", help="Address of a PostgreSQL server, to measure that engine too.")
    parser.add_argument("--only-measure", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only_measure:
        folder, *database = options.only_measure
        print_json(measure(SizedLibrary(0, Path(folder), *database)))
        return
    console = Console(stderr=True)
    texts: list[str] = []
    results: list[dict[str, Any]] = []
    for size in sorted(options.passages or SIZES):
        texts = texts or load_paragraphs(options.documents)
        libraries = [SizedLibrary(size, options.folder / str(size))]
        if options.server:
            with open_database(options.server, f"rapporteur_scale_{size}") as database:
                libraries.append(SizedLibrary(size, options.folder / f"{size}-postgresql", database))
        for sized in libraries:
            indexing = build(sized, texts, console)
            arguments = [str(sized.folder), *([sized.database] if sized.database else [])]
            process = subprocess.run(
                [sys.executable, "-m", "eval.scale", "--only-measure", *arguments], check=True, stdout=subprocess.PIPE
            )
            engine = "PostgreSQL" if sized.database else "embedded"
            results.append({"engine": engine, **json.loads(process.stdout), "indexing one": indexing})
    rows = [["engine", *(each["engine"] for each in results)]]
    for name in [each for each in results[0] if each != "engine"]:
        rows.append([name, *("" if each[name] is None else f"{each[name]:,.1f}" for each in results)])
    print_table(console, ("", *(f"{each['passages']:,.0f}" for each in results)), rows)
    if options.plot:
        options.plot.write_text(format_page(results), encoding="utf-8")
    print_json(results, 1)


if __name__ == "__main__":
    main()
