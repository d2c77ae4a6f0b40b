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

from assistant.qa.metadata import edge_lines, first_page_facts, first_page_lines, is_symbol, is_title
from assistant.qa.retriever import Evidence
from assistant.wording.lexicon import names_time
from corpus.analysis import fold, word_spans
from corpus.dates import find_full_dates, has_only_days, is_day_alone, is_day_label
from corpus.documents import HEADING_SEPARATOR, Block, Document, Span
from corpus.library import Library
from corpus.sentences import sentence_spans
from corpus.symbols import find_symbols
from corpus.tables import cell_texts
from ingest.speakers import speaker_label_span

GROUP_LIMIT = 900
"""Longest provision, in characters, that is one unit with all its sub-paragraphs."""
DIGEST_LIMIT = 600
"""Longest paragraph of a digest, in characters, that is quoted whole."""
SYMBOL_LIMIT = 80
"""Longest unit, in characters, that is checked for being a symbol or date alone."""
MAX_ROWS = 400
"""How many blocks above a row are searched for the header of its table."""
MAX_HEADS = 12
"""How many blocks after a caption or header row are searched for the first row of data."""
FEWEST_WORDS = 2
"""Fewest words of three letters that a row must have, with its header: numbers alone say nothing."""
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\d_]{3,}")
_LEANS_BACK = re.compile(
    r"^(?:It|They|This|These|Those|Such|He|She|However|In that|In this|In such|To that end|The same|For (?:that|this) purpose|"
    r"Likewise|Accordingly|Moreover|Furthermore|Also|His|Her|Their|Its|As such|(?:As part )?[Oo]f (?:this|that|these|those)|Specifically)\b"
)


Leads = tuple[tuple[Span, str], ...]
"""Introducing text: spans with their locators."""


@dataclass(frozen=True)
class Unit:
    """The unit of scoring and quoting: words `text[start:end]` of a document, with the spans that introduce them (`leads`).

    All spans are trimmed to begin and end with words; empty leads are dropped. `answer` is the span of these words that a reader found to be the
    answer, where one was asked.
    """

    evidence: Evidence
    start: int
    end: int
    locator: str
    block: int
    leads: Leads = ()
    answer: Span | None = field(default=None, compare=False)

    @classmethod
    def of(cls, evidence: Evidence, block: Block, end: int | None = None, leads: Leads = ()) -> Unit:
        """A unit of the words of a block, without its number (with it for a row or footnote); up to another `end`, if given."""
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
        """Whether there are no words to quote, as for a number without text."""
        return self.start == self.end

    @property
    def bare(self) -> bool:
        """Whether the words are nothing but a symbol, a date, the name of the body that speaks, a row of numbers or the day of the rows below, which
        say nothing alone."""
        text = self.document.quote(self.start, self.end).strip(" .,;")
        block = self.document.blocks[self.block]
        few_words = block.kind == "row" and len(_WORD.findall(self.text)) < FEWEST_WORDS
        if few_words or (block.kind == "row" and _is_day_row(block, text, self.leads)):
            return True
        if self.leads or len(text) > SYMBOL_LIMIT:
            return False
        if (body := self.document.masthead.body) and fold(text).endswith(fold(body)) and len(text) < len(body) + 5:
            return True  # "The General Assembly,"
        symbol = any(mention.end - mention.start == len(text) for mention in find_symbols(text))
        symbol = symbol or text.rstrip("*") in self.document.masthead.symbols
        return symbol or (bool(find_full_dates(text)) and has_only_days(text))

    @property
    def document(self) -> Document:
        return self.evidence.document

    def overlaps(self, other: Unit) -> bool:
        return self.document.id == other.document.id and self.start < other.end and other.start < self.end

    @cached_property
    def text(self) -> str:
        """The words on one line, after what introduces them."""
        spans = [*(span for span, _ in self.leads), (self.start, self.end)]
        return " ".join(" ".join(self.document.quote(*span).split()) for span in spans)

    @property
    def own(self) -> str:
        """The words on one line, without what introduces them."""
        return " ".join(self.document.quote(self.start, self.end).split())

    @cached_property
    def context(self) -> str:
        """The headings above the words, innermost last, without the name of the document; for a row, also the caption and header of its table."""
        block = self.document.blocks[self.block]
        above = [self.document.line(heading) for heading in self.document.headings(block)]
        row = [block.context] if block.kind == "row" and block.context not in ("", "header") else []
        return ". ".join([*above[-2:], *row])


def _is_day_row(row: Block, text: str, leads: Leads) -> bool:
    """Whether a row has nothing but a day as its label. A day in the only column of a table with a header is no label."""
    labelled = bool(row.cells) and row.cells[0] is not None and not any(row.cells[1:])
    return labelled and (len(row.cells) > 1 or not leads) and is_day_alone(text)


FirstPage = tuple[Evidence, list[tuple[Unit, int, int]]]
"""A passage for the reader made of sentences about the first page, with the unit behind each sentence and its span in the passage (characters)."""


def units_of(evidence: Evidence) -> Iterator[Unit]:
    return (with_speaker(unit) for unit in _units(evidence) if not unit.empty and not unit.bare)


def block_units(evidence: Evidence, block: Block) -> list[Unit]:
    """A block as a whole: the units of a row, or the words of another block with its sub-paragraphs; none where it has no words."""
    if block.kind == "row":
        return [unit for unit in units_of(evidence) if unit.block == block.ordinal]
    unit = Unit.of(evidence, block, (items_below(evidence.document, block) or [block])[-1].end)
    return [] if unit.empty else [unit]


def with_speaker(unit: Unit) -> Unit:
    """A unit of a meeting record, introduced by the label of the speaker unless it begins with that."""
    label = speaker_label_span(unit.document, unit.block)
    own_spans = (unit.start, unit.end), *(span for span, _ in unit.leads)
    if label is None or any(start <= label[0] < end for start, end in own_spans):
        return unit
    first = unit.document.block_at(label[0])
    return replace(unit, leads=((label, first.locator if first else unit.locator), *unit.leads))


def _units(evidence: Evidence) -> Iterator[Unit]:
    document = evidence.document
    excluded, grouped = edge_lines(document), set[int]()
    for block in document.blocks[evidence.passage.first : evidence.passage.last + 1]:
        if block.kind == "heading" or block.ordinal in grouped | excluded or not document.body(block).strip():
            continue
        if block.locator == "contents" or block.page in document.unquotable:
            continue
        if _is_caption_or_header(document, block) or _is_chart_label(document, block):
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
            yield Unit.of(evidence, block, leads=row_leads(document, block))
        elif block.kind == "footnote":
            yield Unit.of(evidence, block)
        else:
            yield from _sentences(evidence, block)


def first_page(library: Library, document: Document, score: float) -> FirstPage | None:
    """The first page of a document as sentences for the reader, with a retrieval `score`; None where it has none."""
    title = next((block for block in first_page_lines(document) if is_title(document, block)), None)
    units: dict[str, Unit] = {}
    for lines, sentence in first_page_facts(document):
        if any(line.page in document.unquotable for line in lines):
            continue
        is_footnote = lines[-1].kind == "footnote"  # one may stand between the lines
        last = next(n for n, each in enumerate(lines) if (each.kind == "footnote") == is_footnote
                    and lines[-1].ordinal - each.ordinal == len(lines) - 1 - n)  # fmt: skip
        introduction = [title] if title and is_symbol(document, lines[0]) else lines[:last]
        found = Evidence.at(library, document, lines[last].start, score)
        leads = tuple(((each.body_start, each.end), each.locator) for each in introduction)
        if found is not None:
            unit = Unit(found, lines[last].start, lines[-1].end, lines[last].locator, lines[last].ordinal, leads)
            units.setdefault(sentence, unit)
    if not units:
        return None
    first = next(iter(units.values())).evidence
    ends = accumulate(len(sentence) + 1 for sentence in units)
    placed = [(unit, end - 1 - len(text), end - 1) for (text, unit), end in zip(units.items(), ends, strict=True)]
    return replace(first, passage=replace(first.passage, text=" ".join(units))), placed


def without_edge_lines(evidence: Evidence) -> Evidence | None:
    """A passage as the reader sees it: without the lines at the head and foot of its document, whose dates would be taken for those of the text
    (`first_page` has them). None where nothing else is left."""
    document, passage = evidence.document, evidence.passage
    blocks = document.blocks[passage.first : passage.last + 1]
    kept = [block for block in blocks if block.ordinal not in edge_lines(document)]
    if not kept:
        return None
    if len(kept) == len(blocks):
        return evidence
    start, end = max(passage.start, kept[0].start), min(passage.end, kept[-1].end)
    return replace(evidence, passage=replace(passage, start=start, end=end, text=document.text[start:end]))


def reader_heading(evidence: Evidence) -> str:
    """The heading with which a passage is read: without lines of the first page other than the title, such as that about the adoption, which
    would be taken for the answer."""
    document = evidence.document
    lines = {document.line(block) for block in first_page_lines(document)}
    first, *parts = evidence.passage.heading.split(HEADING_SEPARATOR)
    return HEADING_SEPARATOR.join([first, *(each for each in parts if each not in lines or each in document.title)])


def items_below(document: Document, block: Block) -> list[Block]:
    """The items below a block at all levels, in order."""
    found: list[Block] = []
    for child in document.children.get(block.ordinal, ()):
        found += [child, *items_below(document, child)] if child.kind == "item" else []
    return found


def _is_caption_or_header(document: Document, block: Block) -> bool:
    """Whether a block is the caption or a header row of a table, which are quoted only with the rows below."""
    if document.kind == "agenda" or not (block.context == "header" or block.kind == "paragraph"):
        return False
    table = block.locator.rpartition(", ")[0] if block.kind == "row" else block.locator
    for each in document.blocks[block.ordinal + 1 : block.ordinal + 1 + MAX_HEADS]:
        if each.kind != "row" and each.locator != table:
            return False
        if each.kind == "row" and each.context != "header":
            return each.locator.rpartition(", ")[0] == table
    return False


def _is_chart_label(document: Document, block: Block) -> bool:
    """Whether a block is a label inside a chart, which says nothing without its position; captions are none."""
    above = document.blocks[block.ordinal - 1] if block.ordinal else None
    chart = block.locator.rpartition(", ")[2].startswith("figure ")
    return chart and above is not None and above.locator == block.locator


def row_leads(document: Document, row: Block) -> Leads:
    """What introduces a row: in an agenda the day above it, else the header of its table."""
    return _day_above(document, row) if document.kind == "agenda" else _table_header(document, row)


def _table_header(document: Document, row: Block) -> Leads:
    """The header rows of a row's table and the caption above them: a number alone says nothing."""
    if row.context == "header":
        return ()
    table = row.locator.rpartition(", ")[0]
    header: list[Block] = []
    for block in reversed(document.blocks[max(0, row.ordinal - MAX_ROWS) : row.ordinal]):
        if block.kind == "row" and block.locator.rpartition(", ")[0] == table:
            header += [block] if block.context == "header" else []
        elif block.kind == "paragraph" and block.locator == table:
            header.append(block)  # a line of the caption
        elif block.kind != "footnote":
            break
    return tuple(((block.start, block.end), block.locator) for block in reversed(header))


def _day_above(agenda: Document, row: Block) -> Leads:
    """The day of a row of a timetable that does not name it, and the time where that is blank, too: a row with nothing but the day, or cells of
    the rows above for which the blank cells at the beginning of the row stand. Empty where no day stands above."""
    cells = cell_texts(agenda, row)
    if row.context == "header" or any(map(is_day_label, cells)) or _names_days(next(filter(None, cells), "")):
        return ()
    blank = next((n for n, span in enumerate(row.cells) if span), 0)
    found: dict[int, tuple[Span, str]] = {}
    in_table = True
    for above in reversed(agenda.blocks[max(0, row.ordinal - MAX_ROWS) : row.ordinal]):
        text, is_row = agenda.block_text(above), above.kind == "row" and in_table
        if _is_day_row(above, text, ()) if is_row else above.kind == "heading" and is_day_label(text):
            return (((above.start, above.end), above.locator), *found.values())
        in_table = above.context != "header"
        is_other = sum(map(bool, above.cells)) == 1 and _names_days(text)
        if not is_row or (blank and not in_table) or is_other:
            break
        for n, span in enumerate(above.cells[:blank]):
            if span and sum(map(bool, above.cells)) > 1:
                found.setdefault(n, (span, above.locator))
        if 0 in found:
            is_day = is_day_label(agenda.quote(*found[0][0]))
            return tuple(found[n] for n in sorted(found)) if is_day else ()
    return ()


def _names_days(text: str) -> bool:
    """Whether a text has the name of a month or of a day of the week ("Tuesday to Thursday")."""
    return any(names_time(word) for word, _, _ in word_spans(text))


def _leads(document: Document, block: Block) -> Leads:
    """The paragraphs and items that introduce an item, outermost first. A block directly under a heading has none, except an item, which is
    introduced by the last text before its list that ends with a colon. A paragraph does not introduce another one."""
    above = _introduction(document, block) if block.parent is not None else None
    if above is None:
        return ()
    own = (((above.body_start, above.end), above.locator),) if document.body(above).strip() else ()
    return (*_leads(document, above), *own)


def _introduction(document: Document, block: Block) -> Block | None:
    """The block that introduces a block below another one; None where there is none."""
    parent = document.blocks[block.parent or 0]
    if parent.kind in ("paragraph", "item"):
        return parent
    for before in reversed(document.blocks[parent.ordinal + 1 : block.ordinal] if block.kind == "item" else ()):
        same_list = before.kind == "item" and (not before.number or 0 < block.level <= before.level)
        if before.kind not in ("paragraph", "item") or same_list:
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
        # A digest makes each point in one short paragraph, whose sentences depend on each other.
        yield Unit.of(evidence, block)
        return
    previous = 0
    for start, end in sentence_spans(text):
        first = previous if _LEANS_BACK.match(text[start:end]) else start
        yield Unit(evidence, block.body_start + first, block.body_start + end, block.locator, block.ordinal)
        previous = start


def distinct(units: Iterable[Unit]) -> list[Unit]:
    """Units with distinct spans."""
    found: dict[tuple[str, int, int], Unit] = {}
    for unit in units:
        found.setdefault((unit.document.id, unit.start, unit.end), unit)
    return list(found.values())
