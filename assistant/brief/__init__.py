"""Briefings: what the documents held say about an agenda item, a theme, a document or a question, every sentence sourced."""

from assistant.brief.model import BriefError, Briefing, Part, Request, Section
from assistant.brief.run import brief

__all__ = ["BriefError", "Briefing", "Part", "Request", "Section", "brief"]
