"""One file, from its bytes to a document: read, identified, laid out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from corpus.catalogue import Catalogue
from corpus.documents import Document
from corpus.meetings import Meeting
from corpus.symbols import Symbol
from ingest.agenda import meeting_of
from ingest.block_builder import kind_of, lay_out
from ingest.identify import identify
from ingest.masthead import read_masthead
from ingest.nested_texts import with_headings
from ingest.readers import read
from ingest.structure import pieces

READER_VERSION = "17"
"""Raised when the same bytes would now be read differently; held documents are then read anew."""


@dataclass(frozen=True)
class Input:
    """Bytes to be read, and what the user says about them.

    `origin` says which file they came from; without one, the name stands for it. `shown` is how the file is called
    in front of people (its name, unless given); `ocr` allows words to be recognised from images. `insists`: it is read though its
    outcome is known, and takes the place of another text of its kind though it lost its own to that before.
    """

    name: str
    data: bytes
    symbol: Symbol | None = None
    language: str | None = None
    trusted: bool = False
    origin: str = ""
    shown: str = ""
    ocr: bool = False
    insists: bool = False

    def open(self) -> Input:
        """Itself: it is open already."""
        return self

    @property
    def label(self) -> str:
        """How the file is called in front of people."""
        return self.shown or self.name

    @property
    def place(self) -> str:
        """Which file this is."""
        return self.origin or self.name


def read_document(source: Input, catalogue: Catalogue) -> tuple[Document, Meeting | None]:
    """Reads and identifies one file. Raises `ReadError` where it can't be read or is not what was asked for."""
    raw = read(source.data, source.name, ocr=source.ocr, languages=(source.language,) if source.language else ())
    found = pieces(raw.lines)
    kind = kind_of(found)
    document = identify(
        found,
        read_masthead(raw.lines),
        raw.given,
        source.name,
        catalogue,
        kind=kind,
        symbol=source.symbol,
        language=source.language,
        trusted=source.trusted,
    )
    text, blocks = lay_out(with_headings(found), kind, digest=document.edition == "digest", headed=raw.format != "text")
    document = replace(
        document,
        text=text,
        blocks=blocks,
        source=source.name,
        origin=source.place,
        sha256=hashlib.sha256(source.data).hexdigest(),
        reader=READER_VERSION,
        format=raw.format,
        pages=raw.pages,
        ocr=raw.ocr,
        unquotable=raw.unquotable,
        warnings=(*document.warnings, *raw.warnings),
        # What is fetched is asked for by its symbol; who gives a symbol with a file is one of the staff.
        verified=source.symbol is not None and document.edition == "official",
    )
    # Each piece has become the block of its place.
    return document, meeting_of(document, {n: piece.spans for n, piece in enumerate(found) if piece.spans})
