"""The doors in front of Gradio: who may come through, and that no call of anybody's has it open a file."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from gradio.routes import App
from security.opened import opened
from services import PASSWORD, SAME, Made, ended, service_fixture
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from assistant.access import Role
from assistant.api.authentication import COOKIE
from assistant.page.gradio_calls import MAX_BYTES

ROOT = Path(__file__).parents[2]
ROLES = ("nobody", "read", "staff", "admin")
JOIN, CANCEL, RESET = "/gradio_api/queue/join", "/gradio_api/cancel", "/gradio_api/reset"
NEEDED = {
    ("GET", "/"), ("HEAD", "/"), ("GET", "/assets/{path:path}"), ("GET", "/static/{path:path}"), ("GET", "/theme.css"),
    ("GET", "/favicon.ico"), ("GET", "/gradio_api/heartbeat/{session_hash}"), ("GET", "/gradio_api/queue/data"),
    ("GET", "/gradio_api/app_id"), ("POST", JOIN), ("POST", CANCEL), ("POST", RESET),
}  # fmt: skip
"""What the page needs of Gradio."""


made = service_fixture()
"""A closed service: without a key or an account nobody may read."""


@contextmanager
def reading(made: Made, open_to_all: bool) -> Iterator[None]:
    """The service with reading open to everybody, or not."""
    made.gate.reading = open_to_all
    try:
        yield
    finally:
        made.gate.reading = False


@dataclass
class Spy:
    """Stands in Gradio's place, and hears what comes through to it."""

    heard: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.heard.append((scope["method"], scope["path"]))
        if scope["method"] == "POST":
            self.bodies.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"<head></head>"})


@pytest.fixture
def spy(made: Made, monkeypatch: pytest.MonkeyPatch) -> Spy:
    found = Spy()
    monkeypatch.setattr(guard_of(made), "_app", found)
    return found


def guard_of(made: Made) -> Any:
    """What stands in front of Gradio."""
    mounted = made.app.router.routes[-1]
    assert isinstance(mounted, Mount)
    return mounted.app


def gradio_of(made: Made) -> App:
    """Gradio itself."""
    app = guard_of(made)._app
    assert isinstance(app, App)
    return app


@dataclass(frozen=True)
class Functions:
    """The numbers of functions of the page, by what is pressed to have them run, and how many fields each takes."""

    by_button: dict[str, int]
    fields: dict[int, int]

    def call(self, button: str, *data: Any, **more: Any) -> dict[str, Any]:
        """The call that pressing a button makes; what is not given is left empty."""
        index = self.by_button[button]
        filled = [*data, *[None] * (self.fields[index] - len(data))]
        return {"fn_index": index, "session_hash": "z", "trigger_id": None, "event_data": None, "data": filled, **more}


@pytest.fixture(scope="module")
def config(made: Made) -> dict[str, Any]:
    """The page as Gradio describes it to browsers."""
    html = made.by("admin").get("/").text
    found = json.JSONDecoder().raw_decode(html, html.index("window.gradio_config = ") + len("window.gradio_config = "))
    described: dict[str, Any] = found[0]
    return described


@pytest.fixture(scope="module")
def functions(config: dict[str, Any]) -> Functions:
    ids = {each["id"]: each["props"].get("elem_id") for each in config["components"]}
    by_button = {
        ids[target]: each["id"]
        for each in config["dependencies"]
        for target, _ in each["targets"]
        if ids.get(target) and each["backend_fn"]
    }
    return Functions(by_button, {each["id"]: len(each["inputs"]) for each in config["dependencies"]})


def file_at(path: str) -> dict[str, Any]:
    """A file as Gradio's clients name one."""
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


def test_no_part_of_the_page_takes_a_file(config: dict[str, Any]) -> None:
    kinds = {each["type"] for each in config["components"]}
    assert kinds == {
        "markdown", "row", "column", "button", "accordion", "form", "textbox", "dropdown", "radio", "checkbox", "state",
        "tabs", "tabitem",
    }  # fmt: skip


def routes_of(made: Made) -> set[tuple[str, str]]:
    """Every route of Gradio's, whatever its version has."""
    return {
        (method, str(each.path))
        for each in iter_route_contexts(gradio_of(made).routes)
        for method in each.methods or ()
    }


@pytest.mark.parametrize("open_to_all", [False, True], ids=["closed", "open"])
@pytest.mark.parametrize("role", ROLES)
def test_what_the_page_needs_comes_through_to_gradio_from_those_who_may_read_and_nothing_else(
    made: Made, functions: Functions, monkeypatch: pytest.MonkeyPatch, role: str, open_to_all: bool
) -> None:
    routes = routes_of(made)
    assert {each for each in NEEDED if each not in routes} == set()
    spy = Spy()
    monkeypatch.setattr(guard_of(made), "_app", spy)
    bodies = {
        JOIN: functions.call("rp-ask", "When do boats leave?"),
        CANCEL: {"session_hash": "z", "fn_index": functions.by_button["rp-ask"], "event_id": "0a"},
        RESET: {"event_id": "0a"},
    }
    may = role != "nobody" or open_to_all
    with reading(made, open_to_all):
        for method, path in sorted(routes | {("TRACE", JOIN), ("PUT", JOIN), ("OPTIONS", JOIN), ("HEAD", "/config")}):
            address = re.sub(r"\{[^}]*\}", "x", path)
            if path == "/gradio_api/queue/data":
                address += "?session_hash=z"
            spy.heard.clear()
            made.client.cookies.clear()
            reply = made.by(role).request(method, address, json=bodies.get(path), follow_redirects=False)
            if (method, path) in NEEDED and may:
                assert (reply.status_code, len(spy.heard)) == (200, 1), (method, path)
            else:
                assert spy.heard == [], (method, path)
                assert reply.status_code in (303, 401, 403, 404, 405, 422), (method, path)
                assert path in ("/", "") or reply.status_code != 303


@pytest.mark.parametrize(("role", "statuses"), [("nobody", (401, 401)), ("read", (200, 403)), ("staff", (200, 200))])
def test_a_function_runs_for_those_whose_tab_it_is_on(
    made: Made, functions: Functions, spy: Spy, role: str, statuses: tuple[int, int]
) -> None:
    for buttons, status in zip(
        (("rp-ask", "rp-send", "rp-anew"), ("rp-remove", "rp-fetch", "rp-fetch-meeting", "rp-follow", "rp-stop-jobs")),
        statuses,
        strict=True,
    ):
        for each in buttons:
            reply = made.by(role).post(JOIN, json=functions.call(each))
            assert reply.status_code == status, each
            stop = {"session_hash": "z", "fn_index": functions.by_button[each], "event_id": "0a"}
            assert made.by(role).post(CANCEL, json=stop).status_code == status, each


def test_every_function_of_the_page_but_those_of_the_staff_tab_is_for_readers(
    made: Made, config: dict[str, Any], spy: Spy
) -> None:
    staff_tab = next(each["id"] for each in config["components"] if each["props"].get("elem_id") == "rp-tab-staff")
    inside = {each["id"] for each in nodes(config["layout"], staff_tab)}
    assert len(inside) > 20
    for each in config["dependencies"]:
        on_staff_tab = any(target in inside for target, _ in each["targets"])
        body = {"fn_index": each["id"], "session_hash": "z", "data": [None] * len(each["inputs"])}
        reply = made.by("read").post(JOIN, json=body)
        runs_here = each["backend_fn"]  # or in the browser alone
        assert reply.status_code == (404 if not runs_here else 403 if on_staff_tab else 200), each["id"]


def nodes(layout: dict[str, Any], top: int) -> Iterator[dict[str, Any]]:
    """All that lies in one part of a layout, that part itself first."""
    if layout["id"] == top:
        yield layout
        for child in layout.get("children") or ():
            yield from nodes(child, child["id"])
    else:
        for child in layout.get("children") or ():
            yield from nodes(child, top)


def secrets_of(made: Made, tmp_path: Path) -> dict[str, str]:
    """Files that no request may have opened."""
    host = tmp_path / "host.txt"
    host.write_text("The password of the host is swordfish.")
    folder = made.library.folder
    return {"zero": "/dev/zero", "host": str(host), "passwd": "/etc/passwd", "access": str(folder / "access.sqlite3"),
            "library": str(folder / "library.sqlite3"), "upward": "../../../../etc/passwd",
            "web": "http://127.0.0.1:9/x"}  # fmt: skip


def naming(path: str, call: dict[str, Any]) -> dict[str, bytes]:
    """Bodies that name a file, each in another way."""
    file = file_at(path)
    size = len(call["data"])

    def with_data(first: Any) -> bytes:
        return json.dumps({**call, "data": [first, *call["data"][1:]]}).encode()

    def with_more(**more: Any) -> bytes:
        return json.dumps({**call, **more}).encode()

    escaped = with_data([file]).replace(b'"path"', b'"\\u0070ath"').replace(b'"meta"', b'"m\\u0065ta"')
    plain = json.dumps(call).encode()
    return {
        "field": with_data(file),
        "list": with_data([file]),
        "nested": with_data([[[{"deep": [{"deeper": file}]}]]]),
        "of before": with_data([{"path": path}]),
        "url": with_data({"url": path, "path": "x", "meta": {"_type": "gradio.FileData"}}),
        "stream": with_data({**file, "is_stream": True}),
        "value": with_data({"value": file, "__type__": "update"}),
        "further field": with_more(data=[None] * size + [file]),
        "event data": with_more(event_data={"index": 0, "value": file}),
        "beside": with_more(request=file, files=[file]),
        "escaped keys": escaped,
        "key twice": plain[:-1] + b', "data": [' + json.dumps(file).encode() + b"]}",
        "key once more": b'{"data": [' + json.dumps(file).encode() + b"], " + plain[1:],
        "batch": with_more(batched=True, data=[[file]] * size),
        "number of a list": with_more(fn_index=[call["fn_index"]], data=[file]),
        "list of calls": b"[" + with_data(file) + b"]",
    }


ANYBODY = [("host", role, open_to_all) for role in ROLES for open_to_all in (False, True)]
"""One file is named by all who may call or not, the others by those who may most and those who may least."""


@pytest.mark.parametrize(
    ("target", "role", "open_to_all"),
    [
        *ANYBODY,
        *(
            (target, *who)
            for target in ("zero", "passwd", "access", "library", "upward", "web")
            for who in (("admin", True), ("nobody", False))
        ),
    ],
)
def test_a_call_that_names_a_file_is_refused_and_opens_none(
    made: Made, functions: Functions, tmp_path: Path, target: str, role: str, open_to_all: bool
) -> None:
    path = secrets_of(made, tmp_path)[target]
    before = set(made.library.folder.rglob("*"))
    with reading(made, open_to_all):
        for button in ("rp-ask", "rp-remove", "rp-follow"):
            for way, body in naming(path, functions.call(button)).items():
                for address in (JOIN, CANCEL, RESET, "/gradio_api/run/answer", "/gradio_api/component_server"):
                    with opened() as files:
                        headers = {"Content-Type": "application/json", **made.headers(role)}
                        reply = made.client.post(address, content=body, headers=headers)
                    assert 400 <= reply.status_code < 500, (way, address)
                    assert files == [], (way, address)
    assert set(made.library.folder.rglob("*")) == before


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "", "application/xml"],
)
def test_a_call_that_is_not_sent_as_json_is_refused(
    made: Made, functions: Functions, spy: Spy, kind: str, role: str
) -> None:
    body = json.dumps(functions.call("rp-ask", "When do boats leave?")).encode()
    headers = {"Content-Type": kind, **made.headers(role)}
    assert made.client.post(JOIN, content=body, headers=headers).status_code == (401 if role == "nobody" else 422)
    assert spy.heard == []


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("/gradio_api/file={}", {}), ("/gradio_api/file/{}", {}), ("/gradio_api/proxy=http://127.0.0.1:9{}", {}),
        ("/?deep_link={}", {}), ("/?deep_link=../../{}", {}), ("/?view=api&page={}", {}), ("/static/{}", {}),
        ("/assets/..{}", {}), ("/gradio_api/heartbeat/..{}", {}), ("/gradio_api/stream/z/1/2/playlist.m3u8?x={}", {}),
        ("/gradio_api/queue/data?session_hash=../{}", {}), ("/gradio_api/upload_progress?upload_id={}", {}),
        ("/gradio_api/upload", {"files": {"files": ("a.txt", b"x")}}), ("/custom_component/{}/x/y/z", {}),
        ("/gradio_api/component_server", {"files": {"file": ("a.txt", b"x")}, "data": {"fn_name": "ls"}}),
        ("/gradio_api/process_recording", {"files": {"file": ("a.webm", b"x")}}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("role", ROLES)
def test_an_address_that_names_a_file_opens_none(
    made: Made, tmp_path: Path, address: str, sent: dict[str, Any], role: str
) -> None:
    before = set(made.library.folder.rglob("*"))
    for path in secrets_of(made, tmp_path).values():
        with opened() as files:
            reply = made.by(role).request(
                "POST" if sent else "GET",
                address.format(path),
                follow_redirects=False,
                **sent,
            )
        assert reply.status_code in ((303, 401, 404, 405) if role == "nobody" else (200, 404, 405, 422)), address
        assert (reply.status_code == 200) == (address.startswith("/?") and role != "nobody")
        assert "swordfish" not in reply.text
        assert "root:" not in reply.text
        assert files == []
    assert set(made.library.folder.rglob("*")) == before


@pytest.mark.parametrize(
    "address",
    ["//gradio_api/queue/join", "/gradio_api//queue/join", "/gradio_api/queue/join/", "/x/../gradio_api/queue/join",
     "/x/%2e%2e/gradio_api/queue/join", "/gradio_api/queue/join%00", "/gradio_api%2fqueue%2fjoin%20",
     "/gradio_api/queue/join;x", "/GRADIO_API/queue/join", "/gradio_api/queue/join%0a", "/gradio_api/call/answer"],
)  # fmt: skip
def test_no_other_way_of_writing_an_address_comes_through(
    made: Made, spy: Spy, functions: Functions, address: str
) -> None:
    body = functions.call("rp-remove", "boats.txt", True)
    for role in ROLES:
        reply = made.by(role).post(address, json=body, follow_redirects=False)
        # What a client writes with dots it sends without: then it is the address itself, and asks for the role.
        plain = reply.request.url.raw_path == JOIN.encode()
        assert spy.heard == [] or (plain and role in ("staff", "admin"))
        assert reply.status_code in (401, 403, 404, 405) or spy.heard
        spy.heard.clear()


@pytest.mark.parametrize(
    "change",
    [
        {"fn_index": None}, {"fn_index": "0"}, {"fn_index": True}, {"fn_index": -1}, {"fn_index": 10**30},
        {"fn_index": 0.0}, {"fn_index": 999}, {"session_hash": None}, {"session_hash": "../x"}, {"session_hash": "x" * 65},
        {"session_hash": 1}, {"data": None}, {"data": {}}, {"data": "x"}, {"data": [[[]]]}, {"data": [{}]},
        {"data": ["x"] * 5_000}, {"data": []}, {"data": [["x"] * 5_000]}, {"trigger_id": "x"}, {"trigger_id": {}},
        {"data": ["\ud800"]}, {"session_hash": "ä"},
    ],
)  # fmt: skip
def test_a_call_that_the_page_does_not_make_is_refused(
    made: Made, functions: Functions, spy: Spy, change: dict[str, Any]
) -> None:
    body = json.dumps({**functions.call("rp-ask", "When do boats leave?"), **change})
    headers = {"Content-Type": "application/json", **made.headers("admin")}
    reply = made.client.post(JOIN, content=body, headers=headers)
    assert reply.status_code in (404, 422)
    assert reply.headers["content-type"] == "application/problem+json"
    assert spy.heard == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b'"x"', b"\xff", b"[" * 100_000, b'{"data":' * 30_000, b'{"data": [NaN]}', b"1" * 5_000,
     b'{"fn_index": 0, "session_hash": "z", "data": [1e999]}', b'{"data": [], "data": [], "fn_index": 0, "session_hash": "z"}',
     b"\x1f\x8b\x08\x00"],
)  # fmt: skip
def test_a_body_that_is_no_call_is_refused(made: Made, spy: Spy, body: bytes) -> None:
    headers = {"Content-Type": "application/json", **made.headers("staff")}
    assert made.client.post(JOIN, content=body, headers=headers).status_code == 422
    assert spy.heard == []


def test_a_call_has_no_more_than_its_bytes_whether_it_says_so_or_not(
    made: Made, functions: Functions, spy: Spy
) -> None:
    headers = {"Content-Type": "application/json", **made.headers("read")}
    large = json.dumps(functions.call("rp-ask", "x" * MAX_BYTES)).encode()
    assert made.client.post(JOIN, content=large, headers=headers).status_code == 413
    assert made.client.post(JOIN, content=iter([large[:1_000], large[1_000:]]), headers=headers).status_code == 413
    longest = json.dumps(functions.call("rp-ask", "م" * 20_000))
    assert made.client.post(JOIN, content=longest, headers=headers).status_code == 200
    assert len(spy.heard) == 1


def test_gradio_gets_what_was_checked_and_nothing_else(made: Made, functions: Functions, spy: Spy) -> None:
    more = {
        "event_id": "someone-else-s",
        "oauth_token": "x",
        "batched": True,
        "simple_format": True,
        "event_data": {"index": 3},
    }
    reply = made.by("read").post(JOIN, json=functions.call("rp-ask", "When?", **more))
    assert reply.status_code == 200
    assert json.loads(spy.bodies[0]).keys() == {"fn_index", "session_hash", "data", "trigger_id"}


@pytest.mark.parametrize("host", ['evil"><script>', "[::", "a b", "x:y", "x/y", "x@y", "x:123456"])
def test_what_is_no_host_is_refused_where_gradio_makes_addresses_of_it(made: Made, host: str) -> None:
    for address in ("/", "/gradio_api/app_id", "/gradio_api/queue/data?session_hash=z"):
        reply = made.client.get(address, headers={"Host": host, **made.headers("read")})
        assert reply.status_code == 422
        assert "names no host" in reply.json()["detail"]


@pytest.mark.parametrize(
    "said",
    [
        {"X-Forwarded-Host": "evil.example"}, {"X-Forwarded-Proto": "https"}, {"Forwarded": "host=evil.example;proto=https"},
        {"X-Forwarded-Host": 'evil"><script>'}, {"X-Gradio-Server": "https://evil.example/"},
    ],
)  # fmt: skip
def test_what_anybody_says_of_the_way_of_a_request_is_not_where_the_page_calls(
    made: Made, said: dict[str, str]
) -> None:
    reply = made.client.get("/", headers={**said, **made.headers("read")})
    assert reply.status_code == 200
    assert '"root":"http://testserver"' in reply.text
    assert "evil" not in reply.text


def test_a_window_that_asked_for_nothing_is_told_so_and_the_log_has_no_fault(
    made: Made, caplog: pytest.LogCaptureFixture
) -> None:
    assert "session_not_found" in events(made, "nobody-knows-it", "read")
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []


def test_what_such_a_window_is_told_comes_to_its_end(made: Made) -> None:
    async def told() -> httpx.Response:
        # This client fails where a reply is not sent to its end; the other one does not look.
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(made.app), base_url="http://testserver", headers=made.headers("read")
        ) as client:
            return await client.get("/gradio_api/queue/data?session_hash=nobody-knows-it")

    assert "session_not_found" in asyncio.run(told()).text


def test_there_are_no_websockets(made: Made) -> None:
    for address in ("/", JOIN, "/gradio_api/queue/data"):
        with pytest.raises(WebSocketDisconnect), made.client.websocket_connect(address, headers=made.headers("staff")):
            raise AssertionError("it was accepted")


def events(made: Made, window: str, role: str) -> str:
    """What comes back to a window until its calls are done."""
    with made.by(role).stream("GET", f"/gradio_api/queue/data?session_hash={window}") as stream:
        return stream.read().decode()


def test_a_question_that_looks_like_a_file_is_a_question(made: Made, functions: Functions, tmp_path: Path) -> None:
    path = secrets_of(made, tmp_path)["host"]
    for n, text in enumerate((json.dumps(file_at(path)), json.dumps([file_at(path)]), path, f"file://{path}")):
        call = functions.call("rp-ask", text, "", "", "", [], "", "", session_hash=f"q{n}")
        with opened() as files:
            assert made.by("read").post(JOIN, json=call).status_code == 200
            told = events(made, f"q{n}", "read")
        assert "process_completed" in told
        assert '"success":true' in told
        assert "rp-turn" in told
        assert "swordfish" not in told
        assert not {path, "/dev/zero"} & set(files)


REVOKE = """
import sys
from pathlib import Path
from assistant.access.accounts import Keys
from assistant.access.access_store import AccessStore
with AccessStore(Path(sys.argv[1])) as store:
    assert Keys(store).revoke(sys.argv[2])
"""


def test_keys_that_the_command_line_revokes_are_good_no_more_whatever_was_asked_of_gradio(
    made: Made, functions: Functions, tmp_path: Path
) -> None:
    # Opening and closing the file in this process would take SQLite's locks from it: a process that comes and goes then
    # takes itself for the only one and clears up, and what the next one writes is not seen here.
    call = functions.call("rp-ask", [file_at(secrets_of(made, tmp_path)["access"])], session_hash="locks")
    if made.by("read").post(JOIN, json=call).status_code == 200:
        events(made, "locks", "read")
    for name in ("first", "second"):
        key, secret = made.gate.keys.create(name, Role.READ)
        headers = {"Authorization": f"Bearer {secret}"}
        assert made.client.get("/api/v1/documents", headers=headers).status_code == 200
        subprocess.run([sys.executable, "-c", REVOKE, str(made.library.folder), key.id], check=True, cwd=ROOT)
        assert made.client.get("/api/v1/documents", headers=headers).status_code == 401, name
        assert made.client.post(JOIN, json=functions.call("rp-ask"), headers=headers).status_code == 401


def test_a_page_of_another_site_makes_no_call_with_the_session_of_a_visitor(
    made: Made, functions: Functions, spy: Spy
) -> None:
    made.gate.accounts.add("amina", Role.STAFF, PASSWORD)
    token = made.gate.accounts.sign_in("amina", PASSWORD)
    made.client.cookies.clear()
    cookie = {"Cookie": f"{COOKIE}={token}"}
    call = functions.call("rp-remove", "boats.txt", True)
    for elsewhere in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {},
    ):
        assert made.client.post(JOIN, json=call, headers={**cookie, **elsewhere}).status_code == 403
        file = {"file": ("a.txt", b"words")}
        assert made.client.post("/api/v1/uploads", files=file, headers={**cookie, **elsewhere}).status_code == 403
    assert spy.heard == []
    assert made.client.post(JOIN, json=call, headers={**cookie, **SAME}).status_code == 200


def test_what_staff_send_is_read_from_the_folder_of_uploads_alone_and_followed_on_the_page(
    made: Made, functions: Functions, tmp_path: Path
) -> None:
    for path in secrets_of(made, tmp_path).values():
        with opened() as files:
            words = f"Note on buoys\n\nBuoys are painted in spring, says {path.replace('/', ' ')}.\n".encode()
            reply = made.by("staff").post("/api/v1/uploads", files={"file": (path, words)})
            assert reply.status_code == 202
            job = ended(made, reply.json())
        assert job["counts"] == {"added": 1}
        folder = str(made.library.folder.resolve())
        assert path not in files
        assert {each.removeprefix(f"{folder}/").partition("/")[0] for each in files if "tmp" in each} <= {
            "uploads",
            "vectors",
        }
        call = functions.call("rp-follow", job["id"], session_hash="follow")
        assert made.by("staff").post(JOIN, json=call).status_code == 200
        assert "added" in events(made, "follow", "staff")


@pytest.mark.parametrize("path", [f"/assets/{'x' * 300}", f"/static{'/a' * 500}", f"/assets/a/{'x' * 5_000}.js"])
def test_a_file_whose_name_no_disk_takes_is_not_there(made: Made, path: str) -> None:
    assert made.by("read").get(path).status_code == 404
