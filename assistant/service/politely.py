"""An embedding model that takes turns with questions: passages are embedded in small batches between two answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.service.turns import Turns
from corpus.models import Models

if TYPE_CHECKING:
    from corpus.embedding import Crossing, Embedder

SECONDS = 0.2
"""How long a batch is to take: about as long as one answer."""
BATCH = 32
"""Passages at once, at most."""


class PoliteEmbedder:
    """The same model: its vectors do not change. A question waits for one batch at most."""

    def __init__(self, embedder: Embedder, turns: Turns) -> None:
        self._embedder, self._turns = embedder, turns
        self._pace = 0.05  # seconds for a passage, as it has been lately

    @property
    def name(self) -> str:
        """The model's name."""
        return self._embedder.name

    @property
    def fingerprint(self) -> str:
        """What makes vectors comparable."""
        return self._embedder.fingerprint

    @property
    def dimension(self) -> int:
        """Numbers in one vector."""
        return self._embedder.dimension

    @property
    def window(self) -> int:
        """Most word pieces of a text."""
        return self._embedder.window

    @property
    def languages(self) -> frozenset[str] | None:
        """Languages that the model reads; None: all."""
        return self._embedder.languages

    def count(self, text: str) -> int:
        """Word pieces of a text."""
        return self._embedder.count(text)

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """The span of every word piece."""
        return self._embedder.offsets(text)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """The vector of a question, at once: whoever asks has the turn."""
        return self._embedder.embed_query(text)

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """One vector a text, batch by batch."""
        return self._batches(texts, lambda part: self._embedder.embed_passages(part, progress))

    def crossing(self, read: str) -> Crossing | None:
        """What it takes to compare two languages."""
        return self._embedder.crossing(read)

    def likeness(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines on the scale that models share."""
        return self._embedder.likeness(cosines)

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
        return np.concatenate(made) if made else np.empty((0, self.dimension), np.float32)


def politely(models: Models, turns: Turns) -> Models:
    """The models of a library, each taking turns."""
    second = models.multilingual and PoliteEmbedder(models.multilingual, turns)
    return Models(PoliteEmbedder(models.own, turns), second, optional=models.optional)
