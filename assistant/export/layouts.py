"""Lay out reports as publications: briefings as a note for a meeting, mandates, themes as a compendium, comparisons."""

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
)
from assistant.export.theme_plots import draw_map, draw_timeline
from assistant.qa.answer import Citation
from assistant.reports.brief.briefing import Briefing
from assistant.reports.comparison.provenance import Origins
from assistant.reports.comparison.text_diff import VersionComparison
from assistant.reports.comparison.topic_comparison import TopicComparison
from assistant.reports.lookup import DocumentStatus
from assistant.reports.mandates.mandate_list import MandateList, mandate_table
from assistant.reports.quoted_tables import column_names
from assistant.reports.themes.theme_model import MIN_DOCUMENTS, Theme, ThemeDocument, Themes
from corpus.calendar_names import language_name
from corpus.library import Library

MAX_ROWS = 1_000
"""Most rows of a list of mandates in a document; a spreadsheet has all."""
MAX_NAMES = 20
"""Most documents without mandates that are named below a list."""
MAX_REPEATED_PLACES = 4
"""Most places that are listed where a sentence is repeated."""
Report = Briefing | Themes | VersionComparison | TopicComparison | Origins | MandateList


def build_publication(
    report: Report, library: Library, language: str = "", address: AddressBuilder | None = None
) -> Publication:
    """A report as a publication. `library` is the one from which it was made; `language` is that of the words around
    quotes, by default that of the report; with an `address`, places are links to the words cited."""
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
    outdated: Sequence[Citation] = (),
) -> Publication:
    """The briefing as a publication.

    Tables of an item are in an annex, to which their section refers.
    For one under review, the `state` is on the cover, rows of tables have numbers after those of the paragraphs, and
    `comments` (number, author, text) are at the end. Before all else it says which documents no longer have the words
    that are cited of them (`outdated`), and in which paragraphs.
    """
    language = references.language
    blocks: list[Block] = [
        Paragraph((Span(each, "strong"),)) for each in _outdated_sentences(briefing, outdated, references)
    ]
    paragraph_number, row = 0, len(list(briefing.statements))
    shown_remarks: set[str] = set()
    annex_heading, is_item = say("annex_mandates", language), briefing.request.kind == "item"
    # What is said at a meeting stands together: tables of an item, which are long, are behind it.
    table_blocks: list[Block] = [] if is_item else blocks
    # What the sources say of the document that a briefing is about is not said again.
    is_single = briefing.request.kind == "document"
    papers = tuple(each for each in briefing.papers if not is_single or each.state != "held" or len(each.held) > 1)
    for section in briefing.sections:
        blocks.append(Heading(1, section.heading, section.key))
        blocks += [Paragraph((Span(remark, "emphasis"),)) for remark in section.remarks if remark not in shown_remarks]
        shown_remarks.update(section.remarks)
        for index, part in enumerate(section.parts, 1):
            if part.heading:
                blocks.append(Heading(2, part.heading, f"{section.key}-{index}"))
            for previous, statement in zip((None, *part.statements), part.statements, strict=False):
                paragraph_number += 1
                content = references.format_statement(statement, part.heading, previous)
                blocks.append(Paragraph(content, paragraph_number))
        for index, table in enumerate(section.tables, 1):
            heading = table.heading[:1].upper() + table.heading[1:]
            if is_item:
                blocks.append(Paragraph(plain(f"{heading} ({annex_heading})")))
            if heading:
                table_blocks.append(Heading(2, heading, f"{section.key}-table-{index}"))
            laid_out = references.make_table(table)
            table_blocks.append(_number_rows(laid_out, row) if state else laid_out)
            row += len(laid_out.rows)
        if section.key == "documentation" and papers:
            blocks.append(_status_table(papers, language))
    if papers and not any(section.key == "documentation" for section in briefing.sections):
        head = Heading(1, say("section_documentation", language), "documentation")
        blocks += [head, _status_table(papers, language)]
    if is_item and table_blocks:
        blocks += [Heading(1, annex_heading, "annex"), *table_blocks]
    blocks += _closing_blocks(briefing, comments, references)
    states = [say(f"state_{state}", language)] if state else []
    states += [say("state_changed", language)] if outdated else []
    cover_label = (say("brief_note", language), say(f"for_{briefing.request.audience}", language), *states)
    models = joined(briefing.models, language)
    notice = say("unofficial_written" if models else "unofficial", language, model=models)
    masthead = tuple(isolated(each, language) for each in briefing.masthead)
    return Publication(language, briefing.title, tuple(blocks), masthead, cover_label, notice)


def _closing_blocks(
    briefing: Briefing, comments: Sequence[tuple[int | None, str, str]], references: ReferenceFormatter
) -> list[Block]:
    """The lists at the end: the sources, what they do not cover, and the comments."""
    language, blocks = references.language, list[Block]()
    closing_lists: dict[str, list[Content]] = {
        "sources": [references.format_source(source.document) for source in briefing.sources],
        "unsourced": [plain(each) for each in briefing.unsourced],
        "comments": [],
    }
    for place, author, text in comments:
        by = say("comment_on", language, number=place, who=author) if place else author
        closing_lists["comments"].append((Span(by, "strong"), Span(mark(":", language) + text)))
    for key, items in closing_lists.items():
        if items or key == "sources":
            blocks += [Heading(1, say(f"section_{key}", language), key), Listing(tuple(items))]
    return blocks


def _number_rows(table: Table, count: int) -> Table:
    """A table with numbers for its rows, by which comments refer to them, after `count` others."""
    rows = ((plain(str(n)), *cells) for n, cells in enumerate(table.rows, count + 1))
    return Table(("", *table.header), tuple(rows), count + 1)


def _outdated_sentences(briefing: Briefing, outdated: Sequence[Citation], references: ReferenceFormatter) -> list[str]:
    """A sentence for each document that no longer has the words cited, with the paragraphs that are based on them."""
    language = references.language
    statements = [each for section in briefing.sections for each in section.statements]
    sentences = []
    for document in dict.fromkeys(each.document for each in outdated):
        lost = {each for each in outdated if each.document == document}
        numbers = [str(n) for n, each in enumerate(statements, 1) if lost.intersection(each.citations)]
        frame = "source_changed_paragraphs" if numbers else "source_changed"
        name = references.find_document(document).label
        sentences.append(say(frame, language, symbol=name, numbers=joined(numbers, language)))
    return sentences


def _status_table(papers: tuple[DocumentStatus, ...], language: str) -> Table:
    rows = []
    for paper in papers:
        frame = {"superseded": "held_later", "digest": "held_digest", "missing": "held_not"}.get(paper.state)
        languages = joined([language_name(each, language) for each in paper.held], language)
        languages = say(frame, language, symbol=paper.superseded) if frame else languages
        rows.append(((Span(paper.symbol, url=paper.url),), plain(paper.title), plain(languages)))
    return Table(column_names(language, "symbol", "title", "held"), tuple(rows))


def _mandates_publication(mandates: MandateList, references: ReferenceFormatter) -> Publication:
    language, rows = references.language, mandates.rows[:MAX_ROWS]
    blocks: list[Block] = [Paragraph(plain(_mandates_summary(mandates, language)))]
    if mandates.total > len(rows):
        blocks.append(Paragraph(plain(say("mandates_left", language, shown=len(rows), total=mandates.total))))
    blocks.append(references.make_table(mandate_table(rows, language, with_documents=True)))
    sources, comma = [], mark(",", language)
    for row in {row.place.document: row for row in rows}.values():
        note = say("unverified_note", language) * row.place.unverified
        details = filter(None, (row.place.title, day_of(row.adopted, language), note))
        sources.append((Span(row.label, url=row.place.url), Span(comma + comma.join(details))))
    blocks.append(Listing(tuple(sources)))
    return Publication(language, say("mandates_title", language), tuple(blocks), notice=say("unofficial", language))


def _mandates_summary(mandates: MandateList, language: str) -> str:
    """What the list contains, in words."""
    filters = mandates.filters
    sentences = [say("mandates_count", language, count=mandates.total, documents=mandates.documents)]
    values = {"addressee": filters.addressee, "year": filters.year, "due_before": filters.due_before}
    sentences += [say(f"mandates_{name}", language, value=value) for name, value in values.items() if value]
    if mandates.undated:
        sentences.append(say("mandates_undated", language, count=mandates.undated))
    if left := mandates.no_mandates:
        names = joined([*left[:MAX_NAMES]], language) + "…" * (len(left) > MAX_NAMES)
        sentences.append(say("mandates_without", language, count=len(left), names=names))
    if other_languages := sorted({row.place.language for row in mandates.rows} - {language}):
        names = joined([language_name(each, language) for each in other_languages], language)
        sentences.append(say("quoted_language", language, languages=names))
    return run_on(sentences, language)


def _themes_publication(themes: Themes, references: ReferenceFormatter) -> Publication:
    """The compendium: a table of the themes, map and timeline, and each theme with summary, documents and gaps. With
    addresses, documents are links to what they say on the theme."""
    language = references.language
    blocks: list[Block] = []
    if not themes.themes:
        blocks.append(Paragraph(plain(say("themes_none", language, least=MIN_DOCUMENTS))))
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
            content = references.format_statement(statement)
            for name, cites in (("repeated_in", repeats.equal), ("near_in", repeats.near)):
                places = []
                for each in cites[:MAX_REPEATED_PLACES]:
                    label, place = references.document_label(each.document), references.make_link(each).text
                    places.append(str(isolated(f"{label}{mark(',', language)}{place}", language)))
                if places:
                    content = (*content, Span(" " + say(name, language, places=joined(places, language))))
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
    """Documents that the library lacks, under a heading; nothing where there are none."""
    return [Heading(level, say("theme_gaps", language), anchor), Listing(tuple(map(plain, gaps)))] if gaps else []


def _theme_table(themes: Themes) -> Table:
    rows = []
    for theme in themes.themes:
        years = [str(year) for year in theme.years if year is not None]
        period = "–".join(dict.fromkeys((*years[:1], *years[-1:])))
        rows.append((str(theme.number), theme.name, str(len(theme.documents)), period))
    return _plain_table(("", *column_names(themes.language, "theme", "documents", "years")), rows)


def _year_table(themes: Themes) -> Table:
    language, years = themes.language, themes.years
    header = (*column_names(language, "theme"), *(say("no_year", language) if y is None else str(y) for y in years))
    rows = [(f"{each.number}. {each.name}", *(str(each.years.get(y, "")) for y in years)) for each in themes.themes]
    return _plain_table(header, rows)


def _plain_table(header: tuple[str, ...], rows: Sequence[Sequence[str]]) -> Table:
    """A table of plain text."""
    return Table(header, tuple(tuple(map(plain, row)) for row in rows))


def _document_table(
    documents: Sequence[ThemeDocument], references: ReferenceFormatter, theme: Theme | None = None
) -> Table:
    language, address = references.language, references.address
    rows: list[tuple[Content, ...]] = []
    for document in documents:
        document_found = references.find_document(document.document)
        passages = (each for each in (theme.passages if theme else ()) if each.document == document_found.id)
        first = next(passages, None)
        url = address(document_found, first.start, first.end) if address and first else None
        year = say("no_year", language) if document.year is None else str(document.year)
        symbol = Span(references.document_label(document.document), url=document.url)
        rows.append((plain(year), (symbol,), (Span(document.title or document.label, url=url),)))
    return Table(column_names(language, "years", "symbol", "title"), tuple(rows))
