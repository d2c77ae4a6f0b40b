"""The kind of a file, from its bytes and never from its name; for kinds that are not read, advice on what to do."""

from __future__ import annotations

import json
import re
import zipfile
from io import BytesIO
from typing import Literal, NamedTuple

from ingest.readers.encoding import unicode_form
from ingest.readers.lines import ReadError

Kind = Literal["pdf", "docx", "odt", "doc", "rtf", "html", "text"]

_HEAD = 65_536
_NOTHING = b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"
_ZIP = b"PK\x03\x04"
_MAX_DIRECTORY = 20_000_000
_MAX_DECLARED = 200
"""Most bytes of the file `mimetype` of an archive that are read; it names the kind, and OpenDocument stores it uncompressed."""
_WORD = re.compile(r"word/document\d*\.xml", re.IGNORECASE)
_PAGE = re.compile(r"<!doctype\s+html\b|<(?:html|head|body|title|meta|base|link)(?=[\s/>])[^<>]*>", re.IGNORECASE)
_BEFORE = re.compile(r"\s+|<\?[^>]{0,2000}>|<!--|<!doctype\s+(?!html\b)[^>]{0,2000}>", re.IGNORECASE)
_TAG = re.compile(r"<!--(?:.*?-->|.*)|<(/?)([a-z][a-z0-9]*)(?=[\s/>])[^<>]*>", re.IGNORECASE | re.DOTALL)
_INLINE_STARTS = re.compile("a|b|br|font|iframe|script|style", re.IGNORECASE)
"""With which a page may begin, beside blocks: https://mimesniff.spec.whatwg.org/#identifying-a-resource-with-an-unknown-mime-type"""
_VOID = re.compile("area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr", re.IGNORECASE)
"""Elements without an end: https://html.spec.whatwg.org/multipage/syntax.html#void-elements"""
_MARKDOWN_INSIDE = re.compile(r">[ \t]*\r?\n[ \t]*\r?\n {0,3}[^\s<]")
"""A blank line after tags ends what CommonMark (section 4.6) leaves to HTML."""
_XML = re.compile(r"\s*<\?xml\b", re.IGNORECASE)
_MAIL_START = re.compile(rb"(?:From |[A-Za-z][\w-]{1,40}:)")
_MAIL_FIELD = re.compile(
    rb"^(?:Received|MIME-Version|Message-ID|Return-Path|Delivered-To|X-[\w-]+|Content-Type):",
    re.IGNORECASE | re.MULTILINE,
)

_PICTURE = (
    "an image (a scan or picture); recognize its text first, for example with ocrmypdf, and add the PDF that it makes"
)
_PACKED = "unpack it and add the documents in it"
_OTHER = "save or export it as DOCX or PDF"
_MEDIA = "only documents are read; add a transcript or summary record as a document"
_PROGRAM = "add the document that it belongs to"

# Offset of the signatures, the signatures, what the file is, what to do.
_SIGNATURES: tuple[tuple[int, tuple[bytes, ...], str, str], ...] = (
    (0, (b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00"), _PICTURE, ""),
    (0, (b"MM\x00*", b"AT&TFORM", b"8BPS"), _PICTURE, ""),
    (4, (b"ftypheic", b"ftypmif1", b"ftypavif", b"jP  \r\n\x87\n"), _PICTURE, ""),
    (8, (b"WEBPVP8",), _PICTURE, ""),
    (0, (b"\x1f\x8b",), "a compressed file (gzip)", _PACKED),
    (0, (b"BZh",), "a compressed file (bzip2)", _PACKED),
    (0, (b"\xfd7zXZ\x00",), "a compressed file (xz)", _PACKED),
    (0, (b"\x28\xb5\x2f\xfd",), "a compressed file (Zstandard)", _PACKED),
    (0, (b"7z\xbc\xaf\x27\x1c",), "an archive (7-Zip)", _PACKED),
    (0, (b"Rar!\x1a\x07",), "an archive (RAR)", _PACKED),
    (257, (b"ustar",), "an archive (tar)", _PACKED),
    (0, (b"\x7fELF", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"), "a program", _PROGRAM),
    (0, (b"%!PS",), "a PostScript file", "turn it into a PDF, for example with ps2pdf"),
    (0, (b"\xffWPC",), "a WordPerfect file", "open it in LibreOffice and save it as DOCX"),
    (0, (b"\xdb\xa5-\x00",), "a Word file from before Word 6", "open it in LibreOffice and save it as DOCX"),
    (0, (b"SQLite format 3\x00",), "a database", _OTHER),
    (0, (b"ITSF",), "a compiled help file", _OTHER),
    (0, (b"ID3", b"OggS", b"fLaC"), "an audio file", _MEDIA),
    (8, (b"WAVE",), "an audio file", _MEDIA),
    (8, (b"AVI ",), "a video", _MEDIA),
    (4, (b"ftyp",), "a video or audio file", _MEDIA),
    (0, (b"\x1aE\xdf\xa3",), "a video", _MEDIA),
)

# Names at the top of an OLE file, in the order in which they decide.
_LARGEST_JSON = 20_000_000
_OLE_KINDS = (
    (("Workbook", "Book"), "an old Excel file", "save the part that matters as DOCX or PDF"),
    (("PowerPoint Document", "PP97_DUALSTORAGE"), "an old PowerPoint file", "save it as PDF"),
    (("__properties_version1.0",), "an Outlook e-mail", "save the document that is attached to it, and add that"),
    (("VisioDocument",), "a Visio drawing", "save it as PDF"),
    (("Quill",), "a Publisher file", "save it as PDF"),
)


def detect(data: bytes, name: str) -> Kind:
    """The kind of a file. `name` is only used in messages. Raises `ReadError` for a kind that is not read; the message
    says what the file is and what to do with it."""
    check_signature(data, name)
    if data.startswith(_ZIP):
        return _detect_zip(data, name)
    if data.startswith(MAGIC[:4]):
        return _detect_ole(data, name)
    return "pdf" if _is_pdf(data) else _detect_text(data, name)


def check_signature(data: bytes, name: str) -> None:
    """Raises `ReadError` for an empty file, and for one whose first bytes show a kind that is not read. Opens no archive and parses
    nothing, so that it is safe in any process; other files may still be refused when they are read."""
    if not data[:_HEAD].strip(_NOTHING) and not data.strip(_NOTHING):
        raise ReadError(f"{name} is empty. If it was downloaded, download it again.")
    if data.startswith((_ZIP, MAGIC[:4])) or _is_pdf(data):
        return
    for offset, marks, what, remedy in _SIGNATURES:
        if data.startswith(marks, offset):
            raise _refusal(name, what, remedy)
    if _is_program(data):
        raise _refusal(name, "a program", _PROGRAM)
    if data.startswith(b"BM") and data[6:10] == b"\x00\x00\x00\x00":
        raise _refusal(name, _PICTURE, "")
    if data.startswith((b"PK\x05\x06", b"PK\x07\x08")):
        raise _refusal(name, "a zip file without files or a part of one", _PACKED)


def _refusal(name: str, what: str, remedy: str) -> ReadError:
    return ReadError(f"{name} is {what}: {remedy}." if remedy else f"{name} is {what}.")


def _is_pdf(data: bytes) -> bool:
    """Whether a PDF header is near the start (Adobe's implementation note 13), and not just mentioned in a text."""
    place = data.find(b"%PDF-", 0, 1024)
    return place == 0 or (place > 0 and (b" obj" in data[place:] or b"startxref" in data[place:]))


def _is_program(data: bytes) -> bool:
    if not data.startswith(b"MZ") or len(data) < 64:
        return False
    header = int.from_bytes(data[60:64], "little")
    return b"\x00" in data[:64] and (data[header : header + 2] in (b"PE", b"NE", b"LE") or b"DOS mode" in data[:512])


def _detect_zip(data: bytes, name: str) -> Kind:
    damaged = f"{name} is a Word, Excel or zip file that is damaged: download or copy it again."
    # zipfile reads the whole directory, so that its size, given in the last record, must be checked before.
    end = data.rfind(b"PK\x05\x06", -66_000)
    if end < 0:
        raise ReadError(damaged)
    if int.from_bytes(data[end + 12 : end + 16], "little") > _MAX_DIRECTORY:
        raise _refusal(name, "a zip file with a very large number of files", _PACKED)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            locked = any(entry.flag_bits & 1 for entry in archive.infolist())
            declared = b""
            if "mimetype" in names and not locked and archive.getinfo("mimetype").compress_type == zipfile.ZIP_STORED:
                with archive.open("mimetype") as opened:
                    declared = opened.read(_MAX_DECLARED).strip()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        raise ReadError(damaged) from None
    if locked:
        raise _refusal(
            name, "a zip file that is password-protected", "remove the password, unpack it, and add its documents"
        )
    if any(_WORD.fullmatch(entry) for entry in names):
        return "docx"
    if declared.startswith(b"application/vnd.oasis.opendocument.text"):
        return "odt"
    found = {entry.lower() for entry in names}
    if "xl/workbook.xml" in found or "xl/workbook.bin" in found:
        raise _refusal(name, "an Excel file", "save the part that matters as DOCX or PDF")
    if "ppt/presentation.xml" in found:
        raise _refusal(name, "a PowerPoint file", "save it as PDF")
    if declared.startswith(b"application/vnd.oasis.opendocument"):
        raise _refusal(name, "an OpenDocument file that is not a text document", "save it as PDF")
    if declared == b"application/epub+zip":
        raise _refusal(name, "an e-book (EPUB)", _OTHER)
    raise _refusal(name, "a zip file", _PACKED)


def _detect_ole(data: bytes, name: str) -> Kind:
    try:
        top = _top_entries(data)
    except BadOle:
        raise ReadError(
            f"{name} is an old Word, Excel or PowerPoint file that is damaged: download or copy it again."
        ) from None
    word = top.get("WordDocument")
    if "EncryptedPackage" in top or (word and _is_encrypted(data, word)):
        raise _refusal(name, "password-protected", "open it in Word, save it without the password, and add that")
    if word:
        return "doc"
    for marks, what, remedy in _OLE_KINDS:
        if not top.keys().isdisjoint(marks):
            raise _refusal(name, what, remedy)
    raise _refusal(name, "an old Office file of an unsupported kind", _OTHER)


def _detect_text(data: bytes, name: str) -> Kind:
    """The kind of a text, from its beginning: RTF, a web page, an e-mail, or plain text."""
    encoding, skipped = unicode_form(data[:_HEAD])
    head = data[skipped:_HEAD].decode(encoding or "latin-1", "replace")
    if head[:1000].lstrip().startswith("{\\rtf"):
        return "rtf"
    position = 0
    while found := _BEFORE.match(head, position):
        position = found.end()
        if found.group() == "<!--":
            position = head.find("-->", position) + 3
            if position < 3:
                break
    else:
        if _PAGE.match(head, position):
            return "html"
        if head.startswith("<", position):
            whole = data[skipped:].decode(encoding or "latin-1", "replace")
            if _is_part_of_page(whole[position:]):
                return "html"
        if head.startswith("<svg", position):
            raise _refusal(name, "a drawing (SVG)", "save it as PDF")
    if _XML.match(head):
        raise _refusal(name, "an XML file", "open it in the program that made it and save it as DOCX, PDF or HTML")
    if _MAIL_START.match(data) and len(_MAIL_FIELD.findall(data[:8192].split(b"\n\n")[0].split(b"\r\n\r\n")[0])) >= 2:
        if b"multipart/related" in data[:8192]:
            raise _refusal(name, "a web archive (MHTML)", "open it in a browser and save it as HTML or PDF")
        raise _refusal(name, "an e-mail", "save its text or the document that is attached to it, and add that")
    if head.lstrip()[:1] in ("{", "[") and _is_json(data):
        raise _refusal(name, "a data file (JSON)", _OTHER)
    return "text"


def _is_part_of_page(text: str) -> bool:
    """Whether a text is a web page, or part of one, that leaves out `<html>`: it begins with a tag, and all its words stand
    within elements that end. A text that speaks of tags, or Markdown with some, has words outside."""
    from ingest.readers.html.html_parser import BLOCKS

    first = _TAG.match(text)
    if not first or first[1] or not (first[2].lower() in BLOCKS or _INLINE_STARTS.fullmatch(first[2])):
        return False
    outer, depth, ended, position = "", 0, False, 0
    for tag in _TAG.finditer(text):
        if not depth and text[position : tag.start()].strip():
            return False
        position, name = tag.end(), (tag[2] or "").lower()
        if depth and name == outer:
            depth += -1 if tag[1] else 1
            ended = ended or not depth
        elif not (depth or tag[1] or _VOID.fullmatch(name)):
            outer, depth = name, int(bool(name))
    complete = outer == "p" if depth else not text[position:].strip()  # a paragraph may leave out its end
    return ended and complete and not _MARKDOWN_INSIDE.search(text)


def _is_json(data: bytes) -> bool:
    if len(data) > _LARGEST_JSON:
        return False
    try:
        return isinstance(json.loads(data), dict | list)
    except (ValueError, RecursionError):
        return False


MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_ENTRY = 128
_NONE = 0xFFFFFFFF
_MAX_ENTRIES = 100_000


class BadOle(Exception):
    """The bytes are not a compound file."""


class _Entry(NamedTuple):
    name: str
    left: int
    right: int
    child: int
    start: int


def _is_encrypted(data: bytes, word: _Entry) -> bool:
    """Whether the text of a Word 97 file is encrypted: the bit fEncrypted of its FIB (MS-DOC 2.5.2)."""
    start = (word.start + 1) * _sector_size(data)
    return bool(int.from_bytes(data[start + 10 : start + 12], "little") & 0x0100)


def _number(data: bytes, place: int) -> int:
    if place < 0 or place + 4 > len(data):
        raise BadOle
    return int.from_bytes(data[place : place + 4], "little")


def _sector_size(data: bytes) -> int:
    shift = int.from_bytes(data[30:32], "little")
    if len(data) < 512 or not data.startswith(MAGIC) or shift not in (9, 12):
        raise BadOle
    return 1 << shift


def _top_entries(data: bytes) -> dict[str, _Entry]:
    """The entries at the top level of a compound file, by name; deeper ones (a worksheet within a Word file) do not
    show its kind. Raises `BadOle`."""
    entries = _entries(data)
    found: dict[str, _Entry] = {}
    waiting, seen = [entries[0].child], {_NONE}
    while waiting:
        n = waiting.pop()
        if n in seen:
            continue
        seen.add(n)
        if n >= len(entries):
            raise BadOle
        found.setdefault(entries[n].name, entries[n])
        waiting += [entries[n].left, entries[n].right]
    return found


def _entries(data: bytes) -> list[_Entry]:
    size = _sector_size(data)
    table = _table_sectors(data, size)
    entries: list[_Entry] = []
    sector, seen = _number(data, 48), set[int]()
    while sector < 0xFFFFFFFA:
        place = (sector + 1) * size
        if sector in seen or place + size > len(data) or len(entries) > _MAX_ENTRIES:
            raise BadOle
        seen.add(sector)
        for at in range(place, place + size, _ENTRY):
            length = int.from_bytes(data[at + 64 : at + 66], "little")
            name = data[at : at + max(0, min(64, length) - 2)].decode("utf-16-le", "replace")
            left, right, child = (_number(data, at + offset) for offset in (68, 72, 76))
            entries.append(_Entry(name, left, right, child, _number(data, at + 116)))
        per = size // 4
        if sector // per >= len(table):
            raise BadOle
        sector = _number(data, (table[sector // per] + 1) * size + sector % per * 4)
    if not entries:
        raise BadOle
    return entries


def _table_sectors(data: bytes, size: int) -> list[int]:
    """The sectors of the allocation table: 109 are listed in the header, more in a chain of sectors."""
    found = [_number(data, 76 + 4 * n) for n in range(109)]
    further, seen = _number(data, 68), set[int]()
    while further < 0xFFFFFFFA:
        if further in seen:
            raise BadOle
        seen.add(further)
        place = (further + 1) * size
        found += [_number(data, place + 4 * n) for n in range(size // 4 - 1)]
        further = _number(data, place + size - 4)
    return [sector for sector in found if sector < 0xFFFFFFFA]
