"""The word pieces of multilingual-e5-small: XLM-RoBERTa's tokenizer (SentencePiece's unigram model; Kudo 2018)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer, normalizers, pre_tokenizers

BEGIN, END = 0, 2
"""The numbers of the pieces that stand where a text begins and where it ends."""
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
_UNKNOWN = 3
_UNSEEN = "[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]"
_BLANK = "[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"
"""Characters that SentencePiece's normalisation nmt_nfkc, which the model was trained with, drops or makes blanks."""


class Pieces:
    """A vocabulary: `words` are the pieces in UTF-8, one after another, each from one of the `offsets` to the next, with a score
    (log probability) each. A piece's number is its place."""

    def __init__(self, words: bytes, offsets: Sequence[int], scores: NDArray[np.float32]) -> None:
        self._words, self._offsets, self._scores = words, offsets, scores

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer, which neither truncates nor pads. It takes a second to make."""
        from tokenizers import Tokenizer, processors
        from tokenizers.models import Unigram

        pieces = [(each.decode(), score) for each, score in zip(self._each(), self._scores.tolist(), strict=True)]
        tokenizer = Tokenizer(Unigram(pieces, unk_id=_UNKNOWN, byte_fallback=False))
        tokenizer.normalizer, tokenizer.pre_tokenizer = _normaliser(), _splitter()
        begin, end = _SPECIAL[BEGIN], _SPECIAL[END]
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{begin} $A {end}", special_tokens=[(begin, BEGIN), (end, END)]
        )
        return tokenizer

    def of(self, text: str) -> list[int]:
        """The pieces of a text, those of its beginning and its end included, nothing truncated: what the tokenizer gives, of a
        model that knows no more pieces than occur in the text, which is made in no time."""
        from tokenizers.models import Unigram

        spelt = [word for word, _ in _splitter().pre_tokenize_str(_normaliser().normalize_str(text))]
        # An unknown character costs a little more than the least likely piece.
        least = int(self._scores.argmin())
        numbers = list(
            dict.fromkeys([*range(len(_SPECIAL)), least, *(n for word in set(spelt) for n in self._within(word))])
        )
        model = Unigram(
            [(self._piece(n).decode(), float(self._scores[n])) for n in numbers], unk_id=_UNKNOWN, byte_fallback=False
        )
        return [BEGIN, *(numbers[token.id] for word in spelt for token in model.tokenize(word)), END]

    def _within(self, word: str) -> Iterator[int]:
        """The pieces that occur in a word."""
        letters = [letter.encode() for letter in word]
        for begin in range(len(letters)):
            piece = b""
            for letter in letters[begin:]:
                piece += letter
                if len(piece) > self._longest:
                    break
                if piece in self._numbers:
                    yield self._numbers[piece]

    @cached_property
    def _numbers(self) -> dict[bytes, int]:
        return {piece: number for number, piece in enumerate(self._each())}

    @cached_property
    def _longest(self) -> int:
        """Bytes of the longest piece."""
        return int(np.diff(self._offsets).max())

    def _each(self) -> Iterator[bytes]:
        return map(self._piece, range(len(self._scores)))

    def _piece(self, number: int) -> bytes:
        return self._words[self._offsets[number] : self._offsets[number + 1]]


def _normaliser() -> normalizers.Normalizer:
    from tokenizers import Regex, normalizers

    return normalizers.Sequence(
        [
            normalizers.Replace(Regex(_UNSEEN), ""),
            normalizers.Replace(Regex(_BLANK), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )


def _splitter() -> pre_tokenizers.PreTokenizer:
    from tokenizers import pre_tokenizers

    return pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")
