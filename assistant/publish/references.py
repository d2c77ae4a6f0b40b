"""References to documents as the United Nations cites them: in full at the first mention, short afterwards.

Source: United Nations Editorial Manual, footnotes; a document with a symbol is cited by symbol and paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.frames import place_name, say
from assistant.publish.model import Content, Note, Span
from assistant.qa.answer import Citation, Statement
from corpus.documents import Document
from corpus.library import Library

WORDS = 240
"""Most characters of a quote in a footnote; what is left out is marked."""
TITLE = 170
"""Longest title of a document with a symbol in a footnote: letters carry whole sentences."""
CUT = "[…]"
Address = Callable[[Document, int, int], str]
"""Where `document.text[start:end]` can be read, inside the site that shows a publication."""
_NAMED = re.compile(
    r"(?:annex(?: [IVXLC]+| \d+)?(?:, )?)?(?:art\. \d+(?: bis| ter)?(?: \([a-z]+\))*)?(?:, )?(?:para\. [\d.]+(?: \([a-z]+\))*)?"
)
_TAIL = re.compile(r"\s*[;；؛](?:\s*(?:and(?:/or)?|or|et|ou|y|e|o|и|или|и/или|و|أو|和|或))?$")
"""What ties a part of a provision to the next one."""
_SECTION = re.compile(r"section “(.+?)”(?:, (.*))?$")
JOINS = {"zh": "；", "ar": "؛ "}
"""What stands between the parts of a line, where it is not a semicolon and a space."""


class References:
    """Makes the footnotes of one publication, in order; with an `address` the places are links to the words cited."""

    def __init__(self, library: Library, language: str, address: Address | None = None) -> None:
        self._address = address
        self._library = library
        self._language = language
        self._mentioned: set[str] = set()
        self._worded: set[Citation] = set()

    def paragraph(self, statement: Statement, known: str = "") -> Content:
        """A statement with its footnote. What is quoted stands between quotation marks behind the place that says it;
        a document that is `known` from the heading is not named again. The footnote of what a model wrote gives all the
        words that it rests on."""
        if statement.verdict != "quoted":
            return (
                Span(statement.text),
                self.note(statement.citations, words=True, cut=statement.verdict == "derived"),
            )
        last = statement.citations[-1]
        words = _TAIL.sub("", f" {CUT} ".join(" ".join(each.quote.split()) for each in statement.citations))
        quoted = self._quotation(words, last.language)
        colon = {"fr": " : ", "zh": "："}.get(self._language, ": ")
        place = self.place(last, known)
        said = (Span(place + colon),) if self._address is None else (Span(place, url=self._path(last)), Span(colon))
        return (*said, Span(quoted), self.note(statement.citations))

    def place(self, citation: Citation, known: str = "") -> str:
        """Document and place in words, for the running text."""
        document = self._library.document(citation.document)
        where = self.where(citation, document)
        section = _SECTION.match(where)
        if section and known and known.startswith(section.group(1).rstrip(".… ")):
            where = section.group(2) or ""
        if not where:
            return document.label
        if known and known in (document.short, document.title, document.label):
            return where[:1].upper() + where[1:]
        return f"{document.label}{self._comma}{where}"

    def where(self, citation: Citation, document: Document) -> str:
        """The place in words, as the locator has it where it can't be put into words whole."""
        locator = citation.locator.removeprefix(document.label).removeprefix(", ")
        named = place_name(locator, self._language) if _NAMED.fullmatch(locator) else ""
        return named or locator

    def note(self, citations: Sequence[Citation], *, words: bool = False, cut: bool = True) -> Note:
        """A footnote for some citations: each document in full where it is mentioned for the first time. With `words`
        it gives the words that are cited, long ones `cut`."""
        spans: list[Span] = []
        cited = _innermost(citations) if not words else list(dict.fromkeys(citations))
        before = ""
        for n, citation in enumerate(cited):
            if n:
                spans.append(Span(JOINS.get(self._language, "; ")))
            spans += self._reference(citation, again=citation.document == before)
            before = citation.document
            # Words that an earlier footnote gives are not given again.
            if words and citation not in self._worded:
                self._worded.add(citation)
                spans.append(Span({"fr": " : ", "zh": "："}.get(self._language, ": ")))
                spans.append(Span(self._quotation(_short(citation.quote, cut), citation.language)))
        ended = "".join(span.text for span in spans).rstrip("”»“\u2069 ").endswith((".", "。"))
        return Note((*spans, *(() if ended else (Span("。" if self._language == "zh" else "."),))))

    def _quotation(self, words: str, spoken: str) -> str:
        """Words between quotation marks; where they run the other way than the text, they are isolated with marks of their
        own language (Unicode Standard Annex 9), which else would stand on the wrong side."""
        if (spoken == "ar") == (self._language == "ar"):
            return say("quotation", self._language, words=words)
        return f"\u2068{say('quotation', spoken, words=words)}\u2069"

    def _reference(self, citation: Citation, *, again: bool) -> list[Span]:
        """Document and place; the place alone where the same footnote has just named the document."""
        document = self._library.document(citation.document)
        locator = citation.locator.removeprefix(document.label).removeprefix(", ")
        if self._language != "en":
            locator = self.where(citation, document)
        if again and locator:
            return [Span(locator, url=self._path(citation))]
        first = document.id not in self._mentioned
        self._mentioned.add(document.id)
        where = self._where(citation, locator)
        symbol = document.key if document.symbol else ""
        if not first:
            return [Span(document.label, url=document.url), *where]
        if document.edition == "digest":
            known = symbol + self._comma if symbol else ""
            title = f"{document.title} ({known}{say('digest_note', self._language)})"
            return [Span(title, url=document.url), *where]
        if not symbol:
            return [Span(document.title, url=document.url), *where]
        title = document.title if len(document.title) <= TITLE else document.title[:TITLE].rsplit(" ", 1)[0] + " …"
        known = f"{self._comma}{say('unverified_note', self._language)}" if document.unverified else ""
        return [Span(f"{title} ("), Span(symbol, url=document.url), Span(f"{known})"), *where]

    def _where(self, citation: Citation, locator: str) -> list[Span]:
        """The place behind the name of a document. Where places are links, one without a name is an arrow."""
        if self._address is None:
            return [Span(f"{self._comma}{locator}")] if locator else []
        return [Span(self._comma if locator else " "), Span(locator or "↗", url=self._path(citation))]

    def _path(self, citation: Citation) -> str | None:
        if self._address is None:
            return None
        return self._address(self._library.document(citation.document), citation.start, citation.end)

    @property
    def _comma(self) -> str:
        return {"zh": "，", "ar": "، "}.get(self._language, ", ")


def _innermost(citations: Sequence[Citation]) -> list[Citation]:
    """Citations without those of the words that only introduce a provision that is cited too."""
    kept: list[Citation] = []
    for citation in dict.fromkeys(citations):
        inside = any(
            other.document == citation.document
            and other.locator.startswith((f"{citation.locator},", f"{citation.locator} "))
            for other in citations
        )
        if not inside and not any(o.document == citation.document and o.locator == citation.locator for o in kept):
            kept.append(citation)
    return kept


def _short(quote: str, cut: bool) -> str:
    words = " ".join(quote.split())
    return words if len(words) <= WORDS or not cut else words[:WORDS].rsplit(" ", 1)[0].rstrip() + f" {CUT}"
