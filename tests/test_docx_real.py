"""Real Word files of the United Nations: an independent reading of their XML finds nothing lost, doubled or moved."""

from __future__ import annotations

import functools
import io
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import SHARED
from lxml import etree

from ingest.readers.docx import read_docx
from ingest.readers.lines import Line, ParsedFile

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
FOLDER = SHARED / "documents" / "docx"
NAMES = ("A_80_6_Sect.16.docx", "A_80_6_SECT.24__CORR.1.docx")
BOX = f"{W}txbxContent"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder with the real Word files is not here")
every_file = pytest.mark.parametrize("name", NAMES)


@functools.cache
def read(name: str) -> ParsedFile:
    return read_docx((FOLDER / name).read_bytes(), name)


@functools.cache
def part(name: str, inside: str) -> Any:
    with zipfile.ZipFile(io.BytesIO((FOLDER / name).read_bytes())) as archive:
        return etree.fromstring(archive.read(inside))


def squeezed(text: str) -> str:
    """The letters and signs of a text: no spaces, and neither bullets nor asterisks, which become marks."""
    normal = unicodedata.normalize("NFC", text).replace("\u2011", "-")
    return "".join(normal.split()).translate({ord(letter): None for letter in "•*\u00ad"})


def within(element: Any, name: str) -> bool:
    return any(above.tag == name for above in element.iterancestors())


def words(paragraph: Any) -> str:
    """The text of a paragraph by its `w:t` elements, without superscript and without the text boxes in it."""
    found = ""
    for element in paragraph.iter(f"{W}t", f"{W}noBreakHyphen", f"{W}softHyphen"):
        owner = next(above for above in element.iterancestors(f"{W}p", BOX, f"{W}tbl") if above.tag == f"{W}p")
        if owner is not paragraph or (within(element, BOX) and not within(paragraph, BOX)):
            continue
        raised = element.getparent().find(f"{W}rPr/{W}vertAlign")
        if raised is None or raised.get(f"{W}val") != "superscript":
            found += "-" if element.tag == f"{W}noBreakHyphen" else element.text or ""
    if not found and paragraph.find(f"{W}r/{W}softHyphen") is not None:
        return "-"
    return squeezed(found)


def unnumbered(texts: list[str], known: set[tuple[str, ...]]) -> list[str]:
    """Texts without the numbers that Word makes, which are not in the XML of the paragraph."""
    return texts if tuple(texts) in known else [re.sub(r"^[A-Z]+\.", "", text) for text in texts]


def stories(parent: Any) -> Iterator[tuple[str, Any]]:
    """Paragraphs and rows in order: `text`, `frame`, `box` or `row` with the element; second versions left out."""
    for element in parent:
        if element.tag == f"{W}tbl":
            for row in element.iter(f"{W}tr"):
                if next(row.iterancestors(f"{W}tbl")) is element:
                    yield "row", row
        elif element.tag == f"{W}p":
            frame = element.find(f"{W}pPr/{W}framePr") is not None
            yield "frame" if frame else "text", element
            for box in element.iter(BOX):
                if not within(box, f"{MC}Fallback"):
                    for _, inner in stories(box):
                        yield "box", inner


def told(element: Any) -> list[str]:
    """The text of a paragraph, or those of a row's cells that hold any."""
    if element.tag == f"{W}p":
        return [words(element)] if words(element) else []
    cells = ["".join(words(paragraph) for paragraph in cell.iter(f"{W}p")) for cell in element.iter(f"{W}tc")]
    return [cell for cell in cells if cell]


def shown(line: Line) -> list[str]:
    if line.cells:
        return [squeezed(cell.text) for cell in line.cells if squeezed(cell.text)]
    return [squeezed(line.text)]


@every_file
def test_no_paragraph_or_cell_is_lost_doubled_or_moved(name: str) -> None:
    expected = [(kind, told(element)) for kind, element in stories(part(name, "word/document.xml")[0]) if told(element)]
    notes = set(map(squeezed, footnotes(name)))
    header = [line for line in read(name).lines if not line.blank][:6]
    found = [shown(line) for line in read(name).lines if shown(line) != [""] and shown(line) != []]
    known = {tuple(one) for _, one in expected}
    body = [unnumbered(one, known) for one in found[len(header) :] if one[0] not in notes]
    assert Counter(map(tuple, body)) == Counter(tuple(one) for _, one in expected)
    frames = {tuple(one) for kind, one in expected if kind == "frame"}
    in_order = [one for kind, one in expected if kind != "frame"]
    assert [one for one in body if tuple(one) not in frames] == [one for one in in_order if tuple(one) not in frames]


def footnotes(name: str) -> list[str]:
    root = part(name, "word/footnotes.xml")
    return [" ".join("".join(note.itertext(f"{W}t")).split()) for note in root if note.get(f"{W}type") is None]


@every_file
def test_every_footnote_is_read_and_its_mark_stands_in_what_precedes_it(name: str) -> None:
    lines = [line for line in read(name).lines if not line.blank]
    numbers = [line for line in lines if line.note and line.note.isdigit()]
    assert [line.text for line in numbers] == footnotes(name)
    assert [line.note for line in numbers] == [str(n) for n in range(1, len(numbers) + 1)]
    for at, line in enumerate(lines):
        if line.note:
            near = lines[max(0, at - 60) : at] if not line.note.isalpha() else lines[max(0, at - 300) : at]
            assert any(line.note in before.marks for before in near), line


def test_every_superscript_letter_of_a_table_is_a_mark_with_its_note() -> None:
    lines = read(NAMES[0]).lines
    root = part(NAMES[0], "word/document.xml")
    raised = Counter(
        "".join(run.itertext(f"{W}t")).strip()
        for run in root.iter(f"{W}r")
        if run.find(f"{W}rPr/{W}vertAlign") is not None and not within(run, f"{MC}Fallback")
    )
    letters = Counter(mark for line in lines for mark in line.marks if mark.isalpha())
    notes = Counter(line.note for line in lines if line.note and line.note.isalpha())
    assert letters["a"] > 20
    assert letters + notes == Counter({label: count for label, count in raised.items() if label.isalpha()})


@every_file
def test_the_masthead_comes_first(name: str) -> None:
    top = [line for line in read(name).lines if line.part == "masthead"]
    assert [line.text for line in top[:4:2]] == ["United Nations", "General Assembly"]
    assert top[1].text.startswith("A/80/6 (Sect. ")
    assert "Distr.: General" in [line.text for line in top]
    assert "Eightieth session" in [line.text for line in top]


def test_tables_have_captions_headers_and_a_column_for_each_cell() -> None:
    lines = read(NAMES[0]).lines
    captions = [line.text for line in lines if line.part == "caption"]
    assert [text for text in captions if text.startswith("Table 16.")] == [f"Table 16.{n}" for n in range(1, 40)]
    at = next(n for n, line in enumerate(lines) if line.text == "Table 16.23")
    table = [line for line in lines[at : at + 20] if line.header]
    assert table[0].cells[0].text == "Component/subprogramme"
    assert table[0].cells[0].row_span == 2
    assert (table[0].cells[3].text, table[0].cells[3].col_span) == ("Changes", 5)
    assert table[1].cells[3].text == "Technical adjustments"
    assert all(line.heading == 0 for line in lines if line.part == "caption" or line.cells)


def test_numbered_paragraphs_and_headings_of_the_budget_are_told_apart() -> None:
    lines = read(NAMES[0]).lines
    numbers = [line.text.split(" ")[0] for line in lines if line.text.startswith("16.") and not line.cells]
    assert numbers == [f"16.{n}" for n in range(1, 173)]
    headings = {line.text: line.heading for line in lines if line.heading}
    assert headings["Overall orientation"] == 2
    assert headings["Mandates and background"] == 3
    assert headings["Security Council resolutions"] == 5
    assert not any(line.heading for line in lines if line.text.startswith("16."))


def test_the_contents_and_the_charts_are_known_for_what_they_are() -> None:
    source = read(NAMES[0])
    contents = [line for line in source.lines if line.part == "contents"]
    assert contents[0].text == "Contents"
    assert sum(line.cells != () for line in contents) > 30
    assert any("Charts" in warning and "(32)" in warning for warning in source.warnings)
