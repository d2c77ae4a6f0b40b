"""Files on their way in: a body that has not fully come, and what is needed to go on with it later."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from corpus.files import sync_folder, write_whole

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
