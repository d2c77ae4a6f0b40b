"""The states that the lower half of multilingual-e5-small has of a row's pieces: about the same in every language.

A reader that is given them reads `bridge x state` in the place of a piece's word vector, and its own `[CLS]` and `[SEP]` in the
place of what begins and ends a text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.runtime import open_session

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer


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
    """Runs the model (`assistant.qa.base.e5_lower`), which is given the vectors that `words` has for the pieces. Question and
    passage are read apart, each between `<s>` and `</s>`, and the last `kept` of them are not read again. Thread-safe."""

    def __init__(self, model: bytes, words: Callable[[Sequence[int]], NDArray[np.float32]], kept: int = 32) -> None:
        self._session: InferenceSession = open_session(model, optimise=False)
        self._words = words
        self._read = lru_cache(kept)(self._run)

    def of(self, pieces: Sequence[int], cut: int) -> NDArray[np.float32]:
        """The states of a row's pieces (`assistant.qa.pairing`), whose passage begins at `cut`: (pieces x dimension); naught
        where a text begins or ends."""
        asked, read = self._read(tuple(pieces[:cut])), self._read((pieces[0], *pieces[cut:]))
        # The second text has a beginning of its own, which the row has not.
        states = np.concatenate([asked, read[1:]])
        states[[mark > 0 for mark in marks(len(pieces), cut)]] = 0.0
        return states

    def _run(self, pieces: tuple[int, ...]) -> NDArray[np.float32]:
        states: NDArray[np.float32] = self._session.run(None, {"words": self._words(pieces)[None]})[0][0]
        return states
