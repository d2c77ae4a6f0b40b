"""What the library remembers of files, and which of two files that hold the same document is kept.

The rule must not depend on the order of runs: a folder that is ingested twice gives the same library, and writes
nothing the second time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from corpus.documents import Document
from corpus.library import Library
from corpus.sources import SourceRecord
from corpus.store import Header
from corpus.symbols import Symbol, same_document
from ingest.document_reading import READER_VERSION, Input
from ingest.outcomes import Outcome

LEAST_CHARACTERS = 20
"""A page with less text than this counts as one whose text was not found."""

_FORMATS = {"docx": 6, "doc": 5, "odt": 5, "rtf": 5, "html": 4, "text": 3, "pdf": 2}


@dataclass(frozen=True)
class Decision:
    """What to do with a document that has been read: write it under its final name in place of `replaces`, with
    `notes` (`displaces`: there is one that leaves for it), as long as the documents `expected` have the hashes by which it was
    decided (None: not held), where `reason` tells what another file loses by it; or, with `held`, nothing: that is held instead
    (`reason`), or is the same (no reason)."""

    document: Document
    replaces: tuple[str, ...] = ()
    notes: tuple[SourceRecord, ...] = ()
    displaces: bool = False
    expected: Mapping[str, str | None] = field(default_factory=dict)
    held: Header | None = None
    reason: str = ""


class Memory:
    """Outcomes of earlier runs, kept in a library. `again`: files are to be read though their outcome is known."""

    def __init__(self, library: Library, *, again: bool = False) -> None:
        self._library = library
        self._again = again

    def recall(self, given: Input, sha256: str) -> Outcome | None:
        """The outcome of a file that need not be read, since these bytes were read before; else None."""
        if self._again or given.insists:
            return None
        noted = self._library.source(given.place)
        if noted and (noted.sha256, noted.reader) != (sha256, READER_VERSION):
            noted = None
        twin = None
        for header in self._library.headers(sha256=sha256):
            if header.reader != READER_VERSION or not _as_asked(header, given):
                continue
            if header.origin != given.place:
                twin = twin or header
            elif self._read_well_enough(header, given, noted):
                return Outcome(given.label, "unchanged", header=header)
            else:
                return None
        if noted is not None and _asked(noted) == _asked(given) and noted.ocr >= given.ocr:
            reason = _renamed(noted.reason, noted.name, given.label)
            if noted.outcome == "refused":
                return Outcome(given.label, "refused", reason=reason, before=True)
            for header in self._library.headers(id=noted.document_id or ""):
                if noted.outcome == "skipped":
                    return Outcome(given.label, "skipped", reason=reason, header=header, before=True)
        if twin is None:
            return None
        reason = f"has the same bytes as {self._name(twin)}, which is held as {twin.label}"
        return Outcome(given.label, "skipped", reason=reason, header=twin)

    def decide(self, given: Input, document: Document) -> Decision:
        """Whether a document that has been read is to be written, and what leaves for it."""
        document = self._named(document)
        held = next(iter(self._library.headers(id=document.id)), None)
        if held is not None and held.verified and not document.verified:
            if held.sha256 != document.sha256:
                return Decision(document, held=held, reason=self._unverified(document, held))
            document = replace(document, verified=True)  # once confirmed, these bytes stay so
        if held is not None:
            if held.origin != document.origin and (reason := self._worse(given, document, held)):
                return Decision(document, held=held, reason=reason)
            if held.origin == document.origin and self._library.document(held.id) == document:
                return Decision(document, held=held)
        leaving = [held] if held else []
        others = self._library.headers(sha256=document.sha256)
        if given.origin or document.edition == "upload":
            others += self._library.headers(origin=document.origin)
        for other in others:
            # Without an origin a name is all that is known, and that tells no official documents apart.
            same_file = other.edition == "upload" or other.sha256 == document.sha256 or bool(given.origin)
            if same_file and other.id != document.id and other not in leaving:
                leaving.append(other)
        notes = [self._record(given, document.sha256, "held", document.id)]
        notes += [
            self._displaced(other, document.id, given.label) for other in leaving if other.origin != document.origin
        ]
        replaces = tuple(other.id for other in leaving if other.id != document.id)
        told = ""
        if held is not None and held.origin != document.origin and held.sha256 != document.sha256 and not given.trusted:
            told = f"takes the place of {self._name(held)} (paragraphs that differ: {self._differing(held, document)})"
        expected = {document.id: None} | {other.id: other.sha256 for other in leaving}
        return Decision(document, replaces, tuple(notes), displaces=bool(leaving), expected=expected, reason=told)

    def confirm(self, given: Input, sha256: str, held: Header | None) -> None:
        """Notes, where these bytes are held with nothing but their own word for their symbol, that it is given now."""
        if given.symbol is not None and held is not None and held.unverified and held.sha256 == sha256:
            self._library.confirm(held.id)

    def note(self, given: Input, sha256: str, outcome: str, document_id: str | None = None, reason: str = "") -> None:
        """Notes what became of a file, unless that is noted already: it is `held` as a document, `skipped` since another file
        is, or `refused`."""
        self._library.record_source(self._record(given, sha256, outcome, document_id, reason))

    def _record(
        self, given: Input, sha256: str, outcome: str, document_id: str | None, reason: str = ""
    ) -> SourceRecord:
        return SourceRecord(
            origin=given.place,
            name=given.label,
            sha256=sha256,
            reader=READER_VERSION,
            outcome=outcome,
            symbol=given.symbol.text if given.symbol else None,
            language=given.language,
            ocr=given.ocr,
            document_id=document_id,
            reason=reason,
        )

    def _name(self, header: Header) -> str:
        noted = self._library.source(header.origin)
        return noted.name if noted else header.source

    def _read_well_enough(self, header: Header, given: Input, noted: SourceRecord | None) -> bool:
        """Whether reading again could not find more: text that may now be recognised from images."""
        if not given.ocr or header.ocr or (noted is not None and noted.ocr):
            return True
        return not thin_pages(self._library.document(header.id))

    def _worse(self, given: Input, document: Document, held: Header) -> str:
        """Why a document does not take the place of one from another file; empty where it does."""
        name = self._name(held)
        if document.verified and held.unverified:
            return ""
        ours, theirs = _rank(document), _rank(held)
        if document.sha256 == held.sha256 and held.reader == READER_VERSION:
            return f"has the same bytes as {name}, which is held as {held.label}"
        if given.trusted:
            return ""
        if ours[0] < theirs[0]:
            return f"is held as a later reissue from {name}"
        if ours < theirs:
            return f"is held from {name}, which is {_kind(held)} and not {_kind(document)}"
        if ours > theirs:
            return ""
        if self._library.document(held.id).text == document.text:
            return f"has the same text as {name}, which is held as {held.label}"
        noted = self._library.source(document.origin)
        known = noted is not None and noted.sha256 == document.sha256 and _asked(noted) == _asked(given)
        if noted is not None and known and noted.outcome == "skipped" and not given.insists:
            return noted.reason or f"is held from {name}"
        return ""

    def _differing(self, held: Header, document: Document) -> str:
        """How many paragraphs of two texts are not in the other, of how many: `2 of 14`."""
        old, new = (
            Counter(" ".join(each.body(block).split()) for block in each.blocks if block.kind != "heading")
            for each in (self._library.document(held.id), document)
        )
        return f"{max((old - new).total(), (new - old).total())} of {max(old.total(), new.total())}"

    def _unverified(self, document: Document, held: Header) -> str:
        return (
            f"is {held.label} by its own words alone, which is held from {self._name(held)} and verified. If this is the "
            f"right text, give the symbol {document.symbol.text if document.symbol else held.label} with it"
        )

    def _displaced(self, header: Header, document_id: str, by: str) -> SourceRecord:
        """The note about a file whose document leaves for that of another file."""
        noted = self._library.source(header.origin)
        reason = f"is held from {by}, which took its place"
        if noted is not None:
            if noted.sha256 != header.sha256:
                return noted  # the file has changed since, and that is what is known of it
            return replace(noted, outcome="skipped", document_id=document_id, reason=reason)
        return SourceRecord(
            origin=header.origin,
            name=header.source,
            sha256=header.sha256,
            reader=header.reader,
            outcome="skipped",
            document_id=document_id,
            reason=reason,
        )

    def _named(self, document: Document) -> Document:
        """The document under its final name: an upload that happens to bear the name of one from another file gets
        a name of its own, and keeps it."""
        if document.symbol is not None or document.edition != "upload":
            return document
        stem = document.slug
        mine = [header.slug for header in self._library.headers(origin=document.origin) if header.edition == "upload"]
        for slug in mine:
            if slug == stem or (slug.startswith(f"{stem}-") and slug[len(stem) + 1 :].isdigit()):
                return replace(document, slug=slug)
        slug, n = stem, self._library.count_keys_like(stem)
        while any(
            each.edition == "upload" and each.sha256 != document.sha256 for each in self._library.headers(key=slug)
        ):
            slug, n = f"{stem}-{max(n, 1) + 1}", n + 1
        return replace(document, slug=slug)


def thin_pages(document: Document) -> tuple[int, ...]:
    """Numbers of the pages of a paged document of which next to no text was found."""
    return tuple(page for page, count in enumerate(document.pages, 1) if count < LEAST_CHARACTERS)


def _asked(of: SourceRecord | Input) -> tuple[str | None, str | None]:
    symbol = of.symbol.text if isinstance(of.symbol, Symbol) else of.symbol
    return symbol, of.language


def _renamed(reason: str, before: str, name: str) -> str:
    """What was said of a file, said of the same bytes under another name."""
    return re.sub(rf"(?<!\w){re.escape(before)}(?!\w)", lambda _: name, reason) if before else reason


def _as_asked(header: Header, given: Input) -> bool:
    if given.language not in (None, header.language):
        return False
    if given.symbol is None:
        return True
    return header.symbol is not None and same_document(Symbol.parse_any(header.symbol), given.symbol)


def _rank(of: Document | Header) -> tuple[int, int]:
    """Reissues first, then the kinds of files from which text comes out best; recognised words come last."""
    return of.reissue, 0 if of.ocr else _FORMATS.get(of.format, 1)


def _kind(of: Document | Header) -> str:
    return "recognised from images" if of.ocr else of.format
