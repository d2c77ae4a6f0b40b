"""Two paragraphs word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from assistant.reports.comparison.paragraphs import END, folded

Op = Literal["same", "removed", "added"]
ISLAND = 3
"""Most words that two changes may share between them and yet be shown as one, where both change more words than that."""
_TOKEN = re.compile(r"(?:[㐀-鿿]|[^\W_㐀-鿿]+(?:['’\-‐‑.,/][^\W_㐀-鿿]+)*|\S)\s*|\s+")
"""A word, a sign or a Chinese character with the white space behind it."""

_Run = tuple[bool, list[str], list[str]]
"""Whether words are the same, and they as both texts have them."""


@dataclass(frozen=True)
class Piece:
    """Words that both texts have, as the later one has them, or words of one of them. `earlier`: what both have as the earlier text
    has it, where it is typed in another way."""

    op: Op
    text: str
    earlier: str | None = None

    @classmethod
    def both(cls, before: str, after: str) -> Piece:
        """Words that are the same in two texts but for typography."""
        return cls("same", after, before if before != after else None)

    def to_json(self) -> dict[str, str]:
        """The stable JSON form; `earlier` only where it is another than `text`."""
        return {"op": self.op, "text": self.text} | ({} if self.earlier is None else {"earlier": self.earlier})


def pieces_of(before: str, after: str) -> tuple[Piece, ...]:
    """The words of two texts, told apart; Chinese by character. `later` of them is the second text, `earlier` the first."""
    one, other = (_TOKEN.findall(text) for text in (before, after))
    keys = [[_bare(token) for token in side] for side in (one, other)]
    if all(side and side[-1] in END for side in keys):
        keys[0][-1] = keys[1][-1]
    runs: list[_Run] = []
    for op, a, b, c, d in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        runs += [(True, one[a:b], other[c:d])] if op == "equal" else _halved(one[a:b], other[c:d])
    made: list[Piece] = []
    space = ""
    for same, old, new in _whole(runs):
        gone, come = space * same + "".join(old), space * same + "".join(new)
        space = ""
        if same:
            made += [Piece.both(gone, come)] if gone or come else []
            continue
        if gone and come and gone[-1] == come[-1] == " ":
            gone, come, space = gone[:-1], come[:-1], " "
        made += [Piece("removed", gone)] if gone else []
        made += [Piece("added", come)] if come else []
    return (*made, Piece("same", space)) if space else tuple(made)


def earlier(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The pieces of the first of two texts, as it has them."""
    return tuple(as_earlier(each) for each in pieces if each.op != "added")


def later(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The pieces of the second of two texts, as it has them."""
    return tuple(each for each in pieces if each.op != "removed")


def as_earlier(piece: Piece) -> Piece:
    """A piece in the words of the earlier text."""
    return piece if piece.earlier is None else Piece(piece.op, piece.earlier)


def _halved(old: list[str], new: list[str]) -> Iterator[_Run]:
    """A change without what is the same at its ends but for typography, such as a space within a word."""
    if "".join(map(_bare, old)) == "".join(map(_bare, new)):
        yield True, old, new
        return
    head = _common(old, new)
    old, new, first = old[head[0] :], new[head[1] :], (old[: head[0]], new[: head[1]])
    tail = _common(old[::-1], new[::-1], backward=True)
    end = (old[len(old) - tail[0] :], new[len(new) - tail[1] :])
    if first[0] or first[1]:
        yield True, *first
    middle = old[: len(old) - tail[0]], new[: len(new) - tail[1]]
    if middle[0] or middle[1]:
        yield False, *middle
    if end[0] or end[1]:
        yield True, *end


def _common(old: Sequence[str], new: Sequence[str], backward: bool = False) -> tuple[int, int]:
    """How many tokens at the start of both are the same when written together."""
    ends = []
    for side in (old, new):
        held, found = "", {}
        for n, token in enumerate(side, 1):
            held = _bare(token) + held if backward else held + _bare(token)
            if held:
                found[held] = n
        ends.append(found)
    both = [held for held in ends[0] if held in ends[1]]
    longest = max(both, key=len, default="")
    return (ends[0][longest], ends[1][longest]) if longest else (0, 0)


def _bare(token: str) -> str:
    return "".join(folded(token).split())


def _whole(runs: Sequence[_Run]) -> list[_Run]:
    """The runs, changes that share next to nothing between them made one."""
    made: list[_Run] = []
    for n, (same, old, new) in enumerate(runs):
        if same and made and n + 1 < len(runs):
            beside = made[-1], runs[n + 1]
            around = min(max(len(before), len(after)) for _, before, after in beside)
            same = any(each[0] for each in beside) or len(new) > min(ISLAND, around)
        if made and made[-1][0] == same:
            made[-1] = (same, made[-1][1] + old, made[-1][2] + new)
        else:
            made.append((same, old, new))
    return made
