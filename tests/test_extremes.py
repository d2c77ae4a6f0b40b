"""The most and the least of a table are reckoned from its rows, and said to be."""

from __future__ import annotations

import pytest
from conftest import Holding
from test_reader import Fake, readers
from word_reader import FlatReader, readers_of

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


TOWERS = """# Towers of the coast

A/88/79

## Bells

Table 1
Bells of each tower

| Tower | Bells | Steps |
| --- | --- | --- |
| Arla | 12 | 96 |
| Bend | 31 | 70 |
| Corm | 4 | 210 |
| Dune | 8 | 12 |
| Elm | 2 | 45 |

## Others

1. The other towers have nine bells together.
"""
CHINESE = """---
language: zh
---
# 海岸的灯塔

A/88/80

表1
各灯塔的钟

| 灯塔 | 钟的数量 | 台阶数量 |
| --- | --- | --- |
| 阿尔拉 | 12 | 96 |
| 本德 | 31 | 70 |
"""


def test_a_sentence_that_reads_more_like_an_answer_does_not_hide_the_row(holding: Holding) -> None:
    engine = holding(TOWERS, readers=readers(en=Fake({"The other towers": 5.0, "Arla": 4.0})))
    answer = engine.ask("Which tower has the most bells?")
    assert [statement.text.endswith("Bend | 31 | 70") for statement in answer.statements] == [True]
    told = engine.ask("Which tower has the most bells of bronze?").statements[0]  # which the table does not tell
    assert told.text == "The other towers have nine bells together."


def test_a_table_does_not_speak_where_a_sentence_of_another_document_answers(holding: Holding) -> None:
    survey = (
        "# Survey of towers 2031\n\nA/88/90\n\n1. The tower with the most bells is Gull, which was built last year.\n"
    )
    engine = holding(TOWERS, survey, readers=readers(en=Fake({"The tower with the most bells": 8.0, "Arla": 4.0})))
    assert "Gull" in engine.ask("Which tower has the most bells?").statements[0].text


PILOTS = """# Ports and pilots

A/88/91

Table 1
Pilots by port, 2024

| Port | Pilots |
| --- | --- |
| Alda | 12 |
| Bend | 40 |

Table 2
Pilots by country

| Country | Pilots |
| --- | --- |
| Spain | 3 000 |
| Malta | 700 |

Table 3
Boats, 2025

| Port | Boats |
| --- | --- |
| Alda | 5 |
| Bend | 6 |
"""


@pytest.mark.parametrize(
    ("best", "question"),
    [("Spain", "Which port had the most pilots?"), ("Alda | 12", "Which port had the most pilots in 2025?")],
)
def test_a_table_of_something_else_or_of_another_year_is_not_reckoned(
    holding: Holding, best: str, question: str
) -> None:
    engine = holding(PILOTS, readers=readers(en=Fake({best: 5.0})))
    assert not [note for note in engine.ask(question).notes if "greatest" in note]


def test_in_chinese_words_that_touch_are_no_other_words(holding: Holding) -> None:
    engine = holding(CHINESE, readers=readers(multilingual=Fake({"阿尔拉": 4.0})))
    answer = engine.ask("哪个灯塔台阶数量最多？")
    assert [statement.text.endswith("阿尔拉 | 12 | 96") for statement in answer.statements] == [True]


def test_rows_beyond_those_that_an_answer_may_have_are_named(holding: Holding) -> None:
    answer = holding(TOWERS, readers=readers_of(FlatReader(), "en")).ask("How many bells and steps has each tower?")
    left = next(note for note in answer.notes if note.startswith("Not quoted here"))
    rows = {cite.locator for statement in answer.statements for cite in statement.citations[-1:]}
    assert rows
    assert not any(row in left for row in rows)


def test_where_only_some_rows_are_asked_for_their_total_leaves_no_further_rows_to_name(holding: Holding) -> None:
    engine = holding(CASKS, readers=readers(en=Fake({"Arla |": 4.0, "Bend |": 4.0})))
    answer = engine.ask("How many casks did Arla use compared to Bend?")
    assert [each.main.quote.split()[0] for each in answer.statements] == ["Arla", "Bend", "Total"]
    assert not [note for note in answer.notes if note.startswith("Not quoted here")]


REGIONS = """<html><body><h1>Cases by region</h1><p>A/88/93</p>
<p>1. The cases of each region are counted by year.</p><p>Table 1. Cases by region</p>
<table><thead><tr><th rowspan="2">Region</th><th colspan="2">2029</th><th colspan="2">2030</th></tr>
<tr><th>Cases</th><th>Ships</th><th>Cases</th><th>Ships</th></tr></thead>
<tr><td>Arla</td><td>40</td><td>7</td><td>96</td><td>2</td></tr><tr><td>Bend</td><td>312</td><td>5</td><td>70</td><td>9</td></tr></table>
</body></html>"""


@pytest.mark.parametrize(("year", "row"), [("2029", "Bend | 312 | 5 | 70 | 9"), ("2030", "Arla | 40 | 7 | 96 | 2")])
def test_of_columns_with_the_same_head_the_words_above_tell_which_one_is_asked_for(
    holding: Holding, year: str, row: str
) -> None:
    engine = holding(REGIONS, readers=readers(en=Fake({"Arla |": 4.0, "Bend |": 4.0})))
    answer = engine.ask(f"Which region had the most cases in {year}?")
    assert [statement.text.endswith(row) for statement in answer.statements] == [True]
    assert f"greatest number under “{year} Cases”" in " ".join(answer.notes)


@pytest.mark.parametrize(
    "rows",
    [
        "| Coast | 10 |\n| Arla | 4 |\n| Bend | 6 |\n| Islands | 7 |\n| All | 17 |\n",
        "| Arla | 4 |\n| Bend | 9 |\n| Corm | 1 |\n| Share | 82% |\n",
    ],
)
def test_a_row_that_may_be_the_sum_of_others_or_their_share_is_not_said_to_be_the_greatest(
    holding: Holding, rows: str
) -> None:
    text = f"# Audits\n\nA/88/94\n\nTable 1\nAudits by region\n\n| Region | Audits |\n|---|---|\n{rows}"
    engine = holding(text, readers=readers(en=Fake({"Arla |": 4.0})))
    assert not [note for note in engine.ask("Which region had the most audits?").notes if "greatest" in note]
