"""`ask --explain`: what was found, what the reader said of it, which bar decided."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
import typer
from conftest import OpenLibrary, add
from invoking import Cli
from rich.console import Console
from test_reader import ASKED, HARBOUR, THRESHOLDS, Fake, readers
from word_reader import word_readers

from assistant.cli.backend import LibraryBackend
from assistant.cli.explain import ExplainRecorder
from assistant.cli.server_backend import ServerBackend
from assistant.qa.engine import Engine
from assistant.qa.readers import Readers
from assistant.question_request import QuestionRequest
from assistant.settings import Settings
from corpus.catalogue import Catalogue
from ingest.pipeline import Input


def told(
    open_library: OpenLibrary, catalogue: Catalogue, read: Readers | None, question: str = ASKED, more: str = ""
) -> str:
    """What is printed of a question to the harbour rules, and `more` text, on one line."""
    library = open_library()
    add(library, catalogue, *(Input(f"{len(text)}.md", text.encode()) for text in (HARBOUR, more) if text))
    desk = LibraryBackend(library, Settings())
    desk.engine = Engine(library, catalogue, readers=read)
    watched = ExplainRecorder(desk)
    answer = desk.ask(QuestionRequest.of(question))
    file = io.StringIO()
    watched.print(Console(file=file, width=200), answer)
    return " ".join(file.getvalue().split())


@pytest.mark.parametrize(
    ("logit", "decided", "outcome"),
    [
        (3.0, ": answered.", "answered"),
        (0.0, ": tentative (from -2.00).", "tentative"),
        (-3.0, ": not found", "not_found"),
    ],
)
def test_what_the_reader_said_its_bars_and_the_outcome_are_told(
    open_library: OpenLibrary, catalogue: Catalogue, logit: float, decided: str, outcome: str
) -> None:
    shown = told(open_library, catalogue, readers(en=Fake({"forty crowns": logit})))
    assert f"Scored for: {ASKED}" in shown
    assert f"en {logit:+.2f} {THRESHOLDS.probability(logit):.0%} forty crowns" in shown
    assert "Thresholds of the reader 'en': answered from log-odds +1.00 (a probability of 73%)" in shown
    assert decided in shown
    assert shown.endswith(f"Outcome: {outcome}")


@pytest.mark.parametrize(("logit", "is_told"), [(0.0, True), (5.0, False)])
def test_what_the_other_reader_changes_is_told(
    open_library: OpenLibrary, catalogue: Catalogue, logit: float, is_told: bool
) -> None:
    both = readers(en=Fake({"forty crowns": logit}), multilingual=Fake({"forty crowns": 6.0}))
    line = "The other reader, asked about the best passage too, changes all logits of the reader 'en' by +3.00."
    assert (line in told(open_library, catalogue, both)) == is_told


def test_what_the_other_reader_changes_is_told_where_a_text_in_another_language_is_the_best_one_then(
    open_library: OpenLibrary, catalogue: Catalogue
) -> None:
    other = Fake({"quarante couronnes": -1.0})
    french = (
        "# Règlement du port\n\nA/88/503\n\n1. Les yachts paient quarante couronnes pour chaque nuit dans le port.\n"
    )
    both = readers(en=Fake({"forty crowns": 0.0}), multilingual=other)
    shown = told(open_library, catalogue, both, more=french)
    assert "Thresholds of the reader 'multilingual'" in shown
    assert "changes all logits of the reader 'en' by -4.50." in shown


def test_every_passage_that_was_found_has_its_rank_place_and_fused_score(
    open_library: OpenLibrary, catalogue: Catalogue
) -> None:
    shown = told(open_library, catalogue, readers(en=Fake({"forty crowns": 3.0})))
    assert re.search(r"rank passage fused .* 1 A/88/501\S* .*?\d\.\d{3} en", shown)


def test_what_is_weighed_without_a_reader_is_told_as_such(open_library: OpenLibrary, catalogue: Catalogue) -> None:
    shown = told(open_library, catalogue, None)
    assert "none" in shown
    assert "Thresholds of likeness, since no reader reads it" in shown


def test_a_question_that_a_rule_answers_weighs_nothing(open_library: OpenLibrary, catalogue: Catalogue) -> None:
    shown = told(open_library, catalogue, None, "What does A/99/999 say?")
    assert "a rule decided" in shown
    assert shown.endswith("Outcome: not_found")


def test_the_command_prints_it_beside_the_answer_and_leaves_standard_output_as_it_is(tmp_path: Path) -> None:
    note = tmp_path / "harbour.md"
    note.write_text(HARBOUR, encoding="utf-8")
    cli = Cli(tmp_path / "library", {"RAPPORTEUR_MULTILINGUAL": "off", "RAPPORTEUR_READER": "false"})
    assert cli("ingest", note).code == 0
    plain, explained = cli("ask", ASKED), cli("ask", ASKED, "--explain")
    assert explained.out == plain.out
    assert "Outcome: " in explained.err
    assert "Outcome: " not in plain.err
    assert "Outcome: " in cli("ask", ASKED, "--explain", "--json").err


def test_a_file_of_questions_is_not_explained(tmp_path: Path) -> None:
    done = Cli(tmp_path / "library")("ask", "--batch", tmp_path / "questions.jsonl", "--explain")
    assert (done.code, done.out) == (2, "")
    assert "one question" in done.err


def test_with_a_running_server_it_says_that_it_works_without_one_only(capsys: pytest.CaptureFixture[str]) -> None:
    with ServerBackend("http://127.0.0.1:9", "token", Settings()) as desk, pytest.raises(typer.Exit) as ended:
        ExplainRecorder(desk)
    assert ended.value.exit_code == 1
    assert "does not work through a running server" in capsys.readouterr().err


def test_what_the_rows_of_a_meeting_tell_is_shown_with_its_chance(starter_engine: Engine) -> None:
    desk = LibraryBackend(starter_engine.library, Settings())
    desk.engine = Engine(starter_engine.library, starter_engine.catalogue, readers=word_readers())
    watched = ExplainRecorder(desk)
    answer = desk.ask(QuestionRequest.of("When is item 3 taken up?"))
    file = io.StringIO()
    watched.print(Console(file=file, width=200), answer)
    shown = " ".join(file.getvalue().split())
    assert "Rows of a meeting, read for: When is item 3 taken up?" in shown
    assert "Agenda item 3, How to strengthen the capacity to prosecute" in shown
    assert re.search(r"\+\d\.\d\d \d+% .*Outcome: answered", shown)
