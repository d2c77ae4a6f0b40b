"""Briefings under review: states, comments by statement, who changed what; for staff alone; the state on the cover."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Holding
from services import Made, made_service, service_fixture
from waiting import until

from assistant.access import Role
from assistant.access.access_store import AccessStore
from assistant.answer_phrases import day_of
from assistant.export.file_formats import render
from assistant.reports.brief.brief_maker import make_briefing
from assistant.reports.brief.briefing import Request
from assistant.service.paper_service import Drafts, review_publication
from assistant.service_errors import Invalid
from corpus.catalogue import Catalogue

DRAFTS = "/api/v1/drafts"
ASKED = {"kind": "document", "value": "working-group-mandate"}


made = service_fixture(starter=True, reading=True)


@pytest.fixture
def draft(made: Made) -> str:
    reply = made.by("staff").post(DRAFTS, json=ASKED)
    assert reply.status_code == 201, reply.text
    return str(reply.json()["id"])


def test_a_draft_is_reviewed_and_cleared_and_tells_who_did_what(made: Made, draft: str) -> None:
    staff = made.by("staff")
    said = staff.post(f"{DRAFTS}/{draft}/comments", json={"text": "Say when.", "statement": 1})
    assert said.status_code == 200
    early = staff.post(f"{DRAFTS}/{draft}/state", json={"state": "cleared"})
    assert early.status_code == 409
    for state, role in {"review": "staff", "cleared": "admin"}.items():
        moved = made.by(role).post(f"{DRAFTS}/{draft}/state", json={"state": state}).json()
        assert moved["state"] == state
    events = [(each["kind"], each["statement"], each["text"]) for each in moved["events"]]
    assert events == [
        ("state", None, "draft"), ("comment", 1, "Say when."), ("state", None, "review"), ("state", None, "cleared"),
    ]  # fmt: skip
    assert all(each["who"].startswith("key:") and each["time"] for each in moved["events"])


def test_a_briefing_that_must_be_made_again_to_be_kept_is_waited_for_on_its_page(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.page.report_pages._result_soon", lambda _: None)
    waiting = made.by("staff").post("/drafts", data=ASKED)
    assert waiting.status_code == 202
    address = waiting.headers["refresh"].partition("url=")[2]
    monkeypatch.undo()
    until(lambda: made.by("staff").get(address).status_code == 200)
    assert 'action="/drafts"' in made.by("staff").get(address).text


def test_nothing_is_made_where_no_draft_can_be_kept(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = list[object]()
    monkeypatch.setattr(made.service.papers, "_store", None)
    monkeypatch.setattr(made.service.papers, "begin", lambda *asked: begun.append(asked))
    assert made.by("staff").post(DRAFTS, json=ASKED).status_code == 404
    assert not begun


def test_the_state_stands_on_the_cover_and_comments_are_gone_once_it_is_cleared(made: Made, draft: str) -> None:
    staff = made.by("staff")
    staff.post(f"{DRAFTS}/{draft}/comments", json={"text": "Say <b>when</b>."})
    staff.post(f"{DRAFTS}/{draft}/state", json={"state": "review"})
    shown = staff.get(f"{DRAFTS}/{draft}?format=html").text
    assert "In review" in shown
    assert "Say &lt;b&gt;when&lt;/b&gt;." in shown
    made.by("admin").post(f"{DRAFTS}/{draft}/state", json={"state": "cleared"})
    shown = staff.get(f"{DRAFTS}/{draft}?format=html").text
    assert "Cleared" in shown
    assert "when" not in shown.split("Comments")[-1] or "Comments" not in shown


def test_what_changes_nothing_is_not_in_the_audit_log(made: Made, draft: str) -> None:
    for role in ("staff", "admin"):
        moved = made.by(role).post(f"{DRAFTS}/{draft}/state", json={"state": "review"})
        assert moved.json()["state"] == "review"
    noted = [each.action for each in made.audit.entries() if each.target == draft]
    assert noted == ["draft review", "draft"]


RESOLUTION = (
    "---\nsymbol: A/RES/90/12\ntitle: Lamps\nlanguage: en\nkind: resolution\n---\n# Lamps\n\nThe General Assembly,\n\nRecalling all lamps,\n\n"
    "1. Requests the Secretary-General to count the lamps;\n\n2. Requests Member States to light them.\n"
)


def test_rows_of_tables_have_numbers_behind_those_of_the_paragraphs_and_take_comments(
    holding: Holding, tmp_path: Path
) -> None:
    engine = holding(RESOLUTION)
    made = make_briefing(engine, Request("document", "A/RES/90/12"))
    count = made.numbered
    assert count == len(list(made.statements)) + 2
    with AccessStore(tmp_path) as store:
        drafts = Drafts(store, "amina")
        draft = drafts.comment(drafts.add(made).id, "Light which?", count)
        with pytest.raises(Invalid):
            drafts.comment(draft.id, "There is none.", count + 1)
        told = render(review_publication(draft, engine.library), "md").decode()
    assert f"| {count} | **para. 2** |" in told
    assert "Light which?" in told
    page = render(review_publication(draft, engine.library), "html").decode()
    assert f'<tr id="p-{count}"><td>{count}</td>' in page


def test_the_page_shows_drafts_to_staff_and_takes_comments(made: Made, draft: str) -> None:
    staff = made.by("staff")
    page = staff.get(f"/drafts/{draft}")
    assert page.status_code == 200
    assert f'action="/drafts/{draft}/comments"' in page.text
    sent = staff.post(f"/drafts/{draft}/comments", data={"text": "Shorter.", "statement": "2"}, follow_redirects=False)
    assert sent.status_code == 303
    assert "Shorter." in staff.get(f"/drafts/{draft}").text
    assert f'href="/drafts/{draft}"' in staff.get("/drafts").text
    for none in ("9999", "0", "abc", "-1"):
        wrong = staff.post(f"/drafts/{draft}/comments", data={"text": "Which one?", "statement": none})
        assert wrong.status_code == 422
        assert 'role="alert"' in wrong.text
        assert 'value="Which one?"' in wrong.text, "nothing that was written is lost"
        assert f'value="{none}"' in wrong.text
        assert f'action="/drafts/{draft}/comments"' in wrong.text
    assert "Which one?" not in staff.get(f"/drafts/{draft}").text


def test_a_comment_holds_nothing_that_is_not_seen(made: Made, draft: str) -> None:
    staff = made.by("staff")
    staff.post(f"/drafts/{draft}/comments", data={"text": "Ple\0ase\n say \u202enehw\u2066 \x1b[31m it \u202c"})
    for form in ("html", "md"):
        told = staff.get(f"{DRAFTS}/{draft}?format={form}").text
        assert "Please say nehw" in told
        assert not {"\0", "\u202e", "\u2066", "\x1b"} & set(told)
    told = staff.post(f"{DRAFTS}/{draft}/comments", json={"text": "\u202e \0"})
    assert told.status_code == 422


def test_drafts_tell_their_days_in_words_of_the_reader(made: Made, draft: str) -> None:
    created = made.by("staff").get(f"{DRAFTS}/{draft}").json()["created"][:10]
    for address in ("/drafts", f"/drafts/{draft}"):
        told = made.by("staff").get(address, headers={"Accept-Language": "ar"}).text
        assert day_of(created, "ar") in told
        assert created not in told


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
    reply = made.by("staff").post(f"{DRAFTS}/{path.format(draft=draft)}", json=body)
    assert reply.status_code == status, reply.text


def test_drafts_outlive_the_server(tmp_path: Path, catalogue: Catalogue) -> None:
    with made_service(tmp_path, catalogue, page=False, starter=True) as first:
        kept = first.by("staff").post(DRAFTS, json=ASKED).json()["id"]
    with made_service(tmp_path, catalogue, page=False) as again:
        assert [each["id"] for each in again.by("staff").get(DRAFTS).json()] == [kept]


def test_a_cleared_draft_whose_source_is_gone_is_still_read_commented_and_exported_and_told_to_be_so(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    with made_service(tmp_path, catalogue, page=False, starter=True) as made:
        staff, admin = made.by("staff"), made.by("admin")
        first, second = (staff.post(DRAFTS, json=ASKED).json()["id"] for _ in range(2))
        for each in (first, second):
            staff.post(f"{DRAFTS}/{each}/state", json={"state": "review"})
        admin.post(f"{DRAFTS}/{first}/state", json={"state": "cleared"})
        before = staff.get(f"{DRAFTS}/{first}?format=md").text
        for document in list(made.library.documents()):
            if document.slug == ASKED["value"]:
                made.library.remove(document.id)
        told = staff.get(f"{DRAFTS}/{first}").json()
        assert told["changed"] == [ASKED["value"]]
        assert told["state"] == "cleared"
        commented = staff.post(f"{DRAFTS}/{first}/comments", json={"text": "Gone?", "statement": 1})
        assert commented.status_code == 200
        page = staff.get(f"/drafts/{first}")
        assert page.status_code == 200
        assert "has changed or been removed since this was made. Paragraphs based on it: 1" in page.text
        exported = staff.get(f"{DRAFTS}/{first}?format=md").text
        assert "Sources have changed since" in exported
        assert "\n## " in before
        assert exported.endswith(before[before.index("\n## ") :])  # every word as it was cleared
        assert f"/documents/{ASKED['value']}" not in page.text
        refused = admin.post(f"{DRAFTS}/{second}/state", json={"state": "cleared"})
        assert refused.status_code == 409
        assert refused.json()["code"] == "draft-changed"
        assert staff.post(f"{DRAFTS}/{first}/state", json={"state": "draft"}).status_code == 200


def test_who_made_a_draft_does_not_clear_it_unless_an_administrator(made: Made, draft: str) -> None:
    staff = made.by("staff")
    staff.post(f"{DRAFTS}/{draft}/state", json={"state": "review"})
    refused = staff.post(f"{DRAFTS}/{draft}/state", json={"state": "cleared"})
    assert (refused.status_code, refused.json()["code"]) == (409, "draft-own")
    _, other = made.gate.keys.create("other", Role.STAFF)
    cleared = made.client.post(
        f"{DRAFTS}/{draft}/state", json={"state": "cleared"}, headers={"Authorization": f"Bearer {other}"}
    )
    assert cleared.json()["state"] == "cleared"
