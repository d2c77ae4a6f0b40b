"""Question sets about documents named by their files: JSON Lines, places that are named by words, from the set to the run."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import OpenLibrary
from invoking import write_lines
from test_eval_runs import Quiet, Runs

from corpus.catalogue import Catalogue
from corpus.library import Library
from corpus.symbols import Symbol
from eval.cases import Case, EvaluationError, Place, load_cases, read_cases, shipped_sets
from eval.gold_spans import DocumentIndex, locate_gold
from eval.metrics.scores import scores
from eval.question_check import check_cases
from eval.runs.corpora import find_sources
from eval.runs.records import Cited, Claim, Record
from eval.runs.run_comparison import summarise_run
from eval.runs.run_store import SPANS, Run, load_run
from eval.systems import PEERS
from ingest.pipeline import Input, ingest

HARBOUR = """# Report on the harbour

The harbour was opened on 3 May 1980. It has four piers.

The harbour was dredged twice. It closes on 1 December of each year.
"""
FIELDS: dict[str, Any] = {
    "id": "h1",
    "document": "A_80_7.en",
    "question": "When does the harbour close each year?",
    "language": "en",
    "kind": "date",
    "answerable": True,
    "facts": [["1 December"]],
    "gold": [{"locator": "para. 9", "span": "It closes ... each year"}],
}
NONE: dict[str, Any] = {
    "id": "h2",
    "document": "A_80_7.en",
    "question": "Who paid for the piers of the harbour?",
    "language": "en",
    "kind": "near-miss",
    "answerable": False,
    "why": "No payer is named.",
}


def lines(folder: Path, *rows: dict[str, Any]) -> Path:
    """A set in a file of JSON Lines."""
    return write_lines(folder / "set.jsonl", *rows)


@pytest.fixture
def library(open_library: OpenLibrary) -> Library:
    """A library of the report, from the file that the set names it by."""
    made = open_library()
    list(ingest([Input("A_80_7.en.md", HARBOUR.encode())], made, Catalogue([], [])))
    return made


@pytest.fixture
def case(tmp_path: Path, library: Library) -> Case:
    """The question that has an answer, its words looked up."""
    (made,) = locate_gold(load_cases(lines(tmp_path, FIELDS)), library)
    return made


# The file


def test_a_line_of_a_set_is_a_case_whose_places_are_in_its_document(tmp_path: Path) -> None:
    second = {**FIELDS, "id": "h3", "gold": [{"document": "A_80_8.en", "span": "so", "or": [{"span": "thus"}]}]}
    first, second, none = load_cases(lines(tmp_path, FIELDS, second, NONE))
    assert first.gold == (Place("A_80_7.en", "para. 9", span="It closes ... each year"),)
    assert second.gold == (Place("A_80_8.en", others=(Place("A_80_7.en", span="thus"),), span="so"),)
    alike = {**FIELDS, "gold": [{"span": "so", "or": [{"document": "A_80_8.en", "span": "so"}]}]}
    assert load_cases(lines(tmp_path, alike))[0].needs == ("A_80_7.en",)
    assert (first.needs, second.needs) == (("A_80_7.en",), ("A_80_7.en", "A_80_8.en"))
    assert (first.cluster, none.near_miss, replace(none, kind="off-topic").near_miss) == ("A_80_7.en", True, False)
    assert replace(first, document="").cluster != replace(second, document="").cluster


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 2: it is not JSON"),
        ("[1]", "line 2: this is no case"),
        ('{"id": "h9"}', "line 2, h9: question: Field required."),
        (json.dumps({**FIELDS, "id": "h9", "document": 5}), "line 2, h9: document: Input should be a valid string"),
        (json.dumps({**FIELDS, "id": "h9", "gold": [{"span": " "}]}), "gold 1, span: String should match"),
        (json.dumps({**FIELDS, "id": "h9", "gold": [{"span": 4}]}), "gold 1, span: Input should be a valid string"),
        (json.dumps({**FIELDS, "id": "h9", "document": ""}), "line 2, h9: gold 1, document: "),
        (json.dumps(FIELDS), "uses an id twice: h1."),
    ],
)
def test_what_is_wrong_with_a_line_is_told_with_file_and_line(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(f"{json.dumps(FIELDS)}\n{line}\n\n{json.dumps(NONE)}\n", encoding="utf-8")
    cases, faults = read_cases(path)
    assert [each.id for each in cases] == ["h1", "h2"]
    (fault,) = faults
    assert str(path) in fault
    assert told in fault
    with pytest.raises(EvaluationError, match=re.escape(told)):
        load_cases(path)


def test_the_set_about_un_documents_names_the_document_of_every_question() -> None:
    cases = load_cases(shipped_sets()["un"])
    held_out = {each.document for each in cases if each.held_out}
    assert {each.corpus for each in cases} == {"un"}
    assert all(each.document for each in cases)
    assert not held_out & {each.document for each in cases if not each.held_out}
    assert all(place.span for each in cases for place in each.gold)
    assert all(bool(each.gold) == bool(each.facts) == each.answerable for each in cases)


def test_its_documents_are_taken_from_where_they_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "shared" / "documents" / "un" / "dev"
    folder.mkdir(parents=True)
    (folder / "A_80_7.en.md").write_text(HARBOUR, encoding="utf-8")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert [source.open().name for source in find_sources("un", [])] == ["A_80_7.en.md"]


# Places


def test_words_are_found_in_the_document_of_that_file_and_decide_alone(case: Case, library: Library) -> None:
    (place,) = case.gold
    assert place.found is not None
    ((document_id, start, end),) = place.found
    document = library.document(document_id)
    assert document.text[start:end] == "It closes on 1 December of each year"
    assert place.contains("", "", (document_id, start - 5, start + 1))
    assert place.contains("", "", (document_id, end - 1, end + 5))
    assert not place.contains(document.key, "para. 9", (document_id, start - 5, start))
    assert not place.contains(document.key, "para. 9", (document_id, end, end + 5))
    assert not place.contains(document.key, "para. 9", ("another", start, end))
    assert not place.contains(document.key, "para. 9")
    assert (place.is_in("", document_id), place.is_in(document.key, "another")) == (True, False)


def test_a_document_is_known_by_its_file_its_key_and_its_symbol_written_as_a_file(open_library: OpenLibrary) -> None:
    library = open_library()
    fetched = Input("fetched.md", HARBOUR.encode(), Symbol.parse("S/RES/2776 (2025)"), "en")
    list(ingest([fetched, Input("A note.md", b"# Note\n\nA note.\n")], library, Catalogue([], [])))
    shelf = DocumentIndex(library)
    for name in ("S/RES/2776 (2025)", "S_RES_2776_(2025)", "S_RES_2776_(2025).en", "fetched"):
        assert len(shelf.ids(name)) == 1, name
    assert len(shelf.ids("A_note")) == 1
    assert not shelf.ids("S_RES_2776_(2025).fr")


def at(library: Library, words: str) -> tuple[str, int, int]:
    """Where words stand in the one document of a library."""
    (document,) = library.documents()
    start = document.text.index(words)
    return document.id, start, start + len(words)


def citing(library: Library, words: str, **fields: Any) -> Record:
    """An answer that quotes words of the one document."""
    source, start, end = at(library, words)
    cited = Cited("A/80/7", "para. 9", words, start, end, words, source)
    return Record("h1", "s", "answered", (Claim(words, "quoted", (0,)),), (cited,), **fields)


def test_an_answer_is_judged_by_the_characters_that_it_cites(case: Case, library: Library) -> None:
    text_of = next(library.documents()).text
    good = scores(case, citing(library, "closes on 1 December"), lambda _: text_of)
    assert {good[name] for name in ("passage_cited", "document_exact", "place_precision", "useful")} == {1.0}
    # The same locator, other words.
    other = scores(case, citing(library, "dredged twice"), lambda _: text_of)
    assert (other["document_exact"], other["paragraph_exact"], other["place_precision"]) == (1.0, 0.0, 0.0)


def test_retrieval_is_judged_by_the_characters_of_the_passages(case: Case, library: Library) -> None:
    ranked = (("A/80/7", "para. 9"),) * 2
    passages = (at(library, "opened on 3 May 1980"), at(library, "dredged twice. It closes"))
    record = citing(library, "dredged twice", ranked=ranked, stretches=passages)
    made = scores(case, record, lambda _: "")
    assert (made["recall_at_1"], made["recall_at_5"], made["mrr"]) == (0.0, 1.0, 0.5)
    # What was stored without characters can't be judged, what retrieved nothing can.
    assert scores(case, replace(record, stretches=()), lambda _: "")["mrr"] is None
    assert scores(case, replace(record, ranked=(), stretches=()), lambda _: "", retrieves=True)["mrr"] == 0.0


def test_places_that_nobody_looked_up_are_judged_by_nothing(case: Case, library: Library) -> None:
    unknown = replace(case, gold=(replace(case.gold[0], found=None),))
    made = scores(unknown, citing(library, "closes on 1 December"), lambda _: "", retrieves=True)
    assert {made[name] for name in ("passage_cited", "document_exact", "paragraph_exact", "mrr")} == {None}
    assert made["right"] == 1.0


def test_a_record_that_was_stored_without_characters_is_read(library: Library) -> None:
    record = citing(library, "dredged twice", ranked=(("A/80/7", "para. 9"),), stretches=(at(library, "dredged"),))
    stored = json.loads(json.dumps(record.to_json()))
    assert Record.from_json(stored) == record
    del stored["stretches"]
    assert Record.from_json(stored) == replace(record, stretches=())
    with pytest.raises(ValueError, match="not every passage"):
        Record.from_json({**stored, "stretches": [["a", 1, 2]] * 2})


# Held against the documents


def test_a_sound_set_of_lines_has_no_fault(tmp_path: Path, library: Library) -> None:
    assert check_cases(load_cases(lines(tmp_path, FIELDS, NONE)), library) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"gold": [{"span": "It sinks ... each year"}]}, "'A_80_7.en' does not say 'It sinks ... each year'."),
        ({"gold": [{"span": "It closes", "article": 3}]}, "has words beside an article"),
        ({"facts": [["1 January"]]}, "no gold place says '1 January'"),
        ({"document": "A_80_9.en"}, "needs 'A_80_9.en', which is not in the library"),
    ],
)
def test_faults_of_places_by_words_are_found(
    tmp_path: Path, library: Library, change: dict[str, Any], told: str
) -> None:
    found = check_cases(load_cases(lines(tmp_path, {**FIELDS, **change})), library)
    assert any(told in str(fault) for fault in found), found


# Runs


def run(tmp_path: Path, *rows: dict[str, Any]) -> tuple[Run, list[str]]:
    """A run of cases over the report, asked of search by words alone, and what was said of it."""
    report, told = tmp_path / "A_80_7.en.md", Quiet()
    report.write_text(HARBOUR, encoding="utf-8")
    return Runs(tmp_path, lines(tmp_path, *rows), report)(PEERS["bm25"](), told), told.notes


def test_a_run_keeps_where_the_words_stand_and_is_judged_without_its_library(tmp_path: Path) -> None:
    made, _ = run(tmp_path, FIELDS, NONE)
    assert made == load_run(tmp_path / "runs" / "one")
    (found,) = made.cases[0].gold[0].found or ()
    assert "1 December" in made.text_of(found[0])[found[1] : found[2]]
    assert "It closes on 1 December" in made.gold["h1"][0].text
    row = summarise_run(made).per_case["h1"]
    assert (row["paragraph_exact"], row["recall_at_10"], row["quote_exact"]) == (1.0, 1.0, 1.0)


def test_words_that_the_documents_do_not_have_are_told_and_count_as_not_cited(tmp_path: Path) -> None:
    made, notes = run(tmp_path, {**FIELDS, "gold": [{"span": "It sinks ... each year"}]}, NONE)
    assert any("count as not cited, in 1 cases: h1." in note for note in notes)
    row = summarise_run(made).per_case["h1"]
    assert (row["paragraph_exact"], row["recall_at_10"], row["right"]) == (0.0, 0.0, 1.0)


def test_a_case_whose_file_is_not_held_is_left_out(tmp_path: Path) -> None:
    made, notes = run(tmp_path, FIELDS, {**NONE, "document": "A_80_9.en"})
    assert made.meta["left_out"] == ["h2"]
    assert any("(A_80_9.en): h2." in note for note in notes)


@pytest.mark.parametrize("damage", ["[]", '{"h1": 5}', '{"h1": []}', '{"h1": [["a"]]}'])
def test_damaged_spans_are_told_by_their_file(tmp_path: Path, damage: str) -> None:
    run(tmp_path, FIELDS)
    (tmp_path / "runs" / "one" / SPANS).write_text(damage, encoding="utf-8")
    with pytest.raises(EvaluationError, match=re.escape(SPANS)):
        load_run(tmp_path / "runs" / "one")
