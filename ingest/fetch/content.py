"""The kind of a received file, from its content: headers and names of a server prove nothing."""

from __future__ import annotations

import html
import re
import zipfile
from pathlib import Path

from ingest.readers import visible

FORMATS = ("docx", "pdf", "doc")
"""The formats of the service, best first: Word files keep paragraphs and tables, and in Arabic also the order of
letters; old Word files come last."""

_SIGNATURES = ((b"%PDF-", "pdf"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "doc"), (b"{\\rtf", "rtf"))
_PAGE = re.compile(rb"(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|script)\b", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(rb"<title[^>]*>([^<]{1,400})", re.IGNORECASE)
_HEAD, _TAIL = 4096, 2048


def detect_kind(path: Path) -> str | None:
    """The kind of file: `pdf`, `docx`, `doc` or `rtf`; None for other files."""
    head = _head(path)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(path) as archive:
                return "docx" if "word/document.xml" in archive.namelist() else None
        except (zipfile.BadZipFile, NotImplementedError, ValueError):
            # Incomplete or damaged: a Word file begins with its list of types.
            return "docx" if b"[Content_Types].xml" in head or b"word/" in head else None
    return None


def is_complete(path: Path, kind: str) -> bool:
    """Whether the file is complete, as far as its kind shows that: needed where a server gives no length."""
    if kind == "docx":
        return zipfile.is_zipfile(path)
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        tail = file.read()
    if kind == "pdf":
        return b"%%EOF" in tail
    return kind != "rtf" or tail.rstrip(b"\x00\r\n \t").endswith(b"}")


def describe_other(path: Path) -> str:
    """What a file is that is not a document, for people."""
    head = _head(path).removeprefix(b"\xef\xbb\xbf").lstrip()
    if _PAGE.match(head):
        title = _TITLE.search(head)
        name = " ".join(html.unescape(title[1].decode("utf-8", "replace")).split()) if title else ""
        return f"a web page{f' (“{visible(name)[:120]}”)' if name else ''} instead of the document"
    if head.startswith(b"PK\x03\x04"):
        return "an archive that is not a Word file"
    if head.startswith(b"\xffWPC"):
        return "a WordPerfect file, which cannot be read"
    return "something that is not a Word or PDF file"


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)
