"""Look up documents by exact name, suggest similar ones, tell in which form a document is stored, cite its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from assistant.answer_phrases import say
from assistant.messages import Message
from assistant.qa.answer import Citation
from assistant.qa.metadata import is_draft, reads_as_draft
from assistant.reports import ReportError
from assistant.reports.comparison.paragraphs import normalized_key, strip_number
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES, Block, Document, Span
from corpus.library import Library
from corpus.meetings import Meeting
from corpus.store import Header
from corpus.symbols import Symbol, find_listed_symbols, same_document
from corpus.versions import choose_language_versions
from ingest.agenda_form import without_documentation_label

State = Literal["held", "superseded", "digest", "missing"]
MAX_SUGGESTIONS, MAX_NAME_LENGTH = 3, 200
"""How many similar names are suggested for an unknown one, and how many characters of that one are considered."""


@dataclass(frozen=True)
class DocumentStatus:
    """In which form a document is in the library.

    `held` are the languages of the text, or of the revision that is stored in its place, whose symbol is
    `superseded`; `edition` is that of the stored text. `url` is the official text.
    """

    symbol: str
    title: str
    held: tuple[str, ...] = ()
    edition: str = ""
    superseded: str = ""
    url: str | None = None

    @property
    def state(self) -> State:
        """Whether the text is stored, only a later revision, only a digest, or nothing."""
        if self.superseded or not self.held:
            return "superseded" if self.superseded else "missing"
        return "digest" if self.edition == "digest" else "held"


def find_status(library: Library, catalogue: Catalogue, symbol: Symbol, title: str = "") -> DocumentStatus:
    """The form in which a document is stored. `title` counts where neither library nor catalogue has one."""
    versions = library.versions()
    own = [each for each in versions.with_symbol if same_document(each.symbol, symbol)]
    later = [each for each in versions.current_versions(symbol) if not same_document(each.symbol, symbol)]
    entries = catalogue.by_symbol(symbol)
    preferred = choose_language_versions(own or later, "en")
    official = [each for each in own if each.header.edition != "digest"]
    languages = {each.header.language for each in later or official or own}
    return DocumentStatus(
        symbol=symbol.text,
        title=preferred[0].header.title if preferred else entries[0].title if entries else title,
        held=tuple(each for each in LANGUAGES if each in languages),
        edition=(official or own)[0].header.edition if own else "",
        superseded=later[0].symbol.text if later else "",
        url=entries[0].url if entries else None,
    )


def announced_title(agenda: Document, ordinal: int) -> str:
    """The title with which the agenda announces a document, from the block with this ordinal; empty where the block
    names several documents, or is running text."""
    block = agenda.blocks[ordinal]
    words = " ".join(agenda.body(block).split())
    mentions = find_listed_symbols(words, agenda.symbol)
    if len(mentions) != 1 or (block.kind != "footnote" and "documentation" not in block.locator):
        return ""
    before = without_documentation_label(words[: mentions[0].start])
    before = re.sub(r"^\W*\w+\s*[:：]\s*$", "", before)  # without “Document:”
    title = f"{before}{words[mentions[0].end :]}".replace("()", "")
    return re.sub(r"\s+(?=[,;]|\s)", "", title).strip(" ,;:.()（）*")


def display_label(document: Document, language: str) -> str:
    """The name of a document in headings and tables: its label, marked where the document is a draft."""
    return f"{document.label} ({say('status_draft', language)})" if reads_as_draft(document) else document.label


def find_newer_resolutions(
    headers: Mapping[str, Header], ids: Iterable[str], drafts: Collection[str] = ()
) -> dict[str, str]:
    """Map each of these resolutions that has a later one with the same title, in any language that both have, which
    restates what still applies, to the id of the latest. `drafts`: the ids of those known to be drafts, beside those in
    the series of drafts; they may have a later text, but are none."""
    titles_by_key: dict[str, set[tuple[str, str]]] = {}
    for each in headers.values():
        if each.kind == "resolution":
            title = normalized_key(each.title.partition(". ")[2] or strip_number(each.symbol, each.title))
            titles_by_key.setdefault(each.key, set()).add((title, each.language))
    resolutions = [headers[each] for each in ids if headers[each].kind == "resolution"]
    series = [each for each in resolutions if not is_draft(Symbol.try_parse(each.symbol or ""))]
    adopted = [each for each in series if each.id not in drafts]
    by_date = sorted(adopted, key=lambda each: each.date or "")
    latest = {title: each for each in by_date for title in titles_by_key[each.key]}
    in_language = {(each.key, each.language): each.id for each in adopted}
    newer: dict[str, str] = {}
    for each in series:
        found = [latest[title] for title in titles_by_key[each.key] if title in latest]
        later = max(found, key=lambda other: other.date or "", default=each)
        if later.key != each.key and (later.date or "") >= (each.date or ""):
            newer[each.id] = in_language.get((later.key, each.language), later.id)
    return newer


def cite(
    library: Library, document: Document, block: Block, span: Span | None = None, *, placed: bool = True
) -> Citation:
    """Cite a span of a block, by default all of it but its number, with the id of the passage in which the span
    begins. Where `placed` is false, the citation names the document alone, without a locator."""
    start, end = span or (block.body_start, block.end)
    return Citation.of(document, start, end, block.locator * placed, library.passage_id_at(document.id, start) or "")


def find_outdated_citations(library: Library, citations: Iterable[Citation]) -> list[Citation]:
    """The citations whose words their document no longer has, or whose document was removed."""
    stored = library.document_keys()
    return [each for each in citations if each.document not in stored
            or library.document(each.document).quote(each.start, each.end) != each.quote]  # fmt: skip


def find_document(library: Library, name: str, language: str | None = None) -> Document:
    """The document with exactly this name, preferably in this language, then in English; no digest where there is
    another text. Raises `ReportError` where there is none."""
    found = library.find_documents(name)
    if not found:
        raise not_found_error(library, name)

    def rank(each: Document) -> tuple[bool, bool, bool, bool, str]:
        is_digest, is_part = each.edition == "digest", each.part is not None
        return is_digest, each.language != language, each.language != "en", is_part, each.id

    return min(found, key=rank)


def find_documents_together(library: Library, names: Sequence[str], language: str | None = None) -> list[Document]:
    """The documents with exactly these names, all in one language where there is one in which all are stored: preferably the requested
    one, then English. Raises `ReportError` where a name has none."""
    stored = [{document.language for document in library.find_documents(name)} for name in names]
    common = set.intersection(*stored) if stored else set()
    chosen = next((each for each in (language, "en", *LANGUAGES) if each in common), language)
    return [find_document(library, name, chosen) for name in names]


def not_found_error(library: Library, name: str) -> ReportError:
    """The error for a name that no document has, with similar names."""
    names = {each.casefold(): header.key for header in library.headers()
             for each in (header.title, header.short, header.slug, header.key) if each}  # fmt: skip
    near = format_suggestions(find_similar_names(name, names))
    return ReportError("named-none", name=name[:MAX_NAME_LENGTH], near=near)


def format_suggestions(names: Sequence[str]) -> str | Callable[[str], str]:
    """A sentence, in the reader's language, that lists similar names; empty where there are none."""
    return Message("near", {"names": "; ".join(names)}).in_language if names else ""


def find_similar_names(
    name: str, names: Mapping[str, str], limit: int = MAX_SUGGESTIONS, cutoff: float = 0.6
) -> list[str]:
    """The values of the names (casefolded) that are similar to one: those with a similar spelling (ratio 0 to 1, from
    `cutoff` on), else those that contain all its words."""
    query = " ".join(name[:MAX_NAME_LENGTH].casefold().split())
    words = set(query.split())
    containing = (each for each in names if words and words <= set(each.split()))
    found = get_close_matches(query, names, limit, cutoff) or sorted(containing, key=len)[:limit]
    return list(dict.fromkeys(names[each] for each in found))


def find_meeting(library: Library, symbol: str = "", language: str = "en") -> Meeting:
    """The meeting of the agenda with this symbol, else the latest; its agenda in this language, else in English where
    it is stored. Raises `ReportError`."""
    meetings_held = library.meetings()
    agendas = {each.document_id: library.document(each.document_id) for each in meetings_held}
    agenda_ids = {document.id for document in library.find_documents(symbol)} if symbol else set(agendas)
    meetings = [each for each in meetings_held if each.document_id in agenda_ids]
    if not meetings:
        labels = "; ".join(sorted({each.label for each in agendas.values()})[:MAX_SUGGESTIONS])
        hint = Message("agendas-held", {"names": labels}).in_language if labels else ""
        named = {"name": symbol[:MAX_NAME_LENGTH]} if symbol else {}
        raise ReportError("no-agenda-named" if symbol else "no-agenda", there=hint, **named)

    def rank(meeting: Meeting) -> tuple[object, ...]:
        agenda_language = agendas[meeting.document_id].language
        return meeting.dates[-1:], agenda_language == language, agenda_language == "en", meeting.document_id

    return max(meetings, key=rank)
