"""Citations of a meeting's rows, headings and sentences, and what is said of one agenda item or sitting by them: when it is taken up,
for how long, with which documents."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer_phrases import date_text, joined, say
from assistant.qa.answer import Citation, Statement
from corpus.dates import find_full_dates
from corpus.documents import Block, Document, Span
from corpus.library import Library
from corpus.meetings import AgendaItem, Meeting, Sitting, is_under
from corpus.sentences import sentence_spans
from corpus.symbols import RESOLUTIONS, find_symbols
from ingest.time_ranges import span_ends


class Citer:
    """Cites the blocks of one agenda document."""

    def __init__(self, library: Library, meeting: Meeting) -> None:
        self._library = library
        self.document: Document = library.document(meeting.document_id)

    def block(self, ordinal: int) -> Citation:
        """A whole block."""
        block = self.document.blocks[ordinal]
        return self._span(block.start, block.end, block)

    def words(self, ordinal: int, symbol: str = "") -> str:
        """A whole block, or the sentence of it that names a document, on one line."""
        return " ".join(self.document.quote(*self._naming(ordinal, symbol)).split())

    def naming(self, ordinal: int, symbol: str) -> Citation:
        """The sentence of a block that names a document."""
        return self._span(*self._naming(ordinal, symbol), self.document.blocks[ordinal])

    def _naming(self, ordinal: int, symbol: str) -> Span:
        block, text = self.document.blocks[ordinal], self.document.block_text(self.document.blocks[ordinal])
        at = next((each.start for each in find_symbols(text) if each.symbol.text == symbol), -1)
        spans = sentence_spans(text, self.document.language)
        start, end = next((span for span in spans if span[0] <= at < span[1]), (0, len(text)))
        return self.document.trim_span(block.start + start, block.start + end)

    def listed(self, item: AgendaItem) -> tuple[Citation, ...]:
        """The line that lists an item, if there is one."""
        return () if item.source_block is None else (self.block(item.source_block),)

    def venue(self, meeting: Meeting) -> list[int]:
        """The lines of the head, beside that of place and days, that name both and tell more: building and room."""
        head = [block for block in self.document.blocks if block.locator == "masthead" and block.kind == "paragraph"]
        told = {block.ordinal: self.words(block.ordinal) for block in head if block.ordinal != meeting.masthead}
        named = [(ordinal, words) for ordinal, words in told.items() if meeting.place and meeting.place in words]
        days = set(meeting.dates)
        return [ordinal for ordinal, words in named if not days or not days.isdisjoint(find_full_dates(words))]

    def of_no_item(self, meeting: Meeting) -> bool:
        """Whether a row, or a line that is no sentence, names a paper for which no item is known."""
        known = {symbol for item in meeting.items for symbol, _ in item.documentation} | {str(self.document.symbol)}
        for block in self.document.blocks:
            listed = self.section(block.ordinal) in ("masthead", "contents", "provisional agenda")
            if block.kind not in ("row", "paragraph", "item") or listed or ", item " in block.locator:
                continue
            text = self.document.body(block)
            found = find_symbols(text)
            edges = block.kind == "row" or (found and (found[0].start == 0 or text[found[-1].end :].strip(" ).") == ""))
            if edges and any(each.symbol.text not in known and each.symbol.series not in RESOLUTIONS for each in found):
                return True
        return False

    def section(self, ordinal: int) -> str:
        """The part of the agenda in which a block stands, as a locator: `annex`."""
        return self.document.blocks[ordinal].locator.partition(", ")[0]

    def sitting(self, sitting: Sitting, item: AgendaItem | None = None) -> tuple[Citation, ...]:
        """The row that names the day, and the rows from the time to the item (or to the last one); in a grid an item may stand above, in
        a cell that spans several times."""
        rows = [row.row for row in sitting.items if item is None or is_under(row.number, item.number)]
        rows += [sitting.time_row, sitting.time_row if sitting.last is None else sitting.last]
        first, last = self.document.blocks[min(rows)], self.document.blocks[max(rows)]
        day = () if sitting.day_row in (None, first.ordinal) else (self.block(sitting.day_row),)
        return (*day, self._span(first.start, last.end, first))

    def _span(self, start: int, end: int, block: Block) -> Citation:
        evidence = self._library.passage_id_at(self.document.id, start) or ""
        return Citation.of(self.document, start, end, block.locator, evidence)


def sittings_of(item: AgendaItem, sittings: Sequence[Sitting]) -> list[Sitting]:
    """The sittings in which an item or a part of it is taken up."""
    return [sitting for sitting in sittings if any(is_under(row.number, item.number) for row in sitting.items)]


def edge_text(sitting: Sitting, which: int, spoken: str, language: str) -> str:
    """When a sitting begins (`which` is 0) or ends, as the agenda prints it; by the clock of 24 hours, where that is known, in another
    language than the one that is `spoken` in the agenda."""
    time = sitting.end if which else sitting.start
    if time is None or language == spoken:
        return span_ends(sitting.time_label)[which] if sitting.time_label else ""
    return f"{time:%H:%M}"


def times_text(sitting: Sitting, spoken: str, language: str) -> str:
    """From when to when a sitting is, in the same manner."""
    if sitting.start is None or sitting.end is None or language == spoken:
        return sitting.time_label
    return f"{sitting.start:%H:%M}–{sitting.end:%H:%M}"


def taken_up(item: AgendaItem, sittings: Sequence[Sitting], cite: Citer, language: str) -> Statement:
    """When an item is taken up: its day and time in each of its sittings, of which there is at least one."""
    slots, spoken = [], cite.document.language
    for each in sittings:
        continued = any(row.continued for row in each.items if is_under(row.number, item.number))
        day, times = date_text(each.date, language), times_text(each, spoken, language)
        slots.append(say("slot_continued" if continued else "slot", language, day=day, times=times))
    text = say("item_when", language, item=item.number, title=item.title, slots=joined(slots, language))
    cites = tuple(dict.fromkeys(each for sitting in sittings for each in cite.sitting(sitting, item)))
    return Statement(text, "derived", cites)


def titled(item: AgendaItem, cite: Citer, language: str) -> Statement:
    """What an item is called, by the line that lists it."""
    text = say("item_title", language, item=item.number, title=item.title.rstrip("."))
    return Statement(text, "derived", cite.listed(item))


def length(item: AgendaItem, sittings: Sequence[Sitting], cite: Citer, language: str) -> Statement:
    """In how many sittings an item is listed, and how long these last together, which must be said of each."""
    hours = hours_text(minutes_of(sittings) or 0, language)
    frame = "item_length_one" if len(sittings) == 1 else "item_length"
    text = say(frame, language, item=item.number, title=item.title, count=len(sittings), hours=hours)
    return Statement(text, "derived", tuple(each for sitting in sittings for each in cite.sitting(sitting, item)[-1:]))


def held(sitting: Sitting, cite: Citer, language: str) -> Statement:
    """What is taken up in a sitting, in the order of the timetable, or what that has there besides."""
    frames = [("item" if row.title else "item_alone", row) for row in sitting.items]
    items = [say(frame, language, item=row.number, title=row.title) for frame, row in frames]
    day, told = date_text(sitting.date, language), joined(items, language) if items else sitting.words
    if not sitting.time_label:
        return Statement.quoting(cite.sitting(sitting)[-1])
    text = say("slot_items", language, day=day, times=times_text(sitting, cite.document.language, language), items=told)
    return Statement(text, "derived", cite.sitting(sitting))


def minutes_of(sittings: Sequence[Sitting]) -> int | None:
    """How long sittings last together, in minutes; None where it is not said of each."""
    lengths = [sitting.duration_minutes for sitting in sittings]
    return None if None in lengths else sum(length or 0 for length in lengths)


def announced(item: AgendaItem, cite: Citer, language: str) -> list[Statement]:
    """What the agenda announces for an item, or that it announces nothing, without the title of the item."""
    if not item.documentation:
        return [nothing_announced(item, cite, language, short=True)]
    return [announcing(item, *each, cite, language, short=True) for each in item.documentation]


def names_paper(item: AgendaItem, cite: Citer) -> bool:
    """Whether the annotations of an item name a document other than a resolution."""
    named = (mention.symbol for each in item.annotations for mention in find_symbols(cite.words(each)))
    return any(symbol.series not in RESOLUTIONS for symbol in named)


def announces_nothing(item: AgendaItem, meeting: Meeting, cite: Citer) -> bool:
    """Whether an agenda surely announces no document for an item: what its annotations name may be announced, and so may what a row or
    line names that is of no item."""
    return not (meeting.documented_items(item) or names_paper(item, cite) or cite.of_no_item(meeting))


def announcing(
    item: AgendaItem, symbol: str, ordinal: int, cite: Citer, language: str, *, short: bool = False
) -> Statement:
    """That a block announces a document for an item; `short` does not say the item's title."""
    text = say(f"document_for{'_short' * short}", language, symbol=symbol, item=item.number, title=item.title)
    return Statement(text, "derived", (*(() if short else cite.listed(item)), cite.naming(ordinal, symbol)))


def nothing_announced(item: AgendaItem, cite: Citer, language: str, *, short: bool = False) -> Statement:
    """That no document is announced for an item, by the line that lists it."""
    text = say(f"no_document_for{'_short' * short}", language, item=item.number, title=item.title)
    return Statement(text, "derived", cite.listed(item))


def hours_text(minutes: int, language: str) -> str:
    """A length of time in hours, in the form that the number asks for (Unicode CLDR): `4 часа`, `5 часов`."""
    from babel.units import format_unit

    hours = round(minutes / 60, 1)
    # CLDR has only the short form for Chinese, which is the usual one.
    length = "short" if language == "zh" else "long"
    return str(format_unit(hours if hours % 1 else int(hours), "duration-hour", length, locale=language))
