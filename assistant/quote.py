"""Verbatim answers: statements made of exact quotes, no language model needed."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Citation, Statement
from assistant.evidence import Scored, Unit

MARGIN = 2.0
"""How far below the best a further statement may score, in log-odds."""


def statement_of(unit: Unit) -> Statement:
    """One statement that says a unit's words, a citation for each span of them."""
    document, passage = unit.document, unit.evidence.id
    cites = [Citation.of(document, *span, locator, passage) for span, locator in unit.leads]
    cites.append(Citation.of(document, unit.start, unit.end, unit.locator, passage))
    return Statement(" ".join(" ".join(cite.quote.split()) for cite in cites), "quoted", tuple(cites))


def choose(scored: Sequence[Scored], threshold: float, most: int) -> list[Unit]:
    """The units to say: the best, and others near it that add something; in the order of their documents
    where they stand in one provision, else by score."""
    if not scored or scored[0].score < threshold:
        return []
    best = scored[0]
    chosen: list[Scored] = [best]
    for each in scored[1:]:
        if len(chosen) == most:
            break
        if each.score < threshold or each.score < best.score - MARGIN:
            break
        if not any(_overlaps(each.unit, other.unit) for other in chosen):
            chosen.append(each)
    return [each.unit for each in chosen]


def _overlaps(one: Unit, other: Unit) -> bool:
    return one.document.id == other.document.id and one.start < other.end and other.start < one.end
