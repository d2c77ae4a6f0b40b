"""Themes as a publication: the compendium."""

from __future__ import annotations

from assistant.frames import say
from assistant.publish import Address, Publication, References
from assistant.publish.model import Block, Content, Figure, Heading, Listing, Paragraph, Span, Table, plain
from assistant.themes.model import Theme, ThemePassage, Themes
from assistant.themes.plots import map_of, years_of
from corpus.library import Library

PLACES = 12
"""Most places of one document that the compendium lists."""


def publication_of(themes: Themes, library: Library, address: Address | None = None) -> Publication:
    """The compendium: a table of the themes, map and plot, and each theme with summary, documents and gaps. With an
    `address` every passage of a theme is a link to its words."""
    language = themes.language
    references = References(library, language, address)
    blocks: list[Block] = [
        Heading(1, say("themes_contents", language), "themes"),
        _contents(themes),
        Figure(map_of(themes), say("themes_contents", language)),
        Figure(years_of(themes), say("theme_documents", language), _by_year(themes)),
    ]
    number = 0
    for theme in themes.themes:
        blocks.append(Heading(1, f"{theme.number}. {theme.name}", f"theme-{theme.number}"))
        for statement in theme.summary:
            number += 1
            blocks.append(Paragraph(references.paragraph(statement), number))
        blocks.append(Heading(2, say("theme_documents", language), f"theme-{theme.number}-documents"))
        blocks.append(_documents(theme, language, library, address))
        if theme.gaps:
            blocks.append(Heading(2, say("theme_gaps", language), f"theme-{theme.number}-gaps"))
            blocks.append(Listing(tuple(plain(gap) for gap in theme.gaps)))
    return Publication(language, say("themes_title", language), tuple(blocks), notice=say("unofficial", language))


def _contents(themes: Themes) -> Table:
    language = themes.language
    header = ("", say("column_theme", language), say("column_passages", language), say("column_years", language))
    return Table(
        header,
        tuple(
            (plain(str(theme.number)), plain(theme.name), plain(str(len(theme.passages))), plain(_span(theme)))
            for theme in themes.themes
        ),
    )


def _by_year(themes: Themes) -> Table:
    language = themes.language
    years = themes.years
    header = (say("column_theme", language), *(say("no_year", language) if y is None else str(y) for y in years))
    return Table(
        header,
        tuple(
            (plain(f"{theme.number}. {theme.name}"), *(plain(str(theme.years.get(year, "") or "")) for year in years))
            for theme in themes.themes
        ),
    )


def _documents(theme: Theme, language: str, library: Library, address: Address | None) -> Table:
    header = tuple(say(f"column_{name}", language) for name in ("years", "symbol", "passages_there"))
    rows: list[tuple[Content, ...]] = []
    for document in theme.documents:
        held = library.document(document.document)
        there: dict[str, ThemePassage] = {}
        for n, each in enumerate((each for each in theme.passages if each.document == held.id), 1):
            place = each.locator.removeprefix(held.label).removeprefix(", ")
            # Where places are links, a place that several passages share, or that has no name, is told apart.
            key = place if address is None or (place and place not in there) else f"{place} [{n}]".strip()
            if key:
                there.setdefault(key, each)
        told: Content
        if address is None:
            places = list(there)
            told = plain("; ".join(places[:PLACES]) + (" …" if len(places) > PLACES else ""))
        else:
            told = tuple(
                span
                for place, each in there.items()
                for span in (Span(place, url=address(held, each.start, each.end)), Span("; "))
            )[:-1]
        year = say("no_year", language) if document.year is None else str(document.year)
        rows.append((plain(year), (Span(document.label, url=document.url),), told))
    return Table(header, tuple(rows))


def _span(theme: Theme) -> str:
    years = [year for year in theme.years if year is not None]
    return "" if not years else str(years[0]) if years[0] == years[-1] else f"{years[0]}–{years[-1]}"
