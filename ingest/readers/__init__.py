"""Readers: bytes to lines. The type is decided by content, never by the file name."""

from ingest.readers.lines import Cell, Line, ReadError, Source
from ingest.readers.text import read_text, visible

__all__ = ["Cell", "Line", "ReadError", "Source", "read", "read_text", "visible"]

_SIGNATURES = {
    b"%PDF-": "a PDF file",
    b"PK\x03\x04": "a Word, Excel or zip file",
    b"\xd0\xcf\x11\xe0": "an old Word file",
    b"{\\rtf": "an RTF file",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"\x1f\x8b": "a compressed file",
}


def read(data: bytes, name: str) -> Source:
    """The lines of a file. `name` is only used in messages. Raises `ReadError` where there is nothing to read."""
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature):
            raise ReadError(f"{name} is {what}. Only plain text and Markdown are read; save it as text first.")
    return read_text(data, name)
