"""Publications: one value, written as Markdown, HTML, DOCX or PDF with real footnotes."""

from assistant.publish.model import Publication, PublishError
from assistant.publish.references import Address, References
from assistant.publish.write import FORMATS, format_of, render, save, write

__all__ = ["FORMATS", "Address", "Publication", "PublishError", "References", "format_of", "render", "save", "write"]
