"""The service: every operation that a door offers, each checked for who asks, limited, and done in its turn."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.access import Principal, check
from assistant.answer import Answer
from assistant.engine import Engine
from assistant.faults import Invalid, ServiceFault
from assistant.retrieve import Evidence
from assistant.service.collection import Collection
from assistant.service.events import Closed, Done, Stated, Status, Stream
from assistant.service.jobs import Job, Jobs
from assistant.service.keeping import Keeper, Upload
from assistant.service.turns import Turns
from corpus.documents import LANGUAGES, Document
from corpus.feedback import Feedback, FeedbackError, feedback_of
from corpus.symbols import Symbol, SymbolError
from ingest.folder import printable

UPLOADS = "uploads"
"""Folder of files that were sent and are not read yet, in that of the library."""


@dataclass(frozen=True)
class Limits:
    """What the service takes on. `queue` questions may wait, `per_client` of them one client's, `patience` seconds each;
    `jobs` may be unfinished; a file may have `upload` bytes."""

    queue: int = 100
    per_client: int = 100
    patience: float = 60.0
    jobs: int = 100
    upload: int = 200_000_000


class Service:
    """Rapporteur for many. Every method takes the principal that asks first, and raises a `ServiceFault` for what
    is not done.

    `ask` and `search` wait for their turn; `begin_ask` and `begin_search` give a future instead, for doors that must
    not block. Everything else is quick, and safe from any thread.
    """

    def __init__(self, engine: Engine, keeper: Keeper | None = None, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.engine = engine
        self.library = engine.library
        self.collection = Collection(engine.library, engine.catalogue)
        self.turns = Turns(places=self.limits.queue, per_client=self.limits.per_client, patience=self.limits.patience)
        self.jobs = Jobs(places=self.limits.jobs)
        self._keeper = keeper or Keeper(engine.library, engine.catalogue)
        self._uploads = self.library.folder / UPLOADS

    def close(self, grace: float = 20.0) -> bool:
        """Takes nothing new, finishes the answers that were begun, stops jobs between two documents. Says whether
        all that was begun has ended within `grace` seconds."""
        jobs = self.jobs.close(grace)
        return self.turns.close(grace) and jobs

    # Asking

    def begin_ask(
        self, who: Principal, question: str, history: Sequence[str] = (), language: str | None = None
    ) -> Future[Answer]:
        """The answer to a question, to come. `history` are the earlier user turns, oldest first."""
        self._check(who, "ask")
        _language(language)
        return self.turns.take(lambda: self.engine.ask(question, history, language), who.client)

    def ask(self, who: Principal, question: str, history: Sequence[str] = (), language: str | None = None) -> Answer:
        """The answer to a question, in its turn."""
        return self.begin_ask(who, question, history, language).result()

    def stream(self, who: Principal, question: str, history: Sequence[str] = (), language: str | None = None) -> Stream:
        """The answer as it comes: `Status`, `Stated` for each verified statement, and `Done` with the whole answer,
        which is what `ask` gives. For `for` and `async for`; refusals are raised here, not in the stream."""
        self._check(who, "ask")
        _language(language)
        stream = Stream()

        def answer() -> None:
            try:
                stream.put(Status("answering"))
                whole = self.engine.ask(question, history, language)
                for statement in whole.statements:
                    stream.put(Stated(whole, statement))
                stream.put(Done(whole))
            except Closed:
                return

        ahead = self.turns.waiting
        stream.put(Status("waiting", ahead))
        stream.follow(self.turns.take(answer, who.client))
        return stream

    def begin_search(self, who: Principal, text: str, limit: int = 10) -> Future[list[Evidence]]:
        """The passages nearest to a question, to come."""
        self._check(who, "search")
        return self.turns.take(lambda: self.engine.search(text, limit), who.client)

    def search(self, who: Principal, text: str, limit: int = 10) -> list[Evidence]:
        """The passages nearest to a question, best first."""
        return self.begin_search(who, text, limit).result()

    # Looking

    def documents(
        self,
        who: Principal,
        *,
        text: str | None = None,
        language: str | None = None,
        edition: str | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> tuple[list[dict[str, Any]], int]:
        """A page of the held documents, and how many there are in all."""
        self._check(who, "documents")
        ids = self.collection.ids(text=text, language=language, edition=edition)
        return self.collection.records(ids[offset : offset + limit]), len(ids)

    def catalogue(self, who: Principal, offset: int = 0, limit: int = 50) -> tuple[list[dict[str, Any]], int]:
        """A page of what is known to exist and is not held, and how many there are in all."""
        self._check(who, "catalogue")
        missing = self.collection.missing()
        return missing[offset : offset + limit], len(missing)

    def document(self, who: Principal, name: str, language: str | None = None, edition: str | None = None) -> Document:
        """The document that a symbol, name or id means. Pass it to `collection` for its outline, blocks, versions."""
        self._check(who, "documents")
        return self.collection.one(name, language, edition)

    def passage(self, who: Principal, passage_id: str, around: int = 0) -> dict[str, Any]:
        """A passage by evidence id with its neighbours."""
        self._check(who, "documents")
        return self.collection.passage(passage_id, around)

    def meetings(self, who: Principal) -> list[dict[str, Any]]:
        """The meetings whose agendas are held."""
        self._check(who, "meetings")
        return self.collection.meetings()

    def status(self, who: Principal) -> dict[str, Any]:
        """What the library holds, in numbers, and what it was made with."""
        self._check(who, "status")
        found = self.library.status()
        return {
            "documents": found.documents,
            "passages": found.passages,
            "vectors": found.vectors,
            "bytes": found.bytes,
            "languages": self.library.languages(),
            **found.stamp,
        }

    # Rating

    def rate(
        self,
        who: Principal,
        question: str,
        language: str,
        rating: int,
        *,
        history: Sequence[str] = (),
        answer: dict[str, Any] | None = None,
        comment: str = "",
        expected: str = "",
    ) -> int:
        """Keeps what somebody says about an answer; returns its number."""
        self._check(who, "rate")
        try:
            kept = feedback_of(
                question, language, rating, history=history, answer=answer, comment=comment, expected=expected
            )
        except FeedbackError as error:
            raise Invalid(str(error)) from None
        return self.library.add_feedback(kept)

    def ratings(self, who: Principal) -> list[Feedback]:
        """What people said about answers, oldest first."""
        self._check(who, "ratings")
        return self.library.feedback()

    # Keeping

    def room(self, who: Principal) -> Path:
        """A new folder of the server's for one upload: the door writes the bytes into `content` there, and then
        calls `upload`."""
        self._check(who, "upload")
        folder = self._uploads / secrets.token_hex(16)
        folder.mkdir(parents=True, mode=0o700)
        return folder

    def upload(
        self,
        who: Principal,
        folder: Path,
        name: str,
        *,
        symbol: str | None = None,
        language: str | None = None,
        ocr: bool = False,
    ) -> Job:
        """Begins to read the file in a folder that `room` gave. `name` is only shown, what it is its content tells."""
        try:
            self._check(who, "upload")
            _language(language)
            named = _symbol(symbol)
            path = folder / "content"
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            shown = printable(name.replace("\\", "/").rpartition("/")[2])[:200]
            upload = Upload(path, shown, sha256, named, language, ocr)
            note = {**asdict(upload), "path": "content", "by": who.id}
            (folder / "note.json").write_text(json.dumps(note), encoding="utf-8")
            return self.jobs.submit("upload", who.id, lambda hand: self._keeper.upload(hand, upload), detail=shown)
        except ServiceFault:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def remove(self, who: Principal, name: str, language: str | None = None, edition: str | None = None) -> Job:
        """Begins to remove a document: all its versions, or those in a language or edition."""
        self._check(who, "remove")
        ids = [document.id for document in self.collection.find(name, language, edition)]
        return self.jobs.submit("remove", who.id, lambda hand: self._keeper.remove(hand, ids), detail=name)

    def job(self, who: Principal, job_id: str) -> dict[str, Any]:
        """How a job stands."""
        self._check(who, "jobs")
        return self.jobs.look(job_id)

    def all_jobs(self, who: Principal) -> list[dict[str, Any]]:
        """The jobs, the latest first."""
        self._check(who, "jobs")
        return [self.jobs.look(job.id) for job in self.jobs.all()]

    def wait_job(self, who: Principal, job_id: str, after: int = -1, seconds: float = 10) -> tuple[int, dict[str, Any]]:
        """A job as soon as it has changed since revision `after`, or after some seconds; and its revision."""
        self._check(who, "jobs")
        return self.jobs.wait(job_id, after, seconds)

    def stop_job(self, who: Principal, job_id: str) -> dict[str, Any]:
        """Tells a job to stop; what is finished is kept."""
        self._check(who, "jobs")
        return self.jobs.stop(job_id).to_json()

    @property
    def ready(self) -> bool:
        """Whether questions are taken."""
        return self.turns.waiting < self.limits.queue

    def _check(self, who: Principal, operation: str) -> None:
        check(who, operation)


def _language(language: str | None) -> None:
    if language is not None and language not in LANGUAGES:
        raise Invalid(f"The language {language!r} is none of {', '.join(LANGUAGES)}.")


def _symbol(symbol: str | None) -> str | None:
    if not symbol:
        return None
    try:
        return Symbol.parse(symbol).text
    except SymbolError as error:
        raise Invalid(str(error)) from None
