"""Files into the library: each whole or not at all, the same file never twice, every outcome told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Literal

from corpus.catalogue import Catalogue
from corpus.documents import Document
from corpus.library import Library
from corpus.meetings import Meeting
from corpus.symbols import Symbol, link, same_document
from ingest.agenda import meeting_of
from ingest.identify import identify
from ingest.locate import kind_of, lay_out
from ingest.readers import ReadError, read, visible
from ingest.readers.text import MAX_BYTES
from ingest.segment import segmenter
from ingest.structure import pieces
from ingest.subjects import subjects_of

READER_VERSION = "1"
"""Raised when the same bytes would now be read differently; held documents are then read anew."""

Result = Literal["added", "replaced", "unchanged", "refused"]


@dataclass(frozen=True)
class Input:
    """Bytes to be read, and what the user says about them.

    `origin` says which file they came from; without one, the name stands for it.
    """

    name: str
    data: bytes
    symbol: Symbol | None = None
    language: str | None = None
    trusted: bool = False
    origin: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of one file."""

    name: str
    result: Result
    document: Document | None = None
    passages: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Progress:
    """Where ingestion stands: the file in hand, and how many of its passages are embedded."""

    name: str
    done: int
    total: int


def read_document(source: Input, catalogue: Catalogue) -> tuple[Document, Meeting | None]:
    """Reads and identifies one file. Raises `ReadError` where it can't be read or is not what was asked for."""
    raw = read(source.data, source.name)
    found = pieces(raw.lines)
    identity = identify(
        found,
        raw.given,
        source.name,
        catalogue,
        symbol=source.symbol,
        language=source.language,
        trusted=source.trusted,
    )
    kind = kind_of(found)
    text, blocks = lay_out(found, kind, digest=identity.edition == "digest")
    url = identity.url
    if url is None and identity.symbol is not None:
        url = link(identity.symbol, identity.language)
    document = Document(
        symbol=identity.symbol,
        language=identity.language,
        edition=identity.edition,
        title=identity.title,
        text=text,
        blocks=blocks,
        slug=identity.slug,
        part=identity.part,
        short=identity.short,
        date=identity.date,
        url=url,
        source=source.name,
        origin=source.origin or source.name,
        sha256=hashlib.sha256(source.data).hexdigest(),
        reader=READER_VERSION,
        kind=kind,
        proof=identity.proof,
        format=raw.format,
        pages=raw.pages,
        ocr=raw.ocr,
        warnings=raw.warnings,
    )
    return document, meeting_of(document)


def starter_sources() -> list[Input]:
    """The digests that ship with Rapporteur."""
    folder = files("corpus") / "starter"
    return [
        Input(entry.name, entry.read_bytes(), trusted=True)
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".md")
    ]


def file_source(path: Path, symbol: Symbol | None = None, language: str | None = None) -> Input:
    """A file of the user's. Raises `ReadError` where there is no file to read."""
    if path.is_dir():
        raise ReadError(f"{path} is a folder. Give its files, for example: rapporteur ingest {path}/*")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ReadError(
                f"{path} is {path.stat().st_size / 1e6:.0f} MB large; files of up to {MAX_BYTES / 1e6:.0f} MB are "
                "read. Split it into its documents."
            )
        origin = hashlib.sha256(str(path.resolve()).encode(errors="replace")).hexdigest()[:20]
        return Input(visible(path.name), path.read_bytes(), symbol, language, origin=origin)
    except FileNotFoundError:
        raise ReadError(f"There is no file {path}.") from None
    except OSError as error:
        raise ReadError(f"{path} can't be read: {error.strerror}.") from None


def ingest(
    sources: Sequence[Input],
    library: Library,
    catalogue: Catalogue,
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[Outcome]:
    """Reads, segments and adds each source; yields its outcome as soon as it is final.

    A source whose bytes are held already writes nothing. A source that can't be read is refused and the
    others go on. Interrupted at any time, it can be run again: what is held is passed over.
    """
    segment = segmenter(library.embedder)
    for source in sources:
        held = _held(source, library)
        if held is not None:
            yield Outcome(source.name, "unchanged", held)
            continue
        try:
            document, meeting = read_document(source, catalogue)
        except ReadError as error:
            yield Outcome(source.name, "refused", reason=str(error))
            continue
        document, replaces = _settled(document, library)
        if meeting is not None and meeting.document_id != document.id:
            meeting = replace(meeting, document_id=document.id)
        before = {other.id for other in library.documents()}
        passages = segment(document)
        done = 0

        def tell(more: int, total: int = len(passages), name: str = source.name) -> None:
            nonlocal done
            done += more
            if progress:
                progress(Progress(name, done, total))

        library.add(document, passages, meeting, tell, replaces, subjects_of(document, catalogue))
        result: Result = "replaced" if document.id in before or replaces else "added"
        yield Outcome(source.name, result, document, len(passages))


def _held(source: Input, library: Library) -> Document | None:
    """The document that these bytes are held as already, under the identity that is asked for."""
    for document_id in library.holds(hashlib.sha256(source.data).hexdigest(), READER_VERSION):
        document = library.document(document_id)
        asked = source.symbol is None or (document.symbol is not None and same_document(document.symbol, source.symbol))
        if asked and source.language in (None, document.language):
            return document
    return None


def _settled(document: Document, library: Library) -> tuple[Document, list[str]]:
    """The document under its final name, and the held ones that it takes the place of.

    The same bytes are never held twice, and a changed upload of the same file replaces the earlier one. A
    different file that happens to bear the title of a held upload gets a name of its own.
    """
    others = [other for other in library.documents() if other.id != document.id]
    replaces = [other.id for other in others if other.sha256 == document.sha256]
    if document.edition != "upload":
        return document, replaces
    replaces += [
        other.id
        for other in others
        if other.edition == "upload" and other.origin == document.origin and other.id not in replaces
    ]
    taken = {other.slug: other for other in library.documents() if other.edition == "upload"}
    slug, n = document.slug, 1
    while slug in taken and taken[slug].origin != document.origin and taken[slug].id not in replaces:
        n += 1
        slug = f"{document.slug}-{n}"
    return replace(document, slug=slug), replaces
