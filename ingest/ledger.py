"""The ledger of files: records what became of each file, and decides which of two files that hold the same document is
stored.

The decision must not depend on the order of runs: a folder that is ingested twice gives the same library, and the
second run writes nothing.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from corpus.analysis import analyse
from corpus.documents import Document
from corpus.library import Library
from corpus.sources import SourceRecord
from corpus.store import Header
from corpus.symbols import Symbol, same_document
from ingest.change_order import Turn
from ingest.document_reading import READER_VERSION, Input
from ingest.identify import GIVEN
from ingest.outcomes import Outcome

MIN_PAGE_CHARACTERS = 20  # a page with fewer characters counts as a page whose text was not found

_FORMATS = {"docx": 6, "doc": 5, "odt": 5, "rtf": 5, "html": 4, "text": 3, "pdf": 2}


@dataclass(frozen=True)
class Decision:
    """What to do with a document that has been read.

    Without `stored`, the document is written under its final name in place of the documents `replaces`, with the source
    records `notes`. `displaces` says that at least one document is removed for it, `reason` what another file loses by
    it. `expected` has the hashes of the documents that the decision is based on (None: not in the library): it holds
    only as long as they are the same. With `stored`, nothing is written: that document is stored instead (`reason` says
    why), or is the same (no reason)."""

    document: Document
    replaces: tuple[str, ...] = ()
    notes: tuple[SourceRecord, ...] = ()
    displaces: bool = False
    expected: Mapping[str, str | None] = field(default_factory=dict)
    stored: Header | None = None
    reason: str = ""


class Ledger:
    """Outcomes of earlier runs, stored in a library. With `again`, files are read although their outcome is known. `turn` is the place
    of the run among those that change the library at the same time."""

    def __init__(self, library: Library, *, again: bool = False, turn: Turn | None = None) -> None:
        self._library = library
        self._again = again
        self._turn = turn

    def with_remembered_symbol(self, file: Input) -> Input:
        """A file with the symbol that was given when it was read before, where none is given now. A symbol is remembered
        as long as the library has the document to which it led."""
        recorded = None if file.symbol is not None or file.trusted else self._library.source(file.file_id)
        if recorded is None:
            return file
        symbol = recorded.symbol
        if recorded.outcome == "refused":  # its symbol led to no document; the one before may have
            stored = [each for each in self._library.headers(origin=file.file_id) if each.symbol and each.verified]
            given = (each.symbol for each in stored if self._library.document(each.id).proof == GIVEN)
            symbol = next(given, None)
        elif not self._library.headers(id=recorded.document_id or ""):
            symbol = None
        return replace(file, symbol=Symbol.parse_any(symbol), symbol_remembered=True) if symbol else file

    def find_outcome(self, file: Input, sha256: str) -> Outcome | None:
        """The outcome of a file that need not be read, since the same bytes were read before; else None."""
        if self._again or file.force:
            return None
        recorded = self._library.source(file.file_id)
        if recorded and (recorded.sha256, recorded.reader) != (sha256, READER_VERSION):
            recorded = None
        duplicate = None
        for header in self._library.headers(sha256=sha256):
            if header.reader != READER_VERSION or not _matches_request(header, file):
                continue
            if header.origin != file.file_id:
                duplicate = duplicate or header
            elif self._is_complete_reading(header, file, recorded):
                return Outcome(file.label, "unchanged", header=header)
            else:
                return None
        if recorded and _requested_identity(recorded) == _requested_identity(file) and recorded.ocr >= file.ocr:
            reason = _replace_name(recorded.reason, recorded.name, file.label)
            if recorded.outcome == "refused":
                return Outcome(file.label, "refused", reason=reason, from_earlier_run=True)
            for header in self._library.headers(id=recorded.document_id or ""):
                # A changed file that was skipped for its own earlier text is read when the symbol is given again.
                own = file.symbol_given and header.origin == file.file_id
                if recorded.outcome == "skipped" and not own:
                    return Outcome(file.label, "skipped", reason=reason, header=header, from_earlier_run=True)
        if duplicate is None:
            return None
        reason = f"has the same bytes as {self._file_name(duplicate)}, which is in the library as {duplicate.label}"
        return Outcome(file.label, "skipped", reason=reason, header=duplicate)

    def decide(self, file: Input, document: Document) -> Decision:
        """Whether a document that has been read is to be written, and which documents are removed for it."""
        stem = document.slug
        document = self._with_final_name(document)
        stored = next(iter(self._library.headers(id=document.id)), None)
        if stored is not None and stored.verified and not document.verified:
            if stored.sha256 != document.sha256:
                return Decision(document, stored=stored, reason=self._unverified_reason(file, document, stored))
            document = replace(document, verified=True)  # bytes that were confirmed once stay verified
        if stored is not None:
            if stored.origin != document.origin and (reason := self._reason_to_keep(file, document, stored)):
                return Decision(document, stored=stored, reason=reason)
            if stored.origin == document.origin and self._library.document(stored.id) == document:
                return Decision(document, stored=stored)
            if reason := self._reason_to_confirm(file, document, stored):
                return Decision(document, stored=stored, reason=reason)
        replaced = [stored] if stored else []
        others = self._library.headers(sha256=document.sha256)
        if file.origin or document.edition == "upload":
            others += self._library.headers(origin=document.origin)
        for other in others:
            # Without an origin only the name is known, which does not identify an official document.
            same_file = other.edition == "upload" or other.sha256 == document.sha256 or bool(file.origin)
            if same_file and other.id != document.id and other not in replaced:
                replaced.append(other)
        displaced = [other for other in replaced if other.origin != document.origin]
        notes = [self._build_record(file, document.sha256, "held", document.id)]
        notes += [self._displacement_record(other, document.id, file.label) for other in displaced]
        replaces = tuple(other.id for other in replaced if other.id != document.id)
        change = ""
        if stored is not None and stored in displaced and stored.sha256 != document.sha256 and not file.trusted:
            differing = self._count_differences(stored, document)
            change = f"replaces {self._file_name(stored)} (paragraphs that differ: {differing})"
        if stored is None and not displaced:
            change = self._beside(document, stem)
        expected = {document.id: None} | {other.id: other.sha256 for other in replaced}
        return Decision(document, replaces, tuple(notes), bool(replaced), expected, reason=change)

    def confirm_symbol(self, file: Input, sha256: str, stored: Header | None) -> None:
        """Marks a stored document with these bytes as verified where it was not and its symbol is now given. Raises
        `ConcurrentChange` where other bytes have replaced them."""
        if file.symbol_given and stored is not None and stored.unverified and stored.sha256 == sha256:
            self._library.confirm(stored.id, sha256)

    def record(self, file: Input, sha256: str, outcome: str, document_id: str | None = None, reason: str = "") -> None:
        """Records the outcome of a file, unless it is recorded already: it is `held` as a document, `skipped` since
        another file is, or `refused`."""
        self._library.record_source(self._build_record(file, sha256, outcome, document_id, reason))

    def _build_record(
        self, file: Input, sha256: str, outcome: str, document_id: str | None, reason: str = ""
    ) -> SourceRecord:
        return SourceRecord(
            origin=file.file_id,
            name=file.label,
            sha256=sha256,
            reader=READER_VERSION,
            outcome=outcome,
            symbol=file.symbol.text if file.symbol else None,
            language=file.language,
            ocr=file.ocr,
            document_id=document_id,
            reason=reason,
        )

    def _file_name(self, header: Header) -> str:
        recorded = self._library.source(header.origin)
        return recorded.name if recorded else header.source

    def _is_complete_reading(self, header: Header, file: Input, recorded: SourceRecord | None) -> bool:
        """Whether reading again could find no more text: empty pages may now be recognized from images."""
        if not file.ocr or header.ocr or (recorded is not None and recorded.ocr):
            return True
        return not nearly_empty_pages(self._library.document(header.id))

    def _reason_to_keep(self, file: Input, document: Document, stored: Header) -> str:
        """Why a document does not replace the stored one, which is from another file; empty where it does."""
        name = self._file_name(stored)
        if document.verified and stored.unverified:
            return ""
        ours, theirs = _rank(document), _rank(stored)
        if document.sha256 == stored.sha256 and stored.reader == READER_VERSION:
            return f"has the same bytes as {name}, which is in the library as {stored.label}"
        if file.trusted:
            return ""
        if ours[0] < theirs[0]:
            return f"is in the library as a later reissue from {name}"
        if ours < theirs:
            form, own = ("recognized from images" if each.ocr else each.format for each in (stored, document))
            return f"is in the library from {name}, which is {form} and not {own}"
        if ours > theirs:
            return ""
        came_later = self._turn is not None and self._turn.came_later(stored.id, stored.sha256)
        if came_later and not (file.fetched and _have_little_in_common(self._library.document(stored.id), document)):
            return f"is in the library from {name}, which replaced it"
        if self._library.document(stored.id).text == document.text:
            return f"has the same text as {name}, which is in the library as {stored.label}"
        recorded = self._library.source(document.origin)
        if recorded is None or recorded.outcome != "skipped" or file.force or (self._again and file.symbol_given):
            return ""
        same = recorded.sha256 == document.sha256 and _requested_identity(recorded) == _requested_identity(file)
        return (recorded.reason or f"is in the library from {name}") if same else ""

    def _reason_to_confirm(self, file: Input, document: Document, stored: Header) -> str:
        """Why a document does not yet replace a verified one from another file: only a person typed its symbol, and the texts have
        little in common. Empty where it does; `again` confirms it for bytes that were skipped for this reason before."""
        if file.fetched or file.trusted or not stored.verified or stored.origin == document.origin:
            return ""
        if stored.edition != "official" or not _have_little_in_common(self._library.document(stored.id), document):
            return ""
        reason = (
            f"has little in common with the text of {stored.label} that it would replace. Check the symbol. If this is "
            "the right text, send it once more and choose to read it again (--again, or `again` in the API)"
        )
        recorded = self._library.source(document.origin) if self._again or file.force else None
        told = recorded is not None and (recorded.sha256, recorded.reason) == (document.sha256, reason)
        return "" if told else reason

    def _beside(self, document: Document, stem: str) -> str:
        """What to do about an upload whose name `stem` was taken by an earlier one of the same file name; empty where there is none."""
        if document.symbol is not None or document.slug == stem:
            return ""
        numbers = _numbers(stem, self._library.upload_keys(stem))
        names = (name for name in sorted(numbers, key=numbers.__getitem__, reverse=True) if name != document.slug)
        found = (each for name in names for each in self._library.headers(key=name))
        latest = next((each.key for each in found if each.source == document.source), None)
        if latest is None:
            return ""
        return (
            f"was added beside an earlier text of the same file name, {latest}. If one of them is out of date, remove it: "
            f"rapporteur remove {latest} (the earlier) or {document.slug} (this one)"
        )

    def _count_differences(self, stored: Header, document: Document) -> str:
        """How many paragraphs of two texts differ, as `2 of 14`."""
        old, new = (
            Counter(" ".join(each.body(block).split()) for block in each.blocks if block.kind != "heading")
            for each in (self._library.document(stored.id), document)
        )
        return f"{max((old - new).total(), (new - old).total())} of {max(old.total(), new.total())}"

    def _unverified_reason(self, file: Input, document: Document, stored: Header) -> str:
        if file.symbol is not None:
            return (
                f"has a symbol that was given before and other words than {stored.label}, which is verified. If this is "
                f"the right text, give the symbol {file.symbol.text} again"
            )
        return (
            f"is {stored.label} only by its own words, and {stored.label} is in the library from "
            f"{self._file_name(stored)} and verified. If this is the right text, give the symbol "
            f"{document.symbol.text if document.symbol else stored.label} with it"
        )

    def _displacement_record(self, header: Header, document_id: str, by: str) -> SourceRecord:
        """The record of a file whose document is replaced by that of another file."""
        recorded = self._library.source(header.origin)
        if recorded is None:
            recorded = SourceRecord(header.origin, header.source, header.sha256, header.reader, "skipped")
        if recorded.sha256 != header.sha256:
            return recorded  # the file has changed since: the record is about its later content
        reason = f"is in the library from {by}, which replaced it"
        return replace(recorded, outcome="skipped", document_id=document_id, reason=reason)

    def _with_final_name(self, document: Document) -> Document:
        """The document under its final name: an upload with the same name as one from another file gets a name of its
        own, and keeps it in later runs."""
        if document.symbol is not None or document.edition != "upload":
            return document
        stem = document.slug
        mine = [header.slug for header in self._library.headers(origin=document.origin) if header.edition == "upload"]
        for slug in mine:
            if slug == stem or (slug.startswith(f"{stem}-") and slug[len(stem) + 1 :].isdecimal()):
                return _numbered(document, slug, stem)
        taken = self._library.upload_keys(stem)
        numbers = _numbers(stem, taken)
        for header in self._library.headers(sha256=document.sha256):
            if header.edition == "upload" and header.slug in numbers:
                return _numbered(document, header.slug, stem)
        # Above the highest number, so that of several texts the latest has the highest.
        free = itertools.count(max(numbers.values(), default=0) + 1)
        names = (stem if n == 1 else f"{stem}-{n}" for n in free)
        return _numbered(document, next(name for name in names if name not in taken), stem)


def _numbers(stem: str, keys: Mapping[str, str]) -> dict[str, int]:
    """The numbers of the uploads called `stem` (1), `stem-2` and so on, from their keys with their short names. A file that is itself
    called so has a short name without that number."""
    numbers = {stem: 1} if stem in keys else {}
    for key, short in keys.items():
        number = key[len(stem) + 1 :]
        if number.isdecimal() and short.endswith(f"({number})"):
            numbers[key] = int(number)
    return numbers


def _numbered(document: Document, slug: str, stem: str) -> Document:
    """An upload under its final name, which also shows in citations if it is a numbered one."""
    if slug == stem:
        return document
    return replace(document, slug=slug, short=f"{document.label} ({slug[len(stem) + 1 :]})")


def _have_little_in_common(one: Document, other: Document) -> bool:
    """Whether a text has less than half of the pairs of neighbouring words of a shorter one."""
    words = [analyse(each.text, each.language) for each in (one, other)]
    shorter, longer = sorted((set(itertools.pairwise(each)) for each in words), key=len)
    return 2 * len(shorter & longer) < max(1, len(shorter))


def nearly_empty_pages(document: Document) -> tuple[int, ...]:
    """Numbers of the pages of a paged document with almost no text."""
    return tuple(page for page, count in enumerate(document.pages, 1) if count < MIN_PAGE_CHARACTERS)


def _requested_identity(of: SourceRecord | Input) -> tuple[str | None, str | None]:
    symbol = of.symbol.text if isinstance(of.symbol, Symbol) else of.symbol
    return symbol, of.language


def _replace_name(reason: str, before: str, name: str) -> str:
    """The reason recorded for a file, with the name of another file that has the same bytes."""
    return re.sub(rf"(?<!\w){re.escape(before)}(?!\w)", lambda _: name, reason) if before else reason


def _matches_request(header: Header, file: Input) -> bool:
    if file.language not in (None, header.language):
        return False
    if file.symbol is None:
        return True
    return header.symbol is not None and same_document(Symbol.parse_any(header.symbol), file.symbol)


def _rank(of: Document | Header) -> tuple[int, int]:
    """How preferable a document is: reissues first, then formats that are read best, recognised text last."""
    return of.reissue, 0 if of.ocr else _FORMATS.get(of.format, 1)
