"""Readers: from bytes to lines. The type of a file is determined from its content, never from its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.corpus_errors import SEAL_FILE
from ingest.readers.lines import Line, NoTextLayer, ParsedFile, ReadError
from ingest.readers.text import read_text, visible

if TYPE_CHECKING:
    from ingest.readers.detect import Kind

__all__ = ["LIMITS", "MAX_BYTES", "Line", "NoTextLayer", "ParsedFile", "ReadError", "read", "visible"]

MAX_BYTES = 200_000_000  # the largest file of any kind that is read, in bytes

LIMITS: dict[Kind, int] = {
    "text": 25_000_000,
    "html": 25_000_000,
    "docx": 100_000_000,
    "odt": MAX_BYTES,
    "doc": MAX_BYTES,
    "rtf": MAX_BYTES,
    "pdf": MAX_BYTES,
}
"""The largest file of each kind that is read, in bytes."""


def read(data: bytes, name: str, *, ocr: bool = False, languages: Sequence[str] = ()) -> ParsedFile:
    """The lines of a file. `name` is only used in messages, and to recognise the one file of Rapporteur's own that must
    never be read.

    `ocr` allows the text of a PDF without a text layer to be recognised, in `languages` (ISO 639-1 codes; none: the
    official languages for which Tesseract has data). Raises `ReadError` where there is nothing to read, `NoTextLayer`
    for a PDF that would need recognition. Readers are imported when first needed."""
    from ingest.readers.detect import detect

    if name.casefold() == SEAL_FILE:
        raise ReadError(f"{name} contains the secret of a library and is not read. If it is a document, rename it.")
    kind = detect(data, name)
    _check_size(data, name, kind)
    if kind == "text":
        return read_text(data, name)
    if kind == "html":
        from ingest.readers.html import read_html

        return read_html(data, name)
    if kind == "pdf":
        return _read_pdf(data, name, ocr, languages)
    from ingest.readers.docx import read_docx

    if kind != "docx":
        from ingest.convert import to_docx

        data = to_docx(data, name, kind)
        _check_size(data, name, "docx")
    return read_docx(data, name)


def _check_size(data: bytes, name: str, kind: Kind) -> None:
    if len(data) > LIMITS[kind]:
        raise ReadError(
            f"{name} is {len(data) / 1e6:.0f} MB; {kind} files of up to {LIMITS[kind] / 1e6:.0f} MB are read. "
            "Split it into its documents."
        )


def _read_pdf(data: bytes, name: str, ocr: bool, languages: Sequence[str]) -> ParsedFile:
    from ingest.readers.pdf import read_pdf

    try:
        source = read_pdf(data, name)
        if not ocr or len(source.unquotable) <= 0.5 * len(source.pages):
            return source
    except NoTextLayer:
        if not ocr:
            raise
    from ingest.ocr import add_text_layer

    try:
        return replace(read_pdf(add_text_layer(data, name, languages), name), ocr=True)
    except NoTextLayer:
        raise ReadError(f"{name}: no words were recognized on its pages. They are blank, or pictures only.") from None
