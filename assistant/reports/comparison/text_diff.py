"""Compare two texts: which paragraphs are new, deleted, changed, moved or renumbered, with the words that differ."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, Literal

from assistant.qa.answer import Citation
from assistant.qa.metadata import adoption_lines, draft_lines, line_text
from assistant.reports.comparison.alignment import align, find_unmoved, match_halves
from assistant.reports.comparison.paragraphs import (
    CLOSING_SIGNS,
    MINUS,
    PARTS,
    Paragraph,
    Part,
    find_paragraphs,
    fold_text,
    normalized_key,
    strip_number,
)
from assistant.reports.lookup import cite
from assistant.reports.quoted_tables import ELLIPSIS, as_json
from assistant.wording.drafting import grammar_of
from corpus.documents import Document
from corpus.library import Library

Op = Literal["same", "removed", "added"]
MAX_ISLAND_WORDS = 3
"""Two changes that share no more words between them are shown as one, where both change more words than that."""
_TOKEN = re.compile(
    rf"(?:[㐀-鿿]|(?:{MINUS})?(?:\d{{1,3}}(?:[ \u00a0\u202f]\d{{3}})+(?!\w)|[^\W_㐀-鿿]+)"
    r"(?:['’\-‐‑.,/][^\W_㐀-鿿]+)*|\S)\s*|\s+"
)
"""A word, a number (−12 500), a sign or a Chinese character with the white space after it."""

_Run = tuple[bool, list[str], list[str]]
"""Whether words are the same, and the words of both texts."""


@dataclass(frozen=True)
class Piece:
    """Words that both texts have, as the later one has them, or words of one of them. `earlier`: the words of the
    earlier text, where only typography differs."""

    op: Op
    text: str
    earlier: str | None = None

    @classmethod
    def both(cls, before: str, after: str) -> Piece:
        """Words that are the same in two texts but for typography."""
        return cls("same", after, before if before != after else None)

    def to_json(self) -> dict[str, str]:
        """The stable JSON form; `earlier` only where it differs from `text`."""
        return {"op": self.op, "text": self.text} | ({} if self.earlier is None else {"earlier": self.earlier})


def diff_words(before: str, after: str) -> tuple[Piece, ...]:
    """The differences between two texts by word, in Chinese by character."""
    first_tokens, second_tokens = (_TOKEN.findall(text) for text in (before, after))
    keys = [[_fold_token(token) for token in side] for side in (first_tokens, second_tokens)]
    if all(side and side[-1] in CLOSING_SIGNS for side in keys):
        keys[0][-1] = keys[1][-1]
    runs: list[_Run] = []
    for op, a, b, c, d in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        old, new = first_tokens[a:b], second_tokens[c:d]
        runs += [(True, old, new)] if op == "equal" else _trim_change(old, new)
    pieces: list[Piece] = []
    carried_space = ""
    for same, old, new in _merge_islands(runs):
        removed, added = carried_space * same + "".join(old), carried_space * same + "".join(new)
        carried_space = ""
        if same:
            pieces += [Piece.both(removed, added)] if removed or added else []
            continue
        if removed and added and removed[-1] == added[-1] == " ":
            removed, added, carried_space = removed[:-1], added[:-1], " "
        pieces += [Piece("removed", removed)] if removed else []
        pieces += [Piece("added", added)] if added else []
    return (*pieces, Piece("same", carried_space)) if carried_space else tuple(pieces)


def earlier_pieces(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The pieces of the first of two texts, in its words."""
    return tuple(to_earlier(each) for each in pieces if each.op != "added")


def later_pieces(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The pieces of the second of two texts, in its words."""
    return tuple(each for each in pieces if each.op != "removed")


def to_earlier(piece: Piece) -> Piece:
    """A piece in the words of the earlier text."""
    return piece if piece.earlier is None else Piece(piece.op, piece.earlier)


def _trim_change(old: list[str], new: list[str]) -> Iterator[_Run]:
    """A change without what is the same at its ends but for typography, such as a space within a word."""
    folded = [[_fold_token(token) for token in side] for side in (old, new)]
    if "".join(folded[0]) == "".join(folded[1]):
        yield True, old, new
        return
    a, b = _common_prefix(*folded)
    rests = (folded[0][a:], folded[1][b:])
    c, d = _common_prefix(*([token[::-1] for token in reversed(rest)] for rest in rests))
    c, d = len(old) - c, len(new) - d
    runs = ((True, old[:a], new[:b]), (False, old[a:c], new[b:d]), (True, old[c:], new[d:]))
    yield from (run for run in runs if run[1] or run[2])


def _common_prefix(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many tokens at the start of both sides are the same when joined."""
    counts = [{joined: n for n, joined in enumerate(accumulate(side), 1)} for side in (old, new)]
    longest = max(counts[0].keys() & counts[1].keys() - {""}, key=len, default="")
    return (counts[0][longest], counts[1][longest]) if longest else (0, 0)


def _fold_token(token: str) -> str:
    return "".join(fold_text(token).split())


def _merge_islands(runs: Sequence[_Run]) -> list[_Run]:
    """The runs, with changes merged that share next to nothing between them."""
    merged: list[_Run] = []
    for index, (same, old, new) in enumerate(runs):
        if same and merged and index + 1 < len(runs):
            neighbours = merged[-1], runs[index + 1]
            change_length = min(max(len(before), len(after)) for _, before, after in neighbours)
            same = any(each[0] for each in neighbours) or len(new) > min(MAX_ISLAND_WORDS, change_length)
        if merged and merged[-1][0] == same:
            merged[-1] = (same, merged[-1][1] + old, merged[-1][2] + new)
        else:
            merged.append((same, old, new))
    return merged


Kind = Literal["same", "changed", "split", "merged", "added", "removed", "moved"]

MIN_COMMON_SHARE = 1 / 3
"""Two texts are not compared where a smaller share of the words of the shorter one is in paragraphs of both."""
UNMOVED_WEIGHT = 1_000_000
"""The weight of a paragraph besides its letters, so that as few as possible count as moved."""


@dataclass(frozen=True)
class Pair:
    """A paragraph of the first text and the corresponding one in the second; None where there is none.

    A paragraph that was split in two, or two that were merged, is in two pairs; in that of the smaller half, `halved` is
    the text in which it is not a whole paragraph.
    """

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
        """In which part of the text it is shown."""
        return self.para.part

    @property
    def has_number(self) -> bool:
        """Whether it has a number; headings have none."""
        return self.para.group != "heading" and bool(self.para.place)

    @property
    def renumbered(self) -> bool:
        """Whether only its number changed, and it was not moved; numbers of footnotes don't matter."""
        places = {each.place for each in (self.before, self.after) if each}
        return self.kind == "same" and self.part != "footnote" and len(places) > 1


Row = tuple[Pair | None, ...]
"""What became of a paragraph at each step; None before it was added and after it was deleted."""


@dataclass(frozen=True)
class Change:
    """One paragraph that differs. `before` and `after` cite it in the two documents, None where it is missing; the
    pieces have its words before and after. `moved`: it is after other paragraphs than before."""

    kind: Kind
    part: Part
    moved: bool
    before: Citation | None
    after: Citation | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Comparison:
    """What became of each paragraph from a first document to a second, and the changes by part in the order of the
    second.

    `common` is the share (0 to 1) of the words of the shorter text in paragraphs of both; below `MIN_COMMON_SHARE`
    the texts are not compared and there are no pairs.
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
        """The labels of both texts."""
        return f"{self.first.label} → {self.second.label}"

    @cached_property
    def same(self) -> int:
        """How many paragraphs are the same, moved or not."""
        return sum(pair.kind in ("same", "moved") for pair in self.pairs)

    @cached_property
    def renumbered(self) -> int:
        """How many of those that are the same have another number."""
        return sum(pair.renumbered for pair in self.pairs)

    @cached_property
    def about(self) -> dict[str, tuple[Piece, ...]]:
        """What the two texts say otherwise of themselves: title, who proposed them (of a draft), and how they were adopted."""
        texts = [_describe(each) for each in (self.first, self.second)]
        if all(each["adoption"] for each in texts):  # the meeting and the day always differ, the vote need not
            texts = [each | {"adoption": each["vote"]} for each in texts]
        return {
            name: diff_words(texts[0][name], texts[1][name])
            for name in ("title", "proposers", "adoption")
            if normalized_key(texts[0][name]) != normalized_key(texts[1][name])
        }

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form that `compare --json` prints."""
        return {
            "first": self.first.id,
            "second": self.second.id,
            "comparable": self.comparable,
            "common": round(self.common, 3),
            "same": self.same,
            "renumbered": self.renumbered,
            "about": {name: as_json(pieces) for name, pieces in self.about.items()},
            "numbers": [
                {
                    "part": pair.part,
                    "before": pair.before and pair.before.place,
                    "after": pair.after and pair.after.place,
                    "kind": pair.kind,
                    "moved": pair.moved,
                }
                for pair in self.pairs
                if pair.has_number
            ],
            "changes": as_json(self.changes),
        }


@dataclass(frozen=True)
class VersionComparison:
    """Two or more successive versions of a text, each compared with the one before."""

    steps: tuple[Comparison, ...]

    @property
    def language(self) -> str:
        """The language of the last version."""
        return self.steps[-1].second.language

    @property
    def comparable(self) -> bool:
        """Whether each has enough in common with the one before."""
        return all(step.comparable for step in self.steps)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """All paragraphs, in the order of the last version, deleted ones after what preceded them."""
        rows: list[Row] = [(pair,) for pair in self.steps[0].pairs]
        for n, step in enumerate(self.steps[1:], 1):
            row_by_after = {last.after.block.ordinal: row for row in rows if (last := row[-1]) and last.after}
            continuing = {id(row_by_after[each.before.block.ordinal]): each for each in step.pairs if each.before}
            earlier = (row_by_after[each.before.block.ordinal] if each.before else (None,) * n for each in step.pairs)
            next_rows: list[Row] = [(*row, each) for row, each in zip(earlier, step.pairs, strict=True)]
            position = 0
            for row in rows:
                if id(row) in continuing:
                    position = next(m for m, other in enumerate(next_rows) if other[-1] is continuing[id(row)]) + 1
                else:
                    next_rows.insert(position, (*row, None))
                    position += 1
            rows = next_rows
        return tuple(rows)

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form that `compare --json` prints: that of the only comparison, else of all."""
        if len(self.steps) == 1:
            return self.steps[0].to_json()
        return {"comparable": self.comparable, "steps": [step.to_json() for step in self.steps]}


def compare_versions(library: Library, documents: Sequence[Document]) -> VersionComparison:
    """Compare each of two or more documents with the next."""
    return VersionComparison(tuple(compare_texts(library, *each) for each in pairwise(documents)))


def compare_texts(library: Library, first: Document, second: Document) -> Comparison:
    """Compare one document with another."""
    common_share, pairs = pair_paragraphs(first, second)
    if common_share < MIN_COMMON_SHARE:
        pairs = ()
    changes = tuple(_make_change(library, first, second, each) for each in pairs if each.kind != "same")
    return Comparison(first, second, common_share, pairs, changes)


def _describe(document: Document) -> dict[str, str]:
    """What a text says of itself besides its paragraphs; empty where it says nothing."""
    vote, adoption = grammar_of(document.language).vote, adoption_lines(document)
    votes = [each for each in adoption if vote.search(line_text(document, each))]
    lines = {"proposers": draft_lines(document), "adoption": adoption, "vote": votes}
    described = {name: " ".join(line_text(document, each) for each in blocks) for name, blocks in lines.items()}
    named_after_file = document.title in (document.source, document.label)
    return described | {"title": "" if named_after_file else strip_number(document.symbol, document.title)}


def pair_paragraphs(first: Document, second: Document) -> tuple[float, tuple[Pair, ...]]:
    """The share of words in common, and each paragraph with its counterpart: by part, in the order of the second
    text, those only in the first after what precedes them there."""
    both_drafts = all(draft_lines(each) for each in (first, second))  # an adopted text does not say who proposed it
    texts = [find_paragraphs(each, proposers=both_drafts) for each in (first, second)]
    old, new = ([para for para in each if para.part != "footnote"] for each in texts)
    old_notes, new_notes = ([para for para in each if para.part == "footnote"] for each in texts)
    aligned = align(old, new)
    unmoved = find_unmoved(aligned, [UNMOVED_WEIGHT + len(old[i].key) for i, _ in aligned])
    pairs = [_make_pair(old[i], new[j], n not in unmoved) for n, (i, j) in enumerate(aligned)]
    pairs = _pair_split_paragraphs(old, new, pairs)
    shared = sum((Counter(old[i].words) & Counter(new[j].words)).total() for i, j in aligned)
    shorter = min(sum(len(para.words) for para in side) for side in (old, new))
    pairs += _pair_footnotes(old_notes, new_notes, _paired_ordinals(pairs))
    removed, added = _find_unpaired(texts[0], texts[1], pairs)
    pairs += [Pair(para, None, "removed") for para in removed] + [Pair(None, para, "added") for para in added]
    return shared / shorter if shorter else 1.0, tuple(_sort_pairs(pairs))


def _paired_ordinals(pairs: Iterable[Pair]) -> list[tuple[int, int]]:
    """The ordinals in both texts of the paragraphs that are in both."""
    return [(each.before.block.ordinal, each.after.block.ordinal) for each in pairs if each.before and each.after]


def _make_pair(before: Paragraph, after: Paragraph, out_of_order: bool = False) -> Pair:
    moved = out_of_order and before.group == "paragraph" and (before.part, before.place) != (after.part, after.place)
    kind: Kind = "changed" if before.key != after.key else "moved" if moved else "same"
    return Pair(before, after, kind, moved)


def _pair_split_paragraphs(old: Sequence[Paragraph], new: Sequence[Paragraph], pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs, with the second halves of paragraphs that were split in two, and of two that were merged: what one
    has and its other half lacks is paired with an unpaired paragraph, and removed from the first pair."""
    halves = [(index, each.before, each.after, diff_words(each.before.text, each.after.text))
              for index, each in enumerate(pairs) if each.before and each.after and each.kind == "changed"]  # fmt: skip
    removed = [_longest_difference(before, pieces, "removed") for _, before, _, pieces in halves]
    added = [_longest_difference(after, pieces, "added") for _, _, after, pieces in halves]
    unpaired_first, unpaired_second = _find_unpaired(old, new, pairs)
    result = [*pairs]
    for i, j in match_halves(removed, unpaired_second):
        index, before, *_ = halves[i]
        result[index] = replace(result[index], before=_remove_half(before, removed[i]), kind="split")
        result.append(Pair(removed[i], unpaired_second[j], "split", halved="before"))
    for i, j in match_halves(added, unpaired_first):
        index, _, after, _ = halves[i]
        result[index] = replace(result[index], after=_remove_half(after, added[i]), kind="merged")
        result.append(Pair(unpaired_first[j], added[i], "merged", halved="after"))
    return result


def _longest_difference(para: Paragraph, pieces: Iterable[Piece], op: Op) -> Paragraph:
    """A paragraph with only the longest of the words that the other half lacks."""
    return replace(para, text=max((each.text.strip() for each in pieces if each.op == op), key=len, default=""))


def _remove_half(para: Paragraph, half: Paragraph) -> Paragraph:
    """A paragraph without the words of a half, with an ellipsis where they are from its middle."""
    rest = map(str.strip, para.text.split(half.text, 1))
    return replace(para, text=f" {ELLIPSIS} ".join(filter(None, rest)))


def _find_unpaired(
    old: Sequence[Paragraph], new: Sequence[Paragraph], pairs: Sequence[Pair]
) -> tuple[list[Paragraph], list[Paragraph]]:
    """The paragraphs of each text that are in no pair."""
    before = {each.before.block.ordinal for each in pairs if each.before}
    after = {each.after.block.ordinal for each in pairs if each.after}
    old_unpaired = [para for para in old if para.block.ordinal not in before]
    return old_unpaired, [para for para in new if para.block.ordinal not in after]


def _pair_footnotes(
    old: Sequence[Paragraph], new: Sequence[Paragraph], paired_ordinals: Sequence[tuple[int, int]]
) -> list[Pair]:
    """Pair footnotes: those of a paragraph with those of its counterpart, then the rest."""
    pairs: list[Pair] = []
    for before, after in dict(paired_ordinals).items():
        own = [note for note in old if note.bearer == before], [note for note in new if note.bearer == after]
        own_pairs = _align_pairs(*own)
        unpaired_old, unpaired_new = _find_unpaired(*own, own_pairs)
        if len(unpaired_old) == len(unpaired_new):  # the same number: sources were replaced
            own_pairs += map(_make_pair, unpaired_old, unpaired_new)
        pairs += own_pairs
    return pairs + _align_pairs(*_find_unpaired(old, new, pairs))


def _align_pairs(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> list[Pair]:
    return [_make_pair(old[i], new[j]) for i, j in align(old, new)]


def _sort_pairs(pairs: Sequence[Pair]) -> list[Pair]:
    paired = sorted(_paired_ordinals(pairs))
    first_ordinals = [here for here, _ in paired]

    def sort_key(each: Pair) -> tuple[int, int, int, int]:
        part, ordinal = PARTS.index(each.part), each.para.block.ordinal
        if each.after is not None:
            return part, ordinal, 1, 0
        index = bisect_left(first_ordinals, ordinal)
        return part, paired[index - 1][1] if index else -1, 2, ordinal

    return sorted(pairs, key=sort_key)


def _make_change(library: Library, first: Document, second: Document, each: Pair) -> Change:
    old = cite(library, first, each.before.block) if each.before else None
    new = cite(library, second, each.after.block) if each.after else None
    if each.before and each.after:
        pieces = diff_words(each.before.text, each.after.text)
    else:
        pieces = (Piece("removed" if each.before else "added", each.para.text),)
    return Change(each.kind, each.part, each.moved, old, new, pieces)
