"""Model files: found without importing their package, verified by hash, written atomically."""

from __future__ import annotations

import errno
import json
import re
import zlib
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.util import find_spec
from mmap import mmap
from pathlib import Path
from typing import TypeVar
from zipfile import BadZipFile

from corpus.embedding.embedder import EmbeddingError
from corpus.files import write_atomically

_Data = TypeVar("_Data", bytes, mmap)
_VERSIONS = re.compile(r"-[0-9a-f]{12}(?=-)|-v\d+(?=\.)")
_ABANDONED_AFTER = 3600.0
"""Seconds. A temporary file this much older than a new one belongs to a process that was killed."""

READ_ERRORS = (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, LookupError, TypeError)
"""What numpy, zipfile and unpacking raise for a file of arrays that is damaged or of another kind."""


@dataclass(frozen=True)
class FileState:
    """Size and time of the file that a cached file was made from, at the time when its hash was verified."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> FileState | None:
        """The state of the file at `path`; None where it does not exist."""
        try:
            status = path.stat()
        except OSError:
            return None
        return cls(status.st_size, status.st_mtime_ns)


def package_folder(package: str) -> Path | None:
    """The folder of an installed top-level package, found without running its code; None where it is not installed."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def read_verified(path: Path, digest: str, remedy: str) -> bytes:
    """The bytes of `path`, whose SHA-256 must be `digest` (hexadecimal). Raises `EmbeddingError` with the file, both
    hashes and the `remedy` when the file is missing or has another hash."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EmbeddingError(f"The model file {path} cannot be read ({error.strerror}). {remedy}") from error
    return verify_digest(data, path, digest, remedy)


def verify_digest(data: _Data, path: Path, digest: str, remedy: str) -> _Data:
    """The `data` of a file, read or mapped, whose SHA-256 must be `digest`. Raises as `read_verified` does."""
    found = sha256(data).hexdigest()
    if found != digest:
        raise EmbeddingError(
            f"The model file {path} is not the expected one: its sha256 is {found}, not {digest}. {remedy}"
        )
    return data


def read_cached(path: Path) -> tuple[bytes, FileState] | None:
    """The bytes of a cached file and the state of its source file; None unless its hash matches the one stored beside it."""
    try:
        note = json.loads(_side(path).read_text(encoding="utf-8"))
        data = path.read_bytes()
        if note["sha256"] != sha256(data).hexdigest():
            return None
        return data, FileState(**note["source"])
    except (OSError, ValueError, KeyError, TypeError):  # missing, or not what write_cached writes
        return None


def write_cached(path: Path, data: bytes, source: FileState) -> None:
    """Writes a cached file and a file with its hash, each atomically. Cached files made from other weights or in
    another format are removed. Two processes may do this at once: equal inputs give equal bytes, and where they differ
    `read_cached` notices. Writes nothing to a read-only folder. Raises `EmbeddingError` for other write errors."""
    note = json.dumps({"sha256": sha256(data).hexdigest(), "source": asdict(source)})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, data)
        _replace(_side(path), note.encode())
        for other in path.parent.iterdir():
            if other.name != path.name and _made_of(other.name) == _made_of(path.name):
                other.unlink(missing_ok=True)
                _side(other).unlink(missing_ok=True)
    except OSError as error:
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            return
        raise EmbeddingError(
            f"The converted model cannot be kept in {path.parent} ({error.strerror}). Make the folder "
            "writable, free some space, or choose another data folder."
        ) from error


def _made_of(name: str) -> str:
    """The name of a cached file without hashes and format version."""
    return _VERSIONS.sub("", name)


def _side(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _replace(path: Path, data: bytes) -> None:
    write_atomically(path, data, lasting=True)
    written = path.stat().st_mtime
    for other in path.parent.glob(f".{path.name}-*.tmp"):
        try:
            if written - other.stat().st_mtime > _ABANDONED_AFTER:
                other.unlink()
        except FileNotFoundError:  # its writer finished, or another process tidied up first
            continue
