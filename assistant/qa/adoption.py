"""When and how a resolution was adopted, and under which item of the agenda, as its own lines say."""

from __future__ import annotations

import datetime as dt
from itertools import dropwhile, takewhile

from assistant.wording.drafting import grammar_of
from corpus.dates import find_dates, says_only_days
from corpus.documents import Block, Document, once

LONGEST = 1_500
"""Longest line about an adoption, in characters: those that count votes name all States."""


@once
def adoption_lines(document: Document) -> tuple[Block, ...]:
    """The lines that tell of the adoption: those above the preamble and behind the last numbered paragraph that give a day, stand
    before one, are in brackets or tell of a vote; empty where the text is a draft or no resolution. A day alone above the
    preamble is that of the distribution, and the days of the meeting are no others."""
    opens = next((block.ordinal for block in document.blocks if block.locator == "preamble"), None)
    if opens is None:
        return ()
    body = [block for block in document.blocks if not block.locator.startswith("annex") and block.kind != "footnote"]
    last = max((block.ordinal for block in body if block.number), default=opens)
    vote, meets = grammar_of(document.language).vote, document.masthead.dates

    def tells(block: Block) -> bool:
        text = line_of(document, block)
        behind = block.ordinal > last and not block.number
        if len(text) > LONGEST or block.locator == "masthead" or not (block.ordinal < opens or behind):
            return False
        if not behind and (says_only_days(text) or (meets and meets in text)):
            return False
        following = document.blocks[block.ordinal + 1 : block.ordinal + 2] if behind else ()
        dated = any(find_dates(line_of(document, each)) for each in (block, *following))
        return dated or (text[:1] == "[" and text[-1:] == "]") or vote.search(text) is not None

    return tuple(block for block in body if tells(block))


def votes(document: Document) -> bool:
    """Whether the lines about the adoption tell of a vote, or that there was none."""
    return any(
        grammar_of(document.language).vote.search(line_of(document, block)) for block in adoption_lines(document)
    )


def adopted_on(document: Document) -> dt.date | None:
    """The day on which a resolution was adopted, as its own lines say."""
    days = find_dates("\n".join(document.body(block) for block in adoption_lines(document)))
    return max(days, default=None)


def dated_on(document: Document) -> dt.date | None:
    """The day of the adoption, else of the distribution."""
    try:
        return adopted_on(document) or dt.date.fromisoformat(document.date or "")
    except ValueError:
        return None


def item_lines(document: Document) -> tuple[Block, ...]:
    """The lines of the masthead that name the item of the agenda: its number, and its title behind it."""
    lines = (block for block in document.blocks if block.kind != "footnote")
    heads = takewhile(lambda block: block.kind != "heading", lines)
    item = " ".join(document.masthead.item.split())
    named = list(dropwhile(lambda block: line_of(document, block) != item, heads)) if item else []
    apart = bool(named) and named[0].locator == "masthead"  # in a text without marks its lines are paragraphs
    return tuple(takewhile(lambda block: (block.locator == "masthead") == apart, named))


def line_of(document: Document, block: Block) -> str:
    """A block on one line."""
    return " ".join(document.body(block).split())
