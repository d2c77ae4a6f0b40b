"""Verbatim answers: statements made of exact quotes, no language model needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.qa.abstention import BESIDE, FURTHER
from assistant.qa.answer import Citation, Statement
from assistant.qa.units import Unit
from assistant.qa.weighing import Scored
from corpus.documents import Block, Document, Span

WHOLE_LIMIT = 1_500
"""Longest provision, in characters, that is quoted whole when several of its parts are meant."""


def statement_of(unit: Unit) -> Statement:
    """One statement that says a unit's words, a citation for each span of them."""
    document, passage = unit.document, unit.evidence.id
    cites = [Citation.of(document, *span, locator, passage) for span, locator in unit.leads]
    cites.append(Citation.of(document, unit.start, unit.end, unit.locator, passage))
    return Statement(" ".join(" ".join(cite.quote.split()) for cite in cites), "quoted", tuple(cites))


def heads_once(units: Sequence[Unit]) -> list[Unit]:
    """Rows of one table, the words that head it said with the first of them only."""
    said: set[tuple[str, Span]] = set()
    made = []
    for unit in units:
        if unit.document.blocks[unit.block].kind == "row" and unit.leads:
            spans = {(unit.document.id, span) for span, _ in unit.leads}
            unit = replace(unit, leads=()) if spans <= said else unit
            said |= spans
        made.append(unit)
    return made


def choose(scored: Sequence[Scored], most: int, *, closest: bool = False) -> list[Unit]:
    """The units to say, best first: the best that reaches the bar for an answer, or for what comes `closest`, and others near
    it that add something.

    Two parts of one provision that are both meant are said as the whole provision, where that is not too long.
    """
    above = [each.score - (each.bars.least if closest else 0.0) for each in scored]
    best = next((each.odds for each, far in zip(scored, above, strict=True) if far >= 0.0), None)
    if best is None:
        return []
    chosen: list[Unit] = []
    for each, far in zip(scored, above, strict=True):
        if len(chosen) == most:
            break
        if each.odds > best or each.odds < best - FURTHER or far < -BESIDE:
            continue
        if any(each.unit.overlaps(other) for other in chosen):
            continue
        beside = next((n for n, other in enumerate(chosen) if _provision(other) == _provision(each.unit)), None)
        whole = _whole(each.unit) if beside is not None else None
        if beside is not None and whole is not None:
            chosen[beside] = whole
        else:
            chosen.append(each.unit)
    return heads_once(_apart(chosen))


def _apart(units: Sequence[Unit]) -> list[Unit]:
    """Units that share no words: the one chosen first stays."""
    kept: list[Unit] = []
    for unit in units:
        if not any(unit.overlaps(other) for other in kept):
            kept.append(unit)
    return kept


def _provision(unit: Unit) -> tuple[str, int]:
    """The paragraph that a unit is in or under."""
    block = unit.document.blocks[unit.block]
    while block.parent is not None and unit.document.blocks[block.parent].kind != "heading":
        block = unit.document.blocks[block.parent]
    return unit.document.id, block.ordinal


def _whole(unit: Unit) -> Unit | None:
    """The paragraph that a unit is under, with all its sub-paragraphs; None where it is too long or has none."""
    document = unit.document
    top = document.blocks[_provision(unit)[1]]
    below = list(_descendants(document, top))
    if not below or not document.body(top).strip() or below[-1].end - top.body_start > WHOLE_LIMIT:
        return None
    return Unit(unit.evidence, top.body_start, below[-1].end, top.locator, top.ordinal)


def _descendants(document: Document, block: Block) -> list[Block]:
    found: list[Block] = []
    for child in document.children.get(block.ordinal, ()):
        if child.kind == "item":
            found += [child, *_descendants(document, child)]
    return found
