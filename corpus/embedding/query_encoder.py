"""The weight updates that turn the packaged multilingual model into an encoder for questions.

Passages are embedded by the published model, questions by an encoder of their own, as in dense passage retrieval (Karpukhin
et al., 2020): the same model with a trained low-rank update to each linear layer (Hu et al., "LoRA", 2021). It was
trained (`python -m eval.training queries`) to embed a question in any of the six languages near the same question in English
(Reimers and Gurevych, "Making Monolingual Sentence Embeddings Multilingual", 2020) and near the passages that answer it.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.embedder import EmbeddingError
from corpus.embedding.model_files import READ_ERRORS

QUERIES = "e5-queries.npz"
"""The file in this folder: for each layer's weights (outputs x inputs) the matrices `up` (outputs x rank) and `down` (rank x inputs), whose
product is added to them."""
UP, DOWN = "#up", "#down"
_REMEDY = "Install Rapporteur again."


Arrays = Mapping[str, NDArray[Any]]


def shipped_path() -> Path:
    """The path of the packaged updates."""
    return Path(__file__).with_name(QUERIES)


@cache
def digest() -> str:
    """The SHA-256 of the packaged updates. Raises `EmbeddingError` where they can't be read."""
    return hashlib.sha256(_read(shipped_path())).hexdigest()


def read_updates(path: Path) -> dict[str, NDArray[Any]]:
    """The updates in a file, by weights with `UP` or `DOWN`. Raises `EmbeddingError` where it can't be read."""
    try:
        with np.load(io.BytesIO(_read(path)), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except READ_ERRORS as error:
        raise _unreadable(path, error) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> EmbeddingError:
    return EmbeddingError(f"The query encoder's weights {path} cannot be read ({error}). {_REMEDY}")


def merge_updates(weights: Arrays, learnt: Arrays) -> dict[str, NDArray[Any]]:
    """The weights with the updates added. Raises `EmbeddingError` for updates of another model."""
    merged = dict(weights)
    for name in (each.removesuffix(UP) for each in learnt if each.endswith(UP)):
        try:
            up, down = (learnt[f"{name}{part}"].astype(np.float32) for part in (UP, DOWN))
            merged[name] = weights[name] + up @ down
        except (KeyError, ValueError) as error:
            raise EmbeddingError(f"{QUERIES} does not fit {name} of the model ({error}). {_REMEDY}") from error
    return merged
