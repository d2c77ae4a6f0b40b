"""The command line as a client of a running server."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import httpx
import pytest

from assistant.cli.server_backend import ServerBackend
from assistant.service_errors import ServiceFault
from assistant.settings import load_settings

QUEUED = {"id": "one", "state": "queued"}
RUNNING = {"state": "running", "outcomes": [{"result": "added"}]}


class Coming(httpx.SyncByteStream):
    """A body that comes in pieces."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces


def event(name: str, data: dict[str, Any]) -> bytes:
    """An event as the server sends it."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def desk(
    monkeypatch: pytest.MonkeyPatch, stopping: int, told: Iterable[bytes] = (event("job", RUNNING),), status: int = 200
) -> ServerBackend:
    """A desk whose server has one job, tells of it, and answers a request to stop it with a status."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE" and "/documents/" in request.url.path:
            return httpx.Response(202, json=QUEUED)
        if request.method == "DELETE":
            return httpx.Response(stopping, json={"detail": "The job has ended (done)."})
        assert request.url.path == "/api/v1/jobs/one/stream", "it is not asked how the job stands over and over"
        return httpx.Response(status, stream=Coming(told))

    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=httpx.MockTransport(answer)))
    return ServerBackend("http://127.0.0.1:1", "token", load_settings())


def test_a_job_that_ended_while_it_was_being_stopped_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(monkeypatch, 409) as server:
        outcomes = server.outcomes(QUEUED)
        assert next(outcomes) == {"result": "added"}
        outcomes.close()


def test_a_job_that_can_not_be_stopped_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(monkeypatch, 500) as server:
        outcomes = server.outcomes(QUEUED)
        next(outcomes)
        with pytest.raises(ServiceFault, match="has ended"):
            outcomes.close()


def test_each_outcome_is_told_once_however_the_events_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    ended = {"state": "done", "outcomes": [{"result": "refused", "name": "a\u2028b\x85c"}]}
    whole = event("job", RUNNING) + b": waiting\n\n" + event("job", ended)
    for pieces in ([whole], [whole[n : n + 1] for n in range(len(whole))]):
        with desk(monkeypatch, 500, pieces) as server:
            outcomes = list(server.outcomes(QUEUED, lambda at: seen.append(at["state"])))
        assert outcomes == [*RUNNING["outcomes"], *ended["outcomes"]]
    assert seen == ["running", "done"] * 2


@pytest.mark.parametrize(
    ("told", "status", "why"),
    [
        (
            [event("job", {"state": "failed", "outcomes": [], "reason": "no room"})],
            200,
            r"The job was failed: no room\.",
        ),
        ([event("job", RUNNING), event("problem", {"detail": "This key was revoked."})], 200, "This key was revoked"),
        ([b'{"detail": "There is no job one."}'], 404, "There is no job one"),
    ],
)
def test_why_a_job_is_not_told_to_its_end_is_said(
    monkeypatch: pytest.MonkeyPatch, told: list[bytes], status: int, why: str
) -> None:
    with desk(monkeypatch, 409, told, status) as server, pytest.raises(ServiceFault, match=why):
        list(server.outcomes(QUEUED))


def test_a_removal_that_leaves_versions_says_which_were_removed_and_which_not_and_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    why = "was replaced by a file that was sent later"
    outcomes = [
        {"result": "removed", "document": "A/75/1:fr:official", "reason": ""},
        {"result": "skipped", "document": "A/75/1:en:official", "reason": why},
    ]
    told = [event("job", {"state": "done", "outcomes": outcomes})]
    with desk(monkeypatch, 500, told) as server, pytest.raises(ServiceFault) as left:
        server.remove("A/75/1", None, None)
    assert str(left.value).splitlines() == ["removed    A/75/1:fr:official", f"skipped    A/75/1:en:official; {why}"]
