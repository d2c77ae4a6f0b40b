"""Worker processes: whatever a file does to the program that reads it, the others are read and nothing is left over."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import AGENDA, alive, real_documents
from invoking import python
from waiting import WAIT, until

from corpus.catalogue import Catalogue
from corpus.documents import Document, DocumentError
from corpus.library import Library
from corpus.symbols import Symbol
from ingest.pipeline import Input, ingest, read_document, starter_sources
from ingest.readers import ReadError
from ingest.sandbox.pool import Limits, WorkerAhead, WorkerPool
from ingest.sandbox.process import Worker, WorkerError
from ingest.sandbox.replies import BadReply, parse

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
NOTE = b"# A note on boats\n\n1. Boats need a flag.\n\n2. A harbour master keeps a list of boats.\n"
OpenWorkers = Callable[..., WorkerPool]


@pytest.fixture
def workers(catalogue: Catalogue) -> Any:
    """Opens pools whose reader can go wrong in every way, and closes them."""
    opened: list[WorkerPool] = []

    def make(count: int = 1, of: type[Limits] = Limits, **limits: float) -> WorkerPool:
        bounds = of(**{"memory": 1024**3, **limits})  # type: ignore[arg-type]
        opened.append(WorkerPool(catalogue, count, bounds, reading="hostile_reading:read", paths=(str(TESTS),)))
        return opened[-1]

    yield make
    for pool in opened:
        pool.close()


def note(n: int) -> Input:
    return Input(f"note-{n}.md", f"# Note {n} on boats\n\n1. Boat {n} needs a flag.\n".encode())


def numbers(path: Path) -> list[int]:
    return [int(line) for line in path.read_text(encoding="utf-8").split()] if path.exists() else []


def test_a_worker_reads_what_this_process_reads(catalogue: Catalogue) -> None:
    sources = [Input(source.name, source.data) for source in starter_sources()]
    if AGENDA.exists():
        sources += real_documents()
    with WorkerPool(catalogue, 2) as pool:
        answers = [(source, pool.submit(source)) for source in sources]
        for source, answer in answers:
            assert pool.result(answer) == read_document(source, catalogue)


def test_a_worker_gives_a_title_as_long_as_one_may_be(catalogue: Catalogue) -> None:
    title = "Letter from the Chair of the Panel on Boats addressed to the Harbour Council transmitting its report " * 9
    with WorkerPool(catalogue, 1) as pool:
        for words in (title[:383], title):
            source = Input("letter.md", f"# {words.strip()}\n\n".encode() + NOTE)
            document, _ = pool.result(pool.submit(source))
            assert document == read_document(source, catalogue)[0]
            assert len(document.title) > 300


def test_a_worker_knows_what_was_asked_for(catalogue: Catalogue) -> None:
    with WorkerPool(catalogue, 1) as pool:
        asked = Input("note.md", NOTE, Symbol.parse("A/75/1"), "fr", origin="somewhere")
        document, _ = pool.result(pool.submit(asked))
        assert (document.id, document.origin) == ("A/75/1:fr:official", "somewhere")
        with pytest.raises(ReadError, match=r"A/75/2.*A/75/1"):
            pool.result(pool.submit(Input("note.md", b"A/75/1\n\n" + NOTE, Symbol.parse("A/75/2"))))


HOSTILE = {
    "HANG": "took more than 2 s",
    "SPIN": "took more than 2 s",
    "EAT": "took more than 1,024 MB of memory",
    "CRASH": "crashed .*SIGSEGV",
    "LEAVE": "crashed .*code 3",
    "FAIL": "crashed .*KeyError: 'a fault of the reader'",
    "GARBAGE": "no valid document .*no JSON",
    "ENDLESS": "crashed .*more than 67 MB",
    "HALF": "crashed .*half a message",
}


class SoonOver(Limits):
    """Two seconds for a file that takes for ever, and for others as long as a busy machine needs."""

    def time(self, source: Input) -> float:
        return 2 if source.data.startswith((b"HANG", b"SPIN")) else WAIT


@pytest.mark.parametrize("word", sorted(HOSTILE))
def test_a_file_that_its_worker_does_not_survive_is_refused_and_the_others_are_added(
    workers: OpenWorkers, library: Library, catalogue: Catalogue, word: str
) -> None:
    sources = [note(1), Input("bad.md", f"{word}\n\n1. Text.\n".encode()), note(2), note(3)]
    outcomes = list(ingest(sources, library, catalogue, readers=workers(of=SoonOver)))
    assert [outcome.result for outcome in outcomes] == ["added", "refused", "added", "added"]
    reason = outcomes[1].reason
    assert "bad.md" in reason
    assert "may be damaged" in reason
    assert re.search(HOSTILE[word], reason), reason
    assert len(list(library.documents())) == 3
    assert library.verify() == []


def test_all_workers_at_once_may_fail(workers: OpenWorkers, library: Library, catalogue: Catalogue) -> None:
    sources = [each for n in range(8) for each in (Input(f"bad-{n}.md", f"LEAVE {n}\n".encode()), note(n))]
    outcomes = list(ingest(sources, library, catalogue, readers=workers(3)))
    assert [outcome.result for outcome in outcomes] == ["refused", "added"] * 8


def test_a_program_that_a_reader_starts_may_raise_the_limits(workers: OpenWorkers) -> None:
    pool = workers()
    with pytest.raises(ReadError, match=f"from {1024**3} to True"):
        pool.result(pool.submit(Input("x.md", b"RAISE\n")))


def test_a_worker_is_used_for_several_files_and_then_replaced(workers: OpenWorkers, tmp_path: Path) -> None:
    log = tmp_path / "log"
    pool = workers(files=3)
    for n in range(7):
        pool.result(pool.submit(Input(f"{n}.md", f"LOG {log}\n\n{n}. Text of a note.\n".encode())))
    first, second, third = numbers(log)[0], numbers(log)[3], numbers(log)[6]
    assert numbers(log) == [first] * 3 + [second] * 3 + [third]
    assert len({first, second, third}) == 3
    assert not alive(first)
    pool.close()
    assert not alive(third)


def test_a_worker_that_was_started_ahead_has_read_nothing_and_is_not_given_back(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, started, of = tmp_path / "log", list[Worker](), Worker
    monkeypatch.setattr("ingest.sandbox.pool.Worker", lambda setup: started.append(of(setup)) or started[-1])
    ahead = WorkerAhead()
    for n in range(3):
        until(lambda n=n: len(started) == n + bool(n))  # the next one is started while none is needed
        with WorkerPool(catalogue, 1, reading="hostile_reading:read", paths=(str(TESTS),), ahead=ahead) as pool:
            pool.result(pool.submit(Input(f"{n}.md", f"LOG {log}\n\n{n}. Text of a note.\n".encode())))
            if n == 1:
                until(lambda: len(started) == 3)
                os.kill(started[2]._process.pid, signal.SIGKILL)  # it is replaced
                until(lambda: not started[2].usable)
    until(lambda: len(started) == 5)
    assert numbers(log) == [started[n]._process.pid for n in (0, 1, 3)]
    assert [alive(each._process.pid) for each in started] == [False] * 4 + [True]
    ahead.close()
    until(lambda: not alive(started[4]._process.pid))


def test_a_worker_that_could_not_be_started_ahead_keeps_nobody_waiting(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, of = list[bytes](), Worker

    def start(setup: bytes) -> Worker:
        started.append(setup)
        if len(started) in (2, 4):
            raise RuntimeError("can't start new thread")
        return of(setup)

    monkeypatch.setattr("ingest.sandbox.pool.Worker", start)
    ahead = WorkerAhead()
    for n in (1, 2):
        with WorkerPool(catalogue, 1, ahead=ahead) as pool:
            assert pool.submit(note(n)).result(WAIT).document
        until(lambda n=n: len(started) == 2 * n)
    ahead.close()


def test_a_worker_that_was_started_ahead_and_is_not_needed_ends(catalogue: Catalogue) -> None:
    with WorkerPool(catalogue, 1, ahead=WorkerAhead(idle=0)) as pool:
        assert pool.result(pool.submit(note(1)))[0].title == "Note 1 on boats"
    until(lambda: not any(each.name == "next worker" for each in threading.enumerate()))


def test_closing_ends_workers_that_are_reading_and_what_they_have_started(workers: OpenWorkers, tmp_path: Path) -> None:
    log = tmp_path / "log"
    pool = workers(2)
    pool.submit(Input("hang.md", f"HANG {log}\n".encode()))
    pool.submit(Input("convert.md", f"CONVERT {log}\n".encode()))
    until(lambda: len(numbers(log)) == 2)
    assert all(alive(number) for number in numbers(log))
    pool.close()
    until(lambda: not any(alive(number) for number in numbers(log)))


_PARENT = """
import sys
from corpus.catalogue import Catalogue
from ingest.pipeline import Input
from ingest.sandbox.pool import WorkerPool
with WorkerPool(Catalogue([], []), 3, reading="hostile_reading:read", paths=(sys.argv[1],)) as pool:
    first = pool.submit(Input("convert.md", f"CONVERT {sys.argv[2]}\\n".encode()))
    pool.submit(Input("hang.md", f"HANG {sys.argv[2]}\\n".encode()))
    pool.submit(Input("log.md", f"LOG {sys.argv[2]}\\n\\n1. Text.\\n".encode())).result()
    first.result()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_worker_outlives_a_parent_that_is_killed(tmp_path: Path, how: signal.Signals) -> None:
    log = tmp_path / "log"
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(TESTS), str(log)],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    until(lambda: len(numbers(log)) == 3)
    assert any(alive(number) for number in numbers(log))
    parent.send_signal(how)
    parent.wait()
    until(lambda: not any(alive(number) for number in numbers(log)))


def test_a_folder_of_files_is_no_place_to_import_code_from(tmp_path: Path) -> None:
    for name in ("yaml", "json", "ingest", "unicodedata"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported')", encoding="utf-8")
    script = (
        f"import os, sys; sys.path[0] = {str(ROOT)!r}\nfrom corpus.catalogue import Catalogue\nfrom ingest.pipeline import Input\n"
        f"from ingest.sandbox.pool import WorkerPool\nos.chdir({str(tmp_path)!r})\n"
        f"with WorkerPool(Catalogue([], []), 1) as pool: print(pool.submit(Input('n.md', {NOTE!r})).result().document.id)"
    )
    assert python(script).strip() == "a-note-on-boats:en:upload"


def test_a_worker_imports_nothing_that_it_does_not_need() -> None:
    code = "import sys, ingest.sandbox.child; print(*{name.split('.')[0] for name in sys.modules})"
    assert not {"chromadb", "torch", "llama_index", "numpy", "onnxruntime"} & set(python(code).split())


def test_a_reader_that_cannot_be_started_is_an_error_of_the_installation(catalogue: Catalogue) -> None:
    with WorkerPool(catalogue, 1, reading="nowhere:read") as pool, pytest.raises(WorkerError, match="nowhere"):
        pool.submit(note(1)).result()


# What a worker says is not believed

SOURCE = Input("agenda.md", NOTE)


def answer(catalogue: Catalogue, source: Input = SOURCE) -> dict[str, Any]:
    """A valid answer."""
    document, _ = read_document(source, catalogue)
    return {"number": "7", "document": document.to_json(), "meeting": None}


def test_what_the_parent_knows_is_not_taken_from_the_worker(catalogue: Catalogue) -> None:
    lies = {"url": "https://evil.example/", "origin": "other", "source": "other.md", "sha256": "0", "reader": "99"}
    data = answer(catalogue)
    data["document"] |= lies
    document = parse(json.dumps(data).encode(), "7", SOURCE, "the hash").document
    assert document is not None
    assert (document.url, document.origin, document.source) == (None, "agenda.md", "agenda.md")
    assert (document.sha256, document.reader) == ("the hash", read_document(SOURCE, catalogue)[0].reader)


def block(n: int, **changed: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        data["document"]["blocks"][n] |= changed

    return change


LIES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "another number": lambda data: data.update(number="8"),
    "no document": lambda data: data.update(document=None),
    "a list for a document": lambda data: data.update(document=[]),
    "an unknown field": lambda data: data["document"].update(evil=1),
    "a missing text": lambda data: data["document"].pop("text"),
    "a number for a text": lambda data: data["document"].update(text=5),
    "half a character": lambda data: data["document"].update(title="\ud800"),
    "a language that is none": lambda data: data["document"].update(language="xx"),
    "an edition that is none": lambda data: data["document"].update(edition="forged"),
    "a symbol that is none": lambda data: data["document"].update(symbol="boats"),
    "an endless title": lambda data: data["document"].update(title="x" * 10_000),
    "a page of less than nothing": lambda data: data["document"].update(pages=[-1]),
    "true for a number": lambda data: data["document"].update(reissue=True),
    "a block beyond the text": block(-1, end=10_000),
    "a block under itself": block(1, parent=1),
    "a block under a later one": block(0, parent=1),
    "a block under one before all": block(1, parent=-3),
    "a cell outside its block": block(1, cells=[[0, 10_000]]),
    "a cell of three ends": block(1, cells=[[0, 1, 2]]),
    "a kind of block that is none": block(1, kind="bomb"),
    "a meeting that is none": lambda data: data.update(meeting={"document_id": "x"}),
    "a meeting of another document": lambda data: data.update(
        meeting={"document_id": "x", "title": "", "body": "", "place": "", "dates": [], "items": [], "sittings": []}
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_does_not_fit_together_is_none(catalogue: Catalogue, lie: str) -> None:
    data = answer(catalogue)
    LIES[lie](data)
    with pytest.raises(BadReply):
        parse(json.dumps(data).encode(), "7", SOURCE, "hash")


@pytest.mark.parametrize("message", [b"", b"[]", b"\xff", b"[" * 100_000, b"1" * 10_000, b'{"number": "7"}'])
def test_an_answer_that_is_no_answer_is_none(message: bytes) -> None:
    with pytest.raises(BadReply):
        parse(message, "7", SOURCE, "hash")


def test_another_symbol_or_language_than_was_asked_for_is_no_answer(catalogue: Catalogue) -> None:
    data = json.dumps(answer(catalogue)).encode()
    for asked in (Input("a.md", NOTE, Symbol.parse("A/75/1")), Input("a.md", NOTE, language="fr")):
        with pytest.raises(BadReply, match="asked for"):
            parse(data, "7", asked, "hash")


def test_a_document_comes_back_whole_from_json(catalogue: Catalogue) -> None:
    for source in starter_sources():
        document = read_document(source, catalogue)[0]
        assert Document.from_json(json.loads(json.dumps(document.to_json()))) == document
    with pytest.raises(DocumentError, match="language"):
        Document.from_json({**document.to_json(), "language": "de"})
    with pytest.raises(DocumentError, match=r"document\.title"):
        Document.from_json({**document.to_json(), "title": None})


def test_more_text_than_a_message_holds_is_refused_with_the_way_out(workers: OpenWorkers) -> None:
    pool = workers(memory=4 * 1024**3)
    with pytest.raises(ReadError, match=r"big\.md holds more text .*67 MB.* Split it"):
        pool.result(pool.submit(Input("big.md", b"VAST\n")))


def test_the_time_for_a_file_grows_with_its_size_and_with_recognition() -> None:
    limits = Limits(seconds=10, seconds_per_mb=5, ocr_factor=4)
    assert limits.time(Input("a", b"")) == 10
    assert limits.time(Input("a", bytes(2_000_000))) == 20
    assert limits.time(Input("a", bytes(2_000_000), ocr=True)) == 80


def test_orphans_do_not_pile_up(workers: OpenWorkers) -> None:
    pool = workers(2)
    for n in range(4):
        with pytest.raises(ReadError):
            pool.result(pool.submit(Input(f"{n}.md", b"LEAVE\n")))
    pool.close()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)  # no child is left to be waited for
