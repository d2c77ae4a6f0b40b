"""Those who follow a job: they see it for as long as they may, and cost nothing while nothing happens."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from security.test_gradio_doors import JOIN, config, functions
from services import PASSWORD, Made, listening, made_service, told_events
from waiting import WAIT, until

from assistant.access import Role
from assistant.api import authentication
from assistant.service.jobs import JobReporter, Jobs
from corpus.catalogue import Catalogue


@pytest.fixture
def made(tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> Iterator[Made]:
    monkeypatch.setattr(authentication, "AGAIN_SECONDS", 0.2)
    with made_service(tmp_path, catalogue) as found:
        yield found


class Held:
    """A job that goes on until it is told otherwise."""

    def __init__(self) -> None:
        self.steps, self.done = threading.Semaphore(0), False

    def __call__(self, reporter: JobReporter) -> None:
        while True:
            self.steps.acquire()
            if self.done:
                return
            reporter.advance()

    def end(self) -> None:
        self.done = True
        self.steps.release()


@pytest.mark.parametrize("how", ["key", "session"])
def test_who_may_no_longer_see_a_job_is_told_so_and_sees_no_more_of_it(made: Made, how: str) -> None:
    held = Held()
    job = made.service.jobs.submit("long", "key:x", held)
    headers = made.headers("staff")
    if how == "session":
        made.gate.accounts.add("amina", Role.STAFF, PASSWORD)
        headers = {"Cookie": f"rapporteur_session={made.gate.accounts.sign_in('amina', PASSWORD)}"}
    with (
        listening(made) as (host, port),
        httpx.stream(
            "GET", f"http://{host}:{port}/api/v1/jobs/{job.id}/stream", headers=headers, timeout=WAIT
        ) as reply,
    ):
        coming = told_events(reply.iter_lines())
        assert next(coming)[0] == "job"
        held.steps.release()
        while next(coming)[1]["done"] < 1:
            pass
        if how == "key":
            made.gate.keys.revoke(made.keys["staff"].split("_")[1])
        else:
            made.gate.accounts.change("amina", f"{PASSWORD} staples")
        for _ in range(3):
            held.steps.release()
            time.sleep(0.3)
        rest = list(coming)  # the stream has ended, though the job goes on
        held.end()
    assert [name for name, _ in rest[-1:]] == ["problem"]
    assert rest[-1][1]["status"] == 401
    assert len(rest) <= 2


def test_who_may_no_longer_see_jobs_is_told_so_on_the_page_and_sees_no_more_of_them(made: Made) -> None:
    held = Held()
    job = made.service.jobs.submit("long", "key:x", held)
    call = functions.__wrapped__(config.__wrapped__(made)).call("rp-follow", job.id, session_hash="follower")
    with (
        listening(made) as (host, port),
        httpx.Client(base_url=f"http://{host}:{port}", headers=made.headers("staff"), timeout=WAIT) as client,
    ):
        assert client.post(JOIN, json=call).status_code == 200
        with client.stream("GET", "/gradio_api/queue/data?session_hash=follower") as reply:
            coming = reply.iter_lines()
            while "rp-job" not in next(coming):
                pass
            made.gate.keys.revoke(made.keys["staff"].split("_")[1])
            rest = "".join(coming)  # the call has ended, though the job goes on
    held.end()
    assert "This API key is not valid" in rest
    assert "process_completed" in rest


def test_a_stream_ends_with_its_job_and_tells_how(made: Made) -> None:
    held = Held()
    job = made.service.jobs.submit("long", "key:x", held)
    address = f"/api/v1/jobs/{job.id}/stream"
    with (
        listening(made) as (host, port),
        httpx.stream("GET", f"http://{host}:{port}{address}", headers=made.headers("staff"), timeout=WAIT) as reply,
    ):
        coming = told_events(reply.iter_lines())
        assert next(coming)[1]["state"] in ("queued", "running")
        held.end()
        last = [record for _, record in coming][-1]
    assert last["state"] == "done"
    assert made.by("staff").get("/api/v1/jobs/none/stream").status_code == 404


def test_a_job_that_does_not_change_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.service.jobs.PAUSE", 0.01)
    jobs, held, looked = Jobs(), Held(), []
    job = jobs.submit("long", "key:x", held)
    until(lambda: jobs.record(job.id)["state"] == "running")  # nothing changes from here on
    look = jobs.record
    monkeypatch.setattr(jobs, "record", lambda *given: looked.append(given) or look(*given))

    async def follow() -> list[str]:
        following = jobs.follow(job.id)
        told = [(await anext(following))["state"]]
        further = asyncio.create_task(anext(following))
        await asyncio.sleep(1.0)
        assert (len(looked), further.done()) == (1, False)
        held.end()
        return [*told, (await further)["state"], *[each["state"] async for each in following]]

    assert asyncio.run(follow()) == ["running", "done"]
    jobs.close(60)


def test_changes_that_come_faster_than_anybody_reads_are_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs, told, made = Jobs(), threading.Event(), threading.Event()

    def work(reporter: JobReporter) -> None:
        assert told.wait(WAIT)
        for n in range(5_000):
            reporter.update(done=n)
        made.set()

    async def paused(_: float) -> None:
        """The time between two records, in which all changes come."""
        told.set()
        await asyncio.to_thread(made.wait, WAIT)

    async def follow() -> list[dict[str, Any]]:
        job = jobs.submit("fast", "key:x", work)
        return [record async for record in jobs.follow(job.id)]

    monkeypatch.setattr("assistant.service.jobs.asyncio.sleep", paused)
    records = asyncio.run(follow())
    assert records[-1]["state"] == "done"
    assert len(records) < 20
    jobs.close(60)


def test_who_follows_a_job_is_told_each_outcome_once() -> None:
    jobs, goes_on = Jobs(), threading.Event()

    def work(reporter: JobReporter) -> None:
        reporter.add_outcome({"result": "added"})
        goes_on.wait(WAIT)
        reporter.add_outcome({"result": "refused"})

    async def follow() -> list[dict[str, Any]]:
        job, told = jobs.submit("two", "key:x", work), []
        async for record in jobs.follow(job.id):
            told += record["outcomes"]
            if told:
                goes_on.set()
        return told

    assert [each["result"] for each in asyncio.run(follow())] == ["added", "refused"]
    jobs.close(60)
