"""Public sets: their layouts, the throw-away libraries, what is judged, and the commands."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from conftest import SHARED, at_hand
from invoking import write_lines
from typer.testing import CliRunner
from word_reader import word_readers

from assistant.qa.engine import Engine
from corpus.catalogue import Catalogue
from corpus.embedding import HashEmbedder
from corpus.models import EmbeddingModels
from eval.cases import EvaluationError
from eval.metrics.statistics import Figure, figure
from eval.public import figures as made_of
from eval.public import public_commands, squad
from eval.public.figures import Outcome, is_covered, rank_texts, ranking_figures, ranking_outcome
from eval.public.public_libraries import Kit, Text, key_of, open_text_engine
from eval.public.public_rows import Abstention, Evidence, Row, read_rows

SETS = SHARED / "eval"
CASTLE = "The castle was built by King Olaf in 1288. It stands on a hill above the harbour."
BRIDGE = "The bridge over the river was opened by the mayor in 1956. Ferries crossed there before."
MARKET = "The fish market opens at dawn. Traders sell herring, cod and mussels until noon."
TEXTS = [Text("", CASTLE, "en"), Text("", BRIDGE, "en"), Text("Market", MARKET, "en")]


@pytest.fixture
def kit(catalogue: Catalogue) -> Kit:
    """Tiny models."""
    return Kit(
        EmbeddingModels(HashEmbedder()), partial(Engine, catalogue=catalogue, readers=word_readers(), max_statements=5)
    )


# Rows


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{oops", "JSON"),
        ("[1]", "object"),
        ('{"other": 1}', "id: Field required"),
        ('{"id": [1]}', "id: Input should be a valid string"),
        ('{"id": true}', "id: Input should be a valid string"),
        ('{"id": "\\ud800"}', "hex escape"),
    ],
)
def test_what_is_not_as_it_must_be_is_named_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    path = write_lines(tmp_path / "rows.jsonl", {"id": "first"}, "", line)
    with pytest.raises(EvaluationError, match=r"rows\.jsonl, line 3: ") as raised:
        read_rows(path, Row)
    assert told in str(raised.value)


def test_files_that_are_absent_not_text_empty_or_use_an_id_twice_are_told_plainly(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    held = {
        None: "No such file",
        b'{"id": "\xff"}\n': "utf-8",
        b"": "contains no rows",
        b'{"id": "a"}\n' * 2: "id twice",
    }
    for data, told in held.items():
        if data is not None:
            path.write_bytes(data)
        with pytest.raises(EvaluationError, match=rf"rows\.jsonl .*{told}"):
            read_rows(path, Row)


# Libraries


def test_a_text_becomes_a_document_without_a_changed_character() -> None:
    body = " First line.\nSecond,  with spaces. \n\n\tThird."
    text = Text("A \n title", body, "en")
    document = text.document("text-0")
    assert document is not None
    assert document.text[text.offset :] == body
    assert [(block.kind, document.block_text(block)) for block in document.blocks] == [
        ("heading", "A title"),
        ("paragraph", "First line."),
        ("paragraph", "Second,  with spaces."),
        ("paragraph", "Third."),
    ]
    bare = Text("", body, "en")
    untitled = bare.document("text-1")
    assert untitled is not None
    assert (bare.offset, untitled.text) == (0, body)


def test_a_text_without_a_word_becomes_no_document_and_the_others_keep_their_numbers(kit: Kit) -> None:
    with open_text_engine([Text(" ", " \n", "en"), *TEXTS], kit) as engine:
        assert [document.key for document in engine.library.documents()] == [key_of(n) for n in (1, 2, 3)]
        assert rank_texts(engine, "Who opened the bridge?")[0] == 2


def test_a_library_is_gone_in_the_end(kit: Kit) -> None:
    with open_text_engine(TEXTS, kit) as engine:
        folder = engine.library.folder
        assert folder.is_dir()
        assert engine.library.verify() == []
    assert not folder.parent.exists()


# Asking


@pytest.mark.parametrize(
    ("by", "share", "holds"),
    [
        ([("a", (0, 10))], 1.0, True),
        ([("a", (0, 5)), ("a", (4, 10))], 1.0, True),
        ([("a", (0, 9))], 1.0, False),
        ([("b", (0, 10))], 1.0, False),
        ([("a", (6, 20))], 0.5, True),
        ([("a", (8, 20))], 0.5, False),
        ([], 0.5, False),
    ],
)
def test_a_span_is_covered_by_those_of_its_document(
    by: list[tuple[str, tuple[int, int]]], share: float, holds: bool
) -> None:
    assert is_covered([("a", (2, 10))], by, share) is holds


# Ranking


def test_the_outcome_of_a_ranking_has_the_figures_worked_out_by_hand() -> None:
    outcome = ranking_outcome([4, 7, 1], 7)
    assert outcome == {"ndcg10": pytest.approx(1 / math.log2(3)), "recall": [0.0, 1.0, 1.0], "rr": 0.5}
    figures = ranking_figures([outcome, ranking_outcome([3], 3)])
    assert figures["MRR@10"].value == 0.75
    assert figures["R@1"].value == 0.5


def test_a_document_counts_once_however_many_of_its_passages_are_found(kit: Kit) -> None:
    long = "\n".join(f"The castle has tower number {n}, which the guards of the castle watch." for n in range(200))
    with open_text_engine([Text("", long, "en"), *TEXTS], kit) as engine:
        assert len(engine.library.passages(next(engine.library.documents()).id)) > 3
        ranked = rank_texts(engine, "Who built the castle on the hill?")
        assert sorted(set(ranked)) == sorted(ranked)
        assert {0, 1} <= set(ranked)


# SQuAD


def squad_file(path: Path, *paragraphs: tuple[str, list[tuple[str, str]]]) -> Path:
    """A file of paragraphs, each with its questions (id, question)."""
    made = [
        {"context": context, "qas": [{"id": key, "question": question} for key, question in asked]}
        for context, asked in paragraphs
    ]
    return write_lines(path, {"data": [{"title": "Town", "paragraphs": made}]})


TOWN = (CASTLE, [("c1", "Who built the castle?")]), (BRIDGE, [("b1", "When was the bridge opened?")])


def test_a_squad_file_gives_paragraphs_and_the_questions_on_them(tmp_path: Path) -> None:
    found = squad.load_squad(squad_file(tmp_path / "town.json", *TOWN))
    assert found.paragraphs == (CASTLE, BRIDGE)
    assert [(each.id, each.paragraph) for each in found.questions] == [("c1", 0), ("b1", 1)]


@pytest.mark.parametrize("text", ["{", "[]", '{"data": {}}', '{"data": [{"paragraphs": [{"qas": []}]}]}'])
def test_a_file_that_is_not_of_the_squad_layout_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"bad\.json"):
        squad.load_squad(path)


def test_questions_are_asked_of_the_paragraphs_of_a_translation_by_their_ids(tmp_path: Path) -> None:
    english = squad.load_squad(squad_file(tmp_path / "en.json", *TOWN))
    chateau, pont = "Le roi Olaf a construit le château.", "Le pont date de 1956."
    qas = [("c1", "Qui ?")], [("b1", "Quand ?")]
    names = (tmp_path / "en.json", tmp_path / "fr.json")
    turned = squad.load_squad(squad_file(tmp_path / "fr.json", (pont, qas[1]), (chateau, qas[0])))
    texts, crossed = squad.ask_in_other_language(english, turned, names)
    assert [each.body for each in texts] == [pont, chateau]
    assert [(each.text, each.paragraph) for each in crossed] == [
        ("Who built the castle?", 1),
        ("When was the bridge opened?", 0),
    ]
    with pytest.raises(EvaluationError, match=r"en\.json and .*fr\.json are no translations"):
        squad.ask_in_other_language(english, squad.load_squad(squad_file(tmp_path / "fr.json", (pont, qas[1]))), names)


# Abstention


def abstention_row(key: str, question: str, answerable: bool, language: str = "en") -> dict[str, Any]:
    passages = [{"title": text.title, "text": text.body} for text in TEXTS]
    return {"id": key, "language": language, "question": question, "passages": passages, "answerable": answerable}


def test_rows_are_answered_or_refused_from_their_own_passages(tmp_path: Path, kit: Kit) -> None:
    path = write_lines(
        tmp_path / "rows.jsonl",
        abstention_row("a", "Who built the castle?", True),
        abstention_row("b", "How tall are the giraffes of Zanzibar?", False),
    )
    known, unknown = (made_of.abstention_outcome(row, kit) for row in read_rows(path, Abstention))
    assert (known["answered"], known["answerable"]) == (True, True)
    assert (unknown["answered"], unknown["answerable"]) == (False, False)
    assert known["confidence"] > unknown["confidence"]


def test_abstention_figures_are_those_worked_out_by_hand() -> None:
    made = [(True, True, 3.0), (True, False, -1.0), (False, True, 1.0), (False, False, -2.0)]
    rows: list[Outcome] = [{"answerable": a, "answered": b, "confidence": c} for a, b, c in made]
    figures = made_of.abstention_figures(rows)
    assert figures["answered unanswerable"].value == 0.5
    assert figures["refused answerable"].value == 0.5
    assert figures["AUC"].value == 0.75
    one_kind = made_of.abstention_figures(rows[:2])
    assert one_kind["AUC"].value is None
    assert one_kind["answered unanswerable"].value is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"language": "de"}, "language: Input should be 'en'"),
        ({"answerable": "yes"}, "answerable: Input should be a valid boolean"),
        ({"question": " "}, "question: "),
        ({"passages": []}, "passages: contains no words"),
        ({"passages": [{"title": "x"}]}, "passages 1, text: Field required"),
        ({"passages": "none"}, "passages: Input should be a valid array"),
    ],
)
def test_a_row_of_abstention_that_is_malformed_is_told_with_its_line(
    tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    rows = [abstention_row("first", "Who?", True), abstention_row("second", "Who?", True) | change]
    path = write_lines(tmp_path / "rows.jsonl", *rows)
    with pytest.raises(EvaluationError, match=r"rows\.jsonl, line 2") as raised:
        read_rows(path, Abstention)
    assert told in str(raised.value)


# Evidence


def evidence_row(key: str, question: str, *selected: str) -> dict[str, Any]:
    passages = [{"title": "Castle", "text": CASTLE, "sentences": CASTLE.split(". ")}]
    output = [{"answer": "", "selected_sentences": list(selected)}]
    return {"id": key, "input": question, "passages": passages, "output": output}


def test_a_selected_sentence_that_is_quoted_counts_and_one_that_is_not_does_not(tmp_path: Path, kit: Kit) -> None:
    built, stands = CASTLE.split(". ")
    path = write_lines(
        tmp_path / "rows.jsonl",
        evidence_row("good", "Who built the castle?", built),
        evidence_row("other", "Who built the castle?", stands),
        evidence_row("none", "How tall are the giraffes of Zanzibar?"),
    )
    rows = read_rows(path, Evidence)
    good, other, none = (made_of.evidence_outcome(row, kit) for row in rows)
    assert [each["answerable"] for each in (good, other, none)] == [True, True, False]
    assert (good["quoted"], other["quoted"]) == (True, False)
    assert (none["quoted"], none["answered"]) == (False, False)
    figures = made_of.evidence_figures([good, other, none])
    assert (figures["gold quoted"].value, figures["gold quoted"].cases) == (0.5, 2)
    assert (figures["AUC"].value, figures["answered unanswerable"].value) == (1.0, 0.0)


def test_a_selected_sentence_that_stands_in_no_passage_is_told_with_its_line(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "rows.jsonl", evidence_row("a", "Who?"), evidence_row("b", "Who?", "Nobody knows."))
    with pytest.raises(EvaluationError, match=r"rows\.jsonl, line 2: .*the selected sentence 'Nobody knows\.'"):
        read_rows(path, Evidence)


# Outcomes and figures


def test_a_figure_has_an_interval_that_holds_it_and_none_without_rows() -> None:
    made = figure([True] * 30 + [False] * 10)
    assert made.low is not None
    assert made.high is not None
    assert 0.5 < made.low < made.value == 0.75 < made.high < 0.95
    assert figure([]) == Figure()


# Commands

app = typer.Typer()
for _command in (public_commands.retrieval, public_commands.abstention, public_commands.evidence):
    app.command()(_command)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a command with the hashing embedder, without a reader."""
    monkeypatch.setenv("RAPPORTEUR_EMBEDDING", "hash")
    monkeypatch.setenv("RAPPORTEUR_READER", "false")
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])


def test_each_command_prints_figures_as_json_and_as_a_table(tmp_path: Path, run: Callable[..., Result]) -> None:
    rows = [abstention_row("a", "Who built the castle?", True), abstention_row("b", "哪里？", False, "zh")]
    commands_of = {
        "nDCG@10": ["retrieval", "--squad", squad_file(tmp_path / "town.json", *TOWN)],
        "refused answerable": ["abstention", write_lines(tmp_path / "rows.jsonl", *rows)],
        "gold quoted": ["evidence", write_lines(tmp_path / "e.jsonl", evidence_row("a", "Who?", CASTLE.split(".")[0]))],
    }
    for name, arguments in commands_of.items():
        done = run(*arguments, "--json")
        assert done.exit_code == 0, done.output
        found = json.loads(done.stdout)
        groups = found["figures"]
        assert all(name in figures for figures in groups.values())
        assert list(found["rows"]) == list(groups)
        table = run(*arguments)
        assert table.exit_code == 0, table.output
        assert all(group in table.stdout for group in groups)
        with pytest.raises(ValueError):
            json.loads(table.stdout)
    assert list(json.loads(run(*commands_of["refused answerable"], "--json").stdout)["figures"]) == ["en", "zh", "all"]


def test_questions_cross_into_another_language_or_are_asked_of_two_side_by_side(
    tmp_path: Path, run: Callable[..., Result]
) -> None:
    english = squad_file(tmp_path / "en.json", *TOWN)
    chateau, pont = "Le roi Olaf a construit le château de la ville.", "Le pont sur le fleuve date de 1956."
    french = squad_file(tmp_path / "fr.json", (chateau, [("c1", "Qui ?")]), (pont, [("b1", "Quand ?")]))
    arguments = ["retrieval", "--squad", english, "--documents", french, "--json"]
    assert json.loads(run(*arguments).stdout)["rows"] == {"fr": 2}
    assert json.loads(run(*arguments, "--mixed").stdout)["rows"] == {"en": 1, "fr": 1, "all": 2}
    texts, _ = squad.mix_languages(squad.load_squad(english), squad.load_squad(french), (english, french))
    assert [(each.language, each.body) for each in texts] == [("fr", chateau), ("en", BRIDGE)]


def test_options_that_do_not_fit_together_are_wrong_usage(run: Callable[..., Result]) -> None:
    done = run("retrieval", "--squad", "x", "--mixed")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--mixed needs --documents" in done.stderr


def test_a_malformed_row_ends_a_command_with_a_sentence(tmp_path: Path, run: Callable[..., Result]) -> None:
    path = write_lines(tmp_path / "rows.jsonl", abstention_row("a", "Who?", True), "{")
    for command in ("abstention", "evidence"):
        done = run(command, path)
        assert done.exit_code == 1
        assert "rows.jsonl, line" in done.stderr
        assert done.stdout == ""


# Real sets


def test_the_real_sets_are_read_whole() -> None:
    english = squad.load_squad(at_hand(SETS / "xquad" / "xquad.en.json"))
    russian = squad.load_squad(at_hand(SETS / "xquad" / "xquad.ru.json"))
    assert (len(english.paragraphs), len(english.questions)) == (240, 1190)
    _, crossed = squad.ask_in_other_language(english, russian, (Path("en"), Path("ru")))
    assert [each.paragraph for each in crossed] == [each.paragraph for each in english.questions]
    assert {text.language for text in russian.texts()} == {"ru"}
    rows = read_rows(at_hand(SETS / "nomiracl" / "ar.jsonl"), Abstention)
    assert (len(rows), sum(row.answerable for row in rows)) == (80, 40)
    quoted = read_rows(at_hand(SETS / "clapnq" / "dev.jsonl"), Evidence)
    assert (len(quoted), sum(bool(row.gold) for row in quoted)) == (200, 100)
