"""What has been fetched, kept under names of our own, with a note beside each file of where it came from."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.corpus_errors import LibraryBusy, readable_errors
from corpus.files import file_hash, sync_folder, write_atomically
from corpus.symbols import Symbol
from ingest.fetch.content import FORMATS


@dataclass(frozen=True)
class Version:
    """Which bytes a server hands out: its entity tag and date as sent, empty where there is none."""

    etag: str = ""
    modified: str = ""

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Version:
        """From the headers of an answer; what could not be sent back as it came is left out."""
        return cls(_plain(headers.get("etag", "")), _plain(headers.get("last-modified", "")))

    @property
    def conditions(self) -> dict[str, str]:
        """Headers that ask for the file only where it has changed."""
        if self.etag:
            return {"If-None-Match": self.etag}
        return {"If-Modified-Since": self.modified} if self.modified else {}


def _plain(value: str) -> str:
    return value if value.isascii() and value.isprintable() and len(value) <= 500 else ""


KINDS = (*FORMATS, "rtf")


@dataclass(frozen=True)
class Stored:
    """A file that has been fetched. `asked` is the format asked for, `kind` the one that came.

    `address` is what was asked, `url` where the file was; `fetched` is an ISO 8601 time. `refused` says that the
    library did not take the file, so that the service is asked whether it has another by now.
    """

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
    def version(self) -> Version:
        """Which bytes of the server's these are."""
        return Version(self.etag, self.modified)

    @property
    def name(self) -> str:
        """A name for people, and for the document's source."""
        return f"{self.symbol.replace('/', '_')}.{self.language}.{self.kind}"


class Downloads:
    """The folder of what has been fetched; one process at a time fetches into it.

    Raises `LibraryBusy` where another one does, `LibraryError` where disk or permissions are in the way.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = FileLock(folder / "fetch.lock", timeout=0)

    def __enter__(self) -> Downloads:
        with readable_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire()
            except Timeout:
                raise LibraryBusy(
                    f"Another process is fetching into {self.folder}. Wait until it has ended: what it has fetched "
                    "is then used, not fetched again."
                ) from None
            for left in (*self.folder.glob("*.tmp"), *self.folder.glob("*.part*")):
                left.unlink()
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    @staticmethod
    def key(service: str, symbol: Symbol, language: str, form: str) -> str:
        """The name under which the answer to a request is kept."""
        return hashlib.sha256("\n".join((service, symbol.text, language, form)).encode()).hexdigest()[:32]

    def kept(self, service: str, symbol: Symbol, language: str, formats: Iterable[str]) -> Stored | None:
        """What was fetched before in the first of the formats that there is."""
        with readable_errors(self.folder):
            found = (self.stored(self.key(service, symbol, language, form)) for form in formats)
            return next((stored for stored in found if stored is not None), None)

    def read(self, stored: Stored) -> bytes:
        """The bytes of a file."""
        with readable_errors(self.folder):
            return (self.folder / stored.file).read_bytes()

    def part(self, key: str) -> Path:
        """The file under which a body comes in: a name that is never taken for a finished one."""
        return self.folder / f"{key}.part"

    def keep(self, part: Path, stored: Stored) -> None:
        """Gives a body that has fully come its name, then writes its note: without one a file does not count."""
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(self.folder / stored.file)
        sync_folder(self.folder)
        self._note(stored)
        for kind in KINDS:
            if kind != stored.kind:
                (self.folder / f"{stored.key}.{kind}").unlink(missing_ok=True)

    def refuse(self, stored: Stored, refused: bool = True) -> None:
        """Notes whether the library took a file."""
        if stored.refused != refused:
            with readable_errors(self.folder):
                self._note(replace(stored, refused=refused))

    def _note(self, stored: Stored) -> None:
        record = json.dumps(asdict(stored), ensure_ascii=False, indent=1)
        write_atomically(self.folder / f"{stored.key}.json", record.encode(), lasting=True)

    def stored(self, key: str) -> Stored | None:
        """The file of a key. One whose note is damaged or whose hash does not fit counts as not fetched."""
        try:
            stored = Stored(**json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8")))
            if stored.key != key or stored.kind not in KINDS:
                return None
            sound = file_hash(self.folder / stored.file) == stored.sha256
        except (FileNotFoundError, ValueError, TypeError):
            return None
        return stored if sound else None
