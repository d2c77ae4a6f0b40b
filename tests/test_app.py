"""The service through its HTTP door: the same answers as everywhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app import create_app
from assistant.qa.engine import Engine
from assistant.service import Service


@pytest.fixture
def client(starter_engine: Engine) -> Iterator[TestClient]:
    service = Service(starter_engine)
    with TestClient(create_app(service)) as client:
        yield client
    service.close()


def test_an_answer_of_the_service_is_the_answer_of_the_engine(client: TestClient, starter_engine: Engine) -> None:
    reply = client.post("/api/v1/ask", json={"question": "When is item 3?", "history": []})
    assert reply.status_code == 200
    expected = starter_engine.ask("When is item 3?").to_json()
    assert {**reply.json(), "timings": None} == {**expected, "timings": None}


def test_the_stream_ends_in_the_answer_that_is_given_unstreamed(client: TestClient) -> None:
    body = {"question": "Can migrants be prosecuted for having been smuggled?"}
    whole = client.post("/api/v1/ask", json=body).json()
    with client.stream("POST", "/api/v1/ask/stream", json=body) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        events = [json.loads(line.removeprefix("data: ")) for line in reply.iter_lines() if line.startswith("data: ")]
    assert [event["type"] for event in events][:2] == ["status", "status"]
    stated = [event for event in events if event["type"] == "statement"]
    assert [event["statement"] for event in stated] == whole["statements"]
    assert [each for event in stated for each in event["citations"]] == whole["citations"]
    assert {**events[-1]["answer"], "timings": None} == {**whole, "timings": None}


def test_a_request_out_of_bounds_is_refused(client: TestClient) -> None:
    for body in ({"question": ""}, {"question": "x" * 30_000}, {"question": "x", "unknown": 1}):
        reply = client.post("/api/v1/ask", json=body)
        assert reply.status_code == 422
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.json()["request_id"] == reply.headers["x-request-id"]
