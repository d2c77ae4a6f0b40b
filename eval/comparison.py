"""How well two texts are compared: pairing of paragraphs and classification of changes, compared with manual labels.

The shipped labels (`eval/cases/comparison.jsonl`) contain places only, no text: one line for each pair of documents,
with every paragraph, list item and row as `[place before, place after, change]`. A `held_out` line was labelled after
all thresholds were set. Headings and footnotes are not labelled.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.reports.comparison.text_diff import Pair, pair_paragraphs
from corpus.catalogue import Catalogue
from corpus.documents import Document
from eval.cases import EvaluationError
from eval.output import RoundedFigures
from ingest.document_reading import read_document
from ingest.input_files import find_inputs
from ingest.readers import ReadError

Label = tuple[str | None, str | None, str]
"""Place before, place after, and `same`, `changed`, `added`, `removed` or `moved`, the last also behind `changed`."""


@dataclass(frozen=True)
class Labelled:
    """Two texts by symbol, and the change of each paragraph."""

    first: str
    second: str
    held_out: bool
    paragraphs: tuple[Label, ...]


@dataclass(frozen=True)
class Scores(RoundedFigures):
    """Figures of one or several pairs of texts. `pairing` is the F1 of paired paragraphs, `kinds` that of paragraphs
    with their change, `changes` the same without unchanged ones; `false_changes` counts equal paragraphs reported
    as different, `seconds` is the processor time of the slowest comparison."""

    texts: int
    paragraphs: int
    pairing: float
    kinds: float
    changes: float
    false_changes: int
    seconds: float
    wrong: tuple[str, ...]


COLUMNS = {
    "pairs of texts": "{0.texts}", "paragraphs": "{0.paragraphs}", "pairing F1": "{0.pairing:.4f}", "kind F1": "{0.kinds:.4f}",
    "changes F1": "{0.changes:.4f}", "false changes": "{0.false_changes}", "slowest": "{0.seconds:.2f} s",
}  # fmt: skip
"""Table columns of `Scores`."""


def read_texts(paths: Sequence[Path], symbols: Iterable[str]) -> dict[str, Document]:
    """Reads the documents with the given symbols from files and folders. Raises `EvaluationError` if one is missing."""
    missing = set(symbols)
    catalogue, found = Catalogue.packaged(), {}
    for source in (each for path in paths for each in find_inputs(path)):
        try:
            document, _ = read_document(source.open(), catalogue)
        except ReadError:
            continue
        if document.key in missing:
            found[document.key] = document
    if absent := sorted(missing - set(found)):
        raise EvaluationError(f"These documents are not among the files: {', '.join(absent)}. Name their folder.")
    return found


def compute_scores(labels: Sequence[Labelled], documents: Mapping[str, Document]) -> Scores:
    """Compares the texts and counts."""
    expected: set[tuple[str, Label]] = set()
    found: set[tuple[str, Label]] = set()
    slowest = 0.0
    for each in labels:
        name = f"{each.first} → {each.second}"
        begin = time.process_time()
        _, pairs = pair_paragraphs(documents[each.first], documents[each.second])
        slowest = max(slowest, time.process_time() - begin)
        places = [{row[side] for row in each.paragraphs} - {None} for side in (0, 1)]
        labelled = [_label(pair) for pair in pairs if pair.para.group not in ("heading", "footnote")]
        expected |= {(name, row) for row in each.paragraphs}
        found |= {(name, row) for row in labelled if row[0] in places[0] or row[1] in places[1]}
    both = [{(name, row[:2]) for name, row in side if row[0] and row[1]} for side in (expected, found)]
    differing = [{(name, row) for name, row in side if row[2] != "same"} for side in (expected, found)]
    equal = {(name, row[:2]) for name, row in expected if row[2] in ("same", "moved")}
    false = [(name, row) for name, row in found if "changed" in row[2] and (name, row[:2]) in equal]
    wrong = [f"{name}: {row[0] or '–'} → {row[1] or '–'}, {row[2]}: {fault}" for fault, side in
             (("missed", expected - found), ("not so", found - expected)) for name, row in side]  # fmt: skip
    return Scores(
        len(labels), len(expected), _f1(*both), _f1(expected, found), _f1(*differing), len(false), slowest, tuple(sorted(wrong))
    )  # fmt: skip


def _label(pair: Pair) -> Label:
    """The label of a pair: a paragraph that was split or merged counts as a change of its longest part."""
    if pair.halved:
        place = pair.para.block.locator if pair.halved == "before" or not pair.before else pair.before.block.locator
        return (None, place, "added") if pair.halved == "before" else (place, None, "removed")
    places = [para.block.locator if para else None for para in (pair.before, pair.after)]
    kind = "changed" if pair.kind in ("split", "merged") else pair.kind
    return places[0], places[1], "changed moved" if pair.moved and kind == "changed" else kind


def _f1(expected: set[Any], found: set[Any]) -> float:
    return 2 * len(expected & found) / (len(expected) + len(found)) if expected or found else 1.0
