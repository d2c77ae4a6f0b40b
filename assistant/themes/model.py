"""What themes are: clusters of passages with a name, a sourced summary, their documents over the years, and gaps."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from assistant.qa.answer import Statement, statement_json


class ThemesError(ValueError):
    """Themes that can't be made; the message says why and what to do."""


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

    `summary` quotes the words nearest to its middle; `gaps` are sentences about what is not held or not said,
    `missing_years` the known years of which no document of the theme is held.
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
    missing_years: tuple[int, ...] = ()

    @property
    def years(self) -> dict[int | None, int]:
        """Passages by year, the undated last."""
        found: dict[int | None, int] = {}
        for document in self.documents:
            found[document.year] = found.get(document.year, 0) + document.passages
        return dict(sorted(found.items(), key=lambda pair: (pair[0] is None, pair[0] or 0)))


@dataclass(frozen=True)
class Themes:
    """All themes of a library, the largest first: each passage of the documents used is in exactly one. `known` are the
    years of meetings and documents that catalogue and library know."""

    language: str
    themes: tuple[Theme, ...]
    state: str
    known: tuple[int, ...] = ()

    @property
    def years(self) -> list[int | None]:
        """All years of the documents and all known ones, the undated last."""
        found = {*self.known, *(year for theme in self.themes for year in theme.years)}
        return sorted(found, key=lambda year: (year is None, year or 0))

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
                    "years": [{"year": year, "passages": count} for year, count in theme.years.items()],
                    "summary": [statement_json(each) for each in theme.summary],
                    "documents": [asdict(document) for document in theme.documents],
                    "passages": [asdict(passage) for passage in theme.passages],
                    "gaps": list(theme.gaps),
                    "missing_years": list(theme.missing_years),
                }
                for theme in self.themes
            ],
        }
