"""The question in a conversation, and the turns of the user before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.completions.completion_models import Message
from assistant.qa.query import HISTORY_LIMIT

_TASK = "### Task:"
"""How the prompts begin that Open WebUI writes itself: for titles, tags, follow-ups; and for questions with files."""
_CONTEXT_END = "</context>"


@dataclass(frozen=True)
class Conversation:
    """`question` is asked, `history` are the user's earlier turns, oldest first. `unread`: the program sent files or
    search results along. `chore`: it asks for something to be written about the conversation, not a question."""

    question: str
    history: tuple[str, ...] = ()
    unread: bool = False
    chore: bool = False

    @classmethod
    def of(cls, messages: Sequence[Message]) -> Conversation:
        """What the messages ask. Nothing but the user's own words is taken up: prompts of the program don't steer how
        answers are made, and earlier answers are not evidence."""
        *before, last = (each.text.strip() for each in messages if each.role == "user")
        history = tuple(_asked(each) for each in before if each)[-HISTORY_LIMIT:]
        if not last.startswith(_TASK):
            return cls(last, history)
        if _CONTEXT_END not in last:
            return cls(last, history, chore=True)
        return cls(_asked(last), history, unread=True)


def _asked(turn: str) -> str:
    """What the user wrote in a turn that a program has wrapped in context."""
    if not turn.startswith(_TASK) or _CONTEXT_END not in turn:
        return turn
    written = turn.rpartition(_CONTEXT_END)[2].strip()
    return written.removeprefix("<user_query>").removesuffix("</user_query>").strip()
