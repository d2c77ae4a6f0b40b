"""Briefings under review: states, comments by statement, who changed what; for staff alone; the state on the cover."""

from __future__ import annotations

from pathlib import Path

import pytest
from services import Made, made_service, service_fixture

from corpus.catalogue import Catalogue

DRAFTS = "/api/v1/drafts"
ASKED = {"kind": "document", "value": "working-group-mandate"}


made = service_fixture(starter=True, reading=True)


@pytest.fixture
def draft(made: Made) -> str:
    reply = made.client.post(DRAFTS, json=ASKED, headers=made.headers("staff"))
    assert reply.status_code == 201, reply.text
    return str(reply.json()["id"])


def test_a_draft_is_reviewed_and_cleared_and_tells_who_did_what(made: Made, draft: str) -> None:
    staff = made.headers("staff")
    said = made.client.post(f"{DRAFTS}/{draft}/comments", json={"text": "Say when.", "statement": 1}, headers=staff)
    assert said.status_code == 200
    early = made.client.post(f"{DRAFTS}/{draft}/state", json={"state": "cleared"}, headers=staff)
    assert early.status_code == 409
    for state in ("review", "cleared"):
        moved = made.client.post(f"{DRAFTS}/{draft}/state", json={"state": state}, headers=staff).json()
        assert moved["state"] == state
    events = [(each["kind"], each["statement"], each["text"]) for each in moved["events"]]
    assert events == [
        ("state", None, "draft"), ("comment", 1, "Say when."), ("state", None, "review"), ("state", None, "cleared"),
    ]  # fmt: skip
    assert all(each["who"].startswith("key:") and each["time"] for each in moved["events"])


def test_the_state_stands_on_the_cover_and_comments_are_gone_once_it_is_cleared(made: Made, draft: str) -> None:
    staff = made.headers("staff")
    made.client.post(f"{DRAFTS}/{draft}/comments", json={"text": "Say <b>when</b>."}, headers=staff)
    made.client.post(f"{DRAFTS}/{draft}/state", json={"state": "review"}, headers=staff)
    shown = made.client.get(f"{DRAFTS}/{draft}?format=html", headers=staff).text
    assert "In review" in shown
    assert "Say &lt;b&gt;when&lt;/b&gt;." in shown
    made.client.post(f"{DRAFTS}/{draft}/state", json={"state": "cleared"}, headers=staff)
    shown = made.client.get(f"{DRAFTS}/{draft}?format=html", headers=staff).text
    assert "Cleared" in shown
    assert "when" not in shown.split("Comments")[-1] or "Comments" not in shown


def test_the_page_shows_drafts_to_staff_and_takes_comments(made: Made, draft: str) -> None:
    staff = made.headers("staff")
    page = made.client.get(f"/drafts/{draft}", headers=staff)
    assert page.status_code == 200
    assert f'action="/drafts/{draft}/comments"' in page.text
    sent = made.client.post(
        f"/drafts/{draft}/comments", data={"text": "Shorter.", "statement": "2"}, headers=staff, follow_redirects=False
    )
    assert sent.status_code == 303
    assert "Shorter." in made.client.get(f"/drafts/{draft}", headers=staff).text
    assert f'href="/drafts/{draft}"' in made.client.get("/drafts", headers=staff).text


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("0/state", {"state": "review"}, 404),
        ("{draft}/state", {"state": "signed"}, 422),
        ("{draft}/comments", {"text": "There is none.", "statement": 9_999}, 422),
        ("{draft}/comments", {"text": " "}, 422),
    ],
)
def test_what_can_not_be_is_refused(made: Made, draft: str, path: str, body: dict[str, object], status: int) -> None:
    reply = made.client.post(f"{DRAFTS}/{path.format(draft=draft)}", json=body, headers=made.headers("staff"))
    assert reply.status_code == status, reply.text


def test_drafts_outlive_the_server(tmp_path: Path, catalogue: Catalogue) -> None:
    with made_service(tmp_path, catalogue, starter=True) as first:
        kept = first.client.post(DRAFTS, json=ASKED, headers=first.headers("staff")).json()["id"]
    with made_service(tmp_path, catalogue) as again:
        assert [each["id"] for each in again.client.get(DRAFTS, headers=again.headers("staff")).json()] == [kept]
