"""Timetables that are grids, days along one side and times along the other, in every format that is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import docx_made as word
import pytest
from conftest import add
from pdfs import LEFT, RIGHT, Flow, words_of

from assistant.meeting.row_citations import AgendaCiter, sittings_of
from corpus.catalogue import Catalogue
from corpus.documents import Document
from corpus.library import Library
from corpus.meetings import Meeting
from ingest.document_reading import Input, read_document

AGENDA = """E/CN.40/2031/1

Commission on Beacons

Geneva, 2 to 4 June 2031

Provisional agenda

1. Opening of the session.

2. Lamps:

(a) Oil lamps;

(b) Colours of light.

3. Lenses.

4. Adoption of the report.

Organization of work
"""
HEAD = ["Time", "Monday, 2 June", "Tuesday, 3 June", "Wednesday, 4 June"]
ROWS = [
    HEAD,
    [
        "10 a.m.–1 p.m.",
        "Item 1: Opening of the session Item 2 (a): Oil lamps",
        "Item 2 (b): Colours of light",
        "Item 4",
    ],
    ["3–6 p.m.", "Item 2 (a) (continued)", "Items 2 (b) and 3", ""],
]
TAKEN = ["2 10 1, 2 (a)", "2 15 2 (a) again", "3 10 2 (b)", "3 15 2 (b), 3", "4 10 4"]
_TITLES = ("Commission on Beacons", "Provisional agenda", "Organization of work")


def read(name: str, data: bytes) -> tuple[Document, Meeting]:
    document, meeting = read_document(Input(name, data), Catalogue([], []))
    assert meeting is not None
    return document, meeting


def marked(table: str) -> tuple[Document, Meeting]:
    lines = (f"## {line}" if line in _TITLES else line for line in AGENDA.split("\n"))
    return read("agenda.md", ("\n".join(lines) + table).encode())


def piped(rows: Sequence[Sequence[str]]) -> str:
    made = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(["", made[0], "|" + "---|" * len(rows[0]), *made[1:], ""])


def page(*rows: str) -> bytes:
    lines = (f"<h2>{line}</h2>" if line in _TITLES else f"<p>{line}</p>" for line in AGENDA.split("\n\n"))
    table = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<html><body>{''.join(lines)}<table border=1>{table}</table></body></html>".encode()


def html(*rows: str) -> tuple[Document, Meeting]:
    return read("agenda.html", page(*rows))


def cells(*texts: str) -> str:
    return "".join(f"<td>{text}</td>" for text in texts)


def taken(meeting: Meeting) -> list[str]:
    """Of each sitting the day, the hour or the half of the day, and the items."""
    return [
        f"{each.date.day} {each.start.hour if each.start else each.half} "
        + ", ".join(f"{row.number}{' again' * row.continued}" for row in each.items)
        for each in meeting.sittings
    ]


def in_word() -> tuple[Document, Meeting]:
    lines = (word.p(line, style="Heading1" if line in _TITLES else "") for line in AGENDA.split("\n\n"))
    table = word.tbl(*(word.tr(*(word.tc(word.p(cell)) for cell in row)) for row in ROWS))
    return read("agenda.docx", word.word("".join(lines) + table))


def in_pdf() -> tuple[Document, Meeting]:
    flow = Flow(symbol="E/CN.40/2031/1", pages=1).start(body="Economic and Social Council")
    flow.heading("Annotated provisional agenda, Geneva, 2 to 4 June 2031", size=14)
    for number, title in enumerate(("Opening of the session", "Lamps", "Lenses", "Adoption of the report"), 1):
        flow.add(f"{title}.", f"{number}.")
    flow.heading("Organization of work")
    sheet, top, columns = flow.sheet, flow.top + 20, (LEFT, 190.0, 300.0, 410.0, RIGHT)
    rows = [
        HEAD,
        ["10 a.m.–1\np.m.", "Item 1: Opening of\nthe session\nItem 2 (a): Oil lamps", "Item 2 (b): Colours\nof light", "Item 4"],
        ["3–6 p.m.", "Item 2 (a)\n(continued)", "Items 2 (b) and 3", ""],
    ]  # fmt: skip
    heights = [top, top + 20, top + 70, top + 110]
    sheet.grid(columns, heights)
    for height, row in zip(heights, rows, strict=False):
        sheet.row(columns, height + 12, row)
    return read("agenda.pdf", flow.bytes())


@pytest.mark.parametrize(
    "made",
    [
        lambda: marked(piped(ROWS)),
        lambda: marked("\n" + "\n".join("\t".join(row) for row in ROWS) + "\n"),
        lambda: html(*(cells(*row) for row in ROWS)),
        in_word,
        in_pdf,
    ],
    ids=["text", "tabs", "html", "docx", "pdf"],
)
def test_each_cell_below_a_day_and_beside_a_time_is_a_sitting_in_every_format(
    made: Callable[[], tuple[Document, Meeting]],
) -> None:
    document, meeting = made()
    assert taken(meeting) == TAKEN
    for each in meeting.sittings:
        assert each.day_row is not None
        assert each.day_label in document.block_text(document.blocks[each.day_row])
        assert each.time_label in document.block_text(document.blocks[each.time_row])
        assert {row.row for row in each.items} == {each.time_row}


def test_the_rows_of_a_grid_are_placed_by_their_times_and_not_by_the_first_of_its_days() -> None:
    document, _ = marked(piped(ROWS))
    rows = [block for block in document.blocks if block.kind == "row"]
    assert [row.locator for row in rows] == ["timetable", "timetable, 10 a.m.-1 p.m.", "timetable, 3-6 p.m."]
    assert "Tuesday, 3 June" in rows[1].context


def test_cells_that_span_several_days_or_times_belong_to_each() -> None:
    _, meeting = html(
        cells(*HEAD),
        "<td>10 a.m.–1 p.m.</td><td rowspan=2>Item 2</td><td>Item 1</td><td>Informal talks</td>",
        "<td>3–6 p.m.</td><td>Statement on item 4</td><td></td>",
        "<td>6–8 p.m.</td><td></td><td colspan=2>Item 3</td>",
    )
    assert taken(meeting) == ["2 10 2", "2 15 2", "3 10 1", "3 15 4", "3 18 3", "4 18 3"]


def test_days_of_the_week_are_those_of_the_meeting_and_halves_of_the_day_are_times() -> None:
    rows = [
        ["", "Monday", "Tuesday 3", "Wednesday"],
        ["Morning", "1. Opening of the session 3. Lenses", "2 (a)", "Recess"],
    ]
    _, meeting = marked(
        piped([*rows, ["Afternoon", "Lenses and mirrors", "2 (b)–3", "Adoption of the report (continued)"]])
    )
    assert taken(meeting) == ["2 morning 1, 3", "3 morning 2 (a)", "3 afternoon 2 (b), 3", "4 afternoon 4 again"]


def test_days_may_be_the_rows_and_times_the_columns() -> None:
    _, meeting = html(
        cells("Day", "Morning meeting<br>10 a.m.–1 p.m.", "Afternoon meeting<br>3–6 p.m."),
        cells("Monday, 2 June", "Item 1", "Item 2"),
        "<td>Tuesday, 3 June</td><td colspan=2>Item 3</td>",
    )
    assert taken(meeting) == ["2 10 1", "2 15 2", "3 10 3", "3 15 3"]


def test_times_may_stand_below_the_days_that_span_them() -> None:
    document, meeting = html(
        "<td colspan=2>Monday, 2 June</td><td colspan=2>Tuesday, 3 June</td>",
        cells("10 a.m.–1 p.m.", "3–6 p.m.", "10 a.m.–1 p.m.", "3–6 p.m."),
        cells("Item 1", "Item 2 (a)", "Item 2 (b)", "Item 4"),
        cells("", "", "Item 3", ""),
    )
    assert taken(meeting) == ["2 10 1", "2 15 2 (a)", "3 10 2 (b), 3", "3 15 4"]
    assert {document.blocks[each.day_row or 0].ordinal + 1 for each in meeting.sittings} == {
        each.time_row for each in meeting.sittings
    }


def test_a_cell_that_names_no_item_and_a_row_without_a_time_are_in_no_sitting() -> None:
    _, meeting = marked(piped([*ROWS, ["Lunch", "Item 3", "", ""], ["6–8 p.m.", "Item 17", "Reception", ""]]))
    assert taken(meeting) == TAKEN


def test_a_row_that_says_its_time_in_words_and_in_figures_heads_no_columns() -> None:
    table = [["Day", "Half", "Time", "Item"], ["Monday, 2 June", "Morning", "10 a.m.–1 p.m.", "1"]]
    _, meeting = marked(piped([*table, ["", "Afternoon", "3–6 p.m.", "2 (a)"]]))
    assert taken(meeting) == ["2 10 1", "2 15 2 (a)"]


def test_a_table_of_deadlines_makes_no_sittings() -> None:
    _, meeting = marked(
        piped(
            [
                ["Paper", "Submission", "Vote"],
                ["Draft on item 1", "2 June", "3 June"],
                ["Draft on item 3", "3 June", "4 June"],
            ]
        )
    )
    assert meeting.sittings == ()


def test_an_item_of_a_grid_is_told_with_its_days_and_cited_to_its_rows(library: Library, catalogue: Catalogue) -> None:
    data = page(
        cells(*HEAD),
        "<td>10 a.m.–1 p.m.</td><td>Item 1</td><td rowspan=2>Item 3</td><td></td>",
        cells("3–6 p.m.", "Item 2", "Item 4"),
    )
    add(library, catalogue, Input("agenda.html", data))
    (meeting,) = library.meetings()
    item, cite = meeting.item("3"), AgendaCiter(library, meeting)
    assert item is not None
    told = cite.schedule(item, sittings_of(item, meeting.sittings))
    assert told.text.count("Tuesday, 3 June 2031") == 2
    quotes = [each.quote for each in told.citations]
    assert quotes[0].startswith("Time | Monday, 2 June")
    assert all(quote in cite.document.text for quote in quotes)
    assert "Item 3" in quotes[-1]
    assert "3–6 p.m." in quotes[-1]


def test_walls_of_a_grid_on_a_page_tell_the_columns_of_a_cell() -> None:
    flow = Flow(symbol="E/CN.40/2031/2", pages=1).start(body="Economic and Social Council")
    sheet, top, columns = flow.sheet, flow.top + 20, (LEFT, 190.0, 300.0, 410.0, RIGHT)
    heights = [top, top + 20, top + 40, top + 60]
    sheet.grid(columns, heights[:2])
    sheet.grid((columns[0], columns[1], columns[-1]), heights[1:3])
    sheet.grid(columns, heights[2:])
    for n, row in enumerate((("Port", "Masts", "Quays", "Boats"), ("Arla",), ("Bend", "3", "5", "7"))):
        sheet.row(columns, heights[n] + 12, row)
    sheet.line(330.0, heights[1] + 12, words_of("Not counted"), 8.5)
    document, _ = read_document(Input("ports.pdf", flow.bytes()), Catalogue([], []))
    assert "Arla | Not counted" in [document.block_text(block) for block in document.blocks if block.kind == "row"]


def test_a_cell_of_a_grid_without_items_is_kept_in_its_own_words() -> None:
    rows = [[cell.replace("Item 4", "Adoption of the report by acclamation") for cell in row] for row in ROWS]
    _, meeting = marked(piped(rows))
    assert [(each.date.day, each.time_label, each.words) for each in meeting.besides] == [
        (4, "10 a.m.–1 p.m.", "Adoption of the report by acclamation")
    ]
