"""Reports as publications: briefings as a note to a meeting has them, lists of mandates, themes as a compendium, comparisons."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer_phrases import day_of, isolated, joined, mark, run_on, say
from assistant.export.comparison_layout import origins_publication, topic_publication, versions_publication
from assistant.export.footnoting import AddressBuilder, ReferenceFormatter
from assistant.export.publication import (
    Block,
    Content,
    Figure,
    Heading,
    Listing,
    Paragraph,
    Publication,
    Span,
    Table,
    plain,
)  # fmt: skip
from assistant.export.theme_plots import draw_map, draw_timeline
from assistant.qa.answer import Citation
from assistant.reports.brief.briefing import Briefing
from assistant.reports.comparison.provenance import Origins
from assistant.reports.comparison.text_diff import VersionComparison
from assistant.reports.comparison.topic_comparison import TopicComparison
from assistant.reports.lookup import DocumentStatus
from assistant.reports.mandates.mandate_list import MandateList, mandate_table
from assistant.reports.quoted_tables import column_names
from assistant.reports.themes.theme_model import Theme, ThemeDocument, Themes
from corpus.calendar_names import language_name
from corpus.library import Library

MAX_ROWS = 1_000
"""Rows of a list of mandates, at most; a sheet has more."""
MAX_REPEATED_PLACES = 4
"""Most places that are named where a sentence is repeated."""
Report = Briefing | Themes | VersionComparison | TopicComparison | Origins | MandateList


def build_publication(
    report: Report, library: Library, language: str = "", address: AddressBuilder | None = None
) -> Publication:
    """A report as a publication. `library` is the one that it was made from; `language` is that of the words around what is
    quoted where it is not that of the report; with an `address` the places are links to the words."""
    references = ReferenceFormatter(library, language or report.language, address)
    match report:
        case Briefing():
            return briefing_publication(report, references)
        case Themes():
            return _themes_publication(report, references)
        case VersionComparison():
            return versions_publication(report, references)
        case TopicComparison():
            return topic_publication(report, references)
        case Origins():
            return origins_publication(report, references)
        case MandateList():
            return _mandates_publication(report, references)


def briefing_publication(
    briefing: Briefing,
    references: ReferenceFormatter,
    state: str = "",
    comments: Sequence[tuple[int | None, str, str]] = (),
    changed: Sequence[Citation] = (),
) -> Publication:
    """The briefing as a publication. Of one that is reviewed the `state` stands on the cover, rows of tables have numbers behind those of the
    paragraphs, and `comments` (number, who, what) stand at the end; before all else which documents no longer say what is cited of them (`changed`), and in which paragraphs."""
    language = references.language
    blocks: list[Block] = [
        Paragraph((Span(each, "strong"),)) for each in _outdated_sentences(briefing, changed, references)
    ]
    number, row = 0, len(list(briefing.statements))
    told: set[str] = set()
    for section in briefing.sections:
        blocks.append(Heading(1, section.heading, section.key))
        blocks += [Paragraph((Span(remark, "emphasis"),)) for remark in section.remarks if remark not in told]
        told.update(section.remarks)
        for n, part in enumerate(section.parts, 1):
            if part.heading:
                blocks.append(Heading(2, part.heading, f"{section.key}-{n}"))
            for before, statement in zip((None, *part.statements), part.statements, strict=False):
                number += 1
                blocks.append(Paragraph(references.paragraph(statement, part.heading, before), number))
        for n, table in enumerate(section.tables, 1):
            if table.heading:
                blocks.append(Heading(2, table.heading, f"{section.key}-table-{n}"))
            made = references.table(table)
            blocks.append(_number_rows(made, row) if state else made)
            row += len(made.rows)
        if section.key == "documentation" and briefing.papers:
            blocks.append(_status_table(briefing.papers, language))
    if briefing.papers and not any(section.key == "documentation" for section in briefing.sections):
        head = Heading(1, say("section_documentation", language), "documentation")
        blocks += [head, _status_table(briefing.papers, language)]
    ends: dict[str, list[Content]] = {
        "sources": [references.source(source.document) for source in briefing.sources],
        "unsourced": [plain(each) for each in briefing.unsourced],
        "comments": [],
    }
    for place, who, text in comments:
        by = say("comment_on", language, number=place, who=who) if place else who
        ends["comments"].append((Span(by, "strong"), Span(mark(":", language) + text)))
    for key, items in ends.items():
        if items or key == "sources":
            blocks += [Heading(1, say(f"section_{key}", language), key), Listing(tuple(items))]
    stands = [say(f"state_{state}", language)] if state else []
    stands += [say("state_changed", language)] if changed else []
    label = (say("brief_note", language), say(f"for_{briefing.request.audience}", language), *stands)
    written = joined(briefing.models, language)
    notice = say("unofficial_written" if written else "unofficial", language, model=written)
    masthead = tuple(isolated(each, language) for each in briefing.masthead)
    return Publication(language, briefing.title, tuple(blocks), masthead, label, notice)


def _number_rows(table: Table, before: int) -> Table:
    """A table with a number for each row, behind so many others, by which comments name it."""
    rows = ((plain(str(n)), *cells) for n, cells in enumerate(table.rows, before + 1))
    return Table(("", *table.header), tuple(rows), before + 1)


def _outdated_sentences(briefing: Briefing, changed: Sequence[Citation], references: ReferenceFormatter) -> list[str]:
    """A sentence for each document that no longer says what is cited of it, with the paragraphs that rest on these words."""
    language = references.language
    statements = [each for section in briefing.sections for each in section.statements]
    told = []
    for document in dict.fromkeys(each.document for each in changed):
        gone = {each for each in changed if each.document == document}
        numbers = [str(n) for n, each in enumerate(statements, 1) if gone.intersection(each.citations)]
        frame = "source_changed_paragraphs" if numbers else "source_changed"
        name = references.document(document).label
        told.append(say(frame, language, symbol=name, numbers=joined(numbers, language)))
    return told


def _status_table(papers: tuple[DocumentStatus, ...], language: str) -> Table:
    rows = []
    for paper in papers:
        frame = {"superseded": "held_later", "digest": "held_digest", "missing": "held_not"}.get(paper.state)
        held = joined([language_name(each, language) for each in paper.held], language)
        held = say(frame, language, symbol=paper.superseded) if frame else held
        rows.append(((Span(paper.symbol, url=paper.url),), plain(paper.title), plain(held)))
    return Table(column_names(language, "symbol", "title", "held"), tuple(rows))


def _mandates_publication(made: MandateList, references: ReferenceFormatter) -> Publication:
    language, rows = references.language, made.rows[:MAX_ROWS]
    blocks: list[Block] = [Paragraph(plain(_mandates_summary(made, language)))]
    if made.total > len(rows):
        blocks.append(Paragraph(plain(say("mandates_left", language, shown=len(rows), total=made.total))))
    blocks.append(references.table(mandate_table(rows, language, with_documents=True)))
    sources = {row.place.document: row for row in rows}
    listed = []
    for row in sources.values():
        told = [row.place.title, day_of(row.adopted, language), say("unverified_note", language) * row.place.unverified]
        comma = mark(",", language)
        listed.append((Span(row.label, url=row.place.url), Span(comma + comma.join(filter(None, told)))))
    blocks.append(Listing(tuple(listed)))
    return Publication(language, say("mandates_title", language), tuple(blocks), notice=say("unofficial", language))


def _mandates_summary(made: MandateList, language: str) -> str:
    """What the list is of, in words."""
    wanted = made.wanted
    told = [say("mandates_count", language, count=made.total, documents=made.documents)]
    named = {"addressee": wanted.addressee, "year": wanted.year, "due_before": wanted.due_before}
    told += [say(f"mandates_{name}", language, value=value) for name, value in named.items() if value]
    if made.undated:
        told.append(say("mandates_undated", language, count=made.undated))
    if others := sorted({row.place.language for row in made.rows} - {language}):
        names = joined([language_name(each, language) for each in others], language)
        told.append(say("quoted_language", language, languages=names))
    return run_on(told, language)


def _themes_publication(themes: Themes, references: ReferenceFormatter) -> Publication:
    """The compendium: a table of the themes, map and timeline, and each theme with summary, documents and gaps. Where places are links,
    documents are links to what they say of the theme."""
    language = references.language
    blocks: list[Block] = []
    if len(themes.themes) > 1:
        blocks += [
            Heading(1, say("themes_contents", language), "themes"),
            _theme_table(themes),
            Figure(draw_map(themes), say("themes_map", language)),
            Figure(draw_timeline(themes), say("theme_documents", language), _year_table(themes)),
        ]
    number = 0
    for theme in themes.themes:
        blocks.append(Heading(1, f"{theme.number}. {theme.name}", f"theme-{theme.number}"))
        for statement, repeats in zip(theme.summary, theme.repeats, strict=True):
            number += 1
            content = references.paragraph(statement)
            told = (
                f"{references.label(each.document)}{mark(',', language)}{references.link(each).text}"
                for each in repeats[:MAX_REPEATED_PLACES]
            )
            if places := joined([str(isolated(each, language)) for each in told], language):
                content = (*content, Span(" " + say("repeated_in", language, places=places)))
            blocks.append(Paragraph(content, number))
        blocks.append(Heading(2, say("theme_documents", language), f"theme-{theme.number}-documents"))
        blocks.append(_document_table(theme.documents, references, theme))
        blocks += _gap_blocks(2, theme.gaps, f"theme-{theme.number}-gaps", language)
    for name, beside in (("loose", themes.loose), ("apart", themes.apart)):
        if beside:
            blocks += [Heading(1, say(f"themes_{name}", language), name), _document_table(beside, references)]
    blocks += _gap_blocks(1, themes.gaps, "gaps", language)
    return Publication(language, say("themes_title", language), tuple(blocks), notice=say("unofficial", language))


def _gap_blocks(level: int, gaps: Sequence[str], anchor: str, language: str) -> list[Block]:
    """Documents that are not held, under a heading; nothing where there are none."""
    return [Heading(level, say("theme_gaps", language), anchor), Listing(tuple(map(plain, gaps)))] if gaps else []


def _theme_table(themes: Themes) -> Table:
    rows = []
    for theme in themes.themes:
        years = [str(year) for year in theme.years if year is not None]
        span = "–".join(dict.fromkeys((*years[:1], *years[-1:])))
        rows.append((str(theme.number), theme.name, str(len(theme.documents)), span))
    return _plain_table(("", *column_names(themes.language, "theme", "documents", "years")), rows)


def _year_table(themes: Themes) -> Table:
    language, years = themes.language, themes.years
    header = (*column_names(language, "theme"), *(say("no_year", language) if y is None else str(y) for y in years))
    rows = [(f"{each.number}. {each.name}", *(str(each.years.get(y, "")) for y in years)) for each in themes.themes]
    return _plain_table(header, rows)


def _plain_table(header: tuple[str, ...], rows: Sequence[Sequence[str]]) -> Table:
    """A table of bare words."""
    return Table(header, tuple(tuple(map(plain, row)) for row in rows))


def _document_table(
    documents: Sequence[ThemeDocument], references: ReferenceFormatter, theme: Theme | None = None
) -> Table:
    language, address = references.language, references.address
    rows: list[tuple[Content, ...]] = []
    for document in documents:
        held = references.document(document.document)
        first = next((each for each in theme.passages if each.document == held.id), None) if theme else None
        link = address(held, first.start, first.end) if address and first else None
        year = say("no_year", language) if document.year is None else str(document.year)
        symbol = Span(references.label(document.document), url=document.url)
        rows.append((plain(year), (symbol,), (Span(document.title or document.label, url=link),)))
    return Table(column_names(language, "years", "symbol", "title"), tuple(rows))
