"""What is said of documents that are known and not held."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.frames import say
from assistant.qa.answer import Answer, Pointer, Statement
from assistant.question import Question
from corpus.analysis import fold
from corpus.catalogue import Catalogue, Entry
from corpus.library import Library
from corpus.symbols import Symbol, find_symbols, link, same_document

INSTRUMENT = "instrument"
"""Kind of the catalogue's entries for treaties that the documents refer to and that are no part of the collection."""
TREATY = "treaty"
FULL_TITLE = 6
"""Words from which on a title is taken for the name of one document: many documents are an "annotated provisional agenda"."""
NOTES = 3
"""Documents of an answer of which it is told that they are not held."""


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
