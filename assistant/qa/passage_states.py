"""Hidden states of the lower half of multilingual-e5-small for the pieces of a row, which are about the same in every language.

The multilingual reader uses `bridge x state` in place of the word vector of a piece, and its own `[CLS]` and `[SEP]` at the beginning and end of texts.
The bridge (docs/training.md) maps the state of a piece, in any language, into the space of the English word vectors of its base model. The English
words with the nearest vectors serve as a translation that is good enough for lexical search, without a dictionary.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.qa.abstention import TRANSLATION_COSINE
from corpus.analysis import without_surrogates
from corpus.embedding.embedder import TextTokenizer
from corpus.embedding.runtime import open_session

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

NEAREST = 2
"""Most English words that are taken for each piece."""
SHORTEST = 3
"""Letters of the shortest English word that is taken."""
PIECES = 64
"""Most pieces of a question that are translated."""
KEPT = 256
"""Most texts whose states are cached, at most half a megabyte each. The row passages of a meeting are read for every question, and this half of the
computation does not depend on the question."""


def marks(length: int, cut: int) -> list[int]:
    """The mark of each piece of a row of some `length` whose passage begins at `cut`: 1 at the beginning of the row, 2 at the end of a text, else 0.
    `marked` has the word vector of each mark."""
    marks_of_row = [0] * length
    marks_of_row[0], marks_of_row[cut - 1], marks_of_row[-1] = 1, 2, 2
    return marks_of_row


def marked(words: NDArray[Any], tokenizer: Tokenizer) -> NDArray[Any]:
    """The word vectors of the marks (3 x dimension), from the word vectors and tokenizer of a reader's base model."""
    begin, end = (words[tokenizer.token_to_id(name)] for name in ("[CLS]", "[SEP]"))
    return np.stack([np.zeros_like(begin), begin, end])


class States:
    """Runs the model `assistant.qa.reader_weights.e5_lower` on the vectors that `words` returns for pieces.

    Question and passage are encoded separately, each between `<s>` and `</s>`; the results for the last `cached` texts are reused. Thread-safe.
    """

    def __init__(self, model: bytes, words: Callable[[Sequence[int]], NDArray[np.float32]], cached: int = KEPT) -> None:
        self._session: InferenceSession = open_session(model)
        self._words = words
        self._read = lru_cache(cached)(self._run)

    def of(self, pieces: Sequence[int], cut: int) -> NDArray[np.float32]:
        """The states of the pieces of a row (`assistant.qa.reader_input`) whose passage begins at `cut`: (pieces x dimension), zero where a text
        begins or ends."""
        question_states, passage_states = self._read(tuple(pieces[:cut])), self._read((pieces[0], *pieces[cut:]))
        # Encoded alone the second text has a beginning mark, which the row has not.
        states = np.concatenate([question_states, passage_states[1:]])
        states[[mark > 0 for mark in marks(len(pieces), cut)]] = 0.0
        return states

    def _run(self, pieces: tuple[int, ...]) -> NDArray[np.float32]:
        states: NDArray[np.float32] = self._session.run(None, {"words": self._words(pieces)[None]})[0][0]
        return states


class Translator:
    """Translates a text into English words. `tokenizer` is that of `states`, `bridge` the map of the reader (width x width, outputs first), `vectors`
    the result of `word_vectors` for the `english_tokenizer`. Thread-safe."""

    def __init__(
        self,
        states: States,
        tokenizer: TextTokenizer,
        bridge: NDArray[Any],
        english_tokenizer: Tokenizer,
        vectors: bytes,
    ) -> None:
        self._states, self._read, self._bridge = states, tokenizer, bridge
        self._words = _words(english_tokenizer)
        arrays = np.load(io.BytesIO(vectors), allow_pickle=False)
        self._mean, self._vectors = arrays[0].astype(np.float32), arrays[1:].astype(np.float32)

    def __call__(self, text: str) -> list[str]:
        """The distinct English words nearest to the words of a text, in its order."""
        begin, end = self._read.encode("").ids
        pieces = self._read.encode(without_surrogates(text), add_special_tokens=False).ids[:PIECES]
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


def word_vectors(words: NDArray[Any], tokenizer: Tokenizer) -> bytes:
    """The mean of the vectors of all English words of a tokenizer, and for each word its normalised difference from the mean, as a file for
    `Translator`. `words` are the vectors of all pieces (pieces x width)."""
    whole = words[[n for n, _ in _words(tokenizer)]]
    mean = whole.mean(axis=0)
    data = io.BytesIO()
    np.save(data, np.concatenate([mean[None], _unit(whole - mean)]).astype(np.float16))
    return data.getvalue()


def _words(tokenizer: Tokenizer) -> Sequence[tuple[int, str]]:
    """The pieces of a tokenizer that are whole words in Latin letters, with their ids, in order."""
    pieces = ((n, word) for word, n in tokenizer.get_vocab().items())
    return sorted((n, word) for n, word in pieces if len(word) >= SHORTEST and word.isascii() and word.isalpha())


def _unit(vectors: NDArray[Any]) -> NDArray[np.float32]:
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    unit: NDArray[np.float32] = (vectors / lengths).astype(np.float32)
    return unit
