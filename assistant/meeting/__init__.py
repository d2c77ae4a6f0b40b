"""Answers from the rows of a meeting's agenda: when it meets, what an item is, which documents belong to it."""

from assistant.meeting.meeting_answers import MeetingAnswer, MeetingAnswerer
from assistant.meeting.meeting_choice import text_names_day

__all__ = ["MeetingAnswer", "MeetingAnswerer", "text_names_day"]
