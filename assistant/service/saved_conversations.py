"""What is kept for people beside the accounts: conversations of those who sign in and want it, and answers to which there are
links. Both are words as the page gives them; what is in them the page knows."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from assistant.access import Principal, check
from assistant.access.access_store import AccessStore
from assistant.access.anonymous_sessions import SigningSecret
from assistant.service_errors import Forbidden, NotFound, TooLarge

CONVERSATIONS, FORGOTTEN = 100, 1_000
"""Conversations of one account, and of those that were deleted the tokens; beyond them the oldest are forgotten."""
LINKS, LINKS_OF_ALL = 200, 2_000
"""Answers to which one account, and all who show nothing together, have links; beyond them the oldest end."""
LONGEST_ANSWER = 40_000
"""Characters of an answer to which there is a link."""
DAYS = 30
"""How long a link is good."""
_PUT = (
    "INSERT INTO conversations (token, account, changed, title, kept) VALUES (?, ?, ?, ?, ?) ON CONFLICT (token) DO UPDATE "
    "SET changed = excluded.changed, title = excluded.title, kept = excluded.kept WHERE conversations.account = excluded.account "
    "AND conversations.kept <> '' AND conversations.changed <= excluded.changed"
)
_DELETE = (
    "INSERT INTO conversations (token, account, changed, title, kept) VALUES (?, ?, ?, '', '') ON CONFLICT (token) DO UPDATE "
    "SET changed = excluded.changed, title = '', kept = '' WHERE conversations.account = excluded.account"
)
"""Of a conversation that was deleted the token stays: another browser that still has it is told, and it is not kept again."""
_OLDEST_CONVERSATIONS, _OLDEST_FORGOTTEN = (
    f"DELETE FROM conversations WHERE account = ? AND kept {sign} '' AND changed < "
    f"(SELECT changed FROM conversations WHERE account = ? AND kept {sign} '' ORDER BY changed DESC, token LIMIT 1 OFFSET ?)"
    for sign in ("<>", "=")
)
_OLDEST_LINKS = (
    "DELETE FROM shared WHERE made_by = ? AND until < "
    "(SELECT until FROM shared WHERE made_by = ? ORDER BY until DESC, id LIMIT 1 OFFSET ?)"
)
_SWITCH = {
    True: "INSERT INTO keeping (account) VALUES (?) ON CONFLICT (account) DO NOTHING",
    False: "DELETE FROM keeping WHERE account = ?",
}


@dataclass(frozen=True)
class Link:
    """An answer to which there is a link, under the name that its address ends with."""

    name: str
    given: datetime
    until: datetime
    kept: str


class SavedConversations:
    """Tables beside the accounts. Every method takes who asks first, and raises `ServiceFault` for what is not done and
    `LibraryError` where the disk refuses."""

    def __init__(self, store: AccessStore) -> None:
        self._store, self._secret = store, SigningSecret(store.folder)

    # Conversations in browsers

    def seal(self, token: str, kept: str) -> str:
        """What shows that a conversation is as it was given to a browser to keep."""
        return self._secret.seal("conversation", token, kept)

    def sealed(self, seal: str, token: str, kept: str) -> bool:
        """Whether a conversation is as it was given."""
        return self._secret.sealed(seal, "conversation", token, kept)

    # Conversations on the server

    def keeping(self, who: Principal) -> bool | None:
        """Whether somebody has their conversations kept here; None for those who can't: who shows no account."""
        check(who, "ask")
        if who.kind != "session":
            return None
        return bool(self._store.rows("SELECT 1 FROM keeping WHERE account = ?", _account(who)))

    def keep(self, who: Principal, on: bool) -> None:
        """Has conversations kept from now on, or not; what is kept stays until it is forgotten."""
        self._store.write(_SWITCH[on], _account(who))

    def put(self, who: Principal, token: str, title: str, kept: str, changed: datetime | None = None) -> None:
        """Keeps a conversation, where who has it wants that and has not deleted it; `changed` before now, and not after a later
        one is kept."""
        if not self.keeping(who):
            return
        account, now = _account(who), self._store.now().astimezone(UTC)
        when = min(changed.astimezone(UTC), now) if changed else now
        self._store.write(_PUT, token, account, when.isoformat(timespec="microseconds"), title, kept)
        self._store.write(_OLDEST_CONVERSATIONS, account, account, CONVERSATIONS - 1)

    def all(self, who: Principal) -> list[dict[str, str]]:
        """The conversations of somebody, the latest first: `token`, `title` (the first question) and when they `changed`."""
        if self.keeping(who) is None:
            return []
        found = self._store.rows(
            "SELECT token, title, changed FROM conversations WHERE account = ? AND kept <> '' ORDER BY changed DESC, token",
            _account(who),
        )
        return [dict(zip(("token", "title", "changed"), row, strict=True)) for row in found]

    def get(self, who: Principal, token: str) -> str:
        """A conversation. Raises `NotFound`, for that of somebody else too."""
        wanted = "SELECT kept FROM conversations WHERE token = ? AND account = ? AND kept <> ''"
        found = [] if self.keeping(who) is None else self._store.rows(wanted, token, _account(who))
        if not found:
            raise NotFound("conversation-gone")
        return str(found[0][0])

    def forgotten(self, who: Principal) -> list[str]:
        """The tokens of conversations that somebody has deleted."""
        if self.keeping(who) is None:
            return []
        found = self._store.rows("SELECT token FROM conversations WHERE account = ? AND kept = ''", _account(who))
        return [str(token) for (token,) in found]

    def forget(self, who: Principal, token: str | None = None) -> None:
        """Forgets a conversation of somebody, or all, wherever else it is kept."""
        account, now = _account(who), self._store.now().astimezone(UTC).isoformat(timespec="microseconds")
        for each in [token] if token is not None else [one["token"] for one in self.all(who)]:
            self._store.write(_DELETE, each, account, now)
        self._store.write(_OLDEST_FORGOTTEN, account, account, FORGOTTEN - 1)

    # Links to answers

    def share(self, who: Principal, kept: str) -> Link:
        """A link to an answer, good for `DAYS`."""
        check(who, "ask")
        if len(kept) > LONGEST_ANSWER:
            raise TooLarge("link-long", most=LONGEST_ANSWER)
        now = self._store.now().astimezone(UTC)
        until, one = now + timedelta(days=DAYS), secrets.token_urlsafe(12)
        self._store.write("DELETE FROM shared WHERE until <= ?", now.isoformat())
        self._store.write("INSERT INTO shared (id, made_by, given, until, kept) VALUES (?, ?, ?, ?, ?)",
                          one, who.id, now.isoformat(), until.isoformat(), kept)  # fmt: skip
        most = LINKS_OF_ALL if who.kind == "anonymous" else LINKS
        self._store.write(_OLDEST_LINKS, who.id, who.id, most - 1)
        return Link(f"{one}.{self._secret.seal('answer', one, until.isoformat())}", now, until, kept)

    def shared(self, who: Principal, name: str) -> Link:
        """What a link leads to. Raises `NotFound` for one that was not made here, has ended, or was made with another secret."""
        check(who, "ask")
        one, _, seal = name.partition(".")
        found = self._store.rows("SELECT given, until, kept FROM shared WHERE id = ?", one)
        if not found or not self._secret.sealed(seal, "answer", one, found[0][1]):
            raise NotFound("no-link")
        link = Link(name, datetime.fromisoformat(found[0][0]), datetime.fromisoformat(found[0][1]), found[0][2])
        if link.until <= self._store.now():
            raise NotFound("link-ended")
        return link


def _account(who: Principal) -> str:
    """The account of somebody. Raises what `check` raises, and `Forbidden` for who shows none."""
    check(who, "ask")
    if who.kind != "session":
        raise Forbidden("keeping-signed-in")
    return who.id.removeprefix("account:")
