"""Files of questions: each line is answered or says why not, whatever becomes of the others."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import add
from invoking import BOATS, TRAINS, Cli, Done, write, write_lines
from services import LOCAL_TOKEN, Made, listening, made_service

from assistant.qa.engine import Engine
from assistant.service_errors import NotFound
from assistant.service_factory import announced
from corpus.catalogue import Catalogue
from ingest.pipeline import Input

ROWS = [
    {"id": 1, "question": "Do boats need a flag?"},
    {"id": "b", "question": "break"},
    {"id": 3, "question": "Who keeps a list?"},
]
COMMANDS = ["ask", "search"]


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """A file of three questions."""
    return write_lines(tmp_path / "batch.jsonl", *ROWS)


def breaking(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Makes the engine fail at the question `break`."""
    for name in ("ask", "stream", "search"):
        whole = getattr(Engine, name)

        def broken(self: Engine, text: str, *given: Any, _whole: Any = whole, **more: Any) -> Any:
            if text == "break":
                raise error
            return _whole(self, text, *given, **more)

        monkeypatch.setattr(Engine, name, broken)


def check_lines(done: Done, command: str) -> str:
    """One line failed and the others did not; the sentence of the one that did."""
    lines = done.rows()
    assert [line["id"] for line in lines] == [1, "b", 3]
    assert ["error" in line for line in lines] == [False, True, False]
    assert all(("hits" if command == "search" else "statements") in lines[n] for n in (0, 2))
    assert set(lines[1]) == {"id", "error"}
    assert done.code == 1
    assert "1 of 3 could not be answered" in done.err
    return str(lines[1]["error"])


@pytest.mark.parametrize("command", COMMANDS)
def test_a_question_that_breaks_the_program_ends_no_batch_and_is_logged_and_one_that_is_refused_says_why(
    tmp_path: Path, batch: Path, command: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cli = Cli(tmp_path / "library")
    assert cli("ingest", write(tmp_path / "boats.md", BOATS)).code == 0
    with monkeypatch.context() as patch:
        breaking(patch, NotFound("no-document", name="boat"))
        assert check_lines(cli(command, "--batch", batch), command) == "There is no document 'boat' in the library."
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    breaking(monkeypatch, ZeroDivisionError("a fault"))
    assert "Internal error" in check_lines(cli(command, "--batch", batch), command)
    noted = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.exc_info[0] for record in noted if record.exc_info] == [ZeroDivisionError]
    assert '"b"' in noted[0].getMessage()


def test_only_a_line_feed_ends_a_line_whatever_separators_a_question_holds(tmp_path: Path) -> None:
    cli = Cli(tmp_path / "library")
    assert cli("ingest", write(tmp_path / "boats.md", BOATS)).code == 0
    rows = [{"id": n, "question": f"Do boats{sign}need a flag?"} for n, sign in enumerate("\u2028\u0085\u2029")]
    done = cli("search", "--batch", write_lines(tmp_path / "batch.jsonl", *rows))
    assert (done.code, [row["id"] for row in done.rows()]) == (0, [0, 1, 2])


@contextmanager
def served(folder: Path, catalogue: Catalogue) -> Iterator[tuple[Made, Cli]]:
    """A service whose server the command line finds."""
    with (
        made_service(folder, catalogue, page=False) as made,
        listening(made) as (host, port),
        announced(made.library.folder, f"http://{host}:{port}", LOCAL_TOKEN),
    ):
        yield made, Cli(made.library.folder)


SCOPED = [
    {"id": "boats", "question": "Who keeps a list?", "scope": {"documents": ["a-note-on-boats"]}},
    {"id": "trains", "question": "Who keeps a list?", "scope": {"documents": ["a-note-on-trains"]}},
    {"id": "none", "question": "Who keeps a list?", "scope": {"documents": ["planes"]}},
    {"id": "all", "question": "Who keeps a list?", "scope": None},
]


def check_scoped(cli: Cli, batch: Path) -> None:
    """Each line is answered from its own documents, and the one that names none that is held says so."""
    done = cli("ask", "--batch", batch)
    told = {line.pop("id"): line for line in map(json.loads, done.out.splitlines())}
    cited = {name: {each["symbol"] for each in line.get("citations", ())} for name, line in told.items()}
    assert (done.code, cited["boats"], cited["all"]) == (1, {"a-note-on-boats"}, {"a-note-on-boats"})
    assert "error" not in told["trains"]
    assert cited["trains"] <= {"a-note-on-trains"}
    assert "There is no document 'planes' here." in told["none"]["error"]


def test_a_line_is_asked_of_the_documents_of_its_scope(tmp_path: Path, catalogue: Catalogue) -> None:
    batch = write_lines(tmp_path / "batch.jsonl", *SCOPED)
    cli = Cli(tmp_path / "own")
    assert cli("ingest", write(tmp_path / "boats.md", BOATS), write(tmp_path / "trains.md", TRAINS)).code == 0
    check_scoped(cli, batch)
    with served(tmp_path, catalogue) as (made, there):
        add(made.library, catalogue, Input("boats.md", BOATS.encode()), Input("trains.md", TRAINS.encode()))
        check_scoped(there, batch)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_question_that_breaks_the_server_ends_no_batch(
    tmp_path: Path, batch: Path, command: str, monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue
) -> None:
    breaking(monkeypatch, ZeroDivisionError("a fault"))
    with served(tmp_path, catalogue) as (_, there):
        error = check_lines(there(command, "--batch", batch), command)
    assert error
    assert "Traceback" not in error
