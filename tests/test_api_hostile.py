"""What hostile clients, files and documents send: refused in one form, or shown as the text that it is."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from services import Made, ended, fetching, listening, made_service, service_fixture, settings_with, told_events
from waiting import WAIT

from assistant.api import http_server as connections
from assistant.api import middleware as bodies
from assistant.qa.answer import Event, StatementEvent
from corpus.catalogue import Catalogue

made = service_fixture(reading=True, settings=settings_with(max_upload=0.2, body_seconds=2 * WAIT))


def is_problem(reply: object, status: int) -> None:
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    body = reply.json()
    assert set(body) == {"type", "title", "status", "detail", "code", "request_id", "faults"}
    assert body["status"] == status
    assert body["request_id"] == reply.headers["x-request-id"]
    assert "Traceback" not in reply.text


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"question": 1}', b'{"question": "\\ud800"}',
     b"[" * 60_000, b'{"question": ' + b"[" * 50_000, b'{"question": "x", "language": "xx"}',
     b'{"question": "x", "history": "y"}', b'{"question": 1e999}', b'{"question": NaN}',
     b'{"question": ""}', b'{"question": "x", "unknown": 1}'],
)  # fmt: skip
def test_a_body_that_is_no_question_is_refused(made: Made, body: bytes) -> None:
    reply = made.client.post("/api/v1/ask", content=body, headers={"Content-Type": "application/json"})
    is_problem(reply, 400 if len(body) > 10_000 else 422)


def test_what_is_not_there_and_what_is_not_done_are_problems_too(made: Made) -> None:
    is_problem(made.client.get("/api/v1/nothing"), 404)
    is_problem(made.client.get("/nothing"), 404)
    is_problem(made.client.put("/api/v1/ask"), 405)
    is_problem(made.client.get("/api/v1/documents?limit=0"), 422)
    is_problem(made.client.get("/api/v1/documents?offset=99999999999999999999"), 422)
    is_problem(made.client.get("/api/v1/documents/none/outline"), 404)
    is_problem(made.client.get("/api/v1/passages/%00"), 404)


def test_a_program_that_breaks_down_says_no_more_than_a_number(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(made.service.engine, "stream", broken)
    reply = made.client.post("/api/v1/ask", json={"question": "When do boats leave?"})
    is_problem(reply, 500)
    assert "secret" not in reply.text
    assert "content-security-policy" in reply.headers
    with made.client.stream("POST", "/api/v1/ask/stream", json={"question": "When?"}) as stream:
        told = stream.read().decode()
    assert "event: problem" in told
    assert "secret" not in told


def test_a_stream_that_breaks_down_midway_ends_with_a_problem_that_names_its_request(
    made: Made, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    job = made.service.jobs.submit("none", "key:x", lambda _: None)

    async def follow(*_: object) -> AsyncIterator[dict[str, Any]]:
        yield made.service.jobs.record(job.id)
        raise RuntimeError("secret of the house")

    real_stream = made.service.engine.stream

    def answer(*given: Any, **more: Any) -> Iterator[Event]:
        yield next(each for each in real_stream(*given, **more) if isinstance(each, StatementEvent))
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(made.service.jobs, "follow", follow)
    monkeypatch.setattr(made.service.engine, "stream", answer)
    client = made.by("staff")
    for first, given in (
        ("job", {"method": "GET", "url": f"/api/v1/jobs/{job.id}/stream"}),
        ("statement", {"method": "POST", "url": "/api/v1/ask/stream", "json": {"question": "When do boats leave?"}}),
    ):
        with client.stream(**given) as stream:
            events = list(told_events(stream.iter_lines()))
        assert first in [name for name, _ in events]
        name, problem = events[-1]
        assert (name, problem["status"], problem["code"]) == ("problem", 500, "crash")
        assert problem["request_id"] == stream.headers["x-request-id"]
        assert "secret" not in str(events)
        assert [each.fields["request_id"] for each in caplog.records if each.exc_info][-1] == problem["request_id"]


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..%2f..%2fetc%2fpasswd", "/etc/passwd", "%2e%2e/%2e%2e/library.sqlite3", "....//x",
     "file:///etc/passwd", "boats.txt/../../x", "a" * 400, "%00", "'; DROP TABLE documents; --"],
)  # fmt: skip
def test_a_path_is_no_document(made: Made, name: str) -> None:
    for address in (f"/api/v1/documents/{name}/text", f"/api/v1/documents/{name}"):
        reply = made.client.get(address)
        assert reply.status_code in (404, 422), reply.text
        assert "root:" not in reply.text


def beside_uploads(root: Path) -> set[Path]:
    """What lies in a folder, but for uploads, and for the lexical index, whose files are replaced as it learns."""
    return {path for path in root.rglob("*") if not {"uploads", "lexical"} & set(path.parts)}


@pytest.mark.parametrize(
    "name",
    ["../../../evil.txt", "..\\..\\evil.txt", "/etc/cron.d/evil", "C:\\evil.txt", "note.json", "content",
     "<img src=x onerror=alert(1)>.txt", "a\u202etxt.exe", "x" * 2_000, "\x1b]0;pwn\x07.txt", "", ".", ".."],
)  # fmt: skip
def test_the_name_of_an_upload_is_only_shown_and_never_a_path(made: Made, name: str) -> None:
    root = made.library.folder.parent
    before = beside_uploads(root)
    words = f"Note on nets\n\nNets are mended in winter, says note {len(name)} {name!r:.20}.\n"
    reply = made.by("staff").post("/api/v1/uploads", files={"file": (name or "blank", words.encode())})
    assert reply.status_code == 202, reply.text
    job = ended(made, reply.json())
    assert job["state"] == "done", job
    assert beside_uploads(root) == before
    assert not list((made.library.folder / "uploads").iterdir())
    shown = job["detail"] + job["outcomes"][0]["file"]
    assert all(each.isprintable() for each in shown)
    assert "\u202e" not in shown
    assert "/" not in job["detail"]


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.pdf", b"%PDF-1.7 broken"), ("a.docx", b"PK\x03\x04 broken"), ("a.txt", b"\x7fELF\x02\x01\x01" + b"\0" * 99),
     ("a.pdf", b""), ("a.html", b"MZ\x90\0" + b"\0" * 99)],
)  # fmt: skip
def test_what_an_upload_is_its_content_tells(made: Made, name: str, data: bytes) -> None:
    reply = made.by("staff").post("/api/v1/uploads", files={"file": (name, data)})
    job = ended(made, reply.json())
    assert job["counts"] == {"refused": 1}
    assert job["outcomes"][0]["reason"]


def test_what_a_request_has_wrong_is_told_as_it_is_to_be_sent(made: Made) -> None:
    def told(reply: httpx.Response) -> str:
        is_problem(reply, 422)
        return str(reply.json()["detail"])

    def sent(data: dict[str, Any], file: tuple[str, bytes]) -> httpx.Response:
        return made.by("staff").post("/api/v1/uploads", data=data, files={"file": file})

    assert "body.symbols: There is no such field; those that exist are again, file, language, ocr, symbol." in told(
        sent({"symbols": "A/80/1"}, ("a.txt", b"Nets are mended."))
    )
    assert "body.file: Send it as a file, with a file name." in told(sent({}, ("", b"Nets are mended.")))
    for kind in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}):
        said = told(made.client.post("/api/v1/ask", content=b'{"question": "When are nets mended?"}', headers=kind))
        assert "body: Send JSON, with the header Content-Type: application/json." in said
    assert "body: This is not JSON: Expecting value at character 13." in told(
        made.client.post("/api/v1/ask", content=b'{"question": When?}', headers={"Content-Type": "application/json"})
    )
    once = "Give it once."
    assert once in told(made.client.get("/api/v1/search", params=[("q", "nets"), ("q", "boats")]))
    assert once in told(sent({"symbol": ["A/80/1", "A/80/2"]}, ("a.txt", b"Nets are mended.")))
    assert once not in told(made.client.get("/api/v1/agenda", params=[("language", "en"), ("language", "xx")]))
    assert "'soon' is not a date" in told(made.client.get("/api/v1/mandates", params={"due_before": "soon"}))


def test_scripts_in_documents_questions_and_names_are_text_in_json_that_no_browser_runs(made: Made) -> None:
    script = "<script>alert(1)</script>"
    page = f"<html><body><h1>Ports {script}</h1><p>Ports close at ten. <img src=x onerror=alert(2)></p></body></html>"
    reply = made.by("staff").post("/api/v1/uploads", files={"file": (f"{script}.html", page.encode())})
    assert ended(made, reply.json())["counts"] == {"added": 1}
    for reply in (
        made.client.post("/api/v1/ask", json={"question": f"When do ports close? {script}"}),
        made.client.get("/api/v1/documents", params={"q": script}),
        made.client.get(f"/api/v1/documents/{script}"),
        made.client.get(f"/api/v1/{script}"),
        made.client.get("/api/v1/search", params={"q": "ports", "limit": script}),
    ):
        assert reply.headers["content-type"] in ("application/json", "application/problem+json")
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in reply.headers["content-security-policy"]


def test_every_response_tells_browsers_to_trust_little(made: Made) -> None:
    for reply in (made.client.get("/sign-in"), made.client.get("/api/v1/health"), made.client.get("/nothing"),
                  made.client.post("/api/v1/ask", json={})):  # fmt: skip
        for name in ("content-security-policy", "x-frame-options", "referrer-policy", "x-content-type-options",
                     "permissions-policy", "cross-origin-opener-policy", "x-request-id"):  # fmt: skip
            assert name in reply.headers
        assert "access-control-allow-origin" not in reply.headers
        assert "server" not in reply.headers
    assert "'unsafe" not in made.client.get("/sign-in").headers["content-security-policy"]


def test_other_sites_may_use_the_api_only_where_they_are_named(tmp_path: Path, catalogue: Catalogue) -> None:
    chosen = settings_with(cors_origins=["https://intranet.example"])
    with made_service(tmp_path, catalogue, page=False, settings=chosen) as made:
        for origin, allowed in (("https://intranet.example", True), ("https://evil.example", False)):
            reply = made.client.get("/api/v1/health", headers={"Origin": origin})
            assert (reply.headers.get("access-control-allow-origin") == origin) == allowed
            assert "access-control-allow-credentials" not in reply.headers


@pytest.mark.parametrize(
    ("given", "kept"), [("a-b.C_1", True), ("x" * 64, True), ("x" * 65, False), ("a b", False), ("é", False)]
)
def test_a_request_keeps_a_good_id_and_gets_one_in_place_of_a_bad_one(made: Made, given: str, kept: bool) -> None:
    reply = made.client.get("/api/v1/health", headers={"X-Request-ID": given.encode()})
    assert (reply.headers["x-request-id"] == given) == kept


def test_a_body_that_is_too_large_is_cut_whether_it_says_so_or_not(made: Made) -> None:
    large = b'{"question": "' + b"x" * bodies.SMALL + b'"}'
    is_problem(made.client.post("/api/v1/ask", content=large), 413)
    is_problem(made.client.post("/api/v1/ask", content=iter([large[:1_000_000]] * 6)), 413)
    file = {"file": ("a.txt", b"x" * 300_000)}
    is_problem(made.by("staff").post("/api/v1/uploads", files=file), 413)
    is_problem(made.client.post("/api/v1/uploads", content=iter([b"x" * 1_000_000] * 3),
                                headers={**made.headers("staff"), "Content-Type": "multipart/form-data; boundary=x"}),
               413)  # fmt: skip
    assert not list((made.library.folder / "uploads").iterdir())
    is_problem(made.client.post("/api/v1/uploads", files=file), 401)  # nobody's bytes are even read


def test_a_question_longer_than_the_setting_is_answered_with_the_reason(made: Made) -> None:
    reply = made.client.post("/api/v1/ask", json={"question": "boats " * 1_000})
    assert reply.status_code == 200
    assert reply.json()["status"] == "refused"
    is_problem(made.client.post("/api/v1/ask", json={"question": "x" * 20_001}), 422)
    is_problem(made.client.post("/api/v1/ask", json={"question": "x", "history": ["y"] * 51}), 422)


def exchange(address: tuple[str, int], *parts: bytes, pause: float = 0.0, most: float = WAIT) -> bytes:
    """What comes back when bytes are sent with pauses between them, until the connection ends."""
    with socket.create_connection(address, timeout=most) as connection:
        came = b""
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
            while piece := connection.recv(65_536):
                came += piece
        except (ConnectionResetError, BrokenPipeError):
            pass
        return came


def test_a_request_that_tells_two_lengths_of_its_body_is_refused_and_the_connection_ended(made: Made) -> None:
    head = b"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
    smuggled = b"0\r\n\r\nGET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n"
    with listening(made) as address:
        came = exchange(address, head + smuggled)
    assert came.startswith(b"HTTP/1.1 400")
    assert b"body-two-lengths" in came
    assert came.count(b"HTTP/1.1") == 1


def test_what_is_told_of_a_file_that_is_too_large_is_the_limit_of_files(tmp_path: Path, catalogue: Catalogue) -> None:
    with made_service(tmp_path, catalogue, page=False, settings=settings_with(max_upload=2)) as made:
        for size in (2_050_000, 3_500_000):
            sent = made.by("staff").post("/api/v1/uploads", files={"file": ("a.txt", b"x" * size)})
            is_problem(sent, 413)
            assert "2 MB" in sent.json()["detail"]


def test_a_body_that_comes_drop_by_drop_is_cut(made: Made, tmp_path: Path, catalogue: Catalogue) -> None:
    head = b"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
    soon = settings_with(body_seconds=0.5)
    with (
        made_service(tmp_path, catalogue, page=False, reading=True, settings=soon) as hasty,
        listening(hasty) as address,
    ):
        came = exchange(address, head, *[b"{"] * 3, pause=0.1)
        assert came.startswith(b"HTTP/1.1 408")
        assert b"application/problem+json" in came
        assert b"connection: close" in came.lower()
    with listening(made) as address, pytest.raises(TimeoutError):  # where bodies have minutes, it is still waited for
        exchange(address, head, *[b"{"] * 3, most=1.0)


def test_a_head_that_does_not_come_ends_the_connection(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    whole = b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n"
    with listening(made) as address:
        assert exchange(address, b"GET /api") == b""
        assert exchange(address) == b""
        monkeypatch.setattr(connections, "HEAD_SECONDS", WAIT)
        with socket.create_connection(address, timeout=WAIT) as connection:
            for part in (whole[:20], whole[20:]):
                connection.sendall(part)
                time.sleep(0.05)
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
            monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
            with suppress(ConnectionError):
                connection.sendall(b"GET /again")  # the second head on a kept connection
                while connection.recv(65_536):
                    pass


def test_what_is_no_http_and_a_head_without_end_are_refused(made: Made) -> None:
    with listening(made) as address:
        assert exchange(address, b"\x16\x03\x01 tls?\r\n\r\n").startswith(b"HTTP/1.1 400")
        endless = [b"GET / HTTP/1.1\r\nHost: x\r\n", *[b"X-A: " + b"y" * 20_000 + b"\r\n"] * 10]
        assert exchange(address, *endless).startswith((b"HTTP/1.1 4", b""))


def test_fetching_takes_symbols_and_never_an_address(made: Made, tmp_path: Path, catalogue: Catalogue) -> None:
    def nowhere(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "documents.un.org"
        return httpx.Response(404)

    with made_service(tmp_path, catalogue, page=False, updater=fetching(nowhere)) as own:
        staff = own.by("staff")
        for wrong in ("http://127.0.0.1/", "https://169.254.169.254/latest/meta-data", "file:///etc/passwd",
                      "//evil.example/A/80/1", "gopher://x/1", "A/80/1@evil.example", "A/80/1?s=http://x"):  # fmt: skip
            reply = staff.post("/api/v1/fetch", json={"symbols": [wrong]})
            if reply.status_code == 202:  # it may be read as a symbol that is in it, and that alone is asked for
                job = ended(own, reply.json())
                assert all("://" not in each["symbol"] and "@" not in each["symbol"] for each in job["outcomes"])
            else:
                assert reply.status_code == 422, reply.text
    is_problem(made.by("staff").post("/api/v1/fetch", json={"symbols": ["A/80/1"]}), 409)


def test_a_service_that_sends_on_to_a_private_address_is_not_followed(tmp_path: Path, catalogue: Catalogue) -> None:
    targets = iter(["http://169.254.169.254/latest/meta-data", "http://127.0.0.1:22/", "https://10.0.0.1/x",
                    "http://[::1]/", "https://localhost/", "file:///etc/passwd"])  # fmt: skip
    asked = []

    def service(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"Location": next(targets)})

    with made_service(tmp_path, catalogue, page=False, updater=fetching(service)) as made:
        body = {"symbols": ["A/80/1", "A/80/2"], "form": "pdf", "languages": ["en", "fr"]}
        job = ended(made, made.by("staff").post("/api/v1/fetch", json=body).json())
    assert job["counts"] == {"refused": 4}
    assert set(asked) == {"documents.un.org"}
    assert all("not followed" in each["reason"] for each in job["outcomes"])


def test_the_log_holds_no_question_unless_it_is_wanted(made: Made, caplog: pytest.LogCaptureFixture) -> None:
    from assistant.logs import JsonLines

    caplog.set_level("INFO", "rapporteur")
    question = "When do boats leave for the secret island?"
    made.client.post("/api/v1/ask", json={"question": question})
    lines = [JsonLines().format(record) for record in caplog.records]
    assert any(json.loads(line).get("status") in ("answered", "tentative", "not_found") for line in lines)
    assert not any("secret island" in line for line in lines)
    made.service._log_questions = True
    made.client.post("/api/v1/ask", json={"question": question})
    made.service._log_questions = False
    assert any("secret island" in JsonLines().format(record) for record in caplog.records)


def test_a_vector_index_that_does_not_answer_is_told_and_no_empty_result(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: object) -> None:
        raise httpx.ConnectError("connection refused")

    for most in ("COMPARED_FIRST", "MAX_COMPARED"):  # else so small a library is read without the index
        monkeypatch.setattr(f"corpus.store.embedded.{most}", 0)
    monkeypatch.setattr(made.library._indexes._updated_vectors()._collection("en"), "query", away)
    for reply in (
        made.client.post("/api/v1/ask", json={"question": "When do the boats leave the harbour?"}),
        made.client.get("/api/v1/search?q=harbours"),
    ):
        is_problem(reply, 503)
        assert "is not responding" in reply.json()["detail"]
        assert "retry-after" in reply.headers


def test_an_item_without_its_meeting_is_not_asked_of_everything(made: Made) -> None:
    asked = {"question": "When do boats leave?", "scope": {"item": "3"}}
    reply = made.by("read").post("/api/v1/ask", json=asked)
    assert (reply.status_code, "name the meeting" in reply.json()["detail"]) == (422, True)


def test_a_rating_that_holds_no_answer_does_not_break_the_export(made: Made) -> None:
    rating = {
        "question": "q",
        "language": "en",
        "rating": 1,
        "answer": {"status": "answered", "citations": [{"document": 1}]},
    }
    assert made.by("read").post("/api/v1/feedback", json=rating).status_code == 201
    reply = made.by("staff").get("/api/v1/feedback/cases")
    assert (reply.status_code, reply.headers["content-type"][:16]) == (200, "application/yaml")


def test_a_path_that_is_none_is_refused(made: Made) -> None:
    told = {"path": "/none\x00", "shown": "none"}
    assert made.by("local").post("/api/v1/local/forget", json=told).status_code == 422
