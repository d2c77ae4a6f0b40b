"""Reader input: a question and a passage as one row of word pieces, in the form of the training."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from corpus.analysis import without_surrogates
from corpus.embedding.embedder import TextTokenizer

QUESTION_PIECES = 64
"""Most word pieces of a question that are read."""
HEADING_PIECES = 40
"""Most word pieces of the heading above a passage that are read."""
MOST_PIECES = 384
"""Most word pieces of a row; the end of a longer passage is not read."""

Kind = Literal["bert", "e5"]
_ENDS: Mapping[Kind, tuple[str, str]] = {"bert": ("[CLS]", "[SEP]"), "e5": ("<s>", "</s>")}
_PIECES_OF_E5 = re.compile(r"<(?=/?(?:s|pad|unk|mask)>)")


@dataclass(frozen=True)
class Row:
    """One row: `pieces` and `segments` (0 for the question, 1 after it). The pieces of the passage begin at index `first`; `offsets` are their spans in
    its text, in characters."""

    pieces: list[int]
    segments: list[int]
    first: int
    offsets: list[tuple[int, int]]

    @property
    def cut(self) -> int:
        """The number of pieces before the heading and the passage."""
        return self.segments.count(0)

    def pieces_of(self, start: int, end: int) -> tuple[int, int] | None:
        """The indexes of the first and last piece of a span of the passage's text; None where that was cut off."""
        inside = [n for n, (begin, stop) in enumerate(self.offsets) if stop > start and begin < end]
        if not inside or self.offsets[inside[-1]][1] < end - 1:
            return None
        return self.first + inside[0], self.first + inside[-1]


class Pairing:
    """Builds rows with the tokenizer of a base model, as BERT pairs two texts (Devlin et al., 2019): `bert` with its own separators, `e5` with those of
    XLM-RoBERTa."""

    def __init__(self, tokenizer: TextTokenizer, kind: Kind, most: int = MOST_PIECES) -> None:
        self._tokenizer, self._kind, self._most = tokenizer, kind, most
        self._begin, self._end = (self._piece(name) for name in _ENDS[kind])

    def row(self, question: str, heading: str, passage: str) -> Row:
        question_ids = self._ids(question)[:QUESTION_PIECES]
        heading_ids = self._ids(f"{heading}.")[:HEADING_PIECES] if heading else []
        encoded = self._tokenizer.encode(self._readable(passage), add_special_tokens=False)
        prefix = [self._begin, *question_ids, self._end]
        space = self._most - len(prefix) - len(heading_ids) - 1
        pieces = [*prefix, *heading_ids, *encoded.ids[:space], self._end]
        segments = [0] * len(prefix) + [1] * (len(pieces) - len(prefix))
        return Row(pieces, segments, len(prefix) + len(heading_ids), list(encoded.offsets[:space]))

    def _piece(self, name: str) -> int:
        found = self._tokenizer.token_to_id(name)
        if found is None:
            raise ValueError(f"The tokenizer has no piece {name}: it is not that of the base '{self._kind}'.")
        return int(found)

    def _ids(self, text: str) -> list[int]:
        return self._tokenizer.encode(self._readable(text), add_special_tokens=False).ids

    def _readable(self, text: str) -> str:
        """A text that the tokenizer accepts, with the same number of characters."""
        text = without_surrogates(text)
        # In the vocabulary of E5 the separators are ordinary words.
        return text if self._kind == "bert" else _PIECES_OF_E5.sub("\u2039", text)
