"""Lists that run on inside one paragraph: `States should: (a) paint boats; (b) light lamps`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from corpus.documents import Block, Span

MAX_TRIED_OPENINGS = 8
"""Places of a text, at most, that are tried as the opening of a list."""
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_NUMBERS = tuple(map(str, range(1, 31)))
_NUMBERINGS: tuple[Sequence[str], ...] = (
    "abcdefghijklmnopqrstuvwxyz", "абвгдежзиклмнопрст", "أبجدهوزحطيكلمنسع", "一二三四五六七八九", _ROMAN, _NUMBERS,
)  # fmt: skip
"""How points are told apart, each kind in its order."""
_FIRST_MARK = re.compile(rf"[:：]\s*(?P<mark>[(（]?(?P<sign>{'|'.join(kind[0] for kind in _NUMBERINGS)})[)）])")
_SEPARATOR = r"(?P<gap>[;；؛,،，.。]\s*(?:[^\W\d_]{1,3}\s?)?)"
"""What parts two points: a sign, or one with a word that joins them."""


@dataclass(frozen=True)
class ListPoint:
    """A point of a list: where its mark begins, and its words, as offsets of the text."""

    mark: int
    words: Span

    def block(self, within: Block) -> Block:
        """The point as an item of the paragraph in which it stands."""
        first, end = (within.body_start + at for at in self.words)
        return replace(within, kind="item", start=within.body_start + self.mark, body_start=first, end=end)


def find_points(text: str) -> list[ListPoint]:
    """The points of the first list that a text introduces and goes on with, at least two; the last one goes to the end of the text."""
    for opened in islice(_FIRST_MARK.finditer(text), MAX_TRIED_OPENINGS):
        signs = next(kind for kind in _NUMBERINGS if kind[0] == opened["sign"])
        marks = [(opened.start("mark"), opened.start("mark"), opened.end())]
        for sign in signs[1:]:
            # The Arabic letter that ends a word is written with a stroke behind it: هـ.
            following = re.compile(rf"{_SEPARATOR}(?P<mark>[(（]?{sign}ـ?[)）])").search(text, marks[-1][2])
            if following is None:
                break
            marks.append((following.start("gap"), following.start("mark"), following.end()))
        if len(marks) > 1:
            ends = [*(gap for gap, _, _ in marks[1:]), len(text)]
            return [ListPoint(mark, (first, end)) for (_, mark, first), end in zip(marks, ends, strict=True)]
    return []
