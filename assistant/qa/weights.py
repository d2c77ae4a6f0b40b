"""The trained readers that ship with Rapporteur: their layers in 8 bits, on the word vectors of the packaged bases.

Training leaves the word vectors as they are, so that only the layers need to ship; the packages that hold the vectors are
those that search needs anyway.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.embedder import EmbeddingError
from corpus.embedding.graph import quantised
from corpus.embedding.model_files import DAMAGED

KEPT = "embeddings."
"""Weights of the base that training leaves alone and that are not shipped."""
_CODES, _SCALES = "#codes", "#scales"
_WHOLE = ("pooler.", "answerable.", "span.", "bridge.")
"""The heads and the bridge, which stay in float32."""

REMEDY = "Install Rapporteur again, or answer without the reader: RAPPORTEUR_READER=false."
"""What mends weights that are not there or damaged."""

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


def shipped_path(name: str) -> Path:
    """Where a reader, `en` or `multilingual`, is when it ships."""
    return Path(str(files("assistant"))) / "qa" / "data" / f"reader-{name}.npz"


def ships(name: str) -> bool:
    return shipped_path(name).is_file()


def read_weights(path: Path) -> bytes:
    """The bytes of a file of trained weights. Raises `EmbeddingError` that names it and what to do."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise EmbeddingError(f"The reader's weights {path} can't be read ({error.strerror}). {REMEDY}") from error


def weights_of(data: bytes, path: Path) -> dict[str, NDArray[Any]]:
    """The weights, float32, from the bytes of their file, each checked by the file's own checksums. Raises `EmbeddingError`
    that names the file and what to do where it is damaged."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            return unpacked({name: held[name] for name in held.files})
    except DAMAGED as error:
        raise damaged(path, str(error) or type(error).__name__) from error


def damaged(path: Path, why: str) -> EmbeddingError:
    return EmbeddingError(f"The reader's weights {path} are damaged ({why.rstrip('.')}). {REMEDY}")
