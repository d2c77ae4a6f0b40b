"""Answers about documents that are missing in the library: named, announced or cited ones, and treaties that are only referred to."""

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
"""Most documents that an answer reports as missing."""
INSTRUMENT, TREATY = "instrument", "treaty"
"""Kinds of catalogue entries: treaties that the documents only refer to, and treaties that are part of the collection."""


class MissingDocuments:
    """Finds documents that the catalogue, the agendas or a question name and that are not in the library."""

    def __init__(self, library: Library, catalogue: Catalogue) -> None:
        self._library, self._catalogue = library, catalogue

    def in_library(self, symbol: Symbol) -> bool:
        return bool(self._library.versions().current_versions(symbol))

    def announced_only(self, statements: Sequence[Statement], language: str) -> list[str]:
        """Notes on the documents that statements announce and that are missing."""
        text = " ".join(statement.text for statement in statements if statement.verdict == "derived")
        symbols = dict.fromkeys(mention.symbol for mention in find_symbols(text))
        missing = [symbol for symbol in symbols if not self.in_library(symbol)]
        return [_missing_note(symbol.text, document_url(symbol, language), language) for symbol in missing[:NOTES]]

    def symbols(self, question: Question) -> list[Answer]:
        """An answer for each symbol in the question that is missing."""
        return [self._missing_symbol(question, symbol) for symbol in question.symbols if not self.in_library(symbol)]

    def acts(self, question: Question) -> list[Answer]:
        """An answer for each resolution or decision that the question cites by number and that is missing."""
        question_words, answers = set(analyse(question.text, question.language)), []
        for number in question.missing_acts:
            reason = say("unknown_symbol", question.language, symbol=number)
            frames = act_frames("RES", question.language)
            symbol = next((f"{body}/RES/{number}" for body, frame in frames.items()
                           if question_words.issuperset(analyse(frame.replace("{number}", " "), question.language))), None)  # fmt: skip
            answers.append(Answer.lacking(question, reason, absent=symbol))
        return answers

    def instrument(self, question: Question) -> Answer | None:
        """The answer for a treaty that the documents only refer to, where the question names no other text."""
        named = question.named
        if not named or any(entry.kind != INSTRUMENT or self.has_text(entry) for entry in named):
            return None
        reason = say("referred_to", question.language, name=named[0].short or named[0].title)
        return Answer.lacking(question, reason)

    def has_documents_of_body(self, named: Sequence[CatalogueEntry]) -> bool:
        """Whether the library has documents of a body with the name of one of these texts: their symbols begin with it (CEDAW/C/...)."""
        names = {fold(name) for entry in named for name in entry.names}
        return any(fold(key.partition("/")[0]) in names for key in self._library.versions().keys.values() if "/" in key)

    def announced(self, question: Question, symbol: Symbol) -> Answer:
        """The answer for a document that an agenda in the library announces and that is missing."""
        entries = self._catalogue.by_symbol(symbol)
        name = f"{symbol.text} ({entries[0].title})" if entries else symbol.text
        return self._missing_answer(question, name, symbol, document_url(symbol, question.language))

    def named(self, question: Question) -> Answer | None:
        """The answer for a missing document that the question names by its full title; None where it also names one in the library."""
        if any(map(self.in_library, question.symbols)):
            return None

        def is_named(entry: CatalogueEntry) -> bool:
            full_title = len(entry.title.split()) >= FULL_TITLE_WORDS and fold(entry.title) in fold(question.text)
            return entry.kind == TREATY or (entry.kind != INSTRUMENT and full_title)

        named = [(each, each.symbol) for each in question.named if each.symbol is not None and is_named(each)]
        if not named or any(self.has_text(entry) for entry, _ in named):
            return None
        entry, symbol = named[0]
        url = entry.url or document_url(symbol, question.language)
        return self._missing_answer(question, f"{entry.key} ({entry.title})", symbol, url)

    def _missing_symbol(self, question: Question, symbol: Symbol) -> Answer:
        announced = (known for meeting in self._library.meetings() for known in meeting.announced_symbols())
        if any(same_document(symbol, known) for known in announced) or self._catalogue.by_symbol(symbol):
            return self.announced(question, symbol)
        reason = say("unknown_symbol", question.language, symbol=symbol.text)
        return Answer.lacking(question, reason, absent=symbol.text)

    def _missing_answer(self, question: Question, name: str, symbol: Symbol, url: str | None) -> Answer:
        """The answer that a document is missing, with pointers to the agendas that announce it."""
        reason = _missing_note(name, url, question.language)
        pointers = [
            Pointer.to(document, document.blocks[ordinal].locator)
            for meeting in self._library.meetings()
            for document in [self._library.document(meeting.document_id)]
            for item in meeting.items
            for text, ordinal in item.documentation
            if same_document(symbol, Symbol.parse_any(text))
        ]
        return Answer.lacking(question, reason, see_also=pointers, absent=symbol.text)

    def has_text(self, entry: CatalogueEntry) -> bool:
        """Whether a text of the catalogue is in the library, in any revision unless it is part of another one."""
        whole = entry.symbol is not None and entry.part is None and self.in_library(entry.symbol)
        return whole or entry.key in self._library.versions().keys.values()


def _missing_note(name: str, url: str | None, language: str) -> str:
    """The sentence that a known document is missing, with the address of its official text, if there is one."""
    note = say("not_held", language, name=name)
    return f"{note} {say('official_text', language, url=url)}" if url else note
