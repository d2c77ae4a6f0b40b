"""The words that may answer: units of one sentence or one provision, with what introduces them.

A unit is a sentence, or a provision with the words that introduce it: sub-paragraph (b) says nothing without
its opening words, so these are quoted with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate

from assistant.qa.metadata import around, head_of, is_symbol, is_title, particulars
from assistant.qa.retriever import Evidence
from corpus.analysis import fold
from corpus.dates import find_full_dates, has_only_days
from corpus.documents import HEADING_SEPARATOR, Block, Document, Span
from corpus.library import Library
from corpus.sentences import sentence_spans
from corpus.symbols import find_symbols
from ingest.speakers import speaker_label_span

GROUP_LIMIT = 900
"""Longest provision, in characters, that is quoted whole with all its sub-paragraphs."""
DIGEST_LIMIT = 600
"""Longest paragraph of a digest, in characters, that is quoted whole."""
SYMBOL_LIMIT = 80
"""Characters beyond which words are no longer looked at for being a symbol alone."""
MAX_ROWS = 400
"""How many blocks above a row its table's header is looked for."""
MAX_HEADS = 12
"""How many blocks behind a caption or a row that heads a table its first row of data is looked for."""
FEWEST_WORDS = 2
"""Words of three letters that a row must have, with what heads it: its numbers alone say nothing."""
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\d_]{3,}")
_LEANS_BACK = re.compile(
    r"^(?:It|They|This|These|Those|Such|He|She|However|In that|In this|In such|To that end|The same|For (?:that|this) purpose|"
    r"Likewise|Accordingly|Moreover|Furthermore|Also|His|Her|Their|Its|As such|(?:As part )?[Oo]f (?:this|that|these|those)|Specifically)\b"
)
_ASKING = ("?", "？", "؟")
"""What ends a question."""


Leads = tuple[tuple[Span, str], ...]
"""What introduces words: spans with their locators."""


@dataclass(frozen=True)
class Unit:
    """Words that may answer: `text[start:end]` of the document, with the spans that introduce them. All spans go from
    their first word to their last, whatever they were made of; what introduces with no words is left out. `answer` are those of the
    words that a reader takes for the answer, where it was asked."""

    evidence: Evidence
    start: int
    end: int
    locator: str
    block: int
    leads: Leads = ()
    answer: Span | None = field(default=None, compare=False)

    @classmethod
    def of(cls, evidence: Evidence, block: Block, end: int | None = None, leads: Leads = ()) -> Unit:
        """The words of a block without its number, or of a row or a footnote with it; up to another `end`, if one is given."""
        start = block.start if block.kind in ("row", "footnote") else block.body_start
        return cls(evidence, start, block.end if end is None else end, block.locator, block.ordinal, leads)

    def __post_init__(self) -> None:
        start, end = self.document.trim_span(self.start, self.end)
        leads = tuple((self.document.trim_span(*span), locator) for span, locator in self.leads)
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "end", end)
        object.__setattr__(self, "leads", tuple(lead for lead in leads if lead[0][0] < lead[0][1]))

    @property
    def empty(self) -> bool:
        """Whether there are no words, so that nothing can be quoted: a number without a text."""
        return self.start == self.end

    @property
    def bare(self) -> bool:
        """Whether the words are a symbol, a day, the name of the body that speaks or a row of numbers and nothing else: they say nothing."""
        words = self.document.quote(self.start, self.end).strip(" .,;")
        if self.document.blocks[self.block].kind == "row" and len(_WORD.findall(self.text)) < FEWEST_WORDS:
            return True
        if self.leads or len(words) > SYMBOL_LIMIT:
            return False
        if (body := self.document.masthead.body) and fold(words).endswith(fold(body)) and len(words) < len(body) + 5:
            return True  # "The General Assembly,"
        symbol = any(mention.end - mention.start == len(words) for mention in find_symbols(words))
        symbol = symbol or words.rstrip("*") in self.document.masthead.symbols
        return symbol or (bool(find_full_dates(words)) and has_only_days(words))

    @property
    def document(self) -> Document:
        return self.evidence.document

    def overlaps(self, other: Unit) -> bool:
        return self.document.id == other.document.id and self.start < other.end and other.start < self.end

    @cached_property
    def text(self) -> str:
        """The words on one line, introduced."""
        spans = [*(span for span, _ in self.leads), (self.start, self.end)]
        return " ".join(" ".join(self.document.quote(*span).split()) for span in spans)

    @property
    def own(self) -> str:
        """The words on one line, without what introduces them."""
        return " ".join(self.document.quote(self.start, self.end).split())

    @cached_property
    def context(self) -> str:
        """The headings above the words, innermost last, without the document's name; the caption and header of
        a table above its row."""
        block = self.document.blocks[self.block]
        above = [" ".join(self.document.block_text(heading).split()) for heading in self.document.headings(block)]
        row = [block.context] if block.kind == "row" and block.context not in ("", "header") else []
        return ". ".join([*above[-2:], *row])


FirstPage = tuple[Evidence, list[tuple[Unit, int, int]]]
"""A passage for the reader, made of sentences, and of each the exact words and where it stands in the passage (characters)."""


def units_of(evidence: Evidence) -> Iterator[Unit]:
    return (spoken(unit) for unit in _units(evidence) if not unit.empty and not unit.bare)


def spoken(unit: Unit) -> Unit:
    """Words of the record of a meeting, introduced by who says them, unless they begin with that."""
    label = speaker_label_span(unit.document, unit.block)
    spans = (unit.start, unit.end), *(span for span, _ in unit.leads)
    if label is None or any(start <= label[0] < end for start, end in spans):
        return unit
    first = unit.document.block_at(label[0])
    return replace(unit, leads=((label, first.locator if first else unit.locator), *unit.leads))


def _units(evidence: Evidence) -> Iterator[Unit]:
    document = evidence.document
    outside, grouped = around(document), set[int]()
    for block in document.blocks[evidence.passage.first : evidence.passage.last + 1]:
        if block.kind == "heading" or block.ordinal in grouped | outside or not document.body(block).strip():
            continue
        if block.locator == "contents" or block.page in document.unquotable or _only_heads(document, block):
            continue
        if _labels(document, block):
            continue
        if block.kind in ("paragraph", "item") and (below := items_below(document, block)):
            grouped |= {each.ordinal for each in below}
            for each in (block, *below):
                last = (items_below(document, each) or [each])[-1]
                if document.body(each).strip() and (last is each or last.end - each.body_start <= GROUP_LIMIT):
                    yield Unit.of(evidence, each, last.end, _leads(document, each))
        elif block.kind == "item" and _leads(document, block):
            yield Unit.of(evidence, block, leads=_leads(document, block))
        elif block.kind == "row":
            yield Unit.of(evidence, block, leads=_heads(document, block))
        elif block.kind == "footnote":
            yield Unit.of(evidence, block)
        else:
            yield from _sentences(evidence, block)


def first_page(library: Library, document: Document, score: float) -> FirstPage | None:
    """What a document says of itself; `score` is what search says of it. None where it says nothing that is told."""
    title = next((block for block in head_of(document) if is_title(document, block)), None)
    made: dict[str, Unit] = {}
    for lines, sentence in particulars(document):
        if any(line.page in document.unquotable for line in lines):
            continue
        noted = lines[-1].kind == "footnote"
        last = next(n for n, each in enumerate(lines) if (each.kind == "footnote") == noted
                    and lines[-1].ordinal - each.ordinal == len(lines) - 1 - n)  # fmt: skip
        above = [title] if title and is_symbol(document, lines[0]) else lines[:last]  # a footnote may stand between
        found = Evidence.at(library, document, lines[last].start, score)
        leads = tuple(((each.body_start, each.end), each.locator) for each in above)
        if found is not None:
            unit = Unit(found, lines[last].start, lines[-1].end, lines[last].locator, lines[last].ordinal, leads)
            made.setdefault(sentence, unit)
    if not made:
        return None
    first = next(iter(made.values())).evidence
    ends = accumulate(len(sentence) + 1 for sentence in made)
    told = [(unit, end - 1 - len(text), end - 1) for (text, unit), end in zip(made.items(), ends, strict=True)]
    return replace(first, passage=replace(first.passage, text=" ".join(made))), told


def worded(evidence: Evidence) -> Evidence | None:
    """A passage as it is read: without the lines at the head and the foot of its document, whose days would answer in place of the
    text's (`first_page` tells them). None where there is nothing else."""
    document, passage = evidence.document, evidence.passage
    held = document.blocks[passage.first : passage.last + 1]
    inside = [block for block in held if block.ordinal not in around(document)]
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
    lines = {" ".join(document.block_text(block).split()) for block in head_of(document)}
    parts = evidence.passage.heading.split(HEADING_SEPARATOR)
    return HEADING_SEPARATOR.join(
        [*parts[:1], *(part for part in parts[1:] if part not in lines or part in document.title)]
    )


def items_below(document: Document, block: Block) -> list[Block]:
    """The items under a block, and those under these, in order."""
    found: list[Block] = []
    for child in document.children.get(block.ordinal, ()):
        found += [child, *items_below(document, child)] if child.kind == "item" else []
    return found


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


def _labels(document: Document, block: Block) -> bool:
    """Whether a block is no caption of a chart, but the words in it, which say nothing without their places."""
    above = document.blocks[block.ordinal - 1] if block.ordinal else None
    chart = block.locator.rpartition(", ")[2].startswith("figure ")
    return chart and above is not None and above.locator == block.locator


def _heads(document: Document, row: Block) -> Leads:
    """The rows that head a row's table, and the caption above them: a number alone says nothing."""
    if document.kind == "agenda" or row.context == "header":
        return ()
    table = row.locator.rpartition(", ")[0]
    heads: list[Block] = []
    for block in reversed(document.blocks[max(0, row.ordinal - MAX_ROWS) : row.ordinal]):
        if block.kind == "row" and block.locator.rpartition(", ")[0] == table:
            heads += [block] if block.context == "header" else []
        elif block.kind == "paragraph" and block.locator == table:
            heads.append(block)  # a line of the caption
        elif block.kind != "footnote":
            break
    return tuple(((block.start, block.end), block.locator) for block in reversed(heads))


def _leads(document: Document, block: Block) -> Leads:
    """The paragraphs and items that introduce an item, outermost first; what stands right under a heading has none of these, but an item
    there is introduced by the last words before its list that end as an introduction does. No paragraph introduces a further one."""
    above = _above(document, block) if block.parent is not None else None
    if above is None:
        return ()
    own = (((above.body_start, above.end), above.locator),) if document.body(above).strip() else ()
    return (*_leads(document, above), *own)


def _above(document: Document, block: Block) -> Block | None:
    """What introduces a block that is not the outermost one."""
    parent = document.blocks[block.parent or 0]
    if parent.kind in ("paragraph", "item"):
        return parent
    for before in reversed(document.blocks[parent.ordinal + 1 : block.ordinal] if block.kind == "item" else ()):
        within = before.kind == "item" and (not before.number or 0 < block.level <= before.level)
        if before.kind not in ("paragraph", "item") or within:
            continue
        if document.body(before).rstrip().endswith((":", "：")):
            return before
        if before.number:
            return None
    return None


def _sentences(evidence: Evidence, block: Block) -> Iterator[Unit]:
    document = evidence.document
    text = document.body(block)
    if document.edition == "digest" and len(text) <= DIGEST_LIMIT:
        # A digest says a thing in one short paragraph, whose sentences lean on each other.
        yield Unit.of(evidence, block)
        return
    previous, spans = 0, list(sentence_spans(text, document.language))
    if len(text) <= DIGEST_LIMIT and any(text[start:end].rstrip().endswith(_ASKING) for start, end in spans[:-1]):
        yield Unit.of(evidence, block)  # a question with its answer
        return
    for start, end in spans:
        begin = previous if _LEANS_BACK.match(text[start:end]) else start
        yield Unit(evidence, block.body_start + begin, block.body_start + end, block.locator, block.ordinal)
        previous = start


def distinct(units: Iterable[Unit]) -> list[Unit]:
    """Units, each span once."""
    kept: dict[tuple[str, int, int], Unit] = {}
    for unit in units:
        kept.setdefault((unit.document.id, unit.start, unit.end), unit)
    return list(kept.values())
