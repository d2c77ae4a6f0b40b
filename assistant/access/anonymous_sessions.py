"""Sessions of anonymous users, where reading is open to everybody; and the data folder's secret, with which the service signs them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import shutil
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from pathlib import Path

from assistant.access.principal import network
from corpus.corpus_errors import SEAL_FILE, LibraryError, readable_errors

MIN_SECRET = 32
"""Least characters of a secret."""


class SigningSecret:
    """The signing secret in a folder. Raises `LibraryError` where it can't be read or created."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SEAL_FILE

    def sign(self, *parts: str) -> str:
        """Signs texts in their order: HMAC-SHA256 (RFC 2104) as URL-safe base64."""
        message = json.dumps(parts).encode()
        return base64.urlsafe_b64encode(hmac.digest(self._read(), message, hashlib.sha256)).decode().rstrip("=")

    def verify(self, seal: str, *parts: str) -> bool:
        """Whether a signature is that of these texts."""
        return hmac.compare_digest(seal.encode("utf-8", "replace"), self.sign(*parts).encode())

    def copy_to(self, folder: Path) -> None:
        """Copies the secret to another folder, so that existing signatures are valid there. Raises `LibraryError`."""
        if self._path.parent.resolve() != folder.resolve() and self._path.exists():
            with readable_errors(folder):
                shutil.copy(self._path, folder / SEAL_FILE)

    def _read(self) -> bytes:
        with readable_errors(self._path.parent):
            try:
                secret = self._path.read_bytes().strip()
            except FileNotFoundError:
                secret = self._create()
        if len(secret) < MIN_SECRET:
            raise LibraryError(
                f"{self._path} holds no secret: it has fewer than {MIN_SECRET} characters. Delete it, and one is made."
            )
        return secret

    def _create(self) -> bytes:
        temporary = self._path.with_suffix(f".{secrets.token_hex(4)}")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(b"\0" + secrets.token_urlsafe(32).encode())  # \0: not text, so never ingested as a document
        try:
            os.link(temporary, self._path)  # atomic: the first process wins
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
        return self._path.read_bytes()


COOKIE = "rapporteur_visit"
DAYS = 30
"""Days for which a browser keeps the cookie."""
MAX_PER_ADDRESS = 500
"""Most active sessions of one address."""
MAX_KEPT = 20_000
"""Most active sessions of all addresses; beyond them the least recently used one is dropped."""
SECONDS = 3_600.0
"""Seconds after its last use for which a session counts as active."""
_MAX_LENGTH = 200
_KIND = "visit"


class AnonymousSessions:
    """The anonymous sessions of one server, signed with `secret`. `clock` gives seconds. The methods raise `LibraryError` where the
    secret can't be read."""

    def __init__(self, secret: SigningSecret, clock: Callable[[], float] = time.monotonic) -> None:
        self._secret, self._clock = secret, clock
        self._guard = threading.Lock()
        self._used: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._held: Counter[str] = Counter()

    def create(self) -> str:
        """Creates a session; returns the value of its cookie."""
        name = secrets.token_urlsafe(12)
        return f"{name}.{self._secret.sign(_KIND, name)}"

    def is_valid(self, shown: str) -> bool:
        """Whether the value of a cookie was signed here."""
        name, _, seal = shown.partition(".")
        return bool(seal) and len(shown) <= _MAX_LENGTH and self._secret.verify(seal, _KIND, name)

    def session(self, shown: str, address: str) -> str:
        """Returns the session of a cookie; empty where its signature is wrong, or its address has too many active sessions."""
        if not self.is_valid(shown):
            return ""
        one = (network(address), shown.partition(".")[0])
        now = self._clock()
        with self._guard:
            while self._used and next(iter(self._used.values())) + SECONDS < now:
                self._forget()
            if one not in self._used:
                if self._held[one[0]] >= MAX_PER_ADDRESS:
                    return ""
                if len(self._used) >= MAX_KEPT:
                    self._forget()
                self._held[one[0]] += 1
            self._used[one] = now
            self._used.move_to_end(one)
        return one[1]

    def _forget(self) -> None:
        (address, _), _ = self._used.popitem(last=False)
        self._held -= Counter([address])
