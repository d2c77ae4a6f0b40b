"""Requests and decisions as sheets: CSV for any program, XLSX with a header that stays and a filter.

Words of documents are hostile: a cell that a spreadsheet would take for a formula is text, in CSV by an apostrophe before it
(OWASP, "CSV Injection"), in XLSX by its type.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence

from assistant.frames import say
from assistant.qa.answer import Citation
from assistant.reports.mandates.mandate_list import Mandates, Row

FORMATS = ("csv", "xlsx")
COLUMNS = ("symbol", "title", "adopted", "place", "addressee", "verb", "action", "due", "comes", "money", "source")
WIDTHS = (18, 40, 12, 14, 36, 18, 80, 26, 12, 20, 40)
LONGEST = 32_000
"""Characters of a cell of a spreadsheet, which takes 32,767."""
_FORMULA = re.compile(r"^[\s\x00]*[=+\-@\t\r]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_MADE = dt.datetime(2000, 1, 1)
"""The date inside a file: the same list makes the same bytes."""


def sheet(made: Mandates, form: str, language: str) -> bytes:
    """The list as a file of one of `FORMATS`, all its rows."""
    header = [say(f"column_{name}", language) for name in COLUMNS]
    return _csv(made, header) if form == "csv" else _xlsx(made, header, language)


def _cells(rows: tuple[Row, ...]) -> Iterator[list[str]]:
    for row in rows:
        cells = (
            row.label, row.title, row.adopted, row.place.locator.removeprefix(f"{row.label}, "), _listed(row.addressees),
            _listed([row.verb]), _listed(row.action, " […] "), _listed(row.times), row.due, _listed(row.money), row.place.url or "",
        )  # fmt: skip
        yield [_CONTROL.sub("", " ".join(cell.split()))[:LONGEST] for cell in cells]


def _listed(cites: Sequence[Citation], between: str = "; ") -> str:
    return between.join(" ".join(each.quote.split()) for each in cites)


def _csv(made: Mandates, header: list[str]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    for cells in _cells(made.rows):
        writer.writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])
    # With the mark at its head spreadsheets read it as UTF-8.
    return out.getvalue().encode("utf-8-sig")


def _xlsx(made: Mandates, header: list[str], language: str) -> bytes:
    from xlsxwriter import Workbook

    out = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(out, {**options, "in_memory": False}) as book:
        book.set_properties({"title": say("mandates_title", language), "created": _MADE})
        page = book.add_worksheet("Mandates")
        if language == "ar":
            page.right_to_left()
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for column, width in enumerate(WIDTHS):
            page.set_column(column, column, width)
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, len(made.rows), len(header) - 1)
        for column, name in enumerate(header):
            page.write_string(0, column, name, bold)
        for line, cells in enumerate(_cells(made.rows), 1):
            for column, cell in enumerate(cells):
                page.write_string(line, column, cell, wrapped)
    return out.getvalue()
