"""From the setting `RAPPORTEUR_EMBEDDING` to an embedding model."""

from __future__ import annotations

from pathlib import Path

from corpus.embedding.interface import Embedder, EmbeddingError


def make_embedder(name: str, cache_dir: Path) -> Embedder:
    """The embedding model called `name`: `minilm` (packaged, English), `hash` (for tests), or any other
    sentence-transformers id or folder.

    `cache_dir` is where `minilm` keeps its converted weights. Nothing is loaded yet.
    """
    if not name.strip():
        raise EmbeddingError("The embedding setting is empty. Use 'minilm', or a sentence-transformers id or folder.")
    if name == "minilm":
        from corpus.embedding.minilm import PackagedMiniLM

        return PackagedMiniLM(cache_dir)
    if name == "hash":
        from corpus.embedding.hashed import HashEmbedder

        return HashEmbedder()
    from corpus.embedding.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(name)
