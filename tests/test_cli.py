"""The command line: data on stdout, talk on stderr, exit codes that scripts can rely on."""

from __future__ import annotations

import json
import re
import shutil
import signal
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from conftest import AGENDA, add, at_hand
from invoking import BOATS, TRAINS, Cli, python, write

from assistant.cli.ask_commands import DEMO_QUESTIONS, SAMPLE_QUESTIONS
from assistant.cli.commands import COMMAND_PLACES, DeferredCommand, help_line
from corpus.catalogue import Catalogue
from corpus.embedding import HashEmbedder
from corpus.library import Library
from ingest.pipeline import Input, starter_sources

ITEM_3 = "When is agenda item 3 taken up?"
AGENDA_SYMBOL = "CTOC/COP/WG.7/2021/1"
COMMANDS = {"ask", "chat", "search", "demo", "ingest", "remove", "status", "verify", "reindex", "doctor", "show",
            "meeting", "list"}  # fmt: skip


@pytest.fixture
def boats(tmp_path: Path) -> Path:
    return write(tmp_path / "boats.md", BOATS)


@pytest.fixture
def trains(tmp_path: Path) -> Path:
    return write(tmp_path / "trains.md", TRAINS)


def held(cli: Cli) -> list[str]:
    return [row["id"] for row in cli("list", "--json").json()]


# ingest


def test_texts_that_have_little_in_common_are_not_compared_and_the_exit_code_tells(
    cli: Cli, boats: Path, trains: Path, tmp_path: Path
) -> None:
    cli("ingest", boats, trains)
    done = cli("compare", "a-note-on-boats", "a-note-on-trains")
    assert (done.code, done.err.count("have little in common")) == (1, 1)
    assert "They are not compared." in done.out
    assert "rails" not in done.out
    later = write(
        tmp_path / "later.md", BOATS.replace("note on", "second note on").replace("list of boats", "list of all boats")
    )
    cli("ingest", later)
    assert (
        cli("compare", "a-note-on-boats", "a-second-note-on-boats", "--json").json()["numbers"][1]["kind"] == "changed"
    )


def test_a_topic_that_no_text_has_writes_no_file_and_says_what_is_near(cli: Cli, boats: Path, tmp_path: Path) -> None:
    cli("ingest", boats)
    out = tmp_path / "topic.md"
    done = cli("compare", "--topic", "zeppelin upholstery", "--out", out)
    assert (done.code, out.exists()) == (1, False)
    assert "A note on boats" in done.out
    assert "No file was written" in done.err
    missing = cli("compare", "--topic", "boats", "a-note-on-boots")
    assert missing.code == 1
    assert "Similar: a-note-on-boats" in missing.err
    assert cli("origins", "a-note-on-boots").code == 1
    assert cli("origins", "a-note-on-boats", "--json").json()["verbatim"] == 0


@pytest.mark.parametrize(
    "command", [("compare", "--topic", "x"), ("origins", "x"), ("brief", "--theme", "x"), ("themes",)]
)
def test_a_program_that_is_not_installed_is_told_before_any_work(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setattr("assistant.export.docx.pandoc_path", lambda: None)
    monkeypatch.setattr("assistant.cli.paper_commands.open_backend", lambda name: pytest.fail("work began"))
    done = cli(*command, "--out", tmp_path / "made.docx")
    assert done.code == 1
    assert "pandoc" in done.err


def test_an_added_file_is_one_line_on_stdout_and_is_listed(cli: Cli, boats: Path) -> None:
    done = cli("ingest", boats)
    assert done.code == 0
    assert re.fullmatch(r"added +boats\.md: A note on boats \(en, upload\), \d+ passages?\n", done.out)
    assert "1 added" in done.err
    assert held(cli) == ["a-note-on-boats:en:upload"]


def test_the_starter_corpus_is_read_whole(cli: Cli) -> None:
    done = cli("ingest", "--starter")
    assert done.code == 0
    assert len(done.out.splitlines()) == len(starter_sources())
    assert len(held(cli)) == len(starter_sources())
    assert cli("verify").code == 0


@pytest.mark.parametrize(
    ("said", "known"),
    [(("--symbol", "a/75/1"), "A/75/1:en:official"), (("--language", "fr"), "a-note-on-boats:fr:upload")],
)
def test_what_is_said_of_a_file_counts(cli: Cli, boats: Path, said: tuple[str, ...], known: str) -> None:
    assert cli("ingest", *said, boats).code == 0
    assert held(cli) == [known]


def test_a_refused_file_is_named_and_the_others_go_on(cli: Cli, boats: Path, tmp_path: Path) -> None:
    done = cli("ingest", tmp_path / "absent.md", boats, write(tmp_path / "empty.md", ""))
    assert done.code == 1
    absent, added, empty = done.out.splitlines()
    assert absent.startswith("refused    absent.md: There is no file")
    assert added.startswith("added")
    assert empty.startswith("refused    empty.md is empty.")
    assert "absent.md" in done.err  # and so in the table at the end
    assert "1 added, 2 refused" in done.err
    assert held(cli) == ["a-note-on-boats:en:upload"]


def test_a_symbol_that_the_text_contradicts_is_refused_and_both_are_named(cli: Cli, tmp_path: Path) -> None:
    file = write(tmp_path / "note.md", "A/75/1\n\n" + BOATS)
    done = cli("ingest", "--symbol", "A/75/2", file)
    assert done.code == 1
    assert "A/75/1" in done.out
    assert "A/75/2" in done.out
    assert held(cli) == []


def test_files_of_one_name_in_different_folders_are_both_kept(cli: Cli, tmp_path: Path) -> None:
    first, second = write(tmp_path / "a" / "note.md", BOATS), write(tmp_path / "b" / "note.md", TRAINS)
    done = cli("ingest", first, second)
    assert [line.split()[:2] for line in done.out.splitlines()] == [["added", "note.md:"]] * 2
    assert (done.code, "2 added" in done.err) == (0, True)
    assert held(cli) == ["a-note-on-boats:en:upload", "a-note-on-trains:en:upload"]


def test_the_real_agenda_is_recognised_without_being_told(cli: Cli) -> None:
    at_hand(AGENDA)
    assert cli("ingest", AGENDA).code == 0
    assert held(cli) == [f"{AGENDA_SYMBOL}:en:official"]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--watch", "one.md"),
        *(("--symbol", "A/75/1", *more) for more in (("one.md", "two.md"), ("--starter",), (".",))),
    ],
)
def test_ingest_without_a_clear_choice_of_files_is_wrong_usage(cli: Cli, arguments: tuple[str, ...]) -> None:
    done = cli("ingest", *arguments)
    assert done.code == 2
    assert re.search("file|folder", done.err)
    assert not cli.folder.exists()


# remove, list, show


def test_a_removed_document_is_neither_listed_nor_found(cli: Cli, boats: Path, trains: Path) -> None:
    cli("ingest", boats, trains)
    done = cli("remove", "A note on boats")
    assert done.code == 0
    assert done.out.split() == ["removed", "a-note-on-boats:en:upload"]
    assert held(cli) == ["a-note-on-trains:en:upload"]
    assert {hit["document"] for hit in cli("search", "harbour master of boats", "--json").json()} == {
        "a-note-on-trains:en:upload"
    }
    assert cli("verify").code == 0


@pytest.mark.parametrize("command", ["remove", "show"])
def test_a_document_that_is_not_held_is_named_and_the_way_on_is_shown(cli: Cli, boats: Path, command: str) -> None:
    cli("ingest", boats)
    done = cli(command, "A/75/9")
    assert (done.code, done.out) == (1, "")
    assert "A/75/9" in done.err
    assert "rapporteur list" in done.err
    assert [cli(command, empty).code for empty in ("", " ")] == [1, 1]
    assert held(cli) == ["a-note-on-boats:en:upload"]


@pytest.mark.parametrize("command", ["remove", "show"])
def test_a_symbol_of_several_documents_names_the_choices(starter: Cli, command: str) -> None:
    before = held(starter)
    done = starter(command, "A/RES/55/25")
    assert (done.code, done.out) == (1, "")
    assert "A/RES/55/25, annex I," in done.err
    assert "A/RES/55/25, annex III" in done.err
    assert held(starter) == before


def test_list_gives_the_documents_as_json(starter: Cli) -> None:
    rows = starter("list", "--json").json()
    assert {tuple(row) for row in rows} == {
        ("id", "symbol", "title", "language", "edition", "date", "held", "sha256", "behind", "url",
         "part", "parent", "format", "reissue", "ocr", "pages", "pages_without_text", "warnings")
    }  # fmt: skip
    agenda = next(row for row in rows if row["symbol"] == AGENDA_SYMBOL)
    assert agenda["id"] == f"{AGENDA_SYMBOL}:en:digest"
    assert agenda["held"] is True
    assert agenda["behind"] is None


def test_the_official_text_stands_before_the_digest_wherever_one_looks(starter: Cli, boats: Path) -> None:
    starter("ingest", "--symbol", AGENDA_SYMBOL, boats)
    behind = {row["id"]: row["behind"] for row in starter("list", "--json").json() if row["behind"]}
    assert behind == {f"{AGENDA_SYMBOL}:en:digest": f"{AGENDA_SYMBOL}:en:official"}
    assert "superseded" in starter("list").out
    assert starter("show", AGENDA_SYMBOL, "--json").json()["edition"] == "official"
    assert starter("show", AGENDA_SYMBOL, "--edition", "digest", "--json").json()["edition"] == "digest"
    assert starter("show", AGENDA_SYMBOL, "--language", "ru").code == 1
    assert starter("remove", AGENDA_SYMBOL, "--edition", "digest").code == 0
    assert [each for each in held(starter) if AGENDA_SYMBOL in each] == [f"{AGENDA_SYMBOL}:en:official"]


def test_the_catalogue_lists_what_is_not_held_too(starter: Cli, catalogue: Catalogue) -> None:
    rows = starter("list", "--catalogue", "--json").json()
    wanted = {row["id"] for row in rows if not row["held"]}
    assert wanted
    assert wanted <= {entry.key for entry in catalogue.entries}
    assert [row["id"] for row in rows if row["held"]] == held(starter)
    assert "not in the library" in starter("list", "--catalogue").out


def test_the_printed_list_shows_each_symbol_whole(starter: Cli) -> None:
    done = starter.process("list")
    assert done.code == 0
    assert AGENDA_SYMBOL in done.out


@pytest.mark.parametrize(
    "command", ["ask When?", "search boats", "status", "show boats", "verify", "list", "doctor", "reindex", "meeting"]
)
def test_what_reads_makes_no_library_and_names_the_folder_that_has_none(cli: Cli, command: str) -> None:
    done = cli(*command.split())
    assert done.code == (0 if command == "doctor" else 1)
    assert f"There is no library in {cli.folder}" in " ".join(done.err.split()) or command == "doctor"
    assert "rapporteur ingest" in done.out + done.err
    assert not cli.folder.exists()


def test_a_folder_that_is_closed_is_said_to_be_closed(cli: Cli, boats: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli("ingest", boats)

    def closed(*_: object) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("corpus.corpus_errors.os.scandir", closed)  # who runs tests may read everywhere
    monkeypatch.setattr(Path, "exists", closed)
    done = cli("ask", ITEM_3)
    assert (done.code, f"{cli.folder} cannot be read" in done.err) == (1, True)


def test_a_library_is_not_copied_among_other_things(cli: Cli, boats: Path, tmp_path: Path) -> None:
    cli("ingest", boats)
    papers = write(tmp_path / "papers" / "a.md", BOATS).parent
    done = cli("migrate", "--to", papers)
    assert (done.code, "contains other files" in done.err) == (1, True)
    assert [path.name for path in papers.iterdir()] == ["a.md"]


def test_an_empty_library_says_how_to_fill_it(cli: Cli, boats: Path) -> None:
    cli("ingest", boats)
    cli("remove", "a-note-on-boats")
    done = cli("list")
    assert (done.code, "rapporteur ingest" in done.err) == (0, True)
    assert "rapporteur ingest" in cli("ask", ITEM_3).out
    doctor = cli("doctor")
    assert (doctor.code, "warning" in doctor.out, "ingest" in doctor.out) == (0, True, True)
    found = cli("search", "boats")
    assert (found.code, found.out, "The library is empty" in found.err) == (0, "", True)
    assert cli("search", "boats", "--json").json() == []


def test_doctor_counts_what_an_older_reader_read(cli: Cli, boats: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli("ingest", boats)
    assert "older reader" not in cli("doctor").out
    monkeypatch.setattr("assistant.cli.doctor.READER_VERSION", "99")
    done = cli("doctor")
    assert done.code == 0
    assert "1 documents were read by an older reader" in " ".join(done.out.split())


def test_a_library_that_can_only_be_read_is_asked_and_the_commands_that_write_say_so(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    paper = tmp_path / "boats.md"
    paper.write_text("# Boats\n\n1. Boats need a flag.\n", encoding="utf-8")
    assert cli("ingest", str(paper)).code == 0
    monkeypatch.setattr("corpus.library_reader.os.access", lambda *_: False)  # who runs tests may write everywhere
    assert "Boats need a flag." in cli("ask", "What do boats need?").out
    assert "boats" in cli("list").out
    for command in (["remove", "boats"], ["ingest", "--starter"], ["reindex"]):
        done = cli(*command)
        assert (done.code, "cannot be written to" in done.err) == (1, True), command
    assert "cannot be written to" in cli("doctor").out.replace("\n", " ")


def test_show_gives_text_and_blocks_that_fit_together(starter: Cli) -> None:
    for document_id in held(starter):
        shown = starter("show", document_id, "--json").json()
        assert shown["id"] == document_id
        assert shown["blocks"]
        for block in shown["blocks"]:
            assert shown["text"][block["start"] : block["end"]] == block["text"]
            assert block["text"].strip()
            assert block["locator"]


def test_show_takes_a_place(starter: Cli) -> None:
    name = "A/RES/55/25, annex III"
    blocks = starter("show", name, "art. 6", "--json").json()["blocks"]
    assert blocks
    assert all(re.match(r"art\. 6\b", block["locator"]) for block in blocks)
    printed = starter("show", name, "art. 6").out
    assert "art. 6, " in printed
    assert "art. 7" not in printed


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_place_that_a_document_lacks_is_answered_with_its_places(starter: Cli, form: tuple[str, ...]) -> None:
    done = starter("show", "A/RES/55/25, annex III", "art. 99", *form)
    assert done.code == 1
    assert "art. 99" in done.err
    assert re.search(r"It has: art\. 1–\d+;", done.err)


def test_a_document_that_the_catalogue_knows_and_that_is_not_held_is_told_so(starter: Cli) -> None:
    done = starter("show", "CTOC/COP/WG.7/2021/3")
    assert (done.code, done.out) == (1, "")
    assert "CTOC/COP/WG.7/2021/3 is known, but its text is not in the library." in done.err
    assert "https://docs.un.org/en/CTOC/COP/WG.7/2021/3" in done.err


@pytest.mark.parametrize("command", ["show", "remove"])
def test_a_document_that_is_held_in_another_language_or_edition_is_told_as_held(starter: Cli, command: str) -> None:
    for asked in (("--language", "fr"), ("--edition", "official")):
        done = starter(command, "CTOC/COP/WG.7/2021/1", *asked)
        assert done.code == 1
        assert "is in the library, but not in that language or edition. Available: en (digest)." in done.err
    for asked in (("--language", "xx"), ("--edition", "foo")):
        assert starter(command, "CTOC/COP/WG.7/2021/1", *asked).code == 2


def test_show_knows_a_document_by_each_of_its_names(starter: Cli) -> None:
    names = (AGENDA_SYMBOL, AGENDA_SYMBOL.lower(), f"{AGENDA_SYMBOL}:en:digest", "Annotated provisional agenda")
    assert {starter("show", name, "--json").json()["id"] for name in names} == {f"{AGENDA_SYMBOL}:en:digest"}


# meeting, status, verify, reindex, doctor


def test_the_meeting_is_printed_as_a_timetable(starter: Cli) -> None:
    (meeting,) = starter("meeting", "--json").json()
    assert meeting["document_id"] == f"{AGENDA_SYMBOL}:en:digest"
    assert meeting["dates"] == ["2021-10-14", "2021-10-15"]
    announced = {item["number"]: [symbol for symbol, _ in item["documentation"]] for item in meeting["items"]}
    assert announced["2"] == ["CTOC/COP/WG.7/2021/2"]
    assert announced["3"] == ["CTOC/COP/WG.7/2021/3"]
    assert [(sitting["date"], sitting["start"]) for sitting in meeting["sittings"]] == [
        ("2021-10-14", "11:00:00"),
        ("2021-10-14", "15:00:00"),
        ("2021-10-15", "11:00:00"),
        ("2021-10-15", "15:00:00"),
    ]
    printed = starter("meeting").out
    for told in ("Thursday, 14 October", "Friday, 15 October", "11 a.m.–1 p.m.", "3–5 p.m.", "CTOC/COP/WG.7/2021/3"):
        assert told in printed


def test_rows_of_a_table_are_printed_in_columns_below_their_heads_and_never_with_bars(tmp_path: Path) -> None:
    cli = Cli(tmp_path / "library")
    table = "| Harbour | Boats | Lamps |\n|---|---|---|\n| Northern harbour | 4 boats | |\n| Southern harbour | 7 boats | 2 |\n"
    note = write(tmp_path / "harbours.md", f"# Note on harbours\n\nTable 1. Boats by harbour\n\n{table}")
    assert cli("ingest", note).code == 0
    question = "How many boats are in the southern harbour?"
    told = cli("ask", question, "--explain")
    head, _, row = re.search(r".*Harbour  .*\n(.*)\n.*Southern harbour.*", told.out).group().split("\n")
    assert [head.index(each) for each in ("Harbour", "Boats", "Lamps")] == [
        row.index(each) for each in ("Southern", "7", "2")
    ]
    assert "“Southern harbour, 7 boats, 2”" in told.out
    for each in (told.out, told.err, cli("search", question).out, cli("chat", stdin=f"{question}\n\n").out):
        assert "Southern harbour" in each
        assert " | " not in each


def test_without_an_agenda_there_is_no_meeting_to_show(cli: Cli, boats: Path) -> None:
    cli("ingest", boats)
    done = cli("meeting")
    assert (done.code, done.out) == (1, "")
    assert "rapporteur ingest" in done.err


def test_status_counts_what_is_held(cli: Cli, boats: Path, trains: Path) -> None:
    cli("ingest", boats, trains)
    record = cli("status", "--json").json()
    assert record["folder"] == str(cli.folder)
    assert record["documents"] == 2
    assert record["passages"] == record["vectors"] > 0
    assert record["bytes"] > 0
    assert "hash" in record["embedding"]
    printed = cli("status").out
    assert all(name in printed for name in record)


def test_verify_prints_the_faults_and_reindexing_mends_them(starter: Cli) -> None:
    with sqlite3.connect(starter.folder / "library.sqlite3") as database:
        database.execute("DELETE FROM vectors")
    database.close()
    shutil.rmtree(starter.folder / "vectors")
    broken = starter("verify")
    assert broken.code == 1
    assert "vector" in broken.out
    assert "rapporteur reindex" in broken.err
    assert starter("reindex").code == 0
    sound = starter("verify")
    assert (sound.code, sound.out, "sound" in sound.err) == (0, "", True)


def test_doctor_finds_a_filled_library_sound(starter: Cli) -> None:
    done = starter("doctor")
    assert (done.code, "sound" in done.out, "error" in done.out) == (0, True, False)


def test_reindexing_keeps_every_passage(starter: Cli) -> None:
    before = starter("status", "--json").json()
    done = starter("reindex")
    assert done.code == 0
    assert done.out == f"reindexed  {before['passages']} passages\n"
    after = starter("status", "--json").json()
    assert {**after, "bytes": 0} == {**before, "bytes": 0}


# search


def test_search_gives_ranked_passages_as_json(starter: Cli) -> None:
    hits = starter("search", "smuggled migrants and prosecution", "--json").json()
    assert len(hits) == 10
    assert {tuple(hit) for hit in hits} == {("rank", "id", "document", "locator", "score", "text")}
    assert [hit["rank"] for hit in hits] == list(range(1, 11))
    scores = [hit["score"] for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert len({hit["id"] for hit in hits}) == 10
    for hit in hits:
        assert hit["text"] in starter("show", hit["document"], "--json").json()["text"]
    few = starter("search", "smuggled migrants", "-k", 3, "--json").json()
    assert len(few) == 3
    printed = starter("search", "smuggled migrants", "-k", 3).out
    assert re.findall(r"^(\d+)\. ", printed, re.MULTILINE)[:3] == ["1", "2", "3"]
    for dash in (("-",), ()):  # from standard input
        assert starter("search", *dash, "-k", 3, "--json", stdin="smuggled migrants\n").json() == few


def test_search_answers_a_batch_line_by_line(starter: Cli, tmp_path: Path) -> None:
    rows = [{"id": "a", "question": "smuggled migrants"}, {"id": 7, "question": "organized criminal group"}]
    batch = write(tmp_path / "batch.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    done = starter("search", "-k", 2, "--batch", batch)
    assert done.code == 0
    answers = done.rows()
    assert [answer["id"] for answer in answers] == ["a", 7]
    for row, answer in zip(rows, answers, strict=True):
        assert answer["hits"] == starter("search", row["question"], "-k", 2, "--json").json()


# ask

ASKED = (
    ITEM_3,
    "Which paper is for item 2?",
    "Can migrants be prosecuted for having been smuggled?",
    "What does article 6 of the Protocol say?",
    "¿Qué puntos se examinan el viernes por la tarde?",
    "What does A/99/999 say?",
)


def test_an_answer_is_printed_with_its_citations_and_quotes(starter: Cli) -> None:
    done = starter("ask", ITEM_3)
    assert (done.code, done.err) == (0, "")
    assert "3–5 p.m." in done.out
    assert "[1]" in done.out
    assert AGENDA_SYMBOL in done.out


def test_an_answer_as_json_has_a_fixed_set_of_keys(starter: Cli) -> None:
    done = starter("ask", "--json", ITEM_3)
    assert done.err == ""
    answer = done.json()
    assert set(answer) == {
        "question", "language", "status", "reason", "statements", "citations", "see_also", "notes",
        "confidence", "probability", "absent", "model", "raw", "dropped", "timings",
    }  # fmt: skip
    assert (answer["question"], answer["language"], answer["status"]) == (ITEM_3, "en", "answered")
    assert {tuple(statement) for statement in answer["statements"]} == {("text", "verdict", "citations")}
    assert {frozenset(citation) - {"heading"} for citation in answer["citations"]} == {
        frozenset(
            ("number", "id", "document", "symbol", "title", "edition", "language", "locator", "quote", "start", "end",
             "url", "ocr")
        )
    }  # fmt: skip
    assert {citation["symbol"] for citation in answer["citations"]} == {AGENDA_SYMBOL}
    assert "3–5 p.m." in answer["statements"][0]["text"]


@pytest.mark.parametrize("question", ASKED)
def test_every_quote_stands_in_its_document_and_numbers_follow_first_use(starter: Cli, question: str) -> None:
    answer = starter("ask", "--json", question).json()
    assert answer["reason"]
    if "A/99/999" in question:
        assert (answer["status"], answer["statements"], answer["citations"]) == ("not_found", [], [])
        assert "A/99/999" in answer["reason"]
    used = [number for statement in answer["statements"] for number in statement["citations"]]
    assert list(dict.fromkeys(used)) == [citation["number"] for citation in answer["citations"]]
    assert [citation["number"] for citation in answer["citations"]] == list(range(1, len(answer["citations"]) + 1))
    assert all(statement["citations"] for statement in answer["statements"])
    assert bool(answer["statements"]) == (answer["status"] in ("answered", "partial"))
    for statement in answer["statements"]:
        assert statement["verdict"] in ("quoted", "derived")
    for citation in answer["citations"]:
        document = starter("show", citation["document"], "--json").json()
        assert document["text"][citation["start"] : citation["end"]] == citation["quote"]
        assert citation["quote"].strip()
        assert (citation["title"], citation["edition"], citation["language"], citation["url"]) == (
            document["title"], document["edition"], document["language"], document["url"],
        )  # fmt: skip


def test_a_question_comes_from_standard_input_too_and_its_language_can_be_said(starter: Cli) -> None:
    expected = starter("ask", ITEM_3).out
    assert starter("ask", "-", stdin=ITEM_3 + "\n").out == expected
    assert starter("ask", stdin=ITEM_3 + "\n").out == expected
    batch = starter("ask", "--batch", "-", stdin=json.dumps({"id": 1, "question": ITEM_3}) + "\n")
    assert batch.json()["id"] == 1
    assert starter("ask", "--json", "--language", "fr", "CTOC/COP/WG.7/2021/1").json()["language"] == "fr"
    done = starter("ask", "--language", "de", ITEM_3)
    assert (done.code, done.out, "'de'" in done.err) == (2, "", True)


def without_timings(answer: dict[str, Any]) -> dict[str, Any]:
    assert answer["timings"]
    return {**answer, "timings": None}


def test_a_batch_is_answered_line_by_line_under_its_ids(starter: Cli, tmp_path: Path) -> None:
    rows = [
        {"id": "first", "question": ITEM_3},
        {"id": 2, "question": "And item 2?", "history": [ITEM_3]},
        {"id": "é", "question": "¿Qué puntos se examinan el viernes por la tarde?"},
    ]
    batch = write(tmp_path / "batch.jsonl", "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    done = starter("ask", "--batch", batch)
    assert (done.code, done.err) == (0, "")
    answers = done.rows()
    assert [answer.pop("id") for answer in answers] == ["first", 2, "é"]
    assert [answer["question"] for answer in answers] == [row["question"] for row in rows]
    assert without_timings(answers[0]) == without_timings(starter("ask", "--json", ITEM_3).json())
    assert "regular channels" in answers[1]["statements"][0]["text"]
    assert answers[2]["language"] == "es"


BAD_ROWS = {
    "no JSON": "{id: 1}",
    "a list": '["1", "when?"]',
    "no id": '{"question": "when?"}',
    "no question": '{"id": 1}',
    "a question that is no text": '{"id": 1, "question": 5}',
    "a history that is no list": '{"id": 1, "question": "when?", "history": "before"}',
    "a history of numbers": '{"id": 1, "question": "when?", "history": [1]}',
    "a language that is none": '{"id": 1, "question": "when?", "language": "de"}',
    "a language that is no text": '{"id": 1, "question": "when?", "language": ["en"]}',
    "a field that is none": '{"id": 1, "question": "when?", "scop": {"year": 2021}}',
    "a scope that is no object": '{"id": 1, "question": "when?", "scope": "A/75/1"}',
    "a scope with a field that is none": '{"id": 1, "question": "when?", "scope": {"years": 2021}}',
    "a scope with an item of no meeting": '{"id": 1, "question": "when?", "scope": {"item": "2"}}',
    "brackets without end": "[" * 100_000,
}


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize("what", BAD_ROWS)
def test_a_bad_line_of_a_batch_is_named_before_anything_is_answered(
    starter: Cli, tmp_path: Path, command: str, what: str
) -> None:
    first = json.dumps({"id": 1, "question": ITEM_3})
    batch = write(tmp_path / "batch.jsonl", f"{first}\n{BAD_ROWS[what]}\n")
    done = starter(command, "--batch", batch)
    assert (done.code, done.out) == (1, "")
    assert f"{batch}, line 2 " in done.err


# chat and demo


def test_a_chat_understands_what_follows_up(starter: Cli, models_in: Callable[[Path], Path]) -> None:
    models_in(starter.folder)
    done = starter.process("chat", stdin=f"{ITEM_3}\nAnd item 2?\n\n")
    assert done.code == 0
    assert done.out.count(f"{AGENDA_SYMBOL} (digest), annex, ") >= 2
    first, second = (line for line in done.out.splitlines() if line.startswith("Agenda item"))
    assert "3–5 p.m." in first
    assert "regular channels" in second
    assert "> " in done.err
    assert "> " not in done.out
    ended = starter("chat", stdin=ITEM_3)  # at the end of its input
    assert (ended.code, "3–5 p.m." in ended.out) == (0, True)


def test_the_demo_answers_its_questions_from_the_starter_corpus(cli: Cli) -> None:
    for _ in range(2):  # a second run finds its library filled
        done = cli("demo")
        assert done.code == 0
        assert all(f"? {question}" in done.out for question in DEMO_QUESTIONS)
        assert "3–5 p.m." in done.out
        assert all(f"? {question}" in done.out for question in SAMPLE_QUESTIONS)
        assert "two blasts in each minute" in done.out
        assert str(cli.folder) in done.err
    assert len(held(cli)) == len(starter_sources())


# usage and exit codes


def test_help_names_every_command(cli: Cli) -> None:
    done = cli.process("--help")
    assert (done.code, done.err) == (0, "")
    assert set(re.findall(r"^\W+(\w+)  ", done.out, re.MULTILINE)) >= COMMANDS
    assert cli("-h").code == 0


def test_the_version_is_that_of_the_installed_package(cli: Cli) -> None:
    done = cli.process("--version")
    assert (done.code, done.out, done.err) == (0, f"rapporteur {version('rapporteur')}\n", "")
    assert not cli.folder.exists()


def test_every_command_explains_itself_without_a_library(cli: Cli) -> None:
    for command in sorted(COMMANDS):
        done = cli(command, "--help")
        assert (done.code, f"{command} [OPTIONS]" in done.out) == (0, True)
    assert not cli.folder.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("lst",),
        ("list", "--jsn"),
        ("search", "x", "-k", "0"),
        ("search", "x", "-k", "many"),
        ("show",),
        ("list", "extra"),
    ],
)
def test_wrong_usage_is_told_on_stderr_with_exit_code_2(cli: Cli, arguments: tuple[str, ...]) -> None:
    done = cli(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "Usage" in done.err


def test_the_library_of_another_process_is_left_alone(starter: Cli) -> None:
    chat = starter.start("chat")
    assert chat.stderr is not None
    try:
        assert "Ask about" in chat.stderr.readline()
        for command in (("list",), ("ask", ITEM_3), ("ingest", "--starter"), ("reindex",)):
            done = starter(*command)
            assert (done.code, done.out.strip()) == (3, "")
            assert f"process {chat.pid} (rapporteur chat)" in done.err
        assert starter.process("status").code == 3
        doctor = starter("doctor")
        assert doctor.code == 0
        assert "warning" in doctor.out
    finally:
        out, err = chat.communicate("\n")
    assert chat.returncode == 0, err
    assert out == ""
    assert starter("list").code == 0


def test_an_interrupted_command_says_so_and_frees_the_library(starter: Cli) -> None:
    chat = starter.start("chat")
    assert chat.stderr is not None
    assert "Ask about" in chat.stderr.readline()
    chat.send_signal(signal.SIGINT)
    _, err = chat.communicate()
    assert chat.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    assert starter("verify").code == 0


def test_a_library_of_another_segmenter_names_the_command_that_mends_it(cli: Cli, catalogue: Catalogue) -> None:
    with Library(cli.folder, HashEmbedder(), "an earlier one") as library:
        add(library, catalogue, Input("boats.md", BOATS.encode()))
    for command in (("list",), ("ask", "boats?"), ("search", "boats"), ("ingest", "--starter"), ("verify",), ("demo",)):
        done = cli(*command)
        assert (done.code, done.out.strip()) == (4, "")
        assert "rapporteur reindex" in done.err
    doctor = cli("doctor")
    assert doctor.code == 1
    assert "reindex" in doctor.out
    assert cli("reindex").code == 0
    assert held(cli) == ["a-note-on-boats:en:upload"]
    assert cli("search", "harbour", "--json").json()
    assert cli("verify").code == 0


# The list of commands


@pytest.mark.parametrize("name", COMMAND_PLACES)
def test_what_the_list_says_of_a_command_is_the_first_sentence_of_its_help(name: str) -> None:
    place = f"assistant.cli.{COMMAND_PLACES[name]}"
    told = DeferredCommand(name, place).load().help
    assert told
    assert " ".join(told.split("\n\n")[0].split()) == help_line(place)


@pytest.mark.parametrize(("option", "told"), [("--help", "ingest"), ("--version", "rapporteur ")])
def test_the_list_of_commands_and_the_version_are_told_without_loading_a_command(option: str, told: str) -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from assistant.cli import app;"
        f"done = CliRunner().invoke(app, [{option!r}]); assert done.exit_code == 0, done.output;"
        f"assert {told!r} in done.output, done.output;"
        "print(*({'numpy', 'pydantic', 'corpus.library', 'assistant.settings'} & set(sys.modules)))"
    )
    assert python(code).strip() == ""


def test_a_library_is_copied_to_a_place_that_is_named_and_to_no_other(
    cli: Cli, boats: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("ingest", boats)
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    assert cli("migrate", "--to", "").code == 2
    assert not list(empty.iterdir())
    monkeypatch.chdir(cli.folder.parent)
    own = cli("migrate", "--to", cli.folder.name)
    assert own.code == 2
    assert "The library is already at the place given" in own.err
    (cli.folder / "links.key").write_text("k" * 43)
    there = cli("migrate", "--to", "copy")
    assert there.code == 0
    assert (cli.folder.parent / "copy" / "links.key").read_text() == "k" * 43, "shared links are known there, too"
    assert str(cli.folder.parent / "copy") in there.out.replace("\n", "")


def test_a_document_is_known_by_the_label_that_answers_print(starter: Cli) -> None:
    for label in ("Smuggling of Migrants Protocol (digest)", "CTOC/COP/WG.7/2021/1 (digest)"):
        shown = starter("show", label, "--json")
        assert shown.code == 0, shown.err
        assert shown.json()["edition"] == "digest"


def test_without_a_reader_the_times_of_an_item_are_told_where_it_is_not_sure_that_its_length_is_asked_for(
    starter: Cli,
) -> None:
    answer = replace(starter, env={"RAPPORTEUR_READER": "false"})(
        "ask", "When is item 3 discussed in the meeting?", "--json"
    ).json()
    assert answer["status"] == "tentative"
    assert "is taken up on Thursday, 14 October 2021" in answer["statements"][0]["text"]


def test_a_draft_is_moved_to_the_state_that_is_named_and_cleared_only_while_its_source_stands(starter: Cli) -> None:
    for _ in range(2):
        assert starter("brief", "--document", "working-group-mandate", "--draft").code == 0
    first, second = (each["id"] for each in json.loads(starter("review", "list", "--json").out))
    assert starter("review", "state", first, "cleared").code == 1  # it was in no review
    assert [starter("review", "show", first, "--out", out).code for out in ("a.odd", "no/such/a.md")] == [2, 1]
    for draft in (first, second):
        assert starter("review", "state", draft, "review").code == 0
    assert starter("review", "state", first, "cleared").err == f"{first}: cleared\n"
    assert starter("remove", "working-group-mandate").code == 0
    refused = starter("review", "state", second, "cleared")
    assert (refused.code, "can be read, commented on and exported, but not cleared" in refused.err) == (1, True)
