"""Work that takes time: queued, done one after another by one thread, of each who asks one in turn, its progress and outcomes to be
looked at."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from assistant.access.access_store import AccessStore
from assistant.messages import Message
from assistant.service.question_queue import FairQueue
from assistant.service_errors import Conflict, NotFound, Overloaded, stopping
from corpus.corpus_errors import LibraryError
from ingest.sandbox.process import WorkerError

KEPT = 1_000
"""Jobs that are kept, the latest ones."""
OUTCOMES = 1_000
"""Outcomes of each; the counts are of all."""
ENDED, NOTHING = Message("job-interrupted"), Message("job-nothing")
_NOTE = (
    "INSERT INTO jobs (id, server, created, state, record, outcomes) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET state = excluded.state, record = excluded.record, outcomes = excluded.outcomes"
)
_FORGET = "DELETE FROM jobs WHERE created < (SELECT created FROM jobs ORDER BY created DESC, id LIMIT 1 OFFSET ?)"


class JobHistory:
    """The table of jobs, of all servers that share it. It is written to in the background: a job waits for no disk. Raises
    `LibraryError` where it can't be read."""

    def __init__(self, store: AccessStore) -> None:
        self._store, self._server = store, str(store.folder.resolve())

    def note(self, job: Mapping[str, Any]) -> None:
        """Keeps how a job stands."""
        self._store.later(_NOTE, *self._row(job))
        self._store.later(_FORGET, KEPT - 1)

    def begin(self) -> None:
        """Notes that this server begins: what it has left unfinished has ended."""
        unfinished = self._store.rows(
            "SELECT record, outcomes FROM jobs WHERE server = ? AND state IN ('queued', 'running')", self._server
        )
        ended = {"state": "stopped", "reason": str(ENDED), "code": ENDED.name, "finished": self._store.stamp()}
        for row in unfinished:
            self._store.write(_NOTE, *self._row(_job(*row) | ended))

    def get(self, job_id: str) -> dict[str, Any] | None:
        """A job that is kept."""
        found = self._store.rows("SELECT record, outcomes FROM jobs WHERE id = ?", job_id)
        return _job(*found[0]) if found else None

    def latest(self, most: int) -> list[dict[str, Any]]:
        """The latest jobs without their outcomes, the latest first."""
        found = self._store.rows("SELECT record, '[]' FROM jobs ORDER BY created DESC, id LIMIT ?", most)
        return [_job(*row) for row in found]

    def _row(self, job: Mapping[str, Any]) -> tuple[str, ...]:
        outcomes = json.dumps(job["outcomes"][:OUTCOMES])
        record = json.dumps({name: value for name, value in job.items() if name != "outcomes"})
        return job["id"], self._server, job["created"], job["state"], record, outcomes


def _job(record: str, outcomes: str) -> dict[str, Any]:
    return {**json.loads(record), "outcomes": json.loads(outcomes)}


State = Literal["queued", "running", "done", "failed", "stopped"]

MOST_KEPT = 200
"""Finished jobs that can still be looked at."""
PAUSE = 0.3
"""Seconds between two records of a job that somebody follows."""
MOST_OUTCOMES = 100_000
"""Outcomes that one job keeps; the counts go on."""

log = logging.getLogger("rapporteur.jobs")


class Stopped(Exception):
    """The job was told to stop, or the service is stopping: what is finished is kept."""


@dataclass
class Job:
    """A piece of work. `done` of `total` say how far it is (`total` None: not known yet), `detail` what is in hand, before and after
    what was asked for; `outcomes` are records of what became of each part, `counts` how many there are of each result; `reason` says in English
    why it ended so, `code` is the name of that message."""

    id: str
    kind: str
    by: str
    created: str
    state: State = "queued"
    done: int = 0
    total: int | None = None
    detail: str = ""
    reason: str = ""
    code: str = ""
    finished: str | None = None
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def to_json(self, since: int = 0) -> dict[str, Any]:
        """A JSON-ready dictionary, with the outcomes behind the first `since` of them."""
        return {**vars(self), "outcomes": self.outcomes[since:], "counts": dict(self.counts)}


Heard = Callable[[str], None]


class _Changes:
    """Jobs as they change: a lock around each change, and who waits for one."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._watchers: dict[str, list[Callable[[], None]]] = {}

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def of(self, job: Job) -> None:
        """Tells that a job is another now. Within the lock."""
        for told in self._watchers.get(job.id, ()):
            told()

    @contextmanager
    def watched(self, job_id: str, told: Callable[[], None]) -> Iterator[None]:
        """Until the block ends, `told` is called with each change of a job, in the thread that makes it."""
        with self:
            self._watchers.setdefault(job_id, []).append(told)
        try:
            yield
        finally:
            with self:
                self._watchers[job_id].remove(told)
                if not self._watchers[job_id]:
                    del self._watchers[job_id]


class JobReporter:
    """A running job as the work sees it: told of progress, and asked whether to stop."""

    def __init__(self, job: Job, changed: _Changes, stop: threading.Event, heard: Heard) -> None:
        self._job, self._changed, self._stop, self._heard = job, changed, stop, heard

    def check(self) -> None:
        """Raises `Stopped` where the work is to end."""
        if self._stop.is_set():
            raise Stopped

    def update(self, *, done: int | None = None, total: int | None = None, detail: str | None = None) -> None:
        """Says how far the work is. Raises `Stopped` where it is to end."""
        self.check()
        with self._changed:
            job = self._job
            job.done = job.done if done is None else done
            job.total = job.total if total is None else total
            job.detail = job.detail if detail is None else detail
            self._changed.of(job)

    def advance(self) -> None:
        """Says that one more part is done. Raises `Stopped` where the work is to end."""
        self.update(done=self._job.done + 1)

    def note(self, words: str) -> None:
        """Says what people who wait should know. Raises `Stopped` where the work is to end."""
        self.update(detail=words)

    def add_outcome(self, record: dict[str, Any]) -> None:
        """Adds what became of a part."""
        with self._changed:
            job = self._job
            result = str(record.get("result", "done"))
            self._heard(result)
            job.counts[result] = job.counts.get(result, 0) + 1
            if len(job.outcomes) < MOST_OUTCOMES:
                job.outcomes.append(record)
            self._changed.of(job)


Work = Callable[[JobReporter], None]
Ended = Callable[[Job], None]


class Jobs:
    """The jobs of one service. `places`: how many may be unfinished; `heard` is told the result of every part;
    `history` keeps them."""

    def __init__(self, *, places: int = 100, heard: Heard = lambda _: None, history: JobHistory | None = None) -> None:
        self._places, self._heard, self._history = places, heard, history
        if history is not None:
            history.begin()
        self._changed = _Changes()
        self._jobs: dict[str, Job] = {}
        self._stops: dict[str, threading.Event] = {}
        self._after: dict[str, Ended] = {}
        self._queue: FairQueue[tuple[Job, Work]] = FairQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._thread.start()

    def submit(
        self, kind: str, by: str, work: Work, *, detail: str = "", ended: Ended | None = None, job_id: str = ""
    ) -> Job:
        """Queues work for somebody. `ended` is called when the job is over, but not where the service stops before:
        then it is to be begun again, under the same `job_id`. Raises `Overloaded` where too much waits."""
        with self._changed:
            if self._closed:
                raise stopping()
            if self.unfinished >= self._places:
                raise Overloaded("jobs-wait", count=self.unfinished, retry_after=60)
            job = Job(job_id or secrets.token_hex(8), kind, by, self._now(), detail=detail)
            self._jobs[job.id] = job
            self._stops[job.id] = threading.Event()
            if ended is not None:
                self._after[job.id] = ended
            self._note(job)
            self._forget()
        self._queue.put(by, (job, work))
        return job

    def get(self, job_id: str) -> Job:
        """A job, of this process or of before. Raises `NotFound`."""
        with self._changed:
            if job_id in self._jobs:
                return self._jobs[job_id]
        before = self._history and self._history.get(job_id)
        if not before:
            raise NotFound("no-job", name=job_id)
        return Job(**before)

    def all(self) -> list[dict[str, Any]]:
        """All jobs as records without their outcomes, the latest first; of before the latest `MOST_KEPT`."""
        with self._changed:
            own = {job.id: job.to_json(since=MOST_OUTCOMES) for job in reversed(self._jobs.values())}
        before = self._history.latest(MOST_KEPT) if self._history else []
        older = [each for each in before if each["id"] not in own]
        return [*own.values(), *older]

    @property
    def unfinished(self) -> int:
        """How many are queued or running."""
        with self._changed:
            return sum(job.state in ("queued", "running") for job in self._jobs.values())

    def look(self, job_id: str, since: int = 0) -> dict[str, Any]:
        """A job as a record, at one moment, with the outcomes behind the first `since`."""
        job = self.get(job_id)
        with self._changed:
            return job.to_json(since)

    async def follow(self, job_id: str, since: int | None = None) -> AsyncGenerator[dict[str, Any], None]:
        """A job as a record, and again whenever it has changed, until it has ended here: at most every `PAUSE` seconds, since some
        change with every passage. With `since` each record has the outcomes alone that come behind these and behind those of the
        record before. Raises `NotFound`."""
        loop, woken = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has ended, and the follower with it
                loop.call_soon_threadsafe(woken.set)

        with self._changed.watched(job_id, wake):
            while True:
                woken.clear()
                record = await asyncio.to_thread(self.look, job_id, since or 0)  # it may be of before, or long
                since = None if since is None else since + len(record["outcomes"])
                yield record
                if record["state"] not in ("queued", "running") or job_id not in self._jobs:
                    return
                await asyncio.sleep(PAUSE)
                await woken.wait()

    def stop(self, job_id: str) -> Job:
        """Tells a job to stop. Raises `NotFound`, and `Conflict` where it has ended."""
        job = self.get(job_id)
        with self._changed:
            if job.state not in ("queued", "running"):
                raise Conflict("job-ended", state=job.state)
            if job_id not in self._stops:
                raise Conflict("job-elsewhere")
            self._stops[job_id].set()
            if job.state == "queued":
                self._end(job, "stopped")
        return job

    def stop_all(self) -> None:
        """Takes nothing new, and tells every job to stop."""
        with self._changed:
            self._closed = True
            for stop in self._stops.values():
                stop.set()

    def close(self, grace: float) -> bool:
        """Tells every job to stop and waits for the one in hand, `grace` seconds at most; says whether it ended."""
        self.stop_all()
        self._queue.close()
        self._thread.join(grace)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (taken := self._queue.get()) is not None:
            job, work = taken
            with self._changed:
                if job.state != "queued":
                    continue
                if self._stops[job.id].is_set():
                    self._end(job, "stopped")
                    continue
                job.state, asked = "running", job.detail
                self._changed.of(job)
            state, why = self._done(job, work)
            with self._changed:
                job.detail = asked
                self._end(job, state, why)

    def _done(self, job: Job, work: Work) -> tuple[State, Message | None]:
        try:
            work(JobReporter(job, self._changed, self._stops[job.id], self._heard))
        except Stopped:
            return "stopped", Message("job-stopped")
        except (LibraryError, WorkerError) as error:
            return "failed", Message("said", {"text": str(error)})
        except Exception:  # a job is not to end the thread that does all others
            log.exception("a job broke down", extra={"fields": {"job": job.id, "kind": job.kind}})
            return "failed", Message("job-crashed")
        came = not job.counts or job.counts.keys() - {"failed", "refused"}
        return ("done", None) if came else ("failed", NOTHING)

    def _end(self, job: Job, state: State, why: Message | None = None) -> None:
        job.state, job.finished = state, self._now()
        job.reason, job.code = (str(why), why.name) if why else ("", "")
        after = self._after.pop(job.id, None)
        if after is not None and not (self._closed and state == "stopped"):
            after(job)
        self._note(job)
        self._changed.of(job)

    def _note(self, job: Job) -> None:
        if self._history is not None:
            self._history.note(job.to_json())

    def _forget(self) -> None:
        ended = [job.id for job in self._jobs.values() if job.state not in ("queued", "running")]
        for job_id in ended[: max(0, len(ended) - MOST_KEPT)]:
            del self._jobs[job_id], self._stops[job_id]

    def _now(self) -> str:
        return datetime.now(UTC).isoformat(timespec="seconds")
