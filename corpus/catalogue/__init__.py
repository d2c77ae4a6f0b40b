"""The catalogue: which documents the body has issued, whether held or not, and how a text is recognised as one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import yaml

from corpus.analysis import fold
from corpus.symbols import Symbol, SymbolError, same_document

_Made = TypeVar("_Made")


class CatalogueError(ValueError):
    """A catalogue file that can't be used; the message names the file and the entry. Permanent."""


@dataclass(frozen=True)
class Entry:
    """One document that exists, as the catalogue knows it.

    `identify` holds what a text must show to be recognised without a printed symbol: `title`, and where given `body`,
    `date` and `meeting_dates`. `aliases` are the names that people use.
    """

    title: str
    symbol: Symbol | None
    kind: str
    part: str | None = None
    short: str | None = None
    label: str | None = None
    meeting: str | None = None
    date: str | None = None
    url: str | None = None
    aliases: tuple[str, ...] = ()
    identify: Mapping[str, Any] = field(default_factory=dict)

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
    dates: tuple[dt.date, ...]
    when: str | None
    body: str = ""


class Catalogue:
    """The documents and meetings that are known to exist."""

    def __init__(self, entries: Sequence[Entry], meetings: Sequence[MeetingEntry]) -> None:
        self.entries = tuple(entries)
        self.meetings = tuple(meetings)
        self._keys = frozenset(each.key for each in self.entries)

    def knows(self, key: str) -> bool:
        """Whether a text is one of its documents, by `Document.key`."""
        return key in self._keys

    @classmethod
    def shipped(cls) -> Catalogue:
        """The catalogue that comes with Rapporteur."""
        folder = files("corpus") / "catalogue"
        return cls.load({name: (folder / name).read_text(encoding="utf-8") for name in _FILES})

    @classmethod
    def from_folder(cls, folder: Path) -> Catalogue:
        """A catalogue of one's own, in the format of the shipped one."""
        try:
            return cls.load({name: (folder / name).read_text(encoding="utf-8") for name in _FILES})
        except OSError as error:
            raise CatalogueError(f"{error.filename}: {error.strerror}. A catalogue has {', '.join(_FILES)}.") from None

    @classmethod
    def load(cls, texts: Mapping[str, str]) -> Catalogue:
        """From the YAML texts of its files, by name."""
        data = {name: _yaml(name, text) for name, text in texts.items()}
        return cls(_each(data, "documents", _entry), _each(data, "meetings", _meeting))

    def by_symbol(self, symbol: Symbol) -> list[Entry]:
        """All entries that bear a symbol (two treaties share A/RES/55/25)."""
        return [entry for entry in self.entries if entry.symbol and same_document(entry.symbol, symbol)]

    def recognise(self, headings: Iterable[str], masthead: str, dates: Iterable[dt.date]) -> Entry | None:
        """The entry whose title, body and dates a text shows; None when none or more than one fits.

        `headings` are the first headings of the text, `masthead` its first lines, `dates` the dates in them.
        """
        titles = {squeeze(heading) for heading in headings}
        top, days = squeeze(masthead), set(dates)
        fitting = []
        for entry in self.entries:
            needs = entry.identify
            if not needs or squeeze(str(needs.get("title", entry.title))) not in titles:
                continue
            if "body" in needs and squeeze(str(needs["body"])) not in top:
                continue
            wanted = [needs["date"]] if "date" in needs else []
            wanted += needs.get("meeting_dates", [])
            if all(_as_date(day) in days for day in wanted):
                fitting.append(entry)
        return fitting[0] if len(fitting) == 1 else None


_FILES = ("documents.yaml", "meetings.yaml")


def squeeze(text: str) -> str:
    """Letters and digits only, case and accents folded: equal for the same words in any layout."""
    return re.sub(r"[\W_]+", " ", fold(text)).strip()


def _as_date(value: object) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))


def _yaml(name: str, text: str) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data = yaml.load(text, Loader=loader)  # noqa: S506  (a safe loader, in C where it is built)
    except yaml.YAMLError as error:
        raise CatalogueError(f"{name} is not valid YAML: {error}") from None
    if not isinstance(data, dict):
        raise CatalogueError(f"{name} holds no mapping.")
    return data


def _each(data: Mapping[str, Any], kind: str, make: Callable[[Mapping[str, Any]], _Made]) -> list[_Made]:
    """The entries of one catalogue file, each made by `make`; what does not fit is a named error."""
    entries = data[f"{kind}.yaml"].get(kind) or []
    if not isinstance(entries, list) or not all(isinstance(raw, dict) for raw in entries):
        raise CatalogueError(f"{kind}.yaml: '{kind}' must be a list of entries.")
    made = []
    for number, raw in enumerate(entries, 1):
        try:
            made.append(make(raw))
        except KeyError as error:
            raise CatalogueError(f"{kind}.yaml, entry {number}: {error} is missing.") from None
        except (TypeError, ValueError, AttributeError) as error:
            if isinstance(error, CatalogueError):
                raise
            raise CatalogueError(f"{kind}.yaml, entry {number}: {error}") from None
    return made


def _entry(raw: Mapping[str, Any]) -> Entry:
    # `body`, `items`, `original_language`, `certain` and `note` are for those who read the file.
    known = {"title", "symbol", "kind", "part", "short", "label", "body", "meeting", "items", "date",
             "original_language", "url", "note", "aliases", "certain", "identify"}  # fmt: skip
    if unknown := set(raw) - known:
        raise CatalogueError(f"documents.yaml, {raw.get('title')!r}: unknown fields {', '.join(sorted(unknown))}.")
    try:
        symbol = Symbol.parse(raw["symbol"]) if raw.get("symbol") else None
        return Entry(
            title=raw["title"],
            symbol=symbol,
            kind=raw["kind"],
            aliases=tuple(raw.get("aliases") or ()),
            date=str(raw["date"]) if raw.get("date") else None,
            identify=_needs(raw.get("identify") or {}),
            **{name: raw.get(name) for name in ("part", "short", "label", "meeting", "url")},
        )
    except SymbolError as error:
        raise CatalogueError(f"documents.yaml, {raw.get('title')!r}: {error}") from None


def _needs(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What a text must show, its dates read."""
    needs = dict(raw)
    if "date" in needs:
        needs["date"] = _as_date(needs["date"])
    if "meeting_dates" in needs:
        needs["meeting_dates"] = [_as_date(day) for day in needs["meeting_dates"]]
    return needs


def _meeting(raw: Mapping[str, Any]) -> MeetingEntry:
    return MeetingEntry(
        raw["id"], tuple(_as_date(day) for day in raw.get("dates") or ()), raw.get("when"), raw.get("body") or ""
    )
