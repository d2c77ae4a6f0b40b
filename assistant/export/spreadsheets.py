"""Requests and decisions as spreadsheets: CSV for any program, XLSX with a frozen header and a filter.

Words of documents are untrusted: a cell that a spreadsheet would take for a formula is text, in CSV by an apostrophe
before it (OWASP, "CSV Injection"), in XLSX by its type.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from assistant.answer_phrases import say
from assistant.reports.mandates.mandate_list import MandateList, MandateRow, row_status
from assistant.reports.quoted_tables import Cell, column_names

FORMATS = ("csv", "xlsx")
COLUMNS = {"symbol": 18, "status": 10, "title": 40, "adopted": 12, "place": 14, "addressee": 36, "verb": 18, "action": 80,
           "due": 26, "comes": 12, "money": 20, "source": 40}  # fmt: skip
"""With the width of each, in characters."""
MAX_CELL_LENGTH = 32_000
"""Longest cell, in characters; a spreadsheet allows 32,767."""
_FORMULA = re.compile(r"^[\s\x00]*[=+\-@\t\r]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FIXED_DATE = dt.datetime(2000, 1, 1)
"""The date inside a file is fixed, so that the same list gives the same bytes."""


def render_sheet(mandates: MandateList, form: str, language: str) -> bytes:
    """The list with all its rows as a file in one of `FORMATS`."""
    lines = chain([column_names(language, *COLUMNS)], _row_cells(mandates.rows, language))
    return _csv(lines) if form == "csv" else _xlsx(lines, language, len(mandates.rows))


def _row_cells(rows: tuple[MandateRow, ...], language: str) -> Iterator[list[str]]:
    for row in rows:
        status = [row_status(row, language), say("unverified_note", language) * row.place.unverified]
        cells = (
            row.label, "; ".join(filter(None, status)), row.place.title, row.adopted * (not row.draft), row.place.locator.removeprefix(f"{row.label}, "), Cell(row.addressees).to_text(),
            Cell(row.verb).to_text(), Cell(row.action, whole=True).to_text(), Cell(row.times).to_text(), "; ".join(row.dates), Cell(row.money).to_text(),
            row.place.url or "",
        )  # fmt: skip
        yield [_CONTROL.sub("", " ".join(cell.split()))[:MAX_CELL_LENGTH] for cell in cells]


def _csv(lines: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells] for cells in lines)
    # Spreadsheets need the byte order mark to read it as UTF-8.
    return out.getvalue().encode("utf-8-sig")


def _xlsx(lines: Iterable[Sequence[str]], language: str, rows: int) -> bytes:
    from xlsxwriter import Workbook

    out = io.BytesIO()
    text_only = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    with Workbook(out, {"constant_memory": True, "in_memory": False, **text_only}) as book:
        book.set_properties({"title": say("mandates_title", language), "created": _FIXED_DATE})
        page = book.add_worksheet("Mandates")
        if language == "ar":
            page.right_to_left()
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for column, width in enumerate(COLUMNS.values()):
            page.set_column(column, column, width)
        page.freeze_panes(1, 1)
        # On paper, A4 pages lie, have all columns, and repeat the header.
        page.set_paper(9)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        page.autofilter(0, 0, rows, len(COLUMNS) - 1)
        for line, cells in enumerate(lines):
            for column, cell in enumerate(cells):
                page.write_string(line, column, cell, wrapped if line else bold)
    return out.getvalue()
