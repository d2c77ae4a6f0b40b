"""From an agenda document to the meeting that it announces: items, annotations, documentation, sittings."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from corpus.documents import Block, Document
from corpus.meetings import AgendaItem, Meeting, Sitting, SittingItem
from corpus.symbols import find_symbols
from ingest.dates import MONTHS

_MONTH = f"(?:{'|'.join(MONTHS)})"
_DAY = rf"\d{{1,2}}(?:\s+{_MONTH}(?:\s+\d{{4}})?)?"
_PLACE_DATES = re.compile(
    rf"^(?P<place>[^\d,]+(?:, [^\d,]+)?),\s+(?P<days>{_DAY}(?:\s*(?:,|and|to|[-‐-―])\s*{_DAY})*)$"
)
_DAY_LABEL = re.compile(rf"(\d{{1,2}})\s+({_MONTH})(?:\s+(\d{{4}}))?")
_CLOCK = r"(\d{1,2})(?:[.:](\d{2}))?\s*(a\.?m\.?|p\.?m\.?)?"
_TIMES = re.compile(rf"^{_CLOCK}\s*(?:[-‐-―−]|to)\s*{_CLOCK}$", re.IGNORECASE)
_ITEM_NUMBER = re.compile(r"^(\d{1,2})\.?\s*(\([a-z]\))?$")
_CONTINUED = re.compile(r"\s*\(\s*continued\s*\)\s*$", re.IGNORECASE)
_MANDATE = re.compile(r"\b(?:resolution|decision) \d+/\d+|\bBureau\b|\bmandate", re.IGNORECASE)
_BODY = re.compile(r"\b(?:Working Group|Conference|Commission|Committee|Council|Assembly|Board|Group)\b")


def _date(day: str, month: str, year: str | int) -> dt.date | None:
    try:
        return dt.date(int(year), MONTHS.index(month) + 1, int(day))
    except ValueError:
        return None


def place_and_dates(line: str) -> tuple[str, tuple[dt.date, ...]] | None:
    """`Vienna, 14 and 15 October 2021` as place and days; a range gives every day of it."""
    match = _PLACE_DATES.match(line.strip())
    if not match:
        return None
    days: list[dt.date] = []
    month = year = ""
    joined = False
    # Read from the right: a day without a month or year takes those that stand after it.
    for token in reversed(re.findall(rf"\d{{4}}|\d{{1,2}}|{_MONTH}|to|[-‐-―]", match["days"])):
        if token in MONTHS:
            month = token
        elif len(token) == 4:
            year = token
        elif token.isdigit():
            made = _date(token, month, year) if month and year else None
            if made is None:
                return None
            if joined and days:
                between = min((days[-1] - made).days, 60)
                days += [days[-1] - dt.timedelta(days=n) for n in range(1, between)]
            days.append(made)
            joined = False
        else:
            joined = True
    return match["place"], tuple(sorted(days))


def parse_times(label: str) -> tuple[dt.time, dt.time] | None:
    """`11 a.m.–1 p.m.`, `3–5 p.m.` or `10:00-13:00` as start and end."""
    match = _TIMES.match(re.sub(r"\b(?:12\s+)?noon\b", "12 p.m.", label.strip(), flags=re.IGNORECASE))
    if not match:
        return None
    hour1, minute1, half1, hour2, minute2, half2 = match.groups()
    end = _time(hour2, minute2, half2)
    start = _time(hour1, minute1, half1 or half2)
    if start and end and not half1 and start >= end:
        start = _time(hour1, minute1, None)
    return (start, end) if start and end and start < end else None


def _time(hour: str, minute: str | None, half: str | None) -> dt.time | None:
    value = int(hour)
    if half and half[0].lower() == "p" and value < 12:
        value += 12
    if half and half[0].lower() == "a" and value == 12:
        value = 0
    return dt.time(value, int(minute or 0)) if value < 24 and int(minute or 0) < 60 else None


def meeting_of(document: Document) -> Meeting | None:
    """The meeting that an agenda document announces; None where the document is no agenda."""
    if document.kind != "agenda":
        return None
    place = ""
    dates: tuple[dt.date, ...] = ()
    masthead: int | None = None
    body = ""
    for block in document.blocks:
        if block.locator != "masthead":
            continue
        line = document.block_text(block)
        if found := place_and_dates(line):
            place, dates = found
            masthead = block.ordinal
        elif _BODY.search(line) and len(line) < 200:
            body = line
    return Meeting(
        document_id=document.id,
        title=document.title,
        body=body,
        place=place,
        dates=dates,
        items=tuple(_items(document)),
        sittings=tuple(_sittings(document, dates)),
        mandate=tuple(
            block.ordinal
            for block in document.blocks
            if block.kind == "paragraph"
            and block.locator.startswith("annotations")
            and _MANDATE.search(document.block_text(block))
        ),
        masthead=masthead,
    )


def _items(document: Document) -> Iterator[AgendaItem]:
    titles: dict[str, str] = {}
    listed: dict[str, int] = {}
    headings: dict[str, int] = {}
    annotations: dict[str, list[int]] = {}
    documentation: dict[str, list[tuple[str, int]]] = {}
    for block in document.blocks:
        section, _, rest = block.locator.partition(", item ")
        number, _, tail = rest.partition(", ")
        if not number:
            continue
        if section == "provisional agenda":
            listed.setdefault(number, block.ordinal)
            titles.setdefault(number, document.body(block).rstrip(" .;:"))
        elif block.kind == "heading" and not tail:
            headings.setdefault(number, block.ordinal)
            titles.setdefault(number, document.body(block).rstrip(" .;:"))
        elif block.kind != "heading" and tail == "documentation":
            text = document.block_text(block)
            documentation.setdefault(number, []).extend(
                (mention.symbol.text, block.ordinal) for mention in find_symbols(text)
            )
        elif block.kind in ("paragraph", "item") and not tail:
            annotations.setdefault(number, []).append(block.ordinal)
    for number in sorted(titles, key=lambda text: (int(text.split()[0]), text)):
        yield AgendaItem(
            number=number,
            title=titles[number],
            listed=listed.get(number),
            heading=headings.get(number),
            annotations=tuple(annotations.get(number, ())),
            documentation=tuple(documentation.get(number, ())),
        )


@dataclass
class _Open:
    """A sitting whose rows are still being read."""

    date: dt.date
    start: dt.time
    end: dt.time
    day_label: str
    time_label: str
    day_row: int | None
    time_row: int
    items: list[SittingItem] = field(default_factory=list)

    def closed(self) -> Sitting:
        return Sitting(
            self.date, self.start, self.end, self.day_label, self.time_label, tuple(self.items), self.day_row, self.time_row
        )  # fmt: skip


def _sittings(document: Document, dates: tuple[dt.date, ...]) -> Iterator[Sitting]:
    said = (document.date or "")[:4]  # front matter may say anything, such as "Autumn"
    year = dates[0].year if dates else int(said) if said.isdecimal() else None
    day: dt.date | None = None
    day_row: int | None = None
    day_label = ""
    current: _Open | None = None
    for block in document.blocks:
        if block.kind != "row" or block.context == "header":
            continue
        cells = [document.text[span[0] : span[1]] if span else "" for span in block.cells]
        first = cells[0] if cells else ""
        label = _DAY_LABEL.search(first)
        times = parse_times(first)
        if label and not times:
            spoken = label.group(3) or year
            day = _date(label.group(1), label.group(2), spoken) if spoken else None
            day_row, day_label = block.ordinal, first
            continue
        if times and day:
            if current:
                yield current.closed()
            current = _Open(day, *times, day_label, first, day_row, block.ordinal)
        if current and (found := _row_item(cells[1:], block)):
            current.items.append(found)
    if current:
        yield current.closed()


def _row_item(cells: list[str], block: Block) -> SittingItem | None:
    filled = [cell for cell in cells if cell]
    number = _ITEM_NUMBER.match(filled[0]) if filled else None
    if not number:
        return None
    title = filled[1] if len(filled) > 1 else ""
    return SittingItem(
        number=" ".join(part for part in number.groups() if part),
        title=_CONTINUED.sub("", title),
        row=block.ordinal,
        continued=bool(_CONTINUED.search(title)),
    )
