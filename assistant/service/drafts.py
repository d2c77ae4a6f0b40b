"""Briefings under review: drafts with a state, comments on statements, and who changed what and when; kept beside keys, accounts
and jobs."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from assistant.access.access_store import AccessStore
from assistant.faults import Conflict, Invalid, NotHeld
from assistant.reports.brief.briefing import Briefing
from corpus.library import Library
from corpus.plain import PlainError, from_plain, to_plain

if TYPE_CHECKING:
    from assistant.export.footnoting import Address
    from assistant.export.publication import Publication

State = Literal["draft", "review", "cleared"]
STATES: tuple[State, ...] = get_args(State)
LONGEST = 4_000
"""Longest comment, in characters."""
_EVENTS = "SELECT time, who, kind, statement, text FROM draft_events WHERE draft = ? ORDER BY id"
_NOTE = "INSERT INTO draft_events (draft, time, who, kind, statement, text) VALUES (?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class Event:
    """What somebody did to a draft: `state` with the new one in `text`, or a `comment`, on the statement of that number (its
    paragraph in the publication) or, without one, on the whole."""

    time: str
    who: str
    kind: str
    statement: int | None
    text: str


@dataclass(frozen=True)
class Draft:
    """A briefing under review. `briefing` is as it was made; its words are never changed."""

    id: str
    title: str
    state: State
    created: str
    events: tuple[Event, ...] = ()
    briefing: Briefing | None = None

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form."""
        told = {name: getattr(self, name) for name in ("id", "title", "state", "created")}
        return {
            **told,
            "events": [asdict(each) for each in self.events],
            "briefing": self.briefing.to_json() if self.briefing else None,
        }


class Drafts:
    """The tables of drafts. Raises `LibraryError` where they can't be read or written, `ServiceFault` for what is not there or can't be."""

    def __init__(self, store: AccessStore) -> None:
        self._store = store

    def add(self, briefing: Briefing, who: str) -> Draft:
        """Keeps a briefing as a draft."""
        draft = Draft(secrets.token_hex(4), briefing.title, "draft", self._store.stamp())
        with self._store.together():
            self._store.write(
                "INSERT INTO drafts (id, created, title, state, briefing) VALUES (?, ?, ?, ?, ?)",
                draft.id, draft.created, draft.title, draft.state, json.dumps(to_plain(briefing), ensure_ascii=False),
            )  # fmt: skip
            self._note(draft.id, who, "state", None, "draft")
        return self.get(draft.id)

    def all(self) -> list[Draft]:
        """All drafts without their briefings, the latest first."""
        rows = self._store.rows("SELECT id, title, state, created FROM drafts ORDER BY created DESC, id")
        return [Draft(*row) for row in rows]

    def get(self, draft_id: str) -> Draft:
        """One draft, whole."""
        rows = self._store.rows("SELECT id, title, state, created, briefing FROM drafts WHERE id = ?", draft_id)
        if not rows:
            raise NotHeld("no-draft", name=draft_id[:40])
        known, title, state, created, briefing = rows[0]
        try:
            made: Briefing = from_plain(Briefing, json.loads(briefing), "the draft")
        except (PlainError, ValueError):
            raise Conflict("draft-old", name=draft_id) from None
        events = tuple(Event(*row) for row in self._store.rows(_EVENTS, draft_id))
        return Draft(known, title, state, created, events, made)

    def comment(self, draft_id: str, who: str, text: str, statement: int | None = None) -> Draft:
        """Adds a comment, on a statement by its number or on the whole."""
        draft, said = self.get(draft_id), " ".join(text.split())
        if not said or len(said) > LONGEST:
            raise Invalid("comment-length", most=LONGEST, count=len(said))
        count = len(list(draft.briefing.statements)) if draft.briefing else 0
        if statement is not None and not 1 <= statement <= count:
            raise Invalid("no-statement", number=statement, count=count)
        self._note(draft_id, who, "comment", statement, said)
        return self.get(draft_id)

    def move(self, draft_id: str, who: str, state: str) -> Draft:
        """Gives a draft another state. What is cleared was in review before."""
        draft = self.get(draft_id)
        if state not in STATES:
            raise Invalid("no-state", name=state[:40])
        if state == "cleared" and draft.state == "draft":
            raise Conflict("draft-unreviewed")
        if state != draft.state:
            with self._store.together():
                # Who moves it at the same time from the same state finds it moved.
                changed = self._store.write(
                    "UPDATE drafts SET state = ? WHERE id = ? AND state = ?", state, draft_id, draft.state
                )
                if changed:
                    self._note(draft_id, who, "state", None, state)
        return self.get(draft_id)

    def _note(self, draft_id: str, who: str, kind: str, statement: int | None, text: str) -> None:
        self._store.write(_NOTE, draft_id, self._store.stamp(), who, kind, statement, text)


def check_quotes(briefing: Briefing, library: Library) -> None:
    """Raises `Conflict` where a document that a draft quotes is held no more, or in other words: it can't be published then."""
    from assistant.reports.lookup import changed

    if cite := changed(library, briefing.citations):
        raise Conflict("draft-changed", symbol=cite.symbol)


def comments_on(events: Sequence[Event]) -> list[Event]:
    """The comments among events, those on the whole first, then by statement."""
    found = [each for each in events if each.kind == "comment"]
    return sorted(found, key=lambda each: (each.statement is not None, each.statement or 0, each.time))


def reviewed(draft: Draft, library: Library, address: Address | None = None) -> Publication:
    """A draft as a publication: its state on the cover, and the comments behind the text until it is cleared. Raises `Conflict`
    where it can't be published any more."""
    from assistant.export.footnoting import References
    from assistant.export.layouts import briefing_paper

    assert draft.briefing is not None
    check_quotes(draft.briefing, library)
    comments = [] if draft.state == "cleared" else [(e.statement, e.who, e.text) for e in comments_on(draft.events)]
    references = References(library, draft.briefing.language, address)
    return briefing_paper(draft.briefing, references, draft.state, comments)
