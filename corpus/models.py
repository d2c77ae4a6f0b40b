"""The embedding models of a library: which model is used for which language, and the cached vectors."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

import numpy as np

from corpus.documents import Passage

if TYPE_CHECKING:
    from collections.abc import Hashable

    from corpus.embedding import Embedder
    from corpus.embedding.embedder import Progress

CACHED_QUERIES = 8  # number of cached question vectors: one question is searched for in several indexes
CACHED_TEXTS = 4_096
"""Number of cached text vectors: the same sentences are compared with one question after another."""


class EmbeddingModels:
    """A primary embedding model, and a multilingual one where the primary model does not support all languages.

    Passages are searched by vectors of the multilingual model, since they may answer a question in any language; where there is no
    multilingual model, by those of the primary one, in its languages. `optional`: a library that was made without the multilingual
    model is used without it. Thread-safe."""

    def __init__(self, own: Embedder, multilingual: Embedder | None = None, *, optional: bool = False) -> None:
        self.primary = own
        self.multilingual = None if own.languages is None else multilingual
        self.optional = optional
        self._guard = threading.Lock()
        self._query_vector = lru_cache(CACHED_QUERIES)(lambda text, model: model.embed_query(text))
        self._texts: dict[tuple[bool, str], np.ndarray] = {}

    @property
    def fingerprint(self) -> str:
        """The fingerprints of both models."""
        second = f" and {self.multilingual.fingerprint}" if self.multilingual else ""
        return f"{self.primary.fingerprint}{second}"

    @property
    def search_model(self) -> Embedder:
        """The model whose passage vectors are searched."""
        return self.multilingual or self.primary

    def models_for(self, language: str) -> tuple[Embedder, ...]:
        """The models that support a language, the primary model first; empty where none does."""
        second = () if self.multilingual is None else (self.multilingual,)
        return (self.primary, *second) if self._primary_supports(language) else second

    def embed_query(self, text: str, model: Embedder) -> np.ndarray:
        """The vector of a question by one of the models; the last few are cached."""
        vector: np.ndarray = self._query_vector(text, cast("Hashable", model))
        return vector

    def embed_texts(self, texts: Sequence[str], model: Embedder) -> np.ndarray:
        """Vectors of texts by one of the models: (texts x dimension). The last few thousand are cached."""
        multilingual = model is self.multilingual
        with self._guard:
            known = {text: self._texts.pop((multilingual, text), None) for text in texts}
        new = [text for text, vector in known.items() if vector is None]
        computed = dict(zip(new, model.embed_passages(new), strict=True)) if new else {}
        vectors = {text: computed[text] if vector is None else vector for text, vector in known.items()}
        with self._guard:
            self._texts |= {(multilingual, text): vector for text, vector in vectors.items()}
            while len(self._texts) > CACHED_TEXTS:
                del self._texts[next(iter(self._texts))]
        return np.stack([vectors[text] for text in texts]) if vectors else model.embed_passages([])

    def _primary_supports(self, language: str) -> bool:
        return self.primary.languages is None or language in self.primary.languages

    def embed_passages(
        self,
        language: str,
        passages: Sequence[Passage],
        progress: Progress | None = None,
        known: Mapping[str, np.ndarray] = MappingProxyType({}),
    ) -> list[np.ndarray | None]:
        """The vectors of passages in a language, None where the search model does not support it. Equal texts are embedded once,
        those with a `known` vector not at all. `progress` is called with the number of passages finished since its last call."""
        if self.multilingual is None and not self._primary_supports(language):
            return [None] * len(passages)
        texts = [passage.embedding_text for passage in passages]
        new = list(dict.fromkeys(text for text in texts if text not in known))
        if progress and len(new) < len(texts):
            progress(len(texts) - len(new))
        vectors = {**known, **dict(zip(new, self.search_model.embed_passages(new, progress), strict=True))}
        return [vectors[text] for text in texts]
