"""Real documents of several bodies, held against what can be worked out from their own pages."""

from __future__ import annotations

import functools
import re
from collections import Counter

import pytest
from conftest import SHARED

from corpus.catalogue import Catalogue
from corpus.documents import Block, Document
from ingest.document_reading import Input, read_document

FOLDER = SHARED / "documents" / "un"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the real documents are not at hand (../shared/documents/un)"
)


@functools.cache
def read(name: str) -> Document:
    [path] = FOLDER.glob(f"*/{name}")
    return read_document(Input(path.name, path.read_bytes()), Catalogue.packaged())[0]


def rows_of(found: Document, table: str) -> list[Block]:
    return [block for block in found.blocks if block.kind == "row" and block.locator.startswith(f"{table}, ")]


def number(text: str) -> int:
    return 0 if text in ("–", "-", "n/a") else int(re.sub(r"\D", "", text))


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("JIU_REP_2025_1.en.pdf", "JIU/REP/2025/1 [Expanded report]"),
        ("JIU_NOTE_2022_1_Rev.1(review).en.pdf", "JIU/NOTE/2022/1/Rev.1 [Review highlights]"),
        ("FCCC_SBSTA_2011_Misc.14.en.pdf", "FCCC/SBSTA/2011/MISC.14"),
        ("A_79_PV.64.en.pdf", "A/79/PV.64"),
        ("DP_FPA_2025_4 (Part II).en.pdf", "DP/FPA/2025/4 (Part II)"),
        ("A_79_753.en.pdf", "A/79/753-S/2025/58"),
    ],
)
def test_the_printed_symbol_is_read_wherever_it_stands(name: str, symbol: str) -> None:
    assert (read(name).key, read(name).edition) == (symbol, "official")


@pytest.mark.parametrize(
    "name",
    ["DP_2025_13.en.pdf", "E_2025_64.en.pdf", "FCCC_SBSTA_2011_Misc.14.en.pdf", "UNW_2025_L.3.en.pdf", "ICCD_COP(8)_CST_8.en.pdf"],
)  # fmt: skip
def test_footnotes_are_notes_and_each_is_called(name: str) -> None:
    found = read(name)
    notes = [block.number for block in found.blocks if block.kind == "footnote"]
    called = Counter(mark for block in found.blocks for mark in block.marks)
    assert notes
    assert set(notes) == set(called)
    assert not any("footnote" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("name", "table", "columns"),
    [
        ("A_79_7_Add.12.en.pdf", "annex, table (p. 18)", 13), ("JIU_REP_2025_1.en.pdf", "table 3", 4), ("JIU_REP_2025_1.en.pdf", "table 10", 5),
        ("JIU_REP_2025_1.en.pdf", "table 14", 3), ("E_ICEF_2025_AB_L.3.en.pdf", "table 5", 5),
    ],
)  # fmt: skip
def test_columns_of_a_table_that_is_headed_in_groups_add_up_to_its_last_row(
    name: str, table: str, columns: int
) -> None:
    found = read(name)
    header, second, *rows = rows_of(found, table)
    cells = [[found.quote(*span) if span else "" for span in block.cells] for block in rows]
    assert {header.context, second.context} == {"header"}
    assert all(" | " in block.context for block in rows)
    *parts, total = cells
    assert total[0].startswith("Total")
    for column in range(1, columns):
        wanted = number(total[column])
        assert abs(sum(number(row[column]) for row in parts) - wanted) <= max(
            2, 0.01 * wanted
        )  # some totals are rounded


def test_a_table_over_lying_pages_is_one_table_with_its_header_once() -> None:
    found = read("E_ICEF_2025_4.en.pdf")
    rows = [block for block in found.blocks if block.kind == "row"]
    assert len({block.locator.partition(",")[0] for block in rows}) == 1
    assert [block.context for block in rows].count("header") == 1
    assert {block.page for block in rows} == {*range(4, 18)}
    last = found.block_text(rows[-1])  # its end is all that the next page has
    assert "create a dynamic evidence gap map to consolidate evaluations" in last
    assert not any(
        block.kind != "row" and re.fullmatch(r"[\d/ -]+|E/ICEF/", found.block_text(block)) for block in found.blocks
    )


def test_pages_that_are_a_picture_are_told() -> None:
    assert any("pages 75-76 of 79 are pictures" in warning for warning in read("JIU_REP_2025_1.en.pdf").warnings)
    assert any("page 13 of 13 is a picture" in warning for warning in read("S_2025_518.en.pdf").warnings)
    assert not any("picture with" in warning for warning in read("E_ICEF_2025_12.en.pdf").warnings)
