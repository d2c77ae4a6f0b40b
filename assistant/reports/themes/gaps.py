"""What a theme lacks: documents of bodies that are held, known to the catalogue and not held."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.frames import say
from assistant.qa.engine import Engine
from assistant.slices import Slices
from corpus.embedding import Embedder

BATCH = 8
"""Texts that are embedded in one slice."""


def embedded(embedder: Embedder, texts: Sequence[str], slices: Slices) -> np.ndarray:
    """The vectors of texts (n x d), some at a time."""
    found = [embedder.embed_passages(texts[n : n + BATCH]) for n in slices(range(0, len(texts), BATCH))]
    return np.concatenate(found)


def not_held(engine: Engine, centres: np.ndarray, language: str, slices: Slices) -> dict[int, tuple[str, ...]]:
    """By theme, what the catalogue knows of bodies of which something is held, each with the theme (k x d, unit length)
    nearest to its title."""
    library, embedder = engine.library, engine.library.models.searching
    versions = library.versions()
    # Of a principal organ, `A`, nobody holds all.
    bodies = {version.symbol.body for version in versions.held if "/" in version.symbol.body}
    missing = [
        entry
        for entry in engine.catalogue.entries
        if entry.symbol is not None
        and entry.part is None
        and entry.symbol.body in bodies
        and not versions.current(entry.symbol)
    ]
    if not missing or (embedder.languages is not None and "en" not in embedder.languages):
        return {}
    nearest = np.argmax(embedded(embedder, [entry.title for entry in missing], slices) @ centres.T, axis=1)
    told: dict[int, tuple[str, ...]] = {}
    for entry, n in zip(missing, nearest, strict=True):
        assert entry.symbol is not None
        sentence = say("gap_paper", language, symbol=entry.symbol.text, title=entry.title)
        told[int(n)] = (*told.get(int(n), ()), sentence)
    return told
