"""Questions about the meeting itself: when, which item, which document."""

from assistant.meeting.meeting_answers import MeetingAnswer, MeetingDesk, WatchRows
from assistant.meeting.meeting_choice import names_date

__all__ = ["MeetingAnswer", "MeetingDesk", "WatchRows", "names_date"]
