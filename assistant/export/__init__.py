"""Publications: one value, written as Markdown, HTML, DOCX or PDF with real footnotes."""

from assistant.export.file_formats import FORMATS, check_form, format_of, render, save, write
from assistant.export.footnoting import Address, References
from assistant.export.publication import Publication, PublishError

__all__ = [
    "FORMATS",
    "Address",
    "Publication",
    "PublishError",
    "References",
    "check_form",
    "format_of",
    "render",
    "save",
    "write",
]
