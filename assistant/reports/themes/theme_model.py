"""The values of themes: clusters of passages with a name, a summary with sources, documents over the years, gaps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from assistant.qa.answer import Citation, Statement
from assistant.reports import ReportError
from assistant.reports.lookup import find_similar_names
from assistant.reports.quoted_tables import as_json

MIN_DOCUMENTS = 3
"""Fewest documents of a theme, unless the number of themes is given."""


@dataclass(frozen=True)
class ThemePassage:
    """A passage of a theme and its place: `text[start:end]` of the document, with a locator."""

    id: str
    document: str
    locator: str
    start: int
    end: int


@dataclass(frozen=True)
class ThemeDocument:
    """A document with passages of a theme; `year` is that of its date, None for a digest or without a date."""

    document: str
    label: str
    title: str
    year: int | None
    passages: int
    url: str | None = None


@dataclass(frozen=True)
class Repeats:
    """Other places that say what a quote says, in the same words or in nearly the same, the latest first."""

    equal: tuple[Citation, ...]
    near: tuple[Citation, ...]


@dataclass(frozen=True)
class Theme:
    """One theme. `terms` are the phrases of its name, the most distinctive first; `x` and `y` (-1..1) its position on
    the map.

    `summary` quotes the closest sentences, `repeats` are the other places of each; `gaps` are sentences about
    documents that the library lacks.
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
    repeats: tuple[Repeats, ...] = ()

    @property
    def years(self) -> dict[int | None, int]:
        """The number of documents by year, the undated last."""
        found = Counter(document.year for document in self.documents)
        return dict(sorted(found.items(), key=lambda pair: (pair[0] is None, pair[0] or 0)))


@dataclass(frozen=True)
class Themes:
    """All themes of a library, the largest first.

    Each document is in one of them, or in `apart` if it is about the conduct of a meeting (agendas and records), or
    in `loose` if it is no closer to one theme than to others, or is about none. `gaps` are sentences about documents
    that the library lacks and whose titles name no theme.
    """

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
        """Only the theme with this name or number, or the only one with all these words in its name. Raises
        `ReportError` with similar names where there is none."""
        query = " ".join(name.split()).casefold()
        words = set(query.split())
        named = [theme for theme in self.themes if query in (theme.name.casefold(), str(theme.number))]
        with_words = [theme for theme in self.themes if words and words.issubset(theme.name.casefold().split())]
        for theme in named or (with_words if len(with_words) == 1 else ()):
            return replace(self, themes=(theme,), apart=(), loose=(), gaps=())
        known = {theme.name.casefold(): theme.name for theme in self.themes}
        similar = sorted(
            find_similar_names(name, known, 3, 0.0), key=lambda each: -len(words & set(each.casefold().split()))
        )
        if not self.themes:
            raise ReportError("no-themes", name=name, least=MIN_DOCUMENTS)
        raise ReportError("no-theme", name=name, near="; ".join(similar))

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
                        as_json(each)
                        | {
                            "repeated_in": [cite.locator for cite in repeats.equal],
                            "near_in": [cite.locator for cite in repeats.near],
                        }
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
