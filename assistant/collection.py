"""What is held, as records: documents, their outlines and blocks, passages with their neighbours, the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from assistant.faults import NotHeld
from assistant.views import facts, footnotes, outline, relations, tables, within
from corpus.catalogue import Catalogue
from corpus.documents import Block, Document
from corpus.library import Library
from corpus.symbols import Symbol, link
from corpus.touched import locator_of
from ingest.memory import thin_pages

PLACES = 20
"""Most places, or ranges of them, that are named where a document lacks the one asked for."""
_EDITIONS = {"official": 0, "upload": 1, "digest": 2}


class Collection:
    """The documents of a library as JSON-ready records (docs/formats.md). Raises `NotHeld` for what is not there."""

    def __init__(self, library: Library, catalogue: Catalogue) -> None:
        self._library = library
        self._catalogue = catalogue

    # Lists

    def ids(self, *, text: str | None = None, language: str | None = None, edition: str | None = None) -> list[str]:
        """Ids of the held documents, in order; those in a language or edition, those whose symbol or title holds
        the words of `text`."""
        words = (text or "").casefold().split()
        return [
            header.id
            for header in self._library.each_header()
            if language in (None, header.language)
            and edition in (None, header.edition)
            and all(word in f"{header.key} {header.title} {header.short}".casefold() for word in words)
        ]

    def records(self, ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """A record for each language version and edition; of all, or of some. Ids that are not held are left out."""
        behind = self._library.superseded()
        held = self._library.keys()
        wanted = held if ids is None else [each for each in ids if each in held]
        return [_record(self._library.document(each), behind.get(each)) for each in wanted]

    def missing(self) -> list[dict[str, Any]]:
        """A record for each document that the catalogue knows and that is not held."""
        held = set(self._library.keys().values())
        return [
            {
                "id": entry.key,
                "symbol": entry.symbol.text if entry.symbol else None,
                "title": entry.title,
                "language": None,
                "edition": None,
                "date": entry.date,
                "held": False,
                "behind": None,
                "url": entry.url,
                "part": entry.part,
                "parent": entry.symbol.parent.text if entry.symbol and entry.symbol.parent else None,
                "format": None,
                "reissue": 0,
                "ocr": False,
                "pages": 0,
                "pages_without_text": [],
                "warnings": [],
            }
            for entry in self._catalogue.entries
            if entry.key not in held
        ]

    # One document

    def find(self, name: str, language: str | None = None, edition: str | None = None) -> list[Document]:
        """The versions of one document, by symbol, name or id. Raises `NotHeld` for none, and for several documents."""
        found = [
            document
            for document in self._library.find(name)
            if language in (None, document.language) and edition in (None, document.edition)
        ]
        if not found:
            symbol = Symbol.read(name)
            if symbol is not None and self._catalogue.by_symbol(symbol) and not self._library.find(name):
                raise NotHeld("known-not-held", name=symbol.text, url=link(symbol, language or "en"))
            raise NotHeld("no-document", name=name)
        exact = [document for document in found if name in (document.id, document.key)]
        found = exact or found
        keys = {document.key for document in found}
        if len(keys) > 1:
            raise NotHeld("several-documents", name=name, keys=", ".join(sorted(keys)))
        return found

    def unverified(self, name: str, language: str | None = None) -> list[str]:
        """Ids of the texts of a document, all or those in a language, that only say by themselves that they are official."""
        found = [document.id for document in self.find(name, language) if document.unverified]
        if not found:
            raise NotHeld("none-to-confirm", name=name)
        return found

    def one(self, name: str, language: str | None = None, edition: str | None = None) -> Document:
        """The version that a name means: the current one, official before upload before digest, English first."""
        behind = self._library.superseded()
        return min(
            self.find(name, language, edition),
            key=lambda each: (each.id in behind, _EDITIONS[each.edition], each.language != "en", each.id),
        )

    def about(self, document: Document) -> dict[str, Any]:
        """What is known of a document beside its text: head, reading, versions, corrections."""
        return {
            **_record(document, self._library.superseded().get(document.id)),
            "label": document.label,
            "source": document.source,
            "sha256": document.sha256,
            "characters": len(document.text),
            "blocks": len(document.blocks),
            **facts(document),
            "pages": len(document.pages),
            "versions": self.relations(document),
        }

    def relations(self, document: Document) -> dict[str, Any]:
        """How a document stands to others that are held."""
        return relations(self._library, document)

    def parts(self, document: Document, kind: str, place: str | None = None) -> list[dict[str, Any]]:
        """The `outline`, `tables` or `footnotes` of a document, or of a place in it."""
        made = {"outline": outline, "tables": tables, "footnotes": footnotes}[kind]
        return made(document, locator_at(document, place))

    def blocks(self, document: Document, place: str | None = None) -> list[Block]:
        """The blocks of a document, or those at a place."""
        locator = locator_at(document, place)
        return [block for block in document.blocks if within(block, locator)]

    # Passages

    def passage(self, passage_id: str, around: int = 0) -> dict[str, Any]:
        """A passage by its evidence id, with the document that it is of and its neighbours before and behind."""
        found = self._library.passages_by_id([passage_id]).get(passage_id)
        if found is None:
            raise NotHeld("no-passage", name=passage_id)
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
        """What the library holds, in numbers, and what it was made with."""
        found = self._library.status()
        return {
            "documents": found.documents,
            "passages": found.passages,
            "vectors": found.vectors,
            "bytes": found.bytes,
            "originals": found.originals,
            "languages": self._library.languages(),
            **found.stamp,
        }


def locator_at(document: Document, place: str | None) -> str | None:
    """A place of a document as the document writes it. Raises `NotHeld` where it has no such place."""
    if place is None:
        return None
    locator = locator_of(document, place) or place
    if not any(within(block, locator) for block in document.blocks):
        places = _ranges(dict.fromkeys(block.locator for block in document.blocks))
        kind = locator.split(" ")[0]
        places.sort(key=lambda each: each.split(" ")[0] != kind)  # those of the kind that is asked for first
        more = ", ..." if len(places) > PLACES else ""
        raise NotHeld("no-place", document=document.label, place=locator, places="; ".join(places[:PLACES]) + more)
    return locator


def _ranges(locators: Iterable[str]) -> list[str]:
    """Places as `para. 1–40`: those that count up as one, and none that is part of another."""
    made: list[tuple[str, int, int]] = []
    last: dict[str, int] = {}  # by what stands before the number
    known: set[str] = set()
    for locator in filter(None, locators):
        known.add(locator)
        before = locator.rstrip("0123456789")
        number = locator[len(before) :]
        if len(number) > 9:  # no number that anybody counts up to
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
    """A block with its text."""
    return {**asdict(block), "text": document.block_text(block)}


def _record(document: Document, behind: str | None) -> dict[str, Any]:
    parent = document.symbol.parent if document.symbol else None
    return {
        "id": document.id,
        "symbol": document.symbol.text if document.symbol else None,
        "title": document.title,
        "language": document.language,
        "edition": document.edition,
        "date": document.date,
        "held": True,
        "behind": behind,
        "url": document.url,
        "part": document.part,
        "parent": parent.text if parent else None,
        "format": document.format,
        "reissue": document.reissue,
        "ocr": document.ocr,
        **({"unverified": True} if document.unverified else {}),
        "pages": len(document.pages),
        "pages_without_text": list(thin_pages(document)),
        "warnings": list(document.warnings),
    }
