"""Sections about a document. For a resolution: its adoption, its requests and decisions, what is new since the
previous text. For a report: its recommendations, and its main figures and tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import groupby, islice, pairwise, zip_longest

from assistant.answer_phrases import joined, place_name, say
from assistant.qa.answer import Statement
from assistant.qa.metadata import (
    ENCLOSED,
    adoption_lines,
    covering_letter_blocks,
    document_date,
    draft_lines,
    has_vote,
    is_symbol,
    is_title,
    item_lines,
    line_text,
    preamble_start,
    reads_as_draft,
)
from assistant.qa.units import Unit
from assistant.reports.brief.briefing import Part, Section
from assistant.reports.brief.selection import MAX_LENGTH, UnitSelector, in_order
from assistant.reports.brief.subject_sections import MAX_POINTS
from assistant.reports.brief.unit_checks import rank_section_units
from assistant.reports.comparison.paragraphs import normalized_key, strip_number, whole_paragraph
from assistant.reports.comparison.text_diff import Change, compare_texts
from assistant.reports.lookup import cite
from assistant.reports.mandates.mandate_list import mandate_rows, mandate_table
from assistant.reports.mandates.mandate_reader import operative_paragraphs
from assistant.reports.mandates.recommendation_reader import find_recommendations
from assistant.reports.quoted_tables import ELLIPSIS, Cell, Grid, column_names
from assistant.wording.claims import read
from assistant.wording.drafting import grammar_of
from assistant.wording.values import counting, plain
from corpus.corrections import find_corrections
from corpus.dates import find_full_dates
from corpus.documents import Block, Document
from corpus.library import Library
from corpus.tables import DocumentTable, cell_texts, find_tables
from ingest.speakers import speeches_of

MAX_TABLES, MAX_ROWS, MAX_COLUMNS = 4, 20, 9
"""Most tables, most rows of each, and most columns that fit on a page."""
MAX_FIGURE_PARAGRAPHS = 10
"""Most paragraphs that give main figures."""
MAX_CORRECTIONS = 8
"""Most corrections that are quoted."""
MIN_FIGURE = 100
"""Smaller numbers that are neither amounts of money nor shares are no figures."""
_SIGNED = re.compile(r"[(（][^\W\d_]{2,}[)）]\s*[^\W\d_]")
"""The beginning of a signature: `(Signed) Ana Peru`."""
_RESOLUTION = re.compile(r"\d+\s?\((?:\d{4}|[IVXLC]+)\)|\d+/\d+")


def build_about(selector: UnitSelector) -> Section:
    """What a document is, if it is not one by itself: what a corrigendum corrects, what an addendum adds to, what a
    revision revises, and of a letter or note who sends what to whom, in its own words."""
    document, language, library = selector.main_document, selector.language, selector.library
    version = library.versions().version_of(document.id)
    corrected, extended = (version.corrected_symbol, version.extended_symbol) if version else (None, None)
    statements: list[Statement] = []
    lines = _letter_lines(document, is_addition=extended is not None)
    revised = version.symbol.base if version and version.revision else None
    if target := corrected or extended or revised:
        corrections = find_corrections(document) if corrected else ()
        places = dict.fromkeys(place_name(place, language) for each in corrections for place in each.targets)
        others = library.versions().current_versions(target) if target != revised else ()
        held = [library.document(each.id) for each in others]
        title = next((f" ({each.title})" for each in held), "")
        name = "corrects_places" if places else "corrects" if corrected else "adds_to" if extended else "revises"
        names = {"symbol": document.label, "target": f"{target.text}{title}", "places": joined(list(places), language)}
        printed = next((each for each in document.blocks if is_symbol(document, each)), document.blocks[0])
        cited = cite(library, document, printed, placed=False)
        statements.append(Statement(say(name, language, **names), "derived", (cited,)))
        blocks = [block for block in document.blocks if block.kind in ("paragraph", "item")]
        instructions = ([b for b in blocks if each.start <= b.start < each.end][:2] for each in corrections)
        lines += list(filter(None, instructions))[:MAX_CORRECTIONS]
    statements += [_quote_lines(selector, document, each, whole=True) for each in lines]
    for each in statements:
        selector.mark_used(each)
    return selector.make_section("about", Part("", tuple(statements)))


def _letter_lines(document: Document, *, is_addition: bool) -> list[list[Block]]:
    """The lines of a letter or note that tell who sends what to whom: its dated title, the covering letters, of long ones the
    beginning and the signature, else its own first paragraph (of an addendum too), and the last signatures."""
    titles = [block for block in document.blocks if is_title(document, block)][:1]
    body = [block for block in document.blocks if block.kind == "paragraph" and block.locator != "masthead"]
    own = [block for block in body if not block.locator.startswith(ENCLOSED)]
    has_numbers = any(block.number for block in own)
    # Below a report, what stands before a longer annex is no letter about it.
    covering = frozenset[int]() if has_numbers else covering_letter_blocks(document)
    is_dated = any(find_full_dates(line_text(document, each)) for each in titles)
    if not is_dated or not own or has_numbers or any(speeches_of(document)):
        first = [block for block in document.blocks if block in body or block.number][:1]
        is_note = is_addition and own[:1] == first and not any(block.number for block in first)
        titles, body, own = [], [], own if is_note else []
    by_kind = groupby(body, lambda each: _SIGNED.match(line_text(document, each)) is not None)
    # The last signature, with those of others who sign the same text right above it.
    signatures = next((run for is_signed, run in reversed([(key, [*run]) for key, run in by_kind]) if is_signed), [])
    has_chapters = sum(block.kind == "heading" for block in document.blocks) > 1
    if has_chapters and not covering and not signatures and not is_addition:
        titles, own = [], []  # a report of a meeting has a day in its title, too
    letters = [block for block in document.blocks if block.ordinal in covering] or own[:1]
    found = [titles] if titles else []
    for _, group in groupby(enumerate(letters), lambda each: each[1].ordinal - each[0]):
        run = [block for _, block in group]
        is_short = run[-1].end - run[0].start <= MAX_LENGTH
        found += [run] if is_short else [[each] for each in (run[0], run[-1])]
    signed = {line_text(document, block) for lines in found for block in lines}
    return found + [[each] for each in signatures if line_text(document, each) not in signed]


def build_adoption(selector: UnitSelector) -> Section:
    """The lines about the adoption, and the agenda item, as printed; for a draft, that it is one, and its sponsors."""
    document = selector.main_document
    language = selector.language
    draft = reads_as_draft(document)
    lines = _sponsor_line(document) if draft else adoption_lines(document)
    # Adjacent lines are one quote.
    groups = groupby(enumerate(lines), key=lambda each: each[1].ordinal - each[0])
    statements = [_quote_lines(selector, document, [line for _, line in group], whole=True) for _, group in groups]
    items = item_lines(document)
    if items:
        contiguous = items[-1].ordinal - items[0].ordinal < len(items)  # else there is a footnote between them
        statements.append(_quote_lines(selector, document, items, whole=contiguous))
    remark = "draft_text" if draft else "" if has_vote(document) else "no_vote" if lines else "not_adopted"
    heading = say("section_draft", language) if draft else ""
    remarks = (say(remark, language),) if remark else ()
    return selector.make_section("adoption", Part("", tuple(statements)), heading=heading, remarks=remarks)


def _sponsor_line(document: Document) -> tuple[Block, ...]:
    """The lines that call a text a draft and name its sponsors; else the line right above its title that names them."""
    if lines_about_draft := draft_lines(document):
        return lines_about_draft
    above = [block for block in document.blocks[: preamble_start(document) or 0] if block.kind != "footnote"]
    lines = (block for block in reversed(above) if line_text(document, block) != document.title)
    return tuple(block for block in islice(lines, 1) if re.search("[:：]", line_text(document, block)))


def _quote_lines(selector: UnitSelector, document: Document, lines: Sequence[Block], *, whole: bool) -> Statement:
    """Lines as one statement: one quote if they are adjacent (`whole`), else several; the enclosed with its place."""
    spans = [(each.body_start, each.end) for each in lines]
    spans = [(spans[0][0], spans[-1][1])] if whole else spans
    placed = lines[0].locator.startswith(ENCLOSED)
    citations = tuple(map(partial(cite, selector.library, document, placed=placed), lines, spans))
    return Statement(" ".join(" ".join(each.quote.split()) for each in citations), "quoted", citations)


def build_mandates(selector: UnitSelector) -> Section:
    """The requests and decisions as a table, and the numbers of the paragraphs without any."""
    document, language = selector.main_document, selector.language
    rows = list(mandate_rows(selector.library, document))
    covered = set[int]()
    for row in rows:
        ordinal: int | None = row.ordinal
        while ordinal is not None:
            covered.add(ordinal)
            ordinal = document.blocks[ordinal].parent
    remaining = [each.number for each in operative_paragraphs(document) if each.number and each.ordinal not in covered]
    remarks = (say("asks_nothing", language, places=", ".join(remaining)),) if remaining else ()
    return selector.make_section("mandates", remarks=remarks, tables=(mandate_table(rows, language),))


def build_changes(selector: UnitSelector) -> Section:
    """What is new since the previous text of the same series, what was left out, and moved, without footnotes."""
    library, document, language = selector.library, selector.main_document, selector.language
    previous_text = find_previous_text(library, document)
    if previous_text is None:
        return selector.make_section("changes", unsourced=(say("no_previous", language),))
    selector.slices.end()
    comparison = compare_texts(library, previous_text, document)
    rows = tuple(_change_row(each, language) for each in comparison.changes if each.part != "footnote")
    columns, symbol = column_names(language, "place", "before", "change", "new", "gone"), previous_text.label
    return selector.make_section(
        "changes",
        heading=say("section_changes_since", language, symbol=symbol),
        remarks=(say("changes_note" if rows else "same_since", language, symbol=symbol),),
        tables=(Grid(columns, rows),) if rows else (),
    )


def find_previous_text(library: Library, document: Document) -> Document | None:
    """The text that a document revises; else the latest earlier resolution with the same title and language, but from
    another session: drafts are of the same one."""
    versions = library.versions()
    own = versions.version_of(document.id)
    official = (each for each in versions.with_symbol if each.header.edition == "official")
    in_language = (each for each in official if each.header.language == document.language)
    same_line = [each for each in in_language if own and each.lineage == own.lineage and each.revision < own.revision]
    if same_line:
        return library.document(max(same_line, key=lambda each: each.revision).id)
    title, day = normalized_key(strip_number(document.symbol, document.title)), document_date(document)
    if not title or day is None:
        return None
    usable = versions.quotable_documents(document.language)
    candidates = []
    for header in library.headers(kind="resolution"):
        own_title, behind = strip_number(header.symbol, header.title), header.title.partition(". ")[2]
        titles = (normalized_key(own_title), normalized_key(behind))
        if header.id in usable and header.language == document.language and title in titles:
            found = library.document(header.id)
            adopted = document_date(found)
            if adopted is not None and adopted < day and _session_key(found) != _session_key(document):
                candidates.append((adopted, found.id))
    return library.document(max(candidates)[1]) if candidates else None


def _change_row(change: Change, language: str) -> tuple[Cell, ...]:
    """The places of a changed paragraph, the kind of change, and new and old words, without lone signs."""
    places, words = [], []
    for place, op in ((change.after, "added"), (change.before, "removed")):
        texts = (piece.text.strip() for piece in change.pieces if piece.op == op)
        text = f" {ELLIPSIS} ".join(each for each in texts if any(map(str.isalnum, each)))
        places.append(Cell((place,), place=True) if place else Cell())
        words.append(Cell((place,), text=text) if place and text else Cell())
    kind: str = change.kind
    if kind == "changed" and not any(cell.text for cell in words):
        kind = "signs"
    kinds = dict.fromkeys((kind, *(["moved"] * change.moved)))
    return (*places, Cell(text=", ".join(say(f"kind_{each}", language) for each in kinds)), *words)


def _session_key(document: Document) -> str:
    return normalized_key(document.masthead.session) or document.id


def build_recommendations(selector: UnitSelector) -> Section:
    """What the document recommends, by sentence or list point, in a table like that of requests, first what it numbers
    as a recommendation; if it recommends nothing, the points of its conclusions."""
    document = selector.main_document
    candidates = mandate_rows(selector.library, document, find_recommendations(document))
    rows = [row for row in candidates if document.blocks[row.ordinal].page not in document.unquotable]
    if rows:
        numbered, others = ([row for row in rows if bool(row.number) == is_numbered] for is_numbered in (True, False))
        tables = [mandate_table(numbered, selector.language)] if numbered else []
        heading = say("other_recommendations", selector.language) if numbered else ""
        tables += [mandate_table(others, selector.language, heading)] if others else []
        return selector.make_section("recommendations", tables=tuple(tables))
    pattern = grammar_of(document.language).concludes
    chapters = [each for each in selector.subject.themes if each.section is not None and pattern.search(each.heading)]
    limit = MAX_POINTS[selector.subject.request.audience]
    quoted = [selector.quote_units(rank_section_units(selector, each), limit, novel=True) for each in chapters]
    parts = (Part(each.heading, in_order(statements)) for each, statements in zip(chapters, quoted, strict=True))
    return selector.make_section("recommendations", *parts)


def build_figures(selector: UnitSelector) -> Section:
    """For each heading the paragraph with its figures, and the tables with most figures (their first rows and the
    last one); first those about the whole."""
    document = selector.main_document
    tables = [table for table in find_tables(document) if not table.locator.startswith(("contents", "masthead"))]
    counts = [_count_figure_cells(document, table) for table in tables]
    is_part = {n: not _is_in_opening_part(document, tables[n].rows[0]) for n, count in enumerate(counts) if count > 1}
    best = sorted(is_part, key=lambda n: (is_part[n], -counts[n], n))[:MAX_TABLES]
    units = _find_figure_paragraphs(selector, document)
    paragraphs = [Part(_distinct_heading(document, each), selector.quote_units([each])) for each in units]
    ordered = sorted(best, key=lambda n: (is_part[n], n))
    figures = tuple(_figure_table(selector, document, tables[n]) for n in ordered)
    return selector.make_section("figures", *paragraphs, tables=figures)


def _distinct_heading(document: Document, unit: Unit) -> str:
    """The heading of a unit; where others have the same words, the nearest one above it that no other has."""
    counts = Counter(document.line(each) for each in document.blocks if each.kind == "heading")
    *above, own = document.headings(document.blocks[unit.block])
    right_above = document.blocks[max(0, own.ordinal - 1)]
    nearest = (own, *([right_above] if right_above.kind == "heading" else []), *reversed(above))
    return document.heading_line(next((each for each in nearest if counts[document.line(each)] == 1), own))


def _is_in_opening_part(document: Document, block: Block) -> bool:
    """Whether a block is in the part that opens a division of the document, where the figures of the whole are:
    before all further headings, or under those that are the first below the one above them."""
    for above, head in pairwise(document.headings(block)):
        if next((each for each in document.children[above.ordinal] if each.kind == "heading"), head) != head:
            return False
    return not block.locator.startswith("annex")


def _find_figure_paragraphs(selector: UnitSelector, document: Document) -> list[Unit]:
    """For each heading the paragraph with figures that is most similar to it, or has most where the model does not
    read the language; of these at most `MAX_FIGURE_PARAGRAPHS`.

    Those of the whole come first, those with most figures before others, then in the order of the document.
    """
    by_heading: dict[Block, list[Unit]] = {}
    for unit in dict.fromkeys(map(whole_paragraph, selector.iter_units(document))):
        block = document.blocks[unit.block]
        heads = document.headings(block)
        if heads and block.kind in ("paragraph", "item") and _count_figures(unit) and selector.is_quotable(unit):
            by_heading.setdefault(heads[-1], []).append(unit)
    embed, chosen = selector.library.embedder.embed_passages, list[Unit]()
    for head, units in by_heading.items() if selector.can_embed(document.language) else ():
        likeness = embed([unit.text for unit in units]) @ embed([document.body(head)])[0]
        chosen.append(units[int(likeness.argmax())])
    chosen = chosen or [max(units, key=_count_figures) for units in by_heading.values()]
    is_part = {unit: not _is_in_opening_part(document, document.blocks[unit.block]) for unit in chosen}
    best = sorted(chosen, key=lambda unit: (is_part[unit], -_count_figures(unit)))[:MAX_FIGURE_PARAGRAPHS]
    return sorted(best, key=lambda unit: (is_part[unit], unit.start if is_part[unit] else -_count_figures(unit)))


def _count_figures(unit: Unit) -> int:
    """How many figures a unit gives: amounts of money, shares, numbers of thousands or more, and numbers from
    `MIN_FIGURE` on that count something and are no years, places and resolutions."""
    grammar, years = grammar_of(unit.document.language), range(1900, 2100)
    text = _RESOLUTION.sub(" ", unit.text)
    values, counts = read(text, unit.document.language), counting(plain(text), unit.document.language)
    counted = (readings for readings in values.numbers if max(readings) >= MIN_FIGURE and readings & counts)
    placed = (any(each in years or f"{each:g}" in values.placed for each in readings) for readings in counted)
    amounts = (grammar.money, grammar.percent, grammar.amount)
    return max(sum(not each for each in placed), sum(len(each.findall(text)) for each in amounts))


def _count_figure_cells(document: Document, table: DocumentTable) -> int:
    """How many cells hold figures; 0 where the table is too wide for a page or its words are damaged."""
    blocks = (*table.header, *table.rows)
    if any(len(block.cells) > MAX_COLUMNS or block.page in document.unquotable for block in blocks):
        return 0
    cells = [cell for block in table.rows for cell in cell_texts(document, block)[1:]]
    return sum(any(sign.isdigit() for sign in cell) for cell in cells)


def _figure_table(selector: UnitSelector, document: Document, table: DocumentTable) -> Grid:
    width = max(len(block.cells) for block in (*table.header, *table.rows))
    header_columns = zip_longest(*(cell_texts(document, block) for block in table.header), fillvalue="")
    words = [" ".join(" ".join(column).split()) for column in header_columns]
    rows = []
    # The last row often has the totals, so it is always shown.
    for n, block in enumerate((*table.rows[: MAX_ROWS - 1], *table.rows[MAX_ROWS - 1 :][-1:])):
        if n == MAX_ROWS - 1 and len(table.rows) > MAX_ROWS:
            rows.append((Cell(text=ELLIPSIS), *[Cell(text=ELLIPSIS)] * width))
        cite_span = partial(cite, selector.library, document, block)
        cells = [Cell((cite_span((block.start, block.end)),), place=True)]
        for span in (*block.cells, *[None] * (width - len(block.cells))):
            has_text = span is not None and document.quote(*document.trim_span(*span))
            cells.append(Cell((cite_span(span),)) if has_text else Cell())
        rows.append(tuple(cells))
    first = (*table.rows, *table.header)[0]
    caption = first.context.partition("; ")[0] if "; " in first.context else first.locator.rpartition(", ")[0]
    place = say("column_place", selector.language)
    return Grid((place, *words, *[""] * (width - len(words))), tuple(rows), heading=" ".join(caption.split()))
