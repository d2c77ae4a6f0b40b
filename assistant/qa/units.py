"""The words that may answer: units of one sentence or one provision, with what introduces them.

A unit is a sentence, or a provision with the words that introduce it: sub-paragraph (b) says nothing without
its opening words, so these are quoted with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile

from assistant.qa.adoption import adoption_lines
from assistant.qa.retriever import Evidence
from corpus.dates import find_dates, says_only_days
from corpus.documents import HEADINGS, Block, Document, Span, once
from corpus.sentences import sentence_spans
from corpus.symbols import find_symbols

GROUP_LIMIT = 900
"""Longest provision, in characters, that is quoted whole with all its sub-paragraphs."""
DIGEST_LIMIT = 600
"""Longest paragraph of a digest, in characters, that is quoted whole."""
LINE_LIMIT = 200
"""Characters of a line at the head of a text; what is longer is text."""
SYMBOL_LIMIT = 80
"""Characters beyond which words are no longer looked at for being a symbol alone."""
MAX_ROWS = 400
"""How many blocks above a row its table's header is looked for."""
MAX_HEADS = 12
"""How many blocks behind a caption or a row that heads a table its first row of data is looked for."""
_LEANS_BACK = re.compile(
    r"^(?:It|They|This|These|Those|Such|He|She|However|In that|In this|In such|To that end|The same|For (?:that|this) purpose|"
    r"Likewise|Accordingly|Moreover|Furthermore|Also|His|Her|Their|Its|As such|As part of (?:this|that|these)|Specifically)\b"
)


@dataclass(frozen=True)
class Unit:
    """Words that may answer: `text[start:end]` of the document, with the spans that introduce them. All spans go from
    their first word to their last, whatever they were made of; what introduces with no words is left out."""

    evidence: Evidence
    start: int
    end: int
    locator: str
    block: int
    leads: tuple[tuple[Span, str], ...] = ()

    def __post_init__(self) -> None:
        start, end = self.document.trimmed(self.start, self.end)
        leads = tuple((self.document.trimmed(*span), locator) for span, locator in self.leads)
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "end", end)
        object.__setattr__(self, "leads", tuple(lead for lead in leads if lead[0][0] < lead[0][1]))

    @property
    def empty(self) -> bool:
        """Whether there are no words, so that nothing can be quoted: a number without a text."""
        return self.start == self.end

    @property
    def bare(self) -> bool:
        """Whether the words are a symbol or a day and nothing else, such as those at the head and the foot of a document: they say
        nothing."""
        words = self.document.quote(self.start, self.end).strip(" .;")
        if self.leads or len(words) > SYMBOL_LIMIT:
            return False
        symbol = any(mention.end - mention.start == len(words) for mention in find_symbols(words))
        return symbol or (bool(find_dates(words)) and says_only_days(words))

    @property
    def document(self) -> Document:
        """The document that the words are in."""
        return self.evidence.document

    def overlaps(self, other: Unit) -> bool:
        """Whether the two share words."""
        return self.document.id == other.document.id and self.start < other.end and other.start < self.end

    @cached_property
    def text(self) -> str:
        """The words on one line, introduced."""
        spans = [*(span for span, _ in self.leads), (self.start, self.end)]
        return " ".join(" ".join(self.document.quote(*span).split()) for span in spans)

    @cached_property
    def context(self) -> str:
        """The headings above the words, innermost last, without the document's name; the caption and header of
        a table above its row."""
        block = self.document.blocks[self.block]
        above = [" ".join(self.document.block_text(heading).split()) for heading in self.document.headings(block)]
        row = [block.context] if block.kind == "row" and block.context not in ("", "header") else []
        return ". ".join([*above[-2:], *row])


def units_of(evidence: Evidence) -> Iterator[Unit]:
    """The units of a passage."""
    return (unit for unit in _units(evidence) if not unit.empty and not unit.bare)


def _units(evidence: Evidence) -> Iterator[Unit]:
    document = evidence.document
    outside = {block.ordinal for block in (*head_of(document), *foot_of(document))}
    grouped: set[int] = set()
    for ordinal in range(evidence.passage.first, evidence.passage.last + 1):
        block = document.blocks[ordinal]
        if block.kind == "heading" or block.ordinal in grouped or not document.body(block).strip():
            continue
        if ordinal in outside or block.locator == "contents" or block.page in document.unquotable:
            continue
        if _only_heads(document, block):
            continue
        if block.kind in ("paragraph", "item") and _items_below(document, block):
            yield from _group(evidence, block, grouped)
        elif block.kind == "item" and _leads(document, block):
            yield Unit(evidence, block.body_start, block.end, block.locator, ordinal, _leads(document, block))
        elif block.kind == "row":
            yield Unit(evidence, block.start, block.end, block.locator, ordinal, _heads(document, block))
        elif block.kind == "footnote":
            yield Unit(evidence, block.start, block.end, block.locator, ordinal)
        else:
            yield from _sentences(evidence, block)


@once
def head_of(document: Document) -> tuple[Block, ...]:
    """The lines of the first page before the text: masthead and headings, without footnotes. They say what the document is, and
    little by themselves (`assistant.qa.metadata` tells them)."""
    printed = bool(document.masthead.symbols)

    def above(block: Block) -> bool:
        """Whether a line may stand there; the parts of a text that bears no marks are known by their place."""
        if block.kind in ("heading", "footnote") or block.locator == "masthead":
            return True
        words = document.block_text(block).strip()
        bracketed = words[:1] == "[" and words[-1:] == "]"
        loose = block.kind == "paragraph" and not block.number and block.locator != "preamble"
        return printed and loose and len(words) <= LINE_LIMIT and (block.parent is None or bracketed)

    return tuple(block for block in takewhile(above, document.blocks) if block.kind != "footnote")


@once
def foot_of(document: Document) -> tuple[Block, ...]:
    """The lines below a resolution that tell where and when it was adopted."""
    lines = adoption_lines(document) if document.kind == "resolution" else ()
    return tuple(block for block in lines if any(held.number for held in document.blocks[: block.ordinal]))


def worded(evidence: Evidence) -> Evidence | None:
    """A passage as it is read: without the lines at the head and the foot of its document, whose days would answer in place of the
    text's (`assistant.qa.metadata` tells them). None where there is nothing else."""
    document, passage = evidence.document, evidence.passage
    outside = {block.ordinal for block in (*head_of(document), *foot_of(document))}
    held = document.blocks[passage.first : passage.last + 1]
    inside = [block for block in held if block.ordinal not in outside]
    if not inside:
        return None
    if len(inside) == len(held):
        return evidence
    start, end = max(passage.start, inside[0].start), min(passage.end, inside[-1].end)
    return replace(evidence, passage=replace(passage, start=start, end=end, text=document.text[start:end]))


def heading_of(evidence: Evidence) -> str:
    """The heading under which a passage is read: without lines of the first page beside the title, such as the one that tells of the
    adoption, which would answer in place of the passage."""
    document = evidence.document
    lines = {" ".join(document.block_text(each).split()) for each in head_of(document)}
    parts = evidence.passage.heading.split(HEADINGS)
    return HEADINGS.join([*parts[:1], *(part for part in parts[1:] if part not in lines or part in document.title)])


def _items_below(document: Document, block: Block) -> tuple[Block, ...]:
    return tuple(child for child in document.children.get(block.ordinal, ()) if child.kind == "item")


def _only_heads(document: Document, block: Block) -> bool:
    """Whether a block is the caption of a table, or a row that heads it: they say nothing without the rows below, with which they
    are said."""
    if document.kind == "agenda" or not (block.context == "header" or block.kind == "paragraph"):
        return False
    table = block.locator.rpartition(", ")[0] if block.kind == "row" else block.locator
    for each in document.blocks[block.ordinal + 1 : block.ordinal + 1 + MAX_HEADS]:
        if each.kind != "row" and each.locator != table:
            return False
        if each.kind == "row" and each.context != "header":
            return each.locator.rpartition(", ")[0] == table
    return False


def _heads(document: Document, row: Block) -> tuple[tuple[Span, str], ...]:
    """The rows that head a row's table, and the caption above them: a number alone says nothing."""
    if document.kind == "agenda" or row.context == "header":
        return ()
    table = row.locator.rpartition(", ")[0]
    heads: list[Block] = []
    caption: Block | None = None
    for block in reversed(document.blocks[max(0, row.ordinal - MAX_ROWS) : row.ordinal]):
        if block.kind == "row" and block.locator.rpartition(", ")[0] == table:
            heads += [block] if block.context == "header" else []
        elif block.kind == "paragraph" and block.locator == table:
            caption = block  # the first of its lines, at last
        elif block.kind != "footnote":
            break
    found = [block for block in (caption, *reversed(heads)) if block is not None]
    return tuple(((block.start, block.end), block.locator) for block in found)


def _leads(document: Document, block: Block) -> tuple[tuple[Span, str], ...]:
    """The paragraphs that introduce an item, outermost first."""
    found: list[tuple[Span, str]] = []
    parent = block.parent
    while parent is not None and document.blocks[parent].kind in ("paragraph", "item"):
        above = document.blocks[parent]
        if document.body(above).strip():
            found.append(((above.body_start, above.end), above.locator))
        parent = above.parent
    if not found and block.parent is not None:
        # Sub-paragraphs right under a heading are introduced by the unnumbered words before them.
        for before in reversed(document.blocks[block.parent + 1 : block.ordinal]):
            if before.kind == "paragraph" and document.body(before).rstrip().endswith((":", "：")):
                return (((before.body_start, before.end), before.locator),)
    return tuple(reversed(found))


def _group(evidence: Evidence, block: Block, grouped: set[int]) -> Iterator[Unit]:
    """A provision with its sub-paragraphs: whole where it is short enough, and each part introduced."""
    document = evidence.document
    below = list(_below(document, block))
    end = below[-1].end
    if end - block.body_start <= GROUP_LIMIT and document.body(block).strip():
        yield Unit(evidence, block.body_start, end, block.locator, block.ordinal, _leads(document, block))
    for child in below:
        grouped.add(child.ordinal)
        if not _items_below(document, child) and document.body(child).strip():
            yield Unit(evidence, child.body_start, child.end, child.locator, child.ordinal, _leads(document, child))
        elif child.end - child.body_start and _items_below(document, child):
            last = list(_below(document, child))[-1]
            if last.end - child.body_start <= GROUP_LIMIT and document.body(child).strip():
                yield Unit(
                    evidence,
                    child.body_start,
                    last.end,
                    child.locator,
                    child.ordinal,
                    _leads(document, child),
                )


def _below(document: Document, block: Block) -> Iterator[Block]:
    for child in _items_below(document, block):
        yield child
        yield from _below(document, child)


def _sentences(evidence: Evidence, block: Block) -> Iterator[Unit]:
    document = evidence.document
    text = document.body(block)
    if document.edition == "digest" and len(text) <= DIGEST_LIMIT:
        # A digest says a thing in one short paragraph, whose sentences lean on each other.
        yield Unit(evidence, block.body_start, block.end, block.locator, block.ordinal)
        return
    previous = 0
    for start, end in sentence_spans(text, document.language):
        begin = previous if previous and _LEANS_BACK.match(text[start:end]) else start
        begin = 0 if _LEANS_BACK.match(text[start:end]) and start and not previous else begin
        yield Unit(evidence, block.body_start + begin, block.body_start + end, block.locator, block.ordinal)
        previous = start


def distinct(units: Sequence[Unit]) -> list[Unit]:
    """Units, each span once."""
    seen: set[tuple[str, int, int]] = set()
    kept = []
    for unit in units:
        key = (unit.document.id, unit.start, unit.end)
        if key not in seen:
            seen.add(key)
            kept.append(unit)
    return kept
