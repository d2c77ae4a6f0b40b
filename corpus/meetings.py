"""The value `Meeting`: the content of an agenda in structured form, with references to the blocks that it was read from."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, Literal

from corpus.serialization import from_json_data
from corpus.symbols import Symbol

Half = Literal["morning", "afternoon"]


@dataclass(frozen=True)
class AgendaItem:
    """An item or sub-item of the agenda. `number` is as cited: `2`, `1 (a)`.

    `listed` is the item's block in the provisional agenda, `heading` and `annotations` are its blocks in the annotations;
    `documentation` are pairs of an announced symbol and the block that announces it; where its documents have no symbol,
    `without_symbol` are the lines of its documentation."""

    number: str
    title: str
    listed: int | None = None
    heading: int | None = None
    annotations: tuple[int, ...] = ()
    documentation: tuple[tuple[str, int], ...] = ()
    without_symbol: tuple[int, ...] = ()

    @property
    def source_block(self) -> int | None:
        """The item's block in the provisional agenda, or else its heading in the annotations."""
        return self.heading if self.listed is None else self.listed

    @property
    def main_number(self) -> str:
        """The number of the main item (`main_number`)."""
        return main_number(self.number)


def main_number(number: str) -> str:
    """The number of the main item: `1` for `1 (a)`, and for `1.2`, as the World Health Organization numbers its items."""
    return number.partition(" ")[0].partition(".")[0]


def is_under(number: str, item: str) -> bool:
    """Whether `number` is the item itself or one of its sub-items: `1 (a)` is under `1`, and `1.2 (a)` under `1.2`, too."""
    return item in (number, number.partition(" ")[0], main_number(number))


@dataclass(frozen=True)
class SittingItem:
    """An item in the programme of one sitting: a row in the organization of work."""

    number: str
    title: str
    row: int
    continued: bool = False


@dataclass(frozen=True)
class Sitting:
    """One sitting in the organization of work. Times are local to the meeting's place, and None where only morning or afternoon is
    given; `end` also where the timetable has only beginnings. A sitting without items has the `words` of the timetable instead, which
    end in the row `last`; it may have no time."""

    date: dt.date
    start: dt.time | None
    end: dt.time | None
    day_label: str
    time_label: str
    items: tuple[SittingItem, ...]
    day_row: int | None
    time_row: int
    half: Half | None = None
    words: str = ""
    last: int | None = None

    @property
    def duration_minutes(self) -> int | None:
        """Length in minutes; None where no times are given."""
        if self.start is None or self.end is None:
            return None
        return (self.end.hour - self.start.hour) * 60 + self.end.minute - self.start.minute

    @property
    def is_afternoon(self) -> bool:
        """Whether it begins at noon or later."""
        return self.half == "afternoon" if self.start is None else self.start.hour >= 12

    @property
    def sort_key(self) -> tuple[dt.date, dt.time]:
        """Sort key: when the sitting begins."""
        return self.date, self.start or dt.time(12 if self.is_afternoon else 0)


@dataclass(frozen=True)
class Meeting:
    """The content of one agenda. `besides` are entries of its timetable without any item, such as a closing or a lunch."""

    document_id: str
    title: str
    body: str
    place: str
    dates: tuple[dt.date, ...]
    items: tuple[AgendaItem, ...]
    sittings: tuple[Sitting, ...]
    masthead: int | None = None
    besides: tuple[Sitting, ...] = ()

    @property
    def timetable(self) -> tuple[Sitting, ...]:
        """All entries of the timetable, with and without items, in order of time."""
        return tuple(sorted((*self.sittings, *self.besides), key=lambda sitting: sitting.sort_key))

    @property
    def is_complete(self) -> bool:
        """Whether `items` are all items: there is a list of items, or no number is missing among those in annotations and timetable."""
        taken = {main_number(row.number) for sitting in self.sittings for row in sitting.items}
        mains = {item.main_number for item in self.items}
        listed = any(item.listed is not None for item in self.items)
        return listed or (taken <= mains and mains == {str(n + 1) for n in range(len(mains))})

    def item(self, number: str) -> AgendaItem | None:
        """The item of that number, or None."""
        return next((item for item in self.items if item.number == number), None)

    @cached_property
    def _items_by_main(self) -> dict[str, list[AgendaItem]]:
        """The items by their main numbers: agendas have hundreds, and their parts are asked for item by item."""
        found: dict[str, list[AgendaItem]] = {}
        for item in self.items:
            found.setdefault(item.main_number, []).append(item)
        return found

    def parts(self, item: AgendaItem) -> list[AgendaItem]:
        """The item and its sub-items."""
        return [each for each in self._items_by_main.get(item.main_number, ()) if is_under(each.number, item.number)]

    def documented_items(self, item: AgendaItem) -> tuple[AgendaItem, ...]:
        """The items under which the documents of an item are announced: itself and its sub-items, or its main item where nothing is
        announced under these."""
        under = tuple(each for each in self.parts(item) if each.documentation)
        same_main = self._items_by_main.get(item.main_number, ())
        return under or tuple(each for each in same_main if each.number == item.main_number and each.documentation)

    def with_all_documents(self, item: AgendaItem) -> AgendaItem:
        """The item with the documents of all its `documented_items`."""
        papers = tuple(each for one in self.documented_items(item) for each in one.documentation)
        return replace(item, documentation=papers)

    def narrowed_to_item(self, item: str) -> Meeting:
        """The meeting with one item and its sub-items only."""
        rows = ((each, tuple(row for row in each.items if is_under(row.number, item))) for each in self.sittings)
        sittings = tuple(replace(each, items=taken) for each, taken in rows if taken)
        under = (each for each in self.items if is_under(each.number, item))
        items = tuple(each if each.number == each.main_number else self.with_all_documents(each) for each in under)
        return replace(self, items=items, sittings=sittings, masthead=None, besides=())

    def announced_symbols(self) -> tuple[Symbol, ...]:
        """Symbols announced under the items, in agenda order."""
        return tuple(Symbol.parse_any(text) for item in self.items for text, _ in item.documentation)

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary with every field: dates and times in ISO 8601."""
        made: dict[str, Any] = json.loads(json.dumps(asdict(self), default=lambda moment: moment.isoformat()))
        return made

    @classmethod
    def from_json(cls, data: Any) -> Meeting:
        """The inverse of `to_json`. Raises `SerializationError` for anything but a meeting."""
        if isinstance(data, dict):
            data = {name: value for name, value in data.items() if name != "mandate"}  # stored by earlier versions
        made: Meeting = from_json_data(cls, data, "the meeting")
        return made
