"""The secret of a data folder: by it the service knows again what it gave away, links and conversations that browsers keep.

It is made when it is first needed, and its owner alone may read it. It is read each time it is used: whoever deletes the file or
writes another secret into it makes all that was sealed before worthless at once. Servers that stand for each other need the same."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path

from corpus.corpus_errors import LibraryError, plainly

FILE = "links.key"
SHORTEST = 32
"""Characters of a secret."""


class Secret:
    """The secret in a folder. Raises `LibraryError` where it can't be read or made."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def seal(self, *parts: str) -> str:
        """What shows that these words, in this order, come from here: HMAC-SHA256 (RFC 2104), as base64 for addresses."""
        said = json.dumps(parts).encode()
        return base64.urlsafe_b64encode(hmac.digest(self._read(), said, hashlib.sha256)).decode().rstrip("=")

    def sealed(self, seal: str, *parts: str) -> bool:
        """Whether a seal is that of these words."""
        return hmac.compare_digest(seal.encode("utf-8", "replace"), self.seal(*parts).encode())

    def _read(self) -> bytes:
        with plainly(self._path.parent):
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
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            os.link(made, self._path)  # where another process was first, its secret holds
        except FileExistsError:
            pass
        finally:
            made.unlink()
        return self._path.read_bytes()
