"""Agendas of many bodies as meetings: lists with headings, annotations by item, timetables; and what is no agenda."""

from __future__ import annotations

import datetime as dt

import docx_made
import pytest
from conftest import SHARED, Holding, add, at_hand
from pdfs import LEFT, Flow
from word_reader import word_readers

from assistant.meeting.meeting_answers import build_row_passages
from assistant.meeting.row_citations import AgendaCiter
from assistant.meeting.row_passages import RowPassageBuilder
from assistant.qa.engine import Engine
from corpus.catalogue import Catalogue
from corpus.dates import find_meeting_days, is_day_label
from corpus.documents import Document
from corpus.library import Library
from corpus.meetings import AgendaItem, Meeting, Sitting
from ingest.document_reading import Input, read_document
from ingest.time_ranges import begins_span, find_times, is_explicit_time_span, parse_start
from ingest.timetable import item_numbers

NOTHING = Catalogue([], [])
UN = SHARED / "documents" / "un"
D, T = dt.date, dt.time


def read(text: str | bytes, name: str = "agenda.md") -> tuple[Document, Meeting]:
    document, meeting = read_document(Input(name, text.encode() if isinstance(text, str) else text), NOTHING)
    assert meeting is not None
    return document, meeting


def titles(meeting: Meeting) -> dict[str, str]:
    return {item.number: item.title for item in meeting.items}


def item(meeting: Meeting, number: str) -> AgendaItem:
    found = meeting.item(number)
    assert found is not None
    return found


def papers(meeting: Meeting) -> dict[str, list[str]]:
    return {each.number: [symbol for symbol, _ in each.documentation] for each in meeting.items if each.documentation}


def slots(meeting: Meeting) -> list[tuple[D, T, T, list[str]]]:
    return [(each.date, each.start, each.end, numbers(each)) for each in meeting.sittings]


def numbers(sitting: Sitting) -> list[str]:
    return [f"{row.number}{' again' if row.continued else ''}" for row in sitting.items]


ASSEMBLY = """# Assembly of Harbours

A/HB/12/150

Distr.: General
3 March 2031

Twelfth session

## Provisional agenda of the twelfth regular session of the Assembly of Harbours

To convene at the Old Mole, on Tuesday, 9 September 2031, at 3 p.m.

1. Opening of the session by the President (rule 30).

2. Credentials of representatives:

(a) Appointment of the members of the Credentials Committee;

(b) Report of the Credentials Committee.

### A. Safety of small boats

3. Harbour lamps (resolution 10/4).

4. Lifeboats:

(a) Training of crews (resolution 11/2);

(b) Spare oars.

### B. Trade

5. Fees in small harbours.
"""


def test_a_list_that_runs_on_under_headings_is_read_whole() -> None:
    document, meeting = read(ASSEMBLY)
    assert list(titles(meeting)) == ["1", "2", "2 (a)", "2 (b)", "3", "4", "4 (a)", "4 (b)", "5"]
    assert titles(meeting)["3"] == "Harbour lamps (resolution 10/4)"
    assert titles(meeting)["4 (b)"] == "Spare oars"
    listed = [document.blocks[each.listed or 0].locator for each in meeting.items]
    assert listed == [f"provisional agenda, item {each.number}" for each in meeting.items]
    (heading,) = [each for each in document.blocks if document.block_text(each).startswith("A. Safety")]
    assert heading.locator == "provisional agenda, section “A. Safety of small boats”"


@pytest.mark.parametrize("name", ["agenda.md", "agenda.txt", "agenda.docx"])
def test_an_adopted_agenda_below_the_name_of_its_body_is_an_agenda(name: str) -> None:
    text = ASSEMBLY.replace("# Assembly of Harbours\n", "# General Assembly\n")
    text = text.replace(
        "Provisional agenda of the twelfth regular session of the Assembly", "Agenda of the twelfth session"
    )
    plain = text.replace("#", "").replace("\n ", "\n").strip()
    word = docx_made.word("".join(map(docx_made.p, plain.split("\n\n"))))
    _, meeting = read(word if name.endswith("docx") else text if name.endswith("md") else plain, name)
    assert (meeting.title, meeting.body) == ("Agenda of the twelfth session of Harbours", "General Assembly")
    assert list(titles(meeting)) == ["1", "2", "2 (a)", "2 (b)", "3", "4", "4 (a)", "4 (b)", "5"]


def test_minutes_that_begin_with_the_agenda_of_their_meeting_are_no_agenda() -> None:
    text = (
        "Minutes of the harbour office\n\nMonday\n\nAgenda\n\n1. Lamps.\n\n2. Nets.\n\nLamps\n\nAll lamps are broken.\n"
    )
    document, meeting = read_document(Input("minutes.txt", text.encode()), NOTHING)
    assert (document.kind, meeting) == ("numbered", None)


def test_what_an_agenda_does_not_say_is_not_made_up() -> None:
    _, meeting = read(ASSEMBLY)
    assert (meeting.place, meeting.dates, meeting.sittings, meeting.masthead) == ("", (), (), None)
    assert papers(meeting) == {}
    assert all(each.heading is None and each.annotations == () for each in meeting.items)


def test_parts_with_two_letters_and_more_stand_in_the_order_of_the_list() -> None:
    letters = [*"abcdefghijklmnopqrstuvwxyz", "aa", "bb"]
    listed = "\n\n".join(f"({letter}) Lamp {letter};" for letter in letters)
    text = ASSEMBLY.replace("(a) Training of crews (resolution 11/2);\n\n(b) Spare oars.", listed)
    _, meeting = read(text)
    assert [each.number for each in meeting.items if each.main_number == "4"] == [
        "4",
        *(f"4 ({each})" for each in letters),
    ]


def test_the_figure_of_a_footnote_is_no_part_of_a_title() -> None:
    flow = Flow(symbol="A/87/150", pages=1).start()
    flow.heading("Provisional agenda of the next session", size=14)
    flow.add("Opening of the session.", "1.").add("Lamps of the north.^1^", "2.", notes={"1": "Put in by the Bureau."})
    flow.add("Fees in 1965.1", "3.")
    _, meeting = read(flow.bytes(), "a.pdf")
    assert titles(meeting)["3"] == "Fees in 1965"


BOARD = """# Executive Board of the Fund for Lighthouses

E/CN.36/2031/L.2

Distr.: Limited
4 April 2031

Annual session 2031

2 to 4 June 2031, Valletta

## Provisional agenda, annotations, list of documents and workplan

### Item 1 Organizational matters

The Board will adopt its agenda and workplan.

#### Documentation:

Provisional agenda, annotations and workplan (E/CN.36/2031/L.2)

Report of the first regular session (E/CN.36/2031/8)

### Joint segment

### Item 2 Lamps and lenses

The Board will have before it the yearly report on lamps.

#### Documentation:

Yearly report on lamps (E/CN.36/2031/10)

### Item 3 Other matters

Anything else may be raised. See E/CN.36/2030/4.

### Tentative workplan

| Day | Time | Item | Subject |
|---|---|---|---|
| Monday, 2 June | 10 a.m.–1 p.m. | 1 | Organizational matters |
| | | 2 | Lamps and lenses |
| | 1.15–2.30 p.m. | | Informal consultations |
| | 3–6 p.m. | 2 | Lamps and lenses (cont'd) |
| | After the meeting | 3 | Informal talk on other matters |
| Wednesday, 4 June | 10 a.m.–1 p.m. | 3 and 1 | Other matters and closure |
"""


def test_items_that_are_headings_have_annotations_and_documents_and_need_no_list() -> None:
    document, meeting = read(BOARD)
    assert titles(meeting) == {"1": "Organizational matters", "2": "Lamps and lenses", "3": "Other matters"}
    assert meeting.title == "Provisional agenda, annotations, list of documents and workplan"
    assert meeting.body == "Executive Board of the Fund for Lighthouses"
    assert (meeting.place, meeting.dates) == ("Valletta", (D(2031, 6, 2), D(2031, 6, 3), D(2031, 6, 4)))
    assert papers(meeting) == {"1": ["E/CN.36/2031/L.2", "E/CN.36/2031/8"], "2": ["E/CN.36/2031/10"]}
    for each in meeting.items:
        assert each.listed is None
        assert [document.blocks[n].locator for n in each.annotations] == [f"annotations, item {each.number}"]


def test_a_symbol_that_an_annotation_only_mentions_is_no_document_of_the_item() -> None:
    assert item(read(BOARD)[1], "3").documentation == ()


def test_lines_in_annotations_that_only_name_a_document_list_it_and_those_that_name_a_resolution_do_not() -> None:
    lines = [
        "Reference",
        "- Report on ropes (E/CN.37/2030/7)",
        "- Earlier resolution (A/RES/72/9)",
        "It follows from E/CN.36/2030/4.",
    ]
    text = BOARD.replace("Anything else may be raised. See E/CN.36/2030/4.", "\n\n".join(lines))
    assert papers(read(text)[1])["3"] == ["E/CN.37/2030/7"]


KITES = """# Committee on Kites

E/CN.38/2031/1

Distr.: General
4 April 2031

Seventh session

Bergen, 2 to 4 June 2031

## Annotated provisional agenda

### Provisional agenda

1. Opening of the session.
2. Accidents with kites:
  - (a) Register of accidents;
  - (b) Inquiry into accidents.
3. Budget of the Kite Fund.
4. Papers from the coasts.
5. Other business.

### Annotations

#### 1. Opening of the session

The Committee elects its Chair in accordance with its rules of procedure.[^1]

#### 2. Accidents with kites

##### (a) Register of accidents

The register went online in 2030. Its rules are being drafted (E/CN.38/2031/9).

##### (b) Inquiry into accidents

The Committee will have before it draft guidelines (E/CN.38/2031/3).

##### Documentation

Note on the register of accidents (E/CN.38/2031/2)

Draft guidelines for inquiries (E/CN.38/2031/3)

#### 3. Budget of the Kite Fund

The Committee may recall its debate (E/CN.38/2029/7) and resolution E/RES/2030/5. It will have before it the proposed budget
(E/CN.38/2031/6), which follows from the note on the register (E/CN.38/2031/2). The treasurer will introduce it.

#### 4. Papers from the coasts

Two papers are submitted: on the west coast (E/CN.38/2031/7) and on the east coast (E/CN.38/2031/L.8).

#### 5. Other business

The Committee may recall what was said in E/CN.38/2028/4.

[^1]: E/CN.38/2019/3, annex II.
"""


def test_papers_of_the_meeting_that_annotations_name_are_announced_and_provisions_in_footnotes_are_not() -> None:
    meeting = read(KITES)[1]
    assert papers(meeting) == {
        "2": ["E/CN.38/2031/2", "E/CN.38/2031/3"],
        "2 (a)": ["E/CN.38/2031/9"],
        "2 (b)": ["E/CN.38/2031/3"],
        "3": ["E/CN.38/2031/6"],
        "4": ["E/CN.38/2031/7", "E/CN.38/2031/L.8"],
    }


def test_documentation_behind_the_last_of_several_subitems_is_that_of_the_item_and_of_those_without_their_own() -> None:
    meeting = read(KITES.replace(" Its rules are being drafted (E/CN.38/2031/9).", ""))[1]
    for number in ("2", "2 (a)"):
        announced = meeting.with_all_documents(item(meeting, number)).documentation
        assert [symbol for symbol, _ in announced][:2] == ["E/CN.38/2031/2", "E/CN.38/2031/3"]
    (part,) = meeting.narrowed_to_item("2 (a)").items
    assert [symbol for symbol, _ in part.documentation] == ["E/CN.38/2031/2", "E/CN.38/2031/3"]
    own = read(KITES.replace("##### (b)", "##### Documentation\n\nNote (E/CN.38/2031/2)\n\n##### (b)"))[1]
    assert papers(own)["2 (b)"] == ["E/CN.38/2031/2", "E/CN.38/2031/3"]
    assert "2" not in papers(own)


@pytest.mark.parametrize(
    ("number", "symbol", "quote"),
    [
        ("2 (a)", "E/CN.38/2031/9", "Its rules are being drafted (E/CN.38/2031/9)."),
        ("3", "E/CN.38/2031/6", "It will have before it the proposed budget"),
        ("4", "E/CN.38/2031/7", "Two papers are submitted"),
        ("1", None, "1. Opening of the session."),
        ("5", "", ""),
    ],
)
def test_a_paper_that_is_named_is_never_denied(holding: Holding, number: str, symbol: str | None, quote: str) -> None:
    engine = holding(KITES, reading=True)
    (meeting,) = engine.library.meetings()
    told = RowPassageBuilder(meeting, AgendaCiter(engine.library, meeting), ()).item(item(meeting, number)).sentences
    said = [each for part in told if part.kind == "documents" for each in part.statements]
    if symbol == "":  # it names what may be a paper of another year
        assert not said
        return
    assert ("no document" in said[0].text) == (symbol is None)
    assert symbol is None or symbol in said[0].text
    assert said[0].citations[-1].quote.startswith(quote)


def test_that_an_item_has_no_document_is_told_only_of_an_item_that_is_asked_about(holding: Holding) -> None:
    engine = holding(KITES, reading=True)
    for asked in ("item 1", "the opening of the session"):
        told = engine.ask(f"Which document is announced for {asked}?")
        assert [each for each in told.statements if "no document" in each.text]
    (meeting,) = engine.library.meetings()
    told = build_row_passages(
        engine.question("Is there a document on kites?"), meeting, AgendaCiter(engine.library, meeting)
    )
    assert not [part for each in told for part in each.sentences if part.text.startswith("No document is announced")]


ROPES = """# Executive Board of the Fund for Ropes

E/ICRF/2031/4

First regular session 2031

## Annotated provisional agenda

### Provisional agenda

1. Organizational matters
2. Knots
3. Splices
4. Other matters
5. Hemp
6. Twine

### Annotations

#### Item 1 Organizational matters

The Board will adopt its agenda.

Documentation

Annotated provisional agenda (E/ICRF/2031/4)

Management response

#### Item 2 Knots

The Board will hear an update on knots.

Documentation Update on the teaching of knots

Background note on bowlines in the Baltic

#### Item 3 Splices

The Board will discuss splices.

#### Item 4 Other matters

The Board will discuss any other issue.

Documentation

No advance documentation is expected.

Lunch is served at noon

#### Item 5 Hemp

Documentation

Report on hemp

(In English only)

The Board will then hear the keepers of hemp.

Report on the closing of the session

#### Item 6 Twine

(a) Long twine

(b) Short twine
"""


def test_documents_without_a_symbol_are_told_in_the_words_of_the_agenda(holding: Holding) -> None:
    engine = holding(ROPES, reading=True)
    (meeting,) = engine.library.meetings()
    agenda = engine.library.document(meeting.document_id)
    lines = {each.number: [agenda.block_text(agenda.blocks[n]) for n in each.without_symbol] for each in meeting.items}
    assert lines == {
        "1": [],  # what stands beside a document with a symbol may be the second line of its title
        "2": ["Documentation Update on the teaching of knots", "Background note on bowlines in the Baltic"],
        "3": [],
        "4": [],  # a sentence is no title, and what follows it is no document
        "5": ["Report on hemp"],
        "6": [],
    }
    for asked in ("Which documents are there for item 2?", "list of documents item 2"):
        assert [each.text for each in engine.ask(asked).statements] == lines["2"]
    assert engine.ask("Which document is about bowlines in the Baltic?").statements[0].text == lines["2"][1]
    told = engine.ask("Which items have no document?")
    assert not [each for each in told.statements if "item 2" in each.text and "no document" in each.text]
    with_3 = RowPassageBuilder(meeting, AgendaCiter(engine.library, meeting), ()).whole()
    said = [part.text for each in with_3 for part in each.sentences if part.text.startswith("There is no document")]
    assert said == ["There is no document for item 3 (Splices) and item 6 (Twine)."]


@pytest.mark.parametrize("line", ["1. Report on splices", "(a) Report on splices", "- Report on splices", "None."])
def test_what_stands_below_the_word_for_documents_is_never_denied(holding: Holding, line: str) -> None:
    told = ROPES.replace(
        "The Board will discuss splices.\n", f"The Board will discuss splices.\n\nDocumentation\n\n{line}\n"
    )
    engine = holding(told, reading=True)
    (meeting,) = engine.library.meetings()
    citer = AgendaCiter(engine.library, meeting)
    assert not citer.surely_has_no_documents(item(meeting, "3"), meeting)
    assert citer.surely_has_no_documents(item(meeting, "6"), meeting)


def test_all_documents_of_an_item_are_told_where_the_list_is_asked_for(holding: Holding) -> None:
    engine = holding(BOARD, reading=True)
    for asked in ("Which documents are there for item 1?", "项目1有哪些文件？"):
        said = " ".join(each.text for each in engine.ask(asked).statements)
        assert "E/CN.36/2031/L.2" in said
        assert "E/CN.36/2031/8" in said


def test_a_list_may_say_item_before_each_number() -> None:
    text = """# Provisional annotated agenda and timetable

E/CN.37/2031/1

## Provisional agenda

Item 1: Opening of the session

Item 2: Lamps and lenses

Item 3: Other matters

## Annotations

### Item 1: Opening of the session

The session will be opened by the Chair.

### Item 2: Lamps and lenses

1. The Board will speak of lamps.

2. It will speak of lenses.
"""
    document, meeting = read(text)
    assert titles(meeting) == {"1": "Opening of the session", "2": "Lamps and lenses", "3": "Other matters"}
    for each in meeting.items:
        assert each.listed is not None
        assert document.blocks[each.listed].locator == f"provisional agenda, item {each.number}"
    assert [document.blocks[n].locator for n in item(meeting, "2").annotations] == [
        "annotations, item 2, para. 1",
        "annotations, item 2, para. 2",
    ]


def test_a_heading_between_items_belongs_to_neither() -> None:
    document, _ = read(BOARD)
    assert next(b.locator for b in document.blocks if document.block_text(b) == "Joint segment") == "annotations"


def test_days_and_times_in_columns_of_their_own_make_sittings() -> None:
    assert slots(read(BOARD)[1]) == [
        (D(2031, 6, 2), T(10), T(13), ["1", "2"]),
        (D(2031, 6, 2), T(15), T(18), ["2 again"]),
        (D(2031, 6, 4), T(10), T(13), ["3", "1"]),
    ]


def test_what_is_said_for_after_the_meeting_is_in_no_sitting() -> None:
    document, meeting = read(BOARD)
    late = next(b for b in document.blocks if "Informal talk" in document.block_text(b))
    assert late.locator == "timetable, Monday, 2 June, After the meeting"
    assert all(late.ordinal != row.row for sitting in meeting.sittings for row in sitting.items)


def test_items_that_share_a_row_have_the_titles_that_the_agenda_gives_them() -> None:
    last = read(BOARD)[1].sittings[-1]
    assert [(row.number, row.title) for row in last.items] == [("3", "Other matters"), ("1", "Organizational matters")]


def test_a_row_whose_number_no_item_has_is_in_no_sitting() -> None:
    text = BOARD.replace("| | | 2 | Lamps and lenses |", "| | | 17 | Lamps and lenses |")
    assert numbers(read(text)[1].sittings[0]) == ["1"]


@pytest.mark.parametrize("joined", [" ", " and ", "; ", ", "])
def test_one_item_beside_several_times_is_taken_up_at_each(joined: str) -> None:
    row = f"| Monday, 2 June | 10 a.m.–1 p.m.{joined}3–6 p.m. | 1 | Organizational matters |"
    text = BOARD.replace("| Monday, 2 June | 10 a.m.–1 p.m. | 1 | Organizational matters |", row)
    day = [each for each in slots(read(text)[1]) if each[0] == D(2031, 6, 2)]
    assert day[:2] == [(D(2031, 6, 2), T(10), T(13), ["1"]), (D(2031, 6, 2), T(15), T(18), ["1"])]
    assert all("2" not in items for *_, items in day[:2]), "the row below does not say when"


def test_of_several_items_beside_several_times_it_is_not_told_when_they_are() -> None:
    row = "| Monday, 2 June | 10 a.m.–1 p.m. 3–6 p.m. | 1 and 2 | Organizational matters; lamps |"
    text = BOARD.replace("| Monday, 2 June | 10 a.m.–1 p.m. | 1 | Organizational matters |", row)
    assert [each.start for each in read(text)[1].sittings if each.date == D(2031, 6, 2)] == [T(15)]


def test_rows_that_name_an_item_by_its_title_alone_count_as_that_item() -> None:
    text = BOARD.replace("| | | 2 | Lamps and lenses |", "| | | | Lamps and lenses |")
    assert numbers(read(text)[1].sittings[0]) == ["1", "2"]


def test_a_day_in_a_heading_holds_for_the_table_below_it() -> None:
    table = "| Time | Item | Subject |\n|---|---|---|\n| 10 a.m.–1 p.m. | 2 | Lamps and lenses |\n"
    text = BOARD[: BOARD.index("| Day |")] + f"#### Tuesday, 3 June\n\n{table}"
    assert slots(read(text)[1]) == [(D(2031, 6, 3), T(10), T(13), ["2"])]


@pytest.mark.parametrize("beside", ["Room XX", "Informal talk in the annex"])
def test_what_stands_beside_an_item_is_its_title_only_where_the_timetable_has_titles(beside: str) -> None:
    table = f"| Day | Time | Plenary | Elsewhere |\n|---|---|---|---|\n| Monday, 2 June | 10 a.m.–1 p.m. | Item 2 | {beside} |\n"
    sitting = read(BOARD[: BOARD.index("| Day |")] + table)[1].sittings[0]
    assert [row.title for row in sitting.items] == ["Lamps and lenses"]
    more = "| | 3–6 p.m. | Item 3 | Other matters: harbours |\n"
    sitting = read(BOARD[: BOARD.index("| Day |")] + table + more)[1].sittings[0]
    assert [row.title for row in sitting.items] == [beside]


def test_a_chinese_timetable_may_have_either_word_for_items_and_wide_brackets() -> None:
    rows = ["4月13日星期一 | 上午9时30分至12时30分 | 议题1、2", " | 下午2时30分至5时30分 | 项目2（续）"]
    table = "\n".join(["| 日期 | 时间 | 议题 |", "|---|---|---|", *(f"| {row} |" for row in rows)])
    notes = "\n\n".join(f"### 议题{n} {title}\n\n委员会将审议。" for n, title in ((1, "灯塔"), (2, "灯油")))
    text = f"# 灯塔委员会\n\n2026年4月13日，日内瓦\n\n## 临时议程说明\n\n{notes}\n\n### 工作安排\n\n{table}\n"
    meeting = read(text)[1]
    assert titles(meeting) == {"1": "灯塔", "2": "灯油"}
    assert [numbers(each) for each in meeting.sittings] == [["1", "2"], ["2 again"]]


SIDE_BY_SIDE = (
    BOARD[: BOARD.index("| Day |")]
    + """| Date and time | Plenary | Contact group A | Contact group B |
|---|---|---|---|
| Monday, 2 June 2031, 10 a.m.–1 p.m. | Items 1 and 2 | | |
| Monday, 2 June 2031, 1–3 p.m. | Lunch | | |
| Monday, 2 June 2031, 3–6 p.m. | | Item 2 | Item 3 (continued) |
| Tuesday, 3 June 2031, 10 a.m.–1 p.m. | Items 3 and 9 | | |
| Wednesday, 4 June 2031, 10 a.m.–1 p.m. | Adoption of the report and closure | | |
"""
)


def test_of_meetings_in_columns_side_by_side_each_cell_names_its_own_items() -> None:
    meeting = read(SIDE_BY_SIDE)[1]
    assert slots(meeting)[:2] == [
        (D(2031, 6, 2), T(10), T(13), ["1", "2"]),
        (D(2031, 6, 2), T(15), T(18), ["2", "3 again"]),
    ]
    assert [row.title for row in meeting.sittings[1].items] == ["Lamps and lenses", "Other matters"]


def test_day_and_time_in_one_cell_are_the_place_of_a_row_and_end_with_the_timetable() -> None:
    table = "\n## Annex\n\n### Boats\n\n| Boat | Oars |\n|---|---|\n| Petrel 2 | 4 |\n"
    document, _ = read(SIDE_BY_SIDE + table)
    rows = [(block.locator, block.context) for block in document.blocks if block.kind == "row"]
    assert [place for place, _ in rows[1:3]] == [
        "timetable, Monday, 2 June 2031, 10 a.m.-1 p.m.",
        "timetable, Monday, 2 June 2031, 1-3 p.m.",
    ]
    assert rows[-1] == ("annex, table 2, row 1", "Boat | Oars")


def test_bare_numbers_side_by_side_are_items_below_heads_that_say_so() -> None:
    text = SIDE_BY_SIDE.replace("Items 1 and 2", "1 and 2").replace("| Item 2 | Item 3 |", "| 2 | 3 |")
    text = text.replace("Plenary", "Plenary: items").replace("group A", "group A: items").replace("up B", "up B: items")
    assert [numbers(each) for each in read(text)[1].sittings[:2]] == [["1", "2"], ["2", "3 again"]]


def test_an_item_behind_the_number_of_the_meeting_is_the_one_below_the_head_of_items() -> None:
    table = "| Time | Meeting | Item |\n|---|---|---|\n| 10 a.m.–1 p.m. | 1 | 3 |\n"
    (sitting,) = read(BOARD[: BOARD.index("| Day |")] + f"#### Tuesday, 3 June\n\n{table}")[1].sittings
    assert [(row.number, row.title) for row in sitting.items] == [("3", "Other matters")]


def test_an_item_that_the_agenda_does_not_have_leaves_those_beside_it_in_the_row(holding: Holding) -> None:
    engine = holding(SIDE_BY_SIDE, reading=True)
    (meeting,) = engine.library.meetings()
    third = meeting.sittings[2]
    assert [(row.number, row.title) for row in third.items] == [("3", "Other matters"), ("9", "")]
    said = [AgendaCiter(engine.library, meeting, language).programme(third).text for language in ("en", "fr")]
    assert said[0] == "Tuesday, 3 June 2031, 10 a.m.–1 p.m.: item 3 (Other matters) and item 9."
    assert said[1].endswith("point 3 (Other matters) et point 9.")


def test_what_the_timetable_has_without_items_is_told_in_its_own_words(holding: Holding) -> None:
    engine = holding(SIDE_BY_SIDE, reading=True)
    (meeting,) = engine.library.meetings()
    assert [each.words for each in meeting.besides] == ["Lunch", "Adoption of the report and closure"]
    builder = RowPassageBuilder(meeting, AgendaCiter(engine.library, meeting), meeting.timetable)
    told = [*builder.whole(), *builder.days()]
    said = {part.kind: [each.text for each in part.statements] for passage in told for part in passage.sentences}
    closing = "Wednesday, 4 June 2031, 10 a.m.–1 p.m.: Adoption of the report and closure."
    assert said["closes"] == said["row"] == [closing]
    assert said["opens"] == ["The first meeting begins on Monday, 2 June 2031 at 10 a.m."]
    assert said["break"] == ["Monday, 2 June 2031, 1–3 p.m.: Lunch."]
    assert len(said["meetings_total"]) == 5, "whether a lunch is a meeting is for the reader to say"
    assert "hours_total" not in said
    lunch = AgendaCiter(engine.library, meeting).programme(meeting.besides[0]).citations
    assert [each.quote for each in lunch] == ["Monday, 2 June 2031, 1–3 p.m. | Lunch"]


@pytest.mark.parametrize("row", ["| Wednesday, 4 June | | Closure |", "| Wednesday, 4 June | 3–6 p.m. | Closure |"])
def test_a_last_day_without_items_is_never_left_out_of_the_end(holding: Holding, row: str) -> None:
    table = f"| Day | Time | Item |\n|---|---|---|\n| Monday, 2 June | 10 a.m.–1 p.m. | 1 |\n{row}\n"
    engine = holding(BOARD[: BOARD.index("| Day |")] + table, reading=True)
    (meeting,) = engine.library.meetings()
    told = RowPassageBuilder(meeting, AgendaCiter(engine.library, meeting), meeting.timetable).whole()
    (closes,) = [part for passage in told for part in passage.sentences if part.kind == "closes"]
    assert [each.text for each in closes.statements][-1].startswith("Wednesday, 4 June")
    assert "Closure" in closes.statements[-1].text


def test_rows_of_other_days_than_those_of_the_meeting_are_no_part_of_it() -> None:
    text = BOARD.replace(
        "| Wednesday, 4 June |", "| Friday, 8 August | | Deadline for papers | |\n| Wednesday, 4 June |"
    )
    assert [each.words for each in read(text)[1].besides] == ["Informal consultations"]


HEADED = {
    "en": ("Annotated provisional agenda", "Item {}. ", "Annex", "Symbol", "Item"),
    "fr": ("Ordre du jour provisoire annoté", "Point {}. ", "Annexe", "Cote", "Point"),
    "es": ("Programa provisional anotado", "Tema {}. ", "Anexo", "Signatura", "Tema"),
    "ru": ("Аннотированная предварительная повестка дня", "Пункт {}. ", "Приложение", "Условное обозначение", "Пункт"),
    "ar": ("جدول الأعمال المؤقت المشروح", "البند {}: ", "المرفق", "الرمز", "البند"),
    "zh": ("附加说明的临时议程", "项目{}：", "附件", "文号", "项目"),
}


def headed(language: str) -> str:
    agenda, item, annex, symbol, of_item = HEADED[language]
    return f"""# Committee on Lamps

E/CN.37/2031/1

## {agenda}

### Introduction

1. The Committee on Lamps will meet in the Old Mole at Bergen from 2 to 4 June 2031.

2. All documents are listed below; they can be had at the desk for papers from the first day on.

### {item.format(1)}Lamps of the north

3. The Committee will speak of lamps.

### {item.format(4)}Lenses of the south

4. It will speak of lenses.

### {item.format(5)}Fees

5. It will speak of fees.

## {annex}

### Papers

| {symbol} | Lamps | {of_item} |
|---|---|---|
| E/CN.37/2031/2 | Northern lamps | 1 |
| E/CN.37/2031/3 | Lenses | 4 |
| E/CN.37/2031/4 | Both | 1, 4 |
"""


@pytest.mark.parametrize("language", HEADED)
def test_paragraphs_of_an_introduction_are_no_items_where_headings_name_others(language: str) -> None:
    document, meeting = read(headed(language))
    assert titles(meeting) == {"1": "Lamps of the north", "4": "Lenses of the south", "5": "Fees"}
    places = [block.locator for block in document.blocks if block.number]
    assert places == [
        "section “Introduction”, para. 1", "section “Introduction”, para. 2",
        "annotations, item 1, para. 3", "annotations, item 4, para. 4", "annotations, item 5, para. 5",
    ]  # fmt: skip


@pytest.mark.parametrize("language", HEADED)
def test_a_table_of_symbols_and_items_announces_documents(language: str) -> None:
    document, meeting = read(headed(language))
    first, second, both = (f"E/CN.37/2031/{n}" for n in (2, 3, 4))
    assert papers(meeting) == {"1": [first, both], "4": [second, both]}
    (_, row), _ = item(meeting, "4").documentation
    assert document.block_text(document.blocks[row]) == "E/CN.37/2031/3 | Lenses | 4"
    assert document.blocks[row].locator == "annex, table 1, row 2"


def test_a_table_of_documents_may_say_the_item_once_for_several() -> None:
    text = headed("en")
    text = text[: text.index("| Symbol")]
    above = "| Item | Symbol |\n|---|---|\n| 1 | E/CN.37/2031/2 |\n| | E/CN.37/2031/3 |\n| 4 | E/CN.37/2031/4 |\n"
    assert papers(read(text + above)[1]) == {"1": ["E/CN.37/2031/2", "E/CN.37/2031/3"], "4": ["E/CN.37/2031/4"]}
    alone = "| Symbol | Title |\n|---|---|\n| Item 4: Lenses | |\n| E/CN.37/2031/2 | a |\n| E/CN.37/2031/3 | b |\n"
    assert papers(read(text + alone)[1]) == {"4": ["E/CN.37/2031/2", "E/CN.37/2031/3"]}
    behind = "| Symbol | Item |\n|---|---|\n| E/CN.37/2031/2 | 1 |\n| E/CN.37/2031/3 | |\n"
    assert papers(read(text + behind)[1]) == {"1": ["E/CN.37/2031/2"]}


def test_what_a_table_refers_to_is_no_document_of_an_item() -> None:
    text = (
        headed("en")
        .replace("E/CN.37/2031/2 |", "E/RES/2030/5 |")
        .replace("E/CN.37/2031/3 |", "E/CN.37/2029/3, para. 4 |")
    )
    assert papers(read(text)[1]) == {"1": ["E/CN.37/2031/4"], "4": ["E/CN.37/2031/4"]}


def test_of_an_agenda_that_leaves_items_out_neither_their_number_nor_that_one_lacks_is_told(holding: Holding) -> None:
    engine = holding(headed("en"), reading=True)
    (meeting,) = engine.library.meetings()
    assert not meeting.is_complete
    told = RowPassageBuilder(meeting, AgendaCiter(engine.library, meeting), ()).whole()
    assert "items_total" not in [part.kind for passage in told for part in passage.sentences]
    assert "has no item" not in (engine.ask("What is item 3 of the agenda?").reason or "")
    assert all(read(text)[1].is_complete for text in (BOARD, KITES))


@pytest.mark.parametrize(("of_item", "sure"), [("1, 4", True), ("", False)])
def test_that_no_document_is_announced_is_not_told_beside_papers_of_no_known_item(
    holding: Holding, of_item: str, sure: bool
) -> None:
    engine = holding(headed("en").replace("| Both | 1, 4 |", f"| Both | {of_item} |"), reading=True)
    (meeting,) = engine.library.meetings()
    assert AgendaCiter(engine.library, meeting).surely_has_no_documents(item(meeting, "5"), meeting) is sure


def test_a_list_below_its_own_heading_is_read_behind_an_introduction() -> None:
    listed = (
        "## Provisional agenda\n\n1. Lamps of the north.\n\n2. Lenses.\n\n3. Fees.\n\n## Annotations\n\n### Item 1. "
    )
    _, meeting = read(headed("en").replace("### Item 1. ", listed))
    assert titles(meeting) == {"1": "Lamps of the north", "2": "Lenses", "3": "Fees"}


@pytest.mark.parametrize("title", ["### Lenses of the south", "Lenses of the south"])
def test_the_title_of_an_item_may_stand_on_the_line_below_its_number(title: str) -> None:
    _, meeting = read(headed("en").replace("### Item 4. Lenses of the south", f"### Item 4\n\n{title}"))
    assert titles(meeting) == {"1": "Lamps of the north", "4": "Lenses of the south", "5": "Fees"}
    assert len(item(meeting, "4").annotations) == 1


FRENCH = """# Conseil des phares

E/CN.31/2031/1

Distr. générale
4 avril 2031
Français

Sixième session

Marseille, 2-4 juin 2031

## Ordre du jour provisoire annoté

### I. Ordre du jour provisoire

1. Ouverture de la session.

2. Questions d'organisation :

a) Élection du Bureau ;

b) Adoption de l'ordre du jour.

3. Lampes et lentilles.

### II. Annotations

#### 1. Ouverture de la session

1. La session sera ouverte par la Présidente du Conseil le lundi 2 juin 2031 à 10 heures.

#### 2. Questions d'organisation

##### a) Élection du Bureau

2. Le Conseil élira une présidente ou un président et deux autres membres du Bureau.

##### b) Adoption de l'ordre du jour

3. Le Conseil sera saisi de l'ordre du jour provisoire.

Documentation

Ordre du jour provisoire annoté (E/CN.31/2031/1)

#### 3. Lampes et lentilles

4. Le Conseil examinera le rapport du Secrétaire général sur les lampes.

##### Documentation

Rapport du Secrétaire général sur les lampes (E/CN.31/2031/2)

### III. Organisation des travaux

| Date | Heure | Point | Titre |
|---|---|---|---|
| Lundi 2 juin | 10 heures-13 heures | 1 | Ouverture de la session |
| | | 2 a) et b) | Questions d'organisation |
| | 15 h-18 h | 3 | Lampes et lentilles |
| Mardi 3 juin | 10 h 30-13 h | 3 | Lampes et lentilles (suite) |
"""

SPANISH = """# Comisión de Faros

E/CN.32/2031/1

Distr. general
4 de abril de 2031
Español

Sexto período de sesiones

Valparaíso, 14 y 15 de octubre de 2031

## Programa provisional anotado

1. Apertura del período de sesiones.

2. Lámparas y lentes.

3. Otros asuntos.

### Anotaciones

#### Tema 1. Apertura del período de sesiones

La Presidencia declarará abierto el período de sesiones.

#### Tema 2. Lámparas y lentes

La Comisión examinará el informe sobre las lámparas de los faros pequeños y aprobará las recomendaciones que desee formular.

#### Documentación

Informe sobre las lámparas (E/CN.32/2031/2)

#### Tema 3. Otros asuntos

Los miembros podrán plantear otros asuntos.

### Organización de los trabajos

| Martes 14 de octubre de 2031 | | |
|---|---|---|
| 10.00 a 13.00 horas | Tema 1 | Apertura del período de sesiones |
| 15.00 a 18.00 horas | Tema 2 | Lámparas y lentes |
| Miércoles 15 de octubre de 2031 | | |
| 10.00 a 13.00 horas | Temas 2 y 3 | Lámparas y lentes (continuación) y otros asuntos |
"""

PLAN = """# {0}

{1}

{2}

{3}

## {4}

### {5}

1. {opening}{stop}

2. {lamps}{stop}

3. {other}{stop}

### {6}

#### {item}1. {opening}

{7}

#### {item}2. {lamps}

{8}

#### {9}

{10} ({11})

#### {item}3. {other}

{12}

### {13}

| {14} |
|---|---|---|---|
{15}
"""
RUSSIAN = PLAN.format(
    "Комиссия по маякам", "E/CN.33/2031/1", "Шестая сессия", "Выборг, 2–4 июня 2031 года",
    "Предварительная повестка дня и аннотации к ней", "I. Предварительная повестка дня", "II. Аннотации",
    "Сессию откроет Председатель Комиссии.", "Комиссия рассмотрит доклад о лампах малых маяков.", "Документация",
    "Доклад о лампах", "E/CN.33/2031/2", "Члены Комиссии могут предложить другие вопросы.", "III. Расписание работы",
    "День | Время | Пункт | Название",
    "| Понедельник, 2 июня | 10:00–13:00 | 1 | Открытие сессии |\n| | | 2 | Лампы и линзы маяков |\n"
    "| Вторник, 3 июня | 15:00–18:00 | 3 | Прочие вопросы |",
    item="Пункт ", stop=".", opening="Открытие сессии", lamps="Лампы и линзы маяков", other="Прочие вопросы",
)  # fmt: skip
CHINESE = PLAN.format(
    "灯塔委员会", "E/CN.34/2031/1", "第六届会议", "2031年6月2日至4日，日内瓦", "临时议程说明", "临时议程", "说明",
    "主席将宣布会议开幕。", "委员会将审议关于小型灯塔灯具的报告。", "文件", "关于灯具的报告", "E/CN.34/2031/2", "成员可提出其他事项。",
    "工作安排", "日期 | 时间 | 项目 | 标题",
    "| 6月2日星期一 | 上午10时至下午1时 | 1 | 会议开幕 |\n| | 下午3时至6时 | 2 | 灯塔的灯具 |\n"
    "| 6月3日星期二 | 上午10时至下午1时 | 3 | 其他事项 |",
    item="", stop="。", opening="会议开幕", lamps="灯塔的灯具", other="其他事项",
)  # fmt: skip
ARABIC = PLAN.format(
    "لجنة المنارات", "E/CN.35/2031/1", "الدورة السادسة", "جنيف، 2-4 حزيران/يونيه 2031", "جدول الأعمال المؤقت المشروح",
    "أولا - جدول الأعمال المؤقت", "ثانيا - الشروح", "يفتتح الرئيس الدورة في اليوم الأول.",
    "تنظر اللجنة في التقرير المتعلق بمصابيح المنارات الصغيرة.", "الوثائق", "تقرير عن المصابيح", "E/CN.35/2031/2",
    "يجوز للأعضاء طرح مسائل أخرى.", "ثالثا - الجدول الزمني", "اليوم | الوقت | البند | العنوان",
    "| الاثنين 2 حزيران/يونيه | 10:00-13:00 | 1 | افتتاح الدورة |\n| | 15:00-18:00 | 2 | مصابيح المنارات |\n"
    "| الثلاثاء 3 حزيران/يونيه | 10:00-13:00 | 2، 3 | مصابيح المنارات؛ مسائل أخرى |",
    item="", stop=".", opening="افتتاح الدورة", lamps="مصابيح المنارات", other="مسائل أخرى",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "place", "days", "items", "documents", "sittings"),
    [
        (FRENCH, "Marseille", [2, 3, 4], ["1", "2", "2 (a)", "2 (b)", "3"], {"2 (b)": "E/CN.31/2031/1", "3": "E/CN.31/2031/2"},
         [(2, T(10), T(13), ["1", "2 (a)", "2 (b)"]), (2, T(15), T(18), ["3"]), (3, T(10, 30), T(13), ["3 again"])]),
        (SPANISH, "Valparaíso", [14, 15], ["1", "2", "3"], {"2": "E/CN.32/2031/2"},
         [(14, T(10), T(13), ["1"]), (14, T(15), T(18), ["2"]), (15, T(10), T(13), ["2", "3"])]),
        (RUSSIAN, "Выборг", [2, 3, 4], ["1", "2", "3"], {"2": "E/CN.33/2031/2"},
         [(2, T(10), T(13), ["1", "2"]), (3, T(15), T(18), ["3"])]),
        (CHINESE, "日内瓦", [2, 3, 4], ["1", "2", "3"], {"2": "E/CN.34/2031/2"},
         [(2, T(10), T(13), ["1"]), (2, T(15), T(18), ["2"]), (3, T(10), T(13), ["3"])]),
        (ARABIC, "جنيف", [2, 3, 4], ["1", "2", "3"], {"2": "E/CN.35/2031/2"},
         [(2, T(10), T(13), ["1"]), (2, T(15), T(18), ["2"]), (3, T(10), T(13), ["2", "3"])]),
    ],
    ids=["fr", "es", "ru", "zh", "ar"],
)  # fmt: skip
def test_agendas_in_other_languages_are_read_alike(
    text: str,
    place: str,
    days: list[int],
    items: list[str],
    documents: dict[str, str],
    sittings: list[tuple[int, T, T, list[str]]],
) -> None:
    document, meeting = read(text)
    assert meeting.place == place
    assert [day.day for day in meeting.dates] == days
    assert [each.number for each in meeting.items] == items
    assert papers(meeting) == {number: [symbol] for number, symbol in documents.items()}
    assert [(day.day, start, end, taken) for day, start, end, taken in slots(meeting)] == sittings
    for each in meeting.items:
        if each.number != "2" or document.language != "fr":
            assert each.annotations, each.number


def test_numbered_annotations_are_cited_by_item_and_paragraph() -> None:
    document, meeting = read(FRENCH)
    (only,) = item(meeting, "2 (b)").annotations
    assert document.blocks[only].locator == "annotations, item 2 (b), para. 3"


def test_numbered_paragraphs_behind_the_timetable_are_cited_by_their_numbers() -> None:
    document, meeting = read(
        f"{WORK}\n## Practical information\n\n11. Badges are blue.\n\n12. Papers are not printed.\n"
    )
    assert [block.locator for block in document.blocks[-2:]] == ["para. 11", "para. 12"]
    assert len(meeting.sittings) == 3


WORK = """# Committee on Quays

E/QY/2031/L.1

Fourth session

Geneva, 2 to 4 June 2031

## Proposed organization of work

| Date and time | Item | Subject |
|---|---|---|
| **Monday, 2 June** | | |
| 10 a.m.–1 p.m. | 1–3 | Opening, officers and agenda |
| 3–6 p.m. | 4 (a)–(c) | Depth of quays |
| **Tuesday, 3 June** | | |
| 10 a.m.–1 p.m. | Item 5 | Adoption of the report |
"""


def test_a_timetable_alone_gives_sittings_and_the_items_that_its_rows_name() -> None:
    _, meeting = read(WORK)
    assert slots(meeting) == [
        (D(2031, 6, 2), T(10), T(13), ["1", "2", "3"]),
        (D(2031, 6, 2), T(15), T(18), ["4 (a)", "4 (b)", "4 (c)"]),
        (D(2031, 6, 3), T(10), T(13), ["5"]),
    ]
    assert titles(meeting) == {"5": "Adoption of the report"}


HALVES = """# Comité des phares

E/CN.38/2031/1

Genève, 2 et 3 juin 2031

## Ordre du jour provisoire

1. Ouverture de la session.

2. Lampes.

3. Adoption du rapport.

## Organisation des travaux

| Date | Séance | Point | Titre |
|---|---|---|---|
| Lundi 2 juin | Matin | 1 | Ouverture de la session |
| | Après-midi | 2 | Lampes |
| Mardi 3 juin, matin | | 2 et 3 | Lampes et rapport |
"""


def test_a_timetable_that_says_halves_of_the_day_gives_sittings_without_made_up_times() -> None:
    document, meeting = read(HALVES)
    assert [(each.date.day, each.half, each.is_afternoon, numbers(each)) for each in meeting.sittings] == [
        (2, "morning", False, ["1"]),
        (2, "afternoon", True, ["2"]),
        (3, "morning", False, ["2", "3"]),
    ]
    assert all(each.start is each.end is each.duration_minutes is None for each in meeting.sittings)
    assert Meeting.from_json(meeting.to_json()) == meeting
    assert "timetable, Lundi 2 juin, Après-midi" in {block.locator for block in document.blocks}


def test_an_item_of_half_a_day_is_told_with_its_day_and_without_a_length(
    library: Library, catalogue: Catalogue
) -> None:
    add(library, catalogue, Input("halves.md", HALVES.encode()))
    (meeting,) = library.meetings()
    builder = RowPassageBuilder(meeting, AgendaCiter(library, meeting), meeting.sittings)
    title, taken_up = builder.item(item(meeting, "2")).sentences
    assert (title.kind, taken_up.kind) == ("title", "taken_up")
    told = taken_up.statements[0].text
    assert "Monday, 2 June 2031" in told
    assert "Après-midi" in told
    kinds = [part.kind for passage in (*builder.whole(), *builder.days()) for part in passage.sentences]
    assert not {"opens", "closes", "hours_total", "break"}.intersection(kinds)
    assert "meetings_total" in kinds


BEGINNINGS = """Time\tItem\tSubject
Monday, 2 June
10 a.m.\t1\tOrganizational matters
10.30 a.m.\t2\tLamps and lenses
1 p.m.\t\tLunch offered by the harbour master
Wednesday, 4 June
3 p.m.\t3\tOther matters
"""


def test_of_entries_that_only_begin_the_beginning_is_told_and_no_end_length_or_number(
    library: Library, catalogue: Catalogue
) -> None:
    text = BOARD[: BOARD.index("| Day |")] + BEGINNINGS
    add(library, catalogue, Input("board.txt", text.encode()))
    (meeting,) = library.meetings()
    assert [(each.date.day, each.start, each.end, numbers(each)) for each in meeting.timetable] == [
        (2, T(10), None, ["1"]),
        (2, T(10, 30), None, ["2"]),
        (2, T(13), None, []),
        (4, T(15), None, ["3"]),
    ]
    builder = RowPassageBuilder(meeting, AgendaCiter(library, meeting), meeting.timetable)
    taken_up = next(part for part in builder.item(item(meeting, "2")).sentences if part.kind == "taken_up")
    assert taken_up.text.endswith("2 June 2031, at 10.30 a.m.")
    assert "Monday, 2 June 2031, 10.30 a.m." in taken_up.statements[0].text
    spanish = RowPassageBuilder(meeting, AgendaCiter(library, meeting, "es"), meeting.timetable)
    (told,) = next(part for part in spanish.item(item(meeting, "3")).sentences if part.kind == "taken_up").statements
    assert "15:00." in told.text
    kinds = {part.kind for passage in (*builder.whole(), *builder.days()) for part in passage.sentences}
    assert "opens" in kinds
    assert not {"closes", "meetings_total", "hours_total", "length", "break"} & kinds


def test_rows_may_have_the_number_and_the_title_in_one_cell() -> None:
    rows = (
        "Date\tTime\tAgenda item\n"
        "Monday, 2 June\t10 a.m.–1 p.m.\t1. Organizational matters\n"
        "\t3–6 p.m.\t2. Lamps and lenses\n"
        "Wednesday, 4 June\t10 a.m.–1 p.m.\t3. Talk by the keepers of the lamps\n"
    )
    meeting = read(BOARD[: BOARD.index("| Day |")] + rows, "board.txt")[1]
    assert slots(meeting) == [
        (D(2031, 6, 2), T(10), T(13), ["1"]),
        (D(2031, 6, 2), T(15), T(18), ["2"]),
    ], "what has a number and other words than the item is not the item"
    assert [each.words for each in meeting.besides] == ["3. Talk by the keepers of the lamps"]


@pytest.mark.parametrize(
    ("label", "time"),
    [
        ("10 a.m.", T(10)),
        ("10.15 a.m.", T(10, 15)),
        ("15 h 30", T(15, 30)),
        ("15.00 horas", T(15)),
        ("10 ч 00 мин", T(10)),
        ("上午10时", T(10)),
        ("الساعة 10/00", T(10)),
        ("10", None),
        ("10 a.m.–1 p.m.", None),
        ("10 a.m. Lamps", None),
        ("25:00", None),
    ],
)
def test_a_time_of_day_by_itself_is_read_in_the_ways_it_is_printed(label: str, time: T | None) -> None:
    assert parse_start(label) == time


def test_a_meeting_whose_place_is_not_said_is_told_by_its_days(library: Library, catalogue: Catalogue) -> None:
    text = BOARD.replace("2 to 4 June 2031, Valletta", "2 to 4 June 2031")
    add(library, catalogue, Input("board.md", text.encode()))
    (meeting,) = library.meetings()
    assert meeting.place == ""
    assert len(meeting.dates) == 3
    (whole, *_) = RowPassageBuilder(meeting, AgendaCiter(library, meeting), meeting.sittings).whole()
    said = whole.sentences[0].statements[0].text
    assert said == "The meeting takes place on Monday, 2 June 2031 – Wednesday, 4 June 2031."


def test_the_building_and_the_room_that_the_head_names_are_told_with_the_place(
    library: Library, catalogue: Catalogue
) -> None:
    venue = "To be held at the Custom House, Valletta, starting at 10 a.m. on Monday, 2 June 2031, in room XXI"
    text = BOARD.replace("2 to 4 June 2031, Valletta", f"2 to 4 June 2031, Valletta\n\n{venue}")
    add(library, catalogue, Input("board.md", text.encode()))
    (meeting,) = library.meetings()
    (whole, *_) = RowPassageBuilder(meeting, AgendaCiter(library, meeting), meeting.sittings).whole()
    assert venue in whole.sentences[0].text
    told, quoted = whole.sentences[0].statements
    assert told.text.startswith("The meeting takes place in Valletta")
    assert (quoted.text, quoted.citations[0].locator) == (venue, "E/CN.36/2031/L.2, masthead")


# What is no agenda

LIST = "1. Opening of the session.\n\n2. Election of officers.\n\n3. Harbour lamps.\n\n4. Adoption of the report.\n"
TABLE = """| Day | Time | Item | Subject |
|---|---|---|---|
| Monday, 2 June 2031 | 10 a.m.–1 p.m. | 1 | Opening |
| | 3–6 p.m. | 3 | Harbour lamps |
| Tuesday, 3 June 2031 | 10 a.m.–1 p.m. | 4 | Adoption of the report |
"""
LONG = (
    "The Committee asked the secretariat to prepare this text with regard to what members had said of lamps and quays. "
    * 5
)
REPORT = f"""# Report of the Committee on Harbours on its fourth session

E/HC/2031/9

Geneva, 2 to 4 June 2031

## I. Introduction

1. The Committee met in Geneva. It held six meetings.

2. It adopted its agenda, which is in annex I.

3. It spoke of harbour lamps for two days and asked that they be repaired before the winter.

## Annex I

### Agenda

{LIST}
### Annotations

There were none.

## Annex II

### Organization of work

{TABLE}"""
CHAPTER = f"""# Report of the Committee on Harbours

E/HC/2031/9

## A. Opening

The Committee met in Geneva from 2 to 4 June.

## B. Agenda

At its first meeting, the Committee adopted the following agenda:

{LIST}
## C. Organization of work

{TABLE}"""


@pytest.mark.parametrize(
    "text",
    [
        REPORT,
        CHAPTER,
        f"# Report of the Committee on Harbours\n\nE/HC/2031/9\n\n## II. Provisional agenda of the fifth session\n\n{LIST}",
        f"# Provisional agenda of the fifth session: note\n\nE/HC/2031/11\n\n1. {LONG}\n\n2. {LONG}\n\n## Annex\n\n{LIST}",
        f"# Agenda for small harbours: what was done\n\nE/HC/2031/10\n\n1. {LONG}\n\n2. {LONG}\n",
        f"# Letter dated 3 May 2031 from the Chair\n\nE/HC/2031/12\n\nThe Committee will take up the following:\n\n{LIST}",
        "# Agenda 21 and the Harbour Agenda\n\nE/HC/2031/13\n\n1. Lamps burn.\n\n2. Quays hold.\n",
        "# 12/4. Provisional agenda of the next session\n\nThe Assembly of Harbours,\n\nRecalling its resolution 10/4,\n\n"
        f"Approves the provisional agenda:\n\n{LIST}",
        "# The meeting was called to order at 10 a.m.\n\nS/PV.9000\n\nAgenda\n\nHarbours\n\n1. He said so.\n\n2. It rose.\n",
        "# Programme of work of the Committee, 2031–2034\n\nE/HC/2031/14\n\n1. Lamps.\n\n2. Quays.\n\n"
        "| Year | Work |\n|---|---|\n| 2031 | Lamps |\n| 2032 | Quays |\n",
        f"# Informe de la Comisión\n\nE/HC/2031/15\n\n1. La Comisión aprobó su programa.\n\n## Anexo\n\n### Programa provisional\n\n{LIST}",
    ],
    ids=["annex", "chapter", "next", "note", "other agenda", "letter", "agenda 21", "resolution", "record", "programme", "es"],
)  # fmt: skip
def test_what_only_tells_of_an_agenda_announces_no_meeting(text: str) -> None:
    document, meeting = read_document(Input("paper.md", text.encode()), NOTHING)
    assert meeting is None
    assert document.kind != "agenda"


def test_when_an_item_is_taken_up_is_answered_from_the_agenda_and_not_from_a_later_report(
    library: Library, catalogue: Catalogue
) -> None:
    later = REPORT.replace("2031", "2033")
    add(library, catalogue, Input("agenda.md", BOARD.encode()), Input("report.md", later.encode()))
    assert [meeting.document_id for meeting in library.meetings()] == ["E/CN.36/2031/L.2:en:official"]
    answer = Engine(library, catalogue, readers=word_readers()).ask("When is item 3 taken up?")
    assert {citation.symbol for citation in answer.citations} == {"E/CN.36/2031/L.2"}


# Words for days, times and items


@pytest.mark.parametrize("label", ["3-6", "1–3", "2 (a)–(c)", "10", "2031–2034", "Post-meeting"])
def test_numbers_with_a_dash_are_not_taken_for_times(label: str) -> None:
    assert not is_explicit_time_span(label)


def test_a_span_of_time_is_found_in_a_cell_only_where_it_is_the_only_one() -> None:
    text = "Tuesday, 3 June 10 a.m.–1 p.m."
    found = find_times(text)
    assert found is not None
    assert text[found[0] : found[1]] == "10 a.m.–1 p.m."
    assert find_times("10 a.m.–1 p.m. 3–6 p.m.") is None
    assert find_times("Items 1-3") is None


def test_a_line_that_begins_a_span_of_time_is_told_from_its_second_line() -> None:
    assert [begins_span(line) for line in ("10 a.m.–", "10 a.m.–1 p.m.", "3 – 6:00 p.m.", "1 p.m.", "Lunch")] == [
        True, True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "first", "last", "count"),
    [
        ("2–5 juin 2031", D(2031, 6, 2), D(2031, 6, 5), 4),
        ("Du 1er au 3 juin 2031", D(2031, 6, 1), D(2031, 6, 3), 3),
        ("14 y 15 de octubre de 2031", D(2031, 10, 14), D(2031, 10, 15), 2),
        ("14 и 15 октября 2031 года", D(2031, 10, 14), D(2031, 10, 15), 2),
        ("14-18 تموز/يوليه 2031", D(2031, 7, 14), D(2031, 7, 18), 5),
        ("2031年6月30日至7月2日", D(2031, 6, 30), D(2031, 7, 2), 3),
        ("20–24 and 29–31 January and 11 February 2031", D(2031, 1, 20), D(2031, 2, 11), 9),
    ],
)
def test_the_days_of_a_meeting_are_read_in_six_languages(text: str, first: D, last: D, count: int) -> None:
    days = find_meeting_days(text)
    assert (days[0], days[-1], len(days)) == (first, last, count)


@pytest.mark.parametrize(
    ("text", "is_day"),
    [("Monday, 2 June", True), ("Lundi 3 mars", True), ("الاثنين 2 حزيران/يونيه", True), ("6月2日星期一", True),
     ("понедельник, 2 июня 2031 года", True), ("14 and 15 October", False), ("Item 3", False), ("Monday", False),
     ("The report that was asked for by 2 June", False)],
)  # fmt: skip
def test_a_cell_with_one_day_of_a_month_names_a_day(text: str, is_day: bool) -> None:
    assert is_day_label(text) is is_day


@pytest.mark.parametrize(
    ("text", "found"),
    [("3", ["3"]), ("1 (a) and (b)", ["1 (a)", "1 (b)"]), ("3–5", ["3", "4", "5"]), ("2, 4", ["2", "4"]), ("2 a) et b)", ["2 (a)", "2 (b)"]),
     ("4 (a)–(c)", ["4 (a)", "4 (b)", "4 (c)"]), ("1 and 3 (b)", ["1", "3 (b)"])],
)  # fmt: skip
def test_lists_and_ranges_of_items_are_read(text: str, found: list[str]) -> None:
    assert item_numbers(text) == found


# Timetables of PDF files


def annotated(pages: int) -> Flow:
    flow = Flow(symbol="E/CN.36/2031/L.2", pages=pages).start(body="Economic and Social Council")
    flow.heading("Annotated provisional agenda and workplan, 2 and 3 June 2031", size=14)
    for number, title in enumerate(("Lamps", "Lenses", "Quays", "Fees", "Other matters"), 1):
        flow.add(f"{title}.", f"{number}.")
    return flow


COLUMNS = (LEFT, 210.0, 285.0, 320.0, 488.0)


def test_times_and_items_that_no_rule_parts_are_rows_of_their_own_over_a_page_break() -> None:
    flow = annotated(2)
    flow.heading("Workplan", size=12)
    sheet, top = flow.sheet, flow.top + 10
    sheet.rules(COLUMNS, top - 14, top + 6)
    sheet.row(COLUMNS, top, ("Day", "Time", "Item", "Subject"), style="i")
    rows = [
        ("Monday, 2 June", "10 a.m.–1 p.m.", "1", "Lamps\n• Report on lamps of the\nnorthern coast"),
        ("", "", "2", "Lenses"),
        ("", "1.15–2.30 p.m.", "", "Informal talks"),
        ("", "3 p.m.–6 p.m.", "3", "Quays"),
    ]
    later = [("", "", "4", "Fees\n• Report on fees"), ("Tuesday, 3 June", "10 a.m.–1 p.m.", "5", "Other matters")]
    top += 24
    for place, row in enumerate((*rows, *later)):
        if place == len(rows):
            flow.turn()
            top = flow.top + 12
        sheet.row(COLUMNS, top, row)
        top += 20 + 10 * row[3].count("\n")
    document, meeting = read(flow.bytes(), "workplan.pdf")
    assert slots(meeting) == [
        (D(2031, 6, 2), T(10), T(13), ["1", "2"]),
        (D(2031, 6, 2), T(15), T(18), ["3", "4"]),
        (D(2031, 6, 3), T(10), T(13), ["5"]),
    ]
    assert [row.title for each in meeting.sittings for row in each.items] == [
        "Lamps", "Lenses", "Quays", "Fees", "Other matters",
    ]  # fmt: skip
    rows_read = [document.block_text(each) for each in document.blocks if each.kind == "row"]
    assert sum("Lenses" in row for row in rows_read) == 1


def test_a_grid_whose_days_span_several_times_is_read_row_by_row() -> None:
    flow = annotated(1)
    sheet, top = flow.sheet, flow.top + 20
    heights = [top, top + 60, top + 100, top + 140]  # two times on Monday, one on Tuesday
    sheet.grid(COLUMNS[:2], [heights[0], *heights[2:]])
    sheet.grid(COLUMNS[1:], heights)
    sheet.row(COLUMNS, top + 12, ["Monday,\n2 June", "10 a.m.–\n1 p.m.", "1", "LAMPS"], 9)
    sheet.row(COLUMNS[2:], top + 40, ["2"], 9)
    sheet.row(COLUMNS[3:], top + 37, ["LENSES"], 9)
    sheet.row(COLUMNS, top + 76, ["", "3 – 6:00 p.m.", "3", "QUAYS"], 9)
    sheet.row(COLUMNS, top + 112, ["Tuesday, 3 June", "10 a.m.–1 p.m.", "5", "OTHER MATTERS"], 9)
    _, meeting = read(flow.bytes(), "grid.pdf")
    assert slots(meeting) == [
        (D(2031, 6, 2), T(10), T(13), ["1", "2"]),
        (D(2031, 6, 2), T(15), T(18), ["3"]),
        (D(2031, 6, 3), T(10), T(13), ["5"]),
    ]


def test_the_rows_of_other_tables_stay_as_they_are() -> None:
    flow = Flow(pages=1).start()
    sheet, top = flow.sheet, flow.top
    heights = [top, top + 18, top + 60]
    sheet.grid(COLUMNS, heights)
    sheet.row(COLUMNS, top + 12, ["Harbour", "Years", "Boats", "Remarks"], style="b")
    sheet.row(COLUMNS, top + 30, ["Old Mole", "2020–2025\n2026–2030", "3\n4", "Counted\ntwice"])
    document, _ = read_document(Input("boats.pdf", flow.bytes()), NOTHING)
    assert sum(each.kind == "row" for each in document.blocks) == 2


# Real agendas


def real(name: str) -> Meeting:
    path = at_hand(UN / name)
    return read(path.read_bytes(), path.name)[1]


def test_the_real_agenda_of_an_assembly_has_all_its_items() -> None:
    meeting = real("dev/A_80_150.en.pdf")
    mains = [each.number for each in meeting.items if each.number == each.main_number]
    assert mains == [str(n) for n in range(1, 175)]
    assert [each.number for each in meeting.items if each.main_number == "16"] == [
        "16",
        *(f"16 ({c})" for c in "abcdefgh"),
    ]
    assert meeting.sittings == ()


def test_a_real_agenda_whose_items_are_headings_has_documents_and_eight_sittings() -> None:
    meeting = real("train/DP_2025_L.2.en.pdf")
    assert [each.number for each in meeting.items] == [str(n) for n in range(1, 21)]
    assert papers(meeting)["11"] == ["DP/2025/14", "DP/2025/15", "DP/2025/16"]
    assert [(each.date.day, each.start.hour, numbers(each)) for each in meeting.sittings] == [
        (2, 10, ["1", "3", "4", "6"]), (2, 15, ["5", "2", "7"]), (3, 10, ["15"]), (3, 15, ["18", "19"]),
        (4, 10, ["9"]), (4, 15, ["11", "16"]), (5, 10, ["13", "14", "10"]), (5, 15, ["12", "17", "8", "20", "1"]),
    ]  # fmt: skip


def test_a_real_workplan_over_two_pages_has_its_four_sittings() -> None:
    meeting = real("train/UNW_2025_L.3.en.pdf")
    assert [each.number for each in meeting.items] == [str(n) for n in range(1, 12)]
    assert papers(meeting)["4"] == ["UNW/2025/3", "UNW/2025/3/Add.1"]
    assert [(each.date.day, each.start.hour, numbers(each)) for each in meeting.sittings] == [
        (17, 10, ["1", "2"]), (18, 10, ["3", "4", "5"]), (18, 15, ["6", "7", "8", "9"]), (19, 10, ["10", "11", "1"]),
    ]  # fmt: skip


def test_a_real_agenda_with_annotations_and_no_timetable_has_items_and_no_sittings() -> None:
    meeting = real("dev/A_HRC_EMRIP_2025_1.en.pdf")
    assert [each.number for each in meeting.items] == [str(n) for n in range(1, 13)]
    assert all(each.annotations for each in meeting.items)
    assert [day.day for day in meeting.dates] == [14, 15, 16, 17, 18]
    assert meeting.sittings == ()


def test_of_the_real_documents_only_agendas_announce_a_meeting() -> None:
    at_hand(UN)
    found = set()
    for path in sorted(UN.glob("[dt]*/*.pdf")):
        _, meeting = read_document(Input(path.name, path.read_bytes()), NOTHING)
        found |= {path.name} if meeting else set()
    assert found == {"A_80_150.en.pdf", "A_HRC_EMRIP_2025_1.en.pdf", "DP_2025_L.2.en.pdf", "UNW_2025_L.3.en.pdf"}


ENTRIES = """# Group on Lamps

E/CN.37/2031/1

Bergen, 2–3 June 2031

## Provisional agenda

1. Opening of the session.

2. Officers.

3. Fees for oil.

4. Place of the next session.

## Programme of work

| Date and time | Item | Subject | Room | Documents |
|---|---|---|---|---|
| Monday, 2 June, 10 a.m.–1 p.m. | 1, 2 | Opening | Hall | E/CN.37/2031/2 |
| Monday, 2 June, 3–6 p.m. | 3 | Fees for oil: first reading | Hall | – |
| Monday, 2 June, 7–9 p.m. | – | Reception by the Mayor | Town Hall | – |
| Tuesday, 3 June, 10 a.m.–1 p.m. | 3, 4 | Fees; place of the next session | Hall | E/CN.37/2031/3; E/CN.37/2031/4 |
"""


def test_a_row_with_as_many_subjects_and_documents_as_items_has_one_document_for_each() -> None:
    assert papers(read(ENTRIES)[1]) == {
        "1": ["E/CN.37/2031/2"], "2": ["E/CN.37/2031/2"], "3": ["E/CN.37/2031/3"], "4": ["E/CN.37/2031/4"],
    }  # fmt: skip
    added = read(ENTRIES.replace("/3; E/CN.37/2031/4", "/3 and Add.1; E/CN.37/2031/4"))[1]
    assert papers(added)["3"] == ["E/CN.37/2031/3", "E/CN.37/2031/3/Add.1"]
    assert papers(added)["4"] == ["E/CN.37/2031/4"]
    unpaired = read(ENTRIES.replace("Fees; place of the next session", "Other things"))[1]
    assert papers(unpaired)["3"] == papers(unpaired)["4"] == ["E/CN.37/2031/3", "E/CN.37/2031/4"]


LISTING = """# Provisional agenda

A79/1

Ferry Assembly

Geneva, 18–27 May 2026

1. Opening of the Assembly

2. Report of the Board on its 157th session

{word} A79/2

COMMITTEE A

3. Pillar 1

3.1 Fees for ferries

3.2 Rare boats

{word} A79/4, A79/4 Add.1 and A79/5

4. Statute for harbours

A79/9

5. Matters that A79/10 raises
"""


@pytest.mark.parametrize("word", ["Document", "Documents:", "Documento", "Документы", "الوثيقة", "文件："])
def test_documents_below_an_item_of_the_list_are_those_of_the_item(word: str) -> None:
    meeting = read(LISTING.format(word=word))[1]
    assert papers(meeting) == {"2": ["A79/2"], "3.2": ["A79/4", "A79/4/Add.1", "A79/5"], "4": ["A79/9"]}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "For agenda items 1 and 2, the agenda announces E/CN.37/2031/2."),
        ("fr", "Pour les points 1 et 2, l'ordre du jour annonce E/CN.37/2031/2."),
        ("es", "Para los temas 1 y 2, el programa anuncia E/CN.37/2031/2."),
        ("ru", "Для пунктов 1 и 2 в повестке дня указан документ E/CN.37/2031/2."),
        ("zh", "议程为项目1和2列出文件E/CN.37/2031/2。"),
    ],
)
def test_a_document_that_a_row_names_for_several_items_is_told_for_all_of_them(
    holding: Holding, language: str, said: str
) -> None:
    engine = holding(ENTRIES, reading=True)
    (meeting,) = engine.library.meetings()
    citer = AgendaCiter(engine.library, meeting, language)
    told = {citer.document_for(item(meeting, each), "E/CN.37/2031/2", row)
            for each in ("1", "2") for _, row in item(meeting, each).documentation}  # fmt: skip
    assert [each.text for each in told] == [said]
    (_, row), *_ = item(meeting, "4").documentation
    alone = AgendaCiter(engine.library, meeting).document_for(item(meeting, "4"), "E/CN.37/2031/4", row).text
    assert alone == "For agenda item 4, “Place of the next session”, the agenda announces E/CN.37/2031/4."


def test_dashes_in_empty_cells_are_no_words_of_a_sitting_and_what_is_done_with_an_item_is() -> None:
    meeting = read(ENTRIES)[1]
    assert [each.words for each in meeting.besides] == ["Reception by the Mayor; Town Hall"]
    assert [row.title for sitting in meeting.sittings for row in sitting.items][2] == "Fees for oil: first reading"


def test_of_an_evening_only_what_begins_then_is_told(holding: Holding) -> None:
    engine = holding(ENTRIES, reading=True)
    (meeting,) = engine.library.meetings()
    question = engine.question("What is on Monday evening?")
    passages = build_row_passages(question, meeting, AgendaCiter(engine.library, meeting))
    rows = [each.statements[0].text for passage in passages for each in passage.sentences if each.kind == "row"]
    assert rows == ["Monday, 2 June 2031, 7–9 p.m.: Reception by the Mayor; Town Hall."]
