"""A briefing as a publication: numbered paragraphs with footnotes, as a note to a meeting has them."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.export import Address, Publication, References
from assistant.export.cell_tables import table_of
from assistant.export.publication import Block, Content, Heading, Listing, Paragraph, Span, Table, plain
from assistant.export.un_style import name_of
from assistant.frames import joined, language_name, say
from assistant.reports.brief.briefing import Briefing, Paper, Source
from corpus.library import Library


def publication_of(
    briefing: Briefing,
    library: Library,
    address: Address | None = None,
    *,
    state: str = "",
    comments: Sequence[tuple[int | None, str, str]] = (),
) -> Publication:
    """The briefing as a publication. `library` is the one that it was made from; `address` makes links of places. Of one that is
    reviewed the `state` stands on the cover, and `comments` (paragraph, who, what) at the end."""
    language = briefing.request.language
    references = References(library, language, address)
    blocks: list[Block] = []
    number = 0
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
            blocks.append(table_of(table, library, language, address))
        if section.key == "documentation" and briefing.papers:
            blocks.append(_papers(briefing.papers, language))
    if briefing.papers and not any(section.key == "documentation" for section in briefing.sections):
        blocks += [
            Heading(1, say("section_documentation", language), "documentation"),
            _papers(briefing.papers, language),
        ]
    blocks.append(Heading(1, say("section_sources", language), "sources"))
    blocks.append(Listing(tuple(_source(source, library, language) for source in briefing.sources)))
    if briefing.unsourced:
        blocks.append(Heading(1, say("section_unsourced", language), "unsourced"))
        blocks.append(Listing(tuple(plain(each) for each in briefing.unsourced)))
    if comments:
        blocks.append(Heading(1, say("section_comments", language), "comments"))
        blocks.append(Listing(tuple(_comment(*each, language=language) for each in comments)))
    stands = (say(f"state_{state}", language),) if state else ()
    return Publication(
        language=language,
        title=briefing.title,
        blocks=tuple(blocks),
        masthead=briefing.masthead,
        label=(say("brief_note", language), say(f"for_{briefing.request.audience}", language), *stands),
        notice=_notice(briefing),
    )


def _comment(paragraph: int | None, who: str, text: str, *, language: str) -> Content:
    at = say("comment_on", language, number=paragraph, who=who) if paragraph else who
    return Span(at, "strong"), Span({"fr": " : ", "zh": "："}.get(language, ": ") + text)


def _notice(briefing: Briefing) -> str:
    language, models = briefing.request.language, briefing.models
    if not models:
        return say("unofficial", language)
    return say("unofficial_written", language, model=joined(models, language))


def _papers(papers: tuple[Paper, ...], language: str) -> Table:
    header = tuple(say(f"column_{name}", language) for name in ("symbol", "title", "held"))
    return Table(header, tuple(_paper(paper, language) for paper in papers))


def _paper(paper: Paper, language: str) -> tuple[Content, ...]:
    if paper.superseded:
        held = say("held_later", language, symbol=paper.superseded)
    elif not paper.held:
        held = say("held_not", language)
    elif paper.edition == "digest":
        held = say("held_digest", language)
    else:
        held = joined([language_name(each, language) for each in paper.held], language)
    return (Span(paper.symbol, url=paper.url),), plain(paper.title), plain(held)


def _source(source: Source, library: Library, language: str) -> Content:
    comma = {"zh": "，", "ar": "، "}.get(language, ", ")
    told = Span(f"{comma}{language_name(source.language, language)}")
    return Span(name_of(library.document(source.document), language).full, url=source.url), told
