"""Before the meeting: what the agenda announces and cites against what is held, and the commands that mend it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES, Document
from corpus.library import Library
from corpus.meetings import Meeting
from corpus.symbols import Symbol, same_document
from ingest.fetch.wanted import cited_by

_ORGANS = {
    "A": ("general assembly", "assembly", "assemblée générale", "asamblea general", "генеральной ассамблеи"),
    "E": ("economic and social council", "conseil économique et social", "consejo económico y social",
          "экономического и социального совета"),
}  # fmt: skip
"""The bodies whose resolutions are cited by number, by the code in their symbols."""
_NUMBER = re.compile(r"\d{1,4}/\d{1,3}(?: [A-Z](?!\w))?")
_NAMES = "|".join(re.escape(name) for names in _ORGANS.values() for name in names)
_LIST = r"(?P<numbers>\d{1,4}/\d{1,3}(?: [A-Z](?!\w))?(?:(?:,| and| et| y| и|\s)+\d{1,4}/\d{1,3}(?: [A-Z](?!\w))?)*)"
_RESOLUTION = re.compile(
    rf"(?:(?P<body>{_NAMES})\s+)?(?:resolutions?|résolutions?|resoluci(?:ón|ones)|резолюци\w+)\s+{_LIST}(?![\w/])",
    re.IGNORECASE,
)
State = Literal["held", "superseded", "digest", "missing"]


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
    """The documents of one agenda: those announced in the order of the items, then those cited."""

    agenda: str
    title: str
    dates: tuple[str, ...]
    announced: tuple[Checked, ...]
    cited: tuple[Checked, ...]

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
    announced = [_checked(library, catalogue, symbol, tuple(numbers), languages) for symbol, numbers in items.items()]
    papers = [
        library.document(version.id)
        for symbol in items
        for version in library.versions().current(symbol)
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
    return AgendaCheck(agenda.label, meeting.title, dates, tuple(announced), tuple(told))


def resolutions_in(document: Document) -> list[Symbol]:
    """The resolutions that a document cites by number alone: those of its own body, and those of a body that is named with them."""
    own = document.symbol.body if document.symbol else ""
    found: dict[str, None] = {}
    for each in _RESOLUTION.finditer(document.text):
        organ = next((code for code, names in _ORGANS.items() if each["body"] and each["body"].casefold() in names), "")
        organ = organ or (own if own in _ORGANS and not each["body"] else "")
        if organ:
            found |= {f"{organ}/RES/{number}": None for number in _NUMBER.findall(each["numbers"])}
    return [Symbol.parse(text) for text in found]


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
) -> Checked:
    versions = library.versions()
    current = versions.current(symbol)
    own = [each for each in versions.held if same_document(each.symbol, symbol)]
    official = [each for each in own if each.header.edition != "digest"]
    newer = [each for each in current if not same_document(each.symbol, symbol) and each.header.edition != "digest"]
    spoken = {each.header.language for each in (newer or official)}
    held = tuple(each for each in LANGUAGES if each in spoken)
    missing = tuple(each for each in languages if each not in held)
    state: State = "superseded" if newer else "held" if official else "digest" if own else "missing"
    later = newer[0].symbol.text if newer else ""
    entries = catalogue.by_symbol(symbol)
    title = (official or own)[0].header.title if own else entries[0].title if entries else ""
    wanted = missing or (("en",) if state in ("missing", "digest") else ())
    command = " ".join(["rapporteur fetch", later or symbol.text, *(f"--language {each}" for each in wanted)])
    return Checked(symbol.text, title, items, state, held, missing, later, cited_in, command if wanted else "")
