"""A disk without room: what is to be kept is refused whole, and who only asks or reads notices nothing."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from httpx import Response
from invoking import Cli
from services import Made, ended, service_fixture, sign_in

from assistant import cli
from assistant.access import LOCAL, Role
from assistant.access.access_store import FILE
from assistant.service.collection_service import CONTENT, Uploads
from corpus.corpus_errors import LibraryFull, storage_error_message
from corpus.feedback import make_feedback
from corpus.store.sqlite import Sqlite

NOTE = {"file": ("note.txt", b"Note on ropes\n\nRopes are checked on Mondays.\n")}
RATING = {"question": "When do boats leave?", "language": "en", "rating": 1, "comment": "x" * 4_000}


made = service_fixture("function", reading=True, accounts={"amina": Role.READ})


@contextmanager
def full(db: object) -> Iterator[None]:
    """A database that has as many pages as it may have: SQLite says then what it says of a full disk."""
    assert isinstance(db, Sqlite)
    most = db.execute("PRAGMA max_page_count").fetchone()[0]
    while True:  # what is free in its pages is used up
        db.execute("PRAGMA max_page_count = 1")
        try:
            db.execute("CREATE TABLE IF NOT EXISTS filled (x TEXT)")
            db.execute("INSERT INTO filled VALUES (?)", ("x" * 3_000,))
        except sqlite3.OperationalError:
            break
    try:
        yield
    finally:
        db.execute(f"PRAGMA max_page_count = {most}")


def again(write: Callable[[], object]) -> None:
    """Writes until there is no room, or it has to be believed that there always is."""
    for _ in range(1_000):
        write()


def refused(reply: Response, made: Made) -> None:
    """Whoever sent it is told that there is no room, and nothing of where that is."""
    assert reply.status_code == 507, reply.text
    told = reply.json()
    assert (told["type"], "full" in told["detail"]) == ("urn:rapporteur:problem:full", True)
    assert str(made.library.folder) not in reply.text
    assert "/" not in told["detail"]


def goes_on(made: Made) -> None:
    """Asking, searching, reading and the pages."""
    asked = made.client.post("/api/v1/ask", json={"question": "When do boats leave?"})
    assert (asked.status_code, asked.json()["status"]) == (200, "answered")
    for address in ("/api/v1/search?q=boats", "/api/v1/documents", "/api/v1/documents/boats.txt/text", "/documents",
                    "/api/v1/briefings?kind=document&value=boats.txt"):  # fmt: skip
        assert made.client.get(address).status_code == 200, address
    assert made.by("read").get("/api/v1/me").json()["role"] == "read"


def test_ratings_are_refused_and_asking_goes_on(made: Made) -> None:
    with full(made.library._store._db):
        refused(made.client.post("/api/v1/feedback", json=RATING), made)
        refused(made.client.post("/api/v1/feedback", json=RATING), made)
        goes_on(made)
    assert made.client.post("/api/v1/feedback", json=RATING).status_code == 201
    assert len(made.library.feedback()) == 1


def test_signing_in_and_what_the_audit_log_has_no_room_for_are_refused_and_nothing_is_left(made: Made) -> None:
    staff = made.by("staff")
    with full(made.store._db):
        with pytest.raises(LibraryFull):
            again(lambda: made.audit.add(LOCAL, "fills what is left"))
        refused(sign_in(made.client), made)
        assert sign_in(made.client, password="not the password").status_code == 401
        made.client.cookies.clear()
        for _ in range(3):
            reply = staff.post("/api/v1/uploads", files={"file": ("y" * 200, b"words")})
            assert reply.status_code == 507, reply.text
        reply = staff.delete("/api/v1/documents/boats.txt")
        assert reply.status_code == 507
        goes_on(made)
    uploads = made.library.folder / "uploads"
    assert list(uploads.iterdir()) == []
    assert made.service.resume() == 0  # nothing is read in at the next start that was refused
    job = ended(made, staff.post("/api/v1/uploads", files=NOTE).json())
    assert job["counts"] == {"added": 1}


def test_an_upload_whose_bytes_have_no_room_is_refused_and_leaves_nothing(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Uploads.make_folder

    def narrow(uploads: Uploads) -> Path:
        folder = room(uploads)
        (folder / CONTENT).symlink_to("/dev/full")
        return folder

    monkeypatch.setattr(Uploads, "make_folder", narrow)
    refused(made.by("staff").post("/api/v1/uploads", files=NOTE), made)
    assert list((made.library.folder / "uploads").iterdir()) == []
    goes_on(made)


def test_a_form_that_could_not_be_put_by_is_no_wrong_form(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object, **__: object) -> object:
        return Path("/dev/full").open("r+b", buffering=0)

    monkeypatch.setattr("starlette.formparsers.SpooledTemporaryFile", none)
    refused(made.by("staff").post("/api/v1/uploads", files=NOTE), made)


def test_reading_a_file_in_fails_as_a_job_that_says_why(made: Made) -> None:
    with full(made.library._store._db):
        reply = made.by("staff").post(
            "/api/v1/uploads",
            files={"file": ("a.txt", b"Ropes\n\n" + b"Ropes hold. " * 5_000)},
        )
        assert reply.status_code == 202
        job = ended(made, reply.json())
        assert (job["state"], "full" in job["reason"]) == ("failed", True)
        goes_on(made)
    assert [each["id"] for each in made.library.headers() if "a-txt" in each.id] == []


def test_after_a_full_disk_the_database_takes_changes_again(tmp_path: Path) -> None:
    db = Sqlite(tmp_path / "a.sqlite3")
    db.execute("CREATE TABLE kept (x TEXT)")
    with full(db):
        for _ in range(2):
            with pytest.raises(sqlite3.OperationalError, match="full"), db.transaction():
                db.execute("INSERT INTO kept VALUES (?)", ("x" * 100_000,))
    with db.transaction():
        db.execute("INSERT INTO kept VALUES ('x')")
    assert db.execute("SELECT count(*) FROM kept").fetchone()[0] == 1
    db.close()


def test_the_command_line_says_that_a_key_was_not_made_and_makes_none(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("keys", "add", "first").code == 0
    opened = Sqlite.__init__

    def narrow(db: Sqlite, path: Path) -> None:
        opened(db, path)
        if path.name == FILE:
            db.execute("PRAGMA max_page_count = 1")

    monkeypatch.setattr(Sqlite, "__init__", narrow)
    codes = []
    while not codes or codes[-1] == 0:
        done = cli("keys", "add", "n" * 400)
        codes.append(done.code)
        assert len(codes) < 200
    said = done.out + done.err
    assert codes[-1] == 1
    assert "is full" in said
    assert "Nothing was changed" in said
    assert "rpp_" not in said
    monkeypatch.setattr(Sqlite, "__init__", opened)
    keys = cli("keys", "list", "--json").json()
    noted = cli("audit", "--json", "-n", "1000").json()
    assert len(keys) == len(noted) == len(codes)


def test_ratings_of_the_command_line_are_refused_in_a_sentence_too(made: Made) -> None:
    with full(made.library._store._db), pytest.raises(LibraryFull, match="Free some space"):
        again(lambda: made.library.add_feedback(make_feedback("Why?", "en", 1, comment="x" * 4_000)))


def test_what_a_database_says_otherwise_on_a_full_disk_is_told_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "could not be used: disk I/O error" in storage_error_message(tmp_path, "disk I/O error")
    monkeypatch.setattr("corpus.corpus_errors.MIN_FREE_BYTES", 1 << 62)
    assert storage_error_message(tmp_path, "disk I/O error").startswith(f"The disk that holds {tmp_path} is full.")


def test_output_for_which_there_is_no_room_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def print_nothing() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cli, "app", print_nothing)
    with pytest.raises(SystemExit) as ended_with:
        cli.main()
    assert ended_with.value.code == 1
    assert capsys.readouterr().err == "rapporteur: The output cannot be written: No space left on device.\n"
