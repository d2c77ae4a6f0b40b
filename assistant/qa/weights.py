"""The trained readers that ship with Rapporteur: their layers in 8 bits, on the word vectors of the packaged bases.

Training leaves the word vectors as they are, so that only the layers need to ship; the packages that hold the vectors are
those that search needs anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.graph import quantised

KEPT = "embeddings."
"""Weights of the base that training leaves alone and that are not shipped."""
_CODES, _SCALES = "#codes", "#scales"
_WHOLE = ("pooler.", "answerable.", "span.")
"""The heads, which stay in float32."""

Weights = Mapping[str, NDArray[Any]]


def packed(weights: Weights) -> dict[str, NDArray[Any]]:
    """Trained weights as they ship: matrices as codes and scales, all else as it is, what the base has left out."""
    made: dict[str, NDArray[Any]] = {}
    for name, values in weights.items():
        name = name.removeprefix("bert.")
        if name.startswith(KEPT):
            continue
        if values.ndim == 2 and not name.startswith(_WHOLE):
            made[f"{name}{_CODES}"], made[f"{name}{_SCALES}"] = quantised(values)
        else:
            made[name] = values.astype(np.float32)
    return made


def unpacked(shipped: Weights) -> dict[str, NDArray[Any]]:
    """The weights as float32. Quantised again they give the same codes."""
    made: dict[str, NDArray[Any]] = {}
    for name, values in shipped.items():
        if name.endswith(_CODES):
            stem = name.removesuffix(_CODES)
            made[stem] = values.astype(np.float32) * shipped[f"{stem}{_SCALES}"][:, None]
        elif not name.endswith(_SCALES):
            made[name] = values
    return made


def ships(name: str) -> bool:
    """Whether a reader ships."""
    return (files("assistant") / "qa" / "data" / f"reader-{name}.npz").is_file()


def shipped_file(name: str) -> bytes:
    """The bytes of a shipped reader, `en` or `multilingual`. Raises `FileNotFoundError` where it does not ship."""
    return (files("assistant") / "qa" / "data" / f"reader-{name}.npz").read_bytes()
