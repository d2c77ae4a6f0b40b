"""Ratings are what anybody sends: none of them breaks the list for staff, and together they fill no disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from services import Made, made_service, service_fixture

from assistant.access.rate_limits import RateLimits
from corpus.catalogue import Catalogue

GOOD = {"question": "When do boats leave?", "language": "en", "rating": 1, "answer": {"status": "answered"}}
HOSTILE = {
    "half a character": '{"a": "\\ud800"}',
    "half a character in a name": '{"\\udfff": 1}',
    "deep lists": '{"a": ' + "[" * 900 + "]" * 900 + "}",
    "deep records": '{"a": ' * 900 + "1" + "}" * 900,
    "no number": '{"a": NaN}',
    "a number that is not finite": '{"a": 1e999}',
}


made = service_fixture("function", reading=True)


def listed(made: Made) -> list[dict[str, object]]:
    """What staff see, in every form that there is."""
    staff = made.by("staff")
    reply = staff.get("/api/v1/feedback")
    assert reply.status_code == 200, reply.text
    assert staff.get("/api/v1/feedback/cases").status_code == 200
    found: list[dict[str, object]] = reply.json()["items"]
    return found


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_an_answer_that_no_list_could_show_is_refused(made: Made, answer: str) -> None:
    assert made.client.post("/api/v1/feedback", json=GOOD).status_code == 201
    body = json.dumps({**GOOD, "answer": "?"}).replace('"?"', answer)
    reply = made.client.post("/api/v1/feedback", content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code in (400, 422), reply.text
    assert len(listed(made)) == 1


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_a_rating_that_was_kept_before_that_was_asked_of_it_breaks_no_list(made: Made, answer: str) -> None:
    for each in (GOOD, GOOD, GOOD):
        assert made.client.post("/api/v1/feedback", json=each).status_code == 201
    with made.library._db.transaction():
        made.library._store._db.execute("UPDATE feedback SET answer = ? WHERE id = 2", (answer,))
    assert [(each["id"], each["answer"]) for each in listed(made)] == [
        (1, GOOD["answer"]), (2, {}), (3, GOOD["answer"]),
    ]  # fmt: skip


@pytest.mark.usefixtures("still")
def test_a_rating_has_an_end_and_counts_as_a_question(tmp_path: Path, catalogue: Catalogue) -> None:
    with made_service(tmp_path, catalogue, page=False, reading=True, rate_limits=RateLimits(0, 6)) as made:
        large = {**GOOD, "answer": {"text": "x" * 150_000}}
        assert made.client.post("/api/v1/feedback", json=large).status_code == 422
        assert made.client.post("/api/v1/feedback", json={**GOOD, "answer": {"text": "x" * 300_000}}).status_code == 413
        codes = [made.client.post("/api/v1/feedback", json=GOOD).status_code for _ in range(2)]
        assert codes == [201, 429]


def test_only_so_many_ratings_are_kept_until_staff_remove_some(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.feedback.MAX_FEEDBACK", 3)
    codes = [made.client.post("/api/v1/feedback", json=GOOD).status_code for _ in range(5)]
    assert codes == [201, 201, 201, 409, 409]
    assert made.client.delete("/api/v1/feedback?to=2").status_code == 401
    reply = made.by("staff").delete("/api/v1/feedback?to=2")
    assert reply.json() == {"removed": 2}
    assert made.audit.entries(limit=1)[0].action == "remove ratings"
    assert made.client.post("/api/v1/feedback", json=GOOD).status_code == 201
    assert len(listed(made)) == 2
