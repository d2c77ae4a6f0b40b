"""What themes are: clusters of passages with a name, a sourced summary, their documents over the years, and gaps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from assistant.qa.answer import Citation, Statement
from assistant.reports import ReportError
from assistant.reports.lookup import find_similar_names
from assistant.reports.quoted_tables import as_json


@dataclass(frozen=True)
class ThemePassage:
    """A passage of a theme and where it is: `text[start:end]` of the document, at a locator that names it."""

    id: str
    document: str
    locator: str
    start: int
    end: int


@dataclass(frozen=True)
class ThemeDocument:
    """A document with passages of a theme; `year` is that of its date, None where it has none or is a digest."""

    document: str
    label: str
    title: str
    year: int | None
    passages: int
    url: str | None = None


@dataclass(frozen=True)
class Theme:
    """One theme. `terms` are what it is named by, the most telling first; `x` and `y` (-1..1) its place on the map.

    `summary` quotes what is nearest to its middle, `repeats` says for each quote where else it is said; `gaps` are sentences
    about documents that are not held.
    """

    number: int
    name: str
    terms: tuple[str, ...]
    passages: tuple[ThemePassage, ...]
    documents: tuple[ThemeDocument, ...]
    summary: tuple[Statement, ...]
    gaps: tuple[str, ...]
    x: float
    y: float
    repeats: tuple[tuple[Citation, ...], ...] = ()

    @property
    def years(self) -> dict[int | None, int]:
        """Documents by year, the undated last."""
        found = Counter(document.year for document in self.documents)
        return dict(sorted(found.items(), key=lambda pair: (pair[0] is None, pair[0] or 0)))


@dataclass(frozen=True)
class Themes:
    """All themes of a library, the largest first: each document is in one of them, or `apart` where it tells how a meeting
    goes, as agendas and records do, or `loose` where it is no nearer to those of one theme than to others, or speaks of none. `gaps` are sentences
    about documents that are not held and whose titles name no theme."""

    language: str
    themes: tuple[Theme, ...]
    state: str
    apart: tuple[ThemeDocument, ...] = ()
    loose: tuple[ThemeDocument, ...] = ()
    gaps: tuple[str, ...] = ()

    @property
    def years(self) -> list[int | None]:
        """All years of the documents, the undated last."""
        found = {year for theme in self.themes for year in theme.years}
        return sorted(found, key=lambda year: (year is None, year or 0))

    def only(self, name: str) -> Themes:
        """The theme of a name or number alone. Raises `ReportError`, which says what is near, where there is none."""
        wanted = " ".join(name.split()).casefold()
        for theme in self.themes:
            if wanted in (theme.name.casefold(), str(theme.number)):
                return replace(self, themes=(theme,), apart=(), loose=(), gaps=())
        known = {theme.name.casefold(): theme.name for theme in self.themes}
        words = set(wanted.split())
        found = sorted(
            find_similar_names(name, known, 3, 0.0), key=lambda each: -len(words & set(each.casefold().split()))
        )
        raise ReportError("no-theme", name=name, near="; ".join(found))

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form that `themes --json` prints."""
        return {
            "language": self.language,
            "state": self.state,
            "years": self.years,
            "themes": [
                {
                    "number": theme.number,
                    "name": theme.name,
                    "terms": list(theme.terms),
                    "x": theme.x,
                    "y": theme.y,
                    "years": [{"year": year, "documents": count} for year, count in theme.years.items()],
                    "summary": [
                        {**as_json(each), "repeated_in": [cite.locator for cite in repeats]}
                        for each, repeats in zip(theme.summary, theme.repeats, strict=True)
                    ],
                    "documents": as_json(theme.documents),
                    "passages": as_json(theme.passages),
                    "gaps": list(theme.gaps),
                }
                for theme in self.themes
            ],
            "apart": as_json(self.apart),
            "loose": as_json(self.loose),
            "gaps": list(self.gaps),
        }
