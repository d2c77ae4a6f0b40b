"""Questions about the meeting itself: when, which item, which document."""

from assistant.meeting.desk import MeetingAnswer, MeetingDesk

__all__ = ["MeetingAnswer", "MeetingDesk"]
