"""Operations that change the collection (upload, fetch, confirm, remove), and the jobs that do the work."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from assistant.access import Principal, Role
from assistant.collection import Collection
from assistant.fetch_plans import FetchPlan, FetchRequest, Row, plan
from assistant.ingestion import CollectionUpdater, Files
from assistant.qa.engine import Engine
from assistant.service.jobs import Job, JobReporter, Jobs
from assistant.service.question_service import ServiceBase
from assistant.service_errors import Conflict, Forbidden, Invalid, check_language
from corpus.corpus_errors import readable_errors
from corpus.files import file_hash
from corpus.library import Library
from corpus.symbols import Symbol, SymbolError
from ingest.change_order import Turn, TurnStore
from ingest.document_reading import Input
from ingest.input_files import printable
from ingest.readers import ReadError

FOLDER = "uploads"
"""Folder of uploaded files, within the library's folder."""
MAX_FIRST_LOOK = 5_000_000
"""Largest upload, in bytes, whose first bytes are looked at before it waits in the queue."""
MIN_LARGE = 1_000_000
"""Smallest upload, in bytes, that is large: one of these is read at a time, so that others wait for none of them."""
CONTENT, _NOTE = "content", "note.json"
_FILES, _LARGE = "/files", "/large"  # what jobs touch; no file name or symbol begins so


@dataclass(frozen=True)
class Upload:
    """An uploaded file, stored under a name that the server chose; `name` is the sender's file name."""

    path: Path
    name: str
    sha256: str
    symbol: str | None = None
    language: str | None = None
    ocr: bool = False
    again: bool = False
    number: int = 0
    """Position in the order of upload; 0 for uploads that an earlier version of the program stored."""

    @property
    def label(self) -> str:
        """The name of the file as shown to people."""
        return self.name

    @property
    def size(self) -> int:
        """How many bytes it has; 0 where they are missing."""
        return self.path.stat().st_size if self.path.is_file() else 0

    @property
    def is_large(self) -> bool:
        """Whether no other large one is read beside it."""
        return self.size >= MIN_LARGE

    @property
    def job(self) -> str:
        """The id of the job that ingests it, the same after a restart."""
        return self.path.parent.name[:16]

    def open(self) -> Input:
        """Reads its bytes. Raises `ReadError` where they are missing."""
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise ReadError(f"The upload {self.name} cannot be read: {error.strerror}.") from None
        symbol = Symbol.parse_any(self.symbol) if self.symbol else None
        # Identified by content: names of uploads are arbitrary.
        origin = f"upload-{self.sha256[:20]}"
        return Input(self.name, data, symbol, self.language, origin=origin, ocr=self.ocr, force=self.again)

    def drop(self) -> None:
        """Deletes the file with its folder."""
        shutil.rmtree(self.path.parent, ignore_errors=True)


class Uploads:
    """The uploaded files that wait to be ingested. `folder` is created with the first one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make_folder(self) -> Path:
        """Creates a folder for one file."""
        folder = self._folder / secrets.token_hex(16)
        with readable_errors(self._folder):
            folder.mkdir(parents=True, mode=0o700)
        return folder

    def save(
        self,
        content: BinaryIO,
        name: str,
        by: str,
        *,
        symbol: str | None,
        language: str | None,
        ocr: bool,
        again: bool,
        number: int,
    ) -> Upload:
        """Stores a file with what its sender states about it, so that it is found after a restart. Where writing fails, nothing
        is left behind."""
        folder = self.make_folder()
        path = folder / CONTENT
        shown = printable(name.replace("\\", "/").rpartition("/")[2])[:200]
        try:
            with path.open("wb") as file:
                shutil.copyfileobj(content, file)
            with readable_errors(self._folder):
                upload = Upload(path, shown, file_hash(path), symbol, language, ocr, again, number)
                (folder / _NOTE).write_text(json.dumps({**asdict(upload), "path": "", "by": by}), encoding="utf-8")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return upload

    def unfinished(self) -> list[tuple[Upload, str]]:
        """Files that an earlier process accepted and did not finish, with their senders, in upload order, so that the later
        text of a symbol replaces the earlier one. Deletes incomplete uploads: their senders got no reply."""
        found: list[tuple[Upload, str]] = []
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            try:
                note = json.loads((folder / _NOTE).read_text(encoding="utf-8"))
                by = str(note.pop("by"))
                found.append((Upload(**{**note, "path": folder / CONTENT}), by))
            except (OSError, ValueError, KeyError, TypeError):
                shutil.rmtree(folder, ignore_errors=True)
        return sorted(found, key=lambda each: each[0].number)


class CollectionService(ServiceBase):
    """Operations on documents. Those that start jobs return them at once; `job` and `follow_job` give their progress."""

    engine: Engine
    library: Library
    collection: Collection
    jobs: Jobs
    _updater: CollectionUpdater
    _turns: TurnStore | None
    _uploads: Uploads

    def verify(self, who: Principal) -> Job:
        """Starts a check of the library; each outcome is a fault."""
        self._check(who, "verify")
        return self.jobs.submit("verify", who.id, self._updater.verify, touches=frozenset())

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
        """Starts to ingest an uploaded file, with `again` also where these bytes were read before. `name` is only shown; the format
        is detected from the content."""
        self._check(who, "upload")
        if language:
            check_language(language)
        given, turn, upload = _symbol(symbol), self._turn(), None
        number = 0 if turn is None else turn.number
        try:
            upload = self._uploads.save(
                content, name, who.id, symbol=given, language=language, ocr=ocr, again=again, number=number
            )
            self._note_action(who, "upload", f"{upload.name} {upload.sha256}")
            outcome = self._look(upload)
            return self._read(upload, who.id, outcome)
        except BaseException:  # the sender gets an error, so the file must not be ingested later
            if upload is not None:
                upload.drop()
            if turn is not None:
                turn.close()
            raise

    def resume(self) -> int:
        """Restarts uploads that an earlier process accepted and did not finish; returns their number."""
        return len([self._read(*each, accepted=True) for each in self._uploads.unfinished()])

    def _look(self, upload: Upload) -> dict[str, Any] | None:
        """The outcome of a small upload that is refused without being read; None where it has to wait for that."""
        with suppress(OSError):
            if upload.size <= MAX_FIRST_LOOK:
                return self._updater.refuse(upload)
        return None

    def _turn(self, number: int = 0) -> Turn | None:
        return Turn.begin(self._turns, number) if self._turns else None

    def _read(self, upload: Upload, by: str, outcome: dict[str, Any] | None = None, *, accepted: bool = False) -> Job:
        return self._change(
            "upload",
            by,
            lambda updater, reporter: updater.read(reporter, [upload], 1, jobs=1),
            {upload.sha256, upload.symbol or upload.sha256, upload.name, _LARGE if upload.is_large else upload.name},
            upload.drop,
            upload.number,
            detail=upload.name,
            job_id=upload.job,
            outcome=outcome,
            accepted=accepted,
        )

    def _change(
        self,
        kind: str,
        by: str,
        work: Callable[[CollectionUpdater, JobReporter], None],
        touches: Iterable[str] = (_FILES,),
        ended: Callable[[], None] = lambda: None,
        number: int = 0,
        **more: Any,
    ) -> Job:
        """Submits a job that changes documents, which may run beside another one."""
        turn = self._turn(number)
        updater = self._updater.in_turn(turn)

        def close() -> None:
            if turn is not None:
                turn.close()

        def end(_: Job) -> None:
            ended()
            close()

        try:
            return self.jobs.submit(
                kind, by, lambda reporter: work(updater, reporter), ended=end, touches=frozenset(touches), **more
            )
        except BaseException:
            close()
            raise

    def fetch(self, who: Principal, request: FetchRequest) -> Job:
        """Starts to fetch official documents by symbol (see `rapporteur fetch`); never from an address that the caller gives."""
        planned = self._plan(who, request)
        named = ", ".join(f"{each.symbol} ({each.language})" for each in planned.due) or "nothing that is missing"
        self._note_action(who, "fetch", named)
        return self._change(
            "fetch",
            who.id,
            lambda updater, reporter: updater.fetch(reporter, planned),
            {_FILES, *(each.symbol.text for each in planned.due)},
            detail=named[:200],
        )

    def plan_fetch(self, who: Principal, request: FetchRequest) -> list[Row]:
        """What `fetch` would do with each document, without any network request."""
        return self._updater.preview(self._plan(who, request))

    def _plan(self, who: Principal, request: FetchRequest) -> FetchPlan:
        self._check(who, "fetch")
        if self._updater.source is None:
            raise Conflict("fetch-off")
        return plan(request, self.library, self.engine.catalogue)

    def ingest(self, who: Principal, files: Files, *, again: bool = False, jobs: int | None = None) -> Job:
        """Starts to ingest files and folders of the server's machine, for its own user."""
        self._check(who, "ingest")
        symbol = _symbol(files.symbol)
        if symbol and len(files.paths) != 1:
            raise Invalid("symbol-one-file")
        self._note_action(who, "ingest", ", ".join(map(str, files.paths)) or "starter")
        return self._change(
            "ingest",
            who.id,
            lambda updater, reporter: updater.read(reporter, files, len(files), again=again, jobs=jobs),
            {_FILES, symbol or _FILES},
            detail=", ".join(printable(str(path)) for path in files.paths)[:200],
        )

    def forget(self, who: Principal, path: Path, shown: str) -> Job:
        """Starts to remove the documents of a deleted file of the server's machine, for its own user."""
        self._check(who, "ingest")
        self._note_action(who, "forget", str(path))
        name = printable(shown)
        return self._change(
            "forget",
            who.id,
            lambda updater, reporter: updater.forget(reporter, path, name),
            detail=name[:200],
        )

    def remove(self, who: Principal, name: str, language: str | None = None, edition: str | None = None) -> Job:
        """Starts to remove a document: all its versions, or those in a language or edition. It waits for a job that is known to change
        them; a job that turns out to do so later, and was submitted before, does not bring them back."""
        self._check(who, "remove")
        found = self.collection.find(name, language, edition)
        ids = [document.id for document in found]
        self._note_action(who, "remove", ", ".join(ids))
        return self._change(
            "remove",
            who.id,
            lambda updater, reporter: updater.remove(reporter, ids),
            {each for one in found for each in (one.sha256, one.source, one.symbol.text if one.symbol else one.source)},
            detail=name,
        )

    def confirm(
        self, who: Principal, name: str, language: str | None = None, sha256: str | None = None
    ) -> list[dict[str, Any]]:
        """Marks the unverified texts of a document as verified by the caller: all, those in a language, or the one with the hash `sha256`,
        which the caller has seen. Raises `Conflict` where another text has replaced it."""
        self._check(who, "confirm")
        found = self.collection.unverified(name, language, sha256)
        for each, stored in found.items():
            self.library.confirm(each, stored)
            self._note_action(who, "confirm", each)
        return self.collection.records([*found])

    def job(self, who: Principal, job_id: str, since: int = 0) -> dict[str, Any]:
        """Returns the record of a job, with the outcomes after the first `since`."""
        self._check(who, "jobs")
        return self.jobs.record(job_id, since)

    def all_jobs(self, who: Principal) -> list[dict[str, Any]]:
        """Returns the records of all jobs without their outcomes, latest first."""
        self._check(who, "jobs")
        return self.jobs.all()

    def follow_job(self, who: Principal, job_id: str, since: int = 0) -> AsyncGenerator[dict[str, Any], None]:
        """Yields the record of a job on each change until it has ended; access is checked once. Each outcome after the first `since`
        is included once. Raises `NotFound` here, not in the generator."""
        self._check(who, "jobs")
        self.jobs.get(job_id)
        return self.jobs.follow(job_id, since)

    def stop_job(self, who: Principal, job_id: str) -> dict[str, Any]:
        """Tells a job to stop; finished parts remain. Only administrators may stop other users' jobs."""
        self._check(who, "jobs")
        if self.jobs.get(job_id).by != who.id and who.role < Role.ADMIN:
            raise Forbidden("job-others")
        self._note_action(who, "stop", job_id)
        return self.jobs.stop(job_id).to_json()


def _symbol(symbol: str | None) -> str | None:
    if not symbol:
        return None
    try:
        return Symbol.parse_any(symbol).text
    except SymbolError as error:
        raise Invalid("no-symbol", text=str(error), hint="") from None
