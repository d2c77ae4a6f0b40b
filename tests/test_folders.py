"""Folders of files: every file has one outcome, the second run reads and writes nothing, and it can be killed."""

from __future__ import annotations

import fcntl
import io
import itertools
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import OpenLibrary, blocks_apart
from invoking import BOATS, TRAINS, Cli, state, write
from test_bad_input import CONTROL

import corpus.library
import corpus.library_reader
import ingest.ledger
from assistant.access.anonymous_sessions import SigningSecret
from assistant.cli.progress import OutcomePrinter, progress_bar
from assistant.outcome_messages import describe_outcome, outcome_record
from corpus.catalogue import Catalogue
from corpus.corpus_errors import SEAL_FILE, ConcurrentChange, LibraryStale
from corpus.embedding import HashEmbedder
from corpus.feedback import make_feedback
from corpus.library import Library
from corpus.store import SCHEMA_VERSION, Header
from corpus.store.schema_upgrades import UPGRADES
from corpus.symbols import Symbol
from ingest.chunker import SEGMENTER_VERSION, segmenter
from ingest.folder_watch import Changes, WatchedFolder
from ingest.input_files import FileInput, find_inputs, printable, walk_folder
from ingest.outcomes import Outcome
from ingest.pipeline import Input, read_document
from ingest.pipeline import ingest as run
from ingest.readers import ReadError
from ingest.sandbox.pool import Limits, WorkerPool

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with 60 small notes in three folders."""
    for n in range(60):
        paragraphs = "\n\n".join(f"{k}. Paragraph {k} of note {n} speaks of boat {n * k}." for k in range(1, 6))
        write(tmp_path / "notes" / f"part-{n % 3}" / f"note-{n:02}.md", f"# Note {n} on boats\n\n{paragraphs}\n")
    return tmp_path / "notes"


def as_named(catalogue: Catalogue) -> WorkerPool:
    """A reader that takes the format from the file's name, as no real one does."""
    return WorkerPool(catalogue, 2, Limits(), reading="hostile_reading:as_named", paths=(str(TESTS),))


def outcomes_of(library: Library, files: Iterable[Any], **options: Any) -> list[Outcome]:
    """What became of files that were ingested."""
    return list(run(files, library, Catalogue.packaged(), **options))


def results(outcomes: list[Outcome]) -> list[str]:
    return [outcome.result for outcome in outcomes]


def names(folder: Path, apart: tuple[Path, ...] = ()) -> list[str]:
    return [str(found.path.relative_to(folder)) for found in walk_folder(folder, apart)]


def rows(cli: Cli, *arguments: object) -> list[dict[str, object]]:
    """The outcomes of an ingestion."""
    return cli("ingest", "--json", *arguments).rows()


def held(library: Library) -> dict[str, str]:
    """Documents by id, with the name of the file that they come from."""
    return {header.id: header.source for header in library.headers()}


# Which files there are


def test_files_come_in_the_order_of_their_names_and_those_of_a_folder_before_its_folders(tmp_path: Path) -> None:
    for name in ("b/2.md", "b/1.md", "a/x/3.md", "a/4.md", "c.md", "0.md"):
        write(tmp_path / name, "x")
    assert names(tmp_path) == ["0.md", "c.md", "a/4.md", "a/x/3.md", "b/1.md", "b/2.md"]


def test_hidden_files_locks_and_unfinished_downloads_are_passed_over(tmp_path: Path) -> None:
    junk = (".DS_Store", "Thumbs.db", "desktop.ini", "~$agenda.docx", ".~lock.a.odt#", "a.pdf.part", "b.crdownload",
            ".git/config", "notes.md~")  # fmt: skip
    for name in (*junk, "a.md"):
        write(tmp_path / name, "x")
    assert names(tmp_path) == ["a.md"]


def test_links_are_not_followed_and_those_that_lead_out_of_the_folder_are_told(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "outside" / "secret.md", "x")
    folder = tmp_path / "folder"
    write(folder / "a.md", BOATS)
    write(folder / ".store" / "b.md", BOATS)
    (folder / "again.md").symlink_to(folder / "a.md")
    (folder / "b.md").symlink_to(folder / ".store" / "b.md")
    (folder / "loop").symlink_to(folder)
    (folder / "up").symlink_to("..")
    (folder / "away").symlink_to(tmp_path / "outside")
    (folder / "secret.md").symlink_to(tmp_path / "outside" / "secret.md")
    told = {str(Path(str(row["file"])).relative_to(folder)): row for row in rows(cli, folder)}
    assert [name for name, row in told.items() if row["result"] == "added"] == ["a.md"]
    assert {name for name, row in told.items() if "leads out of the folder and is not followed" in str(row)} == {
        "b.md", "up", "away", "secret.md",
    }  # fmt: skip
    assert len(told) == 5


def test_a_link_that_leads_nowhere_is_told(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "a.md", BOATS)
    (tmp_path / "broken.md").symlink_to(tmp_path / "nothing")
    told = {Path(row["file"]).name: (row["result"], str(row)) for row in rows(cli, tmp_path)}
    assert told["a.md"][0] == "added"
    assert told["broken.md"][0] == "refused"
    assert "broken.md cannot be read: No such file or directory." in told["broken.md"][1]


def test_what_is_no_ordinary_file_is_not_opened_and_told(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.md"
    os.mkfifo(pipe)
    (found,) = find_inputs(tmp_path)
    assert found.error.startswith("pipe.md is not a regular file")
    with pytest.raises(ReadError, match="not a regular file"):
        FileInput(pipe).open()
    with pytest.raises(ReadError, match="not a regular file"):
        FileInput(Path("/dev/zero")).open()


def test_the_folder_of_the_library_is_no_part_of_a_folder_of_files(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "a.md", BOATS)
    for _ in range(2):
        assert [row["file"] for row in rows(cli, tmp_path)] == [str(tmp_path / "a.md")]


def test_the_secret_of_a_library_is_never_read_as_a_document(cli: Cli, tmp_path: Path) -> None:
    """Neither in a copy of the library among the papers, nor named itself; nor what is made now, under another name."""
    write(cli.folder / SEAL_FILE, "k" * 43)
    sealed = SigningSecret(cli.folder).sign("a")
    write(tmp_path / "papers" / "a.md", BOATS)
    assert cli("ingest", "--starter").code == 0
    copy = shutil.copytree(cli.folder, tmp_path / "papers" / "backup")
    told = {str(row["file"]): row for row in rows(cli, tmp_path / "papers")}
    assert {name: row["result"] for name, row in told.items()} == {
        str(copy.parent / "a.md"): "added",
        str(copy): "refused",
    }
    assert "is a library, so its files are skipped" in str(told[str(copy)])
    assert "contains the secret of a library" in str(rows(cli, copy / SEAL_FILE))
    assert cli("show", SEAL_FILE).code == 1
    assert SigningSecret(copy).verify(sealed, "a"), "what an older version made is the secret still"
    (copy / SEAL_FILE).unlink()
    assert not SigningSecret(copy).verify(sealed, "a")
    renamed = (copy / SEAL_FILE).rename(tmp_path / "secret.txt")
    assert "contains binary data" in str(rows(cli, renamed))


def test_a_link_that_is_named_is_followed(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "real" / "a.md", BOATS)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert [row["result"] for row in rows(cli, tmp_path / "link")] == ["added"]
    assert [row["result"] for row in rows(cli, tmp_path / "real")] == ["unchanged"]


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("permissions do not bind this user")
    write(tmp_path / "open.md", "x")
    (tmp_path / "closed").mkdir(mode=0)
    closed = list(walk_folder(tmp_path))[1]
    assert "closed" in closed.error


HOSTILE_NAMES = [b"a\nb.md", b"a\x1b[31mb.md", b"\xff\xfe.md", b"..md", b"-rf.md", b"a\r\xc2\x85b.md", b"[red]x.md",
                 b"\xe2\x80\xaegnp.md", b"$(id).md", b" .md"]  # fmt: skip


def test_names_of_any_bytes_are_read_and_printed_safely(cli: Cli, tmp_path: Path) -> None:
    for n, name in enumerate(HOSTILE_NAMES):
        write(tmp_path / "names" / os.fsdecode(name), f"# Note {n}\n\n1. Boat {n} needs a flag.\n")
    visible = [name for name in HOSTILE_NAMES if not name.startswith(b".")]
    for form in ((), ("--json",)):
        done = cli("ingest", *form, tmp_path / "names")
        assert done.code == 0
        assert len(done.out.splitlines()) == len(visible)
        assert not CONTROL.search(done.out + done.err)
        assert "\u202e" not in done.out
        assert "[red]x.md" in done.out
    assert cli("ingest", "--json", tmp_path / "names").out.count('"unchanged"') == len(visible)
    assert printable("\udcff\n../x") == "? ../x"


def test_two_names_that_print_alike_are_two_files(tmp_path: Path) -> None:
    places = set()
    for name in (b"\xff.md", b"\xfe.md", b"?.md"):
        path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
        path.write_bytes(BOATS.encode())
        places.add(FileInput(path).open().file_id)
    assert len(places) == 3


def test_a_folder_without_files_says_so(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty" / ".hidden").mkdir(parents=True)
    done = cli("ingest", tmp_path / "empty")
    assert (done.code, done.out) == (1, "")
    assert "empty holds no file to be read" in done.err


def test_a_folder_of_what_cannot_be_read_gives_a_reason_for_each_file(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "x" / "a.md", "")
    (tmp_path / "x" / "b.exe").write_bytes(b"MZ\x00\x01" * 500)
    done = cli("ingest", tmp_path / "x")
    assert done.code == 1
    assert [line.split()[0] for line in done.out.splitlines()] == ["refused", "refused"]
    assert "2 refused" in done.err
    for name in ("a.md", "b.exe"):
        assert name in done.out
        assert name in done.err


def test_files_folders_and_the_starter_corpus_go_together(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "notes" / "trains.md", TRAINS)
    done = rows(cli, "--starter", write(tmp_path / "boats.md", BOATS), tmp_path / "notes")
    assert {row["result"] for row in done} == {"added"}
    assert [row["file"] for row in done[-2:]] == ["boats.md", str(tmp_path / "notes" / "trains.md")]


# The second run


def test_a_second_run_reads_nothing_and_changes_no_byte(
    open_library: OpenLibrary, catalogue: Catalogue, folder: Path, tmp_path: Path
) -> None:
    write(folder / "empty.md", "")
    write(folder / "copy.md", (folder / "part-0" / "note-00.md").read_text(encoding="utf-8"))
    library = open_library()
    first = outcomes_of(library, find_inputs(folder))
    assert results(first).count("added") == 60
    library.close()
    before = state(tmp_path / "library")
    library = open_library()
    with WorkerPool(catalogue, 2, reading="nowhere:read") as unable:  # any reading would fail
        second = outcomes_of(library, find_inputs(folder), readers=unable)
    library.close()
    assert state(tmp_path / "library") == before
    assert results(second).count("unchanged") == 60
    assert [
        (each.result, each.from_earlier_run, each.reason) for each in second if each.result in ("refused", "skipped")
    ] == [(each.result, True, each.reason) for each in first if each.result in ("refused", "skipped")]


def test_a_refusal_is_told_again_and_read_anew_only_when_asked(cli: Cli, tmp_path: Path) -> None:
    file = write(tmp_path / "empty.md", "")
    assert "as before" not in cli("ingest", file).out
    told = cli("ingest", file)
    assert "as before" in told.out
    assert "--again" in told.err
    assert "as before" not in cli("ingest", "--again", file).out
    write(file, BOATS)
    assert cli("ingest", file).out.startswith("added")
    write(file, "")
    assert cli("ingest", file).out.startswith("refused")
    write(file, BOATS)
    assert cli("ingest", file).out.startswith("unchanged")


def test_what_was_asked_of_a_file_belongs_to_its_outcome(cli: Cli, tmp_path: Path) -> None:
    file = write(tmp_path / "note.md", "A/75/1\n\n" + BOATS)
    assert cli("ingest", "--symbol", "A/75/2", file).out.startswith("refused")
    assert cli("ingest", file).out.startswith("added")
    assert cli("ingest", "--symbol", "A/75/1", file).out.startswith("unchanged")
    assert cli("ingest", "--symbol", "A/75/2", file).out.startswith("refused")
    assert [row["id"] for row in cli("list", "--json").json()] == ["A/75/1:en:official"]


def test_reading_again_what_has_not_changed_writes_no_document(
    open_library: OpenLibrary, folder: Path, tmp_path: Path
) -> None:
    library = open_library()
    outcomes_of(library, find_inputs(folder))
    library.close()
    before = state(tmp_path / "library")
    library = open_library()
    again = outcomes_of(library, find_inputs(folder), again=True)
    library.close()
    assert set(results(again)) == {"unchanged"}
    assert state(tmp_path / "library") == before


def test_a_new_reader_reads_everything_anew(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder / "empty.md", "")
    outcomes_of(library, find_inputs(folder))
    monkeypatch.setattr(ingest.ledger, "READER_VERSION", "a new one")
    monkeypatch.setattr("ingest.document_reading.READER_VERSION", "a new one")
    second = outcomes_of(library, find_inputs(folder))
    assert results(second).count("replaced") == 60
    assert [each.from_earlier_run for each in second if each.result == "refused"] == [False]
    assert set(results(outcomes_of(library, find_inputs(folder)))) == {"unchanged", "refused"}


def test_a_changed_file_takes_the_place_of_what_it_held(cli: Cli, tmp_path: Path) -> None:
    file = write(tmp_path / "notes" / "a.md", "A/75/1\n\n" + BOATS)
    rows(cli, tmp_path / "notes")
    write(file, "A/75/2\n\n" + TRAINS)
    (row,) = rows(cli, tmp_path / "notes")
    assert (row["result"], row["document"]) == ("replaced", "A/75/2:en:official")
    assert [held["id"] for held in cli("list", "--json").json()] == ["A/75/2:en:official"]


def test_a_document_that_was_removed_comes_back_with_its_file(cli: Cli, tmp_path: Path) -> None:
    file = write(tmp_path / "a.md", BOATS)
    cli("ingest", file)
    cli("remove", "A note on boats")
    assert cli("ingest", file).out.startswith("added")


# Killed


def test_killed_halfway_a_run_goes_on_where_it_was(folder: Path, tmp_path: Path) -> None:
    whole, cli = Cli(tmp_path / "whole"), Cli(tmp_path / "library")
    assert whole("ingest", folder).code == 0
    seed = np.random.default_rng(3)
    done: set[str] = set()
    for _ in range(4):
        process = cli.start("ingest", "--json", str(folder))
        assert process.stdout is not None
        # A small pipe, so that the process cannot be done before it is killed.
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4_096)
        for _ in range(int(seed.integers(5, 16))):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        before = done
        done = {row["id"] for row in cli("list", "--json").json()}
        assert before <= done
        assert cli("verify").code == 0
    assert 0 < len(done) < 60
    last = rows(cli, folder)
    assert sum(row["result"] == "unchanged" for row in last) == len(done)
    assert sum(row["result"] == "added" for row in last) == 60 - len(done)
    assert cli("verify").code == 0
    wanted = {row["id"] for row in whole("list", "--json").json()}
    assert {row["id"] for row in cli("list", "--json").json()} == wanted
    assert cli("status", "--json").json()["vectors"] == whole("status", "--json").json()["vectors"]


def test_interrupted_a_run_keeps_what_is_finished(folder: Path, cli: Cli) -> None:
    process = cli.start("ingest", "--json", str(folder))
    assert process.stdout is not None
    fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4_096)
    first = os.read(process.stdout.fileno(), 4_096).decode()  # unbuffered: communicate() loses what a buffer holds
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == 130, err
    assert "interrupted" in err
    assert "Traceback" not in err
    assert cli("verify").code == 0
    told = len((first + out).splitlines())
    assert len(cli("list", "--json").json()) in (told, told + 1)  # the last may be written and not yet told


# Two files, one document

TEXT = "A/75/1\n\n# A note on boats\n\n1. Boats need a flag {}.\n"


def both_ways(library: Library, catalogue: Catalogue, files: dict[str, str], folder: Path) -> list[list[Outcome]]:
    """Ingests files of some names; then again twice, in the opposite order first."""
    paths = [write(folder / name, text) for name, text in files.items()]
    with as_named(catalogue) as readers:
        return [
            outcomes_of(library, [FileInput(path) for path in order], readers=readers)
            for order in (paths, paths[::-1], paths)
        ]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("n.docx", "n.html"),
        ("n.html", "n.text"),
        ("n.text", "n.pdf"),
        ("n.pdf", "n.ocr"),
        ("n.docx", "n.pdf"),
        ("n-star.ocr", "n.docx"),
        ("n-star-star.pdf", "n-star.pdf"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_of_two_files_of_one_document_the_better_is_held_in_whatever_order_they_come(
    library: Library, catalogue: Catalogue, tmp_path: Path, better: str, worse: str, turned: bool
) -> None:
    order = [worse, better] if turned else [better, worse]
    files = {name: TEXT.format(name) for name in order}
    first, second, third = both_ways(library, catalogue, files, tmp_path)
    assert held(library) == {"A/75/1:en:official": better}
    assert results(first) == (["added", "replaced"] if turned else ["added", "skipped"])
    for later in (second, third):
        assert sorted(results(later)) == ["skipped", "unchanged"]
        (skipped,) = [outcome for outcome in later if outcome.result == "skipped"]
        assert skipped.name == worse
        assert better in skipped.reason


def test_two_files_of_one_kind_and_one_document_do_not_take_turns(
    library: Library, catalogue: Catalogue, tmp_path: Path
) -> None:
    runs = both_ways(library, catalogue, {name: TEXT.format(name) for name in ("a.pdf", "b.pdf")}, tmp_path)
    assert [results(each) for each in runs] == [
        ["added", "replaced"],
        ["unchanged", "skipped"],
        ["skipped", "unchanged"],
    ]
    assert held(library) == {"A/75/1:en:official": "b.pdf"}
    with as_named(catalogue) as readers:
        files = [FileInput(tmp_path / name) for name in ("a.pdf", "b.pdf")]
        again = outcomes_of(library, files, readers=readers, again=True)
        assert results(again) == ["skipped", "unchanged"]
        write(tmp_path / "a.pdf", TEXT.format("anew"))  # a file that has changed is a later one
        assert results(outcomes_of(library, files, readers=readers)) == ["replaced", "skipped"]
        assert results(outcomes_of(library, files, readers=readers)) == ["unchanged", "skipped"]
    assert library.verify() == []


def test_the_same_text_in_two_files_is_held_once(library: Library, catalogue: Catalogue, tmp_path: Path) -> None:
    files = {"a.pdf": TEXT.format(1), "b.pdf": TEXT.format(1) + "\n"}
    first, second, _ = both_ways(library, catalogue, files, tmp_path)
    assert results(first) == ["added", "skipped"]
    assert "same text as a.pdf" in first[1].reason
    assert results(second) == ["skipped", "unchanged"]


def test_the_same_bytes_in_two_files_are_held_once(cli: Cli, tmp_path: Path) -> None:
    for name in ("x/a.md", "x/b/a.md", "x/c.md"):
        write(tmp_path / name, BOATS)
    done = rows(cli, tmp_path / "x")
    assert [(row["file"], row["result"]) for row in done] == [
        (str(tmp_path / "x" / "a.md"), "added"),
        (str(tmp_path / "x" / "c.md"), "skipped"),
        (str(tmp_path / "x" / "b" / "a.md"), "skipped"),
    ]
    assert all(str(tmp_path / "x" / "a.md") in str(row["reason"]) for row in done[1:])
    before = state(cli.folder)
    assert [row["result"] for row in rows(cli, tmp_path / "x")] == ["unchanged", "skipped", "skipped"]
    assert state(cli.folder) == before


def test_a_file_whose_rival_is_no_longer_held_is_read_again(cli: Cli, tmp_path: Path) -> None:
    first, second = write(tmp_path / "a.md", BOATS), write(tmp_path / "b.md", BOATS)
    rows(cli, first, second)
    cli("remove", "A note on boats")
    assert [row["result"] for row in rows(cli, second, first)] == ["added", "skipped"]


def test_many_files_of_one_title_get_names_that_they_keep(library: Library, tmp_path: Path) -> None:
    for n in range(12):
        write(tmp_path / f"{n:02}.md", f"# Minutes\n\n1. Boat {n} needs a flag.\n")
    files = [FileInput(tmp_path / f"{n:02}.md") for n in range(12)]
    outcomes_of(library, files)
    before = held(library)
    assert set(before) == {"minutes:en:upload", *(f"minutes-{n}:en:upload" for n in range(2, 13))}
    write(tmp_path / "05.md", "# Minutes\n\n1. Another text.\n")
    assert results(outcomes_of(library, files)).count("replaced") == 1
    assert held(library) == before


# Memory and limits


class Counting:
    """Files that note how many of them are open and not yet done."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.opened = 0

    def __iter__(self) -> Iterator[Counting.One]:
        return (Counting.One(self, n) for n in range(self.count))

    class One:
        """One of them."""

        def __init__(self, all_of_them: Counting, number: int) -> None:
            self._all, self._number = all_of_them, number
            self.label = f"{number}.md"

        def open(self) -> Input:
            self._all.opened += 1
            return Input(self.label, f"# Note {self._number}\n\n1. Boat {self._number}.\n".encode())


def test_files_are_opened_when_their_turn_comes(library: Library, catalogue: Catalogue) -> None:
    files = Counting(200)
    with WorkerPool(catalogue, 2) as readers:
        for done, outcome in enumerate(run(files, library, catalogue, readers=readers), 1):
            assert outcome.result == "added"
            assert files.opened - done <= 2 * 16
    assert files.opened == files.count


_BOUNDED = """
import re, resource, sys
from pathlib import Path
from corpus.catalogue import Catalogue
from corpus.embedding import HashEmbedder
from corpus.library import Library
from ingest.input_files import find_inputs
from ingest.pipeline import ingest
from ingest.chunker import SEGMENTER_VERSION
from ingest.folder_watch import Changes, WatchedFolder
from ingest.sandbox.pool import WorkerPool
catalogue = Catalogue([], [])
with Library(Path(sys.argv[1]), HashEmbedder(), SEGMENTER_VERSION) as library, WorkerPool(catalogue, 2) as readers:
    for n, outcome in enumerate(ingest(find_inputs(Path(sys.argv[2])), library, catalogue, readers=readers)):
        print(outcome.result, flush=True)
        if n == 0:
            taken = int(re.search(r"VmSize:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1)) * 1024
            resource.setrlimit(resource.RLIMIT_AS, (taken + 1_200_000_000, resource.RLIM_INFINITY))  # each thread reserves some
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the size of a process is read from /proc")
def test_a_folder_of_many_times_the_memory_is_read(tmp_path: Path) -> None:
    write(tmp_path / "files" / "000.md", BOATS)
    big = tmp_path / "files" / "001.md"
    big.write_bytes(b"\x01\x02" * 10_000_000)
    for n in range(2, 132):
        os.link(big, tmp_path / "files" / f"{n:03}.md")
    done = subprocess.run(
        [sys.executable, "-c", _BOUNDED, str(tmp_path / "library"), str(tmp_path / "files")],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["added", *["refused"] * 131]


def test_documents_are_kept_in_memory_only_so_far(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes_of(library, find_inputs(folder))
    one = next(library.documents())
    assert library.document(one.id) is library.document(one.id)
    monkeypatch.setattr(corpus.library_reader, "MAX_CACHED_CHARACTERS", 3 * len(one.text))
    first = library.document(one.id)
    assert library.verify() == []
    assert library.document(one.id) is first
    for document in library.documents():
        assert library.document(document.id) is library.document(document.id)
    assert library.document(one.id) is not first
    assert library.document(one.id) == first


def test_what_was_added_is_found_before_the_run_is_over(library: Library, catalogue: Catalogue, folder: Path) -> None:
    going = run(find_inputs(folder), library, catalogue)
    document = next(going).document
    assert document is not None
    assert library.dense_search("boat", 5)
    next(going)
    assert library.status().documents == 2
    assert library.verify() == []
    going.close()  # type: ignore[attr-defined]
    assert library.status().vectors == library.status().passages


def test_a_document_is_found_by_its_names_without_its_text(library: Library, folder: Path) -> None:
    outcomes_of(library, [*find_inputs(folder), Input("x.md", BOATS.encode(), Symbol.parse("A/75/1"))])
    for name in ("A/75/1", "a/75/1", "A/75/1:en:official"):
        assert [document.id for document in library.find_documents(name)] == ["A/75/1:en:official"]
    for name in ("Note 7 on boats", "note-7-on-boats", "note-7-on-boats:en:upload", "NOTE 7 ON BOATS"):
        assert [document.id for document in library.find_documents(name)] == ["note-7-on-boats:en:upload"]
    assert library.find_documents("nothing") == []


# Earlier libraries


def earlier(folder: Path) -> None:
    """Turns a library into one of schema 1, with a document as that version wrote it."""
    with closing(sqlite3.connect(folder / "library.sqlite3")) as db, db:
        blocks_apart(db)
        db.execute("DROP TABLE feedback")
        db.execute("DROP TABLE sources")
        db.execute("DROP INDEX documents_origin")
        db.execute("DROP INDEX documents_symbol")
        db.execute("DROP TABLE outbox")
        db.execute("CREATE TABLE outbox (passage_id TEXT PRIMARY KEY, vector BLOB) WITHOUT ROWID")
        db.execute("DELETE FROM stamp WHERE name = 'multilingual'")
        db.execute("UPDATE stamp SET value = '1' WHERE name = 'schema'")
        for document_id, fields in db.execute("SELECT id, fields FROM documents").fetchall():
            old = {"slug": "", "part": None, "short": None, "date": None, "url": None, "source": "", "origin": "",
                   "sha256": "", "reader": "", "kind": "document", "proof": ""}  # fmt: skip
            known = {**old, **{name: value for name, value in json.loads(fields).items() if name != "masthead"}}
            db.execute("UPDATE documents SET fields = ? WHERE id = ?", (json.dumps(known), document_id))
        for document_id, n, fields in db.execute("SELECT document_id, ordinal, fields FROM blocks").fetchall():
            full = {"number": None, "level": 0, "parent": None, "page": None, "cells": [], "context": "", "marks": []}
            made = json.dumps({**full, **json.loads(fields)})
            db.execute("UPDATE blocks SET fields = ? WHERE document_id = ? AND ordinal = ?", (made, document_id, n))


def mend(folder: Path) -> None:
    """What `rapporteur reindex` does."""
    with Library(folder, HashEmbedder(), SEGMENTER_VERSION, accept_stale=True) as library:
        library.reindex(segmenter(library.models))


def test_an_earlier_library_is_brought_up_to_date(open_library: OpenLibrary, folder: Path, tmp_path: Path) -> None:
    library = open_library()
    outcomes_of(library, find_inputs(folder))
    documents = list(library.documents())
    library.close()
    earlier(tmp_path / "library")
    mend(tmp_path / "library")
    library = open_library()
    assert list(library.documents()) == documents
    assert library.verify() == []
    assert library.status().stamp["schema"] == str(SCHEMA_VERSION)
    assert library.add_feedback(make_feedback("Why?", "en", 1)) == 1
    assert set(results(outcomes_of(library, find_inputs(folder)))) == {"unchanged"}
    write(folder / "empty.md", "")
    assert results(outcomes_of(library, find_inputs(folder))).count("refused") == 1


def test_a_document_of_an_earlier_library_does_not_take_turns_with_another(
    open_library: OpenLibrary, tmp_path: Path
) -> None:
    library = open_library()
    first, second = (write(tmp_path / name, TEXT.format(name)) for name in ("a.md", "b.md"))
    outcomes_of(library, [FileInput(first)])
    library.close()
    earlier(tmp_path / "library")
    mend(tmp_path / "library")
    library = open_library()
    files = [FileInput(second), FileInput(first)]
    assert results(outcomes_of(library, files)) == ["replaced", "skipped"]
    assert results(outcomes_of(library, files)) == ["unchanged", "skipped"]


def test_a_step_that_fails_leaves_an_earlier_library_as_it_was(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes_of(library, [Input("boats.md", BOATS.encode())])
    library.close()
    earlier(tmp_path / "library")
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "library", copy)
    with monkeypatch.context() as patch:
        patch.setitem(UPGRADES, "1", "CREATE TABLE sources (origin TEXT);\nCREATE NONSENSE")
        with pytest.raises(corpus.library.LibraryError, match="NONSENSE"):
            Library(copy, HashEmbedder(), SEGMENTER_VERSION)
    with closing(sqlite3.connect(copy / "library.sqlite3")) as db:
        assert db.execute("SELECT value FROM stamp WHERE name = 'schema'").fetchall() == [("1",)]
        assert db.execute("SELECT name FROM sqlite_master WHERE name = 'sources'").fetchall() == []
    mend(copy)
    with Library(copy, HashEmbedder(), SEGMENTER_VERSION) as mended:
        assert mended.verify() == []


def test_a_library_of_a_later_version_is_left_alone(open_library: OpenLibrary, tmp_path: Path) -> None:
    open_library().close()
    with closing(sqlite3.connect(tmp_path / "library" / "library.sqlite3")) as db, db:
        db.execute("UPDATE stamp SET value = ? WHERE name = 'schema'", (str(SCHEMA_VERSION + 1),))
    with pytest.raises(LibraryStale, match=f"schema {SCHEMA_VERSION + 1}"):
        open_library()


# What is printed


def test_the_progress_of_a_run_tells_the_rate_and_the_time_that_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    bar, clock = progress_bar(), [0.0]
    bar.get_time = lambda: clock[0]
    task = bar.add_task("Reading", total=20, detail="boats.txt: 1/2 passages")
    bar.console.print(bar.get_renderable())
    assert capsys.readouterr().err.split()[-2:] == ["-:--:--", "left"], "not known before the first file is done"
    for clock[0] in (3.0, 6.0, 9.0):
        bar.advance(task)
    bar.console.print(bar.get_renderable())
    shown = " ".join(capsys.readouterr().err.split())
    assert shown.endswith("20/min 0:00:09 0:00:51 left")


def test_coverage_and_warnings_of_a_paged_document_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    document, _ = read_document(Input("a.pdf", BOATS.encode()), Catalogue([], []))
    document = replace(document, format="pdf", pages=(900, 3, 0, 19, 20, 7), warnings=("Page 1 is upside down.",))
    header = Header(document.id, document.key, None, None, "en", "upload", document.title)
    outcome = Outcome("a.pdf", "added", document, 3, header=header)
    assert outcome_record(outcome)["thin_pages"] == [2, 3, 4, 6]
    report = OutcomePrinter()
    report.put(describe_outcome(outcome_record(outcome)))
    report.summary()
    coverage = "text on 2 of 6 pages (under 20 characters on 2-4, 6)"
    out, err = capsys.readouterr()
    assert out == f"added      a.pdf: A note on boats (en, upload), 3 passages, {coverage}\n"
    assert "Page 1 is upside down." in " ".join(err.split())
    assert "1 added" in err


# Watched folders


def lines(process: subprocess.Popen[str], count: int) -> list[tuple[str, str]]:
    """The next outcomes of a watching process, by name of the file."""
    assert process.stdout is not None
    found = [json.loads(process.stdout.readline()) for _ in range(count)]
    return sorted((Path(row["file"]).name, row["result"]) for row in found)


def until_said(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    for said in process.stderr:
        if words in said:
            return
    raise AssertionError("the process ended")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_a_watched_folder_and_the_library_stay_in_step(cli: Cli, tmp_path: Path, end: signal.Signals) -> None:
    notes = tmp_path / "notes"
    write(notes / "boats.md", BOATS)
    outside = write(tmp_path / "trains.md", TRAINS)
    cli("ingest", outside)
    process = cli.start("ingest", "--watch", "--json", str(notes))
    try:
        assert lines(process, 1) == [("boats.md", "added")]
        until_said(process, "Watching")
        write(notes / "new" / "ships.md", "# Ships\n\n1. A ship has a keel.\n")
        assert lines(process, 1) == [("ships.md", "added")]
        write(notes / "boats.md", "# A note on boats\n\n1. Boats need a captain.\n")
        write(notes / ".hidden.md", "# Hidden\n\n1. Not to be read.\n")
        assert lines(process, 1) == [("boats.md", "replaced")]
        shutil.rmtree(notes / "new")
        shutil.copy(outside, notes / "copy.md")
        assert lines(process, 2) == [("copy.md", "skipped"), ("ships.md", "removed")]
        (notes / "copy.md").unlink()  # the document came from another file, and stays
        (notes / "boats.md").rename(notes / "renamed.md")
        assert lines(process, 2) == [("boats.md", "removed"), ("renamed.md", "added")]
        process.send_signal(end)
        out, err = process.communicate()
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, out) == (0, ""), err
    assert "Stopped watching" in err
    assert "Traceback" not in err
    assert cli("verify").code == 0
    assert [row["id"] for row in cli("list", "--json").json()] == [
        "a-note-on-boats:en:upload",
        "a-note-on-trains:en:upload",
    ]


def test_when_the_held_one_of_two_copies_goes_the_other_is_read(cli: Cli, tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        write(tmp_path / "notes" / name, BOATS)
    process = cli.start("ingest", "--watch", "--json", str(tmp_path / "notes"))
    try:
        assert lines(process, 2) == [("a.md", "added"), ("b.md", "skipped")]
        until_said(process, "Watching")
        (tmp_path / "notes" / "a.md").unlink()
        assert lines(process, 2) == [("a.md", "removed"), ("b.md", "added")]
    finally:
        process.terminate()
        process.communicate()
    assert process.returncode == 0


def test_a_file_that_is_still_written_is_waited_for(tmp_path: Path) -> None:
    watched = WatchedFolder(tmp_path)
    file = write(tmp_path / "a.md", "one")
    assert watched.scan({file}).changed == ()
    write(file, "one, two")
    assert watched.scan().changed == ()  # not as it was at the last scan
    assert watched.scan({file}).changed == ()  # as it was, but touched meanwhile
    assert watched.scan().changed == (file,)
    assert not watched.waiting
    assert watched.scan().changed == ()
    file.unlink()
    assert watched.scan().removed == ()  # it may come back: some programs write so
    write(file, "three, four, five")
    assert watched.scan().removed == ()
    assert watched.scan().changed == (file,)
    file.unlink()
    watched.scan()
    assert watched.scan().removed == (file,)


class Interrupted(io.FileIO):
    """A file that is changed while it is read: `change` is called after the first bytes."""

    def __init__(self, number: int, change: Callable[[], None]) -> None:
        super().__init__(number)
        self.change = change

    def read(self, size: int | None = -1) -> bytes:
        first = super().read(1) or b""
        self.change()
        return first + (super().read(size) or b"")


@pytest.mark.parametrize("changes", [1, 2, 9])
def test_a_file_that_changes_while_it_is_read_is_read_as_it_was_at_one_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: int
) -> None:
    file, done = tmp_path / "a.md", itertools.count()

    def change() -> None:
        if (n := next(done)) <= changes:
            write(file, str(n) * 50_000)
            os.utime(file, (n, n))

    change()
    monkeypatch.setattr(os, "fdopen", lambda number, _: Interrupted(number, change))
    monkeypatch.setattr("ingest.input_files.PAUSES", (0.0, 0.0))
    if changes < 3:
        assert FileInput(file).open().data == str(changes).encode() * 50_000
    else:
        with pytest.raises(ReadError, match=r"a\.md is being changed by another program"):
            FileInput(file).open()


def test_a_file_that_was_changed_just_now_is_read_when_it_is_quiet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "a.md", "half")
    monkeypatch.setattr("ingest.input_files.QUIET_SECONDS", 3_600)
    monkeypatch.setattr("time.sleep", lambda _: os.utime(write(file, "half and half"), (1, 1)))
    assert FileInput(file).open().data == b"half and half"


@pytest.mark.parametrize("gone", [False, True])
def test_a_file_that_changes_or_goes_while_it_waits_is_not_taken_for_what_it_was(
    library: Library, catalogue: Catalogue, tmp_path: Path, gone: bool
) -> None:
    one, two = write(tmp_path / "a.docx", TEXT.format(1)), write(tmp_path / "b.pdf", TEXT.format(2))
    with as_named(catalogue) as readers:
        outcomes_of(library, [FileInput(two)], readers=readers)
        files = [FileInput(path, language="en") for path in (one, two)]
        told = []
        for outcome in run(files, library, catalogue, readers=readers):
            told.append((outcome.result, outcome.reason))
            if len(told) == 1:
                two.unlink() if gone else write(two, TEXT.format(3).replace("A/75/1", "A/75/2"))
        if gone:
            assert told[1] == ("refused", f"There is no file {two}.")
            write(two, TEXT.format(2))
            assert results(outcomes_of(library, files, readers=readers)) == ["unchanged", "skipped"]
        else:
            assert told[1][0] == "added"
            assert held(library) == {"A/75/1:en:official": "a.docx", "A/75/2:en:official": "b.pdf"}
            assert results(outcomes_of(library, files, readers=readers)) == ["unchanged", "unchanged"]


def test_a_file_whose_document_others_change_all_the_time_is_read(
    library: Library, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(*_: object) -> None:
        raise ConcurrentChange

    file = FileInput(write(tmp_path / "a.docx", TEXT.format(1)))
    with as_named(catalogue) as readers:
        outcomes_of(library, [file], readers=readers)
        monkeypatch.setattr("ingest.ledger.Ledger.confirm_symbol", changed)
        assert results(outcomes_of(library, [file], readers=readers)) == ["unchanged"]


def test_a_folder_that_is_away_has_lost_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    write(folder / "a.md", "one")
    watched = WatchedFolder(folder)
    folder.rename(tmp_path / "unplugged")
    for _ in range(3):
        assert watched.scan().removed == ()
    folder.mkdir()  # the empty place where the disk was
    for _ in range(3):
        assert watched.scan().removed == ()
    folder.rmdir()
    (tmp_path / "unplugged").rename(folder)
    for _ in range(3):
        assert watched.scan() == Changes()


# A symbol that was given


def read_by_a_newer_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest.ledger, "READER_VERSION", "a new one")
    monkeypatch.setattr("ingest.document_reading.READER_VERSION", "a new one")


def with_symbol(path: Path, symbol: str | None = None) -> FileInput:
    """A file, with a symbol if one is given."""
    return FileInput(path, Symbol.parse(symbol) if symbol else None)


@pytest.fixture
def file(library: Library, tmp_path: Path) -> Path:
    """A file that was read as A/80/999."""
    path = write(tmp_path / "doc.md", BOATS)
    outcomes_of(library, [with_symbol(path, "A/80/999")])
    return path


def test_a_newer_reader_and_reading_again_keep_the_symbol_that_was_given_with_a_file(
    library: Library, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert results(outcomes_of(library, [with_symbol(file)], again=True)) == ["unchanged"]
    read_by_a_newer_reader(monkeypatch)
    for _ in range(2):
        outcomes_of(library, [with_symbol(file)])
        (document,) = library.documents()
        assert (document.id, document.verified, document.reader) == ("A/80/999:en:official", True, "a new one")


def test_another_symbol_takes_the_place_of_the_one_that_was_given(library: Library, file: Path) -> None:
    outcomes_of(library, [with_symbol(file, "A/80/998")])
    outcomes_of(library, [with_symbol(file)], again=True)
    assert list(held(library)) == ["A/80/998:en:official"]


def test_a_worker_process_reads_a_file_with_the_symbol_that_was_given(
    library: Library, catalogue: Catalogue, file: Path
) -> None:
    with WorkerPool(catalogue, 1) as readers:
        assert results(outcomes_of(library, [with_symbol(file)], readers=readers, again=True)) == ["unchanged"]
        write(file, "A/80/998\n\n" + BOATS)
        outcomes_of(library, [with_symbol(file)], readers=readers)
    assert list(held(library)) == ["A/80/998:en:official"]


def test_a_changed_file_with_a_remembered_symbol_does_not_replace_the_verified_text(
    library: Library, file: Path
) -> None:
    write(file, TRAINS)
    for again in (False, True):
        (outcome,) = outcomes_of(library, [with_symbol(file)], again=again)
        assert (outcome.result, "give the symbol A/80/999 again" in outcome.reason) == ("skipped", True)
        assert next(library.documents()).title == "A note on boats"
    outcomes_of(library, [with_symbol(file, "A/80/999")])
    (document,) = library.documents()
    assert (document.id, document.verified, document.title) == ("A/80/999:en:official", True, "A note on trains")


def test_a_file_that_could_not_be_read_for_a_while_keeps_its_symbol(library: Library, file: Path) -> None:
    write(file, "")
    assert results(outcomes_of(library, [with_symbol(file)])) == ["refused"]
    write(file, BOATS)
    assert results(outcomes_of(library, [with_symbol(file)], again=True)) == ["unchanged"]
    assert list(held(library)) == ["A/80/999:en:official"]


def test_a_symbol_is_forgotten_with_its_document(library: Library, file: Path) -> None:
    library.remove("A/80/999:en:official")
    outcomes_of(library, [with_symbol(file)])
    assert [document.symbol for document in library.documents()] == [None]
