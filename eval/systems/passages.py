"""Passages as answers: claims, quotes and citations of a system that does not write sentences of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from corpus.documents import Document, Passage
from corpus.library import Library
from eval.cases import Case
from eval.runs.records import JOIN, Cited, Claim, Record

RETRIEVED = 10
"""How many passages of each question are recorded for the ranking figures."""
QUOTED = 2
"""How many passages are the answer of a system that only retrieves: LlamaIndex's default number of chunks."""


def passage_locators(document: Document, passage: Passage) -> str:
    """The locators that a passage covers, each once, joined as in a record."""
    found = [locator for _, _, locator in passage_places(document, passage)]
    return JOIN.join(dict.fromkeys(found))


def passage_places(document: Document, passage: Passage) -> list[tuple[int, int, str]]:
    """The places that a passage covers, as (start, end, locator), trimmed of white space.

    Neighbouring blocks of one locator are one place; headings are left out unless there is nothing else."""
    spans: list[tuple[int, int, str]] = []
    for block in document.blocks[passage.first : passage.last + 1]:
        if block.kind == "heading":
            continue
        start, end = _trim_span(document.text, max(block.start, passage.start), min(block.end, passage.end))
        if start >= end:
            continue
        if spans and spans[-1][2] == block.locator:
            spans[-1] = (spans[-1][0], end, block.locator)
        else:
            spans.append((start, end, block.locator))
    if not spans:
        start, end = _trim_span(document.text, passage.start, passage.end)
        spans.append((start, end, passage.locator))
    return spans


def passage_record(
    case: Case, system: str, library: Library, hits: Sequence[tuple[str, float]], ms: float, quoted: int
) -> Record:
    """Builds a record of retrieved passages, (evidence id, score), best first: the first `quoted` are the answer,
    each a claim that cites all its places; the status is `not_found` where there are none. The best score is the
    confidence, 0 without a hit."""
    passages_by_id = library.passages_by_id([passage_id for passage_id, _ in hits])
    found = [
        (passages_by_id[passage_id], library.document(passages_by_id[passage_id].document_id), score)
        for passage_id, score in hits
    ]
    citations: list[Cited] = []
    claims: list[Claim] = []
    for passage, document, _ in found[:quoted]:
        first = len(citations)
        citations += [
            Cited(document.key, locator, document.quote(start, end), start, end, passage.text, document.id)
            for start, end, locator in passage_places(document, passage)
        ]
        text = " ".join(" ".join(cited.quote.split()) for cited in citations[first:])
        claims.append(Claim(text, "quoted", tuple(range(first, len(citations)))))
    raw: list[dict[str, Any]] = [
        {"id": passage.id, "document": document.id, "locator": passage.locator, "score": score, "text": passage.text}
        for passage, document, score in found
    ]
    return Record(
        case=case.id,
        system=system,
        status="answered" if claims else "not_found",
        claims=tuple(claims),
        citations=tuple(citations),
        ranked=tuple((document.key, passage_locators(document, passage)) for passage, document, _ in found),
        confidence=found[0][2] if found else 0.0,
        ms=ms,
        raw=raw,
        stretches=tuple((document.id, passage.start, passage.end) for passage, document, _ in found),
    )


def _trim_span(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its ends."""
    inside = text[start:end]
    return start + len(inside) - len(inside.lstrip()), end - len(inside) + len(inside.rstrip())
