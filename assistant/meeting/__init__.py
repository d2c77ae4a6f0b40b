"""Questions about the meeting itself: when, which item, which document."""

from assistant.meeting.meeting_desk import Lacking, MeetingAnswer, MeetingDesk, WatchRows

__all__ = ["Lacking", "MeetingAnswer", "MeetingDesk", "WatchRows"]
