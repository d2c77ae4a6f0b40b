"""A meeting: what an agenda says, in structured form, each part pointing at the blocks that say it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from corpus.serialization import from_json_data
from corpus.symbols import Symbol

Half = Literal["morning", "afternoon"]


@dataclass(frozen=True)
class AgendaItem:
    """An item or sub-item of the agenda. `number` is as cited: `2`, `1 (a)`.

    `listed` is the block of the provisional agenda, `heading` and `annotations` those of the annotations;
    `documentation` pairs the announced symbol with the block that announces it.
    """

    number: str
    title: str
    listed: int | None = None
    heading: int | None = None
    annotations: tuple[int, ...] = ()
    documentation: tuple[tuple[str, int], ...] = ()

    @property
    def source_block(self) -> int | None:
        """The block of the provisional agenda that lists it, else its heading in the annotations."""
        return self.heading if self.listed is None else self.listed

    @property
    def main_number(self) -> str:
        """The number of the item that this is part of: `1` for `1 (a)`."""
        return self.number.split(" ", 1)[0]


def is_under(number: str, item: str) -> bool:
    """Whether an item is the one meant, or part of it: `1 (a)` is under `1`."""
    return item in (number, number.split(" ", 1)[0])


@dataclass(frozen=True)
class SittingItem:
    """An item as taken up in one sitting: its row in the organization of work."""

    number: str
    title: str
    row: int
    continued: bool = False


@dataclass(frozen=True)
class Sitting:
    """One plenary meeting of the organization of work. Times are local to the meeting's place, and None where only the half of
    the day is said. One without items has the `words` that stand there instead, which end in the row `last`; it may have no time."""

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
        """Length in minutes, where it is said."""
        if self.start is None or self.end is None:
            return None
        return (self.end.hour - self.start.hour) * 60 + self.end.minute - self.start.minute

    @property
    def is_afternoon(self) -> bool:
        """Whether it begins at noon or later."""
        return self.half == "afternoon" if self.start is None else self.start.hour >= 12

    @property
    def sort_key(self) -> tuple[dt.date, dt.time]:
        """Sorts sittings by when they begin."""
        return self.date, self.start or dt.time(12 if self.is_afternoon else 0)


@dataclass(frozen=True)
class Meeting:
    """What one agenda document says about one meeting. `besides` is what its timetable has without any item: a closing, a lunch."""

    document_id: str
    title: str
    body: str
    place: str
    dates: tuple[dt.date, ...]
    items: tuple[AgendaItem, ...]
    sittings: tuple[Sitting, ...]
    mandate: tuple[int, ...] = ()
    masthead: int | None = None
    besides: tuple[Sitting, ...] = ()

    @property
    def timetable(self) -> tuple[Sitting, ...]:
        """The sittings and what else the timetable has, in the order of time."""
        return tuple(sorted((*self.sittings, *self.besides), key=lambda sitting: sitting.sort_key))

    @property
    def is_complete(self) -> bool:
        """Whether these are all items: a list has them, or no number is missing among those that are annotated or taken up."""
        taken = {row.number.partition(" ")[0] for sitting in self.sittings for row in sitting.items}
        mains = {item.main_number for item in self.items}
        listed = any(item.listed is not None for item in self.items)
        return listed or (taken <= mains and mains == {str(n + 1) for n in range(len(mains))})

    def item(self, number: str) -> AgendaItem | None:
        """The item of that number, or None."""
        return next((item for item in self.items if item.number == number), None)

    def documented_items(self, item: AgendaItem) -> tuple[AgendaItem, ...]:
        """The items for which the documents of an item are announced: itself and its sub-items; where nothing is announced for
        these, the item that it is part of."""
        under = tuple(each for each in self.items if is_under(each.number, item.number) and each.documentation)
        return under or tuple(each for each in self.items if each.number == item.main_number and each.documentation)

    def with_all_documents(self, item: AgendaItem) -> AgendaItem:
        """An item with all documents that are announced for it."""
        papers = tuple(each for one in self.documented_items(item) for each in one.documentation)
        return replace(item, documentation=papers)

    def narrowed_to_item(self, item: str) -> Meeting:
        """What the agenda says of one item and its sub-items alone."""
        taken = (
            replace(each, items=tuple(row for row in each.items if is_under(row.number, item)))
            for each in self.sittings
        )
        items = tuple(
            each if each.number == each.main_number else self.with_all_documents(each)
            for each in self.items
            if is_under(each.number, item)
        )
        return replace(
            self, items=items, sittings=tuple(each for each in taken if each.items), masthead=None, besides=()
        )

    def announced_symbols(self) -> tuple[Symbol, ...]:
        """Symbols announced under the items, in agenda order."""
        return tuple(Symbol.parse(text) for item in self.items for text, _ in item.documentation)

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary with every field: dates and times in ISO 8601."""
        made: dict[str, Any] = json.loads(json.dumps(asdict(self), default=lambda moment: moment.isoformat()))
        return made

    @classmethod
    def from_json(cls, data: Any) -> Meeting:
        """The inverse of `to_json`. Raises `PlainError` for anything but a meeting."""
        made: Meeting = from_json_data(cls, data, "the meeting")
        return made
