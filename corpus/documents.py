"""The values `Document`, `Block` and `Passage`. Citations, passages and tables refer to a document's text by character spans."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from textwrap import shorten
from typing import Any, Literal, TypeVar

from corpus.serialization import SerializationError, from_json_data, to_json_data
from corpus.symbols import LANGUAGES as LANGUAGES
from corpus.symbols import Language as Language
from corpus.symbols import Symbol

Edition = Literal["official", "digest", "upload"]
BlockKind = Literal["heading", "paragraph", "item", "row", "footnote"]
Span = tuple[int, int]
_Result = TypeVar("_Result")

HEADING_SEPARATOR = " — "  # separates the headings in `Passage.heading`
MAX_HEADING_LENGTH = 200  # characters of a heading that is shown beside words under it
MAX_SPAN_PAGES = 3  # pages that one span is searched for on


class DocumentError(ValueError):
    """A document whose parts do not fit together; the message names the document and the part. Permanent."""


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, list item, table row or footnote: a span of the canonical text.

    `start` and `end` are character offsets into `Document.text`; the number that the source prints before
    the text (`number`, as a person writes it: `1`, `(a)`) is part of the span, `body_start` lies behind it.
    `parent` is the ordinal of the block above it: the heading of its section, or the paragraph that
    introduces a list item. `locator` says where it is, without naming the document. `cells` are the spans
    of a row's cells by column, None where the source leaves the cell blank; `context` carries what a blank
    cell inherits from the rows above, and the header of the table."""

    ordinal: int
    kind: BlockKind
    start: int
    end: int
    locator: str
    number: str | None = None
    body_start: int = -1
    level: int = 0
    parent: int | None = None
    page: int | None = None
    cells: tuple[Span | None, ...] = ()
    context: str = ""
    marks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.body_start < 0:
            object.__setattr__(self, "body_start", self.start)


@dataclass(frozen=True)
class Masthead:
    """The metadata printed at the head of a document, as printed; empty where nothing is printed. `symbols` are the
    document's symbols, canonical and without asterisks (one, or two for one document), `language` and `original` are
    language codes, `date` is ISO 8601. `dates` are those of the meeting."""

    body: str = ""
    symbols: tuple[str, ...] = ()
    distribution: str = ""
    date: str = ""
    language: str = ""
    original: str = ""
    session: str = ""
    place: str = ""
    dates: str = ""
    item: str = ""
    job: str = ""


class DocumentIdentity:
    """What identifies a document; shared by `Document` and by headers without the text."""

    symbol: Symbol | str | None
    part: str | None
    edition: str
    title: str
    short: str | None
    verified: bool

    @property
    def unverified(self) -> bool:
        """Whether nothing but the text itself shows that it is the official document."""
        return self.edition == "official" and not self.verified

    @property
    def label(self) -> str:
        """The document's name in citations; that of a digest says that it is one."""
        name = self.short or self.title if self.symbol is None or self.part else str(self.symbol)
        return f"{name} (digest)" if self.edition == "digest" else name


@dataclass(frozen=True)
class Document(DocumentIdentity):
    """One language version of one symbol (or part of it) in one edition, with its canonical text.

    `part` distinguishes texts that share a symbol, such as the two treaties annexed to A/RES/55/25.
    `short` is the text's name in citations where it is not cited by symbol. A document without a symbol is
    identified by its `slug`. `source` is the file's name, `origin` distinguishes files of the same name, `format` is the file
    format (`text`, `html`, `docx`, `pdf`). `sha256` is the hash of the source bytes, `reader` the version of the
    code that read them: together they show whether reading again could change anything. `proof` is the evidence for the
    symbol, `reissue` counts its asterisks. `pages` are the characters of text on each page of a paged source; `ocr`: the words were
    recognised from an image; `unquotable` are pages whose words are damaged in the source, so
    that no answer may quote them; `warnings` are sentences about what a person should check. `verified`: the identity does not rest on
    the text alone: the document was fetched by its symbol, or staff entered or confirmed the symbol."""

    symbol: Symbol | None
    language: str
    edition: Edition
    title: str
    text: str
    blocks: tuple[Block, ...]
    slug: str = ""
    part: str | None = None
    short: str | None = None
    date: str | None = None
    url: str | None = None
    source: str = ""
    origin: str = ""
    sha256: str = ""
    reader: str = ""
    kind: str = "document"
    proof: str = ""
    masthead: Masthead = Masthead()
    format: str = "text"
    reissue: int = 0
    pages: tuple[int, ...] = ()
    ocr: bool = False
    unquotable: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    verified: bool = False

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise DocumentError(f"{self.title!r}: unknown language {self.language!r}. Known: {', '.join(LANGUAGES)}.")
        if self.symbol is None and not self.slug:
            raise DocumentError(f"{self.title!r} has neither a symbol nor a name to be known by.")
        end = 0
        for n, block in enumerate(self.blocks):
            if block.ordinal != n or not end <= block.start <= block.body_start <= block.end <= len(self.text):
                raise DocumentError(f"{self.id}: block {n} does not lie where the text allows it.")
            end = block.end

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary: the symbol as text, fields at their default left out."""
        data: dict[str, Any] = to_json_data(self)
        return {**data, "symbol": data.get("symbol")}

    @classmethod
    def from_json(cls, data: Any) -> Document:
        """The inverse of `to_json`; everything is validated. Raises `DocumentError` for anything but a document."""
        try:
            document: Document = from_json_data(cls, data, "the document")
        except SerializationError as error:
            raise DocumentError(str(error)) from None
        return document

    @property
    def key(self) -> str:
        """What the document is a version of: symbol with its part, or the name of a text without a symbol."""
        if self.symbol is None:
            return self.slug
        return f"{self.symbol.text}, {self.part}" if self.part else self.symbol.text

    @property
    def id(self) -> str:
        """Stable identity: key, language and edition."""
        return f"{self.key}:{self.language}:{self.edition}"

    def cite(self, locator: str) -> str:
        """A place in the document as a person would cite it: `CTOC/COP/WG.7/2021/1, annotations, item 3`."""
        return f"{self.label}, {locator}" if locator else self.label

    def quote(self, start: int, end: int) -> str:
        """The exact words of a span of the canonical text."""
        return self.text[start:end]

    def page_range(self, start: int, end: int) -> tuple[int, int] | None:
        """The first and the last page on which the words of a span may be; None for a source without pages. A block begins
        on its page, and ends at the latest where the next one begins."""
        first, last = self.block_at(start), self.block_at(max(start, end - 1))
        if first is None or last is None or first.page is None or last.page is None:
            return None
        last_page = last.page
        if last.kind != "footnote":
            following = (each.page for each in self.blocks[last.ordinal + 1 :] if each.page and each.kind != "footnote")
            last_page = max(last_page, next(following, last_page + 1))
        limit = min(len(self.pages), first.page + MAX_SPAN_PAGES - 1)
        return (first.page, min(last_page, limit)) if first.page <= limit else None

    def trim_span(self, start: int, end: int) -> Span:
        """A span without the white space and cell separators at its ends: a table row whose first cell is blank begins with a
        separator. Empty where the span has no words."""
        text = self.text
        while start < end and (text[start].isspace() or _is_separator(text[start : start + 2], end - start)):
            start += 1
        while start < end and (text[end - 1].isspace() or _is_separator(text[end - 2 : end][::-1], end - start)):
            end -= 1
        return start, end

    def block_text(self, block: Block) -> str:
        """The canonical text of a block, its number included."""
        return self.text[block.start : block.end]

    def line(self, block: Block) -> str:
        """The text of a block on one line, its number included."""
        return " ".join(self.block_text(block).split())

    def body(self, block: Block) -> str:
        """The canonical text of a block without its number."""
        return self.text[block.body_start : block.end]

    @cached_property
    def children(self) -> dict[int, tuple[Block, ...]]:
        """Blocks by the ordinal of their parent."""
        found: dict[int, list[Block]] = {}
        for block in self.blocks:
            if block.parent is not None:
                found.setdefault(block.parent, []).append(block)
        return {parent: tuple(blocks) for parent, blocks in found.items()}

    def block_at(self, position: int) -> Block | None:
        """The last block that begins at or before a character offset, or None before the first."""
        after = bisect_right(self.blocks, position, key=lambda block: block.start)
        return self.blocks[after - 1] if after else None

    def headings(self, block: Block) -> tuple[Block, ...]:
        """The headings above a block, outermost first, without the block itself."""
        found: list[Block] = []
        parent = block.parent
        while parent is not None:
            above = self.blocks[parent]
            if above.kind == "heading":
                found.append(above)
            parent = above.parent
        return tuple(reversed(found))

    def heading_at(self, position: int) -> str:
        """The innermost heading above a position, on one line; empty where there is none but the title."""
        block = self.block_at(position)
        innermost = self.headings(block)[-1:] if block else ()
        return self.heading_line(innermost[0]) if innermost else ""

    def heading_line(self, heading: Block) -> str:
        """A heading on one line, shortened; empty for the title."""
        line = self.line(heading)
        return "" if line in self.title else shorten(line, MAX_HEADING_LENGTH, placeholder=" …")


def cached_by_document(work: Callable[[Document], _Result]) -> Callable[[Document], _Result]:
    """Decorator: caches the result of a function of a document with the document itself, for as long as that is in memory."""

    @wraps(work)
    def cached(document: Document) -> _Result:
        results: dict[str, _Result] = document.__dict__.setdefault("_known", {})
        name = f"{work.__module__}.{work.__qualname__}"
        if name not in results:
            results[name] = work(document)
        return results[name]

    return cached


def _is_separator(outermost: str, length: int) -> bool:
    """Whether the outermost two characters of a span are a cell separator: a bar, and white space on the side of the words."""
    return length > 1 and outermost[0] == "|" and outermost[1:].isspace()


@dataclass(frozen=True)
class Passage:
    """The unit of retrieval: adjacent blocks of one section, `text[start:end]` of the document. `heading` is embedded
    as a line before the text; heading and text together never exceed the embedding model's window. `first` and `last`
    are block ordinals."""

    document_id: str
    ordinal: int
    start: int
    end: int
    heading: str
    locator: str
    first: int
    last: int
    text: str

    @cached_property
    def id(self) -> str:
        """A stable id: a hash of the document's id, the span and the words."""
        basis = f"{self.document_id}\0{self.start}\0{self.end}\0{self.heading}\0{self.text}"
        return hashlib.sha256(basis.encode()).hexdigest()[:20]

    @property
    def embedding_text(self) -> str:
        """The text that is embedded: heading and text."""
        return f"{self.heading}\n{self.text}"


@dataclass(frozen=True)
class SearchScope:
    """Limits a search to the passages of some documents, without those in `excluded_passage_ids`."""

    document_ids: frozenset[str]
    excluded_passage_ids: frozenset[str] = frozenset()
