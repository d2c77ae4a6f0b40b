"""What a name means where the exact text matters, what is near to one that nobody has, in what form a document is held, and words of
one as a citation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from assistant.answer_phrases import say
from assistant.messages import Message
from assistant.qa.answer import Citation
from assistant.qa.metadata import is_draft, reads_as_draft
from assistant.reports import ReportError
from assistant.reports.comparison.paragraphs import key_of
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES, Block, Document, Span
from corpus.library import Library
from corpus.meetings import Meeting
from corpus.store import Header
from corpus.symbols import Symbol, find_symbols, same_document
from corpus.versions import best_language

State = Literal["held", "superseded", "digest", "missing"]
NEAR, LONGEST = 3, 200
"""How many names that are near are told of one that nobody has, and how many characters of that are looked at."""


@dataclass(frozen=True)
class Paper:
    """In what form a document is held. `held` are the languages of the text, or of the revision that is held in its place, of which
    `superseded` is the symbol; `edition` is that of what is held. `url` is the official text."""

    symbol: str
    title: str
    held: tuple[str, ...] = ()
    edition: str = ""
    superseded: str = ""
    url: str | None = None

    @property
    def state(self) -> State:
        """Whether the text is held, a revision in its place, a digest alone, or nothing."""
        if self.superseded or not self.held:
            return "superseded" if self.superseded else "missing"
        return "digest" if self.edition == "digest" else "held"


def held_as(library: Library, catalogue: Catalogue, symbol: Symbol, title: str = "") -> Paper:
    """In what form a symbol is held. `title` is used where neither library nor catalogue knows a better one."""
    versions = library.versions()
    own = [each for each in versions.held if same_document(each.symbol, symbol)]
    later = [each for each in versions.current(symbol) if not same_document(each.symbol, symbol)]
    entries = catalogue.by_symbol(symbol)
    shown = best_language(own or later, "en")
    official = [each for each in own if each.header.edition != "digest"]
    spoken = {each.header.language for each in later or official or own}
    return Paper(
        symbol=symbol.text,
        title=shown[0].header.title if shown else entries[0].title if entries else title,
        held=tuple(each for each in LANGUAGES if each in spoken),
        edition=(official or own)[0].header.edition if own else "",
        superseded=later[0].symbol.text if later else "",
        url=entries[0].url if entries else None,
    )


def printed_title(agenda: Document, ordinal: int) -> str:
    """The title with which the agenda announces a document; empty where the words that do so name several, or are text."""
    block = agenda.blocks[ordinal]
    words = " ".join(agenda.body(block).split())
    named = find_symbols(words)
    if len(named) != 1 or (block.kind != "footnote" and "documentation" not in block.locator):
        return ""
    before = re.sub(r"^\W*\w+\s*[:：]\s*$", "", words[: named[0].start])  # what is no more than “Document:”
    title = f"{before}{words[named[0].end :]}".replace("()", "")
    return re.sub(r"\s+(?=[,;]|\s)", "", title).strip(" ,;:.()（）*")


def label_of(document: Document, language: str) -> str:
    """How a document is called in headings and tables: by its label; a draft is called one."""
    return f"{document.label} ({say('status_draft', language)})" if reads_as_draft(document) else document.label


def said_anew(headers: Mapping[str, Header], ids: Iterable[str]) -> dict[str, str]:
    """Resolutions among some documents of whose title there is a later one in their language, with the id of the latest: it says anew
    what still holds."""
    held = [headers[each] for each in ids if headers[each].kind == "resolution"]
    adopted = [each for each in held if not is_draft(Symbol.read(each.symbol or ""))]
    named = {each.id: (key_of(each.title.partition(". ")[2] or each.title), each.language) for each in adopted}
    latest = {named[each.id]: each.id for each in sorted(adopted, key=lambda each: each.date or "")}
    return {each: latest[called] for each, called in named.items() if latest[called] != each}


def cite(
    library: Library, document: Document, block: Block, span: Span | None = None, *, placed: bool = True
) -> Citation:
    """Words of a block, else all but its number, as a citation with the id of the passage in which they begin; where it is not
    `placed`, it names the document alone."""
    start, end = span or (block.body_start, block.end)
    return Citation.of(document, start, end, block.locator * placed, library.passage_at(document.id, start) or "")


def changed(library: Library, citations: Iterable[Citation]) -> list[Citation]:
    """The citations whose words are no longer those of their document, or whose document is gone."""
    held = library.keys()
    return [each for each in citations if each.document not in held
            or library.document(each.document).quote(each.start, each.end) != each.quote]  # fmt: skip


def named(library: Library, name: str, language: str | None = None) -> Document:
    """The document of a name exactly, in a language, in English or in any; no digest where there is another text.
    Raises `ReportError`."""
    found = library.find(name)
    if not found:
        raise not_held(library, name)
    return min(
        found,
        key=lambda each: (
            each.edition == "digest", each.language != language, each.language != "en", each.part is not None, each.id
        ),
    )  # fmt: skip


def not_held(library: Library, name: str) -> ReportError:
    """That no document has a name, with those whose names are near to it."""
    called = {each.casefold(): header.key for header in library.headers()
              for each in (header.title, header.short, header.slug, header.key) if each}  # fmt: skip
    return ReportError("named-none", name=name[:LONGEST], near=near_to_it(near(name, called)))


def near_to_it(names: Sequence[str]) -> str | Callable[[str], str]:
    """That some names are near to one that nobody has."""
    return Message("near", {"names": "; ".join(names)}).in_language if names else ""


def near(name: str, names: Mapping[str, str], most: int = NEAR, least: float = 0.6) -> list[str]:
    """What names, in small letters, stand for that are near to one: those spelt alike (from `least` on, 0 to 1), else those with all
    its words."""
    wanted = " ".join(name[:LONGEST].casefold().split())
    words = set(wanted.split())
    within = (each for each in names if words and words <= set(each.split()))
    found = get_close_matches(wanted, names, most, least) or sorted(within, key=len)[:most]
    return list(dict.fromkeys(names[each] for each in found))


def agenda_meeting(library: Library, symbol: str = "", language: str = "en") -> Meeting:
    """The meeting of an agenda by its symbol, else the latest; its agenda in a language, else in English where it is held.
    Raises `ReportError`."""
    held = library.meetings()
    agendas = {each.document_id: library.document(each.document_id) for each in held}
    wanted = {document.id for document in library.find(symbol)} if symbol else set(agendas)
    meetings = [each for each in held if each.document_id in wanted]
    if not meetings:
        told = "; ".join(sorted({each.label for each in agendas.values()})[:NEAR])
        there = Message("agendas-held", {"names": told}).in_language if told else ""
        if symbol:
            raise ReportError("no-agenda-named", name=symbol[:LONGEST], there=there)
        raise ReportError("no-agenda", there=there)

    def rank(meeting: Meeting) -> tuple[object, ...]:
        spoken = agendas[meeting.document_id].language
        return meeting.dates[-1:], spoken == language, spoken == "en", meeting.document_id

    return max(meetings, key=rank)
