"""Converts checkpoints to the shipped files."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.qa.reader_weights import packed


def export_weights(*checkpoints: Path) -> bytes:
    """The weights of a checkpoint in the shipped form (`assistant.qa.reader_weights.packed`); of several, trained
    from one start on different questions, their mean (Wortsman et al., "Model soups", 2022). Raises `ValueError`
    for another file."""
    weights = [_weights(each) for each in checkpoints]
    if any(each.keys() != weights[0].keys() for each in weights):
        raise ValueError(f"{', '.join(map(str, checkpoints))} are checkpoints of different readers.")
    return npz(packed({name: np.mean([each[name] for each in weights], axis=0) for name in weights[0]}))


def _weights(checkpoint: Path) -> dict[str, NDArray[Any]]:
    import torch

    try:
        tensors = torch.load(checkpoint, weights_only=True)["weights"]
    except (pickle.UnpicklingError, RuntimeError, KeyError, TypeError):
        raise ValueError(f"{checkpoint} is no checkpoint of a reader.") from None
    return {name: value.float().numpy() for name, value in tensors.items()}


def npz(arrays: Mapping[str, Any]) -> bytes:
    """Arrays as `numpy.savez_compressed` writes them. It stores no time, so that the same arrays give the same bytes."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()
