"""Training of the model that recognises what a question asks of a meeting (`assistant.meeting.intents`)."""

from __future__ import annotations

import datetime as dt
import random
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.meeting.intents import NONE, OTHER, Intents
from eval.metrics.selective import auc
from eval.training.groups import read_values
from eval.training.meeting_rows import HALVES, SLOT, fill_pattern, slot_values
from eval.training.rows import (
    MEETINGS,
    MORE_PATTERNS,
    PATTERNS,
    QUESTIONS,
    TRANSLATIONS,
    TREATY_QUESTIONS,
    TREATY_TRANSLATIONS,
)

FILLS_PER_PATTERN = 3
"""How often a pattern is filled, each time with another meeting."""
OTHERS = 4_000
"""Questions about other documents than agendas."""
FOLDS = 5
STRENGTH = 10.0
"""Inverse regularisation strength (scikit-learn's `C`): of 1, 10 and 100 the best on patterns that were left out."""

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class IntentQuestion:
    """A question in a language, its intent, and the pattern or question that it was made from."""

    text: str
    language: str
    intent: str
    of: str


def meeting_questions(meetings: Path, patterns: Sequence[Path]) -> Iterator[IntentQuestion]:
    """Fills patterns of questions with invented meetings (`eval/training/data/README.md`): the same at every call."""
    rng, invented = random.Random(1), list(read_values(meetings))
    rows = [row for each in patterns for row in read_values(each)]
    halves: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["kind"] in HALVES:
            halves[row["language"]].append(row["pattern"])
    for row in rows:
        if row["kind"] in HALVES:
            continue
        pattern, language = row["pattern"], row["language"]
        about_paper = {"paper", "symbol"} & {*SLOT.findall(pattern)}
        for _ in range(FILLS_PER_PATTERN):
            meeting = rng.choice(invented)
            items = [each for each in meeting["items"] if each["documents"] or not about_paper]
            item, day = rng.choice(items), dt.date.fromisoformat(rng.choice(meeting["dates"]))
            paper = rng.choice(item["documents"]) if item["documents"] else None
            slots = slot_values(item, item, paper, meeting["body"], day, halves[language], language, rng)
            yield IntentQuestion(fill_pattern(pattern, slots), language, row["kind"], pattern)


def other_questions(files: Sequence[Path], most: int = OTHERS) -> list[IntentQuestion]:
    """Standalone questions about other documents, and their translations: at most `most`, the same at every call."""
    raw: list[Any] = [row for file in files for row in read_values(file) if not row.get("history")]
    sample = random.Random(1).sample(raw, min(most, len(raw)))
    return [IntentQuestion(row["question"], row["language"], OTHER, row.get("of", row.get("id"))) for row in sample]


def all_questions() -> list[IntentQuestion]:
    """All training questions of the shipped model."""
    others = [QUESTIONS, TRANSLATIONS, TREATY_QUESTIONS, TREATY_TRANSLATIONS]
    return [*meeting_questions(MEETINGS, [PATTERNS, MORE_PATTERNS]), *other_questions(others)]


def fit_intents(questions: Sequence[IntentQuestion], vectors: Vectors, model: str) -> Intents:
    """Fits the model on questions with their vectors (questions x dimension), those of the named embedding model."""
    from sklearn.linear_model import LogisticRegression

    classifier = LogisticRegression(C=STRENGTH, max_iter=1_000).fit(vectors, [each.intent for each in questions])
    weights, offsets = classifier.coef_.astype(np.float16), classifier.intercept_.astype(np.float16)
    return Intents(model, tuple(map(str, classifier.classes_)), weights.astype(np.float32), offsets.astype(np.float32))


def cross_validate(questions: Sequence[IntentQuestion], vectors: Vectors) -> list[tuple[IntentQuestion, float]]:
    """For each question the probability that no agenda answers it, by a model that has not seen its pattern."""
    folds = np.array([zlib.crc32(each.of.encode()) % FOLDS for each in questions])
    predictions: list[tuple[IntentQuestion, float]] = []
    for fold in range(FOLDS):
        training = [n for n in range(len(questions)) if folds[n] != fold]
        model = fit_intents([questions[n] for n in training], vectors[training], "")
        predictions += [(each, model.chance(vectors[n], NONE)) for n, each in enumerate(questions) if folds[n] == fold]
    return predictions


def auc_by_language(predictions: Sequence[tuple[IntentQuestion, float]]) -> list[list[object]]:
    """How well the probabilities separate what an agenda answers from what it does not: rows of language, questions,
    area under the curve, for all and by language."""
    rows: list[list[object]] = []
    for language in ("all", *dict.fromkeys(each.language for each, _ in predictions)):
        selected = [
            (each, chance)
            for each, chance in predictions
            if language in ("all", each.language) and each.intent != OTHER
        ]
        area = auc([-chance for _, chance in selected], [each.intent != NONE for each, _ in selected])
        rows.append([language, len(selected), "" if area is None else f"{area:.3f}"])
    return rows


def to_arrays(intents: Intents) -> dict[str, NDArray[Any]]:
    """The model in the shipped form."""
    return {
        "model": np.array(intents.model),
        "intents": np.array(intents.names),
        "weights": intents.weights.astype(np.float16),
        "offsets": intents.offsets.astype(np.float16),
    }
