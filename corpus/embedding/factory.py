"""Creates embedding models from settings such as `RAPPORTEUR_EMBEDDING`."""

from __future__ import annotations

from pathlib import Path

from corpus.embedding.embedder import Embedder, EmbeddingError
from corpus.models import EmbeddingModels

PRESETS = {"un-best": "google/embeddinggemma-300m", "server": "BAAI/bge-m3", "english": "MongoDB/mdbr-leaf-ir"}
"""Short names for recommended models that have to be downloaded or need a larger machine."""


def make_embedder(name: str, cache_dir: Path) -> Embedder:
    """The embedding model called `name`: `minilm` (packaged, English), `e5` (packaged, multilingual; an extra), `hash`
    (for tests), one of `PRESETS`, or any other sentence-transformers id or folder. `cache_dir` is where the packaged
    models store their converted weights. Nothing is loaded yet."""
    if not name.strip():
        raise EmbeddingError("The embedding setting is empty. Use 'minilm', or a sentence-transformers id or folder.")
    if name == "minilm":
        from corpus.embedding.minilm import PackagedMiniLM

        return PackagedMiniLM(cache_dir)
    if name == "e5":
        from corpus.embedding.e5 import PackagedE5

        return PackagedE5(cache_dir)
    if name == "hash":
        from corpus.embedding.hashed import HashEmbedder

        return HashEmbedder()
    from corpus.embedding.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(PRESETS.get(name, name))


def make_models(embedding: str, multilingual: str, cache_dir: Path) -> EmbeddingModels:
    """The models of a library by its settings. `multilingual` is a name for `make_embedder`, `off`, or `auto`: the
    packaged multilingual model where it is installed and the library was not made without it."""
    own = make_embedder(embedding, cache_dir)
    if multilingual == "off" or own.languages is None:
        return EmbeddingModels(own)
    if multilingual != "auto":
        return EmbeddingModels(own, make_embedder(multilingual, cache_dir))
    from corpus.embedding.e5 import PackagedE5

    return (
        EmbeddingModels(own, PackagedE5(cache_dir), optional=True) if PackagedE5.available() else EmbeddingModels(own)
    )
