"""The JSON service: the same answers as everywhere else, and bounds on what it takes in."""

from __future__ import annotations

from fastapi.testclient import TestClient

from app import create_app
from assistant.engine import Engine


def test_an_answer_of_the_service_is_the_answer_of_the_engine(starter_engine: Engine) -> None:
    client = TestClient(create_app(starter_engine))
    reply = client.post("/api/ask", json={"question": "When is item 3?", "history": []})
    assert reply.status_code == 200
    expected = starter_engine.ask("When is item 3?").to_json()
    assert {**reply.json(), "timings": None} == {**expected, "timings": None}


def test_the_service_says_what_it_holds(starter_engine: Engine) -> None:
    assert TestClient(create_app(starter_engine)).get("/api/health").json()["passages"]["en"] > 100


def test_a_request_out_of_bounds_is_refused(starter_engine: Engine) -> None:
    client = TestClient(create_app(starter_engine))
    assert client.post("/api/ask", json={"question": ""}).status_code == 422
    assert client.post("/api/ask", json={"question": "x" * 30_000}).status_code == 422
    assert client.post("/api/ask", json={"question": "x", "unknown": 1}).status_code == 422
