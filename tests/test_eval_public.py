"""Public sets: their layouts, the throw-away libraries, what is judged, and the commands."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from click.testing import Result
from conftest import SHARED, at_hand
from typer.testing import CliRunner
from word_reader import word_readers

from corpus.catalogue import Catalogue
from corpus.embedding import HashEmbedder
from corpus.library import Library
from corpus.models import Models
from eval.cases import EvaluationError
from eval.kept_lines import kept_in
from eval.metrics.statistics import Figure, figure
from eval.public import beir, clapnq, public_commands, refusals, squad
from eval.public.figures import Outcome, judged, rank, ranking_figures
from eval.public.public_outcomes import Outcomes
from eval.public.public_rows import PublicError, Row, read_rows, sample
from eval.public.public_shelf import Kit, Text, key_of, stocked
from eval.public.weigh import BY_RULE, ask, covered
from ingest.segment import SEGMENTER_VERSION

SETS = SHARED / "eval"
CASTLE = "The castle was built by King Olaf in 1288. It stands on a hill above the harbour."
BRIDGE = "The bridge over the river was opened by the mayor in 1956. Ferries crossed there before."
MARKET = "The fish market opens at dawn. Traders sell herring, cod and mussels until noon."
TEXTS = [Text("", CASTLE, "en"), Text("", BRIDGE, "en"), Text("Market", MARKET, "en")]


class Counting(HashEmbedder):
    """The hashing embedder, which notes what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[str] = []

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> np.ndarray[Any, np.dtype[np.float32]]:
        self.given += texts
        return super().embed_passages(texts, progress)


@pytest.fixture
def kit(catalogue: Catalogue) -> Kit:
    """Tiny models."""
    return Kit(Models(HashEmbedder()), word_readers(), catalogue, passages=12, statements=5)


def write_lines(path: Path, *rows: object) -> Path:
    """A file of JSON Lines; text is written as it is."""
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


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
        ('{"id": "first"}', "the id 'first' stands in the file before"),
    ],
)
def test_what_is_not_as_it_must_be_is_named_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    path = write_lines(tmp_path / "rows.jsonl", {"id": "first"}, "", line)
    with pytest.raises(PublicError, match=r"rows\.jsonl, line 3: ") as raised:
        read_rows(path, Row)
    assert told in str(raised.value)


def test_files_that_are_absent_or_not_text_are_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(PublicError, match="can't be read: No such file"):
        read_rows(tmp_path / "none.jsonl", Row)
    (tmp_path / "bytes.jsonl").write_bytes(b'{"id": "\xff"}\n')
    with pytest.raises(PublicError, match="not UTF-8"):
        read_rows(tmp_path / "bytes.jsonl", Row)


def test_a_sample_keeps_the_order_and_a_smaller_one_is_part_of_a_larger() -> None:
    items = list(range(100))
    small, large = sample(items, 10), sample(items, 30)
    assert len(small) == 10
    assert len(large) == 30
    assert small == sorted(small)
    assert set(small) < set(large)
    assert small != items[:10]
    assert sample(items, None) == sample(items, 500) == items


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
    with stocked([Text(" ", " \n", "en"), *TEXTS], kit) as engine:
        assert [document.key for document in engine.library.documents()] == [key_of(n) for n in (1, 2, 3)]
        assert rank(engine, "Who opened the bridge?")[0] == 2


def test_a_library_without_a_folder_is_gone_in_the_end(kit: Kit) -> None:
    with stocked(TEXTS, kit) as engine:
        folder = engine.library.folder
        assert folder.is_dir()
        assert engine.library.verify() == []
    assert not folder.parent.exists()


def test_a_library_in_a_folder_is_not_built_again_but_for_what_changed(tmp_path: Path, catalogue: Catalogue) -> None:
    with stocked(TEXTS, Kit(Models(Counting()), None, catalogue, 12, 5), tmp_path / "kept") as engine:
        assert engine.library.status().documents == 3
    counting = Counting()
    changed = [TEXTS[0], Text("", "The tunnel replaced it.", "en"), TEXTS[2]]
    with stocked(changed, Kit(Models(counting), None, catalogue, 12, 5), tmp_path / "kept") as engine:
        assert [text.strip() for text in counting.given] == ["The tunnel replaced it."]
        assert [document.text for document in engine.library.documents()][1] == "The tunnel replaced it."
        assert engine.library.verify() == []


def test_a_library_with_other_documents_is_not_mixed_with_a_set(tmp_path: Path, kit: Kit) -> None:
    with stocked(TEXTS, kit, tmp_path / "kept"):
        pass
    with (
        pytest.raises(EvaluationError, match="holds 'text-2', which is not of this set"),
        stocked(TEXTS[:2], kit, tmp_path / "kept"),
    ):
        pass


def test_a_text_whose_language_was_corrected_leaves_no_twin(tmp_path: Path, kit: Kit) -> None:
    for language in ("en", "fr"):
        with stocked([Text("", CASTLE, language)], kit, tmp_path / "kept") as engine:
            assert engine.library.languages() == {language: 1}


# Asking


def test_what_is_weighed_is_what_the_answer_quotes(kit: Kit) -> None:
    with stocked(TEXTS, kit) as engine:
        asked = ask(engine, "Who built the castle?")
    assert asked.answered
    assert asked.scored[0].unit.text in {citation.quote for citation in asked.answer.citations}
    assert asked.confidence == pytest.approx(asked.scored[0].score)
    assert asked.ms > 0


def test_the_best_units_share_no_words(kit: Kit) -> None:
    with stocked(TEXTS, kit) as engine:
        best = ask(engine, "Where does the castle stand?").best(3)
    spans = [(each.unit.document.id, each.unit.start, each.unit.end) for each in best]
    for n, (document, start, end) in enumerate(spans):
        assert all(o != document or end <= s or e <= start for o, s, e in spans[n + 1 :])


def test_a_decision_by_rule_is_surer_than_evidence(kit: Kit) -> None:
    with stocked(TEXTS, kit) as engine:
        asked = ask(engine, "What does A/RES/99/999 say?")
    assert (asked.answered, asked.confidence) == (False, -BY_RULE)


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
    assert covered([("a", (2, 10))], by, share) is holds


# Ranking


def test_the_outcome_of_a_ranking_has_the_figures_worked_out_by_hand() -> None:
    outcome = judged([4, 7, 1], {7: 2.0, 1: 1.0, 9: 0.0, -1: 1.0})
    best = 2 + 1 / math.log2(3) + 1 / 2
    assert outcome["ndcg10"] == pytest.approx((2 / math.log2(3) + 1 / 2) / best)
    assert outcome["recall"] == pytest.approx([0.0, 2 / 3, 2 / 3])
    assert (outcome["rr"], outcome["relevant"]) == (0.5, [7, 1, -1])
    figures = ranking_figures([outcome, judged([3], {3: 1.0})])
    assert figures["MRR@10"].value == 0.75
    assert figures["R@1"].value == 0.5


def test_a_document_counts_once_however_many_of_its_passages_are_found(kit: Kit) -> None:
    long = "\n".join(f"The castle has tower number {n}, which the guards of the castle watch." for n in range(200))
    with stocked([Text("", long, "en"), *TEXTS], kit) as engine:
        assert len(engine.library.passages(next(engine.library.documents()).id)) > 3
        ranked = rank(engine, "Who built the castle on the hill?")
        assert sorted(set(ranked)) == sorted(ranked)
        assert {0, 1} <= set(ranked)
        assert rank(engine, "Who built the castle on the hill?", without=1) == [each for each in ranked if each != 1]


# BEIR


def beir_folder(folder: Path, qrels: str, name: str = "test") -> Path:
    """A set of three documents and two queries."""
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    rows = [{"_id": f"d{n}", "title": text.title, "text": text.body} for n, text in enumerate(TEXTS)]
    write_lines(folder / "corpus.jsonl", *rows)
    asked = [{"_id": "q1", "text": "Who opened the bridge?"}, {"_id": "d0", "text": "Who built the castle?"}]
    write_lines(folder / "queries.jsonl", *asked)
    (folder / "qrels" / f"{name}.tsv").write_text(qrels, encoding="utf-8")
    return folder


QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\nd0\td0\t1\nd0\tgone\t1\n"


def test_a_beir_set_is_read_with_grades_and_what_is_judged_but_not_held_is_missed(tmp_path: Path, kit: Kit) -> None:
    found = beir.read_beir(beir_folder(tmp_path, QRELS))
    assert found.documents == tuple((text.title, text.body) for text in TEXTS)
    assert [(query.id, query.gains, query.itself) for query in found.queries] == [
        ("q1", {1: 2.0, 2: 0.0}, None),
        ("d0", {0: 1.0, -1: 1.0}, 0),
    ]
    assert {text.language for text in found.texts()} == {"en"}
    assert {text.language for text in found.texts("fr")} == {"fr"}
    with stocked(found.texts(), kit) as engine:
        first, second = (beir.outcome_of(engine, query) for query in found.queries)
    assert (first["ranked"][0], first["ndcg10"]) == (1, 1.0)
    assert 0 not in second["ranked"], "the document that is the query itself is not ranked"
    assert second["ndcg10"] == 0.0


def test_the_only_split_is_taken_and_of_several_without_a_test_one_must_be_named(tmp_path: Path) -> None:
    folder = beir_folder(tmp_path, QRELS, "dev")
    assert len(beir.read_beir(folder).queries) == 2
    beir_folder(tmp_path, QRELS, "train")
    with pytest.raises(PublicError, match=r"no test\.tsv: it has dev, train; choose one with --split"):
        beir.read_beir(folder)
    with pytest.raises(PublicError, match=r"no extra\.tsv"):
        beir.read_beir(folder, "extra")
    assert len(beir.read_beir(folder, "train").queries) == 2


@pytest.mark.parametrize(
    ("qrels", "told"),
    [
        ("q1\td1\n", "line 1: query-id, corpus-id and score are wanted"),
        (QRELS + "q1\td1\tmuch\n", "line 6: the score 'much' is no number"),
        (QRELS + "q9\td1\t1\n", "line 6: queries.jsonl has no query 'q9'"),
        ("query-id\tcorpus-id\tscore\n", "holds no judgements"),
    ],
)
def test_judgements_that_can_not_be_read_are_told_with_their_line(tmp_path: Path, qrels: str, told: str) -> None:
    with pytest.raises(PublicError) as raised:
        beir.read_beir(beir_folder(tmp_path, qrels))
    assert str(tmp_path / "qrels" / "test.tsv") in str(raised.value)
    assert told in str(raised.value)


def test_an_id_that_stands_twice_in_a_corpus_is_told(tmp_path: Path) -> None:
    folder = beir_folder(tmp_path, QRELS)
    write_lines(folder / "corpus.jsonl", *[{"_id": "d1", "text": text.body} for text in TEXTS])
    with pytest.raises(PublicError, match=r"corpus\.jsonl, line 2: the id 'd1'"):
        beir.read_beir(folder)


# SQuAD


def squad_file(path: Path, *paragraphs: tuple[str, list[tuple[str, str, str, int]]]) -> Path:
    """A file of paragraphs, each with its questions (id, question, answer, answer_start)."""
    made = [
        {
            "context": context,
            "qas": [
                {"id": key, "question": question, "answers": [{"text": answer, "answer_start": start}]}
                for key, question, answer, start in asked
            ],
        }
        for context, asked in paragraphs
    ]
    return write_lines(path, {"data": [{"title": "Town", "paragraphs": made}]})


TOWN = (
    (CASTLE, [("c1", "Who built the castle?", "King Olaf", CASTLE.index("King Olaf"))]),
    (BRIDGE, [("b1", "When was the bridge opened?", "1956", BRIDGE.index("1956"))]),
)


def test_a_squad_file_gives_paragraphs_questions_and_the_spans_that_answer(tmp_path: Path) -> None:
    found = squad.load_squad(squad_file(tmp_path / "town.json", *TOWN))
    assert found.paragraphs == (CASTLE, BRIDGE)
    spans = [(each.paragraph, found.paragraphs[each.paragraph][slice(*each.answers[0])]) for each in found.questions]
    assert spans == [(0, "King Olaf"), (1, "1956")]


def test_an_answer_that_begins_elsewhere_is_looked_for_nearby_and_one_that_is_nowhere_is_told(tmp_path: Path) -> None:
    context = "In 1956 it opened. It closed in 1956."
    off = squad_file(tmp_path / "off.json", (context, [("q", "When did it close?", "1956", 30)]))
    assert squad.load_squad(off).questions[0].answers == ((context.rindex("1956"), context.rindex("1956") + 4),)
    wrong = squad_file(tmp_path / "wrong.json", TOWN[0], (BRIDGE, [("q", "When?", "1957", 0)]))
    with pytest.raises(PublicError, match=r"wrong\.json: data 1, paragraphs 2: .*'1957'"):
        squad.load_squad(wrong)


@pytest.mark.parametrize("text", ["{", "[]", '{"data": {}}', '{"data": [{"paragraphs": [{"qas": []}]}]}'])
def test_a_file_that_is_not_of_the_squad_layout_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PublicError, match=r"bad\.json"):
        squad.load_squad(path)


def test_questions_are_asked_of_the_paragraphs_of_a_translation_by_id_or_by_order(tmp_path: Path) -> None:
    english = squad.load_squad(squad_file(tmp_path / "en.json", *TOWN))
    chateau, pont = "Le roi Olaf a construit le château.", "Le pont date de 1956."
    qas = [("c1", "Qui ?", "Olaf", 7)], [("b1", "Quand ?", "1956", 16)]
    names = (tmp_path / "en.json", tmp_path / "fr.json")
    turned = squad.load_squad(squad_file(tmp_path / "fr.json", (pont, qas[1]), (chateau, qas[0])))
    crossed = squad.across(english, turned, names)
    assert crossed.paragraphs == (pont, chateau)
    assert [(each.text, each.paragraph) for each in crossed.questions] == [
        ("Who built the castle?", 1),
        ("When was the bridge opened?", 0),
    ]
    other = [(f"x{n}", *rest) for n, ((_, *rest),) in enumerate(qas)]
    parallel = squad.load_squad(squad_file(tmp_path / "fr.json", (chateau, [other[0]]), (pont, [other[1]])))  # type: ignore[list-item]
    assert [each.paragraph for each in squad.across(english, parallel, names).questions] == [0, 1]
    with pytest.raises(PublicError, match=r"en\.json and .*fr\.json are no translations"):
        squad.across(english, squad.load_squad(squad_file(tmp_path / "fr.json", (pont, qas[1]))), names)


def test_the_outcome_of_a_squad_question_tells_which_sentences_hold_the_answer(tmp_path: Path, kit: Kit) -> None:
    found = squad.load_squad(squad_file(tmp_path / "town.json", *TOWN))
    with stocked(found.texts(), kit) as engine:
        outcome = squad.outcome_of(engine, found.questions[0], answers=True)
        wrong = squad.outcome_of(
            engine, squad.Question("w", "Who built the castle?", 1, ((0, len(BRIDGE)),)), answers=True
        )
        ranked = squad.outcome_of(engine, found.questions[0], answers=False)
    assert (outcome["ranked"][0], outcome["two_best"], outcome["quoted"]) == (0, True, True)
    assert (wrong["two_best"], wrong["quoted"]) == (False, False)
    assert "two_best" not in ranked
    figures = squad.squad_figures([outcome, wrong])
    assert (figures["2 best hold"].value, figures["quoted"].value, figures["answered"].value) == (0.5, 0.5, 1.0)
    assert "2 best hold" not in squad.squad_figures([ranked])


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
    known, unknown = (refusals.outcome_of(row, kit) for row in refusals.read_abstention(path))
    assert (known["answered"], known["answerable"]) == (True, True)
    assert (unknown["answered"], unknown["answerable"]) == (False, False)
    assert known["confidence"] > unknown["confidence"]


def test_passages_in_another_language_than_the_question_are_held_in_theirs(tmp_path: Path, kit: Kit) -> None:
    row = abstention_row("a", "¿Quién construyó el castillo?", True, "es") | {"passages_language": "en"}
    found = refusals.read_abstention(write_lines(tmp_path / "rows.jsonl", row))[0]
    assert (found.language, {text.language for text in found.texts()}) == ("es", {"en"})
    with pytest.raises(PublicError, match="passages_language: Input should be 'en'"):
        refusals.read_abstention(write_lines(tmp_path / "bad.jsonl", row | {"passages_language": "de"}))


def test_abstention_figures_are_those_worked_out_by_hand() -> None:
    made = [(True, True, 3.0), (True, False, -1.0), (False, True, 1.0), (False, False, -2.0)]
    rows: list[Outcome] = [{"answerable": a, "answered": b, "confidence": c} for a, b, c in made]
    figures = refusals.abstention_figures(rows)
    assert figures["answered unanswerable"].value == 0.5
    assert figures["refused answerable"].value == 0.5
    assert figures["AUC"].value == 0.75
    assert figures["AURC"].value == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert refusals.curve(rows).coverage == (0.25, 0.5, 0.75, 1.0)
    one_kind = refusals.abstention_figures(rows[:2])
    assert one_kind["AUC"].value is None
    assert one_kind["answered unanswerable"].value is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"language": "de"}, "language: Input should be 'en'"),
        ({"answerable": "yes"}, "answerable: Input should be a valid boolean"),
        ({"question": " "}, "question: "),
        ({"passages": []}, "passages: holds no words"),
        ({"passages": [{"title": "x"}]}, "passages 1, text: Field required"),
        ({"passages": "none"}, "passages: Input should be a valid array"),
        ({"id": "first"}, "the id 'first'"),
    ],
)
def test_a_row_of_abstention_that_is_malformed_is_told_with_its_line(
    tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    rows = [abstention_row("first", "Who?", True), abstention_row("second", "Who?", True) | change]
    path = write_lines(tmp_path / "rows.jsonl", *rows)
    with pytest.raises(PublicError, match=r"rows\.jsonl, line 2") as raised:
        refusals.read_abstention(path)
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
    rows = clapnq.read_evidence(path)
    assert [row.answerable for row in rows] == [True, True, False]
    good, other, none = (clapnq.outcome_of(row, kit) for row in rows)
    assert (good["quoted"], good["best"], other["best"]) == (True, True, False)
    assert (none["quoted"], none["answered"]) == (False, False)
    figures = clapnq.evidence_figures([good, other, none])
    assert (figures["gold best"].value, figures["gold best"].cases) == (0.5, 2)
    assert (figures["AUC"].value, figures["answered unanswerable"].value) == (1.0, 0.0)


def test_a_selected_sentence_that_stands_in_no_passage_is_told_with_its_line(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "rows.jsonl", evidence_row("a", "Who?"), evidence_row("b", "Who?", "Nobody knows."))
    with pytest.raises(PublicError, match=r"rows\.jsonl, line 2: .*the selected sentence 'Nobody knows\.'"):
        clapnq.read_evidence(path)


# Outcomes and figures


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    path, about = tmp_path / "deep" / "out.jsonl", {"code": "1"}
    rows, made = [Row(id=name) for name in ("a", "bb", "ccc")], []

    def work(row: Row) -> Outcome:
        made.append(row.id)
        return {"length": len(row.id)}

    with Outcomes(path, about) as outcomes:
        list(outcomes.of(rows[:2], work))
    with path.open("a", encoding="utf-8") as file:
        file.write('{"id": "ccc", "len')  # killed while writing
    with Outcomes(path, about) as outcomes:
        found = list(outcomes.of(rows, work))
    assert made == ["a", "bb", "ccc"]
    assert found == [{"id": "a", "length": 1}, {"id": "bb", "length": 2}, {"id": "ccc", "length": 3}]
    assert [row for _, row in kept_in(path)][1:] == found


def test_outcomes_of_other_settings_and_other_files_are_not_mixed(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with Outcomes(path, {"code": "1", "limit": None}):
        pass
    with pytest.raises(PublicError, match="was made with another code"):
        Outcomes(path, {"code": "2", "limit": None})
    write_lines(path, {"id": "a row"})
    with pytest.raises(PublicError, match="holds no outcomes"):
        Outcomes(path, {"code": "1"})


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
    """Runs a command with the hashing embedder."""
    monkeypatch.setenv("RAPPORTEUR_EMBEDDING", "hash")
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])


def test_each_command_prints_figures_as_json_and_as_a_table(tmp_path: Path, run: Callable[..., Result]) -> None:
    rows = [abstention_row("a", "Who built the castle?", True), abstention_row("b", "哪里？", False, "zh")]
    commands_of = {
        "nDCG@10": ["retrieval", "--beir", beir_folder(tmp_path / "beir", QRELS)],
        "2 best hold": ["retrieval", "--squad", squad_file(tmp_path / "town.json", *TOWN)],
        "refused answerable": ["abstention", write_lines(tmp_path / "rows.jsonl", *rows)],
        "gold quoted": ["evidence", write_lines(tmp_path / "e.jsonl", evidence_row("a", "Who?", CASTLE.split(".")[0]))],
    }
    for name, arguments in commands_of.items():
        done = run(*arguments, "--no-reader", "--json")
        assert done.exit_code == 0, done.output
        found = json.loads(done.stdout)
        groups = found["figures"]
        assert all(name in figures for figures in groups.values())
        assert list(found["rows"]) == list(groups)
        assert found["about"]["readers"] == "off"
        table = run(*arguments, "--no-reader")
        assert table.exit_code == 0, table.output
        assert all(group in table.stdout for group in groups)
        with pytest.raises(ValueError):
            json.loads(table.stdout)
    assert list(json.loads(run(*commands_of["refused answerable"], "--json").stdout)["figures"]) == ["en", "zh", "all"]


def test_a_command_goes_on_from_the_file_of_its_outcomes(tmp_path: Path, run: Callable[..., Result]) -> None:
    path, out = squad_file(tmp_path / "town.json", *TOWN), tmp_path / "out.jsonl"
    arguments = ["retrieval", "--squad", path, "--no-reader", "--no-answers", "--out", out, "--json"]
    assert json.loads(run(*arguments, "--limit", 1).stdout)["rows"] == {"en": 1}
    first = out.read_text(encoding="utf-8")
    assert json.loads(run(*arguments).stdout)["rows"] == {"en": 2}
    assert out.read_text(encoding="utf-8").startswith(first)
    changed = run(*arguments, "--language", "es")
    assert changed.exit_code == 1
    assert "another language" in changed.stderr


def test_questions_cross_into_another_language_or_are_asked_of_two_side_by_side(
    tmp_path: Path, run: Callable[..., Result]
) -> None:
    english = squad_file(tmp_path / "en.json", *TOWN)
    chateau, pont = "Le roi Olaf a construit le château de la ville.", "Le pont sur le fleuve date de 1956."
    french = squad_file(
        tmp_path / "fr.json", (chateau, [("c1", "Qui ?", "Olaf", 7)]), (pont, [("b1", "Quand ?", "1956", 30)])
    )
    kept = tmp_path / "kept"
    arguments = ["retrieval", "--squad", english, "--documents", french, "--no-reader", "--json"]
    assert json.loads(run(*arguments).stdout)["rows"] == {"fr": 2}
    done = run(*arguments, "--mixed", "--library", kept)
    assert json.loads(done.stdout)["rows"] == {"en": 1, "fr": 1, "all": 2}
    with Library(kept, HashEmbedder(), SEGMENTER_VERSION) as library:
        assert [(each.language, each.text) for each in library.documents()] == [("fr", chateau), ("en", BRIDGE)]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "name one set"),
        (["--beir", "x", "--squad", "y"], "name one set"),
        (["--beir", "x", "--documents", "y"], "--documents goes with --squad"),
        (["--squad", "x", "--mixed"], "--mixed goes with --documents"),
        (["--squad", "x", "--documents", "y", "--mixed", "--language", "en"], "leave --language out"),
        (["--squad", "x", "--split", "dev"], "--split goes with --beir"),
        (["--squad", "x", "--language", "de"], "is none of"),
    ],
)
def test_options_that_do_not_fit_together_are_wrong_usage(
    run: Callable[..., Result], arguments: list[str], told: str
) -> None:
    done = run("retrieval", *arguments)
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stdout == ""


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
    crossed = squad.across(english, russian, (Path("en"), Path("ru")))
    assert [each.paragraph for each in crossed.questions] == [each.paragraph for each in english.questions]
    assert {text.language for text in russian.texts()} == {"ru"}
    rows = refusals.read_abstention(at_hand(SETS / "nomiracl" / "ar.jsonl"))
    assert (len(rows), sum(row.answerable for row in rows)) == (80, 40)
    quoted = clapnq.read_evidence(at_hand(SETS / "clapnq" / "dev.jsonl"))
    assert (len(quoted), sum(row.answerable for row in quoted)) == (200, 100)
