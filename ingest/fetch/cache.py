"""The cache of fetched files, with a JSON record of its source beside each file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.corpus_errors import LibraryBusy, readable_errors
from corpus.files import file_hash, sync_folder, write_atomically
from corpus.symbols import Symbol
from ingest.fetch.content import FORMATS

KINDS = (*FORMATS, "rtf")


@dataclass(frozen=True)
class CachedFile:
    """A fetched file. `asked` is the requested format, `kind` the received one.

    `address` is the request, `url` the final address of the file; `etag` and `modified` are its version as the service
    states it; `fetched` is an ISO 8601 time. `refused` says that the library did not accept the file, so that the
    service is asked again whether it has another one by now."""

    key: str
    symbol: str
    language: str
    asked: str
    kind: str
    address: str
    url: str
    sha256: str
    bytes: int
    etag: str
    modified: str
    fetched: str
    refused: bool = False

    @property
    def file(self) -> str:
        """Name of the file in the folder."""
        return f"{self.key}.{self.kind}"

    @property
    def conditions(self) -> dict[str, str]:
        """Request headers that fetch the file only where it has changed."""
        if self.etag:
            return {"If-None-Match": self.etag}
        return {"If-Modified-Since": self.modified} if self.modified else {}

    @property
    def name(self) -> str:
        """A name for people, and for the document's source."""
        return f"{self.symbol.replace('/', '_')}.{self.language}.{self.kind}"


class DownloadCache:
    """The folder of fetched files; one process at a time fetches into it. Raises `LibraryBusy` where another process is
    fetching, `LibraryError` for errors of the disk or of permissions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = FileLock(folder / "fetch.lock", timeout=0)

    def __enter__(self) -> DownloadCache:
        with readable_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire()
            except Timeout:
                raise LibraryBusy(
                    f"Another process is fetching into {self.folder}. Wait until it has finished: what it fetched "
                    "is then used and not fetched again."
                ) from None
            for leftover in (*self.folder.glob("*.tmp"), *self.folder.glob("*.part*")):
                leftover.unlink()
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    @staticmethod
    def key(service: str, symbol: Symbol, language: str, form: str) -> str:
        """The name under which the response to a request is stored."""
        return hashlib.sha256("\n".join((service, symbol.text, language, form)).encode()).hexdigest()[:32]

    def find_cached(self, service: str, symbol: Symbol, language: str, formats: Iterable[str]) -> CachedFile | None:
        """The cached file in the first of the formats that was fetched before."""
        with readable_errors(self.folder):
            found = (self.load(self.key(service, symbol, language, form)) for form in formats)
            return next((cached for cached in found if cached is not None), None)

    def read(self, cached: CachedFile) -> bytes:
        """The bytes of a file."""
        with readable_errors(self.folder):
            return (self.folder / cached.file).read_bytes()

    def part(self, key: str) -> Path:
        """The file into which a response is written: a name that is never taken for a complete one."""
        return self.folder / f"{key}.part"

    def store(self, part: Path, cached: CachedFile) -> None:
        """Gives a completely received file its name, then writes its record: without one a file does not count."""
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(self.folder / cached.file)
        sync_folder(self.folder)
        self._write_record(cached)
        for kind in KINDS:
            if kind != cached.kind:
                (self.folder / f"{cached.key}.{kind}").unlink(missing_ok=True)

    def refuse(self, cached: CachedFile, refused: bool = True) -> None:
        """Records whether the library accepted a file."""
        if cached.refused != refused:
            with readable_errors(self.folder):
                self._write_record(replace(cached, refused=refused))

    def _write_record(self, cached: CachedFile) -> None:
        record = json.dumps(asdict(cached), ensure_ascii=False, indent=1)
        write_atomically(self.folder / f"{cached.key}.json", record.encode(), lasting=True)

    def load(self, key: str) -> CachedFile | None:
        """The file of a key. One with a damaged record or the wrong hash counts as not fetched."""
        try:
            cached = CachedFile(**json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8")))
            if cached.key != key or cached.kind not in KINDS:
                return None
            valid = file_hash(self.folder / cached.file) == cached.sha256
        except (FileNotFoundError, ValueError, TypeError):
            return None
        return cached if valid else None
