"""What is kept for people: conversations in browsers and on the server, and links to answers."""

from __future__ import annotations

import itertools
import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from services import SAME, Made, service_fixture, sign_in

from assistant.access import Principal, Role
from assistant.access.access_store import AccessStore, Clock
from assistant.access.anonymous_sessions import SigningSecret
from assistant.page import chat_turns
from assistant.page.chat_turns import MAX_KEPT, Conversation, Conversations, Turn, parse_turns, serialize_turns
from assistant.page.turn_html import earlier_html, turn_html
from assistant.page_labels import word
from assistant.service import saved_conversations as kept_module
from assistant.service.saved_conversations import DAYS, SavedConversations
from assistant.service_errors import Forbidden, Invalid, NotFound
from corpus.corpus_errors import SEAL_FILE, LibraryError

AMINA = Principal(Role.READ, "session", "account:amina")
RASHID = Principal(Role.READ, "session", "account:rashid")


made = service_fixture(starter=True, accounts={"amina": Role.READ, "rashid": Role.READ})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AccessStore]:
    with AccessStore(tmp_path) as made:
        made.write("INSERT INTO accounts VALUES ('amina', 'read', 'x', 'now')")
        made.write("INSERT INTO accounts VALUES ('rashid', 'read', 'x', 'now')")
        yield made


OpenStore = Callable[[Clock], AccessStore]


@pytest.fixture(params=["file", "postgres"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> OpenStore:
    """Opens a store with a clock, once in a file and once in a database."""
    database = request.getfixturevalue("database_url") if request.param == "postgres" else None
    return partial(AccessStore, tmp_path, database=database)


def signed_in(made: Made, name: str) -> TestClient:
    """A client with the session of an account."""
    client = TestClient(made.app, client=("127.0.0.1", 50_001), raise_server_exceptions=False, headers=SAME)
    assert sign_in(client, name).status_code == 303
    return client


def conversation(made: Made, client: str, *questions: str) -> Conversation:
    """A conversation that somebody has had at the page."""
    held: Conversations = made.app.state.conversations
    talk = held.open(None, client)
    for question in questions:
        talk.add(Turn(question, "", made.service.engine.ask(question, talk.history)), "<p></p>")
    return talk


def test_a_conversation_that_a_browser_kept_is_opened_again_and_no_other(made: Made) -> None:
    reader = signed_in(made, "amina")
    talk = conversation(made, "account:amina", "When is item 3?", "And item 2?")
    given = reader.get(f"/conversations/{talk.token}.json").json()
    assert given["title"] == "When is item 3?"
    assert signed_in(made, "rashid").get(f"/conversations/{talk.token}.json").status_code == 404
    made.app.state.conversations.forget(talk.token, "account:amina")  # as a restart forgets it
    record = {name: given[name] for name in ("token", "kept", "seal")}
    forged = {**record, "kept": record["kept"].replace("item 3", "item 4")}
    for wrong in (forged, {**record, "token": "x"}, {**record, "seal": "é"}, {"token": talk.token, "kept": "[]"}):
        assert reader.post("/conversations", json=wrong).status_code == 422
    assert reader.post("/conversations", json=record).json() == {"token": talk.token}
    again = made.app.state.conversations.find(talk.token, "account:amina")
    assert again.history == ["When is item 3?", "And item 2?"]
    assert [each.answer.citations for each in again.turns] == [each.answer.citations for each in talk.turns]
    assert "Agenda item 3" in again.earlier_html
    other = signed_in(made, "rashid").post("/conversations", json=record).json()["token"]
    assert other != talk.token, "what one has open is not taken from them"


def test_what_is_no_conversation_any_more_opens_none(made: Made) -> None:
    reader, held = signed_in(made, "amina"), made.app.state.conversations
    kept = '[{"question": "When is item 3?"}]'
    assert made.service.conversations is not None
    seal = made.service.conversations.sign("of-an-earlier-version", kept)
    record = {"token": "of-an-earlier-version", "kept": kept, "seal": seal}
    assert reader.post("/conversations", json=record).status_code == 500
    assert held.find("of-an-earlier-version", "account:amina") is None


def test_what_is_kept_of_a_conversation_is_bounded_and_holds_nothing_that_did_not_stand(made: Made) -> None:
    answer = replace(made.service.engine.ask("When is item 3?"), raw=("a model's words",), reason="x" * 100_000)
    kept = serialize_turns([Turn(f"{n}", "", answer) for n in range(5)])
    assert len(kept) <= MAX_KEPT
    assert "a model's words" not in kept
    turns = parse_turns(kept)
    assert [each.question for each in turns] == [str(n) for n in range(5 - len(turns), 5)]
    assert turns[-1].answer == replace(answer, raw=(), timings={}, **_rounded(answer))


def test_what_a_long_conversation_has_lost_is_told_on_the_page_and_in_its_files(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = signed_in(made, "amina")
    talk = conversation(made, "account:amina", *(["When is item 3?"] * 4))
    assert "rp-earlier" not in earlier_html(talk, "en")
    one = len(talk.turns[0].question) + len(serialize_turns(talk.turns[:1]))
    monkeypatch.setattr(chat_turns, "MAX_KEPT", 3 * one)
    record = reader.get(f"/conversations/{talk.token}.json").json()
    kept = len(parse_turns(record["kept"]))
    assert 0 < kept < 4
    made.app.state.conversations.forget(talk.token, "account:amina")  # as a restart forgets it
    drawn = len(turn_html(made.service, 3, talk.turns[0])) * 2 + 1_000
    monkeypatch.setattr(chat_turns, "MAX_DRAWN", drawn)
    reader.post("/conversations", json={name: record[name] for name in ("token", "kept", "seal")})
    again = made.app.state.conversations.find(talk.token, "account:amina")
    assert (again.number, again.gone, again.turn(4).question) == (4, 4 - kept, "When is item 3?")
    assert again.undrawn == kept - again.html.count("<section")
    assert again.undrawn > 0
    told = earlier_html(again, "en")
    assert told.startswith('<p class="rp-earlier')
    for said in (word("earliest_gone", "en", count=again.gone), word("earlier_unshown", "en", count=again.undrawn)):
        assert said in told
    assert f'href="/conversations/{talk.token}.md"' in told
    assert word("earliest_gone", "en", count=again.gone) in reader.get(f"/conversations/{talk.token}.md").text
    later = reader.get(f"/conversations/{talk.token}.json").json()["kept"]
    assert json.loads(later)[0]["before"] == again.gone, "it is not forgotten when it is kept once more"


def _rounded(answer: Any) -> dict[str, Any]:
    return {name: None if getattr(answer, name) is None else round(getattr(answer, name), 4)
            for name in ("confidence", "probability")}  # fmt: skip


def test_the_server_keeps_conversations_of_those_alone_who_sign_in_and_want_it(made: Made) -> None:
    reader, other = signed_in(made, "amina"), signed_in(made, "rashid")
    assert reader.get("/conversations").json() == {
        "who": "account:amina",
        "keeping": False,
        "kept": [],
        "forgotten": [],
    }
    key = made.by("read").get("/conversations").json()
    assert (key["keeping"], key["kept"]) == (None, [])
    assert made.by("read").post("/conversations/keeping", json={"on": True}).status_code == 403
    assert reader.post("/conversations/keeping", json={"on": True}).json()["keeping"] is True
    kept = made.service.conversations
    assert kept is not None
    talks = [conversation(made, "account:amina", question) for question in ("When is item 3?", "When is item 2?")]
    for talk in talks:
        kept.save(AMINA, talk.token, talk.title, serialize_turns(talk.turns))
        made.app.state.conversations.forget(talk.token, "account:amina")
    listed = reader.get("/conversations").json()["kept"]
    assert [each["title"] for each in listed] == ["When is item 2?", "When is item 3?"]
    assert other.get("/conversations").json()["kept"] == []
    assert other.post("/conversations", json={"token": talks[0].token}).status_code == 404
    assert other.delete(f"/conversations?token={talks[0].token}").status_code == 204
    assert reader.post("/conversations", json={"token": talks[0].token}).json() == {"token": talks[0].token}
    assert reader.delete(f"/conversations?token={talks[0].token}").status_code == 204
    assert made.app.state.conversations.find(talks[0].token, "account:amina") is None
    assert [each["token"] for each in reader.get("/conversations").json()["kept"]] == [talks[1].token]
    assert reader.post("/conversations/keeping", json={"on": False}).json()["kept"], "kept until it is deleted"
    assert reader.delete("/conversations?everything=true").status_code == 204
    assert reader.get("/conversations").json()["kept"] == []


def test_what_a_browser_kept_before_is_kept_on_the_server_when_one_wants_it(made: Made) -> None:
    reader = signed_in(made, "amina")
    talk = conversation(made, "account:amina", "When is item 4?")
    record = reader.get(f"/conversations/{talk.token}.json").json()
    sent = {name: record[name] for name in ("token", "kept", "seal")} | {"changed": "2026-01-02T03:04:05.678Z"}

    def listed() -> list[str]:
        return [each["changed"] for each in reader.get("/conversations").json()["kept"] if each["token"] == talk.token]

    reader.post("/conversations/keeping", json={"on": False})
    assert reader.post("/conversations/kept", json=sent).status_code == 204
    assert listed() == [], "it is not wanted"
    reader.post("/conversations/keeping", json={"on": True})
    for wrong in ({"seal": "x"}, {"kept": "[]"}, {"changed": "yesterday"}, {"token": "x"}):
        assert reader.post("/conversations/kept", json=sent | wrong).status_code == 422
    assert reader.post("/conversations/kept", json=sent).status_code == 204
    assert reader.post("/conversations/kept", json=sent | {"changed": "2025-01-01T00:00:00Z"}).status_code == 204
    assert listed() == ["2026-01-02T03:04:05.678000+00:00"]
    assert reader.post("/conversations/kept", json=sent | {"changed": "9000-01-01T00:00:00Z"}).status_code == 204
    assert listed()[0] < "3000"
    assert made.by("read").post("/conversations/kept", json=sent).status_code == 204  # a key keeps nothing
    reader.delete("/conversations?everything=true")


def test_what_was_deleted_is_told_to_other_browsers_and_is_not_kept_again(made: Made) -> None:
    reader = signed_in(made, "amina")
    reader.post("/conversations/keeping", json={"on": True})
    talks = [conversation(made, "account:amina", question) for question in ("When is item 3?", "When is item 2?")]
    records = [reader.get(f"/conversations/{talk.token}.json").json() for talk in talks]
    sent = [{name: each[name] for name in ("token", "kept", "seal")} for each in records]
    reader.post("/conversations/kept", json=sent[0] | {"changed": "2026-01-01T00:00:00Z"})
    assert reader.delete(f"/conversations?token={talks[1].token}").status_code == 204  # which was in browsers alone
    assert reader.delete("/conversations?everything=true").status_code == 204
    known = reader.get("/conversations").json()
    assert (known["kept"], set(known["forgotten"]) >= {each.token for each in talks}) == ([], True)
    for each in sent:
        assert reader.post("/conversations", json=each).status_code == 404
        assert reader.post("/conversations", json={"token": each["token"]}).status_code == 404
        assert reader.post("/conversations/kept", json=each | {"changed": "2026-12-01T00:00:00Z"}).status_code == 204
    assert made.service.conversations is not None
    made.service.conversations.save(AMINA, talks[0].token, "title", "[1]")
    assert reader.get("/conversations").json()["kept"] == []
    assert signed_in(made, "rashid").get("/conversations").json()["forgotten"] == []


def test_what_is_asked_without_scripts_is_kept_on_the_server_when_one_wants_it(made: Made) -> None:
    reader = signed_in(made, "amina")
    reader.delete("/conversations?everything=true")
    for wanted, kept in ((False, []), (True, ["When is item 3?"])):
        reader.post("/conversations/keeping", json={"on": wanted})
        assert reader.post("/ask", data={"question": "When is item 3?"}).status_code == 200
        assert [each["title"] for each in reader.get("/conversations").json()["kept"]] == kept
    reader.delete("/conversations?everything=true")


def test_what_is_kept_is_bounded_and_goes_with_the_account(store: AccessStore, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = SavedConversations(store)
    kept.save(AMINA, "before", "title", "[]")
    assert kept.all(AMINA) == [], "it is off where nobody has switched it on"
    kept.set_saving(AMINA, True)
    monkeypatch.setattr(kept_module, "CONVERSATIONS", 2)
    for n in range(4):
        kept.save(AMINA, f"t{n}", f"title {n}", "[]")
    kept.save(AMINA, "t2", "title 2", "[2]")
    assert [each["token"] for each in kept.all(AMINA)] == ["t2", "t3"]
    assert kept.get(AMINA, "t2") == "[2]"
    monkeypatch.setattr(kept_module, "FORGOTTEN", 2)
    for n in range(4):
        kept.delete(AMINA, f"gone{n}")
    assert kept.deleted_tokens(AMINA) == ["gone2", "gone3"]
    assert [each["token"] for each in kept.all(AMINA)] == ["t2", "t3"]
    kept.set_saving(RASHID, True)
    kept.save(RASHID, "t2", "taken", "[]")
    assert kept.get(AMINA, "t2") == "[2]", "nobody writes over what is somebody else's"
    with pytest.raises(Forbidden):
        kept.set_saving(Principal.anonymous("192.0.2.1", reading=True), True)
    store.write("DELETE FROM accounts WHERE name = 'amina'")
    assert store.rows("SELECT count(*) FROM conversations") == [(0,)]


def test_a_link_opens_the_answer_with_its_sources_for_who_may_read_and_for_nobody_else(made: Made) -> None:
    reader = signed_in(made, "amina")
    talk = conversation(
        made, "account:amina", "When is item 3?", "What must be done when a smuggled migrant is detained?"
    )
    sent = {"token": talk.token, "turn": 2}
    assert made.client.post("/answers", json=sent).status_code == 401
    assert signed_in(made, "rashid").post("/answers", json=sent).status_code == 404
    assert reader.post("/answers", json={**sent, "turn": 3}).status_code == 404
    path = reader.post("/answers", json=sent).json()["path"]
    shown = signed_in(made, "rashid").get(path)
    assert shown.status_code == 200
    assert "What must be done when a smuggled migrant is detained?" in shown.text
    assert "<mark>Paragraph 5 of article 16" in shown.text
    assert "When is item 3?" not in shown.text
    assert 'class="rp-share"' not in shown.text
    assert "script-src 'self'" in shown.headers["content-security-policy"]
    assert "digest para. 41" in reader.get(f"{path}.md").text.replace("\\", "")
    nobody = made.client.get(path, follow_redirects=False)
    assert (nobody.status_code, nobody.headers["location"][:14]) == (303, "/sign-in?next=")
    one, _, seal = path.rpartition("/")[2].partition(".")
    for wrong in (one, f"{one}.", f"{one}.{seal[:-1]}", f"{one}.{seal}é", f"x{one}.{seal}"):
        assert reader.get(f"/answers/{wrong}").status_code == 404, wrong


def test_a_link_ends_and_is_taken_back_with_the_secret(store: AccessStore, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(store, "_clock", lambda: now)
    kept = SavedConversations(store)
    assert not (store.folder / SEAL_FILE).exists()
    link = kept.share(AMINA, "[]")
    assert stat.S_IMODE((store.folder / SEAL_FILE).stat().st_mode) == 0o600
    assert [path.name for path in store.folder.glob("links*")] == [SEAL_FILE]
    assert (link.given, link.until) == (now, now + timedelta(days=DAYS))
    assert kept.get_shared(RASHID, link.name).content == "[]"
    monkeypatch.setattr(store, "_clock", lambda: now + timedelta(days=DAYS))
    with pytest.raises(NotFound, match="has expired"):
        kept.get_shared(RASHID, link.name)
    monkeypatch.setattr(store, "_clock", lambda: now)
    sealed = kept.sign("token", "[]")
    (store.folder / SEAL_FILE).unlink()
    with pytest.raises(NotFound, match="withdrawn"):
        kept.get_shared(RASHID, link.name)
    with pytest.raises(Invalid):
        kept.check_seal(sealed, "token", "[]")
    (store.folder / SEAL_FILE).write_text("short")
    with pytest.raises(LibraryError, match="holds no secret"):
        kept.sign("token", "[]")


def test_links_are_bounded_for_each_account_and_for_all_who_show_none(
    store: AccessStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_module, "LINKS", 2)
    monkeypatch.setattr(kept_module, "LINKS_OF_ALL", 3)
    kept = SavedConversations(store)
    own = [kept.share(AMINA, "[]").name for _ in range(3)]
    for n in range(5):
        kept.share(Principal.anonymous(f"192.0.2.{n}", reading=True), "[]")
    assert store.rows("SELECT count(*) FROM shared GROUP BY made_by = 'account:amina' ORDER BY 1") == [(2,), (3,)]
    with pytest.raises(NotFound):
        kept.get_shared(AMINA, own[0])
    assert kept.get_shared(AMINA, own[2]).content == "[]"


def test_who_makes_most_links_without_an_account_loses_own_ones_and_nobody_elses(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_module, "LINKS_OF_ALL", 5)
    clock = iter(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n) for n in itertools.count())
    with open_store(lambda: next(clock)) as store:
        kept, address = SavedConversations(store), itertools.count(1)

        def share(where: str) -> str:
            visit = f"visit {next(address)}"  # as often as one likes
            return kept.share(Principal.anonymous(where, reading=True, visit=visit), "[]").name

        others = [share(f"192.0.2.{n}") for n in range(3)]
        loud = [share(f"2001:db8::{n}") for n in range(10)]
        reader = Principal.anonymous("192.0.2.9", reading=True)
        for name in (*others, *loud[-2:]):
            assert kept.get_shared(reader, name).content == "[]"
        for name in loud[:-2]:
            with pytest.raises(NotFound):
                kept.get_shared(reader, name)
        assert not [row for row in store.rows("SELECT made_by FROM shared") if "192.0.2" in row[0] or "2001" in row[0]]


def test_an_answer_outlives_the_document_that_it_cites(made: Made) -> None:
    answer = made.service.engine.ask("What must be done when a smuggled migrant is detained?")
    statement = answer.statements[0]
    gone = replace(statement, citations=(replace(statement.citations[0], document="A/0/0:en:digest"),))
    talk = made.app.state.conversations.open(None, "account:amina")
    talk.add(Turn(answer.question, "", replace(answer, statements=(gone,))), "")
    reader = signed_in(made, "amina")
    path = reader.post("/answers", json={"token": talk.token, "turn": 1}).json()["path"]
    shown = reader.get(path).text
    assert f"<mark>{gone.citations[0].quote}</mark>" in shown
    assert "digest, not official wording" in shown
    assert "/documents/A/0/0" not in shown
    assert gone.citations[0].quote.split(":")[0] in reader.get(f"{path}.md").text


def test_hostile_words_of_a_kept_answer_are_shown_as_words(made: Made) -> None:
    hostile = '</title><img src=x onerror="alert(1)"> When is item 3?'
    talk = conversation(made, "account:amina", hostile)
    reader = signed_in(made, "amina")
    path = reader.post("/answers", json={"token": talk.token, "turn": 1}).json()["path"]
    assert "<img" not in reader.get(path).text
    record = reader.get(f"/conversations/{talk.token}.json").json()
    made.app.state.conversations.forget(talk.token, "account:amina")
    reader.post("/conversations", json={name: record[name] for name in ("token", "kept", "seal")})
    assert "<img" not in made.app.state.conversations.find(talk.token, "account:amina").html


def test_what_people_keep_moves_with_their_accounts(store: AccessStore, tmp_path: Path) -> None:
    kept = SavedConversations(store)
    kept.set_saving(AMINA, True)
    kept.save(AMINA, "t", "title", json.dumps(["words"]))
    link = kept.share(RASHID, "[]")
    with AccessStore(tmp_path / "other") as other:
        store.copy_to(other)
        store.copy_to(other)
        there = SavedConversations(other)
        assert (there.saves_for(AMINA), there.saves_for(RASHID)) == (True, False)
        assert there.get(AMINA, "t") == '["words"]'
        with pytest.raises(NotFound):
            there.get_shared(AMINA, link.name)  # the secret stays where it is
        (tmp_path / "other" / SEAL_FILE).write_bytes((store.folder / SEAL_FILE).read_bytes())
        assert there.get_shared(AMINA, link.name).content == "[]"


def test_two_processes_make_one_secret(tmp_path: Path) -> None:
    first, second = SigningSecret(tmp_path), SigningSecret(tmp_path)
    assert second.verify(first.sign("a", "b"), "a", "b")
    assert not second.verify(first.sign("ab"), "a", "b")
