"""Check an agenda: which documents that it announces or cites are stored, and the commands that fetch the others."""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from assistant.answer_phrases import act_frames, act_words
from assistant.reports.lookup import State, announced_title, find_status
from assistant.vocabulary import Vocabulary
from corpus.analysis import analyse
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES, Document
from corpus.library import Library
from corpus.meetings import Meeting
from corpus.symbols import Symbol, same_document
from ingest.fetch.fetch_run import cited_by

_NUMBER = r"\d{1,4}(?:/\d{1,3}(?: [A-Z](?!\w))?| \((?:19|20)\d\d\))"
_NUMBERS = re.compile(rf"(?<![A-Za-z\d/.]){_NUMBER}(?:(?:,|\s+[^\W\d]{{1,3}}|\s)+{_NUMBER})*(?![A-Za-z\d/])")
"""Numbers of one or several resolutions: `90/12 and 90/13`, `1325 (2000)`; words as short as “and” may stand between
them."""
_REACH = 80
"""Characters before and after a number that may name a resolution."""


@dataclass(frozen=True)
class CheckedDocument:
    """A document that the agenda announces, or that the agenda or an announced document cites.

    `items` are the agenda items that announce it, empty for one that is only cited. `held` are the languages in which
    the official text is stored, `missing` the requested languages in which it is not; `later` is the symbol of a
    later revision that is stored. `command` fetches what is missing, and is empty where nothing is, and for documents of other organizations.
    """

    symbol: str
    title: str
    items: tuple[str, ...]
    state: State
    held: tuple[str, ...]
    missing: tuple[str, ...]
    later: str = ""
    cited_in: tuple[str, ...] = ()
    command: str = ""


@dataclass(frozen=True)
class AgendaCheck:
    """The documents of one agenda, which is in a `language`: those announced in the order of the items, then those cited.
    `others` are the stored agendas of other meetings."""

    agenda: str
    language: str
    title: str
    dates: tuple[str, ...]
    announced: tuple[CheckedDocument, ...]
    cited: tuple[CheckedDocument, ...]
    others: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        checked = (*self.announced, *self.cited)
        return not any(each.command or each.missing or each.state == "missing" for each in checked)

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form that `agenda check --json` prints."""
        return {**asdict(self), "complete": self.complete}


def check_agenda(
    library: Library, catalogue: Catalogue, meeting: Meeting, languages: Sequence[str] = ()
) -> AgendaCheck:
    """Check one agenda. `languages` are those in which the announced documents are required, by default that of the agenda."""
    agenda = library.document(meeting.document_id)
    languages = languages or (agenda.language,)
    items, titles = defaultdict[Symbol, list[str]](list), dict[Symbol, str]()
    for item in meeting.items:
        for text, ordinal in item.documentation:
            symbol = Symbol.parse_any(text)
            items[symbol].append(item.number)
            titles[symbol] = announced_title(agenda, ordinal)
    check = partial(_check_document, library, catalogue)
    announced = [check(symbol, tuple(items[symbol]), languages, title=titles[symbol]) for symbol in items]
    versions = [version for symbol in items for version in library.versions().current_versions(symbol)]
    read = {"en", *languages}
    documents = [agenda, *(library.document(each.id) for each in versions if each.header.language in read)]
    citing_labels = defaultdict[Symbol, dict[str, None]](dict)
    for document in documents:
        for symbol in (*cited_by([document]), *find_cited_resolutions(document)):
            if not any(same_document(symbol, each) for each in items):
                citing_labels[symbol][document.label] = None
    citing = citing_labels.items()
    cited_documents = [check(symbol, (), (), tuple(labels), fallback=languages[0]) for symbol, labels in citing]
    cited_documents += _find_cited_by_name(library, catalogue, documents)
    dates = tuple(day.isoformat() for day in meeting.dates)
    labels = {library.document(each.document_id).label for each in library.meetings()}
    listed = tuple(announced), tuple(cited_documents), tuple(sorted(labels - {agenda.label}))
    return AgendaCheck(agenda.label, agenda.language, meeting.title, dates, *listed)


def find_cited_resolutions(document: Document) -> list[Symbol]:
    """The resolutions that a document cites by number alone, in the forms of its language: those of a body that is
    named with the number or beside “its resolution”; where none is named, those of the document's own body."""
    language, text, content = document.language, document.text, Vocabulary.shipped().content

    def stems(*parts: str) -> tuple[list[str], ...]:
        return tuple(analyse(part, language) for part in parts)

    frames = {body: stems(*frame.split("{number}")) for body, frame in act_frames("RES", language).items()}
    resolution_stems = act_words("RES", language)
    body_names = {
        body: content([word for side in frame for word in side if word not in resolution_stems], language)
        for body, frame in frames.items()
    }
    own_body = document.symbol.body if document.symbol else ""
    found: dict[str, None] = {}
    for each in _NUMBERS.finditer(text):
        text_before = text[max(0, each.start() - _REACH) : each.start()]
        before_stems, after_stems = stems(text_before, text[each.end() : each.end() + _REACH])
        named_bodies = [
            body
            for body, (left, right) in frames.items()
            if before_stems[-len(left) :] == left and after_stems[: len(right)] == right
        ]
        is_cited = before_stems[-1:] and before_stems[-1] in resolution_stems
        if not named_bodies and is_cited:
            left, right = content(before_stems[:-1], language), content(after_stems, language)
            right = right if text[each.end() :].lstrip().startswith((",", "،")) else []
            for body, name in body_names.items():
                follows = right[: len(name)] == name and resolution_stems.isdisjoint(right[len(name) :][:1])
                if name and (left[-len(name) :] == name or follows):
                    named_bodies.append(body)
        if not named_bodies and own_body in frames and is_cited:
            # A capitalised word before “resolution” names another body: “Conference resolution 7/1”.
            previous_word = "".join(text_before.split()[-2:-1])
            names_other_body = previous_word[:1].isupper() and content(analyse(previous_word, language), language)
            named_bodies = [] if names_other_body else [own_body]
        for number in re.findall(_NUMBER, each.group()):
            found |= {f"{body}/RES/{number.replace(' (', '(')}": None for body in named_bodies}
    return [Symbol.parse(symbol) for symbol in found]


def _find_cited_by_name(library: Library, catalogue: Catalogue, documents: Sequence[Document]) -> list[CheckedDocument]:
    """The resolutions without a symbol, of conferences, that the documents cite by a name that the catalogue has."""
    found = []
    for entry in catalogue.entries:
        if entry.symbol is not None or entry.kind not in ("resolution", "decision"):
            continue
        names = [re.escape(name) for name in (entry.label, entry.short, *entry.aliases) if name]
        if not names:
            continue
        pattern = re.compile(rf"(?<![\w/])(?:{'|'.join(names)})(?![\w/])", re.IGNORECASE)
        cited_in = dict.fromkeys(each.label for each in documents if pattern.search(" ".join(each.text.split())))
        if cited_in:
            stored = {each.language for each in library.headers() if each.title.casefold() == entry.title.casefold()}
            state: State = "held" if stored else "missing"
            languages = tuple(each for each in LANGUAGES if each in stored)
            found.append(CheckedDocument(entry.key, entry.title, (), state, languages, (), cited_in=tuple(cited_in)))
    return found


def _check_document(
    library: Library,
    catalogue: Catalogue,
    symbol: Symbol,
    items: tuple[str, ...],
    languages: Sequence[str],
    cited_in: tuple[str, ...] = (),
    title: str = "",
    fallback: str = "en",
) -> CheckedDocument:
    """The status of one document, with the command that fetches what is missing; in the `fallback` language what is wanted in none."""
    status = find_status(library, catalogue, symbol, title)
    held = status.held if status.state in ("held", "superseded") else ()
    missing = tuple(each for each in languages if each not in held)
    languages_to_fetch = missing or ((fallback,) if not held else ())
    options = [word for each in languages_to_fetch for word in ("--language", each)]
    can_fetch = bool(options) and not symbol.is_external
    later = status.superseded
    command = shlex.join(["rapporteur", "fetch", later or symbol.text, *options]) if can_fetch else ""
    return CheckedDocument(symbol.text, status.title, items, status.state, held, missing, later, cited_in, command)
