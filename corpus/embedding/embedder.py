"""What the library asks of an embedding model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class EmbeddingError(Exception):
    """A model can't be used. The message says which file or setting is wrong and what to do about it."""


@dataclass(frozen=True)
class LanguageShift:
    """How vectors of questions are compared with those of texts in a language that lies elsewhere.

    `shift` is added to the question's vector. Cosines are then put on the scale that they have where nothing is moved: those
    of unrelated texts get the same mean and spread. `added` is what the vectors of passages in the language have beside those
    of English ones: taken away, passages are compared with each other across languages.
    """

    query_shift: NDArray[np.float32]
    passage_shift: NDArray[np.float32]
    scale: float
    offset: float

    def shift_query(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """The unit vector of a question, moved: (dimension,)."""
        moved = vector + self.query_shift
        unit: NDArray[np.float32] = moved / float(moved @ moved) ** 0.5
        return unit

    def rescale_cosines(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines with a vector that was moved, on the scale of those with one that was not."""
        return self.scale * cosines + self.offset


class Embedder(Protocol):
    """Turns text into vectors of unit length, so that a dot product is the cosine.

    Making one is cheap: weights are read when the first text is embedded.
    """

    @property
    def name(self) -> str:
        """The model's name, for people."""

    @property
    def fingerprint(self) -> str:
        """Model, hash of the weights and precision: vectors of equal fingerprints may be compared."""

    @property
    def dimension(self) -> int:
        """Numbers in one vector."""

    @property
    def window(self) -> int:
        """Most word pieces that one text may have, special tokens included; what is beyond is not seen."""

    @property
    def languages(self) -> frozenset[str] | None:
        """ISO 639-1 codes of the languages that the model may be used for; None means all."""

    def count_tokens(self, text: str) -> int:
        """Word pieces of `text` as a passage, special tokens included, nothing truncated."""

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """The character span in `text` of every word piece, special tokens left out, nothing truncated."""

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """One unit vector a text, in the order given: (texts x dimension), float32.

        `progress` is told, in the calling thread, how many texts were finished since it was last called.
        """

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """The unit vector of a question: (dimension,), float32."""

    def language_shift(self, read: str) -> LanguageShift | None:
        """What it takes to compare questions with texts in the language `read` (ISO 639-1); None where they are compared as
        they are."""

    def similarity(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines on a scale that the models share: 0 for texts that have nothing in common, 1 for equal ones."""
