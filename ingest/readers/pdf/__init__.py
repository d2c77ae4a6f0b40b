"""PDF files: from the characters on their pages to lines, one for each paragraph, heading, row and footnote.

pdfium (through pypdfium2) reads the file; everything that makes a United Nations document of it is done here:
`glyphs` (characters with place and size), `printed_lines` (printed lines), `running_headers` (running headers and footers),
`pdf_notes` (footnotes), `pdf_tables` (with `table_rules` and `table_rows`), `columns` (reading order), `pdf_paragraphs` (paragraphs) and `assemble` (lines).
"""

from __future__ import annotations

from ingest.readers.lines import NoTextLayer, ParsedFile, ReadError, group_consecutive
from ingest.readers.masthead_lines import is_distribution_line
from ingest.readers.pdf.arabic_text import damaged, reversed_share, with_turned_script
from ingest.readers.pdf.assemble import Assembly
from ingest.readers.pdf.columns import column_gap, in_reading_order
from ingest.readers.pdf.contents import entries
from ingest.readers.pdf.glyphs import MAX_CHARACTERS, PageGlyphs, open_pdf, read_pages
from ingest.readers.pdf.pdf_notes import Note, part_notes
from ingest.readers.pdf.pdf_paragraphs import PageText, flowing
from ingest.readers.pdf.pdf_tables import carried_table, labelled_tables, ruled_tables, unruled_tables
from ingest.readers.pdf.printed_lines import Print, common_size, prints_of
from ingest.readers.pdf.running_headers import Framed, wide_rules, without_furniture, without_sideways
from ingest.readers.pdf.table_rows import Table

__all__ = ["read_pdf"]

_NOTICE = 500
"""The notice that a document does not exist has fewer characters than this."""
_LEAST_TEXT = 20
"""A page with fewer characters counts as one without text."""
_PICTURE, _FEW_WORDS = 0.35, 300
"""A page of which pictures cover more than this share, and which has fewer characters, is told to be a picture."""


def read_pdf(data: bytes, name: str) -> ParsedFile:
    """The lines of a PDF file. `name` is used in messages only.

    Raises `NoTextLayer` for a scan without recognised text, `ReadError` for a file that can't be read.
    """
    document = open_pdf(data, name)
    try:
        pages = [(page, prints_of(page)) for page in map(without_sideways, read_pages(document, name))]
    finally:
        document.close()
    if reversed_share("\n".join(line.text for _, prints in pages for line in prints)) > 0.5:
        pages = [(page, prints_of(page)) for page in (with_turned_script(page) for page, _ in pages)]
    _check(pages, name)
    framed_pages = without_furniture(pages)
    # What runs over every page is no text of a page that is a picture otherwise.
    counts = tuple(sum(len(line.text) for line in framed.prints) for framed in framed_pages)
    size = common_size(line for _, prints in pages for line in prints)
    texts: list[PageText] = []
    notes: list[Note] = []
    told: tuple[str, ...] = ()
    for framed in framed_pages:
        text, found = _page_text(framed, size, notes, texts[-1] if texts else None)
        texts.append(text)
        notes += found
        told = told or framed.told
    lines, warnings = Assembly(flowing(texts, size), notes).run(texts[0].masthead, told)
    pictures = [page.number for (page, _), count in zip(pages, counts, strict=True) if _mostly_picture(page, count)]
    scanned = [
        page.number
        for (page, _), count in zip(pages, counts, strict=True)
        if page.scanned and count >= _LEAST_TEXT and page.number not in pictures
    ]
    hidden = [page.number for page, _ in pages if page.invisible and not page.scanned]
    broken = [page.number for page, prints in pages if damaged(" ".join(line.text for line in prints))]
    if broken:
        warnings.append(
            f"the Arabic on page {_listed(broken)} is damaged in this file (letters are missing) and is not quoted; "
            "get the document as DOCX"
        )
    if cut := [page.number for page, _ in pages if page.cut]:
        warnings.append(f"only the first {MAX_CHARACTERS:,} characters were read of page {_listed(cut)}")
    if hidden:
        warnings.append(f"text that can't be seen was left out on page {_listed(hidden)}")
    empty = [n for n, count in enumerate(counts, 1) if count < _LEAST_TEXT]
    if empty and len(empty) < len(pages):
        warnings.append(f"no text on page {_listed(empty)} of {len(pages)}: blank, or a picture of text")
    if pictures:
        where = f"{_listed(pictures)} of {len(pages)}"
        warnings.append(
            f"pages {where} are pictures with few words beside them; those in them are not read"
            if len(pictures) > 1
            else f"page {where} is a picture with few words beside it; those in it are not read"
        )
    return ParsedFile(
        lines=tuple(lines),
        format="pdf",
        pages=counts,
        ocr=len(scanned) > 0.5 * sum(count >= _LEAST_TEXT for count in counts),
        unquotable=tuple(broken),
        warnings=tuple(warnings),
    )


def _mostly_picture(page: PageGlyphs, count: int) -> bool:
    """Whether a page that is no scan with recognised text is a picture with little more than a title."""
    return page.pictured > _PICTURE and page.invisible <= 0.5 and _LEAST_TEXT <= count < _FEW_WORDS


def _check(pages: list[tuple[PageGlyphs, list[Print]]], name: str) -> None:
    counts = [sum(len(run.text) for run in page.runs) for page, _ in pages]
    if sum(counts) < _LEAST_TEXT:
        raise NoTextLayer(
            f"{name} has {len(pages)} pages and no text: it is a scan, or holds pictures only. Recognise its text "
            "with --ocr, or with: ocrmypdf IN OUT"
        )
    unmapped = sum(page.unmapped for page, _ in pages)
    if unmapped > 0.1 * sum(counts):
        raise NoTextLayer(
            f"{name}: {unmapped / sum(counts):.0%} of its characters have no meaning in its fonts, so that its words "
            "can't be read. Get it as DOCX, or recognise its text with --ocr."
        )
    start = " ".join(line.text for line in pages[0][1][:12]).casefold()
    if len(pages) == 1 and counts[0] < _NOTICE and "does not exist" in start and "official document system" in start:
        raise ReadError(
            f"{name} is not a document but a notice that the document does not exist in the Official Document "
            "System. Check the symbol, or ask for another language."
        )


def _page_text(framed: Framed, size: float, before: list[Note], last: PageText | None) -> tuple[PageText, list[Note]]:
    page = framed.page
    body, notes, carried_on = part_notes(page, framed.prints, size, bool(before) and before[-1].page == page.number - 1)
    if before:
        before[-1].lines += carried_on
    masthead: list[Print] = []
    from_top = 0.0
    if page.number == 1 and (edge := _masthead_edge(page) or _printed_edge(page, body)):
        from_top = edge + 3
        masthead = [line for line in body if line.base <= edge + 2]
        body = [line for line in body if line.base > edge + 2]
    elif framed.edge:
        from_top = framed.edge + 2
    unfinished = next((table for table in last.tables if table.open), None) if last else None
    carried = carried_table(page, body, unfinished, from_top) if unfinished else None
    begun = [carried] if carried else []
    tables, boxes = ruled_tables(page, _without(body, begun), from_top)
    tables = [*begun, *tables]
    tables += labelled_tables(page.number, [line for line in _without(body, tables) if line.base > from_top])
    free = _without(body, tables)
    gap = column_gap(free) or (column_gap(free, last.gap) if last and last.gap else None)
    if gap is None:
        listed = entries(free)
        tables += unruled_tables(
            page.number, [line for line in free if line.base > from_top and id(line) not in listed]
        )
        free = _without(body, tables)
    prints = in_reading_order(free, gap)
    text = PageText(page.number, page.width, page.height, prints, tables, boxes, masthead, gap, entries(prints))
    return text, notes


def _without(prints: list[Print], tables: list[Table]) -> list[Print]:
    used = {number for table in tables for number in table.ids}
    return [line for line in prints if id(line) not in used]


def _masthead_edge(page: PageGlyphs) -> float | None:
    """The height of the rule below the masthead of a United Nations document, points from the top."""
    found = [height for height in wide_rules(page, 0.7) if 0.16 * page.height < height < 0.42 * page.height]
    return min(found, default=None)


def _printed_edge(page: PageGlyphs, prints: list[Print]) -> float | None:
    """The height of the last line of a masthead that no rule closes, told by its words."""
    top = [line for line in prints if line.base < 0.45 * page.height]
    found = [line.base for line in top if any(is_distribution_line(stretch.text) for stretch in line.stretches)]
    return max(found) if len(found) >= 2 else None


def _listed(numbers: list[int]) -> str:
    """Numbers as a person would list them: `1, 3-7, 12`."""
    runs = group_consecutive(numbers, lambda run, number: number == run[-1] + 1)
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs[:20])
