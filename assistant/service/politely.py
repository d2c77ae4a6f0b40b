"""An embedding model that takes turns with questions: passages are embedded in small batches between two answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.service.turns import Turns

if TYPE_CHECKING:
    from corpus.embedding import Embedder

BATCH = 8
"""Passages at once: about as much time as one answer takes."""


class PoliteEmbedder:
    """The same model: its vectors do not change. A question waits for one batch at most."""

    def __init__(self, embedder: Embedder, turns: Turns) -> None:
        self._embedder, self._turns = embedder, turns

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
        made = []
        for begin in range(0, len(texts), BATCH):
            with self._turns.batch():
                made.append(self._embedder.embed_passages(texts[begin : begin + BATCH], progress))
        return np.concatenate(made) if made else np.empty((0, self.dimension), np.float32)
