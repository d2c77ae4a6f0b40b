"""The bridge of the multilingual reader: a linear map from the states of a piece in multilingual-e5-small to the word
vector of the same characters in the base of the English reader, fitted on English texts. Both models read English;
since texts with the same meaning in other languages have similar states, the map works there too."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.qa.passage_states import States
from assistant.qa.reader_weights import bert_base, e5_lower, e5_words, read_weights, tokenizer_of, weights_of
from corpus.embedding.embedder import TextTokenizer
from eval.training.export import npz
from eval.training.groups import load_groups

RIDGE = 1e-3
"""The penalty on the map's weights, as a share of the mean variance of the states."""
TEXTS, SEED = 3_000, 5
"""Passages that it is fitted on, and the seed that draws them."""
LONGEST = 200
"""Maximum pieces of a text that are used."""


def initial_weights(rows: Sequence[Path], weights: Path) -> bytes:
    """Builds the initial weights of the multilingual reader, in the shipped form: the `weights` of the English one, and a
    bridge fitted on English passages of the rows. Raises `ValueError` where there are none, `EmbeddingError` for
    other weights."""
    shipped = read_weights(weights)
    weights_of(shipped, weights)  # raises where weights are missing
    loaded = (load_groups(path) for path in rows)
    passages = [each.passage for groups in loaded for group in groups if group.language == "en" for each in group.reads]
    texts = list(dict.fromkeys(passages))
    random.Random(SEED).shuffle(texts)
    words = bert_base()["embeddings.word_embeddings.weight"]
    bridge = fit_bridge(
        texts[:TEXTS], States(e5_lower(), e5_words(), 1), tokenizer_of("e5"), tokenizer_of("bert"), words
    )
    with np.load(io.BytesIO(shipped)) as arrays:
        return npz({**arrays, "bridge.weight": bridge})


def fit_bridge(
    texts: Iterable[str],
    states: States,
    state_tokenizer: TextTokenizer,
    word_tokenizer: TextTokenizer,
    words: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Fits the linear map (width x width, outputs first) by ridge regression (Hoerl and Kennard, 1970). `state_tokenizer` is the tokenizer of
    the states; `word_tokenizer` is that of the word vectors `words` (words x width). `ValueError` without texts."""
    width = words.shape[1]
    squares, products = np.zeros((width, width)), np.zeros((width, width))
    for text in texts:
        states_of_pieces, targets = _pairs(text, states, state_tokenizer, word_tokenizer, words)
        squares += states_of_pieces.T @ states_of_pieces
        products += states_of_pieces.T @ targets
    if not squares.any():
        raise ValueError("There are no English texts to fit the bridge on.")
    penalty = RIDGE * np.trace(squares) / width * np.eye(width)
    return np.ascontiguousarray(np.linalg.solve(squares + penalty, products).T, np.float32)


def _pairs(
    text: str, states: States, state_tokenizer: TextTokenizer, word_tokenizer: TextTokenizer, words: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """States of a text's pieces, and for each the mean of the word vectors of the words that share characters with it."""
    state_encoding, word_encoding = (
        each.encode(text, add_special_tokens=False) for each in (state_tokenizer, word_tokenizer)
    )
    first, last = state_tokenizer.encode("").ids
    pieces = [first, *state_encoding.ids[:LONGEST], last]
    inputs, indices, targets = states.of(pieces, len(pieces))[1:-1], [], []
    for n, (span_start, span_end) in enumerate(state_encoding.offsets[:LONGEST]):
        shared = [
            word
            for word, (begin, end) in zip(word_encoding.ids, word_encoding.offsets, strict=True)
            if begin < span_end and span_start < end
        ]
        if shared:
            indices.append(n)
            targets.append(words[shared].mean(0))
    return inputs[indices], np.reshape(targets, (len(indices), words.shape[1]))
