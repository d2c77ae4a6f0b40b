"""Texts within a text: the decisions and resolutions of a report, each under its number and with paragraphs of its own; and where
annexes end."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace

from corpus.decision_numbers import parse_decision_label
from ingest.readers.masthead_lines import ANNEX, CONTENTS
from ingest.structure import BOLD_DEPTH, Piece

OPENING = re.compile(
    r"^(?:(?:the|la|le|el|los|les) |l['’])[^.;:]{4,150},$|^(?:Генеральная|Совет|Экономический|Конференция|Комиссия)[^.;:]{0,120},$"
    r"|^(?:إن )[^.؛:]{4,100}،$|^(?:大会|安全理事会|经济及社会理事会|人权理事会|缔约方会议)，$",
    re.IGNORECASE,
)
"""The body that speaks, alone on a line with a comma: with it a resolution begins."""
_FIRST = re.compile(r"1(?:\.(?!\d)|．|、|\s)")
_LOOKED = 8
"""Pieces behind the number of a decision in which its opening is looked for."""


@dataclass
class Acts:
    """The decisions of a text: by ordinal the label of each heading that begins one, and the openings of these; the headings that end
    one, and those that end an annex."""

    labels: dict[int, str] = field(default_factory=dict)
    openings: set[int] = field(default_factory=set)
    ends: set[int] = field(default_factory=set)
    annex_ends: set[int] = field(default_factory=set)


def acts_of(found: Sequence[Piece]) -> dict[int, str]:
    """The labels of the decisions that a text holds, by the ordinals of their headings; none where it holds fewer than two. A number that
    tells no session, as of `Draft resolution II`, heads one where a body speaks below it."""
    heads: list[tuple[int, str, bool]] = []
    for n, piece in enumerate(found):
        line = " ".join(piece.text.split())
        known = parse_decision_label(line) if piece.kind in ("heading", "paragraph") and not piece.part else None
        if known and (piece.kind == "heading" or (not piece.number and line == known[0])):
            heads.append((n, *known))
    acts: dict[int, str] = {}
    for (n, label, full), end in zip(heads, [*(n for n, *_ in heads), len(found)][1:], strict=True):
        opens = any(map(_opens, found[n + 1 : min(end, n + 1 + _LOOKED)]))
        if opens or (full and _begins_count(found[n + 1 : end])):
            acts[n] = label
    return acts if len(set(acts.values())) > 1 else {}


def with_headings(found: Sequence[Piece]) -> list[Piece]:
    """The pieces of a text; the number of a decision and the word for an annex are headings where they stand alone on a line, too, as
    in a text without marks, but for those in a table of contents."""
    acts, made, listed = acts_of(found), [], False
    for n, piece in enumerate(found):
        listed = bool(CONTENTS.fullmatch(piece.text)) if piece.kind == "heading" else listed
        alone = n in acts or (not piece.part and ANNEX.fullmatch(piece.text.strip()))
        plain = piece.kind == "paragraph" and not listed
        made.append(replace(piece, kind="heading", depth=BOLD_DEPTH) if plain and alone else piece)
    return made


def _opens(piece: Piece) -> bool:
    return piece.kind == "paragraph" and not piece.number and OPENING.match(piece.text) is not None


def _begins_count(body: Sequence[Piece]) -> bool:
    """Whether the first paragraph with a number has the number 1."""
    return next((_FIRST.match(each.text) is not None for each in body
                 if each.kind == "paragraph" and not each.part and re.match(r"\d{1,3}[.．、\s]", each.text)), False)  # fmt: skip


def parted(found: Sequence[Piece]) -> Acts:
    """The decisions of a text and where they and its annexes end: with a heading as far out as theirs, or for annexes further out, unless
    the paragraphs below it go on with their count. Titles right behind a number, or behind the word for an annex, end nothing."""
    acts = Acts(acts_of(found))
    for n in acts.labels:
        acts.openings |= {m for m in range(n + 1, min(len(found), n + 1 + _LOOKED)) if _opens(found[m])}
    ahead = _counts_ahead(found, acts.labels)
    act: int | None = None  # how far out the heading of the decision is that is open
    outer: int | None = None  # the same of the annex that holds the decisions
    annex: int | None = None  # and of the annex that is open in it, or where no decision is
    last = before = 0  # the number of the last paragraph, and of the last before the decisions
    fresh, flat = False, False
    for n, piece in enumerate(found):
        if piece.kind != "heading" or piece.part:
            fresh = fresh and piece.part != ""
            last = _count(piece) or last
            continue
        depth, further = piece.depth, annex is not None and _further(piece.depth, annex)
        if n in acts.labels:
            if act is None:
                outer, before = (None if further else annex), last
                acts.annex_ends |= {n} if further else set()
            act, annex, last, fresh = depth, None, 0, True
        elif ANNEX.match(piece.text):
            later = n < max(acts.labels, default=0)
            if act is not None and (depth < act or (depth == act and not later and not flat)):
                acts.ends.add(n)
                act = outer = None
            flat = flat or act == depth
            annex, last, fresh = depth, 0, True
        elif fresh:  # a title
            annex = min(annex, depth) if annex is not None else None
        elif ahead[n] != last + 1 or (act is not None and before and ahead[n] == before + 1):
            if further:
                acts.annex_ends.add(n)
                annex = None
            if act is not None and depth <= act and (annex is None or ahead[n] == before + 1 > 1):
                acts.ends.add(n)
                act, annex, outer, last = None, outer, None, before
                if annex is not None and _further(depth, annex):
                    acts.annex_ends.add(n)
                    annex = None
    return acts


def _further(depth: int, annex: int) -> bool:
    """Whether a heading stands further out than that of an annex; what is in bold letters alone may be as far out as anything."""
    return depth < annex < BOLD_DEPTH


def _count(piece: Piece) -> int:
    """The number of a numbered paragraph, of `24.11` the last part; 0 for other pieces."""
    numbers = re.findall(r"\d+", piece.number or "") if piece.kind == "paragraph" else []
    return int(numbers[-1]) if numbers else 0


def _counts_ahead(found: Sequence[Piece], heads: Container[int]) -> list[int]:
    """For each piece the number of the next numbered paragraph behind it; 0 where a decision or an annex begins before that."""
    ahead, counts = 0, []
    for n in reversed(range(len(found))):
        counts.append(ahead)
        begins = found[n].kind == "heading" and (n in heads or ANNEX.match(found[n].text))
        ahead = 0 if begins else _count(found[n]) or ahead
    return counts[::-1]
