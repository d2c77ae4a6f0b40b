"""Reports made from a library, cached on disk in its folder of derived data; a damaged file counts as absent."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from corpus.corpus_errors import LibraryError, readable_errors
from corpus.files import write_atomically
from corpus.library import DERIVED, Library
from corpus.serialization import from_json_data, to_json_data

VERSION = 13
"""Raised with a change that makes other sections of the same documents."""


def library_fingerprint(library: Library, settings: Sequence[object] = ()) -> str:
    """A short hash of all that a report depends on: the stored documents, how they are searched, and these settings."""
    digest = hashlib.sha256(repr((VERSION, sorted(library.stamp().items()), tuple(settings))).encode())
    for header in library.iter_headers():
        digest.update(f"{header.id}\0{header.sha256}\0{header.reader}\0{header.unverified:d}\n".encode())
    return digest.hexdigest()[:16]


def cache_key(*values: object) -> str:
    """A short hash of values that JSON can represent."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:24]


class ReportCache:
    """Cached values in one folder, by name."""

    def __init__(self, library: Library, *folders: str) -> None:
        self._library = library
        self._folder = library.folder.joinpath(DERIVED, *folders)

    def get(self, name: str, kind: type) -> Any:
        """The value with this name and type, or None."""
        try:
            return from_json_data(kind, json.loads((self._folder / f"{name}.json").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return None

    def put(self, name: str, value: object) -> None:
        """Store a value completely or not at all. Where it can't be written it is made again when next requested."""
        with suppress(LibraryError), readable_errors(self._library.folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomically(
                self._folder / f"{name}.json", json.dumps(to_json_data(value), ensure_ascii=False).encode()
            )

    def prune(self, limit: int) -> None:
        """Delete all but the most recent values."""
        with suppress(OSError):
            for old in sorted(self._folder.iterdir(), key=lambda path: -path.stat().st_mtime)[limit:]:
                old.unlink() if old.is_file() else shutil.rmtree(old, ignore_errors=True)

    def clear(self) -> None:
        """Delete all values."""
        shutil.rmtree(self._folder, ignore_errors=True)
