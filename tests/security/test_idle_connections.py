"""Connections that are opened and left: however many there are, who signs in, asks or looks whether it lives gets through."""

from __future__ import annotations

import os
import resource
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from services import PASSWORD, Made, listening, service_fixture, settings_with
from test_serving import Server
from waiting import WAIT, until

from assistant.access import Role
from assistant.access.principal import network
from assistant.api import http_server as connections
from assistant.api.admission import ConcurrencyLimits, RequestSlots
from assistant.service_errors import Overloaded, TooMany

MANY = 600
TCP = Path("/proc/net/tcp")
IDLE = 4.0
"""Seconds for which a server is watched that nobody asks anything."""
BOUND = 50
"""Streams of a kind that one address may have open in these tests."""


@pytest.fixture(scope="module", autouse=True)
def _sockets() -> Iterator[None]:
    """Both ends of each connection are files of this process."""
    needed = 2 * MANY + 400
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        pytest.skip(f"this machine lets a process have {hard} files, and {needed} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


made = service_fixture(
    starter=True, settings=settings_with(streams_address=BOUND, body_seconds=60), accounts={"amina": Role.STAFF}
)


@pytest.fixture(scope="module")
def address(made: Made) -> Iterator[tuple[str, int]]:
    with listening(made) as found:
        yield found


@contextmanager
def idle(address: tuple[str, int], count: int, sent: Callable[[int], bytes]) -> Iterator[list[socket.socket]]:
    """Connections on which something is sent, and then nothing."""
    with ExitStack() as held:
        opened = []
        for n in range(count):
            connection = held.enter_context(socket.create_connection(address, timeout=WAIT))
            opened.append(connection)
            try:
                connection.sendall(sent(n))
            except ConnectionError:
                continue  # it was ended already
        yield opened


def get(path: str, *headers: str) -> bytes:
    """The head of a request."""
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode()


def begun(path: str, *headers: str) -> bytes:
    """The head of a request and the first byte of its body, of which no more comes."""
    kind = ("Content-Type: application/json", "Content-Length: 500")
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: localhost", *kind, *headers, "", "{"]).encode()


def is_served(made: Made, address: tuple[str, int]) -> None:
    """Who signs in, asks, or looks whether it lives, gets what they want."""
    url = f"http://{address[0]}:{address[1]}"
    with httpx.Client(base_url=url, timeout=WAIT, headers={"Sec-Fetch-Site": "same-origin"}) as client:
        assert client.get("/api/v1/health").json() == {"status": "ok"}
        reply = client.post("/sign-in", data={"name": "amina", "password": PASSWORD})
        assert (reply.status_code, "rapporteur_session" in client.cookies) == (303, True)
        answer = client.post("/api/v1/ask", json={"question": "When is item 3?"}).json()
        assert answer["status"] == "answered"
        assert client.get("/").status_code == 200


def first_lines(opened: list[socket.socket], count: int) -> list[bytes]:
    """How the server answers the last of some connections."""
    return [each.recv(4_000).partition(b"\r\n")[0] for each in opened[-count:]]


SENT: dict[str, Callable[[int], bytes]] = {
    "nothing": lambda n: b"",
    "half a head": lambda n: b"GET /api/v1/health HTTP/1.1\r\nHost:",
    "a question that does not come": lambda n: begun("/api/v1/ask"),
    "a call of the page that does not come": lambda n: begun("/gradio_api/queue/join"),
    "a sign-in that does not come": lambda n: begun("/sign-in", "Sec-Fetch-Site: same-origin"),
    "a tool that is not named": lambda n: begun("/mcp", "Accept: application/json, text/event-stream"),
    "a window": lambda n: get(f"/gradio_api/heartbeat/x{n}"),
    "one window many times": lambda n: get("/gradio_api/heartbeat/x"),
    "answers that nobody asked for": lambda n: get(f"/gradio_api/queue/data?session_hash=x{n}"),
    "a request that is served": lambda n: get("/api/v1/health"),
}


@pytest.mark.parametrize("reading", [False, True], ids=["closed", "open"])
@pytest.mark.parametrize("sent", SENT)
def test_many_idle_connections_keep_nobody_out(made: Made, address: tuple[str, int], sent: str, reading: bool) -> None:
    made.gate.reading = reading
    with idle(address, MANY, SENT[sent]):
        is_served(made, address)


def test_windows_of_those_who_may_not_read_are_refused_at_once(made: Made, address: tuple[str, int]) -> None:
    made.gate.reading = False
    with idle(address, 20, SENT["a window"]) as opened:
        assert set(first_lines(opened, 20)) == {b"HTTP/1.1 401 Unauthorized"}


def test_a_client_has_its_number_of_windows_and_no_more_until_it_closes_some(
    made: Made, address: tuple[str, int]
) -> None:
    made.gate.reading = True

    def is_let_in(path: str, held: ExitStack | None = None) -> bool:
        with ExitStack() as own:
            (opened,) = own.enter_context(idle(address, 1, lambda _: get(path)))
            let_in = opened.recv(4_000).startswith(b"HTTP/1.1 200")
            if let_in and held is not None:
                held.push(own.pop_all())
            return let_in

    with ExitStack() as held:
        for n in range(BOUND):  # each when the windows of tests before have left a place for it
            until(partial(is_let_in, f"/gradio_api/heartbeat/x{n}", held))
        with idle(address, 1, SENT["a window"]) as (further,):
            came = b""
            while piece := further.recv(4_000):  # it ends: who is refused holds no connection either
                came += piece
        assert came.startswith(b"HTTP/1.1 429")
        assert b"\r\nretry-after: 5\r\n" in came.lower()
        assert b"There are already 50 streams open from your address." in came
        # Another kind has its own places.
        until(partial(is_let_in, "/gradio_api/queue/data?session_hash=x"))
    until(partial(is_let_in, "/gradio_api/heartbeat/x"))


def test_jobs_are_followed_by_no_more_than_have_a_place(made: Made, address: tuple[str, int]) -> None:
    job = made.by("staff").post("/api/v1/verify").json()["id"]
    key = f"Authorization: Bearer {made.keys['staff']}"
    with idle(address, BOUND * 2, lambda _: get(f"/api/v1/jobs/{job}/stream", key)) as opened:
        assert set(first_lines(opened, BOUND * 2)) <= {b"HTTP/1.1 200 OK", b"HTTP/1.1 429 Too Many Requests"}
        is_served(made, address)


@pytest.mark.skipif(not TCP.exists(), reason="this system does not tell of its connections as Linux does")
def test_a_client_that_does_not_read_is_let_go(
    made: Made, address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "READ_SECONDS", 0.5)
    made.gate.reading = True
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.settimeout(WAIT)
        connection.connect(address)
        connection.sendall(get("/assets/" + script_of(made)) * 50)
        until(lambda: not is_held(connection))


def is_held(connection: socket.socket) -> bool:
    """Whether the server holds its end of a connection, by what the system says of it."""
    ours, theirs = (f":{end[1]:04X}" for end in (connection.getsockname(), connection.getpeername()))
    ends = [line.split()[1:4] for line in TCP.read_text().splitlines()[1:]]
    return any(near.endswith(theirs) and far.endswith(ours) and state == "01" for near, far, state in ends)


def script_of(made: Made) -> str:
    """The largest script of the page."""
    html = made.client.get("/").text
    return html.split('src="./assets/', 1)[1].split('"', 1)[0]


RESERVED = ("/sign-in", "/api/v1/ask", "/")


def scope(path: str, host: str) -> dict[str, object]:
    return {"type": "http", "path": path, "client": (host, 1)}


def test_streams_have_places_by_kind_and_address_and_requests_their_own() -> None:
    places = RequestSlots(ConcurrencyLimits(4, 2, 2, "requests"), ConcurrencyLimits(3, 2, 2, "streams"))
    window = "/gradio_api/heartbeat/x"
    with ExitStack() as held:
        for host in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
            held.enter_context(places.take(scope(window, host)))
        with pytest.raises(TooMany, match="2 streams open from your address"):
            held.enter_context(places.take(scope(window, "192.0.2.1")))
        with pytest.raises(Overloaded, match="Too many streams"):
            held.enter_context(places.take(scope(window, "192.0.2.3")))
        held.enter_context(places.take(scope("/gradio_api/queue/data", "192.0.2.3")))
        for host in ("192.0.2.1", "192.0.2.2"):
            for _ in range(2):
                held.enter_context(places.take(scope("/api/v1/themes", host)))
            with pytest.raises(TooMany, match="2 requests in progress from your address"):
                held.enter_context(places.take(scope("/api/v1/documents", host)))
        with pytest.raises(Overloaded, match="Too many requests"):
            held.enter_context(places.take(scope("/api/v1/themes", "192.0.2.3")))
        for host in ("192.0.2.1", "192.0.2.3"):
            for path in RESERVED:
                held.enter_context(places.take(scope(path, host)))
        held.enter_context(places.take(scope("/api/v1/health", "192.0.2.3"), always=True))
    with places.take(scope(window, "192.0.2.1")), places.take(scope("/api/v1/ask", "192.0.2.1")):
        pass  # all places are free again


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"), ("testclient", "testclient"),
    ],
)  # fmt: skip
def test_an_address_stands_for_its_subscriber(address: str, origin: str) -> None:
    assert network(address) == origin


def processor_seconds(process: int) -> float:
    """How long a process has used a processor."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_the_server_as_it_is_started_serves_beside_many_idle_windows(tmp_path: Path) -> None:
    server = Server(tmp_path / "library")
    assert server("ingest", "--starter").code == 0
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as held:
        resource.setrlimit(resource.RLIMIT_NOFILE, (300, hard))  # what a server starts with, which is too little for it
        try:
            process = held.enter_context(server.running())
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        opened = held.enter_context(idle(("127.0.0.1", server.port), MANY, SENT["a window"]))
        kinds = [each.recv(4_000).partition(b"\r\n")[0] for each in opened]
        assert kinds.count(b"HTTP/1.1 200 OK") == settings_with().streams_client
        assert kinds.count(b"HTTP/1.1 429 Too Many Requests") == MANY - settings_with().streams_client
        assert httpx.get(f"{server.url}/health", timeout=WAIT).json() == {"status": "ok"}
        reply = httpx.post(f"{server.url}/ask", json={"question": "When is item 3?"}, timeout=WAIT)
        assert reply.json()["status"] == "answered"

        def is_idle() -> bool:
            before = processor_seconds(process.pid)
            time.sleep(IDLE)
            return processor_seconds(process.pid) - before < 0.02 * IDLE

        until(is_idle)  # whatever windows are open, once it has done what it was asked
        assert is_idle()
        with idle(("127.0.0.1", server.port), MANY, SENT["nothing"]):
            assert httpx.get(f"{server.url}/documents", timeout=WAIT).status_code == 200
