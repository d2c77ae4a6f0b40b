"""Builds the meeting that an agenda document announces: items, annotations, documentation, sittings."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from corpus.dates import find_full_dates, find_meeting_days, has_only_days
from corpus.documents import Block, Document
from corpus.meetings import AgendaItem, Meeting, Sitting, is_under, main_number
from corpus.places import find_place, normalise_place_text
from corpus.roman import from_roman
from corpus.symbols import RESOLUTIONS, Symbol, find_listed_symbols, find_symbols_like
from ingest.agenda_form import (
    is_agenda_title,
    is_title_of,
    lists_documents,
    without_documentation_label,
    without_item_number,
)
from ingest.readers.lines import SENTENCE_END
from ingest.readers.masthead_lines import is_distribution_line
from ingest.timetable import build_sittings, item_columns, leading_items
from ingest.timetable_grid import Spans

_ENTRIES = re.compile(r"\s*[;；؛\n]\s*(?=\S)")
"""What separates the entries of a list in a cell."""
_MARK = re.compile(r"(?<=\w)\.(\d{1,2})$")
_HEADINGS = 8  # the title of an agenda is searched among this many headings
_LONGEST_LINE = 200  # of a title below its number, in characters
_COUNTED_BODY = re.compile(r"[^/]*\d[^/]*|.*/(?:CONF|COP|CP|MOP|MSP)\.\d+")
"""Bodies that are one meeting of several, by their symbols: `UNEP/MC/COP.7`, `GB.357`."""
_BODY = re.compile(r"\b(?:Working Group|Conference|Commission|Committee|Council|Assembly|Board|Group)\b")


def place_and_dates(line: str) -> tuple[str, tuple[dt.date, ...]] | None:
    """Place and days of a line such as `Vienna, 14 and 15 October 2021` or `2–4 juin 2025, Paris`; a range gives every
    day of it. None for other lines."""
    parts = [part.strip() for part in re.split(r"[,،，]", line)]
    dated = [any(letter.isdigit() for letter in part) for part in parts]
    places = [part for part, has in zip(parts, dated, strict=True) if not has]
    together = dated == sorted(dated) or dated == sorted(dated, reverse=True)  # the days are at one end
    date_text = ", ".join(part for part, has in zip(parts, dated, strict=True) if has)
    named = 1 <= len(places) <= 2 and places[0] and not places[0][0].islower()
    if not together or not named or not has_only_days(date_text):
        return None
    days = find_meeting_days(date_text)
    return (", ".join(places), days) if days else None


def parse_meeting(document: Document, spans: Mapping[int, Spans] = {}) -> Meeting | None:
    """The meeting that an agenda document announces; None where the document is not an agenda. `spans` maps the blocks
    of rows with wide or high cells to the spans of their cells."""
    if document.kind != "agenda":
        return None
    place, dates, masthead = _find_place_and_dates(document)
    items = tuple(_build_items(document, spans))
    sittings, besides = build_sittings(document, dates, items, spans)
    headings = [document.block_text(block) for block in document.blocks if block.kind == "heading"][:_HEADINGS]
    return Meeting(
        document_id=document.id,
        title=next(filter(is_agenda_title, [document.title, *headings]), document.title),
        body=_find_body(document),
        place=place,
        dates=dates,
        items=items or _items_of_timetable(sittings),
        sittings=sittings,
        masthead=masthead,
        besides=besides,
    )


def _items_of_timetable(sittings: Sequence[Sitting]) -> tuple[AgendaItem, ...]:
    """The agenda items of a timetable without an agenda, as far as its rows give a title."""
    rows = [row for sitting in sittings for row in sitting.items if row.title]
    rows.sort(key=lambda row: ([int(digits) for digits in re.findall(r"\d+", row.number)], row.number))
    found = {row.number: row for row in reversed(rows)}
    return tuple(AgendaItem(row.number, row.title, listed=row.row) for row in reversed(found.values()))


def _find_place_and_dates(document: Document) -> tuple[str, tuple[dt.date, ...], int | None]:
    """Place and days of the meeting, and the block of the masthead line that gives them."""
    masthead = document.masthead
    for block in document.blocks if masthead.dates else ():
        days = find_meeting_days(masthead.dates)
        if days and block.locator == "masthead" and masthead.dates in document.block_text(block):
            return masthead.place, days, block.ordinal
    for block in reversed(document.blocks):
        if block.locator == "masthead" and (found := place_and_dates(document.block_text(block))):
            return *found, block.ordinal
    return "", (), None


def _find_body(document: Document) -> str:
    """The innermost body that the masthead names, or the line right above its session."""
    body = ""
    above = ""
    for block in document.blocks:
        if block.locator != "masthead":
            continue
        line = document.block_text(block)
        if body and is_agenda_title(line):
            break
        below = line == document.masthead.session and above
        if below and not is_distribution_line(above) and not find_full_dates(above):
            body = above if not any(letter.isdigit() for letter in above) else body
        elif len(line) < 200 and _BODY.search(line) and not place_and_dates(line):
            body = line
        above = line
    return body or document.masthead.body


def _build_items(document: Document, spans: Mapping[int, Spans]) -> Iterator[AgendaItem]:
    notes = {block.number for block in document.blocks if block.kind == "footnote"}
    titles: dict[str, str] = {}
    listed: dict[str, int] = {}
    headings: dict[str, int] = {}
    annotations: dict[str, list[int]] = {}
    without_symbol: dict[str, list[int]] = {}
    after_list: set[str] = set()
    mentions: list[_Mention] = []
    last = ""  # the item of the list above
    for block in document.blocks:
        section, number, tail = item_of(block, document)
        if not number:
            last = last if block.kind == "paragraph" and section == "provisional agenda" else ""
            found = find_listed_symbols(document.block_text(block), document.symbol) if last else []
            if lists_documents(document.block_text(block), found):
                mentions += (_Mention(0, last, each.symbol.text, block.ordinal) for each in found)
            continue
        if section == "provisional agenda":
            last = number
            listed.setdefault(number, block.ordinal)
            titles.setdefault(number, _clean_title(without_item_number(document.body(block)), notes))
        elif block.kind == "footnote":
            named = _named_symbols(document.body(block), document.symbol)
            mentions += (_Mention(3, number, symbol, block.ordinal) for symbol in named)
        elif block.kind == "heading" and not tail:
            headings.setdefault(number, block.ordinal)
            title = _clean_title(without_item_number(document.body(block)), notes)
            titles[number] = titles.get(number) or title  # empty where the title is on the next line
        elif block.kind == "heading" and tail.startswith("documentation"):
            if without_documentation_label(document.body(block)).strip():
                after_list.add(number)
        elif tail.startswith("documentation"):
            found = find_listed_symbols(document.block_text(block), document.symbol)
            mentions += (_Mention(1, number, each.symbol.text, block.ordinal) for each in found)
            line = without_documentation_label(document.block_text(block)).strip()
            if line and number not in after_list and block.number is None and _may_be_title(line):
                without_symbol.setdefault(number, []).append(block.ordinal)
            elif line:
                after_list.add(number)  # a sentence, a note or a numbered line ends the list of documents
        elif block.kind == "paragraph" and not tail and not titles.get(number, "-") and _is_title_line(document, block):
            titles[number] = _clean_title(document.body(block), notes)
        elif block.kind == "paragraph" and not tail and is_title_of(document.body(block), titles.get(number, "")):
            headings.setdefault(number, block.ordinal)
        elif block.kind in ("paragraph", "item"):
            annotations.setdefault(number, []).append(block.ordinal)
            text = document.block_text(block)
            found = find_symbols_like(text, document.symbol)
            listed_here = (
                bool(found) and not text[found[-1].end :].strip(" )]") and _may_be_title(text.lstrip("-–—•* "))
            )
            papers = (each.symbol for each in found if each.symbol.series not in RESOLUTIONS)
            own = (each.text for each in papers if listed_here or _is_meeting_paper(each, document.symbol))
            mentions += (_Mention(2, number, symbol, block.ordinal) for symbol in own)
    mentions += (_Mention(4, number, symbol, row) for number, symbol, row in _documents_in_tables(document, spans))
    order, documentation = list(titles), _documents_by_item(mentions, [*titles], str(document.symbol or ""))
    for number in sorted(titles, key=lambda text: (int(main_number(text)), order.index(text))):
        yield AgendaItem(
            number=number,
            title=titles[number],
            listed=listed.get(number),
            heading=headings.get(number),
            annotations=tuple(annotations.get(number, ())),
            documentation=tuple(documentation.get(number, {}).items()),
            without_symbol=() if number in documentation else tuple(without_symbol.get(number, ())),
        )


class _Mention(NamedTuple):
    """A document that a block of an agenda item names. `rank` is how reliable that is: 0 below it in the list, 1 in
    its documentation, 2 in an annotation, 3 in a footnote of an annotation, 4 in a table of documents."""

    rank: int
    number: str
    symbol: str
    block: int

    @property
    def main(self) -> str:
        return main_number(self.number)


def _documents_by_item(mentions: Sequence[_Mention], numbers: Sequence[str], agenda: str) -> dict[str, dict[str, int]]:
    """The documents of each item, each with the most reliable block that names it. A document in the documentation of
    other item is only mentioned in the annotations of another. Documentation after the last of several sub-items belongs
    to the whole item, except for the `agenda` itself, which belongs to the sub-item that adopts it."""
    lists = [mention for mention in mentions if mention.rank == 1]
    exact = [mention for mention in mentions if mention.rank in (0, 1, 4)]
    mains = {mention.symbol: {other.main for other in exact if other.symbol == mention.symbol} for mention in exact}
    documents: dict[str, dict[str, int]] = {}
    for mention in sorted(mentions, key=lambda mention: mention.rank):
        parts = [number for number in numbers if number != mention.main and is_under(number, mention.main)]
        last = len(parts) > 1 and {other.number for other in lists}.intersection(parts) == {parts[-1]}
        common = mention.rank == 1 and last and mention.number == parts[-1] and mention.symbol != agenda
        if mention.rank != 2 or mention.main in mains.get(mention.symbol, {mention.main}):
            documents.setdefault(mention.main if common else mention.number, {}).setdefault(
                mention.symbol, mention.block
            )
    return documents


def _documents_in_tables(document: Document, spans: Mapping[int, Spans]) -> Iterator[tuple[str, str, int]]:
    """The documents in tables with symbols in one column and items in another or above: item, symbol, row."""
    group: list[str] = []
    own: list[str] = []
    last, down = -1, 0  # `down`: rows that the item's cell still spans
    for ordinal, columns in item_columns(document):
        block = document.blocks[ordinal]
        if ordinal != last + 1 or block.context == "header":
            group, own, down = [], [], 0
        last = ordinal
        if block.context == "header" or ", item " in block.locator or len(columns) > 1:
            continue
        cells = {n: document.text[slice(*span)] for n, span in enumerate(block.cells) if span}
        at, papers = next(
            ((n, found) for n, cell in cells.items() if (found := _leading_symbols(cell, document.symbol))), (0, [])
        )
        if len(cells) == 1 and not papers:  # "Item 3", above its documents
            group, own, down = leading_items(*cells.values()), [], 0
        elif columns and (numbers := leading_items(cells.get(columns[0], ""))):
            over = spans.get(ordinal, ())
            own, down = numbers, over[columns[0]][1] if columns[0] < len(over) else 1
        elif columns and columns[0] < at and columns[0] not in cells:
            down = 1  # a blank item cell stands for the item of the row above
        numbers = own if down > 0 else group
        lengths = [
            len(parts)
            for n, cell in cells.items()
            if n not in (at, *columns) and len(parts := _ENTRIES.split(cell)) > 1
        ]
        entries = [_leading_symbols(entry, document.symbol) for entry in _ENTRIES.split(cells.get(at, ""))]
        paired = len(numbers) == len(entries) in lengths and all(entries)
        for n, number in enumerate(numbers):  # "8, 9 | Fees; nets | X/6 and Add.1; X/7" has an entry for each item
            yield from ((number, symbol, ordinal) for symbol in (entries[n] if paired else papers))
        down -= 1


def _leading_symbols(cell: str, agenda: Symbol | None) -> list[str]:
    found = find_symbols_like(cell, agenda)
    return _named_symbols(cell, agenda) if found and found[0].start == 0 else []


def _is_meeting_paper(symbol: Symbol, agenda: Symbol | None) -> bool:
    """Whether a symbol has the same body, and the same year or session, as an agenda; or the same body where its name counts the
    meetings."""
    if agenda is None:
        return False
    if not (agenda.year or agenda.session or _COUNTED_BODY.fullmatch(agenda.body)):
        return False
    return (symbol.body, symbol.year, symbol.session) == (agenda.body, agenda.year, agenda.session)


def item_of(block: Block, agenda: Document) -> tuple[str, str, str]:
    """The section of an agenda in which a block is, the number of its item, empty where it has none, and the rest of its
    locator; of a footnote those of the annotation above it to which it belongs."""
    locator = block.locator
    if block.kind == "footnote":
        above = (each for each in reversed(agenda.blocks[: block.ordinal]) if each.kind != "footnote")
        owner = next((each.locator for each in above if not block.number or block.number in each.marks), "")
        locator = owner if owner.startswith("annotations") else ""
    section, _, rest = locator.partition(", item ")
    number, _, tail = rest.partition(", ")
    return section, number, tail


def _named_symbols(note: str, agenda: Symbol | None) -> list[str]:
    """The documents that a footnote names, without resolutions; none where it cites a place in a document: `See
    A/99/64, para. 9` is a source."""
    found, words = find_symbols_like(note, agenda), note
    for start, end in sorted({(mention.start, mention.end) for mention in found}, reverse=True):
        words = words[:start] + words[end:]
    placed = any(map(str.isdigit, words)) or any(map(from_roman, re.findall(r"\b[IVXLC]+\b", words)))
    placed = placed or find_place(normalise_place_text(words)) is not None
    return [] if placed else [each.symbol.text for each in found if each.symbol.series not in RESOLUTIONS]


def _is_title_line(document: Document, block: Block) -> bool:
    """Whether a short line right below the number of an item is its title."""
    above = document.blocks[block.ordinal - 1]
    return above.kind == "heading" and len(document.block_text(block)) <= _LONGEST_LINE


def _may_be_title(line: str) -> bool:
    """Whether a line may be the title of a document: short, and neither a sentence nor a note."""
    return len(line) <= _LONGEST_LINE and line[0].isalnum() and not SENTENCE_END.search(line)


def _clean_title(text: str, notes: Collection[str | None]) -> str:
    """The title of an item without the stop at its end and a footnote mark that is printed as a plain digit."""
    words = " ".join(text.split())
    if (mark := _MARK.search(words)) and mark[1] in notes:
        words = words[: mark.start()]
    return words.rstrip(" .;:：。；،")
