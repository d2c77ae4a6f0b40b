"""The command that fetches: what it adds, what it says, and what it leaves when it is killed."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from invoking import Cli, write
from ods import Ods, Reply, absent_file, formats, moved, pdf_file, word_file
from waiting import WAIT, until

from ingest.fetch.cache import DownloadCache

SYMBOL = "CTOC/COP/WG.7/2021/3"
WORD = word_file(SYMBOL)
FRENCH = ("Les bateaux doivent porter un pavillon et le capitaine du port tient une liste des bateaux.",
          "Cette liste est publiée chaque année par le secrétariat, qui la transmet aux États parties.")  # fmt: skip


@pytest.fixture
def cli(tmp_path: Path, ods: Ods) -> Cli:
    """The command line over an empty library, with the service on this machine."""
    return Cli(tmp_path / "library", {"RAPPORTEUR_ODS_URL": ods.address, "RAPPORTEUR_FETCH_DELAY": "0"})


def held(cli: Cli) -> set[str]:
    """Ids of what the library holds."""
    return {row["id"] for row in cli("list", "--json").json()}


def rows(cli: Cli, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    """The outcomes of a fetch."""
    done = cli("fetch", "--json", *arguments)
    assert done.code == code, done.err
    found = json.loads(done.out)
    assert isinstance(found, list)
    return found


def results(found: list[dict[str, Any]]) -> dict[str, str]:
    """Results by symbol and language."""
    return {f"{row['symbol']} {row['language']}": row["result"] for row in found}


def test_a_document_is_fetched_added_and_cited_by_its_public_link(ods: Ods, cli: Cli) -> None:
    ods.publish(SYMBOL, WORD)
    done = cli("fetch", SYMBOL)
    assert done.code == 0, done.err
    assert done.out.startswith(f"added         {SYMBOL} (en): {SYMBOL}:en:official; docx, {len(WORD) // 1000} kB")
    assert done.err.strip() == "1 added"
    assert cli("show", SYMBOL, "--json").json()["url"] == f"https://docs.un.org/en/{SYMBOL}"
    asked = len(ods.asked)
    again = cli("fetch", SYMBOL)
    assert (again.code, again.out.startswith(f"held          {SYMBOL} (en): {SYMBOL}:en:official")) == (0, True)
    cli("remove", SYMBOL)  # what was removed comes back
    assert results(rows(cli, SYMBOL)) == {f"{SYMBOL} en": "added"}
    assert len(ods.asked) == asked


def test_the_outcome_as_json_says_what_came_from_where(ods: Ods, cli: Cli) -> None:
    path = ods.publish(SYMBOL, WORD)
    (row,) = rows(cli, SYMBOL)
    assert row["document"] == f"{SYMBOL}:en:official"
    assert (row["result"], row["format"], row["bytes"]) == ("added", "docx", len(WORD))
    assert row["url"] == ods.address + path


def test_again_asks_for_what_is_held_and_replaces_it_if_it_changed(ods: Ods, cli: Cli) -> None:
    ods.publish(SYMBOL, WORD)
    cli("fetch", SYMBOL)
    assert results(rows(cli, "--again", SYMBOL)) == {f"{SYMBOL} en": "unchanged"}
    ods.publish(SYMBOL, word_file(SYMBOL, "Boats need two flags."))
    assert results(rows(cli, "--again", SYMBOL)) == {f"{SYMBOL} en": "replaced"}
    assert "two flags" in cli("show", SYMBOL).out


def test_several_languages_are_fetched_and_what_is_not_published_is_said(ods: Ods, cli: Cli) -> None:
    ods.publish(SYMBOL, WORD)
    ods.publish(SYMBOL, word_file(SYMBOL, *FRENCH, title="Note sur les bateaux"), language="fr")
    found = rows(cli, SYMBOL, "--language", "en,fr", "--language", "es", code=1)
    assert results(found) == {f"{SYMBOL} en": "added", f"{SYMBOL} fr": "added", f"{SYMBOL} es": "not published"}
    assert held(cli) == {f"{SYMBOL}:en:official", f"{SYMBOL}:fr:official"}


def test_several_symbols_can_be_named_in_short_and_each_is_fetched_once(ods: Ods, cli: Cli) -> None:
    found = rows(cli, "--dry-run", "CTOC/COP/WG.7/2021/2-3", SYMBOL, "A/80/6 (Sect. 16)")
    assert [row["symbol"] for row in found] == ["CTOC/COP/WG.7/2021/2", SYMBOL, "A/80/6 (Sect. 16)"]
    found = rows(cli, SYMBOL, "--dry-run", "--language", "all")
    assert [row["language"] for row in found] == ["en", "fr", "es", "ru", "ar", "zh"]
    assert not ods.asked


def test_a_dry_run_contacts_nobody_and_tells_what_was_fetched_before(ods: Ods, cli: Cli) -> None:
    ods.publish(SYMBOL, WORD)
    done = cli("fetch", "--dry-run", SYMBOL)
    assert done.code == 0
    assert done.out.startswith(f"would fetch   {SYMBOL} (en): {ods.address}/api/symbol/access?s=CTOC%2F")
    assert not ods.asked
    assert not (cli.folder / "downloads").exists()
    cli("fetch", SYMBOL)
    cli("remove", SYMBOL)
    assert results(rows(cli, "--dry-run", SYMBOL)) == {f"{SYMBOL} en": "would read"}


def test_the_format_can_be_chosen(ods: Ods, cli: Cli) -> None:
    cli("fetch", SYMBOL, "--format", "doc")
    assert formats(ods.accesses) == ["doc"]


# meetings and citations


def test_the_documents_of_a_meeting_are_those_of_the_catalogue(ods: Ods, cli: Cli) -> None:
    named = rows(cli, "--dry-run", "--meeting", "wg7-2021")
    assert [row["symbol"] for row in named] == [f"CTOC/COP/WG.7/2021/{n}" for n in (1, 2, 3, 4)]
    cli("ingest", "--starter")
    assert [row["symbol"] for row in rows(cli, "--dry-run", "--meeting")] == [row["symbol"] for row in named]
    assert not ods.asked


def test_where_it_is_not_clear_which_meeting_is_meant_the_known_ones_are_named(cli: Cli) -> None:
    for arguments in (("--meeting",), ("--meeting", "wg8-1999")):
        done = cli("fetch", *arguments)
        assert (done.code, done.out) == (2, "")
        assert "wg7-2021" in done.err


CITING = """# On boats

CTOC/COP/WG.7/2021/1

1. See CTOC/COP/WG.7/2021/2-4, S/RES/1325, A/80/6 and Add.1, and again CTOC/COP/WG.7/2021/1.

2. See also S/RES/1325 (2000) and CTOC/COP/WG.7/2021/3.
"""


def test_what_a_held_document_cites_is_fetched_each_once_and_not_what_is_held(
    ods: Ods, cli: Cli, tmp_path: Path
) -> None:
    assert cli("ingest", write(tmp_path / "citing.md", CITING)).code == 0
    ods.publish(SYMBOL, WORD)
    cli("fetch", SYMBOL)
    found = rows(cli, "--dry-run", "--cited-by", "CTOC/COP/WG.7/2021/1")
    assert [row["symbol"] for row in found] == [
        "CTOC/COP/WG.7/2021/2", "CTOC/COP/WG.7/2021/4", "S/RES/1325", "A/80/6", "A/80/6/Add.1",
    ]  # fmt: skip
    assert {row["result"] for row in found} == {"would fetch"}


def test_what_a_french_document_cites_is_fetched_in_french_unless_told_otherwise(
    ods: Ods, cli: Cli, tmp_path: Path
) -> None:
    paragraphs = "\n\n".join(f"{n}. {text} Voir A/75/2." for n, text in enumerate(FRENCH, 1))
    assert cli("ingest", write(tmp_path / "note.md", f"# Note\n\nA/75/1\n\n{paragraphs}\n")).code == 0
    assert results(rows(cli, "--dry-run", "--cited-by", "A/75/1")) == {"A/75/2 fr": "would fetch"}
    told = rows(cli, "--dry-run", "--cited-by", "A/75/1", "--language", "es")
    assert results(told) == {"A/75/2 es": "would fetch"}


def test_citations_of_a_document_that_is_not_held_cannot_be_told(cli: Cli) -> None:
    done = cli("fetch", "--cited-by", SYMBOL)
    assert (done.code, done.out) == (1, "")
    assert SYMBOL in done.err


def test_the_whole_catalogue_can_be_asked_for(cli: Cli) -> None:
    known = {row["symbol"] for row in cli("list", "--catalogue", "--json").json() if row["symbol"]}
    assert {row["symbol"] for row in rows(cli, "--dry-run", "--catalogue")} == known


# what is kept out


def test_a_file_that_says_that_there_is_no_such_document_is_kept_out(ods: Ods, cli: Cli) -> None:
    ods.publish(SYMBOL, absent_file(SYMBOL), form="pdf")
    (row,) = rows(cli, SYMBOL, code=1)
    assert row["result"] == "refused"
    assert "does not exist in the Official Document System" in row["reason"]
    assert not held(cli)
    ods.publish(SYMBOL, WORD)  # what was refused is asked for anew
    (row,) = rows(cli, SYMBOL)
    assert (row["result"], row["format"]) == ("added", "docx")


def test_another_document_than_was_asked_for_is_kept_out_and_both_are_named(ods: Ods, cli: Cli) -> None:
    ods.publish(SYMBOL, word_file("CTOC/COP/WG.7/2020/2"))
    done = cli("fetch", SYMBOL)
    assert (done.code, done.out) == (1, "")
    assert SYMBOL in done.err
    assert "CTOC/COP/WG.7/2020/2" in done.err
    assert not held(cli)


def test_another_language_than_was_asked_for_is_kept_out(ods: Ods, cli: Cli) -> None:
    ods.publish(SYMBOL, word_file(SYMBOL, *FRENCH * 4, title="Note sur les bateaux"))
    (row,) = rows(cli, SYMBOL, code=1)
    assert row["result"] == "refused"
    assert not held(cli)


def test_a_broken_file_is_kept_out_and_the_others_are_added(ods: Ods, cli: Cli) -> None:
    ods.publish(SYMBOL, pdf_file("x")[:200], form="pdf")
    ods.publish("A/75/1", word_file("A/75/1"))
    assert results(rows(cli, SYMBOL, "A/75/1", code=1)) == {f"{SYMBOL} en": "refused", "A/75/1 en": "added"}


def test_a_web_page_and_a_redirect_to_elsewhere_are_kept_out_and_told(ods: Ods, cli: Cli) -> None:
    ods.publish(SYMBOL, b"<html><head><title>Out of \x1b[31morder</title></head></html>")
    ods.script("A/75/1", moved("https://evil.example/A.docx"))
    done = cli("fetch", SYMBOL, "A/75/1")
    assert (done.code, done.out) == (1, "")
    assert "web page (“Out of [31morder”)" in done.err
    assert "evil.example" in done.err
    assert "2 refused" in done.err


# going wrong


def test_a_service_that_is_away_fails_the_run_but_not_what_is_there(ods: Ods, cli: Cli) -> None:
    ods.publish(SYMBOL, WORD)
    ods.script("A/75/1", Reply(429, headers={"Retry-After": "7200"}))
    found = rows(cli, SYMBOL, "A/75/1", "A/75/2", code=1)
    assert results(found) == {f"{SYMBOL} en": "added", "A/75/1 en": "failed", "A/75/2 en": "failed"}
    assert "asks to wait until" in found[1]["reason"]
    assert held(cli) == {f"{SYMBOL}:en:official"}


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("no symbol",),
        (SYMBOL, "--language", "de"),
        (SYMBOL, "--format", "odt"),
        ("A/80/6/Add.9-3",),
        ("--cited-by",),
    ],
)
def test_wrong_usage_is_told_and_nobody_asked(ods: Ods, cli: Cli, arguments: tuple[str, ...]) -> None:
    done = cli("fetch", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err
    assert not ods.asked


def test_a_service_that_cannot_be_used_is_a_fault_of_the_setting(cli: Cli) -> None:
    for address in ("documents.un.org", "ftp://documents.un.org", "https://me@documents.un.org", "https://a/?b"):
        done = Cli(cli.folder, {"RAPPORTEUR_ODS_URL": address})("fetch", SYMBOL)
        assert (done.code, done.out) == (2, "")
        assert "RAPPORTEUR_ODS_URL" in done.err


def test_while_another_process_fetches_this_one_ends_with_3(ods: Ods, cli: Cli) -> None:
    with DownloadCache(cli.folder / "downloads"):
        done = cli("fetch", SYMBOL)
    assert (done.code, done.out) == (3, "")
    assert "Another process is fetching" in done.err
    assert not ods.asked


def test_a_folder_that_cannot_be_used_is_told_in_a_sentence(ods: Ods, cli: Cli) -> None:
    write(cli.folder / "downloads", "a file in the way")
    done = cli("fetch", SYMBOL)
    assert (done.code, done.out) == (1, "")
    assert "is not a folder" in done.err
    assert not ods.asked


def test_interrupted_it_says_so_and_keeps_what_has_come(ods: Ods, cli: Cli) -> None:
    ods.publish("A/75/1", word_file("A/75/1"))
    ods.publish(SYMBOL, Reply(body=WORD, hold=1_000), Reply(body=WORD))
    running = cli.start("fetch", "A/75/1", SYMBOL)
    try:
        assert ods.held.wait(WAIT)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    finally:
        running.kill()
        ods.released.set()
    assert running.returncode == 130
    assert "Traceback" not in err
    assert results(rows(cli, "A/75/1", SYMBOL)) == {"A/75/1 en": "added", f"{SYMBOL} en": "added"}
    assert len(ods.files) == 3


def test_killed_while_a_file_comes_it_fetches_that_one_again(ods: Ods, cli: Cli) -> None:
    ods.publish("A/75/1", word_file("A/75/1"))
    ods.publish(SYMBOL, Reply(body=WORD, hold=len(WORD) // 2), Reply(body=WORD))
    running = cli.start("fetch", "A/75/1", SYMBOL)
    try:
        assert ods.held.wait(WAIT)
        until(lambda: any((cli.folder / "downloads").glob("*.part")))
        running.send_signal(signal.SIGKILL)
        running.wait(WAIT)
    finally:
        running.kill()
        running.communicate()
        ods.released.set()
    finished = [path.read_bytes() for path in (cli.folder / "downloads").glob("*.docx")]
    assert len(finished) == 1
    assert WORD not in finished
    assert results(rows(cli, "A/75/1", SYMBOL)) == {"A/75/1 en": "added", f"{SYMBOL} en": "added"}
    assert len(ods.files) == 3
    assert not list((cli.folder / "downloads").glob("*.part*"))
