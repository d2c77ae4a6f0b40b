"""Reads PDF files: from the characters on their pages to lines, one for each paragraph, heading, row and footnote.

pdfium (through pypdfium2) reads the file; the structure of a United Nations document is found here: `glyphs`
(characters with position and size), `printed_lines` (printed lines), `running_headers` (running headers and footers),
`pdf_notes` (footnotes), `pdf_tables` (with `table_rules` and `table_rows`), `columns` (reading order), `pdf_paragraphs`
(paragraphs) and `assemble` (lines).
"""

from __future__ import annotations

from ingest.readers.lines import NoTextLayer, ParsedFile, ReadError, group_consecutive
from ingest.readers.masthead_lines import is_distribution_line
from ingest.readers.pdf.arabic_text import is_damaged
from ingest.readers.pdf.assemble import Assembly
from ingest.readers.pdf.columns import find_column_gap, in_reading_order
from ingest.readers.pdf.contents import find_entries
from ingest.readers.pdf.glyphs import MAX_CHARACTERS, PageGlyphs, open_pdf, read_pages
from ingest.readers.pdf.pdf_notes import Note, split_notes
from ingest.readers.pdf.pdf_paragraphs import PageText, build_items
from ingest.readers.pdf.pdf_tables import continued_table, labelled_tables, ruled_tables, unruled_tables
from ingest.readers.pdf.printed_lines import PrintedLine, build_printed_lines, common_size
from ingest.readers.pdf.running_headers import PageBody, wide_rules, without_furniture, without_sideways
from ingest.readers.pdf.table_rows import Table

__all__ = ["read_pdf"]

_NOTICE = 500  # the notice that a document does not exist has fewer characters than this
_LEAST_TEXT = 20  # a page with fewer characters counts as one without text
_PICTURE, _FEW_WORDS = 0.35, 300
"""A page that is no scan counts as a picture where images cover more than this share of it, and it has fewer characters
than this: little more than a title."""


def read_pdf(data: bytes, name: str) -> ParsedFile:
    """The lines of a PDF file. `name` is used in messages only. Raises `NoTextLayer` for a scan without recognised
    text, `ReadError` for a file that can't be read."""
    document = open_pdf(data, name)
    try:
        pages = [(page, build_printed_lines(page)) for page in map(without_sideways, read_pages(document, name))]
    finally:
        document.close()
    _check(pages, name)
    pages_without_furniture = without_furniture(pages)
    # Headers and footers of every page do not count as text of a page that is otherwise a picture.
    counts = tuple(sum(len(line.text) for line in page_body.printed_lines) for page_body in pages_without_furniture)
    size = common_size(line for _, printed_lines in pages for line in printed_lines)
    texts: list[PageText] = []
    notes: list[Note] = []
    masthead_facts: tuple[str, ...] = ()
    for page_body in pages_without_furniture:
        text, notes_of_page = _page_text(page_body, size, notes, texts[-1] if texts else None)
        texts.append(text)
        notes += notes_of_page
        masthead_facts = masthead_facts or page_body.masthead_facts
    lines, warnings = Assembly(build_items(texts, size), notes).run(texts[0].masthead, masthead_facts)
    counted = [(page, count) for (page, _), count in zip(pages, counts, strict=True)]
    few_words = (page for page, count in counted if _LEAST_TEXT <= count < _FEW_WORDS)
    pictures = [page.number for page in few_words if page.pictured > _PICTURE and page.invisible <= 0.5]
    scans = sum(page.scanned and count >= _LEAST_TEXT and page.number not in pictures for page, count in counted)
    broken = [page.number for page, printed_lines in pages if is_damaged(" ".join(line.text for line in printed_lines))]
    warnings += _page_warnings([page for page, _ in pages], counts, broken, pictures)
    return ParsedFile(
        lines=lines,
        format="pdf",
        pages=counts,
        ocr=scans > 0.5 * sum(count >= _LEAST_TEXT for count in counts),
        unquotable=tuple(broken),
        warnings=tuple(warnings),
    )


def _page_warnings(
    pages: list[PageGlyphs], counts: tuple[int, ...], broken: list[int], pictures: list[int]
) -> list[str]:
    """Warnings about pages that are not read completely. `counts` are the characters of each page; `broken` and `pictures` the
    numbers of pages with damaged Arabic, and of those that are mostly a picture."""
    warnings: list[str] = []
    if broken:
        warnings.append(
            f"the Arabic on page {_format_numbers(broken)} is damaged in this file (letters are missing) and is not quoted; "
            "get the document as DOCX"
        )
    if cut := [page.number for page in pages if page.cut]:
        warnings.append(f"only the first {MAX_CHARACTERS:,} characters of page {_format_numbers(cut)} were read")
    if hidden := [page.number for page in pages if page.invisible and not page.scanned]:
        warnings.append(f"invisible text was left out on page {_format_numbers(hidden)}")
    empty = [n for n, count in enumerate(counts, 1) if count < _LEAST_TEXT]
    if empty and len(empty) < len(pages):
        warnings.append(f"no text on page {_format_numbers(empty)} of {len(pages)}: blank, or a picture of text")
    if pictures:
        where = f"{_format_numbers(pictures)} of {len(pages)}"
        warnings.append(
            f"pages {where} are pictures with few words beside them; the words in them are not read"
            if len(pictures) > 1
            else f"page {where} is a picture with few words beside it; the words in it are not read"
        )
    return warnings


def _check(pages: list[tuple[PageGlyphs, list[PrintedLine]]], name: str) -> None:
    counts = [sum(len(run.text) for run in page.runs) for page, _ in pages]
    if sum(counts) < _LEAST_TEXT:
        raise NoTextLayer(
            f"{name} has {len(pages)} pages and no text: it is a scan, or holds pictures only. Recognize its text "
            "with --ocr, or with: ocrmypdf IN OUT"
        )
    unmapped = sum(page.unmapped for page, _ in pages)
    if unmapped > 0.1 * sum(counts):
        raise NoTextLayer(
            f"{name}: {unmapped / sum(counts):.0%} of its characters have no meaning in its fonts, so that its words "
            "cannot be read. Get it as DOCX, or recognize its text with --ocr."
        )
    start = " ".join(line.text for line in pages[0][1][:12]).casefold()
    if len(pages) == 1 and counts[0] < _NOTICE and "does not exist" in start and "official document system" in start:
        raise ReadError(
            f"{name} is not a document but a notice that the document does not exist in the Official Document "
            "System. Check the symbol, or ask for another language."
        )


def _page_text(
    page_body: PageBody, size: float, before: list[Note], last: PageText | None
) -> tuple[PageText, list[Note]]:
    page = page_body.page
    body, notes, continued = split_notes(
        page, page_body.printed_lines, size, bool(before) and before[-1].page == page.number - 1
    )
    if before:
        before[-1].lines += continued
    masthead: list[PrintedLine] = []
    from_top = 0.0
    if page.number == 1 and (edge := _masthead_edge(page) or _printed_edge(page, body)):
        from_top = edge + 3
        masthead = [line for line in body if line.base <= edge + 2]
        body = [line for line in body if line.base > edge + 2]
    elif page_body.edge:
        from_top = page_body.edge + 2
    open_table = next((table for table in last.tables if table.open), None) if last else None
    rest_of_table = continued_table(page, body, open_table, from_top) if open_table else None
    tables = [rest_of_table] if rest_of_table else []
    ruled, boxes = ruled_tables(page, _exclude_tables(body, tables), from_top)
    tables += ruled
    tables += labelled_tables([line for line in _exclude_tables(body, tables) if line.base > from_top])
    remaining = _exclude_tables(body, tables)
    gap = find_column_gap(remaining) or (find_column_gap(remaining, last.gap) if last and last.gap else None)
    if gap is None:
        listed = find_entries(remaining)
        tables += unruled_tables([line for line in remaining if line.base > from_top and id(line) not in listed])
        remaining = _exclude_tables(body, tables)
    printed_lines = in_reading_order(remaining, gap)
    entries = find_entries(printed_lines)
    return PageText(page.number, page.width, printed_lines, tables, boxes, masthead, gap, entries), notes


def _exclude_tables(printed_lines: list[PrintedLine], tables: list[Table]) -> list[PrintedLine]:
    used = {number for table in tables for number in table.ids}
    return [line for line in printed_lines if id(line) not in used]


def _masthead_edge(page: PageGlyphs) -> float | None:
    """The height of the rule below the masthead of a United Nations document, in points from the top."""
    heights = [height for height in wide_rules(page, 0.7) if 0.16 * page.height < height < 0.42 * page.height]
    return min(heights, default=None)


def _printed_edge(page: PageGlyphs, printed_lines: list[PrintedLine]) -> float | None:
    """The height of the last line of a masthead without a rule below it, found by its words."""
    top = [line for line in printed_lines if line.base < 0.45 * page.height]
    heights = [line.base for line in top if any(is_distribution_line(segment.text) for segment in line.segments)]
    return max(heights) if len(heights) >= 2 else None


def _format_numbers(numbers: list[int]) -> str:
    """Numbers as a person would list them: `1, 3-7, 12`."""
    runs = group_consecutive(numbers, lambda run, number: number == run[-1] + 1)
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs[:20])
