"""Converts checkpoints to the shipped files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.qa.reader_weights import packed

_FIRST = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP archive can store, used for every entry, so that the same weights give the same bytes."""


def exported(*checkpoints: Path) -> bytes:
    """The weights of a checkpoint in the shipped form (`assistant.qa.reader_weights.packed`); of several, trained
    from one start on different questions, their mean (Wortsman et al., "Model soups", 2022). Raises `ValueError`
    for another file."""
    held = [_weights(each) for each in checkpoints]
    if any(each.keys() != held[0].keys() for each in held):
        raise ValueError(f"{', '.join(map(str, checkpoints))} are checkpoints of different readers.")
    return npz(packed({name: np.mean([each[name] for each in held], axis=0) for name in held[0]}))


def _weights(checkpoint: Path) -> dict[str, NDArray[Any]]:
    import pickle

    import torch

    try:
        held = torch.load(checkpoint, weights_only=True)["weights"]
    except (pickle.UnpicklingError, RuntimeError, KeyError, TypeError):
        raise ValueError(f"{checkpoint} is no checkpoint of a reader.") from None
    return {name: value.float().numpy() for name, value in held.items()}


def npz(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Arrays as `numpy.savez_compressed` writes them, with a fixed time."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, values in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", _FIRST)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            with archive.open(entry, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.asanyarray(values), allow_pickle=False)
    return made.getvalue()
