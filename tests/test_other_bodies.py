"""What the catalogue knows of one body's documents is not spoken of where others' are asked about; what is held answers."""

from __future__ import annotations

import pytest
from conftest import OpenLibrary, add
from readers import word_readers

from assistant.qa.engine import Engine
from corpus.catalogue import Catalogue
from ingest.run import Input

BOARD = """# Report of the board

A/88/601

1. Religious holidays are avoided when the meetings of the board are scheduled: the calendar names Eid al-Fitr and Diwali.

2. Conventional weapons are stored apart. The convention on floating docks binds twelve States.

3. The board adopted the report on harbour fees.
"""


@pytest.fixture
def engine(open_library: OpenLibrary, catalogue: Catalogue) -> Engine:
    library = open_library()
    add(library, catalogue, Input("board.md", BOARD.encode()))
    return Engine(library, catalogue, readers=word_readers())


@pytest.mark.parametrize(
    "question",
    [
        "Which religious holidays should be avoided when meetings are scheduled?",
        "What does the organization of work say about holidays?",
        "Where are Conventional weapons stored?",
        "How many States does the convention on floating docks bind?",
        "Which conventional weapons does the agenda name?",
        "What does the annotated provisional agenda say of the board?",
    ],
)
def test_a_question_that_names_no_document_is_not_told_that_one_is_not_held(engine: Engine, question: str) -> None:
    answer = engine.ask(question)
    assert answer.absent is None
    assert "CTOC" not in answer.reason
    assert "Organized Crime" not in answer.reason


def test_a_held_symbol_answers_though_another_that_is_named_is_not_held(engine: Engine) -> None:
    answer = engine.ask("What do A/88/601 and A/88/699 say about harbour fees?")
    assert {citation.symbol for citation in answer.citations} == {"A/88/601"}
    assert answer.absent is None
    assert any("A/88/699" in note for note in answer.notes)


def test_a_symbol_that_is_not_held_is_said_not_to_be(engine: Engine) -> None:
    answer = engine.ask("What does A/88/699 say about harbour fees?")
    assert (answer.status, answer.absent) == ("not_found", "A/88/699")


def test_a_treaty_that_is_named_in_full_and_not_held_is_said_not_to_be(engine: Engine) -> None:
    answer = engine.ask(
        "What does the United Nations Convention against Transnational Organized Crime say about docks?"
    )
    assert answer.absent == "A/RES/55/25"
