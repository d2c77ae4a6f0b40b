"""Citations of the rows, headings and sentences of an agenda, and the statements about one item or sitting that rest on them: when it is
taken up, for how long, with which documents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answer_phrases import date_text, joined, say
from assistant.qa.answer import Citation, Statement
from corpus.dates import find_full_dates
from corpus.documents import Block, Document, Span, cached_by_document
from corpus.library import Library
from corpus.meetings import AgendaItem, Meeting, Sitting, SittingItem, is_under
from corpus.sentences import sentence_spans
from corpus.symbols import RESOLUTIONS, find_listed_symbols, find_symbols_like
from ingest.agenda_form import without_documentation_label
from ingest.time_ranges import span_ends

_REMARK = re.compile(r"\s*(?:[(（][^()（）]*[)）])?[\W_]*")
"""A remark in brackets behind the title of an item, and what sets it off from the lines below."""


class AgendaCiter:
    """Cites the blocks of one agenda document, and makes statements in a `language` that rest on them."""

    def __init__(self, library: Library, meeting: Meeting, language: str = "en") -> None:
        self._library, self._meeting, self.language = library, meeting, language
        self.document: Document = library.document(meeting.document_id)

    def block(self, ordinal: int) -> Citation:
        """A citation of a whole block."""
        block = self.document.blocks[ordinal]
        return self._span(block.start, block.end, block)

    def words(self, ordinal: int, symbol: str = "") -> str:
        """The text of a block on one line, or of the sentence in it that names the document `symbol`."""
        return " ".join(self.document.quote(*self._naming_span(ordinal, symbol)).split())

    def naming(self, ordinal: int, symbol: str) -> Citation:
        """A citation of the sentence of a block that names a document."""
        return self._span(*self._naming_span(ordinal, symbol), self.document.blocks[ordinal])

    def _naming_span(self, ordinal: int, symbol: str) -> Span:
        spans, block = _naming_spans(self.document), self.document.blocks[ordinal]
        if (ordinal, symbol) not in spans:
            text = self.document.block_text(block)
            listed = find_listed_symbols(text, self.document.symbol) if symbol else []
            at = next((each.start for each in listed if each.symbol.text == symbol), -1)
            sentences = sentence_spans(text) if at >= 0 else []
            start, end = next((span for span in sentences if span[0] <= at < span[1]), (0, len(text)))
            spans[ordinal, symbol] = self.document.trim_span(block.start + start, block.start + end)
        return spans[ordinal, symbol]

    def items_of_row(self, symbol: str, ordinal: int) -> list[AgendaItem]:
        """The items for which a row of a table announces a document; none for a block that is no row."""
        if self.document.blocks[ordinal].kind != "row":
            return []
        return [item for item in self._meeting.items if (symbol, ordinal) in item.documentation]

    def listed(self, item: AgendaItem) -> tuple[Citation, ...]:
        """The citation of the line that lists an item; empty where there is none."""
        return () if item.source_block is None else (self.block(item.source_block),)

    def venue(self, meeting: Meeting) -> list[int]:
        """The ordinals of the lines of the masthead, beside the one with place and days, that name both and tell more (building, room)."""
        masthead = (block for block in self.document.blocks if block.locator == "masthead")
        lines = (block.ordinal for block in masthead if block.kind == "paragraph")
        texts = {ordinal: self.words(ordinal) for ordinal in lines if ordinal != meeting.masthead}
        with_place = [(ordinal, words) for ordinal, words in texts.items() if meeting.place and meeting.place in words]
        days = set(meeting.dates)
        return [ordinal for ordinal, words in with_place if not days or not days.isdisjoint(find_full_dates(words))]

    def section(self, ordinal: int) -> str:
        """The part of the agenda in which a block is, as the first part of its locator: `annex`."""
        return _section(self.document.blocks[ordinal])

    def sitting(self, sitting: Sitting, item: AgendaItem | None = None) -> tuple[Citation, ...]:
        """Citations of a sitting: the row that names the day, and the rows from the time to the item (or to the last one). In a grid an item
        may be above its time, in a cell that spans several times."""
        rows = [row.row for row in sitting.items if item is None or is_under(row.number, item.number)]
        rows += [sitting.time_row, sitting.time_row if sitting.last is None else sitting.last]
        first, last = self.document.blocks[min(rows)], self.document.blocks[max(rows)]
        day = () if sitting.day_row in (None, first.ordinal) else (self.block(sitting.day_row),)
        return (*day, self._span(first.start, last.end, first))

    def below(self, row: SittingItem) -> list[Citation]:
        """Citations of what the timetable says of an item below its title, such as who introduces a paper: the other lines of its cell,
        and the rows below it that have nothing but a cell in its column. None where the row has other items."""
        blocks, sittings = self.document.blocks, self._meeting.timetable
        items = {(each.row, each.number) for sitting in sittings for each in sitting.items}
        taken = {ordinal for ordinal, _ in items}.union(*((each.day_row, each.time_row) for each in sittings))
        column, rest = _find_rest_of_cell(self.document, blocks[row.row], row.title)
        if rest is None or any(number != row.number for ordinal, number in items if ordinal == row.row):
            return []
        goes_on = self.document.text[rest[0] : rest[1]][:1].islower()  # the title
        lines = [] if rest[0] == rest[1] or goes_on else [self._span(*rest, blocks[row.row])]
        for block in blocks[row.row + 1 :]:
            columns = [n for n, span in enumerate(block.cells) if span]
            if block.kind != "row" or block.ordinal in taken or columns != [column]:
                break
            lines.append(self.block(block.ordinal))
        return lines

    def _span(self, start: int, end: int, block: Block) -> Citation:
        evidence = self._library.passage_id_at(self.document.id, start) or ""
        return Citation.of(self.document, start, end, block.locator, evidence)

    # Statements

    def schedule(self, item: AgendaItem, sittings: Sequence[Sitting]) -> Statement:
        """States when an item is taken up: day and time of each of its sittings, of which there is at least one."""
        slots = []
        for each in sittings:
            continued = any(row.continued for row in each.items if is_under(row.number, item.number))
            day, times = date_text(each.date, self.language), self._times(each)
            slots.append(say("slot_continued" if continued else "slot", self.language, day=day, times=times))
        citations = dict.fromkeys(each for sitting in sittings for each in self.sitting(sitting, item))
        return self._state("item_when", item, tuple(citations), slots=joined(slots, self.language))

    def title(self, item: AgendaItem) -> Statement:
        """States the title of an item, citing the line that lists it."""
        return self._state("item_title", replace(item, title=item.title.rstrip(".")), self.listed(item))

    def length(self, item: AgendaItem, sittings: Sequence[Sitting]) -> Statement:
        """States in how many sittings an item is listed and how long these last together; the length of each must be known."""
        hours = hours_text(minutes_of(sittings) or 0, self.language)
        template = "item_length_one" if len(sittings) == 1 else "item_length"
        citations = tuple(each for sitting in sittings for each in self.sitting(sitting, item)[-1:])
        return self._state(template, item, citations, count=len(sittings), hours=hours)

    def programme(self, sitting: Sitting, about: AgendaItem | None = None) -> Statement:
        """States what is taken up in a sitting, in the order of the timetable, an item `about` which it is before the others; of a sitting
        without items, the words of the timetable."""
        if not sitting.time_label:
            return Statement.quoting(self.sitting(sitting)[-1])
        first, others = list[str](), list[str]()
        for row in sitting.items:
            title = row.title + (self._remark(row) if row.title else "")
            words = say("item" if row.title else "item_alone", self.language, item=row.number, title=title)
            (first if about is None or is_under(row.number, about.number) else others).append(words)
        content, rest = (joined(each, self.language) for each in (first, others))
        frame, day = "slot_items_with" if rest else "slot_items", date_text(sitting.date, self.language)
        times = self._times(sitting)
        text = say(frame, self.language, day=day, times=times, items=content or sitting.words, others=rest)
        return Statement(text, "derived", self.sitting(sitting))

    def _remark(self, row: SittingItem) -> str:
        """What a row adds in brackets to the title of an item, such as the hour of a vote; nothing where that continues it."""
        after = "" if row.continued else self.words(row.row).partition(row.title)[2]
        match = re.match(r"\s*[(（]([^()（）]+)[)）]$", after)
        return f", {match[1]}" if match else ""

    def documents(self, item: AgendaItem) -> list[Statement]:
        """States which documents the agenda announces for an item, or that it announces none, without the title of the item."""
        announced = [self.document_for(item, *each, short=True) for each in item.documentation]
        return announced or self.without_symbol(item) or [self.no_document_for(item, short=True)]

    def without_symbol(self, item: AgendaItem) -> list[Statement]:
        """Quotes the lines of the documentation of an item, where its documents have no symbol."""
        return [Statement.quoting(self.block(ordinal)) for ordinal in item.without_symbol]

    def document_for(self, item: AgendaItem, symbol: str, ordinal: int, *, short: bool = False) -> Statement:
        """States that a document is announced for an item, citing the sentence that names it; `short` leaves out the title of the item. Where a
        row of a table names it for several items, it may be for one of them only: they are stated together."""
        together = [] if short else self.items_of_row(symbol, ordinal)
        if len(together) > 1:
            numbers = joined([each.number for each in together], self.language)
            lines = dict.fromkeys(line for each in together for line in self.listed(each))
            text = say("document_for_several", self.language, symbol=symbol, items=numbers)
            return Statement(text, "derived", (*lines, self.naming(ordinal, symbol)))
        citations = (*(() if short else self.listed(item)), self.naming(ordinal, symbol))
        return self._state(f"document_for{'_short' * short}", item, citations, symbol=symbol)

    def no_document_for(self, item: AgendaItem, *, short: bool = False) -> Statement:
        """States that no document is announced for an item, citing the line that lists it."""
        return self._state(f"no_document_for{'_short' * short}", item, self.listed(item))

    def edge_time(self, sitting: Sitting, which: int) -> str:
        """When a sitting begins (`which` is 0) or ends: as the agenda prints it in its own language, in other languages by the 24-hour
        clock where the time is known."""
        time = sitting.end if which else sitting.start
        if time is None or self.language == self.document.language:
            return span_ends(sitting.time_label)[which] if sitting.time_label else ""
        return f"{time:%H:%M}"

    def _times(self, sitting: Sitting) -> str:
        """The time span of a sitting, written as by `edge_time`."""
        if sitting.start is None or self.language == self.document.language:
            return sitting.time_label
        return "–".join(f"{time:%H:%M}" for time in (sitting.start, sitting.end) if time)

    def _state(self, template: str, item: AgendaItem, citations: tuple[Citation, ...], **values: object) -> Statement:
        text = say(template, self.language, item=item.number, title=item.title, **values)
        return Statement(text, "derived", citations)

    def surely_has_no_documents(self, item: AgendaItem, meeting: Meeting) -> bool:
        """Whether an agenda certainly announces no document for an item: a document other than a resolution that is named in its
        annotations, or in a row or line that belongs to no item, may be announced for it, and so may what stands below the word
        for documents."""
        names_paper = not _blocks_with_papers(self.document).isdisjoint(item.annotations)
        numbers = {item.main_number, *(each.number for each in meeting.parts(item))}
        documented = meeting.documented_items(item) or not numbers.isdisjoint(_items_with_documentation(self.document))
        known = {symbol for each in meeting.items for symbol, _ in each.documentation} | {str(self.document.symbol)}
        lists_unassigned_paper = not _listed_papers(self.document) <= known
        return not (documented or names_paper or lists_unassigned_paper)


def _find_rest_of_cell(agenda: Document, row: Block, title: str) -> tuple[int, Span | None]:
    """The column of the cell of a row with a title, and the span behind the title and remarks on it, which may be empty; None where no
    cell has the title."""
    for column, (start, end) in ((n, span) for n, span in enumerate(row.cells) if span and title):
        at = agenda.text.find(title, start, end)
        if at >= 0 and (remark := _REMARK.match(agenda.text, at + len(title), end)):
            return column, agenda.trim_span(remark.end(), end)
    return 0, None


@cached_by_document
def _naming_spans(_agenda: Document) -> dict[tuple[int, str], Span]:
    """The spans that were found for blocks of an agenda (by ordinal) and symbols."""
    return {}


@cached_by_document
def _blocks_with_papers(agenda: Document) -> frozenset[int]:
    """The ordinals of the blocks of an agenda that name a document other than a resolution."""
    return frozenset(
        block.ordinal
        for block in agenda.blocks
        for mention in find_symbols_like(" ".join(agenda.block_text(block).split()), agenda.symbol)
        if mention.symbol.series not in RESOLUTIONS
    )


@cached_by_document
def _items_with_documentation(agenda: Document) -> frozenset[str]:
    """The numbers of the items of an agenda that have text below the word for documents."""
    found = (
        block.locator.partition(", item ")[2].partition(", ")[0]
        for block in agenda.blocks
        if ", documentation" in block.locator and without_documentation_label(agenda.block_text(block)).strip()
    )
    return frozenset(found)


@cached_by_document
def _listed_papers(agenda: Document) -> frozenset[str]:
    """The symbols, other than those of resolutions, in rows of an agenda and in lines that are not sentences but list documents, without those
    listed under an item."""
    found: set[str] = set()
    for block in agenda.blocks:
        excluded = _section(block) in ("masthead", "contents", "provisional agenda")
        if block.kind not in ("row", "paragraph", "item") or excluded or ", item " in block.locator:
            continue
        text = agenda.body(block)
        mentions = find_symbols_like(text, agenda.symbol)
        is_listing = block.kind == "row" or (
            mentions and (mentions[0].start == 0 or text[mentions[-1].end :].strip(" ).") == "")
        )
        if is_listing:
            found |= {each.symbol.text for each in mentions if each.symbol.series not in RESOLUTIONS}
    return frozenset(found)


def _section(block: Block) -> str:
    return block.locator.partition(", ")[0]


def sittings_of(item: AgendaItem, sittings: Sequence[Sitting]) -> list[Sitting]:
    """The sittings in which an item or one of its sub-items is taken up."""
    return [sitting for sitting in sittings if any(is_under(row.number, item.number) for row in sitting.items)]


def minutes_of(sittings: Sequence[Sitting]) -> int | None:
    """How long sittings last together, in minutes; None where the length of any is unknown."""
    lengths = [sitting.duration_minutes for sitting in sittings]
    return None if None in lengths else sum(length or 0 for length in lengths)


def hours_text(minutes: int, language: str) -> str:
    """A duration in hours, in the plural form that the number requires (Unicode CLDR): `4 часа`, `5 часов`."""
    from babel.units import format_unit

    hours = round(minutes / 60, 1)
    # CLDR has only the short form for Chinese, which is the usual one.
    length = "short" if language == "zh" else "long"
    return str(format_unit(hours if hours % 1 else int(hours), "duration-hour", length, locale=language))
