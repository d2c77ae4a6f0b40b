"""Sessions of people who have shown nothing, where reading is open, and the secret of the data folder, by which the service knows again what it gave away."""

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

SHORTEST = 32
"""Characters of a secret."""


class Secret:
    """The secret in a folder. Raises `LibraryError` where it can't be read or made."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SEAL_FILE

    def seal(self, *parts: str) -> str:
        """What shows that these words, in this order, come from here: HMAC-SHA256 (RFC 2104), as base64 for addresses."""
        said = json.dumps(parts).encode()
        return base64.urlsafe_b64encode(hmac.digest(self._read(), said, hashlib.sha256)).decode().rstrip("=")

    def sealed(self, seal: str, *parts: str) -> bool:
        """Whether a seal is that of these words."""
        return hmac.compare_digest(seal.encode("utf-8", "replace"), self.seal(*parts).encode())

    def copy_to(self, folder: Path) -> None:
        """Makes it the secret of another folder, too, so that what was given away is known there. Raises `LibraryError`."""
        if self._path.parent.resolve() != folder.resolve() and self._path.exists():
            with readable_errors(folder):
                shutil.copy(self._path, folder / SEAL_FILE)

    def _read(self) -> bytes:
        with readable_errors(self._path.parent):
            try:
                held = self._path.read_bytes().strip()
            except FileNotFoundError:
                held = self._make()
        if len(held) < SHORTEST:
            raise LibraryError(
                f"{self._path} holds no secret: it has fewer than {SHORTEST} characters. Delete it, and one is made."
            )
        return held

    def _make(self) -> bytes:
        made = self._path.with_suffix(f".{secrets.token_hex(4)}")
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(b"\0" + secrets.token_urlsafe(32).encode())  # no text, so that no reader takes it for a document
        try:
            os.link(made, self._path)  # where another process was first, its secret holds
        except FileExistsError:
            pass
        finally:
            made.unlink()
        return self._path.read_bytes()


COOKIE = "rapporteur_visit"
DAYS = 30
"""For how long a browser keeps it."""
MOST = 500
"""Sessions of one address that are told apart at once."""
MOST_KEPT = 20_000
"""Sessions of all addresses; beyond them the one that was used longest ago is forgotten."""
SECONDS = 3_600.0
"""How long a session has its place without being used."""
_LONGEST = 200
_KIND = "visit"


class Visitors:
    """The sessions of one server. `secret` seals them: with another one all before are none. `clock` gives seconds. The methods
    raise `LibraryError` where the secret can't be read."""

    def __init__(self, secret: Secret, clock: Callable[[], float] = time.monotonic) -> None:
        self._secret, self._clock = secret, clock
        self._guard = threading.Lock()
        self._used: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._held: Counter[str] = Counter()

    def make(self) -> str:
        """A new session, as the cookie shows it."""
        name = secrets.token_urlsafe(12)
        return f"{name}.{self._secret.seal(_KIND, name)}"

    def known(self, shown: str) -> bool:
        """Whether what a cookie shows was made here."""
        name, _, seal = shown.partition(".")
        return bool(seal) and len(shown) <= _LONGEST and self._secret.sealed(seal, _KIND, name)

    def session(self, shown: str, address: str) -> str:
        """The session that a cookie shows; empty where it is none, or where its address has no place for one more."""
        if not self.known(shown):
            return ""
        one = (network(address), shown.partition(".")[0])
        now = self._clock()
        with self._guard:
            while self._used and next(iter(self._used.values())) + SECONDS < now:
                self._forget()
            if one not in self._used:
                if self._held[one[0]] >= MOST:
                    return ""
                if len(self._used) >= MOST_KEPT:
                    self._forget()
                self._held[one[0]] += 1
            self._used[one] = now
            self._used.move_to_end(one)
        return one[1]

    def _forget(self) -> None:
        (address, _), _ = self._used.popitem(last=False)
        self._held -= Counter([address])
