"""Briefings: what the documents held say about an agenda item, a theme, a document or a question, every sentence sourced."""

from assistant.reports.brief.brief_maker import brief
from assistant.reports.brief.briefing import Briefing, Part, Request, Section

__all__ = ["Briefing", "Part", "Request", "Section", "brief"]
