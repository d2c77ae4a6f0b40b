"""Word files that are damaged, disguised or built to do harm: a sentence for a person, and no other error, ever."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from docx_made import field, level, note, numbered, p, packed, r, ref, tbl, tc, tr, word
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.readers.docx import package, read_docx
from ingest.readers.docx.formats import number, symbol
from ingest.readers.lines import ParsedFile, ReadError
from ingest.readers.text import MAX_LINE

GOOD = word(
    p("First", '<w:pStyle w:val="A"/>')
    + tbl(tr(tc("a", '<w:gridSpan w:val="2"/>'), tc("b", '<w:vMerge w:val="restart"/>')), tr("c", "d", tc("e", "<w:vMerge/>")))
    + p("Counted", numbered(1)) + p(runs=r("Noted") + ref(1) + field("REF x", r("result"))),
    parts={
        "styles": '<w:style w:type="paragraph" w:styleId="A"><w:name w:val="heading 1"/><w:basedOn w:val="A"/></w:style>',
        "numbering": '<w:abstractNum w:abstractNumId="1">' + level(0, "decimal", "%1.")
        + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>',
        "footnotes": note(1, "Below."),
    },
)  # fmt: skip


def refusal(data: bytes) -> str:
    """Why a file is refused: a sentence that names it."""
    with pytest.raises(ReadError) as caught:
        read_docx(data, "bad.docx")
    message = str(caught.value)
    assert "bad.docx" in message
    assert message.endswith(".")
    return message


def document(inside: str, head: str = "") -> bytes:
    """A Word file whose main part is given as it is."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    root = f'{head}<w:document xmlns:w="{space}"><w:body>{inside}</w:body></w:document>'
    return word("", files={"word/document.xml": root.encode()})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04 and no more", "damaged"),
        (packed({"readme.txt": b"hello"}), "not a Word file"),
        (packed({"word/document.xml": b"<other/>"}), "not a Word file"),
        (packed({"word/document.xml": b""}), "not well-formed"),
        (packed({"word/document.xml": b"<w:document"}), "not well-formed"),
        (GOOD[: len(GOOD) // 2], "damaged"),
    ],
)
def test_what_is_no_sound_word_file_is_refused_with_what_it_is(data: bytes, said: str) -> None:
    assert said in refusal(data)


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    assert "times its size" in refusal(word("", files={"word/media/image1.png": b"\0" * 60_000_000}))


def test_too_many_parts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_ENTRIES", 50)
    assert "parts" in refusal(word("", files={f"word/media/{n}.png": b"" for n in range(60)}))
    assert "parts" in refusal(word("", files={f"word/media/{n}.png": b"" for n in range(300)}))


def test_too_much_to_unpack_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_TOTAL", 1_000_000)
    assert "unpacks to" in refusal(word("", files={"word/media/image1.png": bytes(range(256)) * 8_000}))


def test_a_part_that_alone_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_PART", 10_000)
    assert "word/document.xml alone" in refusal(word(p("word " * 5_000)))


def test_a_directory_that_lies_about_a_size_is_found_out() -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        size = archive.getinfo("word/document.xml").file_size
    lying = GOOD.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != GOOD
    assert "damaged" in refusal(lying)


def test_an_encrypted_part_is_refused_as_protected() -> None:
    flagged = bytearray(GOOD)
    for match in re.finditer(b"PK\x01\x02", GOOD):
        flagged[match.start() + 8] |= 1
    for match in re.finditer(b"PK\x03\x04", GOOD):
        flagged[match.start() + 6] |= 1
    assert "password" in refusal(bytes(flagged))


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE w SYSTEM "http://127.0.0.1:9/evil.dtd">',
    ],
)
def test_a_document_type_is_refused_whatever_its_encoding(head: str) -> None:
    assert "document type" in refusal(document("<w:p/>", head))
    utf16 = f'<?xml version="1.0" encoding="UTF-16"?>{head}<w/>'.encode("utf-16")
    assert "document type" in refusal(packed({"word/document.xml": utf16}))


@pytest.mark.parametrize("tag", ["sdt", "ins", "tbl><w:tr><w:tc", "p><w:r><w:pict><w:txbxContent"])
@pytest.mark.parametrize("depth", [40, 400, 4_000, 40_000])
def test_nesting_without_end_is_read_or_refused(tag: str, depth: int) -> None:
    names = re.findall(r"[a-zA-Z]+", tag.replace("w:", ""))
    opened = "".join(f"<w:{name}>" for name in names) * depth
    closed = "".join(f"</w:{name}>" for name in reversed(names)) * depth
    data = document(opened + p("within") + closed + p("after"))
    try:
        found = [line.text for line in read_docx(data, "bad.docx").lines if line.text]
    except ReadError as error:
        assert depth > 40
        assert "bad.docx" in str(error)  # noqa: PT017
    else:
        assert found == ["within", "after"]


@pytest.mark.parametrize(
    "body",
    [
        p("x" * 10_500_000),
        p(runs=r("word " * 1_000) * 200),
        p(runs=r("y") + r("word " * 1_000) * 200),
        tbl(tr("word " * (MAX_LINE // 5 + 1), "b")),
    ],
)
def test_a_paragraph_of_a_whole_book_is_refused(body: str) -> None:
    refusal(word(body))


def test_a_table_of_millions_of_columns_is_bounded() -> None:
    wide = tr(tc("a", '<w:gridSpan w:val="999999999"/>'), tc("b", '<w:gridSpan w:val="-7"/>'), "c")
    (row,) = [line for line in read_docx(word(tbl(wide)), "a.docx").lines if line.text]
    assert row.text == "a | b | c"
    assert len(row.cells) < 1_000
    many = tbl(
        tr(tc("a", '<w:gridSpan w:val="100"/>'), *[tc("b", '<w:gridSpan w:val="100"/>')] * 12), "<w:tr/>" * 5_000
    )
    assert "cells" in refusal(word(many))


def test_a_chain_of_styles_and_lists_that_bites_its_tail_ends() -> None:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="S{key}"/><w:basedOn w:val="{base}"/></w:style>'
        f'<w:style w:type="numbering" w:styleId="L{key}"><w:name w:val="L{key}"/><w:pPr><w:numPr><w:numId w:val="{key}"/></w:numPr></w:pPr></w:style>'
        for key, base in ((1, 2), (2, 1))
    )
    lists = "".join(
        f'<w:abstractNum w:abstractNumId="{key}"><w:numStyleLink w:val="L{other}"/></w:abstractNum>'
        f'<w:num w:numId="{key}"><w:abstractNumId w:val="{key}"/></w:num>'
        for key, other in ((1, 2), (2, 1))
    )
    data = word(p("Words", numbered(1), style="1"), parts={"styles": styles, "numbering": lists})
    assert read_docx(data, "a.docx").lines[0].text == "Words"


def test_a_printed_number_has_a_bounded_length() -> None:
    lists = '<w:abstractNum w:abstractNumId="1">' + level(0, "lowerRoman", "%1" * 5_000, start=999_999_999) + (
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
    )  # fmt: skip
    text = read_docx(word(p("Words", numbered(1)), parts={"numbering": lists}), "a.docx").lines[0].text
    assert text.endswith("Words")
    assert len(text) < 300


def test_what_lies_outside_the_file_is_never_followed() -> None:
    outside = (
        '<Relationship Id="header1" TargetMode="External" Target="http://127.0.0.1:9/h.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/header"/>'
        '<Relationship Id="s" TargetMode="External" Target="file:///etc/passwd" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"/>'
        '<Relationship Id="f" Target="../../../../etc/passwd" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"/>'
    )
    section = '<w:sectPr><w:headerReference w:type="default" r:id="header1"/></w:sectPr>'
    data = word(p("Words"), relations=outside, section=section)
    assert [line.text for line in read_docx(data, "a.docx").lines] == ["Words", ""]


def test_parts_that_are_missing_are_done_without() -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        kept = {name: archive.read(name) for name in ("word/document.xml",)}
    source = read_docx(packed(kept), "a.docx")
    assert [line.text for line in source.lines if line.text] == [
        "First",
        "a | b",
        "c | d | e",
        "Counted",
        "Notedresult",
    ]
    assert any("no footnote in the file" in warning for warning in source.warnings)


def source_or_refusal(data: bytes) -> ParsedFile | str:
    try:
        return read_docx(data, "bad.docx")
    except ReadError as error:
        return str(error)


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=8))
@example([(0, 0)])
def test_a_file_with_flipped_bytes_is_read_or_refused(flips: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for at, byte in flips:
        data[at] = byte
    made = source_or_refusal(bytes(data))
    assert isinstance(made, ParsedFile) or "bad.docx" in made


@given(st.data())
def test_a_file_with_odd_values_and_cut_elements_is_read_or_refused(data: st.DataObject) -> None:
    odd = st.sampled_from(
        ["", "-1", "0", "99999999999999999999", "abc", "1.5", "12pt", "٣", "\u0130", "%1%9", "F0FF", "D800"]
    )
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(
        st.sampled_from([name for name in sorted(files) if name.startswith("word/") and "_rels" not in name])
    )
    text = files[name].decode()
    values = list(re.finditer(r'(w:(?!w)\w+|Id|Target)="([^"]*)"', text))
    for match in sorted(data.draw(st.sets(st.sampled_from(values), max_size=4)), key=lambda one: -one.start()):
        text = text[: match.start(2)] + data.draw(odd) + text[match.end(2) :]
    single = list(re.finditer(r"<w:\w+[^<>]*/>", text))
    if single and data.draw(st.booleans()):
        cut = data.draw(st.sampled_from(single))
        text = text[: cut.start()] + text[cut.end() :]
    made = source_or_refusal(packed(files | {name: text.encode()}))
    assert isinstance(made, ParsedFile) or "bad.docx" in made


@given(
    st.integers(-5, 20_000),
    st.sampled_from(["decimal", "lowerRoman", "upperLetter", "chineseCounting", "ordinal", "x"]),
)
def test_every_number_can_be_printed(value: int, style: str) -> None:
    assert 0 < len(number(value, style)) < 60


@pytest.mark.parametrize(
    ("value", "style", "printed"),
    [
        (4, "lowerRoman", "iv"), (1999, "upperRoman", "MCMXCIX"), (27, "lowerLetter", "aa"), (3, "upperLetter", "C"),
        (7, "decimalZero", "07"), (11, "ordinal", "11th"), (22, "ordinal", "22nd"), (3, "russianLower", "в"),
        (3, "arabicAbjad", "ج"), (12, "chineseCounting", "十二"), (105, "chineseCounting", "一百零五"), (5, "chicago", "**"),
        (3, "decimalEnclosedCircle", "③"), (20, "ideographDigital", "二〇"), (5, "none", ""), (5, "unheardOf", "5"),
    ],
)  # fmt: skip
def test_numbers_are_printed_in_the_format_asked_for(value: int, style: str, printed: str) -> None:
    assert number(value, style) == printed


@given(st.text(max_size=8), st.text(max_size=6))
@example("Symbol", "F0B7")
@example("", "D800")
@example("Arial", "110000")
def test_every_symbol_becomes_one_character_that_can_be_stored(font: str, code: str) -> None:
    assert len(symbol(font, code).encode("utf-8").decode("utf-8")) == 1
