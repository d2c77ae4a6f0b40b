"""Questions about the meeting itself: when, which item, which document."""

from assistant.meeting.desk import MeetingAnswer, MeetingDesk
from assistant.meeting.topic import asks_content

__all__ = ["MeetingAnswer", "MeetingDesk", "asks_content"]
