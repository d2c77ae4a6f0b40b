"""What to fetch: symbols named, what the catalogue lists, what a held document cites; and what is held of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.catalogue import Catalogue
from corpus.documents import Document
from corpus.library import Library
from corpus.symbols import Symbol, SymbolError, expand, expand_all, same_document


@dataclass(frozen=True)
class Wanted:
    """One language version of one symbol, and the ids of held official documents that bear the symbol."""

    symbol: Symbol
    language: str
    held: tuple[str, ...] = ()


def named(text: str) -> list[Symbol]:
    """The symbols that a person names: one, or several in short, `CTOC/COP/WG.7/2021/2-4`. Raises `SymbolError`."""
    try:
        return [Symbol.parse(text)]
    except SymbolError:
        return expand(text)


def listed(catalogue: Catalogue, meetings: Sequence[str] | None = None) -> list[Symbol]:
    """The symbols that the catalogue lists, of these meetings or (None) of all and of none."""
    return [
        entry.symbol
        for entry in catalogue.entries
        if entry.symbol is not None and (meetings is None or entry.meeting in meetings)
    ]


def meeting_ids(catalogue: Catalogue) -> list[str]:
    """The meetings of which the catalogue lists documents, the latest first."""
    ids = dict.fromkeys(entry.meeting for entry in catalogue.entries if entry.meeting and entry.symbol)
    days = {meeting.id: max(meeting.dates).isoformat() for meeting in catalogue.meetings if meeting.dates}
    return sorted(ids, key=lambda each: days.get(each, ""), reverse=True)


def held_meetings(library: Library, catalogue: Catalogue) -> list[str]:
    """The meetings of the catalogue whose agendas the library holds."""
    known = set(meeting_ids(catalogue))
    found: dict[str, None] = {}
    for meeting in library.meetings():
        symbol = library.document(meeting.document_id).symbol
        for entry in catalogue.by_symbol(symbol) if symbol else ():
            if entry.meeting in known:
                found[entry.meeting] = None
    return list(found)


def cited_by(documents: Iterable[Document]) -> list[Symbol]:
    """The symbols that texts cite, ranges and lists written out, each once and in order, not those of the texts."""
    own = [document.symbol for document in documents if document.symbol]
    texts = dict.fromkeys(mention.symbol.text for document in documents for mention in expand_all(document.text))
    found: list[Symbol] = []
    for text in texts:
        symbol = Symbol(text)
        if not any(same_document(symbol, other) for other in (*own, *found)):
            found.append(symbol)
    return found


def wanted(symbols: Iterable[Symbol], languages: Sequence[str], library: Library) -> list[Wanted]:
    """Each symbol in each language, once, with what the library holds of it: digests and uploads do not count."""
    held = [
        (Symbol.parse(header.symbol), header.language, header.id)
        for header in library.each_header()
        if header.symbol is not None and header.edition == "official"
    ]
    made: list[Wanted] = []
    for symbol in dict.fromkeys(symbols):
        bearing = [(language, name) for other, language, name in held if same_document(symbol, other)]
        made += [
            Wanted(symbol, language, tuple(name for spoken, name in bearing if spoken == language))
            for language in languages
        ]
    return made
