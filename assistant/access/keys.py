"""API keys: made once, shown once, kept as a hash."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from assistant.access.access_store import AccessStore, secret_hash
from assistant.access.principal import Role

PREFIX = "rpp"
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Key:
    """What is known of a key. Times are ISO 8601 in UTC; `used` is exact to a minute."""

    id: str
    name: str
    role: str
    created: str
    expires: str | None = None
    used: str | None = None
    revoked: str | None = None


class Keys:
    """The API keys of a service."""

    def __init__(self, store: AccessStore) -> None:
        self._store = store
        self._used: dict[str, datetime] = {}

    def make(self, name: str, role: Role, days: int | None = None) -> tuple[Key, str]:
        """A new key with its secret, which is kept nowhere. It ends after `days`, or never."""
        now = self._store.now().astimezone(UTC)
        expires = (now + timedelta(days=days)).isoformat(timespec="seconds") if days else None
        key = Key(secrets.token_hex(4), name, role.word, self._store.stamp(), expires)
        secret = secrets.token_urlsafe(32)
        self._store.write(
            "INSERT INTO keys (id, name, role, hash, created, expires) VALUES (?, ?, ?, ?, ?, ?)",
            key.id, key.name, key.role, secret_hash(secret), key.created, key.expires,
        )  # fmt: skip
        return key, f"{PREFIX}_{key.id}_{secret}"

    def all(self) -> list[Key]:
        """All keys, the oldest first."""
        found = self._store.rows(
            "SELECT id, name, role, created, expires, used, revoked FROM keys ORDER BY created, id"
        )
        return [Key(*row) for row in found]

    def revoke(self, key_id: str) -> bool:
        """Ends a key at once; says whether there was one that was good until now."""
        now = self._store.stamp()
        return bool(self._store.write("UPDATE keys SET revoked = ? WHERE id = ? AND revoked IS NULL", now, key_id))

    def find(self, token: str) -> Key | None:
        """The key that a bearer token is, if it is good now."""
        prefix, _, rest = token.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != PREFIX or not secret:
            return None
        found = self._store.rows(
            "SELECT id, name, role, created, expires, used, revoked, hash FROM keys WHERE id = ?", key_id
        )
        if not found or not hmac.compare_digest(found[0][7], secret_hash(secret)):
            return None
        key = Key(*found[0][:7])
        now = self._store.now().astimezone(UTC)
        if key.revoked or (key.expires and datetime.fromisoformat(key.expires) <= now):
            return None
        if key.id not in self._used or now - self._used[key.id] > _USED_EVERY:
            self._used[key.id] = now
            self._store.later("UPDATE keys SET used = ? WHERE id = ?", self._store.stamp(), key.id)
        return key

    def id_of(self, token: str) -> str | None:
        """The id of the key that a token names, good or not; None where there is no such key."""
        key_id = token.partition("_")[2].partition("_")[0]
        return key_id if self._store.rows("SELECT 1 FROM keys WHERE id = ?", key_id) else None
