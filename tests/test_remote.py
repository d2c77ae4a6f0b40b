"""The command line as a client of a running server."""

from __future__ import annotations

from functools import partial

import httpx
import pytest

from assistant.cli.remote import ServerDesk
from assistant.faults import ServiceFault
from assistant.settings import load_settings


def desk(monkeypatch: pytest.MonkeyPatch, stopping: int) -> ServerDesk:
    """A desk whose server has one running job, and answers a request to stop it with a status."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            return httpx.Response(stopping, json={"detail": "The job has ended (done)."})
        return httpx.Response(200, json={"state": "running", "outcomes": [{"result": "added"}]})

    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=httpx.MockTransport(answer)))
    return ServerDesk("http://127.0.0.1:1", "token", load_settings())


def test_a_job_that_ended_while_it_was_being_stopped_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(monkeypatch, 409) as server:
        outcomes = server.outcomes({"id": "one"})
        assert next(outcomes) == {"result": "added"}
        outcomes.close()


def test_a_job_that_can_not_be_stopped_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(monkeypatch, 500) as server:
        outcomes = server.outcomes({"id": "one"})
        next(outcomes)
        with pytest.raises(ServiceFault, match="has ended"):
            outcomes.close()
