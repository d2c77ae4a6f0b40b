"""How the United Nations cites documents: resolutions and decisions by body, number and date of adoption, other documents by
title and symbol, treaties by title; in full at the first mention, short afterwards, the symbol never twice.

Source: United Nations Editorial Manual, footnotes and other references.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from assistant.frames import day_text, place_name, say
from corpus.dates import find_dates, says_only_days
from corpus.documents import Document
from corpus.symbols import Symbol
from ingest.readers.heads import is_distribution_line

TITLE = 170
"""Longest title of a document in a reference: letters carry whole sentences."""
HEAD = 30
"""Blocks at the head of a resolution among which it says when it was adopted."""
_ORGANS = {"A": "assembly", "S": "security", "E": "council", "A/HRC": "rights"}
"""The bodies whose resolutions are cited by their names, by the code in their symbols."""
_KINDS = {"RES": "resolution", "DEC": "decision"}


@dataclass(frozen=True)
class Name:
    """What a reference calls a document: `full` is `title`, what stands around the symbol, and `symbol`, empty where it is not
    said; `short` is for later mentions and running text."""

    title: str
    symbol: str
    short: str

    @property
    def full(self) -> str:
        """The name at the first mention."""
        return f"{self.title} ({self.symbol})" if self.symbol and self.title else self.symbol or self.title


def name_of(document: Document, language: str) -> Name:
    """The name of a document in a language; of a digest it says what that is."""
    title = document.title if len(document.title) <= TITLE else f"{document.title[:TITLE].rsplit(' ', 1)[0]} …"
    act = None if document.symbol is None else act_name(document.symbol, language)
    symbol = document.key if document.symbol else ""
    if act and document.part:
        symbol = f"{act}, {place_name(document.part, language)}"
    if document.edition == "digest":
        told = ", ".join(each for each in (symbol, say("digest_note", language)) if each)
        return Name(title, told, document.label)
    if not symbol or (act and document.part):
        return Name(title, symbol, document.label)
    if act and document.symbol:
        return Name(_act_in_full(document, act, language), "", act)
    return Name("" if title == symbol else title, symbol, symbol)


def act_name(symbol: Symbol, language: str) -> str | None:
    """A resolution or decision by its body and number, `General Assembly resolution 78/217`; None for what is none, or of a body
    that is not cited so."""
    organ, kind = _ORGANS.get(symbol.body), _KINDS.get(symbol.series or "")
    if organ is None or kind is None or symbol.modifiers or len(symbol.all) > 1:
        return None
    number = symbol.text.split(f"{symbol.series}/", 1)[1]
    return say(f"{kind}_{organ}", language, number=re.sub(r"(?<=\d)\(", " (", number))


def in_words(locator: str, symbol: str, language: str) -> str:
    """A locator that begins with a symbol, with the name of the resolution in its place."""
    if not locator.startswith(symbol):
        return locator
    try:
        act = act_name(Symbol.parse(symbol), language)
    except ValueError:
        return locator
    return f"{act}{locator.removeprefix(symbol)}" if act else locator


def adopted_on(document: Document) -> dt.date | None:
    """When a resolution or decision was adopted: the date in a sentence of its head, not that of its distribution, which stands
    on a line by itself."""
    lines = (
        line
        for block in document.blocks[:HEAD]
        if block.kind != "footnote"
        for line in document.block_text(block).splitlines()
    )
    return next(
        (
            dates[0]
            for line in lines
            if not is_distribution_line(line) and not says_only_days(line) and (dates := find_dates(line))
        ),
        None,
    )


def _act_in_full(document: Document, act: str, language: str) -> str:
    day = adopted_on(document)
    dated = say("act_of", language, act=act, day=day_text(day, language)) if day else act
    bare = re.sub(r"^\d[^\s.]*(?: [A-Z])?\.\s+", "", document.title)
    if not bare or bare == document.key:
        return dated
    return say("act_titled", language, act=dated, title=say("quotation", language, words=bare))
