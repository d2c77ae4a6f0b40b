"""Check an agenda: which documents that it announces or cites are stored, and the commands that fetch the others."""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from typing import Any

from assistant.answer_phrases import act_frames, act_words
from assistant.reports.lookup import State, announced_title, find_status
from assistant.vocabulary import Vocabulary
from corpus.analysis import analyse_words
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES, Document
from corpus.library import Library
from corpus.meetings import Meeting
from corpus.symbols import Symbol, expand_all, same_document
from ingest.agenda import item_of
from ingest.fetch.fetch_run import cited_by

_YEAR_OR_SESSION = r"\((?:(?:19|20)\d\d|(?:[A-Z]{1,2}-)?[IVXLC]+)\)"
_NUMBER = rf"(?:[A-Z]{{1,2}}-)?\d{{1,4}}(?:/\d{{1,3}}(?: [A-Z](?![A-Za-z]))?|(?: [A-Z])? {_YEAR_OR_SESSION})"
_SEPARATOR = r"(?:[,،、\s]|(?<![^\W\d])[^\W\d]{1,3}(?![^\W\d]))"
_NUMBERS = re.compile(rf"(?<![A-Za-z\d/.-]){_NUMBER}(?:{_SEPARATOR}{{1,8}}{_NUMBER})*(?![A-Za-z\d/])")
"""Numbers of one or several resolutions: `90/12 and 90/13`, `1325 (2000)`, `217 A (III)`; words as short as “and” may
stand between them."""
_WORD_BEFORE = re.compile(r"(\w+)\s+\w+\s*$")
"""The word right before the word for resolutions."""
_OPENS_BRACKET = re.compile(r"[(（]\w+\s*$")
"""The word for resolutions, in a bracket of its own."""
_REACH = 80
"""Characters before and after a number that may name a resolution."""


@dataclass(frozen=True)
class CheckedDocument:
    """A document that the agenda announces, or that the agenda or an announced document cites.

    `items` are the agenda items that announce it; of one that is only cited, those under which the agenda cites it. `held` are the languages in which
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
    citing_items, fallback = _find_citing_items(agenda, meeting), languages[0]
    cited_documents = [
        check(symbol, tuple(citing_items.get(symbol, ())), (), tuple(labels), fallback=fallback)
        for symbol, labels in citing_labels.items()
    ]
    cited_documents += _find_cited_by_name(library, catalogue, documents)
    dates = tuple(day.isoformat() for day in meeting.dates)
    labels = {library.document(each.document_id).label for each in library.meetings()}
    listed = tuple(announced), tuple(cited_documents), tuple(sorted(labels - {agenda.label}))
    return AgendaCheck(agenda.label, agenda.language, meeting.title, dates, *listed)


def _find_citing_items(agenda: Document, meeting: Meeting) -> dict[Symbol, dict[str, None]]:
    """The numbers of the items under which an agenda cites documents by symbol or resolutions by number: in the title, the
    annotations and their footnotes."""
    cited = ((symbol, start) for symbol, starts in find_cited_resolutions(agenda).items() for start in starts)
    named = ((each.symbol, each.start) for each in expand_all(agenda.text))
    found = defaultdict[Symbol, dict[str, None]](dict)
    for symbol, start in sorted((*cited, *named), key=lambda each: each[1]):
        block = agenda.block_at(start)
        number = item_of(block, agenda)[1] if block else ""
        if meeting.item(number):
            found[symbol][number] = None
    return found


def find_cited_resolutions(document: Document) -> dict[Symbol, list[int]]:
    """The resolutions that a document cites by number alone, in the forms of its language, each with the positions in its
    text: those of a body that is named with the number or beside “its resolution”. Where none is named, or a bracket
    opens behind its name and it is not the body above, those of the document's own body, whose numbers have a year if
    the document's symbol has one."""
    language, text, content = document.language, document.text, Vocabulary.shipped().content
    own = document.symbol if document.symbol and document.symbol.body in act_frames("RES", language) else None
    words, found = act_words("RES", language), defaultdict[Symbol, list[int]](list)
    for each in _NUMBERS.finditer(text):
        before, after = text[max(0, each.start() - _REACH) : each.start()], text[each.end() : each.end() + _REACH]
        named_bodies, is_cited = _find_named_bodies(before, after, language)
        # In Chinese the word for resolutions is behind the number.
        is_apart = _OPENS_BRACKET.search(before) and (
            is_cited or not words.isdisjoint(analyse_words(after, language)[:1])
        )
        is_below = own and any(own.body.startswith(f"{body}/") for body in named_bodies)
        # A capitalised word before “resolution” names another body: “Conference resolution 7/1”.
        word = "".join(_WORD_BEFORE.findall(before))
        names_other_body = word[:1].isupper() and content(analyse_words(word, language), language)
        may_be_own = (is_apart and not is_below) or (is_cited and not named_bodies and not names_other_body)
        for number in re.findall(_NUMBER, each.group()):
            resolution = Symbol.try_parse(f"{own.body}/RES/{number}") if own and may_be_own else None
            is_own = own and resolution and bool(resolution.year) == bool(own.year)
            symbols = [resolution] if is_own else [Symbol.try_parse(f"{body}/RES/{number}") for body in named_bodies]
            for symbol in filter(None, symbols):
                found[symbol].append(each.start())
    return dict(found)


def _find_named_bodies(before: str, after: str, language: str) -> tuple[list[str], bool]:
    """The bodies that the words before and after a number name as those of a resolution, and whether the word before it
    says that it is one."""
    content, words = Vocabulary.shipped().content, act_words("RES", language)
    left_stems, right_stems = analyse_words(before, language), analyse_words(after, language)
    is_cited = not words.isdisjoint(left_stems[-1:])
    left_words, right_words = content(left_stems[:-1], language), content(right_stems, language)
    right_words = right_words if after.lstrip().startswith((",", "،")) else []
    framed, beside = list[str](), list[str]()
    for body, left, right, name in _body_frames(language):
        if left_stems[-len(left) :] == left and right_stems[: len(right)] == right:
            framed.append(body)
        follows = right_words[: len(name)] == name and words.isdisjoint(right_words[len(name) :][:1])
        if name and is_cited and (left_words[-len(name) :] == name or follows):
            beside.append(body)
    return framed or beside, is_cited


@cache
def _body_frames(language: str) -> list[tuple[str, list[str], list[str], list[str]]]:
    """The bodies whose resolutions are cited with their names, each with the stems before the number, behind it, and of its name."""
    content, words, found = Vocabulary.shipped().content, act_words("RES", language), []
    for body, frame in act_frames("RES", language).items():
        left, right = (analyse_words(part, language) for part in frame.split("{number}"))
        found.append((body, left, right, content([each for each in (*left, *right) if each not in words], language)))
    return found


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
