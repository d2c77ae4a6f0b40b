"""The most and the least of a table are reckoned from its rows, and said to be."""

from __future__ import annotations

import pytest
from conftest import Holding
from test_reader import Fake, readers

from assistant.qa.engine import Engine

CASKS = """# Casks of oil

A/88/77

1. Every harbour of the least sheltered coast reports the casks of oil that it has used.

Table 1
Casks used by harbour

| Harbour | Casks 2029 | Casks 2030 |
| --- | --- | --- |
| Arla | 1,040 | 96 |
| Bend | 312 | 1,207 |
| Corm | 9.5 | 310 |
| Total | 1,361.5 | 1,613 |
"""
FRENCH = """---
language: fr
---
# Tonneaux d'huile des ports

A/88/78

Tableau 1
Tonneaux utilisés par port

| Port | Tonneaux 2029 | Tonneaux 2030 |
| --- | --- | --- |
| Arla | 40 | 96 |
| Bend | 312 | 7 |
"""


@pytest.fixture
def engine(holding: Holding) -> Engine:
    rows = {"Corm": 4.0, "Arla": 4.0, "least sheltered": 1.0}
    return holding(CASKS, FRENCH, readers=readers(en=Fake(rows), multilingual=Fake(rows)))


@pytest.mark.parametrize(
    ("question", "row", "note"),
    [
        ("Which harbour used the most casks in 2030?", "Bend | 312 | 1,207", "greatest number under “Casks 2030”"),
        (
            "Which harbour used the most casks of oil in 2029?",
            "Arla | 1,040 | 96",
            "greatest number under “Casks 2029”",
        ),
        ("Which harbour had the fewest casks in 2029?", "Corm | 9.5 | 310", "smallest number under “Casks 2029”"),
        (
            "Quel port a utilisé le plus de tonneaux en 2029 ?",
            "Bend | 312 | 7",
            "nombre le plus élevé sous « Tonneaux 2029 »",
        ),
    ],
)
def test_the_row_with_the_most_or_the_least_is_said_alone_and_why(
    engine: Engine, question: str, row: str, note: str
) -> None:
    answer = engine.ask(question)
    assert [statement.text.endswith(row) for statement in answer.statements] == [True]
    assert note in " ".join(answer.notes)


@pytest.mark.parametrize(
    "question",
    [
        "How many casks did Arla use at most in 2030?",  # names a row, and bounds
        "How many casks did the harbours of the least sheltered coast use in 2030?",  # the text says so itself
        "Which harbour used most casks?",  # of two columns
        "Which northern harbour used the most casks in 2030?",  # of some rows, which the text does not tell
        "Which two harbours used the most casks in 2030?",
        "How many casks did Arla use in 2030?",
    ],
)
def test_what_is_not_reckoned_is_read(engine: Engine, question: str) -> None:
    assert not any("number under" in note for note in engine.ask(question).notes)
