"""Files that people send: each in a folder of the server's own until it is read, so that none is lost at a stop."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from corpus.corpus_errors import plainly
from corpus.files import file_hash
from corpus.symbols import Symbol
from ingest.document_reading import Input
from ingest.folder import printable
from ingest.readers import ReadError

FOLDER = "uploads"
"""Folder of the files, in that of the library."""
CONTENT, _NOTE = "content", "note.json"


@dataclass(frozen=True)
class Upload:
    """A file that somebody sent, under a name of the server's own; `name` is what the sender calls it."""

    path: Path
    name: str
    sha256: str
    symbol: str | None = None
    language: str | None = None
    ocr: bool = False

    @property
    def label(self) -> str:
        """How the file is called in front of people."""
        return self.name

    def open(self) -> Input:
        """Its bytes. Raises `ReadError` where they are gone."""
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise ReadError(f"The upload {self.name} can't be read: {error.strerror}.") from None
        symbol = Symbol.parse(self.symbol) if self.symbol else None
        # The bytes say which file this is: names of uploads say nothing.
        return Input(self.name, data, symbol, self.language, origin=f"upload-{self.sha256[:20]}", ocr=self.ocr)

    def drop(self) -> None:
        """The file goes, with its folder."""
        shutil.rmtree(self.path.parent, ignore_errors=True)


class Uploads:
    """The files that wait to be read. `folder` is made when the first one comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def room(self) -> Path:
        """A new folder for one file."""
        folder = self._folder / secrets.token_hex(16)
        with plainly(self._folder):
            folder.mkdir(parents=True, mode=0o700)
        return folder

    def take(
        self, content: BinaryIO, name: str, by: str, *, symbol: str | None, language: str | None, ocr: bool
    ) -> Upload:
        """A file, noted with what its sender says of it, so that it is found again after a stop; where there is no room for it
        nothing is left."""
        folder = self.room()
        path = folder / CONTENT
        shown = printable(name.replace("\\", "/").rpartition("/")[2])[:200]
        try:
            with path.open("wb") as kept:
                shutil.copyfileobj(content, kept)
            with plainly(self._folder):
                upload = Upload(path, shown, file_hash(path), symbol, language, ocr)
                (folder / _NOTE).write_text(json.dumps({**asdict(upload), "path": "", "by": by}), encoding="utf-8")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return upload

    def left(self) -> Iterator[tuple[Upload, str]]:
        """The files that an earlier process took and did not finish, and by whom they were sent. What was not sent to its
        end goes: its sender has got no answer."""
        for folder in sorted(self._folder.iterdir()) if self._folder.is_dir() else ():
            try:
                note = json.loads((folder / _NOTE).read_text(encoding="utf-8"))
                by = str(note.pop("by"))
                upload = Upload(**{**note, "path": folder / CONTENT})
            except (OSError, ValueError, KeyError, TypeError):
                shutil.rmtree(folder, ignore_errors=True)
            else:
                yield upload, by
