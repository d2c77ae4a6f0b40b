"""Briefings: what the documents held say about an agenda item, a theme, a document or a question, every sentence sourced."""
