"""API keys, shown once and stored as a hash; and accounts of people who sign in at the page, with their sessions."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from assistant.access.access_store import AccessStore, secret_hash
from assistant.access.principal import Role

PREFIX = "rpp"
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Key:
    """A stored API key without its secret. Times are ISO 8601 in UTC; `used` is exact to a minute."""

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

    def create(self, name: str, role: Role, days: int | None = None) -> tuple[Key, str]:
        """Creates a key; returns it with its full token, which is not stored. It expires after `days`, or never."""
        now = self._store.now().astimezone(UTC)
        expires = (now + timedelta(days=days)).isoformat(timespec="seconds") if days else None
        key = Key(secrets.token_hex(4), name, role.word, self._store.timestamp(), expires)
        secret = secrets.token_urlsafe(32)
        self._store.write(
            "INSERT INTO keys (id, name, role, hash, created, expires) VALUES (?, ?, ?, ?, ?, ?)",
            key.id, key.name, key.role, secret_hash(secret), key.created, key.expires,
        )  # fmt: skip
        return key, f"{PREFIX}_{key.id}_{secret}"

    def all(self) -> list[Key]:
        """Returns all keys, oldest first."""
        found = self._store.rows(
            "SELECT id, name, role, created, expires, used, revoked FROM keys ORDER BY created, id"
        )
        return [Key(*row) for row in found]

    def revoke(self, key_id: str) -> bool:
        """Revokes a key at once; returns whether it existed and was not revoked before."""
        now = self._store.timestamp()
        return bool(self._store.write("UPDATE keys SET revoked = ? WHERE id = ? AND revoked IS NULL", now, key_id))

    def find(self, token: str) -> Key | None:
        """Returns the key of a bearer token; None where it is unknown, revoked or expired."""
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
            self._store.write_later("UPDATE keys SET used = ? WHERE id = ?", self._store.timestamp(), key.id)
        return key

    def id_of(self, token: str) -> str | None:
        """Returns the id of the key that a token names, valid or not; None where there is no such key."""
        key_id = token.partition("_")[2].partition("_")[0]
        return key_id if self._store.rows("SELECT 1 FROM keys WHERE id = ?", key_id) else None


MIN_PASSWORD = 12
"""Least characters of a password (NIST SP 800-63B-4 requires at least 8 beside other means)."""
MAX_PASSWORD = 1_000
STRENGTH = 3
"""Least strength on zxcvbn's scale of 0 to 4: more than a hundred million guesses."""
_CHECKED_CHARACTERS = 72
"""Characters of a password whose strength is checked; longer ones are strong enough if these are."""
_NAME_PART = 3
"""Least characters of a part of the account name that is searched in the password."""
_COMMON_WORDS = ("rapporteur", "united", "nations")
"""Words that anybody would try first in a password of this service."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


class AccountError(ValueError):
    """An account can't be created or changed as requested; the message says why."""


@dataclass(frozen=True)
class Account:
    """An account that can sign in."""

    name: str
    role: str
    created: str


class Accounts:
    """The accounts of a service. `hours`: how long a session lasts. `hosts`: names of the service, which make no password stronger."""

    def __init__(self, store: AccessStore, hours: float = 12.0, hosts: Sequence[str] = ()) -> None:
        self._store, self._hosts = store, hosts
        self.seconds = int(hours * 3_600)
        """How long a session lasts."""
        self._hasher = PasswordHasher()
        self._dummy_hash: str | None = None

    def add(self, name: str, role: Role, password: str) -> None:
        """Creates an account. Raises `AccountError` for a name that is taken or invalid, and for a password that is short or weak."""
        if not _NAME.fullmatch(name):
            raise AccountError(f"{name!r} is not a valid account name: use lower-case letters, digits and . _ @ -.")
        if self.exists(name):
            raise AccountError(f"There is already an account {name}. Remove it first, or set a new password.")
        values = (name, role.word, self._hash(name, password), self._store.timestamp())
        self._store.write("INSERT INTO accounts VALUES (?, ?, ?, ?)", *values)

    def change(self, name: str, password: str) -> None:
        """Changes the password of an account and ends its sessions. Raises `AccountError` as `add` does."""
        hashed = self._hash(name, password) if self.exists(name) else ""
        if not self._store.write("UPDATE accounts SET hash = ? WHERE name = ?", hashed, name):
            raise AccountError(f"There is no account {name}.")
        self._store.write("DELETE FROM sessions WHERE account = ?", name)

    def remove(self, name: str) -> bool:
        """Removes an account and ends its sessions; returns whether it existed."""
        return bool(self._store.write("DELETE FROM accounts WHERE name = ?", name))

    def all(self) -> list[Account]:
        """Returns all accounts, by name."""
        return [Account(*row) for row in self._store.rows("SELECT name, role, created FROM accounts ORDER BY name")]

    def exists(self, name: str) -> bool:
        """Whether there is an account of this name."""
        return bool(self._store.rows("SELECT 1 FROM accounts WHERE name = ?", name))

    def sign_in(self, name: str, password: str) -> str | None:
        """Returns the token of a new session; None where name or password are wrong, which takes as long. It takes 64 MB: one at a time
        (`AccessGate.checks`)."""
        found = self._store.rows("SELECT hash FROM accounts WHERE name = ?", name)
        if self._dummy_hash is None:
            self._dummy_hash = self._hasher.hash(secrets.token_hex())
        hashed = found[0][0] if found else self._dummy_hash
        if not self._verify(hashed, password):
            return None
        now = self._store.now().astimezone(UTC)
        token = secrets.token_urlsafe(32)
        self._store.write("DELETE FROM sessions WHERE expires <= ?", now.isoformat(timespec="seconds"))
        until = (now + timedelta(seconds=self.seconds)).isoformat(timespec="seconds")
        # Not where the password was changed, or the account removed, while it was checked.
        same = "SELECT ?, name, ? FROM accounts WHERE name = ? AND hash = ?"
        made = self._store.write(
            f"INSERT INTO sessions (hash, account, expires) {same}", secret_hash(token), until, name, hashed
        )
        return token if made else None

    def session(self, token: str) -> Account | None:
        """Returns the account of a session token; None where the session has ended or does not exist."""
        found = self._store.rows(
            "SELECT name, role, created FROM sessions JOIN accounts ON account = name WHERE sessions.hash = ? "
            "AND expires > ?",
            secret_hash(token),
            self._store.timestamp(),
        )
        return Account(*found[0]) if found else None

    def sign_out(self, token: str) -> None:
        """Ends a session."""
        self._store.write("DELETE FROM sessions WHERE hash = ?", secret_hash(token))

    def _hash(self, name: str, password: str) -> str:
        if len(password) < MIN_PASSWORD:
            raise AccountError(f"A password has at least {MIN_PASSWORD} characters.")
        if len(password) > MAX_PASSWORD:
            raise AccountError(f"A password has at most {MAX_PASSWORD:,} characters.")
        _check_strength(password, name, *self._hosts)
        return self._hasher.hash(password.encode("utf-8", "surrogatepass"))

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password[:MAX_PASSWORD].encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False


def _check_strength(password: str, *names: str) -> None:
    """Raises `AccountError` for a password that is easy to guess (zxcvbn), with and without the parts of names in it: of the account, of
    the hosts, and of this program."""
    from zxcvbn import zxcvbn  # slow to import, and needed only where a password is chosen

    parts = [part for name in names for part in (name, *re.split(r"[._@-]+", name)) if len(part) >= _NAME_PART]
    known = sorted({*parts, *_COMMON_WORDS}, key=len, reverse=True)
    rest = re.sub("|".join(map(re.escape, known)), "", password, flags=re.IGNORECASE)
    for each in (password, rest):
        result = zxcvbn(each[:_CHECKED_CHARACTERS], user_inputs=known)
        if result["score"] < STRENGTH:
            why = (
                result["feedback"]["warning"]
                or "It is short or common, what it holds of your name and of this service's not counted."
            )
            raise AccountError(f"This password is easy to guess. {why} Use several words that do not belong together.")
