"""What has been fetched, or in part, kept under names of our own, with a note beside each file of where it came from."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from corpus.corpus_errors import LibraryBusy, plainly
from corpus.files import file_hash, sync_folder, write_whole
from corpus.symbols import Symbol
from ingest.fetch.content import FORMATS

_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(?:(\d{1,15})|\*)")


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
    def proof(self) -> str:
        """What makes sure that the rest belongs to the same bytes (RFC 9110, 13.1.5); a weak tag does not."""
        return self.etag if self.etag.startswith('"') else "" if self.etag else self.modified

    @property
    def conditions(self) -> dict[str, str]:
        """Headers that ask for the file only where it has changed."""
        if self.etag:
            return {"If-None-Match": self.etag}
        return {"If-Modified-Since": self.modified} if self.modified else {}


@dataclass(frozen=True)
class Begun:
    """A body of which `size` bytes lie on disk, of `total` (None: unknown)."""

    version: Version
    size: int
    total: int | None

    @property
    def headers(self) -> dict[str, str]:
        """Headers that ask for the rest, or for all of it where the file has changed."""
        return {"Range": f"bytes={self.size}-", "If-Range": self.version.proof}

    def continues(self, headers: Mapping[str, str]) -> bool:
        """Whether an answer 206 brings exactly the bytes that are missing."""
        found = _RANGE.fullmatch(headers.get("content-range", "").strip())
        if found is None or int(found[1]) != self.size:
            return False
        sent = Version.of(headers)
        same = sent.etag == self.version.etag if sent.etag else sent.modified in ("", self.version.modified)
        return same and self.total in (None, whole_length(headers, self.total))


def whole_length(headers: Mapping[str, str], unknown: int | None = None) -> int | None:
    """The length of the whole file that an answer 206 is a part of; `unknown` where it does not say."""
    found = _RANGE.fullmatch(headers.get("content-range", "").strip())
    return int(found[3]) if found and found[3] else unknown


class Part:
    """A file under a name that is never taken for a finished one, with a note of which bytes it holds."""

    def __init__(self, folder: Path, key: str) -> None:
        self.path = folder / f"{key}.part"
        self._note = folder / f"{key}.part.json"

    def begun(self) -> Begun | None:
        """What can be gone on with; None where nothing can, and then nothing is left."""
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            version = Version(str(note["etag"]), str(note["modified"]))
            begun = Begun(version, self.path.stat().st_size, note["total"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            begun = None
        if begun is None or not begun.version.proof or not begun.size:
            self.discard()
            return None
        return begun

    def begin(self, version: Version, total: int | None) -> BinaryIO:
        """An empty file. The note is written while there is no file, so that it never tells of other bytes."""
        self.path.unlink(missing_ok=True)
        write_whole(self._note, json.dumps({**asdict(version), "total": total}).encode(), lasting=True)
        return self.path.open("wb")

    def go_on(self) -> BinaryIO:
        """The file, to be added to."""
        return self.path.open("ab")

    def finish(self, target: Path) -> None:
        """Gives the file its final name."""
        with self.path.open("rb+") as file:
            os.fsync(file.fileno())
        self.path.replace(target)
        sync_folder(target.parent)
        self._note.unlink(missing_ok=True)

    def discard(self) -> None:
        """Removes file and note."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)


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
        with plainly(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire()
            except Timeout:
                raise LibraryBusy(
                    f"Another process is fetching into {self.folder}. Wait until it has ended: what it has fetched "
                    "is then used, not fetched again."
                ) from None
            for left in self.folder.glob("*.tmp"):
                left.unlink()
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    @staticmethod
    def key(service: str, symbol: Symbol, language: str, form: str) -> str:
        """The name under which the answer to a request is kept."""
        return hashlib.sha256("\n".join((service, symbol.text, language, form)).encode()).hexdigest()[:32]

    def find(self, keys: Iterable[str]) -> Stored | None:
        """The first of the files that is there and sound."""
        return next((stored for key in keys if (stored := self._stored(key)) is not None), None)

    def kept(self, service: str, symbol: Symbol, language: str, formats: Iterable[str]) -> Stored | None:
        """What was fetched before in the first of the formats that there is."""
        with plainly(self.folder):
            return self.find(self.key(service, symbol, language, form) for form in formats)

    def read(self, stored: Stored) -> bytes:
        """The bytes of a file."""
        with plainly(self.folder):
            return (self.folder / stored.file).read_bytes()

    def part(self, key: str) -> Part:
        """The file under which a body comes in."""
        return Part(self.folder, key)

    def keep(self, part: Part, stored: Stored) -> None:
        """Gives a body that has fully come its name, then writes its note: without one a file does not count."""
        part.finish(self.folder / stored.file)
        self._note(stored)
        for kind in KINDS:
            if kind != stored.kind:
                (self.folder / f"{stored.key}.{kind}").unlink(missing_ok=True)

    def refuse(self, stored: Stored, refused: bool = True) -> None:
        """Notes whether the library took a file."""
        if stored.refused != refused:
            with plainly(self.folder):
                self._note(replace(stored, refused=refused))

    def _note(self, stored: Stored) -> None:
        record = json.dumps(asdict(stored), ensure_ascii=False, indent=1)
        write_whole(self.folder / f"{stored.key}.json", record.encode(), lasting=True)

    def _stored(self, key: str) -> Stored | None:
        """The file of a key. One whose note is damaged or whose hash does not fit counts as not fetched."""
        try:
            stored = Stored(**json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8")))
            if stored.key != key or stored.kind not in KINDS:
                return None
            sound = file_hash(self.folder / stored.file) == stored.sha256
        except (FileNotFoundError, ValueError, TypeError):
            return None
        return stored if sound else None
