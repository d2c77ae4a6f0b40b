"""What is added to the packaged multilingual model where it reads questions.

Passages are embedded by the model as it is, questions by an encoder of their own, as in dense passage retrieval (Karpukhin
et al., 2020): the same model with a learnt update of low rank to each linear layer (Hu et al., "LoRA", 2021). It was
trained (`python -m eval.training queries`) to put a question in any of the six languages where the same question in English
lies (Reimers and Gurevych, "Making Monolingual Sentence Embeddings Multilingual", 2020), near the passages that answer it.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.files import DAMAGED
from corpus.embedding.interface import EmbeddingError

QUERIES = "e5-queries.npz"
"""The file in this folder: of each layer's weights (outputs x inputs) `up` (outputs x rank) and `down` (rank x inputs), whose product
is added to them."""
UP, DOWN = "#up", "#down"
_REMEDY = "Install Rapporteur again."


@dataclass(frozen=True)
class Updates:
    """The updates by the name of the weights and `UP` or `DOWN`; `digest` is the SHA-256 of their file."""

    factors: Mapping[str, NDArray[Any]]
    digest: str


@cache
def updates() -> Updates:
    """The updates that ship. Raises what `read_updates` raises."""
    return read_updates(Path(str(files("corpus"))) / "embedding" / QUERIES)


def read_updates(path: Path) -> Updates:
    """The updates of a file. Raises `EmbeddingError` that names it and what to do where it can't be read."""
    try:
        data = path.read_bytes()
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            return Updates({name: held[name] for name in held.files}, hashlib.sha256(data).hexdigest())
    except DAMAGED as error:
        raise EmbeddingError(f"The query encoder's weights {path} can't be read ({error}). {_REMEDY}") from error


def merged(weights: Mapping[str, NDArray[Any]], learnt: Updates) -> dict[str, NDArray[Any]]:
    """The weights with the updates added. Raises `EmbeddingError` for updates of another model."""
    made = dict(weights)
    for name in (each.removesuffix(UP) for each in learnt.factors if each.endswith(UP)):
        try:
            up, down = (learnt.factors[f"{name}{part}"].astype(np.float32) for part in (UP, DOWN))
            made[name] = weights[name] + up @ down
        except (KeyError, ValueError) as error:
            raise EmbeddingError(f"{QUERIES} does not fit {name} of the model ({error}). {_REMEDY}") from error
    return made
