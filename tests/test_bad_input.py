"""Bad input: a sentence that names what is wrong, an exit code, no traceback, and a library that stays sound."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from invoking import BOATS, ROOT, Cli, Done, state, write

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What a terminal may obey, but for tab and line feed."""
PARAGRAPHS = "".join(f"\n\n{n}. Boats of kind {n} need a flag and a harbour." for n in range(2, 40))


@pytest.fixture
def cli(tmp_path: Path) -> Iterator[Cli]:
    """The command line over a library with one note. Whatever a test does to it, it must be sound afterwards."""
    made = Cli(tmp_path / "library")
    assert made("ingest", write(tmp_path / "boats.md", BOATS)).code == 0
    yield made
    done = made("verify")
    assert (done.code, done.out) == (0, ""), done.err
    assert "sound" in done.err


def refused(cli: Cli, *arguments: object) -> Done:
    """Runs an ingestion that must be refused as a whole and leave what is held as it is."""
    before = contents(cli.folder)
    done = cli("ingest", *arguments)
    assert done.code == 1
    assert len(done.out.splitlines()) == 1
    assert done.out.startswith("refused ")
    assert "1 refused" in done.err
    assert contents(cli.folder) == before
    return done


def contents(folder: Path) -> tuple[dict[str, str], list[str]]:
    """The vector index byte by byte, and all that the database says but for which files were refused."""
    with closing(sqlite3.connect(folder / "library.sqlite3")) as db:
        said = [row for row in db.iterdump() if not row.startswith('INSERT INTO "sources"')]
    return {name: sha for name, sha in state(folder).items() if name.startswith("vectors")}, said


# Files


@pytest.mark.parametrize("content", [b"", b" \n\t\r\n", b"\xef\xbb\xbf", b"\x00\x00", b"---\n---\n"])
def test_a_file_without_text_is_refused(cli: Cli, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "nothing.md"
    file.write_bytes(content)
    assert re.search(r"nothing\.md (is empty|contains no text)", refused(cli, file).out)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (bytes(range(256)) * 20, "binary|not UTF-8"),
        (b"MZ\x00\x01" * 500, "binary"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
        (b"PK\x03\x04" + bytes(100), "Word"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "image"),
        ("# Note\n\n1. Un procès-verbal très détaillé.\n".encode("latin-1"), "UTF-8.*iconv"),
        (b"a" * 50_000_000, "50 MB.*25 MB"),
        (b"A note\n" + b"words " * 2_000_000, "Line 2"),
    ],
    ids=["binary", "program", "PDF", "Word", "image", "encoding", "large", "line without end"],
)
def test_a_file_that_is_no_text_as_it_is_to_be_is_refused_with_the_reason_whatever_its_name(
    cli: Cli, tmp_path: Path, content: bytes, says: str
) -> None:
    file = tmp_path / "paper.md"
    file.write_bytes(content)
    out = refused(cli, file).out
    assert "paper.md" in out
    assert re.search(says, out, re.DOTALL)


@pytest.mark.parametrize("name", ["absent.md", "boats.md/inner.md"])
def test_a_file_that_is_not_there_is_named(cli: Cli, tmp_path: Path, name: str) -> None:
    assert str(tmp_path / name) in refused(cli, tmp_path / name).out


@pytest.mark.parametrize("symbol", ["boats", "A/75/1 and A/75/2", "/", "A//1", "https://docs.un.org/", "A/" * 5_000])
def test_a_symbol_that_is_none_is_refused_with_examples(cli: Cli, tmp_path: Path, symbol: str) -> None:
    done = cli("ingest", "--symbol", symbol, write(tmp_path / "other.md", "# Other\n\n1. Text.\n"))
    assert (done.code, done.out) == (2, "")
    assert repr(symbol)[:20] in done.err
    assert "A/RES/79/154" in done.err
    assert len(done.err) < 1_000


def test_a_language_that_is_none_of_the_six_is_refused_with_the_choice(cli: Cli, tmp_path: Path) -> None:
    done = cli("ingest", "--language", "de", write(tmp_path / "other.md", "# Other\n\n1. Text.\n"))
    assert (done.code, done.out) == (2, "")
    assert "'de'" in done.err
    assert "en, fr, es, ru, ar, zh" in done.err


@pytest.mark.parametrize(
    "head",
    [
        "title: [",
        "title: [a, b]",
        "title: {a: b}",
        "short: {a: b}",
        "symbol: A/75/1\npart: [x]",
        "language: [en]",
        "language: xx",
        "symbol: 123",
        "symbol: [A/75/1]",
        "x: " + "[" * 9_000 + "]" * 9_000,
    ],
    ids=lambda head: head[:30].replace("\n", "; "),
)
def test_a_head_of_a_file_that_cannot_be_used_is_refused(cli: Cli, tmp_path: Path, head: str) -> None:
    file = write(tmp_path / "head.md", f"---\n{head}\n---\n# Other\n\n1. Text of another note.\n")
    assert "head.md" in refused(cli, file).out


# Questions


def test_an_empty_question_is_refused_on_stderr(cli: Cli) -> None:
    for question in ("", "  \n\t", "\x1b\x07", "\u200b\ufeff"):
        done = cli("ask", question)
        assert done.code == 2
        assert "no question" in done.err
        assert done.out == ""
    assert cli("search", "").code == 2


def test_a_question_of_100_000_characters_is_refused_on_stderr_with_the_limit(cli: Cli) -> None:
    done = cli("ask", "When do boats need a flag? " * 3_704)
    assert done.code == 1
    assert "2000" in done.err.replace(",", "")
    assert len(done.err) < 1_000
    assert done.out == ""


@pytest.mark.parametrize(("question", "code"), [("", 2), ("When do boats need a flag? " * 3_704, 1)])
def test_a_refused_question_is_still_one_json_object(cli: Cli, question: str, code: int) -> None:
    done = cli("ask", "--json", question)
    assert done.code == code
    answer = json.loads(done.out)
    assert (answer["status"], answer["statements"], answer["citations"]) == ("refused", [], [])
    assert len(done.out) < 2_000


def test_a_search_for_a_very_long_text_is_bounded(cli: Cli) -> None:
    done = cli("search", "--json", "harbour master " * 7_000)
    assert done.code == 0
    assert json.loads(done.out)[0]["document"] == "a-note-on-boats:en:upload"


@pytest.mark.parametrize(
    "question",
    [
        '" OR boats=boats --',
        "'; DROP TABLE passages; --",
        "NEAR(boats harbour)",
        "boats* AND NOT (",
        "{}%s%n[red]boats[/red]",
        "(" * 1_500 + "boats",
    ],
)
def test_a_question_is_never_taken_for_a_command(cli: Cli, question: str) -> None:
    assert cli("ask", "--json", question).json()["question"] == question
    assert cli("search", question).code == 0


def test_a_question_that_is_no_utf_8_is_answered_or_refused_without_a_traceback(cli: Cli) -> None:
    raw = b"\xff do boats need a flag?"
    for done in (
        cli.process("ask", raw),
        cli.process("ask", "--json", "-", stdin=raw),
        cli.process("search", raw),
        cli.process("chat", stdin=raw + b"\n\n"),
    ):
        assert "Traceback" not in done.err
        assert done.code in (0, 1, 2)
        assert done.out or "UTF-8" in done.err


def test_half_a_character_in_a_batch_is_answered_or_refused(cli: Cli, tmp_path: Path) -> None:
    batch = write(tmp_path / "batch.jsonl", '{"id": 1, "question": "\\ud800 do boats need a flag?"}\n')
    for command in ("ask", "search"):
        done = cli(command, "--batch", batch)
        assert done.code in (0, 1)
        assert done.out or "line 1" in done.err


# What a terminal may obey


@pytest.mark.parametrize("escape", ["\x1b[31m", "\x1b]0;title\x07", "\x9b31m", "\x08\x08", "\x00", "\x7f"])
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_control_characters_of_a_question_do_not_reach_the_terminal(
    cli: Cli, escape: str, form: tuple[str, ...]
) -> None:
    for command in ("ask", "search"):
        done = cli(command, *form, f"Do boats {escape} need a flag?")
        assert done.code == 0
        assert "boats" in done.out
        assert not CONTROL.search(done.out + done.err)


@pytest.mark.parametrize("command", ["show", "remove", "ingest", "ask --batch"])
def test_control_characters_of_a_name_do_not_reach_the_terminal(cli: Cli, command: str) -> None:
    done = cli(*command.split(), "a\x1b[31mb")
    assert done.code in (1, 2)
    assert done.err
    assert not CONTROL.search(done.out + done.err)


def everything_shown(cli: Cli, document_id: str) -> list[str]:
    """All that the commands print about a document."""
    commands: tuple[tuple[str, ...], ...] = (
        ("list",),
        ("list", "--json"),
        ("show", document_id),
        ("show", document_id, "--json"),
        ("search", "boats of kind 7 need a red flag", "-k", "50"),
        ("search", "boats of kind 7 need a red flag", "-k", "50", "--json"),
        ("ask", "What do boats of kind 7 need?"),
        ("ask", "What do boats of kind 7 need?", "--json"),
    )
    shown = []
    for command in commands:
        done = cli(*command)
        assert done.code == 0, done.err
        shown += [done.out, done.err]
    return shown


@pytest.mark.parametrize("escape", ["\x1b[31m", "\x1b]0;title\x07", "\x9b31m", "\x08"])
def test_control_characters_of_a_document_do_not_reach_the_terminal(cli: Cli, tmp_path: Path, escape: str) -> None:
    text = f"# A {escape}red note\n\n1. Boats need a {escape}red flag.{PARAGRAPHS}\n\n| a | {escape}b |\n| c | d |\n"
    file = write(tmp_path / "red.md", text)
    done = cli("ingest", "--symbol", "A/75/1", file)
    assert done.code == 0, done.err
    shown = everything_shown(cli, "A/75/1:en:official")
    assert any("red" in each for each in shown)
    for each in (done.out, done.err, *shown):
        assert not CONTROL.search(each)


def test_text_with_many_marks_of_direction_is_read_without_them_and_with_a_warning(cli: Cli, tmp_path: Path) -> None:
    marked = write(tmp_path / "marked.txt", "1. \u202eevil\u202c title concerns auks")
    headed = write(
        tmp_path / "headed.md", "---\ntitle: \u202eevil\u202c\n---\n# \u2067Auks\u2069\n\n1. \u202bAuks\u202c dive.\n"
    )
    done = cli("ingest", "--json", marked, headed)
    assert [row["result"] for row in done.rows()] == ["added", "added"]
    held = [row for row in cli("list", "--json").json() if row["warnings"]]
    assert sorted(row["warnings"] for row in held) == [
        [f"{n} invisible characters, such as direction marks, were left out."] for n in (2, 6)
    ]
    shown = [done.out, cli("list", "--json").out, *(cli("show", row["id"]).out for row in held)]
    assert not re.search("[\u202a-\u202e\u2066-\u2069]|\\\\u20[26]", "".join(shown))


@pytest.mark.parametrize("head", ['title: "{}red"', 'short: "{}red"', 'symbol: A/75/1\npart: "{}red"'])
@pytest.mark.parametrize("escape", ["\\e[31m", "\\x9b31m"])
def test_control_characters_of_the_head_of_a_file_do_not_reach_the_terminal(
    cli: Cli, tmp_path: Path, head: str, escape: str
) -> None:
    text = f"---\n{head.format(escape)}\n---\n# Note\n\n1. Boats need a red flag.{PARAGRAPHS}\n"
    done = cli("ingest", write(tmp_path / "red.md", text))
    shown = [done.out, done.err, cli("list").out]
    if done.code == 0:
        rows = cli("list", "--json").json()
        (document,) = (row["id"] for row in rows if row["id"] != "a-note-on-boats:en:upload")
        shown += everything_shown(cli, document)
    for each in shown:
        assert not CONTROL.search(each)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names")
@pytest.mark.parametrize("content", [BOATS + PARAGRAPHS, ""], ids=["read", "refused"])
def test_control_characters_of_a_file_name_do_not_reach_the_terminal(cli: Cli, tmp_path: Path, content: str) -> None:
    done = cli("ingest", write(tmp_path / "a\x1b[31mb.md", content))
    assert "b.md" in done.out + done.err
    assert not CONTROL.search(done.out + done.err)


def test_markup_of_the_terminal_library_is_printed_as_it_is(cli: Cli, tmp_path: Path) -> None:
    file = write(tmp_path / "markup.md", "# On [bold]marks[/bold]\n\n1. The [red]mark[/red] and [/nothing] stay.\n")
    assert "[bold]marks[/bold]" in cli("ingest", file).out
    assert "[red]mark[/red] and [/nothing]" in cli("show", "On [bold]marks[/bold]").out
    assert "[/nothing]" in cli("show", "[/nothing]").err


# Folders, databases, batch files

COMMANDS = (("list",), ("ask", "Do boats need a flag?"), ("verify",), ("reindex",), ("ingest", "--starter"))


@pytest.mark.parametrize("inner", ["", "library", "a/b/library"])
def test_a_file_in_the_place_of_the_folder_is_named_with_the_way_to_choose_another(
    cli: Cli, tmp_path: Path, inner: str
) -> None:
    folder = write(tmp_path / "file", "text") / inner
    for command in COMMANDS:
        done = cli("--data-dir", folder, *command)
        assert (done.code, done.out) == (1, "")
        assert str(folder) in done.err
        assert "--data-dir" in done.err
    assert cli("--data-dir", folder, "doctor").code == 1
    assert (tmp_path / "file").read_text(encoding="utf-8") == "text"


@pytest.mark.parametrize("root", ["/proc", "/sys"])
def test_a_folder_that_cannot_be_made_is_named_with_the_way_to_choose_another(cli: Cli, root: str) -> None:
    if not Path(root).is_dir():
        pytest.skip(f"there is no {root} here")
    for command in COMMANDS:
        done = cli("--data-dir", f"{root}/rapporteur", *command)
        assert (done.code, done.out) == (1, "")
        assert f"{root}/rapporteur" in done.err
        assert "--data-dir" in done.err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind this user")
def test_a_folder_that_may_not_be_written_is_named_with_the_way_to_choose_another(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    done = cli("--data-dir", folder, "ingest", "--starter")
    assert (done.code, done.out) == (1, "")
    assert str(folder) in done.err
    assert "permissions" in done.err


def damaged(cli: Cli, folder: Path) -> None:
    for command in COMMANDS:
        done = cli("--data-dir", folder, *command)
        assert done.code == 1, command
        assert str(folder) in done.err
        assert "damaged" in done.err
        assert "backup" in done.err
    doctor = cli("--data-dir", folder, "doctor")
    assert doctor.code == 1
    assert "damaged" in doctor.out


@pytest.mark.parametrize("content", [b"no database " * 500, bytes(range(256)) * 32])
def test_a_database_that_is_none_is_said_to_be_damaged(cli: Cli, tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "damaged"
    folder.mkdir()
    (folder / "library.sqlite3").write_bytes(content)
    damaged(cli, folder)
    assert (folder / "library.sqlite3").read_bytes() == content


def copy_with_a_damaged_page(source: Path, folder: Path, table: str) -> None:
    """A copy of a library in which the first page of a table is overwritten."""
    folder.mkdir()
    with sqlite3.connect(source / "library.sqlite3") as db:
        db.execute("VACUUM INTO ?", (str(folder / "library.sqlite3"),))
    db.close()
    with sqlite3.connect(folder / "library.sqlite3") as db:
        (size,) = db.execute("PRAGMA page_size").fetchone()
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    db.close()
    with (folder / "library.sqlite3").open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xaa" * size)


@pytest.mark.parametrize("lost", [lambda file: file.write_bytes(b""), Path.unlink], ids=["emptied", "gone"])
def test_a_database_without_its_tables_beside_indexes_is_lost_and_not_new(
    cli: Cli, tmp_path: Path, lost: Callable[[Path], object]
) -> None:
    cli("search", "boats")
    folder = shutil.copytree(cli.folder, tmp_path / "lost")
    lost(folder / "library.sqlite3")
    for command in (("status",), ("verify",), ("reindex",), ("search", "boats")):
        done = cli("--data-dir", folder, *command)
        assert done.code == 1
        assert "is damaged" in done.err
        assert "Restore it from a backup" in done.err
        assert "reindex" not in done.err


@pytest.mark.parametrize("table", ["documents", "passages"])
def test_a_database_with_a_damaged_page_is_said_to_be_damaged(cli: Cli, tmp_path: Path, table: str) -> None:
    folder = tmp_path / "damaged"
    copy_with_a_damaged_page(cli.folder, folder, table)
    # Counting needs an index alone, so that only the commands that read the table can stumble over it.
    for command in (("ask", "Do boats need a flag?"), ("verify",), ("reindex",)):
        done = cli("--data-dir", folder, *command)
        assert done.code == 1, command
        assert "damaged" in done.out + done.err
        assert str(folder) in done.err
    doctor = cli("--data-dir", folder, "doctor")
    assert doctor.code == 1
    assert "error" in doctor.out


def test_a_chroma_server_that_does_not_answer_is_told_so_and_not_to_be_rebuilt(cli: Cli) -> None:
    pytest.importorskip("chromadb")
    done = replace(cli, env={"RAPPORTEUR_CHROMA_URL": "http://127.0.0.1:9"})("status")
    assert done.code == 1
    assert "Check that the server of RAPPORTEUR_CHROMA_URL is running" in done.err
    assert "reindex" not in done.err


def test_a_damaged_vector_index_names_the_command_that_mends_it(cli: Cli) -> None:
    (cli.folder / "vectors" / "chroma.sqlite3").write_bytes(b"no database " * 500)
    assert cli.process("ask", "Do boats need a flag?").code == 0  # read without it
    asked_of_the_index = (
        "from corpus.store import embedded; embedded.COMPARED_FIRST = embedded.MAX_COMPARED = 0; "
        "from assistant.cli import main; main()"
    )
    for command in (
        ("-c", asked_of_the_index, "ask", "Do boats need a flag?"),
        ("-m", "assistant.cli", "status"),
        ("-m", "assistant.cli", "verify"),
    ):
        environment = {**os.environ, **cli.settings(), "PYTHONUTF8": "1"}
        run = [sys.executable, *command]
        done = subprocess.run(run, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
        assert done.returncode == 1, command
        assert "Traceback" not in done.stderr
        assert "rapporteur reindex" in done.stderr
    assert cli.process("reindex").code == 0


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_batch_file_that_cannot_be_read_is_named_and_an_empty_one_gives_nothing(
    cli: Cli, tmp_path: Path, command: str
) -> None:
    binary = tmp_path / "binary.jsonl"
    binary.write_bytes(bytes(range(256)))
    folder = tmp_path / "folder.jsonl"
    folder.mkdir()
    for file in (binary, folder, tmp_path / "absent.jsonl"):
        done = cli(command, "--batch", file)
        assert (done.code, done.out) == (1, "")
        assert f"{file} cannot be read" in done.err
    empty = cli(command, "--batch", write(tmp_path / "empty.jsonl", "\n\n"))
    assert (empty.code, empty.out) == (0, "")
