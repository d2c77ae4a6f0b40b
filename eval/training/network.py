"""The reader as a torch module, on the weights of a packaged base model.

One pass over a question and a passage gives how likely the passage answers (a logit) and where (logits of the first
and the last piece), as readers for SQuAD do (Devlin et al., 2019, section 4.3), with the two separated.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import BertConfig, BertModel

from assistant.qa.passage_states import States, marked, marks
from assistant.qa.reader_input import MOST_PIECES, Kind, Pairing
from assistant.qa.reader_weights import EPSILON, HEADS, bert_tokenizer, e5_lower, e5_words, tokenizer_of
from eval.training.published import cross_encoder


@dataclass(frozen=True)
class Shape:
    """The size of a BERT: width of its states, layers, attention heads. By default that of both bases."""

    width: int = 384
    layers: int = 12
    heads: int = HEADS


BASE = Shape()
CACHED_STATES = 6_000
"""Texts whose states are cached in memory, since passages recur with other questions."""


def build_bert(words: int, shape: Shape, positions: int = 512, kinds: int = 2) -> BertModel:
    """Builds an untrained BERT with the given numbers of words, positions and kinds of segments."""
    config = BertConfig(
        vocab_size=words, hidden_size=shape.width, num_hidden_layers=shape.layers, num_attention_heads=shape.heads,
        intermediate_size=4 * shape.width, max_position_embeddings=positions, type_vocab_size=kinds, layer_norm_eps=EPSILON,
        attn_implementation="sdpa", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return BertModel(config, add_pooling_layer=False)


def load_bert(weights: Mapping[str, NDArray[Any]]) -> BertModel:
    """Builds the BERT with these weights, by their own names, with the number of attention heads of both bases."""
    words, positions, kinds = (
        weights[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type")
    )
    layers = sum(name.endswith("output.LayerNorm.bias") for name in weights) // 2
    model = build_bert(len(words), Shape(words.shape[1], layers), len(positions), len(kinds))
    model.load_state_dict({name: torch.tensor(np.array(values)) for name, values in weights.items()})
    return model


class ReaderOutput(NamedTuple):
    """The output of the reader for rows: answerability (rows,), first and last piece (rows, pieces)."""

    answerable: torch.Tensor
    start: torch.Tensor
    end: torch.Tensor


class Reader(nn.Module):
    """BERT with two heads."""

    def __init__(self, words: int, shape: Shape = BASE) -> None:
        super().__init__()
        self.bert = build_bert(words, shape)
        self.pooler = nn.Linear(shape.width, shape.width)
        self.answerable = nn.Linear(shape.width, 1)
        self.span = nn.Linear(shape.width, 2)
        for head in (self.answerable, self.span):
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)
        with torch.no_grad():
            self.pooler.weight.copy_(torch.eye(shape.width))
            self.pooler.bias.zero_()

    def forward(self, pieces: torch.Tensor, segments: torch.Tensor, mask: torch.Tensor) -> ReaderOutput:
        """`pieces`, `segments`, `mask` (1 for a piece, 0 for padding): (rows, pieces)."""
        return self.output(self.states(pieces, segments, mask))

    def states(self, pieces: torch.Tensor, segments: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """The hidden states after the last layer: (rows, pieces, width)."""
        words = self.words(pieces, segments, mask)
        return self.bert(inputs_embeds=words, attention_mask=mask, token_type_ids=segments).last_hidden_state

    def pooled(self, states: torch.Tensor) -> torch.Tensor:
        """What whether a row answers is told by, for the hidden states of the last layer: (rows, width)."""
        return torch.tanh(self.pooler(states[:, 0]))

    def output(self, states: torch.Tensor) -> ReaderOutput:
        """The output for the hidden states of the last layer."""
        span = self.span(states)
        return ReaderOutput(self.answerable(self.pooled(states)).squeeze(-1), span[..., 0], span[..., 1])

    def keep_layers(self, layers: Sequence[int]) -> None:
        """Removes all layers but these."""
        self.bert.encoder.layer = nn.ModuleList(self.bert.encoder.layer[n] for n in layers)
        self.bert.config.num_hidden_layers = len(layers)

    def words(self, pieces: torch.Tensor, segments: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """The input embedding of each piece: (rows, pieces, width)."""
        return self.bert.embeddings.word_embeddings(pieces)


class BridgedReader(Reader):
    """A reader of any language: its inputs are computed from untrained `states` of pieces by a trained linear map."""

    def __init__(self, states: States, shape: Shape = BASE) -> None:
        super().__init__(3, shape)
        self.bridge = nn.Linear(shape.width, shape.width, bias=False)
        self._states = states

    def words(self, pieces: torch.Tensor, segments: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """As `Reader.words`; zero for padding."""
        lengths = mask.sum(1).int().tolist()
        cuts = (mask - segments).sum(1).int().tolist()
        known, marked = torch.zeros(*pieces.shape, self.bridge.in_features), torch.zeros_like(pieces)
        for n, (row, length, cut) in enumerate(zip(pieces.tolist(), lengths, cuts, strict=True)):
            known[n, :length] = torch.from_numpy(self._states.of(row[:length], cut))
            marked[n, :length] = torch.tensor(marks(length, cut))
        return self.bridge(known.to(self.bridge.weight.dtype)) + super().words(marked, segments, mask)


def load_base(kind: Kind, pieces: int = MOST_PIECES) -> tuple[Reader, Pairing]:
    """Builds a reader before training, with its tokenizer, on the packaged cross-encoder, whose own ranking initialises
    answerability: `bert` reads its word vectors, `e5` states of multilingual-e5-small through a bridge that is
    still to be fitted. Rows get at most `pieces` pieces."""
    weights = {name: torch.from_numpy(np.array(values)) for name, values in cross_encoder().items()}
    words = "embeddings.word_embeddings.weight"
    if kind == "bert":
        reader = Reader(len(weights[words]))
    else:
        reader = BridgedReader(States(e5_lower(), e5_words(), CACHED_STATES))
        weights[words] = torch.from_numpy(marked(weights[words].numpy(), bert_tokenizer()))
    body = {f"bert.{name}": value for name, value in weights.items() if name.startswith(("embeddings.", "encoder."))}
    head_weights = {name: weights[old] for name, old in _HEADS.items() if old in weights}
    missing, unknown = reader.load_state_dict({**body, **head_weights}, strict=False)
    unexpected = [
        name
        for name in missing
        if not name.startswith(("span.", "pooler.", "answerable.", "bridge.")) and "position_ids" not in name
    ]
    if unexpected or unknown:
        raise ValueError(f"The base model lacks {unexpected} and has {unknown} besides.")
    return reader, Pairing(tokenizer_of(kind), kind, pieces)


_HEADS = {
    "pooler.weight": "pooler.dense.weight",
    "pooler.bias": "pooler.dense.bias",
    "answerable.weight": "classifier.weight",
    "answerable.bias": "classifier.bias",
}


PADDING_STEP = 16
"""Matrices are padded to multiples of this many columns: kernels are compiled for every shape, which takes seconds."""


def pad_rows(rows: list[list[int]], fill: int, least: int = 0) -> torch.Tensor:
    """Pads rows of unequal length to one matrix of at least `least` rows; added rows are empty."""
    longest = -(-max(map(len, rows)) // PADDING_STEP) * PADDING_STEP
    padded = [[*row, *[fill] * (longest - len(row))] for row in rows]
    return torch.tensor(padded + [[fill] * longest] * (least - len(rows)))


_Batch = TypeVar("_Batch")


def limit_time(
    batches: Iterable[_Batch], minutes: float, warm: int, optimiser: torch.optim.Optimizer, state: dict[str, Any]
) -> Iterator[tuple[int, _Batch, float]]:
    """Yields the batches of a run until its time is over, each with its number in this run and the share of the time that
    has passed. `state` counts steps and seconds, including those of earlier runs; the optimiser's rates rise in
    `warm` steps and fall to a fiftieth."""
    rates = [group["lr"] for group in optimiser.param_groups]
    start = time.monotonic() - state["seconds"]
    for n, batch in enumerate(batches, 1):
        state["seconds"] = time.monotonic() - start
        share = state["seconds"] / (60 * minutes)
        if share >= 1:
            return
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * min(1.0, n / warm) * max(0.02, 1 - share)
        state["steps"] += 1
        yield n, batch, share


def save_atomically(state: Mapping[str, Any], path: Path) -> None:
    """Writes a checkpoint atomically."""
    temporary = path.with_name(f"{path.name}.new")
    torch.save(dict(state), temporary)
    temporary.replace(path)
