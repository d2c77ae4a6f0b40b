"""What the library asks of its indexes, whichever engine they belong to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

import numpy as np

from corpus.documents import Within
from corpus.lexical import LexicalHit


class Indexes(Protocol):
    """The lexical and the vector index of a library, derived from its store."""

    def settle(self) -> None:
        """Takes in what the store's last transactions decided."""

    def near(
        self, vector: np.ndarray, language: str, limit: int, within: Within | None = None
    ) -> list[tuple[str, float]]:
        """(passage id, cosine similarity) of the nearest passages in a language, nearest first: those `within` a scope, where
        one is given, and then `limit` of them."""

    def vectors(self, ids: Sequence[str]) -> dict[str, np.ndarray]:
        """The vectors of passages by id; those without one are left out."""

    def words(self, tokens: Sequence[str], language: str, limit: int, within: Within | None) -> list[LexicalHit]:
        """Passages in a language with at least one token, best BM25 first; those `within` a scope, where one is given."""

    def frequency(self, token: str, language: str) -> int:
        """In how many passages of a language a token stands."""

    def left(self, ids: Collection[str]) -> set[str]:
        """Those of some passages that an index has."""

    def count(self) -> int:
        """Number of vectors held."""

    def count_words(self, language: str) -> int:
        """Number of passages of a language whose words are indexed."""

    def with_vectors(self, ids: Sequence[str], language: str) -> set[str]:
        """Those of some passages of a language that have a vector."""

    def with_words(self, ids: Sequence[str], language: str) -> set[str]:
        """Those of some passages of a language whose words are indexed."""

    def empty(self) -> dict[str, str]:
        """In a transaction in which all documents are put anew: the indexes are to be made anew, too. Returns what the stamp is
        to say until that is done."""

    def rebuild(self) -> None:
        """After that transaction: makes them."""

    def close(self) -> None:
        """Lets go of files and connections."""
