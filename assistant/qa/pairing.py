"""A question and a passage as one row of word pieces, as the reader was trained to see them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tokenizers import Tokenizer

QUESTION_PIECES = 64
"""Word pieces of a question that are read."""
HEADING_PIECES = 40
"""Word pieces of the heading above a passage that are read."""
MOST_PIECES = 384
"""Word pieces of a row; of a longer passage the end is not read."""

Kind = Literal["bert", "e5"]
_PIECES_OF_E5 = re.compile(r"<(?=/?(?:s|pad|unk|mask)>)")


@dataclass(frozen=True)
class Row:
    """One row: `pieces` and `segments` (0 for the question, 1 behind it). The passage's pieces begin at `first`;
    `offsets` are their spans in its text, in characters."""

    pieces: list[int]
    segments: list[int]
    first: int
    offsets: list[tuple[int, int]]

    def pieces_of(self, start: int, end: int) -> tuple[int, int] | None:
        """The first and the last piece of a span of the passage's text; None where it was cut off."""
        inside = [n for n, (begin, stop) in enumerate(self.offsets) if stop > start and begin < end]
        if not inside or self.offsets[inside[-1]][1] < end - 1:
            return None
        return self.first + inside[0], self.first + inside[-1]


class Pairing:
    """Makes rows with a base model's own tokenizer: `bert` as BERT pairs two texts (Devlin et al., 2019), `e5` with the
    prefixes of multilingual E5 (Wang et al., 2024) and the separators of XLM-RoBERTa."""

    def __init__(self, tokenizer: Tokenizer, kind: Kind, most: int = MOST_PIECES) -> None:
        self._tokenizer, self._kind, self._most = tokenizer, kind, most
        # What stands between question and passage must not be written by a passage: "[SEP]" in one is text.
        tokenizer.encode_special_tokens = True
        if kind == "bert":
            begin, end = self._piece("[CLS]"), self._piece("[SEP]")
            self._begin, self._between, self._end = [begin], [end], [end]
        else:
            begin, end = self._piece("<s>"), self._piece("</s>")
            self._begin, self._between, self._end = [begin], [end, end], [end]

    def row(self, question: str, heading: str, passage: str) -> Row:
        """The row of a question and a passage with the heading that it stands under."""
        asked = self._ids(question if self._kind == "bert" else f"query: {question}")[:QUESTION_PIECES]
        above = self._ids(f"{heading}." if self._kind == "bert" else f"passage: {heading}.")[:HEADING_PIECES]
        if not heading:
            above = [] if self._kind == "bert" else self._ids("passage:")
        read = self._tokenizer.encode(self._readable(passage), add_special_tokens=False)
        head = [*self._begin, *asked, *self._between]
        room = self._most - len(head) - len(above) - len(self._end)
        pieces = [*head, *above, *read.ids[:room], *self._end]
        segments = [0] * len(head) + [1] * (len(pieces) - len(head))
        return Row(pieces, segments, len(head) + len(above), list(read.offsets[:room]))

    def _piece(self, name: str) -> int:
        found = self._tokenizer.token_to_id(name)
        if found is None:
            raise ValueError(f"The tokenizer has no piece {name}: it is not that of the base '{self._kind}'.")
        return int(found)

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(self._readable(text), add_special_tokens=False).ids
        return ids

    def _readable(self, text: str) -> str:
        """A text as the tokenizer takes it, with as many characters."""
        text = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates have no UTF-8 form
        # In the vocabulary of E5 the pieces that separate texts are words like others.
        return text if self._kind == "bert" else _PIECES_OF_E5.sub("\u2039", text)
