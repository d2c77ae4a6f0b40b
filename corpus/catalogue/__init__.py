"""The catalogue: which documents a body has issued, in the library or not, and how their texts are recognised."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from corpus.analysis import fold
from corpus.symbols import Symbol, same_document

_Made = TypeVar("_Made")


class CatalogueError(ValueError):
    """A catalogue file that can't be used; the message names the file and the entry. Permanent."""


@dataclass(frozen=True)
class RecognitionCriteria:
    """What a text must contain to be recognised without a printed symbol; an empty title means that of the entry."""

    title: str = ""
    body: str = ""
    date: dt.date | None = None
    meeting_dates: tuple[dt.date, ...] = ()


@dataclass(frozen=True)
class CatalogueEntry:
    """One existing document. `aliases` are other names in use."""

    title: str
    kind: str
    symbol: Symbol | None = None
    part: str | None = None
    short: str | None = None
    label: str | None = None
    meeting: str | None = None
    date: Annotated[str | None, BeforeValidator(lambda day: day and str(day))] = None
    url: str | None = None
    aliases: tuple[str, ...] = ()
    identify: RecognitionCriteria | None = None

    @property
    def key(self) -> str:
        """The `Document.key` of the document."""
        if self.symbol is None:
            return self.label or self.title
        return f"{self.symbol.text}, {self.part}" if self.part else self.symbol.text

    @property
    def names(self) -> tuple[str, ...]:
        """Title, short name, label and aliases."""
        return tuple(name for name in (self.title, self.short, self.label, *self.aliases) if name)


@dataclass(frozen=True)
class MeetingEntry:
    """One meeting of a body, which is identified by its code in symbols. `when` is as precise as is known; `dates` are set only where the
    days are known."""

    id: str
    dates: tuple[dt.date, ...] = ()
    when: str | None = None
    body: str = ""


class Catalogue:
    """The known documents and meetings."""

    def __init__(self, entries: Sequence[CatalogueEntry], meetings: Sequence[MeetingEntry]) -> None:
        self.entries = tuple(entries)
        self.meetings = tuple(meetings)
        self._keys = frozenset(each.key for each in self.entries)

    def contains(self, key: str) -> bool:
        """Whether there is an entry with a key (`Document.key`)."""
        return key in self._keys

    @classmethod
    def packaged(cls) -> Catalogue:
        """The catalogue that is packaged with Rapporteur."""
        return cls.from_folder(Path(__file__).parent)

    @classmethod
    def from_folder(cls, folder: Path) -> Catalogue:
        """A catalogue from a folder, in the format of the packaged one."""
        try:
            return cls.from_texts({name: (folder / name).read_text(encoding="utf-8") for name in _FILES})
        except OSError as error:
            raise CatalogueError(f"{error.filename}: {error.strerror}. A catalogue has {', '.join(_FILES)}.") from None

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> Catalogue:
        """A catalogue from the YAML texts of its files, by file name."""
        data = {name: _yaml(name, text) for name, text in texts.items()}
        return cls(_read_entries(data, "documents", CatalogueEntry), _read_entries(data, "meetings", MeetingEntry))

    def by_symbol(self, symbol: Symbol) -> list[CatalogueEntry]:
        """All entries with a symbol (two treaties share A/RES/55/25)."""
        return [entry for entry in self.entries if entry.symbol and same_document(entry.symbol, symbol)]

    def recognise(self, headings: Iterable[str], masthead: str, dates: Iterable[dt.date]) -> CatalogueEntry | None:
        """The entry whose title, body and dates occur in a text; None where no entry or more than one matches.
        `headings` are the first headings of the text, `masthead` its first lines, `dates` the dates in them."""
        titles = {normalise_title(heading) for heading in headings}
        top, days = normalise_title(masthead), set(dates)

        def matches(entry: CatalogueEntry, needs: RecognitionCriteria) -> bool:
            is_titled = normalise_title(needs.title or entry.title) in titles and normalise_title(needs.body) in top
            return is_titled and days.issuperset([*filter(None, [needs.date]), *needs.meeting_dates])

        matching = [entry for entry in self.entries if entry.identify and matches(entry, entry.identify)]
        return matching[0] if len(matching) == 1 else None


_FILES = ("documents.yaml", "meetings.yaml")


def normalise_title(text: str) -> str:
    """A text as lower-case words of letters and digits without accents, so that different layouts compare equal."""
    return re.sub(r"[\W_]+", " ", fold(text)).strip()


def _yaml(name: str, text: str) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data = yaml.load(text, Loader=loader)  # noqa: S506  (a safe loader, in C where it is built)
    except yaml.YAMLError as error:
        raise CatalogueError(f"{name} is not valid YAML: {error}") from None
    if not isinstance(data, dict):
        raise CatalogueError(f"{name} holds no mapping.")
    return data


_IGNORED_FIELDS = {
    "documents": {"body", "items", "original_language", "certain", "note"},
    "meetings": {"session", "place", "certain", "note"},
}
"""Fields for readers of the file, which the program ignores."""


def _read_entries(data: Mapping[str, Any], kind: str, of: type[_Made]) -> list[_Made]:
    """The entries of one catalogue file. Raises `CatalogueError` that names the entry."""
    entries: Any = data[f"{kind}.yaml"].get(kind) or []
    if not isinstance(entries, list) or not all(isinstance(raw, dict) for raw in entries):
        raise CatalogueError(f"{kind}.yaml: '{kind}' must be a list of entries.")
    known_fields = [{name: raw[name] for name in raw if name not in _IGNORED_FIELDS[kind]} for raw in entries]
    try:
        return TypeAdapter(list[of], config=ConfigDict(extra="forbid")).validate_python(known_fields)  # type: ignore[valid-type]
    except ValidationError as error:
        faults = error.errors(include_url=False)
        number, message = faults[0]["loc"][0], faults[0]["msg"]
        same = [each["loc"][1:] for each in faults if (each["loc"][0], each["msg"]) == (number, message)]
        places = ", ".join(".".join(map(str, each)) for each in same)
        entry = known_fields[int(number)].get("title", f"entry {int(number) + 1}")
        message = message.removeprefix("Value error, ")
        raise CatalogueError(f"{kind}.yaml, {entry!r}, {places}: {message}") from None
