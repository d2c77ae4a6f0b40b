"""That something is not held: documents that are named, announced or cited, and treaties that are only referred to."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer_phrases import act_frames, say
from assistant.qa.abstention import FULL_TITLE_WORDS
from assistant.qa.answer import Answer, Pointer, Statement
from assistant.question import Question
from corpus.analysis import analyse, fold
from corpus.catalogue import Catalogue, CatalogueEntry
from corpus.library import Library
from corpus.symbols import Symbol, document_url, find_symbols, same_document

NOTES = 3
"""Documents of an answer of which it is told that they are not held."""
INSTRUMENT, TREATY = "instrument", "treaty"
"""Kinds of entries in the catalogue: treaties that the documents refer to and that are no part of the collection, and those that are."""


class MissingDocuments:
    """What a library lacks of what the catalogue and the agendas know."""

    def __init__(self, library: Library, catalogue: Catalogue) -> None:
        self._library, self._catalogue = library, catalogue

    def holds(self, symbol: Symbol) -> bool:
        return bool(self._library.versions().current_versions(symbol))

    def announced_only(self, statements: Sequence[Statement], language: str) -> list[str]:
        """What is to be said of the documents that statements announce and that are not held."""
        told = " ".join(statement.text for statement in statements if statement.verdict == "derived")
        symbols = dict.fromkeys(mention.symbol for mention in find_symbols(told))
        absent = [symbol for symbol in symbols if not self.holds(symbol)]
        return [_known(symbol.text, document_url(symbol, language), language) for symbol in absent[:NOTES]]

    def symbols(self, question: Question) -> list[Answer]:
        """What is to be said of each of the symbols that the question names and that are not held."""
        return [self._unknown(question, symbol) for symbol in question.symbols if not self.holds(symbol)]

    def acts(self, question: Question) -> list[Answer]:
        """What is to be said of each of the resolutions and decisions that the question cites by number and that are not held."""
        said, made = set(analyse(question.text, question.language)), []
        for number in question.acts_lacking:
            reason = say("unknown_symbol", question.language, symbol=number)
            frames = act_frames("RES", question.language)
            symbol = next((f"{body}/RES/{number}" for body, frame in frames.items()
                           if said.issuperset(analyse(frame.replace("{number}", " "), question.language))), None)  # fmt: skip
            made.append(Answer.lacking(question, reason, absent=symbol))
        return made

    def instrument(self, question: Question) -> Answer | None:
        """What is to be said of a treaty that the documents only refer to, where the question names no other text."""
        named = question.named
        if not named or any(entry.kind != INSTRUMENT or self._holds_text(entry) for entry in named):
            return None
        reason = say("referred_to", question.language, name=named[0].short or named[0].title)
        return Answer.lacking(question, reason)

    def holds_of(self, named: Sequence[CatalogueEntry]) -> bool:
        """Whether documents are held of a body that is called as one of these texts is: their symbols begin so (CEDAW/C/...)."""
        names = {fold(name) for entry in named for name in entry.names}
        return any(fold(key.partition("/")[0]) in names for key in self._library.versions().keys.values() if "/" in key)

    def announced(self, question: Question, symbol: Symbol) -> Answer:
        """What is to be said of a document that a held agenda announces and that is not held."""
        entries = self._catalogue.by_symbol(symbol)
        name = f"{symbol.text} ({entries[0].title})" if entries else symbol.text
        return self._not_held(question, name, symbol, document_url(symbol, question.language))

    def named(self, question: Question) -> Answer | None:
        """What is to be said of a document that the question calls by its full title and that is not held; nothing where it asks of one that is."""
        if any(map(self.holds, question.symbols)):
            return None
        asked = fold(question.text)
        named = [
            (entry, entry.symbol)
            for entry in question.named
            if entry.symbol is not None
            and entry.kind != INSTRUMENT
            and (entry.kind == TREATY or (len(entry.title.split()) >= FULL_TITLE_WORDS and fold(entry.title) in asked))
        ]
        if not named or any(self._holds_text(entry) for entry, _ in named):
            return None
        entry, symbol = named[0]
        url = entry.url or document_url(symbol, question.language)
        return self._not_held(question, f"{entry.key} ({entry.title})", symbol, url)

    def _unknown(self, question: Question, symbol: Symbol) -> Answer:
        announced = any(
            same_document(symbol, known) for m in self._library.meetings() for known in m.announced_symbols()
        )
        if announced or self._catalogue.by_symbol(symbol):
            return self.announced(question, symbol)
        reason = say("unknown_symbol", question.language, symbol=symbol.text)
        return Answer.lacking(question, reason, absent=symbol.text)

    def _not_held(self, question: Question, name: str, symbol: Symbol, url: str | None) -> Answer:
        """That a document is not held, and where held agendas announce it."""
        reason = _known(name, url, question.language)
        see = [
            Pointer.to(document, document.blocks[ordinal].locator)
            for meeting in self._library.meetings()
            for document in [self._library.document(meeting.document_id)]
            for item in meeting.items
            for text, ordinal in item.documentation
            if same_document(symbol, Symbol.parse(text))
        ]
        return Answer.lacking(question, reason, see_also=see, absent=symbol.text)

    def _holds_text(self, entry: CatalogueEntry) -> bool:
        """Whether a text of the catalogue is held, in any revision where it is no part of another one."""
        whole = entry.symbol is not None and entry.part is None and self.holds(entry.symbol)
        return whole or entry.key in self._library.versions().keys.values()


def _known(name: str, url: str | None, language: str) -> str:
    """That a document is known and not held, and where its text is, if the United Nations have it."""
    told = say("not_held", language, name=name)
    return f"{told} {say('official_text', language, url=url)}" if url else told
