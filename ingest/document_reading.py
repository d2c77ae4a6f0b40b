"""Reads one file: from bytes to an identified document with its text and blocks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from corpus.catalogue import Catalogue
from corpus.documents import Document
from corpus.meetings import Meeting
from corpus.symbols import Symbol
from ingest.agenda import parse_meeting
from ingest.block_builder import build_blocks, detect_text_kind
from ingest.identify import IdentityError, identify, mark_masthead
from ingest.masthead import read_masthead
from ingest.nested_texts import mark_act_headings
from ingest.readers import read
from ingest.structure import build_pieces

READER_VERSION = "29"
"""Raised when the same bytes would now be read differently; stored documents are then read again."""


@dataclass(frozen=True)
class Input:
    """The bytes of a file, with what the user states about them.

    `origin` identifies the file that they came from; without one, the name does. `display_name` is the name in messages
    (by default `name`). `ocr` allows text to be recognized from images. `force` reads the file although its outcome is
    known, and lets it replace another document with the same id although it was replaced by that one before.
    `symbol_remembered` says that the symbol was given when the file was read before: then it verifies nothing, and one that
    the text prints counts more. `fetched` says that the official service gave these bytes for the symbol."""

    name: str
    data: bytes
    symbol: Symbol | None = None
    language: str | None = None
    trusted: bool = False
    origin: str = ""
    display_name: str = ""
    ocr: bool = False
    force: bool = False
    symbol_remembered: bool = False
    fetched: bool = False

    def open(self) -> Input:
        """Returns itself: the bytes are already there."""
        return self

    @property
    def label(self) -> str:
        """The name of the file in messages."""
        return self.display_name or self.name

    @property
    def symbol_given(self) -> bool:
        """Whether the user states the symbol now."""
        return self.symbol is not None and not self.symbol_remembered

    @property
    def file_id(self) -> str:
        """Identifies the file: its origin, or else its name."""
        return self.origin or self.name


def read_document(source: Input, catalogue: Catalogue) -> tuple[Document, Meeting | None]:
    """Reads and identifies one file. Raises `ReadError` where that fails or it is not the document requested."""
    parsed = read(source.data, source.name, ocr=source.ocr, languages=(source.language,) if source.language else ())
    all_pieces = build_pieces(parsed.lines)
    masthead = read_masthead(parsed.lines)
    kind = detect_text_kind(all_pieces, masthead.body)
    try:
        document = identify(all_pieces, masthead, parsed.front_matter, kind, source, catalogue)
    except IdentityError:
        if not source.symbol_remembered:
            raise
        # The file has become another document.
        document = identify(all_pieces, masthead, parsed.front_matter, kind, replace(source, symbol=None), catalogue)
    all_pieces = mark_masthead(all_pieces, masthead, document.symbol, document.title)
    text, blocks = build_blocks(
        mark_act_headings(all_pieces),
        kind,
        digest=document.edition == "digest",
        headed=parsed.format != "text",
        body=masthead.body,
    )
    document = replace(
        document,
        text=text,
        blocks=blocks,
        source=source.name,
        origin=source.file_id,
        sha256=hashlib.sha256(source.data).hexdigest(),
        reader=READER_VERSION,
        format=parsed.format,
        pages=parsed.pages,
        ocr=parsed.ocr,
        unquotable=parsed.unquotable,
        warnings=(*document.warnings, *parsed.warnings),
        # The symbol of an official document is verified where it was fetched by its symbol or a member of staff gave it.
        verified=source.symbol_given and document.edition == "official",
    )
    # Piece n has become block n.
    return document, parse_meeting(document, {n: piece.spans for n, piece in enumerate(all_pieces) if piece.spans})
