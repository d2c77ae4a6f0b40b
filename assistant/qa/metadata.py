"""What a document says of itself on its first page and below its text: when and how it was adopted, its symbol, title, dates and
agenda item, as sentences for a reader.

A line of a masthead says little by itself ("5 December 2025"), and its neighbours are other facts: read as a paragraph, the day of
distribution passes for that of adoption.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import dropwhile, takewhile

from assistant.answer_phrases import day_text
from assistant.wording.drafting import grammar_of
from corpus.countries import find_country_spans
from corpus.dates import find_full_dates, has_only_days
from corpus.documents import Block, Document, cached_by_document
from corpus.places import parse_locator
from corpus.symbols import Symbol
from ingest.masthead import is_original
from ingest.readers.masthead_lines import is_distribution_line, symbol_of
from ingest.speakers import is_name, names_presiding_officer, speeches_of

LONGEST = 1_500
"""Longest line about an adoption, in characters: those that count votes name all States."""
_ENCLOSED = frozenset(["annex", "appendix", "enclosure"])
LINE_LIMIT = 200
"""Characters of a line at the head of a text; what is longer is text."""


def is_draft(symbol: Symbol | None) -> bool:
    """Whether a text is a draft that nobody has adopted yet, by the series of its symbol ("limited distribution": A/C.3/80/L.55)."""
    return symbol is not None and symbol.series == "L"


def reads_as_draft(document: Document) -> bool:
    """Whether a text is such a draft: an agenda in that series is none."""
    return is_draft(document.symbol) and document.kind != "agenda"


def opening_of(document: Document) -> int | None:
    """The ordinal of the line with which the preamble opens; what stands before it is no part of the text that is adopted."""
    return next((block.ordinal for block in document.blocks if block.locator == "preamble"), None)


@cached_by_document
def adoption_lines(document: Document) -> tuple[Block, ...]:
    """The lines that tell of the adoption: those above the preamble and behind the last numbered paragraph or article that give a day, stand
    before one, are in brackets or tell of a vote; empty where the text is a draft or no resolution. A day alone above the
    preamble is that of the distribution, and the days of the meeting are no others."""
    opens = opening_of(document)
    if opens is None or is_draft(document.symbol):
        return ()
    body = [block for block in document.blocks if not block.locator.startswith("annex") and block.kind != "footnote"]
    last = max(
        (block.ordinal for block in body if block.number or "art" in parse_locator(block.locator)), default=opens
    )
    vote, meets = grammar_of(document.language).vote, document.masthead.dates

    def tells(block: Block) -> bool:
        text = line_of(document, block)
        behind = block.ordinal > last and not block.number
        if len(text) > LONGEST or block.locator == "masthead" or not (block.ordinal < opens or behind):
            return False
        if not behind and (has_only_days(text) or (meets and meets in text) or _runs_on(document, text)):
            return False
        following = document.blocks[block.ordinal + 1 : block.ordinal + 2] if behind else ()
        dated = any(find_full_dates(line_of(document, each)) for each in (block, *following))
        return dated or bracketed(text) or vote.search(text) is not None

    return tuple(block for block in body if tells(block))


def votes(document: Document) -> bool:
    """Whether the lines about the adoption tell of a vote, or that there was none."""
    vote = grammar_of(document.language).vote
    return any(vote.search(line_of(document, block)) for block in adoption_lines(document))


def adopted_on(document: Document) -> dt.date | None:
    """The day on which a resolution was adopted, as its own lines say."""
    days = find_full_dates("\n".join(document.body(block) for block in adoption_lines(document)))
    return max(days, default=None)


def dated_on(document: Document) -> dt.date | None:
    """The day of the adoption, else of the distribution."""
    try:
        return adopted_on(document) or dt.date.fromisoformat(document.date or "")
    except ValueError:
        return None


def _runs_on(document: Document, text: str) -> bool:
    """Whether a line is the masthead of a text without marks, run together: its symbol, and the day of its distribution."""
    masthead = document.masthead
    symbol = any(each in text for each in masthead.symbols)
    return symbol and masthead.date in [day.isoformat() for day in find_full_dates(text)]


def item_lines(document: Document) -> tuple[Block, ...]:
    """The lines of the masthead that name the item of the agenda: its number, and its title behind it, up to what tells of the adoption or is the text."""
    lines = (block for block in document.blocks if block.kind != "footnote")
    heads = takewhile(lambda block: block.kind != "heading", lines)
    item = " ".join(document.masthead.item.split())
    named = list(dropwhile(lambda block: line_of(document, block) != item, heads)) if item else []
    apart = bool(named) and named[0].locator == "masthead"  # in a text without marks its lines are paragraphs
    adoption, opens = adoption_lines(document), opening_of(document)

    def names(block: Block) -> bool:
        begun = block.number or block.ordinal == opens or line_of(document, block) == document.title
        return (block.locator == "masthead") == apart and not begun and block not in adoption

    return tuple(takewhile(names, named))


def line_of(document: Document, block: Block) -> str:
    """A block on one line, without its number."""
    return " ".join(document.body(block).split())


def _marked(document: Document) -> bool:
    """Whether a document bears the marks of a masthead: its symbol or how it is distributed."""
    return bool(document.masthead.symbols or document.masthead.distribution)


@cached_by_document
def head_of(document: Document) -> tuple[Block, ...]:
    """The lines of the first page before the text: masthead and headings, without footnotes."""
    printed = _marked(document)

    def above(block: Block) -> bool:
        """Whether a line may stand there; the parts of a text that bears no marks are known by their place."""
        if block.kind in ("heading", "footnote") or block.locator == "masthead":
            return True
        if speeches_of(document)[block.ordinal]:
            return False
        words = document.block_text(block).strip()
        loose = block.kind == "paragraph" and not block.number and block.locator != "preamble"
        return printed and loose and len(words) <= LINE_LIMIT and (block.parent is None or bracketed(words))

    return tuple(block for block in takewhile(above, document.blocks) if block.kind != "footnote")


@cached_by_document
def foot_of(document: Document) -> tuple[Block, ...]:
    """The lines below a resolution that tell where and when it was adopted."""
    lines = adoption_lines(document) if document.kind == "resolution" else ()
    return tuple(block for block in lines if any(held.number for held in document.blocks[: block.ordinal]))


@cached_by_document
def around(document: Document) -> frozenset[int]:
    """The ordinals of the lines at the head and the foot of a document, which say little by themselves."""
    return frozenset(block.ordinal for block in (*head_of(document), *foot_of(document)))


@cached_by_document
def covering(document: Document) -> frozenset[int]:
    """The ordinals of the paragraphs of covering letters and notes: what stands without numbers under one heading, before an annex or
    enclosure that holds more. None in a resolution or a treaty."""
    parts: dict[tuple[str, ...], list[Block]] = {}
    for block in document.blocks if document.kind not in ("resolution", "treaty") else ():
        if block.kind == "paragraph" and block.locator != "masthead":
            enclosed = takewhile(lambda each: each.split(" ")[0] in _ENCLOSED, block.locator.split(", "))
            parts.setdefault(tuple(enclosed), []).append(block)
    found: list[Block] = []
    rest = list(parts.values())
    while rest:
        own, *rest = rest
        heads = {above.ordinal for block in own for above in document.headings(block)}
        longer = any(len(each) > len(own) for each in rest)
        if longer and len(heads) <= 1 and not any(block.number for block in own):
            found += own
    return frozenset(block.ordinal for block in found)


def particulars(document: Document) -> Iterator[tuple[Sequence[Block], str]]:
    """The lines of a document with a masthead which tell one thing, and what they tell, in English; emblem, body and job
    number tell nothing, and the lines below a resolution one thing."""
    masthead, name = document.masthead, document.label
    rest = list(head_of(document)) if _marked(document) else []
    adopted, adopting, items = adopted_on(document), adoption_lines(document), item_lines(document)
    emblem, presided = bool(masthead.symbols) and document.symbol is not None, False
    while rest:
        first, text = rest[0], _line(document, rest[0])
        behind, count = _line(document, rest[1]) if rest[1:] else "", 1
        noted: tuple[Block, ...] = ()
        if bracketed(behind):
            count, text = 2, f"{text} {behind}"
        told = f"{name}: {text.rstrip('.')}."
        if is_symbol(document, first):
            emblem, told = False, f"The symbol of the document “{document.title}” is {text}."
        elif emblem or text == masthead.body or (masthead.job and text.startswith(masthead.job)):
            told = ""
        elif adopted and first in adopting and adopted in find_full_dates(text):
            told = f"{name} was adopted on {day_text(adopted, 'en')}: {text}."
        elif is_distribution_line(text) and [day.isoformat() for day in find_full_dates(behind)] == [masthead.date]:
            count, day = 2, day_text(find_full_dates(behind)[0], "en")
            told = f"{name} was issued, distributed and published on {day}: {text}, {behind}."
        elif first in items[:1]:
            count = len(items)
            listed = " ".join(_line(document, each) for each in rest[:count])
            told = f"{name} is considered under this agenda item: {listed}."
        elif text == masthead.session:
            told = f"{name} is a document of this session: {text}."
        elif masthead.dates and masthead.dates in text:
            told = f"The session to which {name} is submitted meets at this place and time: {text}."
        elif names_presiding_officer(document, first.ordinal):
            presided = True
            told = f"The meeting of which {name} is the record was chaired, presided over by: {text}."
        elif presided and (state := _represented(document, text)):
            told = f"At the meeting of which {name} is the record {state} was represented by: {text}."
        elif masthead.original and is_original(text):
            told = f"{name} was written in this language: {text}."
        elif document.kind == "resolution" and first.kind == "heading" and ":" in text:
            noted = notes_of(document, first)
            words = " ".join([text, *(line_of(document, each) for each in noted)])
            told = f"{name} was submitted (drafted, sponsored) by {text.partition(':')[0]}: {words}."
        elif is_title(document, first):
            told = f"The title of {name}, what it is about, is: {text}."
        if told:
            yield [*rest[:count], *noted], told
        if (
            told and is_title(document, first) and find_full_dates(text)
        ):  # a letter or a note is called after who sends it
            yield rest[:count], f"{name} was submitted (sent, transmitted) by whom its title says: {text}."
        rest = rest[count:]
    if foot := foot_of(document):
        lines = ", ".join(_line(document, block).rstrip(".") for block in foot)
        yield foot, f"{name} was adopted at this meeting on this day: {lines}."


def _represented(document: Document, text: str) -> str:
    """The State with which a line begins that goes on with a name, as in the list of those who are at a meeting; empty where it is none."""
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
    line, title = _line(document, block).casefold(), document.title.casefold()
    return block.kind == "heading" and (title in line or title.startswith(f"{line} "))  # it may break over several


def is_symbol(document: Document, block: Block) -> bool:
    if found := symbol_of(_line(document, block)):  # "United Nations S/PV.9912"
        return found == document.symbol
    try:
        return Symbol.parse_any(_line(document, block).rstrip("*")) == document.symbol
    except ValueError:
        return False


def _line(document: Document, block: Block) -> str:
    return " ".join(document.block_text(block).split())


def bracketed(text: str) -> bool:
    """Whether a line stands in brackets as a whole, such as one on the languages of the original."""
    return text[:1] == "[" and text[-1:] == "]"
