"""Models that remember what they computed: one question is answered and weighed, and would be scored twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from corpus.embedding import Crossing, Embedder

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
KEPT = 4_096
"""Texts that are remembered, the last ones."""


class RememberedEmbedder:
    """An embedder with a memory; the vectors are those of `inner`."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self._vectors: dict[str, NDArray[np.float32]] = {}

    @property
    def name(self) -> str:
        """As `inner` says."""
        return self._inner.name

    @property
    def fingerprint(self) -> str:
        """As `inner` says."""
        return self._inner.fingerprint

    @property
    def dimension(self) -> int:
        """As `inner` says."""
        return self._inner.dimension

    @property
    def window(self) -> int:
        """As `inner` says."""
        return self._inner.window

    @property
    def languages(self) -> frozenset[str] | None:
        """As `inner` says."""
        return self._inner.languages

    def count(self, text: str) -> int:
        """As `inner` says."""
        return self._inner.count(text)

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """As `inner` says."""
        return self._inner.offsets(text)

    def prepare(self, texts: Sequence[str]) -> None:
        """Embeds passages ahead, all in one call, for which `inner` may use all cores."""
        for begin in range(0, len(texts), KEPT):
            self.embed_passages(texts[begin : begin + KEPT])

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """One unit vector a text, in the order given: (texts x dimension)."""
        unknown = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        known = {text: self._vectors[text] for text in texts if text in self._vectors}
        if unknown:
            known.update(zip(unknown, self._inner.embed_passages(unknown), strict=True))
        if progress is not None and texts:
            progress(len(texts))
        _keep(self._vectors, known)
        return np.array([known[text] for text in texts], np.float32).reshape(len(texts), self.dimension)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """The unit vector of a question: (dimension,)."""
        return self._inner.embed_query(text)

    def crossing(self, read: str) -> Crossing | None:
        """As `inner` says."""
        return self._inner.crossing(read)

    def likeness(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `inner` says."""
        return self._inner.likeness(cosines)


def _keep(memory: dict[_Key, _Value], more: dict[_Key, _Value]) -> None:
    """Adds to a memory; those used longest ago are forgotten."""
    for key in more:
        memory.pop(key, None)
    memory.update(more)
    for key in list(memory)[: max(0, len(memory) - KEPT)]:
        del memory[key]
