"""The catalogue: which documents the body has issued, whether held or not, and how a text is recognised as one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
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
    """What a text must show to be recognised without a printed symbol; the title is that of the entry unless it is another."""

    title: str = ""
    body: str = ""
    date: dt.date | None = None
    meeting_dates: tuple[dt.date, ...] = ()


@dataclass(frozen=True)
class CatalogueEntry:
    """One document that exists, as the catalogue knows it. `aliases` are the names that people use."""

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
        """As `Document.key`: what a document must be a text of to be this one."""
        if self.symbol is None:
            return self.label or self.title
        return f"{self.symbol.text}, {self.part}" if self.part else self.symbol.text

    @property
    def names(self) -> tuple[str, ...]:
        """Title, short name, label and aliases."""
        return tuple(name for name in (self.title, self.short, self.label, *self.aliases) if name)


@dataclass(frozen=True)
class MeetingEntry:
    """One meeting of a body, which is known by its code in symbols. `when` is as exact as is known; `dates` only where the days are known."""

    id: str
    dates: tuple[dt.date, ...] = ()
    when: str | None = None
    body: str = ""


class Catalogue:
    """The documents and meetings that are known to exist."""

    def __init__(self, entries: Sequence[CatalogueEntry], meetings: Sequence[MeetingEntry]) -> None:
        self.entries = tuple(entries)
        self.meetings = tuple(meetings)
        self._keys = frozenset(each.key for each in self.entries)

    def contains(self, key: str) -> bool:
        """Whether a text is one of its documents, by `Document.key`."""
        return key in self._keys

    @classmethod
    def packaged(cls) -> Catalogue:
        """The catalogue that comes with Rapporteur."""
        folder = files("corpus") / "catalogue"
        return cls.from_texts({name: (folder / name).read_text(encoding="utf-8") for name in _FILES})

    @classmethod
    def from_folder(cls, folder: Path) -> Catalogue:
        """A catalogue of one's own, in the format of the shipped one."""
        try:
            return cls.from_texts({name: (folder / name).read_text(encoding="utf-8") for name in _FILES})
        except OSError as error:
            raise CatalogueError(f"{error.filename}: {error.strerror}. A catalogue has {', '.join(_FILES)}.") from None

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> Catalogue:
        """From the YAML texts of its files, by name."""
        data = {name: _yaml(name, text) for name, text in texts.items()}
        return cls(_each(data, "documents", CatalogueEntry), _each(data, "meetings", MeetingEntry))

    def by_symbol(self, symbol: Symbol) -> list[CatalogueEntry]:
        """All entries that bear a symbol (two treaties share A/RES/55/25)."""
        return [entry for entry in self.entries if entry.symbol and same_document(entry.symbol, symbol)]

    def recognise(self, headings: Iterable[str], masthead: str, dates: Iterable[dt.date]) -> CatalogueEntry | None:
        """The entry whose title, body and dates a text shows; None when none or more than one fits.

        `headings` are the first headings of the text, `masthead` its first lines, `dates` the dates in them.
        """
        titles = {normalise_title(heading) for heading in headings}
        top, days = normalise_title(masthead), set(dates)
        fitting = []
        for entry in self.entries:
            needs = entry.identify
            if (
                needs is None
                or normalise_title(needs.title or entry.title) not in titles
                or normalise_title(needs.body) not in top
            ):
                continue
            if days.issuperset([*filter(None, [needs.date]), *needs.meeting_dates]):
                fitting.append(entry)
        return fitting[0] if len(fitting) == 1 else None


_FILES = ("documents.yaml", "meetings.yaml")


def normalise_title(text: str) -> str:
    """Letters and digits only, case and accents folded: equal for the same words in any layout."""
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


_PASSED_OVER = {
    "documents": {"body", "items", "original_language", "certain", "note"},
    "meetings": {"session", "place", "certain", "note"},
}
"""Fields that are for those who read the file."""


def _each(data: Mapping[str, Any], kind: str, of: type[_Made]) -> list[_Made]:
    """The entries of one catalogue file; what does not fit is a named error."""
    entries: Any = data[f"{kind}.yaml"].get(kind) or []
    if not isinstance(entries, list) or not all(isinstance(raw, dict) for raw in entries):
        raise CatalogueError(f"{kind}.yaml: '{kind}' must be a list of entries.")
    kept = [{name: raw[name] for name in raw if name not in _PASSED_OVER[kind]} for raw in entries]
    try:
        return TypeAdapter(list[of], config=ConfigDict(extra="forbid")).validate_python(kept)  # type: ignore[valid-type]
    except ValidationError as error:
        faults = error.errors(include_url=False)
        number, said = faults[0]["loc"][0], faults[0]["msg"].removeprefix("Value error, ")
        same = [
            ".".join(map(str, each["loc"][1:]))
            for each in faults
            if (each["loc"][0], each["msg"]) == (number, faults[0]["msg"])
        ]
        entry = kept[int(number)].get("title", f"entry {int(number) + 1}")
        raise CatalogueError(f"{kind}.yaml, {entry!r}, {', '.join(same)}: {said}") from None
