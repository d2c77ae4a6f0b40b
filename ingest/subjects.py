"""The subject index of a document: what the catalogue says that people ask, tied to the words that answer it."""

from __future__ import annotations

import re

from corpus.catalogue import Catalogue
from corpus.documents import Document, Span
from corpus.sentences import sentence_spans
from corpus.store import Subject


def subjects_of(document: Document, catalogue: Catalogue) -> list[Subject]:
    """The catalogue's subject entries for a document, each with the span that it points at.

    Entries whose place the text does not have are left out: an index must never point at nothing. A digest is
    indexed by its articles and items, since its paragraphs are its own.
    """
    found = []
    for entry in catalogue.subjects(document.key):
        span = _span(document, entry.at, entry.words) if entry.at else (0, 0)
        if span is None and document.edition == "digest":
            span = _span(document, _coarse(entry.at), None)
        if span is None:
            continue
        for language, phrases in entry.phrases.items():
            found += [Subject(*span, language, phrase) for phrase in phrases]
    return found


def _span(document: Document, at: str, words: str | None) -> Span | None:
    """From the body of the first block at a place to the end of the last; or the sentence that holds the words."""
    blocks = [
        block
        for block in document.blocks
        if (block.locator == at or block.locator.startswith((f"{at},", f"{at} ("))) and block.kind != "heading"
    ]
    if not blocks:
        return None
    if words:
        for block in blocks:
            text = document.block_text(block)
            for start, end in sentence_spans(text, document.language):
                if words.casefold() in text[start:end].casefold():
                    return block.start + start, block.start + end
    return blocks[0].body_start, blocks[-1].end


def _coarse(at: str) -> str:
    return re.split(r", (?:para\.|documentation)| \(", at, maxsplit=1)[0]
