"""Saved conversations of signed-in users who chose to save them, and shared answers behind links. Both are opaque texts whose format
only the page knows."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from assistant.access import Principal, check
from assistant.access.access_store import AccessStore
from assistant.access.anonymous_sessions import SigningSecret
from assistant.service_errors import Forbidden, Invalid, NotFound, TooLarge

CONVERSATIONS, FORGOTTEN = 100, 1_000
"""Most conversations of one account, and most tokens of its deleted ones; the oldest are dropped."""
LINKS, LINKS_OF_ALL = 200, 2_000
"""Most links of one account, and of all anonymous users together; beyond that an account, and the address with most, loses its oldest."""
MAX_ANSWER = 40_000
"""Most characters of a shared answer."""
DAYS = 30
"""Days for which a link is valid."""
_PUT = (
    "INSERT INTO conversations (token, account, changed, title, kept) VALUES (?, ?, ?, ?, ?) ON CONFLICT (token) DO UPDATE "
    "SET changed = excluded.changed, title = excluded.title, kept = excluded.kept WHERE conversations.account = excluded.account "
    "AND conversations.kept <> '' AND conversations.changed <= excluded.changed"
)
_DELETE = (
    "INSERT INTO conversations (token, account, changed, title, kept) VALUES (?, ?, ?, '', '') ON CONFLICT (token) DO UPDATE "
    "SET changed = excluded.changed, title = '', kept = '' WHERE conversations.account = excluded.account"
)
"""Keeps the token of a deleted conversation, so that another browser that still has it deletes it and does not save it again."""
_OLDEST_CONVERSATIONS, _OLDEST_FORGOTTEN = (
    f"DELETE FROM conversations WHERE account = ? AND kept {sign} '' AND changed < "
    f"(SELECT changed FROM conversations WHERE account = ? AND kept {sign} '' ORDER BY changed DESC, token LIMIT 1 OFFSET ?)"
    for sign in ("<>", "=")
)
_OLDEST_LINKS = (
    "DELETE FROM shared WHERE made_by = ? AND until < "
    "(SELECT until FROM shared WHERE made_by = ? ORDER BY until DESC, id LIMIT 1 OFFSET ?)"
)
_ANONYMOUS = "FROM shared WHERE substr(made_by, 1, 9) = 'anonymous'"
_OLDEST_ANONYMOUS_LINK = (
    "DELETE FROM shared WHERE id = (SELECT id FROM shared WHERE made_by = "
    f"(SELECT made_by {_ANONYMOUS} GROUP BY made_by ORDER BY count(*) DESC, min(until) LIMIT 1) ORDER BY until, id LIMIT 1) "
    f"AND (SELECT count(*) {_ANONYMOUS}) > ?"
)
_SWITCH = {
    True: "INSERT INTO keeping (account) VALUES (?) ON CONFLICT (account) DO NOTHING",
    False: "DELETE FROM keeping WHERE account = ?",
}


@dataclass(frozen=True)
class Link:
    """A shared answer; `name` is the last part of its address."""

    name: str
    given: datetime
    until: datetime
    content: str


class SavedConversations:
    """The tables of conversations and links. Every method takes the calling principal first, and raises `ServiceFault` where it
    refuses and `LibraryError` where the store fails."""

    def __init__(self, store: AccessStore) -> None:
        self._store, self._secret = store, SigningSecret(store.folder)

    # Conversations in browsers

    def sign(self, token: str, content: str) -> str:
        """Signs a conversation that is given to a browser to keep."""
        return self._secret.sign("conversation", token, content)

    def check_seal(self, seal: str, token: str, content: str) -> None:
        """Raises `Invalid` unless a conversation from a browser is unchanged since it was signed."""
        if not self._secret.verify(seal, "conversation", token, content):
            raise Invalid("seal-broken")

    # Conversations on the server

    def saves_for(self, who: Principal) -> bool | None:
        """Whether a user has conversations saved on the server; None without an account, where that is not possible."""
        if not _can_save(who):
            return None
        return bool(self._store.rows("SELECT 1 FROM keeping WHERE account = ?", _account(who)))

    def set_saving(self, who: Principal, on: bool) -> None:
        """Switches saving on or off; saved conversations stay until they are deleted."""
        self._store.write(_SWITCH[on], _account(who))

    def save(self, who: Principal, token: str, title: str, content: str, changed: datetime | None = None) -> None:
        """Saves a conversation, unless its user has switched saving off or deleted it. `changed` is limited to now; a conversation
        saved with a later time is not overwritten."""
        if not self.saves_for(who):
            return
        account, now = _account(who), self._store.now().astimezone(UTC)
        when = min(changed.astimezone(UTC), now) if changed else now
        self._store.write(_PUT, token, account, when.isoformat(timespec="microseconds"), title, content)
        self._store.write(_OLDEST_CONVERSATIONS, account, account, CONVERSATIONS - 1)

    def all(self, who: Principal) -> list[dict[str, str]]:
        """Lists the conversations of a user, latest first: `token`, `title` (the first question) and the time when they `changed`."""
        query = "SELECT token, title, changed FROM conversations WHERE account = ? AND kept <> '' ORDER BY changed DESC, token"
        found = self._rows(who, query)
        return [{"token": token, "title": title, "changed": changed} for token, title, changed in found]

    def get(self, who: Principal, token: str) -> str:
        """Returns a conversation. Raises `NotFound`, also for another user's conversation."""
        found = self._rows(who, "SELECT kept FROM conversations WHERE account = ? AND token = ? AND kept <> ''", token)
        if not found:
            raise NotFound("conversation-gone")
        return str(found[0][0])

    def deleted_tokens(self, who: Principal) -> list[str]:
        """Lists the tokens of conversations that a user has deleted."""
        found = self._rows(who, "SELECT token FROM conversations WHERE account = ? AND kept = ''")
        return [str(token) for (token,) in found]

    def delete(self, who: Principal, token: str | None = None) -> None:
        """Deletes a conversation of a user, or all; browsers that have it delete it, too."""
        account, now = _account(who), self._store.now().astimezone(UTC).isoformat(timespec="microseconds")
        for each in [token] if token is not None else [one["token"] for one in self.all(who)]:
            self._store.write(_DELETE, each, account, now)
        self._store.write(_OLDEST_FORGOTTEN, account, account, FORGOTTEN - 1)

    def _rows(self, who: Principal, query: str, *values: str) -> list[tuple[Any, ...]]:
        """The rows of a query whose first value is the user's account; none without an account."""
        return self._store.rows(query, _account(who), *values) if _can_save(who) else []

    # Links to answers

    def share(self, who: Principal, content: str) -> Link:
        """Creates a link to an answer, valid for `DAYS`."""
        check(who, "ask")
        if len(content) > MAX_ANSWER:
            raise TooLarge("link-long", most=MAX_ANSWER)
        now = self._store.now().astimezone(UTC)
        until, one = now + timedelta(days=DAYS), secrets.token_urlsafe(12)
        # An address is not stored: its signature tells as well who has made most.
        maker = f"{who.id} {self._secret.sign('maker', who.origin)}" if who.origin else who.id
        self._store.write("DELETE FROM shared WHERE until <= ?", now.isoformat())
        self._store.write("INSERT INTO shared (id, made_by, given, until, kept) VALUES (?, ?, ?, ?, ?)",
                          one, maker, now.isoformat(), until.isoformat(), content)  # fmt: skip
        if who.origin:
            self._store.write(_OLDEST_ANONYMOUS_LINK, LINKS_OF_ALL)
        else:
            self._store.write(_OLDEST_LINKS, maker, maker, LINKS - 1)
        return Link(f"{one}.{self._secret.sign('answer', one, until.isoformat())}", now, until, content)

    def get_shared(self, who: Principal, name: str) -> Link:
        """Returns the answer behind a link. Raises `NotFound` for a link that is unknown, has ended, or was signed with another secret."""
        check(who, "ask")
        one, _, seal = name.partition(".")
        found = self._store.rows("SELECT given, until, kept FROM shared WHERE id = ?", one)
        if not found or not self._secret.verify(seal, "answer", one, found[0][1]):
            raise NotFound("no-link")
        link = Link(name, datetime.fromisoformat(found[0][0]), datetime.fromisoformat(found[0][1]), found[0][2])
        if link.until <= self._store.now():
            raise NotFound("link-ended")
        return link


def _can_save(who: Principal) -> bool:
    """Whether a principal has an account. Raises what `check` raises."""
    check(who, "ask")
    return who.kind == "session"


def _account(who: Principal) -> str:
    """The account name of a principal. Raises what `check` raises, and `Forbidden` without an account."""
    if not _can_save(who):
        raise Forbidden("keeping-signed-in")
    return who.id.removeprefix("account:")
