"""Briefings: what the library says about an agenda item, a theme, a document or a question, with sources."""
