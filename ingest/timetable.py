"""Builds the sittings of a meeting from its timetable: day, time and items of each, as far as rows state them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from corpus.dates import find_meeting_days, is_day_label
from corpus.documents import Block, Document, Span
from corpus.meetings import AgendaItem, Sitting, SittingItem, main_number
from ingest.agenda_form import folded_title
from ingest.time_ranges import (
    find_day_and_times,
    find_half_of_day,
    is_explicit_time_span,
    is_half_of_day,
    parse_start,
    parse_time_list,
    parse_times,
)
from ingest.timetable_grid import Grid, Label, Spans, new_sitting

_LETTER = r"\(?[a-z]{1,2}\)"
_NUMBER = rf"\d{{1,3}}(?:\s?{_LETTER})?"
_WORD = r"(?:(?:agenda\s+)?items?|points?|temas?|пункт(?:ы|ов|а)?|البند(?:ان|ين)?|البنود|(?:议程)?项目|议题)"
_AND = r"(?:\s*(?:[,;،؛，；、]|&|\+|[-‐-―])\s*(?:(?:and|et|y|и|و)\s+)?|\s+(?:and|et|y|e|и|to|à|a|al|по)\s+|\s*[和及]\s*|\s+و)"
_NUMBERS = rf"{_NUMBER}(?:{_AND}(?:{_NUMBER}|{_LETTER}))*"
_ITEM_CELL = re.compile(rf"^(?:{_WORD}\s*)?({_NUMBERS})\s*\.?$", re.IGNORECASE)
_ITEM_LED = re.compile(rf"^{_WORD}\s*({_NUMBERS})\s*(?:[.:：)–—-]\s*|\s+|$)", re.IGNORECASE)
_NUMBER_LED = re.compile(rf"^({_NUMBER})\s*[.:：、–—-]?\s*(?=\S)", re.IGNORECASE)
_HEADS_ITEMS = re.compile(rf"(?<![^\W_]){_WORD}(?![^\W_])", re.IGNORECASE)
_ITEM_NAMED = re.compile(rf"(?<![^\W_]){_WORD}\s*({_NUMBERS})(?![^\W_])\s*[.:：)–—-]?\s*", re.IGNORECASE)
_PART = re.compile(rf"({_AND})?(?:(\d{{1,3}})\s?)?({_LETTER})?", re.IGNORECASE)
_RANGE = re.compile(r"\s*[-‐-―]\s*|\s+(?:to|à|a|al|по)\s+")
_CONTINUED = re.compile(
    r"\s*[(（]\s*(?:continued|cont[’'.]?d?\.?|suite|continuación|cont\.|продолжение|تابع|续)\s*[)）]", re.IGNORECASE
)
_DASHES = re.compile(r"\s*[-‐-―−]{1,3}\s*")
"""The content of a cell that is left blank."""
_READING = re.compile(r"\s?[:–—-]\s\w[^:;.]{2,60}")
"""What is done with an item, behind its title: `Fees: second reading`."""
_BULLETS = re.compile(r"\s+[•●▪■◦]\s*")


def build_sittings(
    document: Document, dates: Sequence[dt.date], items: Sequence[AgendaItem], spans: Mapping[int, Spans] = {}
) -> tuple[tuple[Sitting, ...], tuple[Sitting, ...]]:
    """The sittings in which items are taken up, and the other entries of the timetable at a time, or on a day, of the
    meeting. A row whose day or time is not stated in the row itself, in a row above it or in the head of its column
    gives no sitting. `spans` maps the blocks of rows to the spans of their cells."""
    stated_year = (document.date or "")[:4]  # front matter may have any text, such as "Autumn"
    year = dates[0].year if dates else int(stated_year) if stated_year.isdecimal() else None
    found = _TimetableReader(document, dates, year, {item.number: item.title for item in items}, spans).sittings()
    besides = (each for each in found if not each.items and each.words and (each.date in dates or not dates))
    return tuple(each for each in found if each.items), tuple(each for each in besides if each.time_label or dates)


class _TimetableReader:
    """Reads the rows of the timetables of a document in order."""

    def __init__(
        self,
        document: Document,
        dates: Sequence[dt.date],
        year: int | None,
        titles: Mapping[str, str],
        spans: Mapping[int, Spans],
    ) -> None:
        self._document, self._year, self._titles, self._spans = document, year, titles, spans
        self._grid = Grid(dates, year, self._cell_items)
        self._columns = dict(item_columns(document))
        rows = [block.cells for block in document.blocks if block.kind == "row"]
        self._beside = any(self._are_number_and_title(*pair) for cells in rows for pair in self._neighbours(cells))
        self._day: dt.date | None = None
        self._day_row: int | None = None
        self._day_label = ""
        self._column = -1  # column of the last time
        self._current: Sitting | None = None
        self._closed: list[Sitting] = []

    def sittings(self) -> tuple[Sitting, ...]:
        """All sittings, with or without items."""
        for block in self._document.blocks:
            if block.locator.startswith("provisional agenda") or block.locator in ("masthead", "contents"):
                continue
            if block.kind == "row":
                self._read_row(block)
                continue
            if block.kind != "footnote":
                self._closed += self._grid.finish()
            if block.kind in ("heading", "paragraph") and is_day_label(text := self._document.block_text(block)):
                self._new_day(text, block)  # the day may stand above the table of its sittings
        self._close()
        return (*self._closed, *self._grid.finish())

    def _close(self) -> None:
        if self._current is not None:
            has_items = bool(self._current.items)  # other text at that time belongs to the items
            self._closed.append(replace(self._current, words="", last=None) if has_items else self._current)
        self._current = None

    def _read_row(self, block: Block) -> None:
        """Reads a row: its day and times, then its other cells."""
        cells = [self._document.text[span[0] : span[1]] if span else "" for span in block.cells]
        cells = ["" if _DASHES.fullmatch(cell) else cell for cell in cells]
        day = Label(self._day_label, self._day_row or 0, (self._day,)) if self._day else None
        header, spans = block.context == "header", self._spans.get(block.ordinal, ())
        if self._grid.read_row(block.ordinal, cells, spans, day, header=header):
            self._close()
            return
        if header and not any(is_day_label(cell) or is_explicit_time_span(cell) or parse_start(cell) for cell in cells):
            return
        content: dict[int, str] = {}
        times: list[str] = []
        has_time = False
        for column, cell in enumerate(cells):
            if not cell:
                continue
            awaits_time = not content and not has_time
            if awaits_time and (found := self._day_and_time(cell, first=column == 0)):
                day_label, time = found
                if day_label:
                    self._new_day(day_label, block)
                self._new_time(time, block)
            elif awaits_time and (times := parse_time_list(cell)):
                self._close()
            elif not content and has_time and self._current and self._current.half and is_explicit_time_span(cell):
                self._new_time(cell, block)  # "Morning | 10 a.m.–1 p.m."
            elif awaits_time and is_day_label(cell):
                self._new_day(cell, block)
                if not (half := find_half_of_day(cell)):
                    continue
                self._new_time(cell[half[1] :].rstrip(" )）"), block)  # "Monday, 2 June, morning"
            else:
                if column == self._column and not has_time and not _ITEM_CELL.match(cell):
                    self._close()  # the time is given in words: after the meeting, at lunch
                content[column] = cell
                continue
            has_time, self._column = True, column
        self._add_content(content, times, block)

    def _add_content(self, content: Mapping[int, str], times: Sequence[str], block: Block) -> None:
        """Adds the items or the text of a row, by column, to the current sitting, or else to new ones at `times`."""
        items, words = self._row_items(content, block), "; ".join(content.values())
        if self._current is not None:
            if words and not items:
                text = "; ".join(part for part in (self._current.words, words) if part)
                self._current = replace(self._current, words=text, last=block.ordinal)
            self._current = replace(self._current, items=self._current.items + items)
            return
        # It is not stated which of several items is taken up at which time; a single one is at each.
        opened = [self._new_sitting(label, block) for label in times]
        if not times and self._day and self._day_row == block.ordinal:
            opened, items = [Sitting(self._day, None, None, self._day_label, "", (), block.ordinal, block.ordinal)], ()
        for sitting in opened:
            if sitting is not None and len(items) == 1:
                self._closed.append(replace(sitting, items=items))
            elif sitting is not None:
                self._closed.append(replace(sitting, words=words, last=block.ordinal))

    def _day_and_time(self, cell: str, *, first: bool) -> tuple[str, str] | None:
        """The day, which may be empty, and the time of a cell that has nothing else."""
        plain = first and parse_times(cell) and not _ITEM_CELL.match(cell)
        begins = parse_start(cell) is not None and cell not in self._titles  # rather than an item 3.10
        if plain or begins or is_half_of_day(cell) or is_explicit_time_span(cell):
            return "", cell
        return find_day_and_times(cell)

    def _new_day(self, label: str, block: Block) -> None:
        days = find_meeting_days(label, self._year)
        self._day = days[0] if len(days) == 1 else None
        self._day_row, self._day_label = block.ordinal, label
        self._close()

    def _new_time(self, label: str, block: Block) -> None:
        self._close()
        self._current = self._new_sitting(label, block)

    def _new_sitting(self, label: str, block: Block) -> Sitting | None:
        """A new sitting of the current day at a time; None where the day or the time is not known."""
        if not self._day:
            return None
        sitting = new_sitting(self._day, self._day_label, label, (self._day_row, block.ordinal))
        return sitting if sitting.start or sitting.half else None

    def _row_items(self, cells: Mapping[int, str], block: Block) -> tuple[SittingItem, ...]:
        """The items of a row: from each cell by itself where the table has several columns of items, as for parallel
        meetings."""
        columns = self._columns.get(block.ordinal, [])
        if len(columns) > 1:
            found = [item for n in columns if n in cells for item in self._cell_items(cells[n], block.ordinal)]
            return tuple(item for n, item in enumerate(found) if item.number not in [each.number for each in found[:n]])
        first = columns[0] if columns and leading_items(cells.get(columns[0], "")) else 0
        return tuple(self._items([cell for n, cell in cells.items() if n >= first], block))

    def _items(self, cells: Sequence[str], block: Block) -> Iterator[SittingItem]:
        """The items that a row names by number, or by the exact title of one."""
        if not cells:
            return
        if match := _ITEM_CELL.match(_without_continued(cells[0])):
            beside = cells[1:2] if self._beside or not self._titles else ()  # else it has a room, or what others do
            numbers, words = item_numbers(match[1]), " ".join([*beside, *_CONTINUED.findall(cells[0])])
        elif match := _ITEM_LED.match(cells[0]) or self._led_by_number(cells[0]):
            numbers, words = item_numbers(match[1]), cells[0][match.end() :]
        else:
            words = cells[0]
            bare = folded_title(_CONTINUED.sub("", _BULLETS.split(words)[0]))
            numbers = [number for number, title in self._titles.items() if folded_title(title) == bare][:1]
        words = _BULLETS.split(words)[0]
        continued = bool(_CONTINUED.search(words))
        for number in numbers if self._are_agenda_items(numbers, cells[0]) else ():
            title = _CONTINUED.sub("", words).strip() or self._titles.get(number, "")
            if len(numbers) > 1:
                title, continued = self._titles.get(number, ""), False  # it is not stated of which
            elif (known := self._titles.get(number)) and title.casefold().startswith(known.casefold()):
                title = title if _READING.fullmatch(title, len(known)) else title[: len(known)]
            yield SittingItem(number, title, block.ordinal, continued)

    def _neighbours(self, spans: Sequence[Span | None]) -> Iterator[tuple[str, str]]:
        """The cells of a row, each with the next that isn't blank."""
        return pairwise(self._document.text[slice(*span)] for span in spans if span)

    def _led_by_number(self, cell: str) -> re.Match[str] | None:
        """The number of an item at the start of a cell that goes on with its title: `5. Fees`; else None."""
        match = _NUMBER_LED.match(cell)
        return match if match and self._are_number_and_title(match[1], cell[match.end() :]) else None

    def _are_number_and_title(self, number: str, words: str) -> bool:
        """Whether two cells are the number of an item and its title, or the beginning of one of them."""
        match = _ITEM_CELL.match(_without_continued(number))
        titles = [folded_title(self._titles.get(each, "")) for each in item_numbers(match[1])] if match else []
        found = folded_title(_BULLETS.split(words)[0])
        return any(title and found and (found.startswith(title) or title.startswith(found)) for title in titles)

    def _are_agenda_items(self, numbers: Sequence[str], text: str) -> bool:
        """Whether the agenda has items with these numbers: all, or one if a word in `text` calls them items."""
        known = [main_number(number) in self._titles for number in numbers]
        return not self._titles or (all(known) if text[:1].isdecimal() else any(known))

    def _cell_items(self, cell: str, row: int) -> Iterator[SittingItem]:
        """The items that a cell of a grid names: by numbers anywhere in it, or as a list of their titles."""
        marks = [
            match for match in _ITEM_NAMED.finditer(cell) if self._are_agenda_items(item_numbers(match[1]), match[0])
        ]
        ends = [*(match.start() for match in marks), len(cell)][1:]
        found = [(item_numbers(mark[1]), cell[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)]
        continued_mark = " ".join(_CONTINUED.findall(cell))
        if match := _ITEM_CELL.match(_without_continued(cell)):
            found = [(item_numbers(match[1]), continued_mark)]
        elif not found:
            titled = self._items_by_titles(folded_title(_CONTINUED.sub("", cell)))
            found = [([number], continued_mark if len(titled) == 1 else "") for number in titled]
        for numbers, words in found:
            alone = len(numbers) == 1 and len(words) > 0  # else it is not stated of which
            title = _CONTINUED.sub("", words).strip(" ;,.") if alone else ""
            for number in numbers if self._are_agenda_items(numbers, cell) else ():
                continued = alone and bool(_CONTINUED.search(words))
                yield SittingItem(number, self._titles.get(number, title), row, continued)

    def _items_by_titles(self, words: str) -> list[str]:
        """The items whose titles a text is a list of, numbered or not; none where it has other words."""
        titles = {folded_title(title): number for number, title in self._titles.items() if title}
        either = "|".join(re.escape(title) for title in sorted(titles, key=len, reverse=True))
        listed = re.compile(rf"(?:\d{{1,3}}\b|[a-z]\)|[\W_])*({either})(?!\w)[\W_]*")
        found, end = [], 0
        while titles and (match := listed.match(words, end)):
            found.append(titles[match[1]])
            end = match.end()
        return found if end == len(words) else []


def _without_continued(cell: str) -> str:
    return _CONTINUED.sub("", cell).strip()


def item_columns(document: Document) -> Iterator[tuple[int, list[int]]]:
    """The rows of tables, each with the columns that have item numbers, by their header or a word before them."""
    rows = [block for block in document.blocks if block.kind == "row"]
    for _, run in groupby(enumerate(rows), key=lambda each: each[1].ordinal - each[0]):
        blocks = [block for _, block in run]
        cells = [
            (block.context == "header", n, _without_continued(document.text[slice(*span)]))
            for block in blocks
            for n, span in enumerate(block.cells)
            if span
        ]
        headed = {n for heads, n, cell in cells if heads and _HEADS_ITEMS.search(cell)}
        named = {
            n
            for heads, n, cell in cells
            if not heads and _ITEM_CELL.match(cell) and (n in headed or not cell[:1].isdecimal())
        }
        yield from ((block.ordinal, sorted(named)) for block in blocks)


def leading_items(cell: str) -> list[str]:
    """The numbers of the items with which a cell begins, after the word for item, or of which it is a list."""
    match = _ITEM_CELL.match(_without_continued(cell)) or _ITEM_LED.match(cell)
    return item_numbers(match[1]) if match else []


def item_numbers(text: str) -> list[str]:
    """The item numbers in a text: `1 (a) and (b)`, `3–5` or `2, 4` as `1 (a)`, `1 (b)`; `3`, `4`, `5`; `2`, `4`."""
    found: list[str] = []
    main = ""
    for match in _PART.finditer(text):
        if not (match[2] or match[3]):
            continue
        main, sub = match[2] or main, f"({match[3].lstrip('(')}" if match[3] else ""
        if found and match[1] and _RANGE.fullmatch(match[1]):
            found += _items_in_range(found[-1], main, sub)
        found.append(f"{main} {sub}".strip())
    return list(dict.fromkeys(found))


def _items_in_range(last: str, main: str, sub: str) -> list[str]:
    """The items between the two ends of a range."""
    number, _, letter = last.partition(" ")
    if not sub and not letter:
        return [str(n) for n in range(int(number) + 1, int(main))]
    if number == main and len(sub) == len(letter) == 3:
        return [f"{main} ({chr(n)})" for n in range(ord(letter[1]) + 1, ord(sub[1]))]
    return []
