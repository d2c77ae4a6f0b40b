"""Agendas: dates, times, items, documentation and sittings, and where each line of one is found again."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter

import pytest
from conftest import AGENDA, PROTOCOL, at_hand
from hypothesis import given
from hypothesis import strategies as st

from corpus.catalogue import Catalogue
from corpus.dates import find_full_dates
from corpus.documents import Document
from corpus.meetings import Meeting
from ingest.agenda import parse_meeting, place_and_dates
from ingest.input_files import FileInput
from ingest.pipeline import Input, read_document
from ingest.time_ranges import is_explicit_time_span, parse_times, span_ends

NOTHING = Catalogue([], [])
D, T = dt.date, dt.time


@pytest.mark.parametrize(
    ("line", "place", "days"),
    [
        ("Vienna, 14 and 15 October 2021", "Vienna", [D(2021, 10, 14), D(2021, 10, 15)]),
        ("Vienna, 11-13 November 2013", "Vienna", [D(2013, 11, n) for n in (11, 12, 13)]),
        ("Vienna, 11–13 November 2013", "Vienna", [D(2013, 11, n) for n in (11, 12, 13)]),
        ("Vienna, 30 May to 1 June 2012", "Vienna", [D(2012, 5, 30), D(2012, 5, 31), D(2012, 6, 1)]),
        ("Vienna, 30 May–1 June 2012", "Vienna", [D(2012, 5, 30), D(2012, 5, 31), D(2012, 6, 1)]),
        ("New York, 3 March 2020", "New York", [D(2020, 3, 3)]),
        ("Panama City, Panama, 24, 25 and 26 March 2015", "Panama City, Panama", [D(2015, 3, n) for n in (24, 25, 26)]),
        ("  Geneva, 31 January and 1 February 2023 ", "Geneva", [D(2023, 1, 31), D(2023, 2, 1)]),
        (
            "Nairobi, 27 February to 2 March 2024",
            "Nairobi",
            [D(2024, 2, n) for n in (27, 28, 29)] + [D(2024, 3, 1), D(2024, 3, 2)],
        ),
        (
            "Vienna, 30 December 2021 to 2 January 2022",
            "Vienna",
            [D(2021, 12, 30), D(2021, 12, 31), D(2022, 1, 1), D(2022, 1, 2)],
        ),
    ],
)
def test_the_place_and_every_day_of_a_meeting_are_read(line: str, place: str, days: list[D]) -> None:
    assert place_and_dates(line) == (place, tuple(days))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "12 August 2021",
        "Vienna",
        "Vienna, October 2021",
        "Vienna, 31 February 2021",
        "Vienna, 14 and 15 October",
        "The meeting in Vienna, 14 October 2021, was long",
        "Original: English",
    ],
)
def test_what_is_no_place_with_dates_is_read_as_none(line: str) -> None:
    assert place_and_dates(line) is None


@given(st.dates(D(1990, 1, 1), D(2090, 1, 1)), st.integers(1, 20))
def test_a_range_of_days_is_read_whole_over_ends_of_months(first: D, more: int) -> None:
    last = first + dt.timedelta(days=more)
    days = tuple(first + dt.timedelta(days=n) for n in range(more + 1))
    month = "" if first.month == last.month else f" {first:%B}"
    year = "" if first.year == last.year else f" {first.year}"
    assert place_and_dates(f"Vienna, {first.day}{month}{year} to {last.day} {last:%B} {last.year}") == ("Vienna", days)


@pytest.mark.parametrize("days", ["1 to 1 January 0001", "1-5 January 0001", "30 to 31 December 9999"])
def test_ranges_at_the_ends_of_the_calendar_are_read(days: str) -> None:
    assert place_and_dates(f"Vienna, {days}") is not None


@pytest.mark.parametrize(
    ("label", "start", "end"),
    [
        ("11 a.m.–1 p.m.", T(11), T(13)),
        ("3–5 p.m.", T(15), T(17)),
        ("3-6 p.m.", T(15), T(18)),
        ("10 a.m. to 1 p.m.", T(10), T(13)),
        ("10:00-13:00", T(10), T(13)),
        ("10:00 – 13:30", T(10), T(13, 30)),
        ("9.30 a.m.–12.30 p.m.", T(9, 30), T(12, 30)),
        ("11–1 p.m.", T(11), T(13)),
        ("10 a.m.-12 noon", T(10), T(12)),
        ("10 a.m.–noon", T(10), T(12)),
        ("12–2 p.m.", T(12), T(14)),
        ("9–11 a.m.", T(9), T(11)),
        ("12 a.m.–1 a.m.", T(0), T(1)),
        ("3 PM - 5 PM", T(15), T(17)),
        ("8 p.m.–10 p.m.", T(20), T(22)),
        ("3 – 6:00 p.m.", T(15), T(18)),
        ("10 a.m.– 1 p.m.", T(10), T(13)),
        ("10 h 30-13 h", T(10, 30), T(13)),
        ("10 heures à 13 heures", T(10), T(13)),
        ("De 10.00 a 13.00 horas", T(10), T(13)),
        ("10.00–13.00 час.", T(10), T(13)),
        ("с 10 ч 00 мин до 13 ч 00 мин", T(10), T(13)),
        ("上午10时至下午1时", T(10), T(13)),
        ("下午3时半至6时", T(15, 30), T(18)),
        ("من الساعة 10/00 إلى الساعة 13/00", T(10), T(13)),
    ],
)
def test_times_of_day_are_read_in_the_ways_they_are_printed_in_six_languages(label: str, start: T, end: T) -> None:
    assert parse_times(label) == (start, end)
    assert is_explicit_time_span(label)


@pytest.mark.parametrize(
    "label", ["", "noon", "11 a.m.", "25:00-26:00", "10:75-11:00", "14 and 15", "Thursday, 14 October", "1 (a)"]
)
def test_what_is_no_span_of_time_is_read_as_none(label: str) -> None:
    assert parse_times(label) is None


@pytest.mark.parametrize(
    ("label", "ends"),
    [
        ("3–5 p.m.", ("3 p.m.", "5 p.m.")),
        ("11 a.m.–1 p.m.", ("11 a.m.", "1 p.m.")),
        ("10 h 30 à 13 h", ("10 h 30", "13 h")),
        ("上午10时至下午1时", ("上午10时", "下午1时")),
        ("noon", ("noon", "noon")),
    ],
)
def test_a_span_of_time_has_two_ends_each_with_its_half_of_the_day(label: str, ends: tuple[str, str]) -> None:
    assert span_ends(label) == ends


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 23), st.integers(0, 59))
def test_clock_times_are_read_exactly_or_not_at_all(h1: int, m1: int, h2: int, m2: int) -> None:
    start, end = T(h1, m1), T(h2, m2)
    assert parse_times(f"{start:%H:%M}–{end:%H:%M}") == ((start, end) if start < end else None)


def test_dates_are_found_in_order_and_impossible_ones_left_out() -> None:
    text = "Of 12 August 2021, after 3 May 2020; not 31 April 2020, 5/6/2020 or 40 May 2020. Also 29 February 2024."
    assert find_full_dates(text) == [D(2021, 8, 12), D(2020, 5, 3), D(2024, 2, 29)]


HARBOURS = """United Nations

E/CN.18/2023/1

# Economic and Social Council

Distr.: General
3 January 2023

## Committee on Harbours

Geneva, 30 January to 1 February 2023

### Annotated provisional agenda

#### Provisional agenda

1. Opening of the session:
  - (a) Election of the chair;
  - (b) Adoption of the agenda.
2. Depth of harbours.
3. Adoption of the report.

#### Annotations

##### 1. Opening of the session

##### (a) Election of the chair

The Committee will elect its chair, as decided in its decision 4/2.

##### (b) Adoption of the agenda

The timetable is in the annex.

##### 2. Depth of harbours

Depth will be discussed. Dredging too.

The Committee may wish to look at E/CN.18/2022/9 again.

##### Documentation

Note by the Secretariat on depth (E/CN.18/2023/2)

Report on dredging (E/CN.18/2023/3)

##### 3. Adoption of the report

The report will be adopted.

## Annex

### Timetable

| Date and time | Item | Title |
|---|---|---|
| Monday, 30 January | | |
| 10 a.m.–1 p.m. | 1 (a) | Election of the chair |
| | 1 (b) | Adoption of the agenda |
| 3–6 p.m. | 2 | Depth of harbours |
| **Tuesday, 31 January** | | |
| 10:00-13:00 | 2 | Depth of harbours (continued) |
| Wednesday, 1 February | | |
| 9.30 a.m. to 12 noon | 3 | Adoption of the report |
"""


@pytest.fixture(scope="module")
def harbours() -> tuple[Document, Meeting]:
    document, meeting = read_document(Input("harbours.md", HARBOURS.encode()), NOTHING)
    assert meeting is not None
    return document, meeting


def test_the_meeting_of_another_committee_is_read_from_its_agenda(harbours: tuple[Document, Meeting]) -> None:
    document, meeting = harbours
    assert document.id == meeting.document_id == "E/CN.18/2023/1:en:official"
    assert meeting.title == "Annotated provisional agenda"
    assert meeting.body == "Committee on Harbours"
    assert meeting.place == "Geneva"
    assert meeting.dates == (D(2023, 1, 30), D(2023, 1, 31), D(2023, 2, 1))
    assert meeting.masthead is not None
    assert document.block_text(document.blocks[meeting.masthead]) == "Geneva, 30 January to 1 February 2023"


def test_a_date_in_words_gives_the_days_of_a_timetable_no_year() -> None:
    undated = HARBOURS.replace("Geneva, 30 January to 1 February 2023", "").replace("3 January 2023", "")
    _, meeting = read_document(Input("harbours.md", f"---\ndate: Autumn\n---\n{undated}".encode()), NOTHING)
    assert meeting is not None
    assert (meeting.dates, meeting.sittings) == ((), ())


def test_its_items_have_numbers_titles_annotations_and_documents(harbours: tuple[Document, Meeting]) -> None:
    document, meeting = harbours
    assert {item.number: item.title for item in meeting.items} == {
        "1": "Opening of the session",
        "1 (a)": "Election of the chair",
        "1 (b)": "Adoption of the agenda",
        "2": "Depth of harbours",
        "3": "Adoption of the report",
    }
    assert [item.number for item in meeting.items] == ["1", "1 (a)", "1 (b)", "2", "3"]
    two = meeting.item("2")
    assert two is not None
    assert [symbol for symbol, _ in two.documentation] == ["E/CN.18/2023/2", "E/CN.18/2023/3"]
    for symbol, ordinal in two.documentation:
        assert symbol in document.block_text(document.blocks[ordinal])
    assert [document.block_text(document.blocks[n])[:5] for n in two.annotations] == ["Depth", "The C"]
    assert two.listed is not None
    assert two.heading is not None
    assert document.blocks[two.listed].locator == "provisional agenda, item 2"
    assert document.blocks[two.heading].kind == "heading"
    assert [str(symbol.text) for symbol in meeting.announced_symbols()] == ["E/CN.18/2023/2", "E/CN.18/2023/3"]
    assert meeting.item("9") is None
    assert {item.number: item.main_number for item in meeting.items}["1 (b)"] == "1"


def test_its_sittings_have_days_times_and_items(harbours: tuple[Document, Meeting]) -> None:
    document, meeting = harbours
    assert [(s.date, s.start, s.end, s.duration_minutes, s.is_afternoon) for s in meeting.sittings] == [
        (D(2023, 1, 30), T(10), T(13), 180, False),
        (D(2023, 1, 30), T(15), T(18), 180, True),
        (D(2023, 1, 31), T(10), T(13), 180, False),
        (D(2023, 2, 1), T(9, 30), T(12), 150, False),
    ]
    assert [[(i.number, i.continued) for i in s.items] for s in meeting.sittings] == [
        [("1 (a)", False), ("1 (b)", False)],
        [("2", False)],
        [("2", True)],
        [("3", False)],
    ]
    for sitting in meeting.sittings:
        assert document.blocks[sitting.time_row].kind == "row"
        assert sitting.time_label in document.block_text(document.blocks[sitting.time_row])
        for item in sitting.items:
            assert item.title in document.block_text(document.blocks[item.row])
            assert "continued" not in item.title


def test_a_text_that_is_no_agenda_announces_no_meeting() -> None:
    document, meeting = read_document(
        Input("n.md", b"# Note\n\nVienna, 14 October 2021\n\n1. Agenda items.\n"), NOTHING
    )
    assert meeting is None
    assert parse_meeting(document) is None


def test_an_agenda_without_a_year_anywhere_has_items_and_no_sittings() -> None:
    text = HARBOURS.replace(" 2023", "").replace("E/CN.18/2023/1", "")
    _, meeting = read_document(Input("n.md", text.encode()), NOTHING)
    assert meeting is not None
    assert meeting.sittings == ()
    assert len(meeting.items) == 5


# The real agenda


@pytest.fixture(scope="module")
def real(catalogue: Catalogue) -> tuple[Document, Meeting]:
    at_hand(AGENDA)
    document, meeting = read_document(FileInput(AGENDA).open(), catalogue)
    assert meeting is not None
    return document, meeting


REGULAR = (
    "Analysis of the impact that the availability of regular channels of migration has on reducing demand for the "
    "smuggling of migrants"
)
PROSECUTE = "How to strengthen the capacity to prosecute cases of smuggling of migrants"


def test_the_real_agenda_has_five_items_and_two_subitems(real: tuple[Document, Meeting]) -> None:
    assert {item.number: item.title for item in real[1].items} == {
        "1": "Organizational matters",
        "1 (a)": "Opening of the meeting",
        "1 (b)": "Adoption of the agenda and organization of work",
        "2": REGULAR,
        "3": PROSECUTE,
        "4": "Other matters",
        "5": "Adoption of the report",
    }


def test_the_real_agenda_says_where_and_when_and_who(real: tuple[Document, Meeting]) -> None:
    _, meeting = real
    assert meeting.document_id == "CTOC/COP/WG.7/2021/1:en:official"
    assert (meeting.place, meeting.dates) == ("Vienna", (D(2021, 10, 14), D(2021, 10, 15)))
    assert meeting.body == "Working Group on the Smuggling of Migrants"


def test_the_real_agenda_has_four_sittings_with_their_items(real: tuple[Document, Meeting]) -> None:
    assert [(s.date, s.start, s.end, [(i.number, i.continued) for i in s.items]) for s in real[1].sittings] == [
        (D(2021, 10, 14), T(11), T(13), [("1 (a)", False), ("1 (b)", False), ("2", False)]),
        (D(2021, 10, 14), T(15), T(17), [("2", True), ("3", False)]),
        (D(2021, 10, 15), T(11), T(13), [("3", True)]),
        (D(2021, 10, 15), T(15), T(17), [("4", False), ("5", False)]),
    ]


def test_a_meeting_that_an_earlier_version_stored_is_read(real: tuple[Document, Meeting]) -> None:
    assert Meeting.from_json({**real[1].to_json(), "mandate": [3, 4]}) == real[1]


def test_the_real_agenda_announces_three_documents(real: tuple[Document, Meeting]) -> None:
    found = {item.number: [symbol for symbol, _ in item.documentation] for item in real[1].items if item.documentation}
    assert found == {f"{n}": [f"CTOC/COP/WG.7/2021/{n}"] for n in (2, 3, 4)}


def squeezed(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def without_marks(line: str) -> str:
    """A raw line without HTML tags, link addresses and footnote marks; Markdown signs are no letters anyway."""
    line = re.sub(r"<sup>\d</sup>", "", line)
    line = re.sub(r"\]\([^)]*\)", "", line)
    return re.sub(r"</?[ib]>", "", line)


def sections_of_the_file() -> dict[str, str]:
    """Letters of the raw file by where a reader would say that they are; found by its printed headings alone."""
    found: dict[str, list[str]] = {}
    part = item = sub = day = time = ""
    documentation = False
    for raw in AGENDA.read_text(encoding="utf-8").split("\n"):
        bare = without_marks(raw).strip("#* \t")
        marked = raw.startswith(("#", "**"))
        if raw.startswith("<sup>1</sup>"):
            found.setdefault("footnote 1", []).append(bare)
            continue
        if marked and bare in ("Provisional agenda", "Annotations", "Annex"):
            part, item, sub, documentation = bare.lower(), "", "", False
        elif part == "annotations" and marked and (number := re.match(r"(\d)\.", bare)):
            item, sub, documentation = f"item {number[1]}", "", False
        elif part == "annotations" and marked and (letter := re.match(r"\(\w\)", bare)):
            sub = letter[0]
        elif part == "annotations" and marked and bare == "Documentation":
            documentation = True
        elif part == "provisional agenda" and (number := re.match(r"(\d)\.", bare)):
            item, sub = f"item {number[1]}", ""
        elif part == "provisional agenda" and (letter := re.match(r"- (\(\w\))", bare)):
            sub = letter[1]
        elif part == "annex" and raw.startswith("<b>"):
            day, time = bare, ""
        elif part == "annex" and "\t" in raw and re.match(r"\d", raw):
            time = bare.split("\t")[0].replace("–", "-")
        if part == "annex":
            place = ", ".join(x for x in (part, day, time) if x)
        else:
            where = f"{item} {sub}".strip()
            place = ", ".join(x for x in (part or "masthead", where, "documentation" if documentation else "") if x)
        found.setdefault(place, []).append(bare)
    return {place: squeezed(" ".join(texts)) for place, texts in found.items() if squeezed(" ".join(texts))}


def test_each_section_of_the_real_agenda_is_made_of_its_blocks(real: tuple[Document, Meeting]) -> None:
    document, _ = real
    held: dict[str, str] = {}
    for block in document.blocks:
        held[block.locator] = held.get(block.locator, "") + squeezed(document.block_text(block))
    assert held == sections_of_the_file()


def test_no_word_of_the_real_agenda_is_lost_or_added(real: tuple[Document, Meeting]) -> None:
    raw = " ".join(without_marks(line) for line in AGENDA.read_text(encoding="utf-8").split("\n"))
    assert Counter(re.findall(r"\w+", real[0].text)) == Counter(re.findall(r"\w+", raw))


def test_the_sentence_that_the_footnote_cuts_is_whole(real: tuple[Document, Meeting]) -> None:
    document, _ = real
    (whole,) = [block for block in document.blocks if "other working groups of the" in document.block_text(block)]
    assert "constant element" in document.block_text(whole)
    assert document.block_text(whole).endswith("effective use of resources.")


def test_real_treaties_are_no_agendas(catalogue: Catalogue) -> None:
    at_hand(PROTOCOL)
    assert read_document(FileInput(PROTOCOL).open(), catalogue)[1] is None
