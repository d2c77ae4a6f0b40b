"""Briefings: what the documents in the library say about an agenda item, a theme, a document or a question, with
sources for every sentence."""
