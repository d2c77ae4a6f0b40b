"""Two texts compared: which paragraphs are new, deleted, changed, moved or have another number, with the words that differ."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal

from assistant.qa.answer import Citation
from assistant.reports.comparison.alignment import align, find_unmoved, match_halves
from assistant.reports.comparison.paragraphs import CLOSING_SIGNS, PARTS, Paragraph, Part, find_paragraphs, fold_text
from assistant.reports.lookup import cite
from assistant.reports.quoted_tables import as_json
from corpus.documents import Document
from corpus.library import Library

Op = Literal["same", "removed", "added"]
MAX_ISLAND_WORDS = 3
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


def diff_words(before: str, after: str) -> tuple[Piece, ...]:
    """The words of two texts, told apart; Chinese by character. `later` of them is the second text, `earlier` the first."""
    one, other = (_TOKEN.findall(text) for text in (before, after))
    keys = [[_fold_token(token) for token in side] for side in (one, other)]
    if all(side and side[-1] in CLOSING_SIGNS for side in keys):
        keys[0][-1] = keys[1][-1]
    runs: list[_Run] = []
    for op, a, b, c, d in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        runs += [(True, one[a:b], other[c:d])] if op == "equal" else _trim_change(one[a:b], other[c:d])
    made: list[Piece] = []
    space = ""
    for same, old, new in _merge_islands(runs):
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


def earlier_pieces(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The pieces of the first of two texts, as it has them."""
    return tuple(to_earlier(each) for each in pieces if each.op != "added")


def later_pieces(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The pieces of the second of two texts, as it has them."""
    return tuple(each for each in pieces if each.op != "removed")


def to_earlier(piece: Piece) -> Piece:
    """A piece in the words of the earlier text."""
    return piece if piece.earlier is None else Piece(piece.op, piece.earlier)


def _trim_change(old: list[str], new: list[str]) -> Iterator[_Run]:
    """A change without what is the same at its ends but for typography, such as a space within a word."""
    if "".join(map(_fold_token, old)) == "".join(map(_fold_token, new)):
        yield True, old, new
        return
    a, b = _common_prefix(old, new)
    c, d = _common_prefix(old[a:][::-1], new[b:][::-1], backward=True)
    c, d = len(old) - c, len(new) - d
    runs = ((True, old[:a], new[:b]), (False, old[a:c], new[b:d]), (True, old[c:], new[d:]))
    yield from (run for run in runs if run[1] or run[2])


def _common_prefix(old: Sequence[str], new: Sequence[str], backward: bool = False) -> tuple[int, int]:
    """How many tokens at the start of both are the same when written together."""
    ends = []
    for side in (old, new):
        held, found = "", {}
        for n, token in enumerate(side, 1):
            held = _fold_token(token) + held if backward else held + _fold_token(token)
            if held:
                found[held] = n
        ends.append(found)
    both = [held for held in ends[0] if held in ends[1]]
    longest = max(both, key=len, default="")
    return (ends[0][longest], ends[1][longest]) if longest else (0, 0)


def _fold_token(token: str) -> str:
    return "".join(fold_text(token).split())


def _merge_islands(runs: Sequence[_Run]) -> list[_Run]:
    """The runs, changes that share next to nothing between them made one."""
    made: list[_Run] = []
    for n, (same, old, new) in enumerate(runs):
        if same and made and n + 1 < len(runs):
            beside = made[-1], runs[n + 1]
            around = min(max(len(before), len(after)) for _, before, after in beside)
            same = any(each[0] for each in beside) or len(new) > min(MAX_ISLAND_WORDS, around)
        if made and made[-1][0] == same:
            made[-1] = (same, made[-1][1] + old, made[-1][2] + new)
        else:
            made.append((same, old, new))
    return made


Kind = Literal["same", "changed", "added", "removed", "moved"]

MIN_COMMON_SHARE = 1 / 3
"""Share of the words of the shorter text in paragraphs of the other one, below which the two are not compared."""
UNMOVED_WEIGHT = 1_000_000
"""What a paragraph weighs besides its letters, so that as few as possible are said to be moved."""


@dataclass(frozen=True)
class Pair:
    """A paragraph of the first text and what it is in the second; None where it is not there. Of one that was split in two, or of two
    that became one, `halved` is the text in which it is no whole paragraph; the rest of that is in another pair."""

    before: Paragraph | None
    after: Paragraph | None
    kind: Kind
    moved: bool = False
    halved: Literal["before", "after"] | None = None

    @property
    def para(self) -> Paragraph:
        """The paragraph in the second text, or where it is only in the first, there."""
        para = self.after or self.before
        assert para is not None
        return para

    @property
    def part(self) -> Part:
        """In which part of the text it is told."""
        return self.para.part

    @property
    def renumbered(self) -> bool:
        """Whether nothing but its number is another one, and it was not moved; the numbers of footnotes tell nothing."""
        places = {each.place for each in (self.before, self.after) if each}
        return self.kind == "same" and self.part != "footnote" and len(places) > 1


@dataclass(frozen=True)
class Change:
    """One paragraph that differs. `before` and `after` cite it in the two documents, None where it is not there;
    the pieces tell its words before and after. `moved`: it stands behind other paragraphs than before."""

    kind: Kind
    part: Part
    moved: bool
    before: Citation | None
    after: Citation | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Comparison:
    """What became of every paragraph from a first document to a second, and the changes by part in the order of the second.

    `common` is the share (0 to 1) of the words of the shorter text that stand in paragraphs of both; where it is
    below `LITTLE` the texts are not compared and there are no pairs.
    """

    first: Document
    second: Document
    common: float
    pairs: tuple[Pair, ...]
    changes: tuple[Change, ...]

    @property
    def comparable(self) -> bool:
        """Whether the two have enough in common to be compared."""
        return self.common >= MIN_COMMON_SHARE

    @property
    def named(self) -> str:
        """What it compares."""
        return f"{self.first.label} → {self.second.label}"

    @cached_property
    def same(self) -> int:
        """How many paragraphs are the same, wherever they stand."""
        return sum(pair.kind in ("same", "moved") for pair in self.pairs)

    @cached_property
    def renumbered(self) -> int:
        """How many of those that are the same have another number."""
        return sum(pair.renumbered for pair in self.pairs)

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form that `compare --json` prints."""
        return {
            "first": self.first.id,
            "second": self.second.id,
            "comparable": self.comparable,
            "common": round(self.common, 3),
            "same": self.same,
            "renumbered": self.renumbered,
            "numbers": [
                {
                    "part": pair.part,
                    "before": pair.before and pair.before.place,
                    "after": pair.after and pair.after.place,
                    "kind": pair.kind,
                    "moved": pair.moved,
                }
                for pair in self.pairs
                if pair.para.sort != "heading" and pair.para.place
            ],
            "changes": as_json(self.changes),
        }


@dataclass(frozen=True)
class VersionComparison:
    """Two or more versions of a text in a row, each compared with the one before."""

    steps: tuple[Comparison, ...]

    @property
    def language(self) -> str:
        """The language of the last."""
        return self.steps[-1].second.language

    @property
    def comparable(self) -> bool:
        """Whether each has enough in common with the one before."""
        return all(step.comparable for step in self.steps)

    @cached_property
    def rows(self) -> tuple[tuple[Pair | None, ...], ...]:
        """What became of every paragraph at each step, None before it was there and after it was deleted; in the order of
        the last version, what was deleted behind what stood before it."""
        found: list[tuple[Pair | None, ...]] = [(pair,) for pair in self.steps[0].pairs]
        for n, step in enumerate(self.steps[1:], 1):
            above = {last.after.block.ordinal: row for row in found if (last := row[-1]) and last.after}
            went_on = {id(above[each.before.block.ordinal]): each for each in step.pairs if each.before}
            made: list[tuple[Pair | None, ...]] = [
                (*(above[each.before.block.ordinal] if each.before else (None,) * n), each) for each in step.pairs
            ]
            at = 0
            for row in found:
                if id(row) in went_on:
                    at = next(m for m, other in enumerate(made) if other[-1] is went_on[id(row)]) + 1
                else:
                    made.insert(at, (*row, None))
                    at += 1
            found = made
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form that `compare --json` prints: that of the comparison where there is one, else all of them."""
        if len(self.steps) == 1:
            return self.steps[0].to_json()
        return {"comparable": self.comparable, "steps": [step.to_json() for step in self.steps]}


def compare_versions(library: Library, documents: Sequence[Document]) -> VersionComparison:
    """What was changed from each of two or more documents to the next."""
    return VersionComparison(tuple(compare_texts(library, *each) for each in pairwise(documents)))


def compare_texts(library: Library, first: Document, second: Document) -> Comparison:
    """What was changed from one document to another."""
    common, pairs = pair_paragraphs(first, second)
    if common < MIN_COMMON_SHARE:
        pairs = ()
    changes = tuple(_make_change(library, first, second, each) for each in pairs if each.kind != "same")
    return Comparison(first, second, common, pairs, changes)


def pair_paragraphs(first: Document, second: Document) -> tuple[float, tuple[Pair, ...]]:
    """The share of words in common, and every paragraph with what it is in the other text: by part, in the order of the second,
    those that are only in the first behind what stands before them there."""
    texts = [find_paragraphs(each) for each in (first, second)]
    one, other = ([para for para in each if para.part != "footnote"] for each in texts)
    notes, others = ([para for para in each if para.part == "footnote"] for each in texts)
    found = align(one, other)
    kept = find_unmoved(found, [UNMOVED_WEIGHT + len(one[i].key) for i, _ in found])
    pairs = [_make_pair(one[i], other[j], n not in kept) for n, (i, j) in enumerate(found)]
    pairs = _pair_split_paragraphs(one, other, pairs)
    shared = sum((Counter(one[i].words) & Counter(other[j].words)).total() for i, j in found)
    shorter = min(sum(len(para.words) for para in side) for side in (one, other))
    borne = {each.before.block.ordinal: each.after.block.ordinal for each in pairs if each.before and each.after}
    pairs += _pair_footnotes(notes, others, borne)
    gone, come = _find_unpaired(texts[0], texts[1], pairs)
    pairs += [Pair(para, None, "removed") for para in gone] + [Pair(None, para, "added") for para in come]
    return shared / shorter if shorter else 1.0, tuple(_sort_pairs(pairs))


def _make_pair(before: Paragraph, after: Paragraph, out_of_order: bool = False) -> Pair:
    moved = out_of_order and before.sort == "paragraph" and (before.part, before.place) != (after.part, after.place)
    kind: Kind = "changed" if before.key != after.key else "moved" if moved else "same"
    return Pair(before, after, kind, moved)


def _pair_split_paragraphs(one: Sequence[Paragraph], other: Sequence[Paragraph], pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs with the other halves of paragraphs that were split in two, or two that were made one: what one has and its other half lacks is
    another pair with a paragraph that stands alone, and is not told of the first half, too."""
    halves = [(n, each.before, each.after, diff_words(each.before.text, each.after.text))
              for n, each in enumerate(pairs) if each.before and each.after and each.kind == "changed"]  # fmt: skip
    gone = [_longest_difference(before, pieces, "removed") for _, before, _, pieces in halves]
    come = [_longest_difference(after, pieces, "added") for _, _, after, pieces in halves]
    left, right = _find_unpaired(one, other, pairs)
    made = [*pairs]
    for i, j in match_halves(gone, right):
        n, before, *_ = halves[i]
        made[n] = replace(made[n], before=_remove_half(before, gone[i]))
        made.append(Pair(gone[i], right[j], "changed", halved="before"))
    for i, j in match_halves(come, left):
        n, _, after, _ = halves[i]
        made[n] = replace(made[n], after=_remove_half(after, come[i]))
        made.append(Pair(left[j], come[i], "changed", halved="after"))
    return made


def _longest_difference(para: Paragraph, pieces: Iterable[Piece], op: Op) -> Paragraph:
    """A paragraph with nothing but the longest of the words that the other half lacks."""
    return replace(para, text=max((each.text for each in pieces if each.op == op), key=len, default=""))


def _remove_half(para: Paragraph, half: Paragraph) -> Paragraph:
    """A paragraph without the words of a half."""
    return replace(para, text=" ".join("".join(para.text.split(half.text, 1)).split()))


def _find_unpaired(
    one: Sequence[Paragraph], other: Sequence[Paragraph], pairs: Sequence[Pair]
) -> tuple[list[Paragraph], list[Paragraph]]:
    """The paragraphs of each text that are in no pair."""
    before = {each.before.block.ordinal for each in pairs if each.before}
    after = {each.after.block.ordinal for each in pairs if each.after}
    return [p for p in one if p.block.ordinal not in before], [p for p in other if p.block.ordinal not in after]


def _pair_footnotes(one: Sequence[Paragraph], other: Sequence[Paragraph], borne: dict[int, int]) -> list[Pair]:
    """Footnotes with each other: those of a paragraph with those of what it became, then the rest."""
    found: list[Pair] = []
    for before, after in borne.items():
        old = [note for note in one if note.bearer == before]
        new = [note for note in other if note.bearer == after]
        mine = [_make_pair(old[i], new[j]) for i, j in align(old, new)]
        left, right = _find_unpaired(old, new, mine)
        if len(left) == len(right):  # as many as before: a source that was replaced
            mine += map(_make_pair, left, right)
        found += mine
    old, new = _find_unpaired(one, other, found)
    return found + [_make_pair(old[i], new[j]) for i, j in align(old, new)]


def _sort_pairs(pairs: Sequence[Pair]) -> list[Pair]:
    both = sorted((each.before.block.ordinal, each.after.block.ordinal) for each in pairs if each.before and each.after)
    firsts = [here for here, _ in both]

    def place(each: Pair) -> tuple[int, int, int, int]:
        part, own = PARTS.index(each.part), each.para.block.ordinal
        if each.after is not None:
            return part, own, 1, 0
        behind = bisect_left(firsts, own)
        return part, both[behind - 1][1] if behind else -1, 2, own

    return sorted(pairs, key=place)


def _make_change(library: Library, first: Document, second: Document, each: Pair) -> Change:
    old = cite(library, first, each.before.block) if each.before else None
    new = cite(library, second, each.after.block) if each.after else None
    if each.before and each.after:
        pieces = diff_words(each.before.text, each.after.text)
    else:
        pieces = (Piece("removed" if each.before else "added", each.para.text),)
    return Change(each.kind, each.part, each.moved, old, new, pieces)
