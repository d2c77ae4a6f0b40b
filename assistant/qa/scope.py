"""The scope of a question: the documents, and the agenda item, to which the user restricts it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from assistant.messages import Message
from corpus.documents import Document, Language
from corpus.meetings import Meeting, is_under
from corpus.symbols import Symbol

if TYPE_CHECKING:
    from assistant.question import Bounds
    from corpus.library import Library

SHOWN, LONGEST = 20, 100
"""Most existing names in an error message about an unknown one, and most characters of the unknown name."""


class Scope(BaseModel):
    """Which documents a question is asked of: those that meet every condition."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    meeting: Annotated[
        str | None,
        Field(
            max_length=200,
            description="Symbol or id of an agenda: searches all its versions and the documents it announces.",
        ),
    ] = None
    item: Annotated[
        str | None, Field(max_length=20, description="Only this agenda item and the documents announced for it.")
    ] = None
    documents: Annotated[
        tuple[Annotated[str, Field(max_length=200)], ...],
        Field(
            max_length=100,
            description="Symbols, names or ids of documents; a revised document is searched in the version named.",
        ),
    ] = ()
    language: Language | None = None
    year: Annotated[int | None, Field(ge=1900, le=2999)] = None

    @field_validator("item")
    @classmethod
    def _needs_meeting(cls, item: str | None, told: ValidationInfo) -> str | None:
        if item is not None and told.data.get("meeting") is None:
            raise ValueError("name the meeting whose item is meant, with 'meeting'")
        return item

    def bounds(self, library: Library) -> Bounds:
        """The limits that the scope sets in a library."""
        # Here and below: the interfaces describe their scopes without loading what searches.
        from assistant.question import Bounds

        versions = library.versions()
        within, parts = self.ids(library), self.parts(library)
        return Bounds(
            within=within, of_item=self.item, parts=parts, acts=versions.symbols_by_number, known=versions.known_symbols
        )

    def unknown(self, library: Library) -> Message | None:
        """The message that something in the scope is not in the library, with what is; None where everything is. A language or year without
        documents is no error."""
        if self.meeting is not None:
            versions = self._versions(library)
            if not versions:
                return _unknown("scope-meeting", self.meeting, [meeting.document_id for meeting in library.meetings()])
            items = list(dict.fromkeys(item.number for each in versions for item in each.items))
            if self.item is not None and not any(is_under(number, self.item) for number in items):
                return _unknown("scope-item", self.item, items, meeting=self.meeting)
        missing = [name for name, found in self._texts(library).items() if not found]
        existing = sorted(set(library.document_keys().values())) if missing else []
        return _unknown("scope-document", missing[0], existing) if missing else None

    def ids(self, library: Library) -> frozenset[str] | None:
        """Ids of the documents in scope, None for all. Superseded documents are left out unless they are named."""
        if self == Scope():
            return None
        behind, within = library.superseded(), self._ids_of_meeting(library)
        named = {each for found in self._texts(library).values() for each in found}
        return frozenset(
            header.id
            for header in library.iter_headers()
            if (within is None or header.id in within)
            and (header.id in named if self.documents else header.id not in behind)
            and self.language in (None, header.language)
            and (self.year is None or header.date.startswith(f"{self.year:04d}"))
        )

    def parts(self, library: Library) -> dict[str, frozenset[int]]:
        """The blocks of the agenda about the item, by id of each version: its lines, annotations, documentation and rows of the timetable. Empty
        where no item is named."""
        return {} if self.item is None else {
            each.document_id: _item_blocks(each, self.item, library.document(each.document_id))
            for each in self._versions(library)
        }  # fmt: skip

    def _texts(self, library: Library) -> dict[str, set[str]]:
        """The ids of the documents that each of `documents` names."""
        keys = library.document_keys()
        return {
            name: ({name} & keys.keys())
            or {each for each, key in keys.items() if key == name}
            or {document.id for document in library.find_documents(name)}
            for name in self.documents
        }

    def _versions(self, library: Library) -> list[Meeting]:
        """The meeting in each version of its agenda."""
        agendas = self._agendas(library)
        return [meeting for meeting in library.meetings() if meeting.document_id in agendas]

    def _agendas(self, library: Library) -> set[str]:
        """The ids of the agenda that `meeting` names, by id or symbol, with its other versions."""
        versions, name = library.versions(), self.meeting or ""
        named = {versions.keys.get(name)}
        if name not in versions.keys:
            symbol = next((each.symbol for each in versions.known_symbols.find(name)), Symbol.try_parse(name))
            named = {versions.keys[each.id] for each in versions.current_versions(symbol)} if symbol else named
        return {each for each, key in versions.keys.items() if key in named}

    def _ids_of_meeting(self, library: Library) -> set[str] | None:
        from assistant.qa.retriever import documents_for_symbol

        if self.meeting is None:
            return None
        agendas = self._agendas(library)
        found = agendas if self.item is None else agendas & self.parts(library).keys()
        for meeting in self._versions(library):
            in_scope = meeting if self.item is None else meeting.narrowed_to_item(self.item)
            for symbol in in_scope.announced_symbols():
                found.update(documents_for_symbol(symbol, library))
        return found


def _unknown(kind: str, name: str, existing: Iterable[str], **more: str) -> Message:
    """The message that a name is unknown, with the first few names that exist."""
    known = list(existing)
    listing = Message("there-are-none")
    if known:
        what = "there-are-more" if len(known) > SHOWN else "there-are"
        listing = Message(what, {"names": "; ".join(known[:SHOWN]), "more": len(known) - SHOWN})
    return Message(kind, {"name": name[:LONGEST], "there": listing.in_language, **more})


def _item_blocks(meeting: Meeting, item: str, document: Document) -> frozenset[int]:
    narrowed = meeting.narrowed_to_item(item)
    found: set[int | None] = set()
    for each in narrowed.items:
        found |= {each.listed, each.heading, *each.annotations, *(ordinal for _, ordinal in each.documentation)}
        found.update(each.without_symbol)
        found |= _below(document, each.heading) if each.heading is not None else set()
    for sitting in narrowed.sittings:
        found |= {sitting.day_row, *(row.row for row in sitting.items)}
    return frozenset(ordinal for ordinal in found if ordinal is not None)


def _below(document: Document, ordinal: int) -> set[int]:
    children = [child.ordinal for child in document.children.get(ordinal, ())]
    return {*children, *(each for child in children for each in _below(document, child))}
