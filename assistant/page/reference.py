"""References as the United Nations cites documents (Editorial Manual, footnotes): title, symbol, place."""

from __future__ import annotations

from assistant.export.un_style import name_of
from assistant.labels import word
from assistant.qa.answer import Citation
from corpus.documents import Document
from corpus.symbols import link


def reference(document: Document, citation: Citation, language: str) -> str:
    """The reference to a citation, in full: `Annotated provisional agenda (CTOC/COP/WG.7/2021/1), annex.` A digest is
    never passed off as the document that it is of."""
    place = place_of(document, citation.locator)
    named, place = name_of(document, language).full, place_of(document, citation.locator)
    return f"{named}, {place}." if place else f"{named}."


def place_of(document: Document, locator: str) -> str:
    """The place of a citation without the name of its document."""
    return locator.removeprefix(document.label).removeprefix(", ")


def edition_words(document: Document | Citation, language: str) -> str:
    """What the text is, in a language."""
    if document.unverified:
        return word("unverified", language)
    name = {"official": "official_edition", "digest": "digest", "upload": "upload"}[document.edition]
    return word(name, language)


def official_address(document: Document, language: str) -> str | None:
    """Where the document itself stands, in the reader's language where it has a symbol; from what is stored alone."""
    return link(document.symbol, language) if document.symbol else document.url
