"""Quotes begin at their first word and end at their last, whatever the words were cut from."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import add
from docx_made import p, tbl, tc, tr, word
from hypothesis import given
from hypothesis import strategies as st
from word_reader import word_readers

from assistant.qa.citations import not_found, quote_unit
from assistant.qa.engine import Engine
from assistant.qa.provisions import units_at
from assistant.qa.retriever import Evidence
from assistant.qa.scoring import Scorer
from assistant.qa.units import units_of
from assistant.reports.comparison.text_diff import compare_texts
from corpus.catalogue import Catalogue
from corpus.documents import Document
from corpus.embedding import HashEmbedder
from corpus.library import Library
from ingest.chunker import SEGMENTER_VERSION, segment
from ingest.document_reading import Input, read_document

Table = list[list[str]]
BLANKS = [
    ["", "Boats seized", ""],
    ["", "Migrants found", "Vessels held"],
    ["Lisbon", "41 boats", ""],
    ["", "93 boats", ""],
]


def as_html(table: Table, head: bool) -> Input:
    rows = "".join(
        "<tr>" + "".join(f"<{cell}>{html.escape(each)}</{cell}>" for each in row) + "</tr>"
        for n, row in enumerate(table)
        for cell in ["th" if head and not n else "td"]
    )
    page = f"<html><body><h1>A note on harbours</h1><p>Boats are counted here.</p><table>{rows}</table></body></html>"
    return Input("harbours.html", page.encode())


def as_word(table: Table, head: bool) -> Input:
    rows = [
        tr(*(tc(p(each)) for each in row), properties="<w:tblHeader/>" if head and not n else "")
        for n, row in enumerate(table)
    ]
    return Input("harbours.docx", word(p("A note on harbours") + p("Boats are counted here.") + tbl(*rows)))


def as_markdown(table: Table, head: bool) -> Input:
    lines = [f"| {' | '.join(row)} |" for row in table]
    lines[1:1] = ["|---" * len(table[0]) + "|"] if head else []
    return Input(
        "harbours.md", "\n".join(["# A note on harbours", "", "Boats are counted here.", "", *lines, ""]).encode()
    )


MAKERS = {"html": as_html, "docx": as_word, "md": as_markdown}
CELLS = st.sampled_from(["", "", "Lisbon", "41 boats", "a b", "1,234", "-", "|", "(a)", "見 船", "n/a."])
TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=2, max_size=5)
)


def check_quotes(document: Document) -> int:
    """Every unit of every passage, cited; says how many there were."""
    found = 0
    for passage in segment(document, HashEmbedder()):
        for unit in units_of(Evidence(passage, document)):
            found += 1
            for citation in quote_unit(unit).citations:
                assert document.text[citation.start : citation.end] == citation.quote
                assert citation.quote
                assert citation.quote == citation.quote.strip()
                assert not citation.quote.startswith("| ")
                assert not citation.quote.endswith(" |")
    return found


@pytest.mark.parametrize("kind", MAKERS)
@given(table=TABLES, head=st.booleans())
def test_every_unit_of_a_table_with_blank_cells_is_a_clean_quote(kind: str, table: Table, head: bool) -> None:
    document, _ = read_document(MAKERS[kind](table, head), Catalogue.packaged())
    assert check_quotes(document)


@pytest.fixture(scope="module")
def blanks(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Iterator[Library]:
    """A library with one table whose header and rows begin and end in blank cells."""
    folder: Path = tmp_path_factory.mktemp("blanks") / "library"
    with Library(folder, HashEmbedder(), SEGMENTER_VERSION) as library:
        assert [each.result for each in add(library, catalogue, as_html(BLANKS, True))] == ["added"]
        yield library


def test_a_row_whose_first_cell_is_blank_answers(blanks: Library, catalogue: Catalogue) -> None:
    answer = Engine(blanks, catalogue, readers=word_readers()).ask("How many boats were seized, 93 boats?")
    assert "93 boats" in [cite.quote for cite in answer.citations]
    for cite in answer.citations:
        assert blanks.document(cite.document).text[cite.start : cite.end] == cite.quote.strip()


def test_a_place_without_words_is_never_cited(open_library: object, catalogue: Catalogue) -> None:
    library: Library = open_library()  # type: ignore[operator]
    add(library, catalogue, Input("n.md", b"# A note on boats\n\n1. Boats need a flag.\n\n2.\n\n3. A list is kept.\n"))
    document = next(library.documents())
    for block in document.blocks:
        for unit in units_at(library, document, block.locator):
            assert all(cite.quote.strip() for cite in quote_unit(unit).citations)


@pytest.mark.parametrize("symbol", ["A/88/701", "HB88/701"])
def test_the_symbol_at_the_head_of_a_document_is_never_quoted(
    library: Library, catalogue: Catalogue, symbol: str
) -> None:
    text = (
        f"**Harbour Board**\n\n88th session\n\n{symbol}\n\n# A note on boats\n\n{symbol}\n\n1. {symbol} is on boats.\n"
    )
    add(library, catalogue, Input("n.md", text.encode()))
    (document,) = library.documents()
    found = [unit.text for passage in library.passages(document.id) for unit in units_of(Evidence(passage, document))]
    assert symbol not in found
    assert found[-1:] == [f"{symbol} is on boats."]
    answer = Engine(library, catalogue, readers=word_readers()).ask(f"What is {symbol}?")
    said = [statement.text for statement in answer.statements]
    assert f"{symbol} is on boats." in said
    assert symbol not in said


@pytest.mark.parametrize(
    "day",
    ["Wednesday, 8 July", "mercredi 8 juillet 2031", "miércoles 8 de julio", "среда, 8 июля 2031 года",
     "الثلاثاء 22 أيلول/سبتمبر", "7月8日星期三", "Wednesday, 8 July (continued)"],
)  # fmt: skip
def test_a_row_with_nothing_but_the_day_of_the_rows_below_is_not_quoted_alone(day: str, catalogue: Catalogue) -> None:
    rows = [[day, ""], ["Lamps", "10 a.m."], ["Closing on 9 July", ""], ["", "8 July"], ["Oil", "8 July"]]
    document, _ = read_document(as_html([["Subject", "Time"], *rows], True), catalogue)
    found = [
        document.quote(unit.start, unit.end)
        for passage in segment(document, HashEmbedder())
        for unit in units_of(Evidence(passage, document))
    ]
    assert found[1:] == ["Lamps | 10 a.m.", "Closing on 9 July", "8 July", "Oil | 8 July"]


def test_tables_with_blank_cells_are_compared(blanks: Library) -> None:
    document = next(blanks.documents())
    other, _ = read_document(as_html([*BLANKS[:-1], ["", "94 boats", ""]], True), Catalogue.packaged())
    compared = compare_texts(blanks, document, other)
    cited = [cite for each in compared.changes for cite in (each.before, each.after) if cite is not None]
    assert "94 boats" in [cite.quote for cite in cited]


def test_all_lines_of_a_caption_and_the_header_are_said_with_a_row_and_not_alone(catalogue: Catalogue) -> None:
    table = (
        b"# Harbours\n\nTable 1\n\nBoats by harbour\n\n| Harbour | Boats |\n|---|---|\n| North | 4 |\n| South | 7 |\n"
    )
    read, _ = read_document(Input("h.md", table), catalogue)
    # Captions are told from paragraphs where a page is laid out.
    caption = [replace(block, locator="table 1") for block in read.blocks[1:3]]
    document = replace(read, blocks=(read.blocks[0], *caption, *read.blocks[3:]))
    found = [
        unit.text for passage in segment(document, HashEmbedder()) for unit in units_of(Evidence(passage, document))
    ]
    assert found == [
        "Table 1 Boats by harbour Harbour | Boats North | 4",
        "Table 1 Boats by harbour Harbour | Boats South | 7",
    ]


def test_passages_that_can_not_be_quoted_are_neither_answers_nor_pointed_to(
    library: Library, catalogue: Catalogue
) -> None:
    add(library, catalogue, Input("n.md", b"# Notes\n\n1. Boats need a flag.\n"))
    (document,) = library.documents()
    evidence = [Evidence(each, replace(document, unquotable=(None,))) for each in library.passages(document.id)]  # type: ignore[arg-type]
    question = Engine(library, catalogue).question("Do trains need a flag?")
    assert Scorer(library, word_readers()).score_evidence(question, evidence) == []
    assert not_found(question, evidence).see_also == ()
    assert not_found(question, [replace(each, source=document) for each in evidence]).see_also
