"""What a language adds to the vectors of the packaged multilingual model (`corpus.embedding.languages`), from questions of the
training data that there are in all six languages."""

from __future__ import annotations

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
"""Questions that are measured in each language."""


def parallel(questions: Path, translations: Path, most: int) -> dict[str, list[str]]:
    """By language, as many questions as are there in all of them, but at most so many. Raises `ValueError` where there are none."""
    said = {raw["id"]: {"en": raw["question"]} for raw in lines_of(questions) if raw["language"] == "en"}
    for raw in lines_of(translations):
        said[raw["of"]][raw["language"]] = raw["question"]
    whole = [each for each in said.values() if len(each) == len(LANGUAGES)][:most]
    if not whole:
        raise ValueError(f"No question of {questions} is there in all of {', '.join(LANGUAGES)}.")
    return {language: [each[language] for each in whole] for language in LANGUAGES}


def figures_of(
    sentences: Mapping[str, Sequence[str]], model: Embedder, moved: float = MOVED
) -> dict[str, NDArray[np.float32]]:
    """The figures of `corpus.embedding.languages`, from parallel sentences by language."""
    read = [model.embed_passages(sentences[language]) for language in LANGUAGES]
    means = np.stack([vectors.mean(axis=0) for vectors in read])
    asked = np.stack([model.embed_query(each) for each in sentences["en"]])
    cosines, spreads = np.empty((2, len(LANGUAGES)), np.float32)
    other = ~np.eye(len(asked), dtype=bool)
    for n, passages in enumerate(read):
        vectors = asked + moved * (means[n] - means[ENGLISH])
        unrelated = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True) @ passages.T)[other]
        cosines[n], spreads[n] = unrelated.mean(), unrelated.std()
    return {"moved": np.array(moved, np.float32), "means": means, "cosines": cosines, "spreads": spreads}
