"""Tables of PDF files: rows with their cells and header, over page breaks, with the notes below them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdfs import LEFT, RIGHT, Flow, Sheet, filled, long_text, words_of, wrapped

from corpus.catalogue import Catalogue
from corpus.documents import Block, Document
from ingest.document_reading import Input, read_document
from ingest.readers.lines import Line, ParsedFile
from ingest.readers.pdf import read_pdf

COLUMNS = (LEFT, 230.0, 310.0, 400.0, RIGHT)
TWO = (LEFT, 300.0, RIGHT)
HEAD = ["Valley", "Clinics", "Staff", "Patients"]
STYLES = ["grid", "ends", "each"]  # all borders; rules at head and end only; a rule below each row


def valleys(first: int, last: int) -> list[list[str]]:
    """Rows of a table, a valley in each."""
    return [[f"Valley {n}", f"{n}", f"{3 * n}", f"{n} 00{n}"] for n in range(first, last + 1)]


def named(first: int, last: int) -> list[list[str]]:
    """Rows whose first cells share no word."""
    return [
        [f"{chr(65 + n // 26) + chr(97 + n % 26)}dale", *row[1:]] for n, row in enumerate(valleys(first, last), first)
    ]


def table(
    sheet: Sheet,
    top: float,
    rows: Sequence[Sequence[str]],
    style: str,
    *,
    heads: int = 1,
    columns: Sequence[float] = COLUMNS,
) -> float:
    """A table with `heads` bold rows at its head; a cell may have several lines; returns where it ends."""
    ruled = () if style == "none" else columns
    sheet.rules(ruled, top)
    for n, row in enumerate(rows):
        sheet.row(columns, top + 10, row, style="b" if n < heads else "")
        height = 15 + 10 * max(cell.count("\n") for cell in row)
        if style == "grid":
            for left in columns:
                sheet.wall(left, top, top + height)
        top += height
        if style in ("grid", "each") or n in (heads - 1, len(rows) - 1):
            sheet.rules(ruled, top)
    return top + 24


def caption(flow: Flow, number: int, title: str = "Clinics by valley, 2030") -> None:
    flow.sheet.text(LEFT, flow.top, f"Table {number}")
    flow.sheet.text(LEFT, flow.top + 12, title, 10, "b")
    flow.top += 20


def printed(
    rows: Sequence[Sequence[str]], style: str, *, heads: int = 1, columns: Sequence[float] = COLUMNS
) -> ParsedFile:
    """A page with a paragraph and a table below it, as read."""
    flow = Flow(pages=1).start().add(long_text(60), "1.")
    table(flow.sheet, flow.top, rows, style, heads=heads, columns=columns)
    return flow.read()


def on_one_line(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Rows, the lines of each cell as one."""
    return [[cell.replace("\n", " ") for cell in row] for row in rows]


def rows_of(source: ParsedFile) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in filled(source) if line.cells]


def headers_of(source: ParsedFile) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in filled(source) if line.header]


def body(source: ParsedFile) -> list[Line]:
    return [line for line in filled(source) if line.part != "masthead"]


def rows_in(found: Document) -> list[Block]:
    return [block for block in found.blocks if block.kind == "row"]


@pytest.mark.parametrize("style", [*STYLES, "none"])
def test_each_row_comes_back_with_its_cells_between_the_paragraphs_around_the_table(style: str) -> None:
    flow = Flow(pages=1).start().add(long_text(160), "1.")
    caption(flow, 3)
    flow.top = table(flow.sheet, flow.top, [HEAD, *valleys(1, 6)], style)
    flow.add(long_text(160, 2), "2.")
    source = flow.read()
    assert rows_of(source) == [HEAD, *valleys(1, 6)]
    lines = [line for line in body(source) if not line.cells]
    assert [(line.text, line.part) for line in lines] == [
        (f"1. {long_text(160)}", ""),
        ("Table 3", "caption"),
        ("Clinics by valley, 2030", "caption"),
        (f"2. {long_text(160, 2)}", ""),
    ]


@pytest.mark.parametrize("style", STYLES)
def test_a_bold_row_at_the_head_of_a_ruled_table_is_its_header(style: str) -> None:
    assert headers_of(printed([HEAD, *valleys(1, 6)], style)) == [HEAD]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("again", ["the header", "caption and header", "nothing"])
def test_a_table_that_runs_over_a_page_is_one_table_and_has_its_header_once(style: str, again: str) -> None:
    flow = Flow(pages=2).start().add(long_text(60), "1.")
    flow.top = 560
    caption(flow, 3)
    table(flow.sheet, flow.top, [HEAD, *valleys(1, 7)], style)
    flow.turn()
    if again == "caption and header":
        flow.sheet.text(LEFT, flow.top, "Table 3 (continued)")
        flow.top += 8
    rows = valleys(8, 12) if again == "nothing" else [HEAD, *valleys(8, 12)]
    flow.top = table(flow.sheet, flow.top, rows, style, heads=int(again != "nothing"))
    flow.add(long_text(60, 2), "2.")
    found = flow.document()
    rows_found = rows_in(found)
    assert [[found.quote(*span) if span else "" for span in block.cells] for block in rows_found] == [
        HEAD,
        *valleys(1, 12),
    ]
    assert [block.locator for block in rows_found] == ["table 3, header", *(f"table 3, row {n}" for n in range(1, 13))]
    assert {block.context for block in rows_found[1:]} == {
        "Table 3 Clinics by valley, 2030; Valley | Clinics | Staff | Patients"
    }
    assert [block.page for block in rows_found] == [1] * 8 + [2] * 5


@pytest.mark.parametrize(
    ("style", "cut"),
    [*itertools.product([*STYLES, "none"], ["caption", "unit"]), *itertools.product(STYLES, ["header"])],
)
def test_a_table_keeps_caption_unit_and_header_that_stand_on_the_page_before(style: str, cut: str) -> None:
    flow = Flow(pages=2).start().add(long_text(60), "1.")
    flow.top = 660
    caption(flow, 3)
    if cut != "caption":
        flow.sheet.text(LEFT, flow.top + 4, "(Thousands of francs)", 8.5)
        flow.top += 12
    if cut == "header":
        table(flow.sheet, flow.top, [HEAD], style)
    flow.turn()
    rows = [HEAD, *valleys(1, 7)][cut == "header" :]
    flow.top = table(flow.sheet, flow.top, rows, style, heads=int(cut != "header"))
    flow.add(long_text(60, 2), "2.")
    found = flow.document()
    header, *others = rows_in(found)
    assert [block.locator for block in (header, *others)] == [
        "table 3, header",
        *(f"table 3, row {n}" for n in range(1, 8)),
    ]
    title = "Table 3 Clinics by valley, 2030" + ("" if cut == "caption" else " (Thousands of francs)")
    assert {block.context for block in others} == {f"{title}; Valley | Clinics | Staff | Patients"}
    assert {block.page for block in others} == {2}


def test_the_header_that_every_page_of_a_long_table_repeats_is_not_taken_for_a_running_header() -> None:
    flow = Flow(pages=6, title="Clinics in mountain valleys").start().add(long_text(60), "1.")
    caption(flow, 1)
    table(flow.sheet, flow.top, [HEAD, *named(1, 12)], "each")
    for page in range(1, 6):
        flow.turn()
        table(flow.sheet, 84, [HEAD, *named(12 * page + 1, 12 * page + 12)], "each")
    found = flow.document()
    cells = [[found.quote(*span) if span else "" for span in block.cells] for block in rows_in(found)]
    assert cells == [HEAD, *named(1, 72)]


def test_a_column_header_on_every_page_without_rules_is_kept_at_least_once() -> None:
    flow = Flow(pages=5)
    flow.sheet.text(LEFT, 60, "Annex", 12, "b")
    for page in range(5):
        if page:
            flow.turn()
        flow.top = table(flow.sheet, 90, [HEAD, *named(1 + 30 * page, 30 + 30 * page)], "none")
        flow.sheet.text(
            LEFT, flow.top, f"The Board has counted the clinics of part {page + 1} with great care and in good time."
        )
    joined = "\n".join(line.text for line in filled(flow.read()))
    assert all(word in joined for word in HEAD)
    assert all(row[0] in joined for row in named(1, 150))


def test_two_tables_on_a_page_are_two_and_are_named_by_their_captions() -> None:
    flow = Flow(pages=1).start().add(long_text(60), "1.")
    for number in (4, 5):
        caption(flow, number, f"Clinics of part {number}")
        flow.top = table(flow.sheet, flow.top, [HEAD, *valleys(number, number + 2)], "ends")
        flow.add(long_text(90, number), f"{number - 2}.")
    found = rows_in(flow.document())
    assert [block.locator for block in found] == [
        f"table {number}, {row}" for number in (4, 5) for row in ("header", "row 1", "row 2", "row 3")
    ]
    assert found[-1].context == "Table 5 Clinics of part 5; Valley | Clinics | Staff | Patients"


@pytest.mark.parametrize("style", ["grid", "each"])
def test_cells_of_several_lines_are_one_cell(style: str) -> None:
    rows = [
        HEAD,
        ["North and\nthe far west", "4", "31", "from the\nvalleys"],
        ["South", "5", "12 of\nthem", "all"],
        *valleys(3, 4),
    ]
    assert rows_of(printed(rows, style)) == on_one_line(rows)


@pytest.mark.parametrize(
    ("label", "end"),
    [(["Valleys in the", "far west"], 118), (["Repair of roofs", "(all clinics) and", "of doors"], 130)],
)
def test_a_label_whose_figures_stand_on_its_last_line_is_one_row(label: list[str], end: int) -> None:
    flow = Flow(pages=1).start().add(long_text(60), "1.")
    labelled = [*([line, "", "", ""] for line in label[:-1]), [label[-1], "7", "8", "9"]]
    height = flow.top + 10.0
    flow.sheet.rules(COLUMNS, *(flow.top + below for below in (0, 15, end)))
    for n, row in enumerate([HEAD, *valleys(1, 2), *labelled, *valleys(3, 5)]):
        height -= 5 if 3 < n < 3 + len(label) else 0  # lines of the label stand closer
        flow.sheet.row(COLUMNS, height, row, style="b" if n == 0 else "")
        height += 15
    assert rows_of(flow.read()) == [HEAD, *valleys(1, 2), [" ".join(label), "7", "8", "9"], *valleys(3, 5)]


def broken(text: str, width: float) -> str:
    """A text as the lines of a cell so wide."""
    lines = wrapped(text, width, 8.5)
    return "\n".join(" ".join("".join(part for part, _ in word.parts) for word in line) for line in lines)


def test_blank_space_tells_which_lines_are_one_row_where_no_rules_part_them() -> None:
    rows = [
        HEAD,
        ["North and\nthe far west", "4 (old)\n2 (new)", "31", "12"],
        *valleys(2, 3),
        ["South\nCoast", "1 (new)", "5", "7"],
    ]
    assert rows_of(printed(rows, "ends")) == on_one_line(rows)


@pytest.mark.parametrize("words", [(40, 70), (70, 40)])
def test_text_in_columns_without_rules_is_a_cell_for_each_block_of_lines(words: tuple[int, int]) -> None:
    rows = [["Advice", "Reply"]]
    for n in range(3):
        rows.append([f"Advice {n}", "Taken"])
        rows.append([broken(long_text(count, n + 5 * m), 150) for m, count in enumerate(words)])
    assert rows_of(printed(rows, "ends", columns=TWO)) == on_one_line(rows)


def test_labels_and_what_is_said_of_them_beside_are_rows_though_no_rule_parts_them() -> None:
    flow = Flow(pages=1).start().add(long_text(60), "1.")
    rows = [
        ["Submitted by:", "Arla Bend (represented by the Harbour\nCentre)"],
        ["State party:", "Northern Shore"],
        ["Date of adoption of\nthe decision:", "29 October 2031"],
        ["Subject matter:", "Loss of a boat"],
    ]
    flow.top = table(flow.sheet, flow.top, rows, "none", columns=TWO)
    flow.add(long_text(60, 2), "2.")
    assert rows_of(flow.read()) == on_one_line(rows)


def test_two_labels_alone_and_lines_in_two_columns_are_no_table_of_labels() -> None:
    rows = [["To:", "The harbours"], ["From:", "The keepers"], ["Boats that are old", "are painted in spring"]]
    assert rows_of(printed(rows, "none", columns=TWO)) == []


def test_a_cell_of_text_that_goes_on_from_the_page_before_stands_below_the_heads_in_its_column() -> None:
    flow = Flow(pages=2).start().add(long_text(60), "1.")
    flow.turn()
    rows = [["Advice", "Reply"], ["", broken(long_text(30), 150)]]
    rows += [[broken(long_text(40, n), 150), broken(long_text(50, n + 5), 150)] for n in (1, 2)]
    flow.sheet.rules(TWO, flow.top, flow.top + 15)  # heads have a rule above and below, the page ends the table
    table(flow.sheet, flow.top, rows, "none", columns=TWO)
    assert rows_of(flow.read()) == on_one_line(rows)


LIMITS = [
    ["Albacore", "40,000", "38,000", "35,000"],
    ["Swordfish", "13,000", "–", "13,500"],
    ["Patagonian\ntoothfish", "3,450", "3,450", "3,450"],
]


@pytest.mark.parametrize("bold", [0, 1])
@pytest.mark.parametrize("style", [*STYLES, "none"])
@pytest.mark.parametrize(
    "head",
    [
        ["\nSpecies", "\nLimit for 2026", "\nLimit for 2027", "Proposed for\n2028"],
        ["\n\nSpecies", "\n\n2026", "\nLimit for\n2027", "Limit\nproposed for\n2028"],
        ["Species\nof fish", "Limit\nfor 2026", "Limit\nfor 2027", "Proposed\nfor 2028"],
        ["Species", "2026", "2027", "Proposed\nfor 2028"],
        ["", "2026", "2027", "2028"],
    ],
)
def test_words_and_years_over_figures_head_a_table_and_cells_of_several_lines_are_whole(
    head: list[str], style: str, bold: int
) -> None:
    flow = Flow(pages=1).start().add(long_text(60), "1.")
    caption(flow, 3)
    flow.top = table(flow.sheet, flow.top, [head, *LIMITS], style, heads=bold)
    source = flow.add(long_text(60, 2), "2.").read()
    rows = [[cell.replace("\n", " ").strip() for cell in row] for row in [head, *LIMITS]]
    assert rows_of(source) == rows
    assert headers_of(source) == rows[:1]
    assert [line.text for line in body(source) if not line.cells] == [
        f"1. {long_text(60)}",
        "Table 3",
        "Clinics by valley, 2030",
        f"2. {long_text(60, 2)}",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        LIMITS,
        [
            ["Peru", "Lima", "Senate", "South"],
            ["Togo", "Lomé", "Council", "West"],
            ["Chile", "Santiago", "Senate", "–"],
        ],
        [["Peru", "1999", "2001", "2004"], ["Togo", "1997", "2003", "2006"], ["Chile", "1998", "2002", "2005"]],
    ],
)
def test_rows_that_are_like_those_below_head_no_table(rows: list[list[str]]) -> None:
    source = printed(rows, "none", heads=0)
    assert rows_of(source) == on_one_line(rows)
    assert headers_of(source) == []


def test_words_over_numbered_rows_or_dates_head_a_table() -> None:
    for rows in (
        [["No.", "Task", "By whom", "Note"], ["1", "Buy lamps", "Chair", "new"], ["2", "Sell oil", "Bureau", "old"]],
        [
            ["Task", "By whom", "Note", "Due"],
            ["Buy", "Chair", "new", "1 May 2032"],
            ["Sell", "Bureau", "old", "2 June"],
        ],
    ):
        assert headers_of(printed(rows, "grid", heads=0)) == rows[:1]


def test_a_header_with_one_row_below_it_on_its_page_is_told_by_the_rows_on_the_next() -> None:
    flow = Flow(pages=2).start().add(long_text(60), "1.")
    flow.top = 700
    head = ["No.", "Task", "By whom", "Note"]
    rows = [[f"{n}", f"Paint quay {'abcdef'[n]}", "Chair", "new"] for n in range(1, 6)]
    table(flow.sheet, flow.top, [head, rows[0]], "grid", heads=0)
    flow.turn()
    flow.top = table(flow.sheet, flow.top, rows[1:], "grid", heads=0)
    source = flow.add(long_text(60, 2), "2.").read()
    assert rows_of(source) == [head, *rows]
    assert headers_of(source) == [head]


def across_pages(first: list[list[str]], second: list[list[str]]) -> ParsedFile:
    """A table of which the first rows stand on one page, the others on the next."""
    flow = Flow(pages=2).start().add(long_text(60), "1.")
    flow.top = 640
    table(flow.sheet, flow.top, first, "grid", heads=0)
    flow.turn()
    flow.top = table(flow.sheet, flow.top, second, "grid", heads=0)
    return flow.add(long_text(60, 2), "2.").read()


def test_rows_of_words_above_figures_on_the_next_page_are_no_header() -> None:
    head, chile, peru = (
        ["State", "Reply", "Note", "Fee"],
        ["Chile", "pending", "no", "free"],
        ["Peru", "sent", "old", "–"],
    )
    below = [["Togo", "given", "new", "12"], ["Fiji", "given", "new", "14"], ["Oman", "given", "new", "15"]]
    for first in ([head, chile, peru], [head, chile]):
        source = across_pages(first, below)
        assert rows_of(source) == [*first, *below]
        assert headers_of(source) in ([], [head])
    source = across_pages([head], below)
    assert (rows_of(source), headers_of(source)) == ([head, *below], [head])
    numbered = [["1", "Lamps", "old", "yes"], ["2", "Sails", "new", "no"], ["3", "Masts", "new", "no"]]
    source = across_pages([["No.", "Part", "State", "Paid"], *numbered[:2]], numbered[2:])
    assert headers_of(source) == [["No.", "Part", "State", "Paid"]]


@pytest.mark.parametrize("at", [1, 2])
def test_a_cell_of_several_lines_between_or_below_rows_without_rules_is_whole(at: int) -> None:
    flow = Flow(pages=1).start().add(long_text(60), "1.")
    rows = [["Peru", "12", "14", "none"], ["Togo", "8", "19", "none"], ["Chile", "9", "20", "none"]]
    rows[at][3] = "withdrew\nits bid"
    flow.top = table(flow.sheet, flow.top, [["State", "2026", "2027", "Remark"], *rows], "none", heads=0)
    source = flow.add(long_text(60, 2), "2.").read()
    assert rows_of(source)[1:] == on_one_line(rows)
    assert headers_of(source) == [["State", "2026", "2027", "Remark"]]


def test_headings_over_all_columns_stand_between_rows_that_no_rules_part() -> None:
    flow = Flow(pages=1).start().add(long_text(60), "1.")
    wide = [[broken(long_text(24, n), RIGHT - LEFT - 8)] for n in (3, 8)]
    rows = [["Advice", "Reply"]]
    for n in range(2):
        rows += [wide[n], [f"Advice {n}", "Taken"]]
        rows.append([broken(long_text(45 - 15 * m, n + 5 * m), 150) for m in range(2)])
    flow.sheet.rules(TWO, flow.top, flow.top + 15)  # heads have a rule above and below, the page ends the table
    table(flow.sheet, flow.top, rows, "none", columns=TWO)
    source = flow.read()
    whole = on_one_line(rows)
    assert [[cell for cell in row if cell] for row in rows_of(source)] == whole
    assert headers_of(source) == whole[:1]


def test_one_label_beside_several_rows_is_in_the_first_and_each_row_has_its_figures() -> None:
    flow = Flow(pages=1).start().add(long_text(60), "1.")
    columns = (LEFT, 230.0, 330.0, 400.0, RIGHT)
    flow.sheet.rules(columns, flow.top, flow.top + 15, flow.top + 78)
    flow.sheet.row(columns, flow.top + 10, ["", "Kind", "2030", "2031"], style="b")
    for n, label in enumerate(["Clinics that are open", "every day of the week", "and at night in:"]):
        flow.sheet.text(LEFT + 3, flow.top + 27 + 10.4 * n, label, 8.5)
    kinds = [["Towns", "4", "5"], ["Villages", "12", "9"], ["Harbours", "3", "–"], ["Islands", "n/a", "2"]]
    for n, row in enumerate(kinds):
        flow.sheet.row(columns[1:], flow.top + 27 + 14.5 * n, row)
    label = "Clinics that are open every day of the week and at night in:"
    assert rows_of(flow.read())[1:] == [[label, *kinds[0]], *(["", *row] for row in kinds[1:])]


def test_figures_below_each_other_between_two_rules_are_rows_of_their_labels() -> None:
    flow = Flow(pages=1).start().add(long_text(60), "1.")
    rows = [
        ["Cases", "Number"],
        ["Brought over", "525"],
        ["Taken in", "861"],
        ["Opened again", "1"],
        ["In all", "1 387"],
        ["Closed", "454"],
        ["Going on", "933"],
    ]
    for n, (label, count) in enumerate(rows):
        flow.sheet.text(LEFT + 3, flow.top + 10 + 15 * n, label, 8.5, "b" if n in (0, 4) else "")
        flow.sheet.text(440, flow.top + 10 + 15 * n, count, 8.5, "b" if n in (0, 4) else "")
    flow.sheet.rules((LEFT, 400.0, RIGHT), *(flow.top + 15 * n for n in (0, 1, 4, 5, len(rows))))
    source = flow.read()
    assert rows_of(source) == rows
    assert headers_of(source) == rows[:1]


def grouped(sheet: Sheet, top: float, rows: Sequence[Sequence[str]], *, style: str = "i", walls: bool = False) -> float:
    """A table whose columns are headed in two groups, with rules below these and no rule at its end."""
    groups = (COLUMNS[0], COLUMNS[1], COLUMNS[3], RIGHT)
    edges = (*COLUMNS[:4], 444.0, RIGHT)
    sheet.rules(groups, top)
    sheet.lines(240, top + 10, ["Clinics of the", "valley"], 7, style)
    sheet.text(410, top + 18, "Staff", 7, style)
    sheet.rules(edges[1:], top + 24)
    sheet.row(edges, top + 34, ["Part", "Open", "Closed", "Paid", "Unpaid"], 7, style)
    sheet.rules(edges, top + 39)
    for n, row in enumerate(rows):
        sheet.row(edges, top + 51 + 14 * n, row)
    if walls:
        sheet.rules(edges, *(top + 55 + 14 * n for n in range(len(rows))))
        for edge in edges:
            sheet.wall(edge, top + (24 if edge in (COLUMNS[2], 444.0) else 0), top + 41 + 14 * len(rows))
    return top + 51 + 14 * len(rows) + 12


FIGURES = [[f"Part {chr(65 + n)}", f"{n + 2}", f"{3 * n}", f"1 {n}04", f"{n}7"] for n in range(7)]


@pytest.mark.parametrize("style", ["i", "b", ""])
@pytest.mark.parametrize("walls", [True, False])
def test_headings_of_groups_of_columns_belong_to_the_header(style: str, walls: bool, catalogue: Catalogue) -> None:
    flow = Flow(pages=1).start().add(long_text(60), "1.")
    caption(flow, 3)
    flow.top = grouped(flow.sheet, flow.top, FIGURES, style=style, walls=walls)
    flow.add(long_text(60, 2), "2.")
    data = flow.bytes()
    source = read_pdf(data, "made.pdf")
    assert rows_of(source)[2:] == FIGURES
    first, second = [line for line in filled(source) if line.header]
    assert [(cell.text, cell.col_span) for cell in first.cells if cell.text] == [
        ("Clinics of the valley", 2),
        ("Staff", 2),
    ]
    assert [cell.text for cell in second.cells] == ["Part", "Open", "Closed", "Paid", "Unpaid"]
    found = rows_in(read_document(Input("made.pdf", data), catalogue)[0])
    assert {block.context for block in found[2:]} == {
        "Table 3 Clinics by valley, 2030; Part | Clinics of the valley Open | Closed | Staff Paid | Unpaid"
    }
    assert [block.locator for block in found[2:]] == [f"table 3, row {n}" for n in range(1, 8)]


def test_a_table_that_begins_a_page_without_running_header_goes_on_with_that_of_the_page_before() -> None:
    flow = Flow(pages=1).start().add(long_text(60), "1.")
    caption(flow, 3)
    grouped(flow.sheet, 560, FIGURES)
    flow.sheet.next()
    flow.sheet.upward(45, 700, "A/87/901")
    grouped(flow.sheet, 60, [["Part X", "5", "6", "7", "8"], ["Part Y", "1", "2", "3", "4"]])
    found = flow.document()
    rows = rows_in(found)
    assert [block.locator for block in rows] == ["table 3, header"] * 2 + [f"table 3, row {n}" for n in range(1, 10)]
    assert [block.page for block in rows] == [1] * 9 + [2] * 2
    assert "Part X" in found.block_text(rows[9])
    assert "Staff Paid" in rows[9].context


def test_the_header_of_a_table_that_fills_lying_pages_is_no_running_header(catalogue: Catalogue) -> None:
    sheet = Sheet()
    for page in range(5):
        if page:
            sheet.next()
        sheet.upward(45, 700, "A/87/901")
        sheet.upward(45, 120, f"{page + 1}/5")
        head = ["Valley", "Steps taken:\nnot begun\nunder way", "Staff", "Patients"]
        table(sheet, 60, [head, *named(8 * page + 1, 8 * page + 8)], "grid")
    found, _ = read_document(Input("made.pdf", sheet.bytes()), catalogue)
    rows = [[found.quote(*span) if span else "" for span in block.cells] for block in rows_in(found)]
    assert rows == [["Valley", "Steps taken: not begun under way", "Staff", "Patients"], *named(1, 40)]


def test_words_that_are_underlined_in_a_cell_do_not_part_the_table() -> None:
    flow = Flow(pages=1).start().add(long_text(60), "1.")
    top = flow.top
    rows = [
        HEAD,
        *([name, f"{n} of the\nten here", "all\nof them", f"{n}"] for n, name in enumerate(["North", "South", "West"])),
    ]
    table(flow.sheet, top, rows, "grid")
    for n in range(3):
        flow.sheet.rule(LEFT + 3, LEFT + 20, top + 26 + 25 * n)
    assert rows_of(flow.read()) == on_one_line(rows)


def test_empty_cells_stay_empty_in_their_column() -> None:
    rows = [HEAD, ["North", "", "3", ""], ["South", "4", "", "7"], ["", "1", "2", "3"], ["West", "", "", "8"]]
    assert rows_of(printed(rows, "grid")) == rows


def test_a_header_that_spans_columns_is_in_one_cell_that_says_so() -> None:
    flow = Flow(pages=1).start().add(long_text(60), "1.")
    top = flow.top
    flow.sheet.rules((LEFT, RIGHT), *(top + 15 * n for n in range(5)))
    for column in COLUMNS:
        flow.sheet.wall(column, top + (0 if column in (LEFT, COLUMNS[1], RIGHT) else 15), top + 60)
    flow.sheet.text(240, top + 10, "Staff of all the clinics by where they have come from", 8.5, "b")
    for n, row in enumerate([["Valley", "Here", "Near", "Far"], *valleys(1, 2)]):
        flow.sheet.row(COLUMNS, top + 25 + 15 * n, row)
    first, *others = [line for line in filled(flow.read()) if line.cells]
    spanning = [cell for cell in first.cells if cell.text]
    assert [(cell.text, cell.col_span) for cell in spanning] == [
        ("Staff of all the clinics by where they have come from", 3)
    ]
    assert [[cell.text for cell in line.cells] for line in others] == [
        ["Valley", "Here", "Near", "Far"],
        *valleys(1, 2),
    ]


@pytest.mark.parametrize("style", STYLES)
def test_notes_below_a_table_are_tied_to_the_marks_in_it(style: str) -> None:
    flow = Flow(pages=1).start().add(long_text(40) + "^1^", "1.", notes={"1": "A note of the page."})
    caption(flow, 3)
    rows = [["Valley", "Clinics^a^", "Staff", "Patients"], ["North^b^", "1", "2", "3*"], ["South", "4", "5^a^", "6"]]
    flow.top = table(flow.sheet, flow.top, rows, style) - 10
    texts = ["_Source:_ The clinic board.", "^a^ Open all year.", "^b^ With the lake, and with all of the islands in it on which",
             "people live.", "* Not counted in the south."]  # fmt: skip
    flow.top = flow.sheet.lines(LEFT, flow.top, texts, 8.5) + 12
    flow.add(long_text(40, 2), "2.")
    found = flow.document()
    assert [found.quote(*span) for block in rows_in(found) for span in block.cells if span] == [
        "Valley", "Clinics", "Staff", "Patients", "North", "1", "2", "3", "South", "4", "5", "6",
    ]  # fmt: skip
    assert [block.marks for block in rows_in(found)] == [("a",), ("b", "*"), ("a",)]
    notes = {block.locator: found.block_text(block) for block in found.blocks if block.kind == "footnote"}
    assert notes == {
        "footnote 1": "A note of the page.",
        "table 3, note a": "Open all year.",
        "table 3, note b": "With the lake, and with all of the islands in it on which people live.",
        "table 3, note *": "Not counted in the south.",
    }
    assert found.warnings == ()


def test_marks_of_page_notes_in_cells_call_them() -> None:
    flow = Flow(pages=1).start().add(long_text(40), "1.")
    flow.top = table(flow.sheet, flow.top, [HEAD, ["North", "4^1^", "5", "6"], ["South", "1", "2", "3"]], "each")
    flow.notes = [("1", [words_of("Counted twice.")])]
    found = flow.document()
    assert [block.marks for block in rows_in(found)] == [(), ("1",), ()]
    assert [found.block_text(block) for block in found.blocks if block.kind == "footnote"] == ["Counted twice."]


def test_a_table_of_an_annex_says_so_and_figures_and_boxes_are_named() -> None:
    flow = Flow(pages=2).start().add(long_text(60), "1.")
    flow.turn()
    flow.heading("Annex II", size=14)
    caption(flow, 1)
    flow.top = table(flow.sheet, flow.top, [HEAD, *valleys(1, 3)], "grid")
    flow.sheet.text(LEFT, flow.top, "Figure IV", 10, "b")
    flow.top += 40
    flow.add(long_text(60, 2), "1.")
    locators = [block.locator for block in flow.document().blocks]
    assert "annex II, table 1, row 2" in locators
    assert "annex II, figure IV" in locators
    assert locators[-1] == "annex II, para. 1"


def test_a_heading_right_below_the_labels_of_a_chart_is_no_label() -> None:
    flow = Flow(pages=2).start().add(long_text(60), "1.")
    flow.sheet.text(LEFT, flow.top, "Figure IV", 10, "b")
    for label in ("North", "South", "12"):
        flow.top += 30
        flow.sheet.text(LEFT, flow.top, label, 8)
    flow.top += 40
    flow.heading("Nurses in the valleys")
    flow.add(long_text(60, 2), "2.")
    found = flow.document()
    assert [found.block_text(block) for block in found.blocks if block.kind == "heading"][-1] == "Nurses in the valleys"
    assert [block.locator for block in found.blocks if found.block_text(block) in ("North", "South", "12")] == [
        "figure IV"
    ] * 3


def test_figures_with_only_a_unit_are_no_heading_however_they_are_printed() -> None:
    flow = Flow(pages=1).start().add(long_text(60), "1.")
    for heading in ("Nurses in 2030", "$60.5 M $62.4 M"):
        flow.heading(heading)
        flow.add(long_text(40), "2.")
    found = flow.document()
    assert [found.block_text(block) for block in found.blocks if block.kind == "heading"][-1] == "Nurses in 2030"
    assert "$60.5 M $62.4 M" in found.text


@settings(max_examples=40)
@given(
    st.integers(3, 5).flatmap(
        lambda width: st.lists(
            st.lists(st.text("abcdefghij", min_size=2, max_size=9), min_size=width, max_size=width),
            min_size=3,
            max_size=25,
        )
    ),
    st.sampled_from(STYLES),
)
def test_random_tables_come_back_cell_by_cell(rows: list[list[str]], style: str) -> None:
    width = len(rows[0])
    columns = [LEFT + n * (RIGHT - LEFT) / width for n in range(width + 1)]
    flow = Flow(pages=1).start().add(long_text(60), "1.")
    flow.top = table(flow.sheet, flow.top, rows, style, columns=columns)
    assert rows_of(flow.read()) == rows


def test_a_row_whose_cell_goes_on_on_the_next_page_is_one_row() -> None:
    flow = Flow(pages=2).start().add(long_text(60), "1.")
    flow.top = 560
    caption(flow, 3)
    rows = valleys(1, 6)
    broken = ["Valley 7, of the", "7", "21", "7 007"]
    table(flow.sheet, flow.top, [HEAD, *rows, broken], "grid")
    flow.turn()
    flow.top = table(flow.sheet, flow.top, [["long river", "", "", ""], *valleys(8, 12)], "grid", heads=0)
    flow.add(long_text(60, 2), "2.")
    found = flow.document()
    cells = [[found.quote(*span) if span else "" for span in block.cells] for block in rows_in(found)]
    assert cells == [HEAD, *rows, ["Valley 7, of the long river", *broken[1:]], *valleys(8, 12)]
    assert [block.page for block in rows_in(found)] == [1] * 8 + [2] * 5


def test_a_row_does_not_go_on_with_the_header_that_a_page_ends_with() -> None:
    flow = Flow(pages=2).start().add(long_text(60), "1.")
    flow.top = 660
    caption(flow, 3)
    table(flow.sheet, flow.top, [HEAD], "grid")
    flow.turn()
    rows = [["long river", "", "", ""], *valleys(1, 6)]
    flow.top = table(flow.sheet, flow.top, rows, "grid", heads=0)
    flow.add(long_text(60, 2), "2.")
    found = flow.document()
    cells = [[found.quote(*span) if span else "" for span in block.cells] for block in rows_in(found)]
    assert cells == [HEAD, *rows]


NARROW = (LEFT, LEFT + 40, LEFT + 120, LEFT + 158)
"""Columns of which the last is as wide as `Septembe` in this print."""


def narrow(rows: Sequence[Sequence[str]], text: str) -> list[list[str]]:
    """The rows of a table in narrow columns, below a text."""
    flow = Flow(pages=1).start().add(text, "1.")
    flow.top = table(flow.sheet, flow.top, rows, "grid", columns=NARROW)
    return rows_of(flow.read())


def test_a_word_that_the_border_of_a_cell_cuts_is_whole_where_the_text_has_it() -> None:
    rows = [["No.", "Lamp", "Target"], ["1", "Oil", "Septembe\nr 2031"], ["2", "Wax", "Managem\nent"]]
    found = narrow(rows, f"{long_text(60)} The management of the lamps ends in September.")
    assert found[1][2] == "September 2031"
    assert found[2][2] == "Management"


def test_words_below_each_other_in_a_narrow_cell_stay_two() -> None:
    rows = [["No.", "Lamp", "Target"], ["1", "Oil", "Protocols\nofficer"], ["2", "Wax", "Lamp\nkeeper"]]
    found = narrow(rows, f"{long_text(60)} Lampkeeper and protocols are words.")
    assert [row[2] for row in found[1:]] == ["Protocols officer", "Lamp keeper"]


def test_a_cell_that_goes_on_with_a_capital_on_the_next_page_is_one() -> None:
    flow = Flow(pages=2).start().add(long_text(60), "1.")
    columns = (LEFT, LEFT + 40, LEFT + 110, LEFT + 170)
    flow.top = 600
    rows = [["No.", "Lamp", "Keeper"], *([str(n), f"Lamp {n}", "Nobody"] for n in range(1, 5))]
    table(flow.sheet, flow.top, [*rows, ["5", "Lamp 5", "Chief, Central\nHarbour Lamp"]], "grid", columns=columns)
    flow.turn()
    flow.top = table(
        flow.sheet, flow.top, [["", "", "Services"], ["6", "Lamp 6", "Nobody"]], "grid", heads=0, columns=columns
    )
    flow.add(long_text(60, 2), "2.")
    found = rows_of(flow.read())
    assert found[-2:] == [["5", "Lamp 5", "Chief, Central Harbour Lamp Services"], ["6", "Lamp 6", "Nobody"]]
