"""A tiny deterministic substitute for an embedding model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.embedder import Progress, Uncorrected

# Ideographs and kana one by one, since those scripts write no spaces; other words and marks whole.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+|[^\w\s]")
_SPECIAL = 2


class HashEmbedder(Uncorrected):
    """Hashed character trigrams, for tests and for trying the program out with `RAPPORTEUR_EMBEDDING=hash`. Texts with
    similar spelling have similar vectors, in any language; meaning is ignored. A word counts as one word piece, and two
    special tokens are added to the count, as in real models."""

    name = "hash"
    fingerprint = "hash/crc32-trigrams-v1"
    dimension = 64
    window = 256
    languages: frozenset[str] | None = None

    def count_tokens(self, text: str) -> int:
        return len(self.token_spans(text)) + _SPECIAL

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in _WORD.finditer(text)]

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self.embed_query(text)
            if progress is not None:
                progress(1)
        return vectors

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """The unit vector of a text: (64,). Text beyond the window is ignored."""
        seen = self.token_spans(text)[: self.window - _SPECIAL]
        folded = f" {text[: seen[-1][1]] if seen else ''} ".casefold().encode("utf-8", "replace").decode()
        vector = np.zeros(self.dimension, np.float32)
        for start in range(max(len(folded) - 2, 1)):
            code = crc32(folded[start : start + 3].encode())
            vector[code % self.dimension] += 1.0 if code & 0x8000_0000 else -1.0
        norm = float(np.linalg.norm(vector))
        if norm == 0.0:  # every trigram cancelled by another
            vector[0] = norm = 1.0
        return np.asarray(vector / norm, dtype=np.float32)
