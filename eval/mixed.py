"""Retrieval in a library of several languages: how often the passage with the answer is among the first, in one
library of the English development documents and of the calibration documents in the five other languages.

Three kinds of questions: in English about an English document, in another language about an English document (the
development questions of `eval/cases/un.jsonl`), in another language about a document in that language
(`eval/training/data/calibration-documents.jsonl.bz2`).
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from assistant.qa.engine import Engine
from assistant.qa.retriever import Evidence
from corpus.documents import Span
from corpus.library import Library
from eval.metrics.statistics import wilson
from eval.output import format_figure, print_table
from eval.runs.corpora import engine_over
from eval.training.groups import read_values
from eval.training.measure import prepare_written_sets
from eval.training.own_rows import load_questions
from eval.training.rows import CALIBRATION

QUESTIONS = Path(__file__).parent / "cases" / "un.jsonl"
FIRST = (1, 3, 6, 16)
"""Ranks up to which the passage with the answer is looked for."""
HELD_OUT = "d2-"
"""Prefix of the ids of development questions that are excluded, since nothing may be chosen by them."""


Spans = Mapping[str, Sequence[Span]]
"""Spans with the answer, by document id."""


def expected_spans(library: Library) -> Iterator[tuple[str, str, str, Spans]]:
    """The answerable questions whose places are in the library: kind, question, language, places."""
    for question in load_questions([QUESTIONS], library):
        if question is not None and question.answerable and not question.id.startswith(HELD_OUT):
            kind = "English about English" if question.language == "en" else "other languages about English"
            yield kind, question.question, question.language, question.spans
    documents = [library.document(header.id) for header in library.iter_headers() if header.language != "en"]
    for row in read_values(CALIBRATION):
        for document in documents:
            start = document.text.find(row["passage"][:60]) if document.language == row["language"] else -1
            if start >= 0:
                spans = {document.id: [(start, start + len(row["passage"]))]}
                for each in row["questions"]:
                    if each["a"]:
                        yield "other languages about their own", each["q"], row["language"], spans


def find_rank(evidence: Sequence[Evidence], spans: Spans) -> int | None:
    """The rank, from 0, of the first passage with the answer; None where there is none."""
    for n, each in enumerate(evidence):
        passage = each.passage
        if any(start < passage.end and passage.start < end for start, end in spans.get(passage.document_id, ())):
            return n
    return None


def find_ranks(engine: Engine) -> dict[str, list[int | None]]:
    """The rank of the passage with the answer for each question, by kind and by kind and language."""
    ranks: dict[str, list[int | None]] = defaultdict(list)
    for kind, text, language, spans in expected_spans(engine.library):
        evidence = engine.retriever.retrieve(engine.question(text, language), max(FIRST))
        for name in (kind, f"{kind}: {language}"):
            ranks[name].append(find_rank(evidence, spans))
    return dict(sorted(ranks.items()))


def main() -> None:
    """Builds the library and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m eval.mixed", description=__doc__)
    parser.add_argument("--documents", type=Path, required=True, help="Folder of the development documents.")
    parser.add_argument("--folder", type=Path, default=Path("eval-runs/mixed"), help="Where the library is stored.")
    options = parser.parse_args()
    folders = [folder for folder, _ in prepare_written_sets(CALIBRATION, [], options.folder)]
    with engine_over([options.documents, *folders], options.folder) as engine:
        by_kind = find_ranks(engine)
    rows = []
    for kind, ranks in by_kind.items():
        shares = (wilson(sum(each is not None and each < limit for each in ranks), len(ranks)) for limit in FIRST)
        rows.append([kind, len(ranks), *map(format_figure, shares)])
    heads = ("question and document", "questions", *(f"among the first {n}" for n in FIRST))
    print_table(Console(width=140), heads, rows)


if __name__ == "__main__":
    main()
