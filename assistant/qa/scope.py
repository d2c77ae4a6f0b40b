"""Which documents a question is asked of: those of a scope, those that it names; and what is said of named ones that are not held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.frames import say
from assistant.messages import Message
from assistant.qa.abstention import FULL_TITLE
from assistant.qa.answer import Answer, Pointer, Statement
from assistant.question import Bounds, Question
from corpus.analysis import fold
from corpus.catalogue import Catalogue, Entry
from corpus.documents import Document
from corpus.library import Library
from corpus.meetings import Meeting
from corpus.symbols import Symbol, find_symbols, link, same_document

SHOWN, LONGEST = 20, 100
"""How much of what there is is told to who names something else, and how many characters of what they named."""
INSTRUMENT = "instrument"
"""Kind of the catalogue's entries for treaties that the documents refer to and that are no part of the collection."""
TREATY = "treaty"
NOTES = 3
"""Documents of an answer of which it is told that they are not held."""


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
        return Bounds(within=self.ids(library), of_item=self.item, parts=self.parts(library))

    def unknown(self, library: Library) -> Message | None:
        """What is named here and is not in a library, in a sentence that says what is; None where all is there. A
        language and a year may have nothing: then no document says anything."""
        if self.meeting is not None:
            keys = library.versions().keys
            meetings = library.meetings()
            of = [each for each in meetings if keys.get(each.document_id) == keys.get(self.meeting, "")]
            if not of:
                return Message(
                    "scope-meeting",
                    {"name": self.meeting[:LONGEST], "there": _listed(each.document_id for each in meetings).told},
                )
            items = list(dict.fromkeys(item.number for each in of for item in each.items))
            if self.item is not None and not any(is_under(number, self.item) for number in items):
                return Message(
                    "scope-item", {"meeting": self.meeting, "name": self.item[:LONGEST], "there": _listed(items).told}
                )
        held = {header.key for header in library.each_header()} if self.documents else set()
        if lacking := [key for key in self.documents if key not in held]:
            return Message("scope-document", {"name": lacking[0][:LONGEST], "there": _listed(sorted(held)).told})
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
        keys = library.versions().keys
        agendas = {each for each, key in keys.items() if key == keys.get(self.meeting)}
        found = agendas if self.item is None else agendas & self.parts(library).keys()
        meeting = next((each for each in library.meetings() if each.document_id == self.meeting), None)
        for symbol in announced(meeting, self.item) if meeting else ():
            found.update(_standing_for(symbol, library))
        return found


def restricted(question: Question, library: Library) -> list[str] | None:
    """Ids of the documents that a question is restricted to by its scope, or restricts itself to by symbol or name; None for all."""
    keys, behind = {entry.key for entry in question.named}, library.superseded()
    held = [each for each, key in library.versions().keys.items() if key in keys and each not in behind]
    for symbol in question.documents:
        held += _standing_for(symbol, library)
    if held and not question.symbols and not question.articles:
        # A treaty that is named is what a text without a symbol may be about.
        held += [document_id for document_id, key in library.versions().keys.items() if "/" not in key]
    named = list(dict.fromkeys(held)) or None
    if question.within is None:
        return named
    return [each for each in named or sorted(question.within) if each in question.within]


def _standing_for(symbol: Symbol, library: Library) -> list[str]:
    """Ids of what answers for a symbol: its current versions, and its addenda."""
    versions = library.versions()
    return [version.id for version in (*versions.current(symbol), *versions.addenda(symbol))]


def _listed(names: Iterable[str]) -> Message:
    """What there is instead, the first few of it."""
    known = list(names)
    if not known:
        return Message("there-are-none")
    name = "there-are-more" if len(known) > SHOWN else "there-are"
    return Message(name, {"names": "; ".join(known[:SHOWN]), "more": len(known) - SHOWN})


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


class Absent:
    """What a library lacks of what the catalogue and the agendas know."""

    def __init__(self, library: Library, catalogue: Catalogue) -> None:
        self._library = library
        self._catalogue = catalogue

    def announced_only(self, statements: Sequence[Statement], language: str) -> list[str]:
        """What is to be said of the documents that statements announce and that are not held."""
        told = " ".join(statement.text for statement in statements if statement.verdict == "derived")
        symbols = dict.fromkeys(mention.symbol for mention in find_symbols(told))
        absent = [symbol for symbol in symbols if not self.holds(symbol)]
        return [say("not_held", language, name=symbol.text, url=link(symbol, language)) for symbol in absent[:NOTES]]

    def symbol(self, question: Question) -> Answer | None:
        """What is to be said of the symbols that the question names, where none of them is held."""
        missing = self.missing(question)
        return self._lacking(question, missing[0]) if missing and len(missing) == len(question.symbols) else None

    def missing(self, question: Question) -> list[Symbol]:
        """The symbols that the question names and that are not held."""
        return [symbol for symbol in question.symbols if not self.holds(symbol)]

    def notes(self, question: Question) -> list[str]:
        """What is to be said of symbols that are not held, beside an answer from others that the question names too."""
        return [self._lacking(question, symbol).reason for symbol in self.missing(question)[:NOTES]]

    def instrument(self, question: Question) -> Answer | None:
        """What is to be said of a treaty that the documents only refer to, where the question names no other text."""
        named = question.named
        if not named or any(entry.kind != INSTRUMENT or self._holds_whole(entry) for entry in named):
            return None
        held = set(self._library.versions().keys.values())
        if any(entry.key in held for entry in named):
            return None
        reason = say("referred_to", question.language, name=named[0].short or named[0].title)
        return Answer(question.text, question.language, "not_found", reason)

    def announced(self, question: Question, symbol: Symbol) -> Answer:
        """What is to be said of a document that a held agenda announces and that is not held."""
        return self._not_held(question, self._titled(symbol), symbol)

    def named(self, question: Question) -> Answer | None:
        """What is to be said of a document that the question calls by its full title and that is not held."""
        held = set(self._library.versions().keys.values())
        asked = fold(question.text)
        named = [
            entry
            for entry in question.named
            if entry.symbol is not None
            and entry.kind != INSTRUMENT
            and (entry.kind == TREATY or (len(entry.title.split()) >= FULL_TITLE and fold(entry.title) in asked))
        ]
        if named and not any(entry.key in held or self._holds_whole(entry) for entry in named):
            entry = named[0]
            assert entry.symbol is not None
            return self._not_held(question, f"{entry.key} ({entry.title})", entry.symbol, entry)
        return None

    def _lacking(self, question: Question, symbol: Symbol) -> Answer:
        announced = any(same_document(symbol, known) for m in self._library.meetings() for known in m.documents())
        if announced or self._catalogue.by_symbol(symbol):
            return self._not_held(question, self._titled(symbol), symbol)
        reason = say("unknown_symbol", question.language, symbol=symbol.text)
        return Answer(question.text, question.language, "not_found", reason, absent=symbol.text)

    def _not_held(self, question: Question, name: str, symbol: Symbol, entry: Entry | None = None) -> Answer:
        url = (entry.url if entry else None) or link(symbol, question.language)
        reason = say("not_held", question.language, name=name, url=url)
        see = self._mentions(symbol)
        return Answer(question.text, question.language, "not_found", reason, see_also=see, absent=symbol.text)

    def _titled(self, symbol: Symbol) -> str:
        entries = self._catalogue.by_symbol(symbol)
        return f"{symbol.text} ({entries[0].title})" if entries else symbol.text

    def _mentions(self, symbol: Symbol) -> tuple[Pointer, ...]:
        """Where held agendas announce a symbol."""
        found = []
        for meeting in self._library.meetings():
            document = self._library.document(meeting.document_id)
            for item in meeting.items:
                for text, ordinal in item.documentation:
                    if same_document(symbol, Symbol.parse(text)):
                        found.append(Pointer.to(document, document.blocks[ordinal].locator))
        return tuple(found)

    def holds(self, symbol: Symbol) -> bool:
        """Whether a symbol or a later revision of it is held."""
        return bool(self._library.versions().current(symbol))

    def _holds_whole(self, entry: Entry) -> bool:
        """Whether a document of the catalogue that is no part of another one is held in any revision."""
        return entry.symbol is not None and entry.part is None and self.holds(entry.symbol)
