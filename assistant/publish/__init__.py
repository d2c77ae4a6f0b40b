"""Publications: one value, written as Markdown, HTML, DOCX or PDF with real footnotes."""

from assistant.publish.model import Publication, PublishError
from assistant.publish.references import JOINS, Address, References
from assistant.publish.write import FORMATS, check_form, format_of, render, save, write

__all__ = [
    "FORMATS",
    "JOINS",
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
