"""What a person checks a reading by: outline, tables, footnotes, page coverage, and how versions relate.

All of it as JSON-ready dictionaries; the command line prints them as they are or draws them.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from corpus.corrections import corrections
from corpus.documents import LANGUAGES, Block, Document
from corpus.library import Library
from corpus.tables import cells_of, tables_of
from corpus.versions import Version, best_language
from ingest.memory import thin_pages


def within(block: Block, locator: str | None) -> bool:
    """Whether a block lies at a place, or no place is asked for."""
    return locator is None or block.locator == locator or block.locator.startswith((f"{locator},", f"{locator} "))


def outline(document: Document, locator: str | None = None) -> list[dict[str, Any]]:
    """The headings with their places and pages; `depth` is how many headings stand above each."""
    return [
        {
            "ordinal": block.ordinal,
            "depth": len(document.headings(block)),
            "level": block.level,
            "locator": block.locator,
            "page": block.page,
            "text": " ".join(document.block_text(block).split()),
        }
        for block in document.blocks
        if block.kind == "heading" and within(block, locator)
    ]


def tables(document: Document, locator: str | None = None) -> list[dict[str, Any]]:
    """The tables with caption, header rows and rows, each cell as text; at a place, those with a row there."""
    return [
        {
            "locator": table.locator,
            "number": table.number(document) or None,
            "caption": "\n".join(document.block_text(block) for block in table.caption),
            "page": (table.header or table.rows)[0].page,
            "header": [cells_of(document, row) for row in table.header],
            "rows": [
                {"ordinal": row.ordinal, "locator": row.locator, "cells": cells_of(document, row)} for row in table.rows
            ],
        }
        for table in tables_of(document)
        if any(within(block, locator) for block in table.blocks)
    ]


def footnotes(document: Document, locator: str | None = None) -> list[dict[str, Any]]:
    """The footnotes with the blocks that refer to them; at a place, those that stand there or are referred to from
    there. Where a mark is used again, a note belongs to the references since the note before it."""
    made = []
    notes = [block for block in document.blocks if block.kind == "footnote"]
    for note in notes:
        alike = [other.ordinal for other in notes if other.number == note.number]
        before = max((ordinal for ordinal in alike if ordinal < note.ordinal), default=-1)
        last = len(alike) == 1
        cited = [
            block
            for block in document.blocks
            if note.number in block.marks and (last or before < block.ordinal <= note.ordinal)
        ]
        if not any(within(block, locator) for block in (note, *cited)):
            continue
        made.append(
            {
                "ordinal": note.ordinal,
                "number": note.number,
                "locator": note.locator,
                "page": note.page,
                "text": document.block_text(note),
                "cited_in": [
                    {"ordinal": block.ordinal, "locator": block.locator, "text": document.block_text(block)}
                    for block in cited
                ],
            }
        )
    return made


def facts(document: Document) -> dict[str, Any]:
    """What is known of a document beside its text."""
    return {
        "masthead": {**asdict(document.masthead), "symbols": list(document.masthead.symbols)},
        "format": document.format,
        "reissue": document.reissue,
        "ocr": document.ocr,
        **({"unverified": True} if document.unverified else {}),
        "proof": document.proof,
        "pages": list(document.pages),
        "pages_without_text": list(thin_pages(document)),
        "unquotable": list(document.unquotable),
        "warnings": list(document.warnings),
    }


def relations(library: Library, document: Document) -> dict[str, Any]:
    """How a document stands to others that are held: ids of its language versions, of earlier and later revisions,
    of its addenda and corrigenda; and what the corrigenda correct in it (`corrections`, their targets as locators)."""
    versions = library.versions()
    own = versions.of(document.id)
    if own is None:
        return {"parent": None, "languages": [document.language], "earlier": [], "later": [], "addenda": [],
                "corrigenda": [], "corrections": []}  # fmt: skip
    line = [other for other in versions.held if other.line == own.line]
    corrigenda = versions.corrigenda(own.symbol)
    read = [library.document(version.id) for version in best_language(corrigenda, document.language)]
    if own.corrects is not None:
        read.append(document)
    return {
        "parent": own.symbol.parent.text if own.symbol.parent else None,
        "languages": [
            each for each in LANGUAGES if any(v.header.language == each for v in line if v.symbol == own.symbol)
        ],
        "earlier": _ids([other for other in line if other.revision < own.revision]),
        "later": _ids([other for other in line if other.revision > own.revision]),
        "addenda": _ids(versions.addenda(own.symbol)),
        "corrigenda": _ids(corrigenda),
        "corrections": [
            {
                "corrigendum": corrigendum.id,
                "targets": list(each.targets),
                "locator": each.locator,
                "start": each.start,
                "end": each.end,
                "text": corrigendum.quote(each.start, each.end),
            }
            for corrigendum in read
            for each in corrections(corrigendum)
        ],
    }


def _ids(versions: list[Version]) -> list[str]:
    return [version.id for version in versions]
