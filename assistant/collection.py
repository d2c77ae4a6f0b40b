"""The contents of the library as JSON records: documents, outlines, blocks, passages with their neighbours, the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from assistant.service_errors import Conflict, NotFound
from corpus.catalogue import Catalogue, CatalogueEntry
from corpus.corpus_errors import DocumentNotFound
from corpus.corrections import Correction, find_corrections
from corpus.documents import LANGUAGES, Block, Document
from corpus.library import Library
from corpus.place_spans import place_correction, resolve_locator
from corpus.symbols import Symbol, document_url
from corpus.tables import cell_texts, find_tables
from corpus.versions import Version, choose_language_versions
from ingest.ledger import nearly_empty_pages


def within(block: Block, locator: str | None) -> bool:
    """Whether a block is at a place (locator), or no place is given."""
    return locator is None or block.locator == locator or block.locator.startswith((f"{locator},", f"{locator} "))


def outline(document: Document, locator: str | None = None) -> list[dict[str, Any]]:
    """Returns the headings with their places and pages; `depth` is how many headings are above each."""
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
    """Returns the tables with caption, header rows and rows, each cell as text; with a place, those with a row there."""
    return [
        {
            "locator": table.locator,
            "number": table.caption_number(document) or None,
            "caption": "\n".join(document.block_text(block) for block in table.caption),
            "page": (table.header or table.rows)[0].page,
            "header": [cell_texts(document, row) for row in table.header],
            "rows": [
                {"ordinal": row.ordinal, "locator": row.locator, "cells": cell_texts(document, row)}
                for row in table.rows
            ],
        }
        for table in find_tables(document)
        if any(within(block, locator) for block in table.blocks)
    ]


def footnotes(document: Document, locator: str | None = None) -> list[dict[str, Any]]:
    """Returns the footnotes with the blocks that refer to them; with a place, those that are there or are referred to from
    there. Where a mark is used several times, a note belongs to the references since the note before it."""
    made = []
    notes = [block for block in document.blocks if block.kind == "footnote"]
    for note in notes:
        alike = [other.ordinal for other in notes if other.number == note.number]
        before = max((ordinal for ordinal in alike if ordinal < note.ordinal), default=-1)
        cited = [block for block in document.blocks if note.number in block.marks]
        if len(alike) > 1:
            cited = [block for block in cited if before < block.ordinal <= note.ordinal]
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
    """Returns the metadata of a document from its masthead and from reading it."""
    return {
        "masthead": {**asdict(document.masthead), "symbols": list(document.masthead.symbols)},
        "format": document.format,
        "reissue": document.reissue,
        "ocr": document.ocr,
        **({"unverified": True} if document.unverified else {}),
        "proof": document.proof,
        "pages": list(document.pages),
        "pages_without_text": list(nearly_empty_pages(document)),
        "unquotable": list(document.unquotable),
        "warnings": list(document.warnings),
    }


def _corrected(document: Document, corrigendum: Document, correction: Correction) -> dict[str, Any]:
    placed = place_correction(document, correction)
    there = () if corrigendum is document else document.blocks
    return {
        "corrigendum": corrigendum.id,
        "targets": list(correction.targets),
        "locator": correction.locator,
        "start": correction.start,
        "end": correction.end,
        "text": corrigendum.quote(correction.start, correction.end),
        "blocks": [block.ordinal for block in there if placed.touched_target(block.start, block.end)],
    }


def _ids(versions: list[Version]) -> list[str]:
    return [version.id for version in versions]


PLACES = 20
"""Most places, or ranges of places, listed in the error for a place that a document does not have."""
_EDITIONS = {"official": 0, "upload": 1, "digest": 2}


class Collection:
    """Reads the documents of a library as JSON records (docs/formats.md). Raises `NotFound` for what does not exist."""

    def __init__(self, library: Library, catalogue: Catalogue) -> None:
        self._library = library
        self._catalogue = catalogue

    # Lists

    def ids(self, *, text: str | None = None, language: str | None = None, edition: str | None = None) -> list[str]:
        """Lists the ids of the stored documents, in order; optionally those in a language or edition, or those whose symbol or title
        contains the words of `text`."""
        words = (text or "").casefold().split()
        return [
            header.id
            for header in self._library.iter_headers()
            if language in (None, header.language)
            and edition in (None, header.edition)
            and all(word in f"{header.key} {header.title} {header.short}".casefold() for word in words)
        ]

    def records(self, ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Returns a record for each language version and edition, of all documents or of some ids. Unknown ids are skipped."""
        superseded, made = self._library.superseded(), []
        for each in self._library.document_ids() if ids is None else ids:
            with suppress(DocumentNotFound):  # also one that is removed meanwhile
                made.append(_record(self._library.document(each), superseded.get(each)))
        return made

    def missing(self) -> list[dict[str, Any]]:
        """Returns a record for each document of the catalogue that is not stored."""
        stored = set(self._library.document_keys().values())
        return [_record(entry) for entry in self._catalogue.entries if entry.key not in stored]

    # One document

    def find(self, name: str, language: str | None = None, edition: str | None = None) -> list[Document]:
        """Returns the versions of one document, by symbol, name or id. Raises `NotFound` for none, and for several documents."""
        stored = self._library.find_documents(name)
        found = [each for each in stored if language in (None, each.language) and edition in (None, each.edition)]
        if stored and not found:
            versions = dict.fromkeys(f"{document.language} ({document.edition})" for document in stored)
            raise NotFound("no-version", name=name, versions=", ".join(versions))
        if not found:
            symbol = Symbol.try_parse(name)
            if symbol is not None and self._catalogue.by_symbol(symbol):
                raise NotFound("known-not-held", name=symbol.text, url=document_url(symbol, language or "en") or "")
            raise NotFound("no-document", name=name)
        found = [document for document in found if name in (document.id, document.key)] or found
        keys = {document.key for document in found}
        if len(keys) > 1:
            raise NotFound("several-documents", name=name, keys=", ".join(sorted(keys)))
        return found

    def unverified(self, name: str, language: str | None = None, sha256: str | None = None) -> dict[str, str]:
        """Returns the ids of a document's unverified texts with their hashes, all or those in a language: only the text itself says that
        it is official. `sha256` is the hash of the one that the caller has seen; raises `Conflict` where it is no longer there."""
        seen = [document for document in self.find(name, language) if sha256 in (None, document.sha256)]
        if not seen:
            raise Conflict("text-replaced", name=name)
        found = {document.id: document.sha256 for document in seen if document.unverified}
        if not found:
            raise NotFound("none-to-confirm", name=name)
        return found

    def current_version(self, name: str, language: str | None = None, edition: str | None = None) -> Document:
        """Returns the preferred version of a document: the current one, official before upload before digest, English first."""
        superseded = self._library.superseded()
        return min(
            self.find(name, language, edition),
            key=lambda each: (each.id in superseded, _EDITIONS[each.edition], each.language != "en", each.id),
        )

    def describe(self, document: Document) -> dict[str, Any]:
        """Returns the metadata of a document: masthead, reading, versions, corrections."""
        return {
            **_record(document, self._library.superseded().get(document.id)),
            "label": document.label,
            "source": document.source,
            "characters": len(document.text),
            "blocks": len(document.blocks),
            **facts(document),
            "pages": len(document.pages),
            "versions": self.relations(document),
        }

    def relations(self, document: Document) -> dict[str, Any]:
        """Returns the relations of a document to other stored documents: language versions, ids of earlier and later revisions,
        of addenda and corrigenda; and the corrections of its text (`corrections`, with their targets as locators and the ordinals of
        the `blocks` concerned)."""
        versions = self._library.versions()
        own = versions.version_of(document.id)
        if own is None:
            return {"parent": None, "languages": [document.language], "earlier": [], "later": [], "addenda": [],
                    "corrigenda": [], "corrections": []}  # fmt: skip
        line = [other for other in versions.with_symbol if other.lineage == own.lineage]
        spoken = {other.header.language for other in line if other.symbol == own.symbol}
        corrigenda = versions.corrigenda(own.symbol)
        chosen = choose_language_versions(corrigenda, document.language)
        read = [self._library.document(version.id) for version in chosen]
        if own.corrected_symbol is not None:
            read.append(document)
        return {
            "parent": own.symbol.parent.text if own.symbol.parent else None,
            "languages": [each for each in LANGUAGES if each in spoken],
            "earlier": _ids([other for other in line if other.revision < own.revision]),
            "later": _ids([other for other in line if other.revision > own.revision]),
            "addenda": _ids(versions.addenda(own.symbol)),
            "corrigenda": _ids(corrigenda),
            "corrections": [_corrected(document, one, each) for one in read for each in find_corrections(one)],
        }

    def parts(self, document: Document, kind: str, place: str | None = None) -> list[dict[str, Any]]:
        """Returns the `outline`, `tables` or `footnotes` of a document, or of a place in it."""
        made = {"outline": outline, "tables": tables, "footnotes": footnotes}[kind]
        return made(document, locator_at(document, place))

    def blocks(self, document: Document, place: str | None = None) -> list[Block]:
        """Returns the blocks of a document, or those at a place."""
        locator = locator_at(document, place)
        return [block for block in document.blocks if within(block, locator)]

    def blocks_with_corrections(self, document: Document, blocks: Sequence[Block]) -> list[dict[str, Any]]:
        """Returns blocks with their text, each with its corrections by stored corrigenda."""
        found = self.relations(document)["corrections"]
        return [
            block_record(document, each) | {"corrections": [one for one in found if each.ordinal in one["blocks"]]}
            for each in blocks
        ]

    # Passages

    def passage(self, passage_id: str, around: int = 0) -> dict[str, Any]:
        """Returns a passage by its evidence id, with its document and `around` neighbours on each side."""
        found = self._library.passages_by_id([passage_id]).get(passage_id)
        if found is None:
            raise NotFound("no-passage", name=passage_id)
        document = self._library.document(found.document_id)
        near = self._library.passages(document.id)[max(0, found.ordinal - around) : found.ordinal + around + 1]
        return {
            "id": found.id,
            "document": document.id,
            "symbol": document.key,
            "title": document.title,
            "language": document.language,
            "edition": document.edition,
            "url": document.url,
            "passages": [
                {
                    "id": each.id,
                    "locator": document.cite(each.locator),
                    "heading": each.heading,
                    "start": each.start,
                    "end": each.end,
                    "text": each.text,
                }
                for each in near
            ],
        }

    def status(self) -> dict[str, Any]:
        """Returns counts of what the library contains, and the versions that it was built with."""
        found = self._library.status()
        counts = {name: getattr(found, name) for name in ("documents", "passages", "vectors", "bytes", "originals")}
        return {**counts, "languages": self._library.passage_counts(), **found.stamp}


def locator_at(document: Document, place: str | None) -> str | None:
    """Normalizes a place to a locator of the document. Raises `NotFound` where it has no such place."""
    if place is None:
        return None
    locator = resolve_locator(document, place) or place
    if not any(within(block, locator) for block in document.blocks):
        places = _ranges(dict.fromkeys(block.locator for block in document.blocks))
        kind = locator.split(" ")[0]
        places.sort(key=lambda each: each.split(" ")[0] != kind)  # those of the requested kind first
        more = ", ..." if len(places) > PLACES else ""
        raise NotFound("no-place", document=document.label, place=locator, places="; ".join(places[:PLACES]) + more)
    return locator


def _ranges(locators: Iterable[str]) -> list[str]:
    """Summarizes locators as ranges such as `para. 1–40`, leaving out those that are part of another."""
    made: list[tuple[str, int, int]] = []
    last: dict[str, int] = {}  # by what stands before the number
    known: set[str] = set()
    for locator in filter(None, locators):
        known.add(locator)
        before = locator.rstrip("0123456789")
        number = locator[len(before) :]
        if len(number) > 9:  # no ordinal number
            before, number = locator, ""
        if any(locator[: part.start()].rstrip(",") in known for part in re.finditer(r"\s", locator)):
            continue
        at = last.get(before)
        if number and at is not None and int(number) == made[at][2] + 1:
            made[at] = (before, made[at][1], int(number))
        else:
            last[before] = len(made)
            made.append((before, int(number or -1), int(number or -1)))
    return [
        f"{before}{first if first >= 0 else ''}" + (f"–{re.split(r'[^0-9.]', before)[-1]}{end}" if end > first else "")
        for before, first, end in made
    ]


def block_record(document: Document, block: Block) -> dict[str, Any]:
    """The record of a block with its text."""
    return {**asdict(block), "text": document.block_text(block)}


def _record(known: Document | CatalogueEntry, behind: str | None = None) -> dict[str, Any]:
    """The record of a stored document, or of a catalogue entry that is not stored."""
    held = known if isinstance(known, Document) else None
    parent = known.symbol.parent if known.symbol else None
    return {
        "id": held.id if held else known.key,
        "symbol": known.symbol.text if known.symbol else None,
        "title": known.title,
        "language": held and held.language,
        "edition": held and held.edition,
        "date": known.date,
        "held": held is not None,
        "sha256": held and held.sha256,
        "behind": behind,
        "url": known.url,
        "part": known.part,
        "parent": parent.text if parent else None,
        "format": held and held.format,
        "reissue": held.reissue if held else 0,
        "ocr": held is not None and held.ocr,
        **({"unverified": True} if held and held.unverified else {}),
        "pages": len(held.pages) if held else 0,
        "pages_without_text": list(nearly_empty_pages(held)) if held else [],
        "warnings": list(held.warnings) if held else [],
    }
