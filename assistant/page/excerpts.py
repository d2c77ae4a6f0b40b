"""Words of a document as they are drawn: cut where what is marked begins and ends, rows below those that head their table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any

from corpus.documents import Block, Document
from corpus.tables import tables_of

Span = tuple[int, int]


def parts(
    document: Document, start: int, end: int, marked: Span | None, answer: Span | None = None
) -> list[dict[str, Any]]:
    """The words of a span, cut where those begin and end that are marked, and those of them that answer."""
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


def row(
    document: Document, block: Block, head: bool, width: int, marked: Span | None, answer: Span | None = None
) -> dict[str, Any]:
    """A row of a table that is `width` cells wide: the words of each cell, and how many the last one spans."""
    cells = block.cells or ((block.start, block.end),)
    drawn = [parts(document, *cell, marked, answer) if cell else [] for cell in cells]
    return {"head": head, "cells": drawn, "span": width - len(cells) + 1}


def rows(
    document: Document,
    header: Sequence[Block],
    others: Sequence[Block],
    marked: Span | None,
    answer: Span | None = None,
) -> list[dict[str, Any]]:
    """Rows of a table, those that head it first, all of equal width."""
    width = max(max(1, len(each.cells)) for each in (*header, *others))
    return [row(document, each, each in header, width, marked, answer) for each in (*header, *others)]


def excerpt(
    document: Document, start: int, end: int, marked: Span | None = None, answer: Span | None = None
) -> list[dict[str, Any]]:
    """A span of a document: its words as `parts`, rows in it as the `rows` of their table, with those that head it."""
    within = [each for each in document.blocks if each.kind == "row" and each.start < end and start < each.end]
    tables = (
        [(table, {each.ordinal for each in (*table.header, *table.rows)}) for table in tables_of(document)]
        if within
        else []
    )
    made: list[dict[str, Any]] = []
    for _, run in groupby(within, lambda each: next(n for n, (_, own) in enumerate(tables) if each.ordinal in own)):
        quoted = list(run)
        header = next(table.header for table, own in tables if quoted[0].ordinal in own)
        made.append({"parts": parts(document, *document.trimmed(start, max(start, quoted[0].start)), marked, answer)})
        made.append({"rows": rows(document, header, [each for each in quoted if each not in header], marked, answer)})
        start = min(quoted[-1].end, end)
    made.append({"parts": parts(document, start, end, marked, answer)})
    return [each for each in made if "rows" in each or any(part["text"].strip() for part in each["parts"])]
