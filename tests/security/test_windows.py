"""Windows of the page: what one has called for is its own, and what nobody fetches is not kept."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest
from security.test_gradio_doors import CANCEL, JOIN, Functions, config, events, functions
from services import Made, ended, made_service, service_fixture
from waiting import WAIT, until

from assistant.access.rate_limits import CHEAP, RateLimits
from assistant.page.chat_turns import MAX_DRAWN, Conversations, Turn
from assistant.page.gradio_calls import MAX_CALLS, MAX_WINDOWS, SECONDS, Windows
from assistant.service.jobs import JobReporter
from assistant.service_errors import TooMany
from corpus.catalogue import Catalogue
from corpus.corpus_errors import LibraryError

__all__ = ["config", "functions"]
QUESTION = ("When do boats leave?", "", "", "", [], "", "")


made = service_fixture()


def joined(made: Made, functions: Functions, role: str, button: str, *data: object, window: str) -> int:
    """Makes a call; the status of the reply."""
    call = functions.call(button, *data, session_hash=window)
    return made.by(role).post(JOIN, json=call).status_code


def test_who_names_the_window_of_another_hears_nothing_of_what_it_called_for(made: Made, functions: Functions) -> None:
    assert joined(made, functions, "staff", "rp-ask", *QUESTION, window="own") == 200
    for role in ("read", "admin"):
        told = events(made, "own", role)
        assert "session_not_found" in told
        assert "rp-turn" not in told
    told = events(made, "own", "staff")
    assert "Boats leave at noon" in told
    assert "process_completed" in told


def test_who_names_the_window_of_another_stops_nothing_in_it(made: Made, functions: Functions) -> None:
    call = functions.call("rp-ask", *QUESTION, session_hash="shared")
    event = made.by("staff").post(JOIN, json=call).json()["event_id"]
    stop = {"session_hash": "shared", "fn_index": functions.by_button["rp-ask"], "event_id": event}
    for role in ("read", "admin"):
        assert made.by(role).post(CANCEL, json=stop).status_code == 200
        assert joined(made, functions, role, "rp-anew", window="shared") == 200
    assert "Boats leave at noon" in events(made, "shared", "staff")


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Noted:
    """A queue that notes what it is to forget; each window waits for an event of its name."""

    def __init__(self) -> None:
        self.forgotten: list[str] = []

    async def forget(self, window: str) -> None:
        self.forgotten.append(window)

    def has(self, window: str, event: str) -> bool:
        return event == f"event of {window}"


def windows() -> tuple[Windows, list[str], Clock]:
    """Windows, what they make Gradio forget, and their clock."""
    queue, clock = Noted(), Clock()
    return Windows(queue, clock), queue.forgotten, clock


def test_a_window_that_calls_and_does_not_listen_is_refused_and_one_that_listens_is_not() -> None:
    found, _, _ = windows()

    async def call(name: str, times: int) -> None:
        for _ in range(times):
            await found.called(name, "amina")

    asyncio.run(call("deaf", MAX_CALLS))
    with pytest.raises(TooMany, match="without reading their results"):
        asyncio.run(call("deaf", 1))
    with found.listening("hears"), found.listening("hears"):
        asyncio.run(call("hears", 3 * MAX_CALLS))
    with found.listening("deaf"):
        pass
    asyncio.run(call("deaf", MAX_CALLS))


def test_what_nobody_fetches_is_forgotten_in_time_and_where_one_has_much_of_it() -> None:
    found, forgotten, clock = windows()

    async def call(client: str, *names: str) -> None:
        for each in names:
            await found.called(each, client)

    asyncio.run(call("rashid", "theirs"))
    asyncio.run(call("amina", *(f"w{n}" for n in range(MAX_WINDOWS + 2))))
    assert forgotten == ["w0", "w1"]
    clock.now = SECONDS + 1
    asyncio.run(call("third", "late"))
    assert set(forgotten) == {"theirs", *(f"w{n}" for n in range(MAX_WINDOWS + 2))}


def test_one_window_of_two_clients_is_two_windows() -> None:
    found, _, _ = windows()
    names = [
        found.name("x", "key:1"), found.name("x", "key:2"), found.name("1 x", "key:"), found.name("y", "key:1"),
        windows()[0].name("x", "key:1"),
    ]  # fmt: skip
    assert len(set(names)) == len(names)
    assert [found.event(names[0], f"event of {each}") for each in names[:2]] == [f"event of {names[0]}", "none"]
    assert found.name("x", "key:1") == names[0]


@pytest.mark.usefixtures("still")
def test_calls_of_the_page_that_ask_nothing_of_the_service_are_counted(
    tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue
) -> None:
    with made_service(tmp_path_factory.mktemp("counted"), catalogue, rate_limits=RateLimits(2, 0)) as made:
        own = functions.__wrapped__(config.__wrapped__(made))
        for button in ("rp-stop", "rp-anew", "rp-send"):
            assert button in own.by_button
        statuses = [
            joined(made, own, "read", ("rp-stop", "rp-anew")[n % 2], window=f"w{n % 7}") for n in range(2 * CHEAP + 1)
        ]
        assert statuses == [200] * (2 * CHEAP) + [429]
        assert joined(made, own, "staff", "rp-anew", window="other") == 200


def test_following_many_files_on_the_page_counts_as_one_call(
    tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue
) -> None:
    with made_service(tmp_path_factory.mktemp("followed"), catalogue, rate_limits=RateLimits(2, 0)) as made:
        own = functions.__wrapped__(config.__wrapped__(made))
        sent = [made.service.jobs.submit("upload", "somebody", lambda _: None) for _ in range(3 * CHEAP)]
        assert joined(made, own, "staff", "rp-follow", " ".join(job.id for job in sent), window="files") == 200
        told = events(made, "files", "staff")
        assert "process_completed" in told
        assert "in a minute" not in told
        assert joined(made, own, "staff", "rp-anew", window="files") == 200


def test_of_a_job_with_many_files_the_page_shows_some_and_first_what_went_wrong(
    tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue
) -> None:
    def work(reporter: JobReporter) -> None:
        for n in range(300):
            result = "refused" if n == 299 else "added"
            reporter.add_outcome({"file": f"note {n}.txt", "result": result, "said": f"{result}."})

    with made_service(tmp_path_factory.mktemp("many"), catalogue) as made:
        own = functions.__wrapped__(config.__wrapped__(made))
        job = made.service.jobs.submit("ingest", "somebody", work)
        ended(made, job.to_json())
        assert joined(made, own, "staff", "rp-follow", job.id, window="many") == 200
        told = events(made, "many", "staff")
        assert "100/300" in told
        for n, shown in {0: True, 98: True, 99: False, 298: False, 299: True}.items():
            assert (f"note {n}.txt" in told) is shown


def test_whoever_follows_a_job_with_many_files_is_given_each_outcome_once(
    tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = list[int]()

    def work(reporter: JobReporter) -> None:
        for n in range(3):
            for result in ("added",) * 99 + ("refused",):
                reporter.add_outcome({"file": f"{result} {n}.txt", "result": result, "said": "So."})
            until(lambda n=n: len(looked) > n)

    with made_service(tmp_path_factory.mktemp("once"), catalogue) as made:
        real = made.service.job

        def counted(*what: Any) -> dict[str, Any]:
            looked.append(len((record := real(*what))["outcomes"]))
            return record

        monkeypatch.setattr(made.service, "job", counted)
        own = functions.__wrapped__(config.__wrapped__(made))
        job = made.service.jobs.submit("ingest", "somebody", work)
        assert joined(made, own, "staff", "rp-follow", job.id, window="once") == 200
        told = events(made, "once", "staff")
        assert "100/300" in told
        assert all(f"refused {n}.txt" in told for n in range(3))
        assert (len(looked) >= 3, sum(looked)) == (True, 300)


def test_staff_are_told_why_jobs_cannot_be_shown(
    made: Made, functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n, (error, said) in enumerate(
        [(LibraryError("The table is locked."), "The table is locked."), (KeyError("x"), "")]
    ):

        def broken(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(made.service.jobs, "all", broken)
        assert joined(made, functions, "staff", "rp-follow", "a job", window=f"broken {n}".replace(" ", "-")) == 200
        told = events(made, f"broken-{n}", "staff")
        assert '"success":true' in told
        assert "rp-warning" in told or "alert" in told
        assert said in told


def test_stopping_all_passes_over_what_another_server_does(made: Made, functions: Functions) -> None:
    me = made.by("staff").get("/api/v1/me").json()["id"]
    block = threading.Event()
    first = made.service.jobs.submit("read", me, lambda hand: block.wait(WAIT) and hand.check())
    far = {**first.to_json(), "id": "far", "state": "running", "created": "2999-01-01T00:00:00+00:00"}
    made.store.write(
        "INSERT INTO jobs (id, server, created, state, record, outcomes) VALUES (?, ?, ?, ?, ?, ?)",
        "far", "/elsewhere", far["created"], far["state"], json.dumps(far), "[]",
    )  # fmt: skip
    assert joined(made, functions, "staff", "rp-stop-jobs", window="stops") == 200
    assert '"success":true' in events(made, "stops", "staff")
    block.set()
    assert ended(made, first.to_json())["state"] == "stopped"


def test_neither_stopping_nor_rating_nor_a_question_that_is_refused_makes_a_conversation(
    made: Made, functions: Functions
) -> None:
    held = made.app.state.conversations
    talk = held.open(None, "another")
    before = len(held._held)
    for n, (button, data) in enumerate(
        [("rp-stop", ()), ("rp-send", ("1", "", "unknown")), ("rp-ask", ("x" * 30_000, *QUESTION[1:]))]
    ):
        assert joined(made, functions, "read", button, *data, window=f"none{n}") == 200
        assert "process_completed" in events(made, f"none{n}", "read")
    assert held.find(talk.token, "another") is talk
    assert len(held._held) == before + 1  # of the question that was too long, and answered so


def test_who_has_many_conversations_loses_their_own_and_nobody_elses() -> None:
    talks = Conversations(most=10)
    quiet = talks.open(None, "quiet")
    loud = [talks.open(None, "loud") for _ in range(100)]
    assert talks.find(quiet.token, "quiet") is quiet
    assert [each for each in loud if talks.find(each.token, "loud")] == loud[-9:]
    talks.open(None, "third")
    assert talks.find(quiet.token, "quiet") is quiet
    assert talks.find(loud[-9].token, "loud") is None


def test_the_past_turns_that_are_shown_have_a_bound(made: Made) -> None:
    talk = Conversations().open(None, "amina")
    answer = made.service.engine.ask("When do boats leave?")
    for n in range(20):
        talk.add(Turn(f"{n}", "", answer), f"<p>{n}{'x' * (MAX_DRAWN // 10)}</p>")
    assert len(talk.html) <= MAX_DRAWN + 20
    assert talk.html.startswith("<div><p>11x")
    assert len(talk.history) == 20
