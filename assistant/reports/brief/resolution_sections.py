"""The sections about a resolution: when and how it was adopted, who is asked to do what by when, what is new since the text before."""

from __future__ import annotations

from assistant.frames import say
from assistant.qa.adoption import adoption_lines, dated_on, item_lines, votes
from assistant.qa.answer import Citation, Statement
from assistant.reports.brief.briefing import Part, Section
from assistant.reports.brief.selection import Chooser
from assistant.reports.comparison.paragraphs import key_of
from assistant.reports.comparison.text_diff import Change, compare_texts
from assistant.reports.lookup import cite
from assistant.reports.mandates.mandate_reader import operative
from assistant.reports.mandates.mandate_rows import grid_of, rows_of
from assistant.reports.quoted_tables import Cell, Grid
from corpus.documents import Block, Document
from corpus.library import Library


def adoption(chooser: Chooser, heading: str) -> Section:
    """The lines about the adoption, and the item of the agenda, as the text prints them."""
    document = _own(chooser)
    language = chooser.ground.request.language
    lines = adoption_lines(document)
    said = [Statement.quoting(_cite(chooser, document, block, block)) for block in lines]
    items = item_lines(document)
    if items:
        said.append(Statement.quoting(_cite(chooser, document, items[0], items[-1])))
    remark = "" if votes(document) else "no_vote" if lines else "not_adopted"
    parts = (Part("", tuple(said)),) if said else ()
    return Section("adoption", heading, parts, (say(remark, language),) if remark else ())


def mandates(chooser: Chooser, heading: str) -> Section:
    """The requests and decisions as a table, and the paragraphs that hold none."""
    document = _own(chooser)
    language = chooser.ground.request.language
    rows = list(rows_of(chooser.engine.library, document))
    asking = {row.ordinal for row in rows}
    asking |= {parent for each in asking if (parent := document.blocks[each].parent) is not None}
    others = [block.number for block in operative(document) if block.number and block.ordinal not in asking]
    remarks = (say("asks_nothing", language, places=", ".join(others)),) if others else ()
    return Section("mandates", heading, remarks=remarks, tables=(grid_of(rows, language),))


def changes(chooser: Chooser, heading: str) -> Section:
    """What the operative paragraphs have that those of the text before in the same series have not."""
    library, document = chooser.engine.library, _own(chooser)
    language = chooser.ground.request.language
    before = previous(library, document)
    if before is None:
        return Section("changes", heading, unsourced=(say("no_previous", language),))
    title = say("section_changes_since", language, symbol=before.label)
    chooser.slices.end()
    found = compare_texts(library, before, document)
    rows = tuple(_row(each) for each in found.changes if each.part == "operative" and each.kind != "moved")
    if not rows:
        return Section("changes", title, remarks=(say("same_since", language, symbol=before.label),))
    columns = tuple(say(f"column_{name}", language) for name in ("place", "before", "new", "gone"))
    return Section("changes", title, tables=(Grid(columns, rows),))


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
    return chooser.engine.library.document(chooser.ground.own[0])


def _cite(chooser: Chooser, document: Document, first: Block, last: Block) -> Citation:
    return cite(chooser.engine.library, document, first.body_start, last.end)
