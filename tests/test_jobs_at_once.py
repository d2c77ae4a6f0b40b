"""Two jobs at once: a short one does not wait for a long one, and nobody can tell by what is stored that they ran at once."""

from __future__ import annotations

import io
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from conftest import OpenLibrary
from services import Made, ended, made_service, service_fixture
from waiting import WAIT, until

from assistant.access import Principal, Role
from assistant.access.access_store import AccessStore
from assistant.ingestion import CollectionUpdater
from assistant.service.collection_service import MIN_LARGE
from assistant.service.jobs import JobReporter, Jobs
from corpus.catalogue import Catalogue
from corpus.corpus_errors import LibraryFull
from corpus.embedding import HashEmbedder
from corpus.library import Library
from corpus.symbols import Symbol
from ingest.change_order import REMOVED, Turn
from ingest.chunker import SEGMENTER_VERSION
from ingest.pipeline import Input, ingest
from ingest.sandbox.pool import WorkerPool

TESTS = Path(__file__).resolve().parent
UPLOADS = "/api/v1/uploads"
made = service_fixture("function", page=False, updater={"jobs": 2})


@pytest.fixture(autouse=True)
def _readers_that_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = partial(WorkerPool, reading="hostile_reading:read", paths=(str(TESTS),))
    monkeypatch.setattr("ingest.sandbox.pool.WorkerPool", waiting)


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """The file for which the reading of some notes waits."""
    return tmp_path / "gate"


@pytest.fixture
def turn(tmp_path: Path) -> Iterator[Callable[[], Turn]]:
    """Begins the next job."""
    with AccessStore(tmp_path / "order") as store:
        yield partial(Turn.begin, store)


@contextmanager
def service(folder: Path, catalogue: Catalogue, readers: int = 2) -> Iterator[Made]:
    with made_service(folder, catalogue, page=False, updater={"jobs": readers}) as made:
        yield made


def note(about: str, gate: Path | None = None) -> bytes:
    """A note that is read when there is a file at `gate`."""
    return (f"WAIT {gate}\n" if gate else "").encode() + f"{about}\n\n1. The harbour of {about} is open.\n".encode()


def send(made: Made, role: str, name: str, data: bytes, **given: str) -> dict[str, Any]:
    """The record of an upload."""
    reply = made.by(role).post(UPLOADS, files={"file": (name, data)}, data=given)
    assert reply.status_code == 202, reply.text
    return dict(reply.json())


def record(made: Made, job: dict[str, Any]) -> dict[str, Any]:
    return dict(made.by("staff").get(f"/api/v1/jobs/{job['id']}").json())


def runs(made: Made, job: dict[str, Any]) -> None:
    until(lambda: record(made, job)["state"] == "running")


def test_a_short_upload_does_not_wait_for_a_long_one(gate: Path, made: Made) -> None:
    long = send(made, "staff", "long.txt", note("Arendal", gate))
    runs(made, long)
    for n in range(3):
        assert ended(made, send(made, "staff", f"{n}.txt", note(f"Bergen {n}")))["counts"] == {"added": 1}
    assert record(made, long)["state"] == "running"
    gate.touch()
    assert ended(made, long)["counts"] == {"added": 1}
    assert made.library.verify() == []


def test_a_short_upload_does_not_wait_for_two_long_ones(gate: Path, made: Made) -> None:
    large = b"The harbour is open. " * (MIN_LARGE // 20)
    long = [send(made, "staff", f"long{n}.txt", note(f"Arendal {n}", gate) + large) for n in range(2)]
    runs(made, long[0])
    short = send(made, "admin", "short.txt", note("Bergen"))
    until(lambda: record(made, short)["counts"] == {"added": 1})
    assert [record(made, job)["state"] for job in long] == ["running", "queued"]
    for job in long:
        made.by("staff").delete(f"/api/v1/jobs/{job['id']}")
    gate.touch()


def test_the_library_is_verified_beside_a_long_upload(gate: Path, made: Made) -> None:
    long = send(made, "staff", "long.txt", note("Arendal", gate))
    runs(made, long)
    check = made.by("staff").post("/api/v1/verify").json()
    until(lambda: record(made, check)["state"] == "done")
    told = record(made, check)
    assert (told["done"], told["total"], told["outcomes"]) == (1, 1, [])
    assert record(made, long)["state"] == "running"
    gate.touch()
    assert ended(made, long)["counts"] == {"added": 1}


def test_with_one_reader_one_job_runs_at_once(tmp_path: Path, catalogue: Catalogue) -> None:
    gate = tmp_path / "gate"
    with service(tmp_path, catalogue, readers=1) as made:
        long = send(made, "staff", "long.txt", note("Arendal", gate))
        runs(made, long)
        short = send(made, "admin", "short.txt", note("Bergen"))
        assert (record(made, short)["state"], record(made, short)["ahead"]) == ("queued", 1)
        gate.touch()
        assert [ended(made, each)["counts"] for each in (long, short)] == [{"added": 1}] * 2


def test_texts_for_one_symbol_are_written_in_the_order_in_which_they_were_sent(gate: Path, made: Made) -> None:
    words = "The harbour is open from noon to midnight on every day of the week."
    first = send(made, "staff", "1.txt", note(f"Arendal. {words}", gate), symbol="A/75/1")
    runs(made, first)
    second = send(made, "staff", "2.txt", note(f"Bergen. {words}"), symbol="A/75/1")
    other = send(made, "admin", "3.txt", note("Cork"))
    assert ended(made, other)["counts"] == {"added": 1}, "the text of another user passes"
    assert (record(made, second)["state"], record(made, second)["ahead"]) == ("queued", 1)
    gate.touch()
    assert [ended(made, each)["counts"] for each in (first, second)] == [{"added": 1}, {"replaced": 1}]
    assert "Bergen" in made.library.document("A/75/1:en:official").text


@pytest.mark.parametrize("killed", [False, True])
def test_a_text_that_was_sent_later_is_not_replaced_by_one_that_takes_longer(
    tmp_path: Path, catalogue: Catalogue, killed: bool
) -> None:
    gate = tmp_path / "gate"
    with service(tmp_path, catalogue) as made:
        long = send(made, "staff", "long.txt", note("A/75/1\n\nArendal", gate))
        runs(made, long)
        late = ended(made, send(made, "staff", "late.txt", note("A/75/1\n\nBergen")))
        assert [each["document"] for each in late["outcomes"]] == ["A/75/1:en:official"]
        if killed:  # what is on the disk at this moment is what a killed process leaves
            shutil.copytree(tmp_path / "library", tmp_path / "killed" / "library")
        gate.touch()
        ended(made, long)
    with service(tmp_path / "killed" if killed else tmp_path, catalogue) as made:
        assert made.service.resume() == killed
        told = ended(made, made.service.jobs.record(long["id"]))
        assert told["counts"] == {"skipped": 1}
        assert "is in the library from late.txt, which replaced it" in told["outcomes"][0]["reason"]
        assert "Bergen" in made.library.document("A/75/1:en:official").text
        assert ended(made, send(made, "staff", "last.txt", note("A/75/1\n\nCork")))["counts"] == {"replaced": 1}
        assert not [each for each in made.library.folder.glob("uploads*") if each.is_file()]


def test_a_verified_text_that_takes_longer_replaces_an_unverified_one(gate: Path, made: Made) -> None:
    long = send(made, "staff", "long.txt", note("Arendal", gate), symbol="A/75/1")
    runs(made, long)
    assert ended(made, send(made, "staff", "late.txt", note("A/75/1\n\nBergen")))["counts"] == {"added": 1}
    gate.touch()
    assert ended(made, long)["counts"] == {"replaced": 1}
    assert "Arendal" in made.library.document("A/75/1:en:official").text


def test_texts_of_one_file_name_are_numbered_in_the_order_in_which_they_were_sent(gate: Path, made: Made) -> None:
    first = send(made, "staff", "minutes.txt", note("Arendal", gate))
    runs(made, first)
    second = send(made, "staff", "minutes.txt", note("Bergen"))
    assert ended(made, send(made, "admin", "other.txt", note("Cork")))["counts"] == {"added": 1}
    assert record(made, second)["state"] == "queued"
    gate.touch()
    told = [ended(made, each)["outcomes"][0] for each in (first, second)]
    assert [each["document"] for each in told] == ["minutes-txt:en:upload", "minutes-txt-2:en:upload"]
    assert told[0]["reason"] == ""
    assert told[1]["reason"].startswith("was added beside an earlier text of the same file name, minutes-txt.")


def test_a_text_that_waits_is_not_numbered_after_a_later_one_of_its_file_name(
    gate: Path, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.service.collection_service.MIN_LARGE", 500)
    large = b"The harbour is open on every day of the week.\n" * 12
    first = send(made, "staff", "long.txt", note("Arendal", gate) + large)
    runs(made, first)
    sent = [
        send(made, "admin", "minutes.txt", note("Bergen") + large),
        send(made, "local", "minutes.txt", note("Cork")),
    ]
    assert ended(made, send(made, "staff", "other.txt", note("Dover")))["counts"] == {"added": 1}
    assert [record(made, job)["state"] for job in sent] == ["queued", "queued"]
    gate.touch()
    told = [ended(made, each)["outcomes"][0]["document"] for each in sent]
    assert told == ["minutes-txt:en:upload", "minutes-txt-2:en:upload"]


def test_a_text_that_is_sent_again_is_not_replaced_by_one_that_was_sent_before_and_takes_longer(
    tmp_path: Path, made: Made
) -> None:
    gate, bergen = tmp_path / "gate", note("A/75/1\n\nBergen")
    assert ended(made, send(made, "staff", "b.txt", bergen))["counts"] == {"added": 1}
    long = send(made, "staff", "long.txt", note("A/75/1\n\nArendal", gate))
    runs(made, long)
    assert ended(made, send(made, "staff", "b.txt", bergen, again="true"))["counts"] == {"unchanged": 1}
    gate.touch()
    assert ended(made, long)["counts"] == {"skipped": 1}
    assert "Bergen" in made.library.document("A/75/1:en:official").text


def test_a_fetched_text_is_not_kept_out_by_another_one_that_was_uploaded_meanwhile(
    tmp_path: Path, catalogue: Catalogue, turn: Callable[[], Turn]
) -> None:
    symbol = Symbol.parse_any("A/75/1")
    fetched = Input("f.txt", note("A/75/1\n\nArendal"), symbol, origin="fetched", fetched=True)
    wrong = Input("w.txt", b"Minutes of a club\n\n1. Nobody came, and tea was cold.\n", symbol, origin="upload-1")
    like = Input("l.txt", fetched.data.replace(b"is open", b"is shut"), symbol, origin="upload-2")
    for sent, stays in ((wrong, "Arendal is open"), (like, "Arendal is shut")):
        first, second = turn(), turn()
        with Library(tmp_path / sent.name, HashEmbedder(), SEGMENTER_VERSION) as library:
            for file, place in ((sent, second), (fetched, first)):
                list(ingest([file], library, catalogue, turn=place))
            assert stays in library.document("A/75/1:en:official").text


@pytest.mark.parametrize("fetched_first", [True, False])
def test_the_same_bytes_fetched_and_uploaded_at_once_are_stored_once(
    tmp_path: Path, catalogue: Catalogue, fetched_first: bool
) -> None:
    data = b"Minutes of the harbour board\n\n1. The harbour is open.\n"
    fetched = Input("f.txt", data, Symbol.parse_any("A/75/1"), origin="fetched", fetched=True)
    files = [fetched, Input("u.txt", data, origin="upload-1")][:: 1 if fetched_first else -1]
    with Library(tmp_path / "library", HashEmbedder(), SEGMENTER_VERSION) as library:
        real, told = library.embedder.embed_passages, list[Any]()

        def embed(texts: list[str], progress: Any = None) -> Any:
            library.embedder.embed_passages = real  # type: ignore[method-assign]
            told.extend(ingest(files[:1], library, catalogue))  # while the other one is embedded
            return real(texts, progress)

        library.embedder.embed_passages = embed  # type: ignore[method-assign]
        told.extend(ingest(files[1:], library, catalogue))
        assert library.document_ids() == ["A/75/1:en:official"]
        assert [each.result for each in told] == ["added", "skipped" if fetched_first else "replaced"]
        assert library.verify() == []


def test_a_change_that_was_announced_and_not_made_holds_nobody_back(tmp_path: Path, catalogue: Catalogue) -> None:
    gate = tmp_path / "gate"
    with service(tmp_path, catalogue) as made, pytest.MonkeyPatch.context() as patched:
        long = send(made, "staff", "long.txt", note("A/75/1\n\nArendal", gate))
        runs(made, long)
        full = LibraryFull("The disk is full.")
        patched.setattr(made.library, "add", lambda *_, **__: (_ for _ in ()).throw(full))
        assert ended(made, send(made, "staff", "late.txt", note("A/75/1\n\nBergen")))["state"] == "failed"
        patched.undo()
        gate.touch()
        assert ended(made, long)["counts"] == {"added": 1}
        assert "Arendal" in made.library.document("A/75/1:en:official").text


def test_killed_with_two_uploads_in_progress_both_are_read_by_the_next_process(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    gate = tmp_path / "gate"
    with service(tmp_path, catalogue) as made:
        sent = [send(made, "staff", f"{n}.txt", note(f"Arendal {n}", gate)) for n in range(3)]
        for job in sent[:2]:
            runs(made, job)
        assert record(made, sent[2])["ahead"] == 2
        shutil.copytree(tmp_path / "library", tmp_path / "killed" / "library")
        gate.touch()
        assert [ended(made, job)["counts"] for job in sent] == [{"added": 1}] * 3
    with service(tmp_path / "killed", catalogue) as made:
        assert made.service.resume() == 3
        assert [ended(made, made.service.jobs.record(job["id"]))["counts"] for job in sent] == [{"added": 1}] * 3
        assert made.library.verify() == []
        assert not list((made.library.folder / "uploads").iterdir())


def test_told_to_stop_with_two_uploads_in_progress_it_ends_and_goes_on_after(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    with service(tmp_path, catalogue) as made:
        real, held, go = made.library.embedder.embed_passages, threading.Semaphore(0), threading.Event()

        def slow(texts: list[str], progress: Any = None) -> Any:
            held.release()
            go.wait(WAIT)
            progress(1)
            return real(texts, progress)

        made.library.embedder.embed_passages = slow  # type: ignore[method-assign]
        sent = [send(made, "staff", f"{n}.txt", note(f"Arendal {n}")) for n in range(3)]
        for _ in range(2):
            assert held.acquire(timeout=WAIT)
        made.service.stop()
        refused = made.by("staff").post(UPLOADS, files={"file": ("late.txt", note("Bergen"))})
        assert refused.status_code == 503
        go.set()
        assert made.service.close(WAIT)
        assert [made.service.jobs.record(job["id"])["state"] for job in sent] == ["stopped"] * 3
    with service(tmp_path, catalogue) as made:
        assert made.service.resume() == 3
        assert [ended(made, made.service.jobs.record(job["id"]))["counts"] for job in sent] == [{"added": 1}] * 3


def test_an_upload_that_is_stopped_makes_room_for_the_next_one(gate: Path, made: Made) -> None:
    sent = [send(made, "staff", f"{n}.txt", note(f"Arendal {n}", gate)) for n in range(2)]
    for job in sent:
        runs(made, job)
    alone = made.by("staff").post("/api/v1/verify").json()
    behind = send(made, "admin", "behind.txt", note("Bergen"))
    assert [record(made, job)["ahead"] for job in (alone, behind)] == [2, 3]
    assert made.by("staff").delete(f"/api/v1/jobs/{alone['id']}").status_code == 200
    assert record(made, behind)["ahead"] == 2
    made.by("staff").delete(f"/api/v1/jobs/{sent[0]['id']}")
    gate.touch()
    assert ended(made, behind)["counts"] == {"added": 1}


def test_a_waiting_job_is_passed_only_by_those_that_touch_nothing_of_it() -> None:
    jobs, begun, go = Jobs(), list[str](), {name: threading.Event() for name in "abcde"}

    def submit(name: str, touches: str) -> Any:
        def work(_: JobReporter) -> None:
            begun.append(name)
            go[name].wait(WAIT)

        return jobs.submit("x", name, work, touches=frozenset(touches))

    made = [submit(name, touches) for name, touches in zip("abcde", ("1", "12", "2", "", "1"), strict=True)]
    until(lambda: sorted(begun) == ["a", "d"])  # b touches what a does, and c and e what b does
    assert [jobs.record(job.id)["ahead"] for job in made] == [0, 2, 3, 0, 4]
    go["d"].set()
    until(lambda: jobs.record(made[3].id)["finished"])
    assert sorted(begun) == ["a", "d"]  # which of two threads writes first is chance
    go["a"].set()
    until(lambda: begun[2:] == ["b"])
    go["b"].set()
    until(lambda: sorted(begun[3:]) == ["c", "e"])
    go["c"].set()
    go["e"].set()
    assert all(until(lambda job=job: jobs.record(job.id)["finished"]) is None for job in made)
    assert jobs.close(WAIT)


@pytest.mark.parametrize("engine", ["embedded", "postgres"])
def test_what_later_jobs_changed_is_known_to_all_servers_and_after_a_restart_as_long_as_an_earlier_one_is_open(
    tmp_path: Path, request: pytest.FixtureRequest, engine: str
) -> None:
    url = request.getfixturevalue("database_url") if engine == "postgres" else None

    def server(name: str) -> AccessStore:
        return AccessStore(tmp_path / (name if url else ""), database=url)

    name = "A/1:en:official"
    with server("a") as one, server("b") as two:
        first, second, third = (Turn.begin(store) for store in (one, two, one))
        first.announce(name, "a")
        third.announce(name, "c")
        second.announce(name, "b")
        second.announce(name, "c")
        third.close()
    with server("c") as one, server("d") as two:
        for store in (one, two):
            again = [Turn.begin(store, each.number) for each in (first, second)]
            assert [[each.came_later(name, of) for of in "abc"] for each in again] == [[0, 1, 1], [0, 0, 1]]
        fourth = Turn.begin(one)
        assert fourth.number > third.number
        again[0].announce("A/2:en:official", "no job is before it")
        assert len(one.rows("SELECT * FROM announced")) == 2
        for each in (*again, fourth):
            Turn(two, each.number).close()
    with server("e") as one:
        assert one.rows("SELECT * FROM turns") == one.rows("SELECT * FROM announced") == []


def test_a_job_whose_server_was_ended_counts_as_over_when_many_have_begun_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.change_order.MOST", 2)
    with AccessStore(tmp_path) as store:
        for _ in range(4):
            last = Turn.begin(store)
        last.announce("A/1:en:official", "a")
        last.close()
    with AccessStore(tmp_path) as store:
        assert store.rows("SELECT id FROM turns") == [(last.number - 2,), (last.number - 1,)]


def test_a_waiting_file_with_a_number_of_another_store_is_no_later_than_those_sent_after_it(tmp_path: Path) -> None:
    with AccessStore(tmp_path) as store:
        waiting, sent = Turn.begin(store, 17), Turn.begin(store)
        waiting.announce("A/1:en:official", "a")
        sent.announce("A/1:en:official", "b")
        assert not sent.came_later("A/1:en:official", "a")
        assert waiting.came_later("A/1:en:official", "b")


def test_an_upload_that_fails_does_not_count_as_unfinished(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> str:
        raise OSError(28, "No space left on device")

    with service(tmp_path, catalogue) as made:
        monkeypatch.setattr("assistant.service.collection_service.file_hash", fail)
        with pytest.raises(LibraryFull):
            made.service.upload(Principal(Role.STAFF, "local"), io.BytesIO(b"Lamps"), "a.txt")
    with AccessStore(tmp_path / "library") as store:
        assert store.rows("SELECT * FROM turns") == []


def test_what_was_removed_at_one_server_is_not_brought_back_by_a_file_that_another_one_is_reading(
    tmp_path: Path, catalogue: Catalogue, database_url: str
) -> None:
    gate = tmp_path / "gate"
    shared = partial(made_service, catalogue=catalogue, page=False, updater={"jobs": 2}, database=database_url)
    with shared(tmp_path / "a") as one, shared(tmp_path / "b") as two:
        assert ended(one, send(one, "staff", "a.txt", note("A/75/1\n\nArendal")))["counts"] == {"added": 1}
        long = send(one, "staff", "long.txt", note("A/75/1\n\nBergen", gate))
        runs(one, long)
        two.library.refresh()
        assert ended(two, remove(two, "A/75/1"))["counts"] == {"removed": 1}
        gate.touch()
        told = ended(one, long)
        assert told["counts"] == {"skipped": 1}
        assert told["outcomes"][0]["reason"].startswith("is A/75/1, which was removed after this file was sent.")
        assert one.library.document_ids() == ["boats-txt:en:upload"]


def remove(made: Made, document: str) -> dict[str, Any]:
    """The record of a removal."""
    return dict(made.by("admin").delete(f"/api/v1/documents/{document}").json())


def test_what_no_running_upload_changes_is_removed_at_once(tmp_path: Path, catalogue: Catalogue) -> None:
    gate = tmp_path / "gate"
    with service(tmp_path, catalogue) as made:
        long = send(made, "staff", "long.txt", note("Arendal", gate), symbol="A/75/2")
        runs(made, long)
        assert ended(made, remove(made, "boats-txt:en:upload"))["counts"] == {"removed": 1}
        assert record(made, long)["state"] == "running"
        gate.touch()
        assert ended(made, long)["counts"] == {"added": 1}
        assert made.library.document_ids() == ["A/75/2:en:official"]
        assert made.library.verify() == []


def test_a_deleted_file_is_forgotten_beside_an_upload(tmp_path: Path, catalogue: Catalogue) -> None:
    gate, file = tmp_path / "gate", tmp_path / "harbour.txt"
    file.write_bytes(note("Bergen"))
    with service(tmp_path, catalogue) as made:
        local = made.by("local")
        body = {"paths": [str(file)]}
        assert ended(made, local.post("/api/v1/local/ingest", json=body).json())["counts"] == {"added": 1}
        long = send(made, "staff", "long.txt", note("Arendal", gate))
        runs(made, long)
        forgotten = local.post("/api/v1/local/forget", json={"path": str(file), "shown": "harbour.txt"}).json()
        assert ended(made, forgotten)["counts"] == {"removed": 1}
        assert record(made, long)["state"] == "running"
        gate.touch()
        assert ended(made, long)["counts"] == {"added": 1}


@pytest.mark.parametrize("known", ["symbol", "bytes", "name"])
def test_the_removal_of_what_is_being_read_waits_for_it(tmp_path: Path, catalogue: Catalogue, known: str) -> None:
    gate = tmp_path / "gate"
    with service(tmp_path, catalogue) as made:
        words = "The harbour is open from noon to midnight on every day of the week."
        before, given = note(f"A/75/1\n\n{words}"), {"symbol": "A/75/1"} if known == "symbol" else {}
        if known == "bytes":
            gate.touch()
            before = note(f"A/75/1\n\n{words}", gate)
        assert ended(made, send(made, "staff", "a.txt", before, **given))["counts"] == {"added": 1}
        gate.unlink(missing_ok=True)
        name = "a.txt" if known == "name" else "b.txt"
        long = send(made, "staff", name, note(f"A/75/1\n\n{words}", gate), again="true", **given)
        runs(made, long)
        removal = remove(made, "A/75/1")
        short = send(made, "local", "short.txt", note("Bergen"))
        assert ended(made, short)["counts"] == {"added": 1}
        assert (record(made, removal)["state"], record(made, removal)["ahead"]) == ("queued", 1)
        gate.touch()
        assert ended(made, long)["state"] == "done"
        assert ended(made, removal)["counts"] == {"removed": 1}
        assert made.library.document_ids() == ["boats-txt:en:upload", "short-txt:en:upload"]


@pytest.mark.parametrize("killed", [False, True])
def test_what_was_removed_is_not_brought_back_by_a_file_that_was_sent_before_and_takes_longer(
    tmp_path: Path, catalogue: Catalogue, killed: bool
) -> None:
    gate = tmp_path / "gate"
    with service(tmp_path, catalogue) as made:
        assert ended(made, send(made, "staff", "a.txt", note("A/75/1\n\nArendal")))["counts"] == {"added": 1}
        long = send(made, "staff", "long.txt", note("A/75/1\n\nBergen", gate))
        runs(made, long)
        assert ended(made, remove(made, "A/75/1"))["counts"] == {"removed": 1}
        if killed:
            shutil.copytree(tmp_path / "library", tmp_path / "killed" / "library")
        gate.touch()
        ended(made, long)
    with service(tmp_path / "killed" if killed else tmp_path, catalogue) as made:
        assert made.service.resume() == killed
        told = ended(made, made.service.jobs.record(long["id"]))
        assert told["counts"] == {"skipped": 1}
        assert told["outcomes"][0]["reason"].startswith("is A/75/1, which was removed after this file was sent.")
        assert made.library.document_ids() == ["boats-txt:en:upload"]
        assert ended(made, send(made, "staff", "long.txt", note("A/75/1\n\nBergen", gate)))["counts"] == {"added": 1}
        assert not [each for each in made.library.folder.glob("uploads*") if each.is_file()]


def test_a_revision_is_added_though_what_it_supersedes_is_removed_meanwhile(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    gate = tmp_path / "gate"
    with service(tmp_path, catalogue) as made:
        assert ended(made, send(made, "staff", "a.txt", note("A/75/1\n\nArendal")))["counts"] == {"added": 1}
        long = send(made, "staff", "long.txt", note("A/75/1/Rev.1\n\nBergen", gate))
        runs(made, long)
        assert ended(made, remove(made, "A/75/1"))["counts"] == {"removed": 1}
        gate.touch()
        assert ended(made, long)["counts"] == {"added": 1}
        assert made.library.document_ids() == ["A/75/1/Rev.1:en:official", "boats-txt:en:upload"]


def test_a_text_without_a_symbol_is_added_though_one_of_its_name_is_removed_meanwhile(
    tmp_path: Path, catalogue: Catalogue, turn: Callable[[], Turn]
) -> None:
    first, second = turn(), turn()
    second.announce("minutes-txt:en:upload", REMOVED)
    with Library(tmp_path / "library", HashEmbedder(), SEGMENTER_VERSION) as library:
        told = list(ingest([Input("minutes.txt", note("Arendal"))], library, catalogue, turn=first))
        assert [each.result for each in told] == ["added"]
        assert library.document_ids() == ["minutes-txt:en:upload"]


@pytest.mark.parametrize("sent_before", [True, False])
def test_a_document_that_is_removed_while_its_next_text_is_embedded_stays_as_the_later_of_both_says(
    open_either: OpenLibrary, catalogue: Catalogue, turn: Callable[[], Turn], sent_before: bool
) -> None:
    jobs, library = Jobs(), open_either()
    file, removal = (turn(), turn())[:: 1 if sent_before else -1]
    list(ingest([Input("a.txt", note("A/75/1\n\nArendal"))], library, catalogue))
    updater, real = CollectionUpdater(library, catalogue).in_turn(removal), library.embedder.embed_passages

    def embed(texts: list[str], progress: Any = None) -> Any:
        job = jobs.submit("remove", "x", lambda reporter: updater.remove(reporter, ["A/75/1:en:official"]))
        until(lambda: jobs.record(job.id)["finished"])
        library.embedder.embed_passages = real  # type: ignore[method-assign]
        return real(texts, progress)

    library.embedder.embed_passages = embed  # type: ignore[method-assign]
    told = list(ingest([Input("b.txt", note("A/75/1\n\nBergen"))], library, catalogue, turn=file))
    assert [each.result for each in told] == ["skipped" if sent_before else "added"]
    assert library.document_ids() == ([] if sent_before else ["A/75/1:en:official"])
    assert library.verify() == []
    assert jobs.close(WAIT)


def test_a_removal_spares_a_text_that_was_sent_after_it(
    tmp_path: Path, catalogue: Catalogue, turn: Callable[[], Turn]
) -> None:
    jobs, removal, late = Jobs(), turn(), turn()
    with Library(tmp_path / "library", HashEmbedder(), SEGMENTER_VERSION) as library:
        for name, place in (("Arendal", None), ("Bergen", late)):
            list(ingest([Input(f"{name}.txt", note(f"A/75/1\n\n{name}"))], library, catalogue, turn=place))
        updater = CollectionUpdater(library, catalogue).in_turn(removal)
        ids = ["gone:en:upload", "A/75/1:en:official"]
        job = jobs.submit("remove", "x", lambda reporter: updater.remove(reporter, ids))
        until(lambda: jobs.record(job.id)["finished"])
        told = jobs.record(job.id)["outcomes"]
        assert [each["reason"] for each in told] == [
            "There is no document 'gone:en:upload' in the library.",
            "was replaced by a file that was sent later",
        ]
        assert "Bergen" in library.document("A/75/1:en:official").text
    assert jobs.close(WAIT)


def test_a_file_without_a_symbol_is_not_brought_back_by_a_folder_that_was_sent_before(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    gate, folder = tmp_path / "gate", tmp_path / "folder"
    folder.mkdir()
    (folder / "b.txt").write_bytes(note("Bergen"))
    with service(tmp_path, catalogue, readers=2) as made:
        body = {"paths": [str(folder)]}
        send_folder = partial(made.by("local").post, "/api/v1/local/ingest", json=body)
        assert ended(made, send_folder().json())["counts"] == {"added": 1}
        (folder / "a.txt").write_bytes(note("Arendal", gate))
        (folder / "b.txt").write_bytes(note("Bodø"))
        long = send_folder().json()
        runs(made, long)
        assert ended(made, remove(made, "b-txt:en:upload"))["counts"] == {"removed": 1}
        gate.touch()
        assert ended(made, long)["counts"] == {"added": 1, "skipped": 1}
        assert made.library.document_ids() == ["a-txt:en:upload", "boats-txt:en:upload"]
        assert ended(made, send_folder().json())["counts"] == {"added": 1, "unchanged": 1}


@pytest.mark.parametrize("name", ["a.txt", "b.txt"])
def test_a_removal_spares_a_text_that_was_sent_again_after_it(
    tmp_path: Path, catalogue: Catalogue, turn: Callable[[], Turn], name: str
) -> None:
    jobs, removal, late = Jobs(), turn(), turn()
    with Library(tmp_path / "library", HashEmbedder(), SEGMENTER_VERSION) as library:
        told = [
            outcome.result
            for each, place in (("a.txt", None), (name, late))
            for outcome in ingest([Input(each, note("A/75/1\n\nBergen"))], library, catalogue, turn=place)
        ]
        assert told == ["added", "unchanged" if name == "a.txt" else "skipped"]
        updater = CollectionUpdater(library, catalogue).in_turn(removal)
        job = jobs.submit("remove", "x", lambda reporter: updater.remove(reporter, ["A/75/1:en:official"]))
        until(lambda: jobs.record(job.id)["finished"])
        assert jobs.record(job.id)["counts"] == {"skipped": 1}
        assert library.document_ids() == ["A/75/1:en:official"]
    assert jobs.close(WAIT)
