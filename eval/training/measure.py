"""What a reader says of the passages that search finds for questions: the outcomes that it is calibrated by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.qa.engine import Engine
from assistant.qa.reader import Name
from assistant.qa.readers import Reads
from eval.training.calibrate import Calibration, Outcome
from eval.training.groups import lines_of
from eval.training.own import asked_of

READ = 8
"""Passages of a question that are read; the best of their logits is what counts."""
OFF_TOPIC = "off-topic"
"""The kind of questions in sets on UN documents that are about something else."""


@dataclass(frozen=True)
class Question:
    """A question, whether the documents answer it, and whether it is about something else."""

    text: str
    answerable: bool
    aside: bool


def questions_for(name: Name, files: Sequence[Path], asides: Sequence[Path], engine: Engine) -> list[Question]:
    """The questions that a reader is calibrated by: `en` by English ones, `multilingual` by the others. `files` ask about
    the engine's documents (`data/README.md`), `asides` about something else. Raises `ValueError` for questions whose
    places are not in the documents."""
    found, lost = [], 0
    for asked in asked_of(files, engine.library):
        if asked is None:
            lost += 1
        elif (asked.language == "en") == (name == "en"):
            found.append(Question(asked.question, asked.answerable, asked.kind == OFF_TOPIC))
    if lost:
        raise ValueError(f"The places of {lost} questions are not in the documents: name those they were written on.")
    for row in (row for path in asides for row in lines_of(path)):
        if (row["language"] == "en") == (name == "en"):
            found.append(Question(row["question"], answerable=False, aside=True))
    return found


def outcomes(questions: Iterable[Question], engine: Engine, reader: Reads) -> Iterator[Outcome]:
    """What the reader says of the best passage of each question; nothing of a question for which none is found."""
    for asked in questions:
        found = engine.search(asked.text, READ)
        readings = reader.read(asked.text, [(each.passage.heading, each.passage.text) for each in found])
        if readings:
            yield Outcome(max(each.logit for each in readings), asked.answerable, asked.aside)


def write_calibration(path: Path, name: Name, found: Calibration, weights: bytes) -> None:
    """Puts a reader's calibration into a file of `assistant.qa.abstention`; other readers' stay as they are."""
    held = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    readers = {**held.get("readers", {}), name: {**found.to_json(), "weights": hashlib.sha256(weights).hexdigest()}}
    path.write_text(json.dumps({"readers": dict(sorted(readers.items()))}, indent=1) + "\n", encoding="utf-8")
