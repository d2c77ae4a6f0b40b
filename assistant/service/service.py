"""The service: every operation that a door offers, each checked for who asks, limited, and done in its turn."""

from __future__ import annotations

import logging
import shutil
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from assistant.access import Principal, Role, check
from assistant.access.rates import COSTLY, Rates
from assistant.collection import Collection
from assistant.faults import (
    Conflict,
    Forbidden,
    Invalid,
    NotHeld,
    ServiceFault,
    known_language,
    of_library,
    stopping,
)
from assistant.fetching import Asked, Row, held_row, plan
from assistant.keeping import Keeper
from assistant.named_files import Files
from assistant.qa.answer import Answer, AnswerStatus, Finished, Mode, Progress, Said, Statement
from assistant.qa.engine import Engine
from assistant.qa.retriever import Evidence
from assistant.qa.scope import Scope
from assistant.service.drafts import Drafts
from assistant.service.events import Closed, Done, Stated, Status, Stream
from assistant.service.history import History
from assistant.service.jobs import Hand, Job, Jobs
from assistant.service.kept import Kept
from assistant.service.metrics import Metrics
from assistant.service.page_pictures import PagePictures
from assistant.service.turns import Turns
from assistant.service.uploads import FOLDER, Upload, Uploads
from assistant.service.writing import Writing
from corpus.corpus_errors import LibraryError
from corpus.documents import Document
from corpus.feedback import Feedback, FeedbackError, FeedbackFull, feedback_of
from corpus.symbols import Symbol, SymbolError
from ingest.folder import printable

if TYPE_CHECKING:
    from ingest.fetch import Wanted

Noted = Callable[[Principal, str, str], None]
"""Told who does what to what, for the audit log."""
T = TypeVar("T")

log = logging.getLogger("rapporteur.service")


@dataclass(frozen=True)
class Limits:
    """What the service takes on. `queue` questions may wait, `per_client` of them one client's, `patience` seconds each;
    `jobs` may be unfinished; a file may have `upload` bytes."""

    queue: int = 100
    per_client: int = 100
    patience: float = 60.0
    jobs: int = 100
    upload: int = 100_000_000

    def turns(self) -> Turns:
        """The queue at the models."""
        return Turns(places=self.queue, per_client=self.per_client, patience=self.patience)


class Service:
    """Rapporteur for many. Every method takes the principal that asks first, and raises a `ServiceFault` for what
    is not done.

    `ask` and `search` wait for their turn; `begin_ask` and `begin_search` give a future instead, for doors that must
    not block. Everything else is quick, and safe from any thread.
    """

    def __init__(
        self,
        engine: Engine,
        keeper: Keeper | None = None,
        limits: Limits | None = None,
        *,
        turns: Turns | None = None,
        rates: Rates | None = None,
        noted: Noted = lambda _who, _action, _target: None,
        history: History | None = None,
        kept: Kept | None = None,
        drafts: Drafts | None = None,
        log_questions: bool = False,
    ) -> None:
        self.limits = limits or Limits()
        self.engine = engine
        self.metrics = Metrics()
        self._rates, self._noted, self._log_questions = rates, noted, log_questions
        self.library = engine.library
        self.collection = Collection(engine.library, engine.catalogue)
        self.turns = turns or self.limits.turns()
        self.jobs = Jobs(places=self.limits.jobs, heard=self.metrics.file, history=history)
        self._keeper = keeper or Keeper(engine.library, engine.catalogue)
        self._uploads = Uploads(self.library.folder / FOLDER)
        self._stopping = False
        self._when_stopped: list[Callable[[], None]] = []
        self.writing = Writing(self, self._check, noted, drafts)
        self._pictures = PagePictures(self.library, self._keeper.limits)
        self.kept = kept
        self.metrics.watch("waiting", "Questions that wait for their turn.", lambda: self.turns.waiting)
        self.metrics.watch("writing", "Questions that wait for a model.", lambda: self.turns.elsewhere)
        self.metrics.watch("jobs", "Jobs that have not ended.", lambda: self.jobs.unfinished)
        self.metrics.watch("passages", "Passages held.", lambda: sum(self.library.languages().values()))

    def stop(self) -> None:
        """Takes nothing new from now on, and tells jobs to stop between two documents."""
        self._stopping = True
        self.jobs.stop_all()
        self.writing.papers.stop()
        for call in self._when_stopped:
            call()

    def when_stopped(self, call: Callable[[], None]) -> None:
        """Has something called when the service is told to stop, by whichever thread tells it."""
        self._when_stopped.append(call)

    def close(self, grace: float = 20.0) -> bool:
        """Takes nothing new, finishes the answers that were begun, stops jobs between two documents. Says whether
        all that was begun has ended within `grace` seconds."""
        self.stop()
        self._pictures.close()
        papers = self.writing.papers.close(grace)
        jobs = self.jobs.close(grace)
        return self.turns.close(grace) and jobs and papers

    # Asking

    def check_scope(self, who: Principal, scope: Scope | None) -> None:
        """Raises `NotHeld` where a scope names a meeting, an item or a document that is not there. Answering says so too;
        a door that streams asks beforehand, so that its reply can be a refusal as a whole."""
        self._check(who, "documents")
        self._known(scope)

    def _known(self, scope: Scope | None) -> None:
        if scope is not None and (why := scope.unknown(self.library)) is not None:
            raise NotHeld(why)

    def begin_ask(
        self,
        who: Principal,
        question: str,
        history: Sequence[str] = (),
        language: str | None = None,
        *,
        mode: Mode | None = None,
        scope: Scope | None = None,
    ) -> Future[Answer]:
        """The answer to a question, to come. `history` are the earlier user turns, oldest first; `mode` overrides that
        of the settings, `scope` says which documents it is asked of."""
        self._check(who, "ask")
        _language(language)
        return self._turn(lambda: self._answer(who, question, history, language, mode, scope), who)

    def ask(
        self,
        who: Principal,
        question: str,
        history: Sequence[str] = (),
        language: str | None = None,
        *,
        mode: Mode | None = None,
        scope: Scope | None = None,
    ) -> Answer:
        """The answer to a question, in its turn."""
        return self.begin_ask(who, question, history, language, mode=mode, scope=scope).result()

    def stream(
        self,
        who: Principal,
        question: str,
        history: Sequence[str] = (),
        language: str | None = None,
        *,
        mode: Mode | None = None,
        scope: Scope | None = None,
    ) -> Stream:
        """The answer as it comes: `Status`, `Stated` for each verified statement, and `Done` with the whole answer,
        which is what `ask` gives. For `for` and `async for`; refusals are raised here, not in the stream."""
        self._check(who, "ask")
        _language(language)
        stream = Stream()

        def answer() -> None:
            try:
                stream.put(Status("answering"))
                stream.put(Done(self._answer(who, question, history, language, mode, scope, stream.put)))
            except Closed:
                return

        ahead = self.turns.waiting
        stream.put(Status("waiting", ahead))
        stream.follow(self._turn(answer, who))
        return stream

    def begin_search(self, who: Principal, text: str, limit: int = 10) -> Future[list[Evidence]]:
        """The passages nearest to a question, to come."""
        self._check(who, "search")
        return self._turn(lambda: self.engine.search(text, limit), who)

    def search(self, who: Principal, text: str, limit: int = 10) -> list[Evidence]:
        """The passages nearest to a question, best first."""
        return self.begin_search(who, text, limit).result()

    def _turn(self, work: Callable[[], T], who: Principal) -> Future[T]:
        def told() -> T:
            try:
                return work()
            except LibraryError as error:
                raise of_library(error, trusted=who.trusted) from error

        try:
            return self.turns.take(told, who.client, who.origin)
        except ServiceFault as fault:
            self.metrics.refused(fault.code)
            raise

    def _answer(
        self,
        who: Principal,
        question: str,
        history: Sequence[str],
        language: str | None,
        mode: Mode | None,
        scope: Scope | None,
        told: Callable[[Status | Stated], None] = lambda _: None,
    ) -> Answer:
        """Answers; `told` hears of each statement once it stands, and when a model is asked."""
        self._known(scope)
        stated: list[Statement] = []
        spoken = language or self.engine.question(question).language
        with closing(self.engine.stream(question, history, language, mode=mode, scope=scope)) as events:
            for event in events:
                if isinstance(event, Said):
                    stated.append(event.statement)
                    status: AnswerStatus = "tentative" if event.doubt else "answered"
                    told(Stated(Answer(question, spoken, status, "", tuple(stated)), event.statement))
                elif isinstance(event, Progress) and event.stage == "writing":
                    told(Status("writing"))
                elif isinstance(event, Finished):
                    answer = event.answer
        seconds = answer.timings.get("total_ms", 0.0) / 1e3
        self.metrics.answer(answer.status, answer.language, seconds)
        fields = {"who": who.id, "status": answer.status, "language": answer.language, "ms": round(seconds * 1e3, 1)}
        if self._log_questions:
            fields |= {"question": question, "history": list(history)}
        log.info("answer", extra={"fields": fields})
        return answer

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

    def records(self, who: Principal, *, missing: bool = False) -> list[dict[str, Any]]:
        """All held documents, and behind them, with `missing`, what is known to exist and is not held."""
        self._check(who, "documents")
        return [*self.collection.records(), *(self.collection.missing() if missing else ())]

    def catalogue(self, who: Principal, offset: int = 0, limit: int = 50) -> tuple[list[dict[str, Any]], int]:
        """A page of what is known to exist and is not held, and how many there are in all."""
        self._check(who, "catalogue")
        missing = self.collection.missing()
        return missing[offset : offset + limit], len(missing)

    def document(self, who: Principal, name: str, language: str | None = None, edition: str | None = None) -> Document:
        """The document that a symbol, name or id means. Pass it to `collection` for its outline, blocks, versions."""
        self._check(who, "documents")
        return self.collection.one(name, language, edition)

    def picture(self, who: Principal, document: Document, page: int, words: tuple[int, int] | None = None) -> bytes:
        """A page of a document as it is printed, as PNG; the words of a span of its text are marked on it."""
        self._check(who, "documents")
        return self._pictures.picture(document, page, words)

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
        return self.collection.status()

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
            raise Invalid("rating-wrong", text=str(error)) from None
        try:
            return self.library.add_feedback(kept)
        except FeedbackFull as error:
            raise Conflict("ratings-full", text=str(error)) from None

    def ratings(self, who: Principal, offset: int = 0, limit: int = 50) -> tuple[list[Feedback], int]:
        """A page of what people said about answers, oldest first, and how much there is in all."""
        self._check(who, "ratings")
        return self.library.feedback(offset, limit), self.library.count_feedback()

    def remove_ratings(self, who: Principal, number: int) -> int:
        """Removes the ratings up to a number; returns how many there were."""
        self._check(who, "ratings")
        self._noted(who, "remove ratings", f"up to {number}")
        return self.library.remove_feedback(number)

    def cases(self, who: Principal) -> str:
        """The ratings as YAML cases of a question set, each to be reviewed."""
        from assistant.rated_cases import to_yaml

        self._check(who, "ratings")
        return to_yaml(self.library.feedback(), self.library)

    # Keeping

    def verify(self, who: Principal) -> Job:
        """Begins to check the library; each outcome is something that is wrong."""
        self._check(who, "verify")
        return self.jobs.submit("verify", who.id, self._keeper.verify)

    def room(self, who: Principal) -> Path:
        """A new folder of the server's for one upload: the door writes the bytes into `content` there, and then
        calls `upload`."""
        self._check(who, "upload")
        return self._uploads.room()

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
            upload = self._uploads.take(folder, name, who.id, symbol=named, language=language, ocr=ocr)
            self._noted(who, "upload", f"{upload.name} {upload.sha256}")
            return self._read(upload, who.id)
        except BaseException:  # whoever sent it is told that it was not taken
            shutil.rmtree(folder, ignore_errors=True)
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
        )

    def fetch(self, who: Principal, asked: Asked) -> Job:
        """Begins to fetch official documents by symbol (see `rapporteur fetch`); never from an address that is given."""
        wanted = self._planned(who, asked)
        due = [each for each in wanted if asked.again or not each.held]
        held = [held_row(each) for each in wanted if each not in due]

        def work(hand: Hand) -> None:
            for row in held:
                hand.outcome(asdict(row))
            if due:
                self._keeper.fetch(hand, due, asked.formats, again=asked.again)

        named = ", ".join(f"{each.symbol} ({each.language})" for each in due) or "nothing that is not held"
        self._noted(who, "fetch", named)
        return self.jobs.submit("fetch", who.id, work, detail=named[:200])

    def foresee(self, who: Principal, asked: Asked) -> list[Row]:
        """What `fetch` would do with each document, without asking anybody."""
        return self._keeper.foreseen(self._planned(who, asked), asked.formats, again=asked.again)

    def _planned(self, who: Principal, asked: Asked) -> list[Wanted]:
        """The documents that are meant."""
        self._check(who, "fetch")
        if not self._keeper.can_fetch:
            raise Conflict("fetch-off")
        assert asked.formats
        return plan(asked, self.library, self.engine.catalogue)

    def ingest(
        self,
        who: Principal,
        paths: Sequence[Path],
        *,
        starter: bool = False,
        symbol: str | None = None,
        language: str | None = None,
        ocr: bool = False,
        again: bool = False,
        jobs: int | None = None,
    ) -> Job:
        """Begins to read files and folders of this machine's, for its own user."""
        self._check(who, "ingest")
        _language(language)
        files = Files(paths, starter, _symbol(symbol), language, ocr, self.library.folder)
        self._noted(who, "ingest", ", ".join(map(str, paths)) or "starter")
        return self.jobs.submit(
            "ingest",
            who.id,
            lambda hand: self._keeper.read(hand, files, len(files), again=again, jobs=jobs),
            detail=", ".join(printable(str(path)) for path in paths)[:200],
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

    def wait_job(self, who: Principal, job_id: str, after: int = -1, seconds: float = 10) -> tuple[int, dict[str, Any]]:
        """A job as soon as it has changed since revision `after`, or after some seconds; and its revision. To follow a job
        is to have asked for it once."""
        check(who, "jobs")
        return self.jobs.wait(job_id, after, seconds)

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

    def metrics_text(self, who: Principal) -> bytes:
        """What happened, for Prometheus."""
        self._check(who, "metrics")
        return self.metrics.text()

    @property
    def ready(self) -> bool:
        """Whether questions are taken."""
        return not self._stopping and self.turns.waiting + self.turns.elsewhere < self.limits.queue

    @property
    def stopping(self) -> bool:
        """Whether the service was told to stop."""
        return self._stopping

    def admit(self, who: Principal, operation: str, counted: str | None = None) -> Principal:
        """Lets a request in, before more is read of it than what it is to be: checks whether somebody may do an operation,
        and counts it as `counted`, by default as that. Pass what this gives to the other methods: they do not count it again."""
        check(who, operation)
        self._check(who, counted or operation)
        return replace(who, counted=counted or operation)

    def _check(self, who: Principal, operation: str) -> None:
        """The one place where it is decided who may do what, how often, and when."""
        check(who, operation)
        if self._rates is not None:
            self._rates.count(who, operation)
        if self._stopping and operation in COSTLY:
            raise stopping()


def _language(language: str | None) -> None:
    if language is not None:
        known_language(language)


def _symbol(symbol: str | None) -> str | None:
    if not symbol:
        return None
    try:
        return Symbol.parse(symbol).text
    except SymbolError as error:
        raise Invalid("no-symbol", text=str(error), hint="") from None
