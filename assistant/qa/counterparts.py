"""The same place in another language version: what was found in one is quoted in the question's language."""

from __future__ import annotations

from collections import Counter

from assistant.qa.retriever import Evidence
from assistant.qa.units import Unit
from corpus.documents import Block, Document, Span
from corpus.library import Library


def in_language(unit: Unit, library: Library, language: str) -> Unit:
    """A unit at the same place of the language version that is held of its document, whole blocks of it; the unit
    itself where there is none, or where one of its places is not found there exactly once."""
    document = unit.document
    version = library.versions().of(document.id)
    if version is None or document.language == language:
        return unit
    for other in library.versions().held:
        same = other.symbol == version.symbol and other.header.part == version.header.part
        if same and other.header.language == language and other.header.edition == version.header.edition:
            return _moved(unit, library.document(other.id), library) or unit
    return unit


def _moved(unit: Unit, other: Document, library: Library) -> Unit | None:
    document = unit.document
    first = _counterpart(document, unit.start, other)
    last = _counterpart(document, unit.end - 1, other)
    if first is None or last is None or last.ordinal < first.ordinal:
        return None
    if {first.page, last.page} & set(other.unquotable):
        return None
    leads: list[tuple[Span, str]] = []
    for (start, _), _ in unit.leads:
        lead = _counterpart(document, start, other)
        if lead is None:
            return None
        leads.append(((lead.body_start, lead.end), lead.locator))
    home = library.passage_at(other.id, first.start)
    passage = library.passages_by_id([home])[home] if home else None
    if passage is None:
        return None
    evidence = Evidence(passage, other, unit.evidence.score, None, None)
    begin = first.start if first.kind in ("row", "footnote") else first.body_start
    moved = Unit(evidence, begin, last.end, first.locator, first.ordinal, tuple(leads))
    return None if moved.empty else moved


def _counterpart(document: Document, position: int, other: Document) -> Block | None:
    """The block of another language version at the place of a character, where both have that place once."""
    block = document.block_at(position)
    if block is None:
        return None
    key = block.kind, block.locator
    here, there = _places(document), _places(other)
    if here[key] != 1 or there[key] != 1:
        return None
    return next(each for each in other.blocks if (each.kind, each.locator) == key)


def _places(document: Document) -> Counter[tuple[str, str]]:
    return Counter((block.kind, block.locator) for block in document.blocks)
