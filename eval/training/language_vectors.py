"""What a language adds to the vectors of the packaged multilingual model (`corpus.embedding.languages`), from
questions of the training data that exist in all six languages, and unrelated passages."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.documents import LANGUAGES
from corpus.embedding.embedder import Embedder
from corpus.embedding.languages import ENGLISH
from eval.training.groups import read_values

MOVED = 0.7
"""The share of the difference of two languages' means by which a question is moved: `docs/quality.md` has other
shares."""

PARALLEL = 600
"""Questions whose mean is taken in each language."""
UNRELATED = 150
"""Passages in each language that they are compared with."""


def parallel(questions: Path, translations: Path, most: int) -> dict[str, list[str]]:
    """By language, the questions that exist in all of them, at most `most`. Raises `ValueError` where there are none."""
    said = {raw["id"]: {"en": raw["question"]} for raw in read_values(questions) if raw["language"] == "en"}
    for raw in read_values(translations):
        said[raw["of"]][raw["language"]] = raw["question"]
    whole = [each for each in said.values() if len(each) == len(LANGUAGES)][:most]
    if not whole:
        raise ValueError(f"No question of {questions} is there in all of {', '.join(LANGUAGES)}.")
    return {language: [each[language] for each in whole] for language in LANGUAGES}


def unrelated(documents: Path, most: int) -> dict[str, list[str]]:
    """By language, passages of written documents with their titles, at most `most`, the same at every call."""
    held: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for raw in read_values(documents):
        held[raw["language"]].append(f"{raw['title']}\n{raw['passage']}")
    rng = random.Random(1)
    return {language: rng.sample(texts, min(most, len(texts))) for language, texts in held.items()}


def figures_of(
    sentences: Mapping[str, Sequence[str]],
    passages: Mapping[str, Sequence[str]],
    model: Embedder,
    moved: float = MOVED,
) -> dict[str, NDArray[np.float32]]:
    """The figures of `corpus.embedding.languages`: means of parallel sentences by language; cosines with unrelated
    passages by language, asked in English and in the language of the passages, each relative to the cosines of the
    same question with English passages, and the means of the passages. Short texts are unsuitable: their cosines
    are higher, and vary more."""
    means = np.stack([model.embed_passages(sentences[language]).mean(axis=0) for language in LANGUAGES])
    asked = {each: np.stack([model.embed_query(text) for text in sentences[each]]) for each in LANGUAGES}
    read = {each: model.embed_passages(passages[each]) for each in LANGUAGES}

    def spoken(question: str, text: str) -> tuple[float, float]:
        """Mean and spread of cosines, of each question by itself."""
        vectors = asked[question] + moved * (means[LANGUAGES.index(text)] - means[ENGLISH])
        cosines = vectors / np.linalg.norm(vectors, axis=1, keepdims=True) @ read[text].T
        return float(cosines.mean()), float(cosines.std(axis=1).mean())

    english = {each: spoken(each, "en") for each in LANGUAGES}
    cosines, spreads = (np.full(len(LANGUAGES), value, np.float32) for value in english["en"])
    for n, language in enumerate(LANGUAGES):
        pairs = [(spoken(each, language), english[each]) for each in ("en", language)]
        cosines[n] += np.mean([here[0] - there[0] for here, there in pairs])
        spreads[n] *= np.mean([here[1] / there[1] for here, there in pairs])
    lie = np.stack([read[language].mean(axis=0) for language in LANGUAGES])
    return {
        "moved": np.array(moved, np.float32),
        "means": means,
        "cosines": cosines,
        "spreads": spreads,
        "passages": lie,
    }
