"""A question and a passage as one row of word pieces, as the reader was trained to see them."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
_ENDS: Mapping[Kind, tuple[str, str]] = {"bert": ("[CLS]", "[SEP]"), "e5": ("<s>", "</s>")}
_PIECES_OF_E5 = re.compile(r"<(?=/?(?:s|pad|unk|mask)>)")


@dataclass(frozen=True)
class Row:
    """One row: `pieces` and `segments` (0 for the question, 1 behind it). The passage's pieces begin at `first`;
    `offsets` are their spans in its text, in characters."""

    pieces: list[int]
    segments: list[int]
    first: int
    offsets: list[tuple[int, int]]

    @property
    def cut(self) -> int:
        """How many pieces stand before the heading and the passage."""
        return self.segments.count(0)

    def pieces_of(self, start: int, end: int) -> tuple[int, int] | None:
        """The first and the last piece of a span of the passage's text; None where it was cut off."""
        inside = [n for n, (begin, stop) in enumerate(self.offsets) if stop > start and begin < end]
        if not inside or self.offsets[inside[-1]][1] < end - 1:
            return None
        return self.first + inside[0], self.first + inside[-1]


class Pairing:
    """Makes rows with a base model's own tokenizer, as BERT pairs two texts (Devlin et al., 2019): `bert` with its own
    separators, `e5` with those of XLM-RoBERTa."""

    def __init__(self, tokenizer: Tokenizer, kind: Kind, most: int = MOST_PIECES) -> None:
        self._tokenizer, self._kind, self._most = tokenizer, kind, most
        # What stands between question and passage must not be written by a passage: "[SEP]" in one is text.
        tokenizer.encode_special_tokens = True
        self._begin, self._end = (self._piece(name) for name in _ENDS[kind])

    def row(self, question: str, heading: str, passage: str) -> Row:
        asked = self._ids(question)[:QUESTION_PIECES]
        above = self._ids(f"{heading}.")[:HEADING_PIECES] if heading else []
        read = self._tokenizer.encode(self._readable(passage), add_special_tokens=False)
        head = [self._begin, *asked, self._end]
        room = self._most - len(head) - len(above) - 1
        pieces = [*head, *above, *read.ids[:room], self._end]
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
