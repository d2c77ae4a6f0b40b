"""Who may do what: every route of the application with every role. A route without an entry fails."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from services import Made, made_service, service_fixture

from corpus.catalogue import Catalogue

ROLES = ("nobody", "read", "staff", "admin", "local")
ASK = {"json": {"question": "When do boats leave?"}}
CHAT = {"model": "rapporteur", "messages": [{"role": "user", "content": "When do boats leave?"}]}
LIST_TOOLS = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
BOAT = "/api/v1/documents/boats.txt"

TABLE: dict[tuple[str, str], tuple[str, str, dict[str, Any]]] = {
    # (method, route): (least role, address, what is sent)
    ("GET", "/api/v1/openapi.json"): ("nobody", "/api/v1/openapi.json", {}),
    ("GET", "/api/v1/health"): ("nobody", "/api/v1/health", {}),
    ("GET", "/api/v1/ready"): ("nobody", "/api/v1/ready", {}),
    ("GET", "/api/v1/me"): ("nobody", "/api/v1/me", {}),
    ("GET", "/sign-in"): ("nobody", "/sign-in", {}),
    ("POST", "/sign-in"): ("nobody", "/sign-in", {"data": {"name": "x"}}),  # no password: 422
    ("POST", "/sign-out"): ("nobody", "/sign-out", {"headers": {"Sec-Fetch-Site": "same-origin"}}),
    ("GET", "/language"): ("nobody", "/language?to=fr&next=/documents", {}),
    ("POST", "/api/v1/ask"): ("read", "/api/v1/ask", ASK),
    ("POST", "/api/v1/ask/stream"): ("read", "/api/v1/ask/stream", ASK),
    ("GET", "/api/v1/search"): ("read", "/api/v1/search?q=boats", {}),
    ("GET", "/api/v1/briefings"): ("read", "/api/v1/briefings?kind=theme&value=boats", {}),
    ("POST", "/api/v1/briefings"): ("read", "/api/v1/briefings", {"json": {"kind": "document", "value": "boats.txt"}}),
    ("GET", "/api/v1/themes"): ("read", "/api/v1/themes", {}),
    ("GET", "/api/v1/compare"): ("read", "/api/v1/compare?document=boats.txt&document=boats.txt", {}),
    ("GET", "/api/v1/origins"): ("read", "/api/v1/origins?document=boats.txt", {}),
    ("GET", "/api/v1/mandates"): ("read", "/api/v1/mandates", {}),
    ("GET", "/api/v1/agenda"): ("read", "/api/v1/agenda", {}),
    ("GET", "/api/v1/documents"): ("read", "/api/v1/documents", {}),
    ("GET", "/api/v1/catalogue"): ("read", "/api/v1/catalogue", {}),
    ("GET", "/api/v1/meetings"): ("read", "/api/v1/meetings", {}),
    ("GET", "/api/v1/passages/{passage}"): ("read", "/api/v1/passages/none", {}),
    ("GET", "/api/v1/documents/{document:path}"): ("read", BOAT, {}),
    ("GET", "/api/v1/documents/{document:path}/outline"): ("read", f"{BOAT}/outline", {}),
    ("GET", "/api/v1/documents/{document:path}/tables"): ("read", f"{BOAT}/tables", {}),
    ("GET", "/api/v1/documents/{document:path}/footnotes"): ("read", f"{BOAT}/footnotes", {}),
    ("GET", "/api/v1/documents/{document:path}/blocks"): ("read", f"{BOAT}/blocks", {}),
    ("GET", "/api/v1/documents/{document:path}/text"): ("read", f"{BOAT}/text", {}),
    ("POST", "/api/v1/feedback"): (
        "read", "/api/v1/feedback", {"json": {"question": "q", "language": "en", "rating": 1}},
    ),
    ("GET", "/api/v1/feedback"): ("staff", "/api/v1/feedback", {}),
    ("DELETE", "/api/v1/feedback"): ("staff", "/api/v1/feedback?to=1", {}),
    ("GET", "/api/v1/feedback/cases"): ("staff", "/api/v1/feedback/cases", {}),
    ("GET", "/api/v1/drafts"): ("staff", "/api/v1/drafts", {}),
    ("POST", "/api/v1/drafts"): ("staff", "/api/v1/drafts", {"json": {"kind": "document", "value": "boats.txt"}}),
    ("GET", "/api/v1/drafts/{draft_id}"): ("staff", "/api/v1/drafts/none", {}),
    ("POST", "/api/v1/drafts/{draft_id}/comments"): ("staff", "/api/v1/drafts/none/comments", {"json": {"text": "Why?"}}),
    ("POST", "/api/v1/drafts/{draft_id}/state"): ("staff", "/api/v1/drafts/none/state", {"json": {"state": "review"}}),
    ("POST", "/api/v1/verify"): ("staff", "/api/v1/verify", {}),
    ("POST", "/api/v1/fetch/plan"): ("staff", "/api/v1/fetch/plan", {"json": {"symbols": ["A/80/1"]}}),
    ("GET", "/api/v1/status"): ("staff", "/api/v1/status", {}),
    ("DELETE", "/api/v1/documents/{document:path}"): ("staff", "/api/v1/documents/none", {}),
    ("POST", "/api/v1/documents/{document:path}/confirm"): ("staff", f"{BOAT}/confirm", {}),
    ("POST", "/api/v1/uploads"): (
        "staff", "/api/v1/uploads", {"files": {"file": ("a.txt", b"words")}, "data": {"symbol": "no symbol"}},
    ),
    ("POST", "/api/v1/fetch"): ("staff", "/api/v1/fetch", {"json": {"symbols": ["A/80/1"]}}),
    ("GET", "/api/v1/jobs"): ("staff", "/api/v1/jobs", {}),
    ("GET", "/api/v1/jobs/{job}"): ("staff", "/api/v1/jobs/none", {}),
    ("GET", "/api/v1/jobs/{job}/stream"): ("staff", "/api/v1/jobs/none/stream", {}),
    ("DELETE", "/api/v1/jobs/{job}"): ("staff", "/api/v1/jobs/none", {}),
    ("GET", "/metrics"): ("staff", "/metrics", {}),
    ("GET", "/api/v1/audit"): ("admin", "/api/v1/audit", {}),
    ("POST", "/api/v1/local/ingest"): ("local", "/api/v1/local/ingest", {"json": {"paths": []}}),
    ("POST", "/api/v1/local/forget"): ("local", "/api/v1/local/forget", {"json": {"path": "/none", "shown": "none"}}),
    ("GET", "/api/v1/local/documents/{document:path}"): ("read", "/api/v1/local/documents/boats.txt", {}),
    ("GET", "/api/v1/local/meetings"): ("read", "/api/v1/local/meetings", {}),
    ("GET", "/api/v1/local/records"): ("read", "/api/v1/local/records", {}),
    **{
        ("POST", f"/api/v1/local/papers/{kind}"): ("read", f"/api/v1/local/papers/{kind}", {"json": asked})
        for kind, asked in (
            ("briefings", {"kind": "theme", "value": "boats"}), ("themes", {}), ("compare", {"document": ["boats.txt"] * 2}),
            ("origins", {"document": "boats.txt"}), ("mandates", {}),
        )
    },
    ("GET", "/v1/models"): ("read", "/v1/models", {}),
    ("GET", "/v1/models/{model}"): ("read", "/v1/models/rapporteur", {}),
    ("POST", "/v1/chat/completions"): ("read", "/v1/chat/completions", {"json": CHAT}),
    ("GET", "/documents/{name:path}/page/{number}.png"): ("read", "/documents/boats.txt/page/1.png", {}),
    ("GET", "/conversations"): ("read", "/conversations", {}),
    ("POST", "/conversations"): ("read", "/conversations", {"json": {"token": "none"}}),
    ("POST", "/conversations/keeping"): ("read", "/conversations/keeping", {"json": {}}),  # not said which: 422
    ("POST", "/conversations/kept"): ("read", "/conversations/kept", {"json": {}}),  # nothing said: 422
    ("DELETE", "/conversations"): ("read", "/conversations?token=none", {}),
    ("GET", "/conversations/{token}.json"): ("read", "/conversations/none.json", {}),
    ("POST", "/answers"): ("read", "/answers", {"json": {"token": "none", "turn": 1}}),
    ("POST", "/mcp"): ("read", "/mcp", {"json": LIST_TOOLS, "headers": {"Accept": "application/json, text/event-stream"}}),
}  # fmt: skip

PAGES: dict[tuple[str, str], tuple[str, str]] = {
    # (method, route): (least role, address); those who may not see a page are sent to sign in, or told so on a page
    ("MOUNT", "/page"): ("nobody", "/page/rapporteur.css"),
    ("MOUNT", ""): ("read", "/"),
    ("GET", "/documents"): ("read", "/documents"),
    ("GET", "/ask"): ("read", "/ask"),
    ("POST", "/ask"): ("read", "/ask"),
    ("GET", "/documents/{name:path}"): ("read", "/documents/boats.txt"),
    ("GET", "/documents/{name:path}/page/{number}"): ("read", "/documents/boats.txt/page/1"),
    ("GET", "/briefings"): ("read", "/briefings"),
    ("GET", "/briefings/briefing.{form}"): ("read", "/briefings/briefing.md?kind=theme&value=boats"),
    ("GET", "/drafts"): ("staff", "/drafts"),
    ("POST", "/drafts"): ("staff", "/drafts"),
    ("GET", "/drafts/{draft_id}"): ("staff", "/drafts/none"),
    ("POST", "/drafts/{draft_id}/comments"): ("staff", "/drafts/none/comments"),
    ("POST", "/drafts/{draft_id}/state"): ("staff", "/drafts/none/state"),
    ("GET", "/drafts/{draft_id}/briefing.{form}"): ("staff", "/drafts/none/briefing.md"),
    ("POST", "/confirm"): ("staff", "/confirm"),
    ("GET", "/themes"): ("read", "/themes"),
    ("GET", "/themes/themes.{form}"): ("read", "/themes/themes.md"),
    ("GET", "/comparison"): ("read", "/comparison"),
    ("GET", "/comparison/comparison.{form}"): ("read", "/comparison/comparison.md?first=boats.txt&second=boats.txt"),
    ("GET", "/topics"): ("read", "/topics"),
    ("GET", "/topics/topic.{form}"): ("read", "/topics/topic.md?topic=boats"),
    ("GET", "/origins"): ("read", "/origins"),
    ("GET", "/origins/origins.{form}"): ("read", "/origins/origins.md?document=boats.txt"),
    ("GET", "/mandates"): ("read", "/mandates"),
    ("GET", "/mandates/mandates.{form}"): ("read", "/mandates/mandates.csv"),
    ("GET", "/agenda"): ("read", "/agenda"),
    ("GET", "/meetings"): ("read", "/meetings"),
    ("GET", "/conversations/{token}.md"): ("read", "/conversations/none.md"),
    ("GET", "/conversations/{token}.docx"): ("read", "/conversations/none.docx"),
    ("GET", "/answers/{name}"): ("read", "/answers/none"),
    ("GET", "/answers/{name}.md"): ("read", "/answers/none.md"),
    ("GET", "/answers/{name}.docx"): ("read", "/answers/none.docx"),
    ("GET", "/evaluation"): ("staff", "/evaluation"),
}

FORMS: dict[str, dict[str, str]] = {
    "/drafts": {"kind": "document", "value": "boats.txt"},
    "/confirm": {"document": "none", "sha256": "none"},
    "/drafts/{draft_id}/comments": {"text": "Why?"},
    "/drafts/{draft_id}/state": {"state": "review"},
}
"""What is sent with a form, where that can't be empty."""


def routes(app: FastAPI) -> set[tuple[str, str]]:
    """Method and path of every route."""
    return {
        (method, str(each.path))
        for each in iter_route_contexts(app.routes)
        for method in (each.methods or {"MOUNT"}) - {"HEAD", "OPTIONS"}
    }


made = service_fixture()


def test_every_route_has_an_entry_and_every_entry_a_route(made: Made) -> None:
    assert routes(made.app) == set(TABLE) | set(PAGES)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", sorted(TABLE), ids=" ".join)
def test_a_route_serves_the_roles_that_it_is_for_and_no_other(made: Made, route: tuple[str, str], role: str) -> None:
    least, address, sent = TABLE[route]
    headers = {**sent.get("headers", {}), **made.headers(role)}
    made.client.cookies.clear()
    reply = made.client.request(route[0], address, follow_redirects=False, **{**sent, "headers": headers})
    allowed = ROLES.index(role) >= ROLES.index(least)
    if allowed:
        assert reply.status_code not in (401, 403), reply.text
        assert reply.status_code < 500, reply.text
    else:
        assert reply.status_code == (401 if role == "nobody" else 403)
        if address.startswith("/v1/"):
            assert set(reply.json()["error"]) == {"message", "type", "param", "code"}
        else:
            assert reply.headers["content-type"] == "application/problem+json"
            assert reply.json()["status"] == reply.status_code
        assert ("www-authenticate" in reply.headers) == (role == "nobody")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", sorted(PAGES), ids=" ".join)
def test_a_page_is_shown_to_the_roles_that_it_is_for_and_no_other(
    made: Made, route: tuple[str, str], role: str
) -> None:
    least, address = PAGES[route]
    made.client.cookies.clear()
    headers = {"Sec-Fetch-Site": "same-origin", **made.headers(role)}
    sent = FORMS.get(route[1])
    reply = made.client.request(
        route[0].replace("MOUNT", "GET"), address, follow_redirects=False, headers=headers, data=sent
    )
    if ROLES.index(role) >= ROLES.index(least):
        assert reply.status_code in (200, 404, 422) or reply.headers["location"].startswith(address), (
            "what a form leads to"
        )
    elif role == "nobody":
        assert (reply.status_code, reply.headers["location"][:14]) == (303, "/sign-in?next=")
    else:
        assert reply.status_code == 403
        assert reply.headers["content-type"].startswith("text/html")


def test_open_reading_lets_everybody_read_and_nobody_more(
    tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue
) -> None:
    with made_service(tmp_path_factory.mktemp("open"), catalogue, reading=True) as made:
        for (method, _), (least, address, sent) in TABLE.items():
            reply = made.client.request(method, address, follow_redirects=False, **sent)
            refused = ROLES.index(least) > ROLES.index("read")
            assert (reply.status_code == 401) == refused, address


def test_the_local_token_is_good_on_this_machine_alone(made: Made) -> None:
    from fastapi.testclient import TestClient

    elsewhere = TestClient(made.app, client=("192.0.2.7", 1))
    assert elsewhere.get("/api/v1/me", headers=made.headers("local")).status_code == 401
    assert made.by("local").get("/api/v1/me").json()["kind"] == "local"
