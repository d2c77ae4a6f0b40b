"""People without key and account on an open server: told apart by a session that the server made, bounded by their address."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from security.test_gradio_doors import JOIN, Functions, config, functions
from services import SAME, Made, listening, made_service, service_fixture, settings_with
from waiting import WAIT

from assistant.access import Principal, Role
from assistant.access.anonymous_sessions import (
    COOKIE,
    MAX_KEPT,
    MAX_PER_ADDRESS,
    SECONDS,
    AnonymousSessions,
    SigningSecret,
)
from assistant.access.principal import SHARED
from assistant.access.rate_limits import RateLimits
from assistant.api.admission import ConcurrencyLimits, RequestSlots
from assistant.messages import Message
from assistant.service.paper_queue import PaperQueue
from assistant.service.question_queue import QuestionQueue
from assistant.service_errors import Overloaded, TooMany
from corpus.catalogue import Catalogue
from corpus.corpus_errors import SEAL_FILE
from corpus.documents import LANGUAGES

__all__ = ["config", "functions"]
BROWSER = {"Accept": "text/html,application/xhtml+xml"}
ROOM = "192.0.2.7"
QUESTION = ("When do boats leave?", "", "", "", [], "", "")


made = service_fixture(reading=True)
"""A server where everybody may read."""


def replies(made: Made, *requests: tuple[str, str, dict[str, str]], origin: str = ROOM) -> list[httpx.Response]:
    """What the application answers to requests (method, path, headers) from an address; none keeps cookies."""

    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(made.app, raise_app_exceptions=False, client=(origin, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            found = []
            for method, path, headers in requests:
                body = {"question": "When do boats leave?"} if method == "POST" else None
                found.append(await client.request(method, path, headers=headers, json=body))
                client.cookies.clear()
            return found

    return asyncio.run(run())


def visit(made: Made, path: str = "/documents") -> dict[str, str]:
    """The cookie that a browser gets which opens a page for the first time, as it shows it from then on."""
    (reply,) = replies(made, ("GET", path, BROWSER))
    return {"Cookie": f"{COOKIE}={reply.cookies[COOKIE]}"}


@pytest.mark.parametrize(("path", "headers"), [("/", BROWSER), ("/documents", BROWSER), ("/api/v1/me", {})])
def test_who_opens_a_page_gets_a_session_that_no_script_reads_and_no_other_site_sends(
    made: Made, path: str, headers: dict[str, str]
) -> None:
    (reply,) = replies(made, ("GET", path, headers))
    cookie = reply.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert all(word in cookie.split("; ") for word in ("HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Secure" not in cookie
    assert reply.headers["cache-control"] == "no-store"
    shown = {**headers, "Cookie": cookie.partition(";")[0]}
    assert "set-cookie" not in replies(made, ("GET", path, shown))[0].headers


def test_a_program_a_key_and_a_stranger_at_a_closed_door_get_none(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    for headers in ({"Accept": "*/*"}, {**BROWSER, **made.headers("read")}):
        (reply,) = replies(made, ("GET", "/documents", headers))
        assert reply.status_code == 200
        assert "set-cookie" not in reply.headers
    monkeypatch.setattr(made.gate, "reading", False)
    for path in ("/", "/documents", "/api/v1/me"):
        assert "set-cookie" not in replies(made, ("GET", path, BROWSER))[0].headers


@pytest.mark.usefixtures("still")
def test_one_who_asks_too_often_is_told_when_to_come_back_and_keeps_no_neighbour_out(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made.service, "_rate_limits", RateLimits(3, 8))
    one, other, third = (visit(made) for _ in range(3))
    ask = ("POST", "/api/v1/ask")
    *good, refused = replies(made, *[(*ask, one)] * 4)
    assert {each.status_code for each in good} == {200}
    assert refused.status_code == 429
    assert f"Try again in {refused.headers['retry-after']} s." in refused.json()["detail"]
    assert [each.status_code for each in replies(made, *[(*ask, other)] * 3)] == [200] * 3
    *_, last = replies(made, *[(*ask, third)] * 3)
    assert last.status_code == 429, "all of one address together have a bound, too"
    assert "from your address" in last.json()["detail"]
    assert replies(made, (*ask, visit(made)), origin="198.51.100.1")[0].status_code == 200


@pytest.mark.parametrize("shown", ["", ".", "x", "a.b", f"a.{'0' * 64}", "é.ü", "a" * 5_000, "{good}x", "x{good}"])
def test_a_session_that_was_not_made_here_is_none(shown: str, tmp_path: Path) -> None:
    anonymous_sessions = AnonymousSessions(SigningSecret(tmp_path))
    assert anonymous_sessions.session(shown.format(good=anonymous_sessions.create()), ROOM) == ""
    (tmp_path / "other").mkdir()
    assert anonymous_sessions.session(AnonymousSessions(SigningSecret(tmp_path / "other")).create(), ROOM) == ""


def test_a_session_is_known_again_after_the_server_was_started_anew_and_none_with_another_secret(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    with made_service(tmp_path, catalogue, reading=True) as before:
        shown = visit(before)
        form = {"question": "When do boats leave?"}
        asked = before.client.post("/ask", data=form, headers={**shown, **SAME}, follow_redirects=False)
        token = parse_qs(urlsplit(asked.headers["location"]).query)["conversation"][0]
        kept = before.client.get(f"/conversations/{token}.json", headers=shown).json()
        names = before.gate.anonymous_sessions.session(shown["Cookie"].partition("=")[2], ROOM)
    with made_service(tmp_path, catalogue, reading=True) as after:
        after.client.cookies.clear()
        assert "set-cookie" not in after.client.get("/documents", headers={**BROWSER, **shown}).headers
        assert after.gate.anonymous_sessions.session(shown["Cookie"].partition("=")[2], ROOM) == names != ""
        body = {"token": token, "kept": kept["kept"], "seal": kept["seal"]}
        assert after.client.post("/conversations", json=body, headers=shown).json() == {"token": token}
        assert after.client.get(f"/conversations/{token}.json", headers=shown).json()["kept"] == kept["kept"]
        other = visit(after)
        assert after.client.get(f"/conversations/{token}.json", headers=other).status_code == 404
        (after.store.folder / SEAL_FILE).unlink()
        assert "set-cookie" in after.client.get("/documents", headers={**BROWSER, **shown}).headers


def test_an_address_has_a_bounded_number_of_sessions_and_takes_none_from_others(tmp_path: Path) -> None:
    clock = [0.0]
    anonymous_sessions = AnonymousSessions(SigningSecret(tmp_path), clock=lambda: clock[0])
    held = [anonymous_sessions.create() for _ in range(MAX_PER_ADDRESS)]
    names = {anonymous_sessions.session(each, ROOM) for each in held}
    assert len(names) == MAX_PER_ADDRESS
    late = anonymous_sessions.create()
    assert anonymous_sessions.session(late, ROOM) == "", "what comes beyond counts by address"
    assert anonymous_sessions.session(late, "198.51.100.1")
    assert anonymous_sessions.session(held[0], ROOM) in names, "those that are there go on"
    clock[0] = SECONDS + 1
    assert anonymous_sessions.session(late, ROOM), "a session that is not used gives up its place"


def test_what_is_kept_of_sessions_has_an_end(tmp_path: Path) -> None:
    anonymous_sessions = AnonymousSessions(SigningSecret(tmp_path))
    for n in range(MAX_KEPT + 10):
        assert anonymous_sessions.session(anonymous_sessions.create(), f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}")
    assert len(anonymous_sessions._used) == MAX_KEPT
    assert sum(anonymous_sessions._held.values()) == MAX_KEPT


def test_people_at_one_address_have_their_own_places_in_the_queue() -> None:
    question_queue, held = QuestionQueue(places=100, per_client=2 * SHARED), threading.Event()
    first, second, nobody = (Principal.anonymous(ROOM, reading=True, visit=name) for name in ("a", "b", ""))
    try:
        question_queue.submit(lambda: held.wait(WAIT), "holder")
        for _ in range(2):
            question_queue.submit(lambda: None, first.client, first.origin)
        with pytest.raises(TooMany, match=r"You already have 2 questions waiting\. Try again in \d+ s\."):
            question_queue.submit(lambda: None, first.client, first.origin)
        question_queue.submit(lambda: None, second.client, second.origin)
        for _ in range(SHARED):
            question_queue.submit(lambda: None, nobody.client, nobody.origin)
        with pytest.raises(TooMany, match="You already have 5 questions waiting"):
            question_queue.submit(lambda: None, nobody.client, nobody.origin)
        for third in ("c", "c"):
            who = Principal.anonymous(ROOM, reading=True, visit=third)
            question_queue.submit(lambda: None, who.client, who.origin)
        with pytest.raises(
            TooMany, match=r"There are already 10 questions waiting from your address\. Try again in \d+ s\."
        ):
            question_queue.submit(lambda: None, second.client, second.origin)
        last = question_queue.submit(lambda: "done", "key:1", "")
        held.set()
        assert last.result(WAIT) == "done"
        assert question_queue.submit(lambda: "again", first.client, first.origin).result(WAIT) == "again", (
            "places come back"
        )
    finally:
        held.set()
        question_queue.close(WAIT)


def test_people_at_one_address_have_their_own_places_for_papers() -> None:
    question_queue, held = QuestionQueue(), threading.Event()
    papers = PaperQueue(question_queue, 4 * 2 * SHARED)
    try:
        keys = itertools.count()

        def take(name: str) -> None:
            who = Principal.anonymous(ROOM, reading=True, visit=name)
            papers.request(next(keys), lambda work: held.wait(WAIT), client=who.client, origin=who.origin)

        take("a")
        take("a")
        with pytest.raises(TooMany, match="You already have 2 unfinished papers"):
            take("a")
        for name in "bbccddee":
            take(name)
        with pytest.raises(TooMany, match="already 10 unfinished papers from your address"):
            take("f")
    finally:
        held.set()
        papers.close(WAIT)
        question_queue.close(WAIT)


few = service_fixture(reading=True, settings=settings_with(streams_address=5, streams_client=2))
"""A server where a session has two streams of a kind, and an address five."""


def test_sessions_at_one_address_have_their_own_streams_and_the_address_a_bound_for_all(few: Made) -> None:
    sessions = [visit(few) for _ in range(4)]
    with listening(few) as (host, port), ExitStack() as held:

        def opens(shown: dict[str, str]) -> tuple[int, str]:
            client = held.enter_context(httpx.Client(base_url=f"http://{host}:{port}", timeout=WAIT))
            request = client.build_request("GET", "/gradio_api/heartbeat/w", headers=shown)
            reply = client.send(request, stream=True)
            held.callback(reply.close)
            return reply.status_code, "" if reply.status_code == 200 else json.loads(reply.read())["detail"]

        one, other, third, fourth = sessions
        assert [opens(one)[0] for _ in range(2)] == [200, 200]
        status, told = opens(one)
        assert (status, told[:30]) == (429, "You already have 2 streams ope")
        assert [opens(other)[0] for _ in range(2)] == [200, 200], "its neighbour has places still"
        assert opens(third) == (200, "")
        status, told = opens(fourth)
        assert (status, told[:40]) == (429, "There are already 5 streams open from yo"), (
            "and all of them together have five"
        )


def test_two_hundred_people_behind_one_address_are_served_at_once_beside_one_who_floods_it() -> None:
    """Places as the server has them: each person has three requests of a kind in hand, and a program without a session all it can."""
    requests = ConcurrencyLimits(1_000, 800, 250, "requests")
    places, path = (
        RequestSlots(requests, ConcurrencyLimits(3, 2, 1, "streams")),
        {"type": "http", "path": "/documents", "client": (ROOM, 1)},
    )
    people = [Principal.anonymous(ROOM, reading=True, visit=f"v{n}") for n in range(200)]
    nobody = Principal.anonymous(ROOM, reading=True)

    def takes(who: Principal, held: ExitStack) -> None:
        with ExitStack() as own:
            own.enter_context(places.take({**path, "client": (who.address, 1)})).assign(who)
            held.push(own.pop_all())

    with ExitStack() as held:
        for _ in range(requests.client):
            takes(nobody, held)
        with pytest.raises(TooMany, match="You already have 250 requests in progress"):
            takes(nobody, held)
        for who in people:
            takes(who, held)
            takes(who, held)
        for _ in range(requests.address - requests.client - 2 * len(people)):
            takes(people[0], held)
        with pytest.raises(TooMany, match="already 800 requests in progress from your address"):
            takes(people[1], held)
        there = Principal.anonymous("198.51.100.1", reading=True)
        for _ in range(requests.strangers - requests.address):
            takes(there, held)
        with pytest.raises(Overloaded):
            takes(there, held)
        for n in range(requests.every - requests.strangers):
            takes(Principal(Role.READ, "key", f"key:{n}", "198.51.100.2"), held)  # what strangers leave
        with pytest.raises(Overloaded):
            takes(Principal(Role.READ, "key", "key:late", "198.51.100.2"), held)
    with ExitStack() as held:
        takes(nobody, held)  # all have come back


@pytest.mark.usefixtures("still")
def test_programs_without_a_session_leave_people_at_the_same_address_half_of_what_it_has(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made.service, "_rate_limits", RateLimits(3, 8))
    ask = ("POST", "/api/v1/ask")
    shown = [visit(made) for _ in range(2)]
    flood = [each.status_code for each in replies(made, *[(*ask, {})] * 12)]
    assert flood == [200] * 4 + [429] * 8
    assert [each.status_code for each in replies(made, *[(*ask, shown[0])] * 2, *[(*ask, shown[1])] * 2)] == [200] * 4


def test_a_session_has_windows_of_its_own(made: Made, functions: Functions) -> None:
    own, other = visit(made), visit(made)
    client = made.client
    try:
        client.cookies.clear()
        call = functions.call("rp-ask", *QUESTION, session_hash="one")
        assert client.post(JOIN, json=call, headers=own).status_code == 200
        heard = {}
        for name, headers in (("other", other), ("own", own)):
            heard[name] = client.get("/gradio_api/queue/data", params={"session_hash": "one"}, headers=headers).text
    finally:
        client.cookies.clear()
    assert "rp-turn" not in heard["other"]
    assert "Boats leave at noon" in heard["own"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_call_of_the_page_that_is_refused_says_so_in_the_language_of_the_reader(
    made: Made, functions: Functions, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    def busy(*_: object) -> None:
        raise Overloaded("questions-wait", count=7, seconds=12, retry_after=11.2)

    monkeypatch.setattr(made.service, "admit", busy)
    call = functions.call("rp-ask", *QUESTION, session_hash="one")
    reply = made.client.post(JOIN, json=call, headers={"Accept-Language": language})
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "12")
    told = reply.json()["detail"]
    assert told == Message("questions-wait", {"count": 7, "seconds": 12}).in_language(language)
    assert ("Try again in 12 s." in told) == (language == "en")
