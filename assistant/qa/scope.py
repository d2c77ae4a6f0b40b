"""What a question is to be answered from, where that is not the whole library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from corpus.documents import Document
from corpus.library import Library
from corpus.meetings import Meeting
from corpus.symbols import Symbol

SHOWN, LONGEST = 20, 100
"""How much of what there is is told to who names something else, and how many characters of what they named."""


@dataclass(frozen=True)
class Bounds:
    """A scope in one library: what a `Question` has of it."""

    within: frozenset[str] | None = None
    of_item: str | None = None
    parts: Mapping[str, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Scope:
    """Restricts a question to documents that meet every condition named here.

    `meeting` is the id of an agenda: its documents are the agenda itself, in all its versions, and what it announces;
    `item` leaves of these what it announces under that item, and of the agenda that item (`parts`). `documents` are keys, `language` is a language code,
    `year` that of a document's date.
    """

    meeting: str | None = None
    item: str | None = None
    documents: tuple[str, ...] = ()
    language: str | None = None
    year: int | None = None

    def bounds(self, library: Library) -> Bounds:
        """The scope in a library."""
        return Bounds(self.ids(library), self.item, self.parts(library))

    def unknown(self, library: Library) -> str | None:
        """What is named here and is not in a library, in a sentence that says what is; None where all is there. A
        language and a year may have nothing: then no document says anything."""
        if self.meeting is not None:
            keys = library.versions().keys
            meetings = library.meetings()
            of = [each for each in meetings if keys.get(each.document_id) == keys.get(self.meeting, "")]
            if not of:
                there = _listed(each.document_id for each in meetings)
                return f"There is no meeting {self.meeting[:LONGEST]!r} here. {there}"
            items = list(dict.fromkeys(item.number for each in of for item in each.items))
            if self.item is not None and not any(is_under(number, self.item) for number in items):
                return f"The agenda of {self.meeting!r} has no item {self.item[:LONGEST]!r}. {_listed(items)}"
        held = {header.key for header in library.each_header()} if self.documents else set()
        if lacking := [key for key in self.documents if key not in held]:
            return f"There is no document {lacking[0][:LONGEST]!r} here. {_listed(sorted(held))}"
        return None

    def ids(self, library: Library) -> frozenset[str] | None:
        """Ids of the documents meant, None for all. Superseded documents are left out unless they are named."""
        if self == Scope():
            return None
        behind = library.superseded()
        within = self._of_meeting(library)
        return frozenset(
            header.id
            for header in library.each_header()
            if (within is None or header.id in within)
            and (header.key in self.documents if self.documents else header.id not in behind)
            and self.language in (None, header.language)
            and (self.year is None or (library.document(header.id).date or "").startswith(f"{self.year:04d}"))
        )

    def parts(self, library: Library) -> dict[str, frozenset[int]]:
        """The blocks of the agenda that speak of the item, by id of each version: its lines, annotations, documentation
        and rows of the timetable. Empty where no item is named."""
        if self.meeting is None or self.item is None:
            return {}
        keys = library.versions().keys
        return {
            meeting.document_id: _blocks(meeting, self.item, library.document(meeting.document_id))
            for meeting in library.meetings()
            if keys.get(meeting.document_id) == keys.get(self.meeting)
        }

    def _of_meeting(self, library: Library) -> set[str] | None:
        if self.meeting is None:
            return None
        versions = library.versions()
        keys = versions.keys
        agendas = {each for each, key in keys.items() if key == keys.get(self.meeting)}
        found = agendas if self.item is None else agendas & self.parts(library).keys()
        meeting = next((each for each in library.meetings() if each.document_id == self.meeting), None)
        for symbol in announced(meeting, self.item) if meeting else ():
            found.update(version.id for version in (*versions.current(symbol), *versions.addenda(symbol)))
        return found


def _listed(names: Iterable[str]) -> str:
    """What there is instead, the first few of it."""
    known = list(names)
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return f"There are: {'; '.join(known[:SHOWN])}{more}." if known else "There are none."


def announced(meeting: Meeting, item: str | None = None) -> tuple[Symbol, ...]:
    """Symbols that an agenda announces, under one item and its sub-items or under all."""
    return tuple(
        Symbol.parse(text)
        for each in meeting.items
        if item is None or is_under(each.number, item)
        for text, _ in each.documentation
    )


def narrowed(meeting: Meeting, item: str) -> Meeting:
    """A meeting with one item and its sub-items alone: what its agenda says of them."""
    sittings = [
        replace(sitting, items=tuple(row for row in sitting.items if is_under(row.number, item)))
        for sitting in meeting.sittings
    ]
    return replace(
        meeting,
        items=tuple(each for each in meeting.items if is_under(each.number, item)),
        sittings=tuple(sitting for sitting in sittings if sitting.items),
        masthead=None,
    )


def is_under(number: str, item: str) -> bool:
    """Whether an item is the one meant, or part of it: `1 (a)` is under `1`."""
    return item in (number, number.split(" ", 1)[0])


def _blocks(meeting: Meeting, item: str, document: Document) -> frozenset[int]:
    alone = narrowed(meeting, item)
    found: set[int] = set()
    for each in alone.items:
        found |= {ordinal for ordinal in (each.listed, each.heading) if ordinal is not None}
        found |= {*each.annotations, *(ordinal for _, ordinal in each.documentation)}
        if each.heading is not None:
            found |= _below(document, each.heading)
    for sitting in alone.sittings:
        found |= {row.row for row in sitting.items}
        if sitting.day_row is not None:
            found.add(sitting.day_row)
    return frozenset(found)


def _below(document: Document, ordinal: int) -> set[int]:
    """The blocks that stand under one."""
    found: set[int] = set()
    for child in document.children.get(ordinal, ()):
        found |= {child.ordinal} | _below(document, child.ordinal)
    return found
