"""Conversation: a turn that leans on the ones before it is made a question that stands alone, and keeps their evidence."""

from assistant.conversation.replace import said_by
from assistant.conversation.resolve import HISTORY_LIMIT, LONGEST_TURN, Reading, readings, spoken_in, stand_alone

__all__ = ["HISTORY_LIMIT", "LONGEST_TURN", "Reading", "readings", "said_by", "spoken_in", "stand_alone"]
