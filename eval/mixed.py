"""Whether a text is found among texts in other languages: how often the passage that answers is among the first, in one library of the
English development documents and of the documents that calibration has in the five other languages.

Three kinds of questions: in English about an English document, in another language about an English document (the development questions
of `eval/cases/un.jsonl`), in another language about a document in that language (`eval/training/data/calibration-documents.jsonl.bz2`).
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from assistant.qa.engine import Engine
from assistant.qa.retriever import Evidence
from corpus.documents import Span
from corpus.library import Library
from eval.metrics.statistics import wilson
from eval.runs.corpora import engine_over
from eval.training.groups import lines_of
from eval.training.measure import written_for
from eval.training.own import asked_of
from eval.training.rows import CALIBRATION

QUESTIONS = Path(__file__).parent / "cases" / "un.jsonl"
FIRST = (1, 3, 6, 16)
"""Among how many first passages the right one is looked for."""
HELD_OUT = "d2-"
"""How the ids of development questions begin that nothing is chosen by."""


@dataclass(frozen=True)
class Sought:
    """A question in a language with the spans that answer it, by document id."""

    text: str
    language: str
    spans: Mapping[str, Sequence[Span]]
    own: bool
    """Whether the document is in the language of the question."""

    @property
    def kind(self) -> str:
        """What is asked of what."""
        if self.language == "en":
            return "English about English"
        return "other languages about their own" if self.own else "other languages about English"


def sought(library: Library) -> Iterator[Sought]:
    """The questions with an answer whose places are in the library."""
    for asked in asked_of([QUESTIONS], library):
        if asked is not None and asked.answerable and not asked.id.startswith(HELD_OUT):
            yield Sought(asked.question, asked.language, asked.spans, own=asked.language == "en")
    held = [library.document(header.id) for header in library.each_header() if header.language != "en"]
    for row in lines_of(CALIBRATION):
        for document in held:
            begin = document.text.find(row["passage"][:60]) if document.language == row["language"] else -1
            if begin >= 0:
                spans = {document.id: [(begin, begin + len(row["passage"]))]}
                yield from (
                    Sought(each["q"], row["language"], spans, own=True) for each in row["questions"] if each["a"]
                )


def rank(found: Sequence[Evidence], asked: Sought) -> int | None:
    """Which of the passages found is the first that answers, counted from 0; None where none is."""
    for n, each in enumerate(found):
        passage = each.passage
        if any(begin < passage.end and passage.start < end for begin, end in asked.spans.get(passage.document_id, ())):
            return n
    return None


def ranks(engine: Engine) -> dict[str, list[int | None]]:
    """The rank of the right passage of each question, by kind and by kind and language."""
    found: dict[str, list[int | None]] = defaultdict(list)
    for asked in sought(engine.library):
        evidence = engine.retriever.retrieve(engine.question(asked.text, asked.language), max(FIRST))
        for kind in (asked.kind, f"{asked.kind}: {asked.language}"):
            found[kind].append(rank(evidence, asked))
    return dict(sorted(found.items()))


def main() -> None:
    """Builds the library and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m eval.mixed", description=__doc__)
    parser.add_argument("--documents", type=Path, required=True, help="folder of the development documents, un/dev")
    parser.add_argument("--folder", type=Path, default=Path("eval-runs/mixed"), help="where the library is kept")
    given = parser.parse_args()
    homes = [home for home, _ in written_for(CALIBRATION, [], given.folder)]
    with engine_over([given.documents, *homes], given.folder) as engine:
        told = ranks(engine)
    table = Table("question and document", "questions", *(f"among the first {n}" for n in FIRST))
    for kind, found in told.items():
        hits = [sum(each is not None and each < n for each in found) for n in FIRST]
        table.add_row(kind, str(len(found)), *(_share(each, len(found)) for each in hits))
    Console(width=140).print(table)


def _share(hits: int, cases: int) -> str:
    interval = wilson(hits, cases)
    return f"{hits / cases:.3f} ({interval.low:.3f}-{interval.high:.3f})" if interval else "-"


if __name__ == "__main__":
    main()
