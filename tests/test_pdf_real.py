"""Real PDF files of the United Nations, held against gold paragraphs and against an independent look at their pages."""

from __future__ import annotations

import ctypes
import functools
import json
import math
import re
from collections import Counter
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest
from conftest import SHARED

from corpus.catalogue import Catalogue
from corpus.documents import Document
from ingest.document_reading import Input, read_document
from ingest.readers.lines import ReadError

FOLDER = SHARED / "documents" / "pdf"
GOLD = ("A_RES_78_229", "A_RES_78_267", "A_RES_79_154")
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the real PDF files are not at hand (../shared/documents/pdf)"
)


@functools.cache
def read(name: str) -> Document:
    return read_document(Input(name, (FOLDER / name).read_bytes()), Catalogue.packaged())[0]


def squeezed(text: str) -> str:
    """Letters and digits only, in lower case."""
    return "".join(character for character in text.casefold() if character.isalnum())


@functools.cache
def gold(name: str) -> list[tuple[str, str]]:
    """Number and squeezed words of each paragraph of the text."""
    data: list[dict[str, Any]] = json.loads((FOLDER / "gold" / f"{name}.json").read_text(encoding="utf-8"))
    made = []
    for each in data:
        if each["type"] == "paragraph":
            number = (each["prefix"] or "").strip()
            text = each["text"].strip()
            made.append((number.rstrip("."), squeezed(text.removeprefix(number) if number else text)))
    return made


@pytest.mark.parametrize("name", GOLD)
def test_gold_paragraphs_are_whole_in_order_and_numbered(name: str) -> None:
    found = read(f"{name}.pdf")
    blocks = [
        (block.number or "", squeezed(found.body(block)))
        for block in found.blocks
        if block.kind in ("paragraph", "item")
    ]
    place, whole, numbered = 0, 0, 0
    wanted = gold(name)
    for number, words in wanted:
        at = next((n for n in range(place, len(blocks)) if blocks[n][1] == words), None)
        if at is not None:
            place, whole = at + 1, whole + 1
            numbered += blocks[at][0] == number
    assert len(wanted) > 15
    assert whole >= 0.98 * len(wanted)
    assert numbered >= 0.98 * len(wanted)


@pytest.mark.parametrize("name", GOLD)
def test_locators_of_resolutions_are_unique_and_count_as_printed(name: str) -> None:
    found = read(f"{name}.pdf")
    cited = Counter(
        block.locator for block in found.blocks if "para" in block.locator and "section" not in block.locator
    )
    assert max(cited.values()) == 1
    operative = [int(match.group(1)) for locator in cited if (match := re.fullmatch(r"para\. (\d+)", locator))]
    assert operative == list(range(1, len(operative) + 1))


@functools.cache
def small_numbers(name: str) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Numbers in the small print of footnote marks, with their pages: within the text, and at the head of notes."""
    document = pdfium.PdfDocument((FOLDER / name).read_bytes())
    marks: list[tuple[int, str]] = []
    labels: list[tuple[int, str]] = []
    matrix, box = raw.FS_MATRIX(), raw.FS_RECTF()
    for page in range(len(document)):
        text = document[page].get_textpage()
        run, left, top = "", 0.0, 0.0
        for n in range(text.count_chars() + 1):
            character = chr(raw.FPDFText_GetUnicode(text.raw, n)) if n < text.count_chars() else ""
            size = 99.0
            if character.isdigit() and raw.FPDFText_GetMatrix(text.raw, n, ctypes.byref(matrix)):
                size = raw.FPDFText_GetFontSize(text.raw, n) * math.hypot(matrix.b, matrix.d)
            if size < 6.6:
                raw.FPDFText_GetLooseCharBox(text.raw, n, ctypes.byref(box))
                if not run:
                    left, top = box.left, box.top
                run += character
            elif run:
                own = left < 122 and top < 700
                (labels if own else marks).append((page + 1, run))
                run = ""
    return marks, labels


@pytest.mark.parametrize("name", ["S_2025_303.en.pdf", "A_HRC_EMRIP_2025_2.en.pdf"])
def test_every_footnote_mark_is_tied_to_its_note(name: str) -> None:
    marks, labels = small_numbers(name)
    found = read(name)
    notes = {
        block.number: found.block_text(block)
        for block in found.blocks
        if block.kind == "footnote" and (block.number or "").isdigit()
    }
    called = [mark for block in found.blocks for mark in block.marks if mark.isdigit()]
    assert len(marks) > 60
    assert sorted(called, key=int) == sorted((mark for _, mark in marks), key=int)
    assert list(notes) == [label for _, label in sorted(labels, key=lambda entry: int(entry[1]))]
    assert set(called) == set(notes)
    assert all(len(text) > 3 for text in notes.values())
    assert not any("footnote" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("name", "symbol", "language"),
    [
        ("A_RES_78_229.pdf", "A/RES/78/229", "en"), ("A_RES_79_154.pdf", "A/RES/79/154", "en"), ("A_RES_78_267.pdf", "A/RES/78/267", "en"),
        ("A_RES_80_228.pdf", "A/RES/80/228", "en"), ("S_2025_303.en.pdf", "S/2025/303", "en"),
        ("A_HRC_EMRIP_2025_2.en.pdf", "A/HRC/EMRIP/2025/2", "en"), ("DP_2025_10.en.pdf", "DP/2025/10", "en"),
        ("S_2025_71.en.pdf", "S/2025/71", "en"), ("S_2025_71_Rev.1.en.pdf", "S/2025/71/Rev.1", "en"),
        ("S_2024_145.en.pdf", "CEDAW/C/CAF/CO/6", "ru"), ("A_78_354.en.pdf", "S/2023/664", "es"), ("S_2025_354.en.pdf", "S/2025/354", "en"),
        ("E_ICEF_672(PartI).en.pdf", "E/ICEF/672 (Part I)", "fr"),
    ],
)  # fmt: skip
def test_symbol_and_language_are_those_of_the_text_whatever_the_file_is_called(
    name: str, symbol: str, language: str
) -> None:
    found = read(name)
    assert (found.key, found.language, found.edition, found.format) == (symbol, language, "official", "pdf")
    assert found.masthead.symbols == (symbol,)
    assert found.date is not None


def test_what_is_odd_about_a_file_is_said() -> None:
    arabic = read("S_2025_354.en.pdf")
    assert any("masthead says English" in warning for warning in arabic.warnings)
    assert any("damaged" in warning for warning in arabic.warnings)
    assert arabic.unquotable
    assert 1 not in arabic.unquotable
    assert read("E_ICEF_672(PartI).en.pdf").ocr
    assert not read("S_2025_71.en.pdf").ocr


def test_the_notice_that_a_document_does_not_exist_is_no_document() -> None:
    with pytest.raises(ReadError, match="does not exist in the Official Document System"):
        read("A_78_1.en.pdf")


@pytest.mark.parametrize(
    "name",
    [f"{each}.pdf" for each in (*GOLD, "A_RES_80_228")] + ["S_2025_303.en.pdf", "S_2025_71.en.pdf", "A_78_354.en.pdf"],
)
def test_no_word_of_a_page_is_lost(name: str) -> None:
    found = read(name)
    read_words = Counter(re.findall(r"\w+", found.text.casefold()))
    letters = squeezed(found.text)
    document = pdfium.PdfDocument((FOLDER / name).read_bytes())
    lost: Counter[str] = Counter()
    for page in range(len(document)):
        text = document[page].get_textpage().get_text_range()
        lines = text.splitlines()
        own = [
            line
            for line in lines
            if not re.fullmatch(r"\W*(?:[\d/ -]+|.{0,12}[A-Z]+/[\w./ ]+.{0,90}|\*?\d+\*?)\W*", line)
        ]
        for word in re.findall(r"[^\W\d_]{4,}", " ".join(own).casefold()):
            if not read_words[word] and word not in letters:
                lost[word] += 1
    assert not lost
