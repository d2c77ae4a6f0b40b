"""What a question is to be answered from, where that is not the whole library."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.library import Library
from corpus.meetings import Meeting
from corpus.symbols import Symbol


@dataclass(frozen=True)
class Scope:
    """Restricts a question to documents that meet every condition named here.

    `meeting` is the id of an agenda: its documents are the agenda itself, in all its versions, and what it announces;
    `item` leaves of these what it announces under that item. `documents` are keys, `language` is a language code,
    `year` that of a document's date.
    """

    meeting: str | None = None
    item: str | None = None
    documents: tuple[str, ...] = ()
    language: str | None = None
    year: int | None = None

    def ids(self, library: Library) -> frozenset[str] | None:
        """Ids of the documents meant, None for all. Superseded documents are left out unless they are named."""
        if self == Scope():
            return None
        behind = library.superseded()
        within = self._of_meeting(library)
        return frozenset(
            header.id
            for header in library.headers()
            if (within is None or header.id in within)
            and (header.key in self.documents if self.documents else header.id not in behind)
            and self.language in (None, header.language)
            and (self.year is None or (library.document(header.id).date or "").startswith(f"{self.year:04d}"))
        )

    def _of_meeting(self, library: Library) -> set[str] | None:
        if self.meeting is None:
            return None
        versions = library.versions()
        keys = versions.keys
        found = {each for each, key in keys.items() if key == keys.get(self.meeting)}
        meeting = next((each for each in library.meetings() if each.document_id == self.meeting), None)
        for symbol in announced(meeting, self.item) if meeting else ():
            found.update(version.id for version in (*versions.current(symbol), *versions.addenda(symbol)))
        return found


def announced(meeting: Meeting, item: str | None = None) -> tuple[Symbol, ...]:
    """Symbols that an agenda announces, under one item and its sub-items or under all."""
    return tuple(
        Symbol.parse(text)
        for each in meeting.items
        if item in (None, each.number, each.main)
        for text, _ in each.documentation
    )
