"""Questions about the meeting itself: when, which item, which document."""

from assistant.meeting.meant import names_date
from assistant.meeting.meeting_desk import MeetingAnswer, MeetingDesk, WatchRows

__all__ = ["MeetingAnswer", "MeetingDesk", "WatchRows", "names_date"]
