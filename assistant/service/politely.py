"""An embedding model that takes turns with questions: passages are embedded in small batches between two answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from assistant.service.turns import Turns
from corpus.models import Models

if TYPE_CHECKING:
    from corpus.embedding import Embedder

SECONDS = 0.2
"""How long a batch is to take: about as long as one answer."""
BATCH = 32
"""Passages at once, at most."""


class PoliteEmbedder:
    """The same model: its vectors do not change. A question waits for one batch at most."""

    def __init__(self, embedder: Embedder, turns: Turns) -> None:
        self._embedder, self._turns = embedder, turns
        self._pace = 0.05  # seconds for a passage, as it has been lately

    def __getattr__(self, name: str) -> Any:
        """Everything else is the model's own: whoever embeds a question has the turn."""
        return getattr(self._embedder, name)

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """One vector a text, batch by batch."""
        return self._batches(texts, lambda part: self._embedder.embed_passages(part, progress))

    def _batches(
        self, texts: Sequence[str], embed: Callable[[Sequence[str]], NDArray[np.float32]]
    ) -> NDArray[np.float32]:
        made: list[NDArray[np.float32]] = []
        done = 0
        while done < len(texts):
            part = texts[done : done + max(1, min(BATCH, round(SECONDS / max(self._pace, 1e-4))))]
            with self._turns.batch():
                begun = time.perf_counter()
                made.append(embed(part))
                self._pace += 0.3 * ((time.perf_counter() - begun) / len(part) - self._pace)
            done += len(part)
        return np.concatenate(made) if made else np.empty((0, self._embedder.dimension), np.float32)


def politely(models: Models, turns: Turns) -> Models:
    """The models of a library, each taking turns."""

    def polite(model: Embedder) -> Embedder:
        return cast("Embedder", PoliteEmbedder(model, turns))

    second = models.multilingual and polite(models.multilingual)
    return Models(polite(models.own), second, optional=models.optional)
