"""Intent classifier: the probability that a question asks something about a meeting that no agenda tells.

Multinomial logistic regression on question embeddings of the packaged multilingual model, trained by `python -m eval.training intents`.
A sentence about a meeting may share most words with a question ("takes place in") without giving what it asks for ("which room"); only the
whole question shows that.
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
"""Intents beside those that an agenda answers (`assistant.meeting.row_passages.Kind`, and the content of an item): `NONE`, something about a
meeting that no agenda tells; `OTHER`, something about other documents, whose passages tell whether they answer it."""


DOCUMENTS = "documents", "papers"
"""Intents of questions that the list of documents of an item or of a meeting answers."""


@dataclass(frozen=True)
class Intents:
    """The model: the names of the intents, with a row of weights and an offset for each."""

    model: str
    names: tuple[str, ...]
    weights: NDArray[np.float32]
    offsets: NDArray[np.float32]

    def chance(self, vector: NDArray[np.float32], *names: str) -> float:
        """The probability, 0 to 1, that the question with this vector has one of some intents."""
        odds = self.weights @ vector + self.offsets
        chances = np.exp(odds - odds.max())
        return float(sum(chances[self.names.index(name)] for name in names) / chances.sum())


def beyond_agenda(text: str, models: EmbeddingModels) -> float:
    """The probability that a question asks for what no agenda tells; 0 where the classifier was trained for
    another embedding model than the library's."""
    return _chance(text, models, NONE)


def asks_for_documents(text: str, models: EmbeddingModels) -> float:
    """The probability that a question asks which documents there are for an item or a meeting, 0 as above."""
    return _chance(text, models, *DOCUMENTS)


def asks_of_other_texts(text: str, models: EmbeddingModels) -> float:
    """The probability that a question asks about other documents than agendas, 0 as above."""
    return _chance(text, models, OTHER)


def _chance(text: str, models: EmbeddingModels, *names: str) -> float:
    model, intents = models.search_model, shipped()
    return intents.chance(models.embed_query(text, model), *names) if model.name == intents.model else 0.0


@cache
def shipped() -> Intents:
    """The classifier that ships. Raises `EmbeddingError` where it can't be read."""
    path = files("assistant") / "data" / FILE
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            weights, offsets = arrays["weights"].astype(np.float32), arrays["offsets"].astype(np.float32)
            return Intents(str(arrays["model"]), tuple(map(str, arrays["intents"])), weights, offsets)
    except READ_ERRORS as error:
        raise EmbeddingError(f"{path} cannot be used ({error}). Install Rapporteur again.") from error
