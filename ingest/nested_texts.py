"""Finds texts within a text: the decisions and resolutions of a report, each under its number and with paragraphs of
its own; and where annexes end."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace

from corpus.decision_numbers import parse_decision_label
from ingest.readers.masthead_lines import ANNEX, CONTENTS, HAN_BODY
from ingest.structure import BOLD_DEPTH, Piece

OPENING = re.compile(
    r"^(?:(?:the|la|le|el|los|les) |l['’])[^.;:]{4,150},$"
    r"|^(?:[а-яё-]+(?:ая|[ыио]й) (?:и )?){0,4}(?:Ассамблея|Совет|Конференция|Комиссия|Комитет|Совещание|Группа)(?!\w)[^.;:]{0,150},$"
    rf"|^إن [^.؛:]{{4,100}}[،,]$|^(?:作为[^，,。；;]{{1,40}}的)?[^，,。；;的\d]{{0,16}}{HAN_BODY}[，,]$",
    re.IGNORECASE,
)
"""The line with which a resolution begins: the body that adopts it, alone on a line and followed by a comma."""
_FIRST = re.compile(r"1(?:\.(?!\d)|．|、|\s)")
_MAX_OPENING_DISTANCE = 8  # number of pieces after the number of a decision within which its opening is searched


@dataclass
class Acts:
    """The decisions of a text: `labels` maps the ordinals of the headings that begin one to their labels, `openings`
    are the ordinals of their openings, `ends` the headings that end one, `annex_ends` those that end an annex."""

    labels: dict[int, str] = field(default_factory=dict)
    openings: set[int] = field(default_factory=set)
    ends: set[int] = field(default_factory=set)
    annex_ends: set[int] = field(default_factory=set)


def find_act_headings(pieces: Sequence[Piece]) -> dict[int, str]:
    """The labels of the decisions in a text, by the ordinals of their headings; none where it has fewer than two. A
    number without a session, such as `Draft resolution II`, begins one only where an opening follows."""
    heads: list[tuple[int, str, bool]] = []
    for n, piece in enumerate(pieces):
        line = " ".join(piece.text.split())
        known = parse_decision_label(line) if piece.kind in ("heading", "paragraph") and not piece.part else None
        if known and (piece.kind == "heading" or (not piece.number and line == known[0])):
            heads.append((n, *known))
    acts: dict[int, str] = {}
    for (n, label, full), end in zip(heads, [*(n for n, *_ in heads), len(pieces)][1:], strict=True):
        opens = any(map(_is_opening, pieces[n + 1 : min(end, n + 1 + _MAX_OPENING_DISTANCE)]))
        if opens or (full and _starts_at_one(pieces[n + 1 : end])):
            acts[n] = label
    return acts if len(set(acts.values())) > 1 else {}


def mark_act_headings(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces of a text, in which the number of a decision and the word for an annex are headings also where they
    only stand alone on a line, as in a text without markup; entries of a table of contents are not changed."""
    acts, result, listed = find_act_headings(pieces), [], False
    for n, piece in enumerate(pieces):
        listed = bool(CONTENTS.fullmatch(piece.text)) if piece.kind == "heading" else listed
        alone = n in acts or (not piece.part and ANNEX.fullmatch(piece.text.strip()))
        plain = piece.kind == "paragraph" and not listed
        result.append(replace(piece, kind="heading", depth=BOLD_DEPTH) if plain and alone else piece)
    return result


def _is_opening(piece: Piece) -> bool:
    return piece.kind == "paragraph" and not piece.number and OPENING.match(piece.text) is not None


def _starts_at_one(body: Sequence[Piece]) -> bool:
    """Whether the first numbered paragraph has the number 1."""
    return next((_FIRST.match(piece.text) is not None for piece in body
                 if piece.kind == "paragraph" and not piece.part and re.match(r"\d{1,3}[.．、\s]", piece.text)), False)  # fmt: skip


def find_acts(pieces: Sequence[Piece]) -> Acts:
    """The decisions of a text, and where they and its annexes end: at a heading of the same level or further out (for
    annexes: further out), unless the paragraphs below it continue their count. Titles right after a number, or after
    the word for an annex, end nothing."""
    acts = Acts(find_act_headings(pieces))
    for n in acts.labels:
        acts.openings |= {
            m for m in range(n + 1, min(len(pieces), n + 1 + _MAX_OPENING_DISTANCE)) if _is_opening(pieces[m])
        }
    ahead = _next_numbers(pieces, acts.labels)
    act: int | None = None  # level of the heading of the open decision
    outer: int | None = None  # level of the annex that has the decisions
    annex: int | None = None  # level of the annex that is open within the decision, or without one
    last = before = 0  # the number of the last paragraph, and of the last before the decisions
    fresh, flat = False, False
    for n, piece in enumerate(pieces):
        if piece.kind != "heading" or piece.part:
            fresh = fresh and piece.part != ""
            last = _paragraph_number(piece) or last
            continue
        depth, further = piece.depth, annex is not None and _is_outer(piece.depth, annex)
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
                if annex is not None and _is_outer(depth, annex):
                    acts.annex_ends.add(n)
                    annex = None
    return acts


def _is_outer(depth: int, annex: int) -> bool:
    """Whether a heading is further out than that of an annex; a heading that is only bold may be at any level."""
    return depth < annex < BOLD_DEPTH


def _paragraph_number(piece: Piece) -> int:
    """The number of a numbered paragraph, the last part of `24.11`; 0 for other pieces."""
    numbers = re.findall(r"\d+", piece.number or "") if piece.kind == "paragraph" else []
    return int(numbers[-1]) if numbers else 0


def _next_numbers(pieces: Sequence[Piece], heads: Container[int]) -> list[int]:
    """For each piece the number of the next numbered paragraph; 0 where a decision or an annex begins before it."""
    ahead, counts = 0, []
    for n in reversed(range(len(pieces))):
        counts.append(ahead)
        begins = pieces[n].kind == "heading" and (n in heads or ANNEX.match(pieces[n].text))
        ahead = 0 if begins else _paragraph_number(pieces[n]) or ahead
    return counts[::-1]
