"""The footnotes of a publication: each document in full at its first mention, short afterwards, as `assistant.export.un_style` names it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from assistant.answer_phrases import day_text, mark, place_name, place_text, say
from assistant.export.publication import Content, Note, Span, Table, plain
from assistant.export.un_style import name_of
from assistant.qa.answer import Citation, Statement
from assistant.qa.metadata import document_date
from assistant.reports.lookup import label_of
from assistant.reports.quoted_tables import CUT, Cell, Grid
from assistant.row_tables import without_bars
from assistant.wording.drafting import grammar_of
from corpus.calendar_names import language_name
from corpus.documents import Document
from corpus.library import Library
from ingest.time_ranges import is_explicit_time_span

WORDS = 240
"""Most characters of a quote in a footnote; what is left out is marked."""
Address = Callable[[Document, int, int], str]
"""Where `document.text[start:end]` can be read, inside the site that shows a publication."""
_NAMED = re.compile(
    r"(?:annex(?: [IVXLC]+| \d+)?(?:, )?)?(?:art\. \d+(?: bis| ter)?(?: \([a-z]+\))*)?(?:, )?(?:para\. [\d.]+(?: \([a-z]+\))*)?"
)
_SECTION = re.compile(r"section “(.+?)”(?:, (.*))?$")


class References:
    """Makes the footnotes of one publication, in order; with an `address` the places are links to the words cited. `gone` are documents
    as they are named where the library no longer holds what is cited of them, by id: without text, and without links."""

    def __init__(
        self,
        library: Library,
        language: str,
        address: Address | None = None,
        gone: Mapping[str, Document] = MappingProxyType({}),
    ) -> None:
        self._library, self.language, self.address, self._gone = library, language, address, gone
        self._comma, self._colon, self._semicolon = (mark(sign, language) for sign in ",:;")
        self._mentioned: set[str] = set()
        self._worded: set[Citation] = set()

    def document(self, document_id: str) -> Document:
        """A document that is cited."""
        return self._gone.get(document_id) or self._library.document(document_id)

    def paragraph(self, statement: Statement, known: str = "", before: Statement | None = None) -> Content:
        """A statement with its footnote. What is quoted stands between quotation marks behind the place that says it; a document
        that is `known` from the heading is not named again, nor is document or place of the statement right `before`. The footnote of what a model wrote gives all the
        words that it rests on."""
        if statement.verdict != "quoted":
            note = self.note(statement.citations, words=True, cut=statement.verdict == "derived")
            return (Span(statement.text), note)
        last = statement.main
        words = f" {CUT} ".join(self._shown(each) for each in statement.citations)
        quoted = Span(self._quotation(grammar_of(last.language).tail.sub("", words), last.language))
        place = self.place(last, known, before.main if before and before.verdict == "quoted" else None)
        said = (Span(place, url=self.path(last)), Span(self._colon)) if self.address else (Span(place + self._colon),)
        return (*(said if place else ()), quoted, self.note(statement.citations))

    def place(self, citation: Citation, known: str = "", before: Citation | None = None) -> str:
        """Document and place in words, for the running text: what the heading or the citation `before` says is not said again."""
        document = self.document(citation.document)
        if before is not None and (before.document, before.locator) == (citation.document, citation.locator):
            return ""
        where = self.where(citation, document)
        section = _SECTION.match(where)
        if section and known and known.startswith(section.group(1).rstrip(".… ")):
            where = section.group(2) or ""
        headed = known.startswith(tuple(filter(None, (document.short, document.title, document.label))))
        first, _, rest = where.partition(self._comma)
        comma = self._comma[:1]
        if headed and first and f"{first}{comma}" in f"{known}{comma}".replace(":", comma):
            return _capital(rest)
        short = name_of(document, self.language).short
        again = before is not None and before.document == citation.document
        return _capital(self._comma.join(filter(None, ("" if again or headed else short, where)))) or short

    def where(self, citation: Citation, document: Document) -> str:
        """The place in words, as the locator has it where it can't be put into words whole."""
        locator = _locator(citation, document)
        if _NAMED.fullmatch(locator):
            return place_name(locator, self.language) or locator
        return place_text(locator, self.language)

    def _placed(self, citation: Citation, document: Document) -> str:
        """The place as footnotes and tables have it: in short, where the language is that of the locators."""
        return _locator(citation, document) if self.language == "en" else self.where(citation, document)

    def note(self, citations: Sequence[Citation], *, words: bool = False, cut: bool = True) -> Note:
        """A footnote for some citations: each document in full where it is mentioned for the first time. With `words`
        it gives the words that are cited, long ones `cut`."""
        spans: list[Span] = []
        cited = _innermost(citations) if not words else list(dict.fromkeys(citations))
        # What names a text says no place.
        cited = [each for each in cited if not each.locator.endswith(", title")] or cited
        before = ""
        for citation in cited:
            spans += [Span(self._semicolon)] if spans else []
            spans += self._reference(citation, again=citation.document == before)
            before = citation.document
            # Words that an earlier footnote gives are not given again, nor is a heading, which the place names.
            block = self.document(citation.document).block_at(citation.start)
            heading = block is not None and block.kind == "heading" and citation.end <= block.end
            if words and citation not in self._worded and not heading:
                self._worded.add(citation)
                shown = self._shown(citation)
                if cut and len(shown) > WORDS:
                    shown = shown[:WORDS].rsplit(" ", 1)[0].rstrip() + f" {CUT}"
                quoted = self._quotation(shown, citation.language)
                spans += [Span(self._colon), Span(quoted)]
        spans[:1] = [replace(each, text=_capital(each.text)) for each in spans[:1]]
        ended = "".join(span.text for span in spans).rstrip("”»“\u2069 ").endswith((".", "。"))
        return Note((*spans, *(() if ended else (Span("。" if self.language == "zh" else "."),))))

    def _quotation(self, words: str, spoken: str) -> str:
        """Words between quotation marks; where they run the other way than the text, they are isolated with marks of their
        own language (Unicode Standard Annex 9), which else would stand on the wrong side."""
        if (spoken == "ar") == (self.language == "ar"):
            return say("quotation", self.language, words=words)
        return f"\u2068{say('quotation', spoken, words=words)}\u2069"

    def _reference(self, citation: Citation, *, again: bool) -> list[Span]:
        """Document and place; the place alone where the same footnote has just named the document."""
        document = self.document(citation.document)
        locator = self._placed(citation, document)
        if again and locator:
            return [Span(locator, url=self.path(citation))]
        first = document.id not in self._mentioned
        self._mentioned.add(document.id)
        locator = locator or self._printed(citation, document)
        where = [Span(f"{self._comma}{locator}")] if locator else []
        if self.path(citation):  # where places are links, one without a name is an arrow
            where = [Span(self._comma if locator else " "), Span(locator or "↗", url=self.path(citation))]
        name = name_of(document, self.language)
        if not first:
            return [Span(name.short, url=document.url), *where]
        if not name.symbol or not name.title or document.edition == "digest":
            return [Span(name.full, url=document.url), *where]
        behind = f"{self._comma}{name.told})" if name.told else ")"
        return [Span(f"{name.title} ("), Span(name.symbol, url=document.url), Span(behind), *where]

    def _printed(self, citation: Citation, document: Document) -> str:
        """Where words stand that are cited without a place, as lines at the head and the foot of a text are: their page, if it has any."""
        block = document.block_at(citation.start)
        if block is None:
            return ""
        return place_name(f"page {block.page}", self.language) if block.page else block.locator

    def _shown(self, citation: Citation) -> str:
        """The words of a citation on one line; between the cells of a row stands no bar."""
        document = self.document(citation.document)
        block = document.block_at(citation.start)
        row = block is not None and block.kind == "row"
        return without_bars(citation.quote) if row else " ".join(citation.quote.split())

    def path(self, citation: Citation) -> str | None:
        """Where the words can be read; None where there are no addresses, or these words no more."""
        if self.address is None or citation.document in self._gone:
            return None
        return self.address(self.document(citation.document), citation.start, citation.end)

    def link(self, citation: Citation, text: str | None = None) -> Span:
        """Words, else the bare place as a table has it, that lead to what is cited; strong where there are no addresses."""
        url = self.path(citation)
        text = self._placed(citation, self.document(citation.document)) if text is None else text
        return Span(text, "plain" if url else "strong", url)

    def linked(self, citation: Citation, known: str = "") -> Span:
        """Document and place as a link; isolated in Arabic, so that a symbol keeps its order."""
        text = self.place(citation, known)
        return self.link(citation, f"\u2068{text}\u2069" if self.language == "ar" else text)

    def listed(self, spans: Sequence[Span]) -> list[Span]:
        """Spans in a row, marks between them."""
        return [each for span in spans for each in (Span(self._semicolon), span)][1:]

    def label(self, document: str) -> str:
        """How a document (its id) is called in headings and tables."""
        return label_of(self.document(document), self.language)

    def source(self, document: str) -> Content:
        """A document (its id) in a list: its full name, its day, and its language."""
        held = self.document(document)
        name = name_of(held, self.language)
        day = document_date(held) if held.edition != "digest" else None
        dated = day_text(day, self.language) if day else ""
        told = ["" if dated in name.full else dated, language_name(held.language, self.language)]
        return Span(_capital(name.full), url=held.url), Span("".join(f"{self._comma}{each}" for each in told if each))

    def table(self, grid: Grid) -> Table:
        """A table whose cells are words of documents, without columns that are empty throughout. Words that introduce several points stand
        with the first of them."""
        kept = [n for n in range(len(grid.columns)) if any(row[n].shown() for row in grid.rows)]
        made: list[tuple[Content, ...]] = []
        for before, row in zip((None, *grid.rows), grid.rows, strict=False):
            cells = (_again(before[n], row[n]) if before else row[n] for n in kept)
            made.append(tuple(map(self._content, cells)))
        return Table(tuple(grid.columns[n] for n in kept), tuple(made))

    def _content(self, cell: Cell) -> Content:
        if cell.place:
            return (self.link(cell.citations[0]),)
        text = cell.shown(self._semicolon)
        if cell.citations and (cell.citations[0].language == "ar") != (self.language == "ar"):
            text = f"\u2068{text}\u2069"
        return (Span(text, url=cell.url),) if text else plain("–")


def _again(before: Cell, cell: Cell) -> Cell:
    """A cell without the words with which the one above opens too, marked as left out."""
    opening, above = ([(each.document, each.start, each.end) for each in some.citations] for some in (cell, before))
    if not cell.whole or len(opening) < 2 or above[: len(opening) - 1] != opening[:-1]:
        return cell
    last = replace(cell, citations=cell.citations[-1:])
    return replace(last, text=f"{CUT} {last.shown()}")


def _locator(citation: Citation, document: Document) -> str:
    """The place without its document; a span of time with a dash."""
    locator = citation.locator.removeprefix(document.label).removeprefix(", ")
    before, comma, last = locator.rpartition(", ")
    return f"{before}{comma}{last.replace('-', '–')}" if is_explicit_time_span(last) else locator


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _innermost(citations: Sequence[Citation]) -> list[Citation]:
    """Citations without those of the words that only introduce a provision that is cited too."""
    places = {(each.document, each.locator): each for each in reversed(citations)}
    kept = dict.fromkeys((each.document, each.locator) for each in citations)
    return [
        places[document, place]
        for document, place in kept
        if not any(other.startswith((f"{place},", f"{place} ")) for same, other in kept if same == document)
    ]
