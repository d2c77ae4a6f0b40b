"""How the United Nations cites documents: resolutions and decisions by body, number and date of adoption, other documents by
title and symbol, treaties by title; in full at the first mention, short afterwards, the symbol never twice.

Source: United Nations Editorial Manual, footnotes and other references.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.answer_phrases import act_frames, day_text, filled, mark, place_name, say
from assistant.qa.metadata import adoption_date, reads_as_draft
from assistant.reports.comparison.paragraphs import normalized_key, strip_number
from assistant.reports.lookup import display_label
from corpus.documents import Document
from corpus.symbols import Symbol


@dataclass(frozen=True)
class DocumentName:
    """The name of a document in references.

    `full`, for the first mention, consists of `title`, which precedes the symbol, `symbol`, empty where it is not
    given, and `notes` on the text; `short` is for later mentions and running text.
    """

    title: str
    symbol: str
    short: str
    notes: str
    full: str


def document_name(document: Document, language: str) -> DocumentName:
    """The name of a document in a language, with notes on drafts, digests, unverified copies and OCR."""
    title = document.title
    act = None if document.symbol is None else format_act_name(document.symbol, language)
    symbol, short = document.key if document.symbol else "", document.label
    if act and document.part:
        symbol = f"{act}, {place_name(document.part, language)}"
    elif act and document.symbol and document.edition != "digest":
        title, symbol, short = _full_act_name(document, act, language), "", act
    elif symbol and document.edition != "digest":
        title, short = "" if title == symbol else title, display_label(document, language)
    status_frames = {
        "status_draft": reads_as_draft(document),
        "digest_note": document.edition == "digest",
        "unverified_note": document.unverified,
        "ocr": document.ocr,
    }
    comma = mark(",", language)
    status = comma.join(say(frame, language) for frame, applies in status_frames.items() if applies)
    title_part, *notes = filter(None, (title, symbol, status))
    return DocumentName(title, symbol, short, status, f"{title_part} ({comma.join(notes)})" if notes else title_part)


def format_act_name(symbol: Symbol, language: str) -> str | None:
    """A resolution or decision by its body and number, `General Assembly resolution 78/217`; None for other
    documents, and for bodies that are not cited so."""
    frame = act_frames(symbol.series or "", language).get(symbol.body)
    if frame is None or symbol.modifiers or len(symbol.halves) > 1:
        return None
    number = symbol.text.split(f"{symbol.series}/", 1)[1]
    return filled(frame, language, number=re.sub(r"(?<=\d)\(", " (", number))


def format_locator(locator: str, symbol: str, language: str) -> str:
    """A locator in which the name of the resolution replaces the symbol at its beginning."""
    act_symbol = Symbol.try_parse(symbol) if locator.startswith(symbol) else None
    act = format_act_name(act_symbol, language) if act_symbol else None
    return f"{act}{locator.removeprefix(symbol)}" if act else locator


def _full_act_name(document: Document, act: str, language: str) -> str:
    day = adoption_date(document)
    dated_name = say("act_of", language, act=act, day=day_text(day, language)) if day else act
    title = strip_number(document.symbol, re.sub(r"^\d[^\s.]*(?: [A-Z])?\.\s+", "", document.title))
    # A number is no title: “Resolution 2771 (2025)”.
    own_name = format_act_name(document.symbol, document.language) if document.symbol else None
    if not title or title == document.key or normalized_key(own_name or "").endswith(normalized_key(title)):
        return dated_name
    return say("act_titled", language, act=dated_name, title=say("quotation", language, words=title))
