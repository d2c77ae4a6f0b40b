"""What changes the collection: files in, documents fetched, confirmed, removed; and the jobs that do it."""

from __future__ import annotations

import itertools
import json
import secrets
import shutil
from collections.abc import AsyncGenerator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from assistant.access import Principal, Role
from assistant.collection import Collection
from assistant.fetch_plans import FetchRequest, Plan, Row, plan
from assistant.ingestion import Files, Keeper
from assistant.qa.engine import Engine
from assistant.service.jobs import Job, Jobs
from assistant.service.question_service import Entrance
from assistant.service_errors import Conflict, Forbidden, Invalid, known_language
from corpus.corpus_errors import readable_errors
from corpus.files import file_hash
from corpus.library import Library
from corpus.symbols import Symbol, SymbolError
from ingest.document_reading import Input
from ingest.input_files import printable
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
    again: bool = False
    number: int = 0
    """In which order those that wait were sent; 0 of those that an earlier version took."""

    @property
    def label(self) -> str:
        """How the file is called in front of people."""
        return self.name

    @property
    def job(self) -> str:
        """The id of the job that reads it, also of one that goes on with it after a stop."""
        return self.path.parent.name[:16]

    def open(self) -> Input:
        """Its bytes. Raises `ReadError` where they are gone."""
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise ReadError(f"The upload {self.name} can't be read: {error.strerror}.") from None
        symbol = Symbol.parse_any(self.symbol) if self.symbol else None
        # The bytes say which file this is: names of uploads say nothing.
        origin = f"upload-{self.sha256[:20]}"
        return Input(self.name, data, symbol, self.language, origin=origin, ocr=self.ocr, force=self.again)

    def drop(self) -> None:
        """The file goes, with its folder."""
        shutil.rmtree(self.path.parent, ignore_errors=True)


class Uploads:
    """The files that wait to be read. `folder` is made when the first one comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def room(self) -> Path:
        """A new folder for one file."""
        folder = self._folder / secrets.token_hex(16)
        with readable_errors(self._folder):
            folder.mkdir(parents=True, mode=0o700)
        return folder

    def take(
        self, content: BinaryIO, name: str, by: str, *, symbol: str | None, language: str | None, ocr: bool, again: bool
    ) -> Upload:
        """A file, noted with what its sender says of it, so that it is found again after a stop; where there is no room for it
        nothing is left."""
        folder = self.room()
        path = folder / CONTENT
        shown = printable(name.replace("\\", "/").rpartition("/")[2])[:200]
        try:
            with path.open("wb") as kept:
                shutil.copyfileobj(content, kept)
            with readable_errors(self._folder):
                upload = Upload(path, shown, file_hash(path), symbol, language, ocr, again, next(self._numbers))
                (folder / _NOTE).write_text(json.dumps({**asdict(upload), "path": "", "by": by}), encoding="utf-8")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return upload

    def left(self) -> list[tuple[Upload, str]]:
        """The files that an earlier process took and did not finish, in the order in which they were sent, and by whom: the later
        text of a symbol is to replace the earlier one. What was not sent to its end goes: its sender has got no answer."""
        found: list[tuple[Upload, str]] = []
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            try:
                note = json.loads((folder / _NOTE).read_text(encoding="utf-8"))
                by = str(note.pop("by"))
                found.append((Upload(**{**note, "path": folder / CONTENT}), by))
            except (OSError, ValueError, KeyError, TypeError):
                shutil.rmtree(folder, ignore_errors=True)
        found.sort(key=lambda each: each[0].number)
        self._numbers = itertools.count(found[-1][0].number + 1 if found else 1)
        return found


class Changing(Entrance):
    """Operations that begin jobs give them back at once; what comes of them tell `job` and `follow_job`."""

    engine: Engine
    library: Library
    collection: Collection
    jobs: Jobs
    _keeper: Keeper
    _uploads: Uploads

    def verify(self, who: Principal) -> Job:
        """Begins to check the library; each outcome is something that is wrong."""
        self._check(who, "verify")
        return self.jobs.submit("verify", who.id, self._keeper.verify)

    def upload(
        self,
        who: Principal,
        content: BinaryIO,
        name: str,
        *,
        symbol: str | None = None,
        language: str | None = None,
        ocr: bool = False,
        again: bool = False,
    ) -> Job:
        """Begins to read a file that somebody sends, with `again` also where these bytes were read before. `name` is only shown, what
        it is its content tells."""
        self._check(who, "upload")
        if language:
            known_language(language)
        upload = self._uploads.take(
            content, name, who.id, symbol=_symbol(symbol), language=language, ocr=ocr, again=again
        )
        try:
            self._noted(who, "upload", f"{upload.name} {upload.sha256}")
            return self._read(upload, who.id)
        except BaseException:  # whoever sent it is told that it was not taken
            upload.drop()
            raise

    def resume(self) -> int:
        """Begins again with uploads that an earlier process took and did not finish; returns their number."""
        return len([self._read(upload, by) for upload, by in self._uploads.left()])

    def _read(self, upload: Upload, by: str) -> Job:
        return self.jobs.submit(
            "upload",
            by,
            lambda hand: self._keeper.read(hand, [upload], 1),
            detail=upload.name,
            ended=lambda _: upload.drop(),
            job_id=upload.job,
        )

    def fetch(self, who: Principal, asked: FetchRequest) -> Job:
        """Begins to fetch official documents by symbol (see `rapporteur fetch`); never from an address that is given."""
        planned = self._planned(who, asked)
        named = ", ".join(f"{each.symbol} ({each.language})" for each in planned.due) or "nothing that is not held"
        self._noted(who, "fetch", named)
        return self.jobs.submit("fetch", who.id, lambda hand: self._keeper.fetch(hand, planned), detail=named[:200])

    def foresee(self, who: Principal, asked: FetchRequest) -> list[Row]:
        """What `fetch` would do with each document, without asking anybody."""
        return self._keeper.foreseen(self._planned(who, asked))

    def _planned(self, who: Principal, asked: FetchRequest) -> Plan:
        """What is meant."""
        self._check(who, "fetch")
        if self._keeper.source is None:
            raise Conflict("fetch-off")
        return plan(asked, self.library, self.engine.catalogue)

    def ingest(self, who: Principal, files: Files, *, again: bool = False, jobs: int | None = None) -> Job:
        """Begins to read files and folders of this machine's, for its own user."""
        self._check(who, "ingest")
        _symbol(files.symbol)
        self._noted(who, "ingest", ", ".join(map(str, files.paths)) or "starter")
        return self.jobs.submit(
            "ingest",
            who.id,
            lambda hand: self._keeper.read(hand, files, len(files), again=again, jobs=jobs),
            detail=", ".join(printable(str(path)) for path in files.paths)[:200],
        )

    def forget(self, who: Principal, path: Path, shown: str) -> Job:
        """Begins to remove what came from a file of this machine's that is gone, for its own user."""
        self._check(who, "ingest")
        self._noted(who, "forget", str(path))
        name = printable(shown)
        return self.jobs.submit("forget", who.id, lambda hand: self._keeper.forget(hand, path, name), detail=name[:200])

    def remove(self, who: Principal, name: str, language: str | None = None, edition: str | None = None) -> Job:
        """Begins to remove a document: all its versions, or those in a language or edition."""
        self._check(who, "remove")
        ids = [document.id for document in self.collection.find(name, language, edition)]
        self._noted(who, "remove", ", ".join(ids))
        return self.jobs.submit("remove", who.id, lambda hand: self._keeper.remove(hand, ids), detail=name)

    def confirm(self, who: Principal, name: str, language: str | None = None) -> list[dict[str, Any]]:
        """Takes somebody's word that a document's texts, or those in a language, are what they say they are."""
        self._check(who, "confirm")
        ids = self.collection.unverified(name, language)
        self._noted(who, "confirm", ", ".join(ids))
        for each in ids:
            self.library.confirm(each)
        return self.collection.records(ids)

    def job(self, who: Principal, job_id: str, since: int = 0) -> dict[str, Any]:
        """How a job stands, with the outcomes behind the first `since`."""
        self._check(who, "jobs")
        return self.jobs.look(job_id, since)

    def all_jobs(self, who: Principal) -> list[dict[str, Any]]:
        """The jobs, the latest first, without their outcomes."""
        self._check(who, "jobs")
        return self.jobs.all()

    def follow_job(self, who: Principal, job_id: str, since: int | None = None) -> AsyncGenerator[dict[str, Any], None]:
        """A job whenever it has changed, until it has ended; to have asked for it once is enough. With `since` each outcome behind
        the first ones is told once. Raises `NotHeld` here."""
        self._check(who, "jobs")
        self.jobs.get(job_id)
        return self.jobs.follow(job_id, since)

    def stop_job(self, who: Principal, job_id: str) -> dict[str, Any]:
        """Tells a job to stop; what is finished is kept. Others' jobs are stopped by administrators alone."""
        self._check(who, "jobs")
        if self.jobs.get(job_id).by != who.id and who.role < Role.ADMIN:
            raise Forbidden("job-others")
        self._noted(who, "stop", job_id)
        return self.jobs.stop(job_id).to_json()


def _symbol(symbol: str | None) -> str | None:
    if not symbol:
        return None
    try:
        return Symbol.parse_any(symbol).text
    except SymbolError as error:
        raise Invalid("no-symbol", text=str(error), hint="") from None
