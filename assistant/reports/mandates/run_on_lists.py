"""Lists inside one paragraph: `States should: (a) paint boats; (b) light lamps`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from corpus.documents import Block, Span

MAX_TRIED_OPENINGS = 8
"""How many places of a text are tried as the start of a list."""
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_NUMBERS = tuple(map(str, range(1, 31)))
_NUMBERINGS: tuple[Sequence[str], ...] = (
    "abcdefghijklmnopqrstuvwxyz", "абвгдежзиклмнопрст", "أبجدهوزحطيكلمنسع", "一二三四五六七八九", _ROMAN, _NUMBERS,
)  # fmt: skip
"""The signs of points, in the order of each kind of numbering."""
_FIRST_MARK = re.compile(rf"[:：]\s*(?P<mark>[(（]?(?P<sign>{'|'.join(kind[0] for kind in _NUMBERINGS)})[)）])")
_SEPARATOR = r"(?P<gap>[;；؛,،，.。]\s*(?:[^\W\d_]{1,3}\s?)?)"
"""What separates two points: a sign, optionally with a conjunction."""


@dataclass(frozen=True)
class ListPoint:
    """A point of a list, as offsets of the text: where its mark begins, and the span of its words."""

    mark: int
    words: Span

    def block(self, within: Block) -> Block:
        """The point as an item of the paragraph that contains it."""
        first, end = (within.body_start + at for at in self.words)
        return replace(within, kind="item", start=within.body_start + self.mark, body_start=first, end=end)


def find_points(text: str) -> list[ListPoint]:
    """The points of the first list in a text that has at least two; the last one extends to the end of the text."""
    for opened in islice(_FIRST_MARK.finditer(text), MAX_TRIED_OPENINGS):
        signs = next(kind for kind in _NUMBERINGS if kind[0] == opened["sign"])
        marks = [(opened.start("mark"), opened.start("mark"), opened.end())]
        for sign in signs[1:]:
            # An Arabic letter in its final form may be followed by a stroke: هـ.
            following = re.compile(rf"{_SEPARATOR}(?P<mark>[(（]?{sign}ـ?[)）])").search(text, marks[-1][2])
            if following is None:
                break
            marks.append((following.start("gap"), following.start("mark"), following.end()))
        if len(marks) > 1:
            ends = [*(gap for gap, _, _ in marks[1:]), len(text)]
            return [ListPoint(mark, (first, end)) for (_, mark, first), end in zip(marks, ends, strict=True)]
    return []
