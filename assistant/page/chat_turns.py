"""Conversations in memory: turns of a question and its answer, for follow-ups, for export as a file, and for reopening."""

from __future__ import annotations

import json
import secrets
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from assistant.qa.answer import Answer, answer_from_json
from assistant.service_errors import NotFound

MAX_CONVERSATIONS = 1_000
MAX_TURNS = 50
"""Most turns of a conversation; beyond these the oldest are dropped."""
MAX_DRAWN = 300_000
"""Most characters of HTML shown of the past turns of a conversation."""
MAX_KEPT = 300_000
"""Most characters of a saved conversation, which contains as many of its latest turns as fit."""
MAX_TITLE = 200
"""Most characters of a conversation's title, its first question."""


@dataclass(frozen=True)
class Turn:
    """A question, a description of its scope (empty: everything), and its answer."""

    question: str
    scope: str
    answer: Answer


def serialize_turns(turns: Sequence[Turn], before: int = 0) -> str:
    """Serialises turns to JSON for saving, without rejected sentences of a model. `before`: number of earlier turns that are
    no longer available."""
    records: list[dict[str, Any]] = [
        {"question": each.question, "scope": each.scope,
         "answer": {**each.answer.to_json(), "raw": [], "dropped": [], "timings": {}}}
        for each in turns
    ]  # fmt: skip
    if before:
        records[0]["before"] = before
    text = json.dumps(records, ensure_ascii=False)
    return text if len(text) <= MAX_KEPT or len(records) == 1 else serialize_turns(turns[1:], before + 1)


def parse_turns(text: str) -> list[Turn]:
    """Parses turns serialised by `serialize_turns`; for trusted input only."""
    return [Turn(each["question"], each["scope"], answer_from_json(each["answer"])) for each in json.loads(text)]


def turns_before(text: str) -> int:
    """Number of turns before the serialised ones."""
    return int(json.loads(text)[0].get("before", 0))


@dataclass
class Conversation:
    """Turns, oldest first. `token` is known only to the page that shows them; `number` counts all turns, also dropped ones;
    `client` is the owner."""

    token: str
    client: str
    turns: list[Turn] = field(default_factory=list)
    number: int = 0
    _drawn: list[str] = field(default_factory=list)

    def add(self, turn: Turn, drawn: str) -> None:
        """Adds a turn, with its HTML as a past turn."""
        self.turns = [*self.turns, turn][-MAX_TURNS:]
        self._drawn = [*self._drawn, drawn][-MAX_TURNS:]
        self.number += 1
        self._cut()

    def redraw(self, draw: Callable[[int, Turn], str]) -> None:
        """Renders all turns again, each with its number: what they cite may have changed."""
        first = self.number - len(self.turns) + 1
        self._drawn = [draw(number, turn) for number, turn in enumerate(self.turns, first)]
        self._cut()

    def _cut(self) -> None:
        while sum(map(len, self._drawn)) > MAX_DRAWN:
            del self._drawn[0]

    @property
    def html(self) -> str:
        """The HTML of past turns on one line; only the latest, where they are long."""
        return f"<div>{''.join(self._drawn)}</div>" if self._drawn else ""

    @property
    def earlier_html(self) -> str:
        """As `html`, without the last turn."""
        return f"<div>{''.join(self._drawn[:-1])}</div>" if self._drawn[1:] else ""

    @property
    def undrawn(self) -> int:
        """Number of turns in memory that are not shown."""
        return len(self.turns) - len(self._drawn)

    @property
    def gone(self) -> int:
        """Number of the oldest turns that were dropped."""
        return self.number - len(self.turns)

    @property
    def title(self) -> str:
        """The first question in memory, shortened."""
        return self.turns[0].question[:MAX_TITLE]

    def turn(self, number: int) -> Turn | None:
        """Returns the turn of a number; None where it was dropped or does not exist."""
        at = number - 1 - self.number + len(self.turns)
        return self.turns[at] if 0 <= at < len(self.turns) else None

    @property
    def history(self) -> list[str]:
        """The earlier questions, oldest first."""
        return [turn.question for turn in self.turns]


class Conversations:
    """The conversations of all open pages, in memory only. Where there are too many, the client with most of them loses the oldest."""

    def __init__(self, most: int = MAX_CONVERSATIONS) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._held: OrderedDict[str, Conversation] = OrderedDict()

    def open(self, token: str | None, client: str, *, again: bool = False) -> Conversation:
        """Returns the conversation of a token if it is the client's, else a new one. `again`: the new one gets this token, where it is
        free."""
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
        """Returns the conversation of a token if it is the client's, else None."""
        with self._guard:
            found = self._held.get(token)
            return found if found is not None and found.client == client else None

    def forget(self, token: str, client: str) -> None:
        """Drops a conversation of a client."""
        with self._guard:
            if token in self._held and self._held[token].client == client:
                del self._held[token]

    def _forget(self) -> None:
        """Drops the oldest conversation of the client with most of them."""
        counts = Counter(each.client for each in self._held.values())
        most = max(counts.values())
        del self._held[next(token for token, each in self._held.items() if counts[each.client] == most)]


def conversations_of(request: Request) -> Conversations:
    """The conversations of the application that serves a request."""
    held: Conversations = request.app.state.conversations
    return held


def conversation_of(request: Request, token: str, client: str) -> Conversation:
    """Returns a client's conversation with at least one turn. Raises `NotFound`."""
    found = conversations_of(request).find(token, client)
    if found is None or not found.turns:
        raise NotFound("conversation-gone")
    return found
