"""Themes as a publication: the compendium."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.export import Address, Publication, References
from assistant.export.publication import Block, Content, Figure, Heading, Listing, Paragraph, Span, Table, plain
from assistant.export.theme_plots import map_of, years_of
from assistant.frames import joined, say
from assistant.qa.answer import Citation
from assistant.reports.themes.theme_model import Theme, ThemeDocument, Themes
from corpus.library import Library

REPEATED = 4
"""Most places that are named where a sentence is repeated."""


def publication_of(themes: Themes, library: Library, address: Address | None = None) -> Publication:
    """The compendium: a table of the themes, map and timeline, and each theme with summary, documents and gaps. With an
    `address` documents are links to what they say of the theme."""
    language = themes.language
    references = References(library, language, address)
    blocks: list[Block] = []
    if len(themes.themes) > 1:
        blocks += [
            Heading(1, say("themes_contents", language), "themes"),
            _contents(themes),
            Figure(map_of(themes), say("themes_map", language)),
            Figure(years_of(themes), say("theme_documents", language), _by_year(themes)),
        ]
    number = 0
    for theme in themes.themes:
        blocks.append(Heading(1, f"{theme.number}. {theme.name}", f"theme-{theme.number}"))
        for statement, repeats in zip(theme.summary, theme.repeats, strict=True):
            number += 1
            blocks.append(Paragraph((*references.paragraph(statement), *_repeated(repeats, language)), number))
        blocks.append(Heading(2, say("theme_documents", language), f"theme-{theme.number}-documents"))
        blocks.append(_documents(theme.documents, theme, language, library, address))
        if theme.gaps:
            blocks.append(Heading(2, say("theme_gaps", language), f"theme-{theme.number}-gaps"))
            blocks.append(Listing(tuple(plain(gap) for gap in theme.gaps)))
    if themes.apart:
        blocks.append(Heading(1, say("themes_apart", language), "apart"))
        blocks.append(_documents(themes.apart, None, language, library, address))
    return Publication(language, say("themes_title", language), tuple(blocks), notice=say("unofficial", language))


def _repeated(repeats: Sequence[Citation], language: str) -> tuple[Span, ...]:
    places = [each.locator for each in repeats[:REPEATED]]
    return (Span(" " + say("repeated_in", language, places=joined(places, language))),) if places else ()


def _contents(themes: Themes) -> Table:
    language = themes.language
    header = ("", say("column_theme", language), say("column_documents", language), say("column_years", language))
    return Table(
        header,
        tuple(
            (plain(str(theme.number)), plain(theme.name), plain(str(len(theme.documents))), plain(_span(theme)))
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


def _documents(
    documents: Sequence[ThemeDocument], theme: Theme | None, language: str, library: Library, address: Address | None
) -> Table:
    header = tuple(say(f"column_{name}", language) for name in ("years", "symbol", "title"))
    rows: list[tuple[Content, ...]] = []
    for document in documents:
        held = library.document(document.document)
        first = next((each for each in theme.passages if each.document == held.id), None) if theme else None
        link = address(held, first.start, first.end) if address and first else None
        year = say("no_year", language) if document.year is None else str(document.year)
        title = document.title if document.title != document.label else ""
        rows.append(
            (plain(year), (Span(document.label, url=document.url),), (Span(title or document.label, url=link),))
        )
    return Table(header, tuple(rows))


def _span(theme: Theme) -> str:
    years = [year for year in theme.years if year is not None]
    return "" if not years else str(years[0]) if years[0] == years[-1] else f"{years[0]}–{years[-1]}"
