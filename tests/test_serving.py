"""The server as a process: started, asked by programs and by the command line, stopped, killed."""

from __future__ import annotations

import getpass
import json
import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpx
import pytest
from conftest import untimed
from invoking import ROOT, Cli
from model_server import writing
from running_servers import Answer, free_port
from typer.testing import CliRunner
from waiting import WAIT, until

from app import command as serve
from assistant.cli.command_run import TO_ADD
from corpus.embedding import HashEmbedder
from corpus.library import Library
from ingest.chunker import SEGMENTER_VERSION


@dataclass(frozen=True)
class Server(Cli):
    """A server over one folder, and the command line over the same folder, which runs in this process."""

    port: int = field(default_factory=free_port)

    def settings(self) -> dict[str, str]:
        """The environment of server and commands."""
        return {**super().settings(), "RAPPORTEUR_OPEN_READING": "true", **self.env}

    def serve(self, *arguments: str, log: IO[str] | int = subprocess.PIPE) -> subprocess.Popen[str]:
        """Starts the server, without waiting for its end."""
        return self.start("serve", *(arguments or ("--port", str(self.port))), log=log)

    def refused(self, *arguments: str) -> tuple[int, str]:
        """The exit code of a server that does not come to serve, and what it says."""
        process = self.serve(*arguments)
        _, said = process.communicate(timeout=WAIT)
        return process.returncode, said

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[str]]:
        """Serves until the block ends. Its log goes to a file: a pipe that nobody reads would stop it when it is full."""
        with self.log.open("a") as log:
            process = self.serve(log=log)
        try:
            self.wait(process)
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.communicate(timeout=WAIT)
            except subprocess.TimeoutExpired:
                process.kill()
                raise

    def wait(self, process: subprocess.Popen[str]) -> None:
        """Returns when it serves."""
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            assert process.poll() is None, f"it ended; see {self.log}"
            try:
                if httpx.get(f"{self.url}/ready").is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError("it does not serve")

    @property
    def log(self) -> Path:
        """What a server that is `running` has said."""
        return self.folder.with_suffix(".log")

    @property
    def url(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self.port}/api/v1"

    @property
    def token(self) -> dict[str, str]:
        """What the command line sends."""
        return {"Authorization": f"Bearer {json.loads((self.folder / 'server.json').read_text())['token']}"}

    def sound(self) -> list[str]:
        """Opens the library, which must be sound; the ids of its documents."""
        with Library(self.folder, HashEmbedder(), SEGMENTER_VERSION) as library:
            assert library.verify() == []
            return [each.id for each in library.documents()]


def notes(folder: Path, count: int, lines: int = 30) -> Path:
    """A folder of notes."""
    folder.mkdir()
    for n in range(count):
        text = f"# Note {n} on harbours\n\n" + "\n\n".join(
            f"{m}. Harbour {n}-{m} is closed by the master of note {n} at hour {m}." for m in range(1, lines)
        )
        (folder / f"note-{n:03}.md").write_text(text)
    return folder


def kept_in(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the databases in a folder, which must be whole."""
    found = {}
    for path in sorted(folder.glob("*.sqlite3")):
        with closing(sqlite3.connect(path)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
            for (table,) in tables:
                found[f"{path.name} {table}"] = database.execute(f'SELECT * FROM "{table}"').fetchall()
    return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, models_in: Callable[[Path], Path]) -> Iterator[Server]:
    """A server over the starter corpus that runs through the tests of this module."""
    found = Server(models_in(tmp_path_factory.mktemp("serving") / "library"))
    assert found("ingest", "--starter").code == 0
    with found.running():
        yield found


@pytest.fixture(autouse=True)
def _models(tmp_path: Path, models_in: Callable[[Path], Path]) -> None:
    """A server of a test's own converts no models."""
    models_in(tmp_path / "library")


def test_the_command_line_asks_the_running_server(server: Server) -> None:
    answer = server("ask", "When is item 3?", "--json").json()
    reply = httpx.post(f"{server.url}/ask", json={"question": "When is item 3?"}, timeout=WAIT).json()
    assert untimed(answer) == untimed(reply)
    printed = server("ask", "When is item 3?").out
    assert answer["statements"][0]["text"] in printed
    assert server("ask", "").code == 2


def test_what_is_shown_through_the_server_is_what_is_shown_without(server: Server, tmp_path: Path) -> None:
    commands = [
        ("search", "detention", "--json"), ("list", "--json", "--catalogue"), ("meeting", "--json"), ("meeting",),
        ("show", "CTOC/COP/WG.7/2021/1", "--json"), ("show", "A/RES/55/25, annex III", "--outline"), ("list",),
        ("show", "CTOC/COP/WG.7/2021/1", "annex"), ("show", "none"), ("feedback", "list", "--json"),
        ("verify",), ("agenda", "check", "--json"), ("agenda", "check", "--language", "fr"), ("agenda", "check", "A/99/1"),
        ("brief", "--item", "9"), ("brief", "--item", "2", "--language", "ru"), ("brief", "--theme", "detention"),
        ("brief", "--item", "2", "--mode", "quote", "--json"), ("brief", "--item", "2", "--mode", "write"),
        ("brief", "--document", "CTOC/COP/WG.7/2021/1", "--json"), ("themes", "--count", "3"),
        ("compare", "past-topics", "past-figures"), ("compare", "A/99/1", "A/99/2", "--json"),
        ("compare", "--topic", "smuggling by sea", "--json"), ("origins", "past-topics"), ("compare", "past-topics", "past-figures", "--language", "zh"),
        ("fetch", "--dry-run", "--meeting", "--json"), ("fetch", "--dry-run", "CTOC/COP/WG.7/2021/1"),
        ("fetch", "--dry-run", "no symbol"), ("feedback", "export"),
    ]  # fmt: skip
    through = [server(*each) for each in commands]
    copy = Server(tmp_path / "copy")
    copy("ingest", "--starter")
    for each, far in zip(commands, through, strict=True):
        near = copy(*each)
        assert (far.code, far.out) == (near.code, near.out), each
        assert (TO_ADD in far.err) == (TO_ADD in near.err), each
    status = server("status", "--json").json()
    assert {**status, "folder": 0, "bytes": 0} == {**copy("status", "--json").json(), "folder": 0, "bytes": 0}


def test_a_draft_is_reviewed_through_the_server_as_without_by_one_person_of_one_name(
    server: Server, tmp_path: Path
) -> None:
    copy = Server(tmp_path / "copy")
    copy("ingest", "--starter")
    for each in (server, copy):
        draft = each("brief", "--document", "working-group-mandate", "--draft").out.strip()
        assert each("review", "comment", draft, "Say when.", "--paragraph", "1").code == 0
        assert each("review", "state", draft, "review").code == 0
        out = tmp_path / "draft.html"
        done = each("review", "show", draft, "--out", str(out))
        assert done.code == 0, done.err
        assert "In review" in out.read_text()
        assert draft in [known["id"] for known in each("review", "list", "--json").json()]
        told = each("review", "show", draft, "--json").json()
        assert {known["who"] for known in told["events"]} == {getpass.getuser()}
        assert each("review", "show", draft).out.count(getpass.getuser()) == 3
        assert each("review", "show", "none").code == 1


def test_how_far_a_paper_is_is_told_through_the_server_as_without(server: Server) -> None:
    for command in (("compare", "--topic", "boats at night"), ("themes", "--count", "4")):
        done = server(*command)
        assert re.search(r"^\d+/\d+ \S", done.err, re.MULTILINE), (command, done.err)


def test_documents_go_in_and_out_through_the_server(server: Server, tmp_path: Path) -> None:
    folder = notes(tmp_path / "notes", 2)
    done = server("ingest", str(folder), "--json")
    assert done.code == 0
    assert [row["result"] for row in done.rows()] == ["added", "added"]
    again = server("ingest", str(folder))
    assert again.out.count("unchanged") == 2
    assert server("ingest", str(tmp_path / "none")).code == 1
    name = json.loads(done.out.splitlines()[0])["document"]
    assert server("show", name).code == 0
    assert server("remove", name).out.startswith("removed")
    assert server("show", name).code == 1
    alone = server("reindex")
    assert (alone.code, "Stop the server" in alone.err) == (3, True)
    rated = server("feedback", "add", "When is item 3?", "--rating", "up")
    assert rated.code == 0, rated.err
    assert server("feedback", "list", "--json").json()[0]["rating"] == 1
    exported = tmp_path / "cases.yaml"
    assert server("feedback", "export", "--out", str(exported)).code == 0
    assert "question: When is item 3?" in exported.read_text()
    wrong = server("fetch", "no symbol")
    assert (wrong.code, "no symbol" in wrong.err) == (2, True)


def test_a_folder_is_kept_in_step_through_the_server(server: Server, tmp_path: Path) -> None:
    folder = notes(tmp_path / "kept", 1)
    watching = server.start("ingest", str(folder), "--watch", "--json")
    names: list[str] = []

    def next_outcome() -> tuple[str, str]:
        assert watching.stdout is not None
        record = json.loads(watching.stdout.readline())
        names.append(record["document"])
        return record["result"], Path(record["file"]).name

    try:
        assert next_outcome() == ("added", "note-000.md")
        (folder / "later.md").write_text("# Later note\n\n1. The later note is about anchors.")
        assert next_outcome() == ("added", "later.md")
        (folder / "later.md").unlink()
        assert next_outcome() == ("removed", "later.md")
        assert watching.poll() is None
        assert "Later" not in server("list").out
    finally:
        watching.send_signal(signal.SIGTERM)
        _, said = watching.communicate(timeout=WAIT)
    assert watching.returncode == 0
    assert "Stopped watching" in said
    assert server("remove", names[0]).code == 0


def test_only_this_user_can_read_where_the_server_is(server: Server) -> None:
    assert stat.S_IMODE((server.folder / "server.json").stat().st_mode) == 0o600


def test_keys_made_and_revoked_while_it_serves_count_at_once(server: Server) -> None:
    secret = server("keys", "add", "test", "--role", "staff").out.strip()
    headers = {"Authorization": f"Bearer {secret}"}
    assert httpx.get(f"{server.url}/status", headers=headers, timeout=WAIT).status_code == 200
    key = next(each for each in server("keys", "list", "--json").json() if each["name"] == "test")
    assert server("keys", "revoke", key["id"]).code == 0
    assert httpx.get(f"{server.url}/status", headers=headers, timeout=WAIT).status_code == 401


def test_a_second_server_and_a_second_worker_are_refused_with_the_reason(server: Server) -> None:
    other = Server(server.folder.parent / "other")
    for beside, arguments, code, told in (
        (server, ("--port", str(free_port())), 3, "in use by process"),
        (other, ("--port", str(server.port)), 1, "Cannot listen"),
        (server, ("--workers", "2"), 2, "one process owns a library"),
    ):
        ended, said = beside.refused(*arguments)
        assert (ended, told in said) == (code, True)
    assert httpx.get(f"{server.url}/ready", timeout=WAIT).is_success


def test_questions_are_answered_while_a_folder_is_read(server: Server, tmp_path: Path) -> None:
    folder = notes(tmp_path / "many", 12)
    process = server.start("ingest", str(folder), "--json")
    answers = 0
    while process.poll() is None:
        reply = httpx.post(f"{server.url}/ask", json={"question": "When is item 3?"}, timeout=WAIT)
        assert reply.json()["status"] == "answered"
        time.sleep(1)  # so that no machine is slow enough for more questions than one asker may put
        answers += 1
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert len(out.splitlines()) == 12
    assert answers > 0


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_finishes_the_answers_that_were_asked_for(tmp_path: Path, by: signal.Signals) -> None:
    server = Server(tmp_path / "library")
    server("ingest", "--starter")
    got: list[tuple[int, str]] = []
    with server.running() as process:
        ready, sent = threading.Barrier(21), list[str]()

        def told(event: str, _: object) -> None:
            if event == "http11.send_request_body.complete":
                sent.append(event)

        def ask() -> None:
            with httpx.Client(base_url=server.url, timeout=WAIT) as client:
                client.get("/health")
                ready.wait(WAIT)
                try:
                    reply = client.post("/ask", json={"question": "When is item 3?"}, extensions={"trace": told})
                except httpx.TransportError:  # the server had closed the idle connection before it was asked
                    got.append((0, ""))
                else:
                    got.append((reply.status_code, reply.json().get("status", "")))

        threads = [threading.Thread(target=ask) for _ in range(20)]
        for thread in threads:
            thread.start()
        ready.wait(WAIT)
        until(
            lambda: got and len(sent) + sum(code == 0 for code, _ in got) >= 20
        )  # all have asked, and one has an answer
        process.send_signal(by)
        for thread in threads:
            thread.join(WAIT)
        assert process.wait(WAIT) == 0
    # Each that was taken in was answered, or told plainly that the service stops; none was cut off.
    assert len(got) == 20
    assert {code for code, _ in got} <= {0, 200, 503}
    assert sum(code > 0 for code, _ in got) >= 10
    assert all(status == "answered" for code, status in got if code == 200)
    assert not (server.folder / "server.json").exists()
    assert len(server.sound()) == 21


def test_told_to_stop_while_reading_it_keeps_whole_documents_and_goes_on_after(tmp_path: Path) -> None:
    server = Server(tmp_path / "library")
    folder = notes(tmp_path / "notes", 120, 60)
    with server.running() as process:
        reading = server.start("ingest", str(folder), "--json")
        assert reading.stdout is not None
        assert reading.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT) == 0
        _, told = reading.communicate(timeout=WAIT)
        assert reading.returncode == 1
        assert told
    held = server.sound()
    assert 0 < len(held) < 120
    with server.running():
        done = server("ingest", str(folder), "--json")
    results = [row["result"] for row in done.rows()]
    assert results.count("unchanged") == len(held)
    assert results.count("added") == 120 - len(held)


def test_killed_while_reading_it_holds_whole_documents_and_reads_the_uploads_again(tmp_path: Path) -> None:
    server = Server(tmp_path / "library")
    folder = notes(tmp_path / "notes", 120, 60)
    with server.running() as process:
        reading = server.start("ingest", str(folder), "--json")
        assert reading.stdout is not None
        assert reading.stdout.readline()
        sent = httpx.post(
            f"{server.url}/uploads", headers=server.token, timeout=WAIT,
            files={"file": ("nets.txt", b"Note on nets\n\nNets are mended in winter.\n")},
        )  # fmt: skip
        assert sent.status_code == 202
        job = sent.json()["id"]
        process.kill()
        process.wait(WAIT)
        reading.communicate(timeout=WAIT)
        assert reading.returncode == 1
    held = server.sound()
    assert "nets-txt:en:upload" not in held
    with server.running():
        deadline = time.monotonic() + 3 * WAIT  # each look starts a process
        while "nets.txt" not in {each["title"] for each in server("list", "--json").json()}:
            assert time.monotonic() < deadline
        while (told := httpx.get(f"{server.url}/jobs/{job}", headers=server.token, timeout=WAIT).json())[
            "state"
        ] == "running":
            assert time.monotonic() < deadline
        assert (told["state"], [each["document"] for each in told["outcomes"]]) == ("done", ["nets-txt:en:upload"])
    assert set(server.sound()) == {*held, "nets-txt:en:upload"}


def test_killed_in_the_middle_of_an_answer_it_has_nothing_half_written_and_answers_after(tmp_path: Path) -> None:
    asked = {"question": "What must be done when a smuggled migrant is detained?", "mode": "write"}
    with writing(lambda *_: Answer(hang=True), lambda *_: "Nothing.") as model:
        chosen = {"RAPPORTEUR_MODEL": "scripted", "RAPPORTEUR_MODEL_URL": f"{model.url}/v1"}
        server = Server(tmp_path / "library", chosen)
        server("ingest", "--starter")
        secret = {"Authorization": f"Bearer {server('keys', 'add', 'desk', '--role', 'staff').out.strip()}"}
        with server.running() as process:
            rated = {"question": "When is item 2?", "language": "en", "rating": 1}
            assert httpx.post(f"{server.url}/feedback", json=rated, headers=secret, timeout=WAIT).status_code == 201
            stream = {"method": "POST", "url": f"{server.url}/ask/stream", "json": asked, "headers": secret}
            with httpx.stream(**stream, timeout=WAIT) as reply:
                until(lambda: model.asked)
                before = kept_in(server.folder)
                process.kill()
                with pytest.raises(httpx.TransportError):
                    reply.read()
            process.wait(WAIT)
        assert kept_in(server.folder) == before
        assert len(server.sound()) == 21
        with server.running():
            again = httpx.post(f"{server.url}/ask", json=asked, headers=secret, timeout=WAIT).json()
            assert again["status"] == "answered"
            assert server("feedback", "list", "--json").json()[0]["question"] == "When is item 2?"


def test_all_that_a_running_server_writes_is_lines_of_json(tmp_path: Path) -> None:
    server = Server(tmp_path / "library", {"RAPPORTEUR_OPEN_READING": "false"})
    with server.running() as process:
        secret = server("keys", "add", "desk", "--role", "staff").out.strip()
        for path in ("status", "status?limit=é", "documents/%ff", "nothing\u2028"):
            httpx.get(f"{server.url}/{path}", headers={"Authorization": f"Bearer {secret}"}, timeout=WAIT)
        with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT) as connection:
            connection.sendall(b"\x16\x03\x01 no HTTP\r\n\r\n")
            assert connection.recv(65_536).startswith(b"HTTP/1.1 400")
        with closing(sqlite3.connect(server.folder / "access.sqlite3")) as store:
            store.execute("DROP TABLE keys")
        broken = httpx.get(f"{server.url}/status", headers={"Authorization": f"Bearer {secret}"}, timeout=WAIT)
        assert broken.status_code >= 500
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=WAIT) == ("", None)
    lines = [json.loads(line) for line in server.log.read_text().removesuffix("\n").split("\n")]
    assert f"at http://127.0.0.1:{server.port}" in lines[0]["message"]
    assert "Create a key" in lines[1]["message"]
    assert "Invalid HTTP request received." in [each["message"] for each in lines]
    assert all(set(each) >= {"time", "level", "logger", "message"} for each in lines)


def test_warnings_and_crashes_of_a_server_are_lines_of_its_log() -> None:
    code = (
        "import threading, warnings; from assistant.logs import start_log; start_log(); warnings.warn('old'); "
        "ends = (lambda: 1 / 0, exit); each = [threading.Thread(target=end) for end in ends]; "
        "[(one.start(), one.join()) for one in each]; type('Lamp', (), {'__del__': lambda lamp: {}['oil']})(); "
        "raise RuntimeError('the end')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    warned, thread, deleted, end = map(json.loads, done.stderr.splitlines())
    assert (done.returncode, done.stdout) == (1, "")
    assert "old" in warned["message"]
    assert "KeyError: 'oil'" in deleted["error"]
    assert ("ZeroDivisionError" in thread["error"], "the end" in end["error"]) == (True, True)


def test_a_person_at_a_terminal_reads_in_a_sentence_where_it_serves(tmp_path: Path) -> None:
    server = Server(tmp_path / "library")
    ours, theirs = os.openpty()
    with open(ours) as terminal, open(theirs, "w") as its:  # noqa: PTH123
        process = server.serve(log=its)
        assert terminal.readline().startswith(f"Serving {server.folder}")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=WAIT)


def test_a_folder_that_is_no_library_and_a_wrong_setting_are_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    code, said = Server(tmp_path / "file").refused("--port", "0")
    assert (code, "is not a folder" in said) == (1, True)
    code, said = Server(tmp_path / "library", env={"RAPPORTEUR_CORS_ORIGINS": '["*"]'}).refused()
    assert (code, "cors_origins" in said) == (2, True)
    assert "Traceback" not in said


def test_with_the_standard_variables_it_traces_requests(tmp_path: Path) -> None:
    pytest.importorskip("opentelemetry.instrumentation.fastapi")
    server = Server(tmp_path / "library", env={"OTEL_TRACES_EXPORTER": "console"})
    process = server.serve()
    server.wait(process)
    assert httpx.get(f"{server.url}/documents", timeout=WAIT).is_success
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=WAIT)
    assert '"name": "GET /api/v1/documents"' in out
    assert '"service.name": "rapporteur"' in out
    assert '"name": "GET /api/v1/ready"' not in out


def test_a_server_that_does_not_answer_is_told_with_its_address(tmp_path: Path) -> None:
    server = Server(tmp_path / "library")
    with Library(server.folder, HashEmbedder(), SEGMENTER_VERSION):
        assert server("status").code == 3  # it is no server that owns the library
        (server.folder / "server.json").write_text(json.dumps({"url": f"http://127.0.0.1:{server.port}", "token": "x"}))
        done = server("status")
        assert (done.code, f":{server.port}" in done.err) == (1, True)
        (server.folder / "server.json").write_text("{")
        assert server("status").code == 3


def test_the_server_in_this_very_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "rapporteur")
    monkeypatch.setattr("assistant.logs.start_log", lambda: None)
    server = Server(tmp_path / "library")
    server("ingest", "--starter")
    before = signal.getsignal(signal.SIGTERM)
    got: list[str] = []

    def ask() -> None:
        deadline = time.monotonic() + WAIT
        while not got and time.monotonic() < deadline:
            try:
                reply = httpx.post(f"{server.url}/ask", json={"question": "When is item 3?"}, timeout=WAIT)
                got.append(reply.json()["status"])
            except httpx.TransportError:
                time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=ask)
    thread.start()
    done = CliRunner().invoke(serve, ["--port", str(server.port)], env=server.settings(), catch_exceptions=False)
    thread.join()
    assert (done.exit_code, got) == (0, ["answered"])
    assert f"at http://127.0.0.1:{server.port}" in caplog.text
    assert signal.getsignal(signal.SIGTERM) is before
    assert not (server.folder / "server.json").exists()
