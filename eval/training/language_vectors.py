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
"""The share of the difference of two languages' means by which a question is moved (others: `docs/quality.md`)."""

PARALLEL = 600
"""Questions whose mean is taken in each language."""
UNRELATED = 150
"""Passages in each language that they are compared with."""


def parallel_questions(questions: Path, translations: Path, most: int = PARALLEL) -> dict[str, list[str]]:
    """Loads the questions that exist in all languages, at most `most`, by language. Raises `ValueError` where there are none."""
    by_id = {raw["id"]: {"en": raw["question"]} for raw in read_values(questions) if raw["language"] == "en"}
    for raw in read_values(translations):
        by_id[raw["of"]][raw["language"]] = raw["question"]
    complete = [each for each in by_id.values() if len(each) == len(LANGUAGES)][:most]
    if not complete:
        raise ValueError(f"No question of {questions} exists in all of {', '.join(LANGUAGES)}.")
    return {language: [each[language] for each in complete] for language in LANGUAGES}


def unrelated_passages(documents: Path, most: int = UNRELATED) -> dict[str, list[str]]:
    """Draws at most `most` passages of written documents, with their titles, by language; the same at every call."""
    by_language: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for raw in read_values(documents):
        by_language[raw["language"]].append(f"{raw['title']}\n{raw['passage']}")
    rng = random.Random(1)
    return {language: rng.sample(texts, min(most, len(texts))) for language, texts in by_language.items()}


def compute_figures(
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
    question_vectors = {each: np.stack([model.embed_query(text) for text in sentences[each]]) for each in LANGUAGES}
    passage_vectors = {each: model.embed_passages(passages[each]) for each in LANGUAGES}

    def cosine_statistics(question: str, text: str) -> tuple[float, float]:
        """The mean of all cosines, and the mean of the standard deviations of each question."""
        vectors = question_vectors[question] + moved * (means[LANGUAGES.index(text)] - means[ENGLISH])
        cosines = vectors / np.linalg.norm(vectors, axis=1, keepdims=True) @ passage_vectors[text].T
        return float(cosines.mean()), float(cosines.std(axis=1).mean())

    english = {each: cosine_statistics(each, "en") for each in LANGUAGES}
    cosines, spreads = (np.full(len(LANGUAGES), value, np.float32) for value in english["en"])
    for n, language in enumerate(LANGUAGES):
        pairs = [(cosine_statistics(each, language), english[each]) for each in ("en", language)]
        cosines[n] += np.mean([own[0] - english_pair[0] for own, english_pair in pairs])
        spreads[n] *= np.mean([own[1] / english_pair[1] for own, english_pair in pairs])
    passage_means = np.stack([passage_vectors[language].mean(axis=0) for language in LANGUAGES])
    return {
        "moved": np.array(moved, np.float32),
        "means": means,
        "cosines": cosines,
        "spreads": spreads,
        "passages": passage_means,
    }
