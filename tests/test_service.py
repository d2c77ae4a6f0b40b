"""Turns at the models, answers as they come, jobs: what many people at once see of the service."""

from __future__ import annotations

import asyncio
import io
import shutil
import socket
import threading
import time
import zipfile
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from conftest import untimed
from fastapi.testclient import TestClient
from ods import word_file
from services import BOATS, Made, ended, fetching, listening, made_service, service_fixture, settings_with, told_events
from waiting import WAIT, until
from word_reader import word_readers

from app import create_app
from assistant.access import LOCAL, Principal, Role
from assistant.access.access_store import AccessStore
from assistant.generation.writer import Writer
from assistant.grounding.sentence_check import SupportCheck
from assistant.ingestion import Files
from assistant.model.endpoint import Shared
from assistant.outcome_messages import describe_job
from assistant.qa.answer import Answer, Finished
from assistant.qa.engine import Engine
from assistant.question_request import QuestionRequest
from assistant.service import Event, Service, Status, Stream
from assistant.service.jobs import Job, JobHistory, JobReporter, Jobs
from assistant.service.paper_queue import PaperQueue
from assistant.service.question_queue import BATCH, QuestionQueue, QueuedEmbedder
from assistant.service.question_service import Closed
from assistant.service_errors import Conflict, Forbidden, NotAuthenticated, NotFound, Overloaded, TooMany
from assistant.service_factory import open_service
from assistant.settings import load_settings
from corpus.catalogue import Catalogue
from corpus.corpus_errors import LibraryError
from corpus.documents import Document
from corpus.embedding import HashEmbedder
from corpus.library import Library
from ingest.pipeline import Input

READER = Principal(Role.READ, "key", "key:1", "192.0.2.1")
SMUGGLED = "How much did smugglers earn in 2016 according to the UNODC Global Study of 2018?"
asked = QuestionRequest.of
made = service_fixture("function", page=False)


@pytest.fixture
def question_queue() -> Iterator[QuestionQueue]:
    found = QuestionQueue(places=3, per_client=2, patience=30)
    yield found
    found.close(60)


class Held:
    """Work that begins and then waits until it is let go."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self) -> str:
        self.begun.set()
        assert self.go.wait(WAIT)
        return "done"


def hold(question_queue: QuestionQueue) -> tuple[Held, Future[str]]:
    """Keeps the thread busy."""
    held = Held()
    future = question_queue.submit(held, "holder")
    assert held.begun.wait(WAIT)
    return held, future


def test_work_is_done_in_its_order_by_one_thread(question_queue: QuestionQueue) -> None:
    held, first = hold(question_queue)
    done: list[tuple[int, str]] = []

    def work(n: int) -> Callable[[], None]:
        return lambda: done.append((n, threading.current_thread().name))

    futures = [question_queue.submit(work(n), f"client {n}") for n in range(3)]
    assert question_queue.waiting == 3
    held.go.set()
    assert first.result(WAIT) == "done"
    for future in futures:
        future.result(WAIT)
    assert done == [(n, "answering") for n in range(3)]


def test_an_error_goes_to_whoever_asked_and_the_next_one_is_served(question_queue: QuestionQueue) -> None:
    def broken() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        question_queue.submit(broken, "a").result(WAIT)
    assert question_queue.submit(lambda: 1, "a").result(WAIT) == 1


def test_the_queue_has_an_end_and_one_client_does_not_fill_it(question_queue: QuestionQueue) -> None:
    held, _ = hold(question_queue)
    question_queue.submit(lambda: 1, "a")
    question_queue.submit(lambda: 2, "a")
    with pytest.raises(TooMany) as mine:
        question_queue.submit(lambda: 3, "a")
    question_queue.submit(lambda: 4, "b")
    with pytest.raises(Overloaded) as everybodys:
        question_queue.submit(lambda: 5, "c")
    assert min(mine.value.retry_after or 0, everybodys.value.retry_after or 0) >= 1
    held.go.set()
    until(lambda: not question_queue.waiting)
    assert question_queue.submit(lambda: 6, "c").result(WAIT) == 6  # and recovers


def test_strangers_leave_places_to_those_with_a_key_or_an_account() -> None:
    question_queue = QuestionQueue(places=8)
    held, _ = hold(question_queue)
    for n in range(6):
        question_queue.submit(lambda: 1, f"stranger {n}", f"address {n}")
    with pytest.raises(Overloaded):
        question_queue.submit(lambda: 2, "one more", "another address")
    known = [question_queue.submit(lambda: 3, f"key {n}") for n in range(2)]
    with pytest.raises(Overloaded):
        question_queue.submit(lambda: 4, "a third key")
    held.go.set()
    assert [each.result(WAIT) for each in known] == [3, 3]
    assert question_queue.close(WAIT)


def test_one_who_has_waited_too_long_is_told_so_and_one_who_has_gone_is_passed_over() -> None:
    now = [0.0]
    question_queue = QuestionQueue(patience=10, clock=lambda: now[0])
    held, _ = hold(question_queue)
    late = question_queue.submit(lambda: "late", "a")
    now[0] = 11.0
    ran: list[int] = []
    gone = question_queue.submit(lambda: ran.append(1), "b")
    assert gone.cancel()
    good = question_queue.submit(lambda: "good", "c")
    held.go.set()
    assert good.result(WAIT) == "good"
    with pytest.raises(Overloaded, match="more than 10 s"):
        late.result(0)
    assert not ran
    assert question_queue.close(WAIT)


def order_of(asked: list[tuple[str, str]]) -> str:
    """Whose questions are answered one after another, of clients (and their origins) that asked so."""
    question_queue, order = QuestionQueue(), list[str]()
    held, _ = hold(question_queue)
    waits = [question_queue.submit(lambda c=client: order.append(c), client, origin) for client, origin in asked]
    held.go.set()
    for each in waits:
        each.result(WAIT)
    assert question_queue.close(WAIT)
    return "".join(order)


def test_clients_take_turns_whoever_has_asked_most() -> None:
    assert order_of([("a", "")] * 3 + [("b", "")] + [("c", "")] * 2) == "abcaca"
    # So do addresses, and at each of them those who show a session.
    assert order_of([("a", "first"), ("a", "first"), ("b", "first"), ("c", "second"), ("c", "second")]) == "acbca"


def test_who_has_a_key_or_an_account_comes_before_strangers_and_strangers_have_every_fourth_turn() -> None:
    strangers = [("s", "there")] * 9
    assert order_of([*strangers, ("k", "")]) == "ksssssssss"
    assert order_of([*strangers[:3], *[("k", "")] * 8]) == "kkkskkkskks"


def test_who_waits_is_told_how_many_come_before_and_again_whenever_that_changes() -> None:
    question_queue = QuestionQueue()
    held, _ = hold(question_queue)
    told: dict[str, list[int]] = {}

    def ask(name: str, client: str, origin: str = "") -> Future[None]:
        told[name] = []
        return question_queue.submit(lambda: told[name].append(-1), client, origin, told[name].append)

    waits = [ask("stranger", "s", "there"), ask("first", "k"), ask("second", "k"), ask("other", "l")]
    assert told == {
        "stranger": [1, 2, 3, 4],
        "first": [1],
        "second": [2, 3],
        "other": [2],
    }  # the one in progress counts
    waits[1].cancel()
    assert question_queue.waiting == 3
    held.go.set()
    for each in (waits[0], *waits[2:]):
        each.result(10)
    assert (told["second"][2:], told["other"][1:], told["stranger"][4:]) == ([-1], [1, -1], [2, 1, -1])
    assert question_queue.close(5)


def test_many_who_wait_are_told_in_the_order_in_which_they_came() -> None:
    question_queue, last = QuestionQueue(), dict[int, int]()
    held, _ = hold(question_queue)
    waits = [
        question_queue.submit(lambda: None, f"client {n}", tell=lambda ahead, n=n: last.__setitem__(n, ahead))
        for n in range(50)
    ]
    assert last == {n: n + 1 for n in range(50)}
    held.go.set()
    for each in waits:
        each.result(10)
    assert set(last.values()) == {1}
    assert question_queue.close(5)


def test_a_closed_queue_does_what_it_has_taken_and_takes_nothing_new() -> None:
    question_queue = QuestionQueue()
    held, first = hold(question_queue)
    second = question_queue.submit(lambda: 2, "a")
    threading.Timer(0.05, held.go.set).start()
    assert question_queue.close(WAIT)
    assert (first.result(0), second.result(0)) == ("done", 2)
    with pytest.raises(Overloaded):
        question_queue.submit(lambda: 3, "a")


def test_a_queue_that_does_not_end_in_time_refuses_what_is_left() -> None:
    question_queue = QuestionQueue()
    held, _ = hold(question_queue)
    left = question_queue.submit(lambda: 2, "a")
    assert not question_queue.close(0.05)
    with pytest.raises(Overloaded):
        left.result(0)
    held.go.set()


def test_questions_and_batches_in_the_background_take_turns() -> None:
    question_queue = QuestionQueue()
    order: list[str] = []
    held, first = hold(question_queue)
    waits = [question_queue.submit(lambda n=n: order.append(f"question {n}"), "a") for n in range(3)]

    def background() -> None:
        for n in range(3):
            with question_queue.batch():
                order.append(f"batch {n}")

    thread = threading.Thread(target=background)
    thread.start()
    while not question_queue._batches:
        time.sleep(0.001)
    held.go.set()
    for each in (first, *waits):
        each.result(WAIT)
    thread.join(WAIT)
    # The question in hand and two more, then a batch, then a question again: none waits for more than one batch.
    assert order == ["question 0", "question 1", "batch 0", "question 2", "batch 1", "batch 2"]
    assert question_queue.close(WAIT)


def test_a_question_that_embeds_passages_itself_does_not_wait_for_its_own_turn() -> None:
    question_queue = QuestionQueue()
    polite = QueuedEmbedder(HashEmbedder(), question_queue)
    assert question_queue.submit(lambda: polite.embed_passages(["a boat"]), "a").result(WAIT).shape[0] == 1
    assert question_queue.close(WAIT)


def test_a_polite_model_gives_the_same_vectors() -> None:
    question_queue = QuestionQueue()
    plain = HashEmbedder()
    polite = QueuedEmbedder(plain, question_queue)
    texts = [f"boat number {n}" for n in range(2 * BATCH + 3)]
    told: list[int] = []
    assert np.array_equal(polite.embed_passages(texts, told.append), plain.embed_passages(texts))
    assert sum(told) == len(texts)
    assert polite.embed_passages([]).shape == (0, plain.dimension)
    assert (polite.fingerprint, polite.window, polite.languages) == (plain.fingerprint, plain.window, plain.languages)
    assert question_queue.close(WAIT)


# Answers as they come


@pytest.fixture
def service(starter_engine: Engine) -> Iterator[Service]:
    with closing(Service(starter_engine)) as found:
        yield found


def heard(stream: Stream) -> list[Event]:
    """All events of a stream."""

    async def read() -> list[Event]:
        return [event async for event in stream]

    return asyncio.run(read())


def test_an_answer_of_the_service_is_the_answer_of_the_engine(service: Service, starter_engine: Engine) -> None:
    reply = TestClient(create_app(service)).post("/api/v1/ask", json={"question": "When is item 3?", "history": []})
    assert reply.status_code == 200
    assert untimed(reply.json()) == untimed(starter_engine.ask("When is item 3?"))


@pytest.mark.parametrize("question", [SMUGGLED, "Can migrants be prosecuted for having been smuggled?"])
def test_the_stream_ends_in_the_answer_that_is_given_unstreamed(service: Service, question: str) -> None:
    body = {"question": question}
    client = TestClient(create_app(service))
    whole = client.post("/api/v1/ask", json=body).json()
    with client.stream("POST", "/api/v1/ask/stream", json=body) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        events = [data for _, data in told_events(reply.iter_lines())]
    count = len(whole["statements"])
    assert [event["type"] for event in events] == ["status", "status", *["statement"] * count, "done"]
    stated = [event for event in events if event["type"] == "statement"]
    assert [event["statement"] for event in stated] == whole["statements"]
    assert [each for event in stated for each in event["citations"]] == whole["citations"]
    assert untimed(events[-1]["answer"]) == untimed(whole)


def test_a_stream_that_is_left_gives_the_turn_back(service: Service) -> None:
    async def leave() -> None:
        stream = service.stream(READER, asked(SMUGGLED))
        async for _ in stream:
            break
        stream.close()

    asyncio.run(leave())
    assert service.begin_ask(READER, asked(SMUGGLED)).result().status == "answered"


def test_a_stream_closed_by_someone_else_ends_its_reader_and_its_work(slow: Slow) -> None:
    service, held = slow()
    stream = service.stream(READER, asked(SMUGGLED, mode="write"))

    async def read_to_the_end() -> None:
        async for _ in stream:
            pass

    async def close_meanwhile() -> None:
        reading = asyncio.create_task(read_to_the_end())
        assert await asyncio.to_thread(held.begun.wait, WAIT)
        stream.close()
        with pytest.raises(Closed):
            await asyncio.wait_for(reading, WAIT)

    asyncio.run(close_meanwhile())
    held.go.set()
    until(lambda: service.question_queue.away_count == 0)


def test_what_is_told_already_is_not_read_from_a_closed_stream(service: Service) -> None:
    async def close_after_the_first(read: list[Event]) -> None:
        stream = service.stream(READER, asked(SMUGGLED))
        async for event in stream:
            read.append(event)
            service.begin_ask(READER, asked(SMUGGLED)).result()  # the answer before it is complete
            stream.close()

    read: list[Event] = []
    with pytest.raises(Closed):
        asyncio.run(close_after_the_first(read))
    assert len(read) == 1


def test_fifty_at_once_get_each_their_own_answer(service: Service) -> None:
    questions = [f"When is item {n} taken up?" for n in range(1, 6)] + [f"What says article {n}?" for n in range(3, 8)]
    questions = questions * 5
    expected = {each: untimed(service.begin_ask(READER, asked(each)).result()) for each in set(questions)}
    got: dict[int, object] = {}

    def ask(n: int) -> None:
        if n % 2:
            got[n] = untimed(service.begin_ask(Principal(Role.READ, "key", f"key:{n}"), asked(questions[n])).result())
        else:
            done = heard(service.stream(READER, asked(questions[n])))[-1]
            assert isinstance(done, Finished)
            got[n] = untimed(done.answer)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert got == {n: expected[question] for n, question in enumerate(questions)}


def test_every_operation_checks_who_asks(service: Service) -> None:
    nobody = Principal.anonymous("192.0.2.1")
    calls: list[tuple[Role, Callable[[Principal], object]]] = [
        (Role.READ, lambda who: service.begin_ask(who, asked("x")).result()),
        (Role.READ, lambda who: service.stream(who, asked("x"))),
        (Role.READ, lambda who: service.begin_search(who, "x").result()),
        (Role.READ, service.documents),
        (Role.READ, service.records),
        (Role.READ, service.catalogue),
        (Role.READ, service.meetings),
        (Role.READ, lambda who: service.document(who, "x")),
        (Role.READ, lambda who: service.passage(who, "x")),
        (Role.READ, lambda who: service.rate(who, "x", "en", 1)),
        (Role.STAFF, service.ratings),
        (Role.STAFF, lambda who: service.remove_ratings(who, 1)),
        (Role.STAFF, service.status),
        (Role.STAFF, lambda who: service.upload(who, io.BytesIO(), "x")),
        (Role.STAFF, lambda who: service.fetch(who, ["A/80/1"])),
        (Role.STAFF, lambda who: service.remove(who, "x")),
        (Role.STAFF, service.all_jobs),
        (Role.STAFF, lambda who: service.job(who, "x")),
        (Role.STAFF, lambda who: service.follow_job(who, "x")),
        (Role.STAFF, lambda who: service.stop_job(who, "x")),
        (Role.STAFF, service.metrics_text),
    ]
    for least, call in calls:
        with pytest.raises(NotAuthenticated):
            call(nobody)
        if least > Role.READ:
            with pytest.raises(Forbidden):
                call(READER)
    with pytest.raises(Forbidden):
        service.ingest(Principal(Role.ADMIN, "key", "key:2"), Files([Path("/etc")], apart=Path("/")))


# Jobs


def over(jobs: Jobs, job: Job) -> dict[str, Any]:
    """The record of a job when it has ended."""
    until(lambda: jobs.record(job.id)["finished"])
    return jobs.record(job.id)


def test_a_job_tells_of_its_progress_and_of_every_outcome() -> None:
    heard: list[str] = []
    jobs = Jobs(on_result=heard.append)
    steps = threading.Semaphore(0)

    def work(reporter: JobReporter) -> None:
        reporter.update(total=2)
        for n in (1, 2):
            assert steps.acquire(timeout=WAIT)
            reporter.add_outcome({"result": "added", "n": n})
            reporter.update(done=n, detail=f"part {n}")

    job = jobs.submit("upload", "somebody", work)
    steps.release()
    until(lambda: job.done == 1 and job.detail)
    record = jobs.record(job.id)
    assert (record["state"], record["total"], record["detail"]) == ("running", 2, "part 1")
    steps.release()
    record = over(jobs, job)
    assert (record["state"], record["done"], record["counts"]) == ("done", 2, {"added": 2})
    assert jobs.record(job.id, since=1)["outcomes"] == [{"result": "added", "n": 2}]
    assert heard == ["added", "added"]
    assert jobs.close(WAIT)


def test_who_brings_one_file_waits_for_one_of_those_who_brought_many() -> None:
    jobs, begun, go = Jobs(), list[str](), threading.Event()

    def noting(name: str) -> Callable[[JobReporter], None]:
        return lambda _: (begun.append(name), go.wait(WAIT))[0]

    first = [jobs.submit("upload", "account:loud", noting(f"loud {n}")) for n in range(4)]
    last = jobs.submit("upload", "account:quiet", noting("quiet"))
    go.set()
    for job in (*first, last):
        assert over(jobs, job)["state"] == "done"
    assert begun.index("quiet") <= 2
    assert [each for each in begun if each != "quiet"] == [f"loud {n}" for n in range(4)]
    assert jobs.close(WAIT)


def test_a_job_that_waits_says_how_many_come_before_it() -> None:
    jobs, begun, go = Jobs(), threading.Event(), threading.Event()

    def wait(_: JobReporter) -> None:
        begun.set()
        go.wait(WAIT)

    first = jobs.submit("upload", "account:loud", wait)
    assert begun.wait(WAIT)
    others = [jobs.submit("upload", f"account:{who}", wait) for who in ("loud", "loud", "quiet")]
    assert [jobs.record(job.id)["ahead"] for job in (first, *others)] == [0, 1, 3, 2]
    assert [each["ahead"] for each in reversed(jobs.all())] == [0, 1, 3, 2]
    jobs.stop(others[0].id)
    assert [jobs.record(job.id)["ahead"] for job in (first, *others)] == [0, 0, 1, 2], "a stopped job is not made"
    go.set()
    assert [over(jobs, job)["ahead"] for job in (first, *others)] == [0, 0, 0, 0]
    assert jobs.close(WAIT)


def test_a_queue_of_papers_that_is_closed_leaves_no_thread_behind(question_queue: QuestionQueue) -> None:
    before = set(threading.enumerate())
    papers = PaperQueue(question_queue, 4)
    own = set(threading.enumerate()) - before
    assert papers.request("a paper", lambda _tell, _aside: "made").future.result(WAIT) == "made"
    assert papers.close(WAIT)
    until(lambda: not any(each.is_alive() for each in own))


def test_who_follows_a_job_that_waits_is_told_when_fewer_come_before_it() -> None:
    jobs, go = Jobs(), [threading.Event() for _ in range(3)]
    waiting = [jobs.submit("upload", f"account:{n}", lambda _, n=n: go[n].wait(WAIT) and None) for n in range(3)]

    async def follow() -> list[tuple[str, int]]:
        seen = list[tuple[str, int]]()
        async for record in jobs.follow(waiting[2].id):
            seen.append((record["state"], record["ahead"]))
            if seen[-1] in (("queued", 2), ("queued", 1)):
                go[2 - seen[-1][1]].set()
            elif record["state"] == "running":
                go[2].set()
        return seen

    until(lambda: jobs.record(waiting[0].id)["state"] == "running")
    seen = asyncio.run(asyncio.wait_for(follow(), WAIT))
    assert seen[0] == ("queued", 2)
    assert ("queued", 1) in seen
    assert seen[-1] == ("done", 0)
    assert all(earlier != later for earlier, later in pairwise(seen)), "nobody is told the same twice"
    assert jobs.close(WAIT)


def test_a_job_that_fails_or_breaks_down_says_so_and_the_next_one_runs() -> None:
    jobs = Jobs()

    def failing(_: JobReporter) -> None:
        raise LibraryError("The disk is full.")

    def broken(_: JobReporter) -> None:
        raise RuntimeError("secret")

    for work, state, reason in ((failing, "failed", "The disk is full."), (broken, "failed", "log has the details"),
                                (lambda _: None, "done", "")):  # fmt: skip
        job = jobs.submit("x", "y", work)
        record = over(jobs, job)
        assert record["state"] == state
        assert reason in record["reason"]
        assert "secret" not in record["reason"]
        with pytest.raises(Conflict):
            jobs.stop(job.id)
    with pytest.raises(NotFound):
        jobs.get("none")
    assert jobs.close(WAIT)


def test_jobs_are_stopped_running_or_waiting_and_there_is_an_end_to_them() -> None:
    jobs = Jobs(places=2)
    begun = threading.Event()
    told: list[str] = []

    def endless(reporter: JobReporter) -> None:
        begun.set()
        while True:
            reporter.check()
            time.sleep(0.005)

    running = jobs.submit("x", "y", endless, ended=lambda job: told.append(job.id))
    waiting = jobs.submit("x", "z", endless, ended=lambda job: told.append(job.id))
    assert begun.wait(WAIT)
    with pytest.raises(Overloaded):
        jobs.submit("x", "y", endless)
    assert jobs.stop(waiting.id).state == "stopped"
    jobs.stop(running.id)
    until(lambda: len(told) == 2)
    assert over(jobs, running)["state"] == "stopped"
    assert sorted(told) == sorted([running.id, waiting.id])
    last = jobs.submit("x", "y", endless, ended=lambda job: told.append(job.id))
    assert jobs.close(WAIT)
    assert last.id not in told  # the service stops: it is to be begun again


def test_an_upload_that_was_taken_and_not_read_is_read_by_the_next_process(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    with made_service(tmp_path, catalogue, page=False) as made:
        block = occupied(made)
        job = made.service.upload(LOCAL, io.BytesIO(b"Note on nets\n\nNets are mended in winter.\n"), "nets.txt")
        uploads = made.library.folder / "uploads"
        (uploads / "half").mkdir()
        (uploads / "half" / "content").write_bytes(b"half of a fi")
        made.service.stop()
        block.set()
    assert made.service.jobs.get(job.id).state == "stopped"
    with made_service(tmp_path, catalogue, page=False) as made:
        assert made.service.resume() == 1
        again = made.service.jobs.all()[0]
        assert ended(made, again)["counts"] == {"added": 1}
        assert not list(uploads.iterdir())
        assert made.service.begin_ask(LOCAL, asked("When are nets mended?")).result().status == "answered"


def occupied(made: Made) -> threading.Event:
    """Gives both threads for jobs something to do until the event is set."""
    block = threading.Event()
    running = [
        made.service.jobs.submit("x", who, lambda reporter: block.wait(WAIT) and None, touches=frozenset({who}))
        for who in ("y", "z")
    ]
    until(lambda: all(each.state == "running" for each in running))
    return block


def test_an_upload_is_refused_at_once_by_its_first_bytes_and_what_has_to_be_opened_waits(
    monkeypatch: pytest.MonkeyPatch, made: Made
) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr("mimetype", b"application/epub+zip")
    unopened = archive.getvalue().replace(b"mimetype", b"mimetype\xff\xff\xff\xff", 1)
    block = occupied(made)
    monkeypatch.setattr("zipfile.ZipFile", pytest.fail)
    jobs = [
        made.service.upload(LOCAL, io.BytesIO(data), name)
        for name, data in (("a.txt", b""), ("b.txt", b"\x89PNG\r\n"), ("c.docx", unopened), ("d.json", b'{"a": 1}'))
    ]
    assert [each.state for each in jobs] == ["failed", "failed", "queued", "queued"]
    assert made.service.upload(LOCAL, io.BytesIO(b""), "e.txt").reason.startswith("e.txt is empty")
    block.set()
    assert [ended(made, each.to_json())["counts"] for each in jobs] == [{"refused": 1}] * 4


def test_an_upload_that_can_not_be_looked_at_is_read_in_its_turn(monkeypatch: pytest.MonkeyPatch, made: Made) -> None:
    def fails(*_: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(made.service._updater, "refuse", fails)
    job = made.service.upload(LOCAL, io.BytesIO(b"Note on nets\n\nNets are mended in winter.\n"), "nets.txt")
    assert ended(made, job.to_json())["counts"] == {"added": 1}


def test_an_upload_whose_file_is_gone_at_the_next_start_is_refused_and_the_service_starts(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    with made_service(tmp_path, catalogue, page=False) as made:
        block = occupied(made)
        job = made.service.upload(LOCAL, io.BytesIO(b"Note on nets\n\nNets are mended in winter.\n"), "nets.txt")
        made.service.stop()
        block.set()
    (content,) = (made.library.folder / "uploads").glob("*/content")
    content.unlink()
    with made_service(tmp_path, catalogue, page=False) as made:
        assert made.service.resume() == 1
        again = ended(made, made.service.jobs.all()[0])
        assert (again["id"], again["counts"]) == (job.id, {"refused": 1})
        assert "nets.txt cannot be read" in again["outcomes"][0]["reason"]


def test_who_starts_very_many_jobs_leaves_places_to_others(made: Made) -> None:
    boats = ended(made, made.service.upload(LOCAL, io.BytesIO(BOATS), "boats.txt").to_json())["outcomes"][0]["document"]
    block, sent = occupied(made), [{"file": (f"{n}.txt", b"Note on nets\n\nNets number %d.\n" % n)} for n in range(51)]
    replies = [made.by("staff").post("/api/v1/uploads", files=each) for each in sent]
    assert [each.status_code for each in replies] == [202] * 50 + [503]
    assert (replies[-1].json()["code"], replies[-1].headers["retry-after"]) == ("jobs-wait", "60")
    assert made.by("admin").post("/api/v1/uploads", files=sent[50]).status_code == 202
    for method, path in (("POST", "verify"), ("DELETE", f"documents/{boats}")):
        replies = [made.by(role).request(method, f"/api/v1/{path}") for role in ("staff", "admin")]
        assert [each.status_code for each in replies] == [503, 202]
    made.service.jobs.stop_all()
    block.set()


def test_the_work_of_the_machine_itself_takes_as_many_places_as_there_are() -> None:
    jobs, block = Jobs(places=5), threading.Event()
    for who, taken in (("account:amina", 2), (LOCAL.id, 3)):
        for _ in range(taken):
            jobs.submit("x", who, lambda _: block.wait(WAIT) and None)
        with pytest.raises(Overloaded):
            jobs.submit("x", who, lambda _: None)
    jobs.stop_all()
    block.set()
    assert jobs.close(WAIT)


def test_every_upload_that_was_accepted_is_resumed_even_where_there_are_more_than_places(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    with made_service(tmp_path, catalogue, page=False) as made:
        block = occupied(made)
        made.by("staff").post("/api/v1/uploads", files={"file": ("boats.txt", BOATS)})
        made.service.stop()
        block.set()
    (folder,) = (made.library.folder / "uploads").iterdir()
    for n in range(100):
        shutil.copytree(folder, folder.with_name(f"{n:016}{n:016}"))
    with made_service(tmp_path, catalogue, page=False) as made:
        assert made.service.resume() == 101


def test_uploads_that_waited_at_a_stop_are_read_in_the_order_in_which_they_were_sent(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    sent: list[str] = []
    for more in (4, 4, 0):  # some wait at two stops
        with made_service(tmp_path, catalogue, page=False) as made:
            block = occupied(made)
            assert made.service.resume() == len(sent)
            for number in range(len(sent), len(sent) + more):
                note = f"# Note on nets\n\nNets are mended {number} times.\n".encode()
                made.service.upload(LOCAL, io.BytesIO(note), f"{number}.md", symbol="CTOC/COP/WG.7/2099/7")
                sent.append(f"{number}.md")
            if more:
                made.service.stop()
                block.set()
                continue
            waiting = [each for each in reversed(made.service.jobs.all()) if each["kind"] == "upload"]
            assert [each["detail"] for each in waiting if each["state"] == "queued"] == sent
            block.set()
            assert [set(ended(made, each)["counts"]) for each in waiting[-8:]] == [{"added"}, *[{"replaced"}] * 7]
            words = made.service.begin_ask(LOCAL, asked("How many times are nets mended?")).result()
            assert "7 times" in words.statements[0].text


def test_a_list_leaves_out_a_document_that_is_removed_meanwhile(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    with made_service(tmp_path, catalogue, page=False) as made:
        read = made.library.document

        def late(document_id: str) -> Document:
            made.library.remove(document_id)
            return read(document_id)

        monkeypatch.setattr(made.library, "document", late)
        reply = made.by("read").get("/api/v1/documents")
        assert (reply.status_code, reply.json()["items"]) == (200, [])


def test_a_restart_forgets_no_job(tmp_path: Path, catalogue: Catalogue) -> None:
    def work(reporter: JobReporter) -> None:
        for n in range(3):
            reporter.add_outcome({"result": "added", "n": n})

    with made_service(tmp_path, catalogue, page=False) as made:
        job = made.service.jobs.submit("count", "key:x", work, detail="three of them")
        before = describe_job(ended(made, job.to_json()))
    with made_service(tmp_path, catalogue, page=False) as made:
        staff = made.by("staff")
        assert staff.get(f"/api/v1/jobs/{job.id}").json() == before
        listed = staff.get("/api/v1/jobs").json()
        assert listed == [{**before, "outcomes": []}]
        by_role = [made.by(role).delete(f"/api/v1/jobs/{job.id}").status_code for role in ("read", "staff", "admin")]
        assert by_role == [403, 403, 409]  # staff did not begin it, and it has ended
        followed = staff.get(f"/api/v1/jobs/{job.id}/stream").text
        assert followed.count("event: job") == 1


def test_a_job_that_its_server_did_not_end_is_told_as_stopped_at_the_next_start(tmp_path: Path) -> None:
    block = threading.Event()
    with AccessStore(tmp_path) as store:
        jobs = Jobs(history=JobHistory(store))
        killed = jobs.submit("read", "key:x", lambda reporter: block.wait(WAIT) and None)
    with AccessStore(tmp_path) as store, AccessStore(tmp_path / "elsewhere") as other:
        again = Jobs(history=JobHistory(store))
        told = again.record(killed.id)
        assert (told["state"], "server stopped before" in told["reason"]) == ("stopped", True)
        assert told["finished"]
        assert Jobs(history=JobHistory(other)).all() == []
    block.set()


def test_only_the_latest_jobs_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.service.jobs.KEPT", 3)
    with AccessStore(tmp_path) as store:
        history = JobHistory(store)
        for n in range(6):
            job = Job(f"j{n}", "x", "y", f"2026-01-0{n + 1}T00:00:00+00:00", state="done")
            history.save(job.to_json())
    with AccessStore(tmp_path) as store:
        assert [each["id"] for each in JobHistory(store).latest(10)] == ["j5", "j4", "j3"]


def test_a_stopped_upload_leaves_nothing(made: Made) -> None:
    block = occupied(made)
    job = made.service.upload(LOCAL, io.BytesIO(b"Note on nets\n\nNets are mended in winter.\n"), "nets.txt")
    made.service.stop_job(LOCAL, job.id)
    block.set()
    assert not list((made.library.folder / "uploads").iterdir())
    assert ended(made, job.to_json())["state"] == "stopped"


def test_staff_stop_their_own_jobs_and_administrators_all(made: Made) -> None:
    block = threading.Event()
    staff, other = (Principal(Role.STAFF, "key", f"key:{name}") for name in ("a", "b"))
    jobs = [
        made.service.jobs.submit("x", by, lambda reporter: block.wait(WAIT) and None) for by in ("y", "key:a", "key:a")
    ]
    try:
        with pytest.raises(Forbidden, match="started by somebody else"):
            made.service.stop_job(other, jobs[1].id)
        assert made.service.job(other, jobs[1].id)["state"] == "queued"
        assert made.service.stop_job(staff, jobs[1].id)["state"] == "stopped"
        assert made.service.stop_job(Principal(Role.ADMIN, "key", "key:c"), jobs[2].id)["state"] == "stopped"
    finally:
        block.set()


def test_reading_stops_in_the_middle_of_a_document_and_leaves_nothing_of_it(made: Made) -> None:
    job_id: list[str] = []
    real = made.library.embedder.embed_passages

    def slow(texts: list[str], progress: Callable[[int], None] | None = None) -> object:
        for _ in texts if job_id else ():
            made.service.stop_job(LOCAL, job_id[0]) if job_id else None
            assert progress is not None
            progress(1)
        return real(texts, progress)

    made.library.embedder.embed_passages = slow  # type: ignore[method-assign]
    text = "Note on nets\n\n" + "\n\n".join(f"{n}. Net number {n} is mended." for n in range(1, 40))
    held = threading.Event()

    def work(reporter: JobReporter) -> None:
        held.wait(WAIT)
        made.service._updater.read(reporter, [Input("nets.txt", text.encode(), trusted=True)], 1)

    job = made.service.jobs.submit("ingest", "local", work)
    job_id.append(job.id)
    held.set()
    record = ended(made, job.to_json())
    assert record["state"] == "stopped"
    assert [each.source for each in made.library.documents()] == ["boats.txt"]
    assert made.library.verify() == []


def test_feedback_and_pages_of_lists(tmp_path: Path, catalogue: Catalogue) -> None:
    with made_service(tmp_path, catalogue, page=False, starter=True, reading=True) as made:
        answer = made.client.post("/api/v1/ask", json={"question": "When is item 3?"}).json()
        body = {"question": "When is item 3?", "language": "en", "rating": 1, "answer": answer, "comment": "good"}
        assert made.client.post("/api/v1/feedback", json=body).json() == {"id": 1}
        kept = made.by("staff").get("/api/v1/feedback").json()
        assert kept["items"][0]["answer"] == answer
        seen: list[str] = []
        at: int | None = 0
        while at is not None:
            page = made.client.get("/api/v1/documents", params={"offset": at, "limit": 7}).json()
            seen += [each["id"] for each in page["items"]]
            at = page["next"]
        assert len(seen) == len(set(seen)) == page["total"] == len(made.library.document_keys())
        cited = answer["citations"][0]
        text = made.client.get(f"/api/v1/documents/{cited['document']}/text").json()["text"]
        assert text[cited["start"] : cited["end"]] == cited["quote"]
        passages = made.client.get(f"/api/v1/passages/{cited['id']}", params={"around": 1}).json()["passages"]
        assert any(cited["quote"] in each["text"] for each in passages)
        assert 1 < len(passages) <= 3


def test_overload_is_refused_with_a_time_and_passes(tmp_path: Path, catalogue: Catalogue) -> None:
    chosen, question_queue = settings_with(queue=2), QuestionQueue(places=2, per_client=4)
    with made_service(
        tmp_path, catalogue, page=False, reading=True, settings=chosen, question_queue=question_queue
    ) as made:
        held, _ = hold(made.service.question_queue)
        body = {"question": "When do boats leave?"}
        codes: list[int] = []
        threads = [
            threading.Thread(target=lambda: codes.append(made.client.post("/api/v1/ask", json=body).status_code))
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        until(lambda: made.service.question_queue.waiting == 2)
        mine = made.client.post("/api/v1/ask", json=body)
        other = made.by("read").post("/api/v1/ask", json=body)
        streamed = made.by("read").post("/api/v1/ask/stream", json=body)
        ready = made.client.get("/api/v1/ready")
        assert [each.status_code for each in (mine, other, streamed, ready)] == [429, 503, 503, 503]
        assert all(int(each.headers["retry-after"]) >= 1 for each in (mine, other, streamed, ready))
        assert made.client.get("/api/v1/health").status_code == 200
        held.go.set()
        for thread in threads:
            thread.join(WAIT)
        assert codes == [200, 200]
        assert made.client.post("/api/v1/ask", json=body).status_code == 200
        assert made.client.get("/api/v1/ready").status_code == 200


def test_metrics_count_answers_requests_and_files(tmp_path: Path, catalogue: Catalogue) -> None:
    with made_service(tmp_path, catalogue, page=False, reading=True) as made:
        made.client.post("/api/v1/ask", json={"question": "When do boats leave?"})
        job = made.by("staff").post(
            "/api/v1/uploads", files={"file": ("n.txt", b"Note on nets\n\nNets are mended.\n")},
        )  # fmt: skip
        ended(made, job.json())
        text = made.by("staff").get("/metrics").text
        for line in ('rapporteur_answers_total{',
                     'rapporteur_files_total{result="added"} 1.0', "rapporteur_waiting 0.0", "rapporteur_passages 2.0"):  # fmt: skip
            assert line in text
        assert 'route="/ask",status="200"' in text


def test_documents_are_fetched_by_a_job_that_says_what_came(tmp_path: Path, catalogue: Catalogue) -> None:
    symbol = "CTOC/COP/WG.7/2021/3"
    asked: list[str] = []

    def ods(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        french = request.url.params["l"] == "fr"
        return httpx.Response(404) if french else httpx.Response(200, content=word_file(symbol))

    with made_service(tmp_path, catalogue, page=False, updater=fetching(ods)) as made:
        body = {"symbols": [symbol], "languages": ["en", "fr"]}
        staff = made.by("staff")
        job = ended(made, staff.post("/api/v1/fetch", json=body).json())
        assert (job["state"], job["done"], job["counts"]) == ("done", 2, {"not published": 1, "added": 1})
        assert made.service.document(LOCAL, symbol).edition == "official"
        count = len(asked)
        again = ended(made, staff.post("/api/v1/fetch", json={"symbols": [symbol]}).json())
        assert (again["counts"], len(asked)) == ({"held": 1}, count)
        assert staff.post("/api/v1/fetch", json={}).status_code == 422
        told = staff.get(f"/api/v1/jobs/{job['id']}/stream").text
        assert told.startswith("event: job")
        assert '"state": "done"' in told


def test_a_fetch_of_which_nothing_came_has_failed_and_says_no_longer_that_it_tries_again(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    waits = iter(["0", "86400"])

    def busy(_: httpx.Request) -> httpx.Response:
        return httpx.Response(503, headers={"Retry-After": next(waits)})

    with made_service(tmp_path, catalogue, page=False, updater=fetching(busy)) as made:
        staff = made.by("staff")
        asked = {"symbols": ["CTOC/COP/WG.7/2021/3"]}
        job = ended(made, staff.post("/api/v1/fetch", json=asked).json())
        assert (job["state"], job["code"], job["counts"]) == ("failed", "job-nothing", {"failed": 1})
        assert job["detail"] == "CTOC/COP/WG.7/2021/3 (en)"


def test_an_upload_that_was_refused_is_no_job_that_is_done(made: Made) -> None:
    job = made.service.upload(LOCAL, io.BytesIO(b""), "empty.txt")
    told = ended(made, job.to_json())
    assert (told["state"], told["code"], told["counts"]) == ("failed", "job-nothing", {"refused": 1})


def test_a_file_whose_kind_is_refused_does_not_wait_behind_others_and_its_job_says_why(made: Made) -> None:
    held = threading.Event()
    before = made.service.jobs.submit("ingest", "local", lambda _: held.wait(WAIT) and None)
    staff = made.by("staff")
    sent = [("empty.txt", b""), ("boat.png", b"\x89PNG\r\n\x1a\n" + bytes(40))]
    records = [staff.post("/api/v1/uploads", files={"file": each}).json() for each in sent]
    assert [(each["state"], each["counts"]) for each in records] == [("failed", {"refused": 1})] * 2
    assert made.service.jobs.record(before.id)["state"] in ("queued", "running")
    listed = {each["id"]: each["reason"] for each in staff.get("/api/v1/jobs").json()}
    assert listed[records[0]["id"]] == "empty.txt is empty. If it was downloaded, download it again."
    assert "is an image" in listed[records[1]["id"]]
    there = staff.get(f"/api/v1/jobs/{records[0]['id']}", params={"language": "fr"}).json()
    assert there["reason"].startswith("empty.txt est vide")
    held.set()
    ended(made, before.to_json())


def test_one_symbol_is_given_with_one_file(tmp_path: Path, made: Made) -> None:
    two = [("file", ("a.txt", b"One boat.")), ("file", ("b.txt", b"Two boats."))]
    sent = made.by("staff").post("/api/v1/uploads", files=two, data={"symbol": "A/CONF.5/2"})
    assert (sent.status_code, "more than once" in sent.text) == (422, True)
    local = made.by("local").post(
        "/api/v1/local/ingest",
        json={"paths": [str(tmp_path / "a.txt"), str(tmp_path / "b.txt")], "symbol": "A/CONF.5/2"},
    )
    assert (local.status_code, "exactly one file" in local.text) == (422, True)
    assert made.service.jobs.all() == []


def test_a_parameter_that_is_given_twice_is_refused_where_it_takes_one_value(made: Made) -> None:
    reader = made.by("read")
    twice = reader.get("/api/v1/search?q=boats&q=nets")
    assert (twice.status_code, "more than once" in twice.text) == (422, True)
    assert reader.get("/api/v1/compare?document=boats&document=nets").status_code != 422
    assert reader.get("/api/v1/mandates?document=boats&document=boats&year=2020&year=2021").status_code == 422


def test_an_answer_that_was_to_be_written_says_that_no_model_is_set(tmp_path: Path, catalogue: Catalogue) -> None:
    with made_service(tmp_path, catalogue, page=False, starter=True, reading=True) as made:
        for question in ("When is item 3?", "What is smuggling of migrants?"):
            answer = made.client.post("/api/v1/ask", json={"question": question, "mode": "write"}).json()
            assert any("No model is set" in each for each in answer["notes"]), answer


def test_a_reader_who_has_gone_keeps_no_place_in_the_queue(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.api.api_replies.QUIET_SECONDS", 0.05)
    with (
        made_service(tmp_path, catalogue, page=False, reading=True, settings=settings_with(queue=1)) as made,
        listening(made) as address,
    ):
        held, _ = hold(made.service.question_queue)
        body = b'{"question": "When do boats leave?"}'
        head = b"POST /api/v1/ask/stream HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        with socket.create_connection(address, timeout=WAIT) as reader:
            reader.sendall(head % len(body) + body)
            came = b""
            while b": waiting" not in came:  # nothing happens, and the connection is kept alive
                came += reader.recv(4_096)
            assert b"event: status" in came
            assert made.service.question_queue.waiting == 1
        until(lambda: not made.service.question_queue.waiting)
        later = made.service.begin_ask(READER, asked("When do boats leave?"))
        held.go.set()
        assert later.result(WAIT).question == "When do boats leave?"


def test_who_waits_when_a_server_has_stopped_for_as_long_as_it_may_is_told_so(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    with (
        made_service(tmp_path, catalogue, page=False, reading=True) as made,
        ThreadPoolExecutor(1) as pool,
    ):
        held, _ = hold(made.service.question_queue)
        with listening(made) as (host, port):  # which stops within a second
            body = {"question": "When do boats leave?"}
            asking = pool.submit(httpx.post, f"http://{host}:{port}/api/v1/ask", json=body, timeout=WAIT)
            until(lambda: made.service.question_queue.waiting == 1)
        reply = asking.result(WAIT)
        held.go.set()
        assert (reply.status_code, reply.json()["code"]) == (503, "stopping")


# A model that is waited for


Slow = Callable[..., tuple[Service, Held]]


@pytest.fixture
def slow(starter_library: Library, catalogue: Catalogue) -> Iterator[Slow]:
    """A service whose model says nothing before it is let go, and then nothing that stands."""
    made: list[Service] = []

    class Model:
        name, window, output = "slow", 8_192, 400

        def __init__(self) -> None:
            self.held = Held()

        def reply(self, _: object) -> Generator[str, None, None]:
            self.held()
            yield "Nothing that stands."

    def make(replies: int = 8, patience: float = 30, **limits: int) -> tuple[Service, Held]:
        model = Model()
        question_queue = QuestionQueue(**limits)
        writer = Writer(Shared(model, replies, patience), SupportCheck(), away=question_queue.away)
        made.append(
            Service(
                Engine(starter_library, catalogue, readers=word_readers(), writer=writer, mode="quote"),
                question_queue=question_queue,
            )
        )
        return made[-1], model.held

    yield make
    for service in made:
        service.close(60)


def begun(service: Service, held: Held) -> Future[Answer]:
    """An answer that the model has begun to write."""
    future = service.begin_ask(READER, asked(SMUGGLED, mode="write"))
    assert held.begun.wait(WAIT)
    return future


def test_while_one_waits_for_the_model_others_are_answered(starter_engine: Engine, slow: Slow) -> None:
    service, held = slow()
    stream = service.stream(READER, asked(SMUGGLED, mode="write"))
    assert held.begun.wait(WAIT)
    others = [f"When is item {n} taken up?" for n in range(1, 6)] + [f"What says article {n}?" for n in range(3, 8)]
    got = [service.begin_ask(READER, asked(each)) for each in others]
    assert [untimed(each.result(WAIT)) for each in got] == [untimed(starter_engine.ask(each)) for each in others]
    assert service.question_queue.away_count == 1
    assert b"rapporteur_writing 1.0" in service.metrics_text(LOCAL)
    held.go.set()
    *events, done = heard(stream)
    assert [each.stage for each in events if isinstance(each, Status)] == ["waiting", "answering", "writing"]
    assert isinstance(done, Finished)
    assert done.answer.question == SMUGGLED
    assert done.answer.statements == starter_engine.ask(SMUGGLED).statements
    assert done.answer.dropped
    assert service.question_queue.away_count == 0


def test_while_the_model_makes_a_follow_up_whole_others_are_answered(starter_engine: Engine, slow: Slow) -> None:
    service, held = slow()
    leaning, before = "And how many articles has it?", ["What is the Protocol about?"]
    first = service.begin_ask(READER, asked(leaning, before, mode="auto"))
    assert held.begun.wait(WAIT)
    assert service.question_queue.away_count == 1
    other = "When is item 3 taken up?"
    assert untimed(service.begin_ask(READER, asked(other, mode="quote")).result()) == untimed(starter_engine.ask(other))
    assert not first.done()
    held.go.set()
    assert first.result(WAIT).question == leaning
    assert service.question_queue.away_count == 0


def test_many_wait_for_the_model_at_once_and_each_gets_its_own_answer(starter_engine: Engine, slow: Slow) -> None:
    service, held = slow(replies=3)
    questions = [f"What says article {n}?" for n in range(3, 9)] + [f"When is item {n} taken up?" for n in range(1, 5)]
    got = [
        service.begin_ask(READER, asked(each, mode="write" if n < 6 else "quote")) for n, each in enumerate(questions)
    ]
    for future in got[6:]:
        future.result(WAIT)
    assert not any(future.done() for future in got[:6])
    held.go.set()
    for question, future in zip(questions, got, strict=True):
        assert future.result(WAIT).statements == starter_engine.ask(question).statements
        assert future.result().question == question


def test_more_than_the_model_may_be_asked_at_once_are_quoted_and_told(slow: Slow, starter_engine: Engine) -> None:
    service, held = slow(replies=1, patience=0.05)
    first = begun(service, held)
    second = service.begin_ask(READER, asked(SMUGGLED, mode="write")).result()
    assert second.statements == starter_engine.ask(SMUGGLED).statements
    assert any("overloaded" in note for note in second.notes), second.notes
    held.go.set()
    assert first.result(WAIT).dropped


def test_those_who_wait_for_the_model_count_for_the_limits(slow: Slow) -> None:
    service, held = slow(places=2, per_client=1)
    other = Principal(Role.READ, "key", "key:2", "192.0.2.2")
    first = begun(service, held)
    with pytest.raises(TooMany):
        service.begin_ask(READER, asked(SMUGGLED)).result()
    second = service.begin_ask(other, asked(SMUGGLED, mode="write"))
    until(lambda: service.question_queue.away_count == 2)
    with pytest.raises(Overloaded):
        service.begin_ask(Principal(Role.READ, "key", "key:3"), asked(SMUGGLED)).result()
    held.go.set()
    assert first.result(WAIT).question == second.result(WAIT).question
    assert service.begin_ask(READER, asked(SMUGGLED)).result().status == "answered"


def test_a_reader_who_goes_while_the_model_is_waited_for_ends_the_writing(slow: Slow) -> None:
    service, held = slow()
    stream = service.stream(READER, asked(SMUGGLED, mode="write"))
    assert held.begun.wait(WAIT)
    stream.close()
    held.go.set()
    until(lambda: service.question_queue.away_count == 0)
    assert service.begin_ask(READER, asked(SMUGGLED)).result().status == "answered"


def test_told_to_stop_it_waits_for_the_model_so_long_and_no_longer(slow: Slow) -> None:
    service, held = slow()
    first = begun(service, held)
    assert not service.close(0.05)
    held.go.set()
    with pytest.raises(Overloaded, match="stopping"):
        first.result(WAIT)
    service, held = slow()
    second = begun(service, held)
    threading.Timer(0.05, held.go.set).start()
    assert service.close(WAIT)
    assert second.result(0).status == "answered"


def test_batches_in_the_background_have_their_turn_while_a_model_is_waited_for(question_queue: QuestionQueue) -> None:
    held = Held()

    def work() -> str:
        with question_queue.away():
            held()
        with question_queue.batch():  # who has the turn again keeps it
            return "back"

    answer = question_queue.submit(work, "a")
    assert held.begun.wait(WAIT)
    with question_queue.batch():
        held.go.set()
        time.sleep(0.05)
        assert not answer.done()
    assert answer.result(WAIT) == "back"
    with question_queue.away():  # nothing is given up by who has no turn
        assert question_queue.submit(lambda: 1, "b").result(WAIT) == 1


def test_a_server_asks_itself_a_question_as_it_starts_so_that_the_first_of_somebody_waits_for_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Event()
    monkeypatch.setattr(Engine, "ask", lambda _self, _text, **how: asked.set() if how == {"mode": "quote"} else None)
    with open_service(load_settings(data_dir=tmp_path)):
        assert asked.wait(WAIT)
