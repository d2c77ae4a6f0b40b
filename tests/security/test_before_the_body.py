"""Who may not do something is told so before a byte of what he sends is read, or any of it is looked at: on every route."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from services import Made, listening, made_service, service_fixture, settings_with
from test_api_roles import PAGES, ROLES, TABLE
from waiting import WAIT

from assistant.access import OPERATIONS
from assistant.access.rate_limits import CHEAP, RateLimits
from assistant.api import middleware as bodies
from assistant.api.route import GuardedRoute
from corpus.catalogue import Catalogue

DEEP = b'{"question": ' + b"[" * 30_000
GUARDED = sorted((key for key in TABLE if TABLE[key][0] != "nobody"), key=" ".join)
JSON = {"Content-Type": "application/json"}


made = service_fixture(settings=settings_with(body_seconds=2 * WAIT))


def below(least: str) -> list[str]:
    """The roles that do not suffice."""
    return list(ROLES[: ROLES.index(least)])


@pytest.mark.parametrize("route", GUARDED, ids=" ".join)
def test_whatever_is_sent_who_may_not_is_refused_for_who_he_is(made: Made, route: tuple[str, str]) -> None:
    least, address, _ = TABLE[route]
    made.client.cookies.clear()
    for role in below(least):
        expected = 401 if role == "nobody" else 403
        headers = {**JSON, **made.headers(role)}
        for body in (b"", b"{", b"[]", DEEP, b"x" * (bodies.SMALL + 1)):
            reply = made.client.request(route[0], address, content=body, headers=headers, follow_redirects=False)
            assert reply.status_code == expected, (role, body[:20], reply.text)
        for query in ("limit=0", "offset=x", "around=-1", "nothing=1", "language=xx", "q="):
            asked = f"{address}{'&' if '?' in address else '?'}{query}"
            reply = made.client.request(route[0], asked, headers=headers, follow_redirects=False)
            assert reply.status_code == expected, (role, query, reply.text)


@pytest.mark.parametrize("route", sorted(key for key in PAGES if key[0] == "GET"), ids=" ".join)
def test_a_page_tells_who_may_not_see_it_so_whatever_stands_behind_the_question_mark(
    made: Made, route: tuple[str, str]
) -> None:
    least, address = PAGES[route]
    made.client.cookies.clear()
    for query in (f"language={'x' * 5_000}", "offset=x", "nothing=1", "first="):
        asked = f"{address.partition('?')[0]}?{query}"
        for role in below(least):
            reply = made.by(role).get(asked, follow_redirects=False)
            if role == "nobody":
                assert (reply.status_code, reply.headers["location"][:14]) == (303, "/sign-in?next="), query
            else:
                assert reply.status_code == 403, (role, query)
    assert made.by(least).get(f"{address.partition('?')[0]}?nothing=1").status_code == 422


@pytest.mark.parametrize("route", sorted(key for key in GUARDED if key[0] == "POST"), ids=" ".join)
def test_who_may_not_is_answered_while_his_body_is_still_to_come(made: Made, route: tuple[str, str]) -> None:
    head = (
        f"POST {TABLE[route][1]} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n"
    )
    with listening(made) as address, socket.create_connection(address, timeout=WAIT) as connection:
        connection.sendall(head.encode() + b'{"question"')
        came = b""
        while piece := connection.recv(65_536):  # to its end: no more is waited for, though bodies have longer
            came += piece
    assert came.startswith(b"HTTP/1.1 401")
    assert b"connection: close" in came.lower()


def test_a_route_that_names_no_operation_can_not_be_made() -> None:
    router = APIRouter(route_class=GuardedRoute)
    with pytest.raises(TypeError, match="names no operation"):

        @router.get("/forgotten")
        def forgotten() -> None:
            """Nobody thought of who may have this."""


def test_every_route_names_its_operation(made: Made) -> None:
    seen = set()
    unnamed = {"/sign-in", "/sign-out", "/api/v1/openapi.json", "/mcp", "/page", ""}
    """Those that everybody may have, and those that ask themselves who calls."""
    for each in iter_route_contexts(made.app.routes):
        if str(each.path) not in unnamed:
            assert isinstance(each.original_route, GuardedRoute), each.path
            seen.add(each.original_route.use.operation)
    assert seen - {None} == set(OPERATIONS)


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize(("body", "status"), [(b"{", 422), (DEEP, 400), (b"x" * (bodies.SMALL + 1), 413)])
def test_requests_that_are_no_good_are_counted_like_others(
    tmp_path: Any, catalogue: Catalogue, body: bytes, status: int
) -> None:
    with made_service(tmp_path, catalogue, page=False, rate_limits=RateLimits(each=4, address=0)) as counted:
        headers = {**JSON, **counted.headers("read")}
        codes = [counted.client.post("/api/v1/ask", content=body, headers=headers).status_code for _ in range(6)]
    assert codes == [status] * 4 + [429] * 2


@pytest.mark.usefixtures("still")
def test_a_request_counts_once_whatever_it_does(tmp_path: Any, catalogue: Catalogue) -> None:
    with made_service(tmp_path, catalogue, page=False, rate_limits=RateLimits(each=4, address=0)) as counted:
        staff = counted.by("staff")
        file = {"file": ("a.txt", b"words of a note")}
        codes = [staff.post("/api/v1/uploads", files=file).status_code for _ in range(5)]
        assert codes == [202] * 4 + [429]
        read = counted.by("read")
        asked = [read.get("/api/v1/local/meetings").status_code for _ in range(4 * CHEAP + 1)]
        assert asked == [200] * 4 * CHEAP + [429]


def test_following_a_job_counts_once_however_often_it_changes(tmp_path: Any, catalogue: Catalogue) -> None:
    with made_service(tmp_path, catalogue, page=False, rate_limits=RateLimits(each=2, address=0)) as counted:
        staff = counted.by("staff")
        begun: list[int] = []

        def work(reporter: Any) -> None:
            while not begun:
                time.sleep(0.01)
            for n in range(5 * CHEAP):
                reporter.update(done=n)

        job = counted.service.jobs.submit("count", "key:x", work)
        begun.append(1)
        reply = staff.get(f"/api/v1/jobs/{job.id}/stream")
        assert reply.text.count("event: job") >= 1
        assert '"state": "done"' in reply.text


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("/api/v1/documents?foo=1", "edition, language, limit, offset, q"), ("/api/v1/search?q=boats&foo=1", "limit, q"),
        ("/api/v1/themes?foo=1", "count, format, language"), ("/api/v1/meetings?foo=1", "there are none here"),
        ("/api/v1/briefings?kind=theme&value=boats&foo=1", "audience, format, kind"),
        ("/api/v1/compare?foo=1", "document, format, language, topic"), ("/api/v1/health?foo=1", "there are none here"),
    ],
)  # fmt: skip
def test_a_parameter_that_does_not_exist_is_refused_and_those_that_do_are_named(
    made: Made, address: str, named: str
) -> None:
    reply = made.by("read").get(address)
    assert reply.status_code == 422
    fault = reply.json()["faults"][0]
    assert fault["at"] == "query.foo"
    assert named in fault["detail"]


def test_many_parameters_that_do_not_exist_make_no_long_answer(made: Made) -> None:
    query = "&".join(f"{n}{'x' * 200}=1" for n in range(200))
    reply = TestClient(made.app).get(f"/api/v1/documents?{query}", headers=made.headers("read"))
    assert reply.status_code == 422
    assert len(reply.text) < 5_000
