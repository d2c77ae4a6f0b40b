"""The sections about a document itself. Of a resolution: when and how it was adopted, who is asked to do what by when, what is new
since the text before. Of a report: what it recommends and to whom, and the tables of its main figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from itertools import groupby, islice, pairwise, zip_longest

from assistant.answer_phrases import say
from assistant.qa.answer import Statement
from assistant.qa.metadata import (
    adoption_lines,
    document_date,
    has_vote,
    is_draft,
    item_lines,
    line_text,
    preamble_start,
)
from assistant.qa.units import Unit
from assistant.reports.brief.briefing import Part, Section
from assistant.reports.brief.selection import Chooser
from assistant.reports.brief.subject_sections import POINTS, of_section
from assistant.reports.comparison.paragraphs import key_of, unnumbered, whole
from assistant.reports.comparison.text_diff import Change, compare_texts
from assistant.reports.lookup import cite
from assistant.reports.mandates.mandate_list import grid_of, rows_of
from assistant.reports.mandates.mandate_reader import operative, recommendations_of
from assistant.reports.quoted_tables import CUT, Cell, Grid, columns
from assistant.wording.claims import read
from assistant.wording.drafting import grammar_of
from assistant.wording.values import counting, plain
from corpus.documents import Block, Document
from corpus.library import Library
from corpus.tables import DocumentTable, cells_of, tables_of

TABLES, ROWS, COLUMNS = 4, 20, 9
"""Most tables, most rows of each, and most columns that a page takes."""
TOLD = 10
"""Most paragraphs that tell main figures."""
LEAST = 100
"""From which number on one that is neither a sum of money nor a share is a figure."""
_RESOLUTION = re.compile(r"\d+\s?\((?:\d{4}|[IVXLC]+)\)|\d+/\d+")


def adoption(chooser: Chooser) -> Section:
    """The lines about the adoption, and the item of the agenda, as the text prints them; of a draft, that it is one, and who submits it."""
    document = chooser.document
    language = chooser.language
    draft = is_draft(document.symbol)
    lines = _submitted_by(document) if draft else adoption_lines(document)
    # Lines that stand together are one quote.
    together = groupby(enumerate(lines), key=lambda each: each[1].ordinal - each[0])
    said = [_quoted(chooser, document, [line for _, line in group], whole=True) for _, group in together]
    items = item_lines(document)
    if items:
        whole = items[-1].ordinal - items[0].ordinal < len(items)  # else a footnote stands between
        said.append(_quoted(chooser, document, items, whole=whole))
    remark = "draft_text" if draft else "" if has_vote(document) else "no_vote" if lines else "not_adopted"
    heading = say("section_draft", language) if draft else ""
    remarks = (say(remark, language),) if remark else ()
    return chooser.section("adoption", Part("", tuple(said)), heading=heading, remarks=remarks)


def _submitted_by(document: Document) -> tuple[Block, ...]:
    """The line right above the title of a draft that names those who submit it, before a colon."""
    above = [block for block in document.blocks[: preamble_start(document) or 0] if block.kind != "footnote"]
    lines = (block for block in reversed(above) if line_text(document, block) != document.title)
    return tuple(block for block in islice(lines, 1) if re.search("[:：]", line_text(document, block)))


def _quoted(chooser: Chooser, document: Document, lines: Sequence[Block], *, whole: bool) -> Statement:
    """Lines as one statement: as one quote where they stand together as a `whole`, else each with its place."""
    spans = [(each.body_start, each.end) for each in lines]
    spans = [(spans[0][0], spans[-1][1])] if whole else spans
    cites = tuple(map(partial(cite, chooser.library, document, placed=False), lines, spans))
    return Statement(" ".join(" ".join(each.quote.split()) for each in cites), "quoted", cites)


def mandates(chooser: Chooser) -> Section:
    """The requests and decisions as a table, and the paragraphs that hold none."""
    document, language = chooser.document, chooser.language
    rows = list(rows_of(chooser.library, document))
    asking = {row.ordinal for row in rows}
    asking |= {parent for each in asking if (parent := document.blocks[each].parent) is not None}
    others = [block.number for block in operative(document) if block.number and block.ordinal not in asking]
    remarks = (say("asks_nothing", language, places=", ".join(others)),) if others else ()
    return chooser.section("mandates", remarks=remarks, tables=(grid_of(rows, language),))


def changes(chooser: Chooser) -> Section:
    """What the text has that the one before in the same series has not, what was left out, and what was moved; footnotes aside."""
    library, document, language = chooser.library, chooser.document, chooser.language
    before = previous(library, document)
    if before is None:
        return chooser.section("changes", unsourced=(say("no_previous", language),))
    chooser.slices.end()
    found = compare_texts(library, before, document)
    rows = tuple(_row(each, language) for each in found.changes if each.part != "footnote")
    return chooser.section(
        "changes",
        heading=say("section_changes_since", language, symbol=before.label),
        remarks=(say("changes_note" if rows else "same_since", language, symbol=before.label),),
        tables=(Grid(columns(language, "place", "before", "change", "new", "gone"), rows),) if rows else (),
    )


def previous(library: Library, document: Document) -> Document | None:
    """The text that one revises; else the latest earlier resolution of the same title that is held in the same language, no text of the same
    session, as drafts are."""
    versions = library.versions()
    own = versions.of(document.id)
    line = [each for each in versions.held if own and each.line == own.line and each.revision < own.revision]
    revised = [each for each in line if (each.header.language, each.header.edition) == (document.language, "official")]
    if revised:
        return library.document(max(revised, key=lambda each: each.revision).id)
    title, day = key_of(unnumbered(document, document.title)), document_date(document)
    if not title or day is None:
        return None
    usable = versions.quotable(document.language)
    earlier = []
    for header in library.headers(kind="resolution"):
        titles = (key_of(header.title), key_of(header.title.partition(". ")[2]))
        if header.id in usable and header.language == document.language and title in titles:
            found = library.document(header.id)
            before = document_date(found)
            if before is not None and before < day and _session(found) != _session(document):
                earlier.append((before, found.id, found))
    return max(earlier)[-1] if earlier else None


def _row(change: Change, language: str) -> tuple[Cell, ...]:
    """The places of a paragraph that differs, what became of it, and its new and old words, without signs that stand alone."""
    places, words = [], []
    for place, op in ((change.after, "added"), (change.before, "removed")):
        said = (piece.text.strip() for piece in change.pieces if piece.op == op)
        text = f" {CUT} ".join(each for each in said if any(map(str.isalnum, each)))
        places.append(Cell((place,), place=True) if place else Cell())
        words.append(Cell((place,), text=text) if place and text else Cell())
    signs = any(piece.op != "same" for piece in change.pieces) and not any(cell.text for cell in words)
    kind = "signs" if signs else change.kind
    kinds = dict.fromkeys((kind, *(["moved"] * change.moved)))
    return (*places, Cell(text=", ".join(say(f"kind_{each}", language) for each in kinds)), *words)


def _session(document: Document) -> str:
    return key_of(document.masthead.session) or document.id


def recommendations(chooser: Chooser) -> Section:
    """What the document recommends, sentence by sentence and point by point, as a table like that of requests; of one that recommends nothing the
    points of its conclusions."""
    document = chooser.document
    found = rows_of(chooser.library, document, recommendations_of(document))
    rows = [row for row in found if document.blocks[row.ordinal].page not in document.unquotable]
    if rows:
        return chooser.section("recommendations", tables=(grid_of(rows, chooser.language),))
    concluding = grammar_of(document.language).concludes
    chapters = [each for each in chooser.ground.themes if each.section is not None and concluding.search(each.heading)]
    most = POINTS[chooser.ground.request.audience]
    told = [(each.heading, chooser.take(of_section(chooser, each), most, fresh=True)) for each in chapters]
    parts = (Part(head, tuple(sorted(own, key=lambda said: said.citations[-1].start))) for head, own in told)
    return chooser.section("recommendations", *parts)


def figures(chooser: Chooser) -> Section:
    """Under each heading the paragraph that gives the figures of which it speaks, and the tables with the most figures, their first rows and the last;
    first those of the whole."""
    document = chooser.document
    tables = [table for table in tables_of(document) if not table.locator.startswith(("contents", "masthead"))]
    counts = {n: count for n, table in enumerate(tables) if (count := _figures(document, table)) > 1}
    parts = {n: not _of_whole(document, tables[n].rows[0]) for n in counts}
    best = sorted(counts, key=lambda n: (parts[n], -counts[n], n))[:TABLES]
    told = [Part(document.heading_at(each.start), chooser.take([each])) for each in _told_figures(chooser, document)]
    ordered = sorted(best, key=lambda n: (parts[n], n))
    return chooser.section("figures", *told, tables=tuple(_grid(chooser, document, tables[n]) for n in ordered))


def _of_whole(document: Document, block: Block) -> bool:
    """Whether words stand in the part that opens a division of the document, where the figures of the whole are: before all further
    headings, or under those that are the first below the one above them."""
    for above, head in pairwise(document.headings(block)):
        if next((each for each in document.children[above.ordinal] if each.kind == "heading"), head) != head:
            return False
    return not block.locator.startswith("annex")


def _told_figures(chooser: Chooser, document: Document) -> list[Unit]:
    """Of each heading the paragraph with figures that is nearest to it in meaning, or has most where that is not known, of these those of the whole and those with most
    figures; first those of the whole, those with most figures before others, then in the order of the document."""
    under: dict[Block, list[Unit]] = {}
    for unit in dict.fromkeys(map(whole, chooser.units(document))):
        block = document.blocks[unit.block]
        heads = document.headings(block)
        if heads and block.kind in ("paragraph", "item") and _count(unit) and chooser.usable(unit):
            under.setdefault(heads[-1], []).append(unit)
    embed = chooser.library.embedder.embed_passages
    if chooser.reads(document.language):
        near = (
            (embed([unit.text for unit in own]) @ embed([document.body(head)])[0], own) for head, own in under.items()
        )
        nearest = [own[int(likeness.argmax())] for likeness, own in near]
    else:
        nearest = [max(own, key=_count) for own in under.values()]
    parts = {unit: not _of_whole(document, document.blocks[unit.block]) for unit in nearest}
    best = sorted(nearest, key=lambda unit: (parts[unit], -_count(unit)))[:TOLD]
    return sorted(best, key=lambda unit: (parts[unit], unit.start if parts[unit] else -_count(unit)))


def _count(unit: Unit) -> int:
    """How many figures words give: sums of money, shares, what is told in thousands or more, and numbers from `LEAST` on that count something and
    are no years, places and resolutions. A smaller one may be that of anything."""
    grammar, years = grammar_of(unit.document.language), range(1900, 2100)
    text = _RESOLUTION.sub(" ", unit.text)
    found, counts = read(text, unit.document.language), counting(plain(text), unit.document.language)
    numbers = [
        readings
        for readings in found.numbers
        if max(readings) >= LEAST
        and readings & counts
        and not any(each in years or f"{each:g}" in found.placed for each in readings)
    ]
    amounts = (grammar.money, grammar.percent, grammar.amount)
    return max(len(numbers), sum(1 for each in amounts for _ in each.finditer(text)))


def _figures(document: Document, table: DocumentTable) -> int:
    """How many cells hold figures; none where the table is too wide for a page or its words are damaged."""
    blocks = (*table.header, *table.rows)
    if any(len(block.cells) > COLUMNS or block.page in document.unquotable for block in blocks):
        return 0
    cells = [cell for block in table.rows for cell in cells_of(document, block)[1:]]
    return sum(any(sign.isdigit() for sign in cell) for cell in cells)


def _grid(chooser: Chooser, document: Document, table: DocumentTable) -> Grid:
    width = max(len(block.cells) for block in (*table.header, *table.rows))
    heads = zip_longest(*(cells_of(document, block) for block in table.header), fillvalue="")
    words = [" ".join(" ".join(column).split()) for column in heads]
    made = []
    # The last row has the totals.
    for n, block in enumerate((*table.rows[: ROWS - 1], *table.rows[ROWS - 1 :][-1:])):
        if n == ROWS - 1 and len(table.rows) > ROWS:
            made.append((Cell(text=CUT), *[Cell(text=CUT)] * width))
        cells = [Cell((chooser.cite(document, block, (block.start, block.end)),), place=True)]
        for span in (*block.cells, *[None] * (width - len(block.cells))):
            held = span is not None and document.quote(*document.trimmed(*span))
            cells.append(Cell((chooser.cite(document, block, span),)) if held else Cell())
        made.append(tuple(cells))
    first = (*table.rows, *table.header)[0]
    caption = first.context.partition("; ")[0] if "; " in first.context else first.locator.rpartition(", ")[0]
    place = say("column_place", chooser.language)
    return Grid((place, *words, *[""] * (width - len(words))), tuple(made), heading=" ".join(caption.split()))
