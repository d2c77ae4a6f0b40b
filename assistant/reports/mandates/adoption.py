"""When and how a resolution was adopted, as its own lines say."""

from __future__ import annotations

import datetime as dt

from assistant.reports.mandates.mandate_grammar import grammar_of
from corpus.dates import find_dates
from corpus.documents import Block, Document


def adoption_lines(document: Document) -> tuple[Block, ...]:
    """The lines that tell of the adoption: those between masthead and preamble, and those behind the last numbered paragraph, that
    give a day, stand between brackets or tell of a vote; empty where the text is a draft or no resolution."""
    opens = next((block.ordinal for block in document.blocks if block.locator == "preamble"), None)
    if opens is None:
        return ()
    body = [block for block in document.blocks if not block.locator.startswith("annex") and block.kind != "footnote"]
    last = max((block.ordinal for block in body if block.number), default=opens)
    vote = grammar_of(document.language).vote
    made = []
    for block in body:
        text = " ".join(document.body(block).split())
        around = block.locator != "masthead" and (block.ordinal < opens or (block.ordinal > last and not block.number))
        bracketed = text[:1] == "[" and text[-1:] == "]"
        if (
            around
            and len(text) <= 1_500
            and (find_dates(text) or bracketed or vote.search(text) or _before_day(document, block, last))
        ):
            made.append(block)
    return tuple(made)


def votes(document: Document) -> bool:
    """Whether the lines about the adoption tell of a vote, or that there was none."""
    vote = grammar_of(document.language).vote
    return any(vote.search(document.body(block)) for block in adoption_lines(document))


def adopted_on(document: Document) -> dt.date | None:
    """The day on which a resolution was adopted, as its own lines say; else that of its distribution."""
    days = find_dates("\n".join(document.body(block) for block in adoption_lines(document)))
    if days:
        return max(days)
    try:
        return dt.date.fromisoformat(document.date or "")
    except ValueError:
        return None


def item_lines(document: Document) -> tuple[Block, ...]:
    """The lines of the masthead that name the item of the agenda: its number, and its title behind it."""
    if not document.masthead.item:
        return ()
    heads = [block for block in document.blocks if block.locator == "masthead"]
    for n, block in enumerate(heads):
        if " ".join(document.body(block).split()) == " ".join(document.masthead.item.split()):
            return tuple(heads[n : n + 2])
    return ()


def _before_day(document: Document, block: Block, last: int) -> bool:
    """Whether a line behind the last paragraph stands before the day alone: the number of the meeting."""
    following = document.blocks[block.ordinal + 1 : block.ordinal + 2]
    return block.ordinal > last and bool(following) and bool(find_dates(document.body(following[0])))
