"""Word files (.docx, .docm, .dotx): every paragraph, table cell, text box and footnote as lines, in reading order."""

from ingest.readers.docx.docx_reader import read_docx

__all__ = ["read_docx"]
