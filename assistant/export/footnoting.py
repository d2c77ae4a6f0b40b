"""The footnotes of a publication: each document in full at its first mention, short afterwards (see `un_style`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from assistant.answer_phrases import day_text, mark, place_name, place_text, say
from assistant.export.publication import Content, Note, Span, Table, plain
from assistant.export.un_style import document_name
from assistant.qa.answer import Citation, Statement
from assistant.qa.metadata import document_date
from assistant.reports.lookup import display_label
from assistant.reports.quoted_tables import ELLIPSIS, Cell, Grid
from assistant.row_tables import without_bars
from assistant.wording.drafting import grammar_of
from corpus.calendar_names import language_name
from corpus.documents import Document
from corpus.library import Library
from ingest.time_ranges import is_explicit_time_span

MAX_QUOTE_LENGTH = 240
"""Longest quote in a footnote, in characters; omissions are marked."""
AddressBuilder = Callable[[Document, int, int], str]
"""The URL of `document.text[start:end]`, inside the site that shows a publication."""
_NAMED_PLACE = re.compile(
    r"(?:annex(?: [IVXLC]+| \d+)?(?:, )?)?(?:art\. \d+(?: bis| ter)?(?: \([a-z]+\))*)?(?:, )?(?:para\. [\d.]+(?: \([a-z]+\))*)?"
)
_SECTION = re.compile(r"section “(.+?)”(?:, (.*))?$")


class ReferenceFormatter:
    """Formats the references of one publication, in order.

    With an `address`, places are links to the words cited. `missing` are documents, by id, as they are named where
    the library no longer has what is cited of them: without text, and without links.
    """

    def __init__(
        self,
        library: Library,
        language: str,
        address: AddressBuilder | None = None,
        missing: Mapping[str, Document] = MappingProxyType({}),
    ) -> None:
        self._library, self.language, self.address, self._missing = library, language, address, missing
        self._comma, self._colon, self._semicolon = (mark(sign, language) for sign in ",:;")
        self._mentioned: set[str] = set()
        self._quoted: set[Citation] = set()
        self._last_cited: Sequence[Citation] = ()

    def find_document(self, document_id: str) -> Document:
        """A document that is cited."""
        return self._missing.get(document_id) or self._library.document(document_id)

    def format_statement(self, statement: Statement, heading: str = "", previous: Statement | None = None) -> Content:
        """A statement with its footnote.

        A quote is in quotation marks after its place; a document that the `heading` names is not named again, nor is
        document or place of the `previous` statement; an unverified copy is called so. The footnote of a sentence that a model wrote gives all the
        words on which it is based.
        """
        if statement.verdict != "quoted":
            note = self.make_note(statement.citations, with_words=True, shorten=statement.verdict == "derived")
            return (Span(statement.text + self._doubt(statement.citations)), note)
        last = statement.main
        text = f" {ELLIPSIS} ".join(self._one_line(each) for each in statement.citations)
        before = previous.main if previous and previous.verdict == "quoted" else None
        if before is not None and self._is_after_gap(statement.citations[0], before):
            text = f"{ELLIPSIS} {text}"
        quotation = Span(self._quote(grammar_of(last.language).tail.sub("", text), last.language))
        place = self.format_place(last, heading, before)
        if place and (before is None or before.document != last.document):
            place += self._doubt([last])
        linked = [Span(place, url=self.find_url(last)), Span(self._colon)]
        place_spans = (linked if self.address else [Span(place + self._colon)]) if place else []
        return (*place_spans, quotation, self.make_note(statement.citations))

    def _is_after_gap(self, citation: Citation, previous: Citation) -> bool:
        """Whether a citation, whose place is not named again, does not go on where the previous one ends."""
        if (previous.document, previous.locator) != (citation.document, citation.locator):
            return False
        if citation.start < previous.end:
            return True
        document = self.find_document(citation.document)
        own = document.block_at(citation.start)
        between = (block for block in document.blocks if own is not None and block.locator == own.locator)
        spans = ((max(each.body_start, previous.end), min(each.end, citation.start)) for each in between)
        return any(document.text[start:end].strip() for start, end in spans if start < end)

    def _doubt(self, citations: Sequence[Citation]) -> str:
        """A remark in parentheses that one of some citations is of an unverified copy; empty where none is."""
        if not any(self.find_document(each.document).unverified for each in citations):
            return ""
        return f" ({say('unverified_note', self.language)})"

    def format_place(self, citation: Citation, heading: str = "", previous: Citation | None = None) -> str:
        """Document and place in words, for running text, without what the heading or the previous citation names."""
        document = self.find_document(citation.document)
        if previous is not None and (previous.document, previous.locator) == (citation.document, citation.locator):
            return ""
        place = self.locator_text(citation, document)
        section = _SECTION.match(place)
        if section and heading and heading.startswith(section.group(1).rstrip(".… ")):
            place = section.group(2) or ""
        is_named = heading.startswith(tuple(filter(None, (document.short, document.title, document.label))))
        first, _, rest = place.partition(self._comma)
        comma = self._comma[:1]
        if is_named and first and f"{first}{comma}" in f"{heading}{comma}".replace(":", comma):
            return _capitalize(rest)
        short_name = document_name(document, self.language).short
        is_repeated = previous is not None and previous.document == citation.document
        parts = [place] if is_repeated or is_named else [short_name, place]
        return _capitalize(self._comma.join(filter(None, parts))) or short_name

    def locator_text(self, citation: Citation, document: Document) -> str:
        """The place in words; the locator itself where it can't be put into words completely."""
        locator = _local_locator(citation, document)
        if _NAMED_PLACE.fullmatch(locator):
            return place_name(locator, self.language) or locator
        return place_text(locator, self.language)

    def _short_place(self, citation: Citation, document: Document) -> str:
        """The place for footnotes and tables: the locator itself in English, the language of locators, else in words."""
        return _local_locator(citation, document) if self.language == "en" else self.locator_text(citation, document)

    def make_note(self, citations: Sequence[Citation], *, with_words: bool = False, shorten: bool = True) -> Note:
        """A footnote for some citations, each document in full where it is mentioned for the first time, and as the same
        (“Ibid.”) where the preceding footnote cites it alone; optionally `with_words`, of which long ones are cut if
        `shorten`."""
        spans: list[Span] = []
        cited = _most_specific(citations) if not with_words else list(dict.fromkeys(citations))
        # A citation of a title is only the name of the document, without a place.
        cited = [each for each in cited if not each.locator.endswith(", title")] or cited
        last_cited, self._last_cited = self._last_cited, cited
        for n, citation in enumerate(cited):
            spans += [Span(self._semicolon)] if n else []
            is_same_place = len(cited) == 1 and [each.locator for each in last_cited] == [citation.locator]
            same_document = {each.document for each in cited[n - 1 : n] or last_cited} == {citation.document}
            spans += self._format_reference(
                citation, same_document=same_document, opens=not n, same_place=is_same_place
            )
            # Words are not repeated from an earlier footnote, nor is a heading, which is part of the place.
            block = self.find_document(citation.document).block_at(citation.start)
            is_heading = block is not None and block.kind == "heading" and citation.end <= block.end
            if with_words and citation not in self._quoted and not is_heading:
                self._quoted.add(citation)
                text = self._one_line(citation)
                if shorten and len(text) > MAX_QUOTE_LENGTH:
                    text = text[:MAX_QUOTE_LENGTH].rsplit(" ", 1)[0].rstrip() + f" {ELLIPSIS}"
                quoted = self._quote(text, citation.language)
                spans += [Span(self._colon), Span(quoted)]
        spans[:1] = [replace(each, text=_capitalize(each.text)) for each in spans[:1]]
        if not "".join(span.text for span in spans).rstrip("”»“\u2069 ").endswith((".", "。")):
            spans.append(Span("。" if self.language == "zh" else "."))
        return Note(tuple(spans))

    def _quote(self, words: str, language: str) -> str:
        """Words in quotation marks; where they have another writing direction than the text, they are isolated, with
        quotation marks of their own language (Unicode Standard Annex 9), which would otherwise be on the wrong side."""
        if (language == "ar") == (self.language == "ar"):
            return say("quotation", self.language, words=words)
        return f"\u2068{say('quotation', language, words=words)}\u2069"

    def _format_reference(
        self, citation: Citation, *, same_document: bool, opens: bool, same_place: bool
    ) -> list[Span]:
        """Document and place; only the place if the same footnote has just named the document, “Ibid.” for what the
        preceding footnote cites alone if the reference `opens` a footnote."""
        document, url = self.find_document(citation.document), self.find_url(citation)
        locator = self._short_place(citation, document)
        if same_document and locator and not opens:
            return [Span(locator, url=url)]
        if same_document and locator and same_place:
            return [Span(say("ibid", self.language), url=url or document.url)]
        is_first = document.id not in self._mentioned
        self._mentioned.add(document.id)
        locator = locator or self._printed_place(citation, document)
        place_spans = [Span(f"{self._comma}{locator}")] if locator else []
        if url:  # a link needs a text: an arrow where the place has no name
            place_spans = [Span(self._comma if locator else " "), Span(locator or "↗", url=url)]
        if same_document and opens and locator:
            return [Span(say("ibid", self.language), url=document.url), *place_spans]
        name = document_name(document, self.language)
        if not is_first or not name.symbol or not name.title or document.edition == "digest":
            return [Span(name.full if is_first else name.short, url=document.url), *place_spans]
        suffix = f"{self._comma}{name.notes})" if name.notes else ")"
        return [Span(f"{name.title} ("), Span(name.symbol, url=document.url), Span(suffix), *place_spans]

    def _printed_place(self, citation: Citation, document: Document) -> str:
        """Where words without a locator are, such as lines at the head and the foot of a text: their page, if any."""
        block = document.block_at(citation.start)
        if block and block.page:
            return place_name(f"page {block.page}", self.language)
        return place_text(block.locator, self.language) if block else ""

    def _one_line(self, citation: Citation) -> str:
        """The words of a citation on one line, without bars between the cells of a row."""
        document = self.find_document(citation.document)
        block = document.block_at(citation.start)
        is_row = block is not None and block.kind == "row"
        return without_bars(citation.quote) if is_row else " ".join(citation.quote.split())

    def find_url(self, citation: Citation) -> str | None:
        """The URL of the words cited; None without addresses, or if these words no longer exist."""
        if self.address is None or citation.document in self._missing:
            return None
        return self.address(self.find_document(citation.document), citation.start, citation.end)

    def make_link(self, citation: Citation, text: str | None = None) -> Span:
        """A link to what is cited, with a text or the bare place; without addresses, strong text."""
        url = self.find_url(citation)
        text = self._short_place(citation, self.find_document(citation.document)) if text is None else text
        return Span(text, "plain" if url else "strong", url)

    def make_named_link(self, citation: Citation, heading: str = "") -> Span:
        """Document and place as a link; isolated in Arabic, so that a symbol keeps its order."""
        text = self.format_place(citation, heading)
        return self.make_link(citation, f"\u2068{text}\u2069" if self.language == "ar" else text)

    def join_spans(self, spans: Sequence[Span]) -> list[Span]:
        """Spans with semicolons between them."""
        return [part for span in spans for part in (Span(self._semicolon), span)][1:]

    def document_label(self, document: str) -> str:
        """The label of a document (by id) in headings and tables."""
        return display_label(self.find_document(document), self.language)

    def format_source(self, document: str) -> Content:
        """A document (by id) in a list: its full name, its day, and its language."""
        document_found = self.find_document(document)
        name = document_name(document_found, self.language)
        day = document_date(document_found) if document_found.edition != "digest" else None
        date_text = day_text(day, self.language) if day else ""
        details = ["" if date_text in name.full else date_text, language_name(document_found.language, self.language)]
        details_text = "".join(f"{self._comma}{each}" for each in details if each)
        return Span(_capitalize(name.full), url=document_found.url), Span(details_text)

    def make_table(self, grid: Grid) -> Table:
        """A table whose cells quote documents, without empty columns. Words that introduce several points are shown
        with the first of them only."""
        shown_columns = [n for n in range(len(grid.columns)) if any(row[n].to_text() for row in grid.rows)]
        rows: list[tuple[Content, ...]] = []
        for previous, row in zip((None, *grid.rows), grid.rows, strict=False):
            cells = (_omit_repeated(previous[n], row[n]) if previous else row[n] for n in shown_columns)
            rows.append(tuple(self._cell_content(each, grid.heading) for each in cells))
        return Table(tuple(grid.columns[n] for n in shown_columns), tuple(rows))

    def _cell_content(self, cell: Cell, heading: str) -> Content:
        if cell.place:
            link = self.make_link(cell.citations[0], cell.text or None)
            return (replace(link, text=link.text.removeprefix(f"{heading}{self._comma}")),)
        text = cell.to_text(self._semicolon)
        if cell.citations and (cell.citations[0].language == "ar") != (self.language == "ar"):
            text = f"\u2068{text}\u2069"
        return (Span(text, url=cell.url),) if text else plain("–")


def _omit_repeated(previous: Cell, cell: Cell) -> Cell:
    """A cell without the opening words that the cell above has too, with a mark for the omission."""
    both = (cell.citations, previous.citations)
    own_spans, previous_spans = ([(each.document, each.start, each.end) for each in cites] for cites in both)
    if not cell.whole or len(own_spans) < 2 or previous_spans[: len(own_spans) - 1] != own_spans[:-1]:
        return cell
    last = replace(cell, citations=cell.citations[-1:])
    return replace(last, text=f"{ELLIPSIS} {last.to_text()}")


def _local_locator(citation: Citation, document: Document) -> str:
    """The locator without the label of its document; a span of time has a dash."""
    locator = citation.locator.removeprefix(document.label).removeprefix(", ")
    before, comma, last = locator.rpartition(", ")
    return f"{before}{comma}{last.replace('-', '–')}" if is_explicit_time_span(last) else locator


def _capitalize(words: str) -> str:
    return words[:1].upper() + words[1:]


def _most_specific(citations: Sequence[Citation]) -> list[Citation]:
    """Citations without those that only introduce a provision that is cited too."""
    by_place = {(each.document, each.locator): each for each in reversed(citations)}
    keys = dict.fromkeys((each.document, each.locator) for each in citations)
    return [
        by_place[document, place]
        for document, place in keys
        if not any(other.startswith((f"{place},", f"{place} ")) for same, other in keys if same == document)
    ]
