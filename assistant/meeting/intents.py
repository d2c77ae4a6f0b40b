"""What a question asks of a meeting, told by its vector: how likely it is something that no agenda tells.

A linear model of the vectors of questions as the packaged multilingual model embeds them, by multinomial logistic regression; made by
`python -m eval.training intents`. A sentence of a meeting may say much that a question says ("takes place in") and not what it asks for
("which room"); what that is shows in the whole of the question.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.embedder import EmbeddingError
from corpus.embedding.model_files import READ_ERRORS
from corpus.models import EmbeddingModels

FILE = "intents.npz"
"""The file in `assistant/data`: `model`, the name of the embedding model; `intents`, what is asked for; `weights` (intents x dimension)
and `offsets` (intents)."""
NONE, OTHER = "none", "other"
"""Intents beside those that an agenda tells (`assistant.meeting.row_passages.Kind`, and the content of an item): what is asked of a meeting and
no agenda tells; what is asked of other documents, of which passages tell whether they answer it."""


@dataclass(frozen=True)
class Intents:
    """The model: what may be asked for, a row of weights and an offset for each."""

    model: str
    names: tuple[str, ...]
    weights: NDArray[np.float32]
    offsets: NDArray[np.float32]

    def beyond(self, vector: NDArray[np.float32]) -> float:
        """The chance, 0 to 1, that a question with a vector asks of a meeting what no agenda tells."""
        odds = self.weights @ vector + self.offsets
        chances = np.exp(odds - odds.max())
        return float(chances[self.names.index(NONE)] / chances.sum())


def beyond(text: str, models: EmbeddingModels) -> float:
    """The chance that a question asks for what no agenda tells (`Intents.beyond`); 0 where the library's model has no such weights."""
    model, known = models.search_model, shipped()
    return known.beyond(models.embed_query(text, model)) if model.name == known.model else 0.0


@cache
def shipped() -> Intents:
    """The model that ships. Raises `EmbeddingError` where it can't be read."""
    path = files("assistant") / "data" / FILE
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            weights, offsets = held["weights"].astype(np.float32), held["offsets"].astype(np.float32)
            return Intents(str(held["model"]), tuple(map(str, held["intents"])), weights, offsets)
    except READ_ERRORS as error:
        raise EmbeddingError(f"{path} can't be used ({error}). Install Rapporteur again.") from error
