"""Two texts compared: which paragraphs were changed, added, removed or moved, with word-level differences.

Paragraphs are aligned by the longest matching runs of equal ones (Ratcliff and Obershelp, as `difflib` has it); what is
left between two runs is paired by the words shared.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from assistant.qa.answer import Citation, citation_json
from corpus.documents import Block, Document
from corpus.library import Library

Op = Literal["same", "removed", "added"]
Kind = Literal["changed", "added", "removed", "moved"]

ALIKE = 0.4
"""Share of the words of two paragraphs (Dice) from which on one is taken for a change of the other."""
GAP = 150
"""Most paragraphs between two runs that are paired by their words; longer gaps are paired in pieces."""
_TOKEN = re.compile(r"[㐀-鿿]|[^\W\d_㐀-鿿]+(?:['’\-][^\W\d_]+)*|\d+(?:[.,]\d+)*|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """Words that both texts have, or one of them."""

    op: Op
    text: str


@dataclass(frozen=True)
class Change:
    """One paragraph that differs. `before` and `after` cite it in the two documents, None where it is not there;
    the pieces joined without the added words are the words before, without the removed ones those after."""

    kind: Kind
    before: Citation | None
    after: Citation | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Comparison:
    """All changes from a first document to a second, in the order of the second.

    `same` counts the paragraphs that are equal, `renumbered` those of them whose place has another number.
    """

    first: str
    second: str
    first_label: str
    second_label: str
    language: str
    changes: tuple[Change, ...]
    same: int
    renumbered: int

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form that `compare --json` prints."""
        return {
            "first": self.first,
            "second": self.second,
            "same": self.same,
            "renumbered": self.renumbered,
            "changes": [
                {
                    "kind": change.kind,
                    "before": change.before and citation_json(change.before, n),
                    "after": change.after and citation_json(change.after, n),
                    "pieces": [asdict(piece) for piece in change.pieces],
                }
                for n, change in enumerate(self.changes, 1)
            ],
        }


@dataclass(frozen=True)
class _Part:
    block: Block
    text: str


_Pair = tuple[_Part | None, _Part | None]


def compare_texts(library: Library, first: Document, second: Document) -> Comparison:
    """What was changed from one document to another."""
    one, other = _parts(first), _parts(second)
    matcher = SequenceMatcher(None, [p.text for p in one], [p.text for p in other], autojunk=False)
    same = renumbered = 0
    gaps: list[tuple[list[_Part], list[_Part]]] = []
    for op, a, b, c, d in matcher.get_opcodes():
        if op == "equal":
            same += b - a
            renumbered += sum(x.block.locator != y.block.locator for x, y in zip(one[a:b], other[c:d], strict=True))
        else:
            gaps.append((one[a:b], other[c:d]))
    found: list[_Pair] = list(_moved(gaps))
    for old, new in gaps:
        found += _paired(old, new)
    changes = [_change(library, first, second, before, after) for before, after in _in_order(found)]
    return Comparison(first.id, second.id, first.label, second.label, second.language, tuple(changes), same, renumbered)


def pieces_of(before: str, after: str) -> tuple[Piece, ...]:
    """The words of two texts, told apart; Chinese by character."""
    one, other = _TOKEN.findall(before), _TOKEN.findall(after)
    made: list[Piece] = []
    for op, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if op == "equal":
            made.append(Piece("same", "".join(one[a:b])))
            continue
        if b > a:
            made.append(Piece("removed", "".join(one[a:b])))
        if d > c:
            made.append(Piece("added", "".join(other[c:d])))
    return tuple(made)


def _parts(document: Document) -> list[_Part]:
    """The blocks of a document that hold words, white space evened."""
    made = []
    for block in document.blocks:
        text = " ".join(document.quote(*document.trimmed(block.body_start, block.end)).split())
        if text and block.locator != "contents":
            made.append(_Part(block, text))
    return made


def _paired(one: Sequence[_Part], other: Sequence[_Part]) -> Iterator[_Pair]:
    """The paragraphs of a gap, those that are alike paired without crossing, in order."""
    if len(one) > GAP or len(other) > GAP:
        for start in range(0, max(len(one), len(other)), GAP):
            yield from _paired(one[start : start + GAP], other[start : start + GAP])
        return
    bags, others = ([_words(part) for part in parts] for parts in (one, other))
    # Longest common subsequence, weighted by likeness.
    best = [[0.0] * (len(other) + 1) for _ in range(len(one) + 1)]
    likes = [[_likeness(a, b) for b in others] for a in bags]
    for i in range(len(one) - 1, -1, -1):
        for j in range(len(other) - 1, -1, -1):
            pair = likes[i][j] + best[i + 1][j + 1] if likes[i][j] >= ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], pair)
    i = j = 0
    while i < len(one) and j < len(other):
        if likes[i][j] >= ALIKE and best[i][j] == likes[i][j] + best[i + 1][j + 1]:
            yield one[i], other[j]
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            yield one[i], None
            i += 1
        else:
            yield None, other[j]
            j += 1
    yield from ((part, None) for part in one[i:])
    yield from ((None, part) for part in other[j:])


def _words(part: _Part) -> Counter[str]:
    return Counter(token for token in _TOKEN.findall(part.text.casefold()) if token[0].isalnum())


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    total = sum(one.values()) + sum(other.values())
    return 2 * sum((one & other).values()) / total if total else 0.0


def _moved(gaps: Sequence[tuple[list[_Part], list[_Part]]]) -> Iterator[tuple[_Part, _Part]]:
    """The paragraphs that stand in one gap before and in another place after, which are taken out of the gaps."""
    gone: dict[str, list[_Part]] = {}
    for old, _ in gaps:
        for part in old:
            gone.setdefault(part.text, []).append(part)
    for _, new in gaps:
        for part in list(new):
            if gone.get(part.text):
                origin = gone[part.text].pop(0)
                new.remove(part)
                next(old for old, _ in gaps if origin in old).remove(origin)
                yield origin, part


def _in_order(found: Sequence[_Pair]) -> list[_Pair]:
    """The pairs in the order of the second text, what was removed behind what stands before it in the first."""
    places = sorted((before.block.ordinal, after.block.ordinal) for before, after in found if before and after)

    def place(pair: _Pair) -> tuple[int, int, int]:
        before, after = pair
        if after is not None:
            return after.block.ordinal, 1, 0
        assert before is not None
        behind = [there for here, there in places if here < before.block.ordinal]
        return (behind[-1] if behind else -1), 2, before.block.ordinal

    return sorted(found, key=place)


def _change(library: Library, first: Document, second: Document, before: _Part | None, after: _Part | None) -> Change:
    old = _cite(library, first, before) if before else None
    new = _cite(library, second, after) if after else None
    if before and after:
        kind: Kind = "moved" if before.text == after.text else "changed"
        return Change(kind, old, new, pieces_of(before.text, after.text))
    part = before or after
    assert part is not None
    return Change("removed" if before else "added", old, new, (Piece("removed" if before else "added", part.text),))


def _cite(library: Library, document: Document, part: _Part) -> Citation:
    block = part.block
    evidence = library.passage_at(document.id, block.body_start) or ""
    return Citation.of(document, block.body_start, block.end, block.locator, evidence)
