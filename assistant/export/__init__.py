"""Publications: one value, written as Markdown, HTML, DOCX or PDF with real footnotes."""
