"""What a language adds to the vectors of the packaged multilingual model (`corpus.embedding.languages`), from questions of the
training data that there are in all six languages, and passages that have nothing to do with them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.documents import LANGUAGES
from corpus.embedding.embedder import Embedder
from corpus.embedding.languages import ENGLISH
from eval.training.groups import lines_of

MOVED = 0.7
"""How much of the difference of two languages' means a question is moved by: `docs/quality.md` has other shares."""

PARALLEL = 600
"""Questions whose mean is taken in each language."""
UNRELATED = 150
"""Passages that they are compared with, in each."""


def parallel(questions: Path, translations: Path, most: int) -> dict[str, list[str]]:
    """By language, as many questions as are there in all of them, but at most so many. Raises `ValueError` where there are none."""
    said = {raw["id"]: {"en": raw["question"]} for raw in lines_of(questions) if raw["language"] == "en"}
    for raw in lines_of(translations):
        said[raw["of"]][raw["language"]] = raw["question"]
    whole = [each for each in said.values() if len(each) == len(LANGUAGES)][:most]
    if not whole:
        raise ValueError(f"No question of {questions} is there in all of {', '.join(LANGUAGES)}.")
    return {language: [each[language] for each in whole] for language in LANGUAGES}


def unrelated(documents: Path, most: int) -> dict[str, list[str]]:
    """By language, as many passages of written documents, with their titles, but at most so many: the same at every call."""
    held: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for raw in lines_of(documents):
        held[raw["language"]].append(f"{raw['title']}\n{raw['passage']}")
    rng = random.Random(1)
    return {language: rng.sample(texts, min(most, len(texts))) for language, texts in held.items()}


def figures_of(
    sentences: Mapping[str, Sequence[str]],
    passages: Mapping[str, Sequence[str]],
    model: Embedder,
    moved: float = MOVED,
) -> dict[str, NDArray[np.float32]]:
    """The figures of `corpus.embedding.languages`: means from parallel sentences by language; cosines with passages by language
    that have nothing to do with these, asked in English and in the language of the passages, each beside the cosines of the
    same question with English passages, and the means of the passages. Cosines with short texts are no measure: they lie higher, and
    further apart."""
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
