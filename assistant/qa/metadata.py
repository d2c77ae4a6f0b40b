"""Document metadata from its first page and the lines below its text: adoption, symbol, title, dates and agenda item, as sentences for the reader.

A line of a masthead says little alone ("5 December 2025"), and its neighbours are about other facts: read as one paragraph, the date of distribution
is taken for that of adoption.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import dropwhile, takewhile

from assistant.answer_phrases import act_words, day_text
from assistant.wording.drafting import grammar_of
from corpus.analysis import analyse
from corpus.countries import find_country_spans
from corpus.dates import find_full_dates, has_only_days
from corpus.documents import Block, Document, cached_by_document
from corpus.places import parse_locator
from corpus.symbols import Symbol
from ingest.masthead import is_original
from ingest.readers.masthead_lines import is_distribution_line, names_session, symbol_of
from ingest.speakers import is_name, names_presiding_officer, speeches_of

LONGEST = 1_500
"""Longest line about an adoption, or about who proposed a draft, in characters: lines with votes name all States."""
ENCLOSED = ("annex", "appendix", "enclosure")
"""How the locators of what is enclosed with a letter begin."""
LINES_BELOW_TITLE = 3
"""How many lines from the title on may call a text without a preamble a draft."""
LINE_LIMIT = 200
"""Longest line at the head of a text, in characters; longer ones belong to the text."""


def is_draft(symbol: Symbol | None) -> bool:
    """Whether a symbol is that of a series in which drafts are issued ("limited distribution": A/C.3/80/L.55), for where
    only the symbol is known."""
    return symbol is not None and symbol.series == "L"


@cached_by_document
def reads_as_draft(document: Document) -> bool:
    """Whether a document is a draft: its head says so, or it is a resolution in the series of drafts. An agenda, or a
    report of limited distribution, is none."""
    if document.kind == "agenda":
        return False
    return bool(draft_lines(document)) or (is_draft(document.symbol) and document.kind == "resolution")


@cached_by_document
def draft_lines(document: Document) -> tuple[Block, ...]:
    """The lines at the head of a text, not far below its title, that call it a draft: `Draft decision submitted by Peru`.
    In a masthead they may be long, since many States may propose a text."""
    start = preamble_start(document)
    if start is None:
        first_head = next((block.ordinal for block in document.blocks if block.kind == "heading"), 0)
        start = next((block.ordinal for block in document.blocks if block.number), first_head + LINES_BELOW_TITLE)
        start = min(start, first_head + LINES_BELOW_TITLE)
    lines = [block for block in document.blocks[:start] if block.kind in ("heading", "paragraph") and not block.number]
    pattern = grammar_of(document.language).draft
    words = {block.ordinal: line_text(document, block) for block in lines}
    return tuple(
        block
        for block in lines
        if len(words[block.ordinal]) <= (LONGEST if block.locator == "masthead" else LINE_LIMIT)
        and pattern.match(words[block.ordinal])
    )


def preamble_start(document: Document) -> int | None:
    """The ordinal of the first line of the preamble, where the adopted text begins; None where there is no preamble."""
    return next((block.ordinal for block in document.blocks if block.locator == "preamble"), None)


@cached_by_document
def adoption_lines(document: Document) -> tuple[Block, ...]:
    """The lines about the adoption: those above the preamble and after the last numbered paragraph or article that have a date, precede one, name the
    meeting below one, are in brackets or tell of a vote. Empty where the text is a draft or no resolution. A date alone above the preamble is that of the distribution, and lines with
    the days of the meeting do not count."""
    start = preamble_start(document)
    if start is None or reads_as_draft(document):
        return ()
    body = [block for block in document.blocks if not block.locator.startswith("annex") and block.kind != "footnote"]
    numbered = (block.ordinal for block in body if block.number or "art" in parse_locator(block.locator))
    last = max(numbered, default=start)
    grammar, meeting_dates = grammar_of(document.language), document.masthead.dates
    acts = act_words("RES", document.language) | act_words("DEC", document.language)
    headings = {block.ordinal for block in body if block.kind == "heading"}

    def is_about_adoption(block: Block) -> bool:
        text = line_text(document, block)
        after_text = block.ordinal > last and not block.number
        if len(text) > LONGEST or block.locator == "masthead" or not (block.ordinal < start or after_text):
            return False
        if not after_text and block.ordinal in headings and grammar.adopting.search(text):
            return True  # without a date: Decision adopted by the Conference of the Parties
        names_meeting = has_only_days(text) or (meeting_dates and meeting_dates in text) or _runs_on(document, text)
        if names_meeting and not after_text:
            return False
        beside = list(document.blocks[block.ordinal + 1 : block.ordinal + 2]) if after_text else []
        if after_text and block.ordinal - 1 > last and names_session(text):
            beside.append(document.blocks[block.ordinal - 1])  # in Chinese the date stands above the meeting
        dated = any(find_full_dates(line_text(document, each)) for each in (block, *beside))
        # A date above the text is also that of a meeting, or of the report that contains it.
        tells = after_text or grammar.adopting.search(text) or acts.intersection(analyse(text, document.language))
        return (dated and bool(tells)) or is_bracketed(text) or grammar.vote.search(text) is not None

    return tuple(block for block in body if is_about_adoption(block))


def has_vote(document: Document) -> bool:
    """Whether the lines about the adoption mention a vote, even that there was none."""
    vote = grammar_of(document.language).vote
    return any(vote.search(line_text(document, block)) for block in adoption_lines(document))


def adoption_date(document: Document) -> dt.date | None:
    """The date of adoption of a resolution, from its own lines; None where they have none."""
    days = find_full_dates("\n".join(document.body(block) for block in adoption_lines(document)))
    return max(days, default=None)


def document_date(document: Document) -> dt.date | None:
    """The date of adoption, else of distribution; None where neither is known."""
    try:
        return adoption_date(document) or dt.date.fromisoformat(document.date or "")
    except ValueError:
        return None


def _runs_on(document: Document, text: str) -> bool:
    """Whether a line is the joined masthead of a text without marks: its symbol and the date of its distribution."""
    masthead = document.masthead
    symbol = any(each in text for each in masthead.symbols)
    return symbol and masthead.date in [day.isoformat() for day in find_full_dates(text)]


def item_lines(document: Document) -> tuple[Block, ...]:
    """The lines of the masthead that name the agenda item: its number and the title after it, up to the lines about the adoption or the text."""
    lines = (block for block in document.blocks if block.kind != "footnote")
    heads = takewhile(lambda block: block.kind != "heading", lines)
    item = " ".join(document.masthead.item.split())
    candidates = list(dropwhile(lambda block: line_text(document, block) != item, heads)) if item else []
    # In a text without marks the lines of the masthead are paragraphs.
    in_masthead = bool(candidates) and candidates[0].locator == "masthead"
    adoption, start = adoption_lines(document), preamble_start(document)

    def continues_item(block: Block) -> bool:
        text = line_text(document, block)
        is_text = block.number or block.ordinal == start or text == document.title or has_only_days(text)
        return (block.locator == "masthead") == in_masthead and not is_text and block not in adoption

    found = list(takewhile(continues_item, candidates))
    # A title that a colon announces is printed as a heading: “Economic questions:”, “Boats”.
    following = document.blocks[found[-1].ordinal + 1 :] if found else ()
    head = next((block for block in following if block.kind != "footnote"), None)
    if head and head.kind == "heading" and line_text(document, found[-1]).endswith((":", "：")):
        found += [] if head in draft_lines(document) else [head]
    return tuple(found)


def line_text(document: Document, block: Block) -> str:
    """The text of a block on one line, without its number."""
    return " ".join(document.body(block).split())


def _marked(document: Document) -> bool:
    """Whether a document has the marks of a masthead: its symbol or its distribution."""
    return bool(document.masthead.symbols or document.masthead.distribution)


@cached_by_document
def first_page_lines(document: Document) -> tuple[Block, ...]:
    """The lines of the first page before the text: masthead and headings, without footnotes."""
    printed = _marked(document)

    def above(block: Block) -> bool:
        """Whether a line can be above the text; in a text without marks only its locator tells."""
        if block.kind in ("heading", "footnote") or block.locator == "masthead":
            return True
        if speeches_of(document)[block.ordinal]:
            return False
        words = document.block_text(block).strip()
        loose = block.kind == "paragraph" and not block.number and block.locator != "preamble"
        return printed and loose and len(words) <= LINE_LIMIT and (block.parent is None or is_bracketed(words))

    return tuple(block for block in takewhile(above, document.blocks) if block.kind != "footnote")


@cached_by_document
def adoption_foot(document: Document) -> tuple[Block, ...]:
    """The lines below a resolution about the place and date of its adoption."""
    lines = adoption_lines(document) if document.kind == "resolution" else ()
    return tuple(block for block in lines if any(held.number for held in document.blocks[: block.ordinal]))


@cached_by_document
def edge_lines(document: Document) -> frozenset[int]:
    """The ordinals of the lines at the head and foot of a document, which say little alone."""
    return frozenset(block.ordinal for block in (*first_page_lines(document), *adoption_foot(document)))


@cached_by_document
def covering_letter_blocks(document: Document) -> frozenset[int]:
    """The ordinals of the paragraphs of covering letters and notes: unnumbered paragraphs under one heading, before a longer annex or enclosure. Empty for
    resolutions and treaties."""
    parts: dict[tuple[str, ...], list[Block]] = {}
    for block in document.blocks if document.kind not in ("resolution", "treaty") else ():
        if block.kind == "paragraph" and block.locator != "masthead":
            enclosed = takewhile(lambda each: each.split(" ")[0] in ENCLOSED, block.locator.split(", "))
            parts.setdefault(tuple(enclosed), []).append(block)
    covering_blocks: list[int] = []
    letters = list(parts.values())
    for n, letter in enumerate(letters):
        heads = {above.ordinal for block in letter for above in document.headings(block)}
        longer = any(len(each) > len(letter) for each in letters[n + 1 :])
        if longer and len(heads) <= 1 and not any(block.number for block in letter):
            covering_blocks += [block.ordinal for block in letter]
    return frozenset(covering_blocks)


def first_page_facts(document: Document) -> Iterator[tuple[Sequence[Block], str]]:
    """The facts on the first page of a document with a masthead, as English sentences, each with the lines that it rests on. Emblem, body and job number
    give none; the lines below a resolution together give one."""
    masthead, name = document.masthead, document.label
    rest = list(first_page_lines(document)) if _marked(document) else []
    adopted, adopting, items = adoption_date(document), adoption_lines(document), item_lines(document)
    emblem, chair_seen = bool(masthead.symbols) and document.symbol is not None, False
    while rest:
        first, text = rest[0], document.line(rest[0])
        next_line, count = document.line(rest[1]) if rest[1:] else "", 1
        footnotes: tuple[Block, ...] = ()
        if is_bracketed(next_line):
            count, text = 2, f"{text} {next_line}"
        sentence = f"{name}: {text.rstrip('.')}."
        if is_symbol(document, first):
            emblem, sentence = False, f"The symbol of the document “{document.title}” is {text}."
        elif emblem or text == masthead.body or (masthead.job and text.startswith(masthead.job)):
            sentence = ""
        elif adopted and first in adopting and adopted in find_full_dates(text):
            sentence = f"{name} was adopted on {day_text(adopted, 'en')}: {text}."
        elif is_distribution_line(text) and [day.isoformat() for day in find_full_dates(next_line)] == [masthead.date]:
            count, day = 2, day_text(find_full_dates(next_line)[0], "en")
            sentence = f"{name} was issued, distributed and published on {day}: {text}, {next_line}."
        elif first in items[:1]:
            count = len(items)
            listed = " ".join(document.line(each) for each in rest[:count])
            sentence = f"{name} is considered under this agenda item: {listed}."
        elif text == masthead.session:
            sentence = f"{name} is a document of this session: {text}."
        elif masthead.dates and masthead.dates in text:
            sentence = f"The session to which {name} is submitted meets at this place and time: {text}."
        elif names_presiding_officer(document, first.ordinal):
            chair_seen = True
            sentence = f"The meeting of which {name} is the record was chaired, presided over by: {text}."
        elif chair_seen and (state := _represented_state(document, text)):
            sentence = f"At the meeting of which {name} is the record {state} was represented by: {text}."
        elif masthead.original and is_original(text):
            sentence = f"{name} was written in this language: {text}."
        elif document.kind == "resolution" and first.kind == "heading" and ":" in text:
            footnotes = notes_of(document, first)
            words = " ".join([text, *(line_text(document, each) for each in footnotes)])
            sentence = f"{name} was submitted (drafted, sponsored) by {text.partition(':')[0]}: {words}."
        elif is_title(document, first):
            sentence = f"The title of {name}, what it is about, is: {text}."
        if sentence:
            yield [*rest[:count], *footnotes], sentence
        if sentence and is_title(document, first) and find_full_dates(text):
            # A letter or a note is called after who sends it.
            yield rest[:count], f"{name} was submitted (sent, transmitted) by whom its title says: {text}."
        rest = rest[count:]
    if foot := adoption_foot(document):
        lines = ", ".join(document.line(block).rstrip(".") for block in foot)
        yield foot, f"{name} was adopted at this meeting on this day: {lines}."


def _represented_state(document: Document, text: str) -> str:
    """The State at the beginning of a line that continues with a name, as in a list of participants; empty where there is none."""
    own = text.rpartition(": ")[2]
    spans = [*find_country_spans(own, document.language)]
    end = spans[-1][2] if spans and spans[0][1] == 0 else 0
    return own[:end] if end and own[end:].strip() and is_name(own[end:].strip()) else ""


def notes_of(document: Document, block: Block) -> tuple[Block, ...]:
    """The footnotes of a block's marks."""
    behind = document.blocks[block.ordinal + 1 :] if block.marks else ()
    notes = (each for each in behind if each.kind == "footnote" and each.page == block.page)
    return tuple(each for each in notes if each.number in block.marks)


def is_title(document: Document, block: Block) -> bool:
    line, title = document.line(block).casefold(), document.title.casefold()
    return block.kind == "heading" and (title in line or title.startswith(f"{line} "))  # it may break over several


def is_symbol(document: Document, block: Block) -> bool:
    if found := symbol_of(document.line(block)):  # "United Nations S/PV.9912"
        return found == document.symbol
    try:
        return Symbol.parse_any(document.line(block).rstrip("*")) == document.symbol
    except ValueError:
        return False


def is_bracketed(text: str) -> bool:
    """Whether a line is in brackets as a whole, such as one about the original languages."""
    return text[:1] == "[" and text[-1:] == "]"
