"""The sections about a document itself. Of a resolution: when and how it was adopted, who is asked to do what by when, what is new
since the text before. Of a report: what it recommends and to whom, and the tables of its main figures."""

from __future__ import annotations

from itertools import groupby

from assistant.frames import say
from assistant.qa.answer import Statement
from assistant.qa.metadata import adoption_lines, dated_on, item_lines, votes
from assistant.reports.brief.briefing import Part, Section
from assistant.reports.brief.selection import Chooser
from assistant.reports.comparison.paragraphs import key_of
from assistant.reports.comparison.text_diff import Change, compare_texts
from assistant.reports.lookup import cite
from assistant.reports.mandates.mandate_list import grid_of, rows_of
from assistant.reports.mandates.mandate_reader import operative
from assistant.reports.mandates.recommendations import recommendations_of
from assistant.reports.quoted_tables import Cell, Grid
from corpus.documents import Block, Document, Span
from corpus.library import Library

TABLES, ROWS, COLUMNS = 4, 20, 9
"""Most tables, most rows of each, and most columns that a page takes."""
RECOMMENDED = 80
"""Most recommendations."""


def adoption(chooser: Chooser) -> Section:
    """The lines about the adoption, and the item of the agenda, as the text prints them."""
    document = _own(chooser)
    language = chooser.language
    lines = adoption_lines(document)
    said = [Statement.quoting(cite(chooser.library, document, block.body_start, block.end)) for block in lines]
    items = item_lines(document)
    if items:
        said.append(Statement.quoting(cite(chooser.library, document, items[0].body_start, items[-1].end)))
    remark = "" if votes(document) else "no_vote" if lines else "not_adopted"
    return chooser.section("adoption", Part("", tuple(said)), remarks=(say(remark, language),) if remark else ())


def mandates(chooser: Chooser) -> Section:
    """The requests and decisions as a table, and the paragraphs that hold none."""
    document = _own(chooser)
    language = chooser.language
    rows = list(rows_of(chooser.library, document))
    asking = {row.ordinal for row in rows}
    asking |= {parent for each in asking if (parent := document.blocks[each].parent) is not None}
    others = [block.number for block in operative(document) if block.number and block.ordinal not in asking]
    remarks = (say("asks_nothing", language, places=", ".join(others)),) if others else ()
    return chooser.section("mandates", remarks=remarks, tables=(grid_of(rows, language),))


def changes(chooser: Chooser) -> Section:
    """What the operative paragraphs have that those of the text before in the same series have not."""
    library, document = chooser.library, _own(chooser)
    language = chooser.language
    before = previous(library, document)
    if before is None:
        return chooser.section("changes", unsourced=(say("no_previous", language),))
    title = say("section_changes_since", language, symbol=before.label)
    chooser.slices.end()
    found = compare_texts(library, before, document)
    rows = tuple(_row(each) for each in found.changes if each.part == "operative" and each.kind != "moved")
    if not rows:
        return chooser.section("changes", heading=title, remarks=(say("same_since", language, symbol=before.label),))
    columns = tuple(say(f"column_{name}", language) for name in ("place", "before", "new", "gone"))
    return chooser.section("changes", heading=title, tables=(Grid(columns, rows),))


def previous(library: Library, document: Document) -> Document | None:
    """The latest earlier resolution of the same title that is held in the same language; no text of the same session, as drafts are."""
    title, day = _title(document), dated_on(document)
    if not title or day is None:
        return None
    usable = library.versions().quotable(document.language)
    found = []
    for header in library.headers():
        if (
            header.kind == "resolution"
            and header.id in usable
            and header.language == document.language
            and header.id != document.id
        ):
            words = header.title.partition(". ")[2] or header.title
            if title in (key_of(words), key_of(header.title)):
                found.append(library.document(header.id))
    earlier = [
        (before, each)
        for each in found
        if (before := dated_on(each)) is not None and before < day and _session(each) != _session(document)
    ]
    return max(earlier, key=lambda each: (each[0], each[1].id))[1] if earlier else None


def _row(change: Change) -> tuple[Cell, ...]:
    new = " […] ".join(piece.text.strip() for piece in change.pieces if piece.op == "added")
    gone = " […] ".join(piece.text.strip() for piece in change.pieces if piece.op == "removed")
    after = (change.after,) if change.after else ()
    before = (change.before,) if change.before else ()
    return (
        Cell(after, place=True) if after else Cell(),
        Cell(before, place=True) if before else Cell(),
        Cell(after, text=new) if new else Cell(),
        Cell(before, text=gone) if gone else Cell(),
    )


def _title(document: Document) -> str:
    """The title without the number that it bears."""
    number, _, words = document.title.partition(". ")
    own = document.symbol.text if document.symbol else ""
    return key_of(words if words and own.endswith(f"/{number}") else document.title)


def _session(document: Document) -> str:
    return key_of(document.masthead.session) or document.id


def _own(chooser: Chooser) -> Document:
    return chooser.library.document(chooser.ground.own[0])


def recommendations(chooser: Chooser) -> Section:
    """The sentences that recommend, each with its place and those to whom it is addressed."""
    document = _own(chooser)
    rows: list[tuple[Cell, ...]] = []
    for each in recommendations_of(document):
        if len(rows) == RECOMMENDED:
            break
        block = document.blocks[each.block]
        if block.page in document.unquotable:
            continue
        sentence = chooser.cite(document, block, each.sentence)
        who = tuple(chooser.cite(document, block, span) for span in each.addressees)
        rows.append((Cell((sentence,), place=True), Cell(who), Cell((sentence,))))
    columns = tuple(say(f"column_{name}", chooser.language) for name in ("place", "addressee", "action"))
    return chooser.section("recommendations", tables=(Grid(columns, tuple(rows)),) if rows else ())


def figures(chooser: Chooser) -> Section:
    """The tables with the most figures, their first rows."""
    document = _own(chooser)
    tables = [
        (table, list(blocks))
        for table, blocks in groupby((block for block in document.blocks if block.kind == "row"), key=_table)
        if not table.startswith(("contents", "masthead"))
    ]
    weighed = [(_figures(document, blocks), n) for n, (_, blocks) in enumerate(tables)]
    best = sorted(n for count, n in sorted(weighed, key=lambda each: (-each[0], each[1]))[:TABLES] if count > 1)
    return chooser.section("figures", tables=tuple(_grid(chooser, document, *tables[n]) for n in best))


def _table(block: Block) -> str:
    return block.locator.rpartition(", ")[0]


def _figures(document: Document, blocks: list[Block]) -> int:
    """How many cells hold figures; none where the table is too wide for a page or its words are damaged."""
    rows = [block for block in blocks if not block.locator.endswith("header")]
    if any(len(block.cells) > COLUMNS or block.page in document.unquotable for block in blocks):
        return 0
    cells = [document.quote(*span) for block in rows for span in block.cells[1:] if span]
    return sum(any(sign.isdigit() for sign in cell) for cell in cells)


def _grid(chooser: Chooser, document: Document, table: str, blocks: list[Block]) -> Grid:
    heads = [block for block in blocks if block.locator.endswith("header")]
    rows = [block for block in blocks if not block.locator.endswith("header")]
    width = max(len(block.cells) for block in blocks)
    words = [
        " ".join(" ".join(document.quote(*span).split()) for block in heads for span in block.cells[n : n + 1] if span)
        for n in range(width)
    ]
    made = []
    for block in rows[:ROWS]:
        cells = [*block.cells, *[None] * (width - len(block.cells))]
        whole = chooser.cite(document, block, (block.start, block.end))
        made.append((Cell((whole,), place=True), *(_cell(chooser, document, block, span) for span in cells)))
    caption = rows[0].context.partition("; ")[0] if rows and "; " in rows[0].context else table
    place = say("column_place", chooser.language)
    return Grid((place, *words), tuple(made), " ".join(caption.split()))


def _cell(chooser: Chooser, document: Document, block: Block, span: Span | None) -> Cell:
    if span is None or not document.quote(*document.trimmed(*span)):
        return Cell()
    return Cell((chooser.cite(document, block, span),))
