"""What introduces a quote: words above it in the same section, and of numbered words only those of an outer level."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from assistant.qa.retriever import Evidence
from assistant.qa.units import Unit, units_of
from corpus.catalogue import Catalogue
from corpus.documents import Block, Document
from corpus.embedding import HashEmbedder
from corpus.library import Library
from ingest.chunker import segment
from ingest.document_reading import Input, read_document

LABELS = ("1.", "2.", "3.", "(a)", "(b)", "(c)", "(i)", "(ii)", "-", "##", "")
LINES = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(".:;")), min_size=2, max_size=14)


def read(*lines: str) -> Document:
    return read_document(Input("piers.md", "\n\n".join(["# Piers", *lines, ""]).encode()), Catalogue.packaged())[0]


def units(document: Document) -> Iterator[Unit]:
    return (unit for passage in segment(document, HashEmbedder()) for unit in units_of(Evidence(passage, document)))


def heading_over(document: Document, block: Block) -> Block | None:
    return next(reversed(document.headings(block)), None)


def check(unit: Unit) -> None:
    """What introduces a unit stands above it, under the same heading, numbered words from the outermost level inwards."""
    document, own = unit.document, unit.document.blocks[unit.block]
    if own.kind == "row":
        return  # is introduced by what heads its table
    leads = [block for (start, _), _ in unit.leads if (block := document.block_at(start))]
    above = [*leads, own]
    assert [block.ordinal for block in above] == sorted({block.ordinal for block in above})
    assert all(heading_over(document, block) == heading_over(document, own) for block in leads)
    levels = [block.level for block in above if block.number]
    assert levels == sorted(set(levels)), [block.locator for block in above]


@given(lines=LINES)
def test_no_numbered_words_introduce_others_of_their_own_level(lines: list[tuple[str, str]]) -> None:
    document = read(*(f"{label} Boats {n} moor here{end}".strip() for n, (label, end) in enumerate(lines)))
    for unit in units(document):
        check(unit)


def test_no_paragraph_of_the_treaties_is_introduced_by_the_one_before(real_library: Library) -> None:
    held = [real_library.document(header.id) for header in real_library.headers(kind="treaty")]
    found = [Evidence(passage, document) for document in held for passage in real_library.passages(document.id)]
    made = [unit for evidence in found for unit in units_of(evidence)]
    assert any(unit.leads for unit in made)
    for unit in made:
        check(unit)


def test_points_are_introduced_by_the_paragraph_right_above_and_by_what_introduces_that() -> None:
    document = read(
        "1. The port shall:", "(a) Keep piers, that is to say:", "- Those of stone;", "- Those of wood.",
        "2. The town shall pay.", "- Fees are low.",
    )  # fmt: skip
    assert [unit.text for unit in units(document)] == [
        "The port shall: (a) Keep piers, that is to say:",
        "The port shall: Keep piers, that is to say:",
        "The port shall: Keep piers, that is to say: Those of stone;",
        "The port shall: Keep piers, that is to say: Those of wood.",
        "The town shall pay.",
        "Fees are low.",
    ]


TIMETABLE = """| Day | Time | Item |
|---|---|---|
| Monday, 2 June | 10 a.m.–1 p.m. | Item 1 |
| | | Item 2 |
| | 3–6 p.m. | Item 2 |
| Tuesday to Thursday | 10 a.m.–1 p.m. | Visits |
| | 3–6 p.m. | Item 3: boats of the port |
"""
DAY_ROWS = """| Time | Item |
|---|---|
| Monday, 2 June | |
| 10 a.m.–1 p.m. | Item 1 |
| 3–6 p.m. | Item 2 |
"""


def timetable(table: str) -> list[str]:
    text = f"# Board of Piers\n\n## Provisional agenda\n\n1. Opening\n\n2. Piers\n\n3. Boats\n\n## Organization of work\n\n{table}"
    document = read_document(Input("agenda.md", text.encode()), Catalogue.packaged())[0]
    assert document.kind == "agenda"
    return [" ".join(unit.text.split()) for unit in units(document) if document.blocks[unit.block].kind == "row"][1:]


def test_a_row_of_a_timetable_is_introduced_by_the_day_and_the_time_that_are_blank_in_it() -> None:
    assert timetable(TIMETABLE) == [
        "Monday, 2 June | 10 a.m.–1 p.m. | Item 1",
        "Monday, 2 June 10 a.m.–1 p.m. Item 2",
        "Monday, 2 June 3–6 p.m. | Item 2",
        "Tuesday to Thursday | 10 a.m.–1 p.m. | Visits",
        "3–6 p.m. | Item 3: boats of the port",
    ]


def test_a_row_below_one_that_has_only_the_day_is_introduced_by_that_also_behind_a_heading_that_is_a_day() -> None:
    expected = ["Monday, 2 June 10 a.m.–1 p.m. | Item 1", "Monday, 2 June 3–6 p.m. | Item 2"]
    assert timetable(DAY_ROWS) == expected
    assert timetable("### Monday, 2 June\n\n" + DAY_ROWS.replace("| Monday, 2 June | |\n", "")) == expected


def test_a_row_below_one_that_has_only_several_days_is_not_introduced_by_the_day_above_them() -> None:
    table = f"{DAY_ROWS}| Tuesday to Thursday | |\n| 10 a.m.–1 p.m. | Visits to the boats of the port |\n"
    assert timetable(table)[-2:] == ["Tuesday to Thursday", "10 a.m.–1 p.m. | Visits to the boats of the port"]
