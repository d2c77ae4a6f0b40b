"""How the United Nations cites documents: resolutions and decisions by body, number and date of adoption, other documents by
title and symbol, treaties by title; in full at the first mention, short afterwards, the symbol never twice.

Source: United Nations Editorial Manual, footnotes and other references.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.answer_phrases import act_frames, day_text, filled, mark, place_name, say
from assistant.qa.metadata import adoption_date, reads_as_draft
from assistant.reports.lookup import label_of
from corpus.documents import Document
from corpus.symbols import Symbol


@dataclass(frozen=True)
class Name:
    """What a reference calls a document: `full`, at the first mention, is `title`, what stands around the symbol, `symbol`, empty where it
    is not said, and `told`, what is to be known of the text; `short` is for later mentions and running text."""

    title: str
    symbol: str
    short: str
    told: str
    full: str


def name_of(document: Document, language: str) -> Name:
    """The name of a document in a language; of a digest, an unverified copy and a text that was recognised from images it says what that is."""
    title = document.title
    act = None if document.symbol is None else act_name(document.symbol, language)
    symbol, short = document.key if document.symbol else "", document.label
    if act and document.part:
        symbol = f"{act}, {place_name(document.part, language)}"
    elif act and document.symbol and document.edition != "digest":
        title, symbol, short = _act_in_full(document, act, language), "", act
    elif symbol and document.edition != "digest":
        title, short = "" if title == symbol else title, label_of(document, language)
    marks = {
        "status_draft": reads_as_draft(document),
        "digest_note": document.edition == "digest",
        "unverified_note": document.unverified,
        "ocr": document.ocr,
    }
    comma = mark(",", language)
    told = comma.join(say(frame, language) for frame, so in marks.items() if so)
    named, *behind = filter(None, (title, symbol, told))
    return Name(title, symbol, short, told, f"{named} ({comma.join(behind)})" if behind else named)


def act_name(symbol: Symbol, language: str) -> str | None:
    """A resolution or decision by its body and number, `General Assembly resolution 78/217`; None for what is none, or of a body
    that is not cited so."""
    frame = act_frames(symbol.series or "", language).get(symbol.body)
    if frame is None or symbol.modifiers or len(symbol.all) > 1:
        return None
    number = symbol.text.split(f"{symbol.series}/", 1)[1]
    return filled(frame, language, number=re.sub(r"(?<=\d)\(", " (", number))


def in_words(locator: str, symbol: str, language: str) -> str:
    """A locator that begins with a symbol, with the name of the resolution in its place."""
    known = Symbol.read(symbol) if locator.startswith(symbol) else None
    act = act_name(known, language) if known else None
    return f"{act}{locator.removeprefix(symbol)}" if act else locator


def _act_in_full(document: Document, act: str, language: str) -> str:
    day = adoption_date(document)
    dated = say("act_of", language, act=act, day=day_text(day, language)) if day else act
    bare = re.sub(r"^\d[^\s.]*(?: [A-Z])?\.\s+", "", document.title)
    if not bare or bare == document.key:
        return dated
    return say("act_titled", language, act=dated, title=say("quotation", language, words=bare))
