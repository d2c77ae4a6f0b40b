"""A BERT encoder with mean pooling as an ONNX graph, built from its weights alone.

Built here instead of exported by torch: it takes a second and no torch, needs no optimiser when it is loaded,
and uses the fastest CPU kernel of onnxruntime for each step. Input `input_ids` (texts x word pieces,
int64), all texts of equal length, thus no attention mask; output `embedding` (texts x dimension, float32),
unit length. Where the weights contain no word vectors, these are the input instead: `words` (texts x word pieces x
dimension, float32).

Source: Devlin et al., BERT (2019); Reimers and Gurevych, Sentence-BERT (2019); operators of the ONNX standard
and onnxruntime's contributed operators (domain com.microsoft).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Precision = Literal["int8", "fp32"]
Weights = Mapping[str, NDArray[Any]]

_MICROSOFT = "com.microsoft"
_OPSET = 18
_IR_VERSION = 8

_LINEAR_LIMIT = 63
"""Weights use 7 of 8 bits: 2 x 255 x 63 fits the 16-bit sums of x86 processors without VNNI, so that no sum
overflows on any processor. 8 bits would be no faster, and no better on XQuAD-en."""
_TABLE = "embeddings.word_embeddings.weight"
_TABLE_LIMIT = 127  # the word table is looked up, never multiplied: all 8 bits


def bert_graph(weights: Weights, *, heads: int, epsilon: float, precision: Precision) -> bytes:
    """The serialised ONNX model. `weights` are named as in Hugging Face's BertModel. int8: weights of the linear layers
    symmetric a column, activations quantised as they come; the attention itself, the normalisations and the pooling
    stay in float32."""
    return _Builder(weights, heads, epsilon, precision).build()


def states_graph(weights: Weights, *, heads: int, epsilon: float, layers: int) -> bytes:
    """The serialised ONNX model of the first `layers` layers of an encoder, in int8: input as for `bert_graph`; output `states`
    (texts x word pieces x dimension, float32), the hidden states of the last of them."""
    return _Builder(weights, heads, epsilon, "int8").build_states(layers)


def reader_graph(weights: Weights, *, heads: int, epsilon: float) -> bytes:
    """The serialised ONNX model of a reader, in int8: BERT with `pooler`, `answerable` and `span` heads (named as torch
    names linear layers). Inputs `input_ids` and `segments` (texts x word pieces, int64), all texts of equal length;
    outputs `answerable` (texts), `start` and `end` (texts x word pieces), logits. Where the weights have a `bridge`, a third
    input, `states` (texts x word pieces x dimension, float32), is multiplied by it and added to the word vectors. The heads
    and the bridge stay in float32."""
    return _ReaderBuilder(weights, heads, epsilon, "int8").build()


def quantise_linear(values: NDArray[Any]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """The int8 codes of a linear layer's weights (outputs x inputs), as in the graphs, and one scale per output."""
    codes, scales = _quantise(values.T, _LINEAR_LIMIT)
    return codes.T, scales


def _quantise(values: NDArray[Any], limit: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Symmetric quantisation of a matrix by column: codes in -limit..limit, and one scale per column."""
    scales = np.maximum(np.abs(values).max(axis=0) / limit, 1e-12).astype(np.float32)
    return np.clip(np.rint(values / scales), -limit, limit).astype(np.int8), scales


class _Builder:
    def __init__(self, weights: Weights, heads: int, epsilon: float, precision: Precision) -> None:
        self._weights = weights
        self._heads = heads
        self._epsilon = epsilon
        self._precision = precision
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def build(self) -> bytes:
        dimension = self._weights["embeddings.LayerNorm.weight"].shape[0]
        mean = self._mean(self._states())
        self._node("LpNormalization", [mean], output="embedding", axis=-1, p=2)
        return self._serialised("bert_mean_pooled", {"embedding": ["texts", dimension]}, width=dimension)

    def build_states(self, layers: int) -> bytes:
        dimension = self._weights["embeddings.LayerNorm.weight"].shape[0]
        self._node("Identity", [self._states(layers)], output="states")
        return self._serialised("bert_states", {"states": ["texts", "pieces", dimension]}, width=dimension)

    def _states(self, layers: int | None = None) -> str:
        """The hidden states of the last layer, or of the last of the first `layers`."""
        state = self._words()
        layer = 0
        while layer != layers and f"encoder.layer.{layer}.output.dense.weight" in self._weights:
            state = self._layer(state, f"encoder.layer.{layer}.")
            layer += 1
        return state

    def _mean(self, state: str) -> str:
        return self._node("ReduceMean", [state, self._constant("axis", np.array([1], np.int64))], keepdims=0)

    def _serialised(
        self, name: str, outputs: Mapping[str, list[str | int]], inputs: Sequence[str] = (), width: int = 0
    ) -> bytes:
        """The serialised model. `inputs` (default: the input of an encoder) are integers, except for vectors, of dimension `width`."""
        from onnx import TensorProto, helper

        pieces: list[str | int] = ["texts", "pieces"]
        given = [
            helper.make_tensor_value_info(each, TensorProto.FLOAT, [*pieces, width])
            if each in ("states", "words")
            else helper.make_tensor_value_info(each, TensorProto.INT64, pieces)
            for each in inputs or [self._input]
        ]
        made = [helper.make_tensor_value_info(each, TensorProto.FLOAT, shape) for each, shape in outputs.items()]
        graph = helper.make_graph(self._nodes, name, given, made, self._constants)
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
        serialised: bytes = model.SerializeToString(deterministic=True)
        return serialised

    @property
    def _input(self) -> str:
        return "input_ids" if _TABLE in self._weights else "words"

    def _words(self) -> str:
        """The embedding layer: normalised sum of word, position and segment vectors."""
        if self._input == "words":
            return self._sum_normalised("words", self._placed(), "embeddings.LayerNorm")
        table = self._weights[_TABLE]
        if self._precision == "int8":
            codes, scales = _quantise(table.T, _TABLE_LIMIT)
            rows = self._node("Gather", [self._constant("table", codes.T), "input_ids"])
            scale = self._node("Gather", [self._constant("table.scale", scales[:, None]), "input_ids"])
            words = self._node("Mul", [self._node("Cast", [rows], to=1), scale])  # 1: float32
        else:
            words = self._node("Gather", [self._constant("table", table), "input_ids"])
        return self._sum_normalised(words, self._placed(), "embeddings.LayerNorm")

    def _placed(self) -> str:
        """What is added to the word vectors: position vectors, and the vector of the only segment."""
        return self._positions(self._weights["embeddings.token_type_embeddings.weight"][0])

    def _positions(self, more: NDArray[Any] | float = 0.0) -> str:
        places = self._weights["embeddings.position_embeddings.weight"] + more
        length = self._node("Shape", [self._input], start=1, end=2)
        zero = self._constant("zero", np.array([0], np.int64))
        return self._node("Slice", [self._constant("places", places.astype(np.float32)), zero, length])

    def _layer(self, state: str, prefix: str) -> str:
        parts = [f"{prefix}attention.self.{part}" for part in ("query", "key", "value")]
        joined = self._linear(
            state,
            f"{prefix}attention.self",
            np.concatenate([self._weights[f"{part}.weight"] for part in parts]),
            np.concatenate([self._weights[f"{part}.bias"] for part in parts]),
        )
        names = [f"{joined}.{part}" for part in ("query", "key", "value")]
        self._append("Split", [joined], names, axis=2, num_outputs=3)
        context = self._node("MultiHeadAttention", names, domain=_MICROSOFT, num_heads=self._heads)
        attended = self._dense(context, f"{prefix}attention.output.dense")
        state = self._sum_normalised(attended, state, f"{prefix}attention.output.LayerNorm")
        inner = self._node("Gelu", [self._dense(state, f"{prefix}intermediate.dense")], domain=_MICROSOFT)
        return self._sum_normalised(self._dense(inner, f"{prefix}output.dense"), state, f"{prefix}output.LayerNorm")

    def _dense(self, state: str, name: str) -> str:
        return self._linear(state, name, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _linear(self, state: str, name: str, weight: NDArray[Any], bias: NDArray[Any]) -> str:
        """state x weight^T + bias, `weight` as torch keeps it (outputs x inputs)."""
        offset = self._constant(f"{name}.bias", bias)
        if self._precision == "fp32":
            product = self._node("MatMul", [state, self._constant(f"{name}.weight", weight.T)])
            return self._node("Add", [product, offset])
        codes, scales = _quantise(weight.T, _LINEAR_LIMIT)
        inputs = [
            state,
            self._constant(f"{name}.weight", codes),
            self._constant(f"{name}.scale", scales),
            self._constant(f"{name}.zero", np.zeros_like(scales, dtype=np.int8)),
            offset,
        ]
        return self._node("DynamicQuantizeMatMul", inputs, domain=_MICROSOFT)

    def _sum_normalised(self, left: str, right: str, name: str) -> str:
        """LayerNormalization(left + right). Two nodes on purpose: the CPU kernel of the fused
        SkipLayerNormalization took 0.48 ms where these two take 0.07 (254 pieces)."""
        gain = self._constant(f"{name}.weight", self._weights[f"{name}.weight"])
        bias = self._constant(f"{name}.bias", self._weights[f"{name}.bias"])
        total = self._node("Add", [left, right])
        return self._node("LayerNormalization", [total, gain, bias], axis=-1, epsilon=self._epsilon)

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(self, operator: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        output = output or f"{operator}.{len(self._nodes)}"
        self._append(operator, inputs, [output], **attributes)
        return output

    def _append(self, operator: str, inputs: list[str], outputs: list[str], **attributes: Any) -> None:
        from onnx import helper

        self._nodes.append(helper.make_node(operator, inputs, outputs, **attributes))


class _ReaderBuilder(_Builder):
    def build(self) -> bytes:
        state = self._states()
        taken = self._node("Gather", [state, self._constant("first", np.array([0], np.int64))], axis=1)
        first = self._node("Squeeze", [taken, self._constant("one", np.array([1], np.int64))])
        pooled = self._node("Tanh", [self._float(first, "pooler")])
        logit = self._float(pooled, "answerable")
        self._append("Squeeze", [logit, self._constant("last", np.array([-1], np.int64))], ["answerable"])
        ends = self._float(state, "span")
        self._append("Split", [ends], ["start.wide", "end.wide"], axis=2, num_outputs=2)
        for name in ("start", "end"):
            self._append("Squeeze", [f"{name}.wide", "last"], [name])
        shape: list[str | int] = ["texts", "pieces"]
        outputs: dict[str, list[str | int]] = {"answerable": ["texts"], "start": shape, "end": shape}
        if "bridge.weight" not in self._weights:
            return self._serialised("reader", outputs, ["input_ids", "segments"])
        width = self._weights["bridge.weight"].shape[1]
        return self._serialised("reader", outputs, ["input_ids", "segments", "states"], width)

    def _placed(self) -> str:
        """What is added to the word vectors: position vectors, segment vectors, and the states multiplied by the bridge, if any."""
        kinds = self._constant("kinds", self._weights["embeddings.token_type_embeddings.weight"])
        placed = self._node("Add", [self._positions(), self._node("Gather", [kinds, "segments"])])
        if "bridge.weight" not in self._weights:
            return placed
        bridge = self._constant("bridge.weight", np.asarray(self._weights["bridge.weight"], np.float32).T)
        return self._node("Add", [placed, self._node("MatMul", ["states", bridge])])

    def _float(self, state: str, name: str) -> str:
        """A linear layer in float32."""
        weight = self._constant(f"{name}.weight", np.asarray(self._weights[f"{name}.weight"], np.float32).T)
        product = self._node("MatMul", [state, weight])
        return self._node("Add", [product, self._constant(f"{name}.bias", self._weights[f"{name}.bias"])])
