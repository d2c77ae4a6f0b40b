"""What a file is, told by its content; what is not read is refused with what it is and what to do."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from conftest import SHARED, at_hand
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers import LIMITS, MAX_BYTES, ReadError, read
from ingest.readers.detect import check_signature, detect

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FREE, END = 0xFFFFFFFF, 0xFFFFFFFE


def zipped(**files: bytes) -> bytes:
    """A zip file; `__` in a name stands for a slash, `_dot_` for a dot."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return made.getvalue()


def compound(*names: str, deeper: str = "", stream: bytes = b"", table: int = 0) -> bytes:
    """An OLE file with these names at its top: header, allocation table, directory, a stream of one sector."""
    header = bytearray(512)
    header[:8] = MAGIC
    struct.pack_into("<HHHH", header, 24, 0x3E, 3, 0xFFFE, 9)
    struct.pack_into("<II", header, 44, 1, 1)
    struct.pack_into("<II", header, 68, END, 0)
    struct.pack_into("<109I", header, 76, table, *([FREE] * 108))
    directory = bytearray()
    entries = ["Root Entry", *names, *([deeper] if deeper else [])]
    for n, name in enumerate(entries):
        entry = bytearray(128)
        encoded = name.encode("utf-16-le") + b"\0\0"
        entry[: len(encoded)] = encoded
        right = n + 1 if 0 < n < len(names) else FREE
        child = 1 if n == 0 and names else len(names) + 1 if n == 1 and deeper else FREE
        struct.pack_into("<HBB3I", entry, 64, len(encoded), 1, 1, FREE, right, child)
        struct.pack_into("<I", entry, 116, 2 + len(entries) // 4)
        directory += entry
    directory += bytes(-len(directory) % 512)
    sectors = len(directory) // 512
    chain = [FREE, *range(2, 1 + sectors), END, END]
    chain += [FREE] * (128 - len(chain))
    if deeper or stream:
        directory[128 + 116 : 128 + 120] = struct.pack("<I", 1 + sectors)
    return bytes(header) + struct.pack("<128I", *chain) + bytes(directory) + stream.ljust(512, b"\0")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"\r\njunk before it\r\n%PDF-1.4\n1 0 obj", "pdf"),
        (zipped(word__document_dot_xml=b"<w/>"), "docx"),
        (zipped(word__document2_dot_xml=b"<w/>"), "docx"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.text", content_dot_xml=b""), "odt"),
        (compound("WordDocument", "1Table"), "doc"),
        (compound("1Table", "ObjectPool", "Data", "CompObj", "WordDocument"), "doc"),
        (compound("WordDocument", deeper="Workbook"), "doc"),
        (b"{\\rtf1\\ansi x}", "rtf"),
        (b"\xef\xbb\xbf \n{\\rtf1 x}", "rtf"),
        (b"<!DOCTYPE html><p>x", "html"),
        (b'<!doctype HTML PUBLIC "-//W3C//DTD HTML 4.01//EN"><p>', "html"),
        (b"\xef\xbb\xbf\n <HTML lang=en>", "html"),
        (b'<?xml version="1.0"?>\n<!-- saved -->\n<html xmlns="http://www.w3.org/1999/xhtml">', "html"),
        (b"<!-- " + b"x" * 5000 + b" --><body>x", "html"),
        (b"<head><title>x", "html"),
        (b"<meta charset=utf-8><title>x", "html"),
        ("<html><p>x".encode("utf-16"), "html"),
        (b"\xfe\xff" + "<html>".encode("utf-16-be"), "html"),
        ("<html><body><p>plain words".encode("utf-16-le"), "html"),
        (b"<!-- saved -->\n<div class=page><p>One<p>Two</div>", "html"),
        (b"\xef\xbb\xbf<h2>Tides</h2>\n<hr>\n<p>They turn.\n<P>Twice.", "html"),
        (b"<p>one</p>\n\n<p>two, <b>bold</b></p>\n", "html"),
        (b"<div><div>one</div> two</div><br/>", "html"),
        (b"<A NAME=top></A><TABLE><TR><TD>one</TABLE>", "html"),
        ("<p>одно</p>".encode("utf-16"), "html"),
        (b"<div>" + b"<p>long</p>" * 10_000 + b"</div>", "html"),
        (b"plain words", "text"),
        (b"<p> is the tag of a paragraph.", "text"),
        (b"<div> opens a part, <b>bold</b> does not.", "text"),
        (b"<p> opens a paragraph and </p> ends it.", "text"),
        (b"<p align=center><img src=a.png></p>\n<br>\n\n# Tides\n\n<p>They turn.</p>", "text"),
        (b"<div dir=rtl>\n\n# Tides\n\nThey turn.\n\n</div>", "text"),
        (b"<details><summary>Notes</summary>\n\n# Part\n\n- one\n- two\n\n</details>", "text"),
        (b"<b>Note</b> that <i>tides</i> turn", "text"),
        (b"</p>one<p>two</p>", "text"),
        (b"<name>of the harbour</name>", "text"),
        (b"# Tides\n\n<br>They turn.", "text"),
        (b"About <html> and %PDF- files", "text"),
        (b"<p>one</p> of Markdown", "text"),
        (b"<html-like words> and <headers>", "text"),
        (b"<!-- a comment of Markdown -->\n# Tides", "text"),
        (b"<!-- never closed", "text"),
        (b"From: the pilots\nTo: the harbour\nSubject: tides\n\nThey turn.", "text"),
        (b"MZ is how this text begins, though it is no program and only long enough to be looked at as one.", "text"),
        (b"BM is an abbreviation.", "text"),
        ("Привет, гавань".encode(), "text"),
    ],
)
def test_the_kind_is_told_by_content_whatever_the_name(data: bytes, kind: str) -> None:
    for name in ("file.txt", "file.pdf", "file"):
        assert detect(data, name) == kind


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\xff\xfe\n\x00", "empty"),
        (b"\x89PNG\r\n\x1a\n", "scan or picture.*ocrmypdf"),
        (b"\xff\xd8\xff\xe0", "image"),
        (b"GIF89a", "image"),
        (b"II*\x00", "image"),
        (b"MM\x00*", "image"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image"),
        (b"\x00\x00\x00\x18ftypheic", "image"),
        (b"BM\x36\x00\x0c\x00\x00\x00\x00\x00", "image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "SVG"),
        (b"\x1f\x8b\x08\x00", "gzip.*unpack"),
        (b"BZh91AY", "bzip2"),
        (b"\xfd7zXZ\x00", "xz"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        (b"Rar!\x1a\x07\x00", "RAR"),
        (b"file.txt".ljust(257, b"\0") + b"ustar", "tar"),
        (zipped(a_dot_txt=b"x"), "zip file.*unpack"),
        (zipped(xl__workbook_dot_xml=b"x"), "Excel"),
        (zipped(ppt__presentation_dot_xml=b"x"), "PowerPoint"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "not a text document"),
        (zipped(mimetype=b"application/epub+zip"), "EPUB"),
        (b"PK\x03\x04rest", "damaged"),
        (zipped(word__document_dot_xml=b"<w/>")[:-30], "damaged"),
        (b"PK\x05\x06" + bytes(18), "zip"),
        (compound("Workbook"), "old Excel"),
        (compound("PowerPoint Document"), "old PowerPoint"),
        (compound("__properties_version1.0"), "Outlook"),
        (compound("VisioDocument"), "Visio"),
        (compound("Workbook", deeper="WordDocument"), "old Excel"),
        (compound("EncryptedPackage", "EncryptionInfo"), "password-protected"),
        (compound("WordDocument", stream=bytes(10) + b"\x00\x01"), "password-protected"),
        (compound("Strange"), "old Office file"),
        (compound(), "old Office file"),
        (MAGIC + b"rest", "damaged"),
        (compound("WordDocument", table=9999), "damaged"),
        (compound("WordDocument")[:1100], "damaged"),
        (b"\x7fELF\x02\x01\x01", "program"),
        (b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0", "program"),
        (b"%!PS-Adobe-3.0", "ps2pdf"),
        (b"\xffWPC\x10", "WordPerfect"),
        (b"SQLite format 3\x00", "database"),
        (b"ID3\x04", "audio file"),
        (b"\x00\x00\x00\x18ftypmp42", "video or audio file"),
        (b'<?xml version="1.0"?><TEI><text/></TEI>', "XML"),
        (b"Received: from a\r\nMIME-Version: 1.0\r\nSubject: x\r\n\r\nHello", "e-mail"),
        (b"From: x\nMIME-Version: 1.0\nContent-Type: multipart/related\n\nx", "MHTML"),
    ],
)
def test_what_is_not_read_is_refused_with_what_it_is_and_what_to_do(data: bytes, says: str) -> None:
    with pytest.raises(ReadError, match=f"(?s){says}") as refused:
        detect(data, "strange file.pdf")
    assert str(refused.value).startswith("strange file.pdf is ")
    assert str(refused.value).endswith(".")


def test_a_zip_file_with_a_password_says_so() -> None:
    data = bytearray(zipped(word__document_dot_xml=b"<w/>"))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + place] |= 1
    with pytest.raises(ReadError, match="password"):
        detect(bytes(data), "locked.docx")


def test_a_zip_file_whose_directory_is_said_to_be_huge_is_not_opened() -> None:
    data = bytearray(zipped(word__document_dot_xml=b"<w/>"))
    end = data.rfind(b"PK\x05\x06")
    data[end + 12 : end + 16] = struct.pack("<I", 500_000_000)
    with pytest.raises(ReadError, match="number of files"):
        detect(bytes(data), "bomb.docx")


def test_a_compound_file_whose_tables_go_round_in_circles_is_damaged() -> None:
    data = bytearray(compound("WordDocument"))
    data[512 + 4 : 512 + 8] = struct.pack("<I", 1)  # the directory follows itself
    with pytest.raises(ReadError, match="damaged"):
        detect(bytes(data), "loop.doc")
    data = bytearray(compound("WordDocument"))
    data[68:72] = struct.pack("<I", 0)  # a list of tables that is the table itself, and then names itself
    data[512 + 508 : 512 + 512] = struct.pack("<I", 0)
    with pytest.raises(ReadError, match="damaged"):
        detect(bytes(data), "loop.doc")


@given(st.binary(max_size=400), st.sampled_from([b"", MAGIC, compound("WordDocument")[:700], b"PK\x03\x04", b"<?xml "]))
def test_any_bytes_are_known_or_refused_by_name(data: bytes, head: bytes) -> None:
    try:
        assert detect(head + data, "any.bin") in ("pdf", "docx", "odt", "doc", "rtf", "html", "text")
    except ReadError as error:
        assert "any.bin" in str(error)  # noqa: PT017


def test_a_web_page_that_a_server_calls_a_pdf_is_read_as_a_web_page() -> None:
    source = read(b"<!DOCTYPE html><h1>Harbours</h1><p>They are deep.", "report.pdf")
    assert source.format == "html"
    assert [line.text for line in source.lines if line.text] == ["Harbours", "They are deep."]


def test_a_text_file_is_read_as_text_whatever_its_name() -> None:
    assert read(b"They are deep.", "report.docx").format == "text"


@pytest.mark.parametrize("head", [b"", b"<html>"])
def test_each_kind_has_its_own_limit_of_size(head: bytes) -> None:
    with pytest.raises(ReadError, match="25 MB"):
        read(head + b"x" * 25_000_001, "huge")
    assert LIMITS["docx"] == 100_000_000
    assert MAX_BYTES == LIMITS["pdf"] == 200_000_000


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_real_documents_are_known_and_read(kind: str) -> None:
    folder = at_hand(SHARED / "documents" / kind)
    assert {detect(path.read_bytes(), "x") for path in folder.glob(f"*.{kind}")} == {kind}
    one = {"docx": "A_80_6_SECT.24__CORR.1.docx", "pdf": "A_RES_79_154.pdf"}[kind]
    assert read((folder / one).read_bytes(), "x.txt").format == kind


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("broken", [False, True])
def test_nothing_in_an_archive_is_unpacked_to_tell_what_it_is(method: int, broken: bool) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("mimetype", b"application/epub+zip")
    data = bytearray(made.getvalue())
    if broken:
        data[38:50] = b"\xff" * 12
    with pytest.raises(ReadError, match="is a zip file: unpack it"):
        detect(bytes(data), "a.epub")


def test_only_the_beginning_of_what_an_archive_says_it_is_is_read() -> None:
    told = b"application/vnd.oasis.opendocument.text" + bytes(1_000)
    assert detect(zipped(mimetype=told), "a.odt") == "odt"


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n", b"\x7fELF", b"PK\x05\x06" + bytes(18)])
def test_an_empty_file_and_one_with_a_signature_that_is_not_read_are_refused_without_parsing(data: bytes) -> None:
    with pytest.raises(ReadError):
        check_signature(data, "a.txt")


def test_what_has_to_be_parsed_to_be_known_is_not_refused_by_its_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    for parser in ("_detect_zip", "_detect_ole", "_detect_text"):
        monkeypatch.setattr(f"ingest.readers.detect.{parser}", pytest.fail)
    for data in (zipped(a_dot_txt=b"x"), compound("Workbook"), b"%PDF-1.7\n", b'{"a": 1}', b"<svg/>"):
        check_signature(data, "a.txt")
