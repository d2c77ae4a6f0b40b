"""Embedding models.

Importing this package loads no model and no runtime; each name is fetched when it is first used, so that a
command which embeds nothing does not wait for onnxruntime, and no command waits for torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from corpus.embedding.embedder import Embedder as Embedder
from corpus.embedding.embedder import EmbeddingError as EmbeddingError
from corpus.embedding.embedder import LanguageShift as LanguageShift

if TYPE_CHECKING:
    from corpus.embedding.e5 import PackagedE5 as PackagedE5
    from corpus.embedding.factory import make_embedder as make_embedder
    from corpus.embedding.factory import make_models as make_models
    from corpus.embedding.hashed import HashEmbedder as HashEmbedder
    from corpus.embedding.minilm import PackagedMiniLM as PackagedMiniLM
    from corpus.embedding.sentence_transformer import SentenceTransformerEmbedder as SentenceTransformerEmbedder

_HOMES = {
    "HashEmbedder": "hashed",
    "PackagedE5": "e5",
    "PackagedMiniLM": "minilm",
    "SentenceTransformerEmbedder": "sentence_transformer",
    "make_embedder": "factory",
    "make_models": "factory",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
