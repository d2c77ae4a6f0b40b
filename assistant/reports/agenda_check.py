"""Before the meeting: what the agenda announces and cites against what is held, and the commands that mend it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assistant.answer_phrases import act_frames, act_words
from assistant.reports.lookup import State, held_as, printed_title
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
"""The numbers of one or several resolutions: `90/12 and 90/13`, `1325 (2000)`; words as short as “and” may stand between them."""
_REACH = 80
"""Characters before and behind a number that may name a resolution."""


@dataclass(frozen=True)
class Checked:
    """One document that the agenda announces, or that the agenda or an announced document cites.

    `items` are the agenda items that announce it, empty for one that is only cited. `held` are the languages of the
    official text that is held, `missing` those wanted that are not; `later` is the symbol of a later revision that is
    held. `command` is what mends it, empty where nothing is to be done.
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
    """The documents of one agenda: those announced in the order of the items, then those cited. `others` are the agendas of other
    meetings that are held."""

    agenda: str
    title: str
    dates: tuple[str, ...]
    announced: tuple[Checked, ...]
    cited: tuple[Checked, ...]
    others: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is to be done."""
        return not any(each.command or each.state == "missing" for each in (*self.announced, *self.cited))

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form that `agenda check --json` prints."""
        return {**asdict(self), "complete": self.complete}


def check_agenda(
    library: Library, catalogue: Catalogue, meeting: Meeting, languages: Sequence[str] = ("en",)
) -> AgendaCheck:
    """Checks one agenda. `languages` are those in which the announced documents are wanted."""
    agenda = library.document(meeting.document_id)
    items: dict[Symbol, list[str]] = {}
    for item in meeting.items:
        for text, _ in item.documentation:
            items.setdefault(Symbol.parse(text), []).append(item.number)
    titles = {Symbol.parse(text): printed_title(agenda, n) for item in meeting.items for text, n in item.documentation}
    announced = [
        _checked(library, catalogue, symbol, tuple(numbers), languages, title=titles[symbol])
        for symbol, numbers in items.items()
    ]
    papers = [
        library.document(version.id)
        for symbol in items
        for version in library.versions().current_versions(symbol)
        if version.header.language == "en" or version.header.language in languages
    ]
    cited: dict[Symbol, list[str]] = {}
    for document in (agenda, *papers):
        for symbol in dict.fromkeys((*cited_by([document]), *resolutions_in(document))):
            if not any(same_document(symbol, each) for each in items):
                cited.setdefault(symbol, []).append(document.label)
    told = [
        _checked(library, catalogue, symbol, (), (), tuple(dict.fromkeys(places))) for symbol, places in cited.items()
    ]
    told += _by_name(library, catalogue, (agenda, *papers))
    dates = tuple(day.isoformat() for day in meeting.dates)
    labels = (library.document(each.document_id).label for each in library.meetings())
    others = tuple(sorted({label for label in labels if label != agenda.label}))
    return AgendaCheck(agenda.label, meeting.title, dates, tuple(announced), tuple(told), others)


def resolutions_in(document: Document) -> list[Symbol]:
    """The resolutions that a document cites by number alone, as references name them in its language: those of a body that is named
    with them, or beside “its resolution”; and where none is, those of its own body."""
    language, text, content = document.language, document.text, Vocabulary.shipped().content

    def stems(*parts: str) -> tuple[list[str], ...]:
        return tuple(analyse(part, language) for part in parts)

    frames = {body: stems(*frame.split("{number}")) for body, frame in act_frames("RES", language).items()}
    acts = act_words("RES", language)
    bodies = {
        body: content([word for side in frame for word in side if word not in acts], language)
        for body, frame in frames.items()
    }
    own = document.symbol.body if document.symbol else ""
    found: dict[str, None] = {}
    for each in _NUMBERS.finditer(text):
        words = text[max(0, each.start() - _REACH) : each.start()]
        before, after = stems(words, text[each.end() : each.end() + _REACH])
        named = [body for body, (left, right) in frames.items()
                 if before[-len(left) :] == left and after[: len(right)] == right]  # fmt: skip
        cited = before[-1:] and before[-1] in acts
        if not named and cited:
            left, right = content(before[:-1], language), content(after, language)
            comma = text[each.end() :].lstrip()[:1] in (",", "،")
            named = [
                body
                for body, name in bodies.items()
                if (name and name == left[-len(name) :])
                or (name and comma and name == right[: len(name)] and acts.isdisjoint(right[len(name) :][:1]))
            ]
        if not named and own in frames and cited:
            # In front of the word for a resolution stands nothing with a capital: no other body, as in “Conference resolution 7/1”.
            body = "".join(words.split()[-2:-1])
            other = body[:1].isupper() and content(analyse(body, language), language)
            named = [] if other else [own]
        numbers = re.findall(_NUMBER, each.group())
        found |= {f"{body}/RES/{number.replace(' (', '(')}": None for body in named for number in numbers}
    return [Symbol.parse(symbol) for symbol in found]


def _by_name(library: Library, catalogue: Catalogue, documents: Sequence[Document]) -> list[Checked]:
    """The resolutions without a symbol, of conferences, that documents cite by a name that the catalogue has."""
    found = []
    for entry in catalogue.entries:
        if entry.symbol is not None or entry.kind not in ("resolution", "decision"):
            continue
        names = [re.escape(name) for name in (entry.label, entry.short, *entry.aliases) if name]
        if not names:
            continue
        named = re.compile(rf"(?<![\w/])(?:{'|'.join(names)})(?![\w/])", re.IGNORECASE)
        places = tuple(each.label for each in documents if named.search(" ".join(each.text.split())))
        if places:
            held = [each for each in library.headers() if each.title.casefold() == entry.title.casefold()]
            state: State = "held" if held else "missing"
            spoken = tuple(each for each in LANGUAGES if each in {header.language for header in held})
            found.append(Checked(entry.key, entry.title, (), state, spoken, (), "", tuple(dict.fromkeys(places))))
    return found


def _checked(
    library: Library,
    catalogue: Catalogue,
    symbol: Symbol,
    items: tuple[str, ...],
    languages: Sequence[str],
    cited_in: tuple[str, ...] = (),
    title: str = "",
) -> Checked:
    paper = held_as(library, catalogue, symbol, title)
    held = paper.held if paper.state in ("held", "superseded") else ()
    missing = tuple(each for each in languages if each not in held)
    wanted = missing or (("en",) if not held else ())
    asked = ["rapporteur", "fetch", paper.superseded or symbol.text]
    command = shlex.join([*asked, *(word for each in wanted for word in ("--language", each))]) if wanted else ""
    return Checked(symbol.text, paper.title, items, paper.state, held, missing, paper.superseded, cited_in, command)
