"""Queue of long-running jobs, of which two may run at once: users served round-robin, with progress and outcomes that can be polled or
followed."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from assistant.access.access_store import AccessStore
from assistant.access.principal import LOCAL
from assistant.messages import Message
from assistant.service.question_queue import FairQueue
from assistant.service_errors import Conflict, NotFound, Overloaded, stopping
from corpus.corpus_errors import LibraryError
from ingest.sandbox.process import WorkerError

KEPT = 1_000
"""Most jobs in the table; the oldest are deleted."""
OUTCOMES = 1_000
"""Most outcomes of a job in the table; the counts include all."""
MAX_REASONS = 5
"""Most reasons of outcomes in the reason of a failed job."""
ENDED, NOTHING = Message("job-interrupted"), Message("job-nothing")
_NOTE = (
    "INSERT INTO jobs (id, server, created, state, record, outcomes) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET state = excluded.state, record = excluded.record, outcomes = excluded.outcomes"
)
_FORGET = "DELETE FROM jobs WHERE created < (SELECT created FROM jobs ORDER BY created DESC, id LIMIT 1 OFFSET ?)"


class JobHistory:
    """The table of jobs of all servers that share a store. Written in the background, so that jobs do not wait for the disk. Raises
    `LibraryError` where it can't be read."""

    def __init__(self, store: AccessStore) -> None:
        self._store, self._server = store, str(store.folder.resolve())

    def save(self, job: Mapping[str, Any]) -> None:
        """Stores the current record of a job."""
        self._store.write_later(_NOTE, *self._row(job))
        self._store.write_later(_FORGET, KEPT - 1)

    def mark_interrupted(self) -> None:
        """Marks the jobs that an earlier run of this server left unfinished as stopped."""
        unfinished = self._store.rows(
            "SELECT record, outcomes FROM jobs WHERE server = ? AND state IN ('queued', 'running')", self._server
        )
        ended = {"state": "stopped", "reason": str(ENDED), "code": ENDED.name, "finished": self._store.timestamp()}
        for row in unfinished:
            self._store.write(_NOTE, *self._row(_job(*row) | ended))

    def get(self, job_id: str) -> dict[str, Any] | None:
        """Returns a stored job; None where there is none of this id."""
        found = self._store.rows("SELECT record, outcomes FROM jobs WHERE id = ?", job_id)
        return _job(*found[0]) if found else None

    def latest(self, most: int) -> list[dict[str, Any]]:
        """Returns the latest jobs without their outcomes, latest first."""
        found = self._store.rows("SELECT record, '[]' FROM jobs ORDER BY created DESC, id LIMIT ?", most)
        return [_job(*row) for row in found]

    def _row(self, job: Mapping[str, Any]) -> tuple[str, ...]:
        outcomes = json.dumps(job["outcomes"][:OUTCOMES])
        record = json.dumps({name: value for name, value in job.items() if name != "outcomes"})
        return job["id"], self._server, job["created"], job["state"], record, outcomes


def _job(record: str, outcomes: str) -> dict[str, Any]:
    return {**json.loads(record), "outcomes": json.loads(outcomes)}


State = Literal["queued", "running", "done", "failed", "stopped"]
OPEN = ("queued", "running")
"""The states of unfinished jobs."""

MAX_KEPT = 200
"""Most finished jobs in memory."""
PAUSE = 0.3
"""Seconds between two records of a job that somebody follows."""
MAX_OUTCOMES = 100_000
"""Most outcomes that a job keeps in memory; the counts go on."""

log = logging.getLogger("rapporteur.jobs")


class Stopped(Exception):
    """The job was told to stop, or the service is stopping; finished parts remain."""


@dataclass
class Job:
    """A long-running piece of work. `done` of `total` parts are complete (`total` null: not known yet); `detail` is the part in
    progress, before and after that what was requested; `ahead`: how many jobs come before one that is queued; `outcomes` are
    records of each part, `counts` their number by result; `reason` says in English why it ended so, `code` is the name of that
    message."""

    id: str
    kind: str
    by: str
    created: str
    state: State = "queued"
    done: int = 0
    total: int | None = None
    detail: str = ""
    ahead: int = 0
    reason: str = ""
    code: str = ""
    finished: str | None = None
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def to_json(self, since: int = 0) -> dict[str, Any]:
        """A JSON-ready dictionary, with the outcomes behind the first `since` of them."""
        return {**vars(self), "outcomes": self.outcomes[since:], "counts": dict(self.counts)}


class JobReporter:
    """Lets the work of a job report progress and outcomes, and tells it when to stop."""

    def __init__(self, jobs: Jobs, job: Job, stop: threading.Event) -> None:
        self._jobs, self._job, self._stop = jobs, job, stop

    def check(self) -> None:
        """Raises `Stopped` where the job was told to stop."""
        if self._stop.is_set():
            raise Stopped

    def update(self, *, done: int | None = None, total: int | None = None, detail: str | None = None) -> None:
        """Reports how much is done. Raises `Stopped` where the job was told to stop."""
        self.check()
        with self._jobs.changing(self._job) as job:
            job.done = job.done if done is None else done
            job.total = job.total if total is None else total
            job.detail = job.detail if detail is None else detail

    def advance(self) -> None:
        """Reports that one more part is done. Raises `Stopped` where the job was told to stop."""
        self.update(done=self._job.done + 1)

    def note(self, words: str) -> None:
        """Shows a notice to people who wait. Raises `Stopped` where the job was told to stop."""
        self.update(detail=words)

    def add_outcome(self, record: dict[str, Any]) -> None:
        """Adds the outcome of a part."""
        with self._jobs.changing(self._job) as job:
            result = str(record.get("result", "done"))
            self._jobs.on_result(result)
            job.counts[result] = job.counts.get(result, 0) + 1
            if len(job.outcomes) < MAX_OUTCOMES:
                job.outcomes.append(record)


Work = Callable[[JobReporter], None]
Ended = Callable[[Job], None]
_Queued = tuple[Job, Work, frozenset[str]]


class Jobs:
    """The jobs of one service. `places`: how many may be unfinished; `at_once`: how many may run at once; `on_result` is called with
    the result of every part; `history` stores them."""

    def __init__(
        self,
        *,
        places: int = 100,
        at_once: int = 2,
        on_result: Callable[[str], None] = lambda _: None,
        history: JobHistory | None = None,
    ) -> None:
        self._places, self.on_result, self._history = places, on_result, history
        if history is not None:
            history.mark_interrupted()
        self._guard = threading.RLock()
        self._followers: list[tuple[str, Callable[[], None]]] = []
        self._jobs: dict[str, Job] = {}
        self._stops: dict[str, threading.Event] = {}
        self._after: dict[str, Ended] = {}
        self._queue: FairQueue[_Queued] = FairQueue()
        self._taking = threading.Lock()
        self._running: list[_Queued] = []
        self._closed = False
        self._threads = [threading.Thread(target=self._run, name="jobs", daemon=True) for _ in range(at_once)]
        for thread in self._threads:
            thread.start()

    def submit(
        self,
        kind: str,
        by: str,
        work: Work,
        *,
        detail: str = "",
        ended: Ended | None = None,
        job_id: str = "",
        outcome: dict[str, Any] | None = None,
        accepted: bool = False,
        touches: frozenset[str] = frozenset({"anything"}),
    ) -> Job:
        """Queues work for a user, which runs beside another job that touches nothing of what it `touches`. The jobs of one user begin in
        the order in which they were submitted. `ended` is called when the job is over, but not where the
        service stops before that: then the work is submitted again after a restart, under the same `job_id`. Where its only `outcome` is
        already known, the job does not wait but ends with it. Raises `Overloaded` where too many jobs are unfinished, or where half of the
        places have those of the user, so that others find one; not for what an earlier process `accepted`. The machine's own user
        may take all places."""
        with self._guard:
            if self._closed:
                raise stopping()
            own = sum(job.by == by != LOCAL.id and job.state in OPEN for job in self._jobs.values())
            full = self.unfinished >= self._places or own >= max(1, self._places // 2)
            if full and outcome is None and not accepted:
                raise Overloaded("jobs-wait", count=self.unfinished, retry_after=60)
            job = Job(job_id or secrets.token_hex(8), kind, by, _now(), detail=detail)
            self._jobs[job.id] = job
            self._stops[job.id] = threading.Event()
            if ended is not None:
                self._after[job.id] = ended
            self._note(job)
            self._forget()
            if outcome is not None:
                job.done = job.total = 1
                JobReporter(self, job, self._stops[job.id]).add_outcome(outcome)
                self._end(job, *self._result(job))
                return job
            self._queue.put(by, (job, work, touches))
            return job

    @contextmanager
    def changing(self, job: Job, *, queue: bool = False) -> Iterator[Job]:
        """Surrounds a change of a job, after which its followers are woken; with `queue` those of all queued jobs, too, since fewer
        may be ahead of these."""
        with self._guard:
            yield job
            for job_id, wake in self._followers:
                if job_id == job.id or (queue and job_id in self._jobs and self._jobs[job_id].state == "queued"):
                    wake()

    def get(self, job_id: str) -> Job:
        """Returns a job of this process, or a stored one of an earlier process. Raises `NotFound`."""
        with self._guard:
            if job_id in self._jobs:
                return self._jobs[job_id]
        before = self._history and self._history.get(job_id)
        if not before:
            raise NotFound("no-job", name=job_id)
        return Job(**before)

    def all(self) -> list[dict[str, Any]]:
        """Returns all jobs as records without their outcomes, latest first; of earlier processes the latest `MAX_KEPT`."""
        with self._guard:
            own = {job.id: self._record(job, MAX_OUTCOMES) for job in reversed(self._jobs.values())}
        before = self._history.latest(MAX_KEPT) if self._history else []
        older = [each for each in before if each["id"] not in own]
        return [*own.values(), *older]

    @property
    def unfinished(self) -> int:
        """Number of jobs that are queued or running."""
        with self._guard:
            return sum(job.state in OPEN for job in self._jobs.values())

    def record(self, job_id: str, since: int = 0) -> dict[str, Any]:
        """Returns a consistent record of a job, with the outcomes after the first `since`. Raises `NotFound`."""
        job = self.get(job_id)
        with self._guard:
            return self._record(job, since)

    def _record(self, job: Job, since: int) -> dict[str, Any]:
        """The record of a job with its present place in the queue."""
        waiting = self._queue.ahead(lambda each: each[0] is job) if job.state == "queued" else None
        running = sum(each.state == "running" for each in self._jobs.values())
        return job.to_json(since) | {"ahead": 0 if waiting is None else waiting + running}

    async def follow(self, job_id: str, since: int = 0) -> AsyncGenerator[dict[str, Any], None]:
        """Yields the record of a job now and on each change, until it has ended, at most every `PAUSE` seconds, since some jobs
        change with every passage. Each record has only the outcomes after the first `since` that no record before it had. Raises
        `NotFound`."""
        loop, woken, told = asyncio.get_running_loop(), asyncio.Event(), dict[str, Any]()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has ended, and the follower with it
                loop.call_soon_threadsafe(woken.set)

        with self._guard:
            self._followers.append((job_id, wake))
        try:
            while True:
                woken.clear()
                record = await asyncio.to_thread(self.record, job_id, since)  # it may be long, or in the store
                since += len(record["outcomes"])
                if record != told:  # a queued job is also woken by changes of others
                    yield record
                told = record
                if record["state"] not in OPEN or job_id not in self._jobs:
                    return
                await asyncio.sleep(PAUSE)
                await woken.wait()
        finally:
            with self._guard:
                self._followers.remove((job_id, wake))

    def stop(self, job_id: str) -> Job:
        """Tells a job to stop. Raises `NotFound`, and `Conflict` where it has ended."""
        job = self.get(job_id)
        with self._guard:
            if job.state not in OPEN:
                raise Conflict("job-ended", state=job.state)
            if job_id not in self._stops:
                raise Conflict("job-elsewhere")
            self._stops[job_id].set()
            if job.state == "queued":
                self._queue.remove(lambda each: each[0] is job)
                self._end(job, "stopped")
        return job

    def stop_all(self) -> None:
        """Accepts no new jobs, and tells every job to stop."""
        with self._guard:
            self._closed = True
            for stop in self._stops.values():
                stop.set()

    def close(self, grace: float) -> bool:
        """Tells every job to stop and waits at most `grace` seconds for those that run; returns whether they ended."""
        self.stop_all()
        self._queue.close()
        until = time.monotonic() + grace
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _choose(self, first: list[_Queued]) -> int | None:
        """Which of the jobs that are the first of their users may begin: one that touches nothing that a running one does, or one
        before it, which so waits for running ones only, however many come after it."""
        busy = {name for _, _, touches in self._running for name in touches}
        for place, (_, _, touches) in enumerate(first):
            if self._closed or busy.isdisjoint(touches):
                return place
            busy |= touches
        return None

    def _run(self) -> None:
        while True:
            with self._taking:  # the next one is chosen when this one counts as running
                taken = self._queue.get(self._choose)
                if taken is None:
                    return
                self._running.append(taken)
            try:
                self._begin(*taken[:2])
            finally:  # also after an error others may begin
                self._running.remove(taken)
                self._queue.look_again()

    def _begin(self, job: Job, work: Work) -> None:
        with self.changing(job, queue=True):
            if job.state != "queued":
                return
            if self._stops[job.id].is_set():
                self._end(job, "stopped")
                return
            job.state, asked = "running", job.detail
        state, why = self._done(job, work)
        with self._guard:
            job.detail = asked
            self._end(job, state, why)

    def _done(self, job: Job, work: Work) -> tuple[State, Message | None]:
        try:
            work(JobReporter(self, job, self._stops[job.id]))
        except Stopped:
            return "stopped", Message("job-stopped")
        except (LibraryError, WorkerError) as error:
            return "failed", Message("said", {"text": str(error)})
        except Exception:  # a failing job must not end the worker thread
            log.exception("a job broke down", extra={"fields": {"job": job.id, "kind": job.kind}})
            return "failed", Message("job-crashed")
        return self._result(job)

    @staticmethod
    def _result(job: Job) -> tuple[State, Message | None]:
        came = not job.counts or job.counts.keys() - {"failed", "refused"}
        return ("done", None) if came else ("failed", NOTHING)

    def _end(self, job: Job, state: State, why: Message | None = None) -> None:
        with self.changing(job, queue=True):
            job.state, job.finished = state, _now()
            job.reason, job.code = (str(why), why.name) if why else ("", "")
            if why is NOTHING:
                job.reason = _reasons(job) or job.reason
            after = self._after.pop(job.id, None)
            if after is not None and not (self._closed and state == "stopped"):
                after(job)
            self._note(job)

    def _note(self, job: Job) -> None:
        if self._history is not None:
            self._history.save(job.to_json())

    def _forget(self) -> None:
        ended = [job.id for job in self._jobs.values() if job.state not in OPEN]
        for job_id in ended[: max(0, len(ended) - MAX_KEPT)]:
            del self._jobs[job_id], self._stops[job_id]


def _reasons(job: Job) -> str:
    """The distinct reasons of the outcomes of a job, one in each line; empty where one has none."""
    reasons = [*dict.fromkeys(str(each.get("reason") or "") for each in job.outcomes)]
    shown = [*reasons[:MAX_REASONS], *(["…"] if len(reasons) > MAX_REASONS else [])]
    return "\n".join(shown) if all(reasons) else ""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
