"""To which documents, and to which item of an agenda, somebody restricts a question."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from assistant.messages import Message
from assistant.qa.retriever import standing_for
from assistant.question import Bounds
from corpus.documents import Document, Language
from corpus.library import Library
from corpus.meetings import Meeting, is_under
from corpus.symbols import Symbol

SHOWN, LONGEST = 20, 100
"""How much of what there is is told to who names something else, and how many characters of what they named."""


class Scope(BaseModel):
    """Which documents a question is asked of: those that meet every condition."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    meeting: Annotated[
        str | None,
        Field(max_length=200, description="Symbol or id of an agenda: it, in all its versions, and what it announces."),
    ] = None
    item: Annotated[str | None, Field(max_length=20, description="Of these one item, and what it announces.")] = None
    documents: Annotated[
        tuple[Annotated[str, Field(max_length=200)], ...],
        Field(max_length=100, description="Symbols, names or ids; of a revised document the version that is named."),
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
        """What of a library that leaves."""
        held = library.versions()
        within, parts = self.ids(library), self.parts(library)
        return Bounds(
            within=within, of_item=self.item, parts=parts, acts=held.symbols_by_number, known=held.known_symbols
        )

    def unknown(self, library: Library) -> Message | None:
        """What is named here and is not in a library, in a sentence that says what is; None where all is there. A
        language and a year may have nothing: then no document says anything."""
        if self.meeting is not None:
            of = self._versions(library)
            if not of:
                return _unknown("scope-meeting", self.meeting, [meeting.document_id for meeting in library.meetings()])
            items = list(dict.fromkeys(item.number for each in of for item in each.items))
            if self.item is not None and not any(is_under(number, self.item) for number in items):
                return _unknown("scope-item", self.item, items, meeting=self.meeting)
        lacking = [name for name, found in self._texts(library).items() if not found]
        held = sorted(set(library.document_keys().values())) if lacking else []
        return _unknown("scope-document", lacking[0], held) if lacking else None

    def ids(self, library: Library) -> frozenset[str] | None:
        """Ids of the documents meant, None for all. Superseded documents are left out unless they are named."""
        if self == Scope():
            return None
        behind, within = library.superseded(), self._of_meeting(library)
        named = {each for found in self._texts(library).values() for each in found}
        return frozenset(
            header.id
            for header in library.iter_headers()
            if (within is None or header.id in within)
            and (header.id in named if self.documents else header.id not in behind)
            and self.language in (None, header.language)
            and (self.year is None or (library.document(header.id).date or "").startswith(f"{self.year:04d}"))
        )

    def parts(self, library: Library) -> dict[str, frozenset[int]]:
        """The blocks of the agenda that speak of the item, by id of each version: its lines, annotations, documentation
        and rows of the timetable. Empty where no item is named."""
        return {} if self.item is None else {
            each.document_id: _blocks(each, self.item, library.document(each.document_id))
            for each in self._versions(library)
        }  # fmt: skip

    def _texts(self, library: Library) -> dict[str, set[str]]:
        """The ids of the texts that each of `documents` names."""
        keys = library.document_keys()
        return {
            name: ({name} & keys.keys())
            or {each for each, key in keys.items() if key == name}
            or {document.id for document in library.find_documents(name)}
            for name in self.documents
        }

    def _versions(self, library: Library) -> list[Meeting]:
        """The meeting, as each version of its agenda has it."""
        agendas = self._agendas(library)
        return [meeting for meeting in library.meetings() if meeting.document_id in agendas]

    def _agendas(self, library: Library) -> set[str]:
        """The ids of what `meeting` names, with their other versions: of one document by its id, of all that stand for a symbol."""
        versions, name = library.versions(), self.meeting or ""
        named = {versions.keys.get(name)}
        if name not in versions.keys:
            symbol = next((each.symbol for each in versions.known_symbols.find(name)), Symbol.try_parse(name))
            named = {versions.keys[each.id] for each in versions.current_versions(symbol)} if symbol else named
        return {each for each, key in versions.keys.items() if key in named}

    def _of_meeting(self, library: Library) -> set[str] | None:
        if self.meeting is None:
            return None
        agendas = self._agendas(library)
        found = agendas if self.item is None else agendas & self.parts(library).keys()
        for meeting in self._versions(library):
            asked = meeting if self.item is None else meeting.narrowed_to_item(self.item)
            found.update(each for symbol in asked.announced_symbols() for each in standing_for(symbol, library))
        return found


def _unknown(kind: str, name: str, there: Iterable[str], **more: str) -> Message:
    """That there is nothing of a name, and what there is instead, the first few of it."""
    known = list(there)
    listed = Message("there-are-none")
    if known:
        what = "there-are-more" if len(known) > SHOWN else "there-are"
        listed = Message(what, {"names": "; ".join(known[:SHOWN]), "more": len(known) - SHOWN})
    return Message(kind, {"name": name[:LONGEST], "there": listed.in_language, **more})


def _blocks(meeting: Meeting, item: str, document: Document) -> frozenset[int]:
    alone = meeting.narrowed_to_item(item)
    found: set[int | None] = set()
    for each in alone.items:
        found |= {each.listed, each.heading, *each.annotations, *(ordinal for _, ordinal in each.documentation)}
        found |= _below(document, each.heading) if each.heading is not None else set()
    for sitting in alone.sittings:
        found |= {sitting.day_row, *(row.row for row in sitting.items)}
    return frozenset(ordinal for ordinal in found if ordinal is not None)


def _below(document: Document, ordinal: int) -> set[int]:
    below = [child.ordinal for child in document.children.get(ordinal, ())]
    return {*below, *(each for child in below for each in _below(document, child))}
