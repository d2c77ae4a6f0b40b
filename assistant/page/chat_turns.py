"""Conversations: turns of a question and its answer, kept for follow-ups, to be taken away as a file, and to be opened again."""

from __future__ import annotations

import json
import secrets
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from assistant.qa.answer import Answer, answer_of
from assistant.service_errors import NotFound

MOST_CONVERSATIONS = 1_000
MOST_TURNS = 50
"""Beyond these the oldest are forgotten."""
MOST_DRAWN = 300_000
"""Characters of HTML of the past turns of a conversation that are shown."""
MOST_KEPT = 300_000
"""Characters of a conversation that is kept elsewhere: its latest turns, as many as they hold."""
LONGEST_TITLE = 200
"""Characters of the first question by which a conversation is known in a list."""


@dataclass(frozen=True)
class Turn:
    """A question as asked, what it was asked of in words (empty: everything), and its answer."""

    question: str
    scope: str
    answer: Answer


def serialize_turns(turns: Sequence[Turn], before: int = 0) -> str:
    """Turns as words that can be kept elsewhere: JSON, without what a model wrote that did not stand. `before` were others before
    them, which are kept no longer."""
    said: list[dict[str, Any]] = [
        {"question": each.question, "scope": each.scope,
         "answer": {**each.answer.to_json(), "raw": [], "dropped": [], "timings": {}}}
        for each in turns
    ]  # fmt: skip
    if before:
        said[0]["before"] = before
    kept = json.dumps(said, ensure_ascii=False)
    return kept if len(kept) <= MOST_KEPT or len(said) == 1 else serialize_turns(turns[1:], before + 1)


def parse_turns(kept: str) -> list[Turn]:
    """The turns that words are of; only of such as come from here."""
    return [Turn(each["question"], each["scope"], answer_of(each["answer"])) for each in json.loads(kept)]


def turns_before(kept: str) -> int:
    """How many turns there were before those that words are of."""
    return int(json.loads(kept)[0].get("before", 0))


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
        self._cut()

    def redraw(self, draw: Callable[[int, Turn], str]) -> None:
        """Draws all turns anew, each with its number: what they cite may have changed since."""
        first = self.number - len(self.turns) + 1
        self._drawn = [draw(number, turn) for number, turn in enumerate(self.turns, first)]
        self._cut()

    def _cut(self) -> None:
        while sum(map(len, self._drawn)) > MOST_DRAWN:
            del self._drawn[0]

    @property
    def html(self) -> str:
        """The turns as they are drawn when they are past, on one line: the latest, where they are long."""
        return f"<div>{''.join(self._drawn)}</div>" if self._drawn else ""

    @property
    def earlier_html(self) -> str:
        """As `html`, without the last turn."""
        return f"<div>{''.join(self._drawn[:-1])}</div>" if self._drawn[1:] else ""

    @property
    def undrawn(self) -> int:
        """How many turns are held and not drawn."""
        return len(self.turns) - len(self._drawn)

    @property
    def gone(self) -> int:
        """How many turns are held no longer, the oldest."""
        return self.number - len(self.turns)

    @property
    def title(self) -> str:
        """The first question that is held."""
        return self.turns[0].question[:LONGEST_TITLE]

    def turn(self, number: int) -> Turn | None:
        """The turn of a number, where it is held."""
        at = number - 1 - self.number + len(self.turns)
        return self.turns[at] if 0 <= at < len(self.turns) else None

    @property
    def history(self) -> list[str]:
        """The earlier questions, oldest first."""
        return [turn.question for turn in self.turns]


class Conversations:
    """Those of all pages that are open, in memory; nothing is written down. Where there are too many, who has most loses
    the oldest."""

    def __init__(self, most: int = MOST_CONVERSATIONS) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._held: OrderedDict[str, Conversation] = OrderedDict()

    def open(self, token: str | None, client: str, *, again: bool = False) -> Conversation:
        """The conversation of a token, or a new one; somebody else's is not given. `again`: a new one has this token, where
        nobody has it."""
        with self._guard:
            found = self._held.get(token or "")
            if found is None or found.client != client:
                while len(self._held) >= self._most:
                    self._forget()
                own = token if again and token and found is None else secrets.token_urlsafe(24)
                found = Conversation(own, client)
                self._held[found.token] = found
            self._held.move_to_end(found.token)
            return found

    def find(self, token: str, client: str) -> Conversation | None:
        """The conversation of a token, where it is this client's."""
        with self._guard:
            found = self._held.get(token)
            return found if found is not None and found.client == client else None

    def forget(self, token: str, client: str) -> None:
        """Forgets a conversation of a client's."""
        with self._guard:
            found = self._held.get(token)
            if found is not None and found.client == client:
                del self._held[token]

    def _forget(self) -> None:
        """Forgets the oldest of those who have most."""
        counts = Counter(each.client for each in self._held.values())
        most = max(counts.values())
        del self._held[next(token for token, each in self._held.items() if counts[each.client] == most)]


def conversations_of(request: Request) -> Conversations:
    """The conversations that the application of a request holds."""
    held: Conversations = request.app.state.conversations
    return held


def conversation_of(request: Request, token: str, client: str) -> Conversation:
    """A conversation of a client's, in which something was asked. Raises `NotFound`."""
    found = conversations_of(request).find(token, client)
    if found is None or not found.turns:
        raise NotFound("conversation-gone")
    return found
