"""The chunker: splits a document into passages, neighbouring blocks of one section that fit the window of the embedding
model.

LlamaIndex's splitters count tokens their own way, and the model truncates what is over. Here the tokenizer of the model
counts. A numbered paragraph keeps its sub-paragraphs and a table its rows where they fit; a block that is too long by
itself is split between sentences, or else between word pieces. Passages do not overlap, and together they have all of
the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from corpus.documents import HEADING_SEPARATOR, Block, Document, Passage
from corpus.sentences import sentence_spans
from corpus.tables import find_tables
from ingest.readers.lines import group_consecutive
from ingest.speakers import speeches_of

if TYPE_CHECKING:
    from corpus.embedding import Embedder
    from corpus.models import EmbeddingModels

SEGMENTER_VERSION = "4"
HEADING_PIECES = 72  # word pieces of the window that the heading line may take
HEADER_PIECES = 48
"""Word pieces of the window that the caption and header of a table may take, in a passage that begins with rows."""
MAX_PIECES = 256


@dataclass(frozen=True)
class _Part:
    start: int
    end: int
    first: int
    last: int
    size: int


class _Pieces:
    """The word pieces of the texts of one document; headings and headers of tables, which recur, are split once."""

    def __init__(self, embedder: Embedder) -> None:
        self.window = embedder.window
        self.count_tokens = cache(embedder.count_tokens)
        self.token_spans = cache(embedder.token_spans)


def segmenter(models: EmbeddingModels) -> Callable[[Document], list[Passage]]:
    """A function that splits a document into passages by the embedding model of its language, where there is one that
    was made for it. A model that does not know a script splits words into letters, so that a passage of the same number
    of word pieces would be half a sentence."""
    return lambda document: segment(document, next(iter(models.models_for(document.language)), models.primary))


def segment(document: Document, embedder: Embedder) -> list[Passage]:
    """The passages of a document, in order; together they cover all its blocks. Heading and text together have at most
    `embedder.window` word pieces (256 for a larger window)."""
    passages: list[Passage] = []
    pieces = _Pieces(embedder)
    count = pieces.count_tokens
    speakers = {n: each.speaker for n, each in enumerate(speeches_of(document)) if each and each.first != n}
    speaker_size = max((count(HEADING_SEPARATOR + each) for each in set(speakers.values())), default=0)
    tables = {block.ordinal: n for n, table in enumerate(find_tables(document)) for block in table.blocks}
    for section in _split_sections(document):
        # A part may begin at any heading or behind them all; the longest of its heading lines must fit.
        starts = {block.ordinal for block in section if block.kind == "heading"} | {section[-1].ordinal + 1}
        lines = {first: _heading_line(document, section, first, pieces) for first in starts}
        budget = min(pieces.window, MAX_PIECES) - max(map(count, lines.values())) - speaker_size - 2
        for part in _pack_groups(document, section, budget, pieces, tables):
            line = lines[min(first for first in starts if first >= part.first)]
            header = _table_header(document, document.blocks[part.first], pieces)
            blocks = document.blocks[part.first : part.last + 1]  # the locator is that of the first that is no heading
            lead = next((block.ordinal for block in blocks if block.kind != "heading"), part.first)
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


def _split_sections(document: Document) -> list[list[Block]]:
    """Splits the blocks at headings; headings directly above each other stay with the text that they introduce."""
    return group_consecutive(document.blocks, lambda current, block: block.kind != "heading" or _only_headings(current))


def _only_headings(current: Sequence[Block]) -> bool:
    return all(block.kind == "heading" for block in current)


def _heading_line(document: Document, section: Sequence[Block], first: int, pieces: _Pieces) -> str:
    """The name of the document and the headings before block `first`, outermost first; where they are too long, those
    in the middle are left out. Headings that are in the passage's own text are not repeated."""
    body = next((block for block in section if block.kind != "heading"), section[-1])
    headings = [block for block in document.headings(body) if block.ordinal < first]
    name = document.short or document.title
    parts = [
        name,
        *(
            text
            for text in map(document.line, headings)
            if text.casefold() not in (name.casefold(), document.title.casefold())
        ),
    ]
    while len(parts) > 2 and pieces.count_tokens(HEADING_SEPARATOR.join(parts)) > HEADING_PIECES:
        del parts[1]
    line = HEADING_SEPARATOR.join(parts)
    offsets = pieces.token_spans(line)
    return line if len(offsets) <= HEADING_PIECES else line[: offsets[HEADING_PIECES - 1][1]]


def _table_header(document: Document, block: Block, pieces: _Pieces) -> str:
    """The caption and header of the table of a passage that begins with a row; empty for other blocks."""
    if document.kind == "agenda" or block.context in ("", "header"):
        return ""
    offsets, most = pieces.token_spans(block.context), min(HEADER_PIECES, pieces.window // 5)
    return block.context if len(offsets) <= most else block.context[: offsets[most - 1][1]]


def _pack_groups(
    document: Document, section: Sequence[Block], budget: int, pieces: _Pieces, tables: Mapping[int, int]
) -> Iterator[_Part]:
    """The parts of a section. A group that is too long for one passage is split by blocks, and these where necessary."""

    def split_group(group: Sequence[Block], _: _Part | None) -> Iterator[_Part]:
        headers = (HEADING_SEPARATOR + _table_header(document, block, pieces) for block in group)
        within = budget - max(map(pieces.count_tokens, headers))

        def split_block(blocks: Sequence[Block], lead: _Part | None) -> Iterator[_Part]:
            return _split_block(document, blocks[0], within, pieces, lead)

        return _pack(document, [[block] for block in group], within, pieces, split_block)

    return _pack(document, _group_blocks(section, tables), budget, pieces, split_group)


def _pack(
    document: Document,
    groups: Iterable[Sequence[Block]],
    budget: int,
    pieces: _Pieces,
    split: Callable[[Sequence[Block], _Part | None], Iterator[_Part]],
) -> Iterator[_Part]:
    """Joins groups of blocks to parts of at most `budget` word pieces. A group that is too long is `split`, together with
    the part before it where that ends with a heading: headings stay with the text that they introduce."""
    current: _Part | None = None
    for group in groups:
        first, last = group[0], group[-1]
        size = pieces.count_tokens(document.text[first.start : last.end])
        if current and current.size + size + 1 <= budget:
            current = _Part(current.start, last.end, current.first, last.ordinal, current.size + size + 1)
            continue
        ends_with_heading = current is not None and document.blocks[current.last].kind == "heading"
        lead = current if current and ends_with_heading and current.size <= budget // 2 else None
        if current and not lead:
            yield current
        current = None
        if size <= budget and not lead:
            current = _Part(first.start, last.end, first.ordinal, last.ordinal, size)
        else:
            yield from split(group, lead)
    if current:
        yield current


def _group_blocks(section: Sequence[Block], tables: Mapping[int, int]) -> list[list[Block]]:
    """A paragraph with its sub-paragraphs, or a table with its caption; headings at the beginning join the first group.
    `tables` maps blocks to the number of their table."""

    def belongs_to(group: list[Block], block: Block) -> bool:
        part = block.kind == "heading" or (block.kind == "item" and block.level > 1)
        table = tables.get(block.ordinal)
        return part or _only_headings(group) or (table is not None and table == tables.get(group[-1].ordinal))

    return group_consecutive(section, belongs_to)


def _split_block(document: Document, block: Block, budget: int, pieces: _Pieces, lead: _Part | None) -> Iterator[_Part]:
    """Splits a long block, with the headings before it (`lead`), between sentences or else word pieces."""
    text = document.block_text(block)
    first, begin = (lead.first, lead.start) if lead else (block.ordinal, block.start)
    size = lead.size + 1 if lead else 0
    end = block.start
    for start, stop in _split_sentences(text, budget - size, pieces):
        more = pieces.count_tokens(text[start:stop])
        if end > block.start and size + more > budget:
            yield _Part(begin, end, first, block.ordinal, size)
            first, begin, size = block.ordinal, block.start + start, 0
        size += more
        end = block.start + stop
    yield _Part(begin, block.end, first, block.ordinal, size)


def _split_sentences(text: str, budget: int, pieces: _Pieces) -> Iterator[tuple[int, int]]:
    """The sentences of a text, and the pieces of those that are longer than `budget`."""
    for start, stop in sentence_spans(text):
        offsets = pieces.token_spans(text[start:stop])
        # A word that is split may have more word pieces than before: a quarter of the budget is left for that.
        step = max(1, budget * 3 // 4)
        if len(offsets) + 2 <= budget:
            yield start, stop
            continue
        cuts = [start + offsets[n][0] for n in range(0, len(offsets), step)] + [stop]
        cuts[0] = start
        yield from pairwise(cuts)
