"""Publications: one value, written as Markdown, HTML, DOCX or PDF with real footnotes."""

from assistant.publish.model import Publication, PublishError
from assistant.publish.references import JOINS, Address, References
from assistant.publish.write import FORMATS, format_of, ready, render, save, write

__all__ = [
    "FORMATS",
    "JOINS",
    "Address",
    "Publication",
    "PublishError",
    "References",
    "format_of",
    "ready",
    "render",
    "save",
    "write",
]
