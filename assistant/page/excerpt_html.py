"""Prepares text of documents for templates: split at the ends of highlighted spans, rows with the headers of their table, anchors, references."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any

from assistant.answer_phrases import isolated, mark, place_text
from assistant.export.un_style import document_name
from assistant.markdown import place_of
from assistant.page_labels import word
from assistant.qa.answer import Citation
from corpus.documents import Block, Document, Span
from corpus.symbols import document_url
from corpus.tables import find_tables

_APART = re.compile(r"[^\w]+")
_PREFERRED = "annotations, "


def anchors_of(document: Document) -> dict[int, tuple[str, ...]]:
    """The HTML anchors of each block, by ordinal: the whole locator at the first block there, a short one where the end of the
    locator is unambiguous (`item 3`: the annotations of item 3), and for every block `b` with its ordinal. The shortest, which is the
    best to share, comes first."""
    first: dict[str, int] = {}
    for block in document.blocks:
        first.setdefault(block.locator, block.ordinal)
    made: dict[int, list[str]] = {block.ordinal: [] for block in document.blocks}
    used = {f"b{block.ordinal}" for block in document.blocks}
    for locator, ordinal in first.items():
        name = slug(locator)
        if name and name not in used:
            used.add(name)
            made[ordinal].append(name)
    ends = Counter(end for locator in first for end in _ends(locator))
    for locator, ordinal in sorted(first.items(), key=lambda each: not each[0].startswith(_PREFERRED)):
        for end in _ends(locator):
            name = slug(end)
            alone = ends[end] == 1 or locator == f"{_PREFERRED}{end}"
            if name and alone and name not in used:
                used.add(name)
                made[ordinal].append(name)
    return {ordinal: (*sorted(names, key=len), f"b{ordinal}") for ordinal, names in made.items()}


def slug(locator: str) -> str:
    """Converts a locator to an anchor: lower-case letters and digits of any script, joined by hyphens."""
    return _APART.sub("-", unicodedata.normalize("NFKC", locator).casefold()).strip("-_")[:80]


def _ends(locator: str) -> list[str]:
    parts = locator.split(", ")
    return [", ".join(parts[n:]) for n in range(1, len(parts))]


def reference(document: Document | None, citation: Citation, language: str) -> str:
    """Formats the full reference of a citation: `Annotated provisional agenda (CTOC/COP/WG.7/2021/1), annex.` Digests and unverified
    copies are named as such; a document that is no longer stored is named by the citation's locator."""
    place = place_of(document or citation, citation.locator)
    named = document_name(document, language).full if document else citation.locator.removesuffix(place).rstrip(", ")
    if document is None and citation.unverified:
        named += f" ({word('unverified', language)})"
    pieces = (isolated(each, language) for each in (named, place_text(place, language)) if each)
    return f"{mark(',', language).join(pieces)}."


def edition_words(document: Document | Citation, language: str) -> str:
    """The name of a text's edition (official, digest, upload, unverified) in a language."""
    if document.unverified:
        return word("unverified", language)
    name = {"official": "official_edition", "digest": "digest", "upload": "upload"}[document.edition]
    return word(name, language)


def official_address(document: Document, language: str) -> str | None:
    """The official address of a document, in the reader's language where it has a symbol; from stored metadata only."""
    return document_url(document.symbol, language) if document.symbol else document.url


def parts(
    document: Document, start: int, end: int, marked: Span | None, answer: Span | None = None
) -> list[dict[str, Any]]:
    """Splits the text of a span at the ends of the highlighted span and of the answer within it."""
    cuts = {start, end} | {at for span in (marked, answer) if span for at in span if start < at < end}
    return [
        {
            "text": document.quote(a, b),
            "marked": _within(a, b, marked),
            "answers": _within(a, b, answer),
            "first": False,
        }
        for a, b in pairwise(sorted(cuts))
        if start <= a
    ]


def _within(start: int, end: int, span: Span | None) -> bool:
    return span is not None and span[0] <= start and end <= span[1]


def rows(
    document: Document,
    header: Sequence[Block],
    others: Sequence[Block],
    marked: Span | None,
    answer: Span | None = None,
) -> list[dict[str, Any]]:
    """Rows of a table, header first, all of equal width: the `parts` of each cell, and the column span of the last one."""
    made = []
    width = max(max(1, len(each.cells)) for each in (*header, *others))
    for each in (*header, *others):
        cells = each.cells or ((each.start, each.end),)
        drawn = [parts(document, *cell, marked, answer) if cell else [] for cell in cells]
        made.append({"head": each in header, "cells": drawn, "span": width - len(cells) + 1})
    return made


def excerpt(
    document: Document, start: int, end: int, marked: Span | None = None, answer: Span | None = None
) -> list[dict[str, Any]]:
    """A span of a document: running text as `parts`, table rows as `rows` with the header of their table."""
    within = [each for each in document.blocks if each.kind == "row" and each.start < end and start < each.end]
    tables = (
        [(table, {each.ordinal for each in (*table.header, *table.rows)}) for table in find_tables(document)]
        if within
        else []
    )
    made: list[dict[str, Any]] = []
    for _, run in groupby(within, lambda each: next(n for n, (_, own) in enumerate(tables) if each.ordinal in own)):
        quoted = list(run)
        header = next(table.header for table, own in tables if quoted[0].ordinal in own)
        made.append({"parts": parts(document, *document.trim_span(start, max(start, quoted[0].start)), marked, answer)})
        made.append({"rows": rows(document, header, [each for each in quoted if each not in header], marked, answer)})
        start = min(quoted[-1].end, end)
    made.append({"parts": parts(document, start, end, marked, answer)})
    return [each for each in made if "rows" in each or any(part["text"].strip() for part in each["parts"])]
