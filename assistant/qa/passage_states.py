"""The states that the lower half of multilingual-e5-small has of a row's pieces: about the same in every language.

A reader that is given them reads `bridge x state` in the place of a piece's word vector, and its own `[CLS]` and `[SEP]` in the
place of what begins and ends a text. The bridge (docs/training.md) makes of the states of a piece of a word, in whatever language it is,
a vector among the word vectors of its English base: the English words whose vectors are nearest are what a question would say
in English, near enough for a search that compares words. Nobody has listed them.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.qa.abstention import TRANSLATION_COSINE
from corpus.embedding.runtime import open_session

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

NEAREST = 2
"""English words that are taken of each piece."""
SHORTEST = 3
"""Letters of the shortest English word that is taken."""
PIECES = 64
"""Pieces of a question that are translated."""
KEPT = 256
"""Texts whose states are kept: half a megabyte each at most. A meeting's passages are read over and over, and this half of the reading
does not depend on the question."""


def marks(length: int, cut: int) -> list[int]:
    """For each piece of a row of such a `length` whose passage begins at `cut`: 1 where the row begins, 2 where a text ends, 0
    for all others. `marked` has a word vector for each."""
    made = [0] * length
    made[0], made[cut - 1], made[-1] = 1, 2, 2
    return made


def marked(words: NDArray[Any], spelt: Tokenizer) -> NDArray[Any]:
    """The word vectors of marks, from those of a reader's base and its tokenizer: (3 x dimension)."""
    begin, end = (words[spelt.token_to_id(name)] for name in ("[CLS]", "[SEP]"))
    return np.stack([np.zeros_like(begin), begin, end])


class States:
    """Runs the model (`assistant.qa.reader_weights.e5_lower`), which is given the vectors that `words` has for the pieces. Question and
    passage are read apart, each between `<s>` and `</s>`, and the last `kept` of them are not read again. Thread-safe."""

    def __init__(self, model: bytes, words: Callable[[Sequence[int]], NDArray[np.float32]], kept: int = KEPT) -> None:
        self._session: InferenceSession = open_session(model)
        self._words = words
        self._read = lru_cache(kept)(self._run)

    def of(self, pieces: Sequence[int], cut: int) -> NDArray[np.float32]:
        """The states of a row's pieces (`assistant.qa.reader_input`), whose passage begins at `cut`: (pieces x dimension); naught
        where a text begins or ends."""
        asked, read = self._read(tuple(pieces[:cut])), self._read((pieces[0], *pieces[cut:]))
        # The second text has a beginning of its own, which the row has not.
        states = np.concatenate([asked, read[1:]])
        states[[mark > 0 for mark in marks(len(pieces), cut)]] = 0.0
        return states

    def _run(self, pieces: tuple[int, ...]) -> NDArray[np.float32]:
        states: NDArray[np.float32] = self._session.run(None, {"words": self._words(pieces)[None]})[0][0]
        return states


class Translator:
    """Gives English words for a text. `states` are those of the reader's lower half, `read` is the tokenizer of these,
    `bridge` the reader's map (width x width, outputs first), `spelt` the English tokenizer, `vectors` what
    `word_vectors` made for it. Thread-safe."""

    def __init__(self, states: States, read: Tokenizer, bridge: NDArray[Any], spelt: Tokenizer, vectors: bytes) -> None:
        self._states, self._read, self._bridge = states, read, bridge
        self._words = _words(spelt)
        held = np.load(io.BytesIO(vectors), allow_pickle=False)
        self._mean, self._vectors = held[0].astype(np.float32), held[1:].astype(np.float32)

    def __call__(self, text: str) -> list[str]:
        """English words that are nearest to those of a text, in its order, each once."""
        begin, end = self._read.encode("").ids
        text = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates have no UTF-8 form
        pieces = self._read.encode(text, add_special_tokens=False).ids[:PIECES]
        if not pieces:
            return []
        states = self._states.of([begin, *pieces, end], len(pieces) + 2)[1:-1]
        near = _unit(states @ self._bridge.T - self._mean) @ self._vectors.T
        found: dict[str, None] = {}
        for row in near:
            best = np.argpartition(-row, NEAREST)[:NEAREST]
            for n in sorted(best, key=lambda each: -row[each]):
                if row[n] >= TRANSLATION_COSINE:
                    found.setdefault(self._words[n][1])
        return list(found)


def word_vectors(words: NDArray[Any], spelt: Tokenizer) -> bytes:
    """The mean of the vectors of all English words of a tokenizer, and for each its vector from there, of length 1, as
    `Translator` takes them. `words` are the vectors of all pieces (pieces x width)."""
    whole = words[[n for n, _ in _words(spelt)]]
    mean = whole.mean(axis=0)
    data = io.BytesIO()
    np.save(data, np.concatenate([mean[None], _unit(whole - mean)]).astype(np.float16))
    return data.getvalue()


def _words(spelt: Tokenizer) -> Sequence[tuple[int, str]]:
    """The pieces of a tokenizer that are whole words in Latin letters, with their numbers, in order."""
    held = ((n, word) for word, n in spelt.get_vocab().items())
    return sorted((n, word) for n, word in held if len(word) >= SHORTEST and word.isascii() and word.isalpha())


def _unit(vectors: NDArray[Any]) -> NDArray[np.float32]:
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    unit: NDArray[np.float32] = (vectors / lengths).astype(np.float32)
    return unit
