"""Passages: neighbouring blocks of one section that fit the embedding model's window whole.

LlamaIndex's splitters cut by their own token counts and lose what the model then truncates; here the model's
own tokenizer counts, a numbered paragraph keeps its sub-paragraphs where they fit, a table its rows, and a block
that alone is too long is cut between sentences, or at last between word pieces. Nothing is lost and nothing overlaps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from corpus.documents import HEADING_SEPARATOR, Block, Document, Passage
from corpus.sentences import sentence_spans
from corpus.tables import find_tables
from ingest.readers.lines import in_groups
from ingest.speakers import speeches_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.embedding import Embedder
    from corpus.models import EmbeddingModels

SEGMENTER_VERSION = "4"
HEADING_PIECES = 72
"""How much of the window the heading line may take."""
HEADER_PIECES = 48
"""How much of it the caption and header of a table may take, in a passage that begins with rows."""
MAX_PIECES = 256


@dataclass(frozen=True)
class _Part:
    start: int
    end: int
    first: int
    last: int
    size: int


def segmenter(models: EmbeddingModels) -> Callable[[Document], list[Passage]]:
    """`segment` by the model that reads a document's language, and was made for it where there is such. The word pieces of a model that
    does not read a script are its letters: a passage of so many would be half a sentence."""

    def by_language(document: Document) -> list[Passage]:
        return segment(document, next(iter(models.models_for(document.language)), models.primary))

    return by_language


def segment(document: Document, embedder: Embedder) -> list[Passage]:
    """The passages of a document, in order; together they cover all its blocks.

    Heading and text together have at most `embedder.window` word pieces (256 for a larger window).
    """
    passages: list[Passage] = []
    count = cache(embedder.count_tokens)  # a heading stands before many sections
    speakers = {n: each.speaker for n, each in enumerate(speeches_of(document)) if each and each.first != n}
    called = max((count(HEADING_SEPARATOR + each) for each in set(speakers.values())), default=0)
    tables = {block.ordinal: n for n, table in enumerate(find_tables(document)) for block in table.blocks}
    for section in _sections(document):
        # A part may begin at any heading or behind them all; the longest of its heading lines must fit.
        starts = {block.ordinal for block in section if block.kind == "heading"} | {section[-1].ordinal + 1}
        lines = {first: _heading_line(document, section, first, embedder) for first in starts}
        room = min(embedder.window, MAX_PIECES) - max(map(count, lines.values())) - called - 2
        for part in _packed(document, section, room, embedder, tables):
            line = lines[min(first for first in starts if first >= part.first)]
            header, lead = _header(document, document.blocks[part.first], embedder), _lead(document, part)
            passages.append(
                Passage(
                    document_id=document.id,
                    ordinal=len(passages),
                    start=part.start,
                    end=part.end,
                    heading=HEADING_SEPARATOR.join(filter(None, (line, speakers.get(lead, ""), header))),
                    locator=document.blocks[lead].locator,
                    first=part.first,
                    last=part.last,
                    text=document.text[part.start : part.end],
                )
            )
    return passages


def _lead(document: Document, part: _Part) -> int:
    """The block whose locator names a passage: the first that is more than a heading."""
    blocks = document.blocks[part.first : part.last + 1]
    return next((block.ordinal for block in blocks if block.kind != "heading"), part.first)


def _sections(document: Document) -> list[list[Block]]:
    """Runs of blocks under one heading; headings above the text go with what they introduce."""
    return in_groups(document.blocks, lambda held, block: block.kind != "heading" or _only_headings(held))


def _only_headings(held: Sequence[Block]) -> bool:
    return all(block.kind == "heading" for block in held)


def _heading_line(document: Document, section: Sequence[Block], first: int, embedder: Embedder) -> str:
    """Document and the headings before block `first`, outermost first; the middle gives way where it is long.

    Headings that a passage holds in its own text are not said twice.
    """
    body = next((block for block in section if block.kind != "heading"), section[-1])
    headings = [block for block in document.headings(body) if block.ordinal < first]
    above = [" ".join(document.block_text(block).split()) for block in headings]
    name = document.short or document.title
    parts = [name, *(text for text in above if text.casefold() not in (name.casefold(), document.title.casefold()))]
    while len(parts) > 2 and embedder.count_tokens(HEADING_SEPARATOR.join(parts)) > HEADING_PIECES:
        del parts[1]
    line = HEADING_SEPARATOR.join(parts)
    offsets = embedder.token_spans(line)
    return line if len(offsets) <= HEADING_PIECES else line[: offsets[HEADING_PIECES - 1][1]]


def _header(document: Document, block: Block, embedder: Embedder) -> str:
    """What a passage that begins with a row is read with: caption and header of its table; empty for other blocks."""
    if document.kind == "agenda" or block.context in ("", "header"):
        return ""
    offsets, most = embedder.token_spans(block.context), min(HEADER_PIECES, embedder.window // 5)
    return block.context if len(offsets) <= most else block.context[: offsets[most - 1][1]]


def _packed(
    document: Document, section: Sequence[Block], room: int, embedder: Embedder, tables: Mapping[int, int]
) -> Iterator[_Part]:
    held: _Part | None = None
    for group in _groups(section, tables):
        size = embedder.count_tokens(document.text[group[0].start : group[-1].end])
        part = _Part(group[0].start, group[-1].end, group[0].ordinal, group[-1].ordinal, size)
        if held and held.size + size + 1 <= room:
            held = _Part(held.start, part.end, held.first, part.last, held.size + size + 1)
            continue
        if held:
            yield held
            held = None
        if size <= room:
            held = part
        else:
            headers = max(
                embedder.count_tokens(HEADING_SEPARATOR + _header(document, block, embedder)) for block in group
            )
            yield from _packed_blocks(document, group, room - headers, embedder)
    if held:
        yield held


def _groups(section: Sequence[Block], tables: Mapping[int, int]) -> list[list[Block]]:
    """A paragraph with its sub-paragraphs, a table with its caption; leading headings with the first of them. `tables` has the number
    of the table that a block belongs to."""

    def goes_on(group: list[Block], block: Block) -> bool:
        part = block.kind == "heading" or (block.kind == "item" and block.level > 1)
        table = tables.get(block.ordinal)
        return part or _only_headings(group) or (table is not None and table == tables.get(group[-1].ordinal))

    return in_groups(section, goes_on)


def _packed_blocks(document: Document, group: Sequence[Block], room: int, embedder: Embedder) -> Iterator[_Part]:
    """A group that is too long for one passage, block by block; headings stay with what they introduce."""
    held: _Part | None = None
    for block in group:
        size = embedder.count_tokens(document.block_text(block))
        if held and held.size + size + 1 <= room:
            held = _Part(held.start, block.end, held.first, block.ordinal, held.size + size + 1)
            continue
        only_headings = held is not None and document.blocks[held.last].kind == "heading"
        if held and not (only_headings and held.size <= room // 2):
            yield held
            held = None
        if size <= room and held is None:
            held = _Part(block.start, block.end, block.ordinal, block.ordinal, size)
        else:
            yield from _cut(document, block, room, embedder, held)
            held = None
    if held:
        yield held


def _cut(document: Document, block: Block, room: int, embedder: Embedder, lead: _Part | None) -> Iterator[_Part]:
    """A block that is too long by itself, or with the headings before it (`lead`): between sentences where that
    suffices, else between word pieces."""
    text = document.block_text(block)
    first, begin = (lead.first, lead.start) if lead else (block.ordinal, block.start)
    size = lead.size + 1 if lead else 0
    end = block.start
    for start, stop in _atoms(text, document.language, room - size, embedder):
        more = embedder.count_tokens(text[start:stop])
        if end > block.start and size + more > room:
            yield _Part(begin, end, first, block.ordinal, size)
            first, begin, size = block.ordinal, block.start + start, 0
        size += more
        end = block.start + stop
    yield _Part(begin, block.end, first, block.ordinal, size)


def _atoms(text: str, language: str, room: int, embedder: Embedder) -> Iterator[tuple[int, int]]:
    """Sentences, and the pieces of those that exceed the room by themselves."""
    for start, stop in sentence_spans(text, language):
        offsets = embedder.token_spans(text[start:stop])
        # Word pieces cut out of their word may become more of them: a quarter of the room is left for that.
        step = max(1, room * 3 // 4)
        if len(offsets) + 2 <= room:
            yield start, stop
            continue
        cuts = [start + offsets[n][0] for n in range(0, len(offsets), step)] + [stop]
        cuts[0] = start
        yield from pairwise(cuts)
