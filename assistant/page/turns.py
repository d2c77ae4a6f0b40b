"""Conversations: turns of a question and its answer, kept for follow-ups and to be taken away as a file."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from assistant.qa.answer import Answer

MOST_CONVERSATIONS = 1_000
MOST_TURNS = 50
"""Beyond these the oldest are forgotten."""


@dataclass(frozen=True)
class Turn:
    """A question as asked, what it was asked of in words (empty: everything), and its answer."""

    question: str
    scope: str
    answer: Answer


@dataclass
class Conversation:
    """Turns, oldest first. `token` is known to the page that shows them alone; `number` counts all turns ever had.
    `client` is who asks."""

    token: str
    client: str
    turns: list[Turn] = field(default_factory=list)
    number: int = 0
    _drawn: list[str] = field(default_factory=list)

    def add(self, turn: Turn, drawn: str) -> None:
        """Adds a turn, and how it is drawn when it is past."""
        self.turns = [*self.turns, turn][-MOST_TURNS:]
        self._drawn = [*self._drawn, drawn][-MOST_TURNS:]
        self.number += 1

    @property
    def html(self) -> str:
        """All turns as they are drawn when they are past, on one line."""
        return f"<div>{''.join(self._drawn)}</div>" if self._drawn else ""

    @property
    def history(self) -> list[str]:
        """The earlier questions, oldest first."""
        return [turn.question for turn in self.turns]


class Conversations:
    """Those of all pages that are open, in memory; nothing is written down."""

    def __init__(self, most: int = MOST_CONVERSATIONS) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._held: OrderedDict[str, Conversation] = OrderedDict()

    def open(self, token: str | None, client: str) -> Conversation:
        """The conversation of a token, or a new one; somebody else's is not given."""
        with self._guard:
            found = self._held.get(token or "")
            if found is None or found.client != client:
                found = Conversation(secrets.token_urlsafe(24), client)
                self._held[found.token] = found
            self._held.move_to_end(found.token)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
            return found

    def find(self, token: str, client: str) -> Conversation | None:
        """The conversation of a token, where it is this client's."""
        with self._guard:
            found = self._held.get(token)
            return found if found is not None and found.client == client else None
